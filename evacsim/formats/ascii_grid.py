"""ESRI ASCII grids (.asc), one frame a file."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evacsim.errors import FormatError, Issue
from evacsim.formats.crs import agreed_crs
from evacsim.formats.rasters import DepthSeries, Grid, Nodata, Values, open_series
from evacsim.formats.rows import unreadable
from evacsim.language import Text

HEADER_BYTES = 4096
"""No header is longer than this."""
USUAL_NODATA = -9999.0
"""What a cell without a value holds where the header does not say it (ESRI's convention, recalled)."""


def open_ascii_grids(
    source: str, frames: Sequence[tuple[float, Path]], *, crs: str | None = None, nodata: Nodata = "error"
) -> DepthSeries:
    """Return the depths of `frames`, the time [s] and file of each, in growing order.

    The coordinate reference system is that of the .prj beside each file, or `crs`.

    Raises
    ------
    FormatError
        With everything that headers and .prj files show to be wrong.
    """
    issues: list[Issue] = []
    headers: list[_Header] = []
    described: list[tuple[float, str, Grid, str]] = []
    for time, path in frames:
        try:
            header = _read_header(path)
            system = agreed_crs(_projection_of(path), crs, file=str(path))
        except FormatError as error:
            issues += error.issues
            continue
        headers.append(header)
        described.append((time, str(path), header.grid, system))
    if issues:
        raise FormatError(source, issues)

    def read(index: int) -> Values:
        return _read_values(frames[index][1], headers[index])

    return open_series(source, described, nodata, read)


class _Header(NamedTuple):
    grid: Grid
    nodata: float
    n_lines: int


def _projection_of(path: Path) -> str | None:
    projection = path.with_suffix(".prj")
    return projection.read_text(encoding="utf-8", errors="replace") if projection.exists() else None


def _read_header(path: Path) -> _Header:
    """Return what the `name value` lines say that come before the first row of numbers."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            text = stream.read(HEADER_BYTES).decode("ascii", errors="replace")
    except OSError as error:
        raise FormatError(file, [unreadable(file, error)]) from None
    lines = [line.split() for line in takewhile(_NAMED, text.splitlines())]
    issues: list[Issue] = []
    said: dict[str, float] = {}
    for number, words in enumerate(lines, start=1):
        name, value = words[0].lower(), _number(" ".join(words[1:]))
        if name not in _NAMES or name in said or value is None:
            rule = Text("is no line of an ASCII grid's header", "不是 ASCII 网格的头部行")
            issues.append(Issue(file, rule, _HEADER, "header", number, " ".join(words)[:80]))
        else:
            said[name] = value
    issues += [Issue(file, rule, _HEADER, "header") for rule in _gaps_in(said)]
    if issues:
        raise FormatError(file, issues)
    dx, dy = said.get("cellsize", said.get("dx", 0.0)), said.get("cellsize", said.get("dy", 0.0))
    x0 = said["xllcorner"] if "xllcorner" in said else said["xllcenter"] - dx / 2
    y0 = said["yllcorner"] if "yllcorner" in said else said["yllcenter"] - dy / 2
    grid = Grid(x0, y0, dx, dy, int(said["nrows"]), int(said["ncols"]))
    return _Header(grid, said.get("nodata_value", USUAL_NODATA), len(lines))


_NAMED = re.compile(r"\s*(?!nan\b)[a-z]", re.IGNORECASE).match
_ALTERNATIVES = (("ncols",), ("nrows",), ("xllcorner", "xllcenter"), ("yllcorner", "yllcenter"))
_NAMES = {*chain(*_ALTERNATIVES), "cellsize", "dx", "dy", "nodata_value"}
_HEADER = Text(
    "write ncols, nrows, xllcorner, yllcorner, cellsize and NODATA_value, one a line",
    "每行一项写明 ncols、nrows、xllcorner、yllcorner、cellsize、NODATA_value",
)


def _gaps_in(said: dict[str, float]) -> Iterator[Text]:
    """Yield what a header must say and does not."""
    for alternatives in _ALTERNATIVES:
        if len(said.keys() & set(alternatives)) != 1:
            spelled = " / ".join(alternatives)
            yield Text(f"must say {spelled} once", f"应有一行 {spelled}")
    if "cellsize" not in said and not {"dx", "dy"} <= said.keys():
        yield Text("must say cellsize (or dx and dy)", "应有 cellsize（或 dx 和 dy）")
    for name in ("ncols", "nrows"):
        if name in said and (said[name] < 1 or said[name] % 1):
            yield Text(f"{name} must be a whole number above 0", f"{name} 应为正整数")
    for name in ("cellsize", "dx", "dy"):
        if said.get(name, 1.0) <= 0:
            yield Text(f"{name} must be above 0", f"{name} 应大于 0")


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _read_values(path: Path, header: _Header) -> Values:
    grid = header.grid
    body = path.read_bytes().split(b"\n", header.n_lines)[header.n_lines]
    try:
        numbers = np.fromiter(map(float, body.split()), dtype=np.float64)
    except ValueError:
        raise FormatError(str(path), [*_no_numbers(str(path), body, header.n_lines)]) from None
    expected = grid.n_rows * grid.n_columns
    if len(numbers) != expected:
        rule = Text(
            f"holds {len(numbers)} numbers; its header says {expected}",
            f"含 {len(numbers)} 个数值；头部写明 {expected} 个",
        )
        remedy = Text("copy the file again; it is cut off or was changed", "重新复制；文件被截断或被改动")
        raise FormatError(str(path), [Issue(str(path), rule, remedy)])
    is_missing = np.isclose(numbers, header.nodata, rtol=1e-6, atol=1e-6)
    shape = (grid.n_rows, grid.n_columns)
    return Values(numbers.astype(np.float32).reshape(shape), is_missing.reshape(shape))


def _no_numbers(file: str, body: bytes, n_lines: int) -> Iterator[Issue]:
    """Yield the words in the rows that are no numbers."""
    for line, row in enumerate(body.split(b"\n"), start=n_lines + 1):
        for word in row.split():
            try:
                float(word)
            except ValueError:
                rule = Text("is no number", "不是数值")
                remedy = Text("copy or export the file again", "重新复制或导出文件")
                yield Issue(file, rule, remedy, "row", line, word[:40].decode("ascii", errors="replace"))
