"""The water: the stage over time, and the depth of water at any point of the district.

The main river floods what lies lower than its stage, later downstream than upstream. A polder
stays dry until its levee is overtopped, then fills like a basin. Tributary, gullies, hollows of
the city and the brook below the small reservoir each have their own water.
"""

import numpy as np

from making.curves import Array
from making.geography import (
    BROOK_R3,
    GULLIES,
    HOLLOWS,
    POLDERS,
    RIVER,
    TRIBUTARY,
    polder_rows,
    river_level,
    valley_level,
)

FRAMES = np.arange(0, 144.25, 0.5)
"""Hours after T0 for which depths are written."""

STAGE = np.array([
    # hours after T0, stage [m] with the warning stage at 0, the guarantee stage at 1.5, the levee's crest at 2.6
    (-6, -1.8), (0, -1.1), (6, 0.0), (10, 0.1), (16, 0.2), (22, 2.5), (26, 2.6), (40, 2.7), (58, 2.8), (66, 2.7),
    (78, 2.2), (96, 1.4), (120, 0.35), (138, -0.55), (144, -0.8), (150, -1.0),
])  # fmt: skip
GAUGE = RIVER.chainage_at(0.0)
UPPER_GAUGE = RIVER.chainage_at(-21_000.0)

_TRIBUTARY_STAGE = np.array([
    (0, -1.0), (12, -0.2), (16, 0.1), (19, 1.1), (24, 1.6), (40, 1.5), (60, 1.2), (90, 0.1), (110, -0.6),
])  # fmt: skip
_GULLY_STAGE = np.array([
    (0, -1.0), (16.5, -0.6), (17.5, 0.2), (19, 1.2), (21, 1.1), (24, 0.3), (28, -0.3), (144, -1.0),
])  # fmt: skip
_R3_WAVE = np.array([
    (0, -1.0), (34.0, -1.0), (34.5, 1.9), (36, 1.6), (40, 0.7), (46, 0.1), (52, -0.4), (144, -1.0),
])  # fmt: skip
_HOLLOW_FILL = np.array([(0, 0.0), (1.5, 0.5), (4, 1.0), (14, 0.9), (24, 0.3), (34, 0.0)])
_VALLEYS = [
    # Each stream and its stage at the source [m above the bank].
    (TRIBUTARY, _TRIBUTARY_STAGE),
    (BROOK_R3, _R3_WAVE),
    *((gully, _GULLY_STAGE) for gully in GULLIES),
]
_R3_LEVEL = np.array([
    (-6, 0.0), (0, 0.1), (6, 0.4), (16, 0.7), (24, 1.0), (30, 1.1), (34, 1.1), (36, -1.5), (144, -3.0),
])  # fmt: skip

OVERTOPPED = 26.0
"""Hours after T0 when the river comes over both levees."""
_FLOOR, _FULL, _FILLING = 0.1, 1.75, 8.0
"""Lowest ground of a polder, level it fills towards, and hours to 63 % of the way."""
_FRONT = 0.5
"""Speed of the water's front over the fields of a polder [m/s]."""


def curve(points: Array, hours: Array) -> Array:
    """Return a curve of (hours, value) points at the given hours."""
    return np.interp(hours, points[:, 0], points[:, 1])


def stage(hours: Array, *, at: Array | float = GAUGE) -> Array:
    """Return the stage of the main river at a chainage, by default at the gauge in the city."""
    return curve(STAGE, hours - (at - GAUGE) / RIVER.celerity / 3600)


def reservoir_stage(hours: Array) -> Array:
    """Return the level of reservoir R3 above its flood limit level."""
    return curve(_R3_LEVEL, hours)


def overtopping_delay(points: Array) -> Array:
    """Return hours from the overtopping to the water's arrival at points in a polder; inf elsewhere."""
    delay = np.full(len(points), np.inf)
    rows = polder_rows(points)
    for row, polder in enumerate(POLDERS):
        inside = rows == row
        delay[inside] = np.linalg.norm(points[inside] - polder.low_spot, axis=1) / _FRONT / 3600
    return delay


def _polder_surface(hours: Array) -> Array:
    """Return the level of the water in an overtopped polder, its pumps drawing it down after the peak."""
    filling = _FLOOR + (_FULL - _FLOOR) * (1 - np.exp(-np.maximum(hours - OVERTOPPED, 0) / _FILLING))
    drawn = (_FULL - _FLOOR + 0.1) * np.clip((hours - 66) / 70, 0, 1)
    return np.where(hours < OVERTOPPED, -1.0, filling - drawn)


def depths(points: Array, lift: Array | float = 0.0) -> Array:
    """Return the depth of water at points in all frames, shape (points, frames) [m].

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Metres from the city's center.
    lift : ndarray or float
        Height of a road or floor above the ground [m].
    """
    in_polder = polder_rows(points) >= 0
    _, along, _ = RIVER.nearest(points)
    delay = np.where(in_polder, overtopping_delay(points), 0.0)[:, None]
    surface = np.where(in_polder[:, None], _polder_surface(FRAMES - delay), stage(FRAMES, at=along[:, None]))
    deepest = surface - river_level(points)[:, None]
    for valley, water in _VALLEYS:
        level = valley_level(valley, points)
        # The levees of the polders keep the other waters out.
        low = np.nonzero((level < water[:, 1].max()) & ~in_polder)[0]
        _, along, _ = valley.nearest(points[low])
        arriving = curve(water, FRAMES - along[:, None] / valley.celerity / 3600)
        deepest[low] = np.maximum(deepest[low], arriving - level[low, None])
    for hollow in HOLLOWS:
        bowl = hollow.depth * (np.linalg.norm(points - hollow.center, axis=1) / hollow.radius) ** 2
        low = np.nonzero(bowl < hollow.depth)[0]
        deepest[low] = np.maximum(
            deepest[low], hollow.depth * curve(_HOLLOW_FILL, FRAMES - hollow.begins) - bowl[low, None]
        )
    above_ground = np.broadcast_to(np.asarray(lift, dtype=float), len(points))[:, None]
    return np.round(np.maximum(deepest - above_ground, 0), 2)


def arrivals(depth: Array, *, above: float = 0.0) -> Array:
    """Return the hour of the first frame with more than that depth, inf where it never comes."""
    wet = depth > above
    return np.where(wet.any(axis=1), FRAMES[np.argmax(wet, axis=1)], np.inf)
