"""Boats that wait move up where others are missing (补位).

look - (some would reach more people elsewhere) - sent - (by road, on their trailers) - stand by

Headquarters looks at who waits where, and at how soon boats from there would be with the people of the district, as
the water and the roads are now. Boats can move that stand on their trailers, or lie where their trailers stand. One
that moves up is sent to nobody until it is there (assumed).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.rescue.boat_ways import Boat
from evacsim.engine.rescue.cases import Cases
from evacsim.engine.rescue.dispatching import Dispatching
from evacsim.engine.rescue.fetching import Fetching
from evacsim.engine.rescue.reach import Reach
from evacsim.scenario.rescue import MoveUp
from evacsim.world.moving_up import Travel, move_up

HOUR = 3600.0
Floats = NDArray[np.float64]


class MovingUp:
    """Who stands by where while others are out."""

    def __init__(
        self,
        parts: Parts,
        rules: MoveUp,
        cases: Cases,
        dispatching: Dispatching,
        fetching: Fetching,
        reach: Reach,
    ) -> None:
        self.parts = parts
        self.rules = rules
        self.cases = cases
        self.dispatching = dispatching
        self.fetching = fetching
        self.reach = reach
        nodes = parts.world.roads.node_row
        self._places = np.array(sorted({nodes[place] for place in rules.places}), dtype=np.int64)
        homes = parts.world.homes.walk_node[parts.households.home]
        self._points, row = np.unique(homes, return_inverse=True)
        self._people = np.bincount(row, weights=parts.households.people).astype(np.float64)
        self._looks: list[tuple[float, int, int, float]] = []
        self._is_due = self._is_looking = False
        cases.at_news.append(lambda _: self._begin())
        if rules.every is None:
            dispatching.at_sent.append(self._soon)

    def _begin(self) -> None:
        """Look from now on, as long as any case is open or any craft is out."""
        if not self._is_looking:
            self._is_looking = True
            self._soon()
            self._await()

    def _await(self) -> None:
        if self.rules.every is not None:
            self.parts.clock.call_at(self.parts.now + self.rules.every, self._look_again)

    def _look_again(self) -> None:
        self._is_looking = bool(self.cases.open) or self.dispatching.n_out > 0
        if self._is_looking:
            self._soon()
            self._await()

    def _soon(self) -> None:
        """Look once everything of this instant has happened."""
        if not self._is_due:
            self._is_due = True
            self.parts.clock.call_at(self.parts.now, self._look)

    def _look(self) -> None:
        self._is_due = False
        # Boats of a village or a town stay with it.
        movable = (self.fetching.movable(craft) for craft in self.dispatching.free_for_all())
        boats = [boat for boat in movable if boat is not None]
        moves, share = self._chosen(boats) if boats else ([], 0.0)
        self._looks.append((self.parts.now, len(boats), len(moves), share))
        for boat, node, time in moves:
            self._send(boat, node, time)

    def _chosen(self, boats: list[Boat]) -> tuple[list[tuple[Boat, int, float]], float]:
        """Return which boats go to which nodes, how long that takes [s], and the share of people reached before."""
        at = np.array([boat.vehicle.node for boat in boats], dtype=np.int64)
        places = np.unique(np.concatenate([at, self._places]))
        stand = np.searchsorted(places, at)
        travel = Travel(np.array([self._times(boats, int(place)) for place in places]), self._roads(places))
        moves = move_up(
            stand,
            np.searchsorted(places, self._places),
            self._people,
            travel,
            limit=self.rules.limit,
            busy=self.rules.busy if self.rules.policy == "expected_cover" else 0.0,
            longest=self.rules.longest,
            price=self.rules.people_per_hour / HOUR,
        )
        reached = (travel.to_points[stand] <= self.rules.limit).any(axis=0)
        share = float(self._people[reached].sum() / self._people.sum())
        return [(boats[move.unit], int(places[move.to]), move.time) for move in moves], share

    def _send(self, boat: Boat, node: int, time: float) -> None:
        vehicle = boat.vehicle
        vehicle.event = self.parts.log.record(
            self.parts.now,
            "craft_moves_up",
            Where(Kind.VEHICLE, vehicle.row),
            place=Where(Kind.NODE, node),
            value=time,
            cause=vehicle.event,
        )
        self.dispatching.move(boat.craft, node)

    def _times(self, boats: list[Boat], place: int) -> Floats:
        """Return how soon a boat on its trailer is at each point from a place [s]: by road, or on over the water.

        Of several kinds of boats the slowest counts.
        """
        by_road = np.where(self.reach.led_to(place), self.reach.road_times(place), np.inf)[self._points]
        kinds = {self.fetching.ways.kind(boat) for boat in boats}
        ways = [self.reach.ways(place, kind, on_trailer=True).time for kind in kinds]
        afloat: Floats = np.max([way[self._points] for way in ways], axis=0)
        return np.minimum(by_road, afloat)

    def _roads(self, places: NDArray[np.int64]) -> Floats:
        """Return how long a truck takes from each place to each other [s]."""
        return np.array([self.reach.road_times(int(place))[places] for place in places]).T

    def table(self) -> pd.DataFrame:
        """Return every look at who waits where."""
        return pd.DataFrame(self._looks, columns=["time_s", "idle", "moved", "covered_share"])
