"""From the landing to a shelter (上岸后转运): on foot, or to a pick-up point and on by bus where that walk is long."""

import numpy as np

from evacsim.engine.gathering import Gathering
from evacsim.engine.journeys import Journey, Journeys
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.routing import MoverClass
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transport import Transport
from evacsim.engine.travelers import CREW
from evacsim.hazard.effects import is_stopped


class Onward:
    """How people go on whom a boat, a helicopter or neighbours have brought to dry ground.

    They walk, or where `plan.rescue.onward` says so and no shelter with room is near enough, to the nearest
    pick-up point that buses still serve: one that is dry and from which roads lead to a dry shelter.
    """

    def __init__(
        self,
        parts: Parts,
        journeys: Journeys,
        gathering: Gathering,
        sheltering: Sheltering,
        transport: Transport,
    ) -> None:
        self.parts = parts
        self.journeys = journeys
        self.gathering = gathering
        self.sheltering = sheltering
        self.transport = transport
        rescue = parts.world.scenario.plan.rescue
        self._rules = None if rescue is None else rescue.onward
        self._fleets: dict[int, list[int]] = {}
        """Fleets of the district that serve each pick-up point."""
        for fleet, served in enumerate(transport.serving.tasks.served):
            if not transport.fleets[fleet].external:
                for pickup in served.tolist():
                    self._fleets.setdefault(pickup, []).append(fleet)

    def come_ashore(self, household: int, node: int, cause: int) -> None:
        """Let a household go on from a node, by an event."""
        on_foot = MoverClass.WALKER
        pickup = None if self._rules is None else self._pickup(household, node, self._rules.longest_walk)
        if pickup is not None:
            goal = Where(Kind.PICKUP_POINT, pickup)
            if self.journeys.go(household, node, Journey(goal, on_foot), "redirected", cause):
                self.gathering.expect([household], pickup)
                for fleet in self._fleets[pickup]:
                    self.transport.call_up(fleet, int(self.parts.book.event[household]))
                return
        self.journeys.come_ashore(household, node, cause)

    def _pickup(self, household: int, node: int, longest: float) -> int | None:
        """Return the pick-up point to walk to; None where a shelter is within `longest` [s], or nearer than any."""
        travelers, on_foot = self.parts.travelers, MoverClass.WALKER
        people = int(self.parts.households.people[household])
        shelter = self.sheltering.choose_any((), node, on_foot, people, (), household=household)
        walk = np.inf
        if shelter is not None:
            walk = travelers.time_to(household, Where(Kind.SHELTER, shelter), on_foot, node)
        if walk <= longest:
            return None
        pickups = sorted(self._fleets)
        # The crew knows the roads as they are, and points the way.
        times = self.parts.routing.times_to_pickups(np.array(pickups, dtype=np.int64), node, on_foot)
        nearer = [pickups[k] for k in np.argsort(times, kind="stable") if times[k] < walk]
        return next((pickup for pickup in nearer if self._is_served(pickup)), None)

    def _is_served(self, pickup: int) -> bool:
        """Return whether a pick-up point is dry now and a bus gets from there to a dry shelter."""
        parts, places = self.parts, self.parts.world.pickup_points
        depth = parts.world.water.place_depth_at(parts.now)[places.depth_row[pickup]]
        if is_stopped(depth, parts.world.scenario.hazard.effects.shelter_limit):
            return False
        times = parts.travelers.times_to_shelters(CREW, MoverClass.BUS, int(places.drive_node[pickup]))
        return bool(np.isfinite(times[self.sheltering.is_dry()]).any())
