"""What is found wrong while a file of roads is read: all of it, before anything is raised."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from evacsim.errors import FormatError, Issue
from evacsim.language import Text

_A_NUMBER = Text("is no number", "不是数值")
_WRITE_A_NUMBER = Text("write a number, or leave it empty", "填写数值，或留空")


@dataclass
class Findings:
    """The issues of one file."""

    file: str
    issues: list[Issue] = field(default_factory=list)

    def add(
        self, rule: Text, remedy: Text, place: str = "", *, line: int | None = None, value: object = None
    ) -> None:
        """Note one thing that is wrong."""
        written = None if value is None else str(value)[:80]
        self.issues.append(Issue(self.file, rule, remedy, place, line, written))

    def number(self, cell: object, place: str, *, line: int | None = None) -> float | None:
        """Return the number in a cell; None where it is empty, NaN, or (noted) no number."""
        text = "" if cell is None else str(cell).strip()
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            self.add(_A_NUMBER, _WRITE_A_NUMBER, place, line=line, value=text)
            return None
        return None if math.isnan(value) else value

    def coordinate(self, cell: object, place: str, *, line: int | None = None) -> float:
        """Return a coordinate; whatever is not finite is noted."""
        known = len(self.issues)
        value = self.number(cell, place, line=line)
        if value is not None and math.isfinite(value):
            return value
        if len(self.issues) == known:
            rule = Text("must be a finite number", "必须是有限数值")
            remedy = Text("write the coordinate, or remove the node", "补上坐标，或删去该节点")
            self.add(rule, remedy, place, line=line, value="" if cell is None else cell)
        return math.nan

    def text(self, cell: object, place: str, *, line: int | None = None) -> str:
        """Return the text of a cell that must not be empty."""
        text = "" if cell is None else str(cell).strip()
        if not text:
            rule, remedy = Text("must not be empty", "不能为空"), Text("fill it in", "补填该项")
            self.add(rule, remedy, place, line=line)
        return text

    def missing_column(self, name: str, name_zh: str, present: Iterable[str]) -> None:
        """Note that a table has no column `name`."""
        others = ", ".join(present)
        rule = Text(f"has no column {name}", f"缺少列 {name} ({name_zh})")
        remedy = Text(f"add it, or rename one of: {others}", f"补上该列，或改名现有列: {others}")
        self.add(rule, remedy, "columns", line=1)

    def settle(self) -> None:
        """Raise all that was found; return where nothing was."""
        if self.issues:
            raise FormatError(self.file, self.issues)


def settle_all(file: str, findings: Iterable[Findings]) -> None:
    """Raise all that was found in several files of one network; return where nothing was."""
    issues = [issue for part in findings for issue in part.issues]
    if issues:
        raise FormatError(file, issues)
