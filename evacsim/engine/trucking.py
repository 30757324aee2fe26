"""Trucks: goods from place to place over the roads as they are, flooded or not; helicopters: as the crow flies.

Boats go as `shipping` says.

A trip is one drive from a store to where its goods are wanted. It waits until a truck of its
fleet is free; the truck drives to the store, loads, drives on, unloads, and stays where it is
until the next trip. A trip whose truck finds no way, or is stopped by water, has failed for good:
whoever asked for it has to ask again, and what is on the truck reaches nobody.

A helicopter does the same through the air at the speed of its fleet. It sets out by day only, unless the fleet
flies at night, and when the weather lets it (`hazard.flying_weather`): from its depot, to the store and from it;
whoever is in the air at dusk, or when the weather turns, gets there.
"""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import simpy

from evacsim.engine.driving import Drive, Driving
from evacsim.engine.grounding import await_leave
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass
from evacsim.engine.shipping import Shipping
from evacsim.engine.vehicles import Vehicle

Process = Generator[simpy.Event, Any, None]
Told = Callable[[int], None]
"""Told the event by which something has come about."""


@dataclass(slots=True)
class Trip:
    """What one vehicle is to bring; times in seconds."""

    from_node: int
    to_node: int
    cause: int
    then: Told
    failed: Told
    loading: float
    unloading: float
    left: Told | None
    is_over: bool = False


def flight_time(parts: Parts, from_node: int, to_node: int, speed: float) -> float:
    """Return how long it takes through the air from one node to another at a speed [m/s]; nan without coordinates."""
    x, y = parts.world.roads.x, parts.world.roads.y
    return float(np.hypot(x[to_node] - x[from_node], y[to_node] - y[from_node])) / speed


class Trucking:
    """All vehicles that bring goods, one process each once their fleet is first asked for one."""

    def __init__(self, parts: Parts, driving: Driving, shipping: Shipping | None = None) -> None:
        self.parts = parts
        self.driving = driving
        self.shipping = shipping
        fleets = range(len(driving.fleets))
        self._trips: list[deque[Trip]] = [deque() for _ in fleets]
        self._news = [simpy.Event(parts.clock) for _ in fleets]

    def send(self, fleet: int, trip: Trip, *, call_up: Callable[[int, int], None]) -> bool:
        """Give a trip to the first vehicle of a fleet that is free; return False where none of it ever comes."""
        vehicles = [vehicle for vehicle in self.driving.vehicles if vehicle.fleet == fleet]
        call_up(fleet, trip.cause)
        if not any(vehicle.came for vehicle in vehicles):
            return False
        self._trips[fleet].append(trip)
        news, self._news[fleet] = self._news[fleet], simpy.Event(self.parts.clock)
        news.succeed()
        return True

    def serve(self, vehicle: Vehicle) -> Process:
        """Drive one trip after the other until the run ends."""
        yield self.parts.clock.timeout(vehicle.call_up)
        yield from await_leave(self.parts, self.driving.fleets[vehicle.fleet])
        vehicle.departed = self.parts.now
        self.driving.record(vehicle, "vehicle_departed", place=Where(Kind.DEPOT, vehicle.fleet))
        while True:
            trips = self._trips[vehicle.fleet]
            if not trips:
                yield self._news[vehicle.fleet]
            else:
                yield from self._carry(vehicle, trips.popleft())

    def _carry(self, vehicle: Vehicle, trip: Trip) -> Process:
        parts, driving = self.parts, self.driving
        vehicle.event = max(vehicle.event, trip.cause)
        driving.at_stopped[vehicle.row] = partial(self._fail, vehicle, trip)
        reached = yield from self._go(vehicle, trip.from_node)
        if reached and not trip.is_over:
            yield parts.clock.timeout(trip.loading)
            yield from await_leave(self.parts, self.driving.fleets[vehicle.fleet])
            driving.record(vehicle, "vehicle_departed", place=Where(Kind.NODE, trip.from_node))
            if trip.left is not None:
                trip.left(vehicle.event)
            reached = yield from self._go(vehicle, trip.to_node)
            if reached and not trip.is_over:
                yield parts.clock.timeout(trip.unloading)
                trip.is_over = True
                vehicle.rounds += 1
                vehicle.done = parts.now
                trip.then(vehicle.event)
        self._fail(vehicle, trip)
        del driving.at_stopped[vehicle.row]

    def _go(self, vehicle: Vehicle, node: int) -> Drive:
        """Bring a vehicle to a node, by road, over the water or through the air; return whether it gets there."""
        fleet = self.driving.fleets[vehicle.fleet]
        if fleet.kind == "boat":
            assert self.shipping is not None, "a boat that brings supplies"
            return (yield from self.shipping.go(vehicle, node))
        if fleet.kind != "helicopter":
            way = partial(self.parts.routing.tree_to_node, node, MoverClass.BUS)
            return (yield from self.driving.drive(vehicle, way))
        yield from await_leave(self.parts, fleet)
        yield self.parts.clock.timeout(flight_time(self.parts, vehicle.node, node, fleet.speed))
        vehicle.node = node
        return True

    def _fail(self, vehicle: Vehicle, trip: Trip) -> None:
        """Tell whoever waits for a trip that it has failed, once."""
        if not trip.is_over:
            trip.is_over = True
            trip.failed(vehicle.event)
