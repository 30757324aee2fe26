"""The plan of the demonstration district: what its total load hides, and what an official would read of it."""

import time
from pathlib import Path

import pytest

from evacsim.plan.examined_told import told
from evacsim.plan.examining import examine
from tests.plan.alone import completeness_alone

GAOCHENG = Path(__file__).parents[2] / "scenarios" / "gaocheng"


@pytest.fixture(scope="module")
def examined():
    begin = time.perf_counter()
    with completeness_alone():
        found = examine(GAOCHENG)
    return found, time.perf_counter() - begin


@pytest.fixture(scope="module")
def by_check(examined):
    return {one.check: one for one in examined[0].shortcomings}


def test_a_load_of_0_94_over_all_hides_seven_towns_that_are_too_full(by_check):
    one = by_check["to.capacity_by_township"]
    assert one.figures["load"] == pytest.approx(23_800 / 25_200)
    assert set(one.subjects) == {"J03", "J07", "J08", "J09", "J10", "J15", "J19"}
    assert all(one.figures[f"load_{town}"] > 1.05 for town in one.subjects)
    assert one.severity == "blocker"
    assert "潼南区" in one.clause.zh
    assert (one.place.file, one.place.line is not None) == ("shelters.csv", True)


def test_thirteen_of_84_shelters_stand_in_the_water_and_the_dry_ones_do_not_suffice(by_check):
    one = by_check["to.flooded"]
    assert (one.figures["shelters"], one.figures["of"], len(one.subjects)) == (13, 84, 13)
    assert "GB 51143" in one.clause.zh
    assert (one.place.file, one.place.line) == ("shelters.csv", 8)
    figures = by_check["to.capacity"].figures
    assert (figures["people"], figures["places"], figures["dry_places"]) == (23_800, 25_200, 21_300)


def test_eleven_generators_for_84_shelters(by_check):
    one = by_check["to.power"]
    assert (one.figures["generators"], one.figures["shelters"]) == (11, 84)
    assert "断电" in one.clause.zh


def test_500_kits_a_town_are_too_few_and_the_county_has_to_bring_the_rest_within_8_h(by_check):
    towns, all_ = by_check["care.town_kits"], by_check["care.kits"]
    assert len(towns.subjects) == 22
    assert (towns.figures["kits"], towns.figures["missing"]) == (22 * 500, 23_800 - 22 * 500)
    assert "500" in towns.clause.zh
    assert (all_.figures["kits"], all_.figures["needed"]) == (22 * 500 + 15_000, 3 * 23_800)


def test_the_findings_are_few_each_has_a_file_and_none_is_told_twice(examined):
    found, _ = examined
    assert 20 <= len(found.shortcomings) <= 45
    assert len({one.check for one in found.shortcomings}) == len(found.shortcomings)
    for one in found.shortcomings:
        assert (GAOCHENG / one.place.file).is_file(), one.check
    assert {score.link: score.light for score in found.scores} == {
        "when": "red", "who": "amber", "organize": "red", "to": "red", "care": "red",
    }  # fmt: skip


def test_blockers_stand_first_in_each_link_and_both_languages_name_file_and_line(examined):
    found, _ = examined
    ranks = {"blocker": 0, "major": 1, "minor": 2}
    order = [
        ("when", "who", "organize", "to", "care").index(one.link) * 3 + ranks[one.severity]
        for one in found.shortcomings
    ]
    assert order == sorted(order)
    assert "[否决项] 84 个安置点中有 13 个位于情景淹没范围内" in told(found, "zh")
    assert "shelters.csv:8 J03-2" in told(found, "en")


def test_it_takes_less_than_ten_seconds(examined):
    found, seconds = examined
    assert found.seconds <= seconds < 10
