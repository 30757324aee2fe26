"""Depth grids in time: what ASC, GeoTIFF and NetCDF series have in common.

A cell holds one depth. Row 0 lies in the north. Frames are read one by one when asked for;
what can be known from the headers alone is checked when the series is opened.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError, Issue
from evacsim.formats.crs import metres_per_unit
from evacsim.formats.rows import unreadable
from evacsim.language import Text
from evacsim.units import METRES

Trait = TypeVar("Trait")

Nodata = Literal["dry", "error"]
"""What a cell without a value means: dry land, or a mistake where a road or place lies on it."""

DEEPEST = 100.0
"""No flood is deeper than this; a greater number is an elevation, a code or another unit (assumed) [m]."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the cells of a raster lie."""

    x0: float
    """Western edge [unit of the CRS]."""
    y0: float
    """Southern edge [unit of the CRS]."""
    dx: float
    """Width of a cell [unit of the CRS]."""
    dy: float
    """Height of a cell [unit of the CRS]."""
    n_rows: int
    n_columns: int

    def cells(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the flat index of the cell of each point (n, 2), north-western cell 0; -1 outside."""
        column = np.floor((xy[:, 0] - self.x0) / self.dx)
        row = self.n_rows - 1 - np.floor((xy[:, 1] - self.y0) / self.dy)
        inside = (column >= 0) & (column < self.n_columns) & (row >= 0) & (row < self.n_rows)
        cells = np.full(len(xy), -1, dtype=np.int64)
        cells[inside] = row[inside] * self.n_columns + column[inside]
        return cells

    def equals(self, other: "Grid") -> bool:
        """Return whether both have the same cells, to a hundredth of a cell."""
        slack = 0.01 * min(self.dx, self.dy)
        return (self.n_rows, self.n_columns) == (other.n_rows, other.n_columns) and all(
            abs(a - b) <= slack for a, b in zip(self.edges(), other.edges(), strict=True)
        )

    def edges(self) -> tuple[float, float, float, float]:
        """Return the western, southern, eastern and northern edge [unit of the CRS]."""
        east, north = self.x0 + self.dx * self.n_columns, self.y0 + self.dy * self.n_rows
        return self.x0, self.y0, east, north

    def __str__(self) -> str:
        return f"{self.n_rows} x {self.n_columns} cells of {self.dx:g} x {self.dy:g} at ({self.x0:g}, {self.y0:g})"


class Values(NamedTuple):
    """One frame as its file has it."""

    depth: NDArray[np.float32]
    """Depth, shape (n_rows, n_columns), row 0 in the north [m]."""
    is_missing: NDArray[np.bool_]
    """Cells that the file itself marks as without a value, same shape."""


class Frame(NamedTuple):
    """One frame, checked: on the cells of a grid, or at points."""

    depth: NDArray[np.float32]
    """Depth, 0 or more, nan where not known; shape (n_rows, n_columns) or (n_points,) [m]."""
    n_negative: int
    """Cells with a negative depth, which were set to 0."""


@dataclass(frozen=True, slots=True)
class DepthSeries:
    """Water depth on a grid at growing times, read frame by frame."""

    source: str
    """The file, folder or pattern as the user named it."""
    times: NDArray[np.float64] = field(repr=False)
    """Time of each frame after the scenario's start, growing, shape (n_frames,) [s]."""
    files: tuple[str, ...] = field(repr=False)
    """File of each frame."""
    grid: Grid
    crs: str
    """Coordinate reference system of the grid."""
    nodata: Nodata
    """What cells without a value mean."""
    read: Callable[[int], Values] = field(repr=False)
    """Reads one frame from its file."""

    def frame(self, index: int) -> Frame:
        """Return frame `index`: negative depths set to 0 and counted, nodata as `nodata` says.

        Raises
        ------
        FormatError
            For a broken file, depths beyond 100 m, and - unless `nodata` is "dry" - for cells
            that hold no depth (nan, -9999) and that the file does not mark as without a value.
        """
        try:
            depth, is_missing = self.read(index)
        except OSError as error:
            raise FormatError(self.files[index], [unreadable(self.files[index], error)]) from None
        is_none = ~is_missing & ~(depth >= -DEEPEST)
        is_deep = ~is_missing & (depth > DEEPEST)
        issues = [
            self._issue(index, cells, depth, rule, remedy)
            for cells, (rule, remedy) in ((is_none, _NO_DEPTH), (is_deep, _TOO_DEEP))
            if cells.any() and not (cells is is_none and self.nodata == "dry")
        ]
        if issues:
            raise FormatError(self.files[index], issues)
        is_missing = is_missing | is_none
        n_negative = int((~is_missing & (depth < 0)).sum())
        without = np.float32(0 if self.nodata == "dry" else np.nan)
        return Frame(np.where(is_missing, without, np.maximum(depth, np.float32(0))), n_negative)

    def frames_at(self, xy: NDArray[np.float64]) -> Iterator[Frame]:
        """Yield frame by frame the depth of the cell at each point (n, 2).

        A point outside the grid is nan. Every broken frame is named before anything is raised.
        """
        cells = self.grid.cells(xy)
        issues: list[Issue] = []
        for index in range(len(self.times)):
            try:
                depth, n_negative = self.frame(index)
            except FormatError as error:
                issues += error.issues
                continue
            if not issues:
                yield Frame(np.where(cells < 0, np.float32(np.nan), depth.ravel()[cells]), n_negative)
        if issues:
            raise FormatError(self.source, issues)

    def cell_size(self) -> float:
        """Return the shorter side of a cell in the middle of the grid [m]."""
        middle = np.array([self.grid.y0 + self.grid.dy * self.grid.n_rows / 2])
        along_x, along_y = metres_per_unit(self.crs, middle)
        return float(min(self.grid.dx * along_x[0], self.grid.dy * along_y[0]))

    def _issue(
        self, index: int, cells: NDArray[np.bool_], depth: NDArray[np.float32], rule: Text, remedy: Text
    ) -> Issue:
        row, column = (int(place) for place in np.argwhere(cells)[0])
        count = int(cells.sum())
        return Issue(
            self.files[index],
            Text(f"{rule.en} ({count} such cells)", f"{rule.zh}（共 {count} 个网格）"),
            remedy,
            f"cell row {row + 1}, column {column + 1}",
            value=f"{depth[row, column]:g}",
        )


_NO_DEPTH = (
    Text("is no depth, and not marked as nodata", "不是水深，也未标为无数据"),
    Text(
        "find out why the model wrote it; write nodata: dry if it means dry land",
        "查明模型为何输出该值；若表示无水，写 nodata: dry",
    ),
)
_TOO_DEEP = (
    Text(f"is deeper than any flood ({DEEPEST:g} m)", f"超过任何洪水的水深（{DEEPEST:g} m）"),
    Text("give depths above ground in metres, not elevations", "应为地面以上水深（米），而不是高程"),
)


def open_series(
    source: str,
    frames: Sequence[tuple[float, str, Grid, str]],
    nodata: Nodata,
    read: Callable[[int], Values],
) -> DepthSeries:
    """Return the series of frames given as (time, file, grid, CRS), in that order.

    Raises
    ------
    FormatError
        If there is none, if times do not grow, or if grids or systems differ.
    """
    if not frames:
        rule = Text("holds no frame", "没有任何帧")
        raise FormatError(source, [Issue(source, rule, Text("export the file again", "重新导出文件"))])
    times, files, grids, systems = zip(*frames, strict=True)
    issues = [
        *_time_issues(times, files),
        *_difference_issues(grids, files, "grid", Grid.equals),
        *_difference_issues(systems, files, "crs", str.__eq__),
    ]
    if issues:
        raise FormatError(source, issues)
    return DepthSeries(source, np.array(times, dtype=np.float64), files, grids[0], systems[0], nodata, read)


def _time_issues(times: Sequence[float], files: Sequence[str]) -> Iterator[Issue]:
    for index, time in enumerate(times):
        if not np.isfinite(time) or (index > 0 and time <= times[index - 1]):
            rule = Text("must be later than the frame before", "必须晚于前一帧")
            remedy = Text(
                "give each frame a time of its own, in growing order", "每帧用不同的时间，按先后排列"
            )
            yield Issue(files[index], rule, remedy, f"frame {index + 1}", value=f"{time:g} s")


def _difference_issues(
    traits: Sequence[Trait], files: Sequence[str], place: str, equals: Callable[[Trait, Trait], bool]
) -> Iterator[Issue]:
    for trait, file in zip(traits[1:], files[1:], strict=True):
        if not equals(traits[0], trait):
            rule = Text(
                f"differs from {files[0]}, which has {traits[0]}", f"与 {files[0]} 的 {traits[0]} 不同"
            )
            remedy = Text("bring all frames to one grid and one system", "所有帧使用同一网格和坐标系")
            yield Issue(file, rule, remedy, place, value=str(trait))


METRE_NAMES = dict.fromkeys(("", "meter", "meters", "metre", "metres"), 1.0) | METRES
"""Length of the units that rasters name; those that name none are taken as metres."""


def metres_in(unit: str | None, *, file: str) -> float:
    """Return the length of a raster's unit [m]; without one it is a metre."""
    factor = METRE_NAMES.get((unit or "").strip())
    if factor is None:
        rule = Text("is no unit of depth", "不是水深单位")
        remedy = Text("give depths in metres", "水深改用米")
        raise FormatError(file, [Issue(file, rule, remedy, "units", value=unit)])
    return factor
