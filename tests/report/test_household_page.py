"""A household's story: which ones a report tells, their steps against their limits, both languages."""

import re

import pytest

from evacsim.errors import ResultsError
from evacsim.report.household_page import DEAD_TOLD, household_story, households_told
from evacsim.report.html import household_html, write_household_page
from evacsim.report.markup import Words
from tests.reference.fake_record import fake_record
from tests.reference.small_record import HOUR, settled, small_record


def rows_of(story):
    """Return the cells of the steps, row by row, without markup."""
    body = story.split("<tbody>")[1].split("</tbody>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", row)]
        for row in re.findall(r"<tr>.*?</tr>", body)
    ]


def test_steps_stand_in_the_order_of_time_with_lags_and_limits():
    home = settled(at=5, water=4, ordered_s=1, told_s=1.5, departed_s=2)
    story = household_story(small_record([home]), "h1", "slow_ride", Words("en"))
    assert rows_of(story) == [
        ["trigger of its zone", "18 Jul 20:00 (T+0.0 h)", "–"],
        ["ordered", "18 Jul 21:00 (T+1.0 h)", "1 h"],
        ["told", "18 Jul 21:30 (T+1.5 h)", "30 min"],
        ["left home", "18 Jul 22:00 (T+2.0 h)", "30 min"],
        ["limit: water at its home", "19 Jul 00:00 (T+4.0 h)", "–"],
        ["at the shelter", "19 Jul 01:00 (T+5.0 h)", "3 h"],
        ["settled", "19 Jul 01:01 (T+5.0 h)", "1 min"],
    ]
    assert "limit: water at its home, 19 Jul 00:00 (T+4.0 h): it was out 1 h too late." in story


def test_the_earlier_limit_is_the_one_that_counts():
    record = small_record(
        [settled(at=2, water=4)], zones=[{"zone": "A", "organizer": "x", "deadline_s": 3 * HOUR}]
    )
    story = household_story(record, "h1", "", Words("zh"))
    assert "时限：本区域完成时限，7月18日23:00（T+3.0小时）；该户提前 1小时到位。" in story


def test_who_died_is_said_to_have_never_got_out():
    home = {"water_s": HOUR, "final_state": "dead", "final_s": 2 * HOUR, "ordered_s": 0.0}
    story = household_story(small_record([home]), "h1", "cut_off_at_home", Words("en"))
    assert rows_of(story)[-1] == ["dead", "18 Jul 22:00 (T+2.0 h)", "2 h"]
    assert "it never got out" in story


def test_for_each_cause_the_largest_and_the_latest_are_told():
    slow = {"water": 1, "departed_s": 0.5, "mode": "car"}
    homes = [
        settled(at=3, people=5, **slow),
        settled(at=2, people=2, **slow),
        settled(at=9, people=1, **slow),
        {"people": 2, "water_s": HOUR, "ordered_s": 0.0, "told_s": 0.0, "final_state": "trapped", "final_s": 3 * HOUR},
        {"people": 1, "water_s": HOUR, "ordered_s": 0.0, "told_s": 0.0, "final_state": "dead", "final_s": 4 * HOUR},
        settled(at=0.9, water=1, departed_s=0.5),
    ]  # fmt: skip
    assert households_told(small_record(homes)) == {
        "h1": "slow_ride",
        "h3": "slow_ride",
        "h4": "cut_off_at_home",
        "h5": "cut_off_at_home",
    }


@pytest.mark.parametrize(("dead", "told"), [(12, 12), (40, DEAD_TOLD + 1)])
def test_everybody_who_died_is_told_up_to_a_limit(dead, told):
    """The largest stands last in the ledger; it is told beyond the limit as the largest of its cause."""
    home = {"water_s": HOUR, "ordered_s": 0.0, "told_s": 0.0, "final_state": "dead", "final_s": 4 * HOUR}
    homes = [home | {"people": 1 + (number == dead)} for number in range(1, dead + 1)]
    assert len(households_told(small_record(homes))) == told


def test_nobody_failed_nobody_is_told():
    assert households_told(small_record([settled(at=0.5, water=1)])) == {}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_of_any_household_can_be_made(lang):
    record = fake_record()
    for household in record.ledger["household"][::40]:
        page = household_html(record, household, lang)
        assert f"<h1>{household}</h1>" in page
        assert not re.search(r">\s*(nan|inf|-inf|None)\s*<", page)
        if lang == "en":
            body = page.split("<body>")[1].split("<script")[0]
            # The data name places and offices in Chinese; nothing else may be.
            tables = "".join(str(table.to_dict()) for table in record.tables.values())
            assert set(re.findall(r"[\u4e00-\u9fff]", body)) <= set(
                tables + record.name + record.district_name
            )


def test_a_household_that_is_not_there_makes_no_page(tmp_path):
    with pytest.raises(ResultsError):
        write_household_page(fake_record(), "Z3-999", tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []
