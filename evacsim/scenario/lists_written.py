"""The lists of a scenario as a workbook for people: the sheets that `lists_read` reads, with remarks at their cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from evacsim.formats.workbook import cell_name
from evacsim.formats.workbook_written import (
    Color,
    Column,
    Remark,
    SheetWritten,
    Value,
    sheet_name,
    write_workbook,
)
from evacsim.language import Language, Text
from evacsim.scenario.contacts import PERSONS, PHONES, Contact
from evacsim.scenario.given import Loc
from evacsim.scenario.lists import (
    BASICS,
    BY_LOC,
    FINDINGS,
    NAMED,
    SHEETS,
    SINGLE,
    ListSheet,
    heading,
    word_in,
)
from evacsim.scenario.lists_cells import cell_of
from evacsim.scenario.masking import masked_name, masked_person, masked_phone, masked_phones
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import ZoneTransfer
from evacsim.scenario.section import Section
from evacsim.scenario.shapes import shapes

COUNTS = frozenset({
    "population", "capacity", "vehicles", "seats", "members", "staff", "desks", "toilets", "taps", "kits", "tents",
    "generators", "unlisted", "ghosts",
})  # fmt: skip
"""Fields of whole numbers."""
SHADES: Mapping[Color, Text] = {
    "blocker": Text("blocks the plan", "否决项"),
    "major": Text("major", "重要"),
    "minor": Text("minor", "一般"),
}
"""What the colors of remarked cells are called."""


class Note(NamedTuple):
    """What a check says of one place of a scenario."""

    loc: Loc
    """Steps from the root of the scenario, as `plan.shortcoming.Shortcoming.loc`."""
    text: Text
    severity: Color


def write_lists(
    scenario: Scenario,
    path: str | Path,
    *,
    notes: Sequence[Note] = (),
    contacts: Sequence[Contact] = (),
    masked: bool = False,
    lang: Language = "zh",
) -> Path:
    """Write the lists of a scenario to a workbook and return where it is.

    Parameters
    ----------
    notes : sequence of Note
        What is to be said of which place: a comment at its cell, and a line of the sheet of findings.
    contacts : sequence of Contact
        Who is reached where.
    masked : bool
        Whether names and phone numbers are covered.
    lang : "zh" or "en"
        Language of headings and fixed words.

    Raises
    ------
    FormatError
        If a cell cannot hold what is to stand in it, or the file cannot be written.
    """
    filled = {sheet: list(contacts) if not sheet.loc else _entries(scenario, sheet.loc) for sheet in SHEETS}
    filled = {sheet: items for sheet, items in filled.items() if items}
    tables = {sheet: _Lines.of(sheet, items) for sheet, items in filled.items()}
    spots = [(note, _spot(note.loc, tables)) for note in notes]
    sheets = [_basics(scenario, lang)]
    for sheet, lines in tables.items():
        remarks = [
            Remark(spot.row, spot.column, _said(note, lang), note.severity)
            for note, spot in spots
            if spot is not None and spot.sheet is sheet
        ]
        sheets.append(_sheet(lines, set(tables), remarks, lang))
    if notes:
        sheets.append(_findings(spots, lang))
    if masked:
        sheets = [_masked(sheet, lang) for sheet in sheets]
    return write_workbook(path, sheets)


def _entries(scenario: Scenario, loc: Loc) -> list[Section]:
    here: Any = scenario
    for step in loc:
        here = getattr(here, str(step), None)
    return list(here or [])


@dataclass(frozen=True, slots=True)
class _Lines:
    """The entries of one list as rows of texts and numbers."""

    sheet: ListSheet
    fields: tuple[str, ...]
    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, sheet: ListSheet, items: Sequence[Section]) -> "_Lines":
        rows = [item.model_dump(exclude_unset=True) for item in items]
        set_somewhere = {name for row in rows for name, value in row.items() if value not in (None, [], "")}
        shown = [
            name
            for name, field in sheet.model.model_fields.items()
            if name in set_somewhere or field.is_required()
        ]
        # Positions say little to a reader: they stand at the end.
        fields = tuple(sorted(shown, key=lambda name: name in ("x", "y", "node")))
        return cls(sheet, fields, rows)


class _Spot(NamedTuple):
    """A cell: row from 0 below the heading, -1 for the heading."""

    sheet: ListSheet
    row: int
    column: int


def _spot(loc: Loc, tables: Mapping[ListSheet, _Lines]) -> _Spot | None:
    """Return the cell that a place of the scenario stands in; None where no sheet holds it."""
    for length in range(len(loc), 0, -1):
        sheet = BY_LOC.get(loc[:length])
        if sheet is None or sheet not in tables:
            continue
        lines, rest = tables[sheet], loc[length:]
        row = rest[0] if rest and isinstance(rest[0], int) and rest[0] < len(lines.rows) else -1
        named = [step for step in rest if step in lines.fields]
        return _Spot(sheet, row, lines.fields.index(str(named[0])) if named else 0)
    return None


def _basics(scenario: Scenario, lang: Language) -> SheetWritten:
    tree = scenario.model_dump(exclude_unset=True)
    rows: list[list[Value]] = []
    for loc, (text, _) in SINGLE.items():
        here: Any = tree
        model: Any = Scenario
        for step in loc[:-1]:
            here = here.get(step, {}) if isinstance(here, dict) else {}
            model = shapes(model)[str(step)].section()
        if loc[-1] in here:
            rows.append([text.said(lang), cell_of(here[loc[-1]], shapes(model)[str(loc[-1])].kind)])
    columns = [Column(Text("item", "项目").said(lang)), Column(Text("value", "内容").said(lang))]
    return SheetWritten(BASICS.said(lang), columns, rows)


def _sheet(lines: _Lines, there: set[ListSheet], remarks: Sequence[Remark], lang: Language) -> SheetWritten:
    model = lines.sheet.model
    known = shapes(model)
    others = {sheet.key: sheet for sheet in there}
    columns = []
    for name in lines.fields:
        choices = tuple(str(word_in(model, name, word, lang)) for word in known[name].choices)
        if "list" in str(model.model_fields[name].annotation):
            choices = ()
        if any(isinstance(row.get(name), bool) for row in lines.rows):
            choices = tuple(str(word_in(model, name, word, lang)) for word in (True, False))
        is_one = not known[name].is_list
        target = others.get(NAMED.get(name, "")) if is_one else None
        columns.append(
            Column(
                heading(model, name, lang),
                model.model_fields[name].description or "",
                choices,
                sheet_name(target.name.said(lang)) if target is not None else "",
                name in COUNTS,
                model.model_fields[name].is_required(),
            )
        )
    rows = [
        [cell_of(word_in(model, name, row.get(name), lang), known[name].kind) for name in lines.fields]
        for row in lines.rows
    ]
    return SheetWritten(sheet_name(lines.sheet.name.said(lang)), columns, rows, remarks)


def _findings(spots: Sequence[tuple[Note, _Spot | None]], lang: Language) -> SheetWritten:
    rows: list[list[Value]] = []
    for note, spot in spots:
        place = ".".join(str(step) for step in note.loc)
        if spot is not None:
            place = cell_name(sheet_name(spot.sheet.name.said(lang)), spot.row + 2, spot.column + 1)
        rows.append([SHADES[note.severity].said(lang), place, note.text.said(lang)])
    heads = (Text("weight", "程度"), Text("cell", "位置"), Text("finding", "意见"))
    columns = [Column(head.said(lang)) for head in heads]
    remarks = [Remark(row, 0, note.text.said(lang), note.severity) for row, (note, _) in enumerate(spots)]
    return SheetWritten(FINDINGS.said(lang), columns, rows, remarks, widest=90)


def _said(note: Note, lang: Language) -> str:
    open_, close = "【】" if lang == "zh" else "[]"
    return f"{open_}{SHADES[note.severity].said(lang)}{close}{note.text.said(lang)}"


def _masked(sheet: SheetWritten, lang: Language) -> SheetWritten:
    """Return a sheet in which names and numbers of persons are covered, in cells and in remarks."""
    names = {heading(Contact, name, lang) for name in PERSONS}
    phones = {heading(Contact, name, lang) for name in PHONES}
    is_contacts = sheet.name == next(one.name.said(lang) for one in SHEETS if one.model is Contact)
    persons = {heading(ZoneTransfer, name, lang) for name in ("organizer", "decided_by")}

    def covered(value: Value, head: str) -> Value:
        if not isinstance(value, str):
            return value
        if is_contacts and head in names:
            return masked_name(value)
        if is_contacts and head in phones:
            return masked_phone(value)
        return masked_person(value) if head in persons else masked_phones(value)

    rows = [
        [covered(value, column.heading) for value, column in zip(row, sheet.columns, strict=True)]
        for row in sheet.rows
    ]
    remarks = [Remark(one.row, one.column, masked_person(one.text), one.color) for one in sheet.remarks]
    if sheet.name == BASICS.said(lang):
        decides = SINGLE["plan", "when", "decided_by"][0].said(lang)
        rows = [[name, masked_person(str(value)) if name == decides else value] for name, value in rows]
    if sheet.name == FINDINGS.said(lang):
        rows = [[masked_person(str(value)) for value in row] for row in sheet.rows]
    return SheetWritten(sheet.name, sheet.columns, rows, remarks, sheet.widest)
