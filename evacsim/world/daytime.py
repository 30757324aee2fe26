"""How far it is night at an hour: what reaches people, and where they are, goes by it.

Night is a share: 0 by day, 1 by night, and in the morning and in the evening in between, as
people wake up and come home one after the other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

DAY = 24.0


@dataclass(frozen=True, slots=True)
class Daytime:
    """The four hours of the clock between which night becomes day and day night [h], in growing order."""

    dawn_begins: float
    dawn_ends: float
    dusk_begins: float
    dusk_ends: float

    def night_share(self, hour: ArrayLike) -> Floats:
        """Return how far it is night at hours of the clock, in [0, 1]; hours beyond 24 are those of the next day.

        Straight from 1 to 0 through dawn and from 0 to 1 through dusk. A dawn of no length is over
        at its hour, a dusk of no length begins with its hour.
        """
        h = np.mod(np.asarray(hour, dtype=np.float64), DAY)
        return 1 - _passed(h, self.dawn_begins, self.dawn_ends) + _passed(h, self.dusk_begins, self.dusk_ends)


def _passed(hour: Floats, begins: float, ends: float) -> Floats:
    """Return the share of a transition that is over at each hour."""
    if ends <= begins:
        return np.asarray(hour >= ends, dtype=np.float64)
    return np.clip((hour - begins) / (ends - begins), 0.0, 1.0)


SIX_TO_EIGHT = Daytime(6, 6, 20, 20)
"""Night from 20:00 to 06:00, without a transition (assumed)."""
LIFESIM = Daytime(4, 10, 17, 24)
"""Transitions from 04:00 to 10:00 and from 17:00 to 24:00 (seen: LifeSim TRM-11)."""
GO_CONSEQUENCES = Daytime(5, 8, 20, 23)
"""Transitions from 05:00 to 08:00 and from 20:00 to 23:00 (seen: go-consequences `warning/first_alert.go`). It is by
the same agency as LifeSim's and differs from it: neither is measured, so the hours are a parameter."""


def by_daytime(day: ArrayLike, night: ArrayLike, night_share: ArrayLike) -> Floats:
    """Return what holds at a moment of which `night_share` is night, where one value holds by day and one by night.

    >>> round(float(by_daytime(0.9, 0.55, 0.5)), 3)
    0.725
    """
    by_day, by_night = np.asarray(day, dtype=np.float64), np.asarray(night, dtype=np.float64)
    return np.asarray(by_day + (by_night - by_day) * np.asarray(night_share, dtype=np.float64))
