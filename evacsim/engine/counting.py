"""Heads counted at shelters, and what is reported of them (安置点清点)."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.log import Kind, Where
from evacsim.engine.organizing import Organizing
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.reporting import Reporting
from evacsim.engine.sheltering import Sheltering

INSIDE = "inside"
"""What is reported of every shelter: people in it."""


class Counting(Recorded):
    """All head-counts: those of shelters, where the plan wants them, and those that teams make in the zones.

    At regular hours of the run the people in a shelter are counted, if their number has changed since the
    last count. The count may be wrong; a right one and a wrong one alike go up to headquarters as reports of
    the shelter's keeper, if it has one. A household counts as counted with the first count after it is
    settled.
    """

    def __init__(
        self, parts: Parts, sheltering: Sheltering, organizing: Organizing, reporting: Reporting
    ) -> None:
        self.parts = parts
        self.sheltering = sheltering
        self.organizing = organizing
        self.reporting = reporting
        self._rules = parts.world.scenario.plan.care.head_counts
        self._counted = np.zeros(parts.world.shelters.n, dtype=np.int64)
        """People who were in each shelter when it was last counted."""
        self._is_due = np.zeros(parts.world.shelters.n, dtype=bool)
        self._last = np.zeros(parts.world.shelters.n, dtype=np.int64)
        """Event by which people last came into each shelter or left it."""
        self._new: list[list[int]] = [[] for _ in range(parts.world.shelters.n)]
        """Households that are settled and have not been counted."""
        self._counts: list[tuple[int, float, int, int]] = []
        if self._rules is not None:
            sheltering.at_let_in.append(self._change)
            sheltering.at_left.append(
                lambda row, shelter: self._change(row, shelter, int(parts.book.event[row]))
            )
            parts.at_settled.append(self._settle)

    def _change(self, _household: int, shelter: int, event: int) -> None:
        self._last[shelter] = event
        self._call(shelter)

    def _settle(self, household: int, shelter: int, _now: float) -> None:
        self._last[shelter] = int(self.parts.book.event[household])
        if np.isnan(self.parts.book.times["counted"][household]):
            self._new[shelter].append(household)
        self._call(shelter)

    def _call(self, shelter: int) -> None:
        """Let the next hour of counting come, of which each has its own luck."""
        if self._is_due[shelter]:
            return
        assert self._rules is not None
        self._is_due[shelter] = True
        hour = int(self.parts.now // self._rules.every) + 1
        self.parts.clock.call_at(hour * self._rules.every, partial(self._count, shelter, hour))

    def _count(self, shelter: int, hour: int) -> None:
        assert self._rules is not None
        parts, book = self.parts, self.parts.book
        self._is_due[shelter] = False
        new, self._new[shelter] = self._new[shelter], []
        for household in new:
            if book.has_place[household] and np.isnan(book.times["counted"][household]):
                book.mark("counted", household, parts.now)
        truth = int(self.sheltering.people[shelter])
        if truth == self._counted[shelter]:
            return
        self._counted[shelter] = truth
        model = parts.world.shelters.models[shelter]
        error = float(parts.streams.get("shelter_count", model.id, hour).standard_normal())
        counted = max(0, int(np.rint(truth * (1 + self._rules.error * error))))
        place = Where(Kind.SHELTER, shelter)
        self._counts.append((shelter, parts.now, counted, truth))
        event = parts.log.record(
            parts.now, "head_counted", place, value=float(counted), cause=int(self._last[shelter])
        )
        if model.keeper is not None and model.keeper in parts.world.offices.row:
            office = parts.world.offices.row[model.keeper]
            self.reporting.report(office, INSIDE, place, counted, truth, event)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return all counts of heads; none where nobody counted."""
        ids = self.parts.world.shelters.ids
        counts = [
            *self.organizing.head_counts(),
            *(
                {"place": f"shelter/{ids[shelter]}", "time_s": time, "counted": counted, "truth": truth}
                for shelter, time, counted, truth in self._counts
            ),
        ]
        return {"head_counts": pd.DataFrame(counts)} if counts else {}
