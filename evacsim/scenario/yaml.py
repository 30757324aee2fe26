"""YAML 1.2 with the line of every value.

PyYAML's scanner (written in C) splits the text; what its words mean is decided here, by the
core schema of YAML 1.2: `NO` and `12:30` are text. Numbers that would lose letters (`010`,
`0x1F`, `+5`, `1_000`) stay text, too, so that an id is never changed. A key written twice is an
error, and so are tags and more than one document.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import yaml

from evacsim.errors import Issue
from evacsim.language import Text
from evacsim.scenario.given import DEEPEST, Given, Source

LARGEST = 1_000_000
"""Values that a file may hold, aliases counted in full."""

_Scanner = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + name: float(sign + "inf") for sign in ("", "+", "-") for name in (".inf", ".Inf", ".INF")},
}


def read_yaml(text: str, source: Source) -> tuple[Given, list[Issue]]:
    """Return what `text` says, and everything that is wrong with how it is written.

    A text that breaks off is spoiled as a whole; a key written twice keeps its first value.
    """
    nothing = Given(None, source)
    tree = _Tree(text, source)
    try:
        given = tree.document()
    except yaml.MarkedYAMLError as error:
        return nothing.spoil(), [*tree.issues, _syntax_issue(error, text, source)]
    except yaml.reader.ReaderError as error:
        rule = Text("holds a control character", "含有控制字符")
        remedy = Text("delete the invisible character on this line", "删除该行的不可见字符")
        line = text.encode()[: error.position].count(b"\n") + 1
        return nothing.spoil(), [*tree.issues, Issue(source.name, rule, remedy, line=line)]
    except _GivenUp:
        return nothing.spoil(), tree.issues
    return given, tree.issues


class _GivenUp(Exception):  # noqa: N818  # never leaves this module
    """The rest of the text cannot be made sense of; the reason is among the issues."""


class _Tree:
    """Builds the tree of one text from the events of the scanner."""

    def __init__(self, text: str, source: Source) -> None:
        self.source = source
        self.issues: list[Issue] = []
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=_Scanner))
        self._anchors: dict[str | None, tuple[Given | None, int]] = {}
        self._size = 0

    def document(self) -> Given:
        """Return the only document of the text."""
        next(self._events)  # the stream starts
        if isinstance(next(self._events), yaml.StreamEndEvent):
            self._say(None, Text("is empty", "文件为空"), Text("write the scenario into it", "写入情景内容"))
            raise _GivenUp
        given = self._value(next(self._events), 0)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            rule = Text("a second document begins here", "此处开始了第二个文档")
            self._say(
                after, rule, Text("delete the line '---', or split the file", "删除 '---' 行，或拆分文件")
            )
        return given

    def _value(self, event: yaml.Event, depth: int) -> Given:
        self._size += 1
        if self._size > LARGEST or depth > DEEPEST:
            rule = Text("is nested too deep or too large for a scenario", "嵌套过深或内容过大，不像情景文件")
            self._say(event, rule, Text("put long lists into tables", "把长列表放进表格文件"))
            raise _GivenUp
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        anchor, before = getattr(event, "anchor", None), self._size
        if anchor is not None:
            self._anchors[anchor] = (None, 0)
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            given = Given(self._scalar(event), self.source, line, event.value or None)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._refuse_tag(event)
            given = Given(self._sequence(depth), self.source, line)
        else:
            self._refuse_tag(event)
            given = Given(self._mapping(depth), self.source, line)
        if anchor is not None:
            self._anchors[anchor] = (given, self._size - before)
        return given

    def _sequence(self, depth: int) -> list[Given]:
        values = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, depth + 1))
        return values

    def _mapping(self, depth: int) -> dict[str, Given]:
        values: dict[str, Given] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                rule = Text("a key must be one word", "键须为一个词")
                self._say(
                    event, rule, Text("put texts with {, [, * or ? in quotes", "含 {、[、*、? 的文字要加引号")
                )
                self._value(event, depth + 1)
                self._value(next(self._events), depth + 1)
                continue
            value = self._value(next(self._events), depth + 1)
            line = _line(event)
            if event.value in values:
                first = values[event.value].line
                rule = Text(
                    f"stands here for the second time (first on line {first})",
                    f"重复出现（首次在第 {first} 行）",
                )
                remedy = Text("keep one of the two", "只保留一处")
                self.issues.append(Issue(self.source.name, rule, remedy, event.value, line))
                continue
            values[event.value] = value if value.line == line else replace(value, line=line)
        return values

    def _alias(self, event: yaml.AliasEvent) -> Given:
        given, size = self._anchors.get(event.anchor, (None, 0))
        if given is None:
            rule = Text(f"*{event.anchor} refers to nothing before it", f"*{event.anchor} 之前没有定义")
            remedy = Text(
                f"define it further up as &{event.anchor}, or put the text in quotes",
                f"在前面用 &{event.anchor} 定义，或给文字加引号",
            )
            self._say(event, rule, remedy)
            return Given(None, self.source, _line(event), spoiled=True)
        self._size += size
        return given

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        written: str = event.value
        if not event.implicit[0]:
            if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
                self._refuse_tag(event)
            return written
        if written in _WORDS:
            return _WORDS[written]
        if _INTEGER.fullmatch(written) and written != "-0":
            return int(written)
        is_float = _FLOAT.fullmatch(written) and not written.lstrip("+-").isdigit()
        return float(written) if is_float else written

    def _refuse_tag(self, event: yaml.Event) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            rule = Text(f"the tag {tag} means nothing here", f"标签 {tag} 在此无意义")
            self._say(event, rule, Text("delete the word that begins with !", "删除以 ! 开头的词"))

    def _say(self, event: yaml.Event | None, rule: Text, remedy: Text) -> None:
        line = None if event is None else _line(event)
        self.issues.append(Issue(self.source.name, rule, remedy, line=line))


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1  # type: ignore[union-attr]  # a scanner marks every event


_INDENT = Text(
    "indent entries of one section alike, with blanks; put texts that hold ': ' in quotes",
    "同一节的各项用空格对齐；含 ': ' 的文字要加引号",
)
_SYNTAX = (
    (
        "end of stream",
        Text("the quote that opens here is never closed", "此处的引号没有闭合"),
        Text("close the quote", "补上引号"),
    ),
    (
        "',' or",
        Text("a bracket is not closed, or a comma is missing", "括号没有闭合，或缺少逗号"),
        Text("close the bracket that opens before this line, or add the comma", "补上此行之前的括号或逗号"),
    ),
    (
        "escape character",
        Text(
            r"a backslash in double quotes must begin an escape such as \n",
            r"双引号中的反斜杠须为 \n 之类的转义",
        ),
        Text(r"write \\, or use single quotes", r"写 \\，或改用单引号"),
    ),
    ("mapping values", Text("a colon stands where none can be", "冒号出现在不该出现的位置"), _INDENT),
    ("", Text("the line does not fit the lines above it", "该行与上文的结构不符"), _INDENT),
)


def _syntax_issue(error: yaml.MarkedYAMLError, text: str, source: Source) -> Issue:
    """Return what is wrong where the scanner gave up, in words for somebody who knows no YAML."""
    problem = error.problem or ""
    mark = error.context_mark if "end of stream" in problem and error.context_mark else error.problem_mark
    row = mark.line if mark is not None else 0
    lines = text.splitlines()
    line = lines[row] if row < len(lines) else ""
    letter = line[mark.column : mark.column + 1] if mark is not None else ""
    if "tab" in problem or letter == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        rule = Text("a tab stands where blanks belong", "此处用了制表符（Tab），应为空格")
        remedy = Text("replace tabs by blanks", "把制表符换成空格")
    elif "cannot start" in problem:
        rule = Text(f"no text can begin with {letter}", f"文字不能以 {letter} 开头")
        remedy = Text("put the text in quotes", "给该文字加引号")
    else:
        rule, remedy = next((rule, remedy) for words, rule, remedy in _SYNTAX if words in problem)
    return Issue(source.name, rule, remedy, line=min(row + 1, max(len(lines), 1)))
