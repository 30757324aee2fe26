"""A gauge beside the small district, and the plan that watches it."""

import csv
from pathlib import Path
from typing import Any


def with_gauge(
    given: dict[str, Any], folder: Path, stages: list[tuple[float, float]], **gauge: Any
) -> dict[str, Any]:
    """Add the gauge `bridge` with stages (hour, metres) to a scenario given as a mapping, and return it."""
    path = folder / "bridge.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time(h)", "stage(m)"])
        writer.writerows(stages)
    given["hazard"]["gauges"] = [{"id": "bridge", "datum": "warning stage = 0", "series": str(path), **gauge}]
    return given


def events_of(events: Any, *kinds: str) -> list[tuple[str, float, str, str]]:
    """Return kind, minute, subject and kind of the cause of all events of some kinds."""
    kind = dict(zip(events["seq"], events["kind"], strict=True))
    rows = events[events["kind"].isin(kinds)]
    return [
        (row.kind, round(row.time_s / 60, 6), row.subject, kind.get(row.cause, ""))
        for row in rows.itertuples()
    ]
