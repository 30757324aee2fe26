"""Rounds of a fleet planned beforehand, from the register and the roads as they are at the order."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.parts import Parts
from evacsim.scenario.district import Fleet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class PlannedRound(NamedTuple):
    """One round that a vehicle is to drive."""

    pickup: int
    """Row of the pick-up point."""
    shelter: int | None
    """Row of the shelter; None where it is chosen when the vehicle leaves."""
    people: int
    """People to take, at most."""


def plan_fleet(
    parts: Parts,
    *,
    policy: str,
    fleet: Fleet,
    depot: int,
    ready: Floats,
    pickups: Ints,
    people: Ints,
    room: Floats,
) -> list[list[PlannedRound]]:
    """Return the rounds of each vehicle of a fleet."""
    raise NotImplementedError
