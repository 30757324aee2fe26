"""Vehicles without a task: only those for whom there is something to do are woken.

There may be something to do for any of them whenever somebody new is to be fetched. All are then gone through in the
order in which they came to wait; whoever is woken acts at once, before the next one is looked at.
"""

from collections.abc import Callable, Generator, Hashable
from functools import partial
from typing import Any

import simpy

from evacsim.engine.clock import Clock
from evacsim.engine.gathering import Gathering
from evacsim.engine.vehicles import Vehicle

Work = Generator[simpy.Event, Any, None]


class Idling:
    """All vehicles that wait for something to do."""

    def __init__(
        self,
        clock: Clock,
        gathering: Gathering,
        next_work: Callable[[Vehicle], Work | None],
        what_counts: Callable[[Vehicle], Hashable],
    ) -> None:
        """Begin with nobody.

        Parameters
        ----------
        clock : Clock
            The clock of the run.
        gathering : Gathering
            Where people wait to be fetched.
        next_work : callable
            Returns what there is to do for a vehicle, not begun, or None.
        what_counts : callable
            Returns something for a vehicle: as long as that is equal, and not None, there is nothing to do for it if
            there was nothing before.
        """
        self._clock = clock
        self._gathering = gathering
        self._next_work, self._what_counts = next_work, what_counts
        self._demand: simpy.Event | None = None
        self._waiting: list[tuple[Vehicle, simpy.Event, Hashable]] = []
        """Who waits for that demand, and what counted when there was nothing to do."""

    def wait(self, vehicle: Vehicle) -> simpy.Event:
        """Let a vehicle wait for which there is nothing to do; the event of there being something has that as value."""
        woken = simpy.Event(self._clock)
        self._line_up(vehicle, woken, self._what_counts(vehicle))
        return woken

    def _line_up(self, vehicle: Vehicle, woken: simpy.Event, counted: Hashable) -> None:
        """Let a vehicle be looked at when there is demand the next time."""
        demand = self._gathering.demand()
        if demand is not self._demand:
            self._demand, self._waiting = demand, []
            assert demand.callbacks is not None, "the next demand is still to come"
            demand.callbacks.append(partial(self._look, self._waiting))
        self._waiting.append((vehicle, woken, counted))

    def _look(self, waiting: list[tuple[Vehicle, simpy.Event, Hashable]], _: simpy.Event) -> None:
        """Wake those for whom there is something to do; the others wait on."""
        for vehicle, woken, counted in waiting:
            counts = self._what_counts(vehicle)
            is_idle = counts is not None and counts == counted
            work = None if is_idle else self._next_work(vehicle)
            if work is None:
                self._line_up(vehicle, woken, counts)
            else:
                self._clock.happen(woken, work)
