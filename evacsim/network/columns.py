"""The road network as columns: what the engine, the hazards and the maps read, in the order of the ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError, Issue
from evacsim.language import Text
from evacsim.network.attributes import mode_mask

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class RoadColumns:
    """Nodes and links of a road network, one row each, sorted by id; all arrays are read-only."""

    node_ids: tuple[str, ...]
    x: Floats
    """float64 (n_nodes,): easting [m]; nan in an abstract network."""
    y: Floats
    """float64 (n_nodes,): northing [m]."""
    height: Floats
    """float64 (n_nodes,): height above any one level [m]; nan where the file does not say it."""
    link_ids: tuple[str, ...]
    from_node: Rows
    """int32 (n_links,): row of the node where the link begins."""
    to_node: Rows
    """int32 (n_links,): row of the node where the link ends."""
    length: Floats
    """float64 (n_links,) [m]."""
    free_speed: Floats
    """float64 (n_links,) [m/s]."""
    lanes: Floats
    """float64 (n_links,): lanes in the direction of travel."""
    capacity: Floats
    """float64 (n_links,): of all lanes [vehicle/s]."""
    jam_density: Floats
    """float64 (n_links,): of all lanes [vehicle/m]."""
    mode_mask: NDArray[np.uint8]
    """uint8 (n_links,): who may use the link, in the bits of `attributes.MODE_BITS`."""
    is_bridge: NDArray[np.bool_]
    """bool (n_links,)."""
    bridge_offset: Floats
    """float64 (n_links,): height of a bridge's deck above the ground [m]; 0 elsewhere."""
    footway_width: Floats
    """float64 (n_links,): width on which people walk [m]; nan where the file does not say it."""
    road_class: tuple[str, ...]
    name: tuple[str, ...]
    geometry_start: NDArray[np.int64]
    """int64 (n_links + 1,): the course of link i is `geometry[geometry_start[i]:geometry_start[i + 1]]`."""
    geometry: Floats
    """float64 (n_points, 2): courses from node to node [m]; straight links have two points."""
    crs: str | None

    @cached_property
    def node_row(self) -> Mapping[str, int]:
        """Row of each node id."""
        return {node: row for row, node in enumerate(self.node_ids)}

    @cached_property
    def link_row(self) -> Mapping[str, int]:
        """Row of each link id."""
        return {link: row for row, link in enumerate(self.link_ids)}

    def course(self, link_row: int) -> Floats:
        """Return the points (n, 2) of one link [m]."""
        return self.geometry[self.geometry_start[link_row] : self.geometry_start[link_row + 1]]

    def nodes_open_to(self, mask: int) -> NDArray[np.bool_]:
        """Return which nodes (n_nodes,) a link of any of the modes in `mask` touches."""
        links = (self.mode_mask & mask) != 0
        touched = np.zeros(len(self.node_ids), dtype=np.bool_)
        touched[self.from_node[links]] = True
        touched[self.to_node[links]] = True
        return touched

    def nearest_node(
        self, x: Floats, y: Floats, mask: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, Floats]:
        """Return for each point the row of the nearest node, and how far it is [m].

        Of several nodes at the same distance it is the one with the lowest row.

        Parameters
        ----------
        x, y : ndarray of float64, shape (n,)
            Points in the network's reference system [m].
        mask : ndarray of bool, shape (n_nodes,), optional
            Nodes that may be chosen, such as `nodes_open_to(MODE_BITS["car"])`; all by default.

        Raises
        ------
        FormatError
            If the network has no coordinates, or no node may be chosen.
        """
        allowed = np.arange(len(self.node_ids)) if mask is None else np.flatnonzero(mask)
        if self.crs is None or not len(allowed):
            raise FormatError(*_nothing_near(self.crs))
        spots = np.column_stack((self.x[allowed], self.y[allowed]))
        points = np.column_stack((np.asarray(x, np.float64), np.asarray(y, np.float64)))
        nearest = _nearest(spots, points)
        distance = np.hypot(*(spots[nearest] - points).T)
        return allowed[nearest].astype(np.int32), distance


def road_columns(graph: nx.MultiDiGraph) -> RoadColumns:
    """Return the columns of a road network's graph, whatever the order of its nodes and edges."""
    nodes = sorted(graph.nodes(data=True), key=itemgetter(0))
    edges = sorted(graph.edges(data=True), key=lambda edge: str(edge[2]["id"]))
    row = {node: place for place, (node, _) in enumerate(nodes)}
    links = [data for _, _, data in edges]
    places = [data for _, data in nodes]
    crs = graph.graph["crs"]
    x, y = _column(places, "x", np.float64), _column(places, "y", np.float64)
    from_node = np.fromiter((row[start] for start, _, _ in edges), np.int32, len(edges))
    to_node = np.fromiter((row[end] for _, end, _ in edges), np.int32, len(edges))
    courses = [data["geometry"] for data in links]
    start, geometry = _courses(courses, from_node, to_node, np.column_stack((x, y)), crs)
    masks: dict[frozenset[str], int] = {
        modes: mode_mask(modes) for modes in {data["modes"] for data in links}
    }
    columns = RoadColumns(
        node_ids=tuple(node for node, _ in nodes),
        x=x,
        y=y,
        height=_optional(places, "height_m"),
        link_ids=tuple(data["id"] for data in links),
        from_node=from_node,
        to_node=to_node,
        length=_column(links, "length_m", np.float64),
        free_speed=_column(links, "free_speed_mps", np.float64),
        lanes=_column(links, "lanes", np.float64),
        capacity=_column(links, "capacity_vps", np.float64),
        jam_density=_column(links, "jam_density_vpm", np.float64),
        mode_mask=np.fromiter((masks[data["modes"]] for data in links), np.uint8, len(links)),
        is_bridge=_column(links, "bridge", np.bool_),
        bridge_offset=_column(links, "bridge_offset_m", np.float64),
        footway_width=_optional(links, "footway_width_m"),
        road_class=tuple(data["road_class"] for data in links),
        name=tuple(data["name"] for data in links),
        geometry_start=start,
        geometry=geometry,
        crs=crs,
    )
    for value in vars(columns).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return columns


def _column(rows: list[dict[str, Any]], name: str, dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.fromiter((row[name] for row in rows), dtype, len(rows))


def _optional(rows: list[dict[str, Any]], name: str) -> Floats:
    """Return a quantity that few files know; nan where it is unknown."""
    return np.fromiter((row.get(name, np.nan) for row in rows), np.float64, len(rows))


def _courses(
    courses: list[tuple[tuple[float, float], ...] | None],
    from_node: Rows,
    to_node: Rows,
    spots: Floats,
    crs: str | None,
) -> tuple[NDArray[np.int64], Floats]:
    """Return where each course starts, and the points of all; straight links run from node to node."""
    if crs is None:
        return np.zeros(len(courses) + 1, np.int64), np.zeros((0, 2))
    counts = np.fromiter((2 if course is None else len(course) for course in courses), np.int64, len(courses))
    start = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    geometry = np.empty((int(start[-1]), 2))
    straight = np.fromiter((course is None for course in courses), np.bool_, len(courses))
    geometry[start[:-1][straight]] = spots[from_node[straight]]
    geometry[start[:-1][straight] + 1] = spots[to_node[straight]]
    curved = [point for course in courses if course is not None for point in course]
    geometry[np.repeat(~straight, counts)] = np.array(curved, dtype=np.float64).reshape(-1, 2)
    return start, geometry


SAME_DISTANCE = 1e-6
"""Distances that differ by no more are the same [m]."""
_FEW = 8
"""Nodes looked at for each point at first."""


def _nearest(spots: Floats, points: Floats) -> NDArray[np.intp]:
    """Return the lowest row of the spots nearest to each point."""
    from scipy.spatial import KDTree

    tree = KDTree(spots)
    distance, rows = tree.query(points, k=list(range(1, min(_FEW, len(spots)) + 1)))
    ties = distance <= distance[:, :1] + SAME_DISTANCE
    nearest: NDArray[np.intp] = np.where(ties, rows, len(spots)).min(axis=1)
    for crowded in np.flatnonzero(ties[:, -1]):
        around = tree.query_ball_point(points[crowded], distance[crowded, 0] + SAME_DISTANCE)
        nearest[crowded] = min(around)
    return nearest


def _nothing_near(crs: str | None) -> tuple[str, list[Issue]]:
    if crs is None:
        rule = Text("has no coordinates, so nothing is near anything", "没有坐标，无法按位置查找")
        remedy = Text("name nodes (node: ...) instead of coordinates", "用节点编号 (node: ...) 代替坐标")
    else:
        rule = Text("has no node that this mode may use", "没有该交通方式可用的节点")
        remedy = Text("check the modes of its links", "检查路段的交通方式")
    return "road network", [Issue("road network", rule, remedy)]
