"""How much a work takes: sandbags filled and laid, water pumped (沙袋、排涝)."""

from typing import Final

HOUR: Final = 3600.0
BAGS_PER_PERSON_HOUR: Final = 12.0
"""Sandbags that one person fills and lays in an hour (seen: NDSU by vcalc)."""


def sandbag_work(bags: float, *, rate: float = BAGS_PER_PERSON_HOUR) -> float:
    """Return the work to fill and lay sandbags at a `rate` [bags per person-h], in person-seconds."""
    return bags / rate * HOUR


BAGS_PER_SQUARE: Final = 11_700 / (30.48 * 1.2192**2)
"""Sandbags for each metre of a dyke and each square metre of its height squared (seen: arellanes 2006, 11 700 bags
for 100 ft by 4 ft; a heap is as many times wider as it is higher)."""


def sandbags(length: float, height: float) -> float:
    """Return the sandbags that raise a dyke of a length [m] by a height [m]."""
    return BAGS_PER_SQUARE * length * height**2


def pumped_volume(pumps: float, rate: float, time: float) -> float:
    """Return what pumps of a `rate` [m3/s] each move in a time [s], in m3."""
    return pumps * rate * time


def rate_of_pumps(volume: float, pumps: float, time: float) -> float:
    """Return the rate of each of some pumps that have moved a volume [m3] in a time [s], in m3/s."""
    return volume / pumps / time
