"""4E, nodes: what is not in tests/engine/test_movement.py (E1, E2, E5) and tests/kernels (E3, E7, E8, E9)."""

import numpy as np
import pytest

from evacsim.engine.movement import Movement, MoverState, NoticeKind
from tests.engine.roads import cars, entries, flow, records, road, tree_to

MERGE = [(0, 2), (1, 2), (2, 3)]


def test_e1_a_merge_with_room_delays_nobody():
    """0.3/s from each side, half a period apart: 50 s on each link, 300, 300 and 600 vehicles."""
    movement = road(MERGE)
    first = flow((0.3, 0, 1000))
    departures = np.concatenate([first, first + 0.5 / 0.3])
    cars(movement, departures, origin=np.repeat([0, 1], 300), target=3)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    assert arrived["time"] - departures[arrived["mover"]] == pytest.approx(np.full(600, 100.0), abs=1e-6)
    assert movement.entries().sum(axis=1).tolist() == [300, 300, 600]


def test_e2_a_merge_that_is_too_narrow_gives_each_side_half():
    """0.5/s from each side into 0.8/s: each gets 0.4/s from 50 s on, and 500, 500, 1000 arrive, the last at 1350 s."""
    movement = road(MERGE)
    departures = flow((0.5, 0, 1000))
    for origin in (0, 1):
        cars(movement, departures, origin=origin, target=3)
    movement.advance(np.inf)
    drained = movement.drain_records()
    merged = drained[(drained["kind"] == NoticeKind.ENTERED) & (drained["place"] == 2)]
    assert merged["time"] == pytest.approx(50.0 + np.arange(1000) / 0.8, abs=1e-6)
    from_first = np.cumsum(merged["mover"] < 500)
    assert from_first == pytest.approx(np.arange(1, 1001) / 2, abs=1)
    assert drained["time"].max() == pytest.approx(100.0 + 999 / 0.8, abs=1e-6)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_links_does_not_say_who_goes_first(order):
    ends = [MERGE[link] for link in order]
    movement = road(ends)
    departures = flow((0.5, 0, 1000))
    cars(movement, departures, origin=0, target=3)
    cars(movement, departures + 0.1, origin=1, target=3)
    movement.advance(np.inf)
    merged = records(movement, NoticeKind.ARRIVED)["mover"] < 500
    assert np.cumsum(merged) == pytest.approx(np.arange(1, 1001) / 2, abs=1)
    assert merged[0]


RING = [(0, 1), (1, 2), (2, 0)]


def over_filled(policy):
    """Three roads of 100 m in a ring, room for two each, full from the start; everybody wants two roads further."""
    ends = [*RING, (0, 3), (1, 4), (2, 5)]
    links = road(ends, length=100.0, storage=[2.0] * 3 + [200.0] * 3).links
    movement = Movement(
        n_nodes=6, links=links, n_trees=6, record_passages=True, gridlock=policy, patience=120.0
    )
    for node in (3, 4, 5):
        movement.set_tree(node, tree_to(movement, [node]))
    cars(movement, np.zeros(18), origin=np.resize([0, 1, 2], 18), target=np.resize([5, 3, 4], 18))
    return movement


def test_e10_a_closed_ring_over_filled_is_told_with_its_time_and_its_links():
    movement = over_filled("wait")
    assert movement.advance(np.inf) is None  # it ends
    (ring,) = movement.gridlocks
    assert ring.ring == (0, 1, 2)
    assert ring.time == pytest.approx(5.0, abs=1e-9)  # 100 m at 20 m/s
    assert (ring.resolved_by, np.isnan(ring.ended)) == ("nothing", True)
    assert movement.find_gridlock() == [[0, 1, 2]]
    assert movement.count(MoverState.MOVING) == 6
    assert movement.count(MoverState.WAITING) == 12


def test_e10_when_one_squeezes_in_the_ring_dissolves_and_that_is_counted():
    movement = over_filled("squeeze")
    movement.advance(np.inf)
    assert movement.gridlocks[0].resolved_by == "squeeze"
    assert movement.gridlocks[0].ended == pytest.approx(125.0, abs=1e-9)
    drained = movement.drain_records()
    assert np.sum(drained["kind"] == NoticeKind.SQUEEZED) == movement.n_squeezed > 0
    assert movement.count(MoverState.ARRIVED) == 18


def test_e10_when_one_turns_back_that_is_counted():
    movement = over_filled("turn_back")
    movement.advance(5000.0)
    assert movement.gridlocks[0].resolved_by == "turn_back"
    assert np.sum(movement.drain_records()["kind"] == NoticeKind.TURNED_BACK) == movement.n_turned_back > 0
    assert sum(movement.count(state) for state in MoverState) == 18


def test_a_diverge_that_is_blocked_one_way_holds_up_the_other():
    """First in, first out: behind one who waits for a full road nobody passes, whatever he wants."""
    movement = road([(0, 1), (1, 2), (1, 3)], capacity=[0.8, 0.05, 0.8])
    cars(movement, flow((0.8, 0, 100)), target=np.resize([2, 3], 80))
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert entries(drained, 1) == pytest.approx(50.0 + 20.0 * np.arange(40), abs=1e-6)
    # Each of the others passes a headway of the road before after the one it stood behind.
    assert entries(drained, 2) == pytest.approx(51.25 + 20.0 * np.arange(40), abs=1e-6)
