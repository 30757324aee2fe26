"""The greatest flow against the smallest of all cuts, tried one by one."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.world.greatest_flow import PLENTY, greatest_flow

N = 5
ARCS = st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1), st.integers(0, 6)), max_size=12)
AT_NODES = st.dictionaries(st.integers(0, N - 1), st.integers(0, 9), min_size=1, max_size=3)


def through(near, arcs, sources, ends):
    """Return what a cut lets through whose near side are some nodes."""
    return (
        sum(size for begin, goal, size in arcs if begin in near and goal not in near)
        + sum(size for node, size in sources.items() if node not in near)
        + sum(size for node, size in ends.items() if node in near)
    )


@settings(deadline=None, derandomize=True, max_examples=150)
@given(arcs=ARCS, sources=AT_NODES, ends=AT_NODES)
def test_it_is_what_the_smallest_cut_lets_through_and_the_cut_is_the_one_nearest_the_sources(
    arcs, sources, ends
):
    arcs = [arc for arc in arcs if arc[0] != arc[1]]
    begins, goals, sizes = np.array(arcs, dtype=int).reshape(-1, 3).T
    flow = greatest_flow(begins, goals, sizes, sources=sources, ends=ends, n_nodes=N)
    sides = [{node for node in range(N) if side[node]} for side in product((False, True), repeat=N)]
    least = min(through(near, arcs, sources, ends) for near in sides)
    smallest = [near for near in sides if through(near, arcs, sources, ends) == least]
    assert flow.value == flow.leaving.sum() == least
    assert set(np.flatnonzero(flow.reached)) == set.intersection(*smallest)
    assert all(flow.leaving[node] <= most for node, most in sources.items())


def test_what_has_no_limit_adds_up_to_no_limit():
    arcs = [[0, 0, 1], [1, 1, 2], [PLENTY, np.inf, 7]]
    flow = greatest_flow(*arcs, sources={0: PLENTY}, ends={2: np.inf}, n_nodes=3)
    assert flow.value == 7
    assert flow.reached.tolist() == [True, True, False]
