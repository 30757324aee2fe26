"""How dangerous depth and velocity are: to people, vehicles and buildings.

`depth` [m] and `velocity` [m/s] are arrays of any shape that broadcast.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.hazard.water import Floats

Bools = NDArray[np.bool_]


class DangerFor(IntEnum):
    """For whom water of a hazard rating is dangerous."""

    NOBODY = 0
    SOME = 1
    """Children, the old and the infirm."""
    MOST = 2
    ALL = 3
    """The emergency services, too."""


def hazard_rating(depth: ArrayLike, velocity: ArrayLike) -> Floats:
    """Return Defra's hazard rating d (v + 0.5) + DF [m2/s].

    The debris factor DF is 0 up to 0.25 m, 1 deeper or faster than 2 m/s (seen: Flood Modeller
    help, after Defra 2008).
    """
    d, v = _floats(depth, velocity)
    return np.asarray(d * (v + 0.5) + ((d > 0.25) | (v > 2.0)))


def danger_for(rating: ArrayLike, *, all_from: float = 2.0) -> NDArray[np.int64]:
    """Return the `DangerFor` of a hazard rating: 0.75, 1.25, and more than `all_from`.

    The limits are recalled; for the last one FD2321/TR2 is recalled to have 2.5.
    """
    hr = np.asarray(rating, dtype=np.float64)
    return np.asarray((hr >= 0.75).astype(np.int64) + (hr >= 1.25) + (hr > all_from))


def hazard_class(depth: ArrayLike, velocity: ArrayLike) -> NDArray[np.int64]:
    """Return the Australian hazard class 1 (H1, safe) to 6 (H6, no building stands).

    H2 unsafe for small vehicles, H3 for all vehicles, children and the old, H4 for everybody,
    H5 and H6 for buildings (seen: Geoscience Australia's ptha, after the NSW guideline FB03).
    """
    d, v = _floats(depth, velocity)
    by_product = np.array([1, 2, 4, 5, 6])[np.searchsorted([0.3, 0.6, 1.0, 4.0], d * v)]
    by_depth = 1 + np.searchsorted([0.3, 0.5, 1.2, 2.0, 4.0], d)
    by_velocity = np.array([1, 5, 6])[np.searchsorted([2.0, 4.0], v)]
    return np.asarray(np.maximum(np.maximum(by_product, by_depth), by_velocity))


@dataclass(frozen=True, slots=True)
class Stability:
    """What a vehicle stands; beyond any of the three it is carried away (seen: LifeSim TRM-07, table 17)."""

    depth: float
    """Depth [m]."""
    velocity: float
    """Velocity of the water [m/s]."""
    product: float
    """Depth times velocity [m2/s]."""

    def is_lost(self, depth: ArrayLike, velocity: ArrayLike) -> Bools:
        """Return whether the water carries the vehicle away."""
        d, v = _floats(depth, velocity)
        return np.asarray((d > self.depth) | (v > self.velocity) | (d * v > self.product))


LOW_CLEARANCE_WORST = Stability(0.3, 3.0, 0.3)
LOW_CLEARANCE_BEST_ESTIMATE = Stability(1.2, 4.5, 0.8)
LOW_CLEARANCE_MOST = Stability(1.5, 6.0, 1.3)
HIGH_CLEARANCE_WORST = Stability(0.5, 3.0, 0.6)
HIGH_CLEARANCE_BEST_ESTIMATE = Stability(1.5, 6.0, 1.2)
HIGH_CLEARANCE_MOST = Stability(2.0, 6.0, 2.4)


def fall_probability(depth: ArrayLike, velocity: ArrayLike) -> Floats:
    """Return the probability that water knocks a person over (seen: TUNAMI-EVAC); certain above 0.85 m."""
    d, v = _floats(depth, velocity)
    z = -12.37 + 22.036 * d + 11.517 * v
    return np.where(d > 0.85, 1.0, 1 / (1 + np.exp(15.48 - z)))


def _floats(depth: ArrayLike, velocity: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(depth, dtype=np.float64), np.asarray(velocity, dtype=np.float64)
