"""Buses and convoys: called up, driving rounds between pick-up points and shelters.

Each vehicle is one process:

called up - (driver comes) - driving to a pick-up point - loading - driving to a shelter -
unloading - driving to the next pick-up point, until nobody is left to fetch.
"""

from collections import deque
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import simpy
from numpy.typing import NDArray

from evacsim.engine.gathering import Assigned, Gathering
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.movement import MoverColumns, Notice
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.round_plans import DispatchError
from evacsim.engine.rounds import PlannedRound, plan_fleet
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.kernels.arrays import NoticeKind
from evacsim.scenario.transport import Fleet
from evacsim.terms import HouseholdState
from evacsim.world.laws import quantiles

Process = Generator[simpy.Event, Any, None]
Drive = Generator[simpy.Event, Any, bool]
ONLINE = ("nearest", "longest_queue")
"""Dispatch policies that decide whenever a vehicle comes free; the others plan all rounds beforehand."""


@dataclass(frozen=True, slots=True)
class Round:
    """One drive with passengers from a pick-up point to a shelter, as it happened; times in seconds."""

    vehicle: int
    number: int
    pickup: int
    shelter: int
    people: int
    at_pickup: float
    left_pickup: float
    at_shelter: float


@dataclass(slots=True)
class Vehicle:
    """A bus or convoy and where it stands."""

    row: int
    id: str
    fleet: int
    mover: int
    node: int
    came: bool
    call_up: float
    """From the order to the departure from the depot [s]."""
    aboard: list[int] = field(default_factory=list)
    event: int = ROOT
    departed: float = np.nan
    done: float = np.nan
    people: int = 0
    rounds: int = 0
    planned: deque[PlannedRound] = field(default_factory=deque)

    @property
    def where(self) -> Where:
        """Return the vehicle as the subject or place of an event."""
        return Where(Kind.VEHICLE, self.row)


class Transport(Recorded):
    """All fleets of the district."""

    def __init__(self, parts: Parts, gathering: Gathering, sheltering: Sheltering) -> None:
        self.parts = parts
        self.gathering = gathering
        self.sheltering = sheltering
        world = parts.world
        self._plan = world.scenario.plan.to
        self.fleets = list(world.fleets.models)
        self.served = _pickups_by_fleet(parts)
        self.vehicles = self._muster()
        self.rounds: list[Round] = []
        self._by_mover = {vehicle.mover: vehicle for vehicle in self.vehicles}
        self._called: set[int] = set()
        self._seats_coming = np.zeros(world.pickup_points.n, dtype=np.int64)
        self._planned_people = np.zeros(world.pickup_points.n, dtype=np.int64)
        """People for whom a round is planned that has not begun; nobody else goes for them."""
        self._arrival: dict[int, simpy.Event] = {}
        self._fleet_row = {fleet: row for row, fleet in enumerate(parts.world.fleets.ids)}
        self._reopened = simpy.Event(parts.clock)
        parts.after_reopening.append(self._reopen)

    def take_order(self, _office: int, order: Order) -> None:
        """Call the fleets that are to fetch the people of the zones of an order."""
        households, mode = self.parts.households, self.parts.mode
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            fleet = self.parts.world.transfer(zone).fleet
            if fleet is not None and ((households.zone == zone) & (mode == Mode.BUS)).any():
                self.call_up(self._fleet_row[fleet], cause)

    def call_up(self, fleet: int, cause: int) -> None:
        """Call up the drivers of a fleet; a second call changes nothing."""
        if fleet in self._called:
            return
        self._called.add(fleet)
        vehicles = [vehicle for vehicle in self.vehicles if vehicle.fleet == fleet]
        if self._plan.dispatch not in ONLINE:
            self._plan_beforehand(fleet, [vehicle for vehicle in vehicles if vehicle.came], cause)
        for vehicle in vehicles:
            kind = "called_up" if vehicle.came else "vehicle_absent"
            self._record(vehicle, kind, place=Where(Kind.DEPOT, fleet), cause=cause)
            if vehicle.came:
                self.parts.clock.process(self._serve(vehicle))

    def on_notice(self, notice: Notice) -> list[int]:
        """Take in what the movement reports about a vehicle; return its passengers if water has stopped it."""
        vehicle = self._by_mover[notice.mover]
        if notice.kind in (NoticeKind.ARRIVED, NoticeKind.CUT_OFF):
            vehicle.node = notice.place
            self._arrival.pop(vehicle.row).succeed(notice.kind)
        elif notice.kind == NoticeKind.STOPPED:
            place = Where(Kind.LINK, int(self.parts.world.ways.link[notice.place]))
            self._record(vehicle, "vehicle_cut_off", place=place)
            self._passengers(vehicle, HouseholdState.STRANDED, "stopped")
            return list(vehicle.aboard)
        elif notice.kind == NoticeKind.RESUMED:
            self._record(vehicle, "resumed", place=vehicle.where)
            self._passengers(vehicle, HouseholdState.RIDING, "resumed")
        return []

    def vehicle_of(self, mover: int) -> Vehicle:
        """Return the vehicle that is a row in the movement."""
        return self._by_mover[mover]

    def people_aboard(self, vehicle: Vehicle) -> int:
        """Return how many people ride in a vehicle now."""
        return int(self.parts.households.people[vehicle.aboard].sum())

    def forget(self, household: int) -> None:
        """Take a household out of its seat."""
        row = int(self.parts.book.vehicle[household])
        if row >= 0 and household in self.vehicles[row].aboard:
            self.vehicles[row].aboard.remove(household)

    # -- the process of one vehicle ---------------------------------------------------------

    def names(self) -> Mapping[Kind, NDArray[Any]]:
        """Return the ids of the vehicles."""
        return {Kind.VEHICLE: np.array([vehicle.id for vehicle in self.vehicles], dtype=object)}

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the vehicles and their rounds."""
        world = self.parts.world
        vehicles = [
            {
                "vehicle": vehicle.id,
                "fleet": self.fleets[vehicle.fleet].id,
                "seats": self.fleets[vehicle.fleet].seats,
                "came": vehicle.came and np.isfinite(vehicle.departed),
                "rounds": vehicle.rounds,
                "people": vehicle.people,
                "departed_s": vehicle.departed,
                "done_s": vehicle.done,
            }
            for vehicle in self.vehicles
        ]
        rounds = [
            {
                "vehicle": self.vehicles[one.vehicle].id,
                "round": one.number,
                "pickup_point": world.pickup_points.models[one.pickup].id,
                "shelter": world.shelters.models[one.shelter].id,
                "people": one.people,
                "at_pickup_s": one.at_pickup,
                "left_pickup_s": one.left_pickup,
                "at_shelter_s": one.at_shelter,
            }
            for one in self.rounds
        ]
        return {"vehicles": pd.DataFrame(vehicles), "rounds": pd.DataFrame(rounds)}

    def _serve(self, vehicle: Vehicle) -> Process:
        """Drive rounds until the run ends; see the state line of the module."""
        yield self.parts.clock.timeout(vehicle.call_up)
        vehicle.departed = self.parts.now
        self._record(vehicle, "vehicle_departed", place=Where(Kind.DEPOT, vehicle.fleet))
        seats = self.fleets[vehicle.fleet].seats
        while True:
            task = self._next_task(vehicle)
            if task is None:
                yield self.gathering.demand()
                continue
            pickup = task.pickup
            self._seats_coming[pickup] += seats
            reached = yield from self._drive(
                vehicle, self.parts.routing.tree_to_pickup(pickup, MoverClass.BUS)
            )
            if reached:
                at_pickup = self.parts.now
                self._record(vehicle, "vehicle_at_pickup", place=Where(Kind.PICKUP_POINT, pickup))
                yield from self._load(vehicle, task)
                self._seats_coming[pickup] -= seats
                self.gathering.tell_all()
                if vehicle.aboard:
                    yield from self._deliver(vehicle, task, at_pickup)
            else:
                self._seats_coming[pickup] -= seats
                self._give_up_plans(vehicle)
                yield self._reopened

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
                parts.book.vehicle[household] = vehicle.row
                parts.book.mark("boarded", household, parts.now)
                self._passenger(vehicle, household, HouseholdState.RIDING, "boarded")
                boarding_time += self._handling_time(household, fleet.boarding_time, fleet)
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

    def _deliver(self, vehicle: Vehicle, task: PlannedRound, at_pickup: float) -> Process:
        """Bring the passengers to a shelter, and on to others while it turns people away."""
        left_pickup = self.parts.now
        last_boarding = int(self.parts.book.event[vehicle.aboard[-1]])
        self._record(
            vehicle,
            "vehicle_left_pickup",
            place=Where(Kind.PICKUP_POINT, task.pickup),
            value=self.people_aboard(vehicle),
            cause=max(vehicle.event, last_boarding),
        )
        vehicle.rounds += 1
        tried: set[int] = set()
        stands_at_shelter = False
        while vehicle.aboard:
            goal = self._choose_shelter(vehicle, task.shelter, tried)
            if goal is None and stands_at_shelter:
                # Nobody else takes them in: they get off here, without a place.
                vehicle.aboard.clear()
            elif goal is None:
                yield from self._wait_for_a_way(vehicle, task.shelter, tried)
            else:
                if stands_at_shelter:
                    self._passengers(vehicle, HouseholdState.RIDING, "redirected")
                tree = self.parts.routing.tree_to_shelter(goal, MoverClass.BUS)
                stands_at_shelter = yield from self._drive(vehicle, tree)
                if stands_at_shelter and vehicle.aboard:
                    self._note_round(vehicle, task.pickup, goal, at_pickup, left_pickup)
                    yield from self._unload(vehicle, goal)
                    tried.add(goal)
        vehicle.done = self.parts.now

    def _wait_for_a_way(self, vehicle: Vehicle, planned: int | None, tried: set[int]) -> Process:
        """Let a vehicle stand until roads to some shelter are open again; its passengers are stranded."""
        self._passengers(vehicle, HouseholdState.STRANDED, "stranded")
        while vehicle.aboard and self._choose_shelter(vehicle, planned, tried) is None:
            yield self._reopened
        self._passengers(vehicle, HouseholdState.RIDING, "resumed")

    def _note_round(
        self, vehicle: Vehicle, pickup: int, shelter: int, at_pickup: float, left_pickup: float
    ) -> None:
        people = self.people_aboard(vehicle)
        self._record(vehicle, "vehicle_at_shelter", place=Where(Kind.SHELTER, shelter), value=people)
        self.rounds.append(
            Round(
                vehicle=vehicle.row,
                number=vehicle.rounds,
                pickup=pickup,
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
            yield self.parts.clock.timeout(self._handling_time(household, fleet.alighting_time, fleet))
            if household in vehicle.aboard and self.sheltering.admit(household, shelter, vehicle.event):
                vehicle.aboard.remove(household)
                vehicle.people += int(self.parts.households.people[household])

    def _drive(self, vehicle: Vehicle, tree: int) -> Drive:
        """Drive to the root of a tree; return whether it was reached. The vehicle's node is where it stands."""
        arrival = simpy.Event(self.parts.clock)
        self._arrival[vehicle.row] = arrival
        self.parts.movement.send(
            vehicle.mover,
            origin_node=vehicle.node,
            tree=tree,
            depart_time=self.parts.now,
            people=self.people_aboard(vehicle),
        )
        kind = yield arrival
        if kind == NoticeKind.ARRIVED:
            return True
        self._record(vehicle, "vehicle_cut_off", place=Where(Kind.NODE, vehicle.node))
        return False

    # -- decisions --------------------------------------------------------------------------

    def _next_task(self, vehicle: Vehicle) -> PlannedRound | None:
        """Return the next round: the next planned one that still has people, else by the dispatch policy."""
        gathering, routing = self.gathering, self.parts.routing
        while vehicle.planned:
            task = self._begin_planned(vehicle)
            if gathering.waiting[task.pickup] + gathering.expected[task.pickup] > 0:
                return task
        served = self.served[vehicle.fleet]
        spoken_for = self._seats_coming[served] + self._planned_people[served]
        unserved = gathering.waiting[served] + gathering.expected[served] - spoken_for
        served, unserved = served[unserved > 0], unserved[unserved > 0]
        time = routing.times_to_pickups(served, vehicle.node, MoverClass.BUS)
        if not np.isfinite(time).any():
            return None
        unserved = np.where(np.isfinite(time), unserved, 0)
        first = np.lexsort((time, -unserved) if self._plan.dispatch != "nearest" else (-unserved, time))[0]
        return PlannedRound(int(served[first]), None, self.fleets[vehicle.fleet].seats)

    def _choose_shelter(self, vehicle: Vehicle, planned: int | None, tried: set[int]) -> int | None:
        first = vehicle.aboard[0]
        transfer = self.parts.world.transfers[self.parts.households.zone[first]]
        assigned = [self.sheltering.row[shelter] for shelter in transfer.shelter] if transfer else []
        if planned is not None:
            assigned.insert(0, planned)
        people = int(self.parts.households.people[first])
        return self.sheltering.choose(assigned, vehicle.node, MoverClass.BUS, people, tried)

    def _plan_beforehand(self, fleet: int, vehicles: list[Vehicle], cause: int) -> None:
        """Plan all rounds of a fleet; where no plan fetches everybody, its vehicles go where people wait."""
        gathering, served = self.gathering, self.served[fleet]
        try:
            rounds = plan_fleet(
                self.parts,
                policy=self._plan.dispatch,
                fleet=self.fleets[fleet],
                depot=int(self.parts.world.fleets.drive_node[fleet]),
                ready=np.array([vehicle.call_up for vehicle in vehicles]),
                pickups=served,
                people=gathering.waiting[served] + gathering.expected[served],
                room=self.sheltering.capacity - self.sheltering.people,
            )
        except DispatchError:
            self.parts.log.record(self.parts.now, "rounds_not_planned", Where(Kind.DEPOT, fleet), cause=cause)
            return
        for vehicle, planned in zip(vehicles, rounds, strict=True):
            vehicle.planned.extend(planned)
            for task in planned:
                self._planned_people[task.pickup] += task.people

    def _begin_planned(self, vehicle: Vehicle) -> PlannedRound:
        task = vehicle.planned.popleft()
        self._planned_people[task.pickup] -= task.people
        return task

    def _give_up_plans(self, vehicle: Vehicle) -> None:
        """Leave the planned rounds of a vehicle that is cut off to the others."""
        while vehicle.planned:
            self._begin_planned(vehicle)
        self.gathering.tell_all()

    # -- small things -----------------------------------------------------------------------

    def _muster(self) -> list[Vehicle]:
        """Make a mover of every vehicle; who comes, and how soon, is drawn for each by name."""
        parts = self.parts
        vehicles: list[Vehicle] = []
        for row, fleet in enumerate(self.fleets):
            node = int(parts.world.fleets.drive_node[row])
            luck = parts.streams.get("availability", fleet.id).random(fleet.vehicles)
            call_up = quantiles(fleet.call_up, parts.streams.get("call_up", fleet.id).random(fleet.vehicles))
            movers = parts.movement.add(
                MoverColumns(
                    mode=np.full(fleet.vehicles, int(MoverClass.BUS)),
                    speed=fleet.speed,
                    size=fleet.size,
                    people=0,
                    watched=True,
                ),
                origin_node=node,
            )
            vehicles += [
                Vehicle(
                    row=len(vehicles) + k,
                    id=f"{fleet.id}-{k + 1}",
                    fleet=row,
                    mover=int(mover),
                    node=node,
                    came=bool(luck[k] < fleet.availability),
                    call_up=float(call_up[k]),
                )
                for k, mover in enumerate(movers)
            ]
        return vehicles

    def _handling_time(self, household: int, per_person: float, fleet: Fleet) -> float:
        """Return how long a household takes to board or alight [s]."""
        people = int(self.parts.households.people[household])
        assisted = int(self.parts.households.assisted[household])
        return per_person * (people + (fleet.assisted_factor - 1) * assisted)

    def _passengers(self, vehicle: Vehicle, state: HouseholdState, kind: str) -> None:
        for household in vehicle.aboard:
            self._passenger(vehicle, household, state, kind)

    def _passenger(self, vehicle: Vehicle, household: int, state: HouseholdState, kind: str) -> None:
        """Put a passenger into a state; the later of his own and the vehicle's last event is the cause."""
        book = self.parts.book
        cause = max(vehicle.event, int(book.event[household]))
        book.become(household, state, kind, self.parts.now, place=vehicle.where, cause=cause)

    def _record(
        self, vehicle: Vehicle, kind: str, *, place: Where, value: float = np.nan, cause: int | None = None
    ) -> None:
        vehicle.event = self.parts.log.record(
            self.parts.now,
            kind,
            vehicle.where,
            place=place,
            value=value,
            cause=vehicle.event if cause is None else cause,
        )

    def _reopen(self) -> None:
        reopened, self._reopened = self._reopened, simpy.Event(self.parts.clock)
        reopened.succeed()
        self.gathering.tell_all()


def _pickups_by_fleet(parts: Parts) -> list[np.ndarray]:
    """Return the pick-up points that each fleet serves, by the plan's rows of zones."""
    world = parts.world
    row = {pickup: k for k, pickup in enumerate(world.pickup_points.ids)}
    served: list[set[int]] = [set() for _ in world.fleets.ids]
    fleet_row = {fleet: k for k, fleet in enumerate(world.fleets.ids)}
    for transfer in world.transfers:
        if transfer is not None and transfer.fleet is not None and transfer.pickup_point is not None:
            served[fleet_row[transfer.fleet]].add(row[transfer.pickup_point])
    return [np.array(sorted(pickups), dtype=np.int64) for pickups in served]
