"""4D, one road, where theory gives totals to the second; the states on the way are in tests/engine/test_movement.py."""

import numpy as np
import pytest

from evacsim.engine.movement import Movement, MoverColumns, NoticeKind
from tests.engine.roads import CAR, CORRIDOR, cars, entries, flow, road, travel_times

BEFORE, BOTTLENECK = 0.8, 2 / 3
DEMAND = flow((0.8, 0, 500), (0.4, 500, 1500))
"""800 vehicles. Of the first 400 each waits 0.25 s longer than the one before, of those after each 1 s less."""
DELAY = np.maximum(np.minimum(0.25 * np.arange(800), 500.0 - np.arange(800)), 0.0)


def test_the_delays_of_the_demand_add_up_to_the_published_total():
    assert DELAY.sum() == 25_000.0
    assert DELAY.mean() == 31.25


@pytest.mark.parametrize(("free_speed", "total"), [(10.0, 145_000.0), (20.0, 105_000.0)])
def test_d4_d5_totals_are_exact(free_speed, total):
    movement = road(CORRIDOR, free_speed=[20.0, free_speed], capacity=[BEFORE, BOTTLENECK])
    cars(movement, DEMAND, target=2)
    taken = travel_times(movement, DEMAND)
    assert taken == pytest.approx(50.0 + 1000.0 / free_speed + DELAY, abs=1e-6)
    assert taken.sum() == pytest.approx(total, abs=1e-3)


def test_d5_a_bottleneck_at_the_node_delays_as_one_on_the_road():
    movement = with_node_capacity(BOTTLENECK)
    cars(movement, DEMAND, target=2)
    assert travel_times(movement, DEMAND).sum() == pytest.approx(105_000.0, abs=1e-3)


def with_node_capacity(capacity):
    usual = road(CORRIDOR).links
    movement = Movement(n_nodes=3, links=usual, n_trees=3, node_capacity=np.array([np.inf, capacity, np.inf]))
    movement.set_tree(2, np.array([0, 1, -2], dtype=np.int32))
    return movement


def test_d5_with_half_the_room_the_queue_reaches_the_origin_and_nobody_loses_more():
    """Jam density 0.1/m, so that w = 0.8 / (0.1 - 0.04) = 13.3 m/s and the queue has 0.05/m."""
    movement = road(CORRIDOR, capacity=[BEFORE, BOTTLENECK], storage=100.0, wave_speed=0.8 / 0.06)
    cars(movement, DEMAND, target=2)
    movement.advance(np.inf)
    drained = movement.drain_records()
    arrived = drained[drained["kind"] == NoticeKind.ARRIVED]
    assert arrived["time"].sum() - DEMAND.sum() == pytest.approx(105_000.0, abs=1e-3)
    assert entries(drained, 0)[399] > DEMAND[399] + 10.0


def test_d4_d5_the_queue_is_as_long_and_lasts_as_long_as_in_theory():
    movement = road(CORRIDOR, capacity=[BEFORE, BOTTLENECK])
    cars(movement, DEMAND, target=2)
    movement.advance(np.inf)
    left = entries(movement.drain_records(), 1)
    at_bottleneck = DEMAND + 50.0
    queue = np.searchsorted(at_bottleneck, left, side="right") - np.arange(800) - 1
    assert queue.max() == pytest.approx(500 * (BEFORE - BOTTLENECK), abs=1)  # 66.67
    assert left[queue.argmax()] == pytest.approx(
        550.0, abs=1 / (BEFORE - BOTTLENECK)
    )  # one vehicle more or less
    assert at_bottleneck[left > at_bottleneck + 1e-6].max() == pytest.approx(50.0 + 750.0, abs=1 / 0.4 + 1e-6)


def test_d7_the_curves_are_exact_at_every_moment():
    """U as given; D in time: the queue begins at 1000 s of U and grows by 0.1/s, then falls by 0.3/s."""
    movement = road(CORRIDOR, capacity=[BEFORE, 0.5])
    departures = flow((0.2, 0, 500), (0.5, 500, 1000), (0.6, 1000, 1500), (0.2, 1500, 2000))
    cars(movement, departures, target=2)
    movement.advance(np.inf)
    drained = movement.drain_records()
    times = np.array([300.0, 700.0, 1000.0, 1250.0, 1500.0, 1700.0, 1900.0, 2000.0])
    up, down = (np.searchsorted(entries(drained, link), times) for link in (0, 1))
    assert up == pytest.approx([60, 200, 350, 500, 650, 690, 730, 750], abs=1)
    assert down == pytest.approx([50, 175, 325, 450, 575, 675, 720, 740], abs=1)


@pytest.mark.parametrize(("lanes", "most"), [(1, 0.8), (2, 1.6), (3, 2.4)])
def test_d2_d9_what_goes_in_is_the_capacity_to_a_headway(lanes, most):
    movement = road([(0, 1)], capacity=most, storage=200.0 * lanes)
    movement.add(MoverColumns(mode=CAR), origin_node=0, tree=1, depart_time=np.zeros(2000))
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert entries(drained, 0) == pytest.approx(np.arange(2000) / most, abs=1e-6)
    arrived = drained["time"][drained["kind"] == NoticeKind.ARRIVED]
    assert arrived == pytest.approx(50.0 + np.arange(2000) / most, abs=1e-6)
