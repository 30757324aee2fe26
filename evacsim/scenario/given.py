"""What stands in the files, and where: the tree between reading and validating."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from evacsim.errors import Issue
from evacsim.language import Text
from evacsim.scenario.nearest import visible

Loc = tuple[int | str, ...]
"""Steps from the root of a scenario to one of its values, as pydantic counts them."""

DEEPEST = 12
"""Levels that a file may nest; a scenario needs eight."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file: what messages call it, where its relative paths begin, which file named it."""

    name: str
    folder: Path
    path: Path | None = None
    named_by: "Source | None" = None

    def is_open(self, path: Path) -> bool:
        """Return whether `path` is this file or one of those that led to it."""
        return self.path == path or (self.named_by is not None and self.named_by.is_open(path))


@dataclass(slots=True, eq=False)
class Given:
    """One value as given: a list of `Given`, a dict of them by name, or a plain value."""

    value: Any
    source: Source
    line: int | None = None
    written: str | None = None
    """A scalar as it was written; None where nothing was."""
    place: str = ""
    """What the file itself calls this place, such as `column 容量`; empty where the path says it."""
    spoiled: bool = False
    """Whether something is wrong here that has been said, so that nothing more need be said."""

    def plain(self) -> Any:
        """Return the value as plain lists, dicts and scalars; None for what is spoiled."""
        if self.spoiled:
            return None
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def issue(self, rule: Text, remedy: Text, place: str = "") -> Issue:
        """Return what is wrong with this value."""
        return Issue(self.source.name, rule, remedy, self.place or place, self.line, shortened(self.written))

    def spoil(self) -> "Given":
        """Return this place as one of which nothing more need be said."""
        return Given(None, self.source, self.line, self.written, self.place, spoiled=True)


def shortened(written: str | None) -> str | None:
    """Return a value as a message shows it: on one line, at most 60 letters."""
    if written is None:
        return None
    words = " ".join(visible(written[:200]).split())
    return words if len(words) <= 60 else words[:59] + "…"


class Spot(NamedTuple):
    """Where a path leads: the deepest value on it, and what to call the place."""

    given: Given
    place: str
    is_there: bool
    """Whether the path leads to a value, not to something that is missing."""
    is_spoiled: bool
    """Whether anything on the way is spoiled."""


def find(root: Given, loc: Iterable[int | str]) -> Spot:
    """Return where `loc` leads; tags of unions, which pydantic adds, are stepped over."""
    here, place, spoiled = root, root.place, root.spoiled
    steps = deque(loc)
    while steps:
        step, inside = steps.popleft(), here.value
        child = inside.get(step) if isinstance(inside, dict) else _entry(inside, step)
        if child is not None:
            place = child.place or (joined(place, step) if child.source is here.source else "")
            here, spoiled = child, spoiled or child.spoiled
        elif not _is_silent(inside, step):
            return Spot(here, reduce(joined, [step, *steps], place), False, spoiled)
    return Spot(here, place, True, spoiled)


def joined(place: str, step: int | str) -> str:
    """Return the name of the place one step further.

    >>> joined("shelters", 3), joined("shelters[3]", "capacity")
    ('shelters[3]', 'shelters[3].capacity')
    """
    if isinstance(step, int):
        return f"{place}[{step}]"
    return f"{place}.{step}" if place else step


def _entry(inside: object, step: int | str) -> Given | None:
    if isinstance(inside, list) and isinstance(step, int) and step < len(inside):
        return inside[step] if isinstance(inside[step], Given) else None
    return None


def _is_silent(inside: object, step: int | str) -> bool:
    """Return whether a step stays where it is: the variant of a section, the inside of "30 min" or "a; b"."""
    if isinstance(inside, dict):
        return "type" in inside and inside["type"].value == step
    return step in ("fixed", "value") or (isinstance(step, int) and not isinstance(inside, list))


def given_from(value: object, source: Source, depth: int = 0) -> Given:
    """Return a Python object, such as a notebook holds, as a tree; what lies too deep fits no field."""
    if depth > DEEPEST:
        return Given(..., source, written="...")
    if isinstance(value, Mapping):
        named = {str(name): given_from(child, source, depth + 1) for name, child in value.items()}
        return Given(named, source)
    if isinstance(value, list | tuple):
        return Given([given_from(child, source, depth + 1) for child in value], source)
    if isinstance(value, BaseModel):
        return Given(value, source, written=type(value).__name__)
    if isinstance(value, Path):
        value = str(value)
    elif type(value) not in (int, float, bool):  # numbers of NumPy
        value = (
            int(value) if isinstance(value, Integral) else float(value) if isinstance(value, Real) else value
        )
    return Given(value, source, written=None if value is None else str(value)[:200])
