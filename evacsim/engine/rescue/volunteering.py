"""Teams that come unasked (社会力量自发前来): they arrive when they hear of it, and wait to be checked in.

not there - (the first case is known, then their own time) - before the desk - (queue, check) - ready, or turned away.
Whoever has not been checked in is sent nowhere; some do not report at all, and go by themselves (`going_alone`).
"""

from functools import partial

import numpy as np

from evacsim.engine.desks import Desks
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.teams import Team, Teams
from evacsim.scenario.rescue import Volunteers
from evacsim.world.laws import quantiles


class Volunteering:
    """The desk at which teams that come unasked report (登记报到)."""

    def __init__(self, parts: Parts, teams: Teams, rules: Volunteers) -> None:
        self.parts = parts
        self.teams = teams
        self.rules = rules

    def hear(self, cause: int) -> None:
        """Let those who will come set out: it has become known that people are in need."""
        now, rules = self.parts.now, self.rules
        self._desks = Desks(rules.desks, opened=now + rules.opens_after)
        for team in self.teams.teams:
            if not team.force.unasked:
                continue
            luck = self.parts.streams.get("volunteers", team.force.id).random(5)
            if luck[0] < rules.comes:
                due = now + float(quantiles(rules.arrival, luck[1:2])[0])
                self.parts.clock.call_at(due, partial(self._arrive, team, luck, cause))

    def _arrive(self, team: Team, luck: np.ndarray, cause: int) -> None:
        parts = self.parts
        team.arrived = parts.now
        team.event = parts.log.record(
            parts.now, "volunteers_came", team.where, value=float(team.force.members), cause=cause
        )
        if luck[4] < self.rules.unled:
            team.is_led = False
            team.event = parts.log.record(
                parts.now, "volunteers_unled", team.where, value=float(team.force.members), cause=team.event
            )
            self.teams.make_ready(team)
            return
        takes = float(quantiles(self.rules.check_in, luck[2:3])[0])
        served = self._desks.begin(parts.now, takes, people=team.force.members)
        parts.clock.call_at(served.end, partial(self._check, team, is_fit=luck[3] >= self.rules.unfit))

    def _check(self, team: Team, *, is_fit: bool) -> None:
        if is_fit:
            self.teams.make_ready(team)
            return
        team.event = self.parts.log.record(
            self.parts.now,
            "volunteers_sent_away",
            team.where,
            value=float(team.force.members),
            cause=team.event,
        )
