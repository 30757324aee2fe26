"""Calling up fleets: whose order it is, whose drivers come, which towns the vehicles are promised to.

A fleet that has an office is called up by it: its drivers are rung up one after the other, as many
at a time as the office has lines; who does not answer is called again, and then, if the plan has
one, another driver. A fleet without an office is called up with the order of the office that leads
the zone, all drivers at once.

Where vehicles of a fleet are promised to towns, a town calls those promised to it, and those that
nobody was promised. Promises are served in the order of the plan: the first town has the first
vehicles, and who is promised more than there are shares them with the first. Shared vehicles go
to the town that comes first in the plan as long as it needs them, then to the next.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import simpy

from evacsim.engine.driving import Driving
from evacsim.engine.log import Kind, Where
from evacsim.engine.messages import Order
from evacsim.engine.parts import Mode, Parts
from evacsim.engine.tasking import ONLINE, Tasking
from evacsim.engine.vehicles import Vehicle
from evacsim.world.laws import quantiles

Process = Generator[simpy.Event, Any, None]
NO_OFFICE = -1
BY_PHONE = ("phone", "landline")
"""By what drivers are called; one of them must work at the office."""


@dataclass(slots=True)
class Call:
    """What became of the call of one vehicle; times in seconds."""

    vehicle: Vehicle
    called: float
    answered: float = np.nan
    is_over: bool = False

    @property
    def result(self) -> str:
        """Return how it ended; empty where it has not ended yet."""
        if np.isfinite(self.vehicle.departed):
            return "came"
        return "absent" if self.is_over else ""


class CallingUp:
    """The call-ups of all fleets."""

    def __init__(
        self, parts: Parts, driving: Driving, tasks: Tasking, serve: Callable[[Vehicle], Process]
    ) -> None:
        self.parts = parts
        self.driving = driving
        self.tasks = tasks
        self.serve = serve
        world = parts.world
        self.fleets = driving.fleets
        self.calls: list[Call] = []
        self.at_wanted: list[Callable[[int, int], None]] = []
        """Told of a fleet from outside (row) that is wanted, and the event because of which."""
        self._plan, self._rules = world.scenario.plan.to, world.scenario.plan.organize.calling
        self._is_flat = world.scenario.plan.organize.mode == "flat"
        self._of_fleet: list[list[Vehicle]] = [[] for _ in self.fleets]
        for vehicle in driving.vehicles:
            self._of_fleet[vehicle.fleet].append(vehicle)
        self._fleet_row = {fleet.id: row for row, fleet in enumerate(self.fleets)}
        self._called: dict[int, str] = {}
        """Vehicles that have been called, with the town for which."""
        self._told_twice: set[tuple[int, str]] = set()
        self._drivers = {
            vehicle.row: comes
            for vehicles, fleet in zip(self._of_fleet, self.fleets, strict=True)
            if fleet.office is not None or fleet.driver_comes is not None or fleet.backup_drivers
            for vehicle, comes in zip(vehicles, self._who_comes(fleet.id, vehicles), strict=True)
        }
        """Whether the driver, and the other one, would come, by vehicle."""
        self._promise()

    def take_order(self, office: int, order: Order) -> None:
        """Call the fleets that are to fetch the people of the zones of an order."""
        households, mode, world = self.parts.households, self.parts.mode, self.parts.world
        for zone, cause in zip(order.message.zones, order.causes, strict=True):
            transfer = world.transfer(zone)
            if transfer.fleet is None or not (mode[households.of_zone(zone)] == Mode.BUS).any():
                continue
            fleet = self._fleet_row[transfer.fleet]
            if self._caller(fleet, zone, order.from_office) != office:
                continue
            if self.fleets[fleet].external:
                self._want(fleet, cause)
            else:
                self._call_for(fleet, zone, cause)

    def call_up(self, fleet: int, cause: int) -> None:
        """Call up all vehicles of a fleet not yet called; one from outside is asked for, and stays away until lent."""
        if self.fleets[fleet].external:
            self._want(fleet, cause)
        else:
            self._call(fleet, self._of_fleet[fleet], "", self.tasks.served[fleet], cause)

    def lend(self, fleet: int, cause: int) -> None:
        """Let a fleet from outside come, once it has been granted and is on its way: nothing holds it at its depot."""
        for vehicle in self._of_fleet[fleet]:
            vehicle.call_up = 0.0
            if vehicle.row not in self._called:
                self.driving.record(vehicle, "vehicle_lent", place=Where(Kind.DEPOT, fleet), cause=cause)
        self._call(fleet, self._of_fleet[fleet], "", self.tasks.served[fleet], cause)

    def _want(self, fleet: int, cause: int) -> None:
        for hook in self.at_wanted:
            hook(fleet, cause)

    def table(self) -> pd.DataFrame:
        """Return every vehicle that has been called."""
        rows = [
            (call.vehicle.id, call.called, call.answered, call.vehicle.departed, call.result)
            for call in self.calls
        ]
        return pd.DataFrame(rows, columns=["vehicle", "called_s", "answered_s", "came_s", "result"])

    # -- who is called ----------------------------------------------------------------------

    def _caller(self, fleet: int, zone: int, issuer: int) -> int:
        """Return the office that calls a fleet when it has the order for a zone that another has issued.

        An office by which the order does not come is told by the one that leads the zone, at once (assumed).
        """
        offices, office = self.parts.world.offices, self.fleets[fleet].office
        leader = int(offices.leader_of[zone])
        if office is None:
            return leader
        line, row = offices.upwards(leader), offices.row[office]
        on_its_way = line[: line.index(issuer) + 1] if issuer in line else (leader,)
        if self._is_flat:
            on_its_way = (leader, on_its_way[-1])
        return row if row in on_its_way else leader

    def _promise(self) -> None:
        """Give every promised vehicle to its town, in the order of the plan; the first ones again when none is left."""
        given = dict.fromkeys(self._fleet_row, 0)
        for promise in self._plan.promises:
            vehicles = self._of_fleet[self._fleet_row[promise.fleet]]
            for _ in range(min(promise.vehicles, len(vehicles))):
                vehicle = vehicles[given[promise.fleet] % len(vehicles)]
                given[promise.fleet] += 1
                if promise.township not in vehicle.promised_to:
                    vehicle.promised_to += (promise.township,)

    def _call_for(self, fleet: int, zone: int, cause: int) -> None:
        """Call those vehicles of a fleet that a zone may count on."""
        town = self.parts.world.zones.models[zone].township
        own = [vehicle for vehicle in self._of_fleet[fleet] if town in vehicle.promised_to]
        free = [vehicle for vehicle in self._of_fleet[fleet] if not vehicle.promised_to]
        taken = sum(self._called.get(vehicle.row, town) != town for vehicle in own)
        if taken and (fleet, town) not in self._told_twice:
            self._told_twice.add((fleet, town))
            self.parts.log.record(
                self.parts.now,
                "fleet_promised_twice",
                Where(Kind.DEPOT, fleet),
                place=Where(Kind.ZONE, zone),
                value=float(taken),
                cause=cause,
            )
        if own:
            self._call(fleet, own, town, self.tasks.places(own[0], town), cause)
        self._call(fleet, free, "", self.tasks.served[fleet], cause)

    def _call(self, fleet: int, vehicles: list[Vehicle], town: str, pickups: np.ndarray, cause: int) -> None:
        """Call up those of some vehicles that have not been called."""
        vehicles = [vehicle for vehicle in vehicles if vehicle.row not in self._called]
        if not vehicles:
            return
        self._called.update((vehicle.row, town) for vehicle in vehicles)
        is_planned = self.fleets[fleet].kind == "bus" and self._plan.dispatch not in ONLINE
        if is_planned and fleet not in self.tasks.helped:
            came = [vehicle for vehicle in vehicles if vehicle.came]
            self.tasks.plan_beforehand(fleet, came, pickups, cause)
        for number, vehicle in enumerate(vehicles):
            if vehicle.row in self._drivers:
                self.parts.clock.process(self._ring_up(vehicle, number, cause))
            else:
                kind = "called_up" if vehicle.came else "vehicle_absent"
                self.driving.record(vehicle, kind, place=Where(Kind.DEPOT, fleet), cause=cause)
                self.calls.append(Call(vehicle, self.parts.now, is_over=not vehicle.came))
                if vehicle.came:
                    self.parts.clock.process(self.serve(vehicle))

    # -- drivers ----------------------------------------------------------------------------

    def _who_comes(self, fleet: str, vehicles: list[Vehicle]) -> list[tuple[bool, bool]]:
        """Draw for each vehicle whether its driver comes, and whether the other one does; none where it has none."""
        model = self.fleets[self._fleet_row[fleet]]
        share, streams, n = model.driver_comes, self.parts.streams, len(vehicles)
        if share is None:
            first, share = np.array([vehicle.came for vehicle in vehicles]), model.availability
        else:
            first = streams.get("driver", fleet).random(n) < share
        other = (streams.get("backup_driver", fleet).random(n) < share) & model.backup_drivers
        for vehicle, comes in zip(vehicles, first | other, strict=True):
            vehicle.came = bool(comes)
        return list(zip(first.tolist(), other.tolist(), strict=True))

    def _ring_up(self, vehicle: Vehicle, number: int, cause: int) -> Process:
        """Call the driver of a vehicle, and the other one if he does not come; then let the vehicle serve.

        `call_up` runs from the first call of whoever comes, so that calls made in vain come on top.
        """
        parts, fleet = self.parts, self.fleets[vehicle.fleet]
        offices, rules = parts.world.offices, self._rules
        office = NO_OFFICE if fleet.office is None else offices.row[fleet.office]
        ring, tries = (0.0, 1) if rules is None else (rules.ring, rules.tries)
        lines = max(1, int(offices.lines[office])) if office != NO_OFFICE else number + 1
        if number >= lines:
            yield parts.clock.timeout(number // lines * ring)
        place = Where(Kind.DEPOT, vehicle.fleet) if office == NO_OFFICE else Where(Kind.OFFICE, office)
        call = Call(vehicle, parts.now)
        self.calls.append(call)
        vehicle.event = max(vehicle.event, cause)
        comes = self._drivers[vehicle.row]
        for other, answers in enumerate(comes[: 1 + fleet.backup_drivers]):
            called = parts.now
            self.driving.record(vehicle, "driver_called", place=place, value=float(other + 1))
            for attempt in range(tries):
                reached = answers and self._can_call(office)
                yield parts.clock.timeout(ring)
                if reached:
                    call.answered = parts.now
                    law = self._backup_call_up(vehicle) if other else vehicle.call_up
                    vehicle.call_up = max(0.0, called + law - parts.now)
                    yield from self.serve(vehicle)
                    return
                if attempt + 1 < tries:
                    assert rules is not None
                    yield parts.clock.timeout(max(0.0, rules.again_after - ring))
            cut = [] if office == NO_OFFICE else [parts.networks.cause(kind, place) for kind in BY_PHONE]
            why = max([vehicle.event, *(cut if not self._can_call(office) else [])])
            self.driving.record(vehicle, "driver_absent", place=place, value=float(other + 1), cause=why)
        call.is_over = True
        vehicle.came = False
        self.tasks.give_up_plans(vehicle)

    def _can_call(self, office: int) -> bool:
        """Return whether an office can call anybody now."""
        if office == NO_OFFICE:
            return True
        where = Where(Kind.OFFICE, office)
        return any(self.parts.networks.works(kind, where) for kind in BY_PHONE)

    def _backup_call_up(self, vehicle: Vehicle) -> float:
        """Return how long the other driver takes from his call to his departure [s]."""
        fleet = self.fleets[vehicle.fleet]
        row = self._of_fleet[vehicle.fleet].index(vehicle)
        luck = self.parts.streams.get("backup_call_up", fleet.id).random(fleet.vehicles)
        return float(quantiles(fleet.call_up, luck[row : row + 1])[0])
