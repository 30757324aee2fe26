"""Wall clock and scenario time.

Inside, time is seconds since the scenario's start. People write "2026-07-18 20:00" or "T+6 h";
reports show the wall clock again. Wall clock times are local and have no time zone.
"""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from evacsim.errors import RefusedValueError
from evacsim.language import Text
from evacsim.units import parse_duration

WALL_TIME = re.compile(
    r"\s*(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})(?:日\s*|[ T]\s*)(\d{1,2})[:时](\d{2})分?(?::(\d{2})(?:\.(\d{1,6}))?)?\s*"
)
YEARS = range(1900, 2201)
DAY = 86400.0
"""Length of a day [s]."""


def parse_wall_time(text: object) -> datetime:
    """Return the moment written as "2026-07-18 20:00", "2026/7/18 20:00:30" or "2026年7月18日20时00分".

    Raises
    ------
    RefusedValueError
        If `text` is no local date with a time of day.
    """
    match = None if isinstance(text, datetime) else WALL_TIME.fullmatch(str(text)[:80])
    try:
        if match:
            *date, hour, minute, second, fraction = match.groups(default="0")
            year, month, day = map(int, date)
            text = datetime(
                year, month, day, int(hour), int(minute), int(second), int(fraction.ljust(6, "0"))
            )
    except ValueError:
        pass  # the 31st of June, 25 o'clock
    if isinstance(text, datetime) and text.tzinfo is None and text.year in YEARS:
        return text
    raise RefusedValueError(
        Text("must be a date and a time of day, without time zone", "须为日期和时间，不带时区"),
        Text("write it as '2026-07-18 20:00'", "写成 '2026-07-18 20:00'"),
    )


def parse_moment(text: object) -> float | datetime:
    """Return seconds after the start for "T+6 h" or "T-30 min", the wall time for a date.

    >>> parse_moment("T+6 h")
    21600.0
    """
    match = re.fullmatch(r"\s*[Tt]\s*(?:([+-])\s*(.+?))?\s*", str(text)[:80])
    try:
        if match is None:
            return parse_wall_time(text)
        if match.group(1) is None:
            return 0.0
        seconds = parse_duration(match.group(2))
    except RefusedValueError:
        raise RefusedValueError(
            Text("must be a moment", "须为时刻"),
            Text(
                "write 'T+6 h' (after the start) or '2026-07-18 20:00'",
                "写 'T+6 h'（开始后）或 '2026-07-18 20:00'",
            ),
        ) from None
    return seconds if match.group(1) == "+" else -seconds


def seconds_after(start: datetime, moment: float | datetime) -> float:
    """Return scenario seconds of a moment read by `parse_moment`."""
    return (moment - start).total_seconds() if isinstance(moment, datetime) else moment


def wall_time(start: datetime, seconds: float) -> datetime:
    """Return the wall clock at `seconds` after `start`."""
    return start + timedelta(seconds=seconds)


def write_moment(start: datetime, seconds: float) -> str:
    """Return a moment as reports show it: date, time of day and time since the start.

    >>> write_moment(datetime(2026, 7, 18, 20), 5400)
    '07-18 21:30 (T+1.5 h)'
    """
    return f"{wall_time(start, seconds):%m-%d %H:%M} (T{seconds / 3600:+.1f} h)"


def is_night_hour(hour: float, begins: float, ends: float) -> bool:
    """Return whether an hour of the day lies in a night that begins and ends at the given hours.

    >>> is_night_hour(23, 20, 6), is_night_hour(6, 20, 6), is_night_hour(12, 0, 0)
    (True, False, False)
    """
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours of the day and nights of a run, for whoever acts otherwise by night."""

    start: datetime
    """Wall clock of second 0."""
    night_begins: float = 20.0
    """Hour of the day at which night begins."""
    night_ends: float = 6.0
    """Hour of the day at which night ends; equal to `night_begins` where there is no night."""

    def hour(self, time: float) -> float:
        """Return the hour of the day at `time` [s], from 0 up to 24.

        >>> Calendar(datetime(2026, 7, 18, 20)).hour(6.5 * 3600)
        2.5
        """
        return self._second_of_day(time) / 3600

    def is_night(self, time: float) -> bool:
        """Return whether it is night at `time` [s]."""
        return is_night_hour(self.hour(time), self.night_begins, self.night_ends)

    def next_change(self, time: float) -> float:
        """Return when day next turns to night or night to day after `time` [s]; infinity without nights.

        >>> Calendar(datetime(2026, 7, 18, 20)).next_change(0) / 3600
        10.0
        """
        if self.night_begins == self.night_ends:
            return math.inf
        passed = self._second_of_day(time)
        waits = ((3600 * hour - passed) % DAY or DAY for hour in (self.night_begins, self.night_ends))
        return time + min(waits)

    def _second_of_day(self, time: float) -> float:
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        return ((self.start - midnight).total_seconds() + time) % DAY
