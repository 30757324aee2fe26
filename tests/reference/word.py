"""A small district whose word goes over channels and from door to door, on foot, without delays of its own."""

from typing import Any

import evacsim as ev
from evacsim.results.record import RunRecord
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

FOOT = {"bus_share": 0, "car_share": 0}
AT_ONCE = {"type": "fixed", "value": "0 s"}
ORDERED = 15 * 60.0
"""Triggers at T+10 min, five minutes to decide."""


def office(id_: str, level: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an office that passes orders on at once."""
    return {"id": id_, "level": level, "parent": parent, "node": node(2, 1), "handling": AT_ONCE, **more}


def county() -> list[dict[str, Any]]:
    """Return a tree of one office that leads all zones."""
    return [office("county", "county", zones=["*"])]


def channel(id_: str, **more: Any) -> dict[str, Any]:
    """Return a channel that everybody hears at once."""
    return {"id": id_, "kind": "loudspeaker", "reach_day": 1, "reach_night": 1, **more}


def word(folder: Any, *, organize: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return the scenario as a mapping; `channels`, `coverage`, `sites`, `word_of_mouth` go to the district,
    `outages` to the hazard, the rest to `small_district`."""
    to_district = {
        name: changes.pop(name)
        for name in ("channels", "coverage", "sites", "word_of_mouth")
        if name in changes
    }
    outages = changes.pop("outages", None)
    start = changes.pop("start", "2026-07-18 20:00")
    given = small_district(
        folder,
        organize={"offices": county(), "preparation": AT_ONCE, **(organize or {})},
        **{"to": FOOT, "who": {"compliance": 1}, "shelters": SHELTERS, **changes},
    )
    given["start"] = start
    given["district"] |= to_district
    if outages is not None:
        given["hazard"]["outages"] = outages
    for row in given["plan"]["zones"]:
        row.pop("pickup_point", None)
        row.pop("fleet", None)
    return given


SHELTERS = [{"id": "school", "node": node(4, 1)}]


def run(given: dict[str, Any], *, seed: int = 3) -> RunRecord:
    """Return the record of a run."""
    return engine_record(ev.from_mapping(given), seed=seed)


def of_kind(record: RunRecord, kind: str) -> Any:
    """Return the events of a kind."""
    return record.events[record.events["kind"] == kind]
