"""All fleets of the district: who is called up, and what they are sent to do.

Buses fetch people from pick-up points (`serving`), trucks bring supplies, and so do some boats and helicopters
(`trucking`). What they have in common, the roads, stands in `driving`; which round a bus drives next in `tasking`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.calling_up import CallingUp
from evacsim.engine.driving import Driving, Process
from evacsim.engine.gathering import Gathering
from evacsim.engine.log import Kind
from evacsim.engine.messages import Order
from evacsim.engine.movement import Notice
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.serving import Serving
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.shipping import Shipping
from evacsim.engine.tasking import Tasking
from evacsim.engine.trucking import Told, Trip, Trucking
from evacsim.engine.vehicles import Vehicle, muster


class Transport(Recorded):
    """All fleets of the district."""

    def __init__(self, parts: Parts, gathering: Gathering, sheltering: Sheltering) -> None:
        self.parts = parts
        self.gathering = gathering
        world = parts.world
        self.fleets = list(world.fleets.models)
        self.vehicles = muster(parts)
        self.driving = Driving(parts, self.vehicles)
        self.tasks = Tasking(parts, gathering, sheltering)
        self.serving = Serving(parts, gathering, sheltering, self.driving, self.tasks)
        self.carriers = self._carriers()
        """Fleets (rows) that bring supplies and do nothing else."""
        self.shipping = self._shipping()
        """The boats among them; None where there are none."""
        self.trucking = Trucking(parts, self.driving, self.shipping)
        self.serve: dict[str, Callable[[Vehicle], Process]] = {
            "bus": self.serving.serve,
            "truck": self.trucking.serve,
        }
        """What the vehicles of each kind of fleet do once they have been called up; boats add themselves."""
        self.calling_up = CallingUp(parts, self.driving, self.tasks, self._serve)
        parts.after_reopening.append(gathering.tell_all)

    def take_order(self, office: int, order: Order) -> None:
        """Call the fleets that are to fetch the people of the zones of an order, if this office (row) calls them."""
        self.calling_up.take_order(office, order)

    def call_up(self, fleet: int, cause: int) -> None:
        """Call up all vehicles of a fleet (row); a second call changes nothing."""
        self.calling_up.call_up(fleet, cause)

    def lend(self, fleet: int, cause: int) -> None:
        """Let a fleet (row) from outside come, by the event of its being granted and on its way."""
        self.calling_up.lend(fleet, cause)

    def send_goods(  # noqa: PLR0913 - a trip is described by all of these
        self,
        fleet: int,
        from_node: int,
        to_node: int,
        cause: int,
        then: Told,
        failed: Told,
        *,
        loading: float = 0.0,
        unloading: float = 0.0,
        left: Told | None = None,
    ) -> bool:
        """Let a truck, boat or helicopter of a fleet bring goods from one road node to another.

        Parameters
        ----------
        fleet : int
            Row of a fleet that brings supplies; called up when first asked for.
        from_node, to_node : int
            Nodes with a way for vehicles, where it loads and where it unloads.
        cause : int
            Event because of which.
        then, failed : callable
            Told the last event of the vehicle when the goods are unloaded, or when it finds no way or
            is stopped by water. One of the two is called, once, unless the run ends before.
        loading, unloading : float
            How long it stands [s].
        left : callable, optional
            Told the event when it leaves with the goods.

        Returns
        -------
        bool
            False, and nothing will be told, where no vehicle of the fleet comes at all.
        """
        trip = Trip(from_node, to_node, cause, then, failed, loading, unloading, left)
        return self.trucking.send(fleet, trip, call_up=self.call_up)

    def on_notice(self, notice: Notice) -> list[int]:
        """Take in what the movement reports about a vehicle; return its passengers if water has stopped it."""
        return self.driving.on_notice(notice)

    def vehicle_of(self, mover: int) -> Vehicle:
        """Return the vehicle that is a row in the movement."""
        return self.driving.vehicle_of(mover)

    def people_aboard(self, vehicle: Vehicle) -> int:
        """Return how many people ride in a vehicle now."""
        return self.driving.people_aboard(vehicle)

    def forget(self, household: int) -> None:
        """Take a household out of its seat."""
        row = int(self.parts.book.vehicle[household])
        if row >= 0 and household in self.vehicles[row].aboard:
            self.vehicles[row].aboard.remove(household)

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
                "kind": self.fleets[vehicle.fleet].kind,
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
            for one in self.serving.rounds
        ]
        return {
            "vehicles": pd.DataFrame(vehicles),
            "rounds": pd.DataFrame(rounds),
            "fleet_calls": self.calling_up.table(),
        }

    def _carriers(self) -> frozenset[int]:
        supply = self.parts.world.scenario.plan.care.supply
        named = () if supply is None else (supply.trucks, supply.boats, supply.helicopters)
        return frozenset(row for row, fleet in enumerate(self.fleets) if fleet.id in named)

    def _shipping(self) -> Shipping | None:
        boats = [v for v in self.vehicles if v.fleet in self.carriers and self.fleets[v.fleet].kind == "boat"]
        return Shipping(self.parts, self.driving, boats) if boats else None

    def _serve(self, vehicle: Vehicle) -> Process:
        if vehicle.fleet in self.carriers:
            return self.trucking.serve(vehicle)
        return self.serve[self.fleets[vehicle.fleet].kind](vehicle)
