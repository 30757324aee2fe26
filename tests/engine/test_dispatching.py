"""Planned rounds: everybody is fetched once, nothing is overfull, and the better policy is never worse."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.engine.dispatching import DISPATCHERS, dispatcher, plan_rounds
from evacsim.engine.round_plans import DispatchError, RoundPlan, RoundProblem, evaluate
from evacsim.kernels.rounds import Trips
from evacsim.streams import Streams
from tests.reference.round_problems import round_problems
from tests.reference.rounds import drive

MINUTE = 60.0
EFFORT = 20_000
FEW = min(25, settings.default.max_examples)
"""Examples of the tests that plan many times."""


def planned(problem: RoundProblem, policy: str, *, seed: int = 1) -> RoundPlan:
    return plan_rounds(problem, policy=policy, stream=Streams(seed).get("rounds"), effort=EFFORT)


def village(*, people=(120,), room=(200,), vehicles=2, seats=50, **others) -> RoundProblem:
    """One pick-up point ten minutes from the depot, twenty from the school."""
    n_pickups, n_shelters = len(people), len(room)
    return RoundProblem(
        **{
            "vehicles": tuple(f"bus-{k}" for k in range(vehicles)),
            "pickups": tuple(f"stop-{k}" for k in range(n_pickups)),
            "shelters": tuple(f"school-{k}" for k in range(n_shelters)),
            "depots": ("depot",),
            "people": people,
            "room": room,
            "seats": np.full(vehicles, seats),
            "ready": np.zeros(vehicles),
            "depot": np.zeros(vehicles, dtype=int),
            "approach": np.full((1, n_pickups), 10 * MINUTE),
            "carry": np.full((n_pickups, n_shelters), 20 * MINUTE),
            "back": np.full((n_shelters, n_pickups), 20 * MINUTE),
            "source": "village",
            **others,
        }
    )


def problems_of(error: pytest.ExceptionInfo[DispatchError]) -> list[str]:
    return [f"{issue.place}: {issue.rule.en}" for issue in error.value.issues]


def test_trips_take_the_way_there_boarding_the_way_on_and_alighting():
    problem = village(boarding=60.0, boarding_each=2.0, alighting=30.0, alighting_each=1.0)
    plan = evaluate(
        problem, Trips(*(np.array(column) for column in ([1, 0, 1], [0, 0, 0], [0, 0, 0], [50, 50, 20])))
    )
    assert plan.as_frame().to_dict("list") == {
        "vehicle": ["bus-0", "bus-1", "bus-1"],
        "round": [1, 1, 2],
        "pickup": ["stop-0"] * 3,
        "shelter": ["school-0"] * 3,
        "people": [50, 50, 20],
        "departure_s": [0.0, 0.0, 600.0 + 160 + 1200 + 80],
        "at_pickup_s": [600.0, 600.0, 2040.0 + 1200],
        "left_pickup_s": [760.0, 760.0, 3240.0 + 100],
        "finish_s": [2040.0, 2040.0, 3340.0 + 1200 + 50],
    }
    assert plan.completion_time == 4590.0
    assert plan.person_time == 100 * 2040.0 + 20 * 4590.0


def test_two_buses_need_three_rounds_for_120_people():
    for policy in DISPATCHERS:
        plan = planned(village(), policy)
        assert plan.completion_time == (10 + 20 + 20 + 20) * MINUTE
        assert sorted(plan.trips.people) == [20, 50, 50]


def test_a_bus_goes_where_the_last_places_are_rather_than_fill_up_once_more():
    # 45 places near, the others far: one trip of 45 there, not one of 50 far away.
    problem = village(people=(95,), room=(45, 100), carry=np.array([[10, 50]]) * MINUTE)
    plan = planned(problem, "balanced")
    assert plan.completion_time == 60 * MINUTE
    assert sorted(zip(plan.trips.shelter.tolist(), plan.trips.people.tolist(), strict=True)) == [
        (0, 45),
        (1, 50),
    ]


def test_the_last_place_is_kept_for_those_who_can_go_nowhere_else():
    # Stop 0 is nearer to school 0, but only school 0 takes stop 1.
    problem = village(
        people=(40, 40), room=(40, 40), vehicles=1, carry=np.array([[1, 30], [20, np.inf]]) * MINUTE
    )
    for policy in DISPATCHERS:
        trips = planned(problem, policy).trips
        assert sorted(zip(trips.pickup.tolist(), trips.shelter.tolist(), strict=True)) == [(0, 1), (1, 0)]


def test_policies_choose_as_they_are_named():
    # Stop: approach, carry. a: 30, 5.  b: 5, 60.  c: 20, 10.
    problem = village(
        people=(10, 10, 10),
        vehicles=1,
        approach=np.array([[30, 5, 20]]) * MINUTE,
        carry=np.array([[5], [60], [10]]) * MINUTE,
    )
    first = {policy: int(planned(problem, policy).trips.pickup[0]) for policy in DISPATCHERS}
    assert first | {"balanced": None} == {
        "in_order": 0,
        "nearest": 1,
        "greedy": 2,
        "longest_first": 1,
        "balanced": None,
    }


def test_nobody_waits_nothing_to_do():
    plan = planned(village(people=(0, 0), vehicles=0), "balanced")
    assert plan.completion_time == 0
    assert plan.as_frame().empty


def test_shelters_too_small_are_refused_with_the_number_left_over():
    with pytest.raises(DispatchError) as error:
        planned(village(people=(120, 30), room=(100, 20)), "greedy")
    assert problems_of(error) == ["shelters: 30 people find no place in a shelter they may be brought to"]
    assert "30 人" in error.value.told("zh")


def test_places_that_only_others_may_use_do_not_count():
    problem = village(people=(50, 50), room=(60, 60), carry=np.array([[1.0, np.inf], [1.0, np.inf]]))
    with pytest.raises(DispatchError) as error:
        planned(problem, "balanced")
    assert problems_of(error) == ["shelters: 40 people find no place in a shelter they may be brought to"]


def test_every_pickup_point_out_of_reach_is_named():
    problem = village(people=(5, 5, 0), approach=np.full((1, 3), np.inf), carry=np.full((3, 1), np.inf))
    with pytest.raises(DispatchError) as error:
        planned(problem, "in_order")
    no_vehicle, no_shelter = "no vehicle can reach it", "no shelter of the plan can be reached from it"
    assert problems_of(error) == [
        f"pickup stop-{k}: {rule}" for k in (0, 1) for rule in (no_vehicle, no_shelter)
    ]


def test_a_pickup_point_may_be_reached_by_way_of_another():
    problem = village(people=(10, 10), approach=np.array([[600.0, np.inf]]))
    for policy in DISPATCHERS:
        assert planned(problem, policy).completion_time == (10 + 20 + 20 + 20) * MINUTE


def test_no_vehicle_is_refused():
    with pytest.raises(DispatchError) as error:
        planned(village(vehicles=0), "balanced")
    assert problems_of(error) == ["vehicles: there must be a vehicle to fetch those who wait"]


def test_a_vehicle_that_has_no_way_on_is_told():
    # The bus is caught behind the school: no way leads back.
    with pytest.raises(DispatchError) as error:
        planned(village(people=(60,), vehicles=1, back=np.full((1, 1), np.inf)), "greedy")
    assert problems_of(error) == ["pickup stop-0: no vehicle that is free has a way to it"]


def test_all_wrong_numbers_are_told_at_once():
    problem = village(
        people=(-1,),
        seats=0,
        ready=np.array([np.nan, 0.0]),
        carry=np.array([[-5.0]]),
        depot=np.array([0, 3]),
        boarding=-1.0,
    )
    with pytest.raises(DispatchError) as error:
        planned(problem, "nearest")
    assert [issue.place for issue in error.value.issues] == [
        "people[0]", "seats[0]", "seats[1]", "ready[0]", "carry[0][0]", "boarding", "depot",
    ]  # fmt: skip


def test_lists_that_do_not_fit_together_are_told():
    problem = village(room=(10, 10), carry=np.ones((1, 3)), shelters=("school", "school"))
    with pytest.raises(DispatchError) as error:
        planned(problem, "greedy")
    assert [(issue.place, issue.value) for issue in error.value.issues] == [
        ("carry", "an array of shape (1, 3)"),
        ("shelters", "school"),
    ]


def test_an_unknown_policy_is_told_the_names_of_all():
    with pytest.raises(DispatchError) as error:
        dispatcher("fastest")
    assert error.value.issues[0].remedy.en == "in_order, nearest, greedy, longest_first, balanced"


@pytest.mark.parametrize(
    ("trips", "places"),
    [
        (
            ([0, 1, 0], [0, 0, 0], [0, 0, 0], [60, 50, 10]),
            ["trip 0 of vehicle bus-0"],
        ),  # trips stand by vehicle
        (([0, 1], [0, 0], [0, 0], [50, 50]), ["people fetched from stop-0"]),
        (([0, 1, 1], [0, 0, 0], [0, 0, 1], [50, 50, 20]), ["people brought to school-1"]),
        (([0, 1, 5], [0, 0, 0], [0, 0, 0], [50, 50, 20]), ["trip 2, vehicle"]),
    ],
)
def test_a_plan_that_does_not_hold_is_refused(trips, places):
    with pytest.raises(DispatchError) as error:
        evaluate(village(room=(200, 10)), Trips(*map(np.array, trips)))
    assert [issue.place for issue in error.value.issues] == places


@given(problem=round_problems(), policy=st.sampled_from(sorted(DISPATCHERS)))
def test_everybody_is_fetched_once_and_nothing_is_overfull(problem, policy):
    plan = planned(problem, policy)
    trips = plan.trips
    assert (np.bincount(trips.pickup, trips.people, len(problem.pickups)) == problem.people).all()
    assert (np.bincount(trips.shelter, trips.people, len(problem.shelters)) <= problem.room).all()
    assert (trips.people >= 1).all()
    assert (trips.people <= problem.seats[trips.vehicle]).all()
    assert np.isfinite(problem.carry[trips.pickup, trips.shelter]).all()


@given(problem=round_problems(), policy=st.sampled_from(sorted(DISPATCHERS)))
def test_times_are_those_of_the_plain_twin(problem, policy):
    plan = planned(problem, policy)
    ends = []
    for vehicle in range(len(problem.vehicles)):
        own = plan.trips.vehicle == vehicle
        columns = (plan.trips.pickup[own], plan.trips.shelter[own], plan.trips.people[own])
        ends += drive(problem, vehicle, list(zip(*map(np.ndarray.tolist, columns), strict=True)))
    assert plan.finish == pytest.approx(ends, abs=1e-6)
    assert plan.completion_time == pytest.approx(max(ends, default=0.0), abs=1e-6)


@settings(max_examples=FEW)
@given(problem=round_problems())
def test_balanced_is_never_worse_than_the_simple_rules(problem):
    balanced = planned(problem, "balanced").completion_time
    for policy in ("nearest", "greedy", "longest_first"):
        assert balanced <= planned(problem, policy).completion_time


@settings(max_examples=FEW)
@given(problem=round_problems())
def test_the_same_stream_gives_the_same_plan(problem):
    one, other = planned(problem, "balanced"), planned(problem, "balanced")
    assert one.as_frame().equals(other.as_frame())


@settings(max_examples=FEW)
@given(problem=round_problems(), seed=st.integers(0, 1000))
def test_the_order_of_the_lists_does_not_matter(problem, seed):
    random = np.random.default_rng(seed)
    vehicle, pickup, shelter, depot = (
        random.permutation(len(ids))
        for ids in (problem.vehicles, problem.pickups, problem.shelters, problem.depots)
    )
    shuffled = replace(
        problem,
        vehicles=tuple(problem.vehicles[k] for k in vehicle),
        pickups=tuple(problem.pickups[k] for k in pickup),
        shelters=tuple(problem.shelters[k] for k in shelter),
        depots=tuple(problem.depots[k] for k in depot),
        people=problem.people[pickup],
        room=problem.room[shelter],
        seats=problem.seats[vehicle],
        ready=problem.ready[vehicle],
        depot=np.argsort(depot)[problem.depot[vehicle]],
        approach=problem.approach[np.ix_(depot, pickup)],
        carry=problem.carry[np.ix_(pickup, shelter)],
        back=problem.back[np.ix_(shelter, pickup)],
    )
    for policy in ("nearest", "greedy", "longest_first", "balanced"):
        one, other = (planned(each, policy).as_frame() for each in (problem, shuffled))
        by_id = ["vehicle", "round"]
        assert one.sort_values(by_id, ignore_index=True).equals(other.sort_values(by_id, ignore_index=True))
