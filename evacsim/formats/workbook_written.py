"""Excel workbooks written for people: a heading in sight, widths that fit, comments, choices to pick from."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.language import Text

Value = str | int | float | None
Color = Literal["blocker", "major", "minor"]

LONGEST_CELL = 32_767
"""Letters that a cell of Excel holds."""
SPARE_ROWS = 200
"""Rows below the last one in which choices can be picked from, too."""
FONT = "等线"
FILLS: Mapping[Color, str] = {"blocker": "#F8CBAD", "major": "#FFE699", "minor": "#FFF9DB"}
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""When every workbook says it was made, so that the same lists give the same bytes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its heading and what may stand below it."""

    heading: str
    note: str = ""
    """What it means; shown when the mouse rests on the heading."""
    choices: tuple[str, ...] = ()
    """Words to pick from; others are refused."""
    ids_of: str = ""
    """Sheet whose first column holds the ids to pick from; others give a warning."""
    is_count: bool = False
    """Whether it holds whole numbers of 0 or more."""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one cell."""

    row: int
    """Row below the heading, from 0; -1 is the heading itself."""
    column: int
    text: str
    color: Color


@dataclass(frozen=True, slots=True)
class SheetWritten:
    """One sheet to be written."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    remarks: Sequence[Remark] = field(default=())
    widest: int = 44


def write_workbook(path: str | Path, sheets: Sequence[SheetWritten]) -> Path:
    """Write sheets to a .xlsx file and return where it is.

    Raises
    ------
    FormatError
        If a cell holds more than Excel can, or the file cannot be written.
    MissingExtraError
        If XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
        from xlsxwriter.exceptions import FileCreateError
    except ImportError as missing:
        raise MissingExtraError.for_library(
            "xlsxwriter", "lists", "evacsim.formats.workbook_written"
        ) from missing
    path = Path(path)
    _refuse_long_cells(path, sheets)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": EPOCH.replace(tzinfo=None)})
        for sheet in sheets:
            _write(book, sheet)
        book.close()
    except (OSError, FileCreateError) as error:
        rule = Text(f"cannot be written: {error}", f"无法写入：{error}")
        remedy = Text("close it in Excel, and check the folder", "请在 Excel 中关闭该文件，并检查文件夹")
        raise FormatError(str(path), [Issue(str(path), rule, remedy)]) from error
    return path


def _write(book: Any, sheet: SheetWritten) -> None:
    page = book.add_worksheet(sheet.name)
    usual = {
        "font_name": FONT,
        "font_size": 10.5,
        "valign": "vcenter",
        "border": 1,
        "border_color": "#BFC7D1",
    }
    plain = book.add_format({**usual, "text_wrap": True})
    filled = {
        color: book.add_format({**usual, "text_wrap": True, "bg_color": fill})
        for color, fill in FILLS.items()
    }
    head = {**usual, "bold": True, "font_color": "#FFFFFF", "text_wrap": True, "align": "center"}
    heads = {
        False: book.add_format({**head, "bg_color": "#5B6B7B"}),
        True: book.add_format({**head, "bg_color": "#1F4E79"}),
    }
    marked: dict[tuple[int, int], list[Remark]] = {}
    for remark in sheet.remarks:
        marked.setdefault((remark.row, remark.column), []).append(remark)
    for number, column in enumerate(sheet.columns):
        page.write_string(0, number, column.heading, heads[column.is_required])
        page.set_column(number, number, _width(sheet, number))
        said = [column.note] if column.note else []
        said += [remark.text for remark in marked.get((-1, number), [])]
        if said:
            _comment(page, 0, number, said)
        _validate(page, number, column, len(sheet.rows))
    for row, values in enumerate(sheet.rows):
        for number, value in enumerate(values):
            remarks = marked.get((row, number), [])
            worst = min((remark.color for remark in remarks), key=list(FILLS).index, default=None)
            _put(page, row + 1, number, value, plain if worst is None else filled[worst])
            if remarks:
                _comment(page, row + 1, number, [remark.text for remark in remarks])
    page.set_row(0, 32)
    page.freeze_panes(1, 1)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _put(page: Any, row: int, column: int, value: Value, form: Any) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, form)
    elif isinstance(value, str):
        page.write_string(row, column, value, form)
    elif float(f"{value:.16G}") == value:
        page.write_number(row, column, value, form)
    else:  # a cell keeps sixteen digits of a number
        page.write_string(row, column, repr(value), form)


def _comment(page: Any, row: int, column: int, said: Sequence[str]) -> None:
    text = "\n".join(said)
    lines = sum(1 + _measure(line) // 40 for line in text.split("\n"))
    options = {"x_scale": 2.2, "y_scale": max(0.5, 0.26 * lines), "font_size": 9, "author": "evacsim"}
    page.write_comment(row, column, text, options)


def _validate(page: Any, number: int, column: Column, rows: int) -> None:
    last = rows + SPARE_ROWS
    asked: dict[str, Any] | None = None
    if column.choices and len(",".join(column.choices)) <= 255:
        asked = {"validate": "list", "source": list(column.choices)}
    elif column.ids_of:
        sheet = column.ids_of.replace("'", "''")
        asked = {"validate": "list", "source": f"='{sheet}'!$A$2:$A$5000", "error_type": "warning"}
    elif column.is_count:
        asked = {"validate": "integer", "criteria": ">=", "value": 0}
    if asked is not None:
        page.data_validation(1, number, last, number, {**asked, "ignore_blank": True})


def _width(sheet: SheetWritten, number: int) -> float:
    cells = [
        sheet.columns[number].heading,
        *(str(row[number]) for row in sheet.rows if row[number] is not None),
    ]
    return min(sheet.widest, max(9, 3 + max(_measure(text) for text in cells)))


def _measure(text: str) -> int:
    """Return how wide a text is in narrow letters; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _refuse_long_cells(path: Path, sheets: Sequence[SheetWritten]) -> None:
    issues = [
        Issue(
            str(path),
            Text("is longer than a cell of Excel can be", "超过 Excel 单元格的长度上限"),
            Text("keep this list as a layer or a .yaml file", "该清单请保留为图层或 .yaml 文件"),
            f"{sheet.name}: {sheet.columns[number].heading}, {row[0]}",
        )
        for sheet in sheets
        for row in sheet.rows
        for number, value in enumerate(row)
        if isinstance(value, str) and len(value) > LONGEST_CELL
    ]
    if issues:
        raise FormatError(str(path), issues)


def sheet_name(name: str) -> str:
    """Return a text as Excel lets a sheet be called.

    >>> sheet_name("安置点/避难场所")
    '安置点·避难场所'
    """
    return re.sub(r"[\[\]:*?/\\]", "·", name)[:31]
