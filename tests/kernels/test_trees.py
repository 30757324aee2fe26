"""Next-link trees: the cheapest way by networkx and scipy, and ties that do not depend on any order."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from evacsim.kernels.arrays import ARRIVED, NO_WAY
from evacsim.kernels.trees import TreeSearch, incoming_links, leave_by_own_links, next_link_tree
from tests.reference import trees as plain

USUAL = [1.0, 1.0, 2.0, 3.0, 0.1, 2.7, np.inf]
FAR_APART = [1.0, 1.0, 0.001, 250.0, 250.0, 4e4, 1e8, np.inf]
"""Such costs need sorted buckets, and lie beyond the ring."""


def tree(n_nodes, ends, cost, targets, start_cost=None):
    network = incoming_links(n_nodes, *columns(ends))
    return next_link_tree(network, targets, cost, start_cost)


def columns(ends):
    ends = np.array(ends, dtype=np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1]


@st.composite
def networks(draw):
    n_nodes = draw(st.integers(1, 9))
    node = st.integers(0, n_nodes - 1)
    ends = draw(st.lists(st.tuples(node, node), max_size=25))
    price = st.sampled_from(draw(st.sampled_from([USUAL, FAR_APART])))
    cost = [draw(price) for _ in ends]
    targets = draw(st.lists(node, min_size=1, max_size=3, unique=True))
    start_cost = [draw(st.sampled_from([0.0, 0.0, 1.0, 2.5, np.inf])) for _ in targets]
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
        ("all targets", target, price)
        for target, price in zip(targets, start_cost, strict=True)
        if np.isfinite(price)
    )
    graph.add_node("all targets")
    expected = nx.single_source_dijkstra_path_length(graph, "all targets")
    _, found = tree(*case)
    assert found == pytest.approx([expected.get(node, np.inf) for node in range(n_nodes)], rel=1e-12)


@given(case=networks())
def test_a_tree_equals_its_plain_twin_to_the_bit(case):
    n_nodes, ends, cost, targets, start_cost = case
    arcs = [(link, start, end) for link, (start, end) in enumerate(ends)]
    expected, expected_cost = plain.tree(n_nodes, arcs, cost, targets, start_cost)
    next_link, found = tree(*case)
    assert next_link.tolist() == expected
    assert found.tolist() == expected_cost


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
def test_no_tie_is_settled_by_the_order_of_nodes_or_targets(case, data):
    n_nodes, ends, cost, targets, start_cost = case
    name = data.draw(st.permutations(range(n_nodes)))
    order_of_targets = data.draw(st.permutations(range(len(targets))))
    usual, usual_cost = tree(*case)
    renamed, renamed_cost = tree(
        n_nodes,
        [(name[start], name[end]) for start, end in ends],
        cost,
        [name[targets[row]] for row in order_of_targets],
        [start_cost[row] for row in order_of_targets],
    )
    assert renamed[name].tolist() == usual.tolist()
    assert renamed_cost[name].tolist() == usual_cost.tolist()


@given(case=networks(), data=st.data())
def test_a_search_leaves_nothing_behind_for_the_next(case, data):
    n_nodes, ends, cost, targets, start_cost = case
    search = TreeSearch(incoming_links(n_nodes, *columns(ends)), cost)
    for _ in range(3):
        others = data.draw(st.lists(st.integers(0, n_nodes - 1), max_size=6))
        search.tree(others)
        again = search.tree(targets, start_cost)
        assert [part.tolist() for part in again] == [part.tolist() for part in tree(*case)]


def test_equal_ways_take_the_link_of_the_smallest_row():
    assert tree(4, [(0, 1), (0, 2), (1, 3), (2, 3)], [1, 1, 1, 1], [3])[0].tolist() == [0, 2, 3, ARRIVED]
    assert tree(4, [(0, 2), (0, 1), (1, 3), (2, 3)], [1, 1, 1, 1], [3])[0].tolist() == [0, 2, 3, ARRIVED]


def test_a_dear_target_is_passed_through():
    assert tree(3, [(0, 1), (1, 2)], [1, 1], [1, 2], start_cost=[5, 0])[0].tolist() == [0, 1, ARRIVED]
    assert tree(3, [(0, 1), (1, 2)], [1, 1], [1, 2], start_cost=[1, 0])[0].tolist() == [0, ARRIVED, ARRIVED]


def test_a_closed_link_is_no_way():
    next_link, cost = tree(2, [(0, 1)], [np.inf], [1])
    assert next_link.tolist() == [NO_WAY, ARRIVED]
    assert cost.tolist() == [np.inf, 0.0]


def test_costs_that_vanish_in_sums_are_refused():
    with pytest.raises(AssertionError, match="too far apart"):
        tree(3, [(0, 1), (1, 2)], [1e-9, 1e9], [2])


def grid(side):
    node = np.arange(side * side).reshape(side, side)
    pairs = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:])]
    return np.concatenate(
        [
            np.stack([a.ravel(), b.ravel()], axis=1)
            for first, second in pairs
            for a, b in [(first, second), (second, first)]
        ]
    )


@pytest.mark.parametrize("spread", [1.0, 2.5])
def test_a_grid_of_many_nodes_is_that_of_scipy(spread):
    side = 60
    ends = grid(side)
    cost = np.random.default_rng(5).uniform(0.5, 2.0, len(ends)) ** (4 * spread)
    targets = [0, 1234, side * side - 1]
    reversed_graph = csr_matrix((cost, (ends[:, 1], ends[:, 0])), shape=(side * side, side * side))
    expected = dijkstra(reversed_graph, indices=targets, min_only=True)
    assert tree(side * side, ends, cost, targets)[1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("next_link", "is_right"),
    [
        ([0, 1, -2], True),
        ([-1, -1, -1], True),
        ([1, 1, -2], False),  # the first node is left by a link of the second
        ([0, 2, -2], False),  # there is no such link
        ([0, 1, -2, -2], False),  # there is no such node
    ],
)
def test_a_tree_leaves_each_node_by_a_link_of_its_own(next_link, is_right):
    found = leave_by_own_links(np.array([next_link], dtype=np.int32), np.array([0, 1]), np.arange(3))
    assert found is is_right
