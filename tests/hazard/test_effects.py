"""What water does to speed: verification rows V10 to V13, V10b, and what must hold everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.hazard.effects import (
    DARK_WATER_FACTOR,
    SpeedFactors,
    nird_factor,
    partly_wet_factor,
    pregnolato_speed,
    wading_factor,
    wading_limit,
)
from evacsim.scenario.hazard import WaterEffects

KMH = 1 / 3.6
FREE = 50 * KMH
NIRD, PREGNOLATO = SpeedFactors(WaterEffects()), SpeedFactors(WaterEffects(car_speed="pregnolato"))


def test_v10_wading_in_0_35_m_costs_what_li_and_song_saw():
    men, women = 0.614, 0.552
    for seen in (men, women):
        assert wading_factor([0.0, 0.35], factors=(1.0, seen, 0.47, 0.40)) == pytest.approx([1.0, seen])
    assert wading_factor([0.0, 0.35]) == pytest.approx([1.0, (men + women) / 2], abs=0.004)
    assert wading_factor([0.6, 0.9, 1.1999, 1.2, 3.0]) == pytest.approx([0.47, 0.40, 0.40, 0.0, 0.0])
    assert wading_factor([0.175]) == pytest.approx([0.79])


def test_v10b_dark_water_costs_30_to_50_percent_more():
    assert 0.5 <= DARK_WATER_FACTOR <= 0.7


def test_children_stop_wading_at_0_7_of_their_height():
    assert wading_limit([1.0, 1.5, 1.9]) == pytest.approx([0.7, 1.05, 1.2])
    assert wading_factor([0.69, 0.71], limit=float(wading_limit(1.0))).tolist()[1] == 0


def test_v11_pregnolato_bounds_the_speed():
    depth = np.array([0, 50, 100, 150, 200, 250, 299, 300]) / 1000
    kmh = pregnolato_speed(depth) * 3.6
    assert kmh == pytest.approx([86.9448, 61.5498, 40.6548, 24.2598, 12.3648, 4.9698, 2.0886, 0], abs=1e-4)


def test_v12_a_kilometre_at_50_kmh_takes_longer_in_water():
    depth = np.array([0, 0.100, 0.150, 0.200, 0.250])
    seconds = 1000 / (FREE * PREGNOLATO.car(depth, FREE))
    assert seconds == pytest.approx([72.0, 88.55, 148.39, 291.15, 724.38], abs=0.01)
    assert PREGNOLATO.car(0.300, FREE) == 0


def test_v13_a_partly_flooded_route_is_left_when_the_water_rises():
    def seconds(length: float, depth: float, wet_share: float) -> float:
        factor = partly_wet_factor(PREGNOLATO.car(depth, FREE), wet_share)
        return float(length / (FREE * factor))

    assert seconds(5000, 0.150, 0.2) == pytest.approx(436.4, abs=0.1)
    assert seconds(5000, 0.200, 0.2) == pytest.approx(579.1, abs=0.1)
    assert seconds(7000, 0.0, 0.0) == pytest.approx(504.0, abs=0.1)


def test_nird_slows_by_the_square_of_what_is_left_to_the_limit():
    assert nird_factor([0, 0.15, 0.3, 0.5]).tolist() == [1, 0.25, 0, 0]
    assert nird_factor([0.15, 0.3], limit=0.6) == pytest.approx([0.5625, 0.25])


def test_each_class_stops_at_its_own_limit_and_not_before():
    effects = WaterEffects()
    for factors in (NIRD, PREGNOLATO):
        for limit, factor in (
            (effects.car_limit, lambda depth, factors=factors: factors.car(depth, FREE)),
            (effects.bus_limit, lambda depth, factors=factors: factors.bus(depth, FREE)),
            (effects.walker_limit, factors.walker),
        ):
            assert factor(0.0) == 1
            assert factor(np.float32(limit)) == 0
            assert factor(limit - 1e-3) > 0


def test_a_boat_goes_only_where_it_floats_and_the_water_is_slow_enough():
    draught, limit = WaterEffects().boat_draught, WaterEffects().boat_current_limit
    assert NIRD.boat([0.0, draught - 1e-3, np.float32(draught), draught, 3.0]).tolist() == [0, 0, 1, 1, 1]
    assert NIRD.boat(1.0, [0.0, limit, limit + 1e-3]).tolist() == [1, 1, 0]
    assert NIRD.boat(draught - 1e-3, 0.0) == 0
    assert SpeedFactors(WaterEffects(boat_draught="0.3 m")).boat([0.29, 0.31]).tolist() == [0, 1]


def test_a_truck_goes_only_up_to_its_fording_depth():
    limit = WaterEffects().truck_limit
    for factors in (NIRD, PREGNOLATO):
        assert factors.truck([0.0, limit, limit + 0.1], FREE).tolist() == [1, 0, 0]
        assert 0 < factors.truck(limit - 1e-3, FREE) < factors.truck(0.3, FREE) < 1
        assert factors.truck(0.4, FREE) > factors.bus(0.4, FREE) > factors.car(0.4, FREE) == 0


def test_where_walkers_stop_boats_have_begun_to_go():
    effects = WaterEffects()
    assert effects.boat_draught < effects.truck_limit < effects.walker_limit


@given(st.floats(0, 5), st.floats(0, 5), st.floats(1, 40), st.sampled_from(["nird", "pregnolato"]))
def test_deeper_water_never_speeds_anybody_up(one, other, free_speed, law):
    factors = SpeedFactors(WaterEffects(car_speed=law))
    depth = np.array(sorted((one, other)))
    for factor in (factors.walker(depth), factors.car(depth, free_speed), factors.bus(depth, free_speed)):
        assert 1 >= factor[0] >= factor[1] >= 0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_wet_road_is_never_faster(factor, one, other):
    shares = np.array(sorted((one, other)))
    mean = partly_wet_factor(factor, shares)
    assert 1 >= mean[0] >= mean[1] >= 0
    assert partly_wet_factor(factor, 1.0) == pytest.approx(factor)
    assert partly_wet_factor(factor, 0.0) == 1
