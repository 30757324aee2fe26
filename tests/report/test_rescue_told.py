"""Rescue in the report: the numbers of a record counted by hand, and a real run of a flooded street."""

import pytest

from evacsim.report import craft_drawn, rescue_told
from evacsim.report.html import report_html
from evacsim.report.markup import Words
from evacsim.report.rescue_told import rescue_section
from tests.reference.flooded_street import flooded_street
from tests.reference.record import engine_record
from tests.reference.small_record import HOUR, settled, small_record
from tests.report.test_response_told import rows_of


def case(result, *, people=1, said=1, **times):
    hours = {f"{name}_s": value * HOUR for name, value in times.items()}
    return {"result": result, "true_people": people, "said_people": said, **hours}


def test_times_cases_hours_and_teams_are_told():
    record = small_record(
        [settled(at=5, people=8)],
        need=[{"time_s": HOUR, "cases": 2, "believed_people": 5, "people": 4}],
        cases=[
            case("fetched", people=3, said=4, need=1, heard=2, reached=4, safe=5) | {"fetched": 3},
            case("open", people=1, need=1, heard=2),
            case("nobody", people=0, said=2, heard=2, reached=3),
        ],
        craft_time=[
            {"vehicle": "b", "what": "to_case", "from_s": 0.0, "until_s": HOUR},
            {"vehicle": "b", "what": "waits", "from_s": HOUR, "until_s": 4 * HOUR},
        ],
        forces=[
            {
                "force": "fire",
                "name": "消防",
                "members": 12,
                "called_s": HOUR,
                "ready_s": 2 * HOUR,
                "crew_hours": 1.5,
            },
            {"force": "army", "members": 30, "called_s": HOUR},
            {"force": "club", "members": 5},
        ],
    )
    assert rows_of(rescue_section(record, Words("en"))) == [
        ["from coming into need until heard of", "1 h", "1 h"],
        ["from being heard of until reached", "2 h", "never"],
        ["from coming into need until ashore", "4 h", "never"],
        ["fetched", "1", "4", "3", "3"],
        ["over without a craft", "0", "0", "0", "0"],
        ["nobody found", "1", "2", "0", "0"],
        ["open at the end", "1", "1", "1", "0"],
        ["on the way to people", "1.0", "25.0%", ""],
        ["ready, nothing to do", "3.0", "75.0%", ""],
        ["消防 (fire)", "12", "18 Jul 21:00", "18 Jul 22:00", "1.5", "0", "0"],
        ["army", "30", "18 Jul 21:00", "never", "–", "0", "0"],
        ["club", "5", "not called", "–", "–", "0", "0"],
    ]
    told = rescue_section(record, Words("en"))
    assert told.count('<path d="M') == 2 * 2  # one color for each of its two doings, in two widths
    assert "At the end 4 are in need; headquarters knows of 2 open cases of 5 people" in rescue_section(
        record, Words("en")
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "Fetched by boats, helicopters and trucks that wade: 4 people"), ("zh", "救出 4 人")],
)
def test_a_run_with_rescue_tells_it(tmp_path, lang, words):
    record = engine_record(flooded_street(tmp_path, villages={2: 4}), seed=1)
    assert words in report_html(record, lang)


def test_a_plan_without_rescue_has_no_such_section():
    assert 'id="rescue"' not in report_html(small_record([settled(at=5)]), "en")


def test_whatever_craft_do_has_a_color():
    drawn = [what for _, _, together in craft_drawn.DOINGS.values() for what in together]
    assert sorted(drawn) == sorted(rescue_told.DOINGS)
