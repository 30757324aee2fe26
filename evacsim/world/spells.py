"""When a condition on a gauge holds: in truth, as it is reported, as it is forecast (触发条件何时成立).

A condition compares a curve with a threshold: the stage itself, its rise over a time, rain over a
time. It holds for spells; a spell begins when it is known to hold and ends when it is known not to
hold any more. Rain is told as the sum since the record began, so that rain over a time is a rise.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from evacsim.world.columns import Floats, Forecasts
from evacsim.world.readings import Readings

FULL_LEAD = 12 * 3600.0
"""Lead from which a forecast errs in full; a shorter one in proportion [s] (assumed: the error that was seen is one
of forecasts 12 to 24 h ahead, and a forecast of this moment is a reading)."""


class Spell(NamedTuple):
    """One time for which a condition is known to hold."""

    begins: float
    """From when it is known to hold [s]."""
    ends: float
    """From when it is known not to hold any more [s]; inf for never."""
    value: float
    """What is known at its beginning: a stage, a rise, an amount of rain [m]."""
    true_since: float
    """Since when it truly holds, at the moment that decided it [s]; nan where it does not: a false alarm."""


class Curve(NamedTuple):
    """Values at growing times, straight between them."""

    times: Floats
    values: Floats


def rise(curve: Curve, over: float) -> Curve:
    """Return by how much a curve has risen over a time `over` [s]; before its beginning it was level."""
    times = np.union1d(curve.times, curve.times + over)
    return Curve(
        times,
        np.interp(times, curve.times, curve.values) - np.interp(times - over, curve.times, curve.values),
    )


def true_spells(curve: Curve, threshold: float, *, lasting: float = 0.0) -> list[Spell]:
    """Return when a curve truly stands at `threshold` or above, known at once.

    Parameters
    ----------
    lasting : float
        How long it must have stood so high before the spell begins [s].
    """
    is_above = curve.values >= threshold
    edges = np.flatnonzero(np.diff(is_above, prepend=False))
    found = []
    for first, after in zip(
        edges[::2].tolist(), [*edges[1::2].tolist(), None][: len(edges[::2])], strict=True
    ):
        begins = _crossing(curve, first, threshold) + lasting
        ends = np.inf if after is None else _crossing(curve, after, threshold)
        if begins < ends or (begins == ends and not lasting):
            value = max(float(np.interp(begins, curve.times, curve.values)), threshold)
            found.append(Spell(begins, ends, value, begins))
    return found


def _crossing(curve: Curve, row: int, threshold: float) -> float:
    """Return when a curve passes a threshold between the rows before `row` and `row` [s]."""
    if row == 0:
        return float(curve.times[0])
    times, values = curve.times[row - 1 : row + 1], curve.values[row - 1 : row + 1]
    if values[0] > values[1]:
        times, values = times[::-1], values[::-1]
    return float(np.interp(threshold, values, times))


def reported_spells(
    readings: Readings, truth: Sequence[Spell], threshold: float, *, confirm: int = 1, lasting: float = 0.0
) -> list[Spell]:
    """Return when a threshold counts as reached, by what is reported.

    A spell begins with the last of `confirm` readings at or above the threshold that arrive in a
    row, the first and the last of which were taken `lasting` apart, and ends with the last of
    `confirm` readings below it. Missing readings neither confirm nor refute (assumed).

    Parameters
    ----------
    readings : Readings
        What the gauge reports.
    truth : sequence of Spell
        When the condition truly holds.
    threshold : float
        Threshold [m].
    confirm : int
        Readings in a row that it takes, from 1.
    lasting : float
        How long it must have stood so high [s].
    """
    arrived = np.argsort(readings.reported, kind="stable")
    arrived = arrived[~np.isnan(readings.value[arrived])]
    found: list[Spell] = []
    begun: Spell | None = None
    above = below = 0
    since = np.nan
    for row in arrived.tolist():
        measured, reported, value = (
            float(column[row]) for column in (readings.measured, readings.reported, readings.value)
        )
        if value < threshold:
            above, below = 0, below + 1
            if begun is not None and below >= confirm:
                found.append(begun._replace(ends=reported))
                begun = None
            continue
        since = measured if above == 0 else min(since, measured)
        above, below = above + 1, 0
        if begun is None and above >= confirm and measured - since >= lasting:
            begun = Spell(reported, np.inf, value, _true_since(truth, measured))
    return [*found, begun] if begun is not None else found


def _true_since(truth: Sequence[Spell], measured: float) -> float:
    """Return the beginning of the last true spell that had begun when a reading was taken; nan for none."""
    begun = [spell.begins for spell in truth if spell.begins <= measured]
    return begun[-1] if begun else np.nan


def reported_rise(readings: Readings, over: float) -> Readings:
    """Return readings of the rise over a time `over` [s], each by what has arrived when it arrives.

    The stage at the beginning of that time is drawn straight between the readings on either side of it; before the
    first reading nothing is known of a rise, and nothing is reported.
    """
    value = np.full(readings.value.shape, np.nan)
    is_there = ~np.isnan(readings.value)
    for row in np.flatnonzero(is_there):
        known = is_there & (readings.reported <= readings.reported[row])
        before = readings.measured[row] - over
        if before >= readings.measured[known][0]:
            base = np.interp(before, readings.measured[known], readings.value[known])
            value[row] = readings.value[row] - base
    return readings._replace(value=value)


def forecast_with_error(forecasts: Forecasts, error: float) -> Forecasts:
    """Return forecasts that all err by `error` [m], in full from a lead of `FULL_LEAD` on (assumed)."""
    part = np.clip((forecasts.valid - forecasts.issued) / FULL_LEAD, 0.0, 1.0)
    return replace(forecasts, stage=forecasts.stage + error * part)


def forecast_spells(
    forecasts: Forecasts, truth: Sequence[Spell], threshold: float, *, lead: float, confirm: int = 1
) -> list[Spell]:
    """Return when forecasts say that a threshold is reached within `lead` [s], each from its issue to the next.

    A forecast is true where the stage truly stands so high at some moment from its issue until the end of the lead.
    """
    found: list[Spell] = []
    begun: Spell | None = None
    above = below = 0
    for issued in np.unique(forecasts.issued).tolist():
        ahead = (
            (forecasts.issued == issued) & (forecasts.valid >= issued) & (forecasts.valid <= issued + lead)
        )
        highest = float(forecasts.stage[ahead].max(initial=-np.inf))
        if highest < threshold:
            above, below = 0, below + 1
            if begun is not None and below >= confirm:
                found.append(begun._replace(ends=issued))
                begun = None
            continue
        above, below = above + 1, 0
        if begun is None and above >= confirm:
            is_true = any(spell.begins <= issued + lead and spell.ends > issued for spell in truth)
            begun = Spell(issued, np.inf, highest, issued if is_true else np.nan)
    return [*found, begun] if begun is not None else found
