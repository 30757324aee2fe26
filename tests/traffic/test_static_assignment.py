"""Static assignment against closed formulas, published optima and a plain check of Wardrop's principles."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.formats.tntp import read_tntp_network, read_tntp_trips
from evacsim.traffic.static_assignment import (
    Demand,
    StaticAssignment,
    StaticNetwork,
    link_cost,
    static_network,
    system_optimum,
    user_equilibrium,
)


def demand(*rows: tuple[int, int, float]) -> Demand:
    origin, destination, flow = zip(*rows, strict=True)
    return Demand(np.array(origin), np.array(destination), np.array(flow, dtype=float))


def tntp_case(folder, name, *, toll=0.0, distance=0.0) -> tuple[StaticNetwork, Demand]:
    net = read_tntp_network(folder / f"{name}_net.tntp")
    trips = read_tntp_trips(folder / f"{name}_trips.tntp")
    network = static_network(
        net.n_nodes,
        from_node=net.init_node - 1,
        to_node=net.term_node - 1,
        free_time=net.free_flow_time,
        capacity=net.capacity,
        b=net.b,
        power=net.power,
        fixed_cost=toll * net.toll + distance * net.length,
        first_through_node=net.first_through_node - 1,
    )
    return network, Demand(trips.origin - 1, trips.destination - 1, trips.trips)


@pytest.fixture
def sioux_falls(data_dir):
    return tntp_case(data_dir / "tntp" / "SiouxFalls", "SiouxFalls")


def test_f5_sioux_falls_meets_the_best_known_equilibrium(sioux_falls):
    network, trips = sioux_falls
    found = user_equilibrium(network, trips, relative_gap=1e-12)
    assert found.is_converged
    assert found.assigned == pytest.approx(360_600, rel=1e-12)
    assert found.total_cost == pytest.approx(7_480_225.345, abs=1e-3)
    assert found.beckmann == pytest.approx(4_231_335.287, abs=1e-3)
    assert found.total_cost / found.assigned == pytest.approx(20.7438, abs=5e-5)
    assert (network.from_node[0], network.to_node[0]) == (0, 1)
    assert found.flow[0] == pytest.approx(4494.66, abs=5e-3)
    assert found.cost[0] == pytest.approx(6.00082, abs=5e-6)


def test_a_gap_of_a_millionth_is_reached_in_few_searches_and_bounds_the_objective(sioux_falls):
    found = user_equilibrium(*sioux_falls, relative_gap=1e-6)
    assert len(found.iterations) <= 10
    assert found.relative_gap <= 1e-6
    assert found.iterations[-1].lower_bound <= 4_231_335.2872 <= found.beckmann
    assert found.total_cost == pytest.approx(7_480_225.345, rel=2e-5)
    bounds = [iteration.lower_bound for iteration in found.iterations]
    assert bounds == sorted(bounds)


def test_the_system_optimum_costs_less_in_all_and_is_no_equilibrium(sioux_falls):
    equilibrium, optimum = user_equilibrium(*sioux_falls), system_optimum(*sioux_falls)
    assert optimum.is_converged
    assert optimum.total_cost < 0.97 * equilibrium.total_cost
    assert optimum.beckmann > equilibrium.beckmann
    assert optimum.iterations[-1].lower_bound <= optimum.total_cost
    assert optimum.iterations[-1].objective == pytest.approx(optimum.total_cost, rel=1e-12)


def test_chicago_sketch_meets_its_published_objective(data_dir):
    case = tntp_case(data_dir / "tntp" / "Chicago-Sketch", "ChicagoSketch", toll=0.02, distance=0.04)
    found = user_equilibrium(*case, relative_gap=1e-8)
    # 17 313 018.7387477 stands in the README of the data set; excess cost 1.9e7 * 1e-8.
    assert found.beckmann == pytest.approx(17_313_018.7387477, abs=0.2)
    assert found.iterations[-1].lower_bound <= 17_313_018.7387477


def test_two_parallel_links_share_the_flow_as_the_formula_says():
    # 10 (1 + x) = 15 (1 + (6 - x) / 3) with linear costs: x = 35 / 15.
    network = static_network(
        2, from_node=[0, 0], to_node=[1, 1], free_time=[10, 15], capacity=[1, 3], b=1, power=1
    )
    found = user_equilibrium(network, demand((0, 1, 6.0)), relative_gap=1e-12)
    assert found.flow == pytest.approx([35 / 15, 6 - 35 / 15], rel=1e-9)
    # Marginal costs 10 (1 + 2 x) = 15 (1 + 2 (6 - x) / 3) meet at x = 13 / 6.
    assert system_optimum(network, demand((0, 1, 6.0)), relative_gap=1e-12).flow[0] == pytest.approx(13 / 6)


def test_braess_a_new_road_makes_everybody_slower():
    # 4000 drivers, x / 100 and 45 min: 65 min without the shortcut, 80 min with it.
    ends = {"from_node": [0, 1, 0, 2, 1], "to_node": [1, 3, 2, 3, 2]}
    times = {"free_time": [1e-9, 45, 45, 1e-9, 0], "capacity": [1e-7, 1, 1, 1e-7, 1], "power": 1}
    with_shortcut = static_network(4, **ends, **times, b=[1, 0, 0, 1, 0])
    without = static_network(
        4, **{name: ends[name][:4] for name in ends}, free_time=[1e-9, 45, 45, 1e-9],
        capacity=[1e-7, 1, 1, 1e-7], power=1, b=[1, 0, 0, 1],
    )  # fmt: skip
    trips = demand((0, 3, 4000.0))
    assert user_equilibrium(without, trips).total_cost / 4000 == pytest.approx(65, abs=1e-3)
    assert user_equilibrium(with_shortcut, trips).total_cost / 4000 == pytest.approx(80, abs=1e-3)
    assert system_optimum(with_shortcut, trips).total_cost / 4000 < 65.01


def test_pairs_without_a_way_and_trips_within_a_node_are_told_apart():
    network = static_network(3, from_node=[0], to_node=[1], free_time=5, capacity=10)
    found = user_equilibrium(network, demand((0, 2, 4.0), (1, 1, 3.0), (0, 1, 2.0), (0, 1, 0.0)))
    assert found.unconnected.tolist() == [0]
    assert found.path_pair.tolist() == [2]
    assert found.assigned == 2.0


def test_ways_do_not_lead_through_zones():
    network = static_network(
        3, from_node=[1, 0, 1], to_node=[0, 2, 2], free_time=[1, 1, 50], capacity=1, first_through_node=1
    )
    assert user_equilibrium(network, demand((1, 2, 0.1))).flow.tolist() == [0.0, 0.0, 0.1]


def test_no_demand_costs_nothing():
    network = static_network(2, from_node=[0], to_node=[1], free_time=5, capacity=10)
    found = user_equilibrium(network, Demand(*np.zeros((2, 0), dtype=int), np.zeros(0)))
    assert (found.total_cost, found.relative_gap, found.is_converged) == (0.0, 0.0, True)


@st.composite
def cases(draw) -> tuple[StaticNetwork, Demand]:
    n_nodes = draw(st.integers(2, 7))
    nodes = st.integers(0, n_nodes - 1)
    ends = draw(st.lists(st.tuples(nodes, nodes), min_size=1, max_size=18, unique=True))
    n = len(ends)
    column = lambda low, high: draw(st.lists(st.integers(low, high), min_size=n, max_size=n))  # noqa: E731
    network = static_network(
        n_nodes,
        from_node=[a for a, _ in ends],
        to_node=[b for _, b in ends],
        free_time=column(0, 9),
        capacity=column(1, 9),
        b=np.array(column(0, 4)) / 2,
        power=np.array(column(2, 9)) / 2,
        fixed_cost=np.array(column(0, 3)) / 4,
        first_through_node=draw(st.integers(0, 1)),
    )
    trips = draw(st.lists(st.tuples(nodes, nodes, st.integers(1, 20)), min_size=1, max_size=8))
    return network, demand(*trips)


def assert_nobody_gains(network: StaticNetwork, trips: Demand, found: StaticAssignment, cost) -> None:
    """Hold used paths against the cheapest ways that networkx finds."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.n_nodes))
    for a, b, price in zip(network.from_node.tolist(), network.to_node.tolist(), cost, strict=True):
        graph.add_edge(a, b, cost=float(price))
    paid = found.flow @ cost
    excess = 0.0
    for pair in np.unique(found.path_pair):
        origin, destination = int(trips.origin[pair]), int(trips.destination[pair])
        closed = set(np.flatnonzero(~network.is_passable)) - {origin, destination}
        open_roads = nx.subgraph_view(graph, filter_node=lambda node, closed=closed: node not in closed)
        least = nx.shortest_path_length(open_roads, origin, destination, weight="cost")
        for path in np.flatnonzero(found.path_pair == pair):
            way = found.path_links[found.path_first[path] : found.path_first[path + 1]]
            assert network.from_node[way[0]] == origin
            assert network.to_node[way[-1]] == destination
            assert np.array_equal(network.to_node[way[:-1]], network.from_node[way[1:]])
            excess += found.path_flow[path] * (cost[way].sum() - least)
    assert excess <= 1e-5 * paid + 1e-9


@given(cases())
def test_wardrop_holds_and_no_trip_is_lost(case):
    network, trips = case
    found = user_equilibrium(network, trips, relative_gap=1e-6, max_iterations=1_000)
    assert found.is_converged
    served = np.bincount(found.path_pair, weights=found.path_flow, minlength=len(trips.flow))
    is_served = np.ones(len(trips.flow), dtype=bool)
    is_served[found.unconnected] = False
    is_served[trips.origin == trips.destination] = False
    assert served == pytest.approx(np.where(is_served, trips.flow, 0.0), rel=1e-9)
    on_links = np.zeros(len(network.free_time))
    for path, flow in enumerate(found.path_flow):
        on_links[found.path_links[found.path_first[path] : found.path_first[path + 1]]] += flow
    assert found.flow == pytest.approx(on_links, rel=1e-9)
    assert_nobody_gains(network, trips, found, found.cost)


@given(cases())
def test_marginal_costs_are_equal_at_the_system_optimum(case):
    network, trips = case
    found = system_optimum(network, trips, relative_gap=1e-6, max_iterations=1_000)
    assert found.is_converged
    assert found.total_cost <= user_equilibrium(network, trips).total_cost * (1 + 2e-6) + 1e-9
    step = 1e-6
    more, less = found.flow + step, np.maximum(found.flow - step, 0.0)
    marginal = (more * link_cost(network, more) - less * link_cost(network, less)) / (more - less)
    assert_nobody_gains(network, trips, found, marginal)
