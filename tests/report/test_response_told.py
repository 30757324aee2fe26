"""Levels, measures, call-ups and the picture in the report, counted by hand."""

import re

import pytest

from evacsim.report.command_told import command_section
from evacsim.report.html import report_html
from evacsim.report.markup import Words
from evacsim.report.response_told import response_section
from tests.reference.small_record import HOUR, settled, small_record

MINUTE = 60.0
OFFICES = [
    {"office": "c", "name": "县防指", "level": "county"},
    {"office": "v", "name": "河湾村委会", "level": "village", "parent": "c"},
]


def rows_of(section):
    """Return the cells of all rows, without markup."""
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)]
        for row in re.findall(r"<tr>(?:<td).*?</tr>", section)
    ]


def measure(id_, result, **more):
    return {
        "measure": id_,
        "level": 2,
        "action": "close",
        "office": "c",
        "ordered_s": HOUR,
        "result": result,
        **more,
    }


def test_levels_and_what_became_of_each_measure_are_told():
    record = small_record(
        [settled(at=5)],
        offices=OFFICES,
        levels=[
            {"office": "c", "time_s": HOUR, "level": 2},
            {"office": "c", "time_s": 3 * HOUR, "level": 0},
        ],
        measures=[
            measure("shut", "done", done_s=1.5 * HOUR, exposed=12),
            measure("ford", "late", done_s=2 * HOUR),
            measure("pass", "skipped", cause_en="the link is under water", cause_zh="路段已淹"),
            measure("rest", "open", level=0),
        ],
    )
    assert rows_of(response_section(record, Words("zh"))) == [
        ["7月18日21:00", "县防指 (c)", "Ⅱ级响应", "–", "2小时"],
        ["7月18日23:00", "县防指 (c)", "终止响应", "–", "–"],
        ["断：封闭道路 shut", "Ⅱ级响应", "县防指 (c)", "7月18日21:00", "30分钟", "已落实", "12"],
        ["断：封闭道路 ford", "Ⅱ级响应", "县防指 (c)", "7月18日21:00", "1小时", "超时落实", "0"],
        ["断：封闭道路 pass", "Ⅱ级响应", "县防指 (c)", "7月18日21:00", "–", "未落实 路段已淹", "–"],
        ["断：封闭道路 rest", "熔断", "县防指 (c)", "7月18日21:00", "–", "结束时未落实", "–"],
    ]
    assert "carried out 1, carried out late 1, not carried out 1, open at the end 1" in response_section(
        record, Words("en")
    )


def test_calls_are_told_by_who_is_called():
    waits = (1, 1, 4, 20)
    calls = [
        {"call": n, "callee": "office/v", "attempt": 1, "placed_s": HOUR, "answered_s": HOUR + wait * MINUTE,
         "result": "acknowledged"}
        for n, wait in enumerate(waits, 1)
    ]  # fmt: skip
    calls += [{"call": 5, "callee": "office/c", "attempt": 1, "placed_s": HOUR, "result": "given_up"}]
    section = command_section(small_record([settled(at=5)], offices=OFFICES, calls=calls), Words("en"))
    assert rows_of(section) == [
        ["county", "1", "0", "0.0%", "never", "never", "never", "1"],
        ["village", "4", "3", "75.0%", "1 min", "20 min", "20 min", "0"],
    ]
    # The curve of the villages ends at 20 minutes, where all have answered: at the right upper corner.
    village = re.findall(r'points="([^"]*)"', section)[1].split()
    assert village[-1] == "858.0,20.0"
    assert village[0] == "56.0,190.0"


@pytest.mark.parametrize(("lang", "words"), [("en", "most wrong by 5 people"), ("zh", "最大相差 5 人")])
def test_the_picture_is_drawn_against_the_truth(lang, words):
    record = small_record(
        [settled(at=5, people=6, departed_s=2), settled(at=8, people=4, departed_s=4)],
        reports=[{"zone": "A", "result": "received"}, {"zone": "A", "result": "lost"}],
        picture=[{"time_s": 3 * HOUR, "zone": "A", "believed": 1, "truth": 6}, {"time_s": 3.5 * HOUR, "zone": "A",
                 "believed": 6, "truth": 6}, {"time_s": 4.05 * HOUR, "zone": "A", "believed": 10, "truth": 10}],
    )  # fmt: skip
    # Six from two to three hours, then five, then none, then four for three minutes.
    assert words not in command_section(record, Words(lang))
    early = record.tables["picture"].assign(time_s=[2 * HOUR, 3.5 * HOUR, 4.05 * HOUR])
    record.tables["picture"] = early
    assert words in command_section(record, Words(lang))


def test_a_plan_without_levels_and_offices_has_no_such_sections():
    page = report_html(small_record([settled(at=5)]), "en")
    assert 'id="response"' not in page
    assert 'id="command"' not in page
