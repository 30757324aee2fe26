"""Part 2 C, vehicles in a queue: totals, queues and spillback of three models of storage (V21, V22)."""

import numpy as np
import pytest

from evacsim.engine.movement import MoverState, NoticeKind
from tests.engine.roads import CORRIDOR, cars, entries, road

HOUR = 3600.0
SERVICE = 600 / HOUR
N = 1800
DEPARTURES = HOUR / N * np.arange(N)
FREE = 50.0
"""To the end of the first link [s]."""


def queue(storage=np.inf, wave_speed=np.inf, until=np.inf):
    """Return movement in which 1800 vehicles an hour go by a road of 1 km to one that takes 600 an hour."""
    movement = road(
        CORRIDOR, capacity=[0.8, SERVICE], storage=[storage, np.inf], wave_speed=[wave_speed, np.inf]
    )
    cars(movement, DEPARTURES, target=2)
    movement.advance(until)
    return movement


def test_v21_a_queue_that_grows_for_an_hour_is_gone_after_three():
    passed = entries(queue().drain_records(), 1) - FREE
    assert passed[-1] == pytest.approx(3 * HOUR, abs=1 / SERVICE + 1e-6)
    came = np.searchsorted(DEPARTURES, passed, side="right")
    waiting = came - np.arange(N) - 1
    assert waiting.max() == pytest.approx(1200, abs=1)
    delay = passed - DEPARTURES
    assert delay.sum() / HOUR == pytest.approx(1800.0, rel=0.01)
    assert delay.mean() / HOUR == pytest.approx(1.0, rel=0.01)
    # To the vehicle: the n-th waits 4 n s.
    assert delay == pytest.approx(4.0 * np.arange(N), abs=1e-6)


POINT, SPATIAL, WAVES = (np.inf, np.inf), (100.0, np.inf), (100.0, 0.8 / 0.06)
"""Room for all; for 100, and a gap is at the entrance at once; for 100, and a gap takes 75 s."""


@pytest.mark.parametrize("model", [POINT, SPATIAL, WAVES])
def test_v22_the_total_delay_does_not_depend_on_where_people_queue(model):
    drained = queue(*model).drain_records()
    assert entries(drained, 1) == pytest.approx(FREE + np.arange(N) / SERVICE, abs=1e-6)
    assert np.sum(drained["kind"] == NoticeKind.ARRIVED) == N


@pytest.mark.parametrize(("model", "spills_back"), [(POINT, np.inf), (SPATIAL, 275.0), (WAVES, 237.5)])
def test_v22_a_queue_with_a_length_reaches_the_origin_when_it_should(model, spills_back):
    """In goes 0.5/s, out 1/6 a second from 50 s on: 100 on the road at 275 s.

    With waves of 13.3 m/s, N_in(t) = N_out(t - 75 s) + 100 is at 237.5 s.
    """
    entered = entries(queue(*model).drain_records(), 0)
    kept_out = DEPARTURES[entered > DEPARTURES + 1e-6]
    if spills_back == np.inf:
        assert len(kept_out) == 0
    else:
        assert kept_out.min() == pytest.approx(spills_back, abs=1 / SERVICE)
        # From then on one enters as one leaves.
        assert np.diff(entered)[200:] == pytest.approx(1 / SERVICE, abs=1e-6)


@pytest.mark.parametrize("model", [POINT, SPATIAL, WAVES])
def test_v22_no_vehicle_is_lost_at_any_moment(model):
    movement = queue(*model, until=0.0)
    for time in np.arange(0.0, 3.2 * HOUR, 37.0):
        movement.advance(time)
        assert sum(movement.count(state) for state in MoverState) == N
        on_road = movement.on_links()
        assert movement.count(MoverState.MOVING) == on_road.sum()
        assert on_road[0] <= model[0]
    assert movement.count(MoverState.ARRIVED) == N


def test_v22_storages_of_any_size_give_the_same_last_arrival():
    for storage in (1.0, 3.0, 40.0, 1000.0):
        arrived = queue(storage, 0.8 / 0.06).drain_records()
        # A road with less room than its free flow needs (40) carries less than the bottleneck takes only below 9.4.
        expected = FREE + (N - 1) / min(SERVICE, storage / (FREE + 75.0))
        assert entries(arrived, 1)[-1] == pytest.approx(expected, rel=0.002)


def test_v66_three_thousand_in_one_lane_of_600_an_hour_from_two_hours_on_are_through_at_seven():
    movement = road(CORRIDOR, capacity=[np.inf, SERVICE], storage=np.inf, free_speed=[1e9, 20.0])
    cars(movement, np.full(3000, 2 * HOUR), target=2)
    movement.advance(np.inf)
    assert entries(movement.drain_records(), 1)[-1] == pytest.approx(7 * HOUR, abs=1 / SERVICE + 1e-3)
