"""Drones that look for people (无人机搜救), from one square of the flooded land to the next, while batteries last.

on the ground - (take off) - in the air: (to a square, over all of it), again - (home) - batteries changed

The land is searched by squares: those in which water stands at any home or at the end of any road, as headquarters
sees it on the map (assumed). Squares that nobody has looked at come first, of these the nearest; each is looked at
again after a while. A search sees a share of those in need there, who become cases like any others. A drone takes
nobody aboard. It flies by the limits of its fleet: weather, and by night only with a thermal camera.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.driving import Driving, Process
from evacsim.engine.grounding import await_leave, forbidden_from
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.diary import Diary
from evacsim.engine.rescue.need import Need
from evacsim.engine.rescue.seeking import Seeking
from evacsim.engine.rescue.teams import Teams
from evacsim.engine.transport import Transport
from evacsim.engine.vehicles import Vehicle
from evacsim.scenario.transport import Fleet

SQUARE = 500.0
"""Side of the squares that are searched [m] (assumed)."""
LOOK_AGAIN_AFTER = 3600.0
"""From one search of a square to the next [s] (assumed)."""

Floats = NDArray[np.float64]
NEVER = -np.inf


@dataclass(slots=True)
class Drone:
    """A drone, and what is left of its battery."""

    vehicle: Vehicle
    fleet: Fleet
    home: tuple[float, float]
    at: tuple[float, float]
    left: float = 0.0
    """Time in the air that is left [s]."""

    def time(self, x: Floats | float, y: Floats | float, at: tuple[float, float]) -> Floats:
        """Return how long it flies from a place to others [s]."""
        time: Floats = np.hypot(x - at[0], y - at[1]) / self.fleet.speed
        return time

    @property
    def over_square(self) -> float:
        """Return how long it flies over a square, lane by lane [s]."""
        return SQUARE**2 / (self.fleet.speed * self.fleet.view_width)


class Squares(NamedTuple):
    """All squares in which any node of the network lies."""

    x: Floats
    y: Floats
    """Their middles [m]."""
    of_node: NDArray[np.int64]
    """The square of each node, shape (n_nodes,)."""


def squares_of(x: Floats, y: Floats) -> Squares:
    """Return the squares of nodes at x and y [m], shape (n_nodes,), in the order of their columns."""
    column, row = ((axis - axis.min()) // SQUARE for axis in (x, y))
    number = column * (row.max() + 1) + row
    _, first, of_node = np.unique(number, return_index=True, return_inverse=True)
    middle = [axis.min() + (place[first] + 0.5) * SQUARE for axis, place in ((x, column), (y, row))]
    return Squares(middle[0], middle[1], of_node)


class Scouting:
    """All drones, one process each once their fleet is called up."""

    def __init__(
        self, parts: Parts, transport: Transport, teams: Teams, need: Need, seeking: Seeking, diary: Diary
    ) -> None:
        self.parts = parts
        self.driving: Driving = transport.driving
        self.teams = teams
        self.need = need
        self.seeking = seeking
        self.diary = diary
        roads = parts.world.roads
        self._squares = squares_of(roads.x, roads.y)
        n = len(self._squares.x)
        self._searched = np.full(n, NEVER)
        """When each square was searched last [s]."""
        self._is_taken = np.zeros(n, dtype=bool)
        """Over which of them a drone is, or to which one is under way."""
        self._passes: dict[int, int] = {}
        """How often a drone has passed over each household."""
        transport.serve["drone"] = self.serve

    def serve(self, vehicle: Vehicle) -> Process:
        """Fly from one charge of the batteries to the next until the run ends."""
        fleet, roads = self.driving.fleets[vehicle.fleet], self.parts.world.roads
        team = self.teams.crewing(fleet)
        yield from self.teams.come_out(team, vehicle)
        vehicle.departed = self.parts.now
        self.driving.record(vehicle, "vehicle_departed", place=Where(Kind.DEPOT, vehicle.fleet))
        home = float(roads.x[vehicle.node]), float(roads.y[vehicle.node])
        drone = Drone(vehicle, fleet, home, home)
        while True:
            yield from await_leave(self.parts, fleet, partial(self.diary.begin, vehicle.row))
            drone.at, drone.left = home, fleet.endurance
            if self._choose(drone) is None:
                yield from self._stand_by(drone)
                continue
            crew = yield from self.teams.man(team, fleet.crew, partial(self.diary.begin, vehicle.row))
            began = self.parts.now
            yield from self._fly(drone)
            self.diary.begin(vehicle.row, "recharges")
            yield self.parts.clock.timeout(fleet.launch_time)
            if crew is not None:
                self.teams.give_back(crew, self.parts.now - began)

    def _stand_by(self, drone: Drone) -> Process:
        """Wait until the water changes, or a square is to be looked at again."""
        self.diary.begin(drone.vehicle.row, "stands_by")
        # Of those within reach each has been looked at, or is being looked at.
        last = np.where(self._is_taken, self.parts.now, self._searched)[self._within_reach(drone)]
        soonest = float(np.min(last, initial=np.inf)) + LOOK_AGAIN_AFTER
        if np.isfinite(soonest):
            yield self.driving.reopened() | self.parts.clock.timeout(soonest - self.parts.now)
        else:
            yield self.driving.reopened()

    def _fly(self, drone: Drone) -> Process:
        """Search square after square, and fly home before the battery is empty, the weather bad, or it is dark."""
        parts, vehicle = self.parts, drone.vehicle
        while (square := self._choose(drone)) is not None:
            self.diary.begin(vehicle.row, "surveys")
            x, y = float(self._squares.x[square]), float(self._squares.y[square])
            takes = float(drone.time(x, y, drone.at)) + drone.over_square
            good_for = forbidden_from(parts, drone.fleet) - parts.now
            self._is_taken[square] = True
            yield parts.clock.timeout(min(takes, good_for))
            self._is_taken[square] = False
            drone.left -= min(takes, good_for)
            drone.at = (x, y)
            if takes > good_for:
                self.driving.record(vehicle, "flight_broken_off", place=Where(Kind.DEPOT, vehicle.fleet))
                break
            self._searched[square] = parts.now
            self._look(drone, square)
        self.diary.begin(vehicle.row, "turns_back")
        yield parts.clock.timeout(float(drone.time(*drone.home, drone.at)))

    def _choose(self, drone: Drone) -> int | None:
        """Return the square that a drone searches next; None where none is due that it can reach and come home from."""
        is_due = (self._searched + LOOK_AGAIN_AFTER <= self.parts.now) & ~self._is_taken
        due = self._within_reach(drone) & is_due
        if not due.any():
            return None
        there = drone.time(self._squares.x, self._squares.y, drone.at)
        order = np.lexsort((there, self._searched > NEVER, ~due))
        return int(order[0])

    def _within_reach(self, drone: Drone) -> NDArray[np.bool_]:
        """Return which wet squares a drone can search with what is left of its batteries, and come home from."""
        x, y = self._squares.x, self._squares.y
        takes = drone.time(x, y, drone.at) + drone.over_square + drone.time(x, y, drone.home)
        within: NDArray[np.bool_] = (takes <= drone.left) & self._wet()
        return within

    def _wet(self) -> NDArray[np.bool_]:
        """Return in which squares water stands."""
        parts, roads, homes = self.parts, self.parts.world.roads, self.parts.world.homes
        links = np.flatnonzero(parts.road_depth > 0)
        at_homes = parts.water.place_depth_at(parts.now)[homes.depth_row] > 0
        nodes = np.concatenate([roads.from_node[links], roads.to_node[links], homes.walk_node[at_homes]])
        wet = np.zeros(len(self._squares.x), dtype=bool)
        wet[self._squares.of_node[nodes]] = True
        return wet

    def _look(self, drone: Drone, square: int) -> None:
        """Report those in need in a square whom the camera sees, if headquarters does not know of them."""
        nodes = np.flatnonzero(self._squares.of_node == square).tolist()
        for household in sorted(household for node in nodes for household in self.need.at(node)):
            number = self._passes[household] = self._passes.get(household, 0) + 1
            name = self.parts.name_of(household)
            luck = float(self.parts.streams.get("drone", *name, str(number)).random())
            if luck < self.seeking.seeking.patrol_sees:
                self.seeking.find(household, "drone", drone.vehicle.event)
