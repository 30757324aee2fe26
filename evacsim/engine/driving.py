"""Vehicles on their way over the roads: driving from node to node, breaking down, filling up.

A leg is one drive to the root of a tree. It ends where the tree ends, or at a node from which no
way is left. A vehicle that breaks down is pushed to the side of its road and hinders nobody
(assumed); its passengers stay in it until it is repaired or another vehicle takes them over, and it goes
on from where it stood.
"""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple

import numpy as np
import simpy

from evacsim.engine.log import Kind, Where
from evacsim.engine.movement import MoverColumns, MoverState, Notice
from evacsim.engine.parts import Parts
from evacsim.engine.vehicles import Vehicle, mover_columns
from evacsim.kernels.arrays import NoticeKind
from evacsim.terms import Group, HouseholdState
from evacsim.world.laws import quantiles

Process = Generator[simpy.Event, Any, None]
Drive = Generator[simpy.Event, Any, bool]
Pause = Generator[simpy.Event, Any, tuple[int, float]]


class Broken(NamedTuple):
    """Where a vehicle stands that has broken down, and how long."""

    node: int
    """End of its road: where others meet it."""
    until: float
    """When it will be repaired [s]."""


class Driving:
    """All vehicles on the roads."""

    def __init__(self, parts: Parts, vehicles: list[Vehicle]) -> None:
        self.parts = parts
        self.vehicles = vehicles
        self.fleets = list(parts.world.fleets.models)
        self.at_stopped: dict[int, Callable[[], None]] = {}
        """What is to be done when water stops a vehicle (row) on the road."""
        self.turns_back: set[int] = set()
        """Vehicles (rows) that no water holds: they turn back before it, with everybody aboard."""
        self.broken: dict[int, Broken] = {}
        """Vehicles (rows) that stand and wait to be repaired, in the order in which they broke down."""
        self.at_broken: list[Callable[[], None]] = []
        """What is to be done when a vehicle has broken down."""
        self._by_mover = {vehicle.mover: vehicle for vehicle in vehicles}
        self._arrival: dict[int, simpy.Event] = {}
        self._reopened = simpy.Event(parts.clock)
        parts.after_reopening.append(self._reopen)
        self._breakdown_luck = {
            vehicle.row: parts.streams.get("breakdown", vehicle.id)
            for vehicle in vehicles
            if self.fleets[vehicle.fleet].breakdowns is not None
        }
        for row in self._breakdown_luck:
            self._wear(vehicles[row])

    def reopened(self) -> simpy.Event:
        """Return the event of the next change of the roads."""
        return self._reopened

    def is_vehicle(self, mover: int) -> bool:
        """Return whether a row in the movement is, or was, a vehicle of a fleet."""
        return mover in self._by_mover

    def vehicle_of(self, mover: int) -> Vehicle:
        """Return the vehicle that is, or was, a row in the movement."""
        return self._by_mover[mover]

    def change_mover(self, vehicle: Vehicle, mover: int) -> None:
        """Let a vehicle that is off the roads be another mover from now on: on its trailer, or afloat."""
        vehicle.mover = mover
        self._by_mover[mover] = vehicle

    def turn(self, vehicle: Vehicle, tree: int) -> None:
        """Let a vehicle that is under way go to the root of another tree instead; its drive ends there."""
        self.parts.movement.redirect(vehicle.mover, tree=tree)

    def back_out(self, vehicle: Vehicle) -> None:
        """Take a vehicle that water has stopped back to where its road began, at once (assumed); its drive ends."""
        movement, ways = self.parts.movement, self.parts.world.ways
        way = int(movement.where(vehicle.mover).link[0])
        vehicle.node = int(ways.from_node[way])
        movement.remove(vehicle.mover)
        columns = self._columns(vehicle)
        self.change_mover(vehicle, int(movement.add(columns, origin_node=vehicle.node)[0]))
        self._arrival.pop(vehicle.row).succeed(NoticeKind.CUT_OFF)

    def call_off(self, vehicle: Vehicle) -> float | None:
        """End the drive of a vehicle that is under way where its present road ends; return the way to there [m].

        It is off the roads then; None, and nothing is done, where it is not moving: it waits, stands in the water, or
        has broken down.
        """
        movement = self.parts.movement
        where = movement.where(vehicle.mover)
        if vehicle.row not in self._arrival or where.state[0] != MoverState.MOVING:
            return None
        left = float(movement.way_left(vehicle.mover)[0])
        vehicle.node = int(self.parts.world.ways.to_node[int(where.link[0])])
        movement.lift(vehicle.mover)
        self._arrival.pop(vehicle.row).succeed(None)
        return left

    def drive(self, vehicle: Vehicle, way: Callable[[], int]) -> Drive:
        """Drive to the root of the tree that `way` gives; return whether it was reached.

        The vehicle's node is where it stands then. The tree is asked for again whenever the vehicle sets out.
        """
        parts = self.parts
        if self.fleets[vehicle.fleet].range is not None:
            yield from self._fill_up(vehicle, way)
        node, depart_time = vehicle.node, parts.now
        while True:
            arrival = self._arrival[vehicle.row] = simpy.Event(parts.clock)
            parts.movement.send(
                vehicle.mover,
                origin_node=node,
                tree=way(),
                depart_time=depart_time,
                people=self.people_aboard(vehicle),
            )
            if not np.isfinite(vehicle.until_breakdown):
                yield arrival
                break
            yield arrival | parts.clock.timeout(depart_time + vehicle.until_breakdown - parts.now)
            if arrival.triggered:
                vehicle.until_breakdown -= parts.now - depart_time
                break
            if self._stands_in_water(vehicle):
                self._wear(vehicle)  # it stands already, and the engine is off
                yield arrival
                break
            node, depart_time = yield from self._break_down(vehicle)
        if arrival.value == NoticeKind.ARRIVED:
            return True
        if arrival.value is None:  # called off: whoever did so tells why
            return False
        self.record(vehicle, "vehicle_cut_off", place=Where(Kind.NODE, vehicle.node))
        return False

    def on_notice(self, notice: Notice) -> list[int]:
        """Take in what the movement reports about a vehicle; return its passengers if water has stopped it."""
        vehicle = self._by_mover[notice.mover]
        if notice.kind in (NoticeKind.ARRIVED, NoticeKind.CUT_OFF):
            vehicle.node = notice.place
            self._arrival.pop(vehicle.row).succeed(notice.kind)
        elif notice.kind == NoticeKind.STOPPED:
            place = Where(Kind.LINK, int(self.parts.world.ways.link[notice.place]))
            self.record(vehicle, "vehicle_cut_off", place=place)
            if vehicle.row in self.turns_back:
                self.back_out(vehicle)
                return []
            self.passengers(vehicle, HouseholdState.STRANDED, "stopped")
            if vehicle.row in self.at_stopped:
                self.at_stopped[vehicle.row]()
            return list(vehicle.aboard)
        elif notice.kind == NoticeKind.RESUMED:
            self.record(vehicle, "resumed", place=vehicle.where)
            self.passengers(vehicle, HouseholdState.RIDING, "resumed")
        return []

    def people_aboard(self, vehicle: Vehicle) -> int:
        """Return how many people ride in a vehicle now."""
        return int(self.parts.households.people[vehicle.aboard].sum())

    def handling_time(self, vehicle: Vehicle, household: int, per_person: float) -> float:
        """Return how long a household takes to board or alight, at `per_person` for the able [s]."""
        fleet, households = self.fleets[vehicle.fleet], self.parts.households
        people, assisted = int(households.people[household]), int(households.assisted[household])
        factor, group = fleet.assisted_factor, int(households.group[household])
        if group == Group.DISABLED and fleet.wheelchair_factor is not None:
            factor, assisted = fleet.wheelchair_factor, max(assisted, 1)
        elif group == Group.INSTITUTION and fleet.lying_factor is not None:
            factor = fleet.lying_factor
        factor = max(1.0, factor / (1 + fleet.helpers))
        slower = (factor - 1) * assisted + (fleet.child_factor - 1) * int(households.children[household])
        return per_person * (people + slower)

    def passengers(self, vehicle: Vehicle, state: HouseholdState, kind: str) -> None:
        """Put all passengers into a state."""
        for household in vehicle.aboard:
            self.passenger(vehicle, household, state, kind)

    def passenger(self, vehicle: Vehicle, household: int, state: HouseholdState, kind: str) -> None:
        """Put a passenger into a state; the later of his own and the vehicle's last event is the cause."""
        book = self.parts.book
        cause = max(vehicle.event, int(book.event[household]))
        book.become(household, state, kind, self.parts.now, place=vehicle.where, cause=cause)

    def record(
        self, vehicle: Vehicle, kind: str, *, place: Where, value: float = np.nan, cause: int | None = None
    ) -> None:
        """Write an event of a vehicle down; its last one is the cause unless another is named."""
        vehicle.event = self.parts.log.record(
            self.parts.now,
            kind,
            vehicle.where,
            place=place,
            value=value,
            cause=vehicle.event if cause is None else cause,
        )

    # -- what vehicles suffer ---------------------------------------------------------------

    def _wear(self, vehicle: Vehicle) -> None:
        """Draw how long a vehicle drives until it breaks down the next time: as likely in any hour of driving."""
        rate = self.fleets[vehicle.fleet].breakdowns
        assert rate is not None
        vehicle.until_breakdown = 3600 * float(self._breakdown_luck[vehicle.row].exponential()) / rate

    def _stands_in_water(self, vehicle: Vehicle) -> bool:
        return bool(self.parts.movement.where(vehicle.mover).state[0] == MoverState.STOPPED)

    def _break_down(self, vehicle: Vehicle) -> Pause:
        """Stand until repaired; return from which node it goes on, and when it is there.

        It is taken off its road and put back where the road ends, as late as the rest of the road
        takes it. Where water has come over the road meanwhile it waits until the road is open.
        """
        parts, fleet = self.parts, self.fleets[vehicle.fleet]
        where = parts.movement.where(vehicle.mover)
        way, node, left = int(where.link[0]), int(where.node[0]), 0.0
        if way >= 0:
            left, node = float(parts.movement.way_left(vehicle.mover)[0]), int(parts.world.ways.to_node[way])
        place = Where(Kind.NODE, node) if way < 0 else Where(Kind.LINK, int(parts.world.ways.link[way]))
        self.record(vehicle, "vehicle_broke_down", place=place)
        vehicle.breakdowns += 1
        del self._arrival[vehicle.row]
        parts.movement.remove(vehicle.mover)
        vehicle.mover = int(parts.movement.add(self._columns(vehicle), origin_node=node)[0])
        self._by_mover[vehicle.mover] = vehicle
        assert fleet.repair is not None
        luck = parts.streams.get("repair", vehicle.id, str(vehicle.breakdowns)).random(1)
        repair = float(quantiles(fleet.repair, luck)[0])
        self.broken[vehicle.row] = Broken(node, parts.now + repair)
        for hook in self.at_broken:
            hook()
        yield parts.clock.timeout(repair)
        del self.broken[vehicle.row]
        self.record(vehicle, "vehicle_repaired", place=place)
        self._wear(vehicle)
        if way < 0:
            return node, parts.now
        if self._is_drowned(vehicle, way):
            self.record(vehicle, "vehicle_cut_off", place=place)
            self.passengers(vehicle, HouseholdState.STRANDED, "stopped")
            while self._is_drowned(vehicle, way):
                yield self._reopened
            self.record(vehicle, "resumed", place=vehicle.where)
            self.passengers(vehicle, HouseholdState.RIDING, "resumed")
        speed = min(fleet.speed, float(parts.world.ways.free_speed[way])) * self._factor(vehicle, way)
        return node, parts.now + left / speed

    def _factor(self, vehicle: Vehicle, way: int) -> float:
        """Return what the water leaves of a vehicle's speed on a way."""
        parts, fleet = self.parts, self.fleets[vehicle.fleet]
        link = parts.world.ways.link[way]
        depth = parts.road_depth[link]
        if fleet.kind == "boat" and not vehicle.by_road:
            limits = parts.boats.limits[parts.boats.of(fleet)]
            return float(parts.speed_factors.boat(depth, parts.road_velocity[link], limits))
        free_speed = parts.world.ways.free_speed[way]
        if fleet.kind == "high_clearance":
            limit = parts.waders.limits[parts.waders.of(fleet)]
            return float(parts.speed_factors.truck(depth, free_speed, limit))
        return float(parts.speed_factors.bus(depth, free_speed))

    def _columns(self, vehicle: Vehicle) -> MoverColumns:
        """Return a vehicle as the movement wants it, as it goes now: over the roads, or afloat."""
        return mover_columns(self.fleets[vehicle.fleet], 1, self.parts, by_road=vehicle.by_road)

    def _is_drowned(self, vehicle: Vehicle, way: int) -> bool:
        return self._factor(vehicle, way) <= 0

    def _fill_up(self, vehicle: Vehicle, way: Callable[[], int]) -> Process:
        """Fill up where it stands, if what is left in the tank does not last for the next leg.

        Fuel is brought to the vehicle (assumed): there is no way to a station. A leg counts in
        full when it begins, by the way as it is then.
        """
        fleet, node = self.fleets[vehicle.fleet], vehicle.node
        assert fleet.range is not None
        assert fleet.refuelling is not None
        length = self.parts.routing.length(way(), node)
        if not np.isfinite(length):
            return
        if vehicle.covered > 0 and vehicle.covered + length > fleet.range:
            yield self.parts.clock.timeout(fleet.refuelling)
            vehicle.covered = 0.0
            self.record(vehicle, "vehicle_refuelled", place=Where(Kind.NODE, node))
        vehicle.covered += length

    def _reopen(self) -> None:
        reopened, self._reopened = self._reopened, simpy.Event(self.parts.clock)
        reopened.succeed()
