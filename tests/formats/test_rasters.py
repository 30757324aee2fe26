"""Depth grids in time: the same water whatever the format, and no broken frame passes."""

import warnings
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.errors import FormatError
from evacsim.formats.ascii_grid import open_ascii_grids
from evacsim.formats.frames import files_of, times_by_step, times_in_names
from evacsim.formats.geotiff import open_geotiffs
from evacsim.formats.netcdf import open_netcdf
from evacsim.formats.rasters import Grid

UTM = "EPSG:32650"
HEADER = "ncols 3\nnrows 2\nxllcorner 500\nyllcorner 1000\ncellsize 10\nNODATA_value -9999\n"
DEPTH = np.array([[0.0, 0.5, 1.0], [0.25, 0.0, 2.0]], dtype=np.float32)


def write_grid(path: Path, depth=DEPTH, header: str = HEADER) -> Path:
    rows = [" ".join(f"{value:.9g}" for value in row) for row in depth]
    path.write_text(header + "\n".join(rows) + "\n", encoding="ascii")
    return path


def refused(read) -> list[tuple[str, int | None, str]]:
    """Return place, line and rule of each issue; both languages must say something."""
    with pytest.raises(FormatError) as caught:
        read()
    for issue in caught.value.issues:
        assert issue.rule.zh
        assert issue.remedy.zh
    return [(issue.place, issue.line, issue.rule.en) for issue in caught.value.issues]


def one_grid(tmp_path, depth=DEPTH, header: str = HEADER, **said):
    return open_ascii_grids("a", [(0.0, write_grid(tmp_path / "0.asc", depth, header))], crs=UTM, **said)


# -- the grid -------------------------------------------------------------------------------


def test_the_first_cell_lies_in_the_north_west():
    grid = Grid(x0=500, y0=1000, dx=10, dy=10, n_rows=2, n_columns=3)
    points = np.array(
        [[501, 1019], [529, 1019], [501, 1001], [499, 1001], [501, 1021], [531, 1001], [501, 999]]
    )
    assert grid.cells(points.astype(float)).tolist() == [0, 2, 3, -1, -1, -1, -1]
    nowhere = np.array([[np.inf, np.inf], [-np.inf, np.inf], [np.nan, 1005.0]])
    assert grid.cells(nowhere).tolist() == [-1, -1, -1]


@given(row=st.integers(0, 6), column=st.integers(0, 4), size=st.floats(1e-5, 1e3))
def test_the_middle_of_a_cell_lies_in_that_cell(row, column, size):
    grid = Grid(x0=-3 * size, y0=7 * size, dx=size, dy=2 * size, n_rows=7, n_columns=5)
    x = grid.x0 + (column + 0.5) * grid.dx
    y = grid.y0 + (grid.n_rows - row - 0.5) * grid.dy
    assert grid.cells(np.array([[x, y]])).tolist() == [row * 5 + column]


# -- times ----------------------------------------------------------------------------------


def test_times_come_from_the_one_number_that_differs():
    files = [Path(f"run2_depth_{minute}.asc") for minute in ("10", "5", "120")]
    timed = times_in_names(files, unit=60.0)
    assert [time for time, _ in timed] == [300.0, 600.0, 7200.0]
    assert timed[0][1].name == "run2_depth_5.asc"


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        (["30", "60", "sample"], "is not named like the others (#.asc)"),
        (["a1_b2", "a2_b3"], "the names do not differ in exactly one number"),
        (["a1_b2"], "the names do not differ in exactly one number"),
        (["30", "60", "90", "180", "210"], "no frame for 120, 150"),
    ],
)
def test_names_that_do_not_tell_the_time_are_refused(names, rule):
    files = [Path(f"{name}.asc") for name in names]
    assert [found for _, _, found in refused(lambda: times_in_names(files, unit=1.0))] == [rule]


def test_frames_may_grow_rarer_towards_the_end():
    files = [Path(f"{hour}.asc") for hour in (0, 1, 2, 3, 6, 12)]
    assert [time for time, _ in times_in_names(files, unit=3600.0)] == [0, 3600, 7200, 10800, 21600, 43200]


def test_a_step_counts_files_in_the_order_of_their_numbers():
    files = [Path(f"d{number}.asc") for number in (10, 9, 100)]
    assert [(time, file.stem) for time, file in times_by_step(files, step=60.0)] == [
        (0.0, "d9"),
        (60.0, "d10"),
        (120.0, "d100"),
    ]


def test_a_pattern_without_files_is_refused(tmp_path):
    assert refused(lambda: files_of(tmp_path / "*.asc")) == [("", None, "no such file")]
    write_grid(tmp_path / "1.asc")
    (tmp_path / "2.asc").mkdir()
    assert files_of(tmp_path / "[0-9].asc") == [tmp_path / "1.asc"]


def test_two_frames_of_one_time_are_refused(tmp_path):
    frames = [(30.0, write_grid(tmp_path / "30.asc")), (30.0, write_grid(tmp_path / "030.asc"))]
    assert refused(lambda: open_ascii_grids("a", frames, crs=UTM)) == [
        ("frame 2", None, "must be later than the frame before")
    ]


# -- frames, in every format ----------------------------------------------------------------


def as_ascii(folder: Path, depths, missing, **said):
    frames = []
    for index, depth in enumerate(depths):
        filled = np.where(missing[index], -9999, depth)
        frames.append((index * 600.0, write_grid(folder / f"{index}.asc", filled)))
    return open_ascii_grids("asc", frames, crs=UTM, **said)


def as_geotiff(folder: Path, depths, missing, **said):
    rasterio = pytest.importorskip("rasterio")
    frames = []
    for index, depth in enumerate(depths):
        path = folder / f"{index}.tif"
        shape = {"height": depth.shape[0], "width": depth.shape[1], "count": 1, "dtype": "float32"}
        where = rasterio.transform.from_origin(500, 1020, 10, 10)
        with rasterio.open(path, "w", "GTiff", crs=UTM, transform=where, nodata=-1e30, **shape) as raster:
            raster.write(np.where(missing[index], np.float32(-1e30), depth), 1)
        frames.append((index * 600.0, path))
    return open_geotiffs("tif", frames, **said)


def netcdf(folder: Path, depths, missing, units="minutes", times=None, **attributes) -> Path:
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    times = np.arange(len(depths)) * 10.0 if times is None else times
    # Rows from south to north and columns from east to west, as models like to write them.
    data = np.where(missing, np.nan, depths).astype(np.float32)[:, ::-1, ::-1]
    dataset = xarray.Dataset(
        {
            "h": (("time", "y", "x"), data, {"units": "m", "grid_mapping": "crs"} | attributes),
            "crs": ((), 0, {"crs_wkt": UTM}),
        },
        coords={
            "time": ("time", times, {"units": units}),
            "y": ("y", [1005.0, 1015.0]),
            "x": ("x", [525.0, 515.0, 505.0]),
        },
    )
    dataset.to_netcdf(folder / "a.nc", engine="h5netcdf", encoding={"h": {"_FillValue": np.float32(-1)}})
    return folder / "a.nc"


def as_netcdf(folder: Path, depths, missing, **said):
    return open_netcdf(netcdf(folder, depths, missing), **said)


@pytest.fixture(params=[as_ascii, as_geotiff, as_netcdf])
def open_as(request, tmp_path):
    return lambda depths, missing, **said: request.param(
        tmp_path, np.stack(depths), np.stack(missing), **said
    )


NOTHING_MISSING = np.zeros_like(DEPTH, dtype=bool)
ONE_MISSING = np.array([[False, True, False], [False, False, False]])


def test_every_format_gives_the_same_series(open_as):
    series = open_as([DEPTH, DEPTH * 2], [NOTHING_MISSING, NOTHING_MISSING])
    assert series.times.tolist() == [0.0, 600.0]
    assert series.grid.equals(Grid(500, 1000, 10, 10, 2, 3))
    assert series.crs == UTM
    assert series.cell_size() == 10
    np.testing.assert_array_equal(series.frame(0).depth, DEPTH)
    np.testing.assert_array_equal(series.frame(1).depth, DEPTH * 2)
    points = np.array([[505.0, 1005.0], [525.0, 1015.0], [0.0, 0.0]])
    depths = [frame.depth for frame in series.frames_at(points)]
    np.testing.assert_array_equal(depths, np.float32([[0.25, 1.0, np.nan], [0.5, 2.0, np.nan]]))


def test_a_cell_without_a_value_is_unknown_or_dry_as_the_user_says(open_as):
    unknown = open_as([DEPTH], [ONE_MISSING]).frame(0).depth
    dry = open_as([DEPTH], [ONE_MISSING], nodata="dry").frame(0).depth
    np.testing.assert_array_equal(np.isnan(unknown), ONE_MISSING)
    np.testing.assert_array_equal(dry, np.where(ONE_MISSING, 0, DEPTH))


def test_negative_depths_are_dry_and_counted(open_as):
    frame = open_as([DEPTH - 0.5], [NOTHING_MISSING]).frame(0)
    np.testing.assert_array_equal(frame.depth, np.maximum(DEPTH - 0.5, 0))
    assert frame.n_negative == 3


def test_an_elevation_is_no_depth(open_as):
    assert refused(lambda: open_as([DEPTH * 60], [NOTHING_MISSING]).frame(0)) == [
        ("cell row 2, column 3", None, "is deeper than any flood (100 m) (1 such cells)")
    ]


@pytest.mark.parametrize("open_as", [as_ascii, as_geotiff], indirect=True)
@pytest.mark.parametrize("code", [np.nan, -999.0, -np.inf])
def test_a_cell_that_holds_no_depth_is_refused_unless_such_cells_are_dry(open_as, code):
    broken = np.where(ONE_MISSING, np.float32(code), DEPTH)
    assert refused(lambda: open_as([broken], [NOTHING_MISSING]).frame(0)) == [
        ("cell row 1, column 2", None, "is no depth, and not marked as nodata (1 such cells)")
    ]
    frame = open_as([broken], [NOTHING_MISSING], nodata="dry").frame(0)
    assert (frame.depth[0, 1], frame.n_negative) == (0, 0)


@pytest.mark.parametrize("open_as", [as_ascii, as_geotiff], indirect=True)
def test_infinite_depth_is_refused_whatever_nodata_means(open_as):
    infinite = np.where(ONE_MISSING, np.float32(np.inf), DEPTH)
    found = refused(lambda: open_as([infinite], [NOTHING_MISSING], nodata="dry").frame(0))
    assert found[0][2] == "is deeper than any flood (100 m) (1 such cells)"


def test_all_broken_frames_are_named_together(open_as):
    deep = DEPTH * 60
    series = open_as([deep, DEPTH, deep], [NOTHING_MISSING] * 3)
    assert len(refused(lambda: list(series.frames_at(np.array([[505.0, 1005.0]]))))) == 2


# -- ASCII grids ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        HEADER.upper(),
        HEADER.replace("xllcorner 500", "xllcenter 505").replace("yllcorner 1000", "yllcenter 1005"),
        HEADER.replace("cellsize 10", "dx 10\ndy 10"),
        HEADER.replace("NODATA_value -9999\n", ""),
        HEADER.replace("\n", "\r\n"),
    ],
)
def test_headers_may_be_written_in_many_ways(tmp_path, header):
    series = one_grid(tmp_path, np.where(ONE_MISSING, -9999, DEPTH), header)
    assert series.grid == Grid(500, 1000, 10, 10, 2, 3)
    np.testing.assert_array_equal(np.isnan(series.frame(0).depth), ONE_MISSING)


def test_rows_of_numbers_may_break_anywhere(tmp_path):
    path = tmp_path / "0.asc"
    path.write_text(HEADER + "0 0.5\n1\n\n0.25 0 2", encoding="ascii")
    np.testing.assert_array_equal(open_ascii_grids("a", [(0.0, path)], crs=UTM).frame(0).depth, DEPTH)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (HEADER.replace("ncols 3\n", ""), [("header", None, "must say ncols once")]),
        (HEADER.replace("ncols 3", "ncols 2.5"), [("header", None, "ncols must be a whole number above 0")]),
        (HEADER.replace("cellsize 10", "cellsize -10"), [("header", None, "cellsize must be above 0")]),
        (HEADER.replace("cellsize 10\n", ""), [("header", None, "must say cellsize (or dx and dy)")]),
        (
            HEADER.replace("xllcorner 500", "xllcorner west") + "yllcenter 3\n",
            [
                ("header", 3, "is no line of an ASCII grid's header"),
                ("header", None, "must say xllcorner / xllcenter once"),
                ("header", None, "must say yllcorner / yllcenter once"),
            ],
        ),
    ],
)
def test_a_wrong_header_is_refused_with_every_reason(tmp_path, header, found):
    assert refused(lambda: one_grid(tmp_path, header=header)) == found


def test_a_grid_cut_off_is_refused(tmp_path):
    series = one_grid(tmp_path)
    path = tmp_path / "0.asc"
    path.write_text(HEADER + "0 0.5 1\n0.25 0", encoding="ascii")
    assert refused(lambda: series.frame(0)) == [("", None, "holds 5 numbers; its header says 6")]


def test_a_word_among_the_numbers_is_shown_with_its_line(tmp_path):
    path = tmp_path / "0.asc"
    path.write_text(HEADER + "0 0.5 1\n0.25 0,5 2", encoding="ascii")
    series = open_ascii_grids("a", [(0.0, path)], crs=UTM)
    assert refused(lambda: series.frame(0)) == [("row", 8, "is no number")]


def test_all_that_the_headers_show_is_said_at_once(tmp_path):
    good = write_grid(tmp_path / "1.asc")
    shifted = write_grid(tmp_path / "2.asc", header=HEADER.replace("xllcorner 500", "xllcorner 505"))
    taller = write_grid(tmp_path / "3.asc", header=HEADER.replace("nrows 2", "nrows 3"))
    frames = [(0.0, good), (60.0, shifted), (120.0, taller)]
    found = refused(lambda: open_ascii_grids("a", frames, crs=UTM))
    assert [place for place, _, _ in found] == ["grid", "grid"]
    lost = [(0.0, tmp_path / "7.asc"), (60.0, tmp_path / "8.asc")]
    rules = [rule for _, _, rule in refused(lambda: open_ascii_grids("a", lost, crs=UTM))]
    assert rules == ["cannot be opened (No such file or directory)"] * 2


def test_a_frame_that_is_gone_when_it_is_read_is_refused(tmp_path):
    series = one_grid(tmp_path)
    (tmp_path / "0.asc").unlink()
    assert refused(lambda: series.frame(0)) == [("", None, "cannot be opened (No such file or directory)")]


def test_the_system_comes_from_the_prj_or_the_user_and_never_from_both_differently(tmp_path):
    pyproj = pytest.importorskip("pyproj")
    path = write_grid(tmp_path / "0.asc")
    frames = [(0.0, path)]
    assert refused(lambda: open_ascii_grids("a", frames)) == [
        ("crs", None, "must be known; the file does not say it")
    ]
    path.with_suffix(".prj").write_text(pyproj.CRS(UTM).to_wkt("WKT1_ESRI"), encoding="ascii")
    assert open_ascii_grids("a", frames).crs == UTM
    assert refused(lambda: open_ascii_grids("a", frames, crs="EPSG:32651")) == [
        ("crs", None, f"contradicts the file, which says {UTM}")
    ]


# -- GeoTIFF --------------------------------------------------------------------------------


def test_a_geotiff_cut_off_is_refused(tmp_path):
    wide = np.random.default_rng(1).random((1, 200, 300)).astype(np.float32)
    series = as_geotiff(tmp_path, wide, np.zeros_like(wide, dtype=bool))
    path = tmp_path / "0.tif"
    path.write_bytes(path.read_bytes()[:-1000])
    (found,) = refused(lambda: series.frame(0))
    assert found[2].startswith("is no GeoTIFF, or damaged or cut off")
    path.write_bytes(b"II*")
    (found,) = refused(lambda: open_geotiffs("tif", [(0.0, path)]))
    assert found[2].startswith("is no GeoTIFF, or damaged or cut off")


def test_a_geotiff_must_lie_north_up_in_one_band(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    path = tmp_path / "0.tif"
    shape = {"height": 2, "width": 3, "count": 2, "dtype": "float32"}
    turned = rasterio.Affine(10, 2, 500, 2, -10, 1020)
    with rasterio.open(path, "w", "GTiff", crs=UTM, transform=turned, **shape) as raster:
        raster.write(np.stack([DEPTH, DEPTH]))
    assert [place for place, _, _ in refused(lambda: open_geotiffs("tif", [(0.0, path)]))] == [
        "bands",
        "transform",
    ]


def test_a_picture_without_a_place_is_refused(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    path = tmp_path / "0.tif"
    shape = {"height": 2, "width": 3, "count": 1, "dtype": "float32"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path, "w", "GTiff", **shape) as raster:
            raster.write(DEPTH, 1)
    assert [place for place, _, _ in refused(lambda: open_geotiffs("tif", [(0.0, path)]))] == ["transform"]


def test_a_geotiff_in_centimetres_is_read_in_metres(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    series = as_geotiff(tmp_path, np.stack([DEPTH * 100]), np.stack([NOTHING_MISSING]))
    with rasterio.open(tmp_path / "0.tif", "r+") as raster:
        raster.units = ("cm",)
    np.testing.assert_allclose(series.frame(0).depth, DEPTH, rtol=1e-6)
    with rasterio.open(tmp_path / "0.tif", "r+") as raster:
        raster.units = ("furlong",)
    assert refused(lambda: series.frame(0)) == [("units", None, "is no unit of depth")]


# -- NetCDF ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "said", "times"),
    [
        ("hours", {}, [0.0, 36000.0]),
        ("seconds", {"zero": 3600.0}, [3600.0, 3610.0]),
        ("minutes since 2026-07-18 20:00:00", {"start": datetime(2026, 7, 18, 19, 30)}, [1800.0, 2400.0]),
        ("minutes since 2026-07-18 20:00:00 +00:00", {"zero": 60.0}, [60.0, 660.0]),
        ("days since 2000-01-01", {"zero": 0.0}, [0.0, 864000.0]),
    ],
)
def test_netcdf_times_follow_their_units(tmp_path, units, said, times):
    path = netcdf(tmp_path, np.stack([DEPTH] * 2), np.stack([NOTHING_MISSING] * 2), units)
    assert open_netcdf(path, **said).times.tolist() == times


@pytest.mark.parametrize(
    "units",
    [
        "hours since 2026-07-18 20:00:00 +00:00",  # whose clock?
        "hours since 2026-07-18 20:00:00 UTC",
        "hours since the start",
    ],
)
def test_netcdf_times_of_another_clock_are_refused(tmp_path, units):
    path = netcdf(tmp_path, np.stack([DEPTH] * 2), np.stack([NOTHING_MISSING] * 2), units)
    assert refused(lambda: open_netcdf(path, start=datetime(2026, 7, 18, 20))) == [
        ("time units", None, "does not say where the scenario's clock stands")
    ]


def test_netcdf_needs_units_growing_times_and_even_cells(tmp_path):
    two = np.stack([DEPTH] * 2), np.stack([NOTHING_MISSING] * 2)
    assert refused(lambda: open_netcdf(netcdf(tmp_path, *two, units="fortnights"))) == [
        ("time units", None, "is no unit of time")
    ]
    falling = netcdf(tmp_path, *two, times=[10.0, 0.0])
    assert refused(lambda: open_netcdf(falling)) == [("frame 2", None, "must be later than the frame before")]
    xarray = pytest.importorskip("xarray")
    with xarray.open_dataset(netcdf(tmp_path, *two), engine="h5netcdf", decode_times=False) as dataset:
        uneven = dataset.assign_coords(x=[505.0, 515.0, 535.0]).load()
    uneven.to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    assert refused(lambda: open_netcdf(tmp_path / "b.nc")) == [
        ("x", None, "must have even steps, two cells or more")
    ]


def test_netcdf_names_its_variables_where_the_choice_is_open(tmp_path):
    xarray = pytest.importorskip("xarray")
    path = netcdf(tmp_path, np.stack([DEPTH]), np.stack([NOTHING_MISSING]))
    with xarray.open_dataset(path, engine="h5netcdf", decode_times=False) as dataset:
        two = dataset.assign(speed=dataset["h"] * 0).load()
    two.to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    (found,) = refused(lambda: open_netcdf(tmp_path / "b.nc"))
    assert found[2].endswith("the file has h, speed")
    np.testing.assert_array_equal(open_netcdf(tmp_path / "b.nc", variable="h").frame(0).depth, DEPTH)
    (found,) = refused(lambda: open_netcdf(tmp_path / "b.nc", variable="depth"))
    assert found[0] == "variable"


def test_a_netcdf_file_cut_off_is_refused(tmp_path):
    path = netcdf(tmp_path, np.stack([DEPTH]), np.stack([NOTHING_MISSING]))
    path.write_bytes(path.read_bytes()[:-3000])
    (found,) = refused(lambda: open_netcdf(path))
    assert found[2].startswith("is no NetCDF 4 file, or damaged or cut off")


# -- real files -----------------------------------------------------------------------------


def test_the_seaside_tsunami_is_120_frames_of_at_most_11_66_m(data_dir):
    folder = data_dir / "seaside_or/tsunami_inundation"
    assert refused(lambda: times_in_names(files_of(folder / "*.asc"), unit=1.0)) == [
        ("name", None, "is not named like the others (#.asc)")
    ]
    series = open_ascii_grids("sea", times_in_names(files_of(folder / "[0-9]*.asc"), unit=1.0))
    assert series.times.tolist() == [30.0 * number for number in range(1, 121)]
    assert (series.grid.n_rows, series.grid.n_columns, series.cell_size()) == (96, 89, 55)
    assert series.crs == "EPSG:32610"
    frames = [series.frame(index) for index in range(120)]
    assert max(np.nanmax(frame.depth) for frame in frames) == np.float32(11.66)
    assert {int(np.isnan(frame.depth).sum()) for frame in frames} == {56}
    assert sum(frame.n_negative for frame in frames) == 82_965


def test_the_seaside_testbed_raster_is_at_most_3_5_m(data_dir):
    file = data_dir / "seaside_or/incore_testbed/Tsu_100yr_Hmax.tif"
    series = open_geotiffs("h", [(0.0, file)])
    assert series.crs == "EPSG:4326"
    assert (series.grid.n_rows, series.grid.n_columns) == (40, 40)
    depth = series.frame(0).depth
    assert (np.nanmax(depth), int(np.isnan(depth).sum())) == (3.5, 398)
