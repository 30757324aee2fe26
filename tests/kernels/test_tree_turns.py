"""Banned turns: ways by states are the ways of networkx over the graph of links that may follow each other."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.kernels.arrays import ARRIVED
from evacsim.kernels.tree_turns import turn_states, u_turns
from evacsim.kernels.trees import next_link_tree
from tests.kernels.test_trees import columns


@st.composite
def networks_with_bans(draw):
    n_nodes = draw(st.integers(1, 6))
    node = st.integers(0, n_nodes - 1)
    ends = draw(st.lists(st.tuples(node, node), min_size=1, max_size=14))
    cost = [draw(st.sampled_from([1.0, 2.0, 2.5, np.inf])) for _ in ends]
    link = st.integers(0, len(ends) - 1)
    banned = draw(st.lists(st.tuples(link, link), max_size=12))
    return n_nodes, ends, cost, banned, draw(node)


@given(case=networks_with_bans())
def test_ways_with_bans_are_those_over_the_graph_of_links(case):
    n_nodes, ends, cost, banned, target = case
    states = turn_states(n_nodes, *columns(ends), banned)
    next_link, to_go = next_link_tree(states.incoming(), states.states_at([target]), cost)

    graph = nx.DiGraph()  # from a link to those that may follow it; its own cost is paid on the way out
    graph.add_nodes_from(["end", *(("start", node) for node in range(n_nodes))])
    for link, (start, end) in enumerate(ends):
        if np.isinf(cost[link]):
            continue
        graph.add_edge(("start", start), link, weight=0.0)
        if end == target:
            graph.add_edge(link, "end", weight=cost[link])
        for following, (begin, _) in enumerate(ends):
            if begin == end and np.isfinite(cost[following]) and (link, following) not in banned:
                graph.add_edge(link, following, weight=cost[link])
    expected = nx.single_source_dijkstra_path_length(graph.reverse(), "end")
    for origin in range(n_nodes):
        if origin == target:
            assert next_link[origin] == ARRIVED
            continue
        assert to_go[origin] == pytest.approx(expected.get(("start", origin), np.inf), rel=1e-12)
        state, taken = origin, None
        while np.isfinite(to_go[origin]) and next_link[state] >= 0:
            link = next_link[state]
            assert ends[link][0] == states.node[state]
            assert (taken, link) not in banned
            state, taken = states.to_state[link], link
        assert np.isinf(to_go[origin]) or states.node[state] == target


def test_a_network_without_bans_is_left_as_it_is():
    ends = [(0, 1), (1, 2), (2, 0)]
    states = turn_states(3, *columns(ends), [])
    assert states.n_states == 3
    assert states.to_state.tolist() == [1, 2, 0]
    assert states.arc_link.tolist() == [0, 1, 2]
    assert states.arc_from.tolist() == [0, 1, 2]


def test_only_the_approach_with_a_ban_is_split_off():
    ends = [(0, 1), (3, 1), (1, 2), (1, 4)]
    states = turn_states(5, *columns(ends), [(0, 2)])
    assert states.to_state.tolist() == [5, 1, 2, 4]
    assert states.node.tolist() == [0, 1, 2, 3, 4, 1]
    assert sorted(zip(states.arc_from.tolist(), states.arc_link.tolist(), strict=True)) == [
        (0, 0),
        (1, 2),
        (1, 3),
        (3, 1),
        (5, 3),
    ]


def test_a_banned_left_turn_leads_round_the_block():
    """From 0 to 1; the turn to 2 is banned; round by 3 and 4 one comes to node 1 from the other side."""
    ends = [(0, 1), (1, 2), (1, 3), (3, 4), (4, 1)]
    states = turn_states(5, *columns(ends), [(0, 1)])
    next_link, cost = next_link_tree(states.incoming(), [2], [1.0] * 5)
    assert next_link[[0, 5, 3, 4, 1]].tolist() == [0, 2, 3, 4, 1]
    assert cost[0] == 5.0


def test_u_turns_are_pairs_of_links_there_and_back():
    assert u_turns(*columns([(0, 1), (1, 0), (1, 2), (1, 0)])).tolist() == [[0, 1], [0, 3], [1, 0], [3, 0]]
    assert u_turns([], []).shape == (0, 2)


def test_without_u_turns_nobody_comes_back_from_a_dead_end():
    ends = [(0, 1), (1, 0), (1, 2), (2, 1)]
    states = turn_states(3, *columns(ends), u_turns(*columns(ends)))
    next_link, cost = next_link_tree(states.incoming(), states.states_at([0]), [1.0] * 4)
    assert next_link[[1, 2]].tolist() == [1, 3]  # who starts there may go
    assert np.isinf(cost[states.to_state[2]])  # who has come from 1 to 2 may not go back
