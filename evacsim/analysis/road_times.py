"""How soon trucks of rescue teams get somewhere, on dry roads and with the water of a moment.

Ways are those of the class of buses and trucks: free speed in the weather of the scenario, slowed
by the water and closed where it stands at the limit of buses, as in a run. What a run has beyond
that is left out: other traffic, orders to the roads, and water that changes while they drive.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.hazard.effects import SpeedFactors
from evacsim.kernels.trees import TreeSearch, incoming_links
from evacsim.world.columns import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRY = None
"""Instead of a moment: no water anywhere."""


@dataclass(frozen=True, slots=True)
class RoadTimes:
    """The roads of one moment, ready to be searched."""

    n_nodes: int
    n_closed: int
    """Road links for trucks that the water has closed."""
    search: TreeSearch
    """Of the roads turned round: a tree to a node then holds the times from it."""

    @classmethod
    def of(cls, world: World, moment: float | None = DRY) -> "RoadTimes":
        """Return the roads of a world at a moment [s], or dry."""
        ways, n_nodes = world.ways, len(world.roads.node_ids)
        own = np.flatnonzero(ways.open_to_buses)
        free_speed = ways.free_speed[own]
        factor = np.ones(len(own))
        if moment is not None:
            depth = world.water.link_depth_at(moment)[ways.link[own]]
            factor = SpeedFactors(world.scenario.hazard.effects).bus(depth, free_speed)
        cost = np.full(ways.n, np.inf)
        with np.errstate(divide="ignore"):
            cost[own] = ways.length[own] / (free_speed * factor)
        turned = incoming_links(n_nodes, ways.to_node[own], ways.from_node[own], links=own)
        return cls(n_nodes, int(np.count_nonzero(factor == 0)), TreeSearch(turned, cost))

    def from_nearest(self, nodes: ArrayLike, delay: ArrayLike | None = None) -> Floats:
        """Return when the first of some units is at each node [s], shape (n_nodes,); inf where none comes.

        Parameters
        ----------
        nodes : array of int, shape (n_units,)
            Where the units are.
        delay : array of float, shape (n_units,), optional
            When each sets out [s]; at once if absent.
        """
        at = np.asarray(nodes, dtype=np.int64)
        if not len(at):
            return np.full(self.n_nodes, np.inf)
        start = np.zeros(len(at)) if delay is None else np.asarray(delay, dtype=np.float64)
        first = np.full(self.n_nodes, np.inf)
        np.minimum.at(first, at, start)
        targets = np.flatnonzero(np.isfinite(first))
        return self.search.tree(targets, first[targets])[1]

    def between(self, nodes: ArrayLike, points: ArrayLike) -> Floats:
        """Return the time from each of some nodes to each of some points [s], shape (n_nodes, n_points)."""
        places, row = np.unique(np.asarray(nodes, dtype=np.int64), return_inverse=True)
        ends = np.asarray(points, dtype=np.int64)
        times = np.empty((len(places), len(ends)))
        next_link, cost = np.empty(self.n_nodes, dtype=np.int32), np.empty(self.n_nodes)
        for k, place in enumerate(places.tolist()):
            self.search.grow([place], next_link=next_link, cost=cost)
            times[k] = cost[ends]
        return times[row]
