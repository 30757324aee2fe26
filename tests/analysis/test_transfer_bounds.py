"""Bounds on rounds: no plan beats them, and on small problems the best plan is close to both."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from evacsim.analysis.transfer_bounds import completion_bound, completion_bounds, most_trips
from evacsim.engine.dispatching import DISPATCHERS, plan_rounds
from evacsim.engine.round_plans import RoundPlan, RoundProblem
from evacsim.streams import Streams
from tests.reference.round_problems import round_problems
from tests.reference.rounds import best_completion

MINUTE = 60.0
FEW = min(25, settings.default.max_examples)
EFFORT = 20_000


def planned(problem: RoundProblem, policy: str = "balanced") -> RoundPlan:
    return plan_rounds(problem, policy=policy, stream=Streams(1).get("rounds"), effort=EFFORT)


def one_stop(*, people: int, vehicles: int, shelters=((1000, 20),), **others) -> RoundProblem:
    """One stop, ten minutes from the depot; shelters with places, and minutes from there and back."""
    room, minutes = (np.array(column) for column in zip(*shelters, strict=True))
    return RoundProblem(
        **{
            "vehicles": tuple(f"bus-{k}" for k in range(vehicles)),
            "pickups": ("stop",),
            "shelters": tuple(f"school-{k}" for k in range(len(room))),
            "depots": ("depot",),
            "people": [people],
            "room": room,
            "seats": np.full(vehicles, 50),
            "ready": np.zeros(vehicles),
            "depot": np.zeros(vehicles, dtype=int),
            "approach": [[10 * MINUTE]],
            "carry": minutes[None] * MINUTE,
            "back": minutes[:, None] * MINUTE,
            **others,
        }
    )


def test_one_vehicle_must_make_its_share_of_trips():
    # Nine trips by four buses: one makes three, 10 + 20 + 2 * (20 + 20) minutes.
    problem = one_stop(people=450, vehicles=4)
    assert most_trips(problem.numbers) == 110 * MINUTE
    assert planned(problem).completion_time == 110 * MINUTE


def test_the_strongest_bound_minds_that_near_shelters_fill_up():
    # Two trips fit into the near school; the other two go far: 10 + 10 + 10 + 60, or 10 + 60 + 60 + 10.
    problem = one_stop(people=200, vehicles=2, shelters=((100, 10), (100, 60)))
    simple = completion_bounds(problem.numbers)
    assert [bound.time for bound in simple] == [40 * MINUTE, 40 * MINUTE, 20 * MINUTE]
    best = planned(problem).completion_time
    assert best == 90 * MINUTE
    assert completion_bound(problem.numbers, known=best).time == best


def test_vehicles_ready_late_raise_the_bound():
    problem = one_stop(people=100, vehicles=2, ready=[0.0, 40 * MINUTE])
    assert (
        completion_bound(problem.numbers, known=2e4).time == 70 * MINUTE == planned(problem).completion_time
    )


def test_handling_times_are_in_the_bound():
    # Best are three trips by each bus, none of them full: 112 or 113 people in 110 and 3 minutes, and 5 s each.
    problem = one_stop(people=450, vehicles=4, boarding=60.0, boarding_each=3.0, alighting_each=2.0)
    best = 113 * MINUTE + 113 * 5.0
    assert planned(problem).completion_time >= best
    assert 0.985 * best <= completion_bound(problem.numbers, known=7530.0).time <= best


def test_a_trip_that_takes_no_time_leaves_the_simple_bounds():
    problem = one_stop(people=450, vehicles=4, carry=[[0.0]])
    assert completion_bound(problem.numbers, known=1e4) == completion_bounds(problem.numbers)[0]


def test_nobody_waits_nothing_to_bound():
    problem = one_stop(people=0, vehicles=0, depots=())
    assert completion_bound(problem.numbers, known=0.0).time == 0.0


def test_a_bound_says_why_in_both_languages():
    bound = completion_bound(one_stop(people=50, vehicles=1).numbers, known=1e5)
    assert bound.time == 30 * MINUTE
    assert bound.reason.en == "the worst placed pick-up point must be reached once"
    assert "上车点" in bound.reason.zh


@settings(max_examples=FEW)
@given(problem=round_problems())
def test_no_plan_beats_a_bound(problem):
    times = [planned(problem, policy).completion_time for policy in DISPATCHERS]
    simple = completion_bounds(problem.numbers)
    # Searched below the slowest plan: the bound must find its way down to what others reach.
    strongest = completion_bound(problem.numbers, known=max(times))
    assert simple[0].time <= strongest.time <= min(times) + 1e-6


@settings(max_examples=FEW)
@given(problem=round_problems())
def test_more_vehicles_and_more_room_never_raise_the_bound(problem):
    if not problem.people.any():
        return
    known = planned(problem, "greedy").completion_time
    more = replace(problem, room=problem.room + 50, ready=problem.ready * 0.5)
    strongest = completion_bound(problem.numbers, known=known).time
    assert completion_bound(more.numbers, known=known).time <= strongest + known / 100


SMALL = {"n_pickups": 3, "n_shelters": 2, "n_vehicles": 3, "seats": (6, 10), "handling": False}


def test_the_best_plan_lies_between_the_bound_and_the_balanced_one():
    reached = []

    @settings(max_examples=4 * FEW)
    @given(problem=round_problems(**SMALL, people=20))
    def holds(problem):
        if not 0 < (-(-problem.people // problem.seats.max())).sum() <= 5:
            return
        balanced = planned(problem).completion_time
        best = best_completion(problem, spare=1)
        bound = completion_bound(problem.numbers, known=balanced).time
        assert bound <= best + 1e-6
        assert best <= balanced + 1e-6
        reached.append((balanced <= best + 1e-6, best <= bound + 1e-6))

    holds()
    best_found, bound_met = np.mean(reached, axis=0)
    assert best_found >= 0.95
    assert bound_met >= 0.8
