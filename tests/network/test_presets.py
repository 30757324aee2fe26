"""What an evacuation, rain and night make of the roads: verification rows V14, V23, V24 and D12."""

import math
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest

from evacsim.network.presets import (
    CAPACITY_DROP,
    CAPACITY_DROP_RANGE,
    CAPACITY_PRESETS,
    CONTRAFLOW_PRESETS,
    LIFESIM_ROADS,
    MPH,
    NIGHT,
    PER_MILE,
    RAIN_FACTORS,
    VEHICLE_SIZES,
    is_night,
    rain_factors,
    weather_factors,
)
from evacsim.scenario.hazard import Rain, Weather, rain_class

PER_HOUR = 1 / 3600


def test_v23_a_lane_carries_600_vehicles_an_hour_through_an_evacuation_and_800_to_1000_in_contraflow():
    lanes = np.array([1.0, 2.0])
    ordinary = 1800 * lanes * PER_HOUR
    sustained = CAPACITY_PRESETS["sustained_evacuation"].capacity(ordinary, lanes)
    assert sustained / PER_HOUR == pytest.approx([600, 1200])
    for name, flow in (("sustained_low", 800), ("sustained_high", 1000)):
        assert CONTRAFLOW_PRESETS[name].capacity(ordinary, lanes) / PER_HOUR == pytest.approx(flow * lanes)


def test_v23_the_peak_of_an_evacuation_stays_below_that_of_an_ordinary_day():
    left = {
        CAPACITY_PRESETS["ordinary"]: 1.0,
        CAPACITY_PRESETS["peak_evacuation_rural"]: 0.90,
        CAPACITY_PRESETS["peak_evacuation_urban"]: 0.85,
        CONTRAFLOW_PRESETS["peak"]: 0.70,
    }
    for preset, share in left.items():
        assert preset.capacity(1000.0, 1.0) == pytest.approx(1000 * share)


def test_no_preset_lets_a_road_carry_more_than_it_can():
    for preset in (*CAPACITY_PRESETS.values(), *CONTRAFLOW_PRESETS.values()):
        assert preset.capacity(300 * PER_HOUR, 1.0) <= 300 * PER_HOUR


def test_v24_rain_lowers_the_capacity():
    assert [rain_factors(intensity).capacity for intensity in (2, 5, 10)] == [0.9799, 0.9276, 0.8587]
    names = [rain_class(intensity) for intensity in (0, 0.01, 2.54, 2.55, 6.35, 6.36, 200)]
    assert names == ["none", "light", "light", "medium", "medium", "heavy", "heavy"]


def test_more_rain_never_makes_anybody_faster():
    assert tuple(RAIN_FACTORS) == get_args(Rain)
    factors = list(RAIN_FACTORS.values())
    for less, more in pairwise(factors):
        assert more.capacity < less.capacity
        assert more.speed < less.speed
    assert (factors[0].capacity, factors[0].speed) == (1, 1)


def test_an_ordinary_day_changes_nothing():
    assert weather_factors(Weather(), start_hour=23) == (1.0, 1.0)


def test_rain_and_night_slow_down_together():
    capacity, speed = weather_factors(Weather(rain="10 mm/h", light="night"), start_hour=12)
    assert capacity == 0.8587
    assert speed == pytest.approx(0.84 * 0.95)


@pytest.mark.parametrize(("hour", "night"), [(19.9, False), (20, True), (2, True), (5.99, True), (6, False)])
def test_night_goes_by_the_start_where_the_scenario_says_so(hour, night):
    assert is_night(Weather(light="by_start"), hour) is night
    assert not is_night(Weather(), hour)
    assert is_night(Weather(light="night"), hour)
    assert is_night(Weather(light="by_start", night_begins=0, night_ends=6), hour) is (hour < 6)


def test_every_preset_says_in_both_languages_what_it_is_and_how_sure():
    for preset in (*CAPACITY_PRESETS.values(), *CONTRAFLOW_PRESETS.values(), *VEHICLE_SIZES.values()):
        assert preset.text.en
        assert preset.text.zh
        assert preset.source.mark in {"seen", "recalled", "assumed"}
        assert preset.source.text
    for factors in (*RAIN_FACTORS.values(), NIGHT):
        assert factors.capacity_source.text
        assert factors.speed_source.text


def test_sizes_lie_in_the_ranges_that_are_known():
    assert CAPACITY_DROP_RANGE[0] <= CAPACITY_DROP <= CAPACITY_DROP_RANGE[1]
    for size in VEHICLE_SIZES.values():
        assert size.low <= size.size <= size.high
    assert VEHICLE_SIZES["bus"].size == 2.5
    assert VEHICLE_SIZES["motorcycle"].size < VEHICLE_SIZES["three_wheeler"].size < 1


@pytest.mark.parametrize(
    ("road", "intercept", "at_80", "most", "densest"),
    [
        ("A10", 102.672, 21.443, 2134.2, 49),
        ("A20", 73.562, 21.390, 1871.7, 58),
        ("A30", 59.922, 17.981, 1550.8, 59.5),
        ("A40", 39.564, 16.574, 1333.1, 74),
        ("A50", 26.024, 11.787, 943.0, 80.5),
    ],
)
def test_v14_and_d12_lifesims_roads(road, intercept, at_80, most, densest):
    law = LIFESIM_ROADS[road]
    assert law.intercept / MPH == pytest.approx(intercept, abs=1e-3)
    assert law.speed(80 * PER_MILE) / MPH == pytest.approx(at_80, rel=1e-3)
    density = np.arange(0, 160, 0.01) * PER_MILE
    flow = law.flow(density) / PER_HOUR
    assert flow.max() == pytest.approx(most, rel=1e-3)
    assert density[flow.argmax()] / PER_MILE == pytest.approx(densest, abs=0.5)


@pytest.mark.parametrize("law", LIFESIM_ROADS.values(), ids=LIFESIM_ROADS)
def test_lifesims_speed_has_no_step_and_falls_to_a_crawl(law):
    edge = law.break_density
    assert law.speed(edge * (1 + 1e-9)) == pytest.approx(law.speed(edge), rel=1e-6)
    speeds = law.speed(np.linspace(0, 1.2 * law.jam_density, 500))
    assert (np.diff(speeds) <= 0).all()
    assert speeds[0] == law.free_speed
    assert math.isclose(speeds[-1], law.crawl_speed)
