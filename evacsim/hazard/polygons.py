"""Water as polygons (淹没范围): outlines in which the water has one depth, frame by frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as column
from datetime import datetime

import numpy as np

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.geojson import Geometry
from evacsim.formats.rasters import Frame
from evacsim.formats.tables import Table
from evacsim.hazard.columns import depths_in, times_in
from evacsim.hazard.water import Floats
from evacsim.language import Text


@dataclass(frozen=True, slots=True)
class FloodPolygons:
    """Polygons with their depths at growing times; outside all of them it is dry."""

    source: str
    times: Floats
    """Time of each frame [s]."""
    crs: str
    frame_rows: tuple[tuple[int, ...], ...] = column(repr=False)
    """Rows of each frame."""
    geometries: tuple[Geometry | None, ...] = column(repr=False)
    """Polygon of each row; a row without one says that its frame exists, if only dry."""
    depths: Floats = column(repr=False)
    """Depth in each polygon [m]."""

    def spacing(self) -> float:
        """Return the distance over which the depth may change [m]: an outline may run anywhere."""
        return 0.0

