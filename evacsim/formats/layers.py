"""Layers of GeoPackages and shapefiles: attributes as columns, geometries as coordinate lists."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.geojson import Geometry, is_sound, point_of
from evacsim.formats.rows import Table, cell, refuse
from evacsim.formats.text import decode_text
from evacsim.language import Text

QGIS_STYLES = "layer_styles"
"""Table in which QGIS keeps how it draws the layers of a GeoPackage (recalled)."""


def read_layer(path: Path, *, encoding: str | None = None) -> Table:
    """Return the only layer of a GeoPackage, or a shapefile; its lines are the numbers of its features.

    Raises
    ------
    FormatError
        For damaged, cut off or missing parts, several layers, doubled columns, or a shapefile
        whose text is not ASCII and whose encoding neither a .cpg file nor `encoding` says.
    """
    if path.suffix.lower() == ".shp":
        refuse(str(path), _shapefile_issues(path))
        encoding = _shapefile_encoding(path, encoding)
    else:
        refuse(str(path), _geopackage_issues(path))
    return _read(path, encoding)


def _read(path: Path, encoding: str | None) -> Table:
    try:
        import pyogrio
        import shapely
    except ImportError:
        raise MissingExtraError.for_library("pyogrio", "geo", str(path)) from None
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path) if name != QGIS_STYLES]
        if len(layers) != 1:
            rule = Text(
                f"must hold one layer; it holds {', '.join(layers)}",
                f"应只含一个图层；现有 {'、'.join(layers)}",
            )
            remedy = Text("export the layer meant to a file of its own", "将所需图层单独导出为一个文件")
            raise FormatError(str(path), [Issue(str(path), rule, remedy)])
        meta, _, shapes, fields = pyogrio.raw.read(
            path, layer=layers[0], encoding=encoding, datetime_as_string=True
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
        raise FormatError(str(path), [_damaged(path, str(error).split(";")[0])]) from None
    except UnboundLocalError:  # a slip of pyogrio over some broken .prj files
        raise FormatError(str(path), [_damaged(path.with_suffix(".prj"), "no reference system")]) from None
    columns = tuple(str(name) for name in meta["fields"])
    cells = [[cell(value) for value in field.tolist()] for field in fields]
    n_rows = len(shapes) if shapes is not None else len(cells[0]) if cells else 0
    drawn = [None] * n_rows if shapes is None else shapely.from_wkb(shapes).tolist()
    geometries = [_geometry(shape) for shape in drawn]
    refuse(str(path), _geometry_issues(path, geometries))
    return Table(
        str(path),
        columns,
        tuple(
            {name: column[row] for name, column in zip(columns, cells, strict=True)} for row in range(n_rows)
        ),
        tuple(range(1, n_rows + 1)),
        tuple(point_of(geometry) for geometry in geometries),
        tuple(geometries),
        meta["crs"],
    )


def _geometry(shape: Any) -> Geometry | None:
    return None if shape is None or shape.is_empty else _plain(shape.__geo_interface__)


def _geometry_issues(path: Path, geometries: list[Geometry | None]) -> Iterator[Issue]:
    for row, geometry in enumerate(geometries, start=1):
        if geometry is not None and not is_sound(geometry):
            rule = Text("is no point, line or polygon with finite coordinates", "不是坐标有效的点、线或面")
            yield Issue(str(path), rule, Text("draw it again", "重新绘制"), "geometry", row, geometry["type"])


def _plain(value: Any) -> Any:
    """Return a geometry with lists for tuples, as JSON would have it."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _damaged(path: Path, what: str) -> Issue:
    rule = Text(f"is damaged, cut off or no such file ({what})", f"已损坏、被截断或不是该类文件（{what}）")
    return Issue(str(path), rule, Text("copy or export the file again", "重新复制或导出文件"))


def _geopackage_issues(path: Path) -> Iterator[Issue]:
    """Yield what is wrong with the SQLite file: its header says how long it must be."""
    data = _head(path)
    if len(data) < 100 or not data.startswith(b"SQLite format 3\0"):
        yield _damaged(path, "no GeoPackage")
        return
    page_size = struct.unpack(">H", data[16:18])[0]
    n_pages = struct.unpack(">I", data[28:32])[0]
    expected = (65536 if page_size == 1 else page_size) * n_pages
    if path.stat().st_size < expected:
        yield _damaged(path, f"{path.stat().st_size} of {expected} bytes")


def _shapefile_issues(path: Path) -> Iterator[Issue]:
    """Yield the parts of a shapefile that are missing, or shorter than their headers say."""
    for part in (path, path.with_suffix(".shx"), path.with_suffix(".dbf")):
        if not part.exists():
            rule = Text(f"{part.name} is missing", f"缺少 {part.name}")
            remedy = Text(
                "copy all files of the shapefile together (.shp .shx .dbf .prj .cpg)",
                "复制 shapefile 的全部文件（.shp .shx .dbf .prj .cpg）",
            )
            yield Issue(str(path), rule, remedy)
            continue
        size, head = part.stat().st_size, _head(part)
        expected = _dbf_size(head) if part.suffix == ".dbf" else _shp_size(head)
        if size < expected:
            yield _damaged(part, f"{size} of {expected} bytes")


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(100)


def _shp_size(head: bytes) -> int:
    return 100 if len(head) < 100 else int(struct.unpack(">i", head[24:28])[0]) * 2


def _dbf_size(head: bytes) -> int:
    if len(head) < 32:
        return 32
    n_records, header_size, record_size = struct.unpack("<IHH", head[4:12])
    return int(header_size + n_records * record_size)


def _shapefile_encoding(path: Path, encoding: str | None) -> str | None:
    """Return the encoding to read with; None leaves it to the .cpg file."""
    if encoding is None and path.with_suffix(".cpg").exists():
        return None
    attributes = path.with_suffix(".dbf")
    decode_text(_dbf_text(attributes.read_bytes()), file=str(attributes), encoding=encoding)
    return encoding or "utf-8"


def _dbf_text(data: bytes) -> bytes:
    """Return what is text in a dBase table: names of the fields, one a line, then all records."""
    header_size = struct.unpack("<H", data[8:10])[0]
    names = [data[start : start + 11].split(b"\0")[0] for start in range(32, header_size - 1, 32)]
    return b"\n".join([*names, data[header_size:].rstrip(b"\x1a")])
