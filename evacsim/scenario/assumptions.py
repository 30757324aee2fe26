"""Every parameter of a scenario that somebody had to choose: its value, and how sure it is.

A parameter is a field whose default was made by `seen`, `recalled` or `assumed`. While the
default is in force it has that mark; where the scenario sets it, it is given, or has the mark of
the `provenance` entry that names it (`population.car_share`) or its section (`population`).
Provenance entries about anything else and invented (`synthetic`) figures are listed as well.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from evacsim.scenario.given import joined
from evacsim.scenario.model import Scenario
from evacsim.scenario.section import Provenance, Section
from evacsim.scenario.shapes import shapes
from evacsim.units import DURATION, SHARE, Kind, write_duration

OVERRIDES = frozenset(
    [
        "lane_capacity",
        "free_speed",
        "node_capacity",
        "patience_at_closure",
        "household_size",
        "elderly_share",
        "assisted_share",
        "car_share",
        "storeys",
        "compliance",
        "relay_time",
        "preparation",
        "bus_share",
    ]
)
"""Fields without a default that, where set, take the place of a parameter."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One parameter (or several entries that agree on it), its value and how sure it is."""

    path: str
    """Where it stands: `plan.to.bus_share`, `district.fleets[*].availability`."""
    value: str
    """The value with its unit; empty for more than one value."""
    mark: Literal["given", "seen", "recalled", "assumed", "synthetic"]
    """Given by the scenario without a word about its source, or how sure the figure is."""
    source: str
    """The source that was read, or the reason for the assumption; empty where nothing says it."""
    entries: int = 1
    """Entries of a list that share it."""


def assumptions(scenario: Scenario) -> list[Assumption]:
    """Return every parameter of `scenario`, its value and how sure it is, in the order of the models."""
    stated = {
        f"{name}.{entry.item}": entry
        for name in ("district", "hazard", "plan")
        for entry in getattr(scenario, name).provenance
    }
    found = Counter(_of(scenario, "", stated))
    listed = [replace(assumption, entries=number) for assumption, number in found.items()]
    named = {_plain(assumption.path) for assumption in listed}
    others = [
        Assumption(path, "", entry.mark, entry.source) for path, entry in stated.items() if path not in named
    ]
    return listed + others


def _of(section: Section, path: str, stated: Mapping[str, Provenance]) -> Iterator[Assumption]:
    for name, field in type(section).model_fields.items():
        value, place, extra = getattr(section, name), joined(path, name), field.json_schema_extra
        if isinstance(extra, dict) and "provenance" in extra:
            shown = _shown(value, shapes(type(section))[name].kind)
            if name in section.model_fields_set:
                yield _given(place, shown, stated)
            else:
                yield Assumption(place, shown, *_default(extra))
        elif name in OVERRIDES and value is not None:
            shown = "" if "[*]" in place else _shown(value, shapes(type(section))[name].kind)
            yield _given(place, shown, stated)
        elif name == "synthetic" and value:
            yield Assumption(path, "", "synthetic", "")
        elif isinstance(value, Section):
            yield from _of(value, place, stated)
        elif isinstance(value, list) and name != "provenance":
            for entry in value:
                if isinstance(entry, Section):
                    yield from _of(entry, f"{place}[*]", stated)


def _default(extra: Mapping[str, Any]) -> tuple[Any, str]:
    return extra["provenance"], extra["source"]


def _given(place: str, shown: str, stated: Mapping[str, Provenance]) -> Assumption:
    """Return a value that the scenario sets, with what it states about the value or what holds it."""
    steps = _plain(place).split(".")
    paths = (".".join(steps[:number]) for number in range(len(steps), 1, -1))
    entry = next((stated[path] for path in paths if path in stated), None)
    return Assumption(place, shown, entry.mark if entry else "given", entry.source if entry else "")


def _plain(path: str) -> str:
    return path.replace("[*]", "")


def _shown(value: object, kind: Kind | None) -> str:
    """Return a value as people read it.

    >>> _shown(2700.0, DURATION), _shown(2.5, DURATION), _shown(0.04, SHARE)
    ('45 min', '2.5 s', '4 %')
    """
    if isinstance(value, Section):
        known = shapes(type(value))
        parts = [
            f"{name} {_shown(getattr(value, name), known[name].kind)}" for name in known if name != "type"
        ]
        return f"{getattr(value, 'type', '')}: {', '.join(parts)}"
    if isinstance(value, list):
        return "; ".join(_shown(entry, kind) for entry in value)
    if not isinstance(value, float):
        return str(value)
    if kind is DURATION and value >= 60 and value % 60 == 0:
        return write_duration(value)
    if kind is SHARE:
        return f"{100 * value:.6g} %"
    return f"{value:.6g} {kind.si}" if kind is not None else f"{value:.6g}"
