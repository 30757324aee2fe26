"""Calls for help (求救): from coming into need until headquarters has heard of it.

in need - (delay) - attempt - (no network, or lost: again) - waits for a line - told

Whoever has no phone does not call. Whoever else knows calls once more for some of them. The call
centre takes as many calls at a time as it has lines, in the order in which they got through.
"""

from functools import partial
from heapq import heapreplace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.cases import Case, Cases
from evacsim.engine.rescue.need import IN_DANGER, WAITING, Need
from evacsim.scenario.rescue import HelpCalls
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles

N_LUCK = 10


class Calls:
    """All calls for help of a run."""

    def __init__(self, parts: Parts, need: Need, cases: Cases, rules: HelpCalls) -> None:
        self.parts = parts
        self.need = need
        self.cases = cases
        self.rules = rules
        self._free = [0.0] * rules.lines
        """When each line of the call centre is free [s]."""
        self._luck: dict[int, NDArray[np.float64]] = {}
        self._lost: dict[tuple[int, str], np.random.Generator] = {}
        self._calls: list[dict[str, Any]] = []
        self._false = parts.streams.get("help_false")
        self._has_false = False
        need.at_begun.append(self._begin)
        need.at_over.append(self._tell_over)

    def _tell_over(self, household: int) -> None:
        """Let whoever has got away by himself say so, if he can: a case whose people all have is closed.

        Those whom a craft has taken in are told of by its crew.
        """
        book = self.parts.book
        is_free = book.state_of(household) not in (HouseholdState.RIDING, HouseholdState.DEAD)
        if is_free and self.luck(household)[0] >= self.rules.without_phone:
            self.cases.call_off(household, int(book.event[household]))

    def _begin(self, household: int) -> None:
        luck = self.luck(household)
        if luck[0] < self.rules.without_phone:
            return
        due = self.parts.now + float(quantiles(self.rules.delay, luck[1:2])[0])
        since = self.need.since[household]
        self.parts.clock.call_at(due, partial(self._attempt, household, since, 1, "call", ROOT))
        if luck[2] < self.rules.double:
            due = self.parts.now + 2 * float(quantiles(self.rules.delay, luck[3:4])[0])
            self.parts.clock.call_at(due, partial(self._attempt, household, since, 1, "double", ROOT))

    def _attempt(self, household: int, since: float, number: int, source: str, failed: int) -> None:
        """Try to get through, unless the need is over."""
        if not self.need.is_in(household, since) or (number > 1 and self._is_known(household, source)):
            return
        parts, place = self.parts, Where(Kind.ZONE, int(self.parts.households.zone[household]))
        # Who calls for others stands where the network works.
        works = source == "double" or parts.networks.works("phone", place)
        takes = float(quantiles(self.rules.takes, self.luck(household)[4:5])[0])
        # The channel is asked for last: who takes one gets through.
        gets_through = works and self._dice(household, source) >= self.rules.lost
        if gets_through and (source == "double" or self._has_channel(place, takes)):
            done = self._take_line(takes)
            line = self._write(household, source, number)
            cause = max(failed, int(parts.book.event[household]))
            parts.clock.call_at(done, partial(self._tell, household, since, source, cause, line))
            return
        cause = int(parts.book.event[household])
        if not works:
            cause = max(cause, parts.networks.cause("phone", place))
        if number == 1:
            # Further attempts that fail the same way say nothing new.
            failed = parts.log.record(
                parts.now, "help_call_failed", Where(Kind.HOUSEHOLD, household), place=place, cause=cause
            )
        due = parts.now + self.rules.again_after
        parts.clock.call_at(due, partial(self._attempt, household, since, number + 1, source, failed))

    def _tell(self, household: int, since: float, source: str, cause: int, line: dict[str, Any]) -> None:
        """Let headquarters hear of a household, at the end of the call."""
        parts, luck = self.parts, self.luck(household)
        line["heard_s"] = parts.now
        heard = parts.log.record(
            parts.now,
            "help_heard",
            Where(Kind.HOUSEHOLD, household),
            place=self.need.place(household),
            value=float(parts.households.people[household]),
            cause=cause,
        )
        known = self.cases.of.get(household, [])
        is_same = source == "call" or luck[5] < self.rules.merged
        if known and is_same:
            line["case"] = str(known[0].row + 1)
            self.cases.raise_grade(known[0], self._grade_said(household), heard)
            self.cases.tell_again(household)
            return
        if not self.need.is_in(household, since):
            return
        people = int(parts.households.people[household])
        said = max(1, round(people * (1 + self.rules.count_error * float(ndtri(luck[6])))))
        case = self.open(
            household,
            source,
            heard,
            people=said,
            node=self._place_said(household),
            grade=self._grade_said(household),
        )
        line["case"] = str(case.row + 1)
        self._let_false_ones_begin()

    def open(
        self,
        household: int,
        source: str,
        cause: int,
        *,
        people: int | None = None,
        node: int | None = None,
        grade: int | None = None,
    ) -> Case:
        """Open a case about a household, as it is where nothing else is said."""
        zone = int(self.parts.households.zone[household])
        return self.cases.hear(
            node=self.need.node(household) if node is None else node,
            people=int(self.parts.households.people[household]) if people is None else people,
            grade=self.need.grade(household) if grade is None else grade,
            source=source,
            cause=cause,
            households=[household],
            zone=zone,
        )

    def luck(self, household: int) -> NDArray[np.float64]:
        """Return the luck of a household in all that concerns its calls, drawn once."""
        if household not in self._luck:
            self._luck[household] = self.parts.streams.get("help", *self.parts.name_of(household)).random(
                N_LUCK
            )
        return self._luck[household]

    def _place_said(self, household: int) -> int:
        """Return the node that a call names: the right one, or one nearby."""
        node, luck, roads = self.need.node(household), self.luck(household), self.parts.world.roads
        if luck[7] >= self.rules.place_error:
            return node
        distance = np.hypot(roads.x - roads.x[node], roads.y - roads.y[node])
        near = np.flatnonzero((distance <= self.rules.place_radius) & (distance > 0))
        return int(near[int(luck[8] * len(near))]) if near.size else node

    def _grade_said(self, household: int) -> int:
        """Return how grave a call makes it: as it is, or by one grade more or less."""
        grade, luck, error = self.need.grade(household), self.luck(household)[9], self.rules.state_error
        if luck >= error:
            return grade
        return max(IN_DANGER, grade - 1) if luck < error / 2 else min(WAITING, grade + 1)

    def _is_known(self, household: int, source: str) -> bool:
        """Return whether nobody has to go on trying: somebody else got through."""
        return source == "double" and household in self.cases.of

    def _dice(self, household: int, source: str) -> float:
        """Return the luck of the next attempt of a household, or of whoever calls for it."""
        if (household, source) not in self._lost:
            name = self.parts.name_of(household)
            self._lost[household, source] = self.parts.streams.get("help_lost", source, *name)
        return float(self._lost[household, source].random())

    def _has_channel(self, place: Where, takes: float) -> bool:
        """Return whether a call gets a channel of the mobile network, which it holds until it is over."""
        waits = max(0.0, self._free[0] - self.parts.now)
        return self.parts.networks.has_channel(place, waits + takes)

    def _take_line(self, takes: float) -> float:
        """Return when a call that has got through now is over."""
        done = max(self.parts.now, self._free[0]) + takes
        heapreplace(self._free, done)
        return done

    def _write(self, household: int, source: str, number: int) -> dict[str, Any]:
        line = {
            "household": household,
            "source": source,
            "need_s": self.need.since[household],
            "attempts": number,
            "placed_s": self.parts.now,
            "heard_s": np.nan,
            "case": "",
        }
        self._calls.append(line)
        return line

    # -- calls about nobody -----------------------------------------------------------------

    def _let_false_ones_begin(self) -> None:
        if not self._has_false and self.rules.false_per_hour > 0:
            self._has_false = True
            self._await_false()

    def _await_false(self) -> None:
        wait = 3600 * float(self._false.exponential()) / self.rules.false_per_hour
        self.parts.clock.call_at(self.parts.now + wait, self._call_falsely)

    def _call_falsely(self) -> None:
        """Let somebody call about nobody, from any home; nobody does while nobody is in need."""
        home = int(self._false.integers(len(self.parts.world.homes.walk_node)))
        if self.need.since:
            done = self._take_line(float(quantiles(self.rules.takes, np.array([0.5]))[0]))
            in_need = int(self.parts.book.event[next(iter(self.need.since))])
            self.parts.clock.call_at(done, partial(self._tell_falsely, home, in_need))
        self._await_false()

    def _tell_falsely(self, home: int, in_need: int) -> None:
        """Let headquarters hear of nobody; where no water has brought about the need, what did so has (`in_need`)."""
        homes = self.parts.world.homes
        zone = int(homes.zone[home])
        self.cases.hear(
            node=int(homes.walk_node[home]),
            people=1,
            grade=3,
            source="false",
            cause=in_need if self.parts.water_changed == ROOT else self.parts.water_changed,
            households=[],
            zone=zone,
        )

    def table(self) -> pd.DataFrame:
        """Return every call that got through."""
        name_of = self.parts.name_of
        return pd.DataFrame(
            [{**line, "household": "/".join(name_of(line["household"]))} for line in self._calls]
        )
