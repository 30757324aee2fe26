"""How long people have been in a shelter: the longer, the more room each needs (紧急、短期、长期安置)."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transfer import Transfer
from evacsim.terms import HouseholdState
from evacsim.world.space import BEGINS, Stage, Steps, capacities, short_person_hours

THERE = (HouseholdState.REGISTERING, HouseholdState.SHELTERED)

SERVICES = ["shelter", "item", "need", "provided", "short_person_h"]
"""Columns of the table of services."""


class Stages:
    """The stage of care of every shelter, and how many people it holds at it.

    A shelter is at the emergency stage from the first household that is let in, and at the next ones so
    long after; when it is empty it begins anew (assumed). Who comes later finds it at the stage that it
    is at. When a new stage leaves room for fewer than are there, they are crowded: they stay, nobody
    else is let in, and the person-hours of those above are counted. Where the plan wants it, those who
    came last go on to another shelter with a place for each of them, as in a second transfer, until the
    others have room; who finds none stays.
    """

    def __init__(self, parts: Parts, sheltering: Sheltering, transfer: Transfer) -> None:
        self.parts = parts
        self.sheltering = sheltering
        self.transfer = transfer
        self._care = parts.world.scenario.plan.care
        models, space = parts.world.shelters.models, self._care.space
        self._has_area = np.array([space is not None and model.area is not None for model in models])
        self._room = (0.0, 0.0, 0.0) if space is None else (space.emergency, space.short, space.long)
        """Area a person needs at each stage [m2]."""
        self._let_in_at: dict[int, int] = {}
        """In which order the households that are there came."""
        self._began = np.zeros(len(models), dtype=np.int64)
        """Event by which people have been in each shelter since it was last empty."""
        self._changes: list[list[tuple[float, Stage]]] = [[(0.0, Stage.EMERGENCY)] for _ in models]
        if not self._has_area.any():
            return
        area = np.array([np.nan if model.area is None else model.area for model in models])
        self._holds = capacities(area, sheltering.capacity, self._room)
        sheltering.limit(self._holds[:, Stage.EMERGENCY])
        for shelter in np.flatnonzero(self._has_area).tolist():
            sheltering.stage[shelter] = Stage.EMERGENCY.id
        sheltering.at_let_in.append(self._let_in)
        sheltering.at_left.append(self._leave)

    def _let_in(self, household: int, shelter: int, event: int) -> None:
        if not self._has_area[shelter]:
            return
        self._let_in_at[household] = event
        if not self._began[shelter]:
            self._began[shelter] = event
            for stage, begins in zip((Stage.SHORT, Stage.LONG), BEGINS, strict=True):
                due = self.parts.now + begins
                self.parts.clock.call_at(due, partial(self._begin, shelter, stage, event))

    def _leave(self, household: int, shelter: int) -> None:
        """Let a shelter begin anew when its last household leaves it."""
        self._let_in_at.pop(household, None)
        people = int(self.parts.households.people[household])
        if self._has_area[shelter] and self.sheltering.people[shelter] == people:
            self._began[shelter] = 0
            self._be_at(shelter, Stage.EMERGENCY)

    def _be_at(self, shelter: int, stage: Stage) -> None:
        self.sheltering.stage[shelter] = stage.id
        self.sheltering.capacity[shelter] = self._holds[shelter, stage]
        self._changes[shelter].append((self.parts.now, stage))

    def _begin(self, shelter: int, stage: Stage, since: int) -> None:
        """Let a stage begin, if somebody has been there all the time since the event that it counts from."""
        if self._began[shelter] != since:
            return
        self._be_at(shelter, stage)
        place, now = Where(Kind.SHELTER, shelter), self.parts.now
        began = self.parts.log.record(now, "stage_begun", place, value=float(stage + 1), cause=since)
        self.sheltering.lose(shelter, began)
        above = self._above(shelter)
        if above > 0:
            crowded = self.parts.log.record(now, "crowded", place, value=above, cause=began)
            if self._care.second_transfer_crowded:
                self._move_on(shelter, crowded)

    def _above(self, shelter: int) -> float:
        return float(self.sheltering.people[shelter] - self.sheltering.capacity[shelter])

    def _move_on(self, shelter: int, cause: int) -> None:
        book = self.parts.book
        is_there = (book.place_kind == Kind.SHELTER) & (book.place == shelter) & np.isin(book.state, THERE)
        rows = np.flatnonzero(is_there & book.has_place).tolist()
        node = int(self.parts.world.shelters.walk_node[shelter])
        promised = np.zeros_like(self.sheltering.capacity)
        for household in sorted(rows, key=lambda row: self._let_in_at[row], reverse=True):
            if self._above(shelter) <= 0:
                break
            people = int(self.parts.households.people[household])
            goal = self.sheltering.choose((), node, MoverClass.WALKER, people, {shelter}, household=household)
            longest = self._care.second_transfer_walk
            if goal is not None and self.transfer.journeys.move_on(
                household, shelter, cause, longest=longest
            ):
                # Nobody is sent away from a roof to a place that the one before him will have taken.
                self.sheltering.capacity[goal] -= people
                promised[goal] += people
        self.sheltering.capacity += promised

    def shortages(self) -> Iterator[tuple[str, str, float, float, float]]:
        """Yield rows of `SERVICES`: the area of each shelter, needed most and there [m2]."""
        parts = self.parts
        loads: dict[int, list[tuple[float, int]]] = {}
        for shelter, time, people_there in self.sheltering.loads:
            loads.setdefault(shelter, [(0.0, 0)]).append((time, people_there))
        for shelter in np.flatnonzero(self._has_area).tolist():
            model = parts.world.shelters.models[shelter]
            assert model.area is not None
            moments, numbers = np.array(loads.get(shelter, [(0.0, 0)]), dtype=np.float64).T
            people = Steps(moments, numbers)
            times = np.array([time for time, _ in self._changes[shelter]])
            stages = [stage for _, stage in self._changes[shelter]]
            served = Steps(times, np.array([self._holds[shelter, stage] for stage in stages]))
            room = Steps(times, np.array([self._room[stage] for stage in stages]))
            either = np.unique(np.concatenate([people.time, times]))
            need = float((people.at(either) * room.at(either)).max())
            short = short_person_hours(people, served, until=parts.world.scenario.duration)
            yield model.id, "area", need, model.area, short
