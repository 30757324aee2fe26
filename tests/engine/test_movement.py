"""Movement against kinematic-wave theory.

The numbers are exact values for a triangular diagram; where a fluid value is compared, one
vehicle more or less is allowed.
"""

import numpy as np
import pytest

from evacsim.engine.movement import MoverColumns, MoverState, NoticeKind
from tests.engine.roads import BUS, CAR, CORRIDOR, WALKER, cars, entries, flow, records, road, travel_times

# Kinematic waves on one road


def test_d1_free_traffic_is_never_delayed():
    movement = road([(0, 1)])
    departures = flow((0.5, 0, 500))
    cars(movement, departures, target=1)
    movement.advance(250.0)
    assert movement.on_links().tolist() == [25]  # 0.5 vehicles/s at 20 m/s
    assert travel_times(movement, departures) == pytest.approx(np.full(250, 50.0), abs=1e-9)


def test_d2_a_saturated_link_carries_its_capacity():
    movement = road([(0, 1)])
    cars(movement, flow((2.0, 0, 2000)), target=1)
    movement.advance(2000.0)
    assert movement.on_links().tolist() == [40]  # 0.04 vehicles/m
    entered = entries(movement.drain_records(), 0)
    assert entered == pytest.approx(np.arange(1601) / 0.8, abs=1e-9)
    assert movement.count(MoverState.WAITING) == 4000 - 1601


def test_d3_speed_and_density_change_from_link_to_link():
    movement = road(CORRIDOR, free_speed=[20.0, 10.0], capacity=[0.8, 2 / 3])
    departures = flow((0.5, 0, 500))
    cars(movement, departures, target=2)
    movement.advance(400.0)
    assert movement.on_links().tolist() == [25, 50]
    assert travel_times(movement, departures) == pytest.approx(np.full(250, 150.0), abs=1e-9)


@pytest.mark.parametrize(("free_speed", "mean"), [(10.0, 181.25), (20.0, 131.25)])
def test_d4_d5_delay_at_a_bottleneck_is_that_of_queueing_theory(free_speed, mean):
    movement = road(CORRIDOR, free_speed=[20.0, free_speed], capacity=[0.8, 2 / 3])
    departures = flow((0.8, 0, 500), (0.4, 500, 1500))
    cars(movement, departures, target=2)
    # Behind the bottleneck q = 2/3 and k = 0.0667, growing upstream at (0.8 - 2/3) / (0.0667 - 0.04) = 5 m/s.
    movement.advance(150.0)
    assert movement.on_links()[0] == pytest.approx(0.04 * 500 + 0.2 / 3 * 500, abs=1)
    movement.advance(500.0)
    assert movement.on_links()[0] == pytest.approx(0.2 / 3 * 1000, abs=1)
    taken = travel_times(movement, departures)
    assert taken.mean() == pytest.approx(mean, abs=1.0)
    free_flow = 50 + 1000 / free_speed
    at_bottleneck = departures + 50
    delayed = taken > free_flow + 1.5
    assert at_bottleneck[delayed].max() == pytest.approx(50 + 750, abs=5)
    assert len(taken) == 800


def test_d7_cumulative_curves():
    movement = road(CORRIDOR, capacity=[0.8, 0.5])
    departures = flow((0.2, 0, 500), (0.5, 500, 1000), (0.6, 1000, 1500), (0.2, 1500, 2000))
    cars(movement, departures, target=2)
    movement.advance(np.inf)
    drained = movement.drain_records()
    upstream, downstream = entries(drained, 0), entries(drained, 1)
    curve = [np.searchsorted(upstream, 700), np.searchsorted(downstream, 700)]
    curve += [np.searchsorted(upstream, 1500), np.searchsorted(downstream, 1500)]
    assert curve == pytest.approx([200, 175, 650, 575], abs=1)
    assert np.all(downstream - upstream >= 50 - 1e-9)  # U(t) = D(t + TT(t)): the n-th in is the n-th out


def test_d8_a_lane_drop_sends_a_shock_upstream_at_five_metres_a_second():
    movement = road(CORRIDOR, length=3000.0, capacity=[1.6, 0.8], storage=[1200.0, 600.0])
    cars(movement, np.zeros(2400), target=2)
    movement.advance(1000.0)
    assert movement.on_links()[0] == 0.24 * 3000
    entered = entries(movement.drain_records(), 0)
    # 150 s to the drop, 600 s back: the first 1200 enter at 1.6 vehicles/s, all others at 0.8.
    assert np.diff(entered)[:1200] == pytest.approx(1 / 1.6, abs=1e-9)
    assert entered[1200] == pytest.approx(750.0, abs=1e-9)
    assert np.diff(entered)[1200:] == pytest.approx(1 / 0.8, abs=1e-9)


def test_d9_two_lanes_carry_twice_as_much():
    movement = road([(0, 1)], capacity=1.6, storage=400.0)
    cars(movement, np.zeros(3000), target=1)
    movement.advance(1000.0)
    assert movement.on_links().tolist() == [80]
    assert movement.entries().sum() == 1601


def test_a_bottleneck_spills_back_through_a_corridor_to_the_origin():
    """Ten 2-lane links, one with 1 lane, five with 2: queue at the origin after 2500 s."""
    speed, n = 50 / 3.6, 16
    lanes = np.array([2] * 10 + [1] + [2] * 5)
    jam, capacity = 0.2 * lanes, 0.5 * lanes
    movement = road(
        [(node, node + 1) for node in range(n)],
        length=500.0,
        free_speed=speed,
        capacity=capacity,
        storage=500 * jam,
        wave_speed=capacity / (jam - capacity / speed),
    )
    departures = np.round(np.arange(3600) / 0.9, 2)
    cars(movement, departures, target=n)
    movement.advance(np.inf)
    drained = movement.drain_records()
    arrived = drained[drained["kind"] == NoticeKind.ARRIVED]
    assert arrived["time"].max() == pytest.approx(n * 500 / speed + 3599 / 0.5, abs=1e-6)
    assert (arrived["time"] - departures).mean() == pytest.approx(2175.5556, abs=1e-3)
    departed = drained[drained["kind"] == NoticeKind.DEPARTED]
    kept_out = departed["time"] - departures[departed["mover"]] > 1.12  # more than a gap between departures
    assert 2500 <= departures[departed["mover"][kept_out]].min() <= 2504


# Nodes


@pytest.mark.parametrize("rate", [0.3, 0.5])
def test_e1_e2_two_equal_roads_share_a_merge(rate):
    movement = road([(0, 2), (1, 2), (2, 3)])
    departures = flow((rate, 0, 1000))
    cars(movement, departures, origin=0, target=3)
    cars(movement, departures, origin=1, target=3)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    taken = arrived["time"] - departures[arrived["mover"] % len(departures)]
    first, second = taken[arrived["mover"] < len(departures)], taken[arrived["mover"] >= len(departures)]
    assert len(first) == len(second) == len(departures)
    assert first.mean() == pytest.approx(second.mean(), abs=1.25)  # one headway for who is first at a tie
    assert arrived["time"].max() == pytest.approx(
        max(1000 - 1 / rate + 100, 100 + 2 * len(departures) / 0.8), abs=2.5
    )


def test_e5_a_diverge_is_first_in_first_out():
    """Two thirds turn into a road of 0.4 vehicles/s: no more than 0.6 get there, though the other is free."""
    movement = road([(0, 1), (1, 2), (1, 3)], capacity=[0.8, 0.4, 0.4])
    cars(movement, np.arange(2400) / 0.8, target=np.resize([2, 2, 3], 2400))
    movement.advance(2500.0)
    assert movement.on_links()[0] == pytest.approx((0.2 * 5 - 0.6) / 5 * 1000, abs=1)
    drained = movement.drain_records()
    rates = [np.sum(entries(drained, link) > 2000) / 500 for link in range(3)]
    assert rates == pytest.approx([0.6, 0.4, 0.2], abs=0.01)


def test_who_becomes_ready_first_enters_first_and_ties_go_to_the_smaller_link():
    movement = road([(0, 3), (1, 3), (2, 3), (3, 4)], capacity=[0.8, 0.8, 0.8, 0.1])
    cars(movement, [0.0, 0.0, 0.0], origin=[2, 1, 0], target=4, key=[1, 2, 3])
    cars(movement, [0.5], origin=0, target=4)
    movement.advance(np.inf)
    drained = movement.drain_records()
    order = drained["mover"][(drained["kind"] == NoticeKind.ENTERED) & (drained["place"] == 3)]
    assert order.tolist() == [2, 1, 0, 3]


def test_a_bus_takes_the_room_and_the_headways_of_its_size():
    movement = road(CORRIDOR, storage=[200.0, 4.0], capacity=[0.8, 0.8])
    movement.add(
        MoverColumns(mode=[BUS, CAR, CAR, CAR], size=[2.0, 1.0, 1.0, 1.0]),
        origin_node=0,
        tree=2,
        depart_time=0.0,
    )
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert entries(drained, 0).tolist() == [0.0, 2.5, 3.75, 5.0]
    # The bus and two cars fill link 1; the gap of the bus comes back 200 s after it has left.
    assert entries(drained, 1).tolist() == [50.0, 52.5, 53.75, 50.0 + 50.0 + 200.0]


def test_a_mover_larger_than_a_link_may_enter_it_alone():
    movement = road(CORRIDOR, storage=[200.0, 1.0])
    movement.add(MoverColumns(mode=BUS, size=2.5), origin_node=0, tree=2, depart_time=[0.0, 0.0])
    movement.advance(np.inf)
    assert entries(movement.drain_records(), 1).tolist() == [50.0, 50.0 + 50.0 + 200.0]


def test_e10_a_ring_in_gridlock_is_found():
    movement = road([(0, 1), (1, 2), (2, 0), (0, 3)], length=10.0, storage=2.0)
    cars(movement, np.zeros(20), origin=np.resize([0, 1, 2], 20), target=np.resize([2, 0, 1], 20))
    movement.advance(1000.0)
    assert movement.find_gridlock() == [[0, 1, 2]]
    assert movement.on_links().tolist() == [2, 2, 2, 0]
    movement.change_links([1], {CAR: 0.0}, now=1000.0)
    movement.advance(1000.0)
    assert movement.find_gridlock() == []


def test_waiting_in_a_queue_that_moves_is_no_gridlock():
    movement = road(CORRIDOR, capacity=[0.8, 0.1], storage=[200.0, 2.0])
    cars(movement, np.zeros(50), target=2)
    movement.advance(300.0)
    assert movement.count(MoverState.WAITING) + movement.on_links().sum() > 40
    assert movement.find_gridlock() == []


# Walkers


def test_walkers_walk_at_their_own_speed_and_pass_each_other():
    movement = road(
        [(0, 1)], length=40.0, free_speed=np.inf, capacity=np.inf, storage=np.inf, overtaking=True
    )
    movement.add(
        MoverColumns(mode=WALKER, speed=[0.5, 1.33, 1.0]), origin_node=0, tree=1, depart_time=[0.0, 1.0, 2.0]
    )
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    assert arrived["mover"].tolist() == [1, 2, 0]
    assert arrived["time"] == pytest.approx([1.0 + 40 / 1.33, 2.0 + 40.0, 80.0], abs=1e-9)


def test_a_door_lets_people_through_one_after_the_other():
    movement = road([(0, 1)], length=5.0, free_speed=np.inf, capacity=1.33, storage=np.inf, overtaking=True)
    movement.add(
        MoverColumns(mode=WALKER, speed=np.linspace(0.6, 1.6, 100)), origin_node=0, tree=1, depart_time=0.0
    )
    movement.advance(np.inf)
    arrived = np.sort(records(movement, NoticeKind.ARRIVED)["time"])
    assert np.diff(arrived).min() >= 1 / 1.33 - 1e-9
    assert arrived[-1] >= 75.0


def test_at_the_end_of_a_footway_the_first_to_come_is_the_first_to_leave():
    movement = road(
        CORRIDOR,
        length=[10.0, 100.0],
        free_speed=np.inf,
        capacity=[1.0, 0.1],
        storage=np.inf,
        overtaking=True,
    )
    movement.add(
        MoverColumns(mode=WALKER, speed=[1.0, 2.0, 1.5]), origin_node=0, tree=2, depart_time=[0.0, 1.0, 2.0]
    )
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert drained["mover"][(drained["kind"] == NoticeKind.ENTERED) & (drained["place"] == 1)].tolist() == [
        1,
        2,
        0,
    ]
    assert entries(drained, 1) == pytest.approx([6.0, 16.0, 26.0])
