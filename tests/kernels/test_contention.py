"""Who goes first where several want to go on: merges, junctions, signals, and capacity under way.

The flows are those of theory, to one vehicle in 100 s.
"""

import os

import numpy as np
import pytest

from evacsim.engine.movement import Movement, MoverColumns, NoticeKind
from tests.engine.roads import BUS, CORRIDOR, cars, entries, flow, records, road, tree_to

MERGE = [(0, 2), (1, 2), (2, 3)]
CROSSING = [(0, 2), (1, 2), (2, 3), (2, 4)]
WITHIN_ONE_IN_100_S = 0.01

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="thousands of vehicles take minutes without a compiler"
)


def roads(ends, *, node_capacity=None, **columns):
    """Return movement as `road` does, with limited capacity (pcu/s) at some nodes."""
    plain = road(ends, **columns)
    capacity = np.full(plain.n_nodes, np.inf)
    for node, limit in (node_capacity or {}).items():
        capacity[node] = limit
    movement = Movement(
        n_nodes=plain.n_nodes,
        links=plain.links,
        n_trees=plain.n_nodes,
        bin_length=100.0,
        record_passages=True,
        node_capacity=capacity,
    )
    for node in range(plain.n_nodes):
        movement.set_tree(node, tree_to(movement, [node]))
    return movement


def shares(movement, link, groups, *, since=500.0, until=1500.0):
    """Return the flow [1/s] of each group of movers into a link."""
    movement.advance(until)
    entered = records(movement, NoticeKind.ENTERED)
    counted = entered[(entered["place"] == link) & (entered["time"] >= since)]
    return [np.isin(counted["mover"], group).sum() / (until - since) for group in groups]


def travel(movement, groups, departures):
    """Return the mean time from departure to arrival of each group of cars [s], and how many arrived."""
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    taken = arrived["time"] - departures[arrived["mover"]]
    of_group = [taken[np.isin(arrived["mover"], group)] for group in groups]
    return [part.mean() for part in of_group], [len(part) for part in of_group]


# Merges


def test_e3_a_merge_shares_its_flow_by_priority():
    movement = roads(MERGE, priority=[1.0, 2.0, 1.0])
    groups = [cars(movement, flow((0.6, 0, 1500)), origin=origin, target=3) for origin in (0, 1)]
    first, second = shares(movement, 2, groups)
    assert [first, second] == pytest.approx([0.8 / 3, 1.6 / 3], abs=WITHIN_ONE_IN_100_S)
    assert first + second == pytest.approx(0.8, abs=0.002)


@pytest.mark.parametrize(
    ("demand", "priority", "expected"),
    [
        ((0.1, 0.9), (1.0, 1.0), (0.1, 0.7)),
        ((0.9, 0.2), (1.0, 2.0), (0.6, 0.2)),
        ((0.3, 0.4), (1.0, 5.0), (0.3, 0.4)),
    ],
)
def test_e3_what_one_side_does_not_use_passes_to_the_other(demand, priority, expected):
    movement = roads(MERGE, priority=[*priority, 1.0])
    groups = [
        cars(movement, flow((rate, 0, 1500)), origin=origin, target=3) for origin, rate in enumerate(demand)
    ]
    assert shares(movement, 2, groups) == pytest.approx(expected, abs=WITHIN_ONE_IN_100_S)


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        ((0.8, 0.4, 0.8), (1.6 / 3, 0.8 / 3)),
        ((0.6, 0.3, 0.6), (0.4, 0.2)),
        ((0.8, 0.5, 0.8), (0.8 / 1.3 * 0.8, 0.5 / 1.3 * 0.8)),
    ],
)
def test_without_priorities_the_capacities_say_who_goes_first(capacity, expected):
    movement = roads(MERGE, capacity=capacity)
    groups = [cars(movement, flow((0.8, 0, 1500)), origin=origin, target=3) for origin in (0, 1)]
    assert shares(movement, 2, groups) == pytest.approx(expected, abs=WITHIN_ONE_IN_100_S)


def test_three_roads_share_by_one_two_three():
    movement = roads([(0, 3), (1, 3), (2, 3), (3, 4)], priority=[1.0, 2.0, 3.0, 1.0])
    groups = [cars(movement, flow((0.6, 0, 1500)), origin=origin, target=4) for origin in range(3)]
    expected = [0.8 / 6, 1.6 / 6, 2.4 / 6]
    assert shares(movement, 3, groups) == pytest.approx(expected, abs=WITHIN_ONE_IN_100_S)


@pytest.mark.parametrize(("priority", "expected"), [((1.0, 1.0), (0.4, 0.4)), ((1.0, 3.0), (0.2, 0.6))])
def test_those_who_depart_have_the_share_of_the_road_they_depart_onto(priority, expected):
    movement = roads(CORRIDOR, priority=priority)
    groups = [cars(movement, flow((0.8, 0, 1500)), origin=origin, target=2) for origin in (0, 1)]
    assert shares(movement, 1, groups) == pytest.approx(expected, abs=WITHIN_ONE_IN_100_S)


def test_a_bus_is_not_starved_by_cars_that_need_less_room():
    """The road behind the merge is full, and gaps of one car open: a bus waits for three of them."""
    movement = roads(MERGE, storage=[200.0, 200.0, 10.0], capacity=[0.8, 0.8, 0.2])
    small = cars(movement, flow((0.6, 0, 3000)), origin=0, target=3)
    large = movement.add(
        MoverColumns(mode=BUS, size=2.5), origin_node=1, tree=3, depart_time=flow((0.2, 0, 3000))
    )
    of_cars, of_buses = shares(movement, 2, [small, large], since=1000.0, until=3000.0)
    assert of_cars + 2.5 * of_buses > 0.025  # pcu/s: 10 pcu in 200 s of wave and 50 of travel
    assert 2.5 * of_buses == pytest.approx(of_cars, rel=0.1)


# Junctions of limited capacity


def test_e7_approaches_of_a_crossing_share_its_capacity():
    """0.6/s from each side for 1000 s into 0.8/s: the delay grows to 500 s, 250 s in the mean."""
    movement = roads(CROSSING, node_capacity={2: 0.8})
    departures = flow((0.6, 0, 1000))
    groups = [
        cars(movement, departures, origin=origin, target=np.resize([3, 4], len(departures)))
        for origin in (0, 1)
    ]
    means, counts = travel(movement, groups, np.tile(departures, 2))
    assert counts == [600, 600]
    assert np.subtract(means, 100.0) == pytest.approx([250.0, 250.0], abs=1.25)
    assert movement.entries().sum(axis=1).tolist() == [600] * 4


def test_e9_two_lanes_have_twice_the_share_of_one_at_a_junction():
    movement = roads(MERGE, node_capacity={2: 1.6}, capacity=[1.6, 0.8, 2.4], storage=[400.0, 200.0, 600.0])
    groups = [
        cars(movement, flow((rate, 0, 1500)), origin=origin, target=3)
        for origin, rate in enumerate([1.2, 0.6])
    ]
    assert shares(movement, 2, groups) == pytest.approx([3.2 / 3, 1.6 / 3], abs=WITHIN_ONE_IN_100_S)


def test_a_full_way_out_of_a_junction_holds_up_those_who_want_it_only():
    movement = roads([(0, 2), (1, 2), (2, 3), (2, 4)], node_capacity={2: 0.8}, capacity=[0.8, 0.8, 0.05, 0.8])
    groups = [
        cars(movement, flow((0.4, 0, 1500)), origin=origin, target=target)
        for origin, target in ((0, 3), (1, 4))
    ]
    assert shares(movement, 2, groups) == pytest.approx([0.05, 0.0], abs=WITHIN_ONE_IN_100_S)
    assert movement.entries()[3, 5:15].sum() / 1000 == pytest.approx(0.4, abs=WITHIN_ONE_IN_100_S)


# Signals


def through_signal(ready, *, start, cycle=120.0, green=60.0, headway=1.25):
    """Return when each passes a signal that was ready then: one after the other, while it is green."""
    passes, free = [], -np.inf
    for since in ready:
        time = max(since, free)
        phase = (time - start) % cycle
        if phase >= green:
            time += cycle - phase
        passes.append(time)
        free = time + headway
    return np.array(passes)


def test_d10_a_signal_lets_half_the_flow_through():
    """0.2/s until 2000 s and 0.4/s more from 300 to 800 s: 600 trips (UXsim: 570 done, 188 s in the mean)."""
    movement = roads(CORRIDOR)
    movement.set_signals([0], cycle=120.0, start=0.0, green=60.0)
    departures = np.sort(np.concatenate([flow((0.2, 0, 2000)), flow((0.4, 300, 800))]))
    cars(movement, departures, target=2)
    movement.advance(np.inf)
    drained = movement.drain_records()
    expected = through_signal(entries(drained, 0) + 50.0, start=0.0)
    assert entries(drained, 1) == pytest.approx(expected, abs=1e-6)
    arrived = drained[drained["kind"] == NoticeKind.ARRIVED]
    assert len(arrived) == 600
    done = arrived[arrived["time"] <= 2000.0]
    assert len(done) == pytest.approx(570, abs=12)
    # UXsim moves platoons of five in steps of five headways.
    assert (done["time"] - departures[done["mover"]]).mean() == pytest.approx(188.0, rel=0.06)


@pytest.mark.parametrize(("rate", "published", "within"), [(0.15, 80.0, 10.0), (0.3, 250.0, 17.0)])
def test_e8_signals_of_a_crossing_under_and_over_saturated(rate, published, within):
    """Each side has green half of the time: 0.4/s; published is the time on its road (UXsim: 70-90 s and 250 s)."""
    movement = roads(CROSSING)
    movement.set_signals([0, 1], cycle=120.0, start=[0.0, 60.0], green=60.0)
    departures = flow((2 * rate, 0, 1000))
    targets = np.resize([3, 4], len(departures))
    groups = [cars(movement, departures, origin=origin, target=targets) for origin in (0, 1)]
    movement.advance(np.inf)
    entered = records(movement, NoticeKind.ENTERED)
    for group, start in zip(groups, (0.0, 60.0), strict=True):
        own = entered[np.isin(entered["mover"], group)]
        approached = np.sort(own["time"][own["place"] < 2])
        crossed = np.sort(own["time"][own["place"] >= 2])
        assert crossed == pytest.approx(through_signal(approached + 50.0, start=start), abs=1e-6)
        assert len(crossed) == 2000 * rate
        assert (crossed - approached).mean() == pytest.approx(published, abs=within)


def test_a_front_that_waits_for_room_when_its_signal_turns_red_waits_for_green():
    """The road behind is full until 215 s, in red; the front enters as its signal turns green."""
    movement = roads(CORRIDOR, storage=[200.0, 1.0], length=[100.0, 100.0], wave_speed=1.0)
    movement.set_signals([0], cycle=200.0, start=0.0, green=50.0)
    cars(movement, [0.0, 0.0], target=2)
    movement.advance(np.inf)
    assert entries(movement.drain_records(), 1) == pytest.approx([5.0, 200.0])


# Capacity under way


@pytest.mark.parametrize("drop", [0.1, 0.3])
def test_a_queue_discharges_with_what_the_drop_leaves_of_the_capacity(drop):
    movement = roads(CORRIDOR, capacity=[0.8, 0.5], capacity_drop=[0.0, drop])
    cars(movement, flow((0.8, 0, 1000), (0.3, 2500, 3000)), target=2)
    movement.advance(np.inf)
    entered = entries(movement.drain_records(), 1)
    discharged = entered[(entered > 200) & (entered < 1400)]
    assert np.diff(discharged) == pytest.approx(np.full(len(discharged) - 1, 2 / (1 - drop)), abs=1e-6)
    later = entered[entered > 2600]
    assert np.diff(later) == pytest.approx(np.full(len(later) - 1, 1 / 0.3), abs=1e-6)


def test_j6_a_road_that_gets_the_lane_of_the_other_direction_carries_twice_as_much():
    """1800 vehicles at 0.5/s; the reversal ordered at 1200 s takes 600 s to clear, then 1.0/s: the last enters at
    2700 s."""
    movement = roads(CORRIDOR, capacity=0.5)
    cars(movement, np.zeros(1800), target=2)
    movement.advance(1800.0)
    movement.change_links([0, 1], capacity=1.0, storage=400.0, now=1800.0)
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert entries(drained, 0).max() == pytest.approx(2700.0, abs=1.0)
    arrived = drained["time"][drained["kind"] == NoticeKind.ARRIVED]
    assert arrived.max() == pytest.approx(2700.0 + 100.0, abs=1.0)
    assert len(arrived) == 1800


def test_a_busy_headway_that_is_under_way_when_the_capacity_changes_passes_at_the_new_rate():
    movement = roads(CORRIDOR, capacity=0.1)
    cars(movement, np.zeros(3), target=2)
    movement.advance(4.0)
    movement.change_links([0], capacity=0.2, now=4.0)
    movement.advance(np.inf)
    assert entries(movement.drain_records(), 0) == pytest.approx([0.0, 4.0 + 6.0 / 2, 7.0 + 5.0])


def test_gaps_that_are_under_way_when_the_wave_speed_changes_cover_the_rest_at_the_new_one():
    movement = roads(CORRIDOR, length=100.0, free_speed=10.0, storage=[1.0, 200.0])
    cars(movement, np.zeros(2), target=2)
    movement.advance(15.0)  # the gap set out at 10 s, and has 75 m to go at 5 m/s
    movement.change_links([0], wave_speed=2.5, now=15.0)
    movement.advance(np.inf)
    assert entries(movement.drain_records(), 0) == pytest.approx([0.0, 15.0 + 75.0 / 2.5])


def test_nobody_enters_a_link_that_got_smaller_until_there_is_room():
    movement = roads(CORRIDOR, length=100.0, free_speed=10.0, capacity=[0.8, 0.05])
    cars(movement, np.zeros(8), target=2)
    movement.advance(5.0)  # five are on the first link
    movement.change_links([0], storage=2.0, now=5.0)
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert np.sum(entries(drained, 0) <= 5.0) == 5
    # The fourth leaves at 70 s and makes room for the sixth when its gap has come, 20 s later.
    assert entries(drained, 0)[5:] == pytest.approx([90.0, 110.0, 130.0])
    assert len(entries(drained, 1)) == 8
    assert drained["mover"][drained["kind"] == NoticeKind.ARRIVED].tolist() == list(range(8))
