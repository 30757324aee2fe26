"""How soon a craft reaches a place: over the water, or by road to where road meets water and on from there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra

from evacsim.engine.parts import Parts
from evacsim.engine.routing import NOMINAL_BOAT_SPEED, MoverClass
from evacsim.engine.shortest import way_matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NO_NODE = -1


class Ways(NamedTuple):
    """How soon every node is reached from where a craft is."""

    time: Floats
    """Time to each node [s]; infinite where none leads."""
    launch: Ints
    """Node where it is put into the water for each node; where it is for those that it reaches afloat."""


class Reach:
    """Ways of craft, as the water and the roads are now; looked for once for each place until they change."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._from: dict[tuple[int, bool, float, float], Ways] = {}
        self._roads: csr_array | None = None
        """Ways that are open to trucks."""
        self._wet: csr_array | None = None
        self._node: Ints = np.zeros(0, dtype=np.int64)
        """Nodes of the network that any boat can be at, ascending."""
        self._basin: Ints | None = None
        """Which of them lead to each other and back: those with the same number."""
        parts.after_reopening.append(self._forget)

    def ways(self, node: int, *, speed: float, launch_time: float, on_trailer: bool) -> Ways:
        """Return how soon a boat of a speed [m/s] is at every node: afloat at a node, or there on its trailer."""
        key = (node, on_trailer, launch_time, NOMINAL_BOAT_SPEED / speed)
        if key not in self._from:
            self._from[key] = self._look(
                node, NOMINAL_BOAT_SPEED / speed, on_trailer=on_trailer, launch_time=launch_time
            )
        return self._from[key]

    def afloat(self, node: int) -> bool:
        """Return whether a boat can float at a node: a road there is deep enough."""
        self._know_water()
        k = int(np.searchsorted(self._node, node))
        return k < len(self._node) and int(self._node[k]) == node

    def leads(self, node: int, other: int) -> bool:
        """Return whether the water leads from a node to another."""
        if node == other:
            return True
        if not (self.afloat(node) and self.afloat(other)):
            return False
        assert self._basin is not None
        one, there = np.searchsorted(self._node, [node, other])
        if self._basin[one] == self._basin[there]:
            return True
        return bool(np.isfinite(self._look(node, 1.0, on_trailer=False, launch_time=0.0).time[other]))

    def nearest(self, node: int, goals: NDArray[np.bool_]) -> int | None:
        """Return the nearest of some nodes, shape (n_nodes,), over the water from a node, or None."""
        ways = self._look(node, 1.0, on_trailer=False, launch_time=0.0)
        time = np.where(goals, ways.time, np.inf)
        best = int(np.argmin(time))
        return best if np.isfinite(time[best]) else None

    def road_time(self, node: int, other: int) -> float:
        """Return how long a truck takes from a node to another [s], infinite where the roads do not lead there."""
        routing = self.parts.routing
        return 0.0 if node == other else routing.time(routing.tree_to_node(other, MoverClass.BUS), node)

    def _look(self, node: int, longer: float, *, on_trailer: bool, launch_time: float) -> Ways:
        """Return the ways from a node; over the water they take `longer` times what they are reckoned with."""
        n_nodes = len(self.parts.world.roads.node_ids)
        time, launch = np.full(n_nodes, np.inf), np.full(n_nodes, NO_NODE, dtype=np.int64)
        time[node], launch[node] = 0.0, node
        self._know_water()
        if self._wet is None:
            return Ways(time, launch)
        start = np.full(len(self._node), np.inf)
        if on_trailer:
            start = np.where(self.led_to(node), self.road_times(node), np.inf)[self._node] + launch_time
        elif self.afloat(node):
            start[np.searchsorted(self._node, node)] = 0.0
        if not np.isfinite(start).any():
            return Ways(time, launch)
        n = len(self._node)
        own = np.flatnonzero(np.isfinite(start))
        # One more node stands for where it is; its ways lead to all where it can be put in. No way is shorter than
        # a moment, for a way of no length would count as none.
        whole = csr_array(
            (
                np.concatenate([self._wet.data * longer, np.maximum(start[own], 1e-9)]),
                np.concatenate([self._wet.indices, own.astype(self._wet.indices.dtype)]),
                np.append(self._wet.indptr, self._wet.indptr[-1] + len(own)),
            ),
            shape=(n + 1, n + 1),
        )
        cost, before = dijkstra(whole, indices=n, return_predecessors=True)
        # The node before each on its way, again and again: twice as far each time, until where it was put in.
        entry = np.where((before[:n] == n) | (before[:n] < 0), np.arange(n), before[:n])
        while not np.array_equal(further := entry[entry], entry):
            entry = further
        time[self._node] = np.minimum(cost[:n], time[self._node])
        launch[self._node] = np.where(np.isfinite(cost[:n]), self._node[entry], launch[self._node])
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
        is_led = np.zeros(n, dtype=bool)
        is_led[breadth_first_order(self._roads, node, return_predecessors=False)] = True
        return is_led

    def _know_water(self) -> None:
        """Find the roads that boats can go over now."""
        if self._wet is not None:
            return
        ways, routing = self.parts.world.ways, self.parts.routing
        cost = routing.cost(MoverClass.BOAT)
        open_ = np.flatnonzero(np.isfinite(cost) & ways.is_footway)
        if not open_.size:
            return
        ends = np.concatenate([ways.from_node[open_], ways.to_node[open_]])
        self._node, place = np.unique(ends, return_inverse=True)
        half = len(open_)
        self._wet = way_matrix(place[:half], place[half:], cost[open_], len(self._node))
        _, self._basin = connected_components(self._wet, connection="strong")

    def _forget(self) -> None:
        self._from.clear()
        self._roads = None
        self._wet, self._node = None, np.zeros(0, dtype=np.int64)
