"""Boats that bring goods where no road leads: on the trailer, over the water, the rest by hand (舟艇运送物资).

on its trailer - (by road) - at the water - (launch) - afloat - at a landing - (carried by hand) - there

A boat without a trailer lies in the water where its fleet stands and never leaves it. It stays where it has
unloaded until its next trip; its trailer waits where it was put in, and it is taken out there where that is sooner.
Boats go as fast by night as by day (assumed), and have their own crews: no team of rescue is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from evacsim.engine.driving import Drive, Driving
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.reach import Reach, Ways
from evacsim.engine.routing import MoverClass
from evacsim.engine.shortest import way_matrix
from evacsim.engine.vehicles import Vehicle, mover_columns
from evacsim.hazard.effects import is_stopped
from evacsim.scenario.transport import Fleet

Floats = NDArray[np.float64]
LONGEST_BY_HAND = 500.0
"""Way that goods are carried between a boat and a door [m] (assumed: ten minutes with a hand-cart)."""
SPEED_BY_HAND = 0.8
"""Speed of people who carry goods [m/s] (assumed)."""
NO_TRAILER = -1


@dataclass(slots=True)
class Boat:
    """A boat and its trailer."""

    vehicle: Vehicle
    trailer: int
    """Node where its trailer stands; `NO_TRAILER` without one."""
    on_trailer: bool
    afloat: int
    by_road: int
    """Rows in the movement: afloat, and on its trailer; -1 without one."""


class Leg(NamedTuple):
    """How a boat comes to a node."""

    time: float
    """How long it takes [s]; infinite where it does not get there."""
    by: Literal["road", "water", "trailer"]
    """By road on its trailer, over the water, or first back to its trailer."""
    landing: int
    """Node where it lands, for `water`."""
    launch: int
    """Node where it is put in, for `water` from its trailer."""
    by_hand: float
    """Time from there by hand [s]."""


class Shipping:
    """All boats that bring goods."""

    def __init__(self, parts: Parts, driving: Driving, vehicles: Iterable[Vehicle]) -> None:
        self.parts = parts
        self.driving = driving
        self.reach = Reach(parts)
        self._boats = {vehicle.row: self._boat(vehicle) for vehicle in vehicles}
        self._hand: dict[int, Floats] = {}
        parts.after_reopening.append(self._hand.clear)

    def _boat(self, vehicle: Vehicle) -> Boat:
        fleet, movement, by_road = self._fleet(vehicle), self.parts.movement, -1
        if fleet.trailer:
            vehicle.node = int(self.parts.world.fleets.drive_node[vehicle.fleet])
            truck = mover_columns(fleet, 1, self.parts, by_road=True)
            by_road = int(movement.add(truck, origin_node=vehicle.node)[0])
        trailer = vehicle.node if fleet.trailer else NO_TRAILER
        return Boat(vehicle, trailer, fleet.trailer, vehicle.mover, by_road)

    def time(self, fleet: int, from_node: int, to_node: int) -> float:
        """Return how long boats of a fleet (row) need from one node to another [s]; infinite where none gets there."""
        boats = [boat for boat in self._boats.values() if boat.vehicle.fleet == fleet]
        if self.driving.fleets[fleet].trailer:
            return self._from_trailer(boats[0], from_node, to_node).time
        return min(self._between(boat, from_node, to_node) for boat in boats)

    def _between(self, boat: Boat, from_node: int, to_node: int) -> float:
        """Return how long a boat that never leaves the water needs between two nodes, if it gets to the first."""
        first = self._afloat(boat, boat.vehicle.node, from_node)
        if not np.isfinite(first.time):
            return np.inf
        return first.by_hand + self._afloat(boat, first.landing, to_node).time

    # -- one way ----------------------------------------------------------------------------

    def go(self, vehicle: Vehicle, node: int) -> Drive:
        """Bring a boat, or what it carries, to a node in the soonest way; return whether it gets there."""
        boat = self._boats[vehicle.row]
        leg = self._choose(boat, node)
        if not np.isfinite(leg.time):
            self.driving.record(vehicle, "vehicle_cut_off", place=Where(Kind.NODE, vehicle.node))
            return False
        if leg.by == "trailer":
            if not (yield from self._float(boat, boat.trailer)):
                return False
            yield self.parts.clock.timeout(self._fleet(vehicle).launch_time)
            boat.on_trailer = True
            return (yield from self.go(vehicle, node))
        if leg.by == "road":
            return (yield from self._by_road(boat, node))
        if boat.on_trailer and leg.landing != vehicle.node:
            if not (yield from self._by_road(boat, leg.launch)):
                return False
            yield self.parts.clock.timeout(self._fleet(vehicle).launch_time)
            boat.on_trailer = False
            self.driving.record(vehicle, "launched", place=Where(Kind.NODE, leg.launch))
        if not (yield from self._float(boat, leg.landing)):
            return False
        yield self.parts.clock.timeout(leg.by_hand)
        return True

    def _by_road(self, boat: Boat, node: int) -> Drive:
        """Take a boat on its trailer to a node; where water stops it, it backs out."""
        vehicle, at_stopped = boat.vehicle, self.driving.at_stopped
        if vehicle.node == node:
            return True
        vehicle.by_road = True
        self.driving.change_mover(vehicle, boat.by_road)
        before, at_stopped[vehicle.row] = (
            at_stopped[vehicle.row],
            partial(self.driving.back_out, vehicle),
        )
        way = partial(self.parts.routing.tree_to_node, node, MoverClass.BUS)
        reached = yield from self.driving.drive(vehicle, way)
        at_stopped[vehicle.row] = before
        boat.by_road, vehicle.by_road, boat.trailer = vehicle.mover, False, vehicle.node
        return reached

    def _float(self, boat: Boat, node: int) -> Drive:
        """Go to a node over the water; return whether it gets there."""
        vehicle, routing = boat.vehicle, self.parts.routing
        if vehicle.node == node:
            return True
        self.driving.change_mover(vehicle, boat.afloat)
        floats = self.parts.boats.of(self._fleet(vehicle))
        routing.hold(node, floats)
        way = partial(routing.tree_to_node, node, floats)
        reached = yield from self.driving.drive(vehicle, way)
        routing.let_go(node, floats)
        boat.afloat = vehicle.mover
        return reached

    # -- which way --------------------------------------------------------------------------

    def _choose(self, boat: Boat, node: int) -> Leg:
        """Return the soonest way of a boat to a node, as roads and water are now."""
        here = boat.vehicle.node
        if boat.on_trailer:
            return self._from_trailer(boat, here, node)
        direct = self._afloat(boat, here, node)
        if boat.trailer == NO_TRAILER:
            return direct
        back = float(self._ways(boat, here, on_trailer=False).time[boat.trailer])
        onward = self._from_trailer(boat, boat.trailer, node).time
        around = back + self._fleet(boat.vehicle).launch_time + onward
        return direct if direct.time <= around else Leg(around, "trailer", boat.trailer, boat.trailer, 0.0)

    def _from_trailer(self, boat: Boat, here: int, node: int) -> Leg:
        """Return the soonest way to a node of a boat on its trailer: all by road, or launched on the way."""
        tree = self.parts.routing.tree_to_node(node, MoverClass.BUS)
        by_road = Leg(self.parts.routing.time(tree, here), "road", node, node, 0.0)
        by_water = self._landing(self._ways(boat, here, on_trailer=True), node)
        return by_road if by_road.time <= by_water.time else by_water

    def _afloat(self, boat: Boat, here: int, node: int) -> Leg:
        return self._landing(self._ways(boat, here, on_trailer=False), node)

    def _landing(self, ways: Ways, node: int) -> Leg:
        """Return the way to the landing from which goods are soonest carried to a node."""
        by_hand = self._by_hand(node)
        best = int(np.argmin(ways.time + by_hand))
        hand = float(by_hand[best])
        return Leg(float(ways.time[best]) + hand, "water", best, int(ways.launch[best]), hand)

    def _ways(self, boat: Boat, node: int, *, on_trailer: bool) -> Ways:
        fleet = self._fleet(boat.vehicle)
        return self.reach.ways(node, self.reach.kind(fleet), on_trailer=on_trailer)

    def _by_hand(self, node: int) -> Floats:
        """Return how long goods are carried between a node and all others [s]; infinite where too far, or too wet."""
        if node not in self._hand:
            ways, limit = self.parts.world.ways, self.parts.world.scenario.hazard.effects.walker_limit
            dry = np.flatnonzero(ways.is_footway & ~is_stopped(self.parts.road_depth[ways.link], limit))
            n = len(self.parts.world.roads.node_ids)
            graph = way_matrix(ways.to_node[dry], ways.from_node[dry], ways.length[dry], n)
            way: Floats = dijkstra(graph, indices=node, limit=LONGEST_BY_HAND)
            self._hand[node] = way / SPEED_BY_HAND
        return self._hand[node]

    def _fleet(self, vehicle: Vehicle) -> Fleet:
        return self.driving.fleets[vehicle.fleet]
