"""Prices that prove a completion time out of reach.

Let every person who is brought to a shelter, and every trip from a pick-up point, earn a
price, and every place in a shelter cost a rent. A plan must earn at least the prices of all
people and of the fewest trips that are needed, less the rent of all places. No vehicle can
earn more than the best drive in the given time. If all vehicles together cannot earn what a
plan must, there is no plan, whatever the prices are: that is all the proof needs.

Good prices are the dual values of a linear program over drives, built up drive by drive
(column generation: Gilmore and Gomory 1961; the proof is a bound of Farley 1990; both
recalled). The program asks by what factor all kinds of vehicles would have to be multiplied.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels.drives import Legs, Worth, appraise, follow
from evacsim.kernels.rounds import Rounds, fewest_trips, handling_time

MOST_TICKS = 3000
"""Ticks in the time known to be enough, unless all times are multiples of a longer one."""
N_LOADS = 8
"""Loads that a vehicle can choose between where boarding takes time for each person."""
NEVER = np.int64(1) << 40
"""Ticks where there is no way."""
PENALTY = 10.0
"""Cost of leaving a trip's worth of people behind, in fleets: more than fetching them can cost."""
MOST_PRICINGS = 200
"""Rounds of pricing before a proof is given up."""
TOLERANCE = 1e-9
"""By how much, relatively, what a plan must earn has to exceed what it can: beyond rounding."""

Times = NDArray[np.float64]


class Prices(NamedTuple):
    """What is paid, none of it negative; in any currency."""

    person: Times
    """For a person brought from a pick-up point to a shelter, shape (P,)."""
    trip: Times
    """For a trip from a pick-up point, shape (P,)."""
    place: Times
    """Rent of a place in a shelter, shape (S,)."""


class Drive(NamedTuple):
    """What a vehicle of a kind can do in so many ticks."""

    kind: int
    ticks: int
    seats: Times
    """People it can bring from a pick-up point to a shelter, shape (P, S) [person]."""
    trips: Times
    """How often it fetches people from a pick-up point, shape (P,)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Vehicles alike in seats, depot and ready time."""

    size: int
    """Row of the number of seats."""
    count: int
    start: NDArray[np.int64]
    """Ticks until it can be at a pick-up point, shape (P,)."""


@dataclass(frozen=True, slots=True)
class Size:
    """Vehicles with the same number of seats."""

    people: NDArray[np.int64]
    """Loads to choose between, shape (L,) [person]."""
    legs: Legs


class Market:
    """A problem in ticks, and the drives found worth making so far."""

    def __init__(self, rounds: Rounds, tick: float) -> None:
        self.rounds = rounds
        self.tick = tick
        self.sizes = []
        self.kinds = []
        self.drives: list[Drive] = []
        sizes, size_row = np.unique(rounds.seats, return_inverse=True)
        for seats in sizes:
            self.sizes.append(self._size(int(seats)))
        alike, count = np.unique(
            np.stack([size_row, rounds.depot, rounds.ready], axis=1), axis=0, return_counts=True
        )
        for (size, depot, ready), number in zip(alike, count, strict=True):
            start = self._ticks(ready + rounds.approach[int(depot)])
            self.kinds.append(Kind(int(size), int(number), start))

    @classmethod
    def of(cls, rounds: Rounds, *, until: float) -> "Market | None":
        """Return the market with the best tick for times up to `until`, or None if a trip takes no time."""
        shortest = float((rounds.carry + handling_time(rounds, 1)).min())
        tick = min(max(_common_divisor(rounds), until / MOST_TICKS), shortest)
        return cls(rounds, tick) if tick > 0 else None

    def excludes(self, number: int) -> bool:
        """Tell whether prices are found that prove so many ticks too few for any plan."""
        for _ in range(MOST_PRICINGS):
            factor, prices, wages = self._solve(number)
            ...
