"""NetCDF (.nc): one file with the depths at all times, by the CF conventions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.crs import agreed_crs
from evacsim.formats.rasters import DepthSeries, Grid, Nodata, Values, metres_in, open_series
from evacsim.language import Text

AXES = {
    "time": {"time", "t"},
    "y": {"y", "lat", "latitude", "northing", "projection_y_coordinate"},
    "x": {"x", "lon", "longitude", "easting", "projection_x_coordinate"},
}
"""Names, CF standard names and CF axis letters that show which axis a coordinate is, in lower case."""

UNIT_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0}
UNIT_SECONDS |= {"h": 3600.0, "hr": 3600.0, "hour": 3600.0, "d": 86400.0, "day": 86400.0}


def open_netcdf(
    path: str | Path,
    *,
    variable: str | None = None,
    zero: float | None = None,
    start: datetime | None = None,
    crs: str | None = None,
    nodata: Nodata = "error",
) -> DepthSeries:
    """Return the depths in a NetCDF file.

    Parameters
    ----------
    path : str or Path
        A NetCDF 4 file with a variable over time, y and x on a regular grid.
    variable : str, optional
        Name of the depth; needed where several variables have these axes.
    zero : float, optional
        Scenario time that time 0 of the file stands for [s]. Without it times "since" a date
        are set against `start`, and other times count from the scenario's start.
    start : datetime, optional
        Wall clock at the scenario's start.
    crs : str, optional
        Coordinate reference system, where the file has no grid mapping.
    nodata : {"error", "dry"}
        What a cell without a value means.

    Raises
    ------
    FormatError
        With what is wrong with the file.
    """
    file = str(path)
    with _opened(file) as dataset:
        depth = _variable(dataset, variable, file)
        name, dims = str(depth.name), _dims(depth)
        times = _times(depth[dims["time"]], zero, start, file)
        x, y = (_steps(depth[dims[axis]].values.astype(np.float64), axis, file) for axis in "xy")
        system = agreed_crs(_mapping_of(dataset, depth), crs, file=file)
        factor = np.float32(metres_in(depth.attrs.get("units"), file=file))
        is_marked = any(mark in depth.encoding for mark in ("_FillValue", "missing_value"))
    grid = Grid(x.low - x.step / 2, y.low - y.step / 2, x.step, y.step, y.n_cells, x.n_cells)

    def read(index: int) -> Values:
        with _opened(file) as dataset:
            frame = dataset[name].isel({dims["time"]: index}).transpose(dims["y"], dims["x"])
            values = frame.values.astype(np.float32) * factor
        values = values[:: -1 if y.is_growing else 1, :: 1 if x.is_growing else -1]
        return Values(values, np.isnan(values) & is_marked)

    return open_series(file, [(float(time), file, grid, system) for time in times], nodata, read)


@contextmanager
def _opened(file: str) -> Iterator[Any]:
    """Open a dataset for as long as something is read, so that no file stays open."""
    try:
        import h5netcdf  # noqa: F401  # the engine, which xarray loads by name
        import xarray
    except ImportError:
        raise MissingExtraError.for_library("xarray", "geo", file) from None
    try:
        with xarray.open_dataset(file, engine="h5netcdf", decode_times=False) as dataset:
            yield dataset
    except (OSError, ValueError) as error:
        raise FormatError(file, [_damaged(file, str(error))]) from None


def _damaged(file: str, what: str) -> Issue:
    rule = Text(
        f"is no NetCDF 4 file, or damaged or cut off ({what})",
        f"不是 NetCDF 4 文件，或已损坏、被截断（{what}）",
    )
    remedy = Text("copy it again, or convert it (nccopy -k nc4)", "重新复制，或用 nccopy -k nc4 转换")
    return Issue(file, rule, remedy)


def _variable(dataset: Any, name: str | None, file: str) -> Any:
    """Return the variable called `name`, or the only one over time, y and x."""
    fitting = [
        str(found) for found in dataset.data_vars if len(_dims(dataset[found])) == dataset[found].ndim == 3
    ]
    if name in fitting:
        return dataset[name]
    if name is None and len(fitting) == 1:
        return dataset[fitting[0]]
    found = ", ".join(fitting) or "-"
    rule = Text(
        f"must name a variable over time, y and x with coordinates; the file has {found}",
        f"应为含 time、y、x 坐标的变量；文件中有 {found}",
    )
    remedy = Text(
        "write variable: and its name; put other meshes on a regular grid first",
        "写明 variable；非规则网格应先插值到规则网格",
    )
    raise FormatError(file, [Issue(file, rule, remedy, "variable", value=name)])


def _dims(variable: Any) -> dict[str, str]:
    """Return the dimension of each axis (time, y, x) that can be told."""
    dims: dict[str, str] = {}
    for dim in map(str, variable.dims):
        if dim in variable.coords:
            attrs = variable[dim].attrs
            names = {dim.lower(), str(attrs.get("standard_name", "")), str(attrs.get("axis", "")).lower()}
            dims |= {axis: dim for axis, known in AXES.items() if names & known}
    return dims


class _Axis(NamedTuple):
    low: float
    step: float
    n_cells: int
    is_growing: bool


def _steps(centres: NDArray[np.float64], axis: str, file: str) -> _Axis:
    """Return the regular steps of a coordinate, which holds the middles of cells."""
    count = len(centres)
    even = np.linspace(centres[0], centres[-1], count)
    step = abs(centres[-1] - centres[0]) / max(count - 1, 1)
    if count < 2 or not np.abs(centres - even).max() < 0.05 * step:
        rule = Text("must have even steps, two cells or more", "应为等间距，至少两个网格")
        remedy = Text("put the depths on a regular grid", "把水深插值到规则网格")
        raise FormatError(file, [Issue(file, rule, remedy, axis)])
    return _Axis(float(min(centres[0], centres[-1])), float(step), count, bool(centres[-1] > centres[0]))


def _times(time: Any, zero: float | None, start: datetime | None, file: str) -> NDArray[np.float64]:
    """Return the scenario time of each frame [s], from the CF units of the time coordinate."""
    written = str(time.attrs.get("units", ""))
    unit, _, since = (part.strip() for part in written.partition(" since "))
    factor = UNIT_SECONDS.get(unit.lower()) or UNIT_SECONDS.get(unit.lower().removesuffix("s"))
    if factor is None:
        rule = Text("is no unit of time", "不是时间单位")
        remedy = Text(
            "write 'seconds' or 'hours since 2026-07-18 20:00:00'",
            "写 'seconds' 或 'hours since 2026-07-18 20:00:00'",
        )
        raise FormatError(file, [Issue(file, rule, remedy, "time units", value=written or None)])
    if zero is None:
        zero = _zero_of(since, str(time.attrs.get("calendar", "standard")), start, file) if since else 0.0
    return np.asarray(time.values, dtype=np.float64) * factor + zero


def _zero_of(since: str, calendar: str, start: datetime | None, file: str) -> float:
    """Return the scenario time of the date `since` [s]."""
    try:
        date = datetime.fromisoformat(since.removesuffix("UTC").strip())
    except ValueError:
        date = None
    is_local = date is not None and date.tzinfo is None and not since.endswith("UTC")
    if date is None or not is_local or start is None or calendar not in _CALENDARS:
        rule = Text("does not say where the scenario's clock stands", "无法与情景时钟对应")
        remedy = Text(
            "write the local moment that time 0 of the file stands for, such as first: 2026-07-18 20:00",
            "写明文件时间 0 对应的当地时刻，如 first: 2026-07-18 20:00",
        )
        raise FormatError(
            file, [Issue(file, rule, remedy, "time units", value=f"since {since} ({calendar})")]
        )
    return seconds_after(start, date)


_CALENDARS = ("standard", "gregorian", "proleptic_gregorian")


def _mapping_of(dataset: Any, depth: Any) -> str | None:
    """Return the system of the grid mapping (CF), as WKT or code; None without one."""
    name = depth.attrs.get("grid_mapping") or depth.encoding.get("grid_mapping")
    mapping = dataset[name].attrs if name in dataset.variables else {}
    found = (mapping.get(key) for key in ("crs_wkt", "spatial_ref", "epsg_code"))
    return next((str(text) for text in found if text), None)
