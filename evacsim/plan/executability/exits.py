"""The last moment at which a bus or a walker can leave each zone and still get to a shelter of it.

Latest departure through the roads as the water closes them (`kernels.tree_times`): a network in which
every road has a time to pass it and a moment from which nobody passes. Other traffic and the slowing of
vehicles in shallow water are left out, so no real traveler leaves later than this and gets through.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from evacsim.plan.executability.case import Case, Floats
from evacsim.plan.executability.roads import Class, Roads
from evacsim.plan.executability.service import Service


class Exit(NamedTuple):
    """Until when one gets out of one zone; inf: whenever, -inf: never."""

    by_bus: float
    """A bus may leave the pick-up point [s]; inf where nobody goes by bus."""
    on_foot: float
    """Those who walk may leave the worst placed home [s]; inf where nobody walks."""

    @property
    def last(self) -> float:
        """The sooner of the two [s]."""
        return min(self.by_bus, self.on_foot)


@dataclass(frozen=True)
class Exits:
    """The last ways out of all zones of a plan."""

    case: Case
    service: Service

    @cached_property
    def all(self) -> dict[int, Exit]:
        """The last ways out by zone (row), of those whose people go to shelters."""
        return {zone: self._of(zone) for zone in self.case.to_shelters}

    def _of(self, zone: int) -> Exit:
        case, world = self.case, self.case.world
        transfer, movers = world.transfer(zone), case.moved(zone)
        by_bus = on_foot = np.inf
        if movers.by_bus >= 0.5 and transfer.fleet is not None and transfer.pickup_point is not None:
            roads = self.service.roads(case.fleet_row[transfer.fleet])
            node = int(world.pickup_points.drive_node[case.pickup_row[transfer.pickup_point]])
            by_bus = float(self._latest("bus", roads, zone)[node])
        if movers.on_foot >= 0.5:
            homes = world.homes
            first, last = int(homes.first[zone]), int(homes.first[zone + 1])
            latest = self._latest("walker", self._on_foot, zone)[homes.walk_node[first:last]]
            on_foot = float((latest - homes.access[first:last] / case.slowest_walk()).min())
        return Exit(by_bus, on_foot)

    @cached_property
    def _on_foot(self) -> Roads:
        return Roads.of(self.case.world, "walker", self.case.slowest_walk())

    def _latest(self, mover: Class, roads: Roads, zone: int) -> Floats:
        shelters = self.case.shelters_of(zone)
        key = mover, id(roads), shelters
        if key not in self._trees:
            places = self.case.world.shelters
            nodes = (places.walk_node if mover == "walker" else places.drive_node)[list(shelters)]
            closing = self.case.water_at_shelters[list(shelters)]
            self._trees[key] = roads.latest([int(node) for node in nodes], closing.tolist())
        return self._trees[key]

    @cached_property
    def _trees(self) -> dict[tuple[Class, int, tuple[int, ...]], Floats]:
        return {}
