"""Craft that nobody leads: volunteers who do not report, and go where they hear that people are (自行施救).

What headquarters knows gets around, and each crew goes to the nearest such case by itself, also where others are on the
way. Nobody hears of whom it has fetched: whoever is sent there finds nobody.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.cases import Case, Cases
from evacsim.engine.vehicles import Vehicle

LOOKS_AGAIN_AFTER = 600.0
"""From one look at what is heard, where nothing of it can be reached, to the next [s] (assumed)."""


class Unled(Protocol):
    """A craft whose crew finds its tasks itself (`dispatching.Craft`)."""

    vehicle: Vehicle
    task: list[Case]
    in_vain: set[int]

    @property
    def times(self) -> Callable[[], NDArray[np.float64]]:
        """Return what tells how soon it is at every node [s]."""

    def wake(self) -> None:
        """Let it go for its task."""


class GoingAlone:
    """How they find their tasks."""

    def __init__(self, parts: Parts, cases: Cases) -> None:
        self.parts = parts
        self.cases = cases
        self.craft: dict[int, Unled] = {}
        """All that have ever looked for a task, by vehicle."""
        self._been: dict[int, set[int]] = {}
        """Cases that each has gone to; it goes to none twice."""

    def look(self, craft: Unled) -> None:
        """Let a craft that waits go to the nearest case that it reaches and has not been to; else look again later."""
        row = craft.vehicle.row
        self.craft[row] = craft
        been, times = self._been.setdefault(row, set()), craft.times()
        reached = [
            (float(times[case.node]), case.row)
            for case in self.cases.open.values()
            if case.row not in been and case.node not in craft.in_vain and np.isfinite(times[case.node])
        ]
        if not reached:
            self.parts.clock.call_at(self.parts.now + LOOKS_AGAIN_AFTER, partial(self.look, craft))
            return
        case = self.cases.all[min(reached)[1]]
        been.add(case.row)
        craft.vehicle.event = self.parts.log.record(
            self.parts.now,
            "craft_went_alone",
            Where(Kind.VEHICLE, row),
            place=Where(Kind.CASE, case.row),
            value=float(case.people),
            cause=max(case.event, craft.vehicle.event),
        )
        # What becomes of the case for this crew is nothing to headquarters.
        craft.task = [replace(case, households=list(case.households))]
        craft.wake()
