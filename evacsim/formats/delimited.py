"""Tables in text: comma, tab or semicolon between the cells, the first line names the columns."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from evacsim.errors import FormatError, Issue
from evacsim.formats.rows import Row, Table, refuse
from evacsim.language import Text

DELIMITERS = ",\t;"
"""Tried in this order: the first that stands in the header line separates the cells."""

Record = tuple[int, list[str]]
"""Line on which a record begins, and its cells."""


def read_delimited(text: str, *, file: str) -> Table:
    """Return the table written in `text`; an empty cell is None, all else stays as written.

    Raises
    ------
    FormatError
        For no header, unnamed or doubled columns, rows of another width, unclosed quotes.
    """
    records = _records(text, file)
    header = next(records, None)
    if header is None:
        rule = Text("is empty", "文件为空")
        raise FormatError(file, [Issue(file, rule, _NAME_THE_COLUMNS)])
    line, names = header[0], [name.strip() for name in header[1]]
    rows = list(records)
    width = max((place + 1 for place, name in enumerate(names) if name), default=0)
    refuse(file, [*_header_issues(file, line, names[:width]), *_width_issues(file, width, rows)])
    columns = tuple(names[:width])
    return Table(
        file,
        columns,
        tuple(_row(columns, cells) for _, cells in rows),
        tuple(line for line, _ in rows),
        (None,) * len(rows),
        (None,) * len(rows),
    )


_NAME_THE_COLUMNS = Text("write the names of the columns in the first line", "在第一行写列名")


def _records(text: str, file: str) -> Iterator[Record]:
    """Yield the records that hold anything, each with the line on which it begins."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((letter for letter in DELIMITERS if letter in header), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line + 1, cells
            line = reader.line_num
    except csv.Error as error:
        rule = Text(f"the record that begins here is broken ({error})", f"从此处开始的记录已损坏（{error}）")
        remedy = Text("close the quotes, and double those inside a cell", "补全引号；单元格内的引号要写两次")
        raise FormatError(file, [Issue(file, rule, remedy, line=line + 1)]) from None


def _row(columns: tuple[str, ...], cells: list[str]) -> Row:
    return {name: cell if cell.strip() else None for name, cell in zip(columns, cells, strict=False)}


def _header_issues(file: str, line: int, names: list[str]) -> Iterator[Issue]:
    if sum(_is_number(name) for name in names) * 2 >= max(len(names), 1):
        rule = Text("has no header; the first line holds numbers", "没有表头；第一行是数值")
        yield Issue(file, rule, _NAME_THE_COLUMNS, line=line, value=", ".join(names)[:80] or None)
        return
    if len(names) == 1 and "，" in names[0]:
        rule = Text("separates its cells with full-width commas", "单元格之间用了全角逗号")
        remedy = Text("replace ， by ,", "把 ， 换成 ,")
        yield Issue(file, rule, remedy, "columns", line, names[0])
    for place, name in enumerate(names, start=1):
        if not name:
            rule = Text("has no name", "没有列名")
            yield Issue(file, rule, _NAME_THE_COLUMNS, f"column {place}", line)
    for name, count in Counter(names).items():
        if name and count > 1:
            rule = Text(f"stands {count} times in the header", f"在表头中出现 {count} 次")
            remedy = Text("give each column a name of its own", "每列用不同的名称")
            yield Issue(file, rule, remedy, f"column {name}", line)


def _width_issues(file: str, width: int, rows: list[Record]) -> Iterator[Issue]:
    for line, cells in rows:
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            rule = Text(
                f"the row has {len(cells)} cells, the header {width}",
                f"该行有 {len(cells)} 格，表头有 {width} 格",
            )
            remedy = Text("put quotes around cells that hold a separator", "含分隔符的单元格要加引号")
            yield Issue(file, rule, remedy, line=line)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
