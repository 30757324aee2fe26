"""Registration desks (登记台): one queue, first come first served, the next at whichever desk is free first."""

from bisect import bisect_right
from heapq import heapify, heapreplace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.parts import Parts
from evacsim.scenario.section import DurationLaw
from evacsim.world.laws import quantiles


class Served(NamedTuple):
    """When a household's turn comes, and when it is done [s]."""

    start: float
    end: float


class QueueLengths(NamedTuple):
    """How long a queue was; row k holds from `time[k]` until `time[k + 1]`."""

    time: NDArray[np.float64]
    """When the queue or the desks changed [s], ascending, each moment once."""
    waiting: NDArray[np.int64]
    """Households in the queue, without those at the desks."""
    people: NDArray[np.int64]
    """People in the queue [person]."""
    serving: NDArray[np.int64]
    """Desks that are busy."""

    @property
    def longest(self) -> int:
        """Return the greatest number of households that waited at once."""
        return int(self.waiting.max(initial=0))


def registration_times(parts: Parts, law: DurationLaw) -> NDArray[np.float64]:
    """Return the time that each household takes at a desk [s], shape (n_households,).

    A household has one luck for all its stays: who has much to explain has it at the next shelter too.
    """
    zones, households = parts.world.zones.ids, parts.households
    counts = np.bincount(households.zone, minlength=len(zones)).tolist()
    lucks = [parts.streams.get("registration", id_).random(n) for id_, n in zip(zones, counts, strict=True)]
    return quantiles(law, np.concatenate(lucks))


class Desks:
    """The desks of one shelter and the queue before them.

    Nobody leaves the queue, and how long a household takes at the desk is known when it joins. So its
    turn is known at that moment too, and one call tells it: no process, no event for the queue.

    Parameters
    ----------
    n : int
        Desks, 1 or more.
    opened : float
        When the desks open [s]; who comes before waits until then.
    """

    def __init__(self, n: int, *, opened: float = 0.0) -> None:
        assert n >= 1, "a shelter without desks registers nobody"
        self._free_at = [opened] * n
        heapify(self._free_at)
        self._arrivals: list[float] = []
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._people: list[int] = []

    def begin(self, now: float, duration: float, *, people: int = 1) -> Served:
        """Let a household join the queue; return when its turn comes and when it is done.

        Parameters
        ----------
        now : float
            When it joins [s]; not before the household that joined last.
        duration : float
            Time it takes at the desk [s].
        people : int
            How many it is, for the table of the queue [person].
        """
        assert not self._arrivals or now >= self._arrivals[-1], "households join the queue in order of time"
        start = max(now, self._free_at[0])
        end = start + duration
        heapreplace(self._free_at, end)
        self._arrivals.append(now)
        self._starts.append(start)
        self._ends.append(end)
        self._people.append(people)
        return Served(start, end)

    def queue_at(self, now: float) -> int:
        """Return how many households wait at `now` [s], without those at the desks.

        At a moment at which somebody joins or is called to a desk, it is the number just after that.
        """
        # First come, first served: whoever joined first starts first, so both lists are sorted.
        return bisect_right(self._arrivals, now) - bisect_right(self._starts, now)

    def lengths(self) -> QueueLengths:
        """Return the table of the queue from the first household to the last."""
        arrivals, starts, ends = (
            np.array(moments, dtype=np.float64) for moments in (self._arrivals, self._starts, self._ends)
        )
        people = np.concatenate([[0], np.cumsum(np.array(self._people, dtype=np.int64))])
        time = np.unique(np.concatenate([arrivals, starts, ends]))
        joined, started, done = (
            np.searchsorted(moments, time, side="right") for moments in (arrivals, starts, np.sort(ends))
        )
        return QueueLengths(time, joined - started, people[joined] - people[started], started - done)

    def used(self, until: float) -> tuple[float, float, float]:
        """Return the person-seconds in the queue, the time that desks were busy and the time that they were there [s].

        Desks are there from the first household that joins until the last is done; nothing counts after `until`.
        """
        arrivals, starts, ends = (
            np.minimum(np.array(moments, dtype=np.float64), until)
            for moments in (self._arrivals, self._starts, self._ends)
        )
        queue = float((starts - arrivals) @ np.array(self._people, dtype=np.float64))
        there = len(self._free_at) * float(ends.max(initial=0.0) - arrivals.min(initial=until))
        return queue, float((ends - starts).sum()), there if len(arrivals) else 0.0
