"""Many questions at once, differences between plans, curves, and the three words."""

import math

import numpy as np
import pytest

import evacsim as ev
from evacsim.ensemble.bands import mean_band, quantile_curves
from evacsim.ensemble.interval import Interval
from evacsim.ensemble.many import holm
from evacsim.ensemble.means import mean_interval, paired_difference
from evacsim.ensemble.verdicts import RULES, WORDS, Verdict, verdict
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district


def test_holm_by_hand():
    assert holm([0.005, 0.011, 0.02, 0.04]) == pytest.approx([0.02, 0.033, 0.04, 0.04])
    assert holm([0.04, 0.04]) == pytest.approx([0.08, 0.08])
    assert holm([0.9, 0.8]).max() <= 1.0
    assert len(holm([])) == 0


@pytest.mark.parametrize(
    ("interval", "word"),
    [
        (Interval(0.95, 1.0), "可靠"),
        (Interval(0.9, 0.9499), "不足"),
        (Interval(0.9, 0.95), "不能判定"),
        (Interval(0.0, 1.0), "不能判定"),
    ],
)
def test_the_words_at_their_edges(interval, word):
    assert WORDS[verdict(interval, 0.95)].zh == word


def test_each_word_has_its_rule_in_both_languages():
    assert set(WORDS) == set(RULES) == set(Verdict)
    assert all(text.en and text.zh for texts in (WORDS, RULES) for text in texts.values())


def test_the_mean_by_hand():
    low, high, _ = mean_interval([1.0, 2.0, 3.0, 4.0])
    assert (low, high) == pytest.approx((2.5 - 3.18245 * 1.29099 / 2, 2.5 + 3.18245 * 1.29099 / 2), abs=1e-4)
    assert mean_interval([3.0])[:2] == (-math.inf, math.inf)
    with pytest.raises(ValueError, match="quantiles"):
        mean_interval([1.0, math.inf])
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_difference([1.0], [1.0, 2.0])


def test_v75_another_shelter_under_the_same_luck(tmp_path):
    given = ev.from_mapping(small_district(tmp_path))
    other = given.change({"district.shelters[hall].node": node(4, 0)})
    arrived = {}
    for name, scenario in {"one": given, "other": other}.items():
        world = ev.build(scenario)
        ledgers = [engine_record(world, seed=seed).ledger for seed in range(25)]
        arrived[name] = [np.nanmean(ledger["arrived_s"].to_numpy(dtype=float)) for ledger in ledgers]
    difference = paired_difference(arrived["one"], arrived["other"])
    assert difference.variance_share < 0.3
    assert difference.interval.high - difference.interval.low > 0
    independent = np.subtract(arrived["one"], np.roll(arrived["other"], 1))
    assert np.var(np.subtract(arrived["one"], arrived["other"])) < 0.3 * np.var(independent)


def test_v75_the_same_plan_differs_by_exactly_nothing():
    values = np.random.default_rng(5).normal(size=20)
    same = paired_difference(values, values)
    assert same.mean == 0.0
    assert same.interval[:2] == (0.0, 0.0)
    assert same.variance_share == 0.0
    assert same.n_same == 20


def test_a_band_is_widest_where_curves_differ_and_nothing_where_they_agree():
    curves = np.array([[0.0, 1.0, 5.0], [0.0, 2.0, 5.0], [0.0, 3.0, 5.0]])
    band = mean_band(curves)
    assert band.middle.tolist() == [0.0, 2.0, 5.0]
    assert band.low.tolist()[::2] == band.high.tolist()[::2] == [0.0, 5.0]
    assert band.low[1] < 2.0 < band.high[1]
    assert np.array_equal(mean_band(curves), band)  # the same resamples each time
    with pytest.raises(ValueError, match="two curves"):
        mean_band(curves[:1])


def test_quantiles_of_curves_are_values_that_occurred():
    curves = np.array([[0.0], [1.0], [10.0], [11.0]])
    assert quantile_curves(curves, [0.5, 0.95]).ravel().tolist() == [1.0, 11.0]
