"""Dispatch policies: who plans the rounds of convoys and buses, chosen by name."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evacsim.engine.balancing import balance, rank
from evacsim.engine.round_plans import (
    DispatchError,
    RoundPlan,
    RoundProblem,
    book_seats,
    check,
    evaluate,
    seats_without_limit,
)
from evacsim.errors import Issue
from evacsim.kernels.dispatch_rules import Rule, dispatch
from evacsim.kernels.rounds import Trips
from evacsim.language import Text, same

EFFORT = 4_000_000
"""Changes that the balanced dispatcher tries unless told otherwise: a few seconds."""


class Dispatcher(Protocol):
    """Whoever can plan the rounds of a collective transfer."""

    def plan_rounds(self, problem: RoundProblem, *, stream: np.random.Generator, effort: int) -> RoundPlan:
        """Return a plan that fetches everybody.

        Raises
        ------
        DispatchError
            If no plan can, with every reason.
        """
        ...


@dataclass(frozen=True, slots=True)
class FreeFirst:
    """The vehicle that is free first takes its next trip by a rule; nobody thinks ahead."""

    rule: Rule

    def plan_rounds(self, problem: RoundProblem, *, stream: np.random.Generator, effort: int) -> RoundPlan:  # noqa: ARG002
        """Return the plan that the rule leads to, whatever the stream and the effort."""
        check(problem)
        if self.rule == Rule.IN_ORDER:
            return evaluate(problem, send_out(problem, self.rule))
        in_order = problem.sorted_by_id()
        return evaluate(problem, _in_rows_of(problem, in_order, send_out(in_order, self.rule)))


@dataclass(frozen=True, slots=True)
class Balanced:
    """Rounds that end together: the best plan of the simple rules, improved by search."""

    def plan_rounds(self, problem: RoundProblem, *, stream: np.random.Generator, effort: int) -> RoundPlan:
        """Return a plan no worse than those of the simple rules, each with its lists in the order of ids."""
        check(problem)
        in_order = problem.sorted_by_id()
        plans = [evaluate(in_order, send_out(in_order, rule)) for rule in Rule]
        best = min(plans, key=rank)
        if best.trips.vehicle.size:
            best = balance(best, stream=stream, effort=effort)
        return evaluate(problem, _in_rows_of(problem, in_order, best.trips))


DISPATCHERS: dict[str, Dispatcher] = {
    "in_order": FreeFirst(Rule.IN_ORDER),
    "nearest": FreeFirst(Rule.NEAREST),
    "greedy": FreeFirst(Rule.EARLIEST_END),
    "longest_first": FreeFirst(Rule.LONGEST_FIRST),
    "balanced": Balanced(),
}


def dispatcher(name: str) -> Dispatcher:
    """Return the dispatcher of this name.

    >>> dispatcher("greedy").rule.name
    'EARLIEST_END'
    """
    if name not in DISPATCHERS:
        raise DispatchError(
            "dispatch",
            [
                Issue(
                    file="dispatch",
                    value=name,
                    rule=Text("is no dispatch policy", "不是车辆调度策略"),
                    remedy=same(", ".join(DISPATCHERS)),
                )
            ],
        )
    return DISPATCHERS[name]


def plan_rounds(
    problem: RoundProblem, *, policy: str = "balanced", stream: np.random.Generator, effort: int = EFFORT
) -> RoundPlan:
    """Return the plan of the dispatcher of this name."""
    return dispatcher(policy).plan_rounds(problem, stream=stream, effort=effort)


def send_out(problem: RoundProblem, rule: Rule) -> Trips:
    """Return the trips that a rule leads to."""
    bookings, _ = book_seats(problem, seats_without_limit(problem))
    n_pickups, n_shelters, n_vehicles = len(problem.pickups), len(problem.shelters), len(problem.vehicles)
    least = int(problem.seats.min(initial=1))
    most = int((problem.people // least + 1).sum()) + n_pickups * n_shelters
    trips = Trips(*(np.zeros(most, dtype=np.int64) for _ in Trips._fields))
    waiting = problem.people.copy()
    n_trips = dispatch(
        problem.numbers,
        int(rule),
        bookings,
        waiting,
        problem.room.copy(),
        np.zeros((n_pickups, n_shelters), dtype=np.bool_),
        problem.ready.copy(),
        np.full(n_vehicles, -1),
        trips,
    )
    if waiting.any():
        raise DispatchError(
            problem.source,
            [
                Issue(
                    file=problem.source,
                    place=f"pickup {problem.pickups[row]}",
                    value=f"{waiting[row]} people waiting",
                    rule=Text("no vehicle that is free has a way to it", "空闲车辆均无路可达"),
                    remedy=Text("open a road to it, or dispatch by hand", "打通道路, 或人工调度"),
                )
                for row in np.flatnonzero(waiting)
            ],
        )
    return Trips(*(column[:n_trips] for column in trips))


def _in_rows_of(problem: RoundProblem, other: RoundProblem, trips: Trips) -> Trips:
    """Return trips in the rows of a problem that lists the same places in another order."""
    vehicle, pickup, shelter = (
        np.array([row[one] for one in ids], dtype=np.int64)
        for ids, row in (
            (other.vehicles, {one: k for k, one in enumerate(problem.vehicles)}),
            (other.pickups, {one: k for k, one in enumerate(problem.pickups)}),
            (other.shelters, {one: k for k, one in enumerate(problem.shelters)}),
        )
    )
    return Trips(vehicle[trips.vehicle], pickup[trips.pickup], shelter[trips.shelter], trips.people)
