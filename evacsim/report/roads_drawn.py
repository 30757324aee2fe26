"""The road network as lines to draw: both directions as one road, bends that nobody sees left out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

Point = tuple[float, float]

RANKS = {
    "motorway": 4, "trunk": 4, "primary": 3, "secondary": 2, "tertiary": 1,
}  # fmt: skip
"""Width of a road by the first word of its class; all others are 0."""


@dataclass(frozen=True, slots=True)
class DrawnRoads:
    """Roads on an integer grid."""

    x0: float
    """Easting of column 0 [m]."""
    y1: float
    """Northing of row 0 [m]; rows count southwards."""
    unit: float
    """Size of a cell [m]."""
    width: int
    """Columns."""
    height: int
    """Rows."""
    lines: list[np.ndarray]
    """Each road's points; int64, shape (n_points, 2)."""
    ranks: list[int]
    """Each road's rank, 0 to 4."""
    names: list[str]
    """Each road's name, or its class."""
    road_of_link: dict[str, int]
    """Which road each link is part of; links without a line are missing."""

    def place(self, x: float, y: float) -> list[int] | None:
        """Return a place on the grid; None where it has no coordinates."""
        if not (np.isfinite(x) and np.isfinite(y)):
            return None
        return [round((x - self.x0) / self.unit), round((self.y1 - y) / self.unit)]


def drawn_roads(links: pd.DataFrame, *, cells: int = 20_000) -> DrawnRoads | None:
    """Return the roads of the table `links` on a grid of at most `cells` by `cells`; None without coordinates."""
    lines = {str(link): parse_line(line) for link, line in zip(links["link"], links["line"], strict=True)}
    lines = {link: line for link, line in lines.items() if len(line) >= 2}
    if not lines:
        return None
    points = np.array([point for line in lines.values() for point in line])
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    unit = max(1.0, max(x1 - x0, y1 - y0) / cells)
    roads: dict[tuple[Point, ...], int] = {}
    road_of_link: dict[str, int] = {}
    drawn: list[np.ndarray] = []
    ranks, names = [], []
    described = zip(links["link"], links["road_class"].fillna(""), links["name"].fillna(""), strict=True)
    for link, road_class, name in described:
        line = lines.get(str(link))
        if line is None:
            continue
        shape = min(tuple(line), tuple(reversed(line)))
        if shape not in roads:
            roads[shape] = len(drawn)
            grid = np.round((np.array(shape) - (x0, y1)) / (unit, -unit)).astype(np.int64)
            drawn.append(thinned(grid, tolerance=2.0 / unit))
            ranks.append(RANKS.get(str(road_class).partition("_")[0], 0))
            names.append(str(name) or str(road_class))
        road_of_link[str(link)] = roads[shape]
    width, height = (int(np.ceil(size / unit)) for size in (x1 - x0, y1 - y0))
    return DrawnRoads(float(x0), float(y1), unit, width, height, drawn, ranks, names, road_of_link)


def parse_line(line: object) -> list[Point]:
    """Return the points of "x y, x y, …"; none for an abstract link.

    >>> parse_line("0 1, 2.5 3")
    [(0.0, 1.0), (2.5, 3.0)]
    """
    if not isinstance(line, str) or not line.strip():
        return []
    return [(float(x), float(y)) for x, y in (point.split() for point in line.split(","))]


def thinned(line: np.ndarray, *, tolerance: float) -> np.ndarray:
    """Return a line without points closer than `tolerance` to the line without them.

    The line simplification of Ramer, Douglas and Peucker (recalled): keep the ends; where the
    point furthest from the chord is further than the tolerance, keep it and look on both sides.
    """
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        chord = line[last] - line[first]
        rest = line[first + 1 : last] - line[first]
        length = np.hypot(*chord)
        # From a closed loop the distance is to its one end.
        away = np.abs(rest[:, 0] * chord[1] - rest[:, 1] * chord[0]) / length if length else np.hypot(*rest.T)
        furthest = int(away.argmax())
        if away[furthest] > tolerance:
            keep[first + 1 + furthest] = True
            spans += [(first, first + 1 + furthest), (first + 1 + furthest, last)]
    return line[keep]
