"""Times of trucks over the roads of a moment, by hand on a grid of streets of 500 m at 10 m/s."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.analysis.road_times import RoadTimes
from tests.reference.small_district import link, node, small_district, write_depths

BLOCK = 50.0
"""Time for one street [s]."""


@pytest.fixture
def world(tmp_path):
    """Give the grid; from 01:00 on 0.25 m, from 02:00 on 0.5 m of water on the street from n1-1 to n2-1."""
    street = link((1, 1), (2, 1))
    rows = [(street, "2026-07-18 21:00", 0.25), (street, "2026-07-18 22:00", 0.5)]
    links = write_depths(tmp_path / "depths.csv", "link_id", rows)
    given = small_district(tmp_path, water={"type": "table", "links": links})
    return ev.build(ev.from_mapping(given))


def at(world, *names):
    """Return the rows of nodes."""
    return [world.roads.node_row[name] for name in names]


def test_blocks_add_up_on_dry_roads(world):
    times = RoadTimes.of(world).between(at(world, node(0, 0), node(4, 2)), at(world, node(0, 0), node(3, 1)))
    assert times == pytest.approx(np.array([[0, 4 * BLOCK], [6 * BLOCK, 2 * BLOCK]]))


def test_water_slows_and_closes_one_direction(world):
    """At half its limit of 0.5 m a truck goes at a quarter; round the block is quicker, and two blocks longer."""
    there, back = at(world, node(1, 1)), at(world, node(2, 1))
    hour = 3600.0
    assert RoadTimes.of(world, 0.5 * hour).between(there, back) == pytest.approx(np.array([[BLOCK]]))
    for moment, n_closed in ((1.5 * hour, 0), (2.5 * hour, 1)):
        wet = RoadTimes.of(world, moment)
        assert wet.n_closed == n_closed
        assert wet.between(there, back) == pytest.approx(np.array([[3 * BLOCK]]))
        assert wet.between(back, there) == pytest.approx(np.array([[BLOCK]]))


def test_the_nearest_of_units_that_set_out_at_different_times(world):
    """Three blocks after two minutes are later than four at once, and two after two minutes sooner."""
    dry = RoadTimes.of(world)
    first = dry.from_nearest(at(world, node(0, 0), node(4, 0), node(4, 0)), [0.0, 500.0, 120.0])
    assert first[at(world, node(4, 0), node(1, 0), node(3, 0))] == pytest.approx([120, 50, 150])
    assert np.isinf(dry.from_nearest([])).all()


def test_from_the_nearest_is_the_least_between(world):
    places = at(world, node(0, 2), node(2, 1), node(4, 0))
    every = np.arange(len(world.roads.node_ids))
    for moment in (None, 5400.0, 9000.0):
        roads = RoadTimes.of(world, moment)
        assert roads.from_nearest(places) == pytest.approx(roads.between(places, every).min(axis=0))
