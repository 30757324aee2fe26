"""Idle vehicles: who is woken, in which order, and who is not even looked at."""

from types import SimpleNamespace

import pytest
import simpy

from evacsim.engine.clock import Clock
from evacsim.engine.idling import Idling


class Still:
    """A movement in which nothing ever moves."""

    def advance(self, until):
        """Nothing happens."""

    def is_under_way(self):
        return False


class Demand:
    """What vehicles wait for, as at the pick-up points."""

    def __init__(self, clock):
        self._clock, self._next = clock, simpy.Event(clock)

    def demand(self):
        return self._next

    def tell_all(self):
        told, self._next = self._next, simpy.Event(self._clock)
        told.succeed()


@pytest.fixture
def idle():
    """Three idle vehicles, the work there is for each, what it depends on, and what has been done and looked at."""
    clock = Clock(Still(), on_notice=lambda _: None)
    demand, work, counts, done, looked = Demand(clock), {}, {}, [], []

    def do(vehicle):
        done.append((clock.now, vehicle.row))
        yield clock.timeout(work.pop(vehicle.row))

    def next_work(vehicle):
        looked.append(vehicle.row)
        return do(vehicle) if vehicle.row in work else None

    def drive(vehicle):
        while True:
            yield from (yield idling.wait(vehicle))

    idling = Idling(clock, demand, next_work, lambda vehicle: counts.get(vehicle.row))
    for row in range(3):
        clock.process(drive(SimpleNamespace(row=row)))
    clock.run_to(0.0)
    return SimpleNamespace(clock=clock, demand=demand, work=work, counts=counts, done=done, looked=looked)


def test_only_those_with_work_are_woken_and_the_others_keep_their_turns(idle):
    idle.work |= {1: 5.0}
    idle.demand.tell_all()
    idle.clock.run_to(2.0)
    assert idle.done == [(0.0, 1)]
    assert idle.looked == [0, 1, 2]
    idle.clock.run_to(7.0)
    idle.work |= {0: 5.0, 1: 5.0, 2: 5.0}
    idle.demand.tell_all()
    idle.clock.run_to(8.0)
    assert [row for _, row in idle.done[1:]] == [0, 2, 1]  # 1 has come to wait after the others


def test_who_is_woken_acts_before_the_next_is_looked_at(idle):
    idle.work[0] = 5.0
    seen = []
    idle.clock.call_at(0.0, lambda: seen.append(list(idle.done)))
    idle.demand.tell_all()
    idle.clock.run_to(1.0)
    assert idle.looked == [0, 1, 2]
    assert seen == [[]]  # what had been scheduled before still came first
    assert idle.done == [(0.0, 0)]


def test_nobody_is_looked_at_again_for_whom_nothing_has_changed(idle):
    idle.counts |= {0: "as before", 1: "as before", 2: None}
    idle.demand.tell_all()
    idle.clock.run_to(1.0)
    idle.looked.clear()
    idle.counts[1] = "changed"
    idle.demand.tell_all()
    idle.clock.run_to(2.0)
    assert idle.looked == [1, 2]
