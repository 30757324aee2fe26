"""A collective transfer (集中转移) and a plan for it: who is fetched when, by which vehicle, to which shelter.

Assumptions, the same for every plan and for every bound on plans: a trip serves one pick-up
point and one shelter; it may leave with seats empty; everybody waits at the pick-up points
from the start; vehicles do not hinder each other; travel times do not change; a vehicle need
not return after its last trip.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import EvacsimError, Issue
from evacsim.kernels.bookings import Bookings, book_everybody
from evacsim.kernels.rounds import Rounds, Trips, time_trips
from evacsim.language import Text

if TYPE_CHECKING:
    import pandas as pd

Ids = tuple[str, ...]
Counts = NDArray[np.int64]
Times = NDArray[np.float64]


class DispatchError(EvacsimError):
    """The rounds of vehicles cannot be planned, or a plan of rounds does not hold."""

    headline = Text("cannot be dispatched", "无法编排车辆转运")


@dataclass(frozen=True, slots=True, eq=False)
class RoundProblem:
    """Vehicles, people who wait, shelters, and the ways between them; P, S, V, D as in `Rounds`."""

    vehicles: Ids
    """Ids, in the order of the rows; the same holds for the other places."""
    pickups: Ids
    shelters: Ids
    depots: Ids
    people: Counts
    """People waiting, shape (P,) [person]."""
    room: Counts
    """People a shelter can take, shape (S,) [person]."""
    seats: Counts
    """Seats of a vehicle, shape (V,) [person]."""
    ready: Times
    """When a vehicle can leave its depot, shape (V,) [s]."""
    depot: Counts
    """Row of a vehicle's depot, shape (V,)."""
    approach: Times
    """Travel time from depot to pick-up point, shape (D, P) [s]; inf where there is no way."""
    carry: Times
    """Travel time from pick-up point to shelter, shape (P, S) [s]; inf where the plan sends nobody."""
    back: Times
    """Travel time from shelter to pick-up point, shape (S, P) [s]; inf where there is no way."""
    boarding: float = 0.0
    """Time at a pick-up point, however few board [s]."""
    boarding_each: float = 0.0
    """Time a person needs to board [s/person]."""
    alighting: float = 0.0
    """Time at a shelter, however few alight [s]."""
    alighting_each: float = 0.0
    """Time a person needs to alight [s/person]."""
    source: str = "transfer"
    """What messages call it."""
    numbers: Rounds = field(init=False, repr=False)
    """The same without ids, for kernels and bounds."""

    def __post_init__(self) -> None:
        numbers = Rounds(
            people=np.array(self.people, dtype=np.int64),
            room=np.array(self.room, dtype=np.int64),
            seats=np.array(self.seats, dtype=np.int64),
            ready=np.array(self.ready, dtype=np.float64),
            depot=np.array(self.depot, dtype=np.int64),
            approach=np.array(self.approach, dtype=np.float64),
            carry=np.array(self.carry, dtype=np.float64),
            back=np.array(self.back, dtype=np.float64),
            boarding=float(self.boarding),
            boarding_each=float(self.boarding_each),
            alighting=float(self.alighting),
            alighting_each=float(self.alighting_each),
        )
        for name, column in numbers._asdict().items():
            object.__setattr__(self, name, column)
        object.__setattr__(self, "numbers", numbers)

    def sorted_by_id(self) -> "RoundProblem":
        """Return the same problem with every list in the order of ids, so that ties do not hang on the file."""
        vehicle, pickup, shelter, depot = (
            np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
            for ids in (self.vehicles, self.pickups, self.shelters, self.depots)
        )
        return replace(
            self,
            vehicles=tuple(sorted(self.vehicles)),
            pickups=tuple(sorted(self.pickups)),
            shelters=tuple(sorted(self.shelters)),
            depots=tuple(sorted(self.depots)),
            people=self.people[pickup],
            room=self.room[shelter],
            seats=self.seats[vehicle],
            ready=self.ready[vehicle],
            depot=np.argsort(depot)[self.depot[vehicle]],
            approach=self.approach[np.ix_(depot, pickup)],
            carry=self.carry[np.ix_(pickup, shelter)],
            back=self.back[np.ix_(shelter, pickup)],
        )


@dataclass(frozen=True, slots=True, eq=False)
class RoundPlan:
    """Trips by vehicle and in the order they are made, and their times; all arrays of shape (n,)."""

    problem: RoundProblem
    trips: Trips
    departure: Times
    """When the vehicle sets out for the pick-up point [s]."""
    at_pickup: Times
    """When it is there [s]."""
    left_pickup: Times
    """When all have boarded [s]."""
    finish: Times
    """When all are out, at the shelter [s]."""

    @property
    def completion_time(self) -> float:
        """When the last person is at a shelter [s]."""
        return float(self.finish.max(initial=0.0))

    @property
    def person_time(self) -> float:
        """Sum over people of the time until they are at a shelter [person s]."""
        return float(self.trips.people @ self.finish)

    def as_frame(self) -> "pd.DataFrame":
        """Return a row for each trip, times in seconds."""
        import pandas as pd

        trips, problem = self.trips, self.problem
        ids = {
            "vehicle": np.array(problem.vehicles, dtype=object)[trips.vehicle],
            "pickup": np.array(problem.pickups, dtype=object)[trips.pickup],
            "shelter": np.array(problem.shelters, dtype=object)[trips.shelter],
        }
        frame = pd.DataFrame(ids)
        frame.insert(1, "round", frame.groupby("vehicle", sort=False).cumcount() + 1)
        return frame.assign(
            people=trips.people,
            departure_s=self.departure,
            at_pickup_s=self.at_pickup,
            left_pickup_s=self.left_pickup,
            finish_s=self.finish,
        )


def evaluate(problem: RoundProblem, trips: Trips) -> RoundPlan:
    """Return the plan that makes these trips, with its exact times.

    Parameters
    ----------
    problem : RoundProblem
    trips : Trips
        In any order between vehicles; those of one vehicle in the order it makes them.

    Raises
    ------
    DispatchError
        If somebody is left behind or fetched twice, a vehicle or shelter is overfull, or
        there is no way.
    """
    by_vehicle = np.argsort(trips.vehicle, kind="stable")
    trips = Trips(*(np.asarray(column, dtype=np.int64)[by_vehicle] for column in trips))
    issues = list(_rows_that_are_none(problem, trips))
    if issues:
        raise DispatchError(problem.source, issues)
    times = np.empty((4, len(trips.vehicle)))
    time_trips(problem.numbers, trips, *times)
    issues = list(_broken_promises(problem, trips, times[3]))
    if issues:
        raise DispatchError(problem.source, issues)
    return RoundPlan(problem, trips, *times)


def check(problem: RoundProblem) -> None:
    """Raise a `DispatchError` with every reason why no plan can fetch everybody."""
    issues = list(_wrong_shapes(problem))
    issues = issues or list(_wrong_values(problem))
    issues = issues or list(_out_of_reach(problem))
    issues = issues or list(_without_room(problem))
    if issues:
        raise DispatchError(problem.source, issues)


def book_seats(problem: RoundProblem, seats: Counts) -> tuple[Bookings, int]:
    """Book places for everybody; return the bookings, and how many found none [person].

    Parameters
    ----------
    problem : RoundProblem
    seats : ndarray of int64, shape (P, S)
        Seats on the way from a pick-up point to a shelter [person].
    """
    n_places = len(problem.pickups) + len(problem.shelters)
    bookings = Bookings(
        people=np.zeros_like(seats),
        seats=seats,
        room=np.zeros_like(problem.room),
        parent=np.empty(n_places, dtype=np.int64),
        queue=np.empty(n_places, dtype=np.int64),
        changes=np.empty((64 * (n_places + 1), 3), dtype=np.int64),
    )
    return bookings, book_everybody(problem.numbers, bookings)


def seats_without_limit(problem: RoundProblem) -> Counts:
    """Return seats for everybody on every way that the plan allows, shape (P, S)."""
    return np.where(np.isfinite(problem.carry), problem.people.sum(), 0)


def fill(problem: RoundProblem, vehicle: Counts, pickup: Counts, shelter: Counts) -> RoundPlan | None:
    """Return the plan that makes these trips, or None if they have too few seats.

    Of the trips on one way the earliest are filled first; those that stay empty are not made.

    Parameters
    ----------
    problem : RoundProblem
    vehicle, pickup, shelter : ndarray of int64, shape (n,)
        The trips by vehicle, in the order they are made.
    """
    seats = np.zeros_like(problem.carry, dtype=np.int64)
    np.add.at(seats, (pickup, shelter), problem.seats[vehicle])
    bookings, without = book_seats(problem, seats)
    if without:
        return None
    full = Trips(vehicle, pickup, shelter, np.minimum(problem.seats[vehicle], problem.people[pickup]))
    times = np.empty((4, len(vehicle)))
    time_trips(problem.numbers, full, *times)
    people = np.zeros_like(vehicle)
    for trip in np.argsort(times[3], kind="stable"):
        way = pickup[trip], shelter[trip]
        people[trip] = min(bookings.people[way], full.people[trip])
        bookings.people[way] -= people[trip]
    return evaluate(problem, Trips(*(column[people > 0] for column in (vehicle, pickup, shelter, people))))


def _wrong_shapes(problem: RoundProblem) -> Iterator[Issue]:
    n_vehicles, n_pickups = len(problem.vehicles), len(problem.pickups)
    n_shelters, n_depots = len(problem.shelters), len(problem.depots)
    shapes = {
        "people": (n_pickups,),
        "room": (n_shelters,),
        "seats": (n_vehicles,),
        "ready": (n_vehicles,),
        "depot": (n_vehicles,),
        "approach": (n_depots, n_pickups),
        "carry": (n_pickups, n_shelters),
        "back": (n_shelters, n_pickups),
    }
    for name, shape in shapes.items():
        found = getattr(problem, name).shape
        if found != shape:
            yield Issue(
                file=problem.source,
                place=name,
                value=f"an array of shape {found}",
                rule=Text(f"must have shape {shape}", f"形状应为 {shape}"),
                remedy=Text("give one value for each id", "每个编号给一个值"),
            )
    for name in ("vehicles", "pickups", "shelters", "depots"):
        ids = getattr(problem, name)
        for repeated in sorted({one for one in ids if ids.count(one) > 1}):
            yield Issue(
                file=problem.source,
                place=name,
                value=repeated,
                rule=Text("must stand in the list once", "在列表中只能出现一次"),
                remedy=Text("give every one its own id", "为每一个指定唯一编号"),
            )


def _wrong_values(problem: RoundProblem) -> Iterator[Issue]:
    lowest = {"people": 0, "room": 0, "seats": 1, "ready": 0, "approach": 0, "carry": 0, "back": 0}
    lowest |= dict.fromkeys(("boarding", "boarding_each", "alighting", "alighting_each"), 0)
    for name, least in lowest.items():
        values = np.asarray(getattr(problem, name), dtype=np.float64)
        may_be_endless = name in ("approach", "carry", "back")
        wrong = ~(values >= least) | (np.isinf(values) & (not may_be_endless))
        for row in np.argwhere(wrong)[:10]:
            yield Issue(
                file=problem.source,
                place=name + "".join(f"[{k}]" for k in row),
                value=f"{values[tuple(row)]:g}",
                rule=Text(f"must be a number, {least} or more", f"应为不小于 {least} 的数"),
                remedy=Text("correct the number", "改正该数值"),
            )
    if not ((problem.depot >= 0) & (problem.depot < len(problem.depots))).all():
        yield Issue(
            file=problem.source,
            place="depot",
            rule=Text("must name one of the depots for every vehicle", "每辆车必须对应一个车辆集结点"),
            remedy=Text("give rows of the list of depots", "填写集结点列表中的行号"),
        )
    if problem.people.sum() and not problem.vehicles:
        yield Issue(
            file=problem.source,
            place="vehicles",
            rule=Text("there must be a vehicle to fetch those who wait", "有人等候转移, 至少需要一辆车"),
            remedy=Text("add vehicles", "增加车辆"),
        )


def _out_of_reach(problem: RoundProblem) -> Iterator[Issue]:
    """Yield pick-up points with people that no vehicle can reach, or from which no shelter can be reached."""
    is_reached = np.asarray(np.isfinite(problem.approach[problem.depot]).any(axis=0))
    to_shelter, to_pickup = np.isfinite(problem.carry), np.isfinite(problem.back)
    for _ in problem.pickups:
        is_reached = is_reached | to_pickup[to_shelter[is_reached].any(axis=0)].any(axis=0)
    for row in np.flatnonzero(problem.people > 0):
        place, waiting = f"pickup {problem.pickups[row]}", f"{problem.people[row]} people waiting"
        if not is_reached[row]:
            yield Issue(
                file=problem.source,
                place=place,
                value=waiting,
                rule=Text("no vehicle can reach it", "没有车辆能够到达"),
                remedy=Text(
                    "open a road to it, move the pick-up point, or send boats",
                    "打通道路、调整上车点, 或改用冲锋舟",
                ),
            )
        if not to_shelter[row].any():
            yield Issue(
                file=problem.source,
                place=place,
                value=waiting,
                rule=Text(
                    "no shelter of the plan can be reached from it", "从该处无法到达预案指定的任何安置点"
                ),
                remedy=Text("assign a shelter that can be reached", "指定可以到达的安置点"),
            )


def _without_room(problem: RoundProblem) -> Iterator[Issue]:
    _, without = book_seats(problem, seats_without_limit(problem))
    if without:
        total, room = int(problem.people.sum()), int(problem.room.sum())
        yield Issue(
            file=problem.source,
            place="shelters",
            value=f"{room} places for {total} people",
            rule=Text(
                f"{without} people find no place in a shelter they may be brought to",
                f"{without} 人在可前往的安置点中没有位置",
            ),
            remedy=Text("open more shelters, or assign people to others", "增开安置点, 或调整人员的安置去向"),
        )


def _rows_that_are_none(problem: RoundProblem, trips: Trips) -> Iterator[Issue]:
    limits = {"vehicle": problem.vehicles, "pickup": problem.pickups, "shelter": problem.shelters}
    for name, ids in limits.items():
        rows = getattr(trips, name)
        for trip in np.flatnonzero((rows < 0) | (rows >= len(ids)))[:10]:
            yield Issue(
                file=problem.source,
                place=f"trip {trip}, {name}",
                value=str(rows[trip]),
                rule=Text(f"must be a row from 0 to {len(ids) - 1}", f"行号应在 0 到 {len(ids) - 1} 之间"),
                remedy=Text("name one that exists", "填写存在的编号"),
            )


def _broken_promises(problem: RoundProblem, trips: Trips, finish: Times) -> Iterator[Issue]:
    """Yield what is wrong with trips between places that exist."""
    for trip in np.flatnonzero((trips.people < 1) | (trips.people > problem.seats[trips.vehicle])):
        yield _broken(
            problem,
            f"trip {trip} of vehicle {problem.vehicles[trips.vehicle[trip]]}",
            int(trips.people[trip]),
            Text(
                f"must carry 1 to {problem.seats[trips.vehicle[trip]]} people",
                f"载客应为 1 到 {problem.seats[trips.vehicle[trip]]} 人",
            ),
        )
    fetched = np.bincount(trips.pickup, trips.people, len(problem.pickups)).astype(np.int64)
    for row in np.flatnonzero(fetched != problem.people):
        rule = Text(f"must be the {problem.people[row]} who wait", f"应等于等候的 {problem.people[row]} 人")
        yield _broken(problem, f"people fetched from {problem.pickups[row]}", int(fetched[row]), rule)
    brought = np.bincount(trips.shelter, trips.people, len(problem.shelters)).astype(np.int64)
    for row in np.flatnonzero(brought > problem.room):
        rule = Text(
            f"must not exceed its {problem.room[row]} places", f"不能超过其容量 {problem.room[row]} 人"
        )
        yield _broken(problem, f"people brought to {problem.shelters[row]}", int(brought[row]), rule)
    for trip in np.flatnonzero(~np.isfinite(finish)):
        rule = Text("must have a way to its pick-up point and its shelter", "必须有路可达上车点和安置点")
        yield _broken(problem, f"trip {trip} of vehicle {problem.vehicles[trips.vehicle[trip]]}", None, rule)


def _broken(problem: RoundProblem, place: str, value: int | None, rule: Text) -> Issue:
    return Issue(
        file=problem.source,
        place=place,
        value=None if value is None else str(value),
        rule=rule,
        remedy=Text("correct the plan", "修改转运方案"),
    )
