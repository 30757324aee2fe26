"""Shelters: who is let in, who waits at the desk, who is sent on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.desks import Desks, registration_times
from evacsim.engine.log import Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.routing import MoverClass
from evacsim.engine.travelers import CREW
from evacsim.engine.use import Use
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles


class Sheltering(Recorded):
    """All shelters of the district.

    A household that arrives is let in if the shelter is dry and has places for all of it; the
    places are its own from that moment. It then queues for a registration desk and is settled
    when registered. Whom a shelter turns away goes on to the next one, if the plan says so.

    A shelter with an `opening` is locked until somebody calls for it: a measure, or the first order for
    a zone that goes there, once its keeper has that order. It opens after its law; who comes
    before waits outside, and is let in first.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        scenario = parts.world.scenario
        ordered = parts.world.shelters.models
        self.row = {shelter.id: row for row, shelter in enumerate(ordered)}
        self.capacity = np.array([np.inf if s.capacity is None else s.capacity for s in ordered])
        """How many people each shelter holds, at the stage of care that it is at."""
        self._holds_at_first = self.capacity.copy()
        self.stage = [""] * len(ordered)
        """Stage of care of each shelter; empty where its area does not matter."""
        self.floor_height = np.array([s.floor_height for s in ordered])
        self.people = np.zeros(len(ordered), dtype=np.int64)
        self.turned_away = np.zeros(len(ordered), dtype=np.int64)
        self.flooded = np.zeros(len(ordered), dtype=bool)
        self.closed = np.zeros(len(ordered), dtype=bool)
        """Shelters that have been given up."""
        self.at_lost: list[Callable[[int, int], None]] = []
        """A shelter (row) takes somebody in no more who was to go there: flooded, given up or full; by an event."""
        self.at_let_in: list[Callable[[int, int, int], None]] = []
        """A household (row) has got its places in a shelter (row), by an event."""
        self.flooded_since = np.full(len(ordered), np.nan)
        self.flood_event = np.zeros(len(ordered), dtype=np.int64)
        self.loads: list[tuple[int, float, int]] = []
        """Every change of a load: shelter row, time [s], people."""
        self.opened = np.array([0.0 if s.opening is None else np.nan for s in ordered])
        """When each shelter opened [s]; nan for not yet."""
        self.called = np.full(len(ordered), np.nan)
        """When somebody first called for each shelter that has to be opened [s]."""
        self.at_left: list[Callable[[int, int], None]] = []
        """What is to be done when a household (row) gives up its places in a shelter (row)."""
        self._open_event = np.zeros(len(ordered), dtype=np.int64)
        self.let_in: Callable[[int, int, int], None] | None = None
        """What becomes of a household that waited outside when the shelter (row) opens, by an event."""
        self._outside: list[list[int]] = [[] for _ in ordered]
        parts.at_shelter_called.append(self.open)
        self._desks = [Desks(s.desks if s.staff is None else min(s.desks, s.staff)) for s in ordered]
        self._stay = np.zeros(parts.households.n, dtype=np.int64)
        """How often each household has come into a shelter or left one: a turn at a desk is for one stay only."""
        self._is_settled = np.zeros(parts.households.n, dtype=bool)
        """Whether each household is settled in the shelter that it has places in."""
        self._registration_time = registration_times(parts, scenario.plan.care.registration_time)
        """Time that each household takes at a desk [s]."""
        self._goes_on = scenario.plan.to.overflow == "next_nearest"

    def limit(self, capacity: NDArray[np.float64]) -> None:
        """Let every shelter hold so many people from the start, shape (n_shelters,)."""
        self.capacity = capacity.copy()
        self._holds_at_first = capacity.copy()

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
        takes_in = self.takes_in(people)
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

    def takes_in(self, people: int) -> NDArray[np.bool_]:
        """Return which shelters take so many people in: dry, not given up, with room."""
        takes_in: NDArray[np.bool_] = self.is_dry() & (self.people + people <= self.capacity)
        return takes_in

    def is_dry(self) -> NDArray[np.bool_]:
        """Return which shelters are dry, and not given up."""
        is_dry: NDArray[np.bool_] = ~self.flooded & ~self.closed
        return is_dry

    def choose_any(
        self,
        assigned: Sequence[int],
        node: int,
        mover_class: MoverClass,
        people: int,
        tried: Collection[int],
        *,
        household: int = CREW,
    ) -> int | None:
        """Return the shelter to go to, as `choose` does; where none has room the nearest dry one."""
        chosen = self.choose(assigned, node, mover_class, people, tried, household=household)
        if chosen is not None:
            return chosen
        times = self.parts.travelers.times_to_shelters(household, mover_class, node)
        times = np.where(self.is_dry(), times, np.inf)
        nearest = int(np.argmin(times))
        return nearest if np.isfinite(times[nearest]) else None

    def take_order(self, office: int, order: Order) -> None:
        """Call for the shelters of the zones of an order, where their keeper (or whoever first has it) has it now."""
        offices = self.parts.world.offices
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            for shelter in self.parts.destinations.of_zone(zone):
                keeper = self.parts.world.shelters.models[shelter].keeper
                if keeper is None or offices.row.get(keeper) in (None, office):
                    self.open(shelter, cause)

    def open(self, shelter: int, cause: int) -> None:
        """Let a shelter that is locked be opened, because of an event; a second call changes nothing."""
        parts, place = self.parts, Where(Kind.SHELTER, shelter)
        model = parts.world.shelters.models[shelter]
        if model.opening is None or np.isfinite(self.called[shelter]):
            return
        self.called[shelter] = parts.now
        called = parts.log.record(parts.now, "shelter_called", place, cause=cause)
        luck = parts.streams.get("opening", model.id).random(1)
        due = parts.now + float(quantiles(model.opening, luck)[0])
        parts.clock.call_at(due, partial(self._unlock, shelter, called))

    def _unlock(self, shelter: int, cause: int) -> None:
        parts = self.parts
        self.opened[shelter] = parts.now
        self._open_event[shelter] = parts.log.record(
            parts.now, "shelter_opened", Where(Kind.SHELTER, shelter), cause=cause
        )
        outside, self._outside[shelter] = self._still_outside(shelter), []
        for household in outside:
            # Whom the water holds there comes in once it lets go.
            if parts.book.state_of(household) == HouseholdState.UNSHELTERED and self.let_in is not None:
                self.let_in(
                    household, shelter, max(self._open_event[shelter], int(parts.book.event[household]))
                )

    def conclude(self) -> None:
        """Say of each shelter that people waited for in vain that it stayed locked."""
        for shelter in range(len(self._outside)):
            households = self._still_outside(shelter)
            if households:
                people = float(self.parts.households.people[households].sum())
                last = int(self.parts.book.event[households[-1]])
                self.parts.log.record(
                    self.parts.now, "shelter_locked", Where(Kind.SHELTER, shelter), value=people, cause=last
                )

    def admit(self, household: int, shelter: int, cause: int) -> bool:
        """Let a household in if there is room; else count it as turned away. Return whether it stays here."""
        parts, book = self.parts, self.parts.book
        people = int(parts.households.people[household])
        place = Where(Kind.SHELTER, shelter)
        if np.isnan(self.opened[shelter]) and not self.flooded[shelter] and not self.closed[shelter]:
            book.become(
                household, HouseholdState.UNSHELTERED, "waits_outside", parts.now, place=place, cause=cause
            )
            self._outside[shelter].append(household)
            return True
        is_shut = self.flooded[shelter] or self.closed[shelter]
        if is_shut or self.people[shelter] + people > self.capacity[shelter]:
            self.turned_away[shelter] += people
            because = int(self.flood_event[shelter]) if self.flooded[shelter] else cause
            turned_away = book.become(
                household,
                HouseholdState.UNSHELTERED,
                "turned_away",
                parts.now,
                place=place,
                cause=max(because, cause),
            )
            if not is_shut:
                self.lose(shelter, turned_away)
            return False
        self._load(shelter, people)
        book.has_place[household] = True
        arrived = book.become(
            household, HouseholdState.REGISTERING, "arrived", parts.now, place=place, cause=cause
        )
        for hook in self.at_let_in:
            hook(household, shelter, arrived)
        if np.isnan(book.times["arrived"][household]):
            book.mark("arrived", household, parts.now)
        took = float(self._registration_time[household])
        done = self._desks[shelter].begin(parts.now, took, people=int(parts.households.people[household])).end
        self._stay[household] += 1
        stay = int(self._stay[household])
        parts.clock.call_at(done, partial(self._take_turn, household, shelter, stay))
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
        self.lose(shelter, int(self.flood_event[shelter]))

    def close(self, shelter: int, cause: int) -> None:
        """Give a shelter up, by an event: from now on it takes nobody in."""
        self.closed[shelter] = True
        self.lose(shelter, cause)

    def lose(self, shelter: int, cause: int) -> None:
        """Tell those concerned that a shelter takes fewer people in than they reckon with, by an event."""
        for hook in self.at_lost:
            hook(shelter, cause)

    def waiting_outside(self) -> NDArray[np.int64]:
        """Return the people who wait outside each shelter that is locked, shape (n_shelters,)."""
        people, shelters = self.parts.households.people, range(len(self._outside))
        return np.array([people[self._still_outside(shelter)].sum() for shelter in shelters], dtype=np.int64)

    def _still_outside(self, shelter: int) -> list[int]:
        """Return who has waited before a locked shelter and still stands there, in the order of coming."""
        book = self.parts.book
        return [
            household
            for household in dict.fromkeys(self._outside[shelter])
            if book.kind_of_place(household) == Kind.SHELTER
            and book.place[household] == shelter
            and book.state_of(household) != HouseholdState.DEAD
        ]

    def release(self, household: int, shelter: int) -> None:
        """Give the places of a household back."""
        for hook in self.at_left:
            hook(household, shelter)
        self.parts.book.has_place[household] = False
        self._is_settled[household] = False
        self._stay[household] += 1
        self._load(shelter, -int(self.parts.households.people[household]))

    def _load(self, shelter: int, change: int) -> None:
        self.people[shelter] += change
        self.loads.append((shelter, self.parts.now, int(self.people[shelter])))

    def _take_turn(self, household: int, shelter: int, stay: int) -> None:
        """Settle a household when its turn at the desk is over, unless it has left the shelter since."""
        book = self.parts.book
        if stay != self._stay[household]:
            return
        if book.state_of(household) != HouseholdState.REGISTERING:
            # The water came first; once it lets go the household is settled, not registering.
            book.resting_state[household] = HouseholdState.SHELTERED
            return
        book.become(
            household,
            HouseholdState.SHELTERED,
            "settled",
            self.parts.now,
            place=Where(Kind.SHELTER, shelter),
            cause=int(book.event[household]),
        )
        self.settle(household, shelter)

    def settle(self, household: int, shelter: int) -> None:
        """Keep that a household is settled, and let those know who care for it there; once in a stay."""
        book, now = self.parts.book, self.parts.now
        if self._is_settled[household]:
            return
        self._is_settled[household] = True
        if np.isnan(book.times["settled"][household]):
            book.mark("settled", household, now)
        for hook in self.parts.at_settled:
            hook(household, shelter, now)

    def use(self) -> list[Use]:
        """Return how long the desks of each shelter to which anybody came were busy."""
        ids, now = self.parts.world.shelters.ids, self.parts.now
        used = [(f"shelter/{id_}", *desks.used(now)) for id_, desks in zip(ids, self._desks, strict=True)]
        return [Use("desks", *one) for one in used if one[-1] > 0]

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the shelters and every change of their loads."""
        places = self.parts.world.shelters
        shelters = pd.DataFrame(
            {
                "shelter": places.ids,
                "name": [place.name or place.id for place in places.models],
                "township": [place.township for place in places.models],
                "capacity": self._holds_at_first,
                "x": places.x,
                "y": places.y,
                "people": self.people,
                "turned_away": self.turned_away,
                "flooded_s": self.flooded_since,
                "synthetic": [place.synthetic for place in places.models],
            }
        )
        loads = [(places.models[shelter].id, time, people) for shelter, time, people in self.loads]
        told = [
            place.opening is not None or stage != ""
            for place, stage in zip(places.models, self.stage, strict=True)
        ]
        facilities = pd.DataFrame(
            {
                "shelter": places.ids,
                "kind": [place.kind or "" for place in places.models],
                "called_s": self.called,
                "opened_s": self.opened,
                "keeper": [place.keeper or "" for place in places.models],
                "area_m2": [np.nan if place.area is None else place.area for place in places.models],
                "stage": self.stage,
                "capacity": self.capacity,
            }
        )[told]
        return {
            **({"facilities": facilities.reset_index(drop=True)} if any(told) else {}),
            "shelters": shelters,
            "shelter_load": pd.DataFrame(loads, columns=["shelter", "time_s", "people"]),
        }
