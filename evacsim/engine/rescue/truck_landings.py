"""Where trucks that wade let people out (送达地点).

With somebody injured aboard at the nearest treatment place from which the others can go on; else at the nearest
shelter with room; where none has room at any dry one; else at the nearest place with a way on foot to one.
"""

from typing import NamedTuple

import numpy as np

from evacsim.engine.parts import Parts
from evacsim.engine.rescue.loading import Loading
from evacsim.engine.rescue.surviving import Surviving
from evacsim.engine.rescue.treating import Treating
from evacsim.engine.rescue.truck_ways import NO_NODE, TruckKind, TruckWays
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.vehicles import Vehicle


class Landing(NamedTuple):
    """Where a truck lets people out."""

    drive_node: int
    """Where it stands."""
    walk_node: int
    """Where they go on."""


class Landings:
    """All places where trucks let people out, as the roads and shelters are now."""

    def __init__(
        self,
        parts: Parts,
        sheltering: Sheltering,
        ways: TruckWays,
        loading: Loading,
        surviving: Surviving | None,
        treating: Treating | None,
    ) -> None:
        self.parts = parts
        self.sheltering = sheltering
        self.ways = ways
        self.loading = loading
        self.surviving = surviving
        self.treating = treating

    def nearest(self, vehicle: Vehicle, kind: TruckKind) -> Landing | None:
        """Return where a truck lets out those whom it has aboard; None where no road leads to any such place."""
        shelters, people = self.parts.world.shelters, int(self.parts.households.people[vehicle.aboard].sum())
        time, walkable = self.ways.ways(vehicle.node, kind).drive, self.loading.walkable()
        if self.surviving is not None and self.treating is not None:
            is_hurt = any(self.surviving.is_hurt(household) for household in vehicle.aboard)
            places = [node for node in self.treating.nodes if is_hurt and walkable[node]]
            nearest = min(places, key=lambda node: (float(time[node]), node), default=NO_NODE)
            if nearest != NO_NODE and np.isfinite(time[nearest]):
                return Landing(nearest, nearest)
        for is_open in (self.sheltering.takes_in(people), self.sheltering.is_dry()):
            there = np.where(is_open, time[shelters.drive_node], np.inf)
            if len(there) and np.isfinite(there.min()):
                shelter = int(np.argmin(there))
                return Landing(int(shelters.drive_node[shelter]), int(shelters.walk_node[shelter]))
        there = np.where(walkable, time, np.inf)
        nearest = int(np.argmin(there))
        return Landing(nearest, nearest) if np.isfinite(there[nearest]) else None
