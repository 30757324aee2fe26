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
        number = self._solve(drives, target)
        return None if number is None else self._plan(drives, number)

    def _kind(self, vehicle: int) -> Kind:
        return int(self.problem.depot[vehicle]), int(self.problem.seats[vehicle])

    def _solve(self, drives: list[Drive], target: float) -> NDArray[np.int64] | None:
        """Return how many vehicles shall make each drive, or None if the program finds no choice."""
        from scipy.optimize import LinearConstraint, milp
        from scipy.sparse import csr_array

        problem = self.problem
        way_row = {
            way: row for row, way in enumerate(sorted({way for drive in drives for way in drive.ways}))
        }
        pickup, shelter = np.array(list(way_row)).T
        trips = np.zeros((len(way_row), len(drives)))
        for column, drive in enumerate(drives):
            np.add.at(trips[:, column], [way_row[way] for way in drive.ways], 1)
        seats = trips * [drive.kind[1] for drive in drives]
        from_pickup = np.equal.outer(np.arange(len(problem.pickups)), pickup).astype(float)
        to_shelter = np.equal.outer(np.arange(len(problem.shelters)), shelter).astype(float)
        longer, most = self._limits(drives, target)

        def rows(
            of_drives: NDArray[np.float64] | float, of_people: NDArray[np.float64] | float, n: int
        ) -> csr_array:
            """Return rows over what is sought: how often each drive is made, how many people take each way."""
            shape = (n, len(drives)), (n, len(way_row))
            parts = np.broadcast_to(of_drives, shape[0]), np.broadcast_to(of_people, shape[1])
            return csr_array(np.hstack(parts))

        n_pickups, n_shelters = len(problem.pickups), len(problem.shelters)
        solution = milp(
            np.repeat([1.0, 0.0], [len(drives), len(way_row)]),
            integrality=np.repeat([1, 0], [len(drives), len(way_row)]),
            constraints=[
                LinearConstraint(rows(-seats, np.eye(len(way_row)), len(way_row)), -np.inf, 0),
                LinearConstraint(rows(0, from_pickup, n_pickups), problem.people, problem.people),
                LinearConstraint(rows(0, to_shelter, n_shelters), -np.inf, problem.room),
                LinearConstraint(
                    rows(from_pickup @ trips, 0, n_pickups), -(-problem.people // problem.seats.max())
                ),
                LinearConstraint(rows(longer, 0, len(longer)), -np.inf, most),
            ],
            options={"node_limit": NODE_LIMIT, "mip_rel_gap": 0.5},
        )
        return None if solution.x is None else np.rint(solution.x[: len(drives)]).astype(np.int64)

    def _limits(self, drives: list[Drive], target: float) -> tuple[NDArray[np.float64], list[int]]:
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
        return np.array(longer, dtype=np.float64), most

    def _plan(self, drives: list[Drive], number: NDArray[np.int64]) -> RoundPlan | None:
        """Return the plan with this number of each drive: the longest for the vehicle that is ready first."""
        made: dict[int, list[Way]] = {}
        free = {kind: iter(vehicles) for kind, vehicles in self._vehicles.items()}
        for row in sorted(range(len(drives)), key=lambda row: -drives[row].time):
            for _ in range(number[row]):
                made[next(free[drives[row].kind])] = drives[row].ways
        trips = [(vehicle, *way) for vehicle in sorted(made) for way in made[vehicle]]
        return fill(self.problem, *np.array(trips, dtype=np.int64).T)
