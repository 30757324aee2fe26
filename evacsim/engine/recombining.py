"""The best choice of vehicles' rounds from a pool: an integer program."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.round_plans import RoundPlan, RoundProblem, fill
from evacsim.kernels.round_search import Schedule

Way = tuple[int, int]
"""A pick-up point and a shelter."""
Kind = tuple[int, int]
"""A depot and a number of seats: such vehicles differ in their ready times only."""

MOST_DRIVES = 3000
"""A larger pool is left alone: its integer program would take longer than a search."""
MOST_TRIPS = 4
"""So are drives that are longer on average: no pool holds the few of them that fit together."""
NEWS = 1.25
"""A target missed is tried again when the pool has grown by this factor."""
NODE_LIMIT = 1
"""Branches of the integer program; most are solved in the first."""


class Drive(NamedTuple):
    """All trips of one vehicle, one after the other."""

    kind: Kind
    time: float
    """Time from leaving the depot to the end of the last trip, with all seats taken [s]."""
    ways: list[Way]


class Pool:
    """Drives that searches have found, each with its trips in the quickest order."""

    def __init__(self, problem: RoundProblem) -> None:
        self.problem = problem
        self._drives: dict[tuple[Kind, tuple[Way, ...]], Drive] = {}
        self._vehicles: dict[Kind, list[int]] = {}
        self._missed = -np.inf, 0
        for vehicle in np.argsort(problem.ready, kind="stable").tolist():
            self._vehicles.setdefault(self._kind(vehicle), []).append(vehicle)

    def add(self, schedule: Schedule) -> None:
        """Add the drives of all vehicles of a schedule."""
        for vehicle, length in enumerate(schedule.length.tolist()):
            trips = schedule.order[vehicle, :length]
            ways = list(zip(schedule.pickup[trips].tolist(), schedule.shelter[trips].tolist(), strict=True))
            drive = Drive(self._kind(vehicle), schedule.finish[vehicle] - self.problem.ready[vehicle], ways)
            key = drive.kind, tuple(sorted(ways))
            if ways and (key not in self._drives or drive.time < self._drives[key].time):
                self._drives[key] = drive

    def recombine(self, target: float) -> RoundPlan | None:
        """Return a plan of as few drives of the pool as can be, complete by the target; None if none is found."""
        drives = [
            drive
            for drive in self._drives.values()
            if self.problem.ready[self._vehicles[drive.kind][0]] + drive.time <= target
        ]
        n_trips = sum(len(drive.ways) for drive in drives)
        if not 0 < len(drives) <= MOST_DRIVES or n_trips > MOST_TRIPS * len(drives):
            return None
        if target <= self._missed[0] and len(drives) < NEWS * self._missed[1]:
            return None
        number = self._solve(drives, target)
        if number is None:
            self._missed = target, len(drives)
            return None
        return self._plan(drives, number)

    def _kind(self, vehicle: int) -> Kind:
        return int(self.problem.depot[vehicle]), int(self.problem.seats[vehicle])

    def _solve(self, drives: list[Drive], target: float) -> NDArray[np.int64] | None:
        """Return how many vehicles shall make each drive, or None if the program finds no choice."""
        from scipy.optimize import LinearConstraint, milp
        from scipy.sparse import block_array, coo_array, csr_array, diags_array, eye_array

        problem = self.problem
        ways = sorted({way for drive in drives for way in drive.ways})
        n_drives, n_ways = len(drives), len(ways)
        n_pickups, n_shelters = problem.carry.shape
        row = {way: k for k, way in enumerate(ways)}
        made = [(row[way], column) for column, drive in enumerate(drives) for way in drive.ways]
        trips = coo_array((np.ones(len(made)), np.transpose(made)), shape=(n_ways, n_drives)).tocsr()
        seats = trips @ diags_array(np.array([drive.kind[1] for drive in drives], dtype=float))
        pickup, shelter = np.transpose(ways)
        each, one = np.arange(n_ways), np.ones(n_ways)
        from_pickup = csr_array((one, (pickup, each)), shape=(n_pickups, n_ways))
        to_shelter = csr_array((one, (shelter, each)), shape=(n_shelters, n_ways))
        fewest = -(-problem.people // problem.seats.max())
        longer, most = self._limits(drives, target)

        # Sought: how often each drive is made, and how many people take each way.
        table = block_array(
            [
                [-seats, eye_array(n_ways)],
                [None, from_pickup],
                [None, to_shelter],
                [from_pickup @ trips, None],
                [csr_array(longer), None],
            ]
        )
        least = [
            np.full(n_ways, -np.inf),
            problem.people,
            np.full(n_shelters, -np.inf),
            fewest,
            np.full(len(most), -np.inf),
        ]
        greatest = [np.zeros(n_ways), problem.people, problem.room, np.full(n_pickups, np.inf), most]
        solution = milp(
            np.repeat([1.0, 0.0], [n_drives, n_ways]),
            integrality=np.repeat([1, 0], [n_drives, n_ways]),
            constraints=LinearConstraint(table, np.concatenate(least), np.concatenate(greatest)),
            options={"node_limit": NODE_LIMIT, "mip_rel_gap": 0},
        )
        return None if solution.x is None else np.rint(solution.x[:n_drives]).astype(np.int64)

    def _limits(self, drives: list[Drive], target: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return which drives are too long for the vehicles of a kind that are ready late, and how many are not.

        Nested sets of vehicles suffice for each drive to get its own if no set is short
        (Hall 1935, recalled); the last set of a kind is all its vehicles.
        """
        longer, most = [], []
        for kind, vehicles in self._vehicles.items():
            ready = self.problem.ready[vehicles]
            for number in range(1, len(vehicles) + 1):
                left = target - ready[number] if number < len(vehicles) else -np.inf
                if number == len(vehicles) or ready[number] > ready[number - 1]:
                    longer.append([drive.kind == kind and drive.time > left for drive in drives])
                    most.append(number)
        return np.array(longer, dtype=np.float64), np.array(most)

    def _plan(self, drives: list[Drive], number: NDArray[np.int64]) -> RoundPlan | None:
        """Return the plan with this number of each drive: the longest for the vehicle that is ready first."""
        made: dict[int, list[Way]] = {}
        free = {kind: iter(vehicles) for kind, vehicles in self._vehicles.items()}
        for row in sorted(range(len(drives)), key=lambda row: -drives[row].time):
            for _ in range(number[row]):
                made[next(free[drives[row].kind])] = drives[row].ways
        trips = [(vehicle, *way) for vehicle in sorted(made) for way in made[vehicle]]
        return fill(self.problem, *np.array(trips, dtype=np.int64).T)
