"""The paths that iterated assignment knows, and those that it begins with."""

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels import assignment_in_time as kernels
from evacsim.kernels.assignment_heap import reached
from evacsim.kernels.assignment_in_time import Roads
from evacsim.traffic.assignment_loading import Paths, RoadNetwork, Travelers
from evacsim.traffic.static_assignment import Demand, static_network, system_optimum, user_equilibrium

BIN = 60.0
"""New ways are looked for once for each pair and so many seconds of departures (assumed)."""
UNLIMITED = 1e12
"""Capacity of links without limit in the static start [pcu/s]."""


class PathBook:
    """The paths known so far, each in a row of its own that it keeps."""

    def __init__(self, n_pairs: int) -> None:
        self.links: list[NDArray[np.int32]] = []
        self.rows: list[dict[bytes, int]] = [{} for _ in range(n_pairs)]

    def add(self, pair: int, links: NDArray[np.int32]) -> int:
        """Return the row of a path of a pair, a new one unless it is known."""
        row = self.rows[pair].setdefault(links.tobytes(), len(self.links))
        if row == len(self.links):
            self.links.append(links)
        return row

    def paths(self) -> Paths:
        """Return all paths."""
        lengths = [len(links) for links in self.links]
        empty = np.zeros(0, dtype=np.int32)
        return Paths(np.cumsum([0, *lengths], dtype=np.int64), np.concatenate([empty, *self.links]))

    def look_for_more(
        self,
        roads: Roads,
        pairs: NDArray[np.int64],
        pair: NDArray[np.int64],
        departure: NDArray[np.float64],
    ) -> None:
        """Add the best ways of each pair for each bin of departures."""
        n_nodes = len(roads.first_out) - 1
        cost, time = np.empty((2, n_nodes))
        last_link = np.empty(n_nodes, dtype=np.int32)
        heap = reached(len(roads.to_node) + 1)
        wanted = np.unique(
            np.stack([pairs[0, pair], np.floor(departure / BIN).astype(np.int64), pair]), axis=1
        )
        searched = None
        for origin, when, row in wanted.T.tolist():
            if (origin, when) != searched:
                searched = origin, when
                kernels.find_ways(roads, origin, (when + 0.5) * BIN, cost, time, last_link, heap)
            node, way = int(pairs[1, row]), []
            if np.isfinite(cost[node]):
                while node != origin:
                    way.append(int(last_link[node]))
                    node = int(roads.from_node[way[-1]])
                self.add(row, np.array(way[::-1], dtype=np.int32))


def first_paths(
    network: RoadNetwork,
    travelers: Travelers,
    pairs: NDArray[np.int64],
    pair: NDArray[np.int64],
    externality: float,
) -> tuple[PathBook, NDArray[np.int64], NDArray[np.bool_]]:
    """Return the paths of a static assignment of the mean flows, those of the travelers, and who has any.

    The travelers of a pair take its paths in turn, in the order of departure, so that each path
    has its share at any time.
    """
    links = network.links
    free_time = links.length / links.free_speed
    static = static_network(
        network.n_nodes,
        from_node=links.from_node,
        to_node=links.to_node,
        free_time=free_time,
        capacity=np.minimum(links.capacity, UNLIMITED),
    )
    sizes = np.broadcast_to(np.asarray(travelers.size, dtype=np.float64), pair.shape)
    span = float(np.ptp(travelers.departure)) if len(pair) else 0.0
    flows = np.bincount(pair, weights=sizes, minlength=pairs.shape[1]) / max(
        span, float(free_time.sum()) * 1e-3
    )
    assign = system_optimum if externality else user_equilibrium
    found = assign(static, Demand(pairs[0], pairs[1], flows), relative_gap=1e-4, max_iterations=50)
    book = PathBook(pairs.shape[1])
    shares: list[list[tuple[int, float]]] = [[] for _ in range(pairs.shape[1])]
    for row, (of_pair, flow) in enumerate(
        zip(found.path_pair.tolist(), found.path_flow.tolist(), strict=True)
    ):
        way = found.path_links[found.path_first[row] : found.path_first[row + 1]]
        shares[of_pair].append((book.add(of_pair, way.copy()), flow / flows[of_pair]))
    path = np.zeros(len(pair), dtype=np.int64)
    owed = [[0.0] * len(parts) for parts in shares]
    for traveler in np.lexsort((travelers.departure, pair)).tolist():
        parts, debts = shares[pair[traveler]], owed[pair[traveler]]
        if parts:
            debts[:] = [debt + share for debt, (_, share) in zip(debts, parts, strict=True)]
            place = max(range(len(parts)), key=debts.__getitem__)
            debts[place] -= 1.0
            path[traveler] = parts[place][0]
    is_connected = np.array([bool(parts) for parts in shares], dtype=bool)[pair]
    return book, path[is_connected], is_connected
