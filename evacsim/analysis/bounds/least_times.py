"""The least time over the roads: free flow on dry roads that nobody else uses, to the nearest of some nodes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels.trees import TreeSearch, incoming_links
from evacsim.world.columns import World

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
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
        if not nodes.size:
            return np.full(self.n_nodes, np.inf)
        return self._search.tree(np.unique(nodes))[1]

    @cached_property
    def _search(self) -> TreeSearch:
        return TreeSearch(incoming_links(self.n_nodes, self.from_node, self.to_node), self.time)


def roads_of(world: World, mode: Literal["walk", "car"]) -> Net:
    """Return the ways for walkers or cars as they are at their best.

    Each way carries the most that any order of the plan lets it carry: with lanes of the other
    direction, where the plan reverses them.
    """
    ways = world.ways
    is_open = ways.is_footway if mode == "walk" else ways.open_to_cars
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
