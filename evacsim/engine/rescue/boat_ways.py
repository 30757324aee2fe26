"""Where a boat of rescue is, how soon it is anywhere, and when it will be back: what a dispatcher asks of it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.parts import Parts
from evacsim.engine.rescue.dispatching import Craft
from evacsim.engine.rescue.reach import BoatKind, Reach, Ways
from evacsim.engine.rescue.teams import Crew, Team
from evacsim.engine.vehicles import Vehicle
from evacsim.scenario.transport import Fleet


@dataclass(slots=True)
class Boat:
    """A boat, its trailer and its crew."""

    craft: Craft
    team: Team | None
    trailer: int
    """Node where its trailer stands; -1 without one."""
    on_trailer: bool
    by_day: int
    by_night: int
    by_road: int
    """Rows in the movement: afloat by day and by night, and on its trailer; -1 without one."""
    crew: Crew | None = None
    jackets: int = 0
    held: list[int] = field(default_factory=list)
    """Nodes whose trees it follows, or has followed, on its present way."""

    @property
    def vehicle(self) -> Vehicle:
        """Return the boat as a vehicle."""
        return self.craft.vehicle


class BoatWays:
    """The ways of all boats of rescue (by vehicle row), as the water and the roads are now."""

    def __init__(self, parts: Parts, reach: Reach) -> None:
        self.parts = parts
        self.reach = reach
        self.boats: dict[int, Boat] = {}

    def fleet(self, boat: Boat) -> Fleet:
        """Return the fleet of a boat."""
        return self.parts.world.fleets.models[boat.vehicle.fleet]

    def kind(self, boat: Boat) -> BoatKind:
        """Return all of a boat that says how soon it is anywhere."""
        return self.reach.kind(self.fleet(boat))

    def position(self, vehicle: Vehicle) -> int:
        """Return the node at which a boat is, or to which the road that it is on leads."""
        way = int(self.parts.movement.where(vehicle.mover).link[0])
        return vehicle.node if way < 0 else int(self.parts.world.ways.to_node[way])

    def ways(self, boat: Boat, node: int, *, on_trailer: bool) -> Ways:
        """Return how soon a boat is at every node from one, afloat or on its trailer."""
        return self.reach.ways(node, self.kind(boat), on_trailer=on_trailer)

    def until_on_trailer(self, boat: Boat) -> float:
        """Return how long until a boat that is afloat stands on its trailer, which comes to where it is [s]."""
        if boat.trailer < 0:
            return np.inf
        return self.reach.road_time(boat.trailer, boat.vehicle.node) + self.fleet(boat).launch_time

    def stands(self, row: int) -> Hashable:
        """Return all that says how soon a boat that waits is anywhere."""
        boat = self.boats[row]
        return boat.vehicle.node, boat.trailer, boat.on_trailer, self.kind(boat)

    def times(self, row: int) -> NDArray[np.float64]:
        """Return how soon a boat is at every node [s]."""
        boat = self.boats[row]
        node = boat.vehicle.node if boat.craft.turn is None else self.position(boat.vehicle)
        if boat.on_trailer:
            return self.ways(boat, node, on_trailer=True).time
        afloat = self.ways(boat, node, on_trailer=False).time
        if boat.craft.turn is not None:
            return afloat
        return np.minimum(afloat, self.until_on_trailer(boat) + self.ways(boat, node, on_trailer=True).time)

    def times_from(self, row: int, node: int) -> NDArray[np.float64]:
        """Return how soon a boat is at every node over the water from one to which it has come back [s]."""
        return self.ways(self.boats[row], node, on_trailer=False).time

    def reckon(self, row: int, nodes: Sequence[int]) -> tuple[float, int]:
        """Return how long a boat that waits goes to some nodes in their order and back [s], and where it lands then.

        It comes back to where it is put in.
        """
        boat, there = self.boats[row], nodes[0]
        ways, before = self.ways(boat, boat.vehicle.node, on_trailer=True), 0.0
        if not boat.on_trailer:
            afloat = self.ways(boat, boat.vehicle.node, on_trailer=False)
            loaded = self.until_on_trailer(boat)
            ways, before = (
                (afloat, 0.0) if afloat.time[there] <= loaded + ways.time[there] else (ways, loaded)
            )
        base = int(ways.launch[there])
        legs = pairwise([*nodes, base])
        onward = sum(float(self.ways(boat, a, on_trailer=False).time[b]) for a, b in legs)
        return before + float(ways.time[there]) + onward, base
