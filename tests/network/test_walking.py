"""How fast people walk: verification rows V05, V06, V07, B6, and the laws of G4."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.network.defaults import FOOTWAY_FLOW
from evacsim.network.walking import (
    IMO_AGES,
    counterflow_speed,
    level_of_service,
    linear_speed,
    predtechenskii_speed,
    sfpe_speed,
    slope_factor,
    speeds_by_age,
    tobler_speed,
    weidmann_speed,
)
from evacsim.streams import Streams

DENSITIES = np.arange(1, 60_000) / 10_000
LAWS = (weidmann_speed, sfpe_speed, linear_speed, counterflow_speed)


def test_v05_weidmann():
    speed = weidmann_speed([0.5, 1, 2, 3, 4, 5])
    assert speed == pytest.approx([1.2984, 1.0581, 0.6062, 0.3307, 0.1563, 0.0374], abs=1e-4)
    assert weidmann_speed([0, 5.4, 9]).tolist() == [1.34, 0, 0]
    flow = DENSITIES * weidmann_speed(DENSITIES)
    assert flow.max() == pytest.approx(1.22492, abs=1e-5)
    assert DENSITIES[flow.argmax()] == pytest.approx(1.7506, abs=1e-4)
    assert flow.max() == pytest.approx(FOOTWAY_FLOW, abs=1e-4)


def test_v06_sfpe():
    assert sfpe_speed([1, 1.88, 3]) == pytest.approx([1.0276, 0.6999, 0.2828], abs=1e-4)
    flow = DENSITIES * sfpe_speed(DENSITIES)
    assert flow.max() == pytest.approx(1.3158, abs=1e-4)
    assert DENSITIES[flow.argmax()] == pytest.approx(1.8797, abs=1e-4)
    assert sfpe_speed([0, 0.3]) == pytest.approx([1.1989, 1.1989], abs=1e-4)


def test_v07_tobler():
    slope = np.array([-0.2, -0.05, 0, 0.05, 0.1, 0.3])
    expected = [3.5493, 6, 5.0367, 4.2281, 3.5493, 1.7625]
    assert tobler_speed(slope) * 3.6 == pytest.approx(expected, abs=1e-4)
    assert slope_factor(slope) == pytest.approx(np.array(expected) / 5.0367, abs=1e-4)
    assert slope_factor(0.0) == 1


def test_g4_linear_laws_are_those_of_crowdwalk():
    density = np.array([0.5, 1.0, 2.0, 4.8, 6.0])
    assert linear_speed(density) == pytest.approx([1.075, 0.95, 0.7, 0, 0], abs=1e-12)
    assert counterflow_speed(density) == pytest.approx([1.012, 0.774, 0.298, 0, 0])
    assert linear_speed(0.0, free_speed=0.7) == 0.7


def test_predtechenskii():
    assert predtechenskii_speed(0.5) * 60 == pytest.approx(16.5)


@pytest.mark.parametrize("law", LAWS)
def test_g4_nobody_walks_faster_in_a_denser_crowd(law):
    assert (np.diff(law(DENSITIES)) <= 0).all()
    assert (law(DENSITIES) >= 0).all()


def test_levels_of_service_go_by_the_room_of_each():
    room = np.array([3.3, 2.4, 1.5, 1.0, 0.5, 0.4])
    assert level_of_service(1 / room).tolist() == ["A", "B", "C", "D", "E", "F"]
    assert level_of_service(0.0) == "A"


@given(st.floats(-1, 1))
def test_slope_only_helps_a_little_downhill(slope):
    factor = slope_factor(slope)
    assert 0 < factor <= np.exp(3.5 * 0.05) + 1e-12
    assert (factor > 1) == (-0.1 < slope < 0) or slope == pytest.approx(-0.1) or slope == pytest.approx(0)


def test_b6_fifty_people_of_each_group_walk_at_its_speeds():
    stream = Streams(3).get("test")
    for group, years, limited in (
        ("below_30", 20, False),
        ("30_to_50", 30, False),
        ("30_to_50", 50, False),
        ("above_50", 51, False),
        ("limited", 20, True),
        ("limited", 80, True),
    ):
        speeds = speeds_by_age(np.full(50, years), np.full(50, limited), stream.random(50))
        assert IMO_AGES[group].low <= speeds.min() < speeds.max() <= IMO_AGES[group].high
    assert speeds_by_age([20], [False], [0.0]) == IMO_AGES["below_30"].low
