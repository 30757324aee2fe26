"""Tables of any origin (CSV, TSV, GeoJSON, GeoPackage, shapefile), read without interpreting a cell."""

from dataclasses import replace
from pathlib import Path

from evacsim.errors import FormatError, Issue
from evacsim.formats.crs import WGS84, agreed_crs, canonical_crs
from evacsim.formats.delimited import read_delimited
from evacsim.formats.geojson import NESTING, Geometry, read_geojson
from evacsim.formats.layers import read_layer
from evacsim.formats.rows import Cell, Point, Row, Table, unreadable
from evacsim.formats.text import decode_text
from evacsim.language import Text

__all__ = ["Cell", "Point", "Row", "Table", "read_table"]


def read_table(path: str | Path, *, encoding: str | None = None, crs: str | None = None) -> Table:
    """Return the table in the file `path`.

    Parameters
    ----------
    path : str or Path
        A .csv, .tsv, .txt, .geojson, .json, .gpkg or .shp file.
    encoding : str, optional
        Encoding of a text file or shapefile that is not UTF-8, such as "gb18030".
    crs : str, optional
        Coordinate reference system, where the file does not say it. GeoJSON without a word about
        it holds degrees of WGS 84, as its standard says, unless `crs` is given.

    Raises
    ------
    FormatError
        With everything that is wrong with the file.
    """
    try:
        return _read(Path(path), encoding, crs)
    except OSError as error:
        raise FormatError(str(path), [unreadable(str(path), error)]) from None


def _read(path: Path, encoding: str | None, crs: str | None) -> Table:
    file = str(path)
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            table = read_delimited(decode_text(path.read_bytes(), file=file, encoding=encoding), file=file)
            return table if crs is None else replace(table, crs=canonical_crs(crs, file=file))
        case ".geojson" | ".json":
            table = read_geojson(decode_text(path.read_bytes(), file=file, encoding=encoding), file=file)
            if table.crs is None and crs is None:
                return _in_degrees(table)
        case ".gpkg" | ".shp":
            table = read_layer(path, encoding=encoding)
            if not any(table.geometries) and table.crs is None and crs is None:
                return table
        case _:
            rule = Text("is no table that can be read here", "不是可读取的表格格式")
            remedy = Text(
                "save it as .csv (UTF-8), .geojson, .gpkg or .shp",
                "另存为 .csv（UTF-8）、.geojson、.gpkg 或 .shp",
            )
            raise FormatError(file, [Issue(file, rule, remedy, "format", value=path.suffix or None)])
    return replace(table, crs=agreed_crs(table.crs, crs, file=file))


def _in_degrees(table: Table) -> Table:
    """Return a GeoJSON table as WGS 84, refusing coordinates that cannot be degrees."""
    for geometry, line in zip(table.geometries, table.lines, strict=True):
        x, y = (0.0, 0.0) if geometry is None else _first_position(geometry)
        if abs(x) > 180 or abs(y) > 90:
            rule = Text("is no longitude and latitude", "不是经纬度")
            remedy = Text("write the file's crs, such as crs: EPSG:4547", "写明文件的 crs，如 crs: EPSG:4547")
            raise FormatError(table.file, [Issue(table.file, rule, remedy, "geometry", line, f"{x}, {y}")])
    return replace(table, crs=WGS84)


def _first_position(geometry: Geometry) -> Point:
    position = geometry["coordinates"]
    for _ in range(NESTING[geometry["type"]]):
        position = position[0]
    return position[0], position[1]
