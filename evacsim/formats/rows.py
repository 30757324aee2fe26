"""A table as somebody else wrote it: every cell as it stands, and where it stood."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from evacsim.errors import FormatError, Issue
from evacsim.language import Text

Cell = str | float | None
"""What stands in a cell: text, a number where the format knows numbers, None where it is empty."""
Row = dict[str, Cell]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a table, exactly as written, with the line and the geometry of each."""

    file: str
    """The file as the user named it."""
    columns: tuple[str, ...]
    """Names of the columns, in order."""
    rows: tuple[Row, ...]
    """Cells of each row by column name; every row has every column."""
    lines: tuple[int, ...]
    """Line of each row as an editor counts, or its number where the format has no lines."""
    points: tuple[Point | None, ...] = field(default=(), repr=False)
    """(x, y) of each row: its point, or the centroid of its polygons; None for all else."""
    geometries: tuple[dict[str, Any] | None, ...] = field(default=(), repr=False)
    """Geometry of each row as a GeoJSON object (type and coordinate lists)."""
    crs: str | None = None
    """Coordinate reference system of points and geometries; None where nothing says it."""

    def issue(self, row: int, column: str, rule: Text, remedy: Text) -> Issue:
        """Return what is wrong with one cell."""
        written = self.rows[row].get(column)
        return Issue(
            self.file, rule, remedy, column, self.lines[row], None if written is None else str(written)
        )

    def column(self, *names: str) -> str | None:
        """Return the first of `names` that is a column; None if none is."""
        return next((name for name in names if name in self.columns), None)

    def missing(self, *columns: tuple[str, ...]) -> list[Issue]:
        """Return an issue for each column that is there under none of its names."""
        present = ", ".join(self.columns)
        remedy = Text(f"add it, or rename one of: {present}", f"补上该列，或改名现有列: {present}")
        return [
            Issue(self.file, Text(f"no column {spelled}", f"缺少列 {spelled}"), remedy, "header")
            for spelled in (" / ".join(names) for names in columns if self.column(*names) is None)
        ]


def cell(value: Any) -> Cell:
    """Return text and numbers as they are, nothing (and NaN) as None, all else as JSON text.

    >>> cell(True)
    'true'
    """
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if type(value) in (int, float, str):
        return cast(Cell, value)
    return json.dumps(value, ensure_ascii=False, default=str)


def unreadable(file: str, error: OSError) -> Issue:
    """Return the issue that the system does not let us read a file."""
    rule = Text(f"cannot be opened ({error.strerror})", f"无法打开（{error.strerror}）")
    return Issue(file, rule, Text("check the path and the rights", "检查路径和读取权限"))


def refuse(file: str, issues: Iterable[Issue]) -> None:
    """Raise what is wrong with `file`, all at once; return where nothing is."""
    issues = list(issues)
    if issues:
        raise FormatError(file, issues)
