"""Works that are to be done, and the parties of teams that do them.

arisen - (heard) - waiting - (a party is sent) - under way - at work - done; a party that is worn out leaves what
is left to another. One party at a time works at one thing.

A party goes by road with a truck, as the roads are when it sets out: traffic, and what closes behind its back, do
not hold it up (assumed). After a work it goes on to the next one that waits and that it can do, else home; until it
is home its people do nothing else.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import simpy

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.teams import Crew, Team, Teams
from evacsim.engine.routing import MoverClass
from evacsim.scenario.forces import Skill
from evacsim.scenario.works import Works
from evacsim.world.laws import quantiles

Process = Generator[simpy.Event, Any, None]
HOUR = 3600.0
STANDS_THERE = ("generators", "bridges", "pumps", "repeaters")
"""What of the stock is not used up: it is brought back when it is not needed any more, at once (assumed)."""


@dataclass(slots=True)
class Job:
    """One work, from its being needed on."""

    id: str
    what: str
    """clear, bridge, repair, generator, repeater, patrol, sandbag, leak, pump."""
    skill: Skill
    """What a team must be able to do for it."""
    place: Where
    nodes: tuple[int, ...]
    """Nodes from any of which it can be done."""
    work: float
    """Work that it takes [person-s]."""
    finish: Callable[[int], None]
    """What its being done brings about, by an event."""
    party: int | None = None
    """People who go; as many as the plan says of all works where None."""
    takes: str = ""
    """What of the stock is carried there, if anything: it is used up, or stands there until it is brought back."""
    amount: float = 0.0
    """How much of it."""
    begin: Callable[[int], None] | None = None
    """What people being at work there brings about, by an event."""
    stop: Callable[[int], None] | None = None
    """What their leaving before it is done brings about."""
    is_supplied: bool = False
    """Whether what it takes has been carried there."""
    row: int = -1
    left: float = np.nan
    """Work that is left [person-s]."""
    event: int = ROOT
    arisen: float = np.nan
    asked: float = np.nan
    sent: float = np.nan
    begun: float = np.nan
    done: float = np.nan
    teams: list[str] = field(default_factory=list)
    """Teams that were sent."""
    people: int = 0
    """People of the last party."""
    machines: int = 0
    """Machines of the last party."""
    waits: bool = False
    """Whether headquarters knows, and nobody is sent."""
    why: str = "not_heard"
    """Why it is not done."""
    over: simpy.Event | None = None
    """Succeeds when it is done, or not needed any more."""

    @property
    def where(self) -> Where:
        """Return it as the subject of an event."""
        return Where(Kind.WORK, self.row)

    @property
    def is_over(self) -> bool:
        """Return whether nobody has to work at it any more."""
        return self.over is not None and self.over.triggered


class Jobs:
    """All works of a run, in the order in which they arose."""

    def __init__(self, parts: Parts, teams: Teams, rules: Works) -> None:
        self.parts = parts
        self.teams = teams
        self.rules = rules
        self.all: list[Job] = []
        self.stock = _stock(parts, rules)
        """What is left of what works take; without limit what is not there."""
        plant = rules.plant
        self._machines, self._each, self._worth = (
            (0, 0, 0.0) if plant is None else (plant.machines, plant.each, plant.worth)
        )
        """Machines that no party has; how many one takes along, and the people whom each of them is worth."""
        self._is_due = False
        self._reopened = simpy.Event(parts.clock)
        parts.after_reopening.append(self._reopen)

    def arise(self, job: Job, cause: int, *, is_known: bool = False) -> None:
        """Let a work be needed from now on; headquarters hears of it later, unless it knows at once."""
        job.row, job.left, job.event, job.arisen = len(self.all), job.work, cause, self.parts.now
        job.over = simpy.Event(self.parts.clock)
        before = sum(other.id == job.id or other.id.startswith(f"{job.id}/") for other in self.all)
        job.id = f"{job.id}/{before + 1}" if before else job.id
        self.all.append(job)
        if is_known:
            self._ask(job)
            return
        luck = self.parts.streams.get("work_heard", job.what, job.id).random(1)
        due = self.parts.now + float(quantiles(self.rules.heard_after, luck)[0])
        self.parts.clock.call_at(due, partial(self._ask, job))

    def withdraw(self, job: Job, cause: int) -> None:
        """Let a work be needed no longer; whoever is at it stops."""
        if job.is_over:
            return
        job.waits, job.why = False, "not_needed"
        if job.is_supplied and job.takes in STANDS_THERE:
            self.bring_back(job.takes, job.amount)
        job.event = self._record("work_not_needed", job, max(job.event, cause))
        self._end(job)

    def bring_back(self, item: str, amount: float) -> None:
        """Let something be in stock again."""
        if item in self.stock:
            self.stock[item] += amount
            self._soon()

    def _ask(self, job: Job) -> None:
        """Let headquarters hear of a work: all teams that can do it are called out."""
        if job.is_over:
            return
        job.asked, job.waits, job.why = self.parts.now, True, "no_team"
        job.event = self._record("work_asked", job, job.event, _hours(job.work))
        for team in self.teams.teams:
            if job.skill in team.force.can:
                self.teams.call(team, job.event)
                if not team.ready.triggered:
                    assert team.ready.callbacks is not None
                    team.ready.callbacks.append(lambda _: self._soon())
        self._soon()

    # -- who goes where ---------------------------------------------------------------------

    def _soon(self) -> None:
        """Decide once everything of this instant has happened."""
        if not self._is_due:
            self._is_due = True
            self.parts.clock.call_at(self.parts.now, self._decide)

    def _decide(self) -> None:
        """Send to each work that waits, the first that was heard of first, the team that is there soonest."""
        self._is_due = False
        for job in self._waiting():
            able = [team for team in self.teams.teams if job.skill in team.force.can and team.is_led]
            ready = [team for team in able if team.ready.triggered]
            free = [team for team in ready if team.free >= (self._party(job) or 1)]
            if not self._has_stock(job):
                job.why = "no_stock"
                continue
            best = min(free, key=lambda team: (self._time(self._home(team), job), team.row), default=None)
            if best is not None and np.isfinite(self._time(self._home(best), job)):
                self._send(best, job)
                continue
            job.why = "no_way" if free else "busy" if ready else "not_ready" if able else "no_team"

    def _send(self, team: Team, job: Job) -> None:
        crew = self.teams.take_crew(team, self._party(job) or team.free)
        assert crew is not None, "only a team with people who are free is sent"
        self._assign(team, crew, job)
        self.parts.clock.process(self._serve(team, crew, job))

    def _assign(self, team: Team, crew: Crew, job: Job) -> None:
        job.waits, job.sent, job.people, job.why = False, self.parts.now, crew.size, "under_way"
        job.machines = self._take_machines(job)
        job.teams.append(team.force.id)
        self._carry(job)
        job.event = team.event = self.parts.log.record(
            self.parts.now,
            "work_assigned",
            team.where,
            place=job.where,
            value=float(crew.size),
            cause=max(job.event, team.event),
        )

    def _serve(self, team: Team, crew: Crew, first: Job) -> Process:
        """Do one work after the other until none waits that can be reached, or the party is worn out."""
        began, node, job = self.parts.now, self._home(team), first
        while True:
            node, way = self._nearest(node, job)
            yield self.parts.clock.timeout(way)
            if not job.is_over:
                yield from self._work(team, crew, job)
            self._machines += job.machines
            following = None if self.teams.is_worn_out(crew) else self._next(team, crew, node)
            if following is None:
                break
            job = following
            self._assign(team, crew, job)
        routing, home = self.parts.routing, self._home(team)
        while not np.isfinite(way := routing.time(routing.tree_to_node(home, MoverClass.BUS), node)):
            yield self._reopened
        yield self.parts.clock.timeout(way)
        self.teams.disband(crew, self.parts.now - began)
        self._soon()

    def _work(self, team: Team, crew: Crew, job: Job) -> Process:
        """Work until it is done or not needed any more, or the party is worn out."""
        parts = self.parts
        assert job.over is not None
        if np.isnan(job.begun):
            job.begun = parts.now
        job.why = "at_work"
        job.event = team.event = parts.log.record(
            parts.now, "work_begun", team.where, place=job.where, value=_hours(job.left), cause=job.event
        )
        if job.begin is not None:
            job.begin(job.event)
        while not self.teams.is_worn_out(crew):
            since = parts.now
            rate = crew.size * self.teams.strength(crew) + job.machines * self._worth
            step = min(job.left / rate, self.teams.until_weaker(crew))
            is_last = step == job.left / rate
            yield parts.clock.timeout(step) | job.over
            job.left -= rate * (parts.now - since)
            if job.is_over:
                return
            if is_last:
                job.left = 0.0
                job.done, job.why = parts.now, ""
                job.event = self._record("work_done", job, job.event)
                self._end(job)
                job.finish(job.event)
                return
        if job.stop is not None:
            job.stop(team.event)
        job.waits, job.why = True, "busy"
        self._soon()

    def _next(self, team: Team, crew: Crew, node: int) -> Job | None:
        """Return the work that waits longest of those that a party can do and reach from a node."""
        for job in self._waiting():
            can_do = job.skill in team.force.can and crew.size >= (job.party or 1) and self._has_stock(job)
            if can_do and np.isfinite(self._time(node, job)):
                return job
        return None

    def _party(self, job: Job) -> int | None:
        return job.party or self.rules.party

    def _has_stock(self, job: Job) -> bool:
        return job.is_supplied or not job.takes or self.stock.get(job.takes, np.inf) >= job.amount

    def _carry(self, job: Job) -> None:
        if not job.is_supplied and job.takes in self.stock:
            self.stock[job.takes] -= job.amount
        job.is_supplied = True

    def _take_machines(self, job: Job) -> int:
        """Take as many machines for a party as help it; return how many."""
        taken = min(self._machines, self._each) if job.what == "clear" else 0
        self._machines -= taken
        return taken

    def _waiting(self) -> list[Job]:
        return sorted((job for job in self.all if job.waits), key=lambda job: (job.asked, job.row))

    # -- ways -------------------------------------------------------------------------------

    def _home(self, team: Team) -> int:
        return int(self.parts.world.forces.drive_node[team.row])

    def _nearest(self, node: int, job: Job) -> tuple[int, float]:
        """Return where a work is soonest reached from a node, and how soon [s]."""
        routing = self.parts.routing
        times = [routing.time(routing.tree_to_node(one, MoverClass.BUS), node) for one in job.nodes]
        best = int(np.argmin(times))
        return job.nodes[best], times[best]

    def _time(self, node: int, job: Job) -> float:
        return self._nearest(node, job)[1]

    def _reopen(self) -> None:
        reopened, self._reopened = self._reopened, simpy.Event(self.parts.clock)
        reopened.succeed()
        if any(job.waits for job in self.all):
            self._soon()

    def _end(self, job: Job) -> None:
        assert job.over is not None
        job.over.succeed()

    def _record(self, kind: str, job: Job, cause: int, value: float = np.nan) -> int:
        return self.parts.log.record(
            self.parts.now, kind, job.where, place=job.place, value=value, cause=cause
        )

    # -- what stays -------------------------------------------------------------------------

    def table(self, names: Callable[[Where], str]) -> pd.DataFrame:
        """Return every work; `names` says the id of its place."""
        return pd.DataFrame(
            [
                {
                    "work": job.id,
                    "what": job.what,
                    "place": names(job.place),
                    "person_hours": _hours(job.work),
                    "arisen_s": job.arisen,
                    "asked_s": job.asked,
                    "sent_s": job.sent,
                    "begun_s": job.begun,
                    "done_s": job.done,
                    "teams": ";".join(dict.fromkeys(job.teams)),
                    "people": job.people,
                    "machines": job.machines,
                    "left_person_hours": _hours(job.left),
                    "why_not": job.why,
                }
                for job in self.all
            ]
        )


def _hours(work: float) -> float:
    """Return work in person-hours; nan where it goes on as long as it is needed."""
    return work / HOUR if np.isfinite(work) else np.nan


def _stock(parts: Parts, rules: Works) -> dict[str, float]:
    """Return what is in stock; generators are those of the stores where the plan does not say."""
    stock = {item: float(number) for item, number in rules.stock if number is not None}
    in_stores = sum(store.generators for store in parts.world.stores.models)
    if in_stores:
        stock.setdefault("generators", float(in_stores))
    return stock
