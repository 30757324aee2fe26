"""4G, crowds on footways; G1 is in tests/engine/test_movement.py, the laws of G4 in tests/network/test_walking.py."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from evacsim.engine.movement import MoverColumns, NoticeKind
from evacsim.kernels.arrays import Crowding
from evacsim.kernels.movement import (
    COUNTERFLOW_DENSEST,
    COUNTERFLOW_GREATEST,
    LINEAR_DENSEST,
    LINEAR_GREATEST,
    WEIDMANN_DENSEST,
    WEIDMANN_GREATEST,
)
from evacsim.network.walking import counterflow_speed, linear_speed, weidmann_speed
from tests.engine.roads import CORRIDOR, WALKER, entries, records, road, tree_to

DOOR = 1.33
"""Persons that pass a metre of door in a second."""
OPEN = {"free_speed": np.inf, "wave_speed": np.inf, "overtaking": True}
NO_LIMIT = OPEN | {"capacity": np.inf, "storage": np.inf}


def walkers(movement, n, *, speed=1.34, origin=0, target, depart=0.0):
    return movement.add(
        MoverColumns(mode=WALKER, speed=speed),
        origin_node=origin,
        tree=target,
        depart_time=np.full(n, depart),
    )


# Exits


def test_g1_a_door_of_one_metre_takes_75_s_for_a_hundred_people():
    movement = road([(0, 1)], length=4.0, capacity=DOOR, storage=np.inf, **OPEN)
    walkers(movement, 100, target=1)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)["time"]
    assert arrived[-1] - arrived[0] == pytest.approx(99 / 1.33, abs=1e-6)
    assert arrived[-1] >= 75.0


def time_to_clear_hall(open_doors):
    """A thousand people in a hall of 30 m x 20 m, a quarter of them 10 m from each of four doors of 1 m.

    Who finds his door shut walks on to the next one that is open, 15 m off.
    """
    quarters = [(quarter, 4 + quarter) for quarter in range(4)]
    between = [(0, 1), (2, 3)]
    movement = road(
        [*quarters, *between, *((b, a) for a, b in between)],
        length=[10.0] * 4 + [15.0] * 4,
        capacity=[DOOR] * 4 + [np.inf] * 4,
        storage=np.inf,
        **OPEN,
    )
    shut = [door for door in range(4) if door not in open_doors]
    tree = tree_to(movement, [4 + door for door in open_doors], closed=shut)
    movement.set_tree(0, tree)
    for quarter in range(4):
        walkers(movement, 250, origin=quarter, target=0)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)["time"]
    assert len(arrived) == 1000
    return arrived.max()


def test_g2_with_half_the_exits_it_takes_twice_as_long():
    four, two = time_to_clear_hall([0, 1, 2, 3]), time_to_clear_hall([0, 2])
    assert four == pytest.approx(10.0 / 1.34 + 249 / DOOR, abs=1 / DOOR)
    assert two == pytest.approx(10.0 / 1.34 + 499 / DOOR, abs=1 / DOOR)
    assert 1.5 <= two / four <= 2.5


# Counterflow


def footway_both_ways(length, crowd):
    """A footway of 2 m width, walked in both directions."""
    return road(
        [(0, 1), (1, 0)],
        length=length,
        capacity=2 * DOOR,
        storage=5.4 * 2.0 * length,
        width=2.0,
        twin=np.array([1, 0]),
        crowd=int(crowd),
        **OPEN,
    )


def times_against(n, *, crowd=Crowding.NONE):
    """A hundred people go through 10 m of 2 m width, n come the other way: when the last of each is out."""
    movement = footway_both_ways(10.0, crowd)
    walkers(movement, 100, origin=0, target=1)
    walkers(movement, n, origin=1, target=0)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    assert len(arrived) == 100 + n
    return arrived["time"][arrived["mover"] < 100].max(), arrived["time"].max()


@pytest.mark.parametrize("crowd", list(Crowding))
def test_g3_the_more_come_the_other_way_the_longer_it_takes(crowd):
    times = [times_against(n, crowd=crowd)[0] for n in (0, 10, 50, 100)]
    assert (np.diff(times) > 0).all(), times


@pytest.mark.parametrize("n", [0, 10, 50, 100])
def test_g3_both_directions_together_have_the_flow_of_the_width(n):
    last = times_against(n)[1]
    assert last == pytest.approx(10.0 / 1.34 + (99 + n) / (2 * DOOR), abs=1e-6)


@pytest.mark.parametrize("crowd", list(Crowding))
def test_g3_two_equal_crowds_take_turns_whoever_comes_first(crowd):
    movement = footway_both_ways(50.0, crowd)
    walkers(movement, 400, origin=0, target=1)
    walkers(movement, 400, origin=1, target=0)
    movement.advance(np.inf)
    drained = movement.drain_records()
    entered = drained["place"][drained["kind"] == NoticeKind.ENTERED]
    assert len(entered) == 800
    assert np.abs(np.cumsum(np.where(entered == 0, 1, -1))).max() <= 2


# Speed and density


def speed_at(density, *, crowd, other_way=False, speed=1.34):
    """Return the speed of one who enters 100 m x 10 m where so many stand as make up a density, and can be passed."""
    movement = road(
        [(0, 1), (1, 0), (1, 2), (0, 3)],
        length=100.0,
        width=10.0,
        twin=np.array([1, 0, -1, -1]),
        crowd=int(crowd),
        **NO_LIMIT,
    )
    movement.change_links([2, 3], {WALKER: 0.0}, now=0.0)
    n = round(density * 1000)
    if other_way:
        walkers(movement, n - 1, origin=1, target=3)
    else:
        walkers(movement, n - 1, origin=0, target=2)
    all_stand = 3600.0
    movement.advance(all_stand)
    assert movement.on_links()[int(other_way)] == n - 1
    (probe,) = walkers(movement, 1, speed=speed, target=1, depart=all_stand)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    (time,) = arrived["time"][arrived["mover"] == probe]
    return 100.0 / (time - all_stand)


DENSITIES = (0.5, 1.0, 1.3, 2.0, 3.0, 4.0, 5.0, 6.0)


@pytest.mark.parametrize("density", DENSITIES)
def test_g4_walkers_have_the_speed_of_the_law_up_to_its_greatest_flow_and_that_of_this_where_it_is_denser(
    density,
):
    linear = speed_at(density, crowd=Crowding.LINEAR)
    assert linear == pytest.approx(linear_speed(min(density, 2.4)), rel=1e-9)
    against = speed_at(density, crowd=Crowding.LINEAR, other_way=True)
    assert against == pytest.approx(counterflow_speed(min(density, 1.25 / (2 * 0.476))), rel=1e-9)
    weidmann = speed_at(density, crowd=Crowding.WEIDMANN)
    assert weidmann == pytest.approx(weidmann_speed(min(density, WEIDMANN_DENSEST)), rel=1e-9)
    assert speed_at(density, crowd=Crowding.NONE) == pytest.approx(1.34, rel=1e-9)


@pytest.mark.parametrize(
    ("law", "densest", "greatest"),
    [
        (weidmann_speed, WEIDMANN_DENSEST, 1.34 * WEIDMANN_GREATEST),
        (linear_speed, LINEAR_DENSEST, LINEAR_GREATEST),
        (counterflow_speed, COUNTERFLOW_DENSEST, COUNTERFLOW_GREATEST),
    ],
)
def test_g4_the_greatest_flow_of_a_law_is_where_the_kernel_has_it(law, densest, greatest):
    found = minimize_scalar(
        lambda density: -density * float(law(density)), bounds=(0.1, 5.0), method="bounded"
    )
    assert densest == pytest.approx(found.x, abs=1e-4)
    assert greatest == pytest.approx(-found.fun, rel=1e-9)


@pytest.mark.parametrize("speed", [1.34, 0.8])
@pytest.mark.parametrize(("length", "width"), [(10.0, 1.0), (30.0, 2.0)])
def test_a_crowd_that_goes_on_and_on_keeps_the_greatest_flow_of_the_law(speed, length, width):
    movement = road(
        [(0, 1)],
        length=length,
        capacity=DOOR * width,
        storage=5.4 * length * width,
        width=width,
        crowd=int(Crowding.WEIDMANN),
        **OPEN,
    )
    walkers(movement, 4000, speed=speed, target=1)
    movement.advance(np.inf)
    arrived = np.sort(records(movement, NoticeKind.ARRIVED)["time"])
    flow = 2000 / (arrived[-1] - arrived[-2001])
    assert flow == pytest.approx(WEIDMANN_GREATEST * speed * width, rel=1e-3)


@pytest.mark.parametrize("crowd", [Crowding.WEIDMANN, Crowding.LINEAR])
def test_g4_nobody_is_faster_where_it_is_denser_or_than_he_can(crowd):
    speeds = [speed_at(density, crowd=crowd) for density in np.arange(0.25, 6.1, 0.25)]
    assert (np.diff(speeds) <= 1e-12).all()
    assert speed_at(0.5, crowd=crowd, speed=0.6) <= 0.6 + 1e-12


# Bottlenecks


def test_g5_behind_a_bottleneck_another_of_the_same_width_holds_up_nobody():
    """A room, a door of 1 m, a corridor of 10 m, a second door of 1 m."""
    movement = road(
        [(0, 1), (1, 2), (2, 3)],
        length=[5.0, 10.0, 5.0],
        capacity=[np.inf, DOOR, DOOR],
        storage=np.inf,
        **OPEN,
    )
    walkers(movement, 150, target=3)
    movement.advance(np.inf)
    drained = movement.drain_records()
    first, second = entries(drained, 1), entries(drained, 2)
    assert first[-1] - first[0] == pytest.approx(149 / DOOR, abs=1e-6)  # a queue before the first
    assert second - first == pytest.approx(np.full(150, 10.0 / 1.34), abs=1e-6)


def test_g6_the_wider_the_door_the_greater_the_flow():
    flows = []
    for width in (0.8, 1.0, 1.2):
        movement = road(CORRIDOR, length=5.0, capacity=[np.inf, DOOR * width], storage=np.inf, **OPEN)
        walkers(movement, 150, target=2)
        movement.advance(np.inf)
        passed = entries(movement.drain_records(), 1)
        flows.append(149 / (passed[-1] - passed[0]))
    assert flows == pytest.approx([DOOR * 0.8, DOOR, DOOR * 1.2], rel=1e-6)


def test_g7_the_crowd_stands_in_the_room_and_before_the_stairs_not_along_the_corridor():
    """Room of 8 m x 5 m, door of 1 m, corridor of 12 m x 2 m, stairs of 1.2 m taken at 0.6 m/s."""
    movement = road(
        [(0, 1), (1, 2), (2, 3)],
        length=[5.0, 12.0, 6.0],
        capacity=[np.inf, DOOR, DOOR * 1.2],
        storage=np.inf,
        free_speed=[np.inf, np.inf, 0.6],
        wave_speed=np.inf,
        overtaking=True,
    )
    walkers(movement, 100, target=3)
    peak = np.zeros(3)
    for time in np.arange(0.0, 100.0, 0.5):
        movement.advance(time)
        peak = np.maximum(peak, movement.on_links() / np.array([40.0, 24.0, 7.2]))
    room, corridor, stairs = peak
    assert room == pytest.approx(100 / 40.0, rel=0.05)
    assert corridor == pytest.approx(DOOR * 12.0 / 1.34 / 24.0, abs=1 / 24.0)
    assert room > stairs > corridor
