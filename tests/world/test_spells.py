"""When a condition on a gauge holds: spells of the truth, of what is reported, of what is forecast."""

import numpy as np
import pytest
from scipy.stats import norm

from evacsim.scenario.section import Fixed
from evacsim.streams import Streams
from evacsim.world.columns import Forecasts, StageSeries
from evacsim.world.readings import Readings, reported_readings
from evacsim.world.spells import (
    FULL_LEAD,
    Curve,
    forecast_spells,
    forecast_with_error,
    reported_rise,
    reported_spells,
    rise,
    true_spells,
)

HOUR = 3600.0
WAVE = Curve(np.array([0.0, 2.0, 4.0, 6.0]) * HOUR, np.array([0.0, 2.0, 0.0, 2.0]))


def spans(spells):
    return [(spell.begins / HOUR, spell.ends / HOUR) for spell in spells]


def test_a_wave_stands_above_its_half_twice():
    assert spans(true_spells(WAVE, 1.0)) == [(1.0, 3.0), (5.0, np.inf)]


def test_a_stage_that_must_last_counts_later_or_not_at_all():
    assert spans(true_spells(WAVE, 1.0, lasting=1.5 * HOUR)) == [(2.5, 3.0), (6.5, np.inf)]
    assert spans(true_spells(WAVE, 1.0, lasting=2.5 * HOUR)) == [(7.5, np.inf)]


@pytest.mark.parametrize("stage", [-1.0, 0.0, 0.7, 2.0, 2.1])
def test_the_first_spell_begins_where_the_series_first_reaches_the_stage(stage):
    spells = true_spells(WAVE, stage)
    first = StageSeries("g", WAVE.times, WAVE.values, "").first_reaching(stage)
    assert (spells[0].begins if spells else np.inf) == first


def test_a_rise_of_a_metre_an_hour_is_half_a_metre_after_half_an_hour():
    risen = rise(WAVE, HOUR)
    at = np.interp(np.array([0.5, 1.0, 2.0, 3.0, 5.5]) * HOUR, risen.times, risen.values)
    assert at == pytest.approx([0.5, 1.0, 1.0, -1.0, 1.0])
    assert spans(true_spells(risen, 0.5))[0] == (0.5, pytest.approx(2.25))


def readings(*values, every=600.0, delay=0.0):
    measured = every * np.arange(len(values))
    return Readings(measured, measured + delay, np.array(values, dtype=float))


def test_two_readings_in_a_row_begin_and_end_a_spell():
    found = reported_spells(readings(0, 2, 0, 2, 2, np.nan, 0, 2, 0, 0), [], 1.0, confirm=2)
    assert [(spell.begins, spell.ends) for spell in found] == [(2400.0, 5400.0)]
    assert np.isnan(found[0].true_since)


def test_what_lasts_is_counted_from_the_first_reading_above():
    found = reported_spells(readings(0, 2, 2, 2, 2), [], 1.0, lasting=1200.0)
    assert found[0].begins == 1800.0


def test_noise_gives_false_spells_as_often_as_its_law_says():
    """A level stage 0.1 m below the threshold with an error of 0.1 m: a reading is above with 1 - Phi(1) = 0.1587."""
    series = StageSeries("g", np.array([0.0, 4e5 * 60.0]), np.array([0.9, 0.9]), "")
    taken = reported_readings(series, Streams(1), every=60.0, delay=Fixed(value="0 s"), noise=0.1)
    n, p = len(taken.value), 1 - norm.cdf(1)
    assert (taken.value >= 1.0).mean() == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / n))
    spells = len(reported_spells(taken, [], 1.0)) / n
    assert spells == pytest.approx(p * (1 - p), rel=0.03)


def test_a_rise_is_reckoned_from_what_has_arrived():
    taken = Readings(
        np.array([0.0, 600.0, 1200.0]), np.array([5000.0, 700.0, 1300.0]), np.array([1.0, 1.2, 1.8])
    )
    found = reported_rise(taken, 600.0).value
    assert np.isnan(found[:2]).all()
    assert found[2] == pytest.approx(0.6)


def forecasts(*rows):
    issued, valid, stage = np.array(rows, dtype=float).T
    return Forecasts(issued * HOUR, valid * HOUR, stage)


def test_a_forecast_counts_within_its_lead_until_the_next_says_otherwise():
    given = forecasts((0, 12, 2.0), (6, 12, 2.0), (6, 18, 2.5), (12, 18, 0.5))
    spells = forecast_spells(given, true_spells(WAVE, 1.0), 1.5, lead=6 * HOUR)
    assert spans(spells) == [(6.0, 12.0)]
    assert spells[0].value == 2.0


def test_a_forecast_errs_in_full_from_twelve_hours_on():
    given = forecasts((0, 0, 1.0), (0, 6, 1.0), (0, 12, 1.0), (0, 24, 1.0))
    assert FULL_LEAD == 12 * HOUR
    assert forecast_with_error(given, 0.4).stage == pytest.approx([1.0, 1.2, 1.4, 1.4])
