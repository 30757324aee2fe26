"""Whether one cut takes the way from a place to another: two routes that share no road, or the roads all must take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from evacsim.world.columns import World


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
        self._links: dict[tuple[int, int], list[str]] = {}
        for way in np.flatnonzero(ways.open_to_buses).tolist():
            ends = (int(ways.from_node[way]), int(ways.to_node[way]))
            self._links.setdefault(ends, []).append(world.roads.link_ids[int(ways.link[way])])
        graph = nx.DiGraph()
        graph.add_nodes_from(range(len(world.roads.node_ids)))
        graph.add_edges_from((*ends, {"capacity": len(links)}) for ends, links in self._links.items())
        self._graph = graph
        self._residual: Any = nx.algorithms.flow.build_residual_network(graph, "capacity")

    def between(self, start: int, end: int) -> Routes:
        """Return how many routes without a common road lead from node `start` to node `end`.

        The greatest flow where every road carries one vehicle (Menger's theorem), stopped at two.
        """
        if start == end:
            return Routes(2, ())
        flow = nx.algorithms.flow.edmonds_karp(
            self._graph, start, end, capacity="capacity", residual=self._residual, cutoff=2
        )
        number = min(2, int(flow.graph["flow_value"]))
        return Routes(number, tuple(self._cut(flow, start)) if number == 1 else ())

    def _cut(self, flow: Any, start: int) -> Sequence[str]:
        """Return the links out of the nodes that one more vehicle would still reach."""
        reached, open_nodes = {start}, [start]
        while open_nodes:
            node = open_nodes.pop()
            for other, edge in flow[node].items():
                if other not in reached and edge["flow"] < edge["capacity"]:
                    reached.add(other)
                    open_nodes.append(other)
        return sorted(
            link
            for (tail, head), links in self._links.items()
            if tail in reached and head not in reached
            for link in links
        )
