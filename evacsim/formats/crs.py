"""Coordinate reference systems (坐标系): one spelling for each, and the way from one to another.

Coordinates are always (x, y): easting and northing, or longitude and latitude, whatever order
the definition of the system prefers.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.language import Text

if TYPE_CHECKING:
    import pyproj

WGS84 = "EPSG:4326"
METRES_PER_DEGREE = 111_195.0
"""Length of a degree of latitude on a sphere of 6,371 km [m]."""


def canonical_crs(text: str, *, file: str) -> str:
    """Return the one spelling of a system: its EPSG code, or its WKT where it has none.

    Raises
    ------
    FormatError
        If `text`, said by `file`, is no coordinate reference system.
    """
    try:
        crs = _crs(text)
        code = crs.to_epsg()
        if code is None and crs.equals(_crs(WGS84), ignore_axis_order=True):
            return WGS84
    except _pyproj().exceptions.CRSError:
        rule = Text("is no coordinate reference system", "不是有效的坐标系")
        remedy = Text(
            "write a code such as EPSG:32650 or EPSG:4490", "写坐标系代码，如 EPSG:32650 或 EPSG:4490"
        )
        raise FormatError(file, [Issue(file, rule, remedy, "crs", value=text[:80])]) from None
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def agreed_crs(found: str | None, given: str | None, *, file: str) -> str:
    """Return the system of a file that says `found` and of which the user says `given`.

    Raises
    ------
    FormatError
        If neither says it, or if they contradict each other.
    """
    remedy = Text(
        "write the system of the file, such as crs: EPSG:32650", "写明文件的坐标系，如 crs: EPSG:32650"
    )
    if found is None and given is None:
        rule = Text("must be known; the file does not say it", "必须已知；文件中没有说明")
        raise FormatError(file, [Issue(file, rule, remedy, "crs")])
    systems = [canonical_crs(text, file=file) for text in (found, given) if text is not None]
    if not _crs(systems[0]).equals(_crs(systems[-1]), ignore_axis_order=True):
        rule = Text(
            f"contradicts the file, which says {systems[0][:80]}", f"与文件中的 {systems[0][:80]} 矛盾"
        )
        remedy = Text("leave crs out, or correct the file", "去掉 crs，或更正文件")
        raise FormatError(file, [Issue(file, rule, remedy, "crs", value=given)])
    return systems[0]


def transformed(xy: NDArray[np.float64], source: str, target: str) -> NDArray[np.float64]:
    """Return points (n, 2) of the system `source` in the system `target`; inf where impossible."""
    if source == target or not len(xy):
        return xy
    x, y = _transformer(source, target).transform(xy[:, 0], xy[:, 1])
    return np.column_stack((x, y))


def metres_per_unit(crs: str, y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the length [m] of one unit of x and of y at each `y` of the system `crs`."""
    system = _crs(crs)
    if system.is_geographic:
        along_y = np.full(y.shape, METRES_PER_DEGREE)
        return along_y * np.cos(np.radians(y)), along_y
    unit = np.full(y.shape, float(system.axis_info[0].unit_conversion_factor))
    return unit, unit


@cache
def _crs(text: str) -> "pyproj.CRS":
    crs: pyproj.CRS = _pyproj().CRS.from_user_input(text)
    return crs


@cache
def _transformer(source: str, target: str) -> "pyproj.Transformer":
    way: pyproj.Transformer = _pyproj().Transformer.from_crs(_crs(source), _crs(target), always_xy=True)
    return way


def _pyproj() -> Any:
    try:
        import pyproj
        import pyproj.exceptions
    except ImportError:
        raise MissingExtraError.for_library("pyproj", "geo", "coordinate reference systems") from None
    return pyproj
