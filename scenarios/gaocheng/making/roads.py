"""The roads: main roads from town to town, a grid in the city, village roads in between.

The village roads are the relative neighborhood graph of the villages (two of them are joined
where no third is nearer to both), which is planar and looks like country roads do. Whatever
crosses the river does so on one of the bridges of the main roads.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from making.curves import Array, crosses, inside, stream
from making.geography import RIVER, TOWNSHIPS, TRIBUTARY, boundary, ruggedness, township_rows


@dataclass(frozen=True)
class RoadClass:
    """What the roads of one class are like, per direction."""

    osm: str
    lanes: int
    speed_kmh: float
    flow: float
    """Sustained flow of one lane [vehicle/h]."""
    lift: float
    """Height of the carriageway above the ground [m]."""


CLASSES = {
    "national": RoadClass("primary", 2, 70, 600, 1.7),
    "provincial": RoadClass("primary", 1, 60, 600, 0.9),
    "county": RoadClass("secondary", 1, 50, 600, 0.6),
    "township": RoadClass("tertiary", 1, 40, 600, 0.4),
    "village": RoadClass("unclassified", 1, 30, 300, 0.2),
    "arterial": RoadClass("secondary", 2, 50, 600, 0.3),
    "street": RoadClass("residential", 1, 30, 600, 0.1),
}
JAM_DENSITY = 0.15
"""Vehicles standing on one metre of a lane."""

X_BRIDGE = "X-county bridge"


@dataclass(frozen=True)
class MainRoad:
    """A road of several towns; names of seats, `name@north` for a bridge over the river, or points in km."""

    name: str
    kind: str
    way: tuple[str | tuple[float, float], ...]


MAIN_ROADS = [
    MainRoad("G1", "national", ((5.5, 26), "J10", "J09", "J07", "city")),
    MainRoad("G1", "national", ("city", "J17", (5.2, -14.5), "J20", (6.5, -27.5))),
    MainRoad("G2", "national", ((-15.2, 1.0), (-9.6, 1.6), "city west")),
    MainRoad("G2", "national", ("city", (9.2, 2.2), "J22", (18, 5.4))),
    MainRoad("S1", "provincial", ("city west", "J08", "J15", "J19", (-8, 25.5))),
    MainRoad("S2", "provincial", ("city", "J13", "J14", (17, -16.6))),
    MainRoad("S3", "provincial", ("city west", "J16", "J21", "J12", (-14, -31))),
    MainRoad("S4", "provincial", ("J20", "upper bridge@-20400", "J11", "J12")),
    MainRoad("X1", "county", ("J22", "J18", "J09")),
    MainRoad("X2", "county", ("J07", "middle bridge@7200", "J08")),
    MainRoad("X3", "county", ("J10", X_BRIDGE + "@22100", "J19")),
    MainRoad("X4", "county", ("J18", "J07")),
    MainRoad("X5", "county", ("J17", "south bridge@-8000", "J16")),
    MainRoad("X6", "county", ("J13", "J17")),
    MainRoad("X7", "county", ("J13", (13.6, -2.4), "J22")),
    MainRoad("X8", "county", ("J14", "J20")),
    MainRoad("X9", "county", ("J21", "J11")),
    MainRoad("X10", "county", ("J18", (9.5, 18.5), "J10")),
    MainRoad("X11", "county", ("J08", (-9.6, 1.6))),
    MainRoad("X12", "county", ("J16", (-14.6, -3.4))),
]
CITY_BANKS = {"city": -1, "city west": 1}
"""Words for the city's grid in the ways above, and the bank they mean."""
CITY_BRIDGES = [("north city bridge", 2300.0), ("central bridge", 500.0), ("south city bridge", -1900.0)]

_GRID_STEP = 430.0
_GRID_TURN = np.deg2rad(11)
_URBAN_REACH = 2300.0
_RAMP = 3.4
"""Height of bridges and of the ramps that lead up to them; above any flood [m]."""


@dataclass
class Edge:
    """A piece of road between two nodes, both directions alike."""

    kind: str
    name: str = ""
    lift: float = 0.0
    """Height of the carriageway above the ground [m]."""
    is_bridge: bool = False
    bridge_offset: float = 0.0


@dataclass
class Network:
    """Nodes and the roads between them."""

    points: list[Array] = field(default_factory=list)
    edges: dict[tuple[int, int], Edge] = field(default_factory=dict)

    def add_node(self, point: Array) -> int:
        """Add a node and return its row."""
        self.points.append(np.round(point, 1))
        return len(self.points) - 1

    def add_edge(self, a: int, b: int, edge: Edge) -> None:
        """Join two nodes, unless they are joined already."""
        if a != b:
            self.edges.setdefault((min(a, b), max(a, b)), edge)

    def position(self) -> Array:
        """Return where the nodes are, shape (nodes, 2)."""
        return np.array(self.points)

    def neighbors(self) -> list[list[tuple[int, float, float]]]:
        """Return for each node its neighbors with the length [m] and the free travel time [s] to them."""
        near: list[list[tuple[int, float, float]]] = [[] for _ in self.points]
        for (a, b), edge in self.edges.items():
            length = float(np.linalg.norm(self.points[a] - self.points[b]))
            time = length / (CLASSES[edge.kind].speed_kmh / 3.6)
            near[a].append((b, length, time))
            near[b].append((a, length, time))
        return near


def shortest(
    near: list[list[tuple[int, float, float]]], start: int, *, by: str, limit: float = np.inf
) -> tuple[Array, list[int]]:
    """Return the least length or time from `start` to every node, and the node before each on the way."""
    column = {"length": 1, "time": 2}[by]
    least, before = np.full(len(near), np.inf), [-1] * len(near)
    least[start] = 0.0
    queue = [(0.0, start)]
    while queue:
        so_far, node = heapq.heappop(queue)
        if so_far > least[node]:
            continue
        for step in near[node]:
            total = so_far + step[column]
            if total < least[step[0]] and total <= limit:
                least[step[0]], before[step[0]] = total, node
                heapq.heappush(queue, (total, step[0]))
    return least, before


def build(villages: Array) -> Network:
    """Return the whole network; each of `villages` becomes a node of it."""
    network = Network()
    _add_city(network)
    n_city = len(network.points)
    _add_main_roads(network)
    _add_villages(network, villages)
    _add_village_roads(network, n_city)
    _join_what_is_apart(network)
    _raise_township_roads(network)
    return network


def _add_city(network: Network) -> None:
    """Lay the grid of streets over the urban townships, on both banks, and join the banks by bridges."""
    seats = np.array([township.seat for township in TOWNSHIPS if township.is_urban])
    steps = np.arange(-20, 21)
    columns, rows = (grid.ravel() for grid in np.meshgrid(steps, steps))
    turn = np.array([[np.cos(_GRID_TURN), -np.sin(_GRID_TURN)], [np.sin(_GRID_TURN), np.cos(_GRID_TURN)]])
    lattice = np.column_stack([columns, rows]) * _GRID_STEP @ turn.T + (1500, 0)
    lattice = lattice + (stream("grid").random(lattice.shape) - 0.5) * 0.22 * _GRID_STEP
    is_urban = np.linalg.norm(lattice[:, None] - seats, axis=2).min(axis=1) < _URBAN_REACH
    is_built = is_urban & (RIVER.nearest(lattice)[0] > 260)
    at = {
        (int(columns[place]), int(rows[place])): network.add_node(lattice[place])
        for place in np.nonzero(is_built)[0]
    }
    city = network.position()
    bank = _bank(city)
    left_out = stream("streets left out")
    for (column, row), node in at.items():
        for other, is_arterial in [((column + 1, row), row % 4 == 0), ((column, row + 1), column % 4 == 0)]:
            is_left_out = left_out.random() < 0.10
            if other in at and bank[at[other]] == bank[node] and (is_arterial or not is_left_out):
                kind = "arterial" if is_arterial else "street"
                network.add_edge(node, at[other], Edge(kind, lift=CLASSES[kind].lift))
    for name, north in CITY_BRIDGES:
        west, east = _abutments(north, 0.0)
        course = [city[nearest(city, west, 1)], west, east, city[nearest(city, east, -1)]]
        _lay_polyline(network, np.array(course), Edge("arterial", name, _RAMP))


def _bank(points: Array) -> Array:
    """Return 1 for points west of the main river, -1 for points east of it."""
    return RIVER.nearest(points)[2]


def nearest(position: Array, point: Array, bank: float | None = None) -> int:
    """Return the row of the position nearest to a point, among those on one bank if a bank is named."""
    apart = np.linalg.norm(position - point, axis=1)
    return int(np.argmin(apart if bank is None else np.where(_bank(position) == bank, apart, np.inf)))


def _abutments(north: float, reach: float) -> tuple[Array, Array]:
    """Return points west and east of the river, square to it, `reach` behind the ends of a bridge."""
    at = int(np.argmin(np.abs(RIVER.line[:, 1] - north)))
    ahead = RIVER.line[at + 3] - RIVER.line[at - 3]
    across = np.array([-ahead[1], ahead[0]]) / np.linalg.norm(ahead)
    out = RIVER.half_width + 70 + reach
    # Between two points of the line, so that the bridge crosses a piece of it and not a corner.
    middle = (RIVER.line[at] + RIVER.line[at + 1]) / 2
    return middle + across * out, middle - across * out


def _lay_polyline(network: Network, course: Array, like: Edge) -> None:
    """Lay a road through points; where it crosses river or tributary it gets a bridge of its own link."""
    course = _with_tributary_bridges(course)
    nodes = [_node_at(network, point) for point in course]
    over_river = _crosses_stream(RIVER.line, course[:-1], course[1:])
    over_tributary = _crosses_stream(TRIBUTARY.line, course[:-1], course[1:])
    for place, (a, b) in enumerate(pairwise(nodes)):
        edge = replace(like, is_bridge=bool(over_river[place] or over_tributary[place]))
        if edge.is_bridge:
            edge.bridge_offset = 8.0 if over_river[place] and like.name != X_BRIDGE else 4.0
            edge.lift = _RAMP
        network.add_edge(a, b, edge)


def _with_tributary_bridges(course: Array) -> Array:
    """Return the course with a point 60 m before and behind each crossing of the tributary."""
    points = [course[0]]
    for a, b in pairwise(course):
        at = np.nonzero(crosses(a, b, TRIBUTARY.line[:-1], TRIBUTARY.line[1:]))[0]
        if len(at):
            middle = TRIBUTARY.line[at[0]]
            ahead = (b - a) / np.linalg.norm(b - a)
            foot = a + ahead * np.dot(middle - a, ahead)
            points += [foot - 60 * ahead, foot + 60 * ahead]
        points.append(b)
    return np.array(points)


def _crosses_stream(line: Array, a: Array, b: Array) -> np.ndarray:
    """Return which of the segments a-b cross the stream."""
    return crosses(a[:, None], b[:, None], line[None, :-1], line[None, 1:]).any(axis=1)


def _node_at(network: Network, point: Array) -> int:
    """Return the node at a point, a new one where there is none."""
    position = network.position()
    found = nearest(position, point)
    return found if np.linalg.norm(position[found] - point) < 1.0 else network.add_node(point)


def _add_main_roads(network: Network) -> None:
    """Draw the roads between the towns, winding as the land demands."""
    city = network.position()
    for road in MAIN_ROADS:
        corners = _corners(road, city)
        for number, ((here, bridge), (there, _)) in enumerate(pairwise(corners)):
            if bridge:
                lift = CLASSES[road.kind].lift if bridge == X_BRIDGE else _RAMP
                _lay_polyline(network, np.array([here, there]), Edge(road.kind, bridge, lift))
            else:
                course = _winding(here, there, stream(f"road {road.name} {road.way[0]} {number}"))
                _lay_polyline(network, course, Edge(road.kind, road.name, CLASSES[road.kind].lift))


def _corners(road: MainRoad, city: Array) -> list[tuple[Array, str]]:
    """Return the points a road must pass, each with the bridge that the road is on from there, if any."""
    seats = {township.code: township.seat for township in TOWNSHIPS}
    found: list[tuple[Array, str]] = []
    for place, word in enumerate(road.way):
        if isinstance(word, tuple):
            found.append((1000 * np.array(word), ""))
        elif word in seats:
            found.append((seats[word], ""))
        elif "@" in word:
            bridge, north = word.split("@")
            (west_far, east_far), (west, east) = (_abutments(float(north), reach) for reach in (450.0, 0.0))
            over = [west_far, west, east, east_far]
            if _bank(found[-1][0][None])[0] < 0:
                over.reverse()
            found += zip(over, (bridge, bridge, bridge, ""), strict=True)
        else:
            # In the city the road begins at the crossing nearest to where it comes from or goes.
            beside = road.way[1 if place == 0 else place - 1]
            beyond = seats[beside] if isinstance(beside, str) else 1000 * np.array(beside)
            found.append((city[nearest(city, beyond, CITY_BANKS[word])], ""))
    return found


def _winding(start: Array, end: Array, draws: np.random.Generator) -> Array:
    """Return a course from start to end with a point about every 850 m, winding more in the hills."""
    length = float(np.linalg.norm(end - start))
    n = max(1, round(length / 850))
    part = np.arange(n + 1) / n
    waves = np.arange(1, max(2, n // 2 + 1))
    swing = (draws.random(len(waves)) * 2 - 1) / waves
    rough = float(ruggedness((start + end)[None] / 2)[0])
    aside = np.sin(np.pi * part[:, None] * waves) @ swing * length * (0.035 + 0.07 * rough)
    across = np.array([start[1] - end[1], end[0] - start[0]]) / length
    return start + part[:, None] * (end - start) + aside[:, None] * across


def _add_villages(network: Network, villages: Array) -> None:
    """Add the given villages, then others wherever there is room for one."""
    for village in villages:
        network.add_node(village)
    draws = stream("villages").random((16_000, 2))
    ring = boundary()
    candidates = ring.min(axis=0) + draws * np.ptp(ring, axis=0)
    seats = np.array([township.seat for township in TOWNSHIPS if township.is_urban])
    is_country = np.linalg.norm(candidates[:, None] - seats, axis=2).min(axis=1) > _URBAN_REACH + 150
    off_water = (RIVER.nearest(candidates)[0] > 300) & (TRIBUTARY.nearest(candidates)[0] > 120)
    candidates = candidates[inside(candidates, ring) & is_country & off_water]
    taken = network.position()
    for candidate, room in zip(candidates, 820 + 700 * ruggedness(candidates), strict=True):
        if np.min(np.hypot(*(taken - candidate).T)) > room:
            network.add_node(candidate)
            taken = np.vstack([taken, np.round(candidate, 1)])


def _add_village_roads(network: Network, n_city: int) -> None:
    """Join neighbors: two nodes between which no third lies nearer to both."""
    position = network.position()
    apart = np.hypot(*(position[:, None] - position).transpose(2, 0, 1))
    pairs = [
        (a, int(b))
        for a in range(len(position))
        for b in np.nonzero(apart[a] < 4000)[0]
        if b > max(a, n_city - 1) and not np.any(np.maximum(apart[a], apart[b]) < apart[a, b])
    ]
    _lay_where_free(network, np.array(pairs))


def _lay_where_free(network: Network, pairs: np.ndarray) -> None:
    """Lay village roads for those pairs of nodes whose road would cross no stream and no other road."""
    position = network.position()
    a, b = position[pairs[:, 0]], position[pairs[:, 1]]
    there = np.array(list(network.edges))
    c, d = position[there[:, 0]], position[there[:, 1]]
    for start in range(0, len(pairs), 500):
        part = slice(start, start + 500)
        free = ~crosses(a[part, None], b[part, None], c[None], d[None]).any(axis=1)
        for line in (RIVER.line, TRIBUTARY.line):
            free &= ~_crosses_stream(line, a[part], b[part])
        for one, other in pairs[part][free]:
            network.add_edge(int(one), int(other), Edge("village", lift=CLASSES["village"].lift))


def _join_what_is_apart(network: Network) -> None:
    """Give every part of the network that cannot be reached its shortest possible village road."""
    while len(set(groups := _groups(network))) > 1:
        position = network.position()
        small = [group for group in sorted(set(groups)) if group != _largest(groups)]
        members = np.nonzero(groups == small[0])[0]
        others = np.nonzero(groups != small[0])[0]
        apart = np.hypot(*(position[members, None] - position[others]).transpose(2, 0, 1))
        before = len(network.edges)
        for flat in np.argsort(apart, axis=None, kind="stable")[:400]:
            row, column = np.unravel_index(flat, apart.shape)
            _lay_where_free(network, np.array([[members[row], others[column]]]))
            if len(network.edges) > before:
                break
        else:
            raise RuntimeError(f"no road can reach {position[members[0]]}")


def _groups(network: Network) -> np.ndarray:
    """Return for each node the least node that it is joined to."""
    group = np.arange(len(network.points))
    ends = np.array(list(network.edges))
    while True:
        least = np.minimum(group[ends[:, 0]], group[ends[:, 1]])
        before = group.copy()
        np.minimum.at(group, ends[:, 0], least)
        np.minimum.at(group, ends[:, 1], least)
        if np.array_equal(before, group):
            return group


def _largest(groups: np.ndarray) -> int:
    names, counts = np.unique(groups, return_counts=True)
    return int(names[np.argmax(counts)])


def _raise_township_roads(network: Network) -> None:
    """Make those village roads township roads that lead from many villages to their seat."""
    near, position = network.neighbors(), network.position()
    home = township_rows(position)
    for row, township in enumerate(TOWNSHIPS):
        used: Counter[tuple[int, int]] = Counter()
        _, before = shortest(near, nearest(position, township.seat), by="time")
        for node in np.nonzero(home == row)[0]:
            at = int(node)
            while before[at] >= 0:
                used[min(at, before[at]), max(at, before[at])] += 1
                at = before[at]
        for ends, count in used.items():
            edge = network.edges[ends]
            if edge.kind == "village" and count >= 5:
                edge.kind, edge.lift = "township", CLASSES["township"].lift
