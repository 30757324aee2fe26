"""Intervals that may be looked at at any time: by hand, and against the exact mixture."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.ensemble.sequential import (
    STAKES,
    log_gain,
    mean_interval,
    p_at_least,
    p_at_most,
    quantile_interval,
)


def test_the_gain_is_that_of_the_gambler():
    observations, mean = [1.0, 0.0, 0.6], 0.5
    by_hand = np.mean([np.prod([1 - g + g * x / mean for x in observations]) for g in STAKES])
    assert log_gain(observations, mean) == pytest.approx(math.log(by_hand))


def test_a_fair_bet_gains_nothing_on_average():
    # All outcomes of six throws with chance 0.3, weighed by how likely each is.
    expected = 0.0
    for outcome in range(2**6):
        throws = [(outcome >> bit) & 1 for bit in range(6)]
        likely = 0.3 ** sum(throws) * 0.7 ** (6 - sum(throws))
        expected += likely * math.exp(log_gain(throws, 0.3))
    assert expected == pytest.approx(1.0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_holds_the_mean_seen_and_turns_with_its_mirror(values):
    low, high, _ = mean_interval(values)
    assert 0 <= low <= np.mean(values) + 1e-9
    assert np.mean(values) - 1e-9 <= high <= 1
    mirrored = mean_interval(1 - np.asarray(values))
    assert mirrored.low == pytest.approx(1 - high, abs=1e-9)
    assert p_at_most(values, 0.5) == pytest.approx(p_at_least(1 - np.asarray(values), 0.5))


def test_draws_that_agree_say_more_than_draws_that_do_not():
    agreeing = mean_interval(np.full(40, 0.9))
    yes_or_no = mean_interval(np.repeat([1.0, 0.0], [36, 4]))
    assert agreeing.high - agreeing.low < (yes_or_no.high - yes_or_no.low) / 1.5


def test_no_observation_no_knowledge():
    assert mean_interval([])[:2] == (0.0, 1.0)
    assert p_at_most([], 0.5) == 1.0
    assert quantile_interval([], 0.5)[:2] == (-math.inf, math.inf)


def test_what_is_no_share_is_refused():
    with pytest.raises(ValueError, match="outside"):
        mean_interval([0.5, 1.2])
    with pytest.raises(ValueError, match="outside"):
        mean_interval([math.nan])


def test_a_quantile_needs_enough_runs_on_its_far_side():
    few = quantile_interval(np.arange(30.0), 0.95)
    assert few.high == math.inf
    assert few.low > -math.inf
    many = quantile_interval(np.arange(1000.0), 0.95)
    assert 900 < many.low < 950 < many.high < 985


def test_runs_of_one_draw_do_not_count_as_many():
    values = np.repeat(np.arange(20.0), 10)
    draws = np.repeat(np.arange(20), 10)
    apart, together = quantile_interval(values, 0.5), quantile_interval(values, 0.5, draws=draws)
    assert together.low < apart.low
    assert together.high > apart.high
