"""Two networks whose traffic can be checked: a corridor with exact answers, and square grids of any size."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from benchmarks.inputs import Case, Floats, Ints, in_order_of_departure, rayleigh_departures

JAM_DENSITY = 0.2
"""[vehicle/m] a lane."""
CAPACITY = 0.5
"""[vehicle/s] a lane: 1,800 vehicles an hour."""
FREE_SPEED = 50 / 3.6
"""[m/s]"""
LENGTH = 500.0
"""[m] of every link."""

GRIDS = {
    "w1_10k": (50, 10_000),
    "w1_100k": (50, 100_000),
    "w1_1m": (50, 1_000_000),
    "grid200k": (224, 1_000_000),
}
"""Nodes along a side, and trips; 224 nodes make 199,808 links."""
N_SHELTERS = 20


def corridor(
    n_trips: int = 3600, *, inflow: float = 0.9, before: int = 10, after: int = 5, name: str = "w3"
) -> Case:
    """Return two-lane links with one of a single lane among them, fed faster than that can carry.

    By kinematic waves the last arrival is the free travel time plus (n - 1) / q, and the mean delay is
    (n - 1) / 2 (1 / q - 1 / inflow); the queue reaches the origin with the speed of its shock.
    """
    n_links = before + 1 + after
    lanes = np.where(np.arange(n_links) == before, 1, 2)
    free_time = n_links * LENGTH / FREE_SPEED
    flow, jam = 2 * CAPACITY, 2 * JAM_DENSITY
    wave = flow / (jam - flow / FREE_SPEED)
    coming = inflow / FREE_SPEED
    queued = jam - CAPACITY / wave
    shock = (inflow - CAPACITY) / (coming - queued)
    without_wave = (inflow - CAPACITY) / (coming - jam)
    reached = before * LENGTH / FREE_SPEED
    depart = np.round(np.arange(n_trips) / inflow, 2)
    exact = {
        "clearance_s": free_time + (n_trips - 1) / CAPACITY,
        "mean_travel_time_s": free_time + (n_trips - 1) / 2 * (1 / CAPACITY - 1 / inflow),
        "spillback_at_origin_s": reached + before * LENGTH / -shock,
        "spillback_at_origin_without_backward_wave_s": reached + before * LENGTH / -without_wave,
        "free_flow_s": free_time,
        "backward_wave_mps": wave,
        "shock_mps": shock,
    }
    return Case(
        name,
        x=LENGTH * np.arange(n_links + 1),
        y=np.zeros(n_links + 1),
        from_node=np.arange(n_links),
        to_node=np.arange(1, n_links + 1),
        **_alike(lanes),
        origin=np.array([0]),
        destination=np.array([n_links]),
        first=np.array([0, n_links]),
        route_links=np.arange(n_links, dtype=np.int32),
        depart=depart,
        route=np.zeros(n_trips, dtype=np.int64),
        facts={"kind": "corridor with a bottleneck", "horizon_s": float(depart[-1]), "analytic": exact},
    )


def grid(name: str, n_trips: int, *, side: int = 50, horizon: float = 7200.0) -> Case:
    """Return a grid of two-way streets whose people drive from anywhere to the nearest of 20 shelters on its edge.

    All take the one way of a forest, so that nobody can block a ring. Equal ways are told apart by a seeded
    thousandth of the lengths.
    """
    from_node, to_node = _streets(side)
    n_nodes, n_links = side**2, len(from_node)
    shelters = _on_the_edge(side)
    weight = LENGTH * (1 + 1e-3 * (np.random.default_rng(20240).random(n_links) - 0.5))
    backward = csr_matrix((weight, (to_node, from_node)), shape=(n_nodes, n_nodes))
    _, next_node, _ = dijkstra(backward, indices=shelters, min_only=True, return_predecessors=True)
    next_node = next_node.astype(np.int64)
    next_node[shelters] = -1
    next_link = _link_between(from_node, to_node, next_node)
    origin, destination, first, route_links = _ways(next_node, next_link)
    route_of = np.full(n_nodes, -1)
    route_of[origin] = np.arange(len(origin))
    draws = np.random.default_rng(1)
    route = route_of[draws.choice(origin, n_trips)]
    depart = rayleigh_departures(draws, n_trips, horizon)
    node = np.arange(n_nodes)
    return Case(
        name,
        x=LENGTH * (node % side),
        y=LENGTH * (node // side),
        from_node=from_node,
        to_node=to_node,
        **_alike(np.ones(n_links, dtype=np.int64)),
        origin=origin,
        destination=destination,
        first=first,
        route_links=route_links,
        **in_order_of_departure(depart, route),
        facts={
            "kind": "grid evacuation to the nearest of 20 boundary shelters",
            "side": side,
            "horizon_s": int(horizon),
        },
        shelters=shelters,
    )


def _alike(lanes: Ints) -> dict[str, Floats | Ints]:
    n = len(lanes)
    return {
        "length": np.full(n, LENGTH),
        "free_speed": np.full(n, FREE_SPEED),
        "lanes": lanes,
        "capacity": CAPACITY * lanes,
        "jam_density": JAM_DENSITY * lanes,
    }


def _streets(side: int) -> tuple[Ints, Ints]:
    """Return the ends of all links: node by node, east, north, west, south."""
    row, column, way = np.meshgrid(*map(np.arange, (side, side, 4)), indexing="ij")
    to_row = row + np.array([0, 1, 0, -1])[way]
    to_column = column + np.array([1, 0, -1, 0])[way]
    is_inside = (to_row >= 0) & (to_row < side) & (to_column >= 0) & (to_column < side)
    return (row * side + column)[is_inside], (to_row * side + to_column)[is_inside]


def _on_the_edge(side: int) -> Ints:
    """Return the nodes of 20 shelters, spread evenly around the grid."""
    along = np.arange(side)
    edge = np.concatenate(
        [along, along[1:] * side + side - 1, (side - 1) * side + along[-2::-1], along[-2:0:-1] * side]
    )
    place = np.rint(np.arange(N_SHELTERS) * len(edge) / N_SHELTERS).astype(np.int64) % len(edge)
    return np.sort(edge[place])


def _link_between(from_node: Ints, to_node: Ints, next_node: Ints) -> Ints:
    """Return the link from each node to its next one, -1 where there is none; at most one link joins two nodes."""
    n = len(next_node)
    pair = from_node * n + to_node
    order = np.argsort(pair)
    place = np.searchsorted(pair, np.arange(n) * n + next_node, sorter=order)
    return np.where(next_node >= 0, order[np.minimum(place, len(pair) - 1)], -1)


def _ways(next_node: Ints, next_link: Ints) -> tuple[Ints, Ints, Ints, NDArray[np.int32]]:
    """Return origin, destination, first and links of the way along a forest from each node that is no root."""
    origin = np.flatnonzero(next_node >= 0)
    n_links = np.zeros(len(origin), dtype=np.int64)
    rows, node = np.arange(len(origin)), origin
    while rows.size:
        n_links[rows] += 1
        node = next_node[node]
        is_under_way = next_node[node] >= 0
        rows, node = rows[is_under_way], node[is_under_way]
    first = np.zeros(len(origin) + 1, dtype=np.int64)
    np.cumsum(n_links, out=first[1:])
    links = np.empty(first[-1], dtype=np.int32)
    node, destination = origin.copy(), origin.copy()
    for step in range(n_links.max(initial=0)):
        rows = np.flatnonzero(n_links > step)
        links[first[rows] + step] = next_link[node[rows]]
        node[rows] = next_node[node[rows]]
    destination[:] = node
    return origin, destination, first, links
