"""Every error a user can meet, and how it reads.

Whatever is wrong with an input is collected as `Issue`s - where, what is there, what must
hold, what to do - and raised once, all together, as an `EvacsimError`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evacsim.language import Language, Text


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with an input: where, what is there, what must hold, what to do."""

    file: str
    """The file as the user named it."""
    rule: Text
    """What must hold."""
    remedy: Text
    """What to write or do instead."""
    place: str = ""
    """Where in the file, in the file's own words: `shelters[3].capacity`, `column 容量`, `node 17`."""
    line: int | None = None
    """Line of a text file, or row of a table counted as an editor counts, from 1."""
    value: str | None = None
    """What stands there now, as written; None where nothing does."""
    severity: Literal["error", "warning"] = "error"
    """An error keeps the input from being used; a warning is worth a look."""

    def told(self, lang: Language) -> str:
        """Return the issue as one line.

        >>> Issue("s.yaml", Text("must be 0 or more", "不能小于 0"), Text("write 300", "写 300"),
        ...       "shelters[3].capacity", 41, "-40").told("en")
        's.yaml:41: shelters[3].capacity is -40: must be 0 or more. Remedy: write 300'
        """
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        if self.severity == "warning":
            where = f"{Text('warning', '提醒').said(lang)} {where}"
        rule, remedy = self.rule.said(lang), self.remedy.said(lang)
        is_ = Text(" is ", " 为 ").said(lang)
        place = _in_chinese(self.place) if lang == "zh" else self.place
        found = place if self.value == self.place else is_.join(part for part in (place, self.value) if part)
        sentence = f"{where}: {found}: {rule}" if found else f"{where}: {rule}"
        return f"{sentence}。处理：{remedy}" if lang == "zh" else f"{sentence}. Remedy: {remedy}"


_KINDS_OF_PLACE = {
    "column": "列", "columns": "列名", "header": "表头", "link": "路段", "node": "节点", "household": "住户",
}  # fmt: skip


def _in_chinese(place: str) -> str:
    """Return a place with its first word in Chinese where that says what kind of place it is.

    >>> _in_chinese("column 容量"), _in_chinese("shelters[3].capacity")
    ('列 容量', 'shelters[3].capacity')
    """
    kind, gap, rest = place.partition(" ")
    return f"{_KINDS_OF_PLACE.get(kind, kind)}{gap}{rest}"


class RefusedValueError(ValueError):
    """What a validator says of a value; the reader turns it into an `Issue` with file and line."""

    def __init__(self, rule: Text, remedy: Text) -> None:
        self.rule, self.remedy = rule, remedy
        super().__init__(rule, remedy)

    def __str__(self) -> str:
        return f"{self.rule.en}; {self.remedy.en}"


class EvacsimError(Exception):
    """Base class of all errors that evacsim raises on purpose; `issues` lists every reason at once."""

    headline = Text("cannot be used", "无法使用")

    def __init__(self, source: str, issues: Iterable[Issue]) -> None:
        self.source = source
        self.issues = list(issues)
        super().__init__(self.told("en"))

    def told(self, lang: Language) -> str:
        """Return the whole message: one headline, one line per issue."""
        lines = [f"{self.source} {self.headline.said(lang)}:"]
        lines += [f"  - {issue.told(lang)}" for issue in self.issues]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type, tuple[str, list[Issue]]]:
        return type(self), (self.source, self.issues)


class ScenarioError(EvacsimError):
    """The scenario cannot be run."""

    headline = Text("cannot be run", "无法推演")


class FormatError(EvacsimError):
    """A file of somebody else's format cannot be read."""

    headline = Text("cannot be read", "无法读取")


class ResultsError(EvacsimError):
    """A folder of results cannot be read or written."""

    headline = Text("cannot be opened as results", "不能作为推演结果打开")


class WritingError(ResultsError):
    """A file or folder cannot be written, or is in the way."""

    headline = Text("cannot be written", "无法写入")


class MissingExtraError(EvacsimError):
    """An optional library is needed for this and is not installed."""

    headline = Text("needs an optional library", "需要安装可选组件")

    @classmethod
    def for_library(cls, library: str, extra: str, purpose: str) -> "MissingExtraError":
        """Return the error for `library` of extra `extra`, needed for `purpose`."""
        return cls(
            purpose,
            [
                Issue(
                    file=purpose,
                    place=library,
                    rule=Text("is not installed", "未安装"),
                    remedy=same_command(f"pip install 'evacsim[{extra}]'"),
                )
            ],
        )


def same_command(command: str) -> Text:
    """Return the remedy "run this command" in both languages."""
    return Text(f"run {command}", f"运行 {command}")
