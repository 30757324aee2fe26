"""Where trucks that wade get to: over roads below their wading depth, and on foot a little further (高底盘涉水车).

A place is fetched from where the truck stands nearest in time: at it, or so near that its crew walks there. The crew
walks where the shallowest road at the place is one that a walker still wades.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from evacsim.engine.parts import Parts
from evacsim.engine.routing import NOMINAL_WALKING_SPEED, MoverClass
from evacsim.engine.shortest import way_matrix
from evacsim.hazard.effects import STOP_AND_GO
from evacsim.scenario.transport import Fleet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.integer[Any]]
NO_NODE = -1


class TruckKind(NamedTuple):
    """All of a truck that says how soon it is anywhere."""

    speed: float
    """[m/s]"""
    wades: MoverClass
    fetch_distance: float
    """How far its crew goes on foot [m]."""


class FetchWays(NamedTuple):
    """How soon people at every node are met, and from where."""

    time: Floats
    """Time until the crew is at each node [s]; infinite where it does not get."""
    stop: Ints
    """Node where the truck stands then."""
    drive: Floats
    """Time until the truck itself is at each node [s]."""


class Walks(NamedTuple):
    """All pairs of nodes between which a crew may walk."""

    stop: Ints
    place: Ints
    distance: Floats
    """[m]"""


class TruckWays:
    """Ways of trucks, as the water and the roads are now; looked for once for each place until they change."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._from: dict[tuple[int, TruckKind], FetchWays] = {}
        self._roads: dict[tuple[float, MoverClass], csr_array] = {}
        self._walks: dict[float, Walks] = {}
        self._node_depth: Floats | None = None
        parts.after_reopening.append(self._forget)

    def kind(self, fleet: Fleet) -> TruckKind:
        """Return what the trucks of a fleet are."""
        return TruckKind(fleet.speed, self.parts.waders.of(fleet), fleet.fetch_distance)

    def ways(self, node: int, kind: TruckKind) -> FetchWays:
        """Return how soon a truck that is at a node meets people at every node."""
        key = (node, kind)
        if key not in self._from:
            self._from[key] = self._look(node, kind)
        return self._from[key]

    def walk(self, stop: int, place: int, fetch_distance: float) -> float:
        """Return how long a crew walks from its truck to a place now [s]; infinite where it does not get there."""
        if stop == place:
            return 0.0
        roads = self.parts.world.roads
        distance = float(np.hypot(roads.x[stop] - roads.x[place], roads.y[stop] - roads.y[place]))
        if not distance <= fetch_distance:
            return np.inf
        return float(self._walking_time(np.array([distance]), np.array([place]))[0])

    def reckon(self, node: int, kind: TruckKind, nodes: Sequence[int], goals: Rows) -> tuple[float, int]:
        """Return how long a truck goes from a node to some places in their order and on to the nearest goal [s].

        And where it is then.
        """
        time = 0.0
        for place in nodes:
            ways = self.ways(node, kind)
            time += float(ways.time[place])
            node = int(ways.stop[place])
            if node == NO_NODE:
                return np.inf, NO_NODE
        last = self.ways(node, kind).drive[goals]
        return time + float(last.min()), int(goals[int(np.argmin(last))])

    def stretch(self, vehicle_speed: float, way: Sequence[int], limit: float) -> tuple[int, float]:
        """Return where the first stretch of a way ends, dry or wet all along, and the mean speed on it [m/s]."""
        ways = self.parts.world.ways
        rows = np.asarray(way, dtype=np.int64)
        depth = self.parts.road_depth[ways.link[rows]]
        is_wet = depth > 0
        other = np.flatnonzero(is_wet != is_wet[0])
        own = rows[: other[0]] if other.size else rows
        end = int(ways.to_node[own[-1]])
        if not is_wet[0]:
            return end, vehicle_speed
        time = self._time_over(own, vehicle_speed, limit)
        return end, float(ways.length[own].sum() / time.sum()) if time.sum() > 0 else vehicle_speed

    def _look(self, node: int, kind: TruckKind) -> FetchWays:
        drive: Floats = dijkstra(self._network(kind), indices=node)
        time, stop = drive.copy(), np.where(np.isfinite(drive), np.arange(len(drive)), NO_NODE)
        walks = self._near(kind.fetch_distance)
        met = drive[walks.stop] + self._walking_time(walks.distance, walks.place)
        # The soonest of each place counts, of equal ones the first node: the last that is written.
        order = np.lexsort((-walks.stop, -met))
        order = order[np.isfinite(met[order])]
        best, whence = np.full(len(drive), np.inf), np.full(len(drive), NO_NODE)
        best[walks.place[order]], whence[walks.place[order]] = met[order], walks.stop[order]
        sooner = best < time
        time[sooner], stop[sooner] = best[sooner], whence[sooner]
        return FetchWays(time, stop, drive)

    def _network(self, kind: TruckKind) -> csr_array:
        key = (kind.speed, kind.wades)
        if key not in self._roads:
            ways, cost = self.parts.world.ways, self.parts.routing.cost(kind.wades)
            open_ = np.flatnonzero(np.isfinite(cost) & ways.open_to_buses)
            time = self._time_over(open_, kind.speed, self.parts.waders.limits[kind.wades])
            # A way of no length would count as none.
            self._roads[key] = way_matrix(
                ways.from_node[open_],
                ways.to_node[open_],
                np.maximum(time, 1e-9),
                len(self.parts.world.roads.node_ids),
            )
        return self._roads[key]

    def _time_over(self, rows: Ints, speed: float, limit: float) -> Floats:
        """Return how long a truck takes over ways that are open to it, dry or wet, as the water is now [s].

        The law of speed in water ends at nothing; up to where it turns back a truck crawls, as cars do in LifeSim
        (`STOP_AND_GO`; assumed for trucks).
        """
        ways = self.parts.world.ways
        free = np.minimum(ways.free_speed[rows], speed)
        factor = self.parts.speed_factors.truck(
            self.parts.road_depth[ways.link[rows]], ways.free_speed[rows], limit
        )
        return np.asarray(ways.length[rows] / np.maximum(free * factor, np.minimum(free, STOP_AND_GO)))

    def _near(self, distance: float) -> Walks:
        """Return the pairs of nodes within a distance of each other [m]; the roads never move."""
        if distance not in self._walks:
            roads = self.parts.world.roads
            pairs = cKDTree(np.column_stack([roads.x, roads.y])).query_pairs(distance, output_type="ndarray")
            both = np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int64)
            stop, place = both[:, 0], both[:, 1]
            away = np.hypot(roads.x[stop] - roads.x[place], roads.y[stop] - roads.y[place])
            self._walks[distance] = Walks(stop, place, away)
        return self._walks[distance]

    def _walking_time(self, distance: Floats, place: Ints) -> Floats:
        """Return how long crews walk to places [s], by the depth there; infinite where no walker wades."""
        if self._node_depth is None:
            roads = self.parts.world.roads
            depth = np.full(len(roads.node_ids), np.inf)
            np.minimum.at(depth, roads.from_node, self.parts.road_depth)
            np.minimum.at(depth, roads.to_node, self.parts.road_depth)
            self._node_depth = depth
        factor = self.parts.speed_factors.walker(self._node_depth[place])
        with np.errstate(divide="ignore"):
            return np.asarray(distance / (NOMINAL_WALKING_SPEED * factor))

    def _forget(self) -> None:
        self._from.clear()
        self._roads.clear()
        self._node_depth = None
