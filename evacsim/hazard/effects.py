"""What water does to the speed of cars, buses, trucks, boats and walkers.

Every law says how sure it is: seen in the named source, recalled, or assumed (docs/background).
Depths are metres above the road, speeds metres per second; arrays of any shape.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.hazard.water import Floats
from evacsim.scenario.hazard import WaterEffects
from evacsim.scenario.transport import Fleet

Bools = NDArray[np.bool_]

STANDSTILL = 0.30
"""Depth at which cars stand still in both published laws (seen: DOI 10.1016/j.trd.2017.06.020; nird) [m].
nird's sensitivity runs take 0.15 and 0.60 instead (seen: its code)."""

WADING_DEPTHS = (0.0, 0.35, 0.60, 0.90)
WADING_FACTORS = (1.0, 0.58, 0.47, 0.40)
"""Walking speed at these depths [m] against dry ground: 0.58 is the mean of the men's 0.614 and the
women's 0.552 (seen: Li, Song et al., 188 subjects); the two deeper ones are assumed."""
DARK_WATER_FACTOR = 0.6
"""Further factor in dark or turbid water, within the 0.5 to 0.7 seen in Mizuno & Nihei 2016 (assumed)."""
WADING_LIMIT_OF_HEIGHT = 0.7
"""Nobody wades deeper than this share of their height (assumed)."""

STOP_AND_GO = 4 * 0.44704
"""LifeSim lets cars crawl at 4 mph on any wet road (seen: TRM-11) [m/s]."""


def is_stopped(depth: ArrayLike, limit: float) -> Bools:
    """Return whether water is `limit` deep or deeper, to the precision in which depths are kept.

    In float32 a depth of 0.9 m is 0.89999998 m, and would not stop whom 0.9 m stops.
    """
    return np.asarray(np.asarray(depth, dtype=np.float32) >= np.float32(limit))


def nird_factor(depth: ArrayLike, *, limit: float = STANDSTILL) -> Floats:
    """Return the speed of vehicles in water against the free speed, (d / limit - 1)^2, 0 from `limit` on.

    Seen in the code of nird for cars and 0.30 m; assumed for other vehicles and limits.
    """
    d = np.asarray(depth, dtype=np.float64)
    return np.where(is_stopped(d, limit), 0.0, (1 - d / limit) ** 2)


def pregnolato_speed(depth: ArrayLike) -> Floats:
    """Return the greatest speed of cars in water [m/s], 0 from 0.30 m on.

    Pregnolato et al. 2017, DOI 10.1016/j.trd.2017.06.020: 0.0009 w^2 - 0.5529 w + 86.9448 km/h,
    w in millimetres (seen in five code bases). It bounds a speed and is no factor: v(0) is 87 km/h.
    """
    w = np.asarray(depth, dtype=np.float64) * 1000
    speed = (0.0009 * w**2 - 0.5529 * w + 86.9448) / 3.6
    return np.where(is_stopped(depth, STANDSTILL), 0.0, speed)


def wading_factor(
    depth: ArrayLike, *, limit: float = 1.2, factors: tuple[float, ...] = WADING_FACTORS
) -> Floats:
    """Return the speed of walkers in water against dry ground, 0 from `limit` on.

    Straight between `factors` at `WADING_DEPTHS`; beyond the last it stays (assumed).
    """
    d = np.asarray(depth, dtype=np.float64)
    return np.where(is_stopped(d, limit), 0.0, np.interp(d, WADING_DEPTHS, factors))


def wading_limit(height: ArrayLike, *, limit: float = 1.2) -> Floats:
    """Return the depth at which people of a `height` [m] can no longer walk [m] (assumed)."""
    return np.minimum(limit, WADING_LIMIT_OF_HEIGHT * np.asarray(height, dtype=np.float64))


def partly_wet_factor(factor: ArrayLike, wet_share: ArrayLike) -> Floats:
    """Return the mean speed over a link of which `wet_share` is slowed by `factor`, against the free speed.

    The times on both parts add up; a link with a closed part is closed. Derived.
    """
    f, share = np.asarray(factor, dtype=np.float64), np.asarray(wet_share, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        time_in_water = np.where(share > 0, share / f, 0.0)
    return np.asarray(1 / (1 - share + time_in_water))


class BoatLimits(NamedTuple):
    """What water boats need."""

    draught: float
    """Depth below which they are aground [m]."""
    current_limit: float
    """Velocity of the water above which they no longer go [m/s]."""


def limits_of(effects: WaterEffects, fleet: Fleet | None = None) -> BoatLimits:
    """Return what water the boats of a fleet need: what the fleet says, else what holds for all boats."""
    draught, current_limit = (None, None) if fleet is None else (fleet.draught, fleet.current_limit)
    return BoatLimits(
        effects.boat_draught if draught is None else draught,
        effects.boat_current_limit if current_limit is None else current_limit,
    )


def wading_depth_of(effects: WaterEffects, fleet: Fleet) -> float:
    """Return the depth at which the trucks of a fleet with high clearance stop [m]."""
    return effects.truck_limit if fleet.wading_depth is None else fleet.wading_depth


@dataclass(frozen=True, slots=True)
class SpeedFactors:
    """Speed in water against free speed, from 1 on dry ground to 0 where a class is stopped."""

    effects: WaterEffects
    """What the scenario says of water: the law for vehicles, and the limits of each class."""

    def walker(self, depth: ArrayLike) -> Floats:
        """Return the factor of walkers."""
        return wading_factor(depth, limit=self.effects.walker_limit)

    def car(self, depth: ArrayLike, free_speed: ArrayLike) -> Floats:
        """Return the factor of cars whose free speed is `free_speed` [m/s]."""
        return self._vehicle(depth, free_speed, self.effects.car_limit)

    def bus(self, depth: ArrayLike, free_speed: ArrayLike) -> Floats:
        """Return the factor of buses: the law of cars, stretched to their own limit (assumed)."""
        return self._vehicle(depth, free_speed, self.effects.bus_limit)

    def truck(self, depth: ArrayLike, free_speed: ArrayLike, limit: float | None = None) -> Floats:
        """Return the factor of vehicles with high clearance: the law of cars, stretched (assumed).

        They stop at a depth `limit` [m], without it at that of all of them.
        """
        return self._vehicle(depth, free_speed, self.effects.truck_limit if limit is None else limit)

    def boat(self, depth: ArrayLike, velocity: ArrayLike = 0.0, limits: BoatLimits | None = None) -> Floats:
        """Return the factor of boats: 1 where they float, 0 where they are aground or the water is too fast.

        A boat goes at its own speed over a road, whatever the speed of the road (assumed); where the
        water has no `velocity` [m/s] it is taken to stand. Without `limits` those that hold for all boats.
        """
        draught, current_limit = limits_of(self.effects) if limits is None else limits
        floats = is_stopped(depth, draught)
        is_slow = np.asarray(velocity, dtype=np.float32) <= np.float32(current_limit)
        return np.where(floats & is_slow, 1.0, 0.0)

    def _vehicle(self, depth: ArrayLike, free_speed: ArrayLike, limit: float) -> Floats:
        if self.effects.car_speed == "nird":
            return nird_factor(depth, limit=limit)
        stretched = np.asarray(depth, dtype=np.float64) * (STANDSTILL / limit)
        bound = pregnolato_speed(stretched) / np.asarray(free_speed, dtype=np.float64)
        in_water = np.where(is_stopped(depth, limit), 0.0, np.minimum(bound, 1.0))
        return np.where(stretched > 0, in_water, 1.0)
