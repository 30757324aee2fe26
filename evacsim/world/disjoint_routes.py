"""Whether one cut takes the way from a place to another: two routes that share no road, or the roads all must take."""

from dataclasses import dataclass

import numpy as np

from evacsim.world.columns import World
from evacsim.world.greatest_flow import greatest_flow


@dataclass(frozen=True, slots=True)
class Routes:
    """How many routes lead from one node to another, counted up to two."""

    number: int
    """Routes without a common road: 0, 1, or 2 for two and more."""
    cut: tuple[str, ...]
    """Where there is one alone, the ids of links one of which every vehicle must take, at the first narrow place."""


class RouteGraph:
    """The roads that buses may use, ready to be asked for disjoint routes."""

    def __init__(self, world: World) -> None:
        ways = world.ways
        own = np.flatnonzero(ways.open_to_buses)
        self._begins, self._goals = ways.from_node[own], ways.to_node[own]
        self._links = [world.roads.link_ids[link] for link in ways.link[own].tolist()]
        self._n_nodes = len(world.roads.node_ids)

    def between(self, start: int, end: int) -> Routes:
        """Return how many routes without a common road lead from node `start` to node `end`.

        The greatest flow where every road carries one vehicle (Menger's theorem) and no more than two set out.
        """
        if start == end:
            return Routes(2, ())
        flow = greatest_flow(
            self._begins,
            self._goals,
            np.ones(len(self._links)),
            sources={start: 2},
            ends={end: 2},
            n_nodes=self._n_nodes,
        )
        if flow.value != 1:
            return Routes(flow.value, ())
        is_cut = flow.reached[self._begins] & ~flow.reached[self._goals]
        return Routes(1, tuple(sorted(self._links[row] for row in np.flatnonzero(is_cut))))
