"""Power at a shelter: the mains, and a generator for as long as its fuel lasts (安置点供电)."""

from collections.abc import Callable
from functools import partial

import numpy as np

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts


class Generators:
    """Which shelters have power.

    When the sites that serve a shelter are out, its generator takes over at once, if it has one (one
    carries the whole shelter, assumed), and runs until the mains are back or its fuel is used up; nobody
    brings more (assumed).

    Parameters
    ----------
    changed : callable
        Told a shelter (row) that has power again, or no longer, and the event by which.
    """

    def __init__(self, parts: Parts, changed: Callable[[int, int], None]) -> None:
        self.parts = parts
        self._changed = changed
        models = parts.world.shelters.models
        self.has_power = np.ones(len(models), dtype=bool)
        self._fuel = np.array(
            [0.0 if m.generators == 0 else np.inf if m.fuel is None else m.fuel for m in models]
        )
        """For how long each generator can still run [s]."""
        self._running = np.full(len(models), np.nan)
        """Since when each generator runs [s]; nan for not."""
        self._lost = np.zeros(len(models), dtype=np.int64)
        """Event by which each shelter is without power."""
        self._starts = np.zeros(len(models), dtype=np.int64)
        """How often each generator has been started: the end of its fuel is foreseen for one start only."""

    def lose_mains(self, shelter: int, cause: int) -> None:
        """Let the mains of a shelter fail, by an event."""
        now = self.parts.now
        if self._fuel[shelter] <= 0:
            self._go_dark(shelter, cause)
            return
        hours = self._fuel[shelter] / 3600
        started = self._record("generator_started", shelter, np.nan if np.isinf(hours) else hours, cause)
        self._running[shelter] = now
        self._starts[shelter] += 1
        if np.isfinite(self._fuel[shelter]):
            dry = partial(self._run_dry, shelter, int(self._starts[shelter]), started)
            self.parts.clock.call_at(now + float(self._fuel[shelter]), dry)

    def take_mains_back(self, shelter: int, cause: int) -> None:
        """Let the mains of a shelter work again, by an event."""
        if np.isfinite(self._running[shelter]):
            self._fuel[shelter] = max(0.0, self._fuel[shelter] - (self.parts.now - self._running[shelter]))
            self._running[shelter] = np.nan
            self._starts[shelter] += 1
        if not self.has_power[shelter]:
            back = self._record("power_back", shelter, np.nan, max(cause, int(self._lost[shelter])))
            self.has_power[shelter] = True
            self._lost[shelter] = ROOT
            self._changed(shelter, back)

    def _run_dry(self, shelter: int, start: int, cause: int) -> None:
        if self._starts[shelter] == start:
            self._fuel[shelter], self._running[shelter] = 0.0, np.nan
            self._go_dark(shelter, cause)

    def _go_dark(self, shelter: int, cause: int) -> None:
        people = self.parts.households.people
        book = self.parts.book
        there = book.has_place & (book.place_kind == Kind.SHELTER) & (book.place == shelter)
        self._lost[shelter] = self._record("power_lost", shelter, float(people[there].sum()), cause)
        self.has_power[shelter] = False
        self._changed(shelter, int(self._lost[shelter]))

    def _record(self, kind: str, shelter: int, value: float, cause: int) -> int:
        return self.parts.log.record(
            self.parts.now, kind, Where(Kind.SHELTER, shelter), value=value, cause=cause
        )
