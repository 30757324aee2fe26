"""Part 5, past events as far as they are laws of warning, response and mortality: V80, V82, V83.

No roads and no map: who is warned, who leaves, who is at home when the water comes.
"""

import numpy as np
import pytest

from evacsim.hazard.mortality import HIGH_HAZARD
from evacsim.scenario.section import Lognormal
from evacsim.streams import Streams
from evacsim.world.alerting import alert_times, first_alert
from evacsim.world.laws import quantiles
from evacsim.world.response import (
    MAXIMA,
    OROVILLE,
    PREPARATION,
    departure_times,
    trapped_before_leaving,
)

HOUR, MINUTE = 3600.0, 60.0


def oroville(seed, *, people=188_000, group=3):
    """Return when groups are first alerted and when they leave, in hours after the order of 15:30."""
    streams = Streams(seed)
    counties = [office for office in OROVILLE if office.communication is not None]
    curve = first_alert(95 * MINUTE, 0.06 / MINUTE, steps=24 * 60)
    alerted, left = [], []
    for office in counties:
        n = people // group // len(counties)
        word = alert_times(curve, streams.get("word", office.name).random(n)) + office.total
        is_reached = streams.get("has_channel", "any", office.name).random(n) < 0.87
        word = np.where(is_reached, word, np.inf)
        part = quantiles(PREPARATION["oroville"], streams.get("preparation", office.name).random(n))
        luck = streams.get("compliance", office.name).random(n)
        alerted.append(word)
        left.append(departure_times(word, [part], luck, maximum=MAXIMA["oroville"].usual / 0.87))
    return np.concatenate(alerted) / HOUR, np.concatenate(left) / HOUR


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_v80_at_oroville_most_are_warned_in_six_hours_and_two_thirds_leave(seed):
    """V80: warned [.80, .90] after 6 h, left [.65, .70], median 2 to 3 h from alert to departure."""
    alerted, left = oroville(seed)
    assert len(alerted) * 3 >= 180_000
    assert 0.80 <= (alerted <= 6).mean() <= 0.90
    assert 0.65 <= np.isfinite(left).mean() <= 0.70
    gone = np.isfinite(left)
    assert 2 <= np.median(left[gone] - alerted[gone]) <= 3


def test_v80_without_word_of_mouth_too_few_would_be_warned():
    """The row can fail: direct alerts alone reach 63 % of 87 %."""
    curve = first_alert(95 * MINUTE, 0.0, steps=24 * 60)
    assert curve[-1] * 0.87 < 0.60


def test_v82_at_johnstown_a_quarter_to_two_fifths_of_the_exposed_died():
    """V82: 10 800 people, no warning, 20 to 50 % left by themselves; 2 209 dead."""
    n, luck = 10_800, Streams(5).get("compliance", "johnstown").random(10_800)
    exposed = []
    for maximum in MAXIMA["johnstown"].drawn([0, 0.5, 1]):
        out = departure_times(np.zeros(n), [], luck, maximum=maximum)
        caught = trapped_before_leaving(out, np.full(n, 10 * MINUTE))
        three_sigma = 3 * (n * maximum * (1 - maximum)) ** 0.5
        assert caught.sum() == pytest.approx(n * (1 - maximum), abs=three_sigma)
        exposed.append(caught.sum())
    assert exposed == sorted(exposed, reverse=True)
    shares = 2209 / (n * (1 - np.array([0.2, 0.5])))
    assert shares == pytest.approx([0.2557, 0.4091], abs=1e-4)
    # Nobody dies in water that is no danger, so the dead need so many of the exposed in the worst of it.
    assert shares / HIGH_HAZARD.mean() == pytest.approx([0.361, 0.578], abs=0.001)


def kelly_barnes(seed, *, ordered, preparation):
    """Return the dead of 200 groups of three below a dam that fails at night, without roads."""
    streams = Streams(seed)
    n = 200
    water = np.repeat([6 * MINUTE, 9 * MINUTE, 15 * MINUTE], [120, 76, 4])
    word = ordered + alert_times(
        first_alert(95 * MINUTE, 0.06 / MINUTE, steps=600), streams.get("word").random(n)
    )
    part = quantiles(preparation, streams.get("preparation").random(n))
    out = departure_times(word, [part], streams.get("compliance").random(n), maximum=0.9)
    caught = trapped_before_leaving(out, water)
    return float((3 * HIGH_HAZARD.draw(streams.get("mortality"), n) * caught).sum())


def test_v83_at_kelly_barnes_no_warning_could_help():
    """V83: told 0.2 h after the failure, fast or slow people differ by less than 2 % of the dead."""
    means = {
        name: np.mean(
            [kelly_barnes(seed, ordered=0.2 * HOUR, preparation=PREPARATION[name]) for seed in range(50)]
        )
        for name in ("fast", "slow")
    }
    assert abs(means["fast"] / means["slow"] - 1) < 0.02
    at_once = Lognormal(type="lognormal", median="1 min", sigma=0.1)
    told = np.mean([kelly_barnes(seed, ordered=0.2 * HOUR, preparation=at_once) for seed in range(50)])
    assert abs(told / means["slow"] - 1) < 0.02


def test_v83_two_hours_sooner_would_have_saved_most():
    """The row can fail: an order two hours before the failure changes the dead by more than half."""
    late, soon = (
        np.mean([kelly_barnes(seed, ordered=order, preparation=PREPARATION["fast"]) for seed in range(50)])
        for order in (0.2 * HOUR, -2 * HOUR)
    )
    assert soon < late / 2
