"""Who drives into water: the depth up to which each driver dares (seen: LifeSim TRM-07, table 20)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evacsim.hazard.water import Floats


@dataclass(frozen=True, slots=True)
class FordingLaw:
    """Fording depths of drivers: normal, cut off on both sides and scaled up again.

    The manual does not say whether the cut-off part is spread over the rest; it is here.
    """

    mean: float
    """Mean before the cut [m]."""
    deviation: float
    """Standard deviation before the cut [m]."""
    puddle: float
    """Everybody drives through less than this [m]."""
    deepest: float = 3.0
    """Nobody drives through more than this [m]."""

    def willing_share(self, depth: ArrayLike) -> Floats:
        """Return the share of drivers who enter water of this depth [m]."""
        from scipy.special import ndtr

        low, high = ndtr(self._scaled(self.puddle)), ndtr(self._scaled(self.deepest))
        d = np.clip(np.asarray(depth, dtype=np.float64), self.puddle, self.deepest)
        return np.asarray((high - ndtr(self._scaled(d))) / (high - low))

    def draw(self, stream: np.random.Generator, n: int) -> Floats:
        """Return the fording depth of each of `n` drivers [m]."""
        from scipy.special import ndtr, ndtri

        low, high = ndtr(self._scaled(self.puddle)), ndtr(self._scaled(self.deepest))
        return np.asarray(self.mean + self.deviation * ndtri(low + stream.random(n) * (high - low)))

    def _scaled(self, depth: float | Floats) -> float | Floats:
        return (depth - self.mean) / self.deviation


LOW_CLEARANCE = FordingLaw(mean=0.35, deviation=0.20, puddle=0.06)
"""Cars (seen: TRM-07)."""
HIGH_CLEARANCE = FordingLaw(mean=0.52, deviation=0.20, puddle=0.10)
"""Vans, trucks, sport utility vehicles (seen: TRM-07)."""
