"""How soon a craft reaches a place: over the water, or by road to where road meets water and on from there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra

from evacsim.engine.parts import Parts
from evacsim.engine.routing import NOMINAL_BOAT_SPEED, MoverClass
from evacsim.engine.shortest import way_matrix
from evacsim.scenario.transport import Fleet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NO_NODE = -1


class Ways(NamedTuple):
    """How soon every node is reached from where a craft is."""

    time: Floats
    """Time to each node [s]; infinite where none leads."""
    launch: Ints
    """Node where it is put into the water for each node; where it is for those that it reaches afloat."""


class BoatKind(NamedTuple):
    """All of a boat that says how soon it is anywhere."""

    speed: float
    """[m/s]"""
    launch_time: float
    """[s]"""
    floats: MoverClass
    """Which roads it goes over: those that boats of its class can."""


class Flooded(NamedTuple):
    """The roads that boats of a class can go over."""

    node: Ints
    """Nodes of the network that they can be at, ascending."""
    ways: csr_array
    """Ways between them [s]."""
    basin: Ints
    """Which of them lead to each other and back: those with the same number."""


class Reach:
    """Ways of craft, as the water and the roads are now; looked for once for each place until they change."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._from: dict[tuple[int, BoatKind, bool], Ways] = {}
        self._roads: csr_array | None = None
        """Ways that are open to trucks."""
        self._led_to: dict[int, NDArray[np.bool_]] = {}
        """Nodes to which they lead from a node, as far as anybody has asked."""
        self._flooded: dict[MoverClass, Flooded | None] = {}
        """What each class of boats can go over, as far as anybody has asked; None where that is nothing."""
        parts.after_reopening.append(self._forget)

    def kind(self, fleet: Fleet) -> BoatKind:
        """Return what the boats of a fleet are."""
        return BoatKind(fleet.speed, fleet.launch_time, self.parts.boats.of(fleet))

    def ways(self, node: int, boat: BoatKind, *, on_trailer: bool) -> Ways:
        """Return how soon a boat is at every node: afloat at a node, or there on its trailer."""
        # Afloat it is all the same how long it takes to launch.
        key = (node, boat if on_trailer else boat._replace(launch_time=0.0), on_trailer)
        if key not in self._from:
            self._from[key] = self._look(node, boat, on_trailer=on_trailer)
        return self._from[key]

    def afloat(self, node: int, floats: MoverClass) -> bool:
        """Return whether a boat of a class can float at a node: a road there is deep enough for it, and slow enough."""
        flooded = self._water(floats)
        if flooded is None:
            return False
        k = int(np.searchsorted(flooded.node, node))
        return k < len(flooded.node) and int(flooded.node[k]) == node

    def leads(self, node: int, other: int, floats: MoverClass) -> bool:
        """Return whether the water leads a boat of a class from a node to another."""
        if node == other:
            return True
        flooded = self._water(floats)
        if flooded is None or not (self.afloat(node, floats) and self.afloat(other, floats)):
            return False
        one, there = np.searchsorted(flooded.node, [node, other])
        if flooded.basin[one] == flooded.basin[there]:
            return True
        return bool(np.isfinite(self._look(node, _any_boat(floats), on_trailer=False).time[other]))

    def nearest(self, node: int, goals: NDArray[np.bool_], floats: MoverClass) -> int | None:
        """Return the nearest of some nodes, shape (n_nodes,), over the water from a node, or None."""
        ways = self._look(node, _any_boat(floats), on_trailer=False)
        time = np.where(goals, ways.time, np.inf)
        best = int(np.argmin(time))
        return best if np.isfinite(time[best]) else None

    def road_time(self, node: int, other: int) -> float:
        """Return how long a truck takes from a node to another [s], infinite where the roads do not lead there."""
        routing = self.parts.routing
        return 0.0 if node == other else routing.time(routing.tree_to_node(other, MoverClass.BUS), node)

    def _look(self, node: int, boat: BoatKind, *, on_trailer: bool) -> Ways:
        """Return the ways of a boat from a node."""
        n_nodes = len(self.parts.world.roads.node_ids)
        time, launch = np.full(n_nodes, np.inf), np.full(n_nodes, NO_NODE, dtype=np.int64)
        time[node], launch[node] = 0.0, node
        flooded = self._water(boat.floats)
        if flooded is None:
            return Ways(time, launch)
        nodes, wet = flooded.node, flooded.ways
        start = np.full(len(nodes), np.inf)
        if on_trailer:
            start = np.where(self.led_to(node), self.road_times(node), np.inf)[nodes] + boat.launch_time
        elif self.afloat(node, boat.floats):
            start[np.searchsorted(nodes, node)] = 0.0
        if not np.isfinite(start).any():
            return Ways(time, launch)
        n = len(nodes)
        own = np.flatnonzero(np.isfinite(start))
        # One more node stands for where it is; its ways lead to all where it can be put in. No way is shorter than
        # a moment, for a way of no length would count as none.
        whole = csr_array(
            (
                np.concatenate([wet.data * (NOMINAL_BOAT_SPEED / boat.speed), np.maximum(start[own], 1e-9)]),
                np.concatenate([wet.indices, own.astype(wet.indices.dtype)]),
                np.append(wet.indptr, wet.indptr[-1] + len(own)),
            ),
            shape=(n + 1, n + 1),
        )
        cost, before = dijkstra(whole, indices=n, return_predecessors=True)
        # The node before each on its way, again and again: twice as far each time, until where it was put in.
        entry = np.where((before[:n] == n) | (before[:n] < 0), np.arange(n), before[:n])
        while not np.array_equal(further := entry[entry], entry):
            entry = further
        time[nodes] = np.minimum(cost[:n], time[nodes])
        launch[nodes] = np.where(np.isfinite(cost[:n]), nodes[entry], launch[nodes])
        time[node] = 0.0
        return Ways(time, launch)

    def road_times(self, node: int) -> Floats:
        """Return how long a truck takes from a node to all others [s], for choosing: as long as back (assumed)."""
        routing = self.parts.routing
        tree = routing.tree_to_node(node, MoverClass.BUS)
        return routing.times_to_root(tree, np.arange(len(self.parts.world.roads.node_ids)))

    def led_to(self, node: int) -> NDArray[np.bool_]:
        """Return the nodes to which roads lead a truck from a node, shape (n_nodes,); not all lead back."""
        routing, ways, n = self.parts.routing, self.parts.world.ways, len(self.parts.world.roads.node_ids)
        if self._roads is None:
            open_ = np.flatnonzero(np.isfinite(routing.cost(MoverClass.BUS)) & ways.open_to_buses)
            self._roads = way_matrix(ways.from_node[open_], ways.to_node[open_], np.ones(len(open_)), n)
        if node not in self._led_to:
            is_led = self._led_to[node] = np.zeros(n, dtype=bool)
            is_led[breadth_first_order(self._roads, node, return_predecessors=False)] = True
        return self._led_to[node]

    def _water(self, floats: MoverClass) -> Flooded | None:
        """Return the roads that boats of a class can go over now."""
        if floats not in self._flooded:
            self._flooded[floats] = self._look_at_water(floats)
        return self._flooded[floats]

    def _look_at_water(self, floats: MoverClass) -> Flooded | None:
        ways, cost = self.parts.world.ways, self.parts.routing.cost(floats)
        open_ = np.flatnonzero(np.isfinite(cost) & ways.is_footway)
        if not open_.size:
            return None
        ends = np.concatenate([ways.from_node[open_], ways.to_node[open_]])
        nodes, place = np.unique(ends, return_inverse=True)
        half = len(open_)
        wet = way_matrix(place[:half], place[half:], cost[open_], len(nodes))
        return Flooded(nodes, wet, connected_components(wet, connection="strong")[1])

    def _forget(self) -> None:
        self._from.clear()
        self._roads = None
        self._led_to.clear()
        self._flooded.clear()


def _any_boat(floats: MoverClass) -> BoatKind:
    """Return a boat of a class where nobody asks for its speed."""
    return BoatKind(NOMINAL_BOAT_SPEED, 0.0, floats)
