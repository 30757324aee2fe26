"""Where coordinates of a reference system can lie."""

import numpy as np
from numpy.typing import NDArray

from evacsim.formats.crs import WGS84, transformed

MARGIN = 3.0
"""Degrees that a place may lie outside the area for which its system is made."""


def is_in_degrees(system: str) -> bool:
    """Return whether coordinates of a system are longitude and latitude."""
    import pyproj

    return bool(pyproj.CRS.from_user_input(system).is_geographic)


def lies_inside(xy: NDArray[np.float64], system: str) -> NDArray[np.bool_]:
    """Return for each point whether it lies in (or near) the area of use of its system."""
    import pyproj

    degrees = xy if is_in_degrees(system) else transformed(xy, system, WGS84)
    is_right = _within(degrees, -180.0, -90.0, 180.0, 90.0)
    if not is_in_degrees(system):
        # Degrees taken for metres would lie a few steps from the origin of the system.
        is_right &= ~_within(xy, -180.0, -180.0, 180.0, 180.0)
    area = pyproj.CRS.from_user_input(system).area_of_use
    if area is not None and area.west < area.east:
        bounds = (area.west - MARGIN, area.south - MARGIN, area.east + MARGIN, area.north + MARGIN)
        is_right &= _within(degrees, *bounds)
    return is_right


def _within(
    xy: NDArray[np.float64], west: float, south: float, east: float, north: float
) -> NDArray[np.bool_]:
    """Return for each point whether it lies within bounds."""
    x, y = xy[:, 0], xy[:, 1]
    return (west <= x) & (x <= east) & (south <= y) & (y <= north)
