"""The columns of water tables: times, depths and velocities, each with its unit in the cell or in its name."""

from collections.abc import Callable
from datetime import datetime

import numpy as np

from evacsim.clock import parse_moment, seconds_after
from evacsim.errors import Issue, RefusedValueError
from evacsim.formats.tables import Cell, Table
from evacsim.hazard.water import Floats
from evacsim.language import Text
from evacsim.units import LENGTH, SPEED, Kind, parse_duration, quantity

TIME = ("time", "时间", "time_s", "时间_s", "time(s)", "时间(s)", "时间（s）", "时间（秒）")
DEPTH = ("depth", "水深", "depth_m", "水深_m", "depth(m)", "水深(m)", "水深（m）", "水深（米）")
VELOCITY = (
    "velocity",
    "流速",
    "velocity_m_s",
    "流速_m_s",
    "velocity(m/s)",
    "流速(m/s)",
    "流速（m/s）",
    "流速（米/秒）",
)
"""Names of a column; all but the first two say a unit, and hold plain numbers of seconds, metres or metres a second."""


def times_in(table: Table, *, start: datetime) -> tuple[Floats, list[Issue]]:
    """Return the scenario time of each row [s], nan where it is wrong, and an issue for each wrong one.

    A time is "T+6 h", "90 min" after the start, a wall clock time, or in `time_s` a number.
    """

    def scenario_time(text: str) -> float:
        try:
            return parse_duration(text)
        except RefusedValueError:
            return seconds_after(start, parse_moment(text))

    return _read(table, TIME, scenario_time)


def depths_in(table: Table) -> tuple[Floats, list[Issue]]:
    """Return the depth in each row [m], and an issue for each wrong one: "0.3 m", or in `depth_m` 0.3."""
    return _read(table, DEPTH, _reader_of(LENGTH))


def velocities_in(table: Table) -> tuple[Floats | None, list[Issue]]:
    """Return the velocity in each row [m/s], and an issue for each wrong one; None where no column says it."""
    if table.column(*VELOCITY) is None:
        return None, []
    return _read(table, VELOCITY, _reader_of(SPEED))


def _reader_of(kind: Kind) -> Callable[[str], float]:
    return lambda text: quantity(text, kind)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise RefusedValueError(Text("must be a number", "须为数值"), Text("write digits only", "只写数字"))
    return number


def _read(table: Table, names: tuple[str, ...], parse: Callable[[str], float]) -> tuple[Floats, list[Issue]]:
    """Return the numbers of the column called one of `names`, nan and an issue where a cell is wrong."""
    column = table.column(*names)
    if column is None:
        return np.full(len(table.rows), np.nan), table.missing(names)
    if column in names[2:]:
        parse = _number
    known: dict[Cell, float | RefusedValueError] = {}
    numbers, issues = np.full(len(table.rows), np.nan), []
    for row, cells in enumerate(table.rows):
        written = cells[column]
        if written not in known:
            try:
                known[written] = parse("" if written is None else str(written))
            except RefusedValueError as refusal:
                known[written] = refusal
        number = known[written]
        if isinstance(number, RefusedValueError):
            issues.append(table.issue(row, column, number.rule, number.remedy))
        else:
            numbers[row] = number
    return numbers, issues
