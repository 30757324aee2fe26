"""Shelters allotted to households by computing, before the transfer and again when a shelter is lost (调整安置点).

computed at the start - shelter lost - (message) - computed again for whoever is not there yet.

At the start everybody whom the plan moves to a shelter is placed, with the roads and shelters as they
are then; nobody knows the flood to come. A shelter is lost when water enters it, when it is given up,
or when others have taken the places of those who are to go there. Then all are placed again who have not set
out, wait for a bus or walk to it, and those who are on their own way to the shelter that is lost, from
there: word reaches them before they would leave it. Who rides goes where the bus goes. Whoever is
told nothing new keeps the place.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.assigning import assign, free_places, free_times, groups_to_place, place_households
from evacsim.engine.destinations import NO_SHELTER
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.sheltering import Sheltering
from evacsim.terms import HouseholdState

TO_BE_TOLD = (
    HouseholdState.AT_HOME,
    HouseholdState.AWAY,
    HouseholdState.PREPARING,
    HouseholdState.WALKING_TO_PICKUP,
    HouseholdState.WAITING,
)
"""States in which a household can be told another shelter as if it had not set out."""
UNDER_WAY = (HouseholdState.WALKING, HouseholdState.DRIVING)
EXPECTED = (*UNDER_WAY, HouseholdState.RIDING, HouseholdState.STRANDED, HouseholdState.TRAPPED)
"""States in which a household is reckoned with where it was to go."""
WORTH_TELLING = 600.0
"""Way that must be saved for each person who is told another shelter though the old one is open [s] (assumed)."""


class Allotting(Recorded):
    """Who is to go to which shelter, where the plan has that computed."""

    def __init__(self, parts: Parts, sheltering: Sheltering) -> None:
        self.parts = parts
        self.sheltering = sheltering
        self._plan = parts.world.scenario.plan.to
        self._own = np.full(parts.households.n, NO_SHELTER, dtype=np.int32)
        self._is_due = False
        """Whether everybody will be placed again soon."""
        self._lines: list[tuple[int, int, int, float, str]] = []
        to_shelter = [one is not None and one.moved_to == "shelter" for one in parts.world.transfers]
        self._who = np.array(to_shelter, dtype=bool)[parts.households.zone] & (parts.mode != Mode.NONE)
        if self._plan.assignment == "computed":
            sheltering.at_lost.append(self._lose)
            sheltering.at_let_in.append(self._take_in)

    def schedule(self) -> None:
        """Call for the first placing, at the start, after the roads and the water of that moment."""
        if self._plan.assignment == "computed":
            self.parts.clock.call_at(0.0, self._begin)

    def _begin(self) -> None:
        self._place(self._who, np.full(self.parts.households.n, NO_SHELTER))
        self._write_down(self._who, "computed")

    def _lose(self, shelter: int, cause: int) -> None:
        """Place people again after the time of a message, where anybody is still to go to a shelter that is lost."""
        if self._is_due or not self._still_to_come(shelter).any():
            return
        self._is_due = True
        due = self.parts.now + self._plan.message_time
        self.parts.clock.call_at(due, partial(self._place_again, cause))

    def _take_in(self, household: int, shelter: int, cause: int) -> None:
        """Look whether a household that was not to go to a shelter has taken the place of those who are."""
        if self._own[household] == shelter:
            return
        people = int(self.parts.households.people[self._still_to_come(shelter)].sum())
        if self.sheltering.people[shelter] + people > self.sheltering.capacity[shelter]:
            self._lose(shelter, cause)

    def _still_to_come(self, shelter: int) -> NDArray[np.bool_]:
        """Return who is to go to a shelter and has not been in any."""
        book = self.parts.book
        comes = np.isin(book.state, (*TO_BE_TOLD, *EXPECTED)) & np.isnan(book.times["arrived"])
        still: NDArray[np.bool_] = self._who & (self._own == shelter) & comes
        return still

    def _place_again(self, cause: int) -> None:
        self._is_due = False
        parts, book, before = self.parts, self.parts.book, self._own.copy()
        lost = self._lost()
        is_placed = before != NO_SHELTER
        turns = np.isin(book.state, UNDER_WAY) & is_placed & lost[before]
        who = self._who & np.isnan(book.times["arrived"])
        turns &= who
        who &= np.isin(book.state, TO_BE_TOLD) & ~book.held_by_water | turns
        standing = np.full(parts.households.n, NO_SHELTER)
        shelters = parts.world.shelters
        by_car = book.state[turns] == HouseholdState.DRIVING
        standing[turns] = np.where(
            by_car, shelters.drive_node[before[turns]], shelters.walk_node[before[turns]]
        )
        self._place(who, standing)
        told = who & (self._own != before) & (self._own != NO_SHELTER)
        events = {}
        for zone in np.unique(parts.households.zone[told]).tolist():
            people = int(parts.households.people[told & (parts.households.zone == zone)].sum())
            place = Where(Kind.ZONE, zone)
            events[zone] = parts.log.record(
                parts.now, "assigned_again", place, place=place, value=people, cause=cause
            )
        for zone, event in events.items():
            for shelter in np.unique(self._own[told & (parts.households.zone == zone)]).tolist():
                for hook in parts.at_shelter_called:
                    hook(shelter, event)
        self._write_down(told, "again")

    def _place(self, who: NDArray[np.bool_], standing: NDArray[np.int64]) -> None:
        """Find a shelter for some households; those who are not among them keep theirs."""
        parts, households = self.parts, self.parts.households
        groups = groups_to_place(
            parts.world, households, parts.mode, who=who, told=self._own, standing=standing
        )
        time = free_times(parts.world, groups, parts.routing)
        places = free_places(
            parts.world,
            capacity=self.sheltering.capacity,
            inside=self._taken(who),
            is_open=~self._lost(),
            dry_until=-np.inf,
        )
        assignment = assign(groups, time=time, places=places, change_time=WORTH_TELLING)
        own = place_households(assignment, households, time=time, places=places)
        self._own = np.where(who, own, self._own).astype(np.int32)
        parts.destinations.allot(self._own)

    def _taken(self, who: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the places of each shelter that are not free for some households, shape (n_shelters,) [person].

        Those are of people inside and outside its door, and of those on their way who are not asked.
        """
        state, people = self.parts.book.state, self.parts.households.people
        expected = np.isin(state, EXPECTED) & (self._own != NO_SHELTER) & ~who
        expected &= np.isnan(self.parts.book.times["arrived"])
        taken = self.sheltering.people + self.sheltering.waiting_outside()
        np.add.at(taken, self._own[expected], people[expected])
        return taken

    def _lost(self) -> NDArray[np.bool_]:
        """Return which shelters take nobody in now."""
        return self.sheltering.flooded | self.sheltering.closed

    def _write_down(self, who: NDArray[np.bool_], source: str) -> None:
        """Note how many of each zone are told which shelter now."""
        households = self.parts.households
        rows = np.flatnonzero(who & (self._own != NO_SHELTER))
        pairs = pd.DataFrame(
            {
                "zone": households.zone[rows],
                "shelter": self._own[rows],
                "people": households.people[rows],
            }
        )
        total = pairs.groupby(["zone", "shelter"], as_index=False)["people"].sum()
        self._lines += [
            (int(zone), int(shelter), int(people), self.parts.now, source)
            for zone, shelter, people in total.itertuples(index=False)
        ]

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return who was told which shelter when; none where the plan says it."""
        zones, shelters = self.parts.world.zones.ids, self.parts.world.shelters.ids
        lines = [
            (zones[zone], shelters[shelter], people, time, source)
            for zone, shelter, people, time, source in self._lines
        ]
        columns = ["zone", "shelter", "people", "time_s", "source"]
        return {"assignments": pd.DataFrame(lines, columns=columns)} if lines else {}
