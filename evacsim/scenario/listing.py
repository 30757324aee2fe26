"""Lists that stand in tables: every row an entry, every cell a value with its file and line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.errors import FormatError, Issue
from evacsim.formats.crs import transformed
from evacsim.formats.tables import Cell, Row, Table, read_table
from evacsim.language import Text
from evacsim.scenario.areas import lies_inside
from evacsim.scenario.columns import CHOICES, COLUMNS, field_and_unit, names_of, spellings
from evacsim.scenario.given import Given, Source, shortened
from evacsim.scenario.nearest import nearest, plainly, suggestion
from evacsim.scenario.section import Section
from evacsim.scenario.shapes import shapes
from evacsim.scenario.yaml import read_yaml


class TableFile(Section):
    """A list that stands in a table file (CSV, TSV, GeoJSON, GeoPackage, shapefile)."""

    file: str
    """The table, relative to the file that names it."""
    encoding: str | None = None
    """Text encoding, such as `gb18030`, where it is not UTF-8."""
    crs: str | None = None
    """Coordinate reference system of the table, where it is not the district's and the file does not say it."""
    columns: dict[str, str] = {}
    """Names of columns for the fields whose column has a name that is not known: `id: 代码`."""
    ignore: list[str] = []
    """Columns that are not read."""


@dataclass(frozen=True, slots=True)
class _Column:
    header: str
    field: str
    unit: str
    choices: Mapping[str, str]
    may_nest: bool
    """Whether a cell may hold a section or a list of lists, written as in YAML: `{type: uniform, ...}`."""


def table_at(path: Path, *, encoding: str | None, crs: str | None = None) -> Table:
    """Return the table in a file.

    Raises
    ------
    FormatError
        With whatever keeps the table from being read.
    """
    try:
        return read_table(path, encoding=encoding, crs=crs)
    except OSError as error:
        raise FormatError(str(path), [unreadable(str(path), error)]) from None


def unreadable(file: str, error: OSError) -> Issue:
    """Return what the operating system says of a file."""
    rule = Text(f"cannot be read ({error.strerror})", f"无法读取（{error.strerror}）")
    return Issue(file, rule, Text("check the rights on the file", "检查文件权限"))


def entries(
    table: Table, model: type[Section], reference: TableFile, *, source: Source, crs: str | None
) -> tuple[list[Given], list[Issue]]:
    """Return the rows of `table` as entries of `model`, and what is wrong with its header and places.

    Parameters
    ----------
    table : Table
        The table as it was written.
    model : type
        Section that each row is to be.
    reference : TableFile
        How the table was named; says which columns are renamed or ignored.
    source : Source
        The file of the table.
    crs : str, optional
        System of the district's coordinates, in its one spelling; places of another system are converted.
    """
    columns, issues = _columns(table, model, reference)
    fields = {column.field for column in columns}
    rows = [_row(cells, line, columns, source) for cells, line in zip(table.rows, table.lines, strict=True)]
    if any(table.geometries):
        if "x" in fields or "y" in fields or "x" not in model.model_fields:
            issues.append(_spare_geometry(table, fields & {"x", "y"}))
            for row in rows:
                _spoil(row, *fields & {"x", "y"})
        else:
            fields |= {"x", "y"}
            issues += _place_by_geometry(rows, table, model, source)
    if table.crs is not None and crs is not None and {"x", "y"} <= fields:
        issues += _convert(rows, table, crs)
    for name, field in model.model_fields.items():
        if field.is_required() and name not in fields:
            issues.append(_missing_column(table, model, name))
            for row in rows:
                _spoil(row, name)
    return rows, issues


def _columns(table: Table, model: type[Section], reference: TableFile) -> tuple[list[_Column], list[Issue]]:
    """Return the columns that are read, each with its field, and what is wrong with the header."""
    issues: list[Issue] = []
    columns: dict[str, _Column] = {}
    for name in [*reference.ignore, *reference.columns.values()]:
        if name not in table.columns:
            rule = Text("the table has no such column", "表中没有此列")
            issues.append(Issue(table.file, rule, suggestion(name, table.columns), f"column {name}"))
    for field in reference.columns:
        if field not in model.model_fields:
            rule = Text(f"is no field of a {model.__name__}", f"不是 {model.__name__} 的字段")
            issues.append(Issue(table.file, rule, suggestion(field, model.model_fields), field))
    renamed = {header: field for field, header in reference.columns.items() if field in model.model_fields}
    for header in table.columns:
        if header in reference.ignore:
            continue
        found = (renamed[header], "") if header in renamed else field_and_unit(header, model)
        if found is None:
            issues.append(_unknown_column(table, model, header))
            continue
        field, unit = found
        if field in columns:
            rule = Text(
                f"means {field}, and so does column {columns[field].header}",
                f"与列 {columns[field].header} 都表示 {field}",
            )
            remedy = Text(
                f"name one of them under ignore, or write columns: {{{field}: ...}}",
                f"把其中一列写入 ignore，或写 columns: {{{field}: ...}}",
            )
            issues.append(Issue(table.file, rule, remedy, f"column {header}"))
            continue
        shape = shapes(model)[field]
        may_nest = bool(shape.sections) or shape.is_list
        columns[field] = _Column(header, field, unit, CHOICES.get((model, field), {}), may_nest)
    return list(columns.values()), issues


def _row(cells: Row, line: int, columns: Sequence[_Column], source: Source) -> Given:
    """Return one row as an entry; messages call it by its id."""
    values = {
        column.field: value
        for column in columns
        if (value := _value(cells[column.header], column, line, source))
    }
    name = values.get("id") or values.get("zone")
    return Given(values, source, line, place=shortened(name.written) or "" if name else "")


def _spoil(row: Given, *names: str) -> None:
    """Mark values of a row as ones of which nothing more need be said."""
    for name in names:
        row.value[name] = Given(None, row.source, row.line, spoiled=True)


def _value(cell: Cell, column: _Column, line: int, source: Source) -> Given | None:
    """Return a cell as a value, with the unit of its header; None where it is empty."""
    if cell is None:
        return None
    written = str(cell).strip()
    value: Any = int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    if isinstance(cell, str):
        value = column.choices.get(written, written)
    if column.unit and _is_number(written):
        value = f"{value} {column.unit}"
    if column.may_nest and written[:1] in ("{", "["):
        inside, issues = read_yaml(written, source)
        if not issues:
            return _placed(inside, line, f"column {column.header}")
    return Given(value, source, line, written, f"column {column.header}") if written else None


def _placed(given: Given, line: int, place: str) -> Given:
    """Return what stands inside a cell with the line and the column of the cell."""
    value = given.value
    if isinstance(value, dict):
        value = {name: _placed(child, line, place) for name, child in value.items()}
    elif isinstance(value, list):
        value = [_placed(child, line, place) for child in value]
    return replace(given, value=value, line=line, place=place)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _place_by_geometry(
    rows: Sequence[Given], table: Table, model: type[Section], source: Source
) -> Iterator[Issue]:
    """Give each row the point of its geometry, and its outline where it is a polygon."""
    for row, point, geometry in zip(rows, table.points, table.geometries, strict=True):
        if point is None:
            if geometry is not None:
                rule = Text(f"a {geometry.get('type')} is no place", f"{geometry.get('type')} 不能作为地点")
                remedy = Text("draw a point or a polygon", "改为点或多边形")
                yield Issue(table.file, rule, remedy, "geometry", row.line)
                _spoil(row, "x", "y")
            continue
        for axis, value in zip("xy", point, strict=True):
            row.value[axis] = Given(value, source, row.line, str(value), "geometry")
        if "outline" in model.model_fields and geometry is not None and geometry["type"] != "Point":
            polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
            rings = tuple([(x, y) for x, y, *_ in ring] for polygon in polygons for ring in polygon)
            row.value["outline"] = Given(rings, source, row.line, geometry["type"], "geometry")


def _convert(rows: Sequence[Given], table: Table, target: str) -> Iterator[Issue]:
    """Convert the places of the table from its own system to the district's."""
    if table.crs is None or table.crs == target:
        return
    placed = [row for row in rows if _has_numbers(row)]
    xy = np.array([[float(row.value[axis].value) for axis in "xy"] for row in placed]).reshape(-1, 2)
    is_inside = lies_inside(xy, table.crs)
    for row, inside, point in zip(placed, is_inside, transformed(xy, table.crs, target), strict=True):
        if not inside:
            rule = Text(f"lies outside the area of {table.crs}", f"超出坐标系 {table.crs} 的适用范围")
            remedy = Text("check the coordinates and the crs of the table", "检查坐标和表的 crs")
            yield row.value["x"].issue(rule, remedy)
            _spoil(row, "x", "y")
            continue
        for axis, value in zip("xy", point.tolist(), strict=True):
            row.value[axis].value = value
        if "outline" in row.value:
            outline = row.value["outline"]
            outline.value = tuple(
                transformed(_points(ring), table.crs, target).tolist() for ring in outline.value
            )


def _points(ring: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    return np.array(ring, dtype=np.float64).reshape(-1, 2)


def _has_numbers(row: Given) -> bool:
    return all(axis in row.value and _is_number(str(row.value[axis].value)) for axis in "xy")


def _unknown_column(table: Table, model: type[Section], header: str) -> Issue:
    close = nearest(header, spellings(model))
    field = names_of(model)[plainly(close)] if close else next(iter(model.model_fields))
    meant = Text(f"did you mean '{close}'? ", f"是否应为 '{close}'？") if close else Text("", "")
    remedy = Text(
        f"{meant.en}Rename it, or say what it is (columns: {{{field}: {header}}}) or that it is not needed"
        f" (ignore: [{header}])",
        f"{meant.zh}改列名，或写明含义（columns: {{{field}: {header}}}），或写明不需要（ignore: [{header}]）",
    )
    return Issue(table.file, Text("nothing here has this name", "不是已知的列名"), remedy, f"column {header}")


def _missing_column(table: Table, model: type[Section], name: str) -> Issue:
    other = COLUMNS.get(model, {}).get(name, ())
    spelled = " / ".join([name, *other[:4]])
    rule = Text(f"no column stands for {name}", f"缺少表示 {name} 的列")
    remedy = Text(f"add a column {spelled}", f"补上列 {spelled}")
    return Issue(table.file, rule, remedy, "columns")


def _spare_geometry(table: Table, axes: set[str]) -> Issue:
    if axes:
        rule = Text("has a geometry and columns x, y as well", "既有几何又有 x、y 坐标列")
        remedy = Text("name the columns under ignore", "把坐标列写入 ignore")
    else:
        rule = Text("has a geometry that nothing needs here", "含有此处不需要的几何")
        remedy = Text("save the table as .csv", "另存为 .csv")
    return Issue(table.file, rule, remedy, "geometry")
