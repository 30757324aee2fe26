"""A scenario as a folder of files: lists as CSV, all else as YAML, so that `evacsim check` reads it again."""

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml

from evacsim.errors import FormatError, Issue
from evacsim.language import Text
from evacsim.scenario.contacts import Contact
from evacsim.scenario.district import District
from evacsim.scenario.lists import SHEETS
from evacsim.scenario.lists_cells import cell_of
from evacsim.scenario.lists_read import Lists
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import Plan
from evacsim.scenario.section import Section
from evacsim.scenario.shapes import shapes

SECTIONS: Mapping[str, type[Section]] = {"district": District, "plan": Plan}
CONTACTS = "contacts.csv"
"""Table of who is reached where; beside a scenario, not part of it."""


def write_folder(
    lists: Lists, folder: str | Path, *, if_exists: Literal["error", "replace"] = "error"
) -> Path:
    """Write what a workbook said as files and return the folder.

    `district.yaml` and `plan.yaml` name a CSV file for each list; where everything else is known,
    `scenario.yaml` stands beside them and the folder can be run.

    Raises
    ------
    FormatError
        If a file is in the way, or the folder cannot be written.
    """
    folder = Path(folder)
    texts = _texts(lists, folder)
    there = [name for name in texts if (folder / name).exists()]
    if there and if_exists == "error":
        rule = Text("is there already", "已存在")
        remedy = Text(
            "name another folder, or say --if-exists replace", "换一个文件夹，或加 --if-exists replace"
        )
        raise FormatError(str(folder), [Issue(name, rule, remedy) for name in there])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        rule = Text(f"cannot be written: {error}", f"无法写入：{error}")
        remedy = Text("check the folder and the right to write there", "请检查文件夹和写入权限")
        raise FormatError(str(folder), [Issue(str(folder), rule, remedy)]) from error
    return folder


def _texts(lists: Lists, folder: Path) -> dict[str, str]:
    """Return the text of each file by its name."""
    tree: Any = _relative(dict(lists.tree), Scenario, folder)
    texts = {}
    for sheet in SHEETS:
        holder: Any = tree
        for step in sheet.loc[:-1]:
            holder = holder.get(step, {})
        if sheet.loc and holder.get(sheet.loc[-1]):
            entries = holder[sheet.loc[-1]]
            texts[f"{sheet.key}.csv"] = _csv(entries, sheet.model)
            holder[sheet.loc[-1]] = f"{sheet.key}.csv"
    if lists.contacts:
        texts[CONTACTS] = _csv(lists.contacts, Contact)
    for name in SECTIONS:
        texts[f"{name}.yaml"] = _yaml(tree[name])
        tree[name] = f"{name}.yaml"
    if lists.is_whole:
        texts["scenario.yaml"] = _yaml(tree)
    return texts


def _csv(entries: Sequence[Mapping[str, Any]], model: type[Section]) -> str:
    known = shapes(model)
    fields = [name for name in model.model_fields if any(name in entry for entry in entries)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(fields)
    for entry in entries:
        cells = [cell_of(entry.get(name), known[name].kind) for name in fields]
        writer.writerow(
            ["" if cell is None else repr(cell) if isinstance(cell, float) else cell for cell in cells]
        )
    return text.getvalue()


def _relative(tree: Any, model: type[Section] | None, folder: Path) -> Any:
    """Return a copy of a tree whose absolute paths begin in `folder`."""
    if model is None or not isinstance(tree, dict):
        return tree
    known = shapes(model)
    copied: dict[str, Any] = {}
    for name, value in tree.items():
        shape = known[name]
        if shape.names is not None and isinstance(value, str) and Path(value).is_absolute():
            copied[name] = Path(os.path.relpath(value, folder.absolute())).as_posix()
        elif isinstance(value, list):
            copied[name] = [
                _relative(entry, shape.section(_tag(entry)) if shape.sections else None, folder)
                for entry in value
            ]
        else:
            copied[name] = _relative(value, shape.section(_tag(value)) if shape.sections else None, folder)
    return copied


def _tag(value: Any) -> object:
    return value.get("type") if isinstance(value, dict) else None


class _Dumper(yaml.SafeDumper):
    """Writes every text that could be taken for something else in quotes."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML names it
        """Write everything out: a list that stands twice stands there twice."""
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = re.match(r"[^\W\d_]", text) is not None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_plain else '"')


_Dumper.add_representer(str, _text_node)


def _yaml(tree: Any) -> str:
    text: str = yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return text
