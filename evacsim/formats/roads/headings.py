"""Headings of link and node tables: what a column is called, and in which unit it counts.

A heading is a name and perhaps a unit: `length_m`, `长度(公里)`, `free_speed [km/h]`. The unit in
the heading holds; a quantity without one is read only where its unit is beyond doubt (`限速` in
km/h by Chinese signs, `maxspeed` as in OpenStreetMap) or stated by the user.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evacsim.formats.roads.findings import Findings
from evacsim.language import Text
from evacsim.units import METRES, METRES_PER_SECOND, PER_METRE, PER_SECOND, SECONDS

LINK_TEXTS: dict[str, tuple[str, ...]] = {
    "link_id": ("link_id", "id", "edge_id", "路段编号", "路段id", "路段", "编号"),
    "osmid": ("osmid", "osm_id", "osm_way_id"),
    "from_node": (
        "from_node", "from_node_id", "from", "u", "source", "init_node", "起点", "起点编号", "起始节点", "起节点",
    ),
    "to_node": ("to_node", "to_node_id", "to", "v", "target", "term_node", "终点", "终点编号", "终止节点", "终节点"),
    "highway": ("highway", "road_class", "class", "fclass", "facility_type", "道路等级", "道路类型", "等级", "类型"),
    "name": ("name", "road_name", "道路名称", "路名", "名称"),
    "oneway": ("oneway", "one_way", "direction", "directed", "单行", "单向", "方向", "通行方向"),
    "modes": ("modes", "allowed_uses", "交通方式"),
    "bridge": ("bridge", "桥梁", "是否桥梁", "桥"),
    "tunnel": ("tunnel", "隧道", "是否隧道"),
    "layer": ("layer", "层"),
    "junction": ("junction",),
    "access": ("access",),
    "geometry": ("geometry", "wkt", "几何"),
    "lanes": ("lanes", "lane_count", "n_lanes", "车道数", "车道"),
    "maxspeed": ("maxspeed", "限速"),
}  # fmt: skip
"""Names of the columns that hold text or counts, by the OpenStreetMap key or our own word for them."""

_QUANTITIES: dict[str, tuple[Mapping[str, float], tuple[str, ...]]] = {
    "length": (METRES, ("length", "长度", "里程")),
    "free_speed": (
        METRES_PER_SECOND,
        ("free_speed", "freespeed", "speed", "maxspeed", "限速", "设计速度", "自由流速度", "速度"),
    ),
    "capacity": (PER_SECOND, ("capacity", "通行能力")),
    "jam_density": (PER_METRE, ("jam_density", "拥堵密度", "阻塞密度")),
    "travel_time": (SECONDS, ("travel_time", "time", "通行时间", "行程时间", "时间")),
    "bridge_offset": (METRES, ("bridge_offset", "deck_height", "桥面高度", "桥高")),
    "footway_width": (METRES, ("footway_width", "sidewalk_width", "人行道宽", "人行道宽度", "步道宽度")),
}  # fmt: skip
_BARE_UNITS = {
    "通行能力": ("capacity", "veh/h"),
    "minutes": ("travel_time", "min"),
    "seconds": ("travel_time", "s"),
}
"""Headings without a unit whose unit is beyond doubt."""

_SUFFIXES = {
    "mps": "m/s", "kmh": "km/h", "kph": "km/h", "mph": "mph", "vps": "veh/s", "vph": "veh/h", "vpm": "veh/m",
    "m": "m", "km": "km", "ft": "ft", "mi": "mi", "s": "s", "min": "min", "h": "h",
}  # fmt: skip

NODE_TEXTS: dict[str, tuple[str, ...]] = {
    "node_id": ("node_id", "id", "osm_node_id", "osmid", "节点编号", "节点id", "节点", "编号"),
    "x": ("x", "x_coord", "lon", "lng", "longitude", "经度", "x坐标", "东坐标"),
    "y": ("y", "y_coord", "lat", "latitude", "纬度", "y坐标", "北坐标"),
    "height": ("height_m", "elevation_m", "ele", "高程(m)", "高程（m）", "高程(米)", "高程（米）"),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column of numbers, and what one of its unit is in SI; None where nothing says the unit."""

    column: str
    factor: float | None


@dataclass(frozen=True, slots=True)
class Headings:
    """What the columns of a table hold."""

    texts: Mapping[str, str]
    """Column of each of `LINK_TEXTS` or `NODE_TEXTS` that is there."""
    quantities: Mapping[str, Quantity]
    unused: tuple[str, ...]
    """Columns that mean nothing to us."""


def read_link_headings(columns: Iterable[str], findings: Findings) -> Headings:
    """Return what the columns of a table of links hold; whatever is there twice is noted."""
    columns = tuple(columns)
    quantities: list[tuple[str, Quantity]] = []
    for column in columns:
        name, factor = _quantity(column)
        if name:
            quantities.append((name, Quantity(column, factor)))
    measured = {quantity.column for _, quantity in quantities}
    texts = _texts([column for column in columns if column not in measured], LINK_TEXTS, findings)
    _note_doubles(quantities, findings)
    used = measured | set(texts.values())
    return Headings(texts, dict(quantities), tuple(column for column in columns if column not in used))


def read_node_headings(columns: Iterable[str], findings: Findings) -> Headings:
    """Return what the columns of a table of nodes hold."""
    columns = tuple(columns)
    texts = _texts(columns, NODE_TEXTS, findings)
    return Headings(texts, {}, tuple(column for column in columns if column not in texts.values()))


def _quantity(column: str) -> tuple[str | None, float | None]:
    """Return the quantity that a column holds, and its unit's factor where the heading says it."""
    heading = column.strip().lower()
    if heading in _BARE_UNITS:
        name, unit = _BARE_UNITS[heading]
        return name, _QUANTITIES[name][0][unit]
    match = re.fullmatch(r"(.+?)\s*[(（\[](.+?)[)）\]]", heading)
    word, unit = (match[1].strip(), match[2].strip()) if match else (heading, "")
    if not match and "_" in heading and heading.rpartition("_")[2] in _SUFFIXES:
        word, _, suffix = heading.rpartition("_")
        unit = _SUFFIXES[suffix]
    for name, (factors, names) in _QUANTITIES.items():
        if word in names and unit in factors:
            return name, factors[unit]
        if word in names and not unit and word not in LINK_TEXTS["maxspeed"]:
            return name, None
    return None, None


def _texts(
    columns: Iterable[str], known: Mapping[str, tuple[str, ...]], findings: Findings
) -> dict[str, str]:
    """Return the column for each of `known`: the first of its names that is there."""
    by_name = {column.strip().lower(): column for column in columns}
    found: dict[str, str] = {}
    for what, names in known.items():
        present = [by_name[name] for name in names if name in by_name]
        if len(present) > 1 and what in {"from_node", "to_node", "x", "y"}:
            _note_double(what, present, findings)
        if present:
            found[what] = present[0]
    return found


def _note_doubles(quantities: list[tuple[str, Quantity]], findings: Findings) -> None:
    counts = Counter(name for name, _ in quantities)
    for name, count in counts.items():
        if count > 1:
            _note_double(name, [quantity.column for known, quantity in quantities if known == name], findings)


def _note_double(what: str, present: list[str], findings: Findings) -> None:
    rule = Text(f"more than one column could be {what}", f"不止一列可能是 {what}")
    remedy = Text("keep one of them, or rename the others", "保留其中一列, 其余改名")
    findings.add(rule, remedy, "columns", line=1, value=", ".join(present))


_STATED_UNITS: dict[str, Mapping[str, float]] = {
    "length": METRES
    | {"meter": 1.0, "meters": 1.0, "metre": 1.0, "metres": 1.0, "feet": 0.3048, "foot": 0.3048}
    | {"mile": 1609.344, "miles": 1609.344, "kilometer": 1000.0, "kilometers": 1000.0},
    "free_speed": METRES_PER_SECOND | {"kph": 1 / 3.6, "kmh": 1 / 3.6, "kmph": 1 / 3.6, "mps": 1.0},
}
"""Units that a user may state, as people and GMNS write them."""


def unit_factor(what: str, unit: str, findings: Findings) -> float | None:
    """Return the SI value of one `unit` of a length or speed; an unknown unit is noted."""
    factor = _STATED_UNITS[what].get(unit.strip().lower())
    if factor is None:
        rule = Text("is no known unit", "不是已知单位")
        remedy = Text(
            f"write one of {', '.join(_STATED_UNITS[what])}", f"写下列之一: {', '.join(_STATED_UNITS[what])}"
        )
        findings.add(rule, remedy, {"length": "length_unit", "free_speed": "speed_unit"}[what], value=unit)
    return factor
