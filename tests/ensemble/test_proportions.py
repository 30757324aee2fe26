"""Shares and quantiles of a number of runs that was fixed beforehand: rows V70, V71, V72 and M1."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from evacsim.ensemble.order_statistics import (
    quantile,
    quantile_interval,
    runs_for_tolerance,
    tolerance_confidence,
)
from evacsim.ensemble.proportions import clopper_pearson, rule_of_three, runs_without, wilson


def test_v70_nothing_in_a_thousand_runs():
    assert rule_of_three(1000) == pytest.approx(0.0029913, abs=1e-6)
    assert rule_of_three(1000) == pytest.approx(3 / 1000, rel=0.003)
    assert runs_without(1e-3) == 2995
    assert rule_of_three(2995) <= 1e-3 < rule_of_three(2994)
    assert rule_of_three(0) == 1.0


def test_v70_agrees_with_the_exact_interval_of_one_side():
    assert rule_of_three(50, 0.975) == pytest.approx(clopper_pearson(0, 50, 0.95).high, rel=1e-9)


@pytest.mark.parametrize(("runs", "rate"), [(59, 0.05), (299, 0.01)])
def test_runs_without_a_failure_of_the_planning_documents(runs, rate):
    assert runs_without(rate) == runs


def test_v71_two_of_fifty():
    low, high, _ = clopper_pearson(2, 50)
    assert low == pytest.approx(0.004881, abs=1e-5)
    assert high == pytest.approx(0.137138, abs=1e-5)


@pytest.mark.parametrize(("successes", "runs"), [(0, 10), (7, 10), (95, 100)])
def test_wilson_is_where_the_normal_test_turns(successes, runs):
    low, high, _ = wilson(successes, runs)
    share = successes / runs
    for end in (low, high):
        if 0 < end < 1:
            assert abs(share - end) / math.sqrt(end * (1 - end) / runs) == pytest.approx(1.959964, rel=1e-5)


def test_of_no_runs_nothing_is_known():
    assert clopper_pearson(0, 0)[:2] == wilson(0, 0)[:2] == (0.0, 1.0)
    assert quantile_interval([], 0.5)[:2] == (-math.inf, math.inf)
    assert math.isnan(quantile([], 0.5))


@pytest.mark.parametrize("function", [lambda: rule_of_three(10, 1.0), lambda: runs_without(0.0)])
def test_what_is_no_chance_is_refused(function):
    with pytest.raises(ValueError, match="lies between 0 and 1"):
        function()


def test_v72_wilks():
    assert tolerance_confidence(58, 0.95) == pytest.approx(0.94895, abs=1e-5)
    assert tolerance_confidence(59, 0.95) == pytest.approx(0.95151, abs=1e-5)
    assert tolerance_confidence(93, 0.95, sides=2) == pytest.approx(0.95002, abs=1e-5)
    assert runs_for_tolerance(0.95) == 59
    assert runs_for_tolerance(0.95, sides=2) == 93
    assert runs_for_tolerance(0.95, order=2) == 93  # the second greatest is as sure as both extremes


def test_m1_the_95th_percentile_of_fifty_runs_is_one_of_them():
    values = np.arange(50.0)[::-1]
    assert quantile(values, 0.95) == 47.0  # 48 of 50 are 96 %, 47 are 94 %
    assert quantile(np.arange(20.0), 0.95) == 18.0  # exactly 19 of 20


def test_a_quantile_interval_is_no_wider_than_it_must_be():
    for runs in (10, 59, 93, 200):
        low, high, level = quantile_interval(np.arange(runs), 0.9)
        below = -1 if low == -math.inf else int(low)
        above = runs if high == math.inf else int(high)
        sure = binom.cdf(above, runs, 0.9) - binom.cdf(below, runs, 0.9)
        assert sure >= level
        assert binom.cdf(below + 1, runs, 0.9) > (1 - level) / 2
        if above < runs:
            assert binom.sf(above - 1, runs, 0.9) > (1 - level) / 2


def test_times_that_never_come_stand_at_the_end():
    values = [*range(90), *[math.inf] * 10]
    assert quantile(values, 0.95) == math.inf
    assert quantile_interval(values, 0.95).high == math.inf
    assert math.isfinite(quantile_interval(values, 0.5).high)
