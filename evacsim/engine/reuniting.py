"""Families that are taken to different shelters and look for each other (走失登记、家庭团聚)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.scenario.care import Reunion
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles

NOWHERE_YET = -1
HAS_CALLED = (HouseholdState.AWAY, HouseholdState.RETURNING, HouseholdState.RETURNED)
"""Whom nobody looks for."""


@dataclass(slots=True)
class Search:
    """One household that another one misses."""

    missed: int
    reporter: int
    reported: float
    event: int
    """By which it was reported."""
    reunited: float = np.nan


class Reuniting(Recorded):
    """All families of two households of one village (assumed: grandparents next door), where the plan lets them search.

    Who is settled in a shelter and has waited there in vain for the other half reports it missing. At
    regular hours the shelters compare their lists: when both are on one, and a phone works at both
    places, they are found, and together after the time it takes to bring them (they stay counted where
    they were settled, assumed). Who comes to the same shelter is found as soon as it is settled. Nobody
    looks for those who are away or home again: they have called (assumed).
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        n = parts.households.n
        self._rules: Reunion | None = parts.world.scenario.plan.care.reunion
        self._kin = np.full(n, NOWHERE_YET, dtype=np.int64)
        """The other half of the family of each household (row)."""
        self._listed_at = np.full(n, NOWHERE_YET, dtype=np.int64)
        """Shelter (row) on whose list each household stands."""
        self._settled_by = np.full(n, ROOT, dtype=np.int64)
        self._bringing = np.zeros(n)
        """How long it takes to bring each household to the other half once it is found [s]."""
        self._searches: dict[int, Search] = {}
        """Searches by the household that is missed."""
        if self._rules is not None:
            self._draw(self._rules)
            parts.at_settled.append(self._settle)

    def _draw(self, rules: Reunion) -> None:
        """Draw who is related to whom, and how long it takes to bring each, in the villages of the plan."""
        parts, world = self.parts, self.parts.world
        for zone, transfer in enumerate(world.transfers):
            if transfer is None:
                continue
            mine = parts.households.of_zone(zone)
            rows = mine.start + np.flatnonzero(~parts.households.is_visitor[mine])
            luck = parts.streams.get("kin", world.zones.ids[zone]).random(len(rows))
            bringing = parts.streams.get("bringing", world.zones.ids[zone]).random(len(rows))
            self._bringing[rows] = quantiles(rules.bring, bringing)
            by_luck = np.argsort(luck, kind="stable")
            n_pairs = int(np.count_nonzero(luck < rules.related_share)) // 2
            one, other = rows[by_luck[: 2 * n_pairs].reshape(-1, 2)].T
            self._kin[one], self._kin[other] = other, one

    def _settle(self, household: int, shelter: int, now: float) -> None:
        kin = int(self._kin[household])
        if kin == NOWHERE_YET:
            return
        assert self._rules is not None
        self._listed_at[household] = shelter
        self._settled_by[household] = int(self.parts.book.event[household])
        for search in (self._searches.get(household), self._searches.get(kin)):
            if search is not None and np.isnan(search.reunited):
                self._look(search)
        due = now + self._rules.report_after
        self.parts.clock.call_at(due, partial(self._report, household, kin))

    def _report(self, household: int, kin: int) -> None:
        """Report the other half missing, unless it has come, has called, or either has been reported before."""
        state = self.parts.book.state
        is_together = self._listed_at[kin] == self._listed_at[household]
        is_known = household in self._searches or kin in self._searches
        if (
            is_together
            or is_known
            or state[kin] in HAS_CALLED
            or state[household] != HouseholdState.SHELTERED
        ):
            return
        now = self.parts.now
        place = Where(Kind.SHELTER, int(self._listed_at[household]))
        event = self._record("missing_reported", kin, place, int(self._settled_by[household]))
        self._searches[kin] = Search(kin, household, now, event)
        self._look(self._searches[kin])

    def _look(self, search: Search) -> None:
        """See where a household that is missed may be found: here at once, elsewhere by the next list."""
        here, there = self._listed_at[search.reporter], self._listed_at[search.missed]
        if here == there:
            self._reunite(search)
        elif there != NOWHERE_YET:
            self._wait_for_lists(search)

    def _wait_for_lists(self, search: Search) -> None:
        assert self._rules is not None
        every = self._rules.exchange
        due = (math.floor(self.parts.now / every) + 1) * every
        self.parts.clock.call_at(due, partial(self._compare, search))

    def _compare(self, search: Search) -> None:
        """Hold the lists of two shelters against each other, or try again at the next hour."""
        if not np.isnan(search.reunited):
            return
        places = [Where(Kind.SHELTER, int(self._listed_at[row])) for row in (search.reporter, search.missed)]
        if all(self.parts.networks.works("phone", place) for place in places):
            due = self.parts.now + float(self._bringing[search.missed])
            self.parts.clock.call_at(due, partial(self._reunite, search))
        else:
            self._wait_for_lists(search)

    def _reunite(self, search: Search) -> None:
        states = self.parts.book.state[[search.reporter, search.missed]]
        if not np.isnan(search.reunited) or (states == HouseholdState.DEAD).any():
            return
        if (states == HouseholdState.TRAPPED).any():
            self._wait_for_lists(search)
            return
        search.reunited = self.parts.now
        place = Where(Kind.SHELTER, int(self._listed_at[search.missed]))
        by = (search.event, *self._settled_by[[search.reporter, search.missed]].tolist())
        self._record("reunited", search.missed, place, max(by))

    def _record(self, kind: str, household: int, place: Where, cause: int) -> int:
        people = float(self.parts.households.people[household])
        subject = Where(Kind.HOUSEHOLD, household)
        return self.parts.log.record(self.parts.now, kind, subject, place=place, value=people, cause=cause)

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return who was reported missing, and when found; none where nobody was."""
        if not self._searches:
            return {}
        households, shelters = self.parts.households, self.parts.world.shelters.ids
        zones = self.parts.world.zones.ids
        rows = [
            (
                f"{zones[households.zone[search.missed]]}/{households.number[search.missed]}",
                int(households.people[search.missed]),
                search.reported,
                search.reunited,
                "" if np.isnan(search.reunited) else f"shelter/{shelters[self._listed_at[search.missed]]}",
            )
            for search in self._searches.values()
        ]
        columns = ["household", "people", "reported_s", "reunited_s", "place"]
        return {"missing": pd.DataFrame(rows, columns=columns)}
