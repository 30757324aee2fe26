"""Teams: called, ready, their crews and life-jackets, how they tire (力量集结、疲劳、救生衣).

at home - (called) - (readiness) - ready; then as many crews as it has people for, each on one craft, or at
one work, at a time, each tiring on its own.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import simpy

from evacsim.engine.liaising import Liaising
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.vehicles import Vehicle
from evacsim.scenario.command import Assistance
from evacsim.scenario.forces import Force
from evacsim.scenario.rescue import CrewFatigue
from evacsim.scenario.transport import Fleet
from evacsim.world.laws import quantiles


@dataclass(slots=True)
class Crew:
    """The people on one craft."""

    team: int
    size: int
    since: float
    """When they began to work [s]."""
    rests_until: float = -np.inf


@dataclass(slots=True)
class Team:
    """One team as it is now."""

    row: int
    force: Force
    ready: simpy.Event
    free: int
    """People on no craft and in no crew yet."""
    jackets: float
    """Life-jackets that nobody wears."""
    called: float = np.nan
    arrived: float = np.nan
    """When it came unasked [s]."""
    came: float = np.nan
    is_led: bool = True
    """Whether headquarters sends it; else it goes where it likes."""
    is_guided: bool = True
    """Whether it is of the district, or an officer of the district is with it."""
    is_lent: bool = False
    """Whether a fleet from outside has come with it."""
    event: int = ROOT
    waiting: list[Crew] = field(default_factory=list)
    """Crews on no craft."""
    out: int = 0
    """Crews on a craft."""
    worked: float = 0.0
    """Time of all its crews on craft [s]."""
    rested: int = 0
    """How often a crew had to stop."""
    short_of_jackets: int = 0
    """Trips with fewer seats for want of life-jackets."""

    @property
    def where(self) -> Where:
        """Return the team as the subject of an event."""
        return Where(Kind.FORCE, self.row)


class Teams:
    """All teams of the district."""

    def __init__(
        self,
        parts: Parts,
        fatigue: CrewFatigue | None,
        fleets: Mapping[int, Fleet] | None = None,
        call_fleet: Callable[[int, int], None] = lambda *_: None,
    ) -> None:
        """`fleets` of craft, by row, one of which `call_fleet` calls because of an event."""
        self.parts = parts
        self.fatigue = fatigue
        self._call_fleet = call_fleet
        plan = parts.world.scenario.plan
        self._assistance: Assistance | None = plan.organize.assistance
        self._standing_by = set() if plan.rescue is None else {one.force for one in plan.rescue.stand_by}
        """Teams that set out as soon as they are called."""
        self.teams = [
            Team(
                row=row,
                force=force,
                ready=simpy.Event(parts.clock),
                free=force.members,
                jackets=np.inf if force.jackets is None else float(force.jackets),
            )
            for row, force in enumerate(parts.world.forces.models)
        ]
        self.of = {team.force.id: team for team in self.teams}
        self._comes_with: dict[str, list[int]] = {}
        """Fleets from outside (rows) that each team from outside crews: both are one help, asked for once."""
        for row, fleet in (fleets or {}).items():
            if fleet.external and fleet.force is not None and self.of[fleet.force].force.external:
                self._comes_with.setdefault(fleet.force, []).append(row)
        self._news = simpy.Event(parts.clock)
        self.reach_office: Callable[[str, int, Callable[[int], None]], None] | None = None
        """Calls the office of a team because of an event, and tells when it has heard; where it is None every team
        hears at once."""
        self._being_called: set[int] = set()
        self.liaising: Liaising | None = None
        """Who meets teams from outside; nobody where it is None."""

    def crewing(self, fleet: Fleet) -> Team | None:
        """Return the team that crews a fleet, None for one that has its own people."""
        return None if fleet.force is None else self.of[fleet.force]

    def call(self, team: Team, cause: int) -> None:
        """Call a team out; a second call changes nothing. One from outside has to be granted first.

        Whoever comes unasked cannot be called. Where the plan describes its networks, a team that has an office
        hears when that office does.
        """
        if np.isfinite(team.called) or team.force.unasked or team.row in self._being_called:
            return
        if self.reach_office is None or team.force.office is None:
            self._call_out(team, cause)
            return
        self._being_called.add(team.row)
        self.reach_office(team.force.office, cause, partial(self._call_out, team))

    def _call_out(self, team: Team, cause: int) -> None:
        """Let a team have the call; one that comes with a fleet from outside waits for that."""
        if np.isfinite(team.called):
            return
        self._record_call(team, cause)
        fleets = self._comes_with.get(team.force.id, [])
        for fleet in fleets:
            self._call_fleet(fleet, team.event)
        if not fleets:
            self._set_out(team, is_granted=False)

    def _record_call(self, team: Team, cause: int) -> None:
        team.called = self.parts.now
        team.event = self.parts.log.record(
            team.called, "force_called", team.where, value=float(team.force.members), cause=cause
        )

    def _set_out(self, team: Team, *, is_granted: bool) -> None:
        """Let a team get ready and come; one from outside once it is granted."""
        parts, force = self.parts, team.force
        luck = parts.streams.get("readiness", force.id).random(4)
        due = parts.now
        if force.id not in self._standing_by:
            due += float(quantiles(force.gets_ready_in, luck[:1])[0])
        if force.external and self._assistance is not None and not is_granted:
            if luck[1] >= self._assistance.granted:
                team.event = parts.log.record(parts.now, "assistance_refused", team.where, cause=team.event)
                return
            due += float(quantiles(self._assistance.approval, luck[2:3])[0])
            due += float(quantiles(self._assistance.mobilization, luck[3:])[0])
        parts.clock.call_at(due, partial(self._come, team))

    def _come(self, team: Team) -> None:
        """Let a team be there; one from outside is met first."""
        if team.force.external and self.liaising is not None:
            self.liaising.meet(team.where, team.event, partial(self._be_met, team))
        else:
            self.make_ready(team)

    def _be_met(self, team: Team, event: int, is_guided: bool) -> None:  # noqa: FBT001 - see `liaising.Then`
        team.event, team.is_guided = event, is_guided
        self.make_ready(team)

    def make_ready(self, team: Team) -> None:
        """Let a team be ready from now on."""
        team.came = self.parts.now
        team.event = self.parts.log.record(
            self.parts.now, "force_ready", team.where, value=float(team.force.members), cause=team.event
        )
        team.ready.succeed(team.event)

    def come_out(self, team: Team | None, vehicle: Vehicle) -> Generator[simpy.Event, Any, None]:
        """Let a craft that is called up wait for its team, or for its own time where it has none."""
        if team is None:
            yield self.parts.clock.timeout(vehicle.call_up)
            return
        if vehicle.fleet in self._comes_with.get(team.force.id, []):
            self._be_lent(team, vehicle.event)
        else:
            self.call(team, vehicle.event)
        if not team.ready.triggered:
            yield team.ready
        vehicle.event = max(vehicle.event, team.event)

    def _be_lent(self, team: Team, cause: int) -> None:
        """Let a team from outside come with the first of its fleets that is granted."""
        if team.is_lent:
            return
        team.is_lent = True
        if np.isfinite(team.called):
            team.event = cause
        else:
            self._record_call(team, cause)
        self._set_out(team, is_granted=True)

    # -- crews ------------------------------------------------------------------------------

    def changed(self) -> simpy.Event:
        """Return the event of the next time that a crew or a life-jacket comes free."""
        return self._news

    def take_crew(self, team: Team, size: int) -> Crew | None:
        """Return the freshest crew of a team that is not resting, or None where it has none."""
        now = self.parts.now
        fresh = [crew for crew in team.waiting if crew.size == size and crew.rests_until <= now]
        if fresh:
            crew = max(fresh, key=lambda one: (one.rests_until, one.since))
            team.waiting.remove(crew)
        elif team.free >= size:
            team.free -= size
            crew = Crew(team.row, size, np.nan)
        else:
            return None
        if np.isnan(crew.since) or np.isfinite(crew.rests_until):
            crew.since, crew.rests_until = now, -np.inf
        team.out += 1
        return crew

    def man(
        self, team: Team | None, size: int, begin: Callable[[str], None]
    ) -> Generator[simpy.Event, Any, Crew | None]:
        """Wait for a crew of a team, and return it; none for a craft without a team.

        Parameters
        ----------
        begin : callable
            Told what a craft does that has to wait: `no_crew`.
        """
        if team is None:
            return None
        while (crew := self.take_crew(team, size)) is None:
            begin("no_crew")
            yield self.changed()
        return crew

    def give_back(self, crew: Crew, worked: float) -> None:
        """Let a crew leave its craft; one that is worn out rests."""
        team, now = self.teams[crew.team], self.parts.now
        team.out -= 1
        team.worked += worked
        team.waiting.append(crew)
        if self.fatigue is not None and now - crew.since >= self.fatigue.stop:
            crew.rests_until = now + self.fatigue.rest
            team.rested += 1
            team.event = self.parts.log.record(
                now, "crew_rests", team.where, value=float(crew.size), cause=team.event
            )
            self.parts.clock.call_at(crew.rests_until, self._tell)
        self._tell()

    def disband(self, crew: Crew, worked: float) -> None:
        """Let the people of a crew part: they are free for anything; after so long that they tire they rest first."""
        team, now = self.teams[crew.team], self.parts.now
        team.out -= 1
        team.worked += worked
        if self.fatigue is None or now - crew.since < self.fatigue.full:
            self._free(team, crew.size)
            return
        team.rested += 1
        team.event = self.parts.log.record(
            now, "crew_rests", team.where, value=float(crew.size), cause=team.event
        )
        self.parts.clock.call_at(now + self.fatigue.rest, partial(self._free, team, crew.size))

    def _free(self, team: Team, people: int) -> None:
        team.free += people
        self._tell()

    def until_weaker(self, crew: Crew) -> float:
        """Return how long a crew goes on at the strength that it has now [s]; infinite where it never tires."""
        if self.fatigue is None:
            return np.inf
        worked = self.parts.now - crew.since
        stages = (self.fatigue.full, self.fatigue.tired, self.fatigue.stop)
        return next((stage - worked for stage in stages if stage > worked), np.inf)

    def is_worn_out(self, crew: Crew | None) -> bool:
        """Return whether a crew has to stop now."""
        return (
            crew is not None and self.fatigue is not None and self.parts.now - crew.since >= self.fatigue.stop
        )

    def strength(self, crew: Crew | None) -> float:
        """Return the work that a crew does in an hour now, against a fresh one."""
        if crew is None or self.fatigue is None:
            return 1.0
        hours = self.parts.now - crew.since
        if hours < self.fatigue.full:
            return 1.0
        return self.fatigue.tired_factor if hours < self.fatigue.tired else self.fatigue.worn_factor

    # -- life-jackets -----------------------------------------------------------------------

    def take_jackets(self, team: Team | None, crew: int, seats: int) -> tuple[int, int]:
        """Take life-jackets for a crew and its seats; return how many were taken, and the seats one may use.

        Nobody goes out without one, and nobody is taken in without one.
        """
        if team is None or not np.isfinite(team.jackets):
            return 0, seats
        taken = int(min(team.jackets, crew + seats))
        usable = max(0, taken - crew)
        if usable < seats:
            team.short_of_jackets += 1
        team.jackets -= taken
        return taken, usable

    def return_jackets(self, team: Team | None, taken: int) -> None:
        """Give life-jackets back."""
        if team is not None and taken:
            team.jackets += taken
            self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, simpy.Event(self.parts.clock)
        news.succeed()

    def table(self) -> pd.DataFrame:
        """Return what each team did that was called, or came unasked."""
        return pd.DataFrame(
            [
                {
                    "force": team.force.id,
                    "name": team.force.name,
                    "kind": team.force.kind,
                    "members": team.force.members,
                    "called_s": team.called,
                    "arrived_s": team.arrived,
                    "ready_s": team.came,
                    "crew_hours": team.worked / 3600,
                    "crews_stopped": team.rested,
                    "short_of_jackets": team.short_of_jackets,
                }
                for team in self.teams
                if np.isfinite(team.called) or np.isfinite(team.arrived)
            ]
        )
