"""Ways to break a file, and what a broken case is."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.broken.small import Files

Edit = Callable[[Files], None]


@dataclass(frozen=True)
class Case:
    """One mistake, and what must be said of it."""

    name: str
    file: str
    """End of the name of the file that an error must name."""
    line: int | None
    """Line that it must name."""
    place: str
    """Part of the place that it must name; empty where the whole file is meant."""
    remedy: str
    """Part of its remedy."""
    edit: Edit


def case(name: str, told: str, edit: Edit) -> Case:
    """Return the case whose error reads like `told`: "zones.csv:2 column 人口 | digits"."""
    where, remedy = told.split(" | ") if " | " in told else (told.rstrip(" |"), "")
    match = re.fullmatch(r"([^ :]*)(?::(\d+))? ?(.*)", where)
    assert match, told
    file, line, place = match.groups()
    return Case(name, file, int(line) if line else None, place, remedy, edit)


def sub(name: str, old: str, new: str) -> Edit:
    """Replace a text that must be there."""

    def edit(files: Files) -> None:
        text = files[name].decode()
        assert old in text, f"{name} does not hold {old!r}"
        files[name] = text.replace(old, new, 1).encode()

    return edit


def put(name: str, content: str | bytes) -> Edit:
    """Give a file another content."""
    return lambda files: files.update({name: content.encode() if isinstance(content, str) else content})


def add(name: str, text: str) -> Edit:
    """Append a text."""
    return lambda files: files.update({name: files[name] + text.encode()})


def cut(name: str, n_bytes: int) -> Edit:
    """Take the last bytes away."""
    return lambda files: files.update({name: files[name][:-n_bytes]})


def drop(name: str) -> Edit:
    """Take a file away."""
    return lambda files: files.pop(name) and None


def rename(name: str, other: str) -> Edit:
    """Give a file another name."""
    return lambda files: files.update({other: files.pop(name)})


def both(first: Edit, then: Edit) -> Edit:
    """Do one after the other."""

    def edit(files: Files) -> None:
        first(files)
        then(files)

    return edit


def zones_in(reference: str, content: str | bytes) -> Edit:
    """Move the zones to another file, named alone or as {file: name, ...}."""
    match = re.search(r"[\w.]*\.\w+", reference)
    assert match, reference
    return both(sub("district.yaml", "zones.csv", reference), put(match.group(), content))


def roads_in(name: str, content: bytes) -> Edit:
    """Move the road network to another file."""
    return both(sub("district.yaml", "file: roads\n  format: csv", f"file: {name}"), put(name, content))


def geojson(*geometries: dict[str, object] | None) -> str:
    """Return the two zones as GeoJSON."""
    features = [
        {"type": "Feature", "properties": {"id": name, "population": 100}, "geometry": geometry}
        for name, geometry in zip(("east", "west"), geometries, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def point(x: float, y: float) -> dict[str, object]:
    """Return a GeoJSON point."""
    return {"type": "Point", "coordinates": [x, y]}


EAST, WEST = point(117.0, 31.634), point(116.9895, 31.634)
"""Where the two zones lie, in degrees."""
