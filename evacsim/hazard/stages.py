"""Stages (水位): the readings or forecast of a gauge over time."""

from datetime import datetime

import numpy as np

from evacsim.errors import FormatError, Issue
from evacsim.formats.tables import Table
from evacsim.hazard.columns import TIME, stages_in, times_in
from evacsim.hazard.water import Floats
from evacsim.language import Text


def stages_from_table(table: Table, *, start: datetime) -> tuple[Floats, Floats]:
    """Return the times [s] and stages [m] of a gauge, shape (n_readings,) each.

    Columns are time (时间) and stage (水位). Times must grow: in a table sorted otherwise a
    mistyped date would look like a flood.

    Raises
    ------
    FormatError
        With every broken cell, and every time that is not later than the one before.
    """
    times, issues = times_in(table, start=start)
    stages, stage_issues = stages_in(table)
    issues += stage_issues
    if not len(times):
        rule, remedy = Text("has no readings", "没有水位记录"), Text("write at least one", "至少写一条")
        issues.append(Issue(table.file, rule, remedy))
    for row in np.flatnonzero(np.diff(times) <= 0) + 1:
        rule = Text("must be later than the reading before", "须晚于前一条记录")
        remedy = Text("sort the readings and keep one for each moment", "按时间排序，同一时刻只保留一条")
        issues.append(table.issue(int(row), table.column(*TIME) or "", rule, remedy))
    if issues:
        raise FormatError(table.file, issues)
    return times, stages
