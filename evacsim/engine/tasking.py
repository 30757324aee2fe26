"""Which round a vehicle drives next: planned beforehand, or chosen when it comes free."""

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.gathering import Gathering
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.round_plans import DispatchError
from evacsim.engine.rounds import PlannedRound, plan_fleet
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.vehicles import Vehicle

Ints = NDArray[np.int64]
NO_PLACES = np.zeros(0, dtype=np.int64)
ANYWHERE = None
"""In place of a town: wherever the fleet of a vehicle serves."""
ONLINE = ("nearest", "longest_queue")
"""Dispatch policies that decide whenever a vehicle comes free; the others plan all rounds beforehand."""


class Tasking:
    """Who is spoken for, and who is not."""

    def __init__(self, parts: Parts, gathering: Gathering, sheltering: Sheltering) -> None:
        self.parts = parts
        self.gathering = gathering
        self.sheltering = sheltering
        self.fleets = list(parts.world.fleets.models)
        self.helped = _helped(parts)
        """For each fleet from outside that no zone names, the fleets it helps."""
        self.served, self._of_town = _pickups_by_fleet(parts, self.helped)
        """Rows of the pick-up points that each fleet serves."""
        n = parts.world.pickup_points.n
        self._seats_coming = np.zeros(n, dtype=np.int64)
        """Seats on their way to each pick-up point, or loading there."""
        self._planned_people = np.zeros(n, dtype=np.int64)
        """People for whom a round is planned that has not begun; nobody else goes for them."""
        self._fleets_at: list[list[int]] = [
            [fleet for fleet, served in enumerate(self.served) if pickup in served] for pickup in range(n)
        ]
        """Fleets (rows) that serve each pick-up point."""
        self._n_news = [0] * len(self.fleets)
        """How often those who wait for each fleet, or are spoken for, have changed."""
        gathering.at_change.append(self._note_news)
        self._found_nobody: dict[Hashable, int] = {}
        """For whom, see `next_task`: the changes up to which nobody waits for a vehicle that it can reach."""
        self._plan = parts.world.scenario.plan.to

    def next_task(self, vehicle: Vehicle) -> PlannedRound | None:
        """Return the next round: the next planned one that still has people, else by the dispatch policy."""
        gathering = self.gathering
        # All idle vehicles ask whenever there may be somebody: most find what the one before them has found.
        alike, known = (vehicle.fleet, vehicle.node, vehicle.promised_to), self.n_news(vehicle.fleet)
        if not vehicle.planned and self._found_nobody.get(alike) == known:
            return None
        while vehicle.planned:
            task = self._begin_planned(vehicle)
            if gathering.waiting[task.pickup] + gathering.expected[task.pickup] > 0:
                return task
        for town in vehicle.promised_to or (ANYWHERE,):
            chosen = self._where_people_wait(vehicle, town)
            if chosen is not None:
                return chosen
        self._found_nobody[alike] = self.n_news(vehicle.fleet)
        return None

    def n_news(self, fleet: int) -> int:
        """Return how often anything has changed on which it depends whom a fleet (row) finds to fetch."""
        return self._n_news[fleet] + self.parts.routing.version

    def _note_news(self, pickup: int) -> None:
        for fleet in self._fleets_at[pickup]:
            self._n_news[fleet] += 1

    def places(self, vehicle: Vehicle, town: str | None) -> Ints:
        """Return the pick-up points that the fleet of a vehicle serves in a town, or anywhere."""
        if town is ANYWHERE:
            return self.served[vehicle.fleet]
        return self._of_town.get((vehicle.fleet, town), NO_PLACES)

    def send_seats(self, pickup: int, seats: int) -> None:
        """Reckon with so many seats more, or fewer, on their way to a pick-up point."""
        self._seats_coming[pickup] += seats
        self._note_news(pickup)

    def _plan_for(self, pickup: int, people: int) -> None:
        self._planned_people[pickup] += people
        self._note_news(pickup)

    def _where_people_wait(self, vehicle: Vehicle, town: str | None) -> PlannedRound | None:
        """Return the round in a town, or anywhere, by the dispatch policy; None where nobody waits."""
        gathering, routing = self.gathering, self.parts.routing
        served = self.places(vehicle, town)
        spoken_for = self._seats_coming[served] + self._planned_people[served]
        unserved = gathering.waiting[served] + gathering.expected[served] - spoken_for
        served, unserved = served[unserved > 0], unserved[unserved > 0]
        if not served.size:
            return None
        time = routing.times_to_pickups(served, vehicle.node, MoverClass.BUS)
        if not np.isfinite(time).any():
            return None
        unserved = np.where(np.isfinite(time), unserved, 0)
        first = np.lexsort((time, -unserved) if self._plan.dispatch != "nearest" else (-unserved, time))[0]
        return PlannedRound(int(served[first]), None, self.fleets[vehicle.fleet].seats)

    def plan_beforehand(self, fleet: int, vehicles: list[Vehicle], served: Ints, cause: int) -> None:
        """Plan all rounds of some vehicles; where no plan fetches everybody, they go where people wait."""
        gathering = self.gathering
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
                self._plan_for(task.pickup, task.people)

    def _begin_planned(self, vehicle: Vehicle) -> PlannedRound:
        task = vehicle.planned.popleft()
        self._plan_for(task.pickup, -task.people)
        return task

    def give_up_plans(self, vehicle: Vehicle) -> None:
        """Leave the planned rounds of a vehicle that is cut off to the others."""
        while vehicle.planned:
            self._begin_planned(vehicle)
        self.gathering.tell_all()


def _helped(parts: Parts) -> dict[int, tuple[int, ...]]:
    """Return for each fleet of buses from outside that no zone names the fleets it helps.

    Those are the fleets of the district whose passengers it can take: its buses have as many seats.
    """
    fleets = list(parts.world.fleets.models)
    named = {transfer.fleet for transfer in parts.world.transfers if transfer is not None}
    return {
        row: tuple(
            other
            for other, own in enumerate(fleets)
            if own.kind == "bus" and not own.external and own.seats <= fleet.seats
        )
        for row, fleet in enumerate(fleets)
        if fleet.kind == "bus" and fleet.external and fleet.id not in named
    }


def _pickups_by_fleet(
    parts: Parts, helped: Mapping[int, Iterable[int]]
) -> tuple[list[Ints], dict[tuple[int, str], Ints]]:
    """Return the pick-up points that each fleet serves, in all and in each town, by the plan's rows of zones."""
    world = parts.world
    row = {pickup: k for k, pickup in enumerate(world.pickup_points.ids)}
    served: list[set[int]] = [set() for _ in world.fleets.ids]
    of_town: dict[tuple[int, str], set[int]] = {}
    fleet_row = {fleet: k for k, fleet in enumerate(world.fleets.ids)}
    for zone, transfer in enumerate(world.transfers):
        if transfer is not None and transfer.fleet is not None and transfer.pickup_point is not None:
            fleet, pickup = fleet_row[transfer.fleet], row[transfer.pickup_point]
            served[fleet].add(pickup)
            of_town.setdefault((fleet, world.zones.models[zone].township), set()).add(pickup)
    for fleet, others in helped.items():
        served[fleet].update(*(served[other] for other in others))
    return [_rows(pickups) for pickups in served], {key: _rows(pickups) for key, pickups in of_town.items()}


def _rows(pickups: set[int]) -> Ints:
    return np.array(sorted(pickups), dtype=np.int64)
