"""What a gauge reports, which is not what the water does: now and then, late, inexact, sometimes nothing (测报).

A gauge is read at the full multiples of its interval after the start of the scenario, and each
reading arrives after a delay. Readings may overtake each other. The luck of a reading belongs to
the gauge and the moment, so that a plan, another threshold or another gauge changes none, and a
longer record begins with the shorter one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.scenario.section import DurationLaw
from evacsim.streams import Streams
from evacsim.world.columns import StageSeries
from evacsim.world.laws import quantiles

Floats = NDArray[np.float64]


class Readings(NamedTuple):
    """The readings of one gauge, in the order in which they are taken."""

    measured: Floats
    """When it is read [s]."""
    reported: Floats
    """When the reading arrives, or should have arrived if it is missing [s]."""
    value: Floats
    """What is reported [m]; nan for a reading that is missing."""


def reported_readings(
    series: StageSeries,
    streams: Streams,
    *,
    every: float,
    delay: DurationLaw,
    noise: float = 0.0,
    missing: float = 0.0,
    outages: Sequence[tuple[float, float]] = (),
) -> Readings:
    """Return what a gauge reports of its true stages.

    Parameters
    ----------
    series : StageSeries
        The truth; there are readings from its first to its last moment.
    streams : Streams
        The random streams of the run.
    every : float
        Interval between two readings, above 0 [s].
    delay : DurationLaw
        From the reading to its arrival.
    noise : float
        Standard deviation of the error of a reading, a normal law [m].
    missing : float
        Share of readings that never come, apart from outages.
    outages : sequence of (float, float)
        From when until before when the gauge is out of order [s].
    """
    from scipy.special import ndtri

    first, last = int(np.ceil(series.times[0] / every)), int(np.floor(series.times[-1] / every))
    measured = every * np.arange(first, last + 1, dtype=np.float64)
    n = len(measured)

    def luck(purpose: str) -> Floats:
        return streams.get(purpose, series.id).random(n)

    value = np.interp(measured, series.times, series.stages)
    if noise > 0:
        # Half a step above the numbers drawn, so that none of them is an infinite error.
        value = value + noise * np.asarray(ndtri(luck("reading_noise") + 2.0**-54))
    is_missing = luck("reading_missing") < missing
    for begins, ends in outages:
        is_missing |= (measured >= begins) & (measured < ends)
    return Readings(
        measured, measured + quantiles(delay, luck("reading_delay")), np.where(is_missing, np.nan, value)
    )


def stage_believed(readings: Readings, times: Floats) -> Floats:
    """Return the stage that an office believes at each of `times` [m]: the latest reading it has; nan before the first.

    The latest is the one taken last, not the one that came last.
    """
    arrived = np.argsort(readings.reported, kind="stable")
    arrived = arrived[~np.isnan(readings.value[arrived])]
    if not arrived.size:
        return np.full(times.shape, np.nan)
    latest = np.maximum.accumulate(arrived)
    n_arrived = np.searchsorted(readings.reported[arrived], times, side="right")
    return np.where(n_arrived > 0, readings.value[latest[np.maximum(n_arrived, 1) - 1]], np.nan)


def completeness(readings: Readings) -> float:
    """Return the share of the readings that come at all (测报到报率); nan of none."""
    n = len(readings.value)
    return float((~np.isnan(readings.value)).sum() / n) if n else np.nan
