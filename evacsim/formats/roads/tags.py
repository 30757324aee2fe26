"""What OpenStreetMap's tags say about a road, whether they come as XML, GraphML or columns of a table.

Speeds without a unit are km/h and `lanes` counts both directions of a two-way road, as the
OpenStreetMap wiki defines them (recalled). Where several values stand together, as after the
merging of edges, the least serves: the narrowest, slowest and humblest part rules the whole.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evacsim.formats.roads.classes import least_class, road_class
from evacsim.formats.roads.raw import BUS, CAR, WALK
from evacsim.units import METRES, METRES_PER_SECOND, NUMBER

Tags = Mapping[str, Any]
Direction = Literal["forward", "backward", "both"]

_SPEED_UNITS = METRES_PER_SECOND | {
    "": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6, "kmph": 1 / 3.6, "km/hr": 1 / 3.6, "knots": 1852 / 3600
}  # fmt: skip
_NOT_A_SPEED = re.compile(r"none|signals|variable|walk|[A-Z]{2}:.*")
_NOTHING = {"", "nan", "none", "null", "<na>"}
_NO = {"no", "false", "0", "n", "f", "否", "无", "不是"}
_CLOSED = {"no", "agricultural", "forestry", "agricultural;forestry", "military", "emergency", "use_sidepath"}
_OPEN = {"yes", "designated", "permissive", "official"}
_RULING_TAGS = {
    CAR: ("access", "vehicle", "motor_vehicle", "motorcar"),
    BUS: ("access", "vehicle", "motor_vehicle", "psv", "bus"),
    WALK: ("access", "foot"),
}
"""Tags that open or close a road to a mode, the more special one after the more general."""


@dataclass(frozen=True, slots=True)
class RoadTags:
    """What the tags of one road say; None where they do not."""

    road_class: str | None
    direction: Direction
    lanes_forward: float | None
    lanes_backward: float | None
    speed_forward: float | None
    """Speed limit [m/s]."""
    speed_backward: float | None
    permitted: frozenset[str]
    prohibited: frozenset[str]
    bridge: bool
    tunnel: bool
    layer: int
    name: str
    unread: tuple[str, ...]
    """Tags whose value means nothing to us, as `maxspeed=fast`."""


def read_tags(tags: Tags) -> RoadTags:
    """Return what the tags of a road say.

    >>> road = read_tags({"highway": "primary", "lanes": "4", "maxspeed": "30 mph"})
    >>> road.lanes_forward, round(road.speed_forward, 2), road.direction
    (2.0, 13.41, 'both')
    """
    direction = _direction(tags)
    lanes_forward, lanes_backward = _lanes(tags, direction)
    speed = _speed(tags, "maxspeed")
    permitted, prohibited = _access(tags)
    return RoadTags(
        road_class=_class(tags),
        direction=direction,
        lanes_forward=lanes_forward,
        lanes_backward=lanes_backward,
        speed_forward=_or(_speed(tags, "maxspeed:forward"), speed),
        speed_backward=_or(_speed(tags, "maxspeed:backward"), speed),
        permitted=permitted,
        prohibited=prohibited,
        bridge=_holds(tags, "bridge"),
        tunnel=_holds(tags, "tunnel"),
        layer=round(_least(_numbers(tags, "layer")) or 0),
        name="; ".join(values(tags.get("name"))),
        unread=tuple(_unread(tags)),
    )


def values(cell: object) -> list[str]:
    """Return the values that stand in one cell: a word, `a;b`, or a list as OSMnx writes it (sorted).

    >>> values("['3', '2']"), values("2;3"), values(2.0), values(None)
    (['2', '3'], ['2', '3'], ['2'], [])
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, list | tuple | set):
        return [value for part in cell for value in values(part)]
    text = "" if cell is None else str(cell).strip()
    if text[:1] in {"[", "{"} and text[-1:] in {"]", "}"}:
        try:
            return values(sorted(ast.literal_eval(text), key=str))
        except (ValueError, SyntaxError, TypeError):
            text = text[1:-1].replace(",", ";")
    parts = (part.strip() for part in text.split(";"))
    return [part for part in parts if part.lower() not in _NOTHING]


def _word(tags: Tags, key: str) -> str:
    found = values(tags.get(key))
    return found[0].lower() if found else ""


def _class(tags: Tags) -> str | None:
    classes = [known for value in values(tags.get("highway")) if (known := road_class(value))]
    return least_class(classes) if classes else None


def _direction(tags: Tags) -> Direction:
    """Return the direction of travel; roundabouts and motorways run one way unless they say no."""
    word = _word(tags, "oneway")
    if word in {"-1", "reverse"}:
        return "backward"
    if word in {"yes", "true", "1", "reversible", "alternating"}:
        return "forward"
    circles = _word(tags, "junction") in {"roundabout", "circular"}
    if word not in _NO and (circles or _word(tags, "highway") == "motorway"):
        return "forward"
    return "both"


def _lanes(tags: Tags, direction: Direction) -> tuple[float | None, float | None]:
    """Return the lanes of each direction; what is not told apart is shared, but one lane is one lane."""
    total = _least(_numbers(tags, "lanes"))
    forward, backward = (_least(_numbers(tags, key)) for key in ("lanes:forward", "lanes:backward"))
    if direction != "both":
        side = _or(backward if direction == "backward" else forward, total)
        return side, side
    if total is None:
        return forward, backward
    if forward is None and backward is None:
        return max(total / 2, 1.0), max(total / 2, 1.0)
    rest = max(total - (forward or backward or 0.0), 1.0)
    return _or(forward, rest), _or(backward, rest)


def _holds(tags: Tags, key: str) -> bool:
    return any(value.lower() not in _NO for value in values(tags.get(key)))


def _access(tags: Tags) -> tuple[frozenset[str], frozenset[str]]:
    """Return the modes that tags open the road to, and those they close it to.

    Private roads stay open: those who live there leave by them. A general `access=yes` opens
    nothing that the class closes, for it is written on footways too.
    """
    permitted, prohibited = set(), set()
    for mode, keys in _RULING_TAGS.items():
        ruling = [(key, word) for key in keys if (word := _word(tags, key))]
        if not ruling:
            continue
        key, word = ruling[-1]
        if word in _CLOSED or (word in {"bus", "psv"} and mode != BUS):
            prohibited.add(mode)
        elif word in _OPEN and key != "access":
            permitted.add(mode)
    return frozenset(permitted), frozenset(prohibited)


def _numbers(tags: Tags, key: str) -> list[float]:
    return [float(value) for value in values(tags.get(key)) if re.fullmatch(NUMBER, value)]


def _speed(tags: Tags, key: str) -> float | None:
    return _least([speed for value in values(tags.get(key)) if (speed := _speed_value(value)) is not None])


def _speed_value(text: str) -> float | None:
    match = re.fullmatch(rf"({NUMBER})\s*(.*)", text)
    if match is None or match[2].strip().lower() not in _SPEED_UNITS:
        return None
    return float(match[1]) * _SPEED_UNITS[match[2].strip().lower()]


def _unread(tags: Tags) -> list[str]:
    bad = [
        f"{key}={value}"
        for key in ("maxspeed", "maxspeed:forward", "maxspeed:backward")
        for value in values(tags.get(key))
        if _speed_value(value) is None and not _NOT_A_SPEED.fullmatch(value)
    ]
    bad += [
        f"{key}={value}"
        for key in ("lanes", "lanes:forward", "lanes:backward", "layer")
        for value in values(tags.get(key))
        if not re.fullmatch(NUMBER, value)
    ]
    if _word(tags, "oneway") in {"reversible", "alternating"}:
        bad.append(f"oneway={_word(tags, 'oneway')}")
    return bad


def _least(numbers: list[float]) -> float | None:
    return min(numbers, default=None)


def _or(first: float | None, second: float | None) -> float | None:
    return second if first is None else first


def offset_metres(text: object) -> float | None:
    """Return the height that a cell such as `3.2`, `3.2 m` or `10 ft` gives [m]; None for anything else."""
    match = re.fullmatch(rf"({NUMBER})\s*(\D*)", " ".join(values(text)))
    unit = match[2].strip() or "m" if match else ""
    return float(match[1]) * METRES[unit] if match and unit in METRES else None
