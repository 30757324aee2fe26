"""Where the columns of a list stand in a sheet, and which cell an issue is about."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from evacsim.errors import Issue
from evacsim.formats.rows import Row, Table
from evacsim.formats.workbook import Sheet, cell_name, letter
from evacsim.language import Text
from evacsim.scenario.columns import field_and_unit, spellings
from evacsim.scenario.lists import SKIPPED_COLUMNS, TOTALS
from evacsim.scenario.nearest import nearest, plainly
from evacsim.scenario.section import Section

MISSING = Text("is missing", "缺少此项")
"""What `wording` says of an empty cell that must be filled."""
HEADING_AMONG = 12
"""The heading stands in one of so many first rows; above it stand titles."""


@dataclass(slots=True)
class Layout:
    """Where the columns of a sheet stand."""

    sheet: Sheet
    model: type[Section]
    heading_row: int
    columns: dict[str, int] = field(default_factory=dict)
    """Number of each column by its heading."""

    def cell(self, issue: Issue, file: str) -> Issue:
        """Return an issue of this sheet with the cell in place of line and column."""
        row = issue.line or self.heading_row
        header = issue.place.removeprefix("column ") if issue.place.startswith("column ") else ""
        column = self.columns.get(header)
        if column is None:
            name = issue.place.rpartition(".")[2].partition("[")[0]
            column = next((self.columns[head] for head in self.columns if self._is_field(head, name)), None)
        if issue.rule == MISSING:
            issue = replace(issue, remedy=Text("fill in this cell", "填写此单元格"))
        first = min(self.columns.values(), default=1)
        return replace(
            issue,
            file=file,
            line=None,
            place=cell_name(self.sheet.name, row, first if column is None else column),
        )

    def _is_field(self, header: str, name: str) -> bool:
        known = field_and_unit(header, self.model)
        return known is not None and known[0] == name


def layout_of(sheet: Sheet, model: type[Section]) -> Layout:
    """Return where the heading stands: of the first rows the one with most names that are known."""
    first = list(sheet.rows)[:HEADING_AMONG]
    known = {
        row: sum(field_and_unit(text, model) is not None for text in sheet.rows[row].values())
        for row in first
    }
    heading_row = max(first, key=lambda row: (known[row], -row), default=1)
    layout = Layout(sheet, model, heading_row)
    for column, text in sorted(sheet.rows.get(heading_row, {}).items()):
        if not _is_skipped(text):
            header = " ".join(text.split())
            twice = header in layout.columns
            layout.columns[f"{header} {letter(column)}" if twice else header] = column
    return layout


def _is_skipped(heading: str) -> bool:
    return heading.startswith("_") or plainly(heading) in SKIPPED_COLUMNS


def unread_columns(layout: Layout, file: str) -> Iterator[Issue]:
    """Tell the columns that stand for nothing known, or for what another stands for, and take them out."""
    fields: dict[str, str] = {}
    for header, column in list(layout.columns.items()):
        known = field_and_unit(header, layout.model)
        if known is not None and known[0] not in fields:
            fields[known[0]] = header
            continue
        if known is None:
            rule = Text("nothing here has this name", "不是已知的列名")
            close = nearest(header, spellings(layout.model))
            meant = Text(f"did you mean '{close}'? ", f"是否应为“{close}”？") if close else Text("", "")
        else:
            rule = Text(f"means the same as column {fields[known[0]]}", f"与列 {fields[known[0]]} 含义相同")
            meant = Text("", "")
        remedy = Text(
            f"{meant.en}Rename it; a column that is not to be read gets a name that begins with _",
            f"{meant.zh}改列名；不需读取的列，列名以 _ 开头",
        )
        place = cell_name(layout.sheet.name, layout.heading_row, column)
        yield Issue(file, rule, remedy, place, value=header)
        del layout.columns[header]


def table_of(layout: Layout, file: str) -> Table:
    """Return a sheet as a table: the rows below the heading, without those that add up the others."""
    numbers, rows = [], []
    heading = layout.sheet.rows.get(layout.heading_row, {})
    skipped = {column for column, text in heading.items() if _is_skipped(text)}
    for number, cells in layout.sheet.rows.items():
        words = [text for column, text in cells.items() if column not in skipped]
        first = cells[min(cells)]
        if number <= layout.heading_row or not words or plainly(first.rstrip("：:")) in TOTALS:
            continue
        row: Row = {header: cells.get(column) for header, column in layout.columns.items()}
        if plainly(words[0]) in TOTALS or all(value is None for value in row.values()):
            continue
        numbers.append(number)
        rows.append(row)
    nothing = (None,) * len(rows)
    return Table(file, tuple(layout.columns), tuple(rows), tuple(numbers), nothing, nothing)
