"""How fast people walk: by density, slope, age; and what a width of footway carries.

Densities are persons per square metre, speeds metres per second, widths metres; arrays of any
shape. Which law a run uses the scenario says; how sure each is stands with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.network.defaults import KMH, Source

Floats = NDArray[np.float64]

# -- speed by density --------------------------------------------------------------------------------

WEIDMANN_FREE, WEIDMANN_GAMMA, WEIDMANN_JAM = 1.34, 1.913, 5.4
"""Free speed [m/s], steepness [1/m2] and density at which people stand [1/m2] (seen: Weidmann 1993, as found in the
documentation of rustsim-crowd)."""
SFPE_FREE, SFPE_SLOPE, SFPE_UNHINDERED = 1.40, 0.266, 0.54
"""k [m/s] and a [m2] of v = k - a k D on the level, and the density below which nobody hinders anybody (recalled:
SFPE Handbook)."""
LINEAR_FREE, LINEAR_SLOPE = 1.2, 0.25
COUNTERFLOW_FREE, COUNTERFLOW_SLOPE = 1.25, 0.476
"""v = 1.2 - 0.25 rho, and against a counterflow 1.25 - 0.476 rho (seen: CrowdWalk, issue 78)."""


def weidmann_speed(density: ArrayLike, *, free_speed: ArrayLike = WEIDMANN_FREE) -> Floats:
    """Return Weidmann's speed v (1 - exp(-1.913 (1/rho - 1/5.4))): `free_speed` alone, 0 from 5.4 on."""
    rho = np.asarray(density, dtype=np.float64)
    with np.errstate(divide="ignore"):
        hindered = 1 - np.exp(-WEIDMANN_GAMMA * (1 / rho - 1 / WEIDMANN_JAM))
    return np.asarray(free_speed * np.where(rho >= WEIDMANN_JAM, 0.0, hindered))


def sfpe_speed(density: ArrayLike) -> Floats:
    """Return the speed of the SFPE Handbook on the level, 1.40 (1 - 0.266 D); 1.19 below 0.54."""
    d = np.maximum(np.asarray(density, dtype=np.float64), SFPE_UNHINDERED)
    return np.maximum(0.0, SFPE_FREE * (1 - SFPE_SLOPE * d))


def linear_speed(density: ArrayLike, *, free_speed: ArrayLike = LINEAR_FREE) -> Floats:
    """Return CrowdWalk's speed 1.2 - 0.25 rho, never more than `free_speed`."""
    return _falling(density, LINEAR_FREE, LINEAR_SLOPE, free_speed)


def counterflow_speed(density: ArrayLike, *, free_speed: ArrayLike = COUNTERFLOW_FREE) -> Floats:
    """Return CrowdWalk's speed against a counterflow, 1.25 - 0.476 rho, never more than `free_speed`."""
    return _falling(density, COUNTERFLOW_FREE, COUNTERFLOW_SLOPE, free_speed)


def _falling(density: ArrayLike, most: float, slope: float, free_speed: ArrayLike) -> Floats:
    speed = np.maximum(0.0, most - slope * np.asarray(density, dtype=np.float64))
    return np.asarray(np.minimum(speed, free_speed))


def predtechenskii_speed(covered_share: ArrayLike) -> Floats:
    """Return the speed where people cover a share of the floor, up to 0.92 (recalled: Predtechenskii, Milinskii)."""
    d = np.clip(np.asarray(covered_share, dtype=np.float64), 0, 0.92)
    return np.asarray((112 * d**4 - 380 * d**3 + 434 * d**2 - 217 * d + 57) / 60)


# -- room --------------------------------------------------------------------------------------------

FRUIN_LIMITS = (0.46, 0.93, 1.39, 2.32, 3.25)
FRUIN_LEVELS = ("F", "E", "D", "C", "B", "A")
"""Room of each walker [m2] from which each level on a walkway is the next better one (recalled: Fruin 1971)."""


def level_of_service(density: ArrayLike) -> NDArray[np.str_]:
    """Return Fruin's level of service of a walkway, "A" (free) to "F" (crowd), at a density.

    >>> level_of_service([0.1, 1.0, 5.0]).tolist()
    ['A', 'D', 'F']
    """
    with np.errstate(divide="ignore"):
        room = 1 / np.asarray(density, dtype=np.float64)
    return np.asarray(np.array(FRUIN_LEVELS)[np.searchsorted(FRUIN_LIMITS, room, side="left")])


# -- slope -------------------------------------------------------------------------------------------

TOBLER_STEEPNESS, TOBLER_BEST = 3.5, -0.05
"""Steepness of the fall, and the slope at which people walk fastest (recalled: Tobler 1993)."""


def slope_factor(slope: ArrayLike) -> Floats:
    """Return Tobler's multiplier of one's own speed, exp(-3.5 (|S + 0.05| - 0.05)); 1 on the level.

    `slope` is the rise over the length of the way, negative downhill.
    """
    s = np.asarray(slope, dtype=np.float64)
    return np.asarray(np.exp(-TOBLER_STEEPNESS * (np.abs(s - TOBLER_BEST) + TOBLER_BEST)))


def tobler_speed(slope: ArrayLike) -> Floats:
    """Return Tobler's own speed, 6 exp(-3.5 |S + 0.05|) km/h, in m/s."""
    return np.asarray(6 * KMH * np.exp(TOBLER_STEEPNESS * TOBLER_BEST) * slope_factor(slope))


# -- age ---------------------------------------------------------------------------------------------

AgeGroup = Literal["below_30", "30_to_50", "above_50", "limited"]


@dataclass(frozen=True, slots=True)
class SpeedRange:
    """Free speeds of a group of people, all alike between two."""

    low: float
    """[m/s]."""
    high: float
    """[m/s]."""
    source: Source


_AGES = Source("seen", "RiMEA 7 and IMO 7 after Weidmann, table as found in Zhou 2015")
IMO_AGES: Mapping[AgeGroup, SpeedRange] = MappingProxyType(
    {
        "below_30": SpeedRange(0.58, 1.61, _AGES),
        "30_to_50": SpeedRange(1.41, 1.54, _AGES),
        "above_50": SpeedRange(0.68, 1.41, _AGES),
        "limited": SpeedRange(0.46, 0.76, _AGES),
    }
)
"""Free speeds on the level by age, and of people whose mobility is limited."""


def speeds_by_age(years: ArrayLike, is_limited: ArrayLike, luck: ArrayLike) -> Floats:
    """Return free speeds [m/s] of people of `years`, all alike in the range of their group.

    Parameters
    ----------
    years : array_like
        Age of each person.
    is_limited : array_like of bool
        Whether the person's mobility is limited, at whatever age.
    luck : array_like
        Uniform number in [0, 1) of each person: where in the range of its group it stands.
    """
    age = np.asarray(years, dtype=np.float64)
    group = np.where(np.asarray(is_limited), 3, (age >= 30).astype(np.int64) + (age > 50))
    ranges = list(IMO_AGES.values())
    low = np.array([known.low for known in ranges])[group]
    high = np.array([known.high for known in ranges])[group]
    return np.asarray(low + np.asarray(luck, dtype=np.float64) * (high - low))
