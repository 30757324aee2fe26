"""Places on the network: each at its nearest node with a footway and its nearest node with a road."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import Issue
from evacsim.formats.crs import canonical_crs, transformed
from evacsim.language import Text
from evacsim.network.columns import RoadColumns
from evacsim.scenario.district import Zone
from evacsim.scenario.forces import Force
from evacsim.scenario.model import Scenario
from evacsim.scenario.places import Place
from evacsim.scenario.transport import Fleet
from evacsim.world.columns import Homes, Places, Ways

P = TypeVar("P", bound=Place)
F = TypeVar("F", Force, Fleet)
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Locator:
    """Finds the nodes of places, and notes every place for which there is none."""

    def __init__(
        self, roads: RoadColumns, ways: Ways, *, network_crs: str | None, places_crs: str | None, limit: float
    ) -> None:
        self.issues: list[Issue] = []
        self._roads = roads
        self._limit = limit
        self._network_crs, self._places_crs = network_crs, places_crs
        self._is_walk = _touched(roads, ways, ways.is_footway)
        self._is_drive = _touched(roads, ways, ~ways.is_footway)

    def positions(self, places: Sequence[Place]) -> Floats:
        """Return the coordinates of places in the network's system, shape (n, 2); nan where there are none."""
        xy = np.array([(np.nan if p.x is None else p.x, np.nan if p.y is None else p.y) for p in places])
        xy = xy.reshape(-1, 2)
        if self._places_crs is not None and self._network_crs is not None:
            here = ~np.isnan(xy[:, 0])
            source = canonical_crs(self._places_crs, file="district")
            xy[here] = transformed(xy[here], source, canonical_crs(self._network_crs, file="roads"))
        for k, place in enumerate(places):
            if place.node is not None and place.node in self._roads.node_row:
                row = self._roads.node_row[place.node]
                xy[k] = self._roads.x[row], self._roads.y[row]
        return xy

    def locate(self, places: Sequence[P], kind: Text, first_depth_row: int) -> Places[P]:
        """Return places with their nodes; they own the rows of the water from `first_depth_row` on."""
        places = sorted(places, key=lambda place: place.id)
        xy = self.positions(places)
        walk = self._nearest(xy, self._is_walk)
        drive = self._nearest(xy, self._is_drive)
        for k, place in enumerate(places):
            if place.node is not None:
                walk[k] = drive[k] = self._named(place, kind)
            else:
                self._check_distance(place, kind, xy[k], walk[k])
        return Places(
            models=places,
            x=xy[:, 0],
            y=xy[:, 1],
            walk_node=walk,
            drive_node=drive,
            depth_row=np.arange(first_depth_row, first_depth_row + len(places), dtype=np.int32),
        )

    def nodes_within(self, xy: Floats, radius: float) -> Ints:
        """Return the nodes with a footway within `radius` of a point, ascending."""
        distance = np.hypot(self._roads.x - xy[0], self._roads.y - xy[1])
        return np.flatnonzero(self._is_walk & (distance <= radius)).astype(np.int32)

    def nodes_inside(self, rings: Sequence[Floats]) -> Ints:
        """Return the nodes with a footway inside a polygon, ascending; odd-even rule over all rings."""
        inside = np.zeros(len(self._roads.node_ids), dtype=bool)
        for ring in rings:
            inside ^= _inside(self._roads.x, self._roads.y, ring)
        return np.flatnonzero(inside & self._is_walk).astype(np.int32)

    def to_network(self, points: Floats) -> Floats:
        """Return points of the district's system in the network's."""
        if self._places_crs is None or self._network_crs is None:
            return points
        source = canonical_crs(self._places_crs, file="district")
        return transformed(points, source, canonical_crs(self._network_crs, file="roads"))

    def drive_nodes_near(self, nodes: Ints) -> Ints:
        """Return for each node the nearest one with a road for vehicles."""
        return self._nearest(np.column_stack([self._roads.x[nodes], self._roads.y[nodes]]), self._is_drive)

    def _nearest(self, xy: Floats, mask: NDArray[np.bool_]) -> Ints:
        found = np.zeros(len(xy), dtype=np.int32)
        here = np.isfinite(xy).all(axis=1)
        if here.any():
            found[here], _ = self._roads.nearest_node(xy[here, 0], xy[here, 1], mask)
        return found

    def _named(self, place: Place, kind: Text) -> int:
        row = self._roads.node_row.get(str(place.node))
        if row is None:
            self.issues.append(
                Issue(
                    file="roads",
                    place=f"{kind.en} {place.id}: node",
                    value=str(place.node),
                    rule=Text("is no node of the road network", "不是路网中的节点"),
                    remedy=Text("write the id of a node, or x and y", "写路网节点编号, 或写 x、y 坐标"),
                )
            )
            return 0
        return row

    def _check_distance(self, place: Place, kind: Text, xy: Floats, node: int) -> None:
        distance = float(np.hypot(self._roads.x[node] - xy[0], self._roads.y[node] - xy[1]))
        if distance <= self._limit or self._network_crs is None:
            return
        self.issues.append(
            Issue(
                file="district",
                place=f"{kind.en} {place.id}",
                value=f"({place.x}, {place.y})",
                rule=Text(
                    f"lies {distance / 1000:.1f} km from the nearest road; at most {self._limit / 1000:g} km is taken",
                    f"距最近道路 {distance / 1000:.1f} 公里, 超过允许的 {self._limit / 1000:g} 公里",
                ),
                remedy=Text(
                    "correct its coordinates or the crs (are x and y swapped?), or raise access_limit",
                    "检查坐标或坐标系(经纬度是否写反), 或调大 access_limit",
                ),
            )
        )


def standing_by(scenario: Scenario, places: Sequence[F], force_of: Callable[[F], str | None]) -> list[F]:
    """Return teams, or fleets that teams crew, where the plan has them stand by from the start, else at home."""
    rescue = scenario.plan.rescue
    node = {} if rescue is None else {one.force: one.node for one in rescue.stand_by}
    return [
        place.model_copy(update={"node": node[force], "x": None, "y": None})
        if (force := force_of(place)) in node
        else place
        for place in places
    ]


def build_homes(zones: Places[Zone], locator: Locator, roads: RoadColumns, first_depth_row: int) -> Homes:
    """Return where the households of each zone live; wide zones own rows of the water from `first_depth_row` on.

    A zone at a point has one home there. A wide zone (with a radius or an outline) has a home at
    every node with a footway within it; where it holds none, at its point.
    """
    zone_rows, nodes, counts = [], [], []
    for row, zone in enumerate(zones.models):
        inside = np.empty(0, dtype=np.int32)
        if zone.outline is not None:
            rings = [locator.to_network(np.array(ring, dtype=np.float64)) for ring in zone.outline]
            inside = locator.nodes_inside(rings)
        elif zone.radius > 0:
            inside = locator.nodes_within(np.array([zones.x[row], zones.y[row]]), zone.radius)
        if not inside.size:
            inside = zones.walk_node[row : row + 1]
        nodes.append(inside)
        zone_rows.append(np.full(len(inside), row, dtype=np.int32))
        counts.append(len(inside))
    walk = np.concatenate(nodes)
    zone_of = np.concatenate(zone_rows)
    at_point = np.repeat(np.array(counts) == 1, counts) & (walk == zones.walk_node[zone_of])
    drive = np.where(at_point, zones.drive_node[zone_of], locator.drive_nodes_near(walk)).astype(np.int32)
    depth_row = zones.depth_row[zone_of].copy()
    depth_row[~at_point] = first_depth_row + np.arange(np.count_nonzero(~at_point))
    depth_row = zones.depth_row[zone_of].copy()
    depth_row[~at_point] = first_depth_row + np.arange(np.count_nonzero(~at_point))
    distance = np.hypot(roads.x[walk] - zones.x[zone_of], roads.y[walk] - zones.y[zone_of])
    return Homes(
        zone=zone_of,
        walk_node=walk,
        drive_node=drive,
        depth_row=depth_row,
        access=np.where(at_point, np.nan_to_num(distance), 0.0),
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
    )


def _touched(roads: RoadColumns, ways: Ways, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the nodes at which any of the chosen ways begins or ends."""
    touched = np.zeros(len(roads.node_ids), dtype=bool)
    touched[ways.from_node[chosen]] = True
    touched[ways.to_node[chosen]] = True
    return touched


def _inside(x: Floats, y: Floats, ring: Floats) -> NDArray[np.bool_]:
    """Return which points lie inside a ring: a ray to the east crosses it an odd number of times."""
    inside = np.zeros(len(x), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            crosses = ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
            inside ^= crosses
    return inside
