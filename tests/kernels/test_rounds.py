"""Kernels of rounds: bookings find places where there are any, and searches never lose anybody."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.engine.balancing import _schedule
from evacsim.engine.dispatching import plan_rounds
from evacsim.engine.round_plans import RoundProblem, book_seats, seats_without_limit
from evacsim.kernels.bookings import take_places
from evacsim.kernels.round_search import N_DRAWS, Aim, anneal, measure_all
from evacsim.kernels.rounds import shared_work, slowest_first_trip
from evacsim.streams import Streams
from tests.reference.round_problems import round_problems
from tests.reference.rounds import can_be_seated


def bookings_hold(problem, bookings):
    booked = bookings.people
    return (
        (booked >= 0).all()
        and (booked <= bookings.seats).all()
        and (bookings.room >= 0).all()
        and (booked.sum(axis=0) + bookings.room == problem.room).all()
    )


@given(problem=round_problems(), most=st.integers(0, 60), seed=st.integers(0, 1000))
def test_everybody_is_booked_if_and_only_if_all_can_be_seated(problem, most, seed):
    seats = np.random.default_rng(seed).integers(0, most + 1, problem.carry.shape)
    bookings, without = book_seats(problem, seats.copy())
    assert bookings_hold(problem, bookings)
    assert bookings.people.sum() + without == problem.people.sum()
    ways = {way: int(number) for way, number in np.ndenumerate(seats)}
    assert (without == 0) == can_be_seated(problem, ways)


@given(problem=round_problems(), seed=st.integers(0, 1000))
def test_places_are_given_away_exactly_if_the_others_keep_theirs(problem, seed):
    random = np.random.default_rng(seed)
    bookings, _ = book_seats(problem, seats_without_limit(problem))
    waiting, room = problem.people.copy(), problem.room.copy()
    for _ in range(10):
        pickup, shelter = int(random.integers(len(waiting))), int(random.integers(len(room)))
        people = min(int(random.integers(1, 30)), waiting[pickup], room[shelter])
        if people == 0 or np.isinf(problem.carry[pickup, shelter]):
            continue
        before = bookings.people.copy()
        taken = take_places(bookings, pickup, shelter, people)
        left = waiting.copy(), room.copy()
        left[0][pickup] -= people
        left[1][shelter] -= people
        rest = RoundProblem(**{
            name: getattr(problem, name) for name in ("vehicles", "pickups", "shelters", "depots", "seats", "ready",
                                                      "depot", "approach", "carry", "back")
        }, people=left[0], room=left[1])  # fmt: skip
        assert taken == (book_seats(rest, seats_without_limit(rest))[1] == 0)
        if taken:
            waiting, room = left
        else:
            assert (bookings.people == before).all()
        assert (bookings.people.sum(axis=1) == waiting).all()
        assert (bookings.people.sum(axis=0) + bookings.room == room).all()
        assert (bookings.room >= 0).all()


@given(problem=round_problems(), seed=st.integers(0, 1000), share=st.sampled_from([0.3, 0.8, 1.0]))
def test_a_search_keeps_its_books(problem, seed, share):
    plan = plan_rounds(problem, policy="greedy", stream=Streams(1).get("unused"))
    if not plan.trips.vehicle.size:
        return
    schedule, bookings = _schedule(plan)
    aim = Aim(share * plan.completion_time, 1.0, 0.01)
    measure_all(problem.numbers, schedule, aim)
    for temperature in (600.0, 30.0):
        anneal(
            problem.numbers,
            schedule,
            bookings,
            aim,
            temperature,
            np.random.default_rng(seed).random((300, N_DRAWS)),
        )
    n_trips, n_late = schedule.counts
    lines = [order[:length].tolist() for order, length in zip(schedule.order, schedule.length, strict=True)]
    assert sorted(trip for line in lines for trip in line) == list(range(n_trips))
    seats = np.zeros_like(bookings.seats)
    for vehicle, line in enumerate(lines):
        assert schedule.vehicle[line].tolist() == [vehicle] * len(line)
        assert schedule.position[line].tolist() == list(range(len(line)))
        np.add.at(seats, (schedule.pickup[line], schedule.shelter[line]), problem.seats[vehicle])
    assert (bookings.seats == seats).all()
    assert bookings_hold(problem, bookings)
    assert (bookings.people.sum(axis=1) == problem.people).all()
    late = [v for v, line in enumerate(lines) if line and schedule.finish[v] > aim.target]
    assert sorted(schedule.late[:n_late].tolist()) == late
    kept = schedule.finish.copy(), schedule.cost.copy()
    measure_all(problem.numbers, schedule, aim)
    assert schedule.finish == pytest.approx(kept[0])
    assert schedule.cost == pytest.approx(kept[1])


def test_simple_bounds_by_hand():
    # One bus of 10 seats ready at 100 s; 25 people an hour's quarter away, the shelter half an hour further.
    problem = RoundProblem(
        vehicles=("a", "b"),
        pickups=("p", "nobody"),
        shelters=("s",),
        depots=("d",),
        people=np.array([25, 0]),
        room=np.array([25]),
        seats=np.array([10, 5]),
        ready=np.array([100.0, 400.0]),
        depot=np.array([0, 0]),
        approach=np.array([[900.0, 1.0]]),
        carry=np.array([[1800.0], [1.0]]),
        back=np.array([[1500.0, 1.0]]),
        boarding=20.0,
        boarding_each=2.0,
        alighting=10.0,
        alighting_each=1.0,
    )
    assert slowest_first_trip(problem.numbers) == 100 + 900 + 1800 + 30 + 3
    # Three trips at least, each from the depot (nearer than the shelter), and 3 s for everybody.
    work = 3 * (900 + 1800 + 30) + 25 * 3
    assert shared_work(problem.numbers) == min(work + 100, (work + 500) / 2)
