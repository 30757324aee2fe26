"""Helicopters: straight to a case, winch, straight to a shelter (直升机).

They fly as the crow flies at their speed, by day unless the fleet says otherwise, and set people down at
the nearest shelter that takes them in. Weather beyond the limits of the fleet (`hazard.flying_weather`) keeps
them on the ground. One that meets it, or the dusk, on the way out turns back to where it took off; winching that has
begun is finished, and whoever is aboard is brought down (assumed: a crew does not leave people on the rope).
"""

from collections.abc import Generator, Sequence
from functools import partial
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from evacsim.engine.grounding import await_leave, forbidden_from, grounded_by
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.diary import Diary
from evacsim.engine.rescue.dispatching import Craft, Dispatching
from evacsim.engine.rescue.loading import Loading
from evacsim.engine.rescue.teams import Teams
from evacsim.engine.sheltering import Sheltering
from evacsim.engine.transport import Transport
from evacsim.engine.vehicles import Vehicle

Process = Generator[simpy.Event, Any, None]
TURNAROUND = 600.0
"""Landing, everybody out, taking off again [s] (assumed: 10 min)."""


class Flying:
    """All helicopters that fetch people, one process each once their fleet is called up."""

    def __init__(
        self,
        parts: Parts,
        transport: Transport,
        sheltering: Sheltering,
        teams: Teams,
        dispatching: Dispatching,
        loading: Loading,
        diary: Diary,
    ) -> None:
        self.parts = parts
        self.transport = transport
        self.driving = transport.driving
        self.sheltering = sheltering
        self.teams = teams
        self.dispatching = dispatching
        self.loading = loading
        self.diary = diary
        transport.serve["helicopter"] = self.serve

    def serve(self, vehicle: Vehicle) -> Process:
        """Fly from one task to the next until the run ends."""
        fleet = self.transport.fleets[vehicle.fleet]
        team = self.teams.crewing(fleet)
        yield from self.teams.come_out(team, vehicle)
        vehicle.departed = self.parts.now
        self.driving.record(vehicle, "vehicle_departed", place=Where(Kind.DEPOT, vehicle.fleet))
        craft = Craft(
            vehicle=vehicle,
            team=team,
            seats=fleet.seats,
            times=partial(self._times, vehicle),
            stands=lambda: (vehicle.node, fleet.speed, "flies"),
            reckon=partial(self._reckon, vehicle),
            times_from=partial(self._times_from, vehicle),
        )
        while True:
            yield from await_leave(self.parts, fleet, partial(self.diary.begin, vehicle.row))
            crew = yield from self.teams.man(team, fleet.crew, partial(self.diary.begin, vehicle.row))
            self.diary.begin(vehicle.row, "waits")
            began = self.parts.now
            yield self.dispatching.wait(craft)
            if grounded_by(self.parts, fleet) is not None:
                self._give_up_for_now(craft)
            else:
                yield from self._serve_task(craft)
            if crew is not None:
                self.teams.give_back(crew, self.parts.now - began)

    def _serve_task(self, craft: Craft) -> Process:
        vehicle = craft.vehicle
        fleet = self.transport.fleets[vehicle.fleet]
        while craft.task:
            case = craft.task[0]
            self.diary.begin(vehicle.row, "to_case")
            if not (yield from self._fly_out(vehicle, case.node)):
                self._give_up_for_now(craft)
                break
            if not craft.task or craft.task[0] is not case:
                continue
            craft.task.pop(0)
            self.diary.begin(vehicle.row, "searches")
            found = yield from self.loading.search(craft, case, 1.0)
            self.diary.begin(vehicle.row, "takes_in")
            taken = yield from self.loading.take_in(
                craft, case, found, 1.0, per_person=fleet.hoist_time, seats=craft.seats
            )
            for household in taken:
                # Who is too many for one flight is fetched in several; counted with the last.
                for _ in range(ceil(int(self.parts.households.people[household]) / craft.seats) - 1):
                    away = self._shelter(craft)
                    yield from self._fly(vehicle, away)
                    yield self.parts.clock.timeout(TURNAROUND)
                    yield from self._fly(vehicle, case.node)
        if vehicle.aboard:
            yield from self._set_down(craft)

    def _give_up_for_now(self, craft: Craft) -> None:
        """Let others go to the cases of a helicopter that may not fly; once it may, it goes there like any other."""
        self.dispatching.give_up(craft, craft.vehicle.event)
        craft.in_vain.clear()

    def _set_down(self, craft: Craft) -> Process:
        """Fly to the nearest shelter with room, and let everybody out."""
        vehicle = craft.vehicle
        self.diary.begin(vehicle.row, "comes_back")
        node = self._shelter(craft)
        yield from self._fly(vehicle, node)
        self.diary.begin(vehicle.row, "lets_ashore")
        yield self.parts.clock.timeout(TURNAROUND)
        yield from self.loading.let_ashore(craft, 1.0, per_person=0.0, node=node)

    def _shelter(self, craft: Craft) -> int:
        """Return the node of the nearest shelter with room for all aboard, of any where none has."""
        shelters, people = self.parts.world.shelters, self.driving.people_aboard(craft.vehicle)
        time, takes_in = self._times(craft.vehicle)[shelters.walk_node], self.sheltering.takes_in(people)
        open_ = np.where(takes_in if takes_in.any() else np.ones(shelters.n, dtype=bool), time, np.inf)
        return int(shelters.walk_node[int(np.argmin(open_))])

    def _fly_out(self, vehicle: Vehicle, node: int) -> Generator[simpy.Event, Any, bool]:
        """Fly to a node, or back as soon as the weather or the dark forbids going on; return whether it got there."""
        fleet, now = self.transport.fleets[vehicle.fleet], self.parts.now
        good_for = forbidden_from(self.parts, fleet) - now
        if float(self._times(vehicle)[node]) <= good_for:
            yield from self._fly(vehicle, node)
            return True
        yield self.parts.clock.timeout(good_for)
        self.driving.record(vehicle, "flight_broken_off", place=Where(Kind.NODE, node))
        self.diary.begin(vehicle.row, "turns_back")
        yield self.parts.clock.timeout(good_for)
        return False

    def _fly(self, vehicle: Vehicle, node: int) -> Process:
        yield self.parts.clock.timeout(float(self._times(vehicle)[node]))
        vehicle.node = node

    def _reckon(self, vehicle: Vehicle, nodes: Sequence[int]) -> tuple[float, int]:
        """Return how long a helicopter flies to some nodes and on to the nearest shelter [s], and where that is."""
        shelters = self.parts.world.shelters.walk_node
        legs = sum(float(self._times_from(vehicle, a)[b]) for a, b in pairwise([vehicle.node, *nodes]))
        last = self._times_from(vehicle, nodes[-1])[shelters]
        return legs + float(last.min()) + TURNAROUND, int(shelters[int(np.argmin(last))])

    def _times(self, vehicle: Vehicle) -> NDArray[np.float64]:
        """Return how soon a helicopter is at every node [s]."""
        return self._times_from(vehicle, vehicle.node)

    def _times_from(self, vehicle: Vehicle, node: int) -> NDArray[np.float64]:
        roads = self.parts.world.roads
        distance: NDArray[np.float64] = np.hypot(roads.x - roads.x[node], roads.y - roads.y[node])
        return distance / self.transport.fleets[vehicle.fleet].speed
