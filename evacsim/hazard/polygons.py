"""Water as polygons (淹没范围): outlines in which the water has one depth, frame by frame."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.geojson import Geometry
from evacsim.formats.rasters import Frame
from evacsim.formats.tables import Table
from evacsim.hazard.columns import DEPTH, depths_in, times_in
from evacsim.hazard.water import Floats
from evacsim.language import Text


class Outline(NamedTuple):
    """One polygon of a frame."""

    geometry: Geometry
    """A GeoJSON Polygon or MultiPolygon."""
    depth: float
    """Depth of the water in it [m]."""


@dataclass(frozen=True, slots=True)
class FloodPolygons:
    """Outlines of the water at growing times; outside all of a frame's outlines it is dry."""

    source: str
    times: Floats = field(repr=False)
    """Time of each frame [s]."""
    crs: str
    outlines: tuple[tuple[Outline, ...], ...] = field(repr=False)
    """Polygons of each frame; a frame without any is dry."""

    def cell_size(self) -> float:
        """Return the size of a cell; inf, as there are none."""
        return np.inf

    def frames_at(self, xy: Floats) -> Iterator[Frame]:
        """Yield frame by frame the depth at points (n, 2), the deepest where outlines overlap [m]."""
        try:
            import shapely
        except ImportError:
            raise MissingExtraError.for_library("shapely", "geo", self.source) from None
        tree = shapely.STRtree(shapely.points(xy))
        for outlines in self.outlines:
            depth = np.zeros(len(xy), dtype=np.float32)
            for outline in outlines:
                inside = tree.query(shapely.geometry.shape(outline.geometry), predicate="intersects")
                depth[inside] = np.maximum(depth[inside], np.float32(outline.depth))
            yield Frame(depth, 0)


def polygons_from_table(table: Table, *, start: datetime) -> FloodPolygons:
    """Return the water of a table with a polygon, a time and a depth in each row.

    A row without a geometry, depth 0, says that nothing is wet from its time on.

    Raises
    ------
    FormatError
        With every broken cell, and every geometry that is no polygon.
    """
    times, issues = times_in(table, start=start)
    depths, depth_issues = depths_in(table)
    issues += depth_issues
    for row, geometry in enumerate(table.geometries):
        is_area = geometry is not None and geometry["type"] in ("Polygon", "MultiPolygon")
        if not is_area and (geometry is not None or depths[row] > 0):
            rule, remedy = (
                Text("is no polygon", "不是面要素"),
                Text("draw the outline of the water", "绘制淹没范围"),
            )
            issues.append(Issue(table.file, rule, remedy, "geometry", table.lines[row]))
        if depths[row] < 0:
            rule, remedy = Text("must be 0 or more", "不能小于 0"), Text("write 0 or more", "写 0 或更大的数")
            issues.append(table.issue(row, table.column(*DEPTH) or "", rule, remedy))
    if table.crs is None:
        rule = Text("must be known", "必须已知")
        remedy = Text("write crs: and the system, such as EPSG:32650", "写明 crs，如 EPSG:32650")
        issues.append(Issue(table.file, rule, remedy, "crs"))
    if issues or table.crs is None:
        raise FormatError(table.file, issues)
    moments = np.unique(times)
    outlines = tuple(
        tuple(
            Outline(geometry, float(depths[row]))
            for row in np.flatnonzero(times == moment)
            if (geometry := table.geometries[row]) is not None
        )
        for moment in moments
    )
    return FloodPolygons(table.file, moments, table.crs, outlines)
