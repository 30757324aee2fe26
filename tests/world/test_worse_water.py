"""A hazard whose water stands higher or comes faster: the water, and what gauges and forecasts say of it."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from tests.reference.gauges import with_gauge
from tests.reference.small_district import small_flood


@pytest.fixture
def flood(tmp_path):
    return ev.from_mapping(with_gauge(small_flood(tmp_path), tmp_path, [(0, 0.0), (3, 6.0)]))


def test_higher_water_is_higher_in_the_world_and_no_gauge_shows_it(flood):
    usual, worse = ev.build(flood), ev.build(flood.change({"hazard.water.raised": "0.5 m"}))
    west = usual.zones.depth_row[usual.zones.ids.index("west")]
    at = 85 * 60.0
    assert worse.water.place_depth_at(at)[west] == pytest.approx(usual.water.place_depth_at(at)[west] + 0.5)
    assert worse.water.place_depth_at(0.0)[west] == 0
    np.testing.assert_array_equal(worse.gauges["bridge"].stages, usual.gauges["bridge"].stages)
    np.testing.assert_array_equal(worse.gauges["bridge"].times, usual.gauges["bridge"].times)


def test_faster_water_comes_sooner_at_places_and_at_gauges(flood):
    usual, worse = ev.build(flood), ev.build(flood.change({"hazard.water.faster": 2}))
    west = usual.zones.depth_row[usual.zones.ids.index("west")]
    assert usual.water.place_arrival(0.8)[west] == 80 * 60
    assert worse.water.place_arrival(0.8)[west] == 40 * 60
    assert worse.gauges["bridge"].first_reaching(3.0) == usual.gauges["bridge"].first_reaching(3.0) / 2


def test_more_people_are_late_in_worse_water(flood):
    late = [
        ev.simulate(flood.change(changes), seed=1).indicators["out_before_water_share"].value
        for changes in ({}, {"hazard.water.faster": 1.5})
    ]
    assert late[1] < late[0]


def test_worse_water_is_told_from_nonsense(flood):
    for changes in ({"hazard.water.raised": "-0.5 m"}, {"hazard.water.faster": 0}):
        with pytest.raises(ScenarioError):
            flood.change(changes)
