"""Stages of a gauge over time, and forecasts of them, as tables tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.errors import Issue
from evacsim.formats.rows import refuse
from evacsim.language import Text
from evacsim.scenario.columns import field_and_unit
from evacsim.scenario.given import Given, Source
from evacsim.scenario.hazard import Gauge, StageForecast, StageReading
from evacsim.scenario.listing import TableFile, entries, table_at
from evacsim.scenario.sensing import Forecast
from evacsim.scenario.wording import validated


@dataclass(frozen=True, slots=True)
class Stages:
    """Stages of one gauge at growing times."""

    times: NDArray[np.float64]
    """Seconds after the start of the scenario."""
    stages: NDArray[np.float64]
    """Metres above the datum."""


def read_stages(gauge: Gauge, *, start: datetime) -> Stages:
    """Return the stages in the table of `gauge`.

    Raises
    ------
    FormatError
        For everything that is wrong with the table: columns, units, times that do not grow.
    """
    path = Path(gauge.series)
    table = table_at(path, encoding=gauge.encoding)
    needless = [header for header in table.columns if field_and_unit(header, StageReading) is None]
    source = Source(str(path), path.parent)
    rows, issues = entries(
        table, StageReading, TableFile(file=gauge.series, ignore=needless), source=source, crs=None
    )
    readings = []
    for row in rows:
        reading, wrong = validated(StageReading, row)
        issues += wrong
        if reading is not None:
            readings.append((row, seconds_after(start, reading.time), reading.stage))
    issues += _backward([(row, time) for row, time, _ in readings])
    if not rows:
        rule = Text("holds no stage", "没有水位数据")
        issues.append(Issue(table.file, rule, Text("write one line for each moment", "每个时刻写一行")))
    refuse(table.file, issues)
    return Stages(np.array([time for _, time, _ in readings]), np.array([stage for _, _, stage in readings]))


@dataclass(frozen=True, slots=True)
class StagesForecast:
    """Stages that were forecast, in the order of issue, then of the moments they are about."""

    issued: NDArray[np.float64]
    """Seconds after the start of the scenario."""
    times: NDArray[np.float64]
    """Seconds after the start of the scenario."""
    stages: NDArray[np.float64]
    """Metres above the datum."""


def read_forecasts(forecast: Forecast, *, start: datetime) -> StagesForecast:
    """Return the forecasts in the table of `forecast`.

    Raises
    ------
    FormatError
        For everything that is wrong with the table: columns, units, a forecast of a moment before its issue.
    """
    path = Path(forecast.file)
    table = table_at(path, encoding=forecast.encoding)
    needless = [header for header in table.columns if field_and_unit(header, StageForecast) is None]
    rows, issues = entries(
        table,
        StageForecast,
        TableFile(file=forecast.file, ignore=needless),
        source=Source(str(path), path.parent),
        crs=None,
    )
    found = []
    for row in rows:
        one, wrong = validated(StageForecast, row)
        issues += wrong
        if one is None:
            continue
        issued, valid = seconds_after(start, one.issued), seconds_after(start, one.valid)
        if valid < issued:
            rule = Text("lies before the forecast is issued", "早于预报发布时间")
            remedy = Text("write the moment that the forecast is about", "写预报所指的时刻")
            issues.append(row.value["valid"].issue(rule, remedy))
        found.append((issued, valid, one.stage))
    if not rows:
        rule = Text("holds no forecast", "没有预报数据")
        issues.append(Issue(table.file, rule, Text("write one line for each stage", "每个预报值写一行")))
    refuse(table.file, issues)
    issued_, times, stages = (np.array(column) for column in zip(*sorted(found), strict=True))
    return StagesForecast(issued_, times, stages)


def _backward(times: Sequence[tuple[Given, float]]) -> list[Issue]:
    """Return one issue for each line whose time is not after all times above it."""
    issues, latest = [], -np.inf
    for row, time in times:
        if time <= latest:
            rule = Text("must be later than the line before it", "须晚于上一行")
            remedy = Text(
                "sort the lines by time, and keep one for each moment", "按时间排序，每个时刻只留一行"
            )
            issues.append(row.value["time"].issue(rule, remedy))
        latest = max(latest, time)
    return issues
