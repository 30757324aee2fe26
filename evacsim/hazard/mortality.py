"""Who dies in the water: curves by depth, curves of groups, and the rule of critical depth and time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evacsim.hazard.water import Depths, Floats

PER_HOUR = 1 / 3600


@dataclass(frozen=True, slots=True)
class DepthMortality:
    """Share of the exposed who die, a normal law of the logarithm of the depth."""

    mean: float
    """Mean of ln(depth / 1 m)."""
    deviation: float
    """Standard deviation of ln(depth / 1 m)."""

    def at(self, depth: ArrayLike) -> Floats:
        """Return the share who die at a depth [m]; 0 on dry land."""
        from scipy.special import ndtr

        d = np.asarray(depth, dtype=np.float64)
        scaled = (np.log(np.where(d > 0, d, 1.0)) - self.mean) / self.deviation
        return np.where(d > 0, ndtr(scaled), 0.0)


SLOW_RISE = DepthMortality(7.60, 2.75)
RAPID_RISE = DepthMortality(1.46, 0.28)
NEW_ORLEANS = DepthMortality(5.20, 2.00)
"""Curves of Jonkman 2007 and of New Orleans 2005 (recalled)."""


def jonkman_mortality(depth: ArrayLike, velocity: ArrayLike, rise_rate: ArrayLike) -> Floats:
    """Return the share of the exposed who die by Jonkman's three zones (recalled).

    Near the breach (depth x velocity of 7 m2/s, and 2 m/s) all; where 2.1 m and more rises by
    0.5 m/h and more, the curve of rapid rise; elsewhere that of slow rise. `rise_rate` in m/s.
    """
    d, v, rise = (np.asarray(part, dtype=np.float64) for part in (depth, velocity, rise_rate))
    is_breach = (d * v >= 7.0) & (v >= 2.0)
    is_rapid = (d >= 2.1) & (rise >= 0.5 * PER_HOUR)
    return np.where(is_breach, 1.0, np.where(is_rapid, RAPID_RISE.at(d), SLOW_RISE.at(d)))


@dataclass(frozen=True, slots=True, eq=False)
class GroupMortality:
    """Share of a group that dies, by the probability that a group loses at least as many.

    Draw one share for each group, then each member by it: people who share a house or a car
    share their fate, and independent deaths would spread far too little (seen: LifeSim TRM-12).
    """

    exceedance: Floats
    """Probabilities from 0 to 1, growing."""
    share: Floats
    """Share of the group at each of them, falling; straight in between."""

    def at(self, exceedance: ArrayLike) -> Floats:
        """Return the share that groups exceed with this probability."""
        p = np.asarray(exceedance, dtype=np.float64)
        return np.asarray(np.interp(p, self.exceedance, self.share))

    def draw(self, stream: np.random.Generator, n_groups: int) -> Floats:
        """Return the share of each of `n_groups` groups that dies."""
        return self.at(stream.random(n_groups))

    def mean(self) -> float:
        """Return the mean share over all groups."""
        return float(np.trapezoid(self.share, self.exceedance))

    def deviation(self) -> float:
        """Return the standard deviation of the share between groups."""
        a, b = self.share[:-1], self.share[1:]
        square = float((np.diff(self.exceedance) * (a * a + a * b + b * b) / 3).sum())
        return float(np.sqrt(square - self.mean() ** 2))


_HIGH_HAZARD_RUNS = (
    (66, 1.0), (1, 0.975), (1, 0.9708738), (1, 0.96), (1, 0.9565217), (1, 0.9090909), (1, 0.9), (1, 0.8947368),
    (2, 0.8571429), (1, 0.8333333), (1, 0.8235294), (3, 0.8), (5, 0.75), (5, 2 / 3), (2, 0.5714286), (1, 0.55),
    (13, 0.5), (2, 0.4285714), (8, 1 / 3), (1, 0.2857143), (3, 0.2), (1, 0.1666667), (17, 0.0),
)  # fmt: skip
"""Groups with each share, of 138 in all."""
HIGH_HAZARD = GroupMortality(
    np.append(np.arange(137) / 138, 1.0),
    np.repeat([share for _, share in _HIGH_HAZARD_RUNS], [count for count, _ in _HIGH_HAZARD_RUNS]),
)
"""People whose building, vehicle or footing failed (seen: go-consequences, LifeSim 2 curves)."""
LOW_HAZARD = GroupMortality(
    np.append(np.arange(9) / 311_152, 1.0),
    np.array([1, 1, 1, 0.5, 0.5, 0.2, 0.1428571, 0.04, 0, 0]),
)
"""People in the water who are in no such danger, 311 152 groups (seen: go-consequences, TRM-10)."""


@dataclass(frozen=True, slots=True)
class CriticalDepth:
    """People die who stand in `depth` or more for `duration` without a break (seen: Seaside model)."""

    depth: float = 1.0
    """Critical depth Hc [m]; the model's notes suggest 0.5."""
    duration: float = 120.0
    """Critical time Tc [s]."""

    def time_of_death(self, times: Floats, depths: Depths) -> Floats:
        """Return when people at each place die [s], inf for never, shape (n_places,).

        `depths` (n_frames, n_places) hold from each of `times` (n_frames,) to the next, the last
        for ever.
        """
        death = np.full(depths.shape[1], np.inf)
        since = np.full(depths.shape[1], np.inf)
        ends = np.append(times[1:], np.inf)
        for time, end, depth in zip(times, ends, depths, strict=True):
            is_deep = depth >= np.float32(self.depth)
            since = np.where(is_deep, np.minimum(since, time), np.inf)
            due = since + self.duration
            death = np.where(due <= end, np.minimum(death, due), death)
        return death
