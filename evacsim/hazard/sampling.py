"""Water from a field (a grid, polygons) onto the links, all along them, and onto the places.

A link is as deep as its deepest point: a long road that dips once into the water is cut there,
however dry its middle. Points lie at both ends, at every vertex and in between, no further
apart than half a cell and than 10 m; a road that only clips the corner of a cell may miss it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evacsim.errors import Issue, ScenarioError
from evacsim.formats.crs import metres_per_unit, transformed
from evacsim.formats.rasters import Frame, Nodata
from evacsim.hazard.water import Depths, Floats, Rows, Water
from evacsim.language import Text

SPACING, FINEST_SPACING = 10.0, 1.0
"""Points along a link lie no further apart than the first, and need not lie closer than the second (assumed) [m]."""


class Field(Protocol):
    """Water over an area at growing times."""

    @property
    def source(self) -> str:
        """Name for messages: the file or pattern."""

    @property
    def times(self) -> Floats:
        """Time of each frame, growing, shape (n_frames,) [s]."""

    @property
    def crs(self) -> str:
        """Coordinate reference system of the area, in its canonical spelling."""

    def cell_size(self) -> float:
        """Return the size of the smallest part with one depth [m]; inf where there are no cells."""

    def frames_at(self, xy: Floats) -> Iterator[Frame]:
        """Yield frame by frame the depth at points (n, 2), nan where it is not known [m]."""


@dataclass(frozen=True, slots=True)
class LinkShapes:
    """Where the links run, as flat arrays."""

    ids: Sequence[str]
    """Id of each link, for messages."""
    offsets: Rows
    """Link i has the vertices offsets[i] to offsets[i + 1] - 1; shape (n_links + 1,)."""
    xy: Floats
    """Vertices in the direction of the link, one or more a link, shape (n_vertices, 2)."""
    deck_height: Floats
    """Height of a bridge's deck above the ground, 0 for all other links, shape (n_links,) [m]."""


@dataclass(frozen=True, slots=True)
class PlacePoints:
    """Where the places lie."""

    ids: Sequence[str]
    """Id of each place, for messages."""
    xy: Floats
    """Point of each place, shape (n_places, 2)."""


def sample_water(
    field: Field, links: LinkShapes, places: PlacePoints, *, crs: str, unknown: Nodata = "error"
) -> Water:
    """Return the water that `field` puts on links and places, whose coordinates are in `crs`.

    The depth on a bridge is the depth above its deck. `unknown` says what it means that the field
    holds no depth for a point, because it lies outside its grid or in a cell without a value.

    Raises
    ------
    ScenarioError
        If a link or place lies where nothing is known and `unknown` is "error"; and always if
        none of them lies where anything is known.
    FormatError
        For broken frames.
    """
    walk = _walk(links, max(min(SPACING, field.cell_size() / 2), FINEST_SPACING), crs)
    points = transformed(np.concatenate((walk.xy, places.xy)), crs, field.crs)
    n_walk, starts = len(walk.xy), walk.starts
    wet = _WetLinks()
    place_depth: list[Depths] = []
    is_known, is_unknown = np.zeros(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
    n_negative = 0
    for frame in field.frames_at(points):
        nothing = np.isnan(frame.depth)
        is_known |= ~nothing
        is_unknown |= nothing
        n_negative += frame.n_negative
        depth = np.where(nothing, np.float32(0), frame.depth)
        along = np.maximum(depth[:n_walk] - walk.deck_height, np.float32(0))
        share = np.add.reduceat(np.where(along > 0, walk.length, 0.0), starts)
        wet.add(np.maximum.reduceat(along, starts), share / np.add.reduceat(walk.length, starts))
        place_depth.append(depth[n_walk:])
    if not is_known.any():
        raise ScenarioError(field.source, [_nothing_in_common(field.source, points)])
    unknown_links = np.flatnonzero(np.logical_or.reduceat(is_unknown[:n_walk], starts))
    unknown_places = np.flatnonzero(is_unknown[n_walk:])
    issues = [
        *_unknown_issues(field.source, "link", [links.ids[row] for row in unknown_links.tolist()]),
        *_unknown_issues(field.source, "place", [places.ids[row] for row in unknown_places.tolist()]),
    ]
    if issues and unknown == "error":
        raise ScenarioError(field.source, issues)
    rows, link_depth, link_wet_share = wet.columns()
    return Water(
        times=field.times,
        n_links=len(links.ids),
        link_rows=rows,
        link_depth=link_depth,
        link_wet_share=link_wet_share,
        place_depth=np.array(place_depth, dtype=np.float32),
        n_unknown_links=len(unknown_links),
        n_unknown_places=len(unknown_places),
        n_negative=n_negative,
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """Points along all links, link by link."""

    xy: Floats
    """Points, shape (n_points, 2)."""
    starts: Rows
    """First point of each link, shape (n_links,)."""
    length: Floats
    """Length for which each point stands: half way to its neighbours on the link, shape (n_points,) [m]."""
    deck_height: Depths
    """Height of the deck under each point, shape (n_points,) [m]."""


def _walk(links: LinkShapes, spacing: float, crs: str) -> _Walk:
    """Return points along the links, both ends and all vertices among them, at most `spacing` [m] apart."""
    n_vertices = len(links.xy)
    step = np.diff(links.xy, axis=0, append=links.xy[-1:])
    step[links.offsets[1:] - 1] = 0.0  # the last vertex of a link leads nowhere
    along_x, along_y = metres_per_unit(crs, links.xy[:, 1])
    distance = np.hypot(step[:, 0] * along_x, step[:, 1] * along_y)
    pieces = np.maximum(np.ceil(distance / spacing).astype(np.int64), 1)
    first = np.concatenate(([0], np.cumsum(pieces)))
    vertex = np.repeat(np.arange(n_vertices), pieces)
    part = (np.arange(len(vertex)) - first[vertex]) / pieces[vertex]
    starts = first[links.offsets]
    after = (distance / pieces)[vertex]
    before = np.concatenate(([0.0], after[:-1]))
    link = np.repeat(np.arange(len(links.ids)), np.diff(starts))
    length = (before + after) / 2
    length[np.add.reduceat(length, starts[:-1])[link] == 0] = 1.0
    return _Walk(
        links.xy[vertex] + part[:, None] * step[vertex],
        starts[:-1],
        length,
        links.deck_height[link].astype(np.float32),
    )


class _WetLinks:
    """Gathers frames of which only the wet links are kept."""

    def __init__(self) -> None:
        self._frames: list[tuple[Rows, Depths, Floats]] = []

    def add(self, depth: Depths, wet_share: Floats) -> None:
        """Keep what is wet in the next frame, given for all links."""
        rows = np.flatnonzero(depth > 0)
        self._frames.append((rows, depth[rows], wet_share[rows]))

    def columns(self) -> tuple[Rows, Depths, Depths]:
        """Return the links ever wet, (n_wet,), and their depths and wet shares, (n_frames, n_wet)."""
        ever = np.unique(np.concatenate([rows for rows, _, _ in self._frames]))
        depth = np.zeros((len(self._frames), len(ever)), dtype=np.float32)
        wet_share = np.zeros_like(depth)
        for frame, (rows, depths, shares) in enumerate(self._frames):
            columns = np.searchsorted(ever, rows)
            depth[frame, columns] = depths
            wet_share[frame, columns] = shares
        return ever, depth, wet_share


def _unknown_issues(source: str, kind: str, ids: list[str]) -> list[Issue]:
    if not ids:
        return []
    rule = Text(
        f"lies where the water data say nothing ({len(ids)} in all)",
        f"所在位置没有水深数据（共 {len(ids)} 个）",
    )
    remedy = Text(
        "extend the water data, or write nodata: dry if no water can come there",
        "扩大水深数据范围；若确定无水可至，写 nodata: dry",
    )
    shown = ", ".join(ids[:10]) + (" ..." if len(ids) > 10 else "")
    return [Issue(source, rule, remedy, f"{kind} {shown}")]


def _nothing_in_common(source: str, points: Floats) -> Issue:
    rule = Text(
        "no road and no place lies where the water data say anything",
        "没有任何道路或地点落在水深数据范围内",
    )
    remedy = Text("check the coordinate reference systems of roads and water", "检查道路与水深数据的坐标系")
    first = ", ".join(f"{value:g}" for value in points[0]) if len(points) else None
    return Issue(source, rule, remedy, "first road or place", value=first)
