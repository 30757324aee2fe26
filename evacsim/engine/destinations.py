"""Which shelter each household is to go to: as the plan says for its zone, or one of its own (`engine.allotting`)."""

import numpy as np
from numpy.typing import NDArray

from evacsim.world.columns import World
from evacsim.world.people import Households

Assigned = tuple[int, ...]
"""Assigned shelters of a household (rows), first choice first: only equal ones share a bus."""
NO_SHELTER = -1


class Destinations:
    """The assigned shelters of all households, as those who move them know them now."""

    def __init__(self, world: World, households: Households) -> None:
        row = {shelter: row for row, shelter in enumerate(world.shelters.ids)}
        self._zone = households.zone
        self._by_plan: list[Assigned] = [
            tuple(row[shelter] for shelter in transfer.shelter) if transfer else ()
            for transfer in world.transfers
        ]
        self._own: NDArray[np.int32] | None = None

    def of(self, household: int) -> Assigned:
        """Return the assigned shelters of a household; none where it goes to the nearest."""
        if self._own is None:
            return self._by_plan[int(self._zone[household])]
        own = int(self._own[household])
        return () if own == NO_SHELTER else (own,)

    def of_zone(self, zone: int) -> Assigned:
        """Return all shelters to which anybody of a zone is to go."""
        if self._own is None:
            return self._by_plan[zone]
        own: list[int] = np.unique(self._own[self._zone == zone]).tolist()
        return tuple(shelter for shelter in own if shelter != NO_SHELTER)

    def allot(self, own: NDArray[np.int32]) -> None:
        """Give each household (row) a shelter of its own, `NO_SHELTER` where it goes to the nearest."""
        self._own = own
