"""The transportation problem: against enumeration, its plain twin, HiGHS, and the proof that its prices give."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from evacsim.kernels.transport_flow import FORBIDDEN, above_all_detours, min_cost_flow
from evacsim.traffic.shelter_assignment import assign_people, shelter_problem
from tests.reference import transport_flow as plain


@st.composite
def problems(draw, *, n_zones=7, n_shelters=6, people=40, costs=(0, 1, 5, 60, 3_600_000)):
    """Return people, places, costs, costs of staying behind, and the order of zones and shelters."""
    n_zones, n_shelters = draw(st.integers(0, n_zones)), draw(st.integers(0, n_shelters))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    largest = draw(st.sampled_from(costs))
    supply = random.integers(0, people + 1, n_zones)
    room = random.integers(0, max(1, int(draw(st.sampled_from([0.5, 1.0, 2.0])) * people)) + 1, n_shelters)
    cost = random.integers(0, largest + 1, (n_zones, n_shelters))
    cost[random.random(cost.shape) < draw(st.sampled_from([0.0, 0.2, 0.7]))] = FORBIDDEN
    unplaced = random.integers(0, 2 * largest + 2, n_zones)
    if draw(st.booleans()):
        unplaced[:] = above_all_detours(cost)
    return supply, room, cost, unplaced, random.permutation(n_zones), random.permutation(n_shelters)


def solve(problem):
    supply, room, cost, unplaced, zone_order, shelter_order = problem
    return min_cost_flow(
        supply, room, cost, unplaced_cost=unplaced, zone_order=zone_order, shelter_order=shelter_order
    )


def assert_it_can_be_done(problem, found):
    supply, room, cost = problem[:3]
    assert np.all(found.people >= 0)
    assert np.all(found.unplaced >= 0)
    assert np.array_equal(found.people.sum(axis=1) + found.unplaced, supply)
    assert np.all(found.people.sum(axis=0) <= room)
    assert not np.any(found.people[cost == FORBIDDEN])


def assert_prices_prove_it(problem, found):
    """No way costs less than the prices say, and this one costs just that (weak duality)."""
    supply, room, cost, unplaced = problem[:4]
    used = np.maximum(cost, 0)
    assert found.total_cost == int((found.people * used).sum() + (found.unplaced * unplaced).sum())
    assert np.all(found.place_price >= 0)
    assert np.all(found.zone_price <= unplaced)
    bears = found.zone_price[:, None] - found.place_price <= used
    assert np.all(bears | (cost == FORBIDDEN))
    assert found.total_cost == int(supply @ found.zone_price - room @ found.place_price)


def test_the_near_shelter_fills_and_the_rest_goes_on():
    found = min_cost_flow([100, 50], [60, 200], [[300, 900], [600, 700]])
    assert found.people.tolist() == [[60, 40], [0, 50]]
    assert found.unplaced.tolist() == [0, 0]
    assert found.total_cost == 60 * 300 + 40 * 900 + 50 * 700
    # One more place near by spares one person of the first zone 600 s.
    assert found.place_price.tolist() == [600, 0]


def test_people_are_placed_even_where_it_costs_the_others_a_detour():
    assert min_cost_flow([1, 1], [1, 1], [[1, 1000], [1, FORBIDDEN]]).people.tolist() == [[0, 1], [1, 0]]


def test_who_stays_behind_at_less_than_the_detour_costs_does_so():
    stays = min_cost_flow([1, 1], [1, 1], [[1, 1000], [1, FORBIDDEN]], unplaced_cost=999)
    assert (stays.people.tolist(), stays.unplaced.tolist()) == ([[1, 0], [0, 0]], [0, 1])
    goes = min_cost_flow([1, 1], [1, 1], [[1, 1000], [1, FORBIDDEN]], unplaced_cost=1001)
    assert (goes.people.tolist(), goes.unplaced.tolist()) == ([[0, 1], [1, 0]], [0, 0])


def test_whom_it_costs_most_to_leave_behind_gets_the_place():
    found = min_cost_flow([30, 30], [40], [[300], [300]], unplaced_cost=[1000, 2000])
    assert (found.people.tolist(), found.unplaced.tolist()) == ([[10], [30]], [20, 0])


def test_of_several_best_ways_the_first_in_the_given_order_is_taken():
    same = [[7, 7], [7, 7]]
    assert min_cost_flow([10, 10], [5, 15], same).people.tolist() == [[5, 5], [0, 10]]
    found = min_cost_flow([10, 10], [5, 15], same, zone_order=[1, 0])
    assert found.people.tolist() == [[0, 10], [5, 5]]
    found = min_cost_flow([10, 10], [5, 15], same, shelter_order=[1, 0])
    assert found.people.tolist() == [[0, 10], [5, 5]]
    # With too few places it is the first zone that is placed.
    assert min_cost_flow([10, 10], [12], [[7], [7]]).unplaced.tolist() == [0, 8]


def test_a_place_to_stay_may_be_as_good_as_a_shelter_and_then_the_shelter_is_taken():
    assert min_cost_flow([4], [3], [[9]], unplaced_cost=9).people.tolist() == [[3]]


def test_no_zones_and_no_shelters_are_no_trouble():
    assert min_cost_flow([], [5], np.zeros((0, 1))).total_cost == 0
    found = min_cost_flow([5], [], np.zeros((1, 0)))
    assert (found.unplaced.tolist(), found.total_cost) == ([5], 5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([-1], [1], [[1]]), "less than nobody"),
        (([1], [-1], [[1]]), "less than no place"),
        (([1], [1], [[-2]]), "negative"),
        (([1], [1], [[1, 2]]), "fit neither"),
        (([1], [1], [[2**60]]), "too large"),
    ],
)
def test_input_that_makes_no_sense_is_refused(given, message):
    with pytest.raises(AssertionError, match=message):
        min_cost_flow(*given)


def every_way(supply, room):
    """Return every way to send people, those without a place in the last column."""
    n_shelters = len(room)
    rows = [
        [way for way in product(range(n + 1), repeat=n_shelters + 1) if sum(way) == n]
        for n in supply.tolist()
    ]
    for way in product(*rows):
        sent = np.array(way, dtype=np.int64).reshape(len(supply), n_shelters + 1)
        if np.all(sent[:, :-1].sum(axis=0) <= room):
            yield sent


@given(problems(n_zones=3, n_shelters=2, people=4, costs=(0, 1, 3, 60)))
def test_it_is_the_first_of_the_best_of_all_ways(problem):
    supply, room, cost, unplaced, zone_order, shelter_order = problem
    best = None
    for sent in every_way(supply, room):
        if np.any(sent[:, :-1][cost == FORBIDDEN]):
            continue
        total = int((sent[:, :-1] * np.maximum(cost, 0)).sum() + sent[:, -1] @ unplaced)
        ordered = sent[:, :-1][np.ix_(zone_order, shelter_order)].ravel().tolist()
        key = (total, [-people for people in ordered])
        if best is None or key < best[0]:
            best = (key, sent)
    found = solve(problem)
    assert best is not None
    assert found.total_cost == best[0][0]
    assert np.array_equal(np.column_stack([found.people, found.unplaced]), best[1])


@given(problems(n_zones=5, n_shelters=4, people=9))
def test_it_equals_its_plain_twin_to_the_last_person(problem):
    found = solve(problem)
    sent = plain.min_cost_flow(*(column.tolist() for column in problem))
    assert np.column_stack([found.people, found.unplaced]).tolist() == sent


@settings(max_examples=400)
@given(problems(n_zones=12, n_shelters=12))
def test_it_costs_what_highs_finds_and_its_prices_prove_it(problem):
    supply, room, cost, unplaced = problem[:4]
    found = solve(problem)
    assert_it_can_be_done(problem, found)
    assert_prices_prove_it(problem, found)
    zones, shelters = np.nonzero(cost != FORBIDDEN)
    if zones.size:
        rows = np.zeros((len(supply) + len(room), len(zones)))
        rows[zones, np.arange(len(zones))] = 1
        rows[len(supply) + shelters, np.arange(len(zones))] = 1
        gain = (cost[zones, shelters] - unplaced[zones]).astype(float)
        solved = linprog(gain, A_ub=rows, b_ub=np.concatenate([supply, room]), method="highs-ds")
        assert found.total_cost == pytest.approx(solved.fun + float(supply @ unplaced), rel=1e-12, abs=1e-6)


@settings(max_examples=200)
@given(problems(n_zones=12, n_shelters=12))
def test_as_many_are_placed_in_the_same_time_as_the_planning_tool_finds(problem):
    supply, room, cost = problem[:3]
    found = min_cost_flow(supply, room, cost)
    other = assign_people(shelter_problem(supply, room, np.where(cost == FORBIDDEN, np.inf, cost)))
    assert int(found.people.sum()) == other.placed
    assert int((found.people * np.maximum(cost, 0)).sum()) == other.total_time


@given(problems(), st.integers(0, 2**32 - 1))
def test_nothing_depends_on_the_order_of_rows(problem, seed):
    supply, room, cost, unplaced, zone_order, shelter_order = problem
    random = np.random.default_rng(seed)
    zones, shelters = random.permutation(len(supply)), random.permutation(len(room))
    shuffled = (
        supply[zones], room[shelters], cost[np.ix_(zones, shelters)], unplaced[zones],
        np.argsort(zones)[zone_order], np.argsort(shelters)[shelter_order],
    )  # fmt: skip
    found, other = solve(problem), solve(shuffled)
    assert np.array_equal(found.people[np.ix_(zones, shelters)], other.people)
    assert np.array_equal(found.unplaced[zones], other.unplaced)


@given(problems(n_zones=5, n_shelters=4), st.integers(0, 3))
def test_a_price_bounds_what_one_more_place_saves_and_one_more_person_costs(problem, row):
    supply, room, *rest = problem
    found = solve(problem)
    if len(room):
        more = room.copy()
        more[row % len(room)] += 1
        saved = found.total_cost - solve((supply, more, *rest)).total_cost
        assert 0 <= saved <= found.place_price[row % len(room)]
    if len(supply):
        more = supply.copy()
        more[row % len(supply)] += 1
        costs = solve((more, room, *rest)).total_cost - found.total_cost
        assert costs >= found.zone_price[row % len(supply)]


@pytest.mark.parametrize("share_of_places", [1.2, 1.0, 0.8])
def test_a_county_of_131_zones_and_84_shelters(share_of_places):
    random = np.random.default_rng(84)
    supply = random.integers(20, 400, 131)
    room = random.integers(50, 600, 84)
    room = (room * share_of_places * supply.sum() / room.sum()).astype(np.int64)
    homes, shelters = random.random((131, 2)), random.random((84, 2))
    away = homes[:, None] - shelters[None]
    cost = (np.hypot(away[..., 0], away[..., 1]) * 3_600_000).astype(np.int64)
    found = min_cost_flow(supply, room, cost)
    problem = (supply, room, cost, np.full(131, above_all_detours(cost)))
    assert_it_can_be_done(problem, found)
    assert_prices_prove_it(problem, found)
    other = assign_people(shelter_problem(supply, room, cost.astype(float)))
    assert int(found.people.sum()) == other.placed == min(supply.sum(), room.sum())
    assert int((found.people * cost).sum()) == other.total_time
