"""Are the coordinates of a network what their reference system says? Asked before anything is built.

A wrong system moves a town to another province, or makes metres of degrees. What can be told
from the numbers themselves is told: degrees declared as metres and the reverse, latitude before
longitude, and points outside the area the system is meant for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.crs import WGS84, canonical_crs, transformed
from evacsim.formats.roads.raw import LOCAL, RawNetwork, Remark
from evacsim.language import Text, same

if TYPE_CHECKING:
    import pyproj

Points = NDArray[np.float64]
"""Coordinates, shape (n, 2)."""

MARGIN = 1.0
"""How far outside its area a system is still used [degree of longitude and latitude]; assumed."""

REACH = 10.0
"""No network reaches further from its middle [degree of longitude and latitude]; assumed."""

SHIFTED = {"GCJ-02", "GCJ02", "BD-09", "BD09"}
"""Systems that no projection leads back from."""


def located(network: RawNetwork, given: str | None) -> RawNetwork:
    """Return the network with the one spelling of its reference system, `given` by the user or by the file.

    Raises
    ------
    FormatError
        If nobody says the system, if file and user contradict each other, or if the coordinates
        contradict the system.
    """
    if network.is_final and given in {None, network.crs}:
        return network
    _refuse(network.file, _half_placed(network))
    if network.is_abstract:
        return replace(network, crs=None)
    file, found = network.file, network.crs
    places = _places(network)
    if given is None and found is None:
        raise FormatError(file, [_unknown(file, places.xy)])
    if given is None or found is None or found == LOCAL:
        crs = _spelled(given or str(found), file)
        _refuse(file, _misfits(places, crs, file))
        return replace(network, crs=crs)
    stated, own = _spelled(given, file), _spelled(found, file)
    if stated == own:
        _refuse(file, _misfits(places, own, file))
        return replace(network, crs=own)
    if not _misfits(places, own, file):
        rule = Text(
            f"contradicts the file, whose coordinates fit the {own} it states",
            f"与文件矛盾: 文件写明 {own}, 坐标也相符",
        )
        remedy = Text("leave crs out, or correct the file", "去掉 crs, 或更正文件")
        raise FormatError(file, [Issue(file, rule, remedy, "crs", value=given)])
    _refuse(file, _misfits(places, stated, file))
    overruled = Text(
        f"the file states {own}, which its coordinates contradict; {stated} was given and fits",
        f"文件写明 {own}, 但与坐标矛盾；采用给定的 {stated}",
    )
    return replace(network, crs=stated, remarks=(*network.remarks, Remark("crs_overruled", overruled)))


def _half_placed(network: RawNetwork) -> list[Issue]:
    """Return the nodes without coordinates in a network that has some."""
    if network.is_abstract and not any(link.geometry for link in network.links):
        return []
    rule = Text("has no coordinates, though others of this network have", "缺少坐标，而该路网其他部分有坐标")
    remedy = Text("give x and y for every node, or for nothing at all", "为每个节点给出 x 和 y, 或一律不给")
    return [
        Issue(network.file, rule, remedy, f"node {node.id}", node.line)
        for node in network.nodes
        if node.x is None or node.y is None
    ]


@dataclass(frozen=True, slots=True)
class _Places:
    """All points of a network, and what each belongs to."""

    xy: Points
    owners: list[tuple[str, int | None]]
    """Name of the node or link, and its line in the file."""


def _places(network: RawNetwork) -> _Places:
    points: list[tuple[float, float]] = []
    owners: list[tuple[str, int | None]] = []
    for node in network.nodes:
        if node.x is not None and node.y is not None:
            points.append((node.x, node.y))
            owners.append((f"node {node.id}", node.line))
    for link in network.links if not network.nodes else ():
        points += link.geometry or ()
        owners += [(f"link {link.id}", link.line)] * len(link.geometry or ())
    return _Places(np.array(points, dtype=np.float64).reshape(-1, 2), owners)


def _spelled(crs: str, file: str) -> str:
    """Return the one spelling of a system; a PROJ string is recognized only as a UTM zone of WGS 84.

    Other PROJ strings leave out the datum, and a code found for them would bring along the
    area of some other country's system.
    """
    if crs.strip().lower() == LOCAL:
        return LOCAL
    if crs.strip().upper() in SHIFTED:
        rule = Text(
            "is the shifted system of Chinese web maps, hundreds of metres off",
            "是网络地图的加偏坐标，偏移可达数百米",
        )
        remedy = Text(
            "ask for the data in EPSG:4490 (CGCS2000) or EPSG:4326",
            "索取 EPSG:4490 (CGCS2000) 或 EPSG:4326 的数据",
        )
        raise FormatError(file, [Issue(file, rule, remedy, "crs", value=crs)])
    if not crs.strip().startswith("+"):
        return canonical_crs(crs, file=file)
    zone = re.search(r"\+proj=utm\b.*\+zone=(\d{1,2})\b", crs)
    if zone and "WGS84" in crs:
        return f"EPSG:{(32700 if '+south' in crs else 32600) + int(zone[1])}"
    canonical_crs(crs, file=file)
    return _system(crs, file).to_wkt()


def _refuse(file: str, issues: list[Issue]) -> None:
    if issues:
        raise FormatError(file, issues)


def _unknown(file: str, xy: Points) -> Issue:
    """Return the issue of a system that nobody states, with what the numbers look like."""
    rule = Text("must be known; the file does not say it", "必须已知；文件中没有说明")
    first = f"{xy[0, 0]:.10g}, {xy[0, 1]:.10g}"
    zone = int(xy[0, 0] // 1e6)
    if _are_degrees(xy):
        remedy = Text(
            f"coordinates such as {first} look like longitude and latitude: write crs: EPSG:4326 (WGS 84)"
            " or crs: EPSG:4490 (CGCS2000)",
            f"{first} 看似经纬度: 写 crs: EPSG:4326 (WGS 84) 或 crs: EPSG:4490 (CGCS2000)",
        )
    elif _are_degrees(xy[:, ::-1]):
        remedy = Text(
            f"coordinates such as {first} look like latitude and longitude: exchange x and y, write crs: EPSG:4326",
            f"{first} 看似纬度在前: 交换 x 与 y, 并写 crs: EPSG:4326",
        )
    elif 13 <= zone <= 45:
        code = 4513 + zone - 25 if zone >= 25 else 4491 + zone - 13
        remedy = Text(
            f"eastings such as {xy[0, 0]:.10g} carry zone {zone}: perhaps crs: EPSG:{code} (CGCS2000, Gauss-Kruger)",
            f"横坐标 {xy[0, 0]:.10g} 带有带号 {zone}: 可能是 crs: EPSG:{code} (CGCS2000 高斯-克吕格)",
        )
    else:
        remedy = Text(
            f"coordinates such as {first} look like metres: write their system, such as crs: EPSG:32650"
            " (or crs: local for a plan that has no place on Earth)",
            f"{first} 看似米制坐标: 写明坐标系，如 crs: EPSG:32650 (无地理位置的平面图写 crs: local)",
        )
    return Issue(file, rule, remedy, "crs")


def _are_degrees(xy: Points) -> bool:
    return bool((np.abs(xy[:, 0]) <= 180).all() and (np.abs(xy[:, 1]) <= 90).all())


def _misfits(places: _Places, crs: str, file: str) -> list[Issue]:
    """Return how the coordinates contradict the system."""
    if crs == LOCAL:
        return []
    system = _system(crs, file)
    name = crs if crs.startswith("EPSG") else system.name
    exchanged = places.xy[:, ::-1]
    if not system.is_geographic and (_are_degrees(places.xy) or _are_degrees(exchanged)):
        return [_contradiction(places, 0, file, name, _DEGREES)]
    area = system.area_of_use.bounds if system.area_of_use else (-180.0, -90.0, 180.0, 90.0)
    in_area = _inside(transformed(places.xy, crs, WGS84), area)
    if in_area.mean() >= 0.5:
        strays = ~in_area | _far_from_the_rest(transformed(places.xy, crs, WGS84))
        return [_stray(places, int(place), file, name) for place in np.flatnonzero(strays)]
    worst = int(np.flatnonzero(~in_area)[0])
    if _inside(transformed(exchanged, crs, WGS84), area).mean() > 0.5:
        return [_contradiction(places, worst, file, name, _EXCHANGED)]
    if system.is_geographic and np.median(np.abs(places.xy)) > 180:
        return [_contradiction(places, worst, file, name, _METRES)]
    return [_contradiction(places, worst, file, name, _elsewhere(area))]


def _system(crs: str, file: str) -> "pyproj.CRS":
    try:
        import pyproj
    except ImportError:
        raise MissingExtraError.for_library("pyproj", "geo", file) from None
    system: pyproj.CRS = pyproj.CRS.from_user_input(crs)
    return system


def _inside(degrees: Points, area: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Return which points lie in an area given as west, south, east, north."""
    west, south, east, north = area
    longitude, latitude = degrees[:, 0], degrees[:, 1]
    possible = (
        np.isfinite(degrees).all(axis=1) & (np.abs(longitude) <= 180 + MARGIN) & (np.abs(latitude) <= 90)
    )
    after_west, before_east = longitude >= west - MARGIN, longitude <= east + MARGIN
    between = after_west & before_east if west <= east else after_west | before_east
    return possible & between & (latitude >= south - MARGIN) & (latitude <= north + MARGIN)


def _far_from_the_rest(degrees: Points) -> NDArray[np.bool_]:
    """Return which points lie further from the middle of all than any evacuation reaches."""
    away = np.abs(degrees - np.median(degrees[np.isfinite(degrees).all(axis=1)], axis=0))
    away[:, 0] = np.minimum(away[:, 0], 360 - away[:, 0])
    return np.asarray(~(away <= REACH).all(axis=1), dtype=np.bool_)


_Verdict = tuple[Callable[[str], Text], Text]
"""What the coordinates are instead, told of a system; what to write."""

_DEGREES: _Verdict = (
    lambda name: Text(
        f"is longitude and latitude, not metres of {name}", f"是经纬度，不是 {name} 的米制坐标"
    ),
    same("crs: EPSG:4326"),
)
_METRES: _Verdict = (
    lambda name: Text(f"is in metres, not degrees of {name}", f"是米制坐标，不是 {name} 的度"),
    Text("write the system they are in, such as crs: EPSG:32650", "写明其坐标系，如 crs: EPSG:32650"),
)
_EXCHANGED: _Verdict = (
    lambda name: Text(f"has x and y exchanged for {name}", f"对 {name} 来说 x 与 y 颠倒"),
    Text(
        "write x (easting, longitude) first and y (northing, latitude) second",
        "先写 x (东向，经度), 后写 y (北向，纬度)",
    ),
)


def _elsewhere(area: tuple[float, float, float, float]) -> _Verdict:
    bounds = f"{area[0]:.1f}..{area[2]:.1f} E, {area[1]:.1f}..{area[3]:.1f} N"
    return (
        lambda name: Text(
            f"lies outside the area of {name} ({bounds})", f"在 {name} 的适用范围 ({bounds}) 之外"
        ),
        Text(
            "write the system they are in, such as crs: EPSG:4326 or EPSG:32650",
            "写明其坐标系，如 crs: EPSG:4326 或 EPSG:32650",
        ),
    )


def _contradiction(places: _Places, place: int, file: str, name: str, verdict: _Verdict) -> Issue:
    rule, remedy = verdict[0](name), verdict[1]
    return Issue(file, rule, remedy, f"crs {name}: {places.owners[place][0]}", value=_written(places, place))


def _stray(places: _Places, place: int, file: str, name: str) -> Issue:
    owner, line = places.owners[place]
    rule = Text(
        f"lies far from the rest, outside the area of {name}", f"远离其余各点，在 {name} 的适用范围之外"
    )
    remedy = Text("correct its coordinates, or remove it", "更正坐标，或将其删去")
    return Issue(file, rule, remedy, owner, line, _written(places, place))


def _written(places: _Places, place: int) -> str:
    x, y = places.xy[place]
    return f"{x:.10g}, {y:.10g}"
