"""People who are heard of although they do not call, and people whom neighbours fetch (搜救、自救互救)."""

from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.calls import Calls
from evacsim.engine.rescue.loading import Afoot, Loading
from evacsim.engine.rescue.reach import Reach
from evacsim.engine.rescue.teams import Teams
from evacsim.engine.rescue.tiers import VILLAGE, Tiers
from evacsim.scenario.rescue import Rescue
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles

REACHED_AT = (Kind.ZONE, Kind.NODE, Kind.PICKUP_POINT)
"""Where neighbours fetch people: not from upstairs in a shelter, off a vehicle, or off the middle of a road."""


class Seeking:
    """Passers-by, patrols, neighbours."""

    def __init__(
        self,
        parts: Parts,
        calls: Calls,
        teams: Teams,
        reach: Reach,
        loading: Loading,
        afoot: Afoot,
        rules: Rescue,
        tiers: Tiers | None = None,
    ) -> None:
        self.parts = parts
        self.need, self.cases, self.calls = calls.need, calls.cases, calls
        self.teams = teams
        self.reach = reach
        self.loading = loading
        self.afoot = afoot
        self.seeking, self.self_help = rules.seeking, rules.self_help
        self.tiers = tiers
        self._patrolled: dict[int, int] = {}
        """How often each household has been passed over by a patrol."""
        self._is_patrolling = False
        self._helped: list[tuple[int, float]] = []
        self.need.at_begun.append(self._begin)

    def _begin(self, household: int) -> None:
        parts, since = self.parts, self.need.since[household]
        luck = self._luck(household)
        if self.seeking.passers_by is not None:
            due = parts.now + float(quantiles(self.seeking.passers_by, luck[:1])[0])
            parts.clock.call_at(due, partial(self._report, household, since, "passer_by"))
        if self.self_help is not None and luck[1] < self.self_help.share:
            due = parts.now + float(quantiles(self.self_help.takes, luck[2:3])[0])
            parts.clock.call_at(due, partial(self._fetch, household, since))
        heard = None if self.tiers is None else self.tiers.heard_by_village(household)
        if heard is not None:
            parts.clock.call_at(heard, partial(self._report, household, since, VILLAGE))
        if self.seeking.patrol_every is not None and not self._is_patrolling:
            self._is_patrolling = True
            parts.clock.call_at(parts.now + self.seeking.patrol_every, self._patrol)

    def _report(self, household: int, since: float, source: str) -> None:
        if self.need.is_in(household, since):
            self.find(household, source, int(self.parts.book.event[household]))

    def find(self, household: int, source: str, cause: int) -> None:
        """Let headquarters hear of a household in need from somebody who has seen it, unless it has a case already."""
        if household in self.cases.of:
            self.cases.tell_again(household)
            return
        found = self.parts.log.record(
            self.parts.now,
            "found",
            Where(Kind.HOUSEHOLD, household),
            place=self.need.place(household),
            value=float(self.parts.households.people[household]),
            cause=max(cause, int(self.parts.book.event[household])),
        )
        self.calls.open(household, source, found)

    # -- patrols ----------------------------------------------------------------------------

    def _patrol(self) -> None:
        """Let a team that can search look over all flooded zones: by night only one that flies with its own eyes."""
        assert self.seeking.patrol_every is not None
        parts = self.parts
        able = [
            team
            for team in self.teams.teams
            if "search" in team.force.can and team.is_led and team.ready.triggered
        ]
        if able:
            for household in sorted(self.need.since):
                number = self._patrolled[household] = self._patrolled.get(household, 0) + 1
                # Where levels act one after the other, a village may be alone with what it knows.
                if household in self.cases.of and self.tiers is None:
                    continue
                luck = parts.streams.get("patrol", *parts.name_of(household), str(number))
                if float(luck.random()) < self.seeking.patrol_sees:
                    self.find(household, "patrol", able[0].event)
        if self.need.since:
            parts.clock.call_at(parts.now + self.seeking.patrol_every, self._patrol)
        else:
            self._is_patrolling = False

    # -- neighbours -------------------------------------------------------------------------

    def _fetch(self, household: int, since: float) -> None:
        """Let neighbours bring a household to the nearest place from which it can walk, if it is in no danger."""
        parts, book = self.parts, self.parts.book
        waits = self.need.is_in(household, since) and book.state_of(household) == HouseholdState.STRANDED
        if not waits or book.kind_of_place(household) not in REACHED_AT:
            return
        node = self.need.node(household)
        walkable = self.loading.walkable()
        shore = node if walkable[node] else self.reach.nearest(node, walkable, parts.boats.usual)
        if shore is None:
            return
        cause = int(book.event[household])
        self.afoot.pick_up(household)
        self._helped.append((household, parts.now))
        fetched = book.note(
            household, "fetched_by_neighbours", parts.now, place=Where(Kind.NODE, shore), cause=cause
        )
        self.afoot.come_ashore(household, shore, fetched)
        # The neighbours tell of those who have no phone.
        self.cases.call_off(household, fetched)

    def _luck(self, household: int) -> np.ndarray:
        return self.parts.streams.get("seeking", *self.parts.name_of(household)).random(3)

    def helped(self) -> pd.DataFrame:
        """Return whom neighbours have fetched, and when."""
        people, name_of = self.parts.households.people, self.parts.name_of
        rows = [("/".join(name_of(h)), int(people[h]), time) for h, time in self._helped]
        return pd.DataFrame(rows, columns=["household", "people", "time_s"])
