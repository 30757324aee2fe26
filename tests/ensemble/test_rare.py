"""V74: rare events by splitting."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from evacsim.ensemble.rare import split


@pytest.mark.slow
def test_v74_a_normal_number_above_four():
    found = split(lambda luck: float(luck[0]), threshold=4.0, n_dims=1, seed=7)
    assert found.evaluations < 1e5
    assert found.probability == pytest.approx(3.16712e-5, rel=0.20)
    assert found.interval.holds(3.16712e-5)
    assert found.levels[-1] == 4.0
    assert len(found.levels) >= 4


@pytest.mark.slow
def test_the_interval_holds_the_truth_as_often_as_it_says():
    # Ten numbers of luck, of which the sum counts; 1e-4. Of forty small studies at 95 % at least 34 (p = 0.997).
    threshold = float(norm.isf(1e-4))
    held = sum(
        split(
            lambda luck: float(luck.sum()) / math.sqrt(10),
            threshold=threshold, n_dims=10, seed=seed, particles=100, repetitions=6,
        ).interval.holds(1e-4)
        for seed in range(40)
    )  # fmt: skip
    assert held >= 34


def test_what_is_not_rare_is_counted():
    found = split(lambda luck: float(luck[0]), threshold=0.0, n_dims=1, seed=7, particles=2000)
    assert found.probability == pytest.approx(0.5, abs=0.02)
    assert found.evaluations == 8 * 2000


def test_scores_in_steps():
    # Whole numbers only: floors of a normal number; at 3 or more is 1.35e-3.
    found = split(lambda luck: float(np.floor(luck[0])), threshold=3.0, n_dims=1, seed=7)
    assert found.probability == pytest.approx(norm.sf(3.0), rel=0.2)


def test_what_never_happens_is_not_promised():
    found = split(lambda luck: 1.0, threshold=2.0, n_dims=1, seed=7, particles=50)
    assert found.probability == 0.0
    sure = split(lambda luck: 1.0, threshold=1.0, n_dims=1, seed=7, particles=50)
    assert sure.probability == 1.0


def test_too_few_to_go_on_are_refused():
    with pytest.raises(ValueError, match="two particles"):
        split(lambda luck: 0.0, threshold=1.0, n_dims=1, seed=7, particles=5)
