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
        self._first_by_plan = np.array(
            [zone[0] if zone else NO_SHELTER for zone in self._by_plan], dtype=np.int32
        )
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

    def first_choice(self, household: NDArray[np.int64], zone: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the first choice of households (rows): their own shelter, else that of the zone where each is listed.

        `NO_SHELTER` where one goes to the nearest; shape as given.
        """
        if self._own is not None:
            return self._own[household]
        return self._first_by_plan[zone]

    def first_choice_of_ghosts(self) -> NDArray[np.int32]:
        """Return where each zone's entries for nobody are to go, shape (n_zones,); nowhere if shelters are computed."""
        if self._own is not None:
            return np.full(len(self._by_plan), NO_SHELTER, dtype=np.int32)
        return self._first_by_plan
