"""A repaired tree is, to the bit, the tree that a fresh search gives, whatever has changed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.kernels import tree_repair
from evacsim.kernels.arrays import ARRIVED
from evacsim.kernels.tree_repair import ChangingTreeSearch
from evacsim.kernels.tree_turns import turn_states
from evacsim.kernels.trees import incoming_links, next_link_tree
from tests.kernels.test_trees import FAR_APART, USUAL, columns, grid

IN_TENTHS = [0.1, 0.2, 0.3, 0.7, 1.1, np.inf]
"""Sums of these are equal or not by rounding alone."""


@st.composite
def changing_networks(draw):
    n_nodes = draw(st.integers(1, 9))
    node = st.integers(0, n_nodes - 1)
    ends = draw(st.lists(st.tuples(node, node), min_size=1, max_size=30))
    price = st.sampled_from(draw(st.sampled_from([USUAL, FAR_APART, IN_TENTHS])))
    link = st.integers(0, len(ends) - 1)
    cost = [draw(price) for _ in ends]
    banned = draw(st.lists(st.tuples(link, link), max_size=draw(st.sampled_from([0, 0, 10]))))
    changes = draw(st.lists(st.dictionaries(link, price, min_size=1, max_size=8), max_size=5))
    targets = draw(st.lists(node, min_size=1, max_size=3, unique=True))
    start_cost = [draw(st.sampled_from([0.0, 0.0, 1.0, 2.5, np.inf])) for _ in targets]
    return turn_states(n_nodes, *columns(ends), banned), cost, changes, targets, start_cost


@pytest.fixture(params=[0.0, 0.4, 1.0], scope="module")
def lost_at_most(request):
    """Set the share of lost states up to which trees are repaired."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree_repair, "LOST_AT_MOST", request.param)
        patch.setattr(tree_repair, "CHANGED_AT_MOST", 1.0)
        yield


@pytest.mark.usefixtures("lost_at_most")
@given(case=changing_networks(), stays_away=st.integers(0, 3))
def test_a_repaired_tree_is_the_fresh_one(case, stays_away):
    """The second tree is left alone during the first few changes and then made right at once."""
    states, cost, changes, targets, start_cost = case
    cost, network = np.array(cost), states.incoming()
    search = ChangingTreeSearch(network, cost)
    ready, late = (search.tree(targets, start_cost) for _ in range(2))
    for round_, change in enumerate(changes):
        links = list(change)
        cost[links] = list(change.values())
        search.change(links, cost[links])
        fresh = next_link_tree(network, targets, cost, start_cost)
        before = [part.tolist() for part in ready]
        n_touched = search.repair(
            search.arcs_of(links), targets, start_cost, next_link=ready[0], cost=ready[1]
        )
        assert n_touched > 0 or [part.tolist() for part in ready] == before
        assert [part.tolist() for part in ready] == [part.tolist() for part in fresh]
        if round_ >= stays_away:
            known = sorted({link for past in changes[: round_ + 1] for link in past})
            search.repair(search.arcs_of(known), targets, start_cost, next_link=late[0], cost=late[1])
            assert [part.tolist() for part in late] == [part.tolist() for part in fresh]


@pytest.mark.parametrize("cost", [np.ones(14_160), np.random.default_rng(8).uniform(0.5, 2.0, 14_160)])
def test_a_flood_front_over_a_grid_leaves_the_fresh_tree(cost, monkeypatch):
    """Equal costs have many ties; a front closes, slows and opens links, without a fresh search in between."""
    monkeypatch.setattr(tree_repair, "LOST_AT_MOST", 1.0)
    monkeypatch.setattr(tree_repair, "CHANGED_AT_MOST", 1.0)
    random, cost = np.random.default_rng(3), cost.copy()
    network = incoming_links(3600, *columns(grid(60)))
    search = ChangingTreeSearch(network, cost)
    targets = [17, 1800, 3599]
    tree = search.tree(targets)
    usual = cost.copy()
    for size in (1, 10, 100, 1000, 14_160, 100):
        links = random.choice(len(cost), size, replace=False)
        cost[links] = usual[links] * random.choice([np.inf, 4.0, 2.0, 1.0], size)
        search.change(links, cost[links])
        search.repair(search.arcs_of(links), targets, next_link=tree[0], cost=tree[1])
        fresh = next_link_tree(network, targets, cost)
        assert np.array_equal(tree[0], fresh[0])
        assert np.array_equal(tree[1], fresh[1])


def test_a_change_that_concerns_nobody_touches_nothing():
    search = ChangingTreeSearch(incoming_links(3, *columns([(0, 1), (1, 2), (0, 2)])), [1.0, 1.0, 9.0])
    next_link, cost = search.tree([2])
    search.change([2], [np.inf])
    assert search.repair(search.arcs_of([2]), [2], next_link=next_link, cost=cost) == 0
    assert next_link.tolist() == [0, 1, ARRIVED]


def test_links_of_another_network_are_passed_over():
    network = incoming_links(3, [0, 1], [1, 2], links=[2, 5])
    search = ChangingTreeSearch(network, np.ones(8))
    assert search.arcs_of([0, 5, 7, 2]).tolist() == [1, 0]
    search.change([7, 0, 2], [3.0, 4.0, 5.0])
    assert search.tree([2])[1].tolist() == [6.0, 1.0, 0.0]


def test_a_tie_that_a_link_wins_when_it_opens_is_told():
    search = ChangingTreeSearch(incoming_links(2, [0, 0], [1, 1]), [np.inf, 2.0])
    next_link, cost = search.tree([1])
    search.change([0], [2.0])
    assert search.repair(search.arcs_of([0]), [1], next_link=next_link, cost=cost) == 1
    assert next_link.tolist() == [0, ARRIVED]


@pytest.mark.usefixtures("lost_at_most")
@given(case=changing_networks())
def test_trees_repaired_together_are_those_repaired_one_by_one(case):
    states, cost, changes, targets, _ = case
    cost = np.array(cost)
    search = ChangingTreeSearch(states.incoming(), cost)
    rows = np.arange(len(targets)) * 2  # every other row is somebody else's
    next_link, to_go = (
        np.zeros((2 * len(targets), search.network.n_states), dtype=dtype) for dtype in (np.int32, np.float64)
    )
    for row, target in zip(rows, targets, strict=True):
        search.grow(target, next_link=next_link[row], cost=to_go[row])
    alone = next_link.copy(), to_go.copy()
    for change in changes:
        links = list(change)
        cost[links] = list(change.values())
        search.change(links, cost[links])
        arcs = search.arcs_of(links)
        touched = search.repair_all(arcs, np.array(targets), rows, next_link=next_link, cost=to_go)
        one_by_one = [
            search.repair(arcs, target, next_link=alone[0][row], cost=alone[1][row])
            for row, target in zip(rows, targets, strict=True)
        ]
        assert touched.tolist() == one_by_one
        assert np.array_equal(next_link, alone[0])
        assert np.array_equal(to_go, alone[1])
