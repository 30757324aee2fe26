"""Excel workbooks as people fill them in: every cell as text, with the row and the column it stands in.

A cell that holds a formula nobody has calculated, or an error such as `#REF!`, is told, not read.
Cells merged downwards (one town for ten villages) stand for all rows they cover.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812  # it is an exception

from evacsim.errors import FormatError, Issue, MissingExtraError
from evacsim.formats.rows import unreadable
from evacsim.language import Text

LARGEST_FILE = 50_000_000
"""Bytes of the largest workbook that is read."""
LARGEST_SHEET = 200_000
"""Rows of the largest sheet that is read."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that hold anything."""

    name: str
    rows: Mapping[int, Mapping[int, str]]
    """Text of each cell that holds any, by row and column; both count from 1."""
    issues: tuple[Issue, ...]
    """Cells that cannot be read."""


def letter(column: int) -> str:
    """Return what Excel calls a column.

    >>> letter(1), letter(27), letter(702)
    ('A', 'AA', 'ZZ')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(sheet: str, row: int, column: int) -> str:
    """Return what Excel calls a cell.

    >>> cell_name("安置点", 14, 3)
    '安置点!C14'
    """
    return f"{sheet}!{letter(column)}{row}"


def read_workbook(path: str | Path, *, name: str | None = None) -> list[Sheet]:
    """Return the sheets of a .xlsx file in their order; messages call the file `name`.

    Raises
    ------
    FormatError
        If the file is no workbook, or too large.
    MissingExtraError
        If openpyxl is not installed.
    """
    path = Path(path)
    file = name or str(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FormatError(file, [Issue(file, _TOO_LARGE, _SPLIT)])
    except OSError as error:
        raise FormatError(file, [unreadable(file, error)]) from None
    book = _opened(path, file, calculated=False)
    with_formulas = {
        (sheet.title, cell.row, cell.column)
        for sheet in book.worksheets
        for row in sheet.iter_rows(max_row=min(sheet.max_row, LARGEST_SHEET))
        for cell in row
        if cell.data_type == "f"
    }
    if with_formulas:
        book = _opened(path, file, calculated=True)
    return [_sheet(sheet, file, with_formulas) for sheet in book.worksheets]


def _opened(path: Path, file: str, *, calculated: bool) -> Any:
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as missing:
        raise MissingExtraError.for_library("openpyxl", "lists", "evacsim.formats.workbook") from missing
    damage = (BadZipFile, InvalidFileException, ZlibError, EOFError, NotImplementedError, SyntaxError, LookupError,
              ValueError, TypeError, AttributeError, RuntimeError)  # fmt: skip
    try:
        with path.open("rb") as stream:
            return openpyxl.load_workbook(stream, data_only=calculated)
    except OSError as error:
        raise FormatError(file, [unreadable(file, error)]) from None
    except damage as error:
        # What openpyxl raises for a damaged package; broken XML is a SyntaxError.
        rule = Text("is no Excel workbook that can be read", "不是可读取的 Excel 工作簿")
        remedy = Text("open it in Excel or WPS and save it as .xlsx", "用 Excel 或 WPS 打开后另存为 .xlsx")
        raise FormatError(file, [Issue(file, rule, remedy)]) from error


def _sheet(sheet: Any, file: str, with_formulas: set[tuple[str, int, int]]) -> Sheet:
    rows: dict[int, dict[int, str]] = {}
    issues: list[Issue] = []
    if sheet.max_row > LARGEST_SHEET:
        issues.append(Issue(file, _TOO_LARGE, _SPLIT, sheet.title))
    for row in sheet.iter_rows(max_row=min(sheet.max_row, LARGEST_SHEET)):
        for cell in row:
            if cell.data_type == "e":
                issues.append(_spoiled(file, sheet.title, cell, _ERROR, str(cell.value)))
            elif cell.value is None and (sheet.title, cell.row, cell.column) in with_formulas:
                issues.append(_spoiled(file, sheet.title, cell, _NOT_CALCULATED, None))
            elif text := cell_text(cell.value):
                rows.setdefault(cell.row, {})[cell.column] = text
    for row, column, text in _merged(sheet, rows):
        rows.setdefault(row, {})[column] = text
    return Sheet(sheet.title, dict(sorted(rows.items())), tuple(issues))


def _merged(sheet: Any, rows: Mapping[int, Mapping[int, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield the cells below the first of each block that is merged downwards, with the text of the first."""
    for block in sheet.merged_cells.ranges:
        text = rows.get(block.min_row, {}).get(block.min_col)
        if text is not None:
            for row in range(block.min_row + 1, block.max_row + 1):
                yield row, block.min_col, text


def cell_text(value: object) -> str:
    """Return what stands in a cell as text; "" for nothing.

    >>> cell_text(300.0), cell_text(0.1), cell_text(True), cell_text(timedelta(minutes=90))
    ('300', '0.1', 'true', '5400 s')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes" if not value.second else "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():g} s"
    return str(value).strip()


def _spoiled(file: str, sheet: str, cell: Any, rule: Text, value: str | None) -> Issue:
    return Issue(file, rule, _WRITE_VALUES, cell_name(sheet, cell.row, cell.column), value=value)


_TOO_LARGE = Text("is too large for a workbook of lists", "过大，不像清单工作簿")
_SPLIT = Text("delete empty rows, or give the table as .csv", "删除空行，或改用 .csv 表格")
_ERROR = Text("holds an error of Excel", "单元格为 Excel 错误值")
_NOT_CALCULATED = Text("holds a formula without its result", "公式没有计算结果")
_WRITE_VALUES = Text(
    "open the file in Excel or WPS, and paste the cell as a value",
    "用 Excel 或 WPS 打开，将该单元格粘贴为数值",
)
