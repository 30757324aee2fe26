"""Roads to draw: one for both directions, without bends that nobody sees."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.report.roads_drawn import drawn_roads, thinned


def links(**lines):
    return pd.DataFrame(
        [
            {"link": link, "line": line, "road_class": "primary_link", "name": ""}
            for link, line in lines.items()
        ]
    )


def test_two_directions_are_one_road():
    roads = drawn_roads(links(a="0 0, 500 10, 1000 0", b="1000 0, 500 10, 0 0", c="0 0, 1000 0"))
    assert roads.road_of_link == {"a": 0, "b": 0, "c": 1}
    assert (roads.ranks, roads.names) == ([3, 3], ["primary_link"] * 2)


def test_north_is_up_and_places_share_the_grid():
    roads = drawn_roads(links(a="100 200, 300 700"))
    assert (roads.width, roads.height, roads.unit) == (200, 500, 1.0)
    assert roads.place(100, 700) == [0, 0]
    assert roads.place(300, 200) == [200, 500]
    assert sorted(roads.lines[0].tolist()) == [[0, 500], [200, 0]]
    assert roads.place(np.nan, 200) is None


def test_a_wide_network_is_drawn_on_a_coarser_grid():
    roads = drawn_roads(links(a="0 0, 100000 0"), cells=20_000)
    assert (roads.unit, roads.width) == (5.0, 20_000)


@pytest.mark.parametrize("line", ["", " ", None, "5 5"])
def test_a_network_without_lines_is_not_drawn(line):
    assert drawn_roads(links(a=line, b="")) is None


def test_a_straight_line_needs_its_ends_only_and_a_bend_stays():
    line = np.array([[0, 0], [10, 1], [20, 0], [30, 40], [40, 0]])
    assert thinned(line, tolerance=2.0).tolist() == [[0, 0], [20, 0], [30, 40], [40, 0]]


def test_a_loop_keeps_its_shape():
    line = np.array([[0, 0], [50, 0], [50, 50], [0, 50], [0, 0]])
    assert thinned(line, tolerance=2.0).tolist() == line.tolist()


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=25),
    st.integers(0, 9),
)
def test_no_point_left_out_is_far_from_the_line(points, tolerance):
    line = np.array(points, dtype=np.int64)
    kept = thinned(line, tolerance=float(tolerance))
    assert kept[0].tolist() == line[0].tolist()
    assert kept[-1].tolist() == line[-1].tolist()
    for point in line:
        away = min(distance(point, a, b) for a, b in pairwise(kept))
        assert away <= tolerance + 1e-9


def distance(point, a, b):
    along = np.clip(np.dot(point - a, b - a) / max(np.dot(b - a, b - a), 1), 0, 1)
    return np.hypot(*(point - a - along * (b - a)))
