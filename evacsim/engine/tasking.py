"""Which round a vehicle drives next: planned beforehand, or chosen when it comes free."""

import numpy as np

from evacsim.engine.gathering import Gathering
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.round_plans import DispatchError
from evacsim.engine.rounds import PlannedRound, plan_fleet
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.vehicles import Vehicle

ONLINE = ("nearest", "longest_queue")
"""Dispatch policies that decide whenever a vehicle comes free; the others plan all rounds beforehand."""


class Tasking:
    """Who is spoken for, and who is not."""

    def __init__(self, parts: Parts, gathering: Gathering, sheltering: Sheltering) -> None:
        self.parts = parts
        self.gathering = gathering
        self.sheltering = sheltering
        self.fleets = list(parts.world.fleets.models)
        self.served = _pickups_by_fleet(parts)
        """Rows of the pick-up points that each fleet serves."""
        n = parts.world.pickup_points.n
        self.seats_coming = np.zeros(n, dtype=np.int64)
        """Seats on their way to each pick-up point, or loading there."""
        self._planned_people = np.zeros(n, dtype=np.int64)
        """People for whom a round is planned that has not begun; nobody else goes for them."""
        self._plan = parts.world.scenario.plan.to

    def next_task(self, vehicle: Vehicle) -> PlannedRound | None:
        """Return the next round: the next planned one that still has people, else by the dispatch policy."""
        gathering, routing = self.gathering, self.parts.routing
        while vehicle.planned:
            task = self._begin_planned(vehicle)
            if gathering.waiting[task.pickup] + gathering.expected[task.pickup] > 0:
                return task
        served = self.served[vehicle.fleet]
        spoken_for = self.seats_coming[served] + self._planned_people[served]
        unserved = gathering.waiting[served] + gathering.expected[served] - spoken_for
        served, unserved = served[unserved > 0], unserved[unserved > 0]
        time = routing.times_to_pickups(served, vehicle.node, MoverClass.BUS)
        if not np.isfinite(time).any():
            return None
        unserved = np.where(np.isfinite(time), unserved, 0)
        first = np.lexsort((time, -unserved) if self._plan.dispatch != "nearest" else (-unserved, time))[0]
        return PlannedRound(int(served[first]), None, self.fleets[vehicle.fleet].seats)

    def plan_beforehand(self, fleet: int, vehicles: list[Vehicle], cause: int) -> None:
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

    def give_up_plans(self, vehicle: Vehicle) -> None:
        """Leave the planned rounds of a vehicle that is cut off to the others."""
        while vehicle.planned:
            self._begin_planned(vehicle)
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
