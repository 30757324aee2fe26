"""Who acts first: village, town, district, and how a case goes from one to the next (先期处置、分级响应、移交).

heard - village's - (nobody of it on the way in time: handed over) - town's - (the same) - everybody's

A level where nobody answers is left out. What is grave is everybody's from the start. Whoever goes to a place anyway
takes in others there, whosever they are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.parts import Parts
from evacsim.engine.rescue.cases import ALL, NO_TOWN, Case, Cases
from evacsim.scenario.forces import Force
from evacsim.scenario.matching import matching
from evacsim.scenario.rescue import Tiers as Rules
from evacsim.world.laws import quantiles

VILLAGE, TOWN, DISTRICT = "village", "town", "district"
LEVELS = (DISTRICT, TOWN, VILLAGE)
"""Levels by number, see `Tiers.level`."""
AGAIN_AFTER = 300.0
"""From one try of a village that is cut off to hand over to the next [s] (assumed)."""


@dataclass(slots=True)
class Stay:
    """A case with one level."""

    tier: int
    since: float
    until: float = np.nan
    end: str = "open"
    """handed_over, grave (it became everybody's), closed; open at the end."""


class Tiers:
    """Whose each case is, and when it becomes another's.

    Parameters
    ----------
    crews : iterable of Force or None
        Teams that crew craft which fetch people; None for craft that have people of their own.
    """

    def __init__(self, parts: Parts, cases: Cases, rules: Rules, crews: Iterable[Force | None]) -> None:
        self.parts = parts
        self.cases = cases
        self.rules = rules
        zones = parts.world.zones
        # Tier 0 is everybody's (`ALL`), then there is one for each town in the order of its code, one for each zone.
        self._first_zone = 1 + cases.n_towns
        self._rows = {id_: row for row, id_ in enumerate(zones.ids)}
        numbers: dict[frozenset[int], int] = {frozenset((ALL,)): 0}
        """Sets of tiers that any team answers for, numbered."""
        self._answers = {
            force.id: numbers.setdefault(self._tiers_of(force), len(numbers))
            for force in crews
            if force is not None
        }
        self._may: NDArray[np.bool_] = np.zeros((len(numbers), self._first_zone + zones.n), dtype=bool)
        for tiers, row in numbers.items():
            self._may[row, list(tiers)] = True
        self._has_any: NDArray[np.bool_] = np.any(self._may, axis=0)
        self._due: dict[int, float] = {}
        """When each case that is not everybody's is handed over if nobody is on the way to it [s]."""
        self._handed: set[int] = set()
        """Cases that are being handed over."""
        self.is_reached: Callable[[int], bool] = lambda _: True
        """Whether word gets from a zone (row) to the next level now."""
        self._alone: set[int] = set()
        """Cases of which only the village knows."""
        self._trying: set[int] = set()
        """Of these, those that it tries to tell of."""
        self._stays: dict[int, list[Stay]] = {}
        """Whose each case was, one after the other."""
        cases.at_news.append(self._hear)
        cases.at_told_again.append(self._hear_elsewhere)
        cases.at_closed.append(partial(self._end, why="closed"))

    def answers(self, force: Force | None) -> int:
        """Return the number of the set of tiers that a team answers for; whoever fetches nobody is the district's.

        Teams of one number may be sent to the same cases.
        """
        return 0 if force is None else self._answers.get(force.id, 0)

    def may(self, answers: int, tier: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each tier whether teams that answer so (`answers`) may be sent to its cases."""
        allowed: NDArray[np.bool_] = self._may[answers, tier]
        return allowed

    def may_be_sent(self, force: Force | None, case: Case) -> bool:
        """Return whether craft of a team may be sent to a case as it is now."""
        return bool(self._may[self.answers(force), case.tier])

    def level(self, tier: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return whose cases of some tiers are: 0 everybody's, 1 a town's, 2 a village's."""
        return np.searchsorted([ALL, self._first_zone - 1], tier)

    def acts_first(self, force: Force | None) -> tuple[bool, bool]:
        """Return whether a team answers before others for any town, and for any village."""
        row = self._may[self.answers(force)]
        return bool(row[1 : self._first_zone].any()), bool(row[self._first_zone :].any())

    def heard_by_village(self, household: int) -> float | None:
        """Return when the village knows without a phone of a household that is in need from now on [s].

        None where nobody answers for its zone, or nobody hears.
        """
        own = self._first_zone + int(self.parts.households.zone[household])
        if self.rules.hears is None or not self._has_any[own]:
            return None
        luck = self.parts.streams.get("heard_by_village", *self.parts.name_of(household)).random(1)
        return self.parts.now + float(quantiles(self.rules.hears, luck)[0])

    def _tiers_of(self, force: Force) -> frozenset[int]:
        own = {self._rows[id_] for pattern in force.zones for id_ in matching(pattern, self._rows)}
        models = self.parts.world.zones.models
        towns = {force.township, *(models[zone].township for zone in own)} - {""}
        codes = {self.cases.town(town) for town in towns} - {NO_TOWN}
        return frozenset((ALL, *(1 + code for code in codes), *(self._first_zone + zone for zone in own)))

    # -- from one to the next ---------------------------------------------------------------

    def _hear(self, case: Case) -> None:
        """Let a new case be the first level's that has anybody, a grave one everybody's; begin to wait for craft."""
        if case.row not in self._stays:
            self._stays[case.row] = []
            if case.source == VILLAGE:
                self._alone.add(case.row)
            own = self._first_zone + case.zone
            first = own if self._has_any[own] else self._towns(case)
            self._give(case, ALL if self._is_grave(case) and self.is_told(case) else first)
        elif case.tier != ALL and self._is_grave(case) and self.is_told(case):
            self._give(case, ALL, "grave")
        elif case.tier != ALL and case.craft is None:
            self._due[case.row] = self.parts.now + self.rules.holds
            self.parts.clock.call_at(self._due[case.row], partial(self._look, case))

    def _hear_elsewhere(self, case: Case) -> None:
        """Let a case be known that only a village knew; what it could not hand over it need not."""
        if case.row in self._alone:
            self._alone.remove(case.row)
            self._look(case)

    def _look(self, case: Case) -> None:
        """Hand a case over that nobody has been sent to in time, and a grave one at once, if word gets through."""
        if not case.is_open or case.tier == ALL or case.row in self._handed:
            return
        is_grave = self._is_grave(case)
        if not is_grave and (case.craft is not None or self.parts.now < self._due[case.row]):
            return
        if not self.is_told(case):
            if case.row not in self._trying:
                self._trying.add(case.row)
                self.parts.clock.call_at(self.parts.now + AGAIN_AFTER, partial(self._try_again, case))
        elif is_grave:
            self._give(case, ALL, "grave")
        else:
            self._hand_over(case)

    def _try_again(self, case: Case) -> None:
        self._trying.remove(case.row)
        self._look(case)

    def _hand_over(self, case: Case) -> None:
        parts = self.parts
        self._alone.discard(case.row)
        self._handed.add(case.row)
        case.event = parts.log.record(
            parts.now, "case_handed_over", self.cases.where(case), value=float(case.people), cause=case.event
        )
        luck = parts.streams.get("handover", str(case.row)).random(2)[[len(self._stays[case.row]) - 1]]
        takes = float(quantiles(self.rules.handover, luck)[0])
        parts.clock.call_at(parts.now + takes, partial(self._take_over, case))

    def _take_over(self, case: Case) -> None:
        self._handed.remove(case.row)
        if case.is_open and case.tier != ALL:
            is_village = case.tier >= self._first_zone
            self._give(case, self._towns(case) if is_village else ALL, "handed_over")

    def _give(self, case: Case, tier: int, why: str = "") -> None:
        """Let a case be the one of a level from now on."""
        parts, stays = self.parts, self._stays[case.row]
        event = case.event
        if stays:
            self._end(case, why)
            event = parts.log.record(
                parts.now, "case_taken_over", self.cases.where(case), value=float(case.people), cause=event
            )
        stays.append(Stay(tier, parts.now))
        if tier != ALL or len(stays) > 1:
            self.cases.pass_on(case, tier, event)

    def _end(self, case: Case, why: str) -> None:
        stay = self._stays[case.row][-1]
        stay.until, stay.end = self.parts.now, why

    def is_told(self, case: Case) -> bool:
        """Return whether others than the village know of a case, or can be told of it."""
        return case.row not in self._alone or self.is_reached(case.zone)

    def _is_grave(self, case: Case) -> bool:
        return self.rules.at_once is not None and case.grade <= self.rules.at_once

    def _towns(self, case: Case) -> int:
        """Return the tier of a case's town, or everybody's where the town has nobody but the village's own."""
        tier, own = 1 + self.cases.town_of[case.zone], self._first_zone + case.zone
        return tier if (self._may[:, tier] & ~self._may[:, own]).any() else ALL

    # -- what stays -------------------------------------------------------------------------

    def table(self) -> pd.DataFrame:
        """Return whose each case was, from when until when, and why no longer."""
        return pd.DataFrame(
            [
                {
                    "case": str(row + 1),
                    "level": LEVELS[int(self.level(np.array(stay.tier)))],
                    "from_s": stay.since,
                    "until_s": stay.until,
                    "end": stay.end,
                }
                for row, stays in self._stays.items()
                for stay in stays
            ]
        )
