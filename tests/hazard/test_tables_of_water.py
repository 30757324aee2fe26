"""Water written by hand: units, moments, unknown ids, and everything wrong at once."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from evacsim.errors import FormatError
from evacsim.formats.tables import read_table
from evacsim.hazard.depth_tables import water_from_tables

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


@pytest.mark.parametrize("heads", ["link_id,time,depth,velocity", "路段,时间,水深,流速"])
def test_a_velocity_stands_beside_the_depth_of_a_link(tmp_path, heads):
    written = table(tmp_path, f"{heads}\nA,T+1 h,0.3 m,1.5 m/s\nA,T+2 h,0.3 m,0 m/s\nB,T+2 h,1 m,3.6 km/h\n")
    ids = ["A", "B", "B.back"]
    water = water_from_tables(written, None, link_ids=ids, place_ids=[], start=START)
    assert water.link_velocity.tolist() == np.float32([[1.5, 0, 0], [0, 1, 1]]).tolist()
    assert link_water(table(tmp_path, "link,time_s,depth_m\nA,0,1\n", "b.csv")).link_velocity is None


def test_a_velocity_that_cannot_be_is_told_with_everything_else(tmp_path):
    text = "link,time_s,depth_m,velocity_m_s\nA,0,-1,-0.1\nB,0,1,20.5\nB,60,1,\n"
    assert issues_of(lambda: link_water(table(tmp_path, text))) == [
        (4, "velocity_m_s", None),
        (2, "depth_m", "-1"),
        (2, "velocity_m_s", "-0.1"),
        (3, "velocity_m_s", "20.5"),
    ]


def test_a_road_open_both_ways_is_as_deep_the_other_way_unless_that_has_rows_of_its_own(tmp_path):
    ids = ["A", "A.back", "B", "B.back"]
    written = table(tmp_path, "link,time_s,depth_m\nA,0,0.3\nA,60,0.5\nB,0,0.1\nB.back,60,0.2\n")
    water = water_from_tables(written, None, link_ids=ids, place_ids=[], start=START)
    assert water.link_depth_at(0).tolist() == np.float32([0.3, 0.3, 0.1, 0]).tolist()
    assert water.link_depth_at(60).tolist() == np.float32([0.5, 0.5, 0.1, 0.2]).tolist()


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
