"""What comes together at a node is what began at all nodes whose ways lead through it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evacsim.kernels.tree_loads import gather


def through(load, next_way, to_node):
    """Return the same by following what begins at each node to its end."""
    total = np.array(load)
    for begin, row in enumerate(load):
        node = begin
        while next_way[node] >= 0:
            node = to_node[next_way[node]]
            total[node] += row
    return total


def test_three_brooks_make_a_river():
    load = np.array([[1.0, 0.0], [2.0, 5.0], [4.0, 0.0], [0.0, 0.0]])
    ways = np.array([2, 2, 3]), np.array([5.0, 7.0, 7.0])
    assert gather(load, np.array([0, 1, 2, 3]), np.array([0, 1, 2, -1]), *ways)
    assert load.tolist() == [[1, 0], [2, 5], [7, 5], [7, 5]]


@st.composite
def trees(draw):
    """Return what begins at each node, and the way on from each to one with a smaller number, or none."""
    n_nodes, n_parts = draw(st.integers(1, 8)), draw(st.integers(1, 3))
    part = st.lists(st.integers(0, 9), min_size=n_parts, max_size=n_parts)
    load = draw(st.lists(part, min_size=n_nodes, max_size=n_nodes))
    goals = [draw(st.integers(-1, node - 1)) for node in range(n_nodes)]
    return np.array(load, dtype=np.float64), np.array(goals)


@given(trees(), st.sampled_from([4.0, 12.0, np.inf]))
def test_it_is_what_each_finds_who_is_followed_and_stops_where_a_way_is_too_narrow(tree, most):
    load, goals = tree
    next_way = np.where(goals >= 0, np.arange(len(goals)), -1)
    wanted = through(load, next_way, goals)
    order = np.arange(len(goals))[::-1].copy()
    found = load.copy()
    passes = gather(found, order, next_way, goals, np.full(len(goals), most))
    assert passes == bool((wanted[goals >= 0] <= most).all())
    if passes:
        assert found.tolist() == wanted.tolist()
