"""The indicators of a run: one number each, with its unit, its name and what it means.

The report, `summary.json`, ensembles and comparisons all read them from here; the list itself
stands in `analysis.registry`.
"""

import math
from pathlib import Path
from typing import Any, NamedTuple

from evacsim.analysis import failures
from evacsim.analysis.bounds.told import Bound, bounds_of
from evacsim.analysis.facts import Facts, gather
from evacsim.analysis.registry import REGISTRY
from evacsim.language import Text
from evacsim.results.digest import events_digest
from evacsim.results.record import RunRecord
from evacsim.results.writing import write_json


class Indicator(NamedTuple):
    """One number of a run."""

    id: str
    value: float
    """In `unit`; nan where it cannot be said, inf for a time never reached, -inf for a lead that too few have."""
    unit: str
    """`person`, `share`, `s`, `ratio`, `1/100000`, `seat/h` or `` for a plain count."""
    name: Text
    note: Text
    better: str
    """Whether `more` or `less` is better; empty where neither is."""
    bounds: tuple[Bound, ...] = ()
    """Values that no plan can beat, the lowest first; none where it has none, or the run was one of many."""


def indicators(record: RunRecord) -> dict[str, Indicator]:
    """Return all indicators of a run by id, in the order of `REGISTRY`.

    Raises
    ------
    ResultsError
        If the final states of the record do not add up to its population.
    """
    return indicators_of(gather(record))


def indicators_of(facts: Facts) -> dict[str, Indicator]:
    """Return all indicators of a run whose facts are known, as `indicators` does."""
    bounds = bounds_of(facts.record)
    return {
        entry.id: Indicator(
            entry.id,
            float(entry.value(facts)),
            entry.unit,
            entry.name,
            entry.note,
            entry.better,
            bounds.get(entry.id, ()),
        )
        for entry in REGISTRY
    }


def write_summary(record: RunRecord, folder: str | Path) -> Path:
    """Write `summary.json` into `folder` and return its path.

    A value that cannot be said is null; a time that is never reached is null with `"never": true`.
    `causes` are the greatest causes of failure of the indicators that have a limit.
    """
    summary = {
        "scenario": record.scenario_id,
        "seed": record.seed,
        "version": record.provenance.get("version"),
        "events_digest": events_digest(record),
        "indicators": {name: _plain(indicator) for name, indicator in indicators(record).items()},
        "causes": {name: _causes(record, name) for name in failures.LIMITED},
    }
    return write_json(Path(folder) / "summary.json", summary)


def _causes(record: RunRecord, name: str) -> list[dict[str, Any]]:
    greatest = failures.ranked(record, name).head(failures.NAMED)
    return [
        {
            "cause": cause,
            "number": int(number),
            "share": float(part),
            "en": failures.cause_text(cause).en,
            "zh": failures.cause_text(cause).zh,
        }
        for cause, number, part in greatest.itertuples(index=False)
    ]


def _plain(indicator: Indicator) -> dict[str, Any]:
    value = indicator.value
    written: float | int | None = value if math.isfinite(value) else None
    if written is not None and indicator.unit in {"person", ""}:
        written = round(value)
    never = {"never": True} if value == math.inf and indicator.unit == "s" else {}
    return {
        "value": written,
        **never,
        "unit": indicator.unit,
        "en": indicator.name.en,
        "zh": indicator.name.zh,
        "note_en": indicator.note.en,
        "note_zh": indicator.note.zh,
        "better": indicator.better,
        **({"bounds": [_plain_bound(bound) for bound in indicator.bounds]} if indicator.bounds else {}),
    }


def _plain_bound(bound: Bound) -> dict[str, Any]:
    time = bound.time if math.isfinite(bound.time) else None
    never = {"never": True} if bound.time == math.inf else {}
    return {"value": time, **never, "orders": bound.orders, "reason": bound.reason}
