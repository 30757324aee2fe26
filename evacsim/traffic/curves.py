"""Cumulative curves N(x, t): how many have passed a place until a time."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.traffic.case import Floats, TrafficCase
from evacsim.traffic.passages import Passages

Count = Literal["trips", "pcu", "people"]
"""What is counted."""
End = Literal["entrance", "exit"]


@dataclass(frozen=True, slots=True)
class Curve:
    """A cumulative curve in steps: `curve(t)` is the count at t, steps at t included."""

    times: Floats
    """When it steps up [s], ascending."""
    counts: Floats
    """The count from each step on."""

    def __call__(self, time: ArrayLike) -> Floats:
        """Return the count at a time, or at many.

        >>> Curve(np.array([2.0, 5.0]), np.array([1.0, 2.0]))([1.0, 2.0, 9.0])
        array([0., 1., 2.])
        """
        place = np.searchsorted(self.times, np.asarray(time, dtype=np.float64), side="right")
        return np.asarray(np.concatenate([[0.0], self.counts])[place])


def weights(case: TrafficCase, trips: NDArray[np.int32], count: Count) -> Floats:
    """Return what each of some trips counts for."""
    if count == "pcu":
        return case.trips.size[trips]
    return case.trips.people[trips].astype(np.float64) if count == "people" else np.ones(len(trips))


def curve_at_end(case: TrafficCase, passages: Passages, link: int, *, at: End, count: Count) -> Curve:
    """Return the curve at the entrance or the exit of a link."""
    here = passages.of(np.flatnonzero(passages.link == link))
    times = here.enter if at == "entrance" else np.where(here.is_through, here.exit, np.nan)
    return _curve(times, weights(case, here.trip, count))


def curve_inside(case: TrafficCase, passages: Passages, link: int, *, at: float) -> Curve:
    """Return the curve [pcu] at `at` [m] from the entrance of a link, by Newell's minimum."""
    length = float(case.links.length[link])
    speed, wave = float(case.links.free_speed[link]), float(case.links.wave_speed[link])
    entered = curve_at_end(case, passages, link, at="entrance", count="pcu")
    left = curve_at_end(case, passages, link, at="exit", count="pcu")
    delay, lag, room = at / speed, (length - at) / wave, float(case.links.jam_density[link]) * (length - at)
    times = np.union1d(entered.times + delay, left.times + lag)
    # A step is found at its own time although adding and taking off the delay may round it away.
    early = Curve(entered.times + delay, entered.counts)(times)
    late = Curve(left.times + lag, left.counts)(times) + room
    return _without_flats(times, np.minimum(early, late))


def _curve(times: Floats, steps: Floats) -> Curve:
    is_there = ~np.isnan(times)
    times, steps = times[is_there], steps[is_there]
    order = np.argsort(times, kind="stable")
    counts = np.cumsum(steps[order])
    times = times[order]
    is_last = np.concatenate([times[1:] != times[:-1], [True]]) if len(times) else np.zeros(0, dtype=bool)
    return Curve(times[is_last], counts[is_last])


def _without_flats(times: Floats, counts: Floats) -> Curve:
    rises = np.diff(counts, prepend=0.0) > 0
    return Curve(times[rises], counts[rises])
