"""GeoJSON: features as the rows of a table, geometries as coordinate lists."""

import json
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from evacsim.errors import FormatError, Issue
from evacsim.formats.rows import Point, Table, cell, refuse
from evacsim.language import Text

Geometry = dict[str, Any]
"""A GeoJSON geometry object: its type and its coordinates."""

NESTING = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How deep the positions of each kind of geometry are nested in its coordinates."""


def read_geojson(text: str, *, file: str) -> Table:
    """Return the features of a GeoJSON text, their properties as columns.

    The table's `crs` is what an old-style `crs` member says, and None without one.

    Raises
    ------
    FormatError
        For broken JSON, no feature collection, doubled names, NaN, or broken geometries.
    """
    document = _feature_collection(text, file)
    issues: list[Issue] = []
    lines: list[int] = []
    for line, troubles in _feature_lines(text, document["features"]):
        lines.append(line)
        issues += [Issue(file, rule, _WRITE_AGAIN, "feature", line, value) for rule, value in troubles]
    features = [_object(feature) for feature in document["features"]]
    geometries = [feature.get("geometry") for feature in features]
    for line, geometry in zip(lines, geometries, strict=True):
        if geometry is not None and not is_sound(geometry):
            rule = Text("has no known type, or coordinates of another type", "类型未知，或坐标与类型不符")
            issues.append(Issue(file, rule, _WRITE_AGAIN, "geometry", line))
    refuse(file, issues)
    properties = [_object(feature.get("properties")) for feature in features]
    columns = tuple(dict.fromkeys(name for row in properties for name in row))
    return Table(
        file,
        columns,
        tuple({name: cell(row.get(name)) for name in columns} for row in properties),
        tuple(lines),
        tuple(point_of(geometry) for geometry in geometries),
        tuple(geometries),
        _object(_object(document.get("crs")).get("properties")).get("name"),
    )


_WRITE_AGAIN = Text("correct the feature, or export the file again", "更正该要素，或重新导出文件")


def point_of(geometry: Geometry | None) -> Point | None:
    """Return the point of a Point, the centroid of a Polygon or MultiPolygon, else None.

    >>> point_of({"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})
    (1.0, 1.0)
    """
    if geometry is None:
        return None
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            return float(coordinates[0]), float(coordinates[1])
        case "Polygon":
            return _centroid([coordinates])
        case "MultiPolygon":
            return _centroid(coordinates)
    return None


def _centroid(polygons: list[list[list[list[float]]]]) -> Point | None:
    """Return the centre of area, holes left out; None where the polygons have no area."""
    total = moment_x = moment_y = 0.0
    for rings in polygons:
        for place, ring in enumerate(rings):
            x0, y0 = ring[0][0], ring[0][1]  # near the ring, or far coordinates would cancel out
            area = sum_x = sum_y = 0.0
            for (xa, ya, *_), (xb, yb, *_) in pairwise(ring):
                cross = (xa - x0) * (yb - y0) - (xb - x0) * (ya - y0)
                area += cross / 2
                sum_x += (xa + xb - 2 * x0) * cross / 6
                sum_y += (ya + yb - 2 * y0) * cross / 6
            sign = math.copysign(1.0, area) * (1 if place == 0 else -1)
            total += sign * area
            moment_x += sign * (sum_x + x0 * area)
            moment_y += sign * (sum_y + y0 * area)
    return (moment_x / total, moment_y / total) if total > 0 else None


def _feature_collection(text: str, file: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        rule = Text(
            f"the JSON breaks off or is broken here ({error.msg})", f"JSON 在此处中断或损坏（{error.msg}）"
        )
        raise FormatError(file, [Issue(file, rule, _EXPORT, line=error.lineno)]) from None
    except RecursionError:
        rule = Text("the JSON is nested too deep", "JSON 嵌套过深")
        raise FormatError(file, [Issue(file, rule, _EXPORT)]) from None
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        rule = Text("is no GeoJSON FeatureCollection", "不是 GeoJSON FeatureCollection")
        raise FormatError(file, [Issue(file, rule, _EXPORT)])
    return document


_EXPORT = Text("export the layer again as GeoJSON", "将图层重新导出为 GeoJSON")


def _feature_lines(text: str, features: list[Any]) -> Iterator[tuple[int, list[tuple[Text, str]]]]:
    """Yield the line of each feature, and what JSON parsers keep silent about in it."""
    troubles: list[tuple[Text, str]] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        doubled = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        troubles.extend((Text("has the same name twice", "同一名称出现两次"), name) for name in doubled)
        return dict(pairs)

    def not_a_number(constant: str) -> float:
        troubles.append((Text("is no number that JSON knows", "不是 JSON 允许的数值"), constant))
        return math.nan

    decoder = json.JSONDecoder(object_pairs_hook=unique, parse_constant=not_a_number)
    place = _start_of(text, features)
    line, counted = 1, 0
    for _ in features:
        place = _GAP.match(text, place).end()  # type: ignore[union-attr]  # matches the empty string too
        line, counted = line + text.count("\n", counted, place), place
        _, place = decoder.raw_decode(text, place)
        yield line, troubles.copy()
        troubles.clear()


_GAP = re.compile(r"[\s,]*")


def _start_of(text: str, features: list[Any]) -> int:
    """Return where in `text` the list `features` begins (a property may have that name, too)."""
    decoder = json.JSONDecoder()
    for match in re.finditer(r'"features"\s*:\s*(?=\[)', text):
        if decoder.raw_decode(text, match.end())[0] == features:
            return match.end() + 1
    raise AssertionError("a parsed list of features stands somewhere in its text")


def is_sound(geometry: Any) -> bool:
    """Return whether a geometry has a known type and finite coordinates nested as deep as that type's."""
    if not isinstance(geometry, dict) or geometry.get("type") not in NESTING:
        return False
    positions = [geometry.get("coordinates")]
    for _ in range(NESTING[geometry["type"]]):
        parts = [part for part in positions if isinstance(part, list) and part]
        if len(parts) < len(positions):
            return False
        positions = [inner for part in parts for inner in part]
    return all(_is_position(position) for position in positions)


def _is_position(position: Any) -> bool:
    return (
        isinstance(position, list)
        and len(position) >= 2
        and all(type(value) in (int, float) and math.isfinite(value) for value in position)
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
