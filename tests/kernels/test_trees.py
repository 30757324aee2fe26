"""Next-link trees: the cheapest way by networkx and scipy, and ties that do not depend on any order."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from evacsim.kernels.arrays import ARRIVED, NO_WAY
from evacsim.kernels.trees import incoming_links, next_link_tree


def tree(n_nodes, ends, cost, targets, start_cost=None, key=None):
    ends = np.array(ends, dtype=np.int64).reshape(-1, 2)
    key = np.arange(len(ends)) if key is None else np.asarray(key)
    network = incoming_links(n_nodes, ends[:, 0], ends[:, 1], key)
    start = None if start_cost is None else np.asarray(start_cost, dtype=float)
    return next_link_tree(network, np.asarray(targets), np.asarray(cost, dtype=float), start)


@st.composite
def networks(draw):
    n_nodes = draw(st.integers(1, 9))
    node = st.integers(0, n_nodes - 1)
    ends = draw(st.lists(st.tuples(node, node), max_size=25))
    price = st.sampled_from([1.0, 1.0, 2.0, 3.0, 0.1, 2.7, np.inf])
    cost = [draw(price) for _ in ends]
    targets = draw(st.lists(node, min_size=1, max_size=3, unique=True))
    start_cost = [draw(st.sampled_from([0.0, 0.0, 1.0, 2.5])) for _ in targets]
    return n_nodes, ends, cost, targets, start_cost


@given(case=networks())
def test_cost_to_go_is_the_cheapest_way_of_networkx(case):
    n_nodes, ends, cost, targets, start_cost = case
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n_nodes))
    graph.add_weighted_edges_from(
        (end, start, price) for (start, end), price in zip(ends, cost, strict=True) if np.isfinite(price)
    )
    graph.add_weighted_edges_from(
        ("all targets", target, price) for target, price in zip(targets, start_cost, strict=True)
    )
    expected = nx.single_source_dijkstra_path_length(graph, "all targets")
    _, found = tree(*case)
    assert found == pytest.approx([expected.get(node, np.inf) for node in range(n_nodes)], rel=1e-12)


@given(case=networks())
def test_following_the_tree_costs_what_it_says_and_ends_at_a_target(case):
    n_nodes, ends, cost, targets, start_cost = case
    next_link, found = tree(*case)
    for origin in range(n_nodes):
        node, paid = origin, 0.0
        for _ in range(n_nodes):
            if next_link[node] < 0:
                break
            paid += cost[next_link[node]]
            assert ends[next_link[node]][0] == node
            node = ends[next_link[node]][1]
        if np.isinf(found[origin]):
            assert next_link[origin] == NO_WAY
        else:
            assert next_link[node] == ARRIVED
            assert paid + start_cost[targets.index(node)] == pytest.approx(found[origin], rel=1e-12)


@given(case=networks(), data=st.data())
def test_no_tie_is_settled_by_the_order_of_links_or_targets(case, data):
    n_nodes, ends, cost, targets, start_cost = case
    order = data.draw(st.permutations(range(len(ends))))
    order_of_targets = data.draw(st.permutations(range(len(targets))))
    plain, plain_cost = tree(*case)
    shuffled, shuffled_cost = tree(
        n_nodes,
        [ends[row] for row in order],
        [cost[row] for row in order],
        [targets[row] for row in order_of_targets],
        [start_cost[row] for row in order_of_targets],
        key=order,
    )
    assert [order[row] if row >= 0 else row for row in shuffled] == plain.tolist()
    assert shuffled_cost.tolist() == plain_cost.tolist()


def test_equal_ways_take_the_link_of_the_smallest_key():
    square = [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert tree(4, square, [1, 1, 1, 1], [3])[0].tolist() == [0, 2, 3, ARRIVED]
    assert tree(4, square, [1, 1, 1, 1], [3], key=[9, 1, 2, 3])[0].tolist() == [1, 2, 3, ARRIVED]


def test_a_dear_target_is_passed_through():
    assert tree(3, [(0, 1), (1, 2)], [1, 1], [1, 2], start_cost=[5, 0])[0].tolist() == [0, 1, ARRIVED]
    assert tree(3, [(0, 1), (1, 2)], [1, 1], [1, 2], start_cost=[1, 0])[0].tolist() == [0, ARRIVED, ARRIVED]


def test_a_closed_link_is_no_way():
    next_link, cost = tree(2, [(0, 1)], [np.inf], [1])
    assert next_link.tolist() == [NO_WAY, ARRIVED]
    assert cost.tolist() == [np.inf, 0.0]


def test_a_grid_of_many_nodes_is_that_of_scipy():
    side = 60
    node = np.arange(side * side).reshape(side, side)
    pairs = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:])]
    ends = np.concatenate(
        [
            np.stack([a.ravel(), b.ravel()], axis=1)
            for first, second in pairs
            for a, b in [(first, second), (second, first)]
        ]
    )
    cost = np.random.default_rng(5).uniform(0.5, 2.0, len(ends))
    targets = [0, 1234, side * side - 1]
    reversed_graph = csr_matrix((cost, (ends[:, 1], ends[:, 0])), shape=(side * side, side * side))
    expected = dijkstra(reversed_graph, indices=targets, min_only=True)
    assert tree(side * side, ends, cost, targets)[1] == pytest.approx(expected, rel=1e-12)
