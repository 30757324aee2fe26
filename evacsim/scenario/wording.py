"""What pydantic says of a value, said with file and line, in English and in Chinese."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from evacsim.errors import Issue, RefusedValueError
from evacsim.language import Text
from evacsim.scenario.given import Given, Loc, Spot, find
from evacsim.scenario.nearest import nearest
from evacsim.scenario.section import Section

S = TypeVar("S", bound=Section)
Said = tuple[Text, Text]
"""What must hold, and what to do."""


def validated(model: type[S], given: Given, place: str = "") -> tuple[S | None, list[Issue]]:
    """Return `given` as a section, or None and everything that is wrong with its values.

    `place` is where `given` stands in its file. What is spoiled already is not mentioned again.
    """
    try:
        return model.model_validate(given.plain()), []
    except ValidationError as error:
        issues = [
            issue for details in error.errors(include_url=False) if (issue := _issue(details, given, place))
        ]
        return None, issues


def locate(given: Given, loc: Loc, place: str = "") -> tuple[Spot, str]:
    """Return the spot that `loc` leads to, and what its file calls it."""
    spot = find(given, loc)
    same_file = spot.given.source is given.source and not spot.given.place
    inside = spot.place if not same_file or not place else f"{place}.{spot.place}".rstrip(".")
    return spot, inside.replace(".[", "[")


def _issue(details: ErrorDetails, given: Given, place: str) -> Issue | None:
    loc = details["loc"]
    if details["type"] == "union_tag_invalid":
        loc = (*loc, "type")
    spot, name = locate(given, loc, place)
    if spot.is_spoiled:
        return None
    rule, remedy = _said(details, spot)
    issue = spot.given.issue(rule, remedy)
    value = issue.value if spot.is_there else None
    return Issue(issue.file, rule, remedy, name, issue.line, value)


def _said(details: ErrorDetails, spot: Spot) -> Said:
    context: Mapping[str, Any] = details.get("ctx", {})
    error = context.get("error")
    if isinstance(error, RefusedValueError):
        return error.rule, error.remedy
    if spot.is_there and spot.given.value is None:
        return Text("has no value", "没有值"), Text("write a value, or delete the line", "写上值，或删除该行")
    if details["type"] == "missing":
        name = str(details["loc"][-1])
        return Text("is missing", "缺少此项"), Text(f"add {name}: ...", f"补上 {name}: ...")
    say = _SAID.get(details["type"])
    if say is None:
        return Text(details["msg"], f"不符合要求（{details['msg']}）"), Text("correct it", "请更正")
    return say(context, spot)


def _limit(word: str, chinese: str, key: str) -> Callable[[Mapping[str, Any], Spot], Said]:
    def say(context: Mapping[str, Any], _: Spot) -> Said:
        limit = f"{context[key]:.15g}"
        return (
            Text(f"must be {word} {limit}", f"须{chinese} {limit}"),
            Text(f"write a value that is {word} {limit}", f"写{chinese} {limit} 的值"),
        )

    return say


def _always(rule: Text, remedy: Text) -> Callable[[Mapping[str, Any], Spot], Said]:
    return lambda _context, _spot: (rule, remedy)


def _choice(context: Mapping[str, Any], spot: Spot) -> Said:
    listed = str(context.get("expected") or context.get("expected_tags"))
    words = [word for word in listed.split("'") if word not in ("", ", ", " or ")]
    rule = Text(f"must be one of: {', '.join(words)}", f"须为以下之一：{', '.join(words)}")
    close = nearest(str(context.get("tag") or spot.given.written or ""), words)
    if close is None:
        return rule, Text("write one of them", "选其中之一")
    return rule, Text(f"did you mean '{close}'?", f"是否应为 '{close}'？")


def _text(_: Mapping[str, Any], spot: Spot) -> Said:
    if isinstance(spot.given.value, int | float):
        return Text("must be text", "须为文字"), Text("put it in quotes", "加上引号")
    return Text("must be text", "须为文字"), Text("write one text here", "此处写一段文字")


_NUMBER = _always(
    Text("must be a number", "须为数值"), Text("write a plain number, such as 1.5", "写数值，如 1.5")
)
_SECTION = _always(
    Text("must be a section of lines 'key: value'", "须为由 'key: value' 组成的一节"),
    Text("write its entries below it, indented", "在其下缩进写各项"),
)
_TOO_LONG = _always(Text("must have at most 64 letters", "不能超过 64 个字符"), Text("shorten it", "请缩短"))

_SAID: dict[str, Callable[[Mapping[str, Any], Spot], Said]] = {
    "greater_than": _limit("above", "大于", "gt"),
    "greater_than_equal": _limit("at least", "不小于", "ge"),
    "less_than": _limit("below", "小于", "lt"),
    "less_than_equal": _limit("at most", "不大于", "le"),
    "literal_error": _choice,
    "union_tag_invalid": _choice,
    "union_tag_not_found": _always(
        Text("does not say its type", "没有写明 type"), Text("add a line type: ...", "补上一行 type: ...")
    ),
    "string_type": _text,
    "string_pattern_mismatch": _always(
        Text(
            "must be a name without blanks, slashes, brackets, separators and invisible letters",
            "名称中不能有空格、斜杠、方括号、分隔符和不可见字符",
        ),
        Text("use letters, digits, - and _ (any script)", "用文字、数字、- 和 _"),
    ),
    "string_too_long": _TOO_LONG,
    "too_long": _TOO_LONG,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _always(
        Text("must be a finite number", "须为有限数值"),
        Text("write a number, or leave it out", "写数值，或不写"),
    ),
    "list_type": _always(
        Text("must be a list, or the name of a table", "须为列表或表格文件名"),
        Text(
            "begin each entry with '- ', or write the name of a table file",
            "每项以 '- ' 开头，或写表格文件名",
        ),
    ),
    "too_short": lambda context, _: (
        Text(f"must have {context['min_length']} or more entries", f"至少须有 {context['min_length']} 项"),
        Text("add what is missing", "补上缺少的项"),
    ),
    "tuple_type": _NUMBER,
    "dict_type": _SECTION,
    "model_type": _SECTION,
    "model_attributes_type": _SECTION,
    "extra_forbidden": _always(Text("is not known here", "不是已知的键"), Text("delete it", "请删除")),
}
