"""The verdict in a terminal and in a notebook."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.report.table_view import columns, headline_table, repr_html, wrapped
from tests.reference.fake_record import fake_record


@pytest.mark.parametrize(("lang", "width"), [("zh", 100), ("zh", 60), ("en", 80)])
def test_the_columns_stand_straight_and_within_the_width(lang, width):
    lines = headline_table(fake_record(), lang=lang, width=width).splitlines()
    assert all(columns(line) <= width for line in lines)
    word = {"zh": "[不足]", "en": "[short]"}[lang]
    starts = {columns(line[: line.index(word)]) for line in lines if word in line}
    assert len(starts) == 1
    assert sum(word in line for line in lines) == 6


@given(st.text(alphabet="ab 转移避险\uff0c\u3002", max_size=60), st.integers(8, 30))
def test_wrapping_loses_nothing_but_blanks(text, width):
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_chinese_comma_never_begins_a_line():
    lines = wrapped("应转人员六百八十人\uff0c在来水前转移到位", 18)
    assert lines == ["应转人员六百八十", "人\uff0c在来水前转移到", "位"]


def test_the_notebook_shows_the_verdict_as_a_table():
    shown = repr_html(fake_record(), lang="en")
    assert shown.startswith("<table>")
    assert shown.count("<tr>") == 6
    assert "492 of 680 people" in shown
