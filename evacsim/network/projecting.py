"""Coordinates in metres: a network is built in a projected system whose unit is the metre."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.crs import WGS84, canonical_crs, transformed
from evacsim.formats.raw_network import LOCAL, RawNetwork
from evacsim.language import Text

GREATEST_DISTORTION = 0.01
"""How far a metre of the map may be from a metre on the ground; assumed."""


def metric_crs(network: RawNetwork, wanted: str | None) -> str | None:
    """Return the system to build in: `wanted`, or the network's own, or the local UTM zone.

    The network's own system is kept where it is in metres and true to within one percent (Web
    Mercator is not).

    Raises
    ------
    FormatError
        If `wanted` is not in metres, not true to length there, or out of reach of a local plan.
    """
    crs = network.crs
    if network.is_abstract or crs is None:
        return None
    if wanted in {None, crs} and (network.is_final or crs == LOCAL):
        return crs
    if crs == LOCAL:
        rule = Text(
            "cannot be reached from a local plan, which has no place on Earth", "无法由局部平面坐标得到"
        )
        remedy = Text("leave crs out, or state the system of the file", "去掉 crs, 或写明文件的坐标系")
        raise FormatError(network.file, [Issue(network.file, rule, remedy, "crs", value=wanted)])
    longitude, latitude = _middle(network, crs)
    if wanted is None:
        return crs if is_metric(crs, longitude, latitude) else utm_zone(longitude, latitude)
    target = canonical_crs(wanted, file=network.file)
    if not is_metric(target, longitude, latitude):
        utm = utm_zone(longitude, latitude)
        rule = Text("cannot measure in metres here", "在此处不能以米量算")
        remedy = Text(f"write a projected system, such as {utm}", f"写投影坐标系，如 {utm}")
        raise FormatError(network.file, [Issue(network.file, rule, remedy, "crs", value=wanted)])
    return target


def projected(network: RawNetwork, target: str | None) -> RawNetwork:
    """Return the network with all its coordinates in the system `target`."""
    if target is None or network.crs is None or target == network.crs:
        return network
    nodes = _moved([(node.x or 0.0, node.y or 0.0) for node in network.nodes], network.crs, target)
    corners = [point for link in network.links for point in link.geometry or ()]
    course = iter(map(tuple, _moved(corners, network.crs, target).tolist()))
    return replace(
        network,
        crs=target,
        nodes=tuple(
            replace(node, x=x, y=y) for node, (x, y) in zip(network.nodes, nodes.tolist(), strict=True)
        ),
        links=tuple(
            link
            if link.geometry is None
            else replace(link, geometry=tuple(next(course) for _ in link.geometry))
            for link in network.links
        ),
    )


def utm_zone(longitude: float, latitude: float) -> str:
    """Return the UTM zone (WGS 84) of a place.

    >>> utm_zone(119.3, 26.1), utm_zone(-71.1, -33.0)
    ('EPSG:32650', 'EPSG:32719')
    """
    zone = int((longitude + 180) // 6) % 60 + 1
    return f"EPSG:{32600 + zone if latitude >= 0 else 32700 + zone}"


def is_metric(crs: str, longitude: float, latitude: float) -> bool:
    """Return whether a metre of the map is a metre on the ground at a place."""
    try:
        import pyproj
    except ImportError:
        raise MissingExtraError.for_library("pyproj", "geo", "coordinate reference systems") from None
    system = pyproj.CRS.from_user_input(crs)
    if not system.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in system.axis_info[:2]):
        return False
    factors = pyproj.Proj(system).get_factors(longitude, latitude)
    scales = np.array([factors.meridional_scale, factors.parallel_scale])
    return bool(np.isfinite(scales).all() and (np.abs(scales - 1) <= GREATEST_DISTORTION).all())


def _middle(network: RawNetwork, crs: str) -> tuple[float, float]:
    """Return longitude and latitude of the middle of a network."""
    points = [(node.x, node.y) for node in network.nodes if node.x is not None and node.y is not None]
    points = points or [point for link in network.links for point in link.geometry or ()]
    middle = np.median(np.array(points, dtype=np.float64), axis=0, keepdims=True)
    longitude, latitude = transformed(middle, crs, WGS84)[0]
    return float(longitude), float(latitude)


def _moved(points: list[tuple[float, float]], source: str, target: str) -> NDArray[np.float64]:
    return transformed(np.array(points, dtype=np.float64).reshape(-1, 2), source, target)
