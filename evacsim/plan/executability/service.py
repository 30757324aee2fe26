"""Fleets that fetch people: how many vehicles a zone may count on, and how long one round takes.

A round is the drive out, boarding, the drive to the shelter and alighting, as in the engine; the
roads are dry and empty, and every seat is taken.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from evacsim.plan.executability.case import Case
from evacsim.plan.executability.roads import Roads
from evacsim.scenario.transport import Fleet


class Round(NamedTuple):
    """How one zone is served by its fleet; times in seconds."""

    fleet: int
    """Row of the fleet."""
    pickup: int
    """Row of the pick-up point."""
    shelter: int
    """Row of the shelter: the first choice of the plan, else the nearest."""
    trips: int
    """Trips that carry everybody."""
    vehicles: float
    """Vehicles that the zone may count on, by the share of them that really comes."""
    approach: float
    """From the depot to the pick-up point."""
    boarding: float
    carry: float
    alighting: float
    back: float

    @property
    def cycle(self) -> float:
        """Time of one round: boarding, drive, alighting, and the drive back out."""
        return self.boarding + self.carry + self.alighting + self.back

    @property
    def waves(self) -> int:
        """Rounds that each vehicle must drive."""
        return int(np.ceil(self.trips / self.vehicles)) if self.vehicles > 0 else 0


@dataclass(frozen=True)
class Service:
    """The rounds of all zones from which anybody goes by bus."""

    case: Case

    @cached_property
    def rounds(self) -> dict[int, Round]:
        """Rounds by zone (row); zones that no way connects with their pick-up point or shelter are left out."""
        found = {}
        for zone in self.case.to_shelters:
            round_ = self._round(zone)
            if round_ is not None:
                found[zone] = round_
        return found

    def roads(self, fleet: int) -> Roads:
        """Return the roads for the vehicles of a fleet (row)."""
        speed = self.case.world.fleets.models[fleet].speed
        if speed not in self._roads:
            self._roads[speed] = Roads.of(self.case.world, "bus", speed)
        return self._roads[speed]

    def vehicles(self, fleet: int, township: str) -> float:
        """Return how many vehicles of a fleet (row) come for a town: those promised to it, and those to nobody."""
        model = self.case.world.fleets.models[fleet]
        promises = [p for p in self.case.scenario.plan.to.promises if p.fleet == model.id]
        own = sum(promise.vehicles for promise in promises if promise.township == township)
        free = max(0, model.vehicles - sum(promise.vehicles for promise in promises))
        return min(model.vehicles, own + free) * _share_that_comes(model)

    def _round(self, zone: int) -> Round | None:
        case, world = self.case, self.case.world
        transfer, movers = world.transfer(zone), case.moved(zone)
        if movers.by_bus < 0.5 or transfer.fleet is None or transfer.pickup_point is None:
            return None
        fleet, pickup = case.fleet_row[transfer.fleet], case.pickup_row[transfer.pickup_point]
        model, roads = world.fleets.models[fleet], self.roads(fleet)
        start, node = int(world.fleets.drive_node[fleet]), int(world.pickup_points.drive_node[pickup])
        ends = world.shelters.drive_node
        shelters = case.shelters_of(zone)
        if not transfer.shelter:
            shelters = (min(shelters, key=lambda s: (roads.between(node, int(ends[s])), s)),)
        end = int(ends[shelters[0]])
        times = (roads.between(start, node), roads.between(node, end), roads.between(end, node))
        if not np.isfinite(times).all():
            return None
        trips = int(np.ceil(movers.by_bus / model.seats - 1e-9))
        handling = _per_load(model, min(model.seats, movers.by_bus), case.assisted_share(zone))
        return Round(
            fleet,
            pickup,
            shelters[0],
            trips,
            self.vehicles(fleet, world.zones.models[zone].township),
            times[0],
            model.boarding_time * handling,
            times[1],
            model.alighting_time * handling,
            times[2],
        )

    @cached_property
    def _roads(self) -> dict[float, Roads]:
        return {}


def _share_that_comes(fleet: Fleet) -> float:
    if fleet.driver_comes is None:
        return fleet.availability
    stays_away = 1 - fleet.driver_comes
    return 1 - stays_away**2 if fleet.backup_drivers else fleet.driver_comes


def _per_load(fleet: Fleet, people: float, assisted: float) -> float:
    """Return how many able people a load counts for at the door."""
    factor = max(1.0, fleet.assisted_factor / (1 + fleet.helpers))
    return people * (1 + (factor - 1) * assisted)
