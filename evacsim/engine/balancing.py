"""The balanced dispatcher: rounds that end together, found by annealing towards one target after the other."""

import numpy as np

from evacsim.engine.round_plans import RoundPlan, RoundProblem, empty_bookings, evaluate
from evacsim.kernels.round_search import N_DRAWS, Aim, Schedule, anneal, measure_all
from evacsim.kernels.rounds import Bookings, Rounds, Trips

N_TARGETS = 8
"""Targets tried one after the other for the completion time; a last search shortens the time people spend."""
HOT, COLD = 0.05, 0.001
"""Temperatures at the beginning and end of a search, as parts of the mean time of a round. Chosen by trial."""
N_STEPS = 50
"""Steps in which a search cools down."""
SECONDARY = 0.001
"""Weight of the time that people spend while the completion time is being shortened. Chosen by trial."""


def balance(plan: RoundPlan, *, stream: np.random.Generator, effort: int) -> RoundPlan:
    """Return a plan that is no worse: sooner complete, or as soon and with less time spent by people.

    Parameters
    ----------
    plan : RoundPlan
        Where to begin.
    stream : numpy.random.Generator
        The plan found depends on it and on nothing else but the arguments.
    effort : int
        Number of changes to try.
    """
    n_changes = effort // (N_TARGETS + 1)
    floor = slowest_first_trip(plan.problem.numbers)
    for _ in range(N_TARGETS):
        if plan.completion_time <= floor:
            break
        target = (floor + plan.completion_time) / 2
        found = search(plan, _prompt(plan, target), stream=stream, n_changes=n_changes)
        if found.completion_time < plan.completion_time:
            plan = found
        if found.completion_time > target:
            floor = target
    found = search(plan, _patient(plan), stream=stream, n_changes=n_changes)
    return min(plan, found, key=rank)


def rank(plan: RoundPlan) -> tuple[float, float]:
    """Return what makes a plan better than another one: completion time first."""
    return plan.completion_time, plan.person_time


def slowest_first_trip(rounds: Rounds) -> float:
    """Return when the last of all pick-up points can at best have somebody at a shelter [s]."""
    arrival = (rounds.ready[:, None] + rounds.approach[rounds.depot]).min(axis=0, initial=np.inf)
    return float((arrival + rounds.carry.min(axis=1))[rounds.people > 0].max(initial=0.0))


def search(plan: RoundPlan, aim: Aim, *, stream: np.random.Generator, n_changes: int) -> RoundPlan:
    """Return the plan that a search with this aim ends with, better or not."""
    rounds = plan.problem.numbers
    schedule, bookings = _schedule(plan)
    measure_all(rounds, schedule, aim)
    unit = float((plan.finish - plan.departure).mean())
    for temperature in unit * np.geomspace(HOT, COLD, N_STEPS):
        draws = stream.random((n_changes // N_STEPS, N_DRAWS))
        if anneal(rounds, schedule, bookings, aim, temperature, draws) < len(draws):
            break
    return evaluate(plan.problem, _trips(rounds, schedule, bookings))


def _prompt(plan: RoundPlan, target: float) -> Aim:
    return Aim(target, 1.0, SECONDARY / float(plan.trips.people.mean()))


def _patient(plan: RoundPlan) -> Aim:
    return Aim(plan.completion_time, 100.0, 1.0 / float(plan.trips.people.mean()))


def _schedule(plan: RoundPlan) -> tuple[Schedule, Bookings]:
    """Return the trips of a plan for the search, with room for a few more."""
    problem, trips = plan.problem, plan.trips
    n_vehicles, n_trips = len(problem.vehicles), len(trips.vehicle)
    length = np.bincount(trips.vehicle, minlength=n_vehicles)
    most, longest = n_trips + n_trips // 4 + 8, int(length.max())
    limit = min(most, longest + longest // 2 + 4)
    schedule = Schedule(
        order=np.zeros((n_vehicles, limit), dtype=np.int32),
        length=length,
        pickup=np.zeros(most, dtype=np.int64),
        shelter=np.zeros(most, dtype=np.int64),
        vehicle=np.zeros(most, dtype=np.int64),
        position=np.zeros(most, dtype=np.int64),
        finish=np.zeros(n_vehicles),
        cost=np.zeros(n_vehicles),
        late=np.zeros(n_vehicles, dtype=np.int64),
        late_row=np.zeros(n_vehicles, dtype=np.int64),
        count=np.array([n_trips, 0]),
        line=np.zeros((2, limit), dtype=np.int32),
    )
    schedule.pickup[:n_trips], schedule.shelter[:n_trips] = trips.pickup, trips.shelter
    position = np.arange(n_trips) - np.repeat(np.cumsum(length) - length, length)
    schedule.order[trips.vehicle, position] = np.arange(n_trips)
    bookings = empty_bookings(problem)
    np.add.at(bookings.people, (trips.pickup, trips.shelter), trips.people)
    np.add.at(bookings.seats, (trips.pickup, trips.shelter), problem.seats[trips.vehicle])
    bookings.room[:] = problem.room - bookings.people.sum(axis=0)
    return schedule, bookings


def _trips(rounds: Rounds, schedule: Schedule, bookings: Bookings) -> Trips:
    """Return the trips of a search, the earliest of each way filled first; empty ones are not made."""
    left = bookings.people.copy()
    columns = []
    end = np.zeros(schedule.count[0])
    for vehicle, length in enumerate(schedule.length):
        end[schedule.order[vehicle, :length]] = schedule.finish[vehicle] * np.arange(1, length + 1) / max(1, length)
    people = np.zeros(len(end), dtype=np.int64)
    for trip in np.argsort(end, kind="stable"):
        way = schedule.pickup[trip], schedule.shelter[trip]
        people[trip] = min(left[way], rounds.seats[schedule.vehicle[trip]])
        left[way] -= people[trip]
    for vehicle, length in enumerate(schedule.length):
        for trip in schedule.order[vehicle, :length]:
            if people[trip]:
                columns.append((vehicle, schedule.pickup[trip], schedule.shelter[trip], people[trip]))
    return Trips(*np.array(columns, dtype=np.int64).T)
