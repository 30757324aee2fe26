"""Shelters are filled as well as can be: against enumeration, network simplex and solving anew."""

from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.traffic.shelter_assignment import (
    ShelterProblem,
    assign_people,
    assign_whole_zones,
    place_values,
    shelter_problem,
    times_to_shelters,
)

INF = float("inf")


def test_the_near_shelter_fills_and_the_rest_goes_on():
    problem = shelter_problem([100, 50], [60, 200], [[300.0, 900.0], [600.0, 700.0]])
    found = assign_people(problem)
    assert found.people.tolist() == [[60, 40], [0, 50]]
    assert found.total_time == found.lower_bound == 60 * 300 + 40 * 900 + 50 * 700
    assert found.unplaced.tolist() == [0, 0]
    # One more place near by spares one person of the first zone 600 s.
    values = place_values(problem, found)
    assert values.time.tolist() == [600.0, 0.0]
    assert values.people.tolist() == [0, 0]


def test_who_finds_no_place_is_listed_and_a_place_would_be_worth_a_person():
    problem = shelter_problem([100], [60], [[300.0]])
    found = assign_people(problem)
    assert (found.placed, found.unplaced.tolist(), found.most_placed) == (60, [40], 60)
    values = place_values(problem, found)
    assert values.people.tolist() == [1]
    assert values.time.tolist() == [-300.0]


def test_people_are_placed_even_where_it_costs_the_others_a_detour():
    problem = shelter_problem([1, 1], [1, 1], [[1.0, 1000.0], [1.0, INF]])
    assert assign_people(problem).people.tolist() == [[0, 1], [1, 0]]
    assert assign_whole_zones(problem).people.tolist() == [[0, 1], [1, 0]]


def test_closed_shelters_and_ways_that_are_too_long_are_not_used():
    problem = shelter_problem(
        [10], [10, 10, 10], [[1.0, 2.0, 3.0]], is_open=[False, True, True],
        distance=[[50.0, 5000.0, 2000.0]], max_distance=2000.0,
    )  # fmt: skip
    assert assign_people(problem).people.tolist() == [[0, 0, 10]]


def test_whole_zones_stay_together_at_a_price():
    problem = shelter_problem([6, 5, 4], [9, 7], [[100.0, 400.0], [100.0, 400.0], [100.0, 400.0]])
    split, whole = assign_people(problem), assign_whole_zones(problem)
    assert split.total_time == 9 * 100 + 6 * 400
    assert whole.people.tolist() == [[0, 6], [5, 0], [4, 0]]
    assert whole.is_optimal
    assert split.total_time <= whole.lower_bound <= whole.total_time == 9 * 100 + 6 * 400


def test_a_zone_larger_than_any_shelter_stays_if_it_must_stay_together():
    found = assign_whole_zones(shelter_problem([30], [20, 20], [[1.0, 1.0]]))
    assert (found.placed, found.unplaced.tolist(), found.is_optimal) == (0, [30], True)


def test_no_zones_and_no_shelters_are_no_trouble():
    found = assign_people(shelter_problem([], [5], np.zeros((0, 1))))
    assert (found.placed, found.total_time) == (0, 0.0)
    found = assign_people(shelter_problem([5], [], np.zeros((1, 0))))
    assert found.unplaced.tolist() == [5]
    assert np.isnan(found.mean_time)


def test_times_follow_the_direction_of_the_roads_and_their_closures():
    times = times_to_shelters(
        from_node=[0, 1, 0, 2], to_node=[1, 2, 2, 1], link_time=[10.0, 10.0, 25.0, INF],
        zone_nodes=[0, 2], shelter_nodes=[2, 1], n_nodes=4,
    )  # fmt: skip
    assert times.tolist() == [[20.0, 10.0], [0.0, INF]]


def network_simplex(problem: ShelterProblem) -> tuple[int, int]:
    """Return how many people are placed at most, and the least total time, by networkx."""
    graph = nx.DiGraph()
    n_zones, n_shelters = problem.time.shape
    penalty = 10**6
    graph.add_node("end", demand=int(problem.people.sum()))
    for zone in range(n_zones):
        graph.add_node(("zone", zone), demand=-int(problem.people[zone]))
        graph.add_edge(("zone", zone), "end", weight=penalty)
    for shelter in range(n_shelters):
        graph.add_edge(("shelter", shelter), "end", capacity=int(problem.places[shelter]), weight=0)
    for zone, shelter in zip(*np.nonzero(np.isfinite(problem.time)), strict=True):
        graph.add_edge(
            ("zone", int(zone)), ("shelter", int(shelter)), weight=int(problem.time[zone, shelter])
        )
    cost, flow = nx.network_simplex(graph)
    left = sum(flow["zone", zone]["end"] for zone in range(n_zones))
    return int(problem.people.sum()) - left, cost - penalty * left


@st.composite
def problems(draw, most_people: int = 30) -> ShelterProblem:
    n_zones, n_shelters = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    times = st.one_of(st.integers(0, 60).map(float), st.just(INF))
    return shelter_problem(
        draw(st.lists(st.integers(0, most_people), min_size=n_zones, max_size=n_zones)),
        draw(st.lists(st.integers(0, 2 * most_people), min_size=n_shelters, max_size=n_shelters)),
        [draw(st.lists(times, min_size=n_shelters, max_size=n_shelters)) for _ in range(n_zones)],
        is_open=draw(st.lists(st.booleans(), min_size=n_shelters, max_size=n_shelters)),
    )


def assert_it_can_be_done(problem, found):
    assert np.all(found.people >= 0)
    assert np.all(found.people.sum(axis=0) <= problem.places)
    assert np.array_equal(found.people.sum(axis=1) + found.unplaced, problem.people)
    assert not np.any(found.people[np.isinf(problem.time)])


@given(problems())
def test_people_are_placed_as_network_simplex_places_them(problem):
    found = assign_people(problem)
    assert_it_can_be_done(problem, found)
    assert (found.placed, found.total_time) == network_simplex(problem)


@given(problems(), st.integers(0, 3))
def test_the_value_of_a_place_is_what_solving_anew_gains(problem, shelter):
    shelter %= len(problem.places)
    found = assign_people(problem)
    values = place_values(problem, found)
    places = problem.places.copy()
    places[shelter] += 1
    richer = assign_people(ShelterProblem(problem.people, places, problem.time))
    assert richer.placed - found.placed == values.people[shelter]
    assert found.total_time - richer.total_time == pytest.approx(values.time[shelter], abs=1e-6)


@given(problems(most_people=12))
def test_whole_zones_are_placed_as_trying_everything_places_them(problem):
    found = assign_whole_zones(problem, gap=0.0)
    assert_it_can_be_done(problem, found)
    assert np.all((found.people == 0) | (found.people == problem.people[:, None]))
    n_zones, n_shelters = problem.time.shape
    best = (0, 0.0)
    for choice in product(range(n_shelters + 1), repeat=n_zones):
        sent = np.zeros((n_zones, n_shelters + 1), dtype=int)
        sent[range(n_zones), choice] = problem.people
        sent = sent[:, :n_shelters]
        if np.all(sent.sum(axis=0) <= problem.places) and not np.any(sent[np.isinf(problem.time)]):
            time = float(np.sum(sent[sent > 0] * problem.time[sent > 0]))
            best = min(best, (-int(sent.sum()), time))
    assert found.is_optimal
    assert (-found.placed, found.total_time) == best
    assert found.lower_bound <= found.total_time
    assert found.most_placed == found.placed
