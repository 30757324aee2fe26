"""From door to door: who is visited when, who is found, how many heads are counted, when zero is declared (入户动员).

A zone is gone through in rounds. The first follows the list: those of special groups first where
the plan gives each a person responsible, then the others in their order. The later ones go to
every door, and find those whom the list forgot. After each round the heads of those left are
counted, those whom the teams know of. **Zero left** is declared when, after the last round, a
count of zero has arrived at headquarters - which is not the same as nobody being left.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.command import Command
from evacsim.engine.log import Kind, Where
from evacsim.engine.messages import Message, Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.reacting import Reacting
from evacsim.engine.recorded import Recorded
from evacsim.engine.reporting import Reporting
from evacsim.engine.warning import Warnings
from evacsim.scenario.matching import matching
from evacsim.scenario.organizers import OfficerRules
from evacsim.terms import Group, HouseholdState

GHOST = -1
"""Entry of a list behind which there is no household."""
REMAINING = "remaining"
"""What is reported of a zone after each round: people left, as counted."""


@dataclass(slots=True)
class Round:
    """One way through all doors of a zone."""

    zone: int
    number: int
    begun: float
    cause: int
    """Event of its beginning, because of which the teams knock."""
    doors: int
    """Doors left."""
    last: int = 0
    """Last event at a door."""
    done: float = np.nan
    counted: int = 0
    truth: int = 0


class Door(NamedTuple):
    """A door to be knocked at."""

    round: Round
    household: int
    """Row, `GHOST` where the list names somebody who is not there."""


@dataclass(slots=True)
class Team:
    """People who go together."""

    row: int
    office: int
    zones: tuple[int, ...]
    doors: deque[Door] = field(default_factory=deque)
    is_out: bool = False
    on_duty: float = np.nan
    done: float = np.nan
    visited: int = 0
    found: int = 0


@dataclass(slots=True)
class Village:
    """A zone that teams go through."""

    office: int
    message: Message
    teams: list[Team]
    rounds: list[Round] = field(default_factory=list)
    counts: int = 0
    is_swept: bool = False
    """Whether the last round is done."""
    is_declared: bool = False


class Organizing(Recorded):
    """All teams that go from door to door. A team sets out as soon as its office has the order."""

    def __init__(
        self, parts: Parts, command: Command, reacting: Reacting, reporting: Reporting, warnings: Warnings
    ) -> None:
        self.parts = parts
        self.command = command
        self.reacting = reacting
        self.reporting = reporting
        self.warnings = warnings
        organize = parts.world.scenario.plan.organize
        self.rules: Final = organize.door_to_door or OfficerRules()
        self.officers: Final = sorted(organize.officers, key=lambda officer: officer.id)
        self.teams: Final = [self._team(row) for row in range(len(self.officers))]
        self._villages: dict[int, Village] = {}
        n = parts.households.n
        self._officer = np.full(n, -1, dtype=np.int32)
        """Team responsible for each household."""
        self._is_known = np.zeros(n, dtype=bool)
        """Households that the teams know of: listed, or found."""
        self._was_visited = np.zeros(n, dtype=bool)
        self._entries = np.zeros(len(self.teams), dtype=np.int64)
        """Entries on the list of each team."""
        self._head_counts: list[tuple[int, float, int, int]] = []
        if self.teams:
            parts.at_departed.append(self._leave)

    def start(self, office: int, order: Order) -> None:
        """Let the teams of an office that has received an order set out."""
        if not self.teams:
            return
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            mine = [team for team in self.teams if team.office == office and zone in team.zones]
            if zone in self._villages:
                known = self._villages[zone].teams
                known += [team for team in mine if team not in known]  # from the next round on
            elif mine:
                self._villages[zone] = Village(office, order.message, mine)
                self._begin(zone, self._listed(zone), cause)
            elif self.command.leads(office, zone) and not any(zone in team.zones for team in self.teams):
                self._record("officer_overloaded", zone, float(len(self._moved(zone))), cause)

    def conclude(self) -> None:
        """Say at the end of the run where households that were due have not been visited."""
        for zone, village in sorted(self._villages.items()):
            left = self._unvisited(zone)
            if left and not village.is_swept:
                self._record("officer_overloaded", zone, float(left), village.rounds[-1].cause)

    # -- rounds -------------------------------------------------------------------------------------

    def _team(self, row: int) -> Team:
        officer, zones = self.officers[row], self.parts.world.zones
        office = self.command.row(officer.office)
        named = {id_ for pattern in officer.zones for id_ in matching(pattern, zones.ids)}
        own = [
            zone
            for zone, id_ in enumerate(zones.ids)
            if (id_ in named if officer.zones else self.command.leads(office, zone))
        ]
        return Team(row, office, tuple(own))

    def _listed(self, zone: int) -> list[int]:
        """Return the entries of a zone's list in the order in which they are visited."""
        parts, rules = self.parts, self.rules
        rows = np.flatnonzero((parts.register.listed_zone == zone) & (parts.mode != Mode.NONE))
        if rules.one_to_one:
            is_special = parts.households.group[rows] != Group.NONE
            rows = np.concatenate([rows[is_special], rows[~is_special]])
        # Nobody knows which entries are empty: they stand evenly among the others.
        ghosts = int(parts.register.ghosts[zone])
        before = np.linspace(0, len(rows), ghosts + 2)[1:-1].astype(np.int64)
        return [int(row) for row in np.insert(rows, before, GHOST)]

    def _begin(self, zone: int, doors: Sequence[int], cause: int) -> None:
        village = self._villages[zone]
        teams = village.teams
        begun = self._record("sweep_begun", zone, float(len(teams)), cause)
        round_ = Round(zone, len(village.rounds) + 1, self.parts.now, begun, len(doors))
        village.rounds.append(round_)
        for number, team in enumerate(teams):
            own = doors[number :: len(teams)]
            team.doors.extend(Door(round_, household) for household in own)
            if round_.number == 1:
                self._take_charge(team, zone, own)
            if np.isnan(team.on_duty):
                team.on_duty = self.parts.now
            if not team.is_out:
                self._go_on(team)
        if not doors:
            self._finish(round_)

    def _take_charge(self, team: Team, zone: int, entries: Sequence[int]) -> None:
        """Make a team responsible for the households on its list from now on."""
        rows = np.array([entry for entry in entries if entry != GHOST], dtype=np.int64)
        self._officer[rows] = team.row
        self._entries[team.row] += len(entries)
        # Whoever stands on another village's list is known there, and not where he lives.
        self._is_known[rows[self.parts.households.zone[rows] == zone]] = True

    def _go_on(self, team: Team) -> None:
        """Let a team go to its next door, if there is one."""
        team.is_out = bool(team.doors)
        if not team.is_out:
            team.done = self.parts.now
            return
        by_night = self.rules.night_factor if self.parts.calendar.is_night(self.parts.now) else 1.0
        takes = 3600.0 / (self.rules.rate * by_night)
        door = team.doors.popleft()
        self.parts.clock.call_at(self.parts.now + takes, partial(self._knock, team, door))

    def _knock(self, team: Team, door: Door) -> None:
        team.visited += 1
        round_ = door.round
        round_.last = max(round_.last, self._at_the_door(team, round_, door.household))
        round_.doors -= 1
        if round_.doors == 0:
            # Whoever leaves at this very moment is not counted as left.
            self.parts.clock.call_at(self.parts.now, partial(self._finish, round_))
        self._go_on(team)

    def _at_the_door(self, team: Team, round_: Round, household: int) -> int:
        """Let a team knock at a door, and return the event of it; that of the round where nothing happens."""
        parts, book, zone = self.parts, self.parts.book, round_.zone
        officer, cause = Where(Kind.OFFICER, team.row), round_.cause
        if household == GHOST:
            return parts.log.record(parts.now, "nobody_home", officer, cause=cause)
        subject, people = Where(Kind.HOUSEHOLD, household), float(parts.households.people[household])
        self._was_visited[household] = True
        if book.state_of(household) in BEYOND_REACH:
            return cause
        lives_here = parts.households.zone[household] == zone
        if not lives_here or book.state_of(household) not in AT_THE_DOOR:
            why = max(cause, int(book.event[household])) if lives_here else cause
            return parts.log.record(parts.now, "nobody_home", subject, place=officer, value=people, cause=why)
        if not self._is_known[household]:
            luck = parts.streams.get("found", parts.world.zones.ids[zone], round_.number)
            rank = household - parts.households.of_zone(zone).start
            if luck.random(rank + 1)[rank] >= self.rules.find_unlisted:
                return cause
            self._is_known[household] = True
            team.found += int(people)
            cause = parts.log.record(
                parts.now, "found_unlisted", subject, place=officer, value=people, cause=cause
            )
        visited = parts.log.record(parts.now, "visited", subject, place=officer, value=people, cause=cause)
        self.warnings.note(household)
        self.reacting.hear(household, self._villages[zone].message, visited, personal=True)
        return visited

    # -- counting -----------------------------------------------------------------------------------

    def _finish(self, round_: Round) -> None:
        """Let a zone's teams count, report, and go round again or be done."""
        round_.done = self.parts.now
        village, zone = self._villages[round_.zone], round_.zone
        counted = self._count(zone, max(round_.cause, round_.last))
        round_.counted, round_.truth = self._head_counts[-1][2:]
        done = self._record("sweep_done", zone, float(round_.counted), counted)
        village.is_swept = round_.number == self.rules.sweeps
        self._report(zone, done)
        if not village.is_swept:
            self._begin(zone, self._moved(zone).tolist(), done)

    def _count(self, zone: int, cause: int) -> int:
        """Let the heads of those left in a zone be counted, and return the event."""
        village, id_ = self._villages[zone], self.parts.world.zones.ids[zone]
        village.counts += 1
        error = float(self.parts.streams.get("count", id_, village.counts).standard_normal())
        known = self._left(zone, only_known=True)
        counted = max(0, int(np.rint(known * (1 + self.rules.count_error * error))))
        self._head_counts.append((zone, self.parts.now, counted, self._left(zone)))
        return self._record("head_counted", zone, float(counted), cause)

    def _report(self, zone: int, cause: int) -> None:
        """Let the last head-count of a zone be reported; zero is declared when a report of zero is there."""
        village = self._villages[zone]
        _, _, counted, truth = self._head_counts[-1]
        declare = partial(self._declare, zone) if counted == 0 and village.is_swept else None
        self.reporting.report(
            village.office, REMAINING, Where(Kind.ZONE, zone), counted, truth, cause, declare
        )

    def _declare(self, zone: int, cause: int) -> None:
        village = self._villages[zone]
        if not village.is_declared:
            village.is_declared = True
            self._record("zero_declared", zone, float(self._left(zone)), cause)

    def _leave(self, household: int, _now: float) -> None:
        """Count again when the last household that the teams of a zone know of has left after the last round."""
        zone = int(self.parts.households.zone[household])
        village = self._villages.get(zone)
        if village is None or not village.is_swept or village.is_declared:
            return
        if self._is_known[household] and self._left(zone, only_known=True) == 0:
            self._report(zone, self._count(zone, int(self.parts.book.event[household])))

    def _moved(self, zone: int) -> NDArray[np.int64]:
        """Return the households (rows) of a zone that the plan moves."""
        mine = self.parts.households.of_zone(zone)
        return mine.start + np.flatnonzero(self.parts.mode[mine] != Mode.NONE)

    def _left(self, zone: int, *, only_known: bool = False) -> int:
        """Return how many people of a zone whom the plan moves have not left home."""
        rows, book = self._moved(zone), self.parts.book
        is_left = np.isnan(book.times["departed"][rows]) & ~np.isin(book.state[rows], NOT_LEFT)
        if only_known:
            is_left &= self._is_known[rows]
        return int(self.parts.households.people[rows][is_left].sum())

    def _unvisited(self, zone: int) -> int:
        rows = np.flatnonzero((self.parts.register.listed_zone == zone) & (self.parts.mode != Mode.NONE))
        return int((~self._was_visited[rows]).sum())

    def _record(self, kind: str, zone: int, value: float, cause: int) -> int:
        return self.parts.log.record(self.parts.now, kind, Where(Kind.ZONE, zone), value=value, cause=cause)

    # -- what stays ---------------------------------------------------------------------------------

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the teams."""
        return {Kind.OFFICER: np.array([officer.id for officer in self.officers], dtype=object)}

    def ledger(self) -> Mapping[str, NDArray[Any]]:
        """Return the team responsible for each household; nothing without teams."""
        if not self.teams:
            return {}
        ids = np.array([*(officer.id for officer in self.officers), ""], dtype=object)
        return {"officer": ids[self._officer]}

    def head_counts(self) -> list[dict[str, object]]:
        """Return the counts of those left in zones, as rows of the table `head_counts`."""
        ids = self.parts.world.zones.ids
        return [
            {"place": f"zone/{ids[zone]}", "time_s": time, "counted": counted, "truth": truth}
            for zone, time, counted, truth in self._head_counts
        ]

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return teams, rounds and head-counts; none without teams."""
        if not self.teams:
            return {}
        ids = self.parts.world.zones.ids
        is_special = self.parts.households.group != Group.NONE
        teams = [
            {
                "officer": officer.id,
                "office": officer.office,
                "zone": ";".join(ids[zone] for zone in team.zones),
                "households": int(self._entries[team.row]),
                "one_to_one": int((is_special & (self._officer == team.row)).sum())
                if self.rules.one_to_one
                else 0,
                "visited": team.visited,
                "found": team.found,
                "on_duty_s": team.on_duty,
                "done_s": team.done if not team.is_out else np.nan,
            }
            for officer, team in zip(self.officers, self.teams, strict=True)
        ]
        rounds = [
            {
                "zone": ids[zone],
                "sweep": round_.number,
                "begun_s": round_.begun,
                "done_s": round_.done,
                # A round that the end of the run cut short has counted nobody out.
                "counted_left": round_.counted if round_.doors == 0 else self._left(zone, only_known=True),
                "true_left": round_.truth if round_.doors == 0 else self._left(zone),
                "unvisited": round_.doors,
            }
            for zone, village in sorted(self._villages.items())
            for round_ in village.rounds
        ]
        tables = {"officers": teams, "sweeps": rounds}
        return {name: pd.DataFrame(rows) for name, rows in tables.items() if rows}


AT_THE_DOOR = (HouseholdState.AT_HOME, HouseholdState.PREPARING, HouseholdState.REFUSED)
"""States in which somebody opens."""
BEYOND_REACH = (HouseholdState.STRANDED, HouseholdState.TRAPPED, HouseholdState.DEAD)
"""States in which no team gets to the door."""
NOT_LEFT = (HouseholdState.AWAY, HouseholdState.DEAD, HouseholdState.AT_REFUGE)
"""States of those who have not departed and are not counted as left."""
