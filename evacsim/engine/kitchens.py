"""Kitchens of shelters: who has a first warm meal, and who still waits for it (安置点供餐)."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from evacsim.engine.parts import Parts
from evacsim.engine.sheltering import Sheltering


class Kitchens:
    """The kitchen of every shelter that has one: so many meals an hour, first come, first served.

    A household has food when the last of it has its first meal. Later meals are not followed: who has been
    served once is served again before anybody is hungry (assumed). Kitchens cook with gas, whether there
    is power or not (assumed). Who leaves before its turn still has cost the kitchen its meals.
    """

    def __init__(self, parts: Parts, sheltering: Sheltering) -> None:
        self.parts = parts
        self._rate = [shelter.meals_per_hour for shelter in parts.world.shelters.models]
        self.is_on = any(rate is not None for rate in self._rate)
        self._free_at = [0.0] * len(self._rate)
        """When each kitchen will have served all who have asked [s]."""
        self._waiting: dict[int, int] = {}
        """Turn of each household that waits for a meal."""
        self._turn = 0
        self._waits: list[list[tuple[float, float, int]]] = [[] for _ in self._rate]
        """Of each shelter, who waited: from, until [s], people."""
        if self.is_on:
            sheltering.at_left.append(self._leave)

    def serve(self, household: int, shelter: int, then: Callable[[float], None]) -> None:
        """Let a household ask for its first meal; `then` is told the time at which it has it [s]."""
        now, rate = self.parts.now, self._rate[shelter]
        if rate is None:
            then(now)
            return
        people = int(self.parts.households.people[household])
        done = max(now, self._free_at[shelter]) + people / rate * 3600
        self._free_at[shelter] = done
        self._waits[shelter].append((now, done, people))
        self._turn += 1
        self._waiting[household] = self._turn
        self.parts.clock.call_at(done, partial(self._hand_out, household, self._turn, then))

    def _hand_out(self, household: int, turn: int, then: Callable[[float], None]) -> None:
        if self._waiting.get(household) == turn:
            del self._waiting[household]
            then(self.parts.now)

    def _leave(self, household: int, _shelter: int) -> None:
        self._waiting.pop(household, None)

    def shortages(self) -> Iterator[tuple[str, str, float, float, float]]:
        """Yield rows of `stages.SERVICES`: the most people who waited for a meal at once, meals an hour."""
        end = self.parts.world.scenario.duration
        for shelter, rate in enumerate(self._rate):
            if rate is None:
                continue
            joined, done, people = np.array(self._waits[shelter], dtype=np.float64).reshape(-1, 3).T
            moments = np.unique(joined)
            waiting = [people[(joined <= moment) & (done > moment)].sum() for moment in moments]
            hours = float(((np.minimum(done, end) - joined) * people).sum() / 3600)
            yield (
                self.parts.world.shelters.ids[shelter],
                "meals",
                float(max(waiting, default=0.0)),
                rate,
                hours,
            )
