"""Part 2 B, walkers: a crowd released at once (V08); V05 to V07 and V10 test their formulas where these live."""

import numpy as np
import pytest
from scipy.optimize import brentq

from evacsim.engine.movement import MoverColumns, NoticeKind
from evacsim.network.defaults import FOOTWAY_FLOW
from evacsim.network.walking import WEIDMANN_FREE, WEIDMANN_GAMMA, WEIDMANN_JAM, weidmann_speed
from tests.engine.roads import WALKER, records, road

WIDTH, LENGTH, N = 2.0, 100.0, 200


def released(**columns):
    """Return when 200 people leave a corridor of 2 m and 100 m, all of whom enter it at time 0."""
    movement = road(
        [(0, 1)],
        length=LENGTH,
        free_speed=np.inf,
        capacity=FOOTWAY_FLOW * WIDTH,
        storage=5.4 * WIDTH * LENGTH,
        wave_speed=np.inf,
        overtaking=True,
        **columns,
    )
    movement.add(
        MoverColumns(mode=WALKER, speed=WEIDMANN_FREE), origin_node=0, tree=1, depart_time=np.zeros(N)
    )
    movement.advance(np.inf)
    return np.sort(records(movement, NoticeKind.ARRIVED)["time"])


def test_v08_two_hundred_people_take_81_6_s_to_leave_after_the_first():
    left = released()
    assert left[0] == pytest.approx(74.6, abs=0.05)
    assert left[-1] - left[0] == pytest.approx(N / (1.22492 * WIDTH), rel=0.01)
    assert np.diff(left) == pytest.approx(1 / (FOOTWAY_FLOW * WIDTH), abs=1e-6)


def time_of_the_kinematic_wave():
    """Return when the last leaves if the wave of Weidmann's whole curve fans out from the entrance.

    At the far end there is density k when L / t = q'(k), and W t (q - k q') people have left by then.
    """

    def left(density):
        hindered = np.exp(-WEIDMANN_GAMMA * (1 / density - 1 / WEIDMANN_JAM))
        fall = WEIDMANN_FREE * WEIDMANN_GAMMA * hindered / density  # -k v'(k)
        return LENGTH / (float(weidmann_speed(density)) - fall), WIDTH * density * fall

    def missing(density):
        time, flow = left(density)
        return time * flow - N

    return left(brentq(missing, 0.2, 1.7))[0]


def test_v08_where_the_crowd_slows_people_down_as_well_it_takes_longer_and_not_as_long_as_in_a_fan():
    """The speed of each goes by the density it finds on the whole corridor: not the exact fan, on its near side."""
    free, crowded = released(), released(width=WIDTH, crowd=1)
    assert (crowded >= free - 1e-9).all()
    assert crowded[0] == pytest.approx(74.6, abs=0.05)
    assert free[-1] < crowded[-1] < time_of_the_kinematic_wave()
    assert crowded[-1] - crowded[0] == pytest.approx(97.2, abs=0.1)
