"""Links and places get the water that lies on them: all along, above the deck, in any format."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.errors import ScenarioError
from evacsim.formats.ascii_grid import open_ascii_grids
from evacsim.formats.frames import files_of, times_in_names
from evacsim.formats.geotiff import open_geotiffs
from evacsim.formats.netcdf import open_netcdf
from evacsim.formats.rasters import DepthSeries, Frame, Grid, Values
from evacsim.formats.tables import read_table
from evacsim.hazard.polygons import FloodPolygons, Outline
from evacsim.hazard.sampling import LinkShapes, PlacePoints, sample_water

UTM = "EPSG:32650"
NO_PLACES = PlacePoints([], np.empty((0, 2)))


def links(*shapes, deck=None) -> LinkShapes:
    ids = [f"L{number}" for number in range(len(shapes))]
    offsets = np.cumsum([0, *map(len, shapes)])
    xy = np.array([point for shape in shapes for point in shape], dtype=float)
    return LinkShapes(
        ids, offsets, xy, np.zeros(len(shapes)) if deck is None else np.array(deck, dtype=float)
    )


def series(frames, *, cell=10.0, times=None, x0=0.0, y0=0.0, crs=UTM, nodata="error") -> DepthSeries:
    """Return a series of arrays, row 0 in the north; nan is a cell without a value."""
    frames = np.array(frames, dtype=np.float32)
    times = np.arange(len(frames)) * 600.0 if times is None else np.array(times)
    grid = Grid(x0, y0, cell, cell, *frames.shape[1:])
    names = tuple(str(index) for index in range(len(frames)))
    return DepthSeries(
        "a", times, names, grid, crs, nodata, lambda index: Values(frames[index], np.isnan(frames[index]))
    )


@dataclass
class PlaneWave:
    """A front that moves east at 2 m/s with 1 m of water behind it."""

    times: np.ndarray
    speed: float = 2.0
    source: str = "wave"
    crs: str = UTM

    def cell_size(self) -> float:
        return np.inf

    def frames_at(self, xy: np.ndarray) -> Iterator[Frame]:
        for time in self.times:
            yield Frame((xy[:, 0] < self.speed * time).astype(np.float32), 0)


# -- the cases of verification 4K -----------------------------------------------------------


def test_k1_a_wave_at_2_m_per_s_wets_a_link_3_km_off_at_1500_s():
    step = 30.0
    wave = PlaneWave(np.arange(0, 3000, step))
    water = sample_water(wave, links([(3000, 0), (3000, 500)]), NO_PLACES, crs=UTM)
    assert 1500 <= water.link_arrival(0.3)[0] <= 1500 + step


def test_k2_a_long_link_wet_at_one_end_is_wet_though_its_middle_is_dry():
    frame = np.zeros((1, 101))
    frame[0, 0] = 0.5
    field = series([frame])
    long_link = links([(5, 5), (1005, 5)])
    middle = PlacePoints(["middle"], np.array([[505.0, 5.0]]))
    water = sample_water(field, long_link, middle, crs=UTM)
    assert water.link_depth_at(0)[0] == 0.5
    assert water.place_depth_at(0)[0] == 0
    assert water.link_wet_share_at(0)[0] == pytest.approx(0.005, abs=0.0026)


def test_k3_a_bridge_3_m_high_stays_open_in_2_m_of_water():
    field = series([np.full((3, 3), 2.0), np.full((3, 3), 3.4)])
    crossing = [(5, 5), (25, 5)]
    water = sample_water(field, links(crossing, crossing, deck=[3.0, 0.0]), NO_PLACES, crs=UTM)
    assert water.link_depth_at(0).tolist() == [0, 2]
    assert water.link_depth_at(600) == pytest.approx([0.4, 3.4], abs=1e-6)
    assert water.link_wet_share_at(0).tolist() == [0, 1]


def cells_as_polygons(frame: np.ndarray, cell: float) -> tuple[Outline, ...]:
    n_rows = len(frame)
    outlines = []
    for row, column in zip(*np.nonzero(frame), strict=True):
        west, north = column * cell, (n_rows - row) * cell
        ring = [
            [west, north],
            [west + cell, north],
            [west + cell, north - cell],
            [west, north - cell],
            [west, north],
        ]
        outlines.append(Outline({"type": "Polygon", "coordinates": [ring]}, float(frame[row, column])))
    return tuple(outlines)


def test_k8_one_flood_closes_the_same_links_as_geotiff_netcdf_ascii_and_polygons(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    xarray = pytest.importorskip("xarray")
    random = np.random.default_rng(8)
    cell, n = 20.0, 12
    depth = np.round(random.random((n, n)) * (random.random((n, n)) < 0.3), 2)
    frames = np.array([np.round(depth * part, 3) for part in (0.2, 0.6, 1.0)], dtype=np.float32)
    times = [0.0, 600.0, 1200.0]
    header = f"ncols {n}\nnrows {n}\nxllcorner 0\nyllcorner 0\ncellsize {cell}\n"
    ascii_files, geotiffs = [], []
    for time, frame in zip(times, frames, strict=True):
        path = tmp_path / f"{time:g}.asc"
        path.write_text(
            header + "\n".join(" ".join(f"{v:.3f}" for v in row) for row in frame), encoding="ascii"
        )
        ascii_files.append((time, path))
        path = tmp_path / f"{time:g}.tif"
        north_west = rasterio.transform.from_origin(0, n * cell, cell, cell)
        shape = {"height": n, "width": n, "count": 1, "dtype": "float32"}
        with rasterio.open(path, "w", "GTiff", crs=UTM, transform=north_west, **shape) as raster:
            raster.write(frame, 1)
        geotiffs.append((time, path))
    middles = (np.arange(n) + 0.5) * cell
    xarray.Dataset(
        {"h": (("time", "y", "x"), frames[:, ::-1], {"units": "m"})},
        coords={"time": ("time", times, {"units": "s"}), "y": middles, "x": middles},
    ).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    fields = [
        open_ascii_grids("asc", ascii_files, crs=UTM),
        open_geotiffs("tif", geotiffs),
        open_netcdf(tmp_path / "a.nc", crs=UTM),
        FloodPolygons("shp", np.array(times), UTM, tuple(cells_as_polygons(frame, cell) for frame in frames)),
    ]
    # Irrational slopes, so that no point lies exactly on the border of two cells.
    ends = np.sort(random.random((60, 4)) * (n * cell - 2) + 1)
    roads = links(*([(a, c), (d, b)] for a, b, c, d in ends))
    waters = [sample_water(field, roads, NO_PLACES, crs=UTM) for field in fields]
    closures = [water.link_arrival(0.3) for water in waters]
    assert 10 < np.isfinite(closures[0]).sum() < 60
    for water, closure in zip(waters[1:], closures[1:], strict=True):
        np.testing.assert_array_equal(closure, closures[0])
        np.testing.assert_array_equal(water.link_depth, waters[0].link_depth)


# -- along the link -------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_a_link_is_as_deep_as_the_deepest_cell_it_crosses_by_more_than_half_a_step(seed):
    random = np.random.default_rng(seed)
    frame = np.round(random.random((8, 8)), 3).astype(np.float32)
    shape = random.random((3, 2)) * 80
    water = sample_water(series([frame]), links(shape.tolist()), NO_PLACES, crs=UTM)
    # A plain twin: 2,000 points on each segment.
    part = np.linspace(0, 1, 2000)[:, None]
    points = np.concatenate([shape[k] + part * (shape[k + 1] - shape[k]) for k in range(2)])
    cells = series([frame]).grid.cells(points)
    depth = frame.ravel()[cells]
    assert water.link_depth[0, 0] <= depth.max()
    lengths = np.repeat(np.hypot(*(np.diff(shape, axis=0).T)) / 2000, 2000)
    for cell in set(cells.tolist()):
        if lengths[cells == cell].sum() > 5.5:
            assert water.link_depth[0, 0] >= frame.ravel()[cell]


def test_the_wet_share_is_the_wet_part_of_the_length():
    frame = np.zeros((1, 100))
    frame[0, 20:50] = 0.4
    water = sample_water(series([frame]), links([(0, 5), (1000, 5)]), NO_PLACES, crs=UTM, unknown="dry")
    assert water.link_wet_share_at(0)[0] == pytest.approx(0.3, abs=0.006)


def test_links_without_length_and_of_one_point_have_the_depth_of_their_place():
    field = series([np.full((3, 3), 0.7)])
    water = sample_water(field, links([(5, 5)], [(15, 5), (15, 5)], [(5, 5), (25, 25)]), NO_PLACES, crs=UTM)
    assert water.link_depth_at(0) == pytest.approx([0.7] * 3)
    assert water.link_wet_share_at(0).tolist() == [1, 1, 1]


def test_only_links_that_are_ever_wet_are_kept():
    frame = np.zeros((1, 30))
    frame[0, 25] = 1.0
    roads = links([(5, 5), (95, 5)], [(255, 5), (256, 5)], [(105, 5), (195, 5)])
    water = sample_water(series([np.zeros((1, 30)), frame]), roads, NO_PLACES, crs=UTM)
    assert water.link_rows.tolist() == [1]
    assert water.link_depth.tolist() == [[0], [1]]
    assert water.changes().tolist() == [1]


# -- what is not known ----------------------------------------------------------------------


def outside_and_nodata(nodata="error"):
    frame = np.full((2, 4), 0.5)
    frame[0, 3] = np.nan
    roads = links([(5, 5), (15, 5)], [(5, 15), (38, 15)], [(5, 5), (60, 5)])
    places = PlacePoints(["J1", "J2", "J3"], np.array([[5.0, 5.0], [35.0, 15.0], [-5.0, 5.0]]))
    return series([frame, frame], nodata=nodata), roads, places


def test_roads_and_places_without_data_are_refused_all_at_once():
    field, roads, places = outside_and_nodata()
    with pytest.raises(ScenarioError) as caught:
        sample_water(field, roads, places, crs=UTM)
    assert [issue.place for issue in caught.value.issues] == ["link L1, L2", "place J2, J3"]
    assert [issue.rule.en for issue in caught.value.issues] == [
        "lies where the water data say nothing (2 in all)"
    ] * 2


def test_roads_and_places_without_data_are_dry_where_the_user_says_so_and_counted():
    field, roads, places = outside_and_nodata()
    water = sample_water(field, roads, places, crs=UTM, unknown="dry")
    assert (water.n_unknown_links, water.n_unknown_places) == (2, 2)
    assert water.link_depth_at(0).tolist() == [0.5, 0.5, 0.5]
    assert water.place_depth_at(0).tolist() == [0.5, 0, 0]
    field, roads, places = outside_and_nodata("dry")
    assert sample_water(field, roads, places, crs=UTM, unknown="dry").n_unknown_links == 1


def test_water_that_covers_no_road_at_all_is_refused_even_if_unknown_means_dry():
    field, roads, _ = outside_and_nodata()
    far = LinkShapes(roads.ids, roads.offsets, roads.xy + 1e6, roads.deck_height)
    with pytest.raises(ScenarioError, match="no road and no place lies where the water data say anything"):
        sample_water(field, far, NO_PLACES, crs=UTM, unknown="dry")


def test_negative_depths_are_counted_over_all_frames():
    field = series([np.full((2, 2), -0.1), np.array([[0.0, -1.0], [0.2, 0.0]])])
    water = sample_water(field, links([(5, 5), (15, 5)]), NO_PLACES, crs=UTM)
    assert water.n_negative == 5
    assert water.link_depth_at(0)[0] == 0


# -- other systems --------------------------------------------------------------------------


def test_roads_in_degrees_meet_water_in_metres():
    pyproj = pytest.importorskip("pyproj")
    to_degrees = pyproj.Transformer.from_crs(UTM, "EPSG:4490", always_xy=True)
    frame = np.zeros((20, 20))
    frame[:, 12] = 0.6
    field = series([frame], x0=500_000.0, y0=3_000_000.0)
    shape = np.array([[500_015.0, 3_000_105.0], [500_185.0, 3_000_105.0]])
    degrees = np.column_stack(to_degrees.transform(shape[:, 0], shape[:, 1]))
    inside = PlacePoints(["J1"], np.column_stack(to_degrees.transform([500_125.0], [3_000_055.0])))
    water = sample_water(field, links(degrees.tolist()), inside, crs="EPSG:4490")
    assert water.link_depth_at(0)[0] == np.float32(0.6)
    assert water.link_wet_share_at(0)[0] == pytest.approx(10 / 170, abs=0.03)
    assert water.place_depth_at(0)[0] == np.float32(0.6)


def test_a_grid_in_degrees_has_cells_in_metres():
    pytest.importorskip("pyproj")
    field = series([np.ones((2, 2))], cell=0.001, x0=108.0, y0=60.0, crs="EPSG:4326")
    # At 60 degrees north a degree of longitude is half as long as one of latitude.
    assert field.cell_size() == pytest.approx(55.6, abs=0.1)


# -- real water on real roads ---------------------------------------------------------------


def shapes_of(table) -> LinkShapes:
    return links(*([point[:2] for point in geometry["coordinates"]] for geometry in table.geometries))


def test_the_seaside_tsunami_floods_the_seaside_roads(data_dir):
    folder = data_dir / "seaside_or"
    field = open_ascii_grids(
        "sea", times_in_names(files_of(folder / "tsunami_inundation/[0-9]*.asc"), unit=1.0)
    )
    roads = read_table(folder / "road_network/road_network.shp")
    people = read_table(folder / "population_distribution/population_distribution.shp")
    places = PlacePoints([str(row["id"]) for row in people.rows], np.array(people.points))
    water = sample_water(field, shapes_of(roads), places, crs=roads.crs, unknown="dry")
    assert (water.n_unknown_links, water.n_unknown_places) == (1, 0)
    arrival = water.link_arrival(0.3)
    # The first road at 25.5 min, half of the 489 flooded ones by 41 min; 96 never.
    assert np.isfinite(arrival).sum() == 489
    assert arrival.min() == 1530
    assert np.median(arrival[np.isfinite(arrival)]) == 2460
    assert water.link_depth.max() <= 11.66


@pytest.mark.parametrize(
    ("period", "published", "by_mean", "by_deepest"),
    [(1, 117, 117, 230), (20, 880, 877, 956), (100, 1022, 1022, 1064)],
)
def test_miami_beach_edges_are_as_wet_as_published(data_dir, period, published, by_mean, by_deepest):
    folder = data_dir / "miami_beach_us"
    edges = read_table(folder / "base_graph_hazard_edges.gpkg")
    roads = shapes_of(edges)
    field = open_geotiffs("rp", [(0.0, folder / f"RP_{period}.tif")], nodata="dry")
    water = sample_water(field, roads, NO_PLACES, crs=edges.crs)
    share = water.link_wet_share_at(0)
    mean = np.array([row[f"RP{period}_me"] or 0.0 for row in edges.rows], dtype=float)
    fraction = np.array([row[f"RP{period}_fr"] for row in edges.rows], dtype=float)
    assert (mean > 0.3).sum() == published
    # The flooded fraction of every edge, and which edges are wet at all.
    assert np.abs(share - fraction).mean() < 0.005
    assert ((share > 0) == (fraction > 0)).mean() > 0.998
    # Published is the mean depth over the wet part; sampled the same way it is the same edges but few.
    ours = mean_depth_of_wet_part(field, roads)
    assert (ours > 0.3).sum() == by_mean
    assert ((ours > 0.3) == (mean > 0.3)).mean() > 0.99
    # The deepest point closes more edges than the mean does, and hardly ever less deep than it.
    deepest = water.link_depth_at(0)
    assert (deepest > 0.3).sum() == by_deepest
    assert (deepest < mean - 0.01).sum() <= 5


def mean_depth_of_wet_part(field, roads) -> np.ndarray:
    """Return the mean depth over the wet part of each link, from one sampled place every metre."""
    means = []
    depth, n_links = field.frame(0).depth.ravel(), len(roads.ids)
    for link in range(n_links):
        shape = roads.xy[roads.offsets[link] : roads.offsets[link + 1]]
        length = np.hypot(*np.diff(shape, axis=0).T) * 1e5
        at = np.concatenate(([0], np.cumsum(length)))
        stations = np.linspace(0, at[-1], max(int(at[-1]), 2))
        points = np.column_stack([np.interp(stations, at, shape[:, axis]) for axis in (0, 1)])
        wet = depth[field.grid.cells(points)]
        wet = wet[wet > 0]
        means.append(wet.mean() if len(wet) else 0.0)
    return np.array(means)
