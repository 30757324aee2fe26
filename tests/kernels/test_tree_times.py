"""Looking ahead: latest departures and earliest arrivals are those of trying everything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.kernels.arrays import ARRIVED, NO_WAY
from evacsim.kernels.tree_times import (
    latest_departure_tree,
    risk_averse_cost,
    time_dependent_tree,
    time_left_by_bin,
)
from evacsim.kernels.trees import incoming_links, next_link_tree
from tests.kernels.test_trees import columns
from tests.reference import trees as plain


@st.composite
def networks(draw):
    n_nodes = draw(st.integers(1, 6))
    node = st.integers(0, n_nodes - 1)
    ends = draw(st.lists(st.tuples(node, node), min_size=1, max_size=12))
    return n_nodes, ends, draw(st.lists(node, min_size=1, max_size=2, unique=True))


@given(network=networks(), data=st.data())
def test_the_latest_departure_is_that_of_its_plain_twin(network, data):
    n_nodes, ends, targets = network
    times = [data.draw(st.sampled_from([1.0, 2.0, 2.0, 5.0, np.inf])) for _ in ends]
    closings = [data.draw(st.sampled_from([np.inf, np.inf, 3.0, 7.0, 20.0])) for _ in ends]
    arcs = [(link, start, end) for link, (start, end) in enumerate(ends) if np.isfinite(times[link])]
    next_link, latest = latest_departure_tree(
        incoming_links(n_nodes, *columns(ends)), targets, times, closings
    )
    assert latest.tolist() == plain.latest_departures(n_nodes, arcs, times, closings, targets)
    for origin in range(n_nodes):
        if latest[origin] == -np.inf:
            assert next_link[origin] == NO_WAY
            continue
        node, now = origin, latest[origin] if np.isfinite(latest[origin]) else 1e6
        for _ in range(n_nodes):
            if next_link[node] < 0:
                break
            now += times[next_link[node]]
            assert now <= closings[next_link[node]]
            node = ends[next_link[node]][1]
        assert next_link[node] == ARRIVED


def test_the_bridge_must_be_left_for_before_it_closes():
    """A bridge of 60 s closes at 600 s; the way round of 400 s never does."""
    ends = [(0, 1), (1, 2), (1, 3), (3, 2)]
    network = incoming_links(4, *columns(ends))
    by_bridge = latest_departure_tree(
        network, [2], [100.0, 60.0, np.inf, 200.0], [np.inf, 600.0, np.inf, np.inf]
    )
    assert by_bridge[1].tolist() == [440.0, 540.0, np.inf, np.inf]
    round_ = latest_departure_tree(network, [2], [100.0, 60.0, 200.0, 200.0], [np.inf, 600.0, np.inf, np.inf])
    assert round_[0].tolist() == [0, 2, ARRIVED, 3]
    assert round_[1].tolist() == [np.inf] * 4


def test_links_near_water_in_time_are_dearer_and_never_close_on_anybody():
    cost = risk_averse_cost(
        [100.0, 100.0, 100.0, 100.0, np.inf], [100.0, 99.0, 400.0, 700.0, np.inf], aversion=2.0, horizon=600.0
    )
    assert cost.tolist() == [300.0, np.inf, 200.0, 100.0, np.inf]
    assert risk_averse_cost(100.0, [150.0, 50.0], aversion=0.0, horizon=1.0).tolist() == [100.0, np.inf]


@given(network=networks(), data=st.data())
def test_the_earliest_arrival_is_that_of_trying_every_way(network, data):
    """All costs are whole bins, so every link is entered at the beginning of one and the result is exact."""
    n_nodes, ends, targets = network
    n_bins, bin_length = data.draw(st.integers(1, 5)), 4.0
    steps = st.sampled_from([1, 1, 2, 3, np.inf])
    costs = bin_length * np.array([[data.draw(steps) for _ in ends] for _ in range(n_bins)])
    arcs = [(link, start, end) for link, (start, end) in enumerate(ends)]

    def passing(link, now):
        bins = range(min(int(now / bin_length), n_bins - 1), n_bins)
        return min(bin_length * wait + costs[bin_][link] for wait, bin_ in enumerate(bins))

    next_link, cost = time_dependent_tree(incoming_links(n_nodes, *columns(ends)), targets, costs, bin_length)
    for bin_ in range(n_bins):
        for node in range(n_nodes):
            now = bin_ * bin_length
            expected = plain.earliest_arrival(arcs, passing, targets, node, now) - now
            assert cost[bin_, node] == expected
            assert (next_link[bin_, node] == NO_WAY) == np.isinf(expected)
            assert (next_link[bin_, node] == ARRIVED) == (node in targets)


@given(network=networks(), data=st.data())
def test_costs_that_stay_give_the_plain_tree_in_every_bin(network, data):
    n_nodes, ends, targets = network
    cost = np.array([data.draw(st.sampled_from([1.0, 2.0, 2.5, 30.0, np.inf])) for _ in ends])
    incoming = incoming_links(n_nodes, *columns(ends))
    next_link, to_go = time_dependent_tree(incoming, targets, np.tile(cost, (4, 1)), 8.0)
    for bin_ in range(4):
        assert to_go[bin_] == pytest.approx(next_link_tree(incoming, targets, cost)[1], rel=1e-12)
    assert np.array_equal(next_link[3], next_link_tree(incoming, targets, cost)[0])


def test_a_road_that_will_be_closed_on_arrival_is_not_set_out_for():
    """The bridge closes to whoever enters at 600 s; it is 400 s away. From the third bin on the way round is taken."""
    ends = [(0, 1), (1, 2), (0, 2)]
    costs = np.tile([400.0, 60.0, 900.0], (4, 1))
    costs[2:, 1] = np.inf
    next_link, cost = time_dependent_tree(incoming_links(3, *columns(ends)), [2], costs, 300.0)
    assert next_link[:, 0].tolist() == [
        2,
        2,
        2,
        2,
    ]  # at 400 s it may close before the next beginning of a bin
    nearer = np.tile([300.0, 60.0, 900.0], (4, 1))
    nearer[2:, 1] = np.inf
    next_link, cost = time_dependent_tree(incoming_links(3, *columns(ends)), [2], nearer, 300.0)
    assert next_link[:, 0].tolist() == [0, 2, 2, 2]
    assert cost[:, 0].tolist() == [360.0, 900.0, 900.0, 900.0]


def test_one_waits_for_a_road_that_opens():
    costs = np.array([[np.inf], [np.inf], [50.0]])
    next_link, cost = time_dependent_tree(incoming_links(2, [0], [1]), [1], costs, 100.0)
    assert next_link[:, 0].tolist() == [0, 0, 0]
    assert cost[:, 0].tolist() == [250.0, 150.0, 50.0]


@given(network=networks(), data=st.data(), aversion=st.sampled_from([0.0, 3.0]))
def test_whoever_follows_the_bins_gets_through_before_the_water(network, data, aversion):
    """Whoever departs at any moment for which a way is promised passes every link in time and arrives."""
    n_nodes, ends, targets = network
    n_bins, bin_length = 8, 10.0
    times = np.array([data.draw(st.sampled_from([1.0, 3.0, 7.0, 10.0, 26.0])) for _ in ends])
    closings = np.array([data.draw(st.sampled_from([np.inf, np.inf, 5.0, 33.0, 40.0, 69.0])) for _ in ends])
    left = time_left_by_bin(closings, n_bins, bin_length)
    costs = risk_averse_cost(times, left, aversion=aversion, horizon=30.0)
    next_link, cost = time_dependent_tree(incoming_links(n_nodes, *columns(ends)), targets, costs, bin_length)
    depart = data.draw(st.floats(0.0, 90.0))
    for origin in range(n_nodes):
        node, now = origin, depart
        if np.isinf(cost[min(int(now / bin_length), n_bins - 1), node]):
            continue
        for _ in range(50):
            link = next_link[min(int(now / bin_length), n_bins - 1), node]
            if link < 0:
                break
            now += times[link]
            assert now <= closings[link]
            node = ends[link][1]
        assert link == ARRIVED


def test_the_averse_take_the_longer_way_that_stays_dry():
    """The road along the river takes 200 s and floods at 650 s, the road over the hill takes 300 s.

    In the first bin 550 s are left at least and 350 s once passed: 200 (1 + 250/600) = 283 s; in
    the second 200 (1 + 350/600) = 317 s. From the fifth on it is too late.
    """
    network = incoming_links(2, [0, 0], [1, 1])
    left = time_left_by_bin([650.0, np.inf], 6, 100.0)
    chosen = [
        time_dependent_tree(
            network, [1], risk_averse_cost([200.0, 300.0], left, aversion=aversion, horizon=600.0), 100.0
        )[0][:, 0].tolist()
        for aversion in (0.0, 1.0, 4.0)
    ]
    assert chosen == [[0, 0, 0, 0, 1, 1], [0, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]]
