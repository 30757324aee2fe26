"""Water and stages written by hand: units, moments, unknown ids, and everything wrong at once."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from evacsim.errors import FormatError
from evacsim.formats.tables import read_table
from evacsim.hazard.depth_tables import water_from_tables
from evacsim.hazard.polygons import polygons_from_table
from evacsim.hazard.stages import stages_from_table

START = datetime(2026, 7, 18, 20)


def table(folder: Path, text: str, name: str = "a.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_table(path)


def issues_of(read) -> list[tuple[int | None, str, str | None]]:
    """Return line, place and value of each issue; both languages must say something."""
    with pytest.raises(FormatError) as caught:
        read()
    assert all(issue.rule.zh and issue.remedy.zh for issue in caught.value.issues)
    return [(issue.line, issue.place, issue.value) for issue in caught.value.issues]


def link_water(written):
    return water_from_tables(written, None, link_ids=["A", "B", "C"], place_ids=["J1"], start=START)


@pytest.mark.parametrize(
    "text",
    [
        "link_id,time,depth\nB,T+1 h,0.3 m\nA,T+2 h,50 cm\nB,T+3 h,0 m\n",
        "路段,时间,水深\nA,2026-07-18 22:00,0.5 m\nB,2026/7/18 21:00:00,300 mm\nB,2026-07-18 23:00,0 m\n",
        "link,time_s,depth_m\nB,10800,0\nB,3600,0.3\nA,7200,0.5\n",
        "路段,时间_s,水深_m\nB,3600.0,0.30\nA,7200,.5\nB,10800,0e0\n",
        "link_id,time,depth\nB,3600 s,0.3 米\nA,2 h,0.5 m\nB,3小时,0 m\n",
    ],
)
def test_a_depth_holds_from_its_row_to_the_next_in_every_way_of_writing(tmp_path, text):
    water = link_water(table(tmp_path, text))
    assert water.times.tolist() == [3600, 7200, 10800]
    assert water.link_rows.tolist() == [0, 1]
    assert water.link_depth.tolist() == np.float32([[0, 0.3], [0.5, 0.3], [0.5, 0]]).tolist()
    assert water.link_wet_share.tolist() == [[0, 1], [1, 1], [1, 0]]
    assert water.link_depth_at(3599).tolist() == [0, 0, 0]
    assert water.place_depth_at(9e9).tolist() == [0]


def test_links_and_places_share_one_row_of_times(tmp_path):
    links = table(tmp_path, "link_id,time,depth\nC,T+1 h,0.3 m\n")
    places = table(tmp_path, "地点,时间,水深\nJ2,T-30 min,0.1 m\nJ1,T+2 h,0.7 m\n", "b.csv")
    water = water_from_tables(links, places, link_ids=["A", "B", "C"], place_ids=["J1", "J2"], start=START)
    assert water.times.tolist() == [-1800, 3600, 7200]
    assert water.place_depth.tolist() == np.float32([[0, 0.1], [0, 0.1], [0.7, 0.1]]).tolist()
    assert water.link_depth.tolist() == np.float32([[0], [0.3], [0.3]]).tolist()


def test_a_table_without_rows_is_dry(tmp_path):
    water = link_water(table(tmp_path, "link_id,time,depth\n"))
    assert (len(water.times), water.changes().tolist()) == (0, [])
    assert water.link_depth_at(0).tolist() == [0, 0, 0]


def test_everything_wrong_in_both_tables_is_said_at_once(tmp_path):
    links = table(
        tmp_path, "link_id,time,depth\nX,soon,0.3 m\nA,T+1 h,0.3\nB,T+1 h,-1 m\nB,T+2 h,200 m\n,T+1 h,1 m\n"
    )
    places = table(tmp_path, "place_id,moment,depth\nJ1,T+1 h,0.3 m\n", "b.csv")
    assert issues_of(
        lambda: water_from_tables(links, places, link_ids=["A", "B"], place_ids=["J1"], start=START)
    ) == [
        (2, "link_id", "X"),
        (6, "link_id", None),
        (2, "time", "soon"),
        (3, "depth", "0.3"),
        (4, "depth", "-1 m"),
        (5, "depth", "200 m"),
        (None, "header", None),
    ]


@pytest.mark.parametrize("cell", ["nan", "inf", "0,3", "", "0.3 m"])
def test_a_column_of_metres_holds_numbers_only(tmp_path, cell):
    written = table(tmp_path, f'link_id,time_s,depth_m\nA,0,"{cell}"\n')
    assert issues_of(lambda: link_water(written)) == [(2, "depth_m", cell or None)]


def test_two_depths_for_one_moment_are_refused(tmp_path):
    written = table(tmp_path, "link_id,time,depth\nA,T+1 h,0.3 m\nB,T+1 h,0.1 m\nA,2026-07-18 21:00,0.4 m\n")
    assert issues_of(lambda: link_water(written)) == [(4, "link_id", "A")]


# -- stages ---------------------------------------------------------------------------------


def test_stages_may_lie_below_the_datum(tmp_path):
    times, stages = stages_from_table(table(tmp_path, "时间,水位\nT+0 h,-3.3 m\nT+14 h,0 m\n"), start=START)
    assert times.tolist() == [0, 14 * 3600]
    assert stages.tolist() == [-3.3, 0]


def test_stages_must_grow_in_time_and_be_there(tmp_path):
    written = table(
        tmp_path, "time,stage\n2026-07-18 20:00,1 m\n2026-07-17 21:00,2 m\n2026-07-18 22:00,high\n"
    )
    found = issues_of(lambda: stages_from_table(written, start=START))
    assert found == [(4, "stage", "high"), (3, "time", "2026-07-17 21:00")]
    assert issues_of(lambda: stages_from_table(table(tmp_path, "time,stage\n"), start=START)) == [
        (None, "", None)
    ]


def test_a_real_gauge_is_read_with_its_columns_renamed(tmp_path, data_dir):
    text = (data_dir / "hydrographs/04119000_00065_iv.tsv").read_text(encoding="utf-8")
    header, rest = text.split("\n", 1)
    named = header.replace('"dateTime"', '"time"').replace('"GH_Inst"', '"stage_m"')
    path = tmp_path / "gauge.tsv"
    path.write_text(f"{named}\n{rest}", encoding="utf-8")
    times, stages = stages_from_table(read_table(path), start=datetime(2017, 6, 21, 5))
    assert (len(times), times[0], stages[0]) == (11_549, 0, 5.56)


# -- polygons -------------------------------------------------------------------------------


def outlines(folder: Path, *rows: tuple[str, str, str]):
    features = ",\n".join(
        f'{{"type": "Feature", "properties": {{"time": "{time}", "depth": "{depth}"}}, "geometry": {geometry}}}'
        for time, depth, geometry in rows
    )
    return table(folder, f'{{"type": "FeatureCollection", "features": [\n{features}]}}', "a.geojson")


SQUARE = '{"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}'
CORNER = '{"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]}'


def test_polygons_hold_their_depth_until_the_next_frame(tmp_path):
    pytest.importorskip("shapely")
    rows = [
        ("T+1 h", "0.4 m", SQUARE),
        ("T+1 h", "0.9 m", CORNER),
        ("T+3 h", "0 m", "null"),
        ("T+2 h", "0.2 m", SQUARE),
    ]
    field = polygons_from_table(outlines(tmp_path, *rows), start=START)
    assert (field.times.tolist(), field.crs) == ([3600, 7200, 10800], "EPSG:4326")
    points = np.array([[0.5, 0.5], [1.5, 1.5], [3.0, 3.0]])
    depths = [frame.depth.tolist() for frame in field.frames_at(points)]
    assert depths == np.float32([[0.4, 0.9, 0], [0.2, 0.2, 0], [0, 0, 0]]).tolist()


def test_what_is_no_polygon_is_refused(tmp_path):
    point = '{"type": "Point", "coordinates": [1, 1]}'
    rows = [("T+1 h", "0.4 m", point), ("T+1 h", "0.4 m", "null"), ("T+1 h", "-1 m", SQUARE)]
    written = outlines(tmp_path, *rows)
    assert issues_of(lambda: polygons_from_table(written, start=START)) == [
        (2, "geometry", None),
        (3, "geometry", None),
        (4, "depth", "-1 m"),
    ]
