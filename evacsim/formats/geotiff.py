"""GeoTIFFs (.tif), one frame a file."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.crs import agreed_crs
from evacsim.formats.rasters import DepthSeries, Grid, Nodata, Values, metres_in, open_series
from evacsim.language import Text


def open_geotiffs(
    source: str, frames: Sequence[tuple[float, Path]], *, crs: str | None = None, nodata: Nodata = "error"
) -> DepthSeries:
    """Return the depths of `frames`, the time [s] and file of each, in growing order.

    Raises
    ------
    FormatError
        With everything that the headers show to be wrong.
    """
    rasterio = _rasterio(source)
    issues: list[Issue] = []
    described: list[tuple[float, str, Grid, str]] = []
    for time, path in frames:
        file = str(path)
        try:
            with _opened(path, rasterio) as raster:
                found = None if raster.crs is None else str(raster.crs.to_wkt())
                described.append((time, file, _grid_of(raster, file), agreed_crs(found, crs, file=file)))
        except rasterio.errors.RasterioIOError as error:
            issues.append(_damaged(file, str(error)))
        except FormatError as error:
            issues += error.issues
    if issues:
        raise FormatError(source, issues)

    def read(index: int) -> Values:
        file = described[index][1]
        try:
            with _opened(Path(file), rasterio) as raster:
                band = raster.read(1, masked=True)
                factor = metres_in(raster.units[0], file=file) * raster.scales[0]
                depth = band.data * factor + raster.offsets[0] * factor
        except rasterio.errors.RasterioIOError as error:
            raise FormatError(file, [_damaged(file, str(error))]) from None
        return Values(depth.astype(np.float32), np.ma.getmaskarray(band))

    return open_series(source, described, nodata, read)


@contextmanager
def _opened(path: Path, rasterio: Any) -> Iterator[Any]:
    """Open a raster; that it has no place on earth is said by `_grid_of`, not by a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path) as raster:
            yield raster


def _rasterio(source: str) -> Any:
    try:
        import rasterio
        import rasterio.errors
    except ImportError:
        raise MissingExtraError.for_library("rasterio", "geo", source) from None
    return rasterio


def _grid_of(raster: Any, file: str) -> Grid:
    """Return the cells of a raster that lies north up and has one band."""
    step = raster.transform
    issues = []
    if raster.count != 1:
        rule = Text(f"must have one band; it has {raster.count}", f"应只有一个波段；现有 {raster.count} 个")
        issues.append(
            Issue(
                file, rule, Text("write each band to a file of its own", "每个波段单独存为一个文件"), "bands"
            )
        )
    if step.b != 0 or step.d != 0 or step.a <= 0 or step.e >= 0:
        rule = Text("must lie north up, without rotation", "应为正北向上、无旋转")
        issues.append(
            Issue(
                file,
                rule,
                Text("warp it (gdalwarp)", "用 gdalwarp 校正"),
                "transform",
                value=str(tuple(step)[:6]),
            )
        )
    if issues:
        raise FormatError(file, issues)
    south = step.f + step.e * raster.height
    return Grid(step.c, south, step.a, -step.e, raster.height, raster.width)


def _damaged(file: str, what: str) -> Issue:
    rule = Text(f"is no GeoTIFF, or damaged or cut off ({what})", f"不是 GeoTIFF，或已损坏、被截断（{what}）")
    return Issue(file, rule, Text("copy or export the file again", "重新复制或导出文件"))
