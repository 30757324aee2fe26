"""Second transfer by bus (二次转移): a threatened shelter is a place where people wait for a vehicle.

waits for a bus - boarded - riding - another shelter; or held there when the water comes first.
"""

import numpy as np

from evacsim.engine.gathering import Gathering
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.travelers import CREW
from evacsim.engine.vehicles import Vehicle
from evacsim.terms import HouseholdState

THERE = (HouseholdState.REGISTERING, HouseholdState.SHELTERED)
"""States of those who are in a shelter and free to leave it."""


class SecondBuses:
    """Who waits in which shelter for a bus to another one.

    A bus of any fleet that has been called up goes there when nobody waits for it at a pick-up point: the
    first transfer comes first (assumed).
    """

    def __init__(self, parts: Parts, gathering: Gathering, sheltering: Sheltering) -> None:
        self.parts = parts
        self.gathering = gathering
        self.sheltering = sheltering
        self._waiting: dict[int, dict[int, None]] = {}
        """Households that wait in each shelter, in the order in which they were told."""
        self._seats_coming = np.zeros(parts.world.shelters.n, dtype=np.int64)
        self._promised = np.zeros(parts.world.shelters.n, dtype=np.int64)
        """Places that those under way by bus count on in each shelter."""

    def wait(self, households: list[int], shelter: int, cause: int) -> None:
        """Let households that are in a shelter wait there for a bus, by an event."""
        place = Where(Kind.SHELTER, shelter)
        for household in households:
            self.parts.book.note(household, "waits_for_bus", self.parts.now, place=place, cause=cause)
            self._waiting.setdefault(shelter, {})[household] = None
        if households:
            self.gathering.tell_all()

    @property
    def has_waiting(self) -> bool:
        """Return whether anybody waits in any shelter."""
        return any(self._waiting.values())

    def next_shelter(self, vehicle: Vehicle, seats: int) -> int | None:
        """Return the nearest shelter where people wait whom a bus can bring to another one; None for no such."""
        if not self.has_waiting:
            return None
        times = self.parts.travelers.times_to_shelters(CREW, MoverClass.BUS, vehicle.node)
        for shelter in sorted(self._waiting, key=lambda row: (times[row], row)):
            if not np.isfinite(times[shelter]):
                return None
            free = self._free(shelter)
            people = int(self.parts.households.people[free].sum())
            if people > self._seats_coming[shelter] and self.first(shelter, seats) is not None:
                return shelter
        return None

    def expect(self, shelter: int, seats: int) -> None:
        """Reckon with so many seats more, or fewer, on their way to a shelter."""
        self._seats_coming[shelter] += seats

    def first(self, shelter: int, free: int, goal: int | None = None) -> tuple[int, int] | None:
        """Return the first household that waits in a shelter and fits into free seats, with another shelter for it.

        None where nobody does, or where that shelter (`goal`, once somebody is aboard) has no room left.
        """
        for household in self._free(shelter):
            people = int(self.parts.households.people[household])
            if people <= free:
                found = self._choose(shelter, people, goal)
                return None if found is None else (household, found)
        return None

    def _choose(self, shelter: int, people: int, goal: int | None) -> int | None:
        """Return where people from a shelter go: the nearest other one with places that nobody counts on."""
        sheltering = self.sheltering
        node = int(self.parts.world.shelters.drive_node[shelter])
        sheltering.capacity -= self._promised
        if goal is None:
            found = sheltering.choose((), node, MoverClass.BUS, people, {shelter})
        else:
            found = goal if sheltering.takes_in(people)[goal] else None
        sheltering.capacity += self._promised
        return found

    def board(self, household: int, shelter: int, goal: int) -> None:
        """Let a household give up its places in a shelter for a seat in a bus to another."""
        self._promised[goal] += self.parts.households.people[household]
        del self._waiting[shelter][household]
        self.sheltering.release(household, shelter)

    def arrive(self, people: int, goal: int) -> None:
        """Stop keeping places for people whom a bus has brought to a shelter, or elsewhere."""
        self._promised[goal] -= people

    def _free(self, shelter: int) -> list[int]:
        """Return who waits in a shelter and is free to go; who has left it otherwise waits no more."""
        book, waiting = self.parts.book, self._waiting[shelter]
        gone = [
            household
            for household in waiting
            if book.kind_of_place(household) != Kind.SHELTER or book.place[household] != shelter
        ]
        for household in gone:
            del waiting[household]
        return [household for household in waiting if book.state_of(household) in THERE]
