"""YAML 1.2 with lines: what words mean, what is refused, where everything stands."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.given import Source
from evacsim.scenario.yaml import read_yaml

SOURCE = Source("file.yaml", Path())
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029"),
    max_size=12,
)


def plain(text):
    given, issues = read_yaml(text, SOURCE)
    assert issues == []
    return given.plain()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("true", True), ("False", False), ("null", None), ("~", None),
        ("12:30", "12:30"), ("1:30:00", "1:30:00"), ("2026-07-18", "2026-07-18"),
        ("2026-07-18 20:00", "2026-07-18 20:00"),
        ("010", "010"), ("0x1F", "0x1F"), ("0o17", "0o17"), ("+5", "+5"), ("1_000", "1_000"), ("-0", "-0"), ("7", 7),
        ("-7", -7), ("1.50", 1.5), ("1e3", 1000.0), (".5", 0.5), (".inf", float("inf")), ("'7'", "7"), ('"NO"', "NO"),
        ("!!str 7", "7"), ("9" * 30, "9" * 30), ("60 %", "60 %"), ("T+6 h", "T+6 h"), ("| \n x\n", "x\n"),
    ],
)  # fmt: skip
def test_a_word_means_what_yaml_1_2_says_and_never_less_than_is_written(text, value):
    assert plain(f"key: {text}") == {"key": value}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**17), 10**17) | FLOATS | TEXT,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    )
)
def test_all_json_is_yaml(value):
    assert plain(json.dumps({"key": value}, ensure_ascii=False)) == {"key": value}


def test_every_value_knows_its_line():
    given, _ = read_yaml("a: 1\nb:\n  - x: 2\n    y: 3\n  - 4\nc: {d: 5,\n  e: 6}\n", SOURCE)
    top = given.value
    assert [top[name].line for name in "abc"] == [1, 2, 6]
    assert [entry.line for entry in top["b"].value] == [3, 5]
    assert top["b"].value[0].value["y"].line == 4
    assert top["c"].value["e"].line == 7


def test_an_alias_stands_for_its_anchor():
    assert plain("a: &here {x: 1}\nb: *here\n") == {"a": {"x": 1}, "b": {"x": 1}}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\na: 2\n", 2, "second time"), ("a: [1,\nb: 2\n", 2, "bracket"), ("a: 'x\nb: 1\n", 1, "never closed"),
        ("a:\n\tb: 1\n", 2, "tab"), ("a: b: c\n", 1, "colon"), ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: !!binary x\n", 1, "tag"), ("a: *b\n", 1, "refers to nothing"), ("x: 1\ny: @b\n", 2, "begin with @"),
        ("a: \"\\q\"\n", 1, "backslash"), ("a: \x07\n", 1, "control character"), ("? {a: 1}\n: 2\n", 1, "one word"),
        ("a: !!map {b: 1}\n", 1, "tag"), ("a: !x [1]\n", 1, "tag"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text, line, words):
    _, issues = read_yaml(text, SOURCE)
    assert [(issue.line, words in issue.rule.en) for issue in issues] == [(line, True)]


def test_all_doubled_keys_are_named_and_the_first_value_holds():
    given, issues = read_yaml("a: 1\na: 2\nb: {c: 1, c: 2}\n", SOURCE)
    assert [(issue.place, issue.line) for issue in issues] == [("a", 2), ("c", 3)]
    assert given.plain() == {"a": 1, "b": {"c": 1}}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n...\n"])
def test_an_empty_file_holds_nothing_or_says_so(text):
    given, issues = read_yaml(text, SOURCE)
    assert issues or given.value is None


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 10_000, "- " * 5_000, "a: &a [*a, *a]\n" * 3])
def test_no_depth_breaks_the_reader(text):
    assert read_yaml(text, SOURCE)[1]


def test_aliases_cannot_blow_up():
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    given, issues = read_yaml("\n".join(rows), SOURCE)
    assert given.spoiled
    assert [issue.rule.en for issue in issues] == ["is nested too deep or too large for a scenario"]
