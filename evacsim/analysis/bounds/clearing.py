"""The bound of a clearance time: the last moment by which no plan can have so many out.

What is out by a moment is at most the sum of four: those who share nothing with anybody, those
whom the roads let out on foot and by car, and those whom buses can fetch. The bound of a share is the last
moment at which this sum is still too small.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evacsim.analysis.bounds.bus_seats import Prices, Rides, all_come_out, best_prices
from evacsim.analysis.bounds.road_flow import RoadFlow
from evacsim.analysis.people import weighted_quantile

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

PRECISION = 1e-3
"""Part of the time looked at to which a bound is driven; what is left is given away."""
MOST_LOOKS = 4
"""How often better prices are looked for, for a share; what they would still prove is given away."""
READY, SEATS, ROADS = "ready", "seats", "roads"
"""What a bound comes from: nobody is ready, or near, sooner; seats of buses; roads, or places at their ends."""


@dataclass(frozen=True, slots=True)
class Found:
    """A moment by which no plan has a share out, and why."""

    time: float
    """The moment [s]; inf where no plan ever has."""
    reason: str


@dataclass(slots=True)
class BusFlow:
    """Those who ride buses; n of them."""

    rides: Rides
    pickup: Rows
    """Row of each one's pick-up point among those of `rides`, shape (n,)."""
    soonest: Floats
    """When each could be out at the earliest if a bus waited for him alone, shape (n,) [s]."""
    people: Floats
    prices: list[Prices] = field(default_factory=list)
    """Prices found so far; each proves something for every moment."""

    def look(self, until: float) -> None:
        """Look for the prices that prove most for a moment; where all come out with ease there are none to be found."""
        waiting = self._waiting(until)
        if not waiting.any() or all_come_out(self.rides, waiting, until):
            return
        found = best_prices(self.rides, waiting, until)
        self.prices += [] if found is None else [found]

    def most(self, until: float) -> float:
        """Return the most people whom buses bring out by a moment, by all prices found so far [person]."""
        waiting = self._waiting(until)
        worth = (prices.most(self.rides, waiting, until) for prices in self.prices)
        return min([float(waiting.sum()), *worth])

    def _waiting(self, until: float) -> Floats:
        """Return the people of each pick-up point who could be out by a moment if nobody else were there."""
        could = self.soonest <= until
        waiting = np.zeros(len(self.rides.carry))
        np.add.at(waiting, self.pickup[could], self.people[could])
        return waiting


@dataclass(slots=True)
class Clearing:
    """All who had to go."""

    alone: Floats
    """When each of those who share nothing could be out, shape (n,) [s]."""
    alone_people: Floats
    """People that go together, shape (n,) [person]."""
    flows: list[RoadFlow]
    """Those on foot, and those in cars."""
    buses: BusFlow | None
    end: float
    """End of the run: who is not out by then is never out [s]."""
    on_roads: dict[float, list[float]] = field(default_factory=dict)
    """Most people whom the roads let out by moments that were looked at, for each of `flows` [person]."""
    found: dict[float, Found] = field(default_factory=dict)
    """Bounds that were looked for, by share."""

    @property
    def soonest(self) -> Floats:
        """When each could be out if nobody else were there [s]."""
        parts = [self.alone, *(flow.soonest for flow in self.flows)]
        return np.concatenate(parts if self.buses is None else [*parts, self.buses.soonest])

    @property
    def people(self) -> Floats:
        """People that go together, in the order of `soonest` [person]."""
        parts = [self.alone_people, *(flow.people for flow in self.flows)]
        return np.concatenate(parts if self.buses is None else [*parts, self.buses.people])

    def is_same(self, other: "Clearing") -> bool:
        """Return whether the same limits the same run, whose orders are others."""
        return self.buses is other.buses is None and np.array_equal(self.soonest, other.soonest)

    def bound(self, share: float) -> Found:
        """Return the last moment at which no plan has a share of all people out."""
        if share not in self.found:
            self.found[share] = self._bound(share)
        return self.found[share]

    def _bound(self, share: float) -> Found:
        soonest, people = self.soonest, self.people
        if not people.size:
            return Found(np.nan, READY)
        alone = weighted_quantile(soonest, people.astype(np.int64), share)
        needed = share * people.sum() - 0.01  # as in `weighted_quantile`
        low = alone
        for _ in range(MOST_LOOKS):
            low = self._first_enough(low, needed)
            if self.buses is None or not np.isfinite(low):
                break
            self.buses.look(low)
            if self._enough(low, needed):
                break
        if low == alone:
            return Found(alone, READY)
        return Found(low, self._narrowest(min(low, self.end)))

    def _first_enough(self, low: float, needed: float) -> float:
        """Return a moment up to which what is proved keeps so many from being out, `low` at least; inf: for ever."""
        if not np.isfinite(low) or self._enough(low, needed):
            return low
        if not self._enough(self.end, needed):
            return np.inf
        begin, high = float(self.soonest.min()), self.end
        while high - low > max(1.0, PRECISION * (low - begin)):
            middle = (low + high) / 2
            low, high = (low, middle) if self._enough(middle, needed) else (middle, high)
        return low

    def _enough(self, until: float, needed: float) -> bool:
        """Return whether as many may be out by a moment, as far as is proved; the cheapest proof is tried first."""
        out = float(self.alone_people[self.alone <= until].sum())
        out += 0.0 if self.buses is None else self.buses.most(until)
        if until not in self.on_roads:
            most = [float(flow.people[flow.soonest <= until].sum()) for flow in self.flows]
            for row, flow in enumerate(self.flows):
                for limit in flow.limits(until):
                    most[row] = limit
                    if out + sum(most) < needed:
                        return False
            self.on_roads[until] = most
        return out + sum(self.on_roads[until]) >= needed

    def _narrowest(self, until: float) -> str:
        """Return whether seats or roads keep more people back at a moment."""
        if self.buses is None:
            return ROADS
        on_roads = self.on_roads.get(until) or [flow.most(until) for flow in self.flows]
        behind_roads = sum(
            flow.people[flow.soonest <= until].sum() - most
            for flow, most in zip(self.flows, on_roads, strict=True)
        )
        could = self.buses.people[self.buses.soonest <= until].sum()
        return SEATS if could - self.buses.most(until) >= behind_roads else ROADS
