"""Boats at work: out to a case, search, take in, ashore (舟艇营救).

on its trailer - (by road) - at the water - (launch) - afloat - (search, take in) - at a landing - (let ashore)

A boat comes back to where it was put in; where no way on foot leads to a shelter from there any more, to the
nearest place from which one does. Its trailer waits where it was put in, and comes to the boat over the roads
where that is sooner than going on by water.
"""

from collections.abc import Generator
from functools import partial
from math import ceil
from typing import Any

import numpy as np
import simpy

from evacsim.engine.driving import Driving
from evacsim.engine.log import Kind, Where
from evacsim.engine.movement import MoverColumns
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.boat_ways import Boat, BoatWays
from evacsim.engine.rescue.cases import Case
from evacsim.engine.rescue.diary import Diary
from evacsim.engine.rescue.dispatching import Craft, Dispatching
from evacsim.engine.rescue.loading import Loading
from evacsim.engine.rescue.puncturing import Puncturing
from evacsim.engine.rescue.reach import Reach
from evacsim.engine.rescue.teams import Teams
from evacsim.engine.routing import MoverClass
from evacsim.engine.transport import Transport
from evacsim.engine.vehicles import Vehicle, mover_columns
from evacsim.terms import HouseholdState

Process = Generator[simpy.Event, Any, None]


class Fetching:
    """All boats, one process each once their fleet is called up."""

    def __init__(
        self,
        parts: Parts,
        transport: Transport,
        teams: Teams,
        reach: Reach,
        dispatching: Dispatching,
        loading: Loading,
        diary: Diary,
        *,
        night_speed: float,
    ) -> None:
        self.parts = parts
        self.transport = transport
        self.driving: Driving = transport.driving
        self.teams = teams
        self.reach = reach
        self.dispatching = dispatching
        self.loading = loading
        self.diary = diary
        self._night_speed = night_speed
        self.puncturing = Puncturing(parts, self.driving, diary, self._keep_way)
        self.ways = BoatWays(parts, reach)
        self._boats = self.ways.boats
        self._boats |= {
            vehicle.row: self._boat(vehicle)
            for vehicle in transport.vehicles
            if transport.fleets[vehicle.fleet].kind == "boat" and vehicle.fleet not in transport.carriers
        }
        transport.serve["boat"] = self.serve

    def _boat(self, vehicle: Vehicle) -> Boat:
        fleet, movement = self.transport.fleets[vehicle.fleet], self.parts.movement
        team = self.teams.crewing(fleet)
        by_road = -1
        if fleet.trailer:
            vehicle.node = int(self.parts.world.fleets.drive_node[vehicle.fleet])
            truck = mover_columns(fleet, 1, self.parts, by_road=True)
            by_road = int(movement.add(truck, origin_node=vehicle.node)[0])
        by_night = vehicle.mover
        if self._night_speed < 1:
            afloat = mover_columns(fleet, 1, self.parts)
            slower = afloat._replace(speed=fleet.speed * self._night_speed)
            by_night = int(movement.add(MoverColumns(*slower), origin_node=vehicle.node)[0])
        craft = Craft(
            vehicle=vehicle,
            team=team,
            seats=fleet.seats,
            times=partial(self.ways.times, vehicle.row),
            stands=partial(self.ways.stands, vehicle.row),
            landing=vehicle.node,
            reckon=partial(self.ways.reckon, vehicle.row),
            times_from=partial(self.ways.times_from, vehicle.row),
            where=partial(self.ways.position, vehicle),
        )
        return Boat(
            craft=craft,
            team=team,
            trailer=vehicle.node if fleet.trailer else -1,
            on_trailer=fleet.trailer,
            by_day=vehicle.mover,
            by_night=by_night,
            by_road=by_road,
        )

    def serve(self, vehicle: Vehicle) -> Process:
        """Go out for one task after the other until the run ends."""
        boat = self._boats[vehicle.row]
        yield from self.teams.come_out(boat.team, vehicle)
        vehicle.departed = self.parts.now
        self.driving.record(vehicle, "vehicle_departed", place=Where(Kind.DEPOT, vehicle.fleet))
        while True:
            yield from self._man(boat)
            self.diary.begin(vehicle.row, "waits")
            yield self.dispatching.wait(boat.craft)
            began = self.parts.now
            if boat.craft.stand_by >= 0:
                yield from self._move_up(boat, boat.craft.stand_by)
            else:
                yield from self._serve_task(boat)
            if boat.crew is not None:
                self.teams.give_back(boat.crew, self.parts.now - began)
            self.teams.return_jackets(boat.team, boat.jackets)
            boat.crew, boat.jackets = None, 0
            if self.puncturing.is_punctured(vehicle) and not (yield from self.puncturing.mend(vehicle)):
                return

    def _man(self, boat: Boat) -> Process:
        """Wait for a crew and life-jackets."""
        fleet, team = self.transport.fleets[boat.vehicle.fleet], boat.team
        if team is None:
            return
        while True:
            # Nothing is taken that would have to be given back: that would wake others who wait for it, and they us.
            if team.jackets <= fleet.crew:
                self.diary.begin(boat.vehicle.row, "no_jackets")
            elif (crew := self.teams.take_crew(team, fleet.crew)) is not None:
                boat.crew = crew
                boat.jackets, boat.craft.seats = self.teams.take_jackets(team, fleet.crew, fleet.seats)
                return
            else:
                self.diary.begin(boat.vehicle.row, "no_crew")
            yield self.teams.changed()

    def movable(self, craft: Craft) -> Boat | None:
        """Return the boat that a craft is if it stands on its trailer, or lies where that stands; else None."""
        boat = self._boats.get(craft.vehicle.row)
        return boat if boat is not None and boat.trailer == craft.vehicle.node else None

    def _move_up(self, boat: Boat, node: int) -> Process:
        """Take the boat by road to where it is to stand by, or as far as the roads lead there."""
        vehicle, boat.craft.stand_by = boat.vehicle, -1
        if not boat.on_trailer and not (yield from self._load(boat)):
            return
        if (yield from self._drive(boat, node, "moves_up")):
            self.driving.record(vehicle, "craft_moved_up", place=Where(Kind.NODE, node))

    # -- one task ---------------------------------------------------------------------------

    def _serve_task(self, boat: Boat) -> Process:
        craft, vehicle = boat.craft, boat.vehicle
        if not (yield from self._go_to_the_water(boat)):
            return
        craft.landing = vehicle.node
        while craft.task:
            case = craft.task[0]
            reached = yield from self._go_to_case(boat)
            if self.puncturing.is_punctured(vehicle):
                self.dispatching.give_up(craft, vehicle.event)
                craft.in_vain.clear()
                break
            if not craft.task or craft.task[0] is not case:
                continue  # turned round, or the case was closed on the way
            if not reached:
                self.dispatching.give_up(craft, vehicle.event)
                break
            craft.task.pop(0)
            yield from self._work(boat, case)
        yield from self._come_back(boat)
        yield from self._let_ashore(boat)

    def _go_to_the_water(self, boat: Boat) -> Generator[simpy.Event, Any, bool]:
        """Put the boat in where it is soonest at its first case, by road where that is sooner; return whether it is."""
        craft, vehicle = boat.craft, boat.vehicle
        case = craft.task[0]
        by_road = self.ways.ways(boat, vehicle.node, on_trailer=True)
        if not boat.on_trailer:
            afloat = self.ways.ways(boat, vehicle.node, on_trailer=False)
            if afloat.time[case.node] <= self.ways.until_on_trailer(boat) + by_road.time[case.node]:
                return True
            if not (yield from self._load(boat)):
                self.dispatching.give_up(craft, vehicle.event)
                return False
            by_road = self.ways.ways(boat, vehicle.node, on_trailer=True)
        launch = int(by_road.launch[case.node])
        if launch < 0 or not (yield from self._launch(boat, launch)):
            self.dispatching.give_up(craft, vehicle.event)
            return False
        return True

    def _load(self, boat: Boat) -> Generator[simpy.Event, Any, bool]:
        """Wait for the trailer and put the boat on it; return whether it came through."""
        vehicle = boat.vehicle
        if boat.trailer != vehicle.node:
            self.diary.begin(vehicle.row, "by_road")
            yield self.parts.clock.timeout(self.reach.road_time(boat.trailer, vehicle.node))
            if not np.isfinite(self.reach.road_time(boat.trailer, vehicle.node)):
                return False  # a road on its way has closed, and it has gone back
            boat.trailer = vehicle.node
        self.diary.begin(vehicle.row, "launches")
        yield self.parts.clock.timeout(self.ways.fleet(boat).launch_time / self.teams.strength(boat.crew))
        boat.on_trailer = True
        return True

    def _launch(self, boat: Boat, node: int) -> Generator[simpy.Event, Any, bool]:
        """Take the boat by road to where road meets water, and put it in; return whether that was reached."""
        vehicle = boat.vehicle
        if vehicle.node != node and not (yield from self._drive(boat, node, "by_road")):
            return False
        self.diary.begin(vehicle.row, "launches")
        yield self.parts.clock.timeout(self.ways.fleet(boat).launch_time / self.teams.strength(boat.crew))
        boat.on_trailer = False
        self.driving.record(vehicle, "launched", place=Where(Kind.NODE, node))
        return True

    def _drive(self, boat: Boat, node: int, why: str) -> Generator[simpy.Event, Any, bool]:
        """Take the boat to a node on its trailer; return whether that was reached."""
        vehicle = boat.vehicle
        self.diary.begin(vehicle.row, why)
        vehicle.by_road = True
        self.driving.change_mover(vehicle, boat.by_road)
        way = partial(self.parts.routing.tree_to_node, node, MoverClass.BUS)
        self.driving.at_stopped[vehicle.row] = partial(self.driving.back_out, vehicle)
        reached = yield from self.driving.drive(vehicle, way)
        del self.driving.at_stopped[vehicle.row]
        boat.by_road, vehicle.by_road = vehicle.mover, False
        boat.trailer = vehicle.node
        return reached

    def _go_to_case(self, boat: Boat) -> Generator[simpy.Event, Any, bool]:
        """Go to the first case of the task; it may be another one by the time that the boat is somewhere."""
        craft, vehicle = boat.craft, boat.vehicle
        self.diary.begin(vehicle.row, "to_case")
        if not vehicle.aboard:
            craft.turn = partial(self._turn, boat)
        yield from self._float(boat, craft.task[0].node)
        craft.turn = None
        return bool(craft.task) and vehicle.node == craft.task[0].node

    def _turn(self, boat: Boat, node: int) -> bool:
        tree = self._tree(boat, node)
        if not np.isfinite(self.parts.routing.time(tree, self.ways.position(boat.vehicle))):
            return False
        self.driving.turn(boat.vehicle, tree)
        return True

    def _keep_way(self, vehicle: Vehicle) -> None:
        """Let nobody turn a boat round that is punctured."""
        self._boats[vehicle.row].craft.turn = None

    def _tree(self, boat: Boat, node: int) -> int:
        """Return the tree to a node, kept until the boat has come to the end of its present way."""
        if node not in boat.held:
            self.parts.routing.hold(node, self.ways.kind(boat).floats)
            boat.held.append(node)
        return self.parts.routing.tree_to_node(node, self.ways.kind(boat).floats)

    def _float(self, boat: Boat, node: int) -> Process:
        """Go to a node over the water, or as far as the water leads there."""
        vehicle = boat.vehicle
        if vehicle.node == node:
            return
        by_night = self.parts.calendar.is_night(self.parts.now) and boat.by_night != boat.by_day
        self.driving.change_mover(vehicle, boat.by_night if by_night else boat.by_day)
        limps = self.puncturing.is_punctured(vehicle)
        yield from self.puncturing.go(vehicle, partial(self._tree, boat, node))
        for other in boat.held:
            self.parts.routing.let_go(other, self.ways.kind(boat).floats)
        boat.held.clear()
        if limps:
            return
        # A boat that broke down on the way is another mover since.
        if by_night:
            boat.by_night = vehicle.mover
        else:
            boat.by_night = vehicle.mover if boat.by_night == boat.by_day else boat.by_night
            boat.by_day = vehicle.mover

    def _float_on(self, boat: Boat, node: int) -> Process:
        """Go to a node over the water, although the boat is punctured on the way."""
        was_whole = not self.puncturing.is_punctured(boat.vehicle)
        yield from self._float(boat, node)
        if was_whole and self.puncturing.is_punctured(boat.vehicle):
            yield from self._float(boat, node)

    def _work(self, boat: Boat, case: Case) -> Process:
        """Search at the place of a case, and take in whoever is found."""
        vehicle, seats = boat.vehicle, boat.craft.seats
        strength = self.teams.strength(boat.crew)
        self.diary.begin(vehicle.row, "searches")
        found = yield from self.loading.search(boat.craft, case, strength)
        self.diary.begin(vehicle.row, "takes_in")
        per_person = self.ways.fleet(boat).boarding_time
        taken = yield from self.loading.take_in(
            boat.craft, case, found, strength, per_person=per_person, seats=seats
        )
        for household in taken:
            # Who is too many for one trip is fetched in several; counted with the last.
            for _ in range(ceil(int(self.parts.households.people[household]) / seats) - 1):
                yield from self._float_on(boat, boat.craft.landing)
                yield from self._float_on(boat, case.node)

    def _come_back(self, boat: Boat) -> Process:
        """Go to the landing, or another one, as soon as the water leads to any."""
        craft, vehicle = boat.craft, boat.vehicle
        self.diary.begin(vehicle.row, "comes_back")
        while True:
            landing = self._landing(boat)
            if landing is not None:
                craft.landing, was_whole = landing, not self.puncturing.is_punctured(vehicle)
                yield from self._float(boat, landing)
                if vehicle.node == landing:
                    return
                if was_whole and self.puncturing.is_punctured(vehicle):
                    continue
            self.driving.passengers(vehicle, HouseholdState.STRANDED, "stranded")
            yield self.driving.reopened()
            self.driving.passengers(vehicle, HouseholdState.RIDING, "resumed")

    def _landing(self, boat: Boat) -> int | None:
        """Return where to go ashore: where it was put in, or the nearest node from which a way on foot leads on.

        A boat that is punctured goes to the nearest, whether anybody is aboard or not.
        """
        vehicle, landing = boat.vehicle, boat.craft.landing
        is_whole = not self.puncturing.is_punctured(vehicle)
        if is_whole and not vehicle.aboard:
            return landing
        walkable = self.loading.walkable()
        if (
            is_whole
            and walkable[landing]
            and self.reach.leads(vehicle.node, landing, self.ways.kind(boat).floats)
        ):
            return landing
        return self.reach.nearest(vehicle.node, walkable, self.ways.kind(boat).floats)

    def _let_ashore(self, boat: Boat) -> Process:
        self.diary.begin(boat.vehicle.row, "lets_ashore")
        yield from self.loading.let_ashore(
            boat.craft,
            self.teams.strength(boat.crew),
            per_person=self.ways.fleet(boat).alighting_time,
            node=boat.vehicle.node,
        )
