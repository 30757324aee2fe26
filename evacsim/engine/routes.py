"""Routes of the plan (转移路线): roads that the people of a zone take on their way to the shelter, in order.

Whoever keeps to a route goes the soonest way to the beginning of its next road, along that road, and so on;
from its last road the soonest way to the shelter. A road that is closed is left out, and an event says so:
those who know the roads leave it out as soon as they choose their next step, the others when they stand before it.
"""

from collections.abc import Iterator

import numpy as np

from evacsim.engine.routing import MoverClass, Routing
from evacsim.world.columns import World

Route = tuple[int, ...]
"""Ways (rows) in the order in which they are taken."""


class Routes:
    """The routes of all zones, by who takes them."""

    def __init__(self, world: World, routing: Routing) -> None:
        self._ways = world.ways
        self._routing = routing
        self._of: dict[tuple[int, MoverClass], Route] = {}
        for zone, transfer in enumerate(world.transfers):
            if transfer is not None and transfer.via:
                links = [world.roads.link_row[link] for link in transfer.via]
                for mover_class in (MoverClass.WALKER, MoverClass.CAR, MoverClass.BUS):
                    self._of[zone, mover_class] = tuple(_ways(world, links, mover_class))

    def of(self, zone: int, mover_class: MoverClass) -> Route:
        """Return the route of a zone (row), without roads that are never open to a class; empty where there is none."""
        return self._of.get((zone, mover_class), ())

    def next_node(self, way: int, node: int) -> int:
        """Return where one who is to take a way goes next from a node: to its beginning, or along it to its end."""
        begins = int(self._ways.from_node[way])
        return int(self._ways.to_node[way]) if node == begins else begins

    def begins_at(self, way: int, node: int) -> bool:
        """Return whether a way begins at a node."""
        return int(self._ways.from_node[way]) == node

    def ends_at(self, way: int, node: int) -> bool:
        """Return whether a way ends at a node."""
        return int(self._ways.to_node[way]) == node

    def is_open(self, way: int, mover_class: MoverClass) -> bool:
        """Return whether a way is open to a class now."""
        return bool(np.isfinite(self._routing.cost(mover_class)[way]))

    def link(self, way: int) -> int:
        """Return the road link (row) of a way."""
        return int(self._ways.link[way])


def _ways(world: World, links: list[int], mover_class: MoverClass) -> Iterator[int]:
    ways, roads = world.ways, world.roads
    own = {
        MoverClass.WALKER: ways.is_footway,
        MoverClass.CAR: ways.open_to_cars,
        MoverClass.BUS: ways.open_to_buses,
    }[mover_class]
    for link in links:
        rows = np.flatnonzero(own & (ways.link == link) & (ways.from_node == roads.from_node[link]))
        yield from rows[:1].tolist()
