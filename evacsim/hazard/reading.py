"""The water that a scenario names, read and laid on the rows of its links and places."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from evacsim.clock import seconds_after
from evacsim.errors import FormatError, Issue, ScenarioError
from evacsim.formats.ascii_grid import open_ascii_grids
from evacsim.formats.frames import files_of, times_by_step, times_in_names
from evacsim.formats.geotiff import open_geotiffs
from evacsim.formats.netcdf import open_netcdf
from evacsim.formats.rasters import DepthSeries
from evacsim.formats.tables import Table, read_table
from evacsim.hazard.depth_tables import water_from_tables
from evacsim.hazard.sampling import LinkShapes, PlacePoints, sample_water
from evacsim.hazard.water import Water
from evacsim.language import Text
from evacsim.scenario.hazard import WaterGrids, WaterTables
from evacsim.units import SECONDS


def read_grids(
    given: WaterGrids,
    links: LinkShapes,
    places: PlacePoints,
    *,
    folder: Path,
    start: datetime,
    crs: str | None,
) -> Water:
    """Return the water of depth grids on links and places whose coordinates are in `crs`.

    Paths are relative to `folder`. What `nodata` says of a cell without a value it says of all
    land outside the grid, too.

    Raises
    ------
    FormatError, ScenarioError
        With everything that is wrong with the files, or with where they lie.
    """
    if crs is None:
        rule = Text("must be known to lay water grids on roads and places", "须已知，才能叠加水深网格")
        remedy = Text("write the district's crs, such as EPSG:32650", "写明地区的 crs，如 EPSG:32650")
        raise ScenarioError(given.files, [Issue(given.files, rule, remedy, "crs")])
    series = open_grids(given, folder=folder, start=start)
    return sample_water(series, links, places, crs=crs, unknown=given.nodata)


def open_grids(given: WaterGrids, *, folder: Path, start: datetime) -> DepthSeries:
    """Return the depth grids of a scenario: headers checked, values not yet read."""
    pattern = folder / given.files
    zero = seconds_after(start, given.first)
    if given.type == "netcdf":
        return open_netcdf(
            pattern,
            variable=given.variable,
            zero=zero if "first" in given.model_fields_set else None,
            start=start,
            crs=given.crs,
            nodata=given.nodata,
        )
    frames = [(zero + time, file) for time, file in _timed_files(given, files_of(pattern))]
    open_files = open_ascii_grids if given.type == "asc" else open_geotiffs
    return open_files(given.files, frames, crs=given.crs, nodata=given.nodata)


def _timed_files(given: WaterGrids, files: list[Path]) -> list[tuple[float, Path]]:
    if given.time_unit is not None:
        return times_in_names(files, unit=SECONDS[given.time_unit])
    if given.step is not None or len(files) == 1:
        return times_by_step(files, step=given.step or 0.0)
    rule = Text(
        f"names {len(files)} files and not their times", f"匹配 {len(files)} 个文件，但未说明各自的时间"
    )
    remedy = Text(
        "write time_unit: s if their names hold the time, else step: and the time between them",
        "文件名含时间时写 time_unit: s，否则写 step 说明间隔",
    )
    raise FormatError(given.files, [Issue(given.files, rule, remedy)])


def read_depth_tables(
    given: WaterTables, *, link_ids: Sequence[str], place_ids: Sequence[str], folder: Path, start: datetime
) -> Water:
    """Return the water of depth tables on the links and places with these ids."""

    def read(name: str | None) -> Table | None:
        return None if name is None else read_table(folder / name, encoding=given.encoding)

    return water_from_tables(
        read(given.links), read(given.places), link_ids=link_ids, place_ids=place_ids, start=start
    )
