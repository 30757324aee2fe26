"""The balanced dispatcher's search: drives of all vehicles that end together.

One target after the other is tried for the completion time. An annealing search towards the
target leaves its drives in a pool; where it misses the target, the best choice of drives from
the pool may still meet it. In the end a search shortens the time that people spend.
"""

import numpy as np

from evacsim.engine.recombining import Pool
from evacsim.engine.round_plans import RoundPlan, book_seats, fill
from evacsim.kernels.bookings import Bookings
from evacsim.kernels.round_search import N_DRAWS, Aim, Schedule, anneal, measure_all
from evacsim.kernels.rounds import shared_work, slowest_first_trip

AMBITION = 0.5 * 0.77 ** np.arange(16)
"""How much of the way from the plan to a time that cannot be beaten each target takes. Chosen by trial."""
COLD, WARM, HOT = 0.001, 0.05, 0.4
"""Temperatures as parts of the mean time of a trip: searches end cold. Chosen by trial."""
HOT_TURNS = (2, 8, 14)
"""Targets whose search starts hot, not warm: it forgets the plan it began with."""
N_STEPS = 50
"""Steps in which a search cools down."""
BESIDE = 0.001
"""Seconds of lateness that weigh as much as a second spent by all on a trip, while a target is sought."""
ABOVE_ALL = 100.0
"""The same in the end, when the completion time must not be lost again."""


def balance(plan: RoundPlan, *, stream: np.random.Generator, effort: int) -> RoundPlan:
    """Return a plan that is no worse: sooner complete, or as soon and with less time spent by people.

    Parameters
    ----------
    plan : RoundPlan
        Where to begin.
    stream : numpy.random.Generator
        Beside the other arguments nothing else decides which plan is found.
    effort : int
        Number of changes to try.
    """
    if plan.person_time == 0:
        return plan
    n_changes = effort // (len(AMBITION) + 1)
    trip = 1.0 / float(plan.trips.people.mean())
    floor = max(slowest_first_trip(plan.problem.numbers), shared_work(plan.problem.numbers))
    pool = Pool(plan.problem)
    for turn, ambition in enumerate(AMBITION.tolist()):
        if plan.completion_time <= floor:
            break
        target = plan.completion_time - ambition * (plan.completion_time - floor)
        aim, start = Aim(target, 1.0, BESIDE * trip), HOT if turn in HOT_TURNS else WARM
        schedule = search(plan, aim, start=start, stream=stream, n_changes=n_changes)
        pool.add(schedule)
        plan = min(plan, _planned(plan, schedule), key=rank)
        if plan.completion_time > target:
            plan = min(plan, pool.recombine(target) or plan, key=rank)
    aim = Aim(plan.completion_time, ABOVE_ALL, trip)
    schedule = search(plan, aim, start=WARM, stream=stream, n_changes=n_changes)
    return min(plan, _planned(plan, schedule), key=rank)


def rank(plan: RoundPlan) -> tuple[float, float]:
    """Return what makes one plan better than another: the completion time, then the time people spend."""
    return plan.completion_time, plan.person_time


def search(
    plan: RoundPlan, aim: Aim, *, start: float, stream: np.random.Generator, n_changes: int
) -> Schedule:
    """Return the schedule that a search with this aim ends with, better than the plan or not."""
    rounds = plan.problem.numbers
    schedule, bookings = _schedule(plan)
    measure_all(rounds, schedule, aim)
    mean_time = float((plan.finish - plan.departure).mean())
    for temperature in mean_time * np.geomspace(start, COLD, N_STEPS):
        draws = stream.random((n_changes // N_STEPS, N_DRAWS))
        if anneal(rounds, schedule, bookings, aim, float(temperature), draws) < len(draws):
            break
    return schedule


def _schedule(plan: RoundPlan) -> tuple[Schedule, Bookings]:
    """Return the trips of a plan for the search, with space for a few more."""
    problem, trips = plan.problem, plan.trips
    n_vehicles, n_trips = len(problem.vehicles), len(trips.vehicle)
    length = np.bincount(trips.vehicle, minlength=n_vehicles)
    most, longest = n_trips + n_trips // 4 + 8, int(length.max())
    limit = min(most, longest + longest // 2 + 4)
    schedule = Schedule(
        order=np.zeros((n_vehicles, limit), dtype=np.int32),
        length=length,
        pickup=np.concatenate([trips.pickup, np.zeros(most - n_trips, dtype=np.int64)]),
        shelter=np.concatenate([trips.shelter, np.zeros(most - n_trips, dtype=np.int64)]),
        vehicle=np.zeros(most, dtype=np.int64),
        position=np.zeros(most, dtype=np.int64),
        finish=np.zeros(n_vehicles),
        cost=np.zeros(n_vehicles),
        late=np.zeros(n_vehicles, dtype=np.int64),
        late_row=np.zeros(n_vehicles, dtype=np.int64),
        counts=np.array([n_trips, 0]),
        line=np.zeros((2, limit), dtype=np.int32),
    )
    position = np.arange(n_trips) - np.repeat(np.cumsum(length) - length, length)
    schedule.order[trips.vehicle, position] = np.arange(n_trips)
    seats = np.zeros_like(problem.carry, dtype=np.int64)
    np.add.at(seats, (trips.pickup, trips.shelter), problem.seats[trips.vehicle])
    bookings, _ = book_seats(problem, seats)
    return schedule, bookings


def _planned(plan: RoundPlan, schedule: Schedule) -> RoundPlan:
    """Return the plan that a schedule for the same problem stands for."""
    lines = zip(schedule.order, schedule.length, strict=True)
    trip = np.concatenate([order[:length] for order, length in lines])
    vehicle = np.repeat(np.arange(len(schedule.length)), schedule.length)
    found = fill(plan.problem, vehicle, schedule.pickup[trip], schedule.shelter[trip])
    assert found is not None, "the search keeps a place for everybody"
    return found
