"""The least time over the roads: free flow on dry roads that nobody else uses, to the nearest of some nodes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from evacsim.world.columns import World

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Net:
    """The ways of one class; n arcs."""

    n_nodes: int
    from_node: Rows
    to_node: Rows
    time: Floats
    """Least time over each way, shape (n,) [s]; for walkers at 1 m/s on the level."""
    capacity: Floats
    """Most that each way ever lets through, shape (n,) [pcu/s], or [person/s] on footways."""

    def times_to(self, nodes: Rows) -> Floats:
        """Return the least time from every node to the nearest of `nodes`, shape (n_nodes,) [s]; inf without a way."""
        return self._times(self.to_node, self.from_node, np.unique(nodes), nearest=True)

    def times_between(self, origins: Rows, goals: Rows) -> Floats:
        """Return the least times from some nodes to others, shape (n_origins, n_goals) [s]; inf without a way."""
        found, row = np.unique(origins, return_inverse=True)
        times = self._times(self.from_node, self.to_node, found, nearest=False)
        return np.asarray(times[row][:, goals])

    def _times(self, begin: Rows, end: Rows, roots: Rows, *, nearest: bool) -> Floats:
        if not roots.size:
            return np.full(self.n_nodes, np.inf)
        order = np.lexsort((self.time, end, begin))
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(begin[order]) != 0) | (np.diff(end[order]) != 0)
        best = order[first]
        shape = (self.n_nodes, self.n_nodes)
        # SciPy takes an explicit 0 for no way at all; no road is that short.
        weights = np.maximum(self.time[best], 1e-9)
        matrix = csr_array((weights, (begin[best], end[best])), shape=shape)
        found = dijkstra(matrix, indices=roots, min_only=nearest)
        return np.asarray(found, dtype=np.float64)


def roads_of(world: World, mode: str) -> Net:
    """Return the ways for `walk`, `car` or `bus` as they are at their best.

    Each way carries the most that any order of the plan lets it carry: with lanes of the other
    direction, where the plan reverses them.
    """
    ways = world.ways
    is_open = {"walk": ways.is_footway, "car": ways.open_to_cars, "bus": ways.open_to_buses}[mode]
    capacity = ways.capacity.copy()
    for change in world.orders:
        np.maximum.at(capacity, change.ways, change.capacity)
        gains = change.opposite >= 0
        np.maximum.at(capacity, change.opposite[gains], change.opposite_capacity[gains])
    own = np.flatnonzero(is_open)
    speed = ways.walk_factor[own] if mode == "walk" else ways.free_speed[own]
    return Net(
        len(world.roads.node_ids),
        ways.from_node[own].astype(np.int64),
        ways.to_node[own].astype(np.int64),
        ways.length[own] / speed,
        capacity[own],
    )
