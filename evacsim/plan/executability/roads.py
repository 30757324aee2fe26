"""The roads as a plan meets them: travel times when dry, and when each way closes.

A way closes when the water on it reaches the limit of whoever travels, when it is cut, or when the
plan closes it; that it may open again is not reckoned with. What traffic adds is left out, so every
time here is the shortest there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels.tree_times import latest_departure_tree
from evacsim.kernels.trees import TreeSearch, incoming_links
from evacsim.world.columns import World

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Class = Literal["bus", "car", "walker"]
STEP_IN = 1e-3
"""Time through the door of a shelter [s]: positive, as kernels want it, and nothing beside any drive."""


@dataclass(frozen=True)
class Roads:
    """The ways of one class of travelers who move at a top speed."""

    n_nodes: int
    ways: Rows
    """Rows of the ways."""
    from_node: Rows
    to_node: Rows
    time: Floats
    """Dry travel time of each [s]."""
    closing: Floats
    """When each closes [s]; inf for never."""

    @classmethod
    def of(cls, world: World, mover: Class, speed: float) -> "Roads":
        """Return the roads of a world for a class of travelers who go at most at `speed` [m/s]."""
        ways, effects = world.ways, world.scenario.hazard.effects
        is_own, limit = {
            "bus": (ways.open_to_buses, effects.bus_limit),
            "car": (ways.open_to_cars, effects.car_limit),
            "walker": (ways.is_footway, effects.walker_limit),
        }[mover]
        closes = world.water.link_arrival(limit)[ways.link]
        if mover != "walker":
            for cut in world.road_cuts:
                closes[cut.ways] = np.minimum(closes[cut.ways], max(0.0, cut.begins))
            for change in world.orders:
                if change.order.order in ("close", "reverse"):
                    closes[change.ways] = np.minimum(closes[change.ways], change.time)
        own = np.flatnonzero(is_own)
        top = np.minimum(ways.free_speed[own], speed * ways.walk_factor[own])
        return cls(
            len(world.roads.node_ids),
            own,
            ways.from_node[own].astype(np.int64),
            ways.to_node[own].astype(np.int64),
            ways.length[own] / top,
            closes[own],
        )

    def to(self, node: int) -> Floats:
        """Return the dry travel time from every node to one, shape (n_nodes,) [s]; inf where no way leads."""
        return self._search.tree([node])[1]

    def between(self, start: int, end: int) -> float:
        """Return the dry travel time from one node to another [s]."""
        if end not in self._times:
            self._times[end] = self.to(end)
        return float(self._times[end][start])

    def latest(self, nodes: Sequence[int], closing: Sequence[float]) -> Floats:
        """Return the latest moment at which one may leave every node to be in one of some places [s].

        Parameters
        ----------
        nodes : sequence of int
            Where the places stand.
        closing : sequence of float
            When each place itself closes [s]; inf for never.

        Returns
        -------
        ndarray of float64, shape (n_nodes,)
            inf: whenever; -inf: no way leads there, or it is closed from the start.
        """
        inside = self.n_nodes
        network = incoming_links(
            self.n_nodes + 1,
            np.concatenate([self.from_node, np.asarray(nodes, dtype=np.int64)]),
            np.concatenate([self.to_node, np.full(len(nodes), inside)]),
        )
        times = np.concatenate([self.time, np.full(len(nodes), STEP_IN)])
        closings = np.concatenate([self.closing, np.asarray(closing, dtype=np.float64)])
        latest = latest_departure_tree(network, [inside], times, closings)[1][:inside]
        return np.where(latest < 0, -np.inf, latest)

    @cached_property
    def _search(self) -> TreeSearch:
        return TreeSearch(incoming_links(self.n_nodes, self.from_node, self.to_node), self.time)

    @cached_property
    def _times(self) -> dict[int, Floats]:
        return {}
