"""The cases that headquarters knows: what it believes, which need not be so (救援警情).

open - (a craft is sent) - under way - reached - closed; one about nobody, or about people who are gone
already, is closed at the place, when nobody is found.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.need import Need
from evacsim.engine.rescue.waiting import Waiting

NO_TOWN = -1
ALL = 0
"""Tier of a case that any craft may be sent to."""


@dataclass(slots=True)
class Case:
    """One case as headquarters has it."""

    row: int
    node: int
    """Where it is said to be."""
    people: int
    """How many it is said to be about."""
    grade: int
    """How grave it is said to be (`need.IN_DANGER` ...)."""
    source: str
    """call, double, false, passer_by, patrol, drone, found, village."""
    heard: float
    event: int
    zone: int
    """Zone whose people it is said to be about."""
    tier: int = ALL
    """Whose it is: `ALL`, or a town or zone by itself (`tiers.Tiers`)."""
    households: list[int] = field(default_factory=list)
    """Whom it is really about; nobody of a false one."""
    since: float = np.nan
    """Since when they are in need, nan for nobody [s]."""
    craft: int | None = None
    """Vehicle that is on its way, or there."""
    assigned: float = np.nan
    reached: float = np.nan
    closed: float = np.nan
    safe: float = np.nan
    fetched: int = 0
    """People fetched."""
    result: str = "open"
    """fetched: people of it were; gone: word came that they need nobody any more; nobody: none was found; open."""

    @property
    def is_open(self) -> bool:
        """Return whether it is not closed."""
        return bool(np.isnan(self.closed))


class Cases:
    """All cases, in the order in which headquarters heard of them."""

    def __init__(self, parts: Parts, need: Need) -> None:
        self.parts = parts
        self.need = need
        self.all: list[Case] = []
        self.open: dict[int, Case] = {}
        """Cases that are not closed, by row."""
        self.of: dict[int, list[Case]] = {}
        """Open cases of each household that is in any."""
        self.at_news: list[Callable[[Case], None]] = []
        """A case has been opened, or waits again."""
        self.at_told_again: list[Callable[[Case], None]] = []
        """Somebody else tells of the people of a case."""
        self.at_closed: list[Callable[[Case], None]] = []
        self._picture: list[tuple[float, int, int, int, int]] = []
        self._unheard = 0
        """People in need whom no open case is about."""
        need.at_begun.append(self._begin)
        need.at_over.append(self._end)
        self._believed = 0
        """People in all open cases, as reported."""
        towns = sorted({zone.township for zone in parts.world.zones.models})
        self._town = {town: code for code, town in enumerate(towns)}
        self.n_towns = len(towns)
        self.town_of = [self._town[zone.township] for zone in parts.world.zones.models]
        """Town (code) of each zone (row)."""
        self.waiting = Waiting()
        """Those that are open, and nobody is on the way to."""

    def hear(
        self,
        *,
        node: int,
        people: int,
        grade: int,
        source: str,
        cause: int,
        households: list[int],
        zone: int,
    ) -> Case:
        """Open a case."""
        case = Case(
            row=len(self.all),
            node=node,
            people=people,
            grade=grade,
            source=source,
            heard=self.parts.now,
            event=0,
            zone=zone,
            households=list(households),
            since=min((self.need.since[h] for h in households if h in self.need.since), default=np.nan),
        )
        place = Where(Kind.NODE, node)
        case.event = self.parts.log.record(
            self.parts.now, "case_opened", self.where(case), place=place, value=float(people), cause=cause
        )
        self.all.append(case)
        self._believed += people
        self.waiting.add(case, self.town_of[zone])
        self.open[case.row] = case
        for household in households:
            if household not in self.of and household in self.need.since:
                self._unheard -= int(self.parts.households.people[household])
            self.of.setdefault(household, []).append(case)
        self.note()
        for hook in self.at_news:
            hook(case)
        return case

    def tell_again(self, household: int) -> None:
        """Let somebody else tell of a household that cases are about already."""
        for case in self.of[household]:
            for hook in self.at_told_again:
                hook(case)

    def raise_grade(self, case: Case, grade: int, cause: int) -> None:
        """Let headquarters hear that a case is graver than it was said to be."""
        if grade < case.grade:
            waits = self._wait_no_longer(case)
            case.grade = grade
            self._change(case, cause, waits=waits)

    def pass_on(self, case: Case, tier: int, cause: int) -> None:
        """Let a case that waits be another level's."""
        waits = self._wait_no_longer(case)
        case.tier = tier
        self._change(case, cause, waits=waits)

    def _change(self, case: Case, cause: int, *, waits: bool) -> None:
        """Let whoever sends craft know that another thing is said of a case than before."""
        if waits:
            self.waiting.add(case, self.town_of[case.zone])
        case.event = max(case.event, cause)
        for hook in self.at_news:
            hook(case)

    def assign(self, case: Case, vehicle: int) -> None:
        """Let a craft (vehicle row) be on its way to a case."""
        case.craft, case.assigned = vehicle, self.parts.now
        self._wait_no_longer(case)

    def give_back(self, case: Case) -> None:
        """Let a case wait for another craft."""
        case.craft = None
        if case.is_open:
            self.waiting.add(case, self.town_of[case.zone])
            for hook in self.at_news:
                hook(case)

    def close(self, case: Case, result: str, cause: int) -> None:
        """Close a case."""
        if not case.is_open:
            return
        case.closed, case.result = self.parts.now, result
        del self.open[case.row]
        self._believed -= case.people
        self._wait_no_longer(case)
        for household in case.households:
            self.of[household].remove(case)
            if not self.of[household]:
                del self.of[household]
                if household in self.need.since:
                    self._unheard += int(self.parts.households.people[household])
        case.event = self.parts.log.record(
            self.parts.now,
            "case_closed",
            self.where(case),
            value=float(case.fetched),
            cause=max(cause, case.event),
        )
        self.note()
        for hook in self.at_closed:
            hook(case)

    def town(self, name: str) -> int:
        """Return the code of a town, `NO_TOWN` of one where nobody lives."""
        return self._town.get(name, NO_TOWN)

    def _wait_no_longer(self, case: Case) -> bool:
        return self.waiting.discard(case, self.town_of[case.zone])

    def call_off(self, household: int, cause: int) -> None:
        """Close the cases of a household whose people need nobody any more, if word of it gets through."""
        place = Where(Kind.ZONE, int(self.parts.households.zone[household]))
        if not self.parts.networks.works("phone", place):
            return
        for case in list(self.of.get(household, ())):
            if not any(self.need.is_in(other) for other in case.households):
                self.close(case, "gone", cause)

    def note(self) -> None:
        """Write down what headquarters believes now, and what is true."""
        self._picture.append(
            (self.parts.now, len(self.open), self._believed, self.need.people, self._unheard)
        )

    def _begin(self, household: int) -> None:
        if household not in self.of:
            self._unheard += int(self.parts.households.people[household])
        self.note()

    def _end(self, household: int) -> None:
        if household not in self.of:
            self._unheard -= int(self.parts.households.people[household])
        self.note()

    @staticmethod
    def where(case: Case) -> Where:
        """Return a case as the subject of an event."""
        return Where(Kind.CASE, case.row)

    def names(self) -> list[str]:
        """Return the ids of the cases, by row."""
        return [str(case.row + 1) for case in self.all]

    def tables(self, vehicles: list[str]) -> dict[str, pd.DataFrame]:
        """Return every case, and what headquarters believed beside the truth."""
        nodes = self.parts.world.roads.node_ids
        rows = [
            {
                "case": str(case.row + 1),
                "source": case.source,
                "node": nodes[case.node],
                "grade": case.grade,
                "said_people": case.people,
                "true_people": int(self.parts.households.people[case.households].sum()),
                "need_s": case.since,
                "heard_s": case.heard,
                "assigned_s": case.assigned,
                "reached_s": case.reached,
                "safe_s": case.safe,
                "closed_s": case.closed,
                "craft": "" if case.craft is None else vehicles[case.craft],
                "fetched": case.fetched,
                "result": case.result,
            }
            for case in self.all
        ]
        last: dict[float, tuple[int, int, int, int]] = {time: rest for time, *rest in self._picture}  # type: ignore[misc]
        picture = [(time, *rest) for time, rest in last.items()]
        return {
            "cases": pd.DataFrame(rows),
            "need": pd.DataFrame(
                picture, columns=["time_s", "cases", "believed_people", "people", "unheard_people"]
            ),
        }
