"""The lists of a plan out of a workbook: every mistake of every sheet at once, each with its cell."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evacsim.errors import FormatError, Issue
from evacsim.formats.workbook import Sheet, cell_name, read_workbook
from evacsim.language import Text
from evacsim.scenario.checking import found
from evacsim.scenario.columns import field_and_unit
from evacsim.scenario.contacts import Contact
from evacsim.scenario.given import Given, Loc, Source, find, given_from
from evacsim.scenario.listing import TableFile, entries
from evacsim.scenario.lists import (
    BASICS,
    NAMED,
    SHEETS,
    SINGLE,
    UNREAD,
    ListSheet,
    is_basics,
    sheet_called,
)
from evacsim.scenario.lists_layout import Layout, layout_of, table_of, unread_columns
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import plainly, suggestion
from evacsim.scenario.parts import parts_given
from evacsim.scenario.section import PATTERN, as_list
from evacsim.scenario.wording import locate, validated


@dataclass(frozen=True, slots=True)
class Lists:
    """What a workbook of lists says."""

    tree: Mapping[str, Any]
    """District and plan as a file would hold them; the whole scenario where one was given to start from."""
    contacts: tuple[Mapping[str, Any], ...]
    """Entries of the contacts, as written."""
    counts: Mapping[str, int]
    """Entries of each sheet that was read, by the name of the sheet."""
    is_whole: bool
    """Whether the tree is a whole scenario."""
    warnings: tuple[Issue, ...]


def read_lists(path: str | Path, *, base: Scenario | None = None) -> Lists:
    """Return what the workbook at `path` says.

    Parameters
    ----------
    path : str or Path
        A .xlsx file; `evacsim.scenario.lists` says what sheets and columns may be called.
    base : Scenario, optional
        Where everything comes from of which the workbook has no sheet: roads, water, parameters.

    Raises
    ------
    FormatError
        With everything that is wrong with any sheet, each with its cell.
    """
    path = Path(path)
    reading = _Reading(path.name, Source(path.name, path.parent, path))
    sheets = read_workbook(path, name=path.name)
    root = reading.root(path, base)
    for sheet in sheets:
        reading.read(sheet, root)
    if base is None:
        reading.miss_required(root)
    reading.check_contacts(root)
    reading.check_wrong_rows(root)
    _, wrong = validated(Scenario, root)
    reading.issues += wrong
    for loc, rule, remedy, value, severity in found(parts_given(root)):
        spot, place = locate(root, loc)
        if not spot.is_spoiled:
            issue = spot.given.issue(rule, remedy)
            shown = value or (issue.value if spot.is_there else None)
            reading.issues.append(replace(issue, place=place, value=shown, severity=severity))
    issues = reading.in_cells()
    errors = [issue for issue in issues if issue.severity == "error"]
    if errors:
        raise FormatError(path.name, errors)
    tree = root.plain()
    if base is None:
        tree = {name: tree[name] for name in ("district", "plan")}
        del tree["district"]["roads"]
        if "crs" in tree["district"] and tree["district"]["crs"] is None:
            del tree["district"]["crs"]
    contacts = tuple(given.plain() for given in reading.contacts)
    return Lists(tree, contacts, reading.counts, base is not None, tuple(issues))


@dataclass(slots=True)
class _Reading:
    """One reading of a workbook: what was wrong so far, and where everything stood."""

    file: str
    source: Source
    issues: list[Issue] = field(default_factory=list)
    layouts: dict[str, Layout] = field(default_factory=dict)
    """By the name of the source of each sheet."""
    contacts: list[Given] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    read_already: dict[str, str] = field(default_factory=dict)

    def root(self, path: Path, base: Scenario | None) -> Given:
        """Return the tree in which the lists are put: that of `base`, or one of which most is not known."""
        if base is not None:
            return given_from(base.model_dump(exclude_unset=True), Source(base.id, base.folder))
        name = path.stem
        id_ = "".join(letter if _may_stand(letter) else "-" for letter in name)[:64]
        root = given_from(
            {"district": {"id": id_, "name": name}, "plan": {"id": id_, "name": name}}, self.source
        )
        for unknown in ("id", "name", "hazard", "start", "duration"):
            root.value[unknown] = Given(None, self.source, spoiled=True)
        for unknown in ("roads", "crs"):
            root.value["district"].value[unknown] = Given(None, self.source, spoiled=True)
        root.value["plan"].value["when"] = Given({}, self.source)
        return root

    def read(self, sheet: Sheet, root: Given) -> None:
        """Put what a sheet says into the tree."""
        if sheet.name.startswith("_") or plainly(sheet.name) in UNREAD or not (sheet.rows or sheet.issues):
            return
        if is_basics(sheet.name):
            self.issues += sheet.issues
            self._single_values(sheet, root)
            return
        kind = sheet_called(sheet.name)
        if kind is None:
            remedy = suggestion(sheet.name, [known.name.zh for known in SHEETS])
            told = Text(
                f"{remedy.en}; a sheet that is no list gets a name that begins with _",
                f"{remedy.zh}；不是清单的工作表，名称以 _ 开头",
            )
            self.issues.append(
                Issue(self.file, Text("is no list that is known", "不是已知的清单"), told, sheet.name)
            )
            return
        self.issues += sheet.issues
        if kind.key in self.read_already:
            other = self.read_already[kind.key]
            rule = Text(f"holds the same list as sheet {other}", f"与工作表 {other} 是同一清单")
            self.issues.append(Issue(self.file, rule, Text("put them into one", "合并为一张"), sheet.name))
            return
        self.read_already[kind.key] = sheet.name
        rows = self._entries(sheet, kind, root)
        self.counts[sheet.name] = len(rows)
        if not kind.loc:
            self.contacts = rows
        else:
            _put(root, kind.loc, Given(rows, self._source(sheet)))

    def _source(self, sheet: Sheet) -> Source:
        return Source(f"{self.file}/{sheet.name}", self.source.folder)

    def _entries(self, sheet: Sheet, kind: ListSheet, root: Given) -> list[Given]:
        source = self._source(sheet)
        layout = layout_of(sheet, kind.model)
        self.layouts[source.name] = layout
        self.issues += unread_columns(layout, self.file)
        crs = root.value["district"].value.get("crs")
        rows, issues = entries(
            table_of(layout, source.name),
            kind.model,
            TableFile(file=self.file),
            source=source,
            crs=None if crs is None or crs.value is None else str(crs.value),
        )
        unread = {issue.place for issue in sheet.issues}
        for row in rows:
            for header, column in layout.columns.items():
                known = field_and_unit(header, kind.model)
                if known and row.line and cell_name(sheet.name, row.line, column) in unread:
                    row.value[known[0]] = Given(None, source, row.line, spoiled=True)
        self.issues += issues
        return rows

    def _single_values(self, sheet: Sheet, root: Given) -> None:
        names = {plainly(name): loc for loc, (text, others) in SINGLE.items() for name in (*text, *others)}
        self.counts[sheet.name] = 0
        for row, cells in sheet.rows.items():
            columns = sorted(cells)
            loc = names.get(plainly(cells[columns[0]].rstrip("：:")))
            if loc is None:
                if len(columns) > 1 and row > 1:
                    remedy = suggestion(cells[columns[0]], [text.zh for text, _ in SINGLE.values()])
                    place = cell_name(sheet.name, row, columns[0])
                    rule = Text("is not known here", "不是已知的项目")
                    self.issues.append(Issue(self.file, rule, remedy, place, value=cells[columns[0]]))
                continue
            if len(columns) > 1:
                source = Source(f"{self.file}/{sheet.name}", self.source.folder)
                place = cell_name(sheet.name, row, columns[1])
                value = cells[columns[1]]
                _put(root, loc, Given(value, source, None, value, place))
                self.counts[sheet.name] += 1

    def check_contacts(self, root: Given) -> None:
        """Say which contacts are wrong, or are those of nothing that is listed."""
        ids = parts_given(root).known
        listed = [
            ids[name]
            for name in ("zones", "offices", "shelters", "fleets", "forces", "pickup_points", "stores")
        ]
        known = {id_ for some in listed if some is not None for id_ in some}
        for row in self.contacts:
            contact, wrong = validated(Contact, row)
            self.issues += wrong
            if contact is not None and None not in listed and contact.id not in known:
                rule = Text(
                    "is no zone, office, shelter, fleet, team or store",
                    "不是已列出的区域、机构、安置点、车队、队伍或物资点",
                )
                self.issues.append(row.value["id"].issue(rule, suggestion(contact.id, known)))

    def check_wrong_rows(self, root: Given) -> None:
        """Say of rows that are wrong in themselves what no further check looks at: their ids and what they name."""
        known = parts_given(root).known
        for kind in SHEETS:
            spot = find(root, kind.loc)
            if (
                kind.key not in self.read_already
                or not spot.is_there
                or not isinstance(spot.given.value, list)
            ):
                continue
            seen: set[str] = set()
            for row in spot.given.value:
                item, _ = validated(kind.model, row)
                cells = {name: cell for name, cell in row.value.items() if not cell.spoiled}
                if item is None:
                    self.issues += _named_wrongly(cells, known, seen)
                if "id" in cells:
                    seen.add(str(cells["id"].value))

    def miss_required(self, root: Given) -> None:
        """Say what a plan cannot be without, where nothing else is there to take it from."""
        for kind in SHEETS:
            if kind.key in ("zones", "shelters", "transfers") and kind.key not in self.read_already:
                _put(root, kind.loc, Given(None, self.source, spoiled=True))
                rule = Text("there is no such sheet", "缺少此工作表")
                remedy = Text(
                    f"add a sheet {kind.name.en} ({kind.name.zh}), or name a scenario with --base",
                    f"补上工作表 {kind.name.zh}，或用 --base 指定情景",
                )
                self.issues.append(Issue(self.file, rule, remedy, kind.name.zh))
        when = root.value["plan"].value["when"]
        if "decided_by" not in when.value:
            when.value["decided_by"] = Given(None, self.source, spoiled=True)
            text, _ = SINGLE["plan", "when", "decided_by"]
            remedy = Text(
                f"write '{text.en}' ({text.zh}) and the office into sheet {BASICS.en} ({BASICS.zh})",
                f"在工作表 {BASICS.zh} 写明“{text.zh}”",
            )
            rule = Text("nothing says which office decides", "未写明由谁决策")
            self.issues.append(Issue(self.file, rule, remedy, BASICS.zh))

    def in_cells(self) -> list[Issue]:
        """Return all issues with the cells they are about, sheet by sheet and row by row, each once."""
        order = {name: number for number, name in enumerate(self.layouts)}
        told = []
        for issue in self.issues:
            layout = self.layouts.get(issue.file)
            rank = (issue.severity == "warning", order.get(issue.file, len(order)), issue.line or 0)
            here = issue if layout is None else layout.cell(issue, self.file)
            if here.file.startswith(f"{self.file}/"):
                here = replace(here, file=self.file)
            told.append((rank, here))
        told.sort(key=lambda entry: entry[0])
        return list(dict.fromkeys(issue for _, issue in told))


def _named_wrongly(
    cells: Mapping[str, Given], known: Mapping[str, frozenset[str] | None], seen: set[str]
) -> Iterator[Issue]:
    """Yield the cells of one row that repeat an id, or name what is in no list."""
    if "id" in cells and str(cells["id"].value) in seen:
        rule = Text("stands there for the second time", "编号重复")
        yield cells["id"].issue(rule, Text("give each an id of its own", "每个用不同的编号"))
    for name, cell in cells.items():
        ids = known.get(NAMED.get(name, ""))
        words = as_list(cell.value) if name in NAMED else []
        for word in words if isinstance(words, list) else []:
            if ids is not None and word not in ids and "*" not in word:
                rule = Text("is in no list", "清单中没有")
                yield cell.issue(rule, suggestion(word, ids))


def _put(root: Given, loc: Loc, given: Given) -> None:
    """Put a value into the tree, making the sections on the way."""
    here = root
    for step in loc[:-1]:
        here = here.value.setdefault(step, Given({}, here.source))
    here.value[loc[-1]] = given


def _may_stand(letter: str) -> bool:
    return re.fullmatch(PATTERN, letter) is not None
