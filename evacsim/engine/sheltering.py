"""Shelters: who is let in, who waits at the desk, who is sent on."""

from collections.abc import Collection, Mapping, Sequence
from heapq import heapreplace

import numpy as np
import pandas as pd

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.routing import MoverClass
from evacsim.engine.travelers import CREW
from evacsim.terms import HouseholdState


class Sheltering(Recorded):
    """All shelters of the district.

    A household that arrives is let in if the shelter is dry and has places for all of it; the
    places are its own from that moment. It then queues for a registration desk and is settled
    when registered. Whom a shelter turns away goes on to the next one, if the plan says so.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        scenario = parts.world.scenario
        ordered = parts.world.shelters.models
        self.row = {shelter.id: row for row, shelter in enumerate(ordered)}
        self.capacity = np.array([np.inf if s.capacity is None else s.capacity for s in ordered])
        self.floor_height = np.array([s.floor_height for s in ordered])
        self.people = np.zeros(len(ordered), dtype=np.int64)
        self.turned_away = np.zeros(len(ordered), dtype=np.int64)
        self.flooded = np.zeros(len(ordered), dtype=bool)
        self.closed = np.zeros(len(ordered), dtype=bool)
        """Shelters that have been given up (`engine.moving_on`)."""
        self.flooded_since = np.full(len(ordered), np.nan)
        self.flood_event = np.zeros(len(ordered), dtype=np.int64)
        self.loads: list[tuple[int, float, int]] = []
        """Every change of a load: shelter row, time [s], people."""
        self._desks = [[0.0] * s.desks for s in ordered]
        self._registration_time = scenario.plan.care.registration_time
        self._goes_on = scenario.plan.to.overflow == "next_nearest"

    def choose(
        self,
        assigned: Sequence[int],
        node: int,
        mover_class: MoverClass,
        people: int,
        tried: Collection[int],
        *,
        household: int = CREW,
    ) -> int | None:
        """Return the shelter to go to from `node`, or None where none can be reached or has room.

        The assigned ones come first, in the order of the plan; then the nearest by travel time
        as the household (or the crew of a vehicle) knows the roads.
        """
        travelers = self.parts.travelers
        takes_in = ~self.flooded & ~self.closed & (self.people + people <= self.capacity)
        takes_in[list(tried)] = False
        for shelter in assigned:
            if takes_in[shelter]:
                goal = Where(Kind.SHELTER, shelter)
                if np.isfinite(travelers.time_to(household, goal, mover_class, node)):
                    return shelter
        if assigned and not self._goes_on:
            return None
        time_to = np.where(takes_in, travelers.times_to_shelters(household, mover_class, node), np.inf)
        nearest = int(np.argmin(time_to))
        return nearest if np.isfinite(time_to[nearest]) else None

    def admit(self, household: int, shelter: int, cause: int) -> bool:
        """Let a household in if there is room; else count it as turned away. Return whether it is in."""
        parts, book = self.parts, self.parts.book
        people = int(parts.households.people[household])
        place = Where(Kind.SHELTER, shelter)
        is_shut = self.flooded[shelter] or self.closed[shelter]
        if is_shut or self.people[shelter] + people > self.capacity[shelter]:
            self.turned_away[shelter] += people
            because = int(self.flood_event[shelter]) if self.flooded[shelter] else cause
            book.become(
                household,
                HouseholdState.UNSHELTERED,
                "turned_away",
                parts.now,
                place=place,
                cause=max(because, cause),
            )
            return False
        self._load(shelter, people)
        book.has_place[household] = True
        book.become(household, HouseholdState.REGISTERING, "arrived", parts.now, place=place, cause=cause)
        if np.isnan(book.times["arrived"][household]):
            book.mark("arrived", household, parts.now)
        desks = self._desks[shelter]
        done = max(parts.now, desks[0]) + self._registration_time
        heapreplace(desks, done)
        parts.clock.call_at(done, lambda: self._settle(household, shelter))
        return True

    def flood(self, shelter: int, depth: float, cause: int) -> None:
        """Close a shelter: water stands above its floor."""
        self.flood_event[shelter] = self.parts.log.record(
            self.parts.now, "shelter_flooded", Where(Kind.SHELTER, shelter), value=depth, cause=cause
        )
        if np.isnan(self.flooded_since[shelter]):
            self.flooded_since[shelter] = self.parts.now
        for hook in self.parts.at_shelter_flooded:
            hook(shelter, int(self.flood_event[shelter]))

    def release(self, household: int, shelter: int) -> None:
        """Give the places of a household back."""
        self.parts.book.has_place[household] = False
        self._load(shelter, -int(self.parts.households.people[household]))

    def _load(self, shelter: int, change: int) -> None:
        self.people[shelter] += change
        self.loads.append((shelter, self.parts.now, int(self.people[shelter])))

    def _settle(self, household: int, shelter: int) -> None:
        book, now = self.parts.book, self.parts.now
        if book.state[household] != HouseholdState.REGISTERING:
            # The water came first; once it lets go the household is settled, not registering.
            book.resting_state[household] = HouseholdState.SHELTERED
            return
        book.become(
            household,
            HouseholdState.SHELTERED,
            "settled",
            now,
            place=Where(Kind.SHELTER, shelter),
            cause=int(book.event[household]),
        )
        if np.isnan(book.times["settled"][household]):
            book.mark("settled", household, now)
        for hook in self.parts.at_settled:
            hook(household, shelter, now)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the shelters and every change of their loads."""
        places = self.parts.world.shelters
        shelters = pd.DataFrame(
            {
                "shelter": places.ids,
                "name": [place.name or place.id for place in places.models],
                "township": [place.township for place in places.models],
                "capacity": self.capacity,
                "x": places.x,
                "y": places.y,
                "people": self.people,
                "turned_away": self.turned_away,
                "flooded_s": self.flooded_since,
                "synthetic": [place.synthetic for place in places.models],
            }
        )
        loads = [(places.models[shelter].id, time, people) for shelter, time, people in self.loads]
        return {
            "shelters": shelters,
            "shelter_load": pd.DataFrame(loads, columns=["shelter", "time_s", "people"]),
        }
