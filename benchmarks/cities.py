"""Sioux Falls and Chicago Sketch as cases: trips drawn from their tables, on routes of a user equilibrium.

The files are those of the public repository bstabler/TransportationNetworks, in the folder `tntp` of the data.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from benchmarks.grids import CAPACITY, FREE_SPEED, JAM_DENSITY
from benchmarks.inputs import Case, Floats, Ints, in_order_of_departure, rayleigh_departures

DATA = Path(os.environ.get("EVACSIM_DATA") or Path(__file__).parents[2] / "shared" / "data")
MILE, FOOT = 1609.34, 0.3048
DEGREE_EAST, DEGREE_NORTH = 111_320, 110_540
"""[m]; the first at the equator."""
HORIZON = 7200.0
"""[s] over which trips depart."""
ROUNDS = 20
"""Of successive averages; a trip takes the shortest way of a round drawn evenly."""
IS_CONNECTOR = 40_000
"""[vehicle/h] Whatever has more joins a zone to the streets: ten lanes, no bottleneck."""
KEPT_OUT = 1e5
"""[s] Cost of passing through a zone on the way elsewhere."""


class City(NamedTuple):
    """One of the networks: where its files are, how many trips, and the units of its files."""

    folder: str
    n_trips: int
    unit_of_length: float | None
    """[m]; None: the lengths are not physical, and follow from times and a speed."""


CITIES = {
    "w2_sioux": City("SiouxFalls", 100_000, None),
    "w2_chicago_100k": City("Chicago-Sketch", 100_000, MILE),
    "w2_chicago": City("Chicago-Sketch", 1_260_907, MILE),
}


class Links(NamedTuple):
    """The links of a city as rows, with the ids of nodes as rows too."""

    from_node: Ints
    to_node: Ints
    length: Floats
    free_speed: Floats
    lanes: Ints
    capacity: Floats
    is_from_zone: NDArray[np.bool_]


def has_city(name: str) -> bool:
    """Tell whether the files of a city are there."""
    return (DATA / "tntp" / CITIES[name].folder).is_dir()


def city(name: str) -> Case:
    """Return the case on a real network."""
    chosen = CITIES[name]
    folder = DATA / "tntp" / chosen.folder
    ids, links = _read_links(folder, chosen.unit_of_length)
    x, y = _read_positions(folder, ids, are_degrees=chosen.unit_of_length is None)
    start, end, volume = _read_table(folder, ids)
    draws = np.random.default_rng(2)
    pair = draws.choice(len(volume), chosen.n_trips, p=volume / volume.sum())
    trees = _equilibrium(links, start, end, np.bincount(pair, minlength=len(volume)))
    chosen_round = draws.integers(0, ROUNDS, chosen.n_trips)
    route, first, route_links = _routes(trees, start, end, pair, chosen_round)
    load = np.bincount(
        route_links,
        weights=np.repeat(np.bincount(route, minlength=len(first) - 1), np.diff(first)),
        minlength=len(links.length),
    )
    crowding = load / (HORIZON * links.capacity)
    depart = rayleigh_departures(draws, chosen.n_trips, HORIZON)
    return Case(
        name,
        x=x,
        y=y,
        from_node=links.from_node,
        to_node=links.to_node,
        length=links.length,
        free_speed=links.free_speed,
        lanes=links.lanes,
        capacity=links.capacity,
        jam_density=JAM_DENSITY * links.lanes,
        origin=links.from_node[route_links[first[:-1]]],
        destination=links.to_node[route_links[first[1:] - 1]],
        first=first,
        route_links=route_links,
        **in_order_of_departure(depart, route),
        facts={
            "kind": "real network, OD table, MSA user-equilibrium routes",
            "horizon_s": HORIZON,
            "max_volume_over_capacity": float(crowding.max()),
            "p95_volume_over_capacity": float(np.quantile(crowding, 0.95)),
        },
    )


def _equilibrium(links: Links, start: Ints, end: Ints, trips: Ints) -> "Trees":
    """Return the shortest ways of each round of successive averages (Sheffi 1985, recalled)."""
    n_nodes = int(max(links.from_node.max(), links.to_node.max())) + 1
    zones, zone = np.unique(start, return_inverse=True)
    free_time = links.length / links.free_speed
    kept_out = np.where(links.is_from_zone, KEPT_OUT, 0.0)
    trees = Trees.of(links, n_nodes, len(zones), zone)
    flow = np.zeros(len(free_time))
    asked = np.flatnonzero(trips)
    for turn in range(ROUNDS):
        cost = free_time * (1 + 0.15 * (flow / (HORIZON * links.capacity)) ** 4) + kept_out
        graph = csr_matrix((cost, (links.from_node, links.to_node)), shape=(n_nodes, n_nodes))
        trees.previous[turn] = dijkstra(graph, indices=zones, return_predecessors=True)[1]
        shortest = np.zeros(len(flow))
        for pairs, link in trees.walk_back(start[asked], end[asked], asked, np.full(len(asked), turn)):
            shortest += np.bincount(link, weights=trips[asked[pairs]], minlength=len(flow))
        flow += (shortest - flow) / (turn + 1)
    return trees


class Trees(NamedTuple):
    """The shortest ways from every zone, in every round."""

    previous: NDArray[np.int32]
    """Node before each node, shape (n_rounds, n_zones, n_nodes)."""
    zone: Ints
    """Zone where each pair of the table begins."""
    ends: Ints
    """From node and to node of links as one number, ascending."""
    link: Ints
    """The first link with those ends."""

    @classmethod
    def of(cls, links: Links, n_nodes: int, n_zones: int, zone: Ints) -> "Trees":
        """Return trees that lead nowhere yet."""
        ends, link = np.unique(links.from_node * n_nodes + links.to_node, return_index=True)
        return cls(np.full((ROUNDS, n_zones, n_nodes), -1, dtype=np.int32), zone, ends, link)

    def walk_back(self, start: Ints, end: Ints, pair: Ints, turn: Ints):
        """Yield, step by step from the end, which ways still go on and the link each of them takes."""
        n_nodes = self.previous.shape[2]
        rows, node = np.arange(len(pair)), end
        while True:
            is_under_way = node != start[rows]
            rows, node = rows[is_under_way], node[is_under_way]
            if not rows.size:
                return
            before = self.previous[turn[rows], self.zone[pair[rows]], node].astype(np.int64)
            yield rows, self.link[np.searchsorted(self.ends, before * n_nodes + node)]
            node = before


def _routes(
    trees: Trees, start: Ints, end: Ints, pair: Ints, turn: Ints
) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Return the route of each trip, and the different routes in the order in which trips first take them."""
    ways, first_trip, way = np.unique(pair * ROUNDS + turn, return_index=True, return_inverse=True)
    way_pair, way_turn = ways // ROUNDS, ways % ROUNDS
    ends = (start[way_pair], end[way_pair], way_pair, way_turn)
    n_links = np.zeros(len(ways), dtype=np.int64)
    for rows, _ in trees.walk_back(*ends):
        n_links[rows] += 1
    stop = np.cumsum(n_links)
    links, place = np.empty(stop[-1], dtype=np.int32), stop.copy()
    for rows, link in trees.walk_back(*ends):
        place[rows] -= 1
        links[place[rows]] = link
    route_of_way, seen = np.empty(len(ways), dtype=np.int64), dict[bytes, int]()
    kept = []
    for row in np.argsort(first_trip).tolist():
        along = links[stop[row] - n_links[row] : stop[row]]
        route = route_of_way[row] = seen.setdefault(along.tobytes(), len(seen))
        if route == len(kept):
            kept.append(along)
    first = np.concatenate([[0], np.cumsum([len(along) for along in kept])])
    return route_of_way[way], first, np.concatenate(kept)


def _read_links(folder: Path, unit_of_length: float | None) -> tuple[list[int], Links]:
    rows, first_street = [], 1
    for line in _lines(folder, "net"):
        if "FIRST THRU NODE" in line:
            first_street = int(line.split(">")[1])
        parts = line.replace(";", " ").split()
        if len(parts) >= 10 and parts[0].isdigit():
            rows.append([float(part) for part in parts[:5]])
    start, end, per_hour, given_length, minutes = np.array(rows).T
    ids = sorted({int(node) for node in (*start, *end)})
    time = minutes * 60
    length = time * FREE_SPEED if unit_of_length is None else given_length * unit_of_length
    length = np.maximum(length, 50.0)
    speed = np.clip(np.where(time > 0, length / np.maximum(time, 1e-9), 25.0), 5.0, 33.0)
    is_wide = per_hour > IS_CONNECTOR
    lanes = np.where(is_wide, 10, np.maximum(1, np.ceil(per_hour / 1800 - 1e-9))).astype(np.int64)
    capacity = np.where(is_wide, lanes * CAPACITY, np.minimum(per_hour / 3600, lanes * CAPACITY))
    from_node, to_node = (np.searchsorted(ids, nodes) for nodes in (start, end))
    return ids, Links(from_node, to_node, length, speed, lanes, capacity, start < first_street)


def _read_positions(folder: Path, ids: list[int], *, are_degrees: bool) -> tuple[Floats, Floats]:
    position = {}
    for line in _lines(folder, "node"):
        parts = line.replace(";", " ").split()
        if len(parts) >= 3 and parts[0].isdigit():
            position[int(parts[0])] = (float(parts[1]), float(parts[2]))
    x, y = np.array([position[node] for node in ids]).T
    if not are_degrees:
        return x * FOOT, y * FOOT
    return x * DEGREE_EAST * np.cos(np.radians(y.mean())), y * DEGREE_NORTH


def _read_table(folder: Path, ids: list[int]) -> tuple[Ints, Ints, Floats]:
    """Return where the trips of each pair of zones begin, where they end, and how many there are."""
    blocks = re.split(r"Origin\s+(\d+)", "".join(_lines(folder, "trips")))[1:]
    table = {
        (int(origin), int(destination)): float(trips)
        for origin, text in zip(blocks[::2], blocks[1::2], strict=True)
        for destination, trips in re.findall(r"(\d+)\s*:\s*([\d.eE+-]+)\s*;", text)
        if float(trips) > 0 and destination != origin
    }
    start, end = (np.searchsorted(ids, nodes) for nodes in np.array(sorted(table)).T)
    return start, end, np.array([table[pair] for pair in sorted(table)])


def _lines(folder: Path, kind: str) -> list[str]:
    (path,) = folder.glob(f"*_{kind}.tntp")
    return path.read_text(encoding="utf-8").splitlines(keepends=True)
