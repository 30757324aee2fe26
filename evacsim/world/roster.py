"""Who is on duty (值班): shifts by the hour, absence, and the backup (B 角) who stands in.

Each post of an office has a holder (A 角) and, where the roster has backups, somebody who stands in
for him. Whether either is there in a shift is drawn for that office and shift alone, so neither
another office nor another shift, nor who is called when, changes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from evacsim.streams import Streams
from evacsim.world.columns import Bools, Ints

DAY = 86400.0
LEADER = 0
"""Post of whoever leads the shift (带班领导); the posts after it are on duty with him (值班员)."""
Role = Literal["A", "B"]
"""Holder of a post, or backup."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """When shifts begin, every day alike; numbered in order of time from 0, the first of the day of second 0."""

    hours: tuple[float, ...]
    """Hours of the day at which a shift begins, ascending, in [0, 24); with one, each shift is a whole day."""
    midnight: float
    """Seconds from the midnight before second 0 of the run until then."""

    def begins(self, shift: int) -> float:
        """Return when a shift begins [s]."""
        day, ordinal = divmod(shift, len(self.hours))
        return day * DAY + self.hours[ordinal] * 3600.0 - self.midnight

    def at(self, time: float) -> int:
        """Return the number of the shift on duty at `time` [s]; the new one at the moment of the change.

        >>> Shifts(hours=(8, 20), midnight=20 * 3600).at(0), Shifts(hours=(8, 20), midnight=3600).at(0)
        (1, -1)
        """
        shift = int((time + self.midnight) // DAY) * len(self.hours)
        while self.begins(shift + 1) <= time:
            shift += 1
        while self.begins(shift) > time:
            shift -= 1
        return shift

    def next_change(self, time: float) -> float:
        """Return when the shift after the one at `time` begins [s]."""
        return self.begins(self.at(time) + 1)


@dataclass(frozen=True, slots=True)
class Absence:
    """How likely somebody who is due is not there, by shifts that begin by day and by night."""

    day: float
    night: float


class Watch(NamedTuple):
    """Who is there in one shift of one office, by post."""

    holder: Bools
    backup: Bools

    @property
    def filled(self) -> Bools:
        """Return whether somebody is there for each post, holder or backup."""
        return np.asarray(self.holder | self.backup)


class Roster:
    """The roster of all offices.

    Parameters
    ----------
    streams : Streams
        Random streams of the run; `duty/<office>/<shift>` is read.
    shifts : Shifts
        When shifts change.
    ids : sequence of str
        Ids of the offices, by row.
    posts : ndarray of int32, shape (n_offices,)
        Posts of each.
    absence : Absence
        How likely somebody is not there.
    is_night : callable
        Whether it is night at a time [s].
    has_backups : bool
        Whether each post has a backup.
    """

    def __init__(
        self,
        streams: Streams,
        shifts: Shifts,
        *,
        ids: Sequence[str],
        posts: Ints,
        absence: Absence,
        is_night: Callable[[float], bool],
        has_backups: bool,
    ) -> None:
        self.shifts = shifts
        self._streams = streams
        self._ids = ids
        self._posts = posts
        self._absence = absence
        self._is_night = is_night
        self._has_backups = has_backups
        self._watches: dict[tuple[int, int], Watch] = {}

    def watch(self, office: int, shift: int) -> Watch:
        """Return who is there in a shift of an office."""
        watch = self._watches.get((office, shift))
        if watch is None:
            watch = self._watches[office, shift] = self._drawn(office, shift)
        return watch

    def is_there(self, office: int, role: Role, time: float, *, post: int = LEADER) -> bool:
        """Return whether the holder of a post, or his backup, is there at `time` [s]."""
        watch = self.watch(office, self.shifts.at(time))
        return bool((watch.holder if role == "A" else watch.backup)[post])

    def on_duty(self, office: int, time: float) -> int:
        """Return for how many posts of an office somebody is there at `time` [s], holder or backup."""
        return int(self.watch(office, self.shifts.at(time)).filled.sum())

    def _drawn(self, office: int, shift: int) -> Watch:
        # Post by post, so that a post more changes nothing for those there are.
        luck = self._streams.get("duty", self._ids[office], shift).random((int(self._posts[office]), 2))
        begins = self.shifts.begins(shift)
        absent = self._absence.night if self._is_night(begins) else self._absence.day
        there = luck >= absent
        return Watch(there[:, 0], there[:, 1] & self._has_backups)
