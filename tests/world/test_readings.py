"""Reported readings: late by as much as interval and delay allow, false as often as the noise says."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from evacsim.scenario.section import Fixed, Uniform
from evacsim.streams import Streams
from evacsim.world.columns import StageSeries
from evacsim.world.readings import (
    Readings,
    completeness,
    reported_readings,
    stage_believed,
)
from evacsim.world.spells import Curve, reported_spells, true_spells
from tests.reference import readings as plain

MINUTE, HOUR = 60.0, 3600.0
AT_ONCE = Fixed(value="0 s")
FIVE_MINUTES = Fixed(value="5 min")


class Crossing(NamedTuple):
    reading: int
    time: float
    value: float
    is_false: bool


def first_confirmed(readings, series, threshold, *, confirm=1):
    """Return the reading that begins the first spell at or above a threshold, None if there is none."""
    truth = true_spells(Curve(series.times, series.stages), threshold)
    spells = reported_spells(readings, truth, threshold, confirm=confirm)
    if not spells:
        return None
    time, _, value, true_since = spells[0]
    row = np.flatnonzero((readings.reported == time) & (readings.value == value))[0]
    return Crossing(int(row), time, value, bool(np.isnan(true_since)))


def rising(begins=0.0, hours=10):
    """A gauge that rises by a metre an hour from 0 m."""
    return StageSeries(
        "main", np.array([begins, begins + hours * HOUR]), np.array([0.0, hours]), "flood stage"
    )


def constant(stage, days=100):
    return StageSeries("main", np.array([0.0, days * 86400.0]), np.array([stage, stage]), "flood stage")


@given(threshold=st.floats(0.01, 9.5))
def test_a_crossing_is_reported_after_interval_and_delay_at_most(threshold):
    """Every 10 min and a delay of 5: between 5 and 15 min after the truth."""
    series = rising()
    readings = reported_readings(series, Streams(1), every=10 * MINUTE, delay=FIVE_MINUTES)
    crossing = first_confirmed(readings, series, threshold)
    true = series.first_reaching(threshold)
    assert true + 5 * MINUTE - 1e-6 <= crossing.time <= true + 15 * MINUTE
    assert not crossing.is_false
    assert crossing.value >= threshold


def test_readings_are_taken_at_full_intervals_of_the_clock():
    """Whatever the first line of the table: from before the start, or in between."""
    readings = reported_readings(rising(begins=-25 * MINUTE, hours=1), Streams(1), every=600, delay=AT_ONCE)
    assert readings.measured.tolist() == [-1200, -600, 0, 600, 1200, 1800]
    assert readings.value == pytest.approx([5 / 60, 15 / 60, 25 / 60, 35 / 60, 45 / 60, 55 / 60])


def test_noise_makes_as_many_false_crossings_as_its_law_says():
    """0.1 m under the threshold with noise of 0.1 m: Phi(-1) = 15.9 % of the readings; 4 standard errors."""
    series = constant(1.9)
    readings = reported_readings(series, Streams(2), every=600, delay=AT_ONCE, noise=0.1)
    n = len(readings.value)
    share = ndtr(-1.0)
    assert (readings.value >= 2.0).mean() == pytest.approx(share, abs=4 * (share * (1 - share) / n) ** 0.5)
    crossing = first_confirmed(readings, series, 2.0)
    assert crossing.is_false
    assert crossing.reading == int((readings.value >= 2.0).argmax())


def test_a_crossing_is_false_while_the_water_is_still_on_its_way():
    """The water reaches 2 m after two hours; a reading of half an hour before that, and one of that moment."""
    series = rising()
    for measured, is_false in ((1.5 * HOUR, True), (2 * HOUR, False), (2.5 * HOUR, False)):
        # It arrives when the water has long been there: what counts is when it was taken.
        readings = Readings(np.array([measured]), np.array([9 * HOUR]), np.array([2.1]))
        assert first_confirmed(readings, series, 2.0).is_false == is_false


def test_two_in_a_row_are_false_as_seldom_as_the_square():
    """How long until n in a row: (p^-n - 1) / (1 - p) readings on average; 400 gauges, 4 standard errors are 20 %."""
    p = ndtr(-1.0)
    for confirm in (1, 2):
        waits = []
        for gauge in range(400):
            series = StageSeries(f"g{gauge}", np.array([0.0, 600.0 * 700]), np.array([1.9, 1.9]), "")
            readings = reported_readings(series, Streams(3), every=600, delay=AT_ONCE, noise=0.1)
            waits.append(first_confirmed(readings, series, 2.0, confirm=confirm).reading + 1)
        assert np.mean(waits) == pytest.approx((p**-confirm - 1) / (1 - p), rel=0.2)


def test_of_an_outage_nothing_comes_and_what_comes_after_it_counts():
    series = rising()
    readings = reported_readings(series, Streams(4), every=600, delay=AT_ONCE, outages=[(HOUR, 2 * HOUR)])
    out = (readings.measured >= HOUR) & (readings.measured < 2 * HOUR)
    assert out.sum() == 6
    assert np.array_equal(np.isnan(readings.value), out)
    assert first_confirmed(readings, series, 1.5).time == 2 * HOUR
    assert completeness(readings) == pytest.approx(55 / 61)


def test_a_gauge_that_is_out_of_order_to_the_end_never_reaches_anything():
    series = rising()
    readings = reported_readings(series, Streams(4), every=600, delay=AT_ONCE, outages=[(0, np.inf)])
    assert first_confirmed(readings, series, 0.5) is None
    assert np.isnan(stage_believed(readings, np.array([0.0, HOUR, 20 * HOUR]))).all()
    assert completeness(readings) == 0


def test_the_missing_share_is_the_given_one():
    readings = reported_readings(constant(1.0), Streams(5), every=600, delay=AT_ONCE, missing=0.05)
    n = len(readings.value)
    assert 1 - completeness(readings) == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / n) ** 0.5)


def test_each_trouble_has_a_luck_of_its_own():
    def read(seed=6, series=None, **trouble):
        series = series or rising()
        delay = trouble.pop("delay", Uniform(type="uniform", low="2 min", high="8 min"))
        return reported_readings(series, Streams(seed), every=600, delay=delay, **trouble)

    usual, noisy, gaps = read(), read(noise=0.1), read(noise=0.1, missing=0.3)
    assert np.array_equal(usual.reported, noisy.reported)
    assert np.array_equal(usual.reported, gaps.reported)
    came = ~np.isnan(gaps.value)
    assert np.array_equal(gaps.value[came], noisy.value[came])
    more_gaps = read(noise=0.1, missing=0.5)
    assert np.isnan(more_gaps.value[~came]).all()
    longer = read(series=rising(hours=20), noise=0.1)
    assert np.array_equal(longer.value[: len(noisy.value)], noisy.value)
    assert not np.array_equal(read(seed=7).reported, usual.reported)


STAGES = st.one_of(st.integers(0, 4).map(float), st.just(np.nan))


@given(
    rows=st.lists(st.tuples(st.integers(0, 30).map(float), STAGES), min_size=1, max_size=25),
    confirm=st.integers(1, 4),
    threshold=st.integers(1, 4),
)
def test_confirmation_and_belief_equal_their_plain_twin(rows, confirm, threshold):
    """Delays up to three intervals, so that readings overtake each other and come together."""
    delays, values = (np.array(column) for column in zip(*rows, strict=True))
    measured = 10.0 * np.arange(len(rows))
    readings = Readings(measured, measured + delays, values)
    series = StageSeries("g", np.array([0.0, 1e4]), np.array([0.0, 0.0]), "")
    crossing = first_confirmed(readings, series, threshold, confirm=confirm)
    row = plain.first_confirmed(*readings, threshold, confirm)
    assert (crossing and crossing.reading) == row
    assert crossing is None or (crossing.is_false and crossing.time == readings.reported[row])
    times = np.arange(0, 300, 7.0)
    believed = [plain.stage_believed(*readings, time) for time in times]
    assert np.array_equal(stage_believed(readings, times), believed, equal_nan=True)


@given(rows=st.lists(st.floats(0, 4), min_size=1, max_size=25), threshold=st.floats(0, 4))
def test_more_confirmation_and_higher_thresholds_are_never_sooner(rows, threshold):
    measured = 10.0 * np.arange(len(rows))
    readings = Readings(measured, measured + 5, np.array(rows))
    series = StageSeries("g", np.array([0.0, 1e4]), np.array([0.0, 0.0]), "")

    def time(**how):
        crossing = first_confirmed(readings, series, how.pop("threshold", threshold), **how)
        return np.inf if crossing is None else crossing.time

    assert time(confirm=1) <= time(confirm=2) <= time(confirm=3)
    assert time(confirm=2) <= time(confirm=2, threshold=threshold + 0.5)
