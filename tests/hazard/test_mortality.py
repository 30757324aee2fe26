"""Mortality: verification rows V29, V30b, V33, V34, and the rule of critical depth and time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.hazard.mortality import (
    HIGH_HAZARD,
    LOW_HAZARD,
    NEW_ORLEANS,
    RAPID_RISE,
    SLOW_RISE,
    CriticalDepth,
    jonkman_mortality,
)
from evacsim.streams import Streams

PER_HOUR = 1 / 3600


def test_v29_the_high_hazard_curve_of_lifesim():
    assert len(HIGH_HAZARD.share) == len(HIGH_HAZARD.exceedance) == 138
    exceedance = [0.25, 0.47, 0.5, 0.58, 0.7, 0.8, 0.9]
    assert HIGH_HAZARD.at(exceedance) == pytest.approx([1, 1, 0.95652, 0.75, 0.5, 0.33333, 0], abs=1e-4)
    assert HIGH_HAZARD.mean() == pytest.approx(0.70790, abs=1e-4)
    assert HIGH_HAZARD.deviation() == pytest.approx(0.36103, abs=1e-4)


def test_v30b_the_low_hazard_curve_of_lifesim():
    assert LOW_HAZARD.mean() == pytest.approx(1.24790e-5, rel=1e-4)
    assert LOW_HAZARD.exceedance[1] == pytest.approx(3.213863e-6, rel=1e-6)
    assert LOW_HAZARD.at([0.0, 0.5]).tolist() == [1, 0]


def test_groups_drawn_from_a_curve_have_its_mean_and_spread():
    share = HIGH_HAZARD.draw(Streams(3).get("mortality"), 40_000)
    standard_error = HIGH_HAZARD.deviation() / 200
    assert share.mean() == pytest.approx(HIGH_HAZARD.mean(), abs=4 * standard_error)
    assert share.std() == pytest.approx(HIGH_HAZARD.deviation(), rel=0.02)
    # The manual: in about 47 % of the groups all die, in about 13 % nobody.
    assert (share == 1).mean() == pytest.approx(0.471, abs=0.01)
    assert (share == 0).mean() == pytest.approx(0.123, abs=0.01)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        (SLOW_RISE, [0.002858, 0.006010, 0.009036, 0.01193]),
        (RAPID_RISE, [0.0, 0.0031, 0.0984, 0.3962]),
        (NEW_ORLEANS, [0.0047, 0.0121, 0.0201, 0.0283]),
    ],
)
def test_v33_mortality_by_depth(curve, expected):
    assert curve.at([1, 2, 3, 4]) == pytest.approx(expected, rel=0.01, abs=5e-5)
    assert curve.at([0.0, -1.0]).tolist() == [0, 0]


def test_v34_nobody_survives_at_the_breach():
    rapid, slow = 0.6 * PER_HOUR, 0.4 * PER_HOUR
    assert jonkman_mortality(3.2, 2.5, rapid) == 1
    # Depth times velocity is 8, but 1.5 m/s is too slow for the breach.
    assert jonkman_mortality(8 / 1.5, 1.5, rapid) == RAPID_RISE.at(8 / 1.5)
    assert jonkman_mortality(8 / 1.5, 1.5, slow) == SLOW_RISE.at(8 / 1.5)
    assert jonkman_mortality(2.0, 1.5, rapid) == SLOW_RISE.at(2.0)


@given(st.floats(0, 10), st.floats(0, 10))
def test_more_die_in_deeper_water(one, other):
    low, high = sorted((one, other))
    for curve in (SLOW_RISE, RAPID_RISE, NEW_ORLEANS):
        assert 0 <= curve.at(low) <= curve.at(high) <= 1


def test_the_critical_depth_kills_after_two_minutes_without_a_break():
    times = np.array([0.0, 60, 120, 180, 240])
    depths = np.float32(
        [
            [0.0, 1.0, 1.0, 0.9, 0.0],
            [1.2, 0.9, 1.0, 0.9, 0.0],
            [1.2, 1.0, 1.0, 0.9, 0.0],
            [0.5, 1.0, 0.0, 0.9, 0.0],
            [0.0, 1.0, 0.0, 0.9, 1.5],
        ]
    )
    # Two minutes to the second; again after a break; three minutes; never so deep; at the end for ever.
    assert CriticalDepth().time_of_death(times, depths).tolist() == [180, 240, 120, np.inf, 360]


def test_the_critical_depth_is_the_users_to_choose():
    death = CriticalDepth(depth=0.5, duration=0.0).time_of_death(
        np.array([30.0, 60.0]), np.float32([[0.4], [0.5]])
    )
    assert death.tolist() == [60]


@given(
    st.lists(st.lists(st.sampled_from([0.0, 0.9, 1.0, 2.0]), min_size=3, max_size=3), min_size=1, max_size=12)
)
def test_time_of_death_equals_its_plain_twin(depths):
    times = np.arange(len(depths)) * 50.0
    death = CriticalDepth().time_of_death(times, np.array(depths, dtype=np.float32))
    for place in range(3):
        series = [row[place] for row in depths] + [depths[-1][place]] * 10  # the last frame holds
        seconds = [depth >= 1.0 for depth in series for _ in range(50)]
        run, expected = 0, np.inf
        for second, is_deep in enumerate(seconds):
            run = run + 1 if is_deep else 0
            if run == 120:
                expected = second + 1
                break
        assert death[place] == expected
