"""Ordinary traffic (背景交通): cars that fill the roads beside the transfer, and take nobody out.

They are spread evenly between the first and the last departure, go the shortest way of the moment
like everybody who is informed, and wait in the same queues. Nobody turns them back when a zone is
ordered to go (assumed). Water stops them as any car: one that stands in it keeps its place on the
road until the water falls, and one that finds no way gives up.
"""

import numpy as np

from evacsim.engine.movement import MoverColumns
from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass


class OrdinaryTraffic:
    """All cars that have nothing to do with the transfer."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def schedule(self) -> None:
        """Send all of them off, each at its time; those before the start or after the end are left out."""
        parts = self.parts
        for trips in parts.world.ordinary_traffic:
            departures = np.linspace(trips.begins, trips.ends, trips.vehicles)
            departures = departures[(departures >= 0) & (departures <= parts.world.scenario.duration)]
            cars = parts.movement.add(
                MoverColumns(
                    mode=np.full(len(departures), int(MoverClass.CAR)),
                    size=parts.world.scenario.district.population.car_size,
                    people=0,
                ),
                origin_node=trips.from_node,
            )
            way = parts.routing.tree_to_node(trips.to_node, MoverClass.CAR)
            parts.movement.send(cars, origin_node=trips.from_node, tree=way, depart_time=departures)
