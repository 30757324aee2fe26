"""M4: how often intervals hold the truth, over 1,000 synthetic studies each, also where one stops when it is clear.

With 1,000 studies a share of 95 % is measured to within 1.4 points (two standard errors).
"""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from evacsim.ensemble import sequential
from evacsim.ensemble.bands import mean_band
from evacsim.ensemble.many import holm
from evacsim.ensemble.means import mean_interval
from evacsim.ensemble.order_statistics import quantile_interval
from evacsim.ensemble.proportions import clopper_pearson, wilson
from evacsim.ensemble.verdicts import Verdict, verdict

STUDIES = 1000
LOOKS = (20, 30, 45, 68, 102, 153, 230, 345)
pytestmark = pytest.mark.slow


def luck(name: int) -> np.random.Generator:
    return np.random.default_rng([20260718, name])


def held_by(interval, kept, runs, truth) -> float:
    """Return how many studies with `kept` successes have the truth inside their interval; each count once."""
    counts, studies = np.unique(kept, return_counts=True)
    held = np.array([interval(int(count), runs).holds(truth) for count in counts])
    return float(studies[held].sum() / studies.sum())


# Where each run keeps the limit or does not, only how many keep it counts: what many studies share is found once.
@cache
def sequence(kept: int, runs: int):
    return sequential.mean_interval(np.arange(runs) < kept)


@cache
def log_gain(kept: int, runs: int, mean: float) -> float:
    return sequential.log_gain(np.arange(runs) < kept, mean)


@cache
def p_at_most(kept: int, runs: int, mean: float) -> float:
    return sequential.p_at_most(np.arange(runs) < kept, mean)


def test_m4_which_runs_keep_a_limit_does_not_count():
    for study in luck(12).random((20, 60)) < 0.9:
        kept = int(study.sum())
        assert sequential.mean_interval(study) == sequence(kept, 60)
        assert sequential.log_gain(study, 0.9) == log_gain(kept, 60, 0.9)
        assert sequential.p_at_most(study.astype(float), 0.9) == p_at_most(kept, 60, 0.9)


def test_m4_a_mean():
    values = luck(1).normal(3.0, 2.0, size=(STUDIES, 50))
    held = np.mean([mean_interval(study).holds(3.0) for study in values])
    assert 0.93 <= held <= 0.97


def test_m4_a_share_by_wilson():
    kept = luck(2).binomial(200, 0.9, size=STUDIES)
    assert 0.93 <= held_by(wilson, kept, 200, 0.9) <= 0.97


@pytest.mark.parametrize("share", [0.5, 0.9, 0.98])
def test_m4_a_share_by_clopper_and_pearson_is_never_less_sure(share):
    kept = luck(3).binomial(200, share, size=STUDIES)
    assert held_by(clopper_pearson, kept, 200, share) >= 0.95 - 0.014


def test_m4_a_quantile_of_a_long_tail():
    values = luck(4).exponential(size=(STUDIES, 200))
    held = np.mean([quantile_interval(study, 0.9).holds(np.log(10)) for study in values])
    assert 0.94 <= held <= 0.98  # ranks are whole: a little more than asked


def test_m4_a_whole_curve():
    steps = luck(5).normal(size=(STUDIES, 60, 25))
    held = 0
    for study in steps.cumsum(axis=2):
        band = mean_band(study)
        held += bool(((band.low <= 0) & (band.high >= 0)).all())
    assert 0.93 <= held / len(steps) <= 0.98  # the resamples know the spread from 60 runs only


@pytest.fixture(scope="module", params=[0.93, 0.95, 0.97])
def stopped(request):
    """Studies of a limit with target 0.95, stopped at the first look that decides: truth, and what each found."""
    found = []
    for study in luck(6).random((STUDIES, LOOKS[-1])) < request.param:
        for runs in LOOKS:
            interval = sequence(int(study[:runs].sum()), runs)
            if verdict(interval, 0.95) is not Verdict.UNDECIDED:
                break
        found.append((interval, verdict(interval, 0.95)))
    return request.param, found


def test_m4_stopping_when_it_is_clear_costs_no_coverage(stopped):
    truth, found = stopped
    assert np.mean([interval.holds(truth) for interval, _ in found]) >= 0.95


def test_m4_a_wrong_word_is_rare(stopped):
    truth, found = stopped
    wrong = Verdict.NOT_ENOUGH if truth >= 0.95 else Verdict.RELIABLE
    assert np.mean([word is wrong for _, word in found]) <= 0.025 + 0.01


def test_m4_the_usual_interval_breaks_when_it_is_looked_at_again_and_again():
    kept = luck(6).random((STUDIES, LOOKS[-1])) < 0.95
    wrong = np.zeros(STUDIES, dtype=bool)
    for runs in LOOKS:
        holds = np.array([wilson(successes, runs).holds(0.95) for successes in range(runs + 1)])
        wrong |= ~holds[kept[:, :runs].sum(axis=1)]
    assert wrong.mean() > 0.10  # what the sequence of intervals is for


def test_m4_every_look_at_once():
    # The interval holds at all looks together, not only at the last.
    kept = luck(7).random((STUDIES, 600)) < 0.9
    looks = range(20, 601, 20)
    enough = np.log(2 / 0.05)
    held = 0
    for study in kept.cumsum(axis=1):
        seen = [(int(study[n - 1]), n) for n in looks]
        held += all(max(log_gain(k, n, 0.9), log_gain(n - k, n, 0.1)) < enough for k, n in seen)
    assert held / STUDIES >= 0.95


def test_m4_a_quantile_while_one_looks():
    values = luck(8).exponential(size=(STUDIES // 4, 200))
    held = np.mean(
        [
            all(sequential.quantile_interval(study[:n], 0.8).holds(np.log(5)) for n in (30, 60, 120, 200))
            for study in values
        ]
    )
    assert held >= 0.95


def test_m4_runs_under_one_draw_of_what_is_not_known():
    # Two levels: what is not known moves the chance from 0.5 to 1; five runs under each of 40 draws.
    chances = 0.5 + 0.5 * luck(9).beta(2.0, 1.0, size=(STUDIES, 40))
    kept = luck(10).binomial(5, chances)
    truth = 0.5 + 0.5 * 2 / 3
    by_draw = np.mean([sequential.mean_interval(study / 5).holds(truth) for study in kept])
    as_if_free = held_by(clopper_pearson, kept.sum(axis=1), 200, truth)
    assert by_draw >= 0.95
    assert as_if_free < by_draw  # runs of one draw are not independent


def test_m4_many_zones_by_holm():
    # Twenty zones that are all exactly at the target: hardly ever is any of them called good.
    zones = luck(11).random((STUDIES // 2, 20, 150)) < 0.9
    any_wrong = np.mean(
        [
            holm([p_at_most(kept, zones.shape[2], 0.9) for kept in study]).min() <= 0.05
            for study in zones.sum(axis=2).tolist()
        ]
    )
    assert any_wrong <= 0.05


def test_looks_grow_by_half():
    assert all(later >= 1.5 * sooner - 1 for sooner, later in pairwise(LOOKS))
