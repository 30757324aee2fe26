"""When a household has what it needs: food, water, a bed (8 小时内基本生活救助)."""

from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.kitchens import Kitchens
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.provisioning import Provisioning
from evacsim.engine.sheltering import Sheltering

GIVES: Final = {"food": "food", "water": "drinking", "bed": "bed"}
"""Stage of the ledger by what a ration gives."""


class Caring:
    """The relief of every household that is settled.

    A household is relieved when it has food, drinking water and a bed. What no ration gives it has
    as soon as it is settled; beds are given out as long as the shelter has any (`sleeping_places`).
    """

    def __init__(self, parts: Parts, provisioning: Provisioning, sheltering: Sheltering) -> None:
        self.parts = parts
        self.provisioning = provisioning
        self.kitchens = Kitchens(parts, sheltering)
        self._by_ration = {GIVES[r.gives]: r.item for r in provisioning.rations if r.gives in GIVES}
        self._other = [r.item for r in provisioning.rations if r.gives not in GIVES]
        places = [shelter.sleeping_places for shelter in parts.world.shelters.models]
        self._beds: NDArray[np.float64] = np.array([np.inf if n is None else n for n in places])
        """Beds that are free at each shelter."""
        self._in_bed: dict[int, int] = {}
        """Shelter (row) in which each household has beds."""
        self.is_on = bool(provisioning.rations) or bool(np.isfinite(self._beds).any()) or self.kitchens.is_on
        if self.is_on:
            parts.at_settled.append(self._settle)
            sheltering.at_left.append(self._leave)

    def _settle(self, household: int, shelter: int, now: float) -> None:
        book, people = self.parts.book, int(self.parts.households.people[household])
        for stage in GIVES.values():
            item = self._by_ration.get(stage)
            if item is not None:
                self.provisioning.settle(
                    household, shelter, item, partial(self._give, household, stage, shelter)
                )
            elif stage == "food":
                self._give(household, stage, shelter, int(book.event[household]), now)
            elif stage != "bed" or self._beds[shelter] >= people:
                if stage == "bed":
                    self._beds[shelter] -= people
                    self._in_bed[household] = shelter
                self._mark(household, stage, now)
        for item in self._other:
            self.provisioning.settle(household, shelter, item, _nothing)
        self._relieve(household, int(book.event[household]))

    def _leave(self, household: int, shelter: int) -> None:
        """Let the beds of a household that leaves be free for others."""
        if self._in_bed.pop(household, None) is not None:
            self._beds[shelter] += int(self.parts.households.people[household])

    def _mark(self, household: int, stage: str, now: float) -> bool:
        """Keep when a household first has food, water or a bed; return whether it had none before."""
        is_first = bool(np.isnan(self.parts.book.times[stage][household]))
        if is_first:
            self.parts.book.mark(stage, household, now)
        return is_first

    def _give(self, household: int, stage: str, shelter: int, event: int, now: float) -> None:
        """Let a household have what there is for it: food once the kitchen has cooked it."""
        if stage == "food":
            self.kitchens.serve(household, shelter, partial(self._have, household, stage, event))
        else:
            self._have(household, stage, event, now)

    def _have(self, household: int, stage: str, event: int, now: float) -> None:
        if self._mark(household, stage, now):
            self._relieve(household, event)

    def _relieve(self, household: int, cause: int) -> None:
        """Note that a household is relieved, once it has everything."""
        parts, times = self.parts, self.parts.book.times
        has_all = all(np.isfinite(times[stage][household]) for stage in GIVES.values())
        if has_all and np.isnan(times["relieved"][household]):
            parts.book.mark("relieved", household, parts.now)
            parts.book.note(
                household,
                "relieved",
                parts.now,
                place=Where(Kind(int(parts.book.place_kind[household])), int(parts.book.place[household])),
                cause=max(cause, int(parts.book.event[household])),
            )


def _nothing(_event: int, _now: float) -> None:
    """Do nothing: what is handed out counts for no relief."""
