"""The verdict says what happened, to everybody or not, and that it is one draw."""

from hypothesis import given

from evacsim.analysis.headline import ONE_RUN, told, verdicts
from tests.reference.fake_record import fake_record
from tests.reference.small_record import FEW, HOUR, ledgers, settled, small_record

LINKS = ["何时转", "转移谁", "谁组织", "转到哪", "如何管", "人员安全"]


def test_a_run_in_which_all_goes_well_is_good_in_every_line():
    record = small_record(
        [settled(at=2, people=5, water=9)],
        zones=[{"zone": "A", "deadline_s": 3 * HOUR, "organizer": "张三"}],
        shelters=[{"shelter": "S", "capacity": 10.0, "people": 5}],
    )
    lines = verdicts(record)
    assert [line.link.zh for line in lines] == LINKS
    assert [line.good for line in lines] == [True] * 6
    assert lines[0].line.en == "5 of 5 people who had to go reached a place before the water (100.0%)"


def test_the_reference_run_falls_short_in_every_line_and_says_why():
    lines = verdicts(fake_record())
    assert [line.good for line in lines] == [False] * 6
    assert lines[0].line.en == "492 of 680 people who had to go reached a place before the water (72.4%)"
    assert lines[0].reason.en.startswith("late, by reason: never got a seat on a bus 85;")
    assert lines[1].reason.zh == "拒不转移 40 人；预案未列入的 85 人在家中遇水"
    assert "zones without a person responsible: 1" in lines[2].reason.en
    assert lines[3].line.en == "478 of 529 people who arrived have a place"
    assert lines[5].line.en == "8 dead, 57 trapped, 84 stranded at the end"


def test_what_a_run_did_not_test_is_not_called_good():
    record = small_record([{"mode": ""}], zones=[{"zone": "A"}])
    assert [line.good for line in verdicts(record)] == [None, None, None, None, None, True]


def test_one_person_short_is_short_and_never_shown_as_all():
    record = small_record([settled(at=2, people=99_999, water=9), settled(at=3, people=1, water=2)])
    line = verdicts(record)[0]
    assert line.good is False
    assert "(>99.9%)" in line.line.en


@FEW
@given(ledgers())
def test_a_verdict_is_given_in_both_languages_for_any_run(homes):
    record = small_record(homes)
    for lang in ("en", "zh"):
        lines = told(record, lang)
        assert len(lines) == 7
        assert lines[-1] == ONE_RUN.said(lang)
        assert not any("nan" in line.replace("organ", "") for line in lines)
