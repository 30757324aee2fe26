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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels.drives import Legs, Worth, appraise, follow
from evacsim.kernels.rounds import Rounds, fewest_trips, handling_time

TICKS = 200, 3000
"""Least and most ticks in the time known to be enough, unless all times are multiples of a longer one."""
MOST_WAYS = 5000
"""Ways from a pick-up point to a shelter for which prices are found within minutes."""
MOST_STEPS = 20_000_000
"""Steps of an appraisal for which fewer ticks are taken; some tenths of a second."""
N_LOADS = 8
"""Loads that a vehicle can choose between where boarding takes time for each person."""
NEVER = np.int64(1) << 40
"""Ticks where there is no way."""
PENALTY = 10.0
"""Cost of leaving a trip's worth of people behind, in fleets: more than fetching them can cost."""
MOST_PRICINGS = 200
"""Rounds of pricing before a proof is given up."""
STARTS = 24
"""Drives taken in at a time, shared by all kinds of vehicles."""
TOLERANCE = 1e-9
"""What counts as more, relatively: far beyond the rounding of sums."""

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
    ways: NDArray[np.int64]
    """Ways from a pick-up point to a shelter on which it can bring people, as rows of the table of both."""
    seats: Times
    """How many people [person]."""
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
        is_waiting = rounds.people > 0
        self.rounds = rounds = rounds._replace(
            people=rounds.people[is_waiting],
            approach=rounds.approach[:, is_waiting],
            carry=rounds.carry[is_waiting],
            back=rounds.back[:, is_waiting],
        )
        self.tick = tick
        self._drives: dict[bytes, Drive] = {}
        seats, size = np.unique(rounds.seats, return_inverse=True)
        self._sizes = [self._size(int(number)) for number in seats]
        kinds, count = np.unique(
            np.column_stack([size, rounds.depot, rounds.ready]), axis=0, return_counts=True
        )
        self._kinds = [
            Kind(int(size), int(number), self._in_ticks(ready + rounds.approach[int(depot)]))
            for (size, depot, ready), number in zip(kinds, count, strict=True)
        ]

    @classmethod
    def of(cls, rounds: Rounds, *, until: float) -> "Market | None":
        """Return the market with the best tick for times up to `until`, or None if it would be too large."""
        shortest = float(rounds.carry.min()) + handling_time(rounds, 1)
        n_ticks = np.clip(MOST_STEPS / (rounds.carry.size * _n_loads(rounds)), *TICKS)
        tick = min(max(_common_divisor(rounds), until / float(n_ticks)), shortest)
        too_many = rounds.carry.size > MOST_WAYS or until > 10 * TICKS[1] * tick
        return None if too_many else cls(rounds, tick)

    def excludes(self, number: int) -> bool:
        """Tell whether prices are found that prove so many ticks too few for any plan."""
        for _ in range(MOST_PRICINGS):
            solved = self._solve(number)
            if solved is None or solved[0] <= 1 + TOLERANCE:
                return False
            _, prices, wages = solved
            worth = [self._appraise(size, prices, number) for size in self._sizes]
            if self._proves(prices, worth, number):
                return True
            if not self._hire(worth, wages, number):
                return False
        return False

    def _proves(self, prices: Prices, worth: list[Worth], number: int) -> bool:
        """Tell whether every plan would have to earn more than its rents and what vehicles can earn."""
        rounds = self.rounds
        earned = prices.person @ rounds.people + prices.trip @ fewest_trips(rounds)
        rents = prices.place @ rounds.room
        most = sum(kind.count * _earnings(kind, worth, number).max() for kind in self._kinds)
        return bool(earned > (rents + most) * (1 + TOLERANCE))

    def _appraise(self, size: Size, prices: Prices, number: int) -> Worth:
        """Return what drives are worth to vehicles of a size."""
        profit = np.maximum(prices.person[:, None] - prices.place, 0.0)
        value = size.people * profit[:, :, None] + prices.trip[:, None, None]
        n_pickups, n_shelters = profit.shape
        worth = Worth(
            at_pickup=np.empty((n_pickups, number + 1)),
            at_shelter=np.empty((n_shelters, number + 1)),
            shelter=np.empty((n_pickups, number + 1), dtype=np.int32),
            load=np.zeros((n_pickups, number + 1), dtype=np.int32),
            pickup=np.empty((n_shelters, number + 1), dtype=np.int32),
        )
        appraise(size.legs, value, worth)
        return worth

    def _hire(self, worth: list[Worth], wages: Times, number: int) -> int:
        """Take in drives worth more than the wage of their kind; return how many are new or quicker."""
        n_new, n_starts = 0, max(1, STARTS // len(self._kinds))
        for row, kind in enumerate(self._kinds):
            earnings = _earnings(kind, worth, number)
            for pickup in np.argsort(-earnings, kind="stable")[:n_starts]:
                if earnings[pickup] > wages[row] * (1 + TOLERANCE):
                    drive = self._best_drive(row, worth[kind.size], int(pickup), number)
                    key = b"%d" % row + b"".join(part.tobytes() for part in drive[2:])
                    if key not in self._drives or drive.ticks < self._drives[key].ticks:
                        self._drives[key] = drive
                        n_new += 1
        return n_new

    def _best_drive(self, row: int, worth: Worth, pickup: int, number: int) -> Drive:
        kind = self._kinds[row]
        size = self._sizes[kind.size]
        seats, trips = np.zeros_like(self.rounds.carry), np.zeros(len(self.rounds.people))
        left = number - int(kind.start[pickup])
        left = follow(size.legs, worth, pickup, left, size.people, seats, trips)
        ways = np.flatnonzero(seats)
        return Drive(row, number - left, ways, seats.ravel()[ways], trips)

    def _solve(self, number: int) -> tuple[float, Prices, Times] | None:
        """Return by what factor the drives known would need more vehicles, the prices, and the wages of kinds.

        None if the program cannot be solved.
        """
        from scipy.optimize import linprog
        from scipy.sparse import block_array, coo_array, csr_array, diags_array, eye_array

        rounds, n_kinds = self.rounds, len(self._kinds)
        drives = [drive for drive in self._drives.values() if drive.ticks <= number]
        n_pickups, n_shelters, n_drives = len(rounds.people), len(rounds.room), len(drives)
        open_ways = np.flatnonzero(np.isfinite(rounds.carry))
        pickup, shelter = np.divmod(open_ways, n_shelters)
        each, one, n_ways = np.arange(len(open_ways)), np.ones(len(open_ways)), len(open_ways)
        from_pickup = csr_array((one, (pickup, each)), shape=(n_pickups, n_ways))
        to_shelter = csr_array((one, (shelter, each)), shape=(n_shelters, n_ways))
        columns = np.repeat(np.arange(n_drives), [len(drive.ways) for drive in drives])
        ways = np.concatenate([each[:0], *(drive.ways for drive in drives)])
        loads = np.concatenate([one[:0], *(drive.seats for drive in drives)])
        seats = coo_array((loads, (np.searchsorted(open_ways, ways), columns)), shape=(n_ways, n_drives))
        trips = csr_array(np.reshape([drive.trips for drive in drives], (n_drives, n_pickups)).T)
        kind = [drive.kind for drive in drives]
        of_kind = coo_array((np.ones(n_drives), (kind, np.arange(n_drives))), shape=(n_kinds, n_drives))
        count = csr_array([[float(kind.count)] for kind in self._kinds])
        fewest = fewest_trips(rounds)
        penalty = PENALTY / np.minimum(rounds.people, rounds.seats.max())

        # Sought: how often each drive is made, people on each way, people left behind, the factor.
        solution = linprog(
            np.concatenate([np.zeros(n_drives + n_ways), penalty, [1.0]]),
            A_ub=block_array(
                [
                    [-seats, eye_array(n_ways), None, None],
                    [None, -from_pickup, -eye_array(n_pickups), None],
                    [-trips, None, -diags_array(fewest / rounds.people), None],
                    [None, to_shelter, None, None],
                    [of_kind, None, None, -count],
                ]
            ),
            b_ub=np.concatenate([np.zeros(n_ways), -rounds.people, -fewest, rounds.room, np.zeros(n_kinds)]),
            method="highs",
        )
        if not solution.success:
            return None
        dual = np.maximum(-solution.ineqlin.marginals, 0.0)
        _, person, trip, place, wages = np.split(dual, np.cumsum([n_ways, n_pickups, n_pickups, n_shelters]))
        return float(solution.fun), Prices(person, trip, place), wages

    def _size(self, seats: int) -> Size:
        rounds = self.rounds
        each = rounds.boarding_each + rounds.alighting_each
        n_loads = min(seats, _n_loads(rounds))
        people = -(-seats * np.arange(n_loads + 1) // n_loads)
        fewest = people[:-1] + 1 if n_loads > 1 else np.array([1])
        time = rounds.carry[:, :, None] + handling_time(rounds, 0) + each * fewest
        return Size(people[1:], Legs(self._in_ticks(time), self._in_ticks(rounds.back)))

    def _in_ticks(self, time: Times) -> NDArray[np.int64]:
        whole = np.full(time.shape, NEVER)
        finite = np.isfinite(time)
        whole[finite] = np.floor(time[finite] / self.tick)
        return whole


def _n_loads(rounds: Rounds) -> int:
    return N_LOADS if rounds.boarding_each + rounds.alighting_each > 0 else 1


def _earnings(kind: Kind, worth: list[Worth], number: int) -> Times:
    """Return what a vehicle of a kind can earn by the first pick-up point it drives to, shape (P,)."""
    left = number - kind.start
    at_pickup = worth[kind.size].at_pickup
    earnings = at_pickup[np.arange(len(left)), np.maximum(left, 0)]
    return np.where(left >= 0, earnings, 0.0)


def _common_divisor(rounds: Rounds) -> float:
    """Return the longest time of which all times are multiples, 0 if there is none of a second or more."""
    times = np.concatenate(
        [
            (rounds.ready[:, None] + rounds.approach[rounds.depot]).ravel(),
            (rounds.carry + handling_time(rounds, 0)).ravel(),
            rounds.back.ravel(),
        ]
    )
    times = times[np.isfinite(times)]
    if rounds.boarding_each or rounds.alighting_each or (times != np.rint(times)).any():
        return 0.0
    return float(np.gcd.reduce(times.astype(np.int64)))
