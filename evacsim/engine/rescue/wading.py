"""Trucks that wade: over flooded roads to people, and with them to a shelter (高底盘车涉水救援).

ready - (by road, through water below the wading depth) - at the place, or near - (on foot, search, take in) -
to a shelter, a treatment place with somebody injured aboard, or dry ground - (let out)

A truck goes stretch by stretch, dry or wet. On a wet one it goes as fast as the water let it when it set out on it
(assumed); where a road becomes deeper than it wades while it is on it, it turns back at once to where that road
began, with everybody aboard, and takes another way. Where none is left its people wait aboard until the roads change:
the bed stands above the water (assumed). What holds up a road, such as a car that has stalled, holds it up as well.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from evacsim.engine.driving import Driving
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.cases import Case
from evacsim.engine.rescue.diary import Diary
from evacsim.engine.rescue.dispatching import Craft, Dispatching
from evacsim.engine.rescue.loading import Loading
from evacsim.engine.rescue.teams import Crew, Teams
from evacsim.engine.rescue.truck_landings import Landings
from evacsim.engine.rescue.truck_ways import NO_NODE, TruckKind, TruckWays
from evacsim.engine.transport import Transport
from evacsim.engine.vehicles import Vehicle
from evacsim.scenario.transport import Fleet
from evacsim.terms import HouseholdState

Process = Generator[simpy.Event, Any, None]
Drive = Generator[simpy.Event, Any, bool]


@dataclass(slots=True)
class Truck:
    """A truck and its crew."""

    craft: Craft
    fleet: Fleet
    kind: TruckKind
    limit: float
    """Depth at which it stops [m]."""
    crew: Crew | None = None

    @property
    def vehicle(self) -> Vehicle:
        """Return the truck as a vehicle."""
        return self.craft.vehicle


class Wading:
    """All trucks that wade and fetch people, one process each once their fleet is called up."""

    def __init__(
        self,
        parts: Parts,
        transport: Transport,
        teams: Teams,
        ways: TruckWays,
        landings: Landings,
        dispatching: Dispatching,
        loading: Loading,
        diary: Diary,
    ) -> None:
        self.parts = parts
        self.transport = transport
        self.driving: Driving = transport.driving
        self.teams = teams
        self.ways = ways
        self.landings = landings
        self.dispatching = dispatching
        self.loading = loading
        self.diary = diary
        transport.serve["high_clearance"] = self.serve

    def serve(self, vehicle: Vehicle) -> Process:
        """Go out for one task after the other until the run ends."""
        truck = self._truck(vehicle)
        fleet = truck.fleet
        team = self.teams.crewing(fleet)
        yield from self.teams.come_out(team, vehicle)
        self.driving.turns_back.add(vehicle.row)
        vehicle.departed = self.parts.now
        self.driving.record(vehicle, "vehicle_departed", place=Where(Kind.DEPOT, vehicle.fleet))
        while True:
            truck.crew = yield from self.teams.man(team, fleet.crew, partial(self.diary.begin, vehicle.row))
            self.diary.begin(vehicle.row, "waits")
            yield self.dispatching.wait(truck.craft)
            began = self.parts.now
            yield from self._serve_task(truck)
            if truck.crew is not None:
                self.teams.give_back(truck.crew, self.parts.now - began)

    def _truck(self, vehicle: Vehicle) -> Truck:
        fleet = self.transport.fleets[vehicle.fleet]
        kind = self.ways.kind(fleet)
        shelters = self.parts.world.shelters.drive_node

        def reckon(nodes: Sequence[int]) -> tuple[float, int]:
            return self.ways.reckon(vehicle.node, kind, nodes, shelters)

        def times_from(node: int) -> NDArray[np.float64]:
            if node == NO_NODE:
                return np.full(len(self.parts.world.roads.node_ids), np.inf)
            return self.ways.ways(node, kind).time

        craft = Craft(
            vehicle=vehicle,
            team=self.teams.crewing(fleet),
            seats=fleet.seats,
            times=lambda: self.ways.ways(vehicle.node, kind).time,
            stands=lambda: (vehicle.node, kind, "wades"),
            reckon=reckon,
            times_from=times_from,
            where=lambda: vehicle.node,
        )
        return Truck(craft, fleet, kind, self.parts.waders.limits[kind.wades])

    # -- one task ---------------------------------------------------------------------------

    def _serve_task(self, truck: Truck) -> Process:
        craft, vehicle = truck.craft, truck.vehicle
        while craft.task:
            case = craft.task[0]
            self.diary.begin(vehicle.row, "to_case")
            stop = int(self.ways.ways(vehicle.node, truck.kind).stop[case.node])
            reached = stop != NO_NODE and (yield from self._drive(truck, stop, case))
            if not craft.task or craft.task[0] is not case:
                continue  # the case was closed on the way
            walk = self.ways.walk(vehicle.node, case.node, truck.kind.fetch_distance) if reached else np.inf
            if not np.isfinite(walk):
                self.dispatching.give_up(craft, vehicle.event)
                break
            craft.task.pop(0)
            yield from self._work(truck, case, walk)
        yield from self._come_back(truck)

    def _work(self, truck: Truck, case: Case, walk: float) -> Process:
        """Go to a place on foot, search there, and bring whoever is found to the truck."""
        craft, vehicle, strength = truck.craft, truck.vehicle, self.teams.strength(truck.crew)
        stop = vehicle.node
        yield from self._walk(vehicle, walk)

        def gets_to(node: int) -> bool:
            return bool(np.isfinite(self.ways.walk(stop, node, truck.kind.fetch_distance)))

        self.diary.begin(vehicle.row, "searches")
        found = yield from self.loading.search(craft, case, strength, gets_to=gets_to)
        self.diary.begin(vehicle.row, "takes_in")
        taken = yield from self.loading.take_in(
            craft,
            case,
            found,
            strength,
            per_person=truck.fleet.boarding_time,
            seats=craft.seats,
            gets_to=gets_to,
        )
        yield from self._walk(vehicle, walk)
        for household in taken:
            # Who is too many for one trip is fetched in several; counted with the last.
            for _ in range(ceil(int(self.parts.households.people[household]) / craft.seats) - 1):
                landing = self.landings.nearest(truck.vehicle, truck.kind)
                if landing is None or not (yield from self._drive(truck, landing.drive_node)):
                    break
                if not (yield from self._drive(truck, stop)):
                    break

    def _walk(self, vehicle: Vehicle, time: float) -> Process:
        if time > 0:
            self.diary.begin(vehicle.row, "on_foot")
            yield self.parts.clock.timeout(time)

    # -- on the road ------------------------------------------------------------------------

    def _drive(self, truck: Truck, node: int, case: Case | None = None) -> Drive:
        """Drive to a node, stretch by stretch; return whether it is reached.

        A case that is closed meanwhile is gone for no further than to the end of the stretch.
        """
        vehicle, routing, wades = truck.vehicle, self.parts.routing, truck.kind.wades
        routing.hold(node, wades)
        while vehicle.node != node:
            if case is not None and case not in truck.craft.task:
                break
            way = routing.way(routing.tree_to_node(node, wades), vehicle.node)
            if not way:
                break
            end, speed = self.ways.stretch(truck.fleet.speed, way, truck.limit)
            self.parts.movement.change_speed(vehicle.mover, speed)
            routing.hold(end, wades)
            reached = yield from self.driving.drive(vehicle, partial(routing.tree_to_node, end, wades))
            routing.let_go(end, wades)
            if not reached:
                self.driving.record(vehicle, "truck_turned_back", place=Where(Kind.NODE, vehicle.node))
                break
        routing.let_go(node, wades)
        return vehicle.node == node

    def _come_back(self, truck: Truck) -> Process:
        """Bring everybody to where they can go on, as soon as a road leads there; let them out."""
        vehicle = truck.vehicle
        self.diary.begin(vehicle.row, "comes_back")
        while True:
            landing, began = self.landings.nearest(truck.vehicle, truck.kind), self.parts.now
            if landing is not None and (yield from self._drive(truck, landing.drive_node)):
                break
            if not vehicle.aboard:
                return  # it waits for another task where it stands
            if landing is not None and self.parts.now > began:
                continue
            self.driving.passengers(vehicle, HouseholdState.STRANDED, "stranded")
            yield self.driving.reopened()
            self.driving.passengers(vehicle, HouseholdState.RIDING, "resumed")
        self.diary.begin(vehicle.row, "lets_ashore")
        yield from self.loading.let_ashore(
            truck.craft,
            self.teams.strength(truck.crew),
            per_person=truck.fleet.alighting_time,
            node=landing.walk_node,
        )
