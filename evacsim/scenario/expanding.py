"""From the first file of a scenario to all of it: other files and tables are put where they are named."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from evacsim.errors import EvacsimError, Issue
from evacsim.formats.crs import canonical_crs
from evacsim.formats.text import decode_text
from evacsim.language import Text
from evacsim.scenario.columns import names_of
from evacsim.scenario.district import District
from evacsim.scenario.given import Given, Source, joined
from evacsim.scenario.hazard import Hazard
from evacsim.scenario.listing import TableFile, entries, table_at, unreadable
from evacsim.scenario.nearest import nearest, plainly, suggestion
from evacsim.scenario.plan import Plan
from evacsim.scenario.section import Names, Section
from evacsim.scenario.shapes import Shape, shapes
from evacsim.scenario.wording import validated
from evacsim.scenario.yaml import read_yaml

DOCUMENTS = (District, Hazard, Plan)
"""Sections that may stand in a file of their own."""
LARGEST_FILE = 50_000_000
"""Bytes of the largest YAML file that is read."""


@dataclass(slots=True)
class Expanding:
    """One reading of a scenario: what was wrong so far, and which files were read."""

    folder: Path
    """Messages name files relative to this folder."""
    issues: list[Issue] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def name(self, path: Path) -> str:
        """Return what messages call a file."""
        return os.path.relpath(path, self.folder)

    def open(self, path: Path, named_by: Source | None = None) -> Given:
        """Return what the YAML file `path` says; spoiled where it cannot be read."""
        source = Source(self.name(path), path.parent, path, named_by)
        self.files.append(path)
        try:
            if path.stat().st_size > LARGEST_FILE:
                self.issues.append(Issue(source.name, _TOO_LARGE, _LONG_LISTS))
                return Given(None, source, spoiled=True)
            text = decode_text(path.read_bytes(), file=source.name)
        except OSError as error:
            self.issues.append(unreadable(source.name, error))
        except EvacsimError as error:
            self.issues += [replace(issue, remedy=_SAVE_AS_UTF8) for issue in error.issues]
        else:
            given, issues = read_yaml(text, source)
            self.issues += issues
            return given
        return Given(None, source, spoiled=True)

    def section(self, given: Given, model: type[Section], place: str = "", crs: str | None = None) -> Given:
        """Return `given` as a section of `model`: files put in place, paths absolute, unknown keys refused."""
        if not isinstance(given.value, dict) or given.spoiled:
            return given
        if model is District:
            crs = _system(given.value.get("crs"))
        known = shapes(model)
        inside = {}
        for name, child in given.value.items():
            inner = joined(place, name)
            if name in known:
                inside[name] = self._field(child, known[name], inner, crs)
            else:
                self.issues.append(_unknown_key(child, model, name, inner))
                meant = names_of(model).get(plainly(name)) or nearest(name, known)
                if meant is not None and meant not in given.value:
                    inside[meant] = child.spoil()
        return replace(given, value=inside)

    def _field(self, given: Given, shape: Shape, place: str, crs: str | None) -> Given:
        if given.spoiled or given.value is None:
            return given
        if shape.names is not None:
            return self._path(given, shape.names, place)
        if shape.sections and shape.is_list:
            return self._list(given, shape, place, crs)
        tag = given.value.get("type") if isinstance(given.value, dict) else None
        model = shape.section(None if tag is None else tag.value)
        if model in DOCUMENTS and isinstance(given.value, str):
            path = self._located(given, Names.FILE, place)
            if path is None:
                return given.spoil()
            given, place = self.open(path, given.source), ""
        return given if model is None else self.section(given, model, place, crs)

    def _list(self, given: Given, shape: Shape, place: str, crs: str | None) -> Given:
        model = shape.section()
        if model is None:
            return given
        reference = given
        if isinstance(given.value, str):
            reference = replace(given, value={"file": given})
        if isinstance(reference.value, dict):
            given, place = self._table(reference, model, place, crs), ""
        if not isinstance(given.value, list):
            return given
        listed = [
            self.section(entry, model, joined(place, number), crs) for number, entry in enumerate(given.value)
        ]
        return replace(given, value=listed)

    def _table(self, given: Given, model: type[Section], place: str, crs: str | None) -> Given:
        """Return the list that stands in the table (or YAML file) that `given` names."""
        expanded = self.section(given, TableFile, place)
        reference, issues = validated(TableFile, expanded, place)
        self.issues += issues
        if reference is None or expanded.value.keys() != given.value.keys():
            return given.spoil()
        path = self._located(expanded.value["file"], Names.FILE, place)
        if path is None:
            return given.spoil()
        if path.suffix.lower() in (".yaml", ".yml"):
            if reference.model_fields_set != {"file"}:
                rule = Text(
                    "is a YAML list, which has no encoding, crs or columns", "YAML 列表没有编码、坐标系或列名"
                )
                remedy = Text("write the name of the file alone", "只写文件名")
                self.issues.append(expanded.value["file"].issue(rule, remedy, place))
            return self.open(path, given.source)
        source = Source(self.name(path), path.parent, path, given.source)
        self.files.append(path)
        try:
            table = table_at(path, encoding=reference.encoding, crs=reference.crs)
            rows, issues = entries(table, model, reference, source=source, crs=crs)
        except EvacsimError as error:
            self.issues += [replace(issue, file=source.name) for issue in error.issues]
            return replace(given.spoil(), source=source)
        self.issues += [replace(issue, file=source.name) for issue in issues]
        return Given(rows, source)

    def _path(self, given: Given, names: Names, place: str) -> Given:
        """Return a path of the scenario as an absolute one."""
        if not isinstance(given.value, str):
            return given
        path = self._located(given, names, place)
        return given.spoil() if path is None else replace(given, value=str(path))

    def _located(self, given: Given, names: Names, place: str) -> Path | None:
        """Return the absolute path that `given` names; None, with an issue, where there is no such file."""
        text = str(given.value)
        path = Path(os.path.abspath(given.source.folder / text))  # noqa: PTH100  # links keep their names
        if names is Names.FILE and given.source.is_open(path):
            rule = Text("leads back to the file that names it", "循环引用了自身")
            self.issues.append(given.issue(rule, Text("name another file", "改为其他文件"), place))
            return None
        if "*" in text and names is Names.FILES:
            return self._pattern(given, path, place)
        kind = kind_of(path)
        if kind == "file" or (kind == "folder" and names is Names.FILE_OR_FOLDER):
            return path
        rule = Text("there is no such file", "文件不存在")
        if kind == "folder":
            rule = Text("names a folder, not a file", "是文件夹，不是文件")
        self.issues.append(given.issue(rule, _other_file(path, text), place))
        return None

    def _pattern(self, given: Given, path: Path, place: str) -> Path | None:
        rule, remedy = None, Text("check the folder and the pattern", "检查文件夹和通配符")
        if "*" in str(path.parent):
            rule = Text("has a * in the name of a folder", "文件夹名中有 *")
        elif not listing(path.parent, path.name):
            rule = Text("matches no file", "没有匹配的文件")
        if rule is None:
            return path
        self.issues.append(given.issue(rule, remedy, place))
        return None


_TOO_LARGE = Text("is too large for a scenario file", "文件过大，不像情景文件")
_LONG_LISTS = Text("put long lists into tables", "把长列表放进表格文件")
_SAVE_AS_UTF8 = Text(
    "save the file as UTF-8 text (in the editor: Save as, encoding UTF-8)",
    "另存为 UTF-8 文本（编辑器：另存为，编码选 UTF-8）",
)


def _system(given: Given | None) -> str | None:
    """Return the system of a district's coordinates; None where it is not known (checked elsewhere)."""
    try:
        return None if given is None or given.value is None else canonical_crs(str(given.value), file="")
    except EvacsimError:
        return None


def _unknown_key(given: Given, model: type[Section], name: str, place: str) -> Issue:
    rule = Text("is not known here", "不是已知的键")
    meant = names_of(model).get(plainly(name))
    remedy = suggestion(name, model.model_fields)
    if meant is not None:
        remedy = Text(f"write {meant}", f"写 {meant}")
    return Issue(given.source.name, rule, remedy, place, given.line)


def _other_file(path: Path, text: str) -> Text:
    if "\\" in text:
        return Text("write the path with / instead of \\", r"路径用 / 而不是 \ 分隔")
    close = nearest(path.name, listing(path.parent, "*"))
    if close is not None and close != path.name:
        return Text(f"did you mean '{close}'?", f"是否应为 '{close}'？")
    return Text(
        "check the path; it begins in the folder of the file that names it",
        "检查路径；相对路径从引用它的文件所在文件夹算起",
    )


def kind_of(path: Path) -> Literal["file", "folder", ""]:
    """Return what stands at `path`; "" for nothing, a device, or a name that no file can have."""
    try:
        return "file" if path.is_file() else "folder" if path.is_dir() else ""
    except (OSError, ValueError):
        return ""


def listing(folder: Path, pattern: str) -> list[str]:
    """Return the names in a folder that match, at most a thousand; none where it cannot be read."""
    try:
        return sorted(path.name for path in folder.glob(pattern))[:1000]
    except (OSError, ValueError):
        return []
