"""Words to crews: who of those that wait would hear what, and how a task gets to a craft (下达任务).

told - (said, lost, said again) - understood: it goes
                                - nothing to say any more, or no word gets through: it waits for another task

Where the plan does not ask whether crews hear (`CrewRadio`), all do, at once.
"""

from collections.abc import Callable, Generator
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.cases import Case
from evacsim.engine.rescue.crew_radio import CrewRadio, Levels, Told
from evacsim.engine.rescue.tiers import LEVELS, Tiers

EVERYTHING: Levels = np.ones(len(LEVELS), dtype=bool)


class Tasked(Told, Protocol):
    """A craft that is given tasks (`dispatching.Craft`)."""

    task: list[Case]
    stand_by: int
    where: Callable[[], int] | None

    def wake(self) -> None:
        """Let it go for its task."""


class Telling:
    """What craft hear of tasks."""

    def __init__(self, parts: Parts, tiers: Tiers | None) -> None:
        self.parts = parts
        self.tiers = tiers
        self.radio: CrewRadio | None = None
        self.at_word: list[Callable[[int, str], None]] = []
        """A craft (vehicle row) that was to wait is reached by `no_word`, `waits` again, or `is_told` a task."""
        self._heard: dict[int, Levels] = {}
        """Of which levels' cases each craft that waits would hear."""

    @property
    def is_free(self) -> bool:
        """Return whether everybody hears everything, at once."""
        return self.radio is None

    def listen(self, craft: Tasked) -> bool:
        """Look what a craft that waits would hear now; return whether that is something else than before."""
        row = craft.vehicle.row
        before, heard = self._heard.get(row), self._hears(craft, craft.vehicle.node)
        self._heard[row] = heard
        if before is None or heard.any() != before.any():
            self._note(row, "waits" if heard.any() else "no_word")
        return before is None or bool((heard != before).any())

    def forget(self, row: int) -> None:
        """Let a craft (vehicle row) wait no longer."""
        del self._heard[row]

    def may_be_told(self, row: int, tier: int | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each tier whether a craft (vehicle row) that waits would hear of its cases."""
        told: NDArray[np.bool_] = self._heard[row][self._level(tier)]
        return told

    def hears_under_way(self, craft: Tasked, case: Case) -> bool:
        """Return whether a craft that is under way hears now of a case; in the air it does everywhere."""
        return craft.where is None or bool(self._hears(craft, craft.where())[self._level(case.tier)])

    def tell(self, craft: Tasked, then: Callable[[], None]) -> None:
        """Let a craft go for what it has been given, at once or when it has understood; `then` if it never does."""
        level = int(self._level(craft.task[0].tier)) if craft.task else 0
        office = None if self.radio is None else self.radio.speaker(craft, LEVELS[level])
        if self.radio is None or office is None:
            craft.wake()
        else:
            self.parts.clock.process(self._say(self.radio, craft, office, level, then))

    def _say(
        self, radio: CrewRadio, craft: Tasked, office: int, level: int, then: Callable[[], None]
    ) -> Generator[simpy.Event, Any, None]:
        vehicle, begun = craft.vehicle, self.parts.now
        self._note(vehicle.row, "is_told")
        while (craft.task or craft.stand_by >= 0) and radio.hears(craft, vehicle.node)[level]:
            is_heard = yield from radio.say(craft, office)
            if not is_heard:
                yield self.parts.clock.timeout(radio.rules.again_after)
            elif craft.task or craft.stand_by >= 0:
                vehicle.event = self.parts.log.record(
                    self.parts.now,
                    "task_understood",
                    Where(Kind.VEHICLE, vehicle.row),
                    value=self.parts.now - begun,
                    cause=vehicle.event,
                )
                craft.wake()
                return
        then()

    def _hears(self, craft: Tasked, node: int) -> Levels:
        return EVERYTHING if self.radio is None else self.radio.hears(craft, node)

    def _level(self, tier: int | NDArray[np.int64]) -> NDArray[np.int64]:
        tiers = np.asarray(tier)
        return np.zeros_like(tiers) if self.tiers is None else self.tiers.level(tiers)

    def _note(self, row: int, what: str) -> None:
        for hook in self.at_word:
            hook(row, what)
