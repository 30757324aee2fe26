"""Who is at the offices: shifts, absence, backups, and those who are called in (值班值守、到岗)."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.scenario.command import Roster as Rules
from evacsim.terms import LEVELS
from evacsim.world.laws import quantiles
from evacsim.world.roster import LEADER, Absence, Role, Roster, Shifts


class Duty(Recorded):
    """The staff of all offices.

    The leader's post (A, or B in his place) is manned in every shift, so far as the roster's
    absence lets it be: he answers calls. The first order that an office receives calls in all its
    other posts, or a response level of its own or of an office above does (`Roster.called_at_level`);
    whoever comes is there after the roster's `arrival`. Without a roster everybody is there from the start.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        offices = parts.world.offices
        self._ids, self._posts = offices.ids, offices.staff
        self._rules: Rules | None = parts.world.scenario.plan.organize.roster
        self._roster = None if self._rules is None else self._drawn(self._rules)
        self.staffed = np.zeros(offices.n) if self._roster is None else np.full(offices.n, np.nan)
        """When each office was staffed as the roster wants [s]; nan for never."""
        self._called = np.zeros(offices.n, dtype=bool)
        self._came = np.zeros(offices.n, dtype=np.int64)
        """Posts of each office for which somebody has been called in and has come."""
        self._manned = np.zeros(offices.n, dtype=np.int64)
        """Posts of each office that somebody has come to since it was called in, its leader's among them."""
        self._entries: list[dict[str, object]] = []
        self.at_staff: list[Callable[[int], None]] = []
        """Somebody has come to an office (row)."""
        if self._rules is not None and self._rules.called_at_level is not None:
            parts.at_level.append(self._reach_level)

    def is_there(self, office: int, role: Role, time: float) -> bool:
        """Return whether the holder of the leader's post of an office (A), or his backup (B), is there."""
        if self._roster is None:
            return role == "A"
        return bool(self._posts[office]) and self._roster.is_there(office, role, time)

    def staff(self, office: int) -> int:
        """Return how many people of an office are there now."""
        if self._roster is None:
            return int(self._posts[office])
        if not self._posts[office]:
            return 0
        watch = self._roster.watch(office, self._roster.shifts.at(self.parts.now))
        return int(watch.filled[LEADER]) + int(self._came[office])

    def is_complete(self, office: int) -> bool:
        """Return whether nobody else is to come to an office as far as one can say now."""
        return self._roster is None or not np.isnan(self.staffed[office])

    def call_in(self, office: int, cause: int) -> None:
        """Call the staff of an office in, because of an event; a second time changes nothing."""
        if self._roster is None or self._rules is None or self._called[office]:
            return
        self._called[office] = True
        parts, now = self.parts, self.parts.now
        shift = self._roster.shifts.at(now)
        watch = self._roster.watch(office, shift)
        slower = self._rules.night_factor if parts.calendar.is_night(now) else 1.0
        luck = parts.streams.get("arrival", self._ids[office], shift).random(len(watch.filled))
        takes = quantiles(self._rules.arrival, luck) * slower
        takes[LEADER : LEADER + 1] = 0.0  # the leader of the shift is there, or nobody in his place
        n_due = int(watch.filled.sum())
        for post, is_filled in enumerate(watch.filled.tolist()):
            is_backup = not watch.holder[post]
            last = cause
            if is_backup:
                last = self._record("absent", office, 1.0, cause)
                if is_filled:
                    last = self._record("backup_called", office, np.nan, last)
            came = now + float(takes[post]) if is_filled else np.nan
            self._entries.append(
                {
                    "office": self._ids[office],
                    "officer": f"{self._ids[office]}-{post + 1}",
                    "post": "leader" if post == LEADER else "duty",
                    "due_s": now,
                    "came_s": came,
                    "backup": is_backup and is_filled,
                }
            )
            if is_filled:
                parts.clock.call_at(came, partial(self._come, office, post, n_due, last))

    def _reach_level(self, office: int, level: int, cause: int) -> None:
        """Call in an office whose level has changed, and all below it, if the level is the roster's or a higher one."""
        assert self._rules is not None
        assert self._rules.called_at_level is not None
        if level and level <= LEVELS[self._rules.called_at_level]:
            offices = self.parts.world.offices
            for row in range(offices.n):
                if office in offices.upwards(row):
                    self.call_in(row, cause)

    def _come(self, office: int, post: int, n_due: int, cause: int) -> None:
        if post != LEADER:
            self._came[office] += 1
        came = self._record("came_on_duty", office, float(post + 1), cause)
        self._manned[office] += 1
        if self._manned[office] == n_due:
            self.staffed[office] = self.parts.now
            self._record("staffed", office, n_due / max(1, int(self._posts[office])), came)
        for hook in self.at_staff:
            hook(office)

    def _record(self, kind: str, office: int, value: float, cause: int) -> int:
        here = Where(Kind.OFFICE, office)
        return self.parts.log.record(self.parts.now, kind, here, place=here, value=value, cause=cause or ROOT)

    def _drawn(self, rules: Rules) -> Roster:
        calendar = self.parts.calendar
        return Roster(
            self.parts.streams,
            Shifts(tuple(sorted(rules.shift_hours)), calendar.hour(0.0) * 3600.0),
            ids=self._ids,
            posts=self._posts,
            absence=Absence(rules.absence, rules.night_absence),
            is_night=calendar.is_night,
            has_backups=rules.backup,
        )

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return who was called in, and when he came."""
        return {"duty": pd.DataFrame(self._entries)} if self._entries else {}
