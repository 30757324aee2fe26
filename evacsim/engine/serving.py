"""A bus or convoy at work: driving rounds between pick-up points and shelters.

called up - (driver comes) - driving to a pick-up point - loading - driving to a shelter -
unloading - driving to the next pick-up point, until nobody is left to fetch.
"""

from collections.abc import Callable, Generator, Hashable
from functools import partial
from typing import Any

import numpy as np
import simpy

from evacsim.engine.destinations import Assigned
from evacsim.engine.driving import Driving
from evacsim.engine.gathering import Gathering
from evacsim.engine.idling import Idling
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rounds import PlannedRound
from evacsim.engine.routes import Route, Routes
from evacsim.engine.routing import MoverClass
from evacsim.engine.second_buses import SecondBuses
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.tasking import Tasking
from evacsim.engine.vehicles import Round, Vehicle
from evacsim.terms import HouseholdState

Process = Generator[simpy.Event, Any, None]


class Serving:
    """All buses that fetch people, one process each."""

    def __init__(
        self, parts: Parts, gathering: Gathering, sheltering: Sheltering, driving: Driving, tasks: Tasking
    ) -> None:
        self.parts = parts
        self.gathering = gathering
        self.sheltering = sheltering
        self.driving = driving
        self.tasks = tasks
        self.routes = Routes(parts.world, parts.routing)
        self.second = SecondBuses(parts, gathering, sheltering)
        self.idling = Idling(parts.clock, gathering, self._next_work, self._what_counts)
        self.fleets = driving.fleets
        self.rounds: list[Round] = []
        """What has been driven with passengers."""
        self._plan = parts.world.scenario.plan.to
        self._relieved: set[int] = set()
        """Vehicles that have broken down, to which another is on its way."""
        driving.at_broken.append(gathering.tell_all)

    def serve(self, vehicle: Vehicle) -> Process:
        """Drive rounds until the run ends; see the state line of the module."""
        yield self.parts.clock.timeout(vehicle.call_up)
        vehicle.departed = self.parts.now
        self.driving.record(vehicle, "vehicle_departed", place=Where(Kind.DEPOT, vehicle.fleet))
        while True:
            work = self._next_work(vehicle)
            if work is None:
                work = yield self.idling.wait(vehicle)
            yield from work

    def _next_work(self, vehicle: Vehicle) -> Process | None:
        """Return what there is to do for a vehicle that is free, not begun; None where there is nothing."""
        broken = self._whom_to_take_over(vehicle)
        if broken is not None:
            return self._take_over(vehicle, broken)
        task = self.tasks.next_task(vehicle)
        if task is not None:
            return self._fetch(vehicle, task)
        threatened = self.second.next_shelter(vehicle, self.fleets[vehicle.fleet].seats)
        return None if threatened is None else self._move_on(vehicle, threatened)

    def _what_counts(self, vehicle: Vehicle) -> Hashable:
        """Return on what it depends whether there is something to do for an idle vehicle; None if not so simple."""
        if self.driving.broken or self.second.has_waiting:
            return None
        return self.tasks.n_news(vehicle.fleet), vehicle.promised_to

    def _fetch(self, vehicle: Vehicle, task: PlannedRound) -> Process:
        """Drive a round: to a pick-up point and, with those who board there, to a shelter."""
        pickup, seats = task.pickup, self.fleets[vehicle.fleet].seats
        self.tasks.send_seats(pickup, seats)
        reached = yield from self._drive_empty(
            vehicle, partial(self.parts.routing.tree_to_pickup, pickup, MoverClass.BUS)
        )
        if reached:
            at_pickup = self.parts.now
            self.driving.record(vehicle, "vehicle_at_pickup", place=Where(Kind.PICKUP_POINT, pickup))
            yield from self._load(vehicle, task)
            self.tasks.send_seats(pickup, -seats)
            self.gathering.tell_all()
            if vehicle.aboard:
                loaded_at = Where(Kind.PICKUP_POINT, pickup)
                zone = int(self.parts.households.zone[vehicle.aboard[0]])
                route = self.routes.of(zone, MoverClass.BUS)
                yield from self._deliver(vehicle, loaded_at, task.shelter, at_pickup, route)
        else:
            # It goes where else people wait whom it can reach, or waits until the roads change.
            self.tasks.send_seats(pickup, -seats)
            self.tasks.give_up_plans(vehicle)

    def _whom_to_take_over(self, vehicle: Vehicle) -> Vehicle | None:
        """Return a bus of the same fleet that has broken down with people, if this one is there before the repair."""
        for row, broken in self.driving.broken.items():
            other = self.driving.vehicles[row]
            if other.fleet == vehicle.fleet and other.aboard and row not in self._relieved:
                tree = self.parts.routing.tree_to_node(broken.node, MoverClass.BUS)
                if self.parts.now + self.parts.routing.time(tree, vehicle.node) < broken.until:
                    return other
        return None

    def _take_over(self, vehicle: Vehicle, other: Vehicle) -> Process:
        """Go to a bus that has broken down and bring its passengers to a shelter, if it has not been repaired by then.

        They are met where its road ends (assumed).
        """
        self._relieved.add(other.row)
        node = self.driving.broken[other.row].node
        vehicle.event = max(vehicle.event, other.event)
        way = partial(self.parts.routing.tree_to_node, node, MoverClass.BUS)
        reached = yield from self._drive_empty(vehicle, way)
        self._relieved.discard(other.row)
        if reached and other.row in self.driving.broken and other.aboard:
            arrived = self.parts.now
            time = 0.0
            for household in list(other.aboard):
                other.aboard.remove(household)
                vehicle.aboard.append(household)
                self.parts.book.vehicle[household] = vehicle.row
                self.driving.passenger(vehicle, household, HouseholdState.RIDING, "boarded")
                time += self.driving.handling_time(
                    vehicle, household, self.fleets[vehicle.fleet].boarding_time
                )
            yield self.parts.clock.timeout(time)
            if vehicle.aboard:
                yield from self._deliver(vehicle, other.loaded_at, None, arrived)

    def _drive_empty(self, vehicle: Vehicle, way: Callable[[], int]) -> Generator[simpy.Event, Any, bool]:
        """Drive without passengers, and turn back where the water stops it; return whether it has come there."""
        self.driving.at_stopped[vehicle.row] = partial(self.driving.back_out, vehicle)
        reached = yield from self.driving.drive(vehicle, way)
        del self.driving.at_stopped[vehicle.row]
        return reached

    def _load(self, vehicle: Vehicle, task: PlannedRound) -> Process:
        """Let people board in the order of the queue until the bus is full or waiting longer is in vain.

        Whoever waits and fits lines up at this bus at once; the next bus gets those who are left.
        """
        parts, gathering, fleet = self.parts, self.gathering, self.fleets[vehicle.fleet]
        free = min(fleet.seats, task.people)
        assigned: Assigned | None = None
        leave_at = np.inf
        while True:
            boarding_time = 0.0
            while (boarding := gathering.board_next(task.pickup, free, assigned)) is not None:
                household, assigned = boarding
                free -= int(parts.households.people[household])
                leave_at = min(leave_at, parts.now + self._plan.bus_wait_limit)
                vehicle.aboard.append(household)
                parts.book.board(household, vehicle.row, parts.now)
                self.driving.passenger(vehicle, household, HouseholdState.RIDING, "boarded")
                boarding_time += self.driving.handling_time(vehicle, household, fleet.boarding_time)
            if boarding_time > 0:
                yield parts.clock.timeout(boarding_time)
            elif free == 0 or gathering.has_queue(task.pickup) or not gathering.expected[task.pickup]:
                # Whoever still queues has no seat here, or another shelter: the next bus is for them.
                return
            elif parts.now >= leave_at:
                return
            elif np.isfinite(leave_at):
                yield gathering.news(task.pickup) | parts.clock.timeout(leave_at - parts.now)
            else:
                yield gathering.news(task.pickup)

    def _move_on(self, vehicle: Vehicle, shelter: int) -> Process:
        """Fetch people from a shelter that the water threatens and bring them to others."""
        fleet, place = self.fleets[vehicle.fleet], Where(Kind.SHELTER, shelter)
        first = self.second.first(shelter, fleet.seats)
        assert first is not None, "it goes where somebody waits"
        vehicle.event = max(vehicle.event, int(self.parts.book.event[first[0]]))
        self.second.expect(shelter, fleet.seats)
        way = partial(self.parts.routing.tree_to_shelter, shelter, MoverClass.BUS)
        reached = yield from self._drive_empty(vehicle, way)
        arrived, time, aboard, goal = self.parts.now, 0.0, 0, None
        if reached:
            self.driving.record(vehicle, "vehicle_at_shelter", place=place, value=0)
            while (boarding := self.second.first(shelter, fleet.seats - aboard, goal)) is not None:
                household, goal = boarding
                self.second.board(household, shelter, goal)
                aboard += int(self.parts.households.people[household])
                vehicle.aboard.append(household)
                self.parts.book.vehicle[household] = vehicle.row
                self.driving.passenger(vehicle, household, HouseholdState.RIDING, "boarded")
                time += self.driving.handling_time(vehicle, household, fleet.boarding_time)
            if time > 0:
                yield self.parts.clock.timeout(time)
        self.second.expect(shelter, -fleet.seats)
        self.gathering.tell_all()
        if vehicle.aboard:
            yield from self._deliver(vehicle, place, goal, arrived)
        if goal is not None:
            self.second.arrive(aboard, goal)

    def _deliver(
        self, vehicle: Vehicle, loaded_at: Where, planned: int | None, at_pickup: float, route: Route = ()
    ) -> Process:
        """Bring the passengers by a route to a shelter, and on to others while it turns people away.

        The route is that of the zone of whoever boarded first.
        """
        left_pickup = self.parts.now
        vehicle.loaded_at = loaded_at
        from_pickup = loaded_at.kind == Kind.PICKUP_POINT
        last_boarding = int(self.parts.book.event[vehicle.aboard[-1]])
        self.driving.record(
            vehicle,
            "vehicle_left_pickup" if from_pickup else "vehicle_left_shelter",
            place=loaded_at,
            value=self.driving.people_aboard(vehicle),
            cause=max(vehicle.event, last_boarding),
        )
        vehicle.rounds += from_pickup
        yield from self._follow(vehicle, route)
        tried: set[int] = set()
        stands_at_shelter = False
        while vehicle.aboard:
            goal = self._choose_shelter(vehicle, planned, tried, full=not stands_at_shelter)
            if goal is None and stands_at_shelter:
                # Nobody else takes them in: they get off here, without a place.
                vehicle.aboard.clear()
            elif goal is None:
                yield from self._wait_for_a_way(vehicle, planned, tried)
            else:
                if stands_at_shelter:
                    self.driving.passengers(vehicle, HouseholdState.RIDING, "redirected")
                way = partial(self.parts.routing.tree_to_shelter, goal, MoverClass.BUS)
                stands_at_shelter = yield from self.driving.drive(vehicle, way)
                if stands_at_shelter and vehicle.aboard:
                    self._note_round(vehicle, goal, at_pickup, left_pickup)
                    yield from self._unload(vehicle, goal)
                    tried.add(goal)
        vehicle.done = self.parts.now

    def _follow(self, vehicle: Vehicle, route: Route) -> Process:
        """Drive the roads of a route one after the other; one that is closed is left out."""
        routing, ways = self.parts.routing, self.parts.world.ways
        for way in route:
            for node in (int(ways.from_node[way]), int(ways.to_node[way])):
                tree = partial(routing.tree_to_node, node, MoverClass.BUS)
                if not vehicle.aboard or vehicle.node == node:
                    continue
                is_open = self.routes.is_open(way, MoverClass.BUS)
                is_open &= bool(np.isfinite(routing.time(tree(), vehicle.node)))
                if not is_open or not (yield from self.driving.drive(vehicle, tree)):
                    self.driving.record(vehicle, "left_route", place=Where(Kind.LINK, self.routes.link(way)))
                    break

    def _wait_for_a_way(self, vehicle: Vehicle, planned: int | None, tried: set[int]) -> Process:
        """Let a vehicle stand until roads to some shelter are open again; its passengers are stranded."""
        self.driving.passengers(vehicle, HouseholdState.STRANDED, "stranded")
        while vehicle.aboard and self._choose_shelter(vehicle, planned, tried, full=True) is None:
            yield self.driving.reopened()
        self.driving.passengers(vehicle, HouseholdState.RIDING, "resumed")

    def _note_round(self, vehicle: Vehicle, shelter: int, at_pickup: float, left_pickup: float) -> None:
        people = self.driving.people_aboard(vehicle)
        self.driving.record(vehicle, "vehicle_at_shelter", place=Where(Kind.SHELTER, shelter), value=people)
        if vehicle.loaded_at.kind != Kind.PICKUP_POINT:
            return
        self.rounds.append(
            Round(
                vehicle=vehicle.row,
                number=vehicle.rounds,
                pickup=vehicle.loaded_at.row,
                shelter=shelter,
                people=people,
                at_pickup=at_pickup,
                left_pickup=left_pickup,
                at_shelter=self.parts.now,
            )
        )

    def _unload(self, vehicle: Vehicle, shelter: int) -> Process:
        """Let passengers out one household after the other; whoever is turned away may board again."""
        fleet = self.fleets[vehicle.fleet]
        for household in list(vehicle.aboard):
            time = self.driving.handling_time(vehicle, household, fleet.alighting_time)
            yield self.parts.clock.timeout(time)
            if household in vehicle.aboard and self.sheltering.admit(household, shelter, vehicle.event):
                vehicle.aboard.remove(household)
                vehicle.people += int(self.parts.households.people[household])

    def _choose_shelter(
        self, vehicle: Vehicle, planned: int | None, tried: set[int], *, full: bool
    ) -> int | None:
        """Return where to go; where no shelter has room, a full one if that is asked for."""
        first = vehicle.aboard[0]
        moved_on = vehicle.loaded_at.kind == Kind.SHELTER
        assigned = () if moved_on else self.parts.destinations.of(first)
        if planned is not None:
            assigned = (planned, *assigned)
        people = int(self.parts.households.people[first])
        choose = self.sheltering.choose_any if full else self.sheltering.choose
        return choose(assigned, vehicle.node, MoverClass.BUS, people, tried)
