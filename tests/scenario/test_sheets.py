"""Sheets of readiness that act: what a village does not have, no run counts on."""

import pytest

import evacsim as ev
from evacsim.plan.examining import examine
from evacsim.scenario.sheets import as_sheets_say
from evacsim.world.building import build_world
from tests.reference.clean_plan import clean_plan, write_scenario
from tests.reference.record import engine_record


def scenario(folder, *, act=True, in_place=(), **missing):
    """Return the clean plan with sheets on which some things are missing."""
    given = clean_plan(folder)
    sheets = given["plan"]["readiness"]
    sheets["act"] = act
    sheets["villages"] = [sheet | dict.fromkeys(missing, False) for sheet in sheets["villages"]]
    sheets["ten_in_place"] |= dict.fromkeys(in_place, False)
    return given


def heard(given) -> int:
    """Return how many people ever hear a message over a channel of a run."""
    reach = engine_record(ev.from_mapping(given), seed=3).tables["reach"]
    return int(reach["reached"][reach["channel"].isin(["speakers", "sirens"])].sum())


def test_sheets_that_are_not_to_act_change_nothing(tmp_path):
    asked = ev.from_mapping(scenario(tmp_path, act=False, loudspeaker=False, communication=False))
    assert as_sheets_say(asked) is asked


def test_whole_sheets_change_nothing(tmp_path):
    asked = ev.from_mapping(scenario(tmp_path))
    assert as_sheets_say(asked) == asked


@pytest.mark.parametrize("thing", ["loudspeaker", "siren"])
def test_a_village_without_a_loudspeaker_does_not_hear_one(tmp_path, thing):
    asked = ev.from_mapping(scenario(tmp_path, **{thing: False}))
    silent = [entry.channel for entry in as_sheets_say(asked).district.coverage if entry.reach_day == 0]
    assert silent == [{"loudspeaker": "speakers", "siren": "sirens"}[thing]]


def test_fewer_hear_a_warning_where_the_sheets_say_that_there_are_no_loudspeakers(tmp_path):
    whole, silent = scenario(tmp_path), scenario(tmp_path, loudspeaker=False, siren=False)
    assert heard(whole) > heard(silent) == 0
    silent["plan"]["readiness"]["act"] = False
    assert heard(silent) == heard(whole)


def test_a_village_without_communication_is_called_by_mobile_phone_alone(tmp_path):
    asked = ev.from_mapping(scenario(tmp_path, communication=False))
    before = {office.id: office.means for office in asked.plan.organize.offices}
    after = {office.id: office.means for office in as_sheets_say(asked).plan.organize.offices}
    changed = {id_ for id_, means in after.items() if means != before[id_]}
    assert changed
    assert all(after[id_] == ["phone"] for id_ in changed)
    levels = {office.id: office.level for office in asked.plan.organize.offices}
    assert {levels[id_] for id_ in changed} <= {"village", "grid"}


def test_calls_and_duty_that_are_not_in_place(tmp_path):
    given = scenario(tmp_path, in_place=("calling", "duty"))
    given["plan"]["organize"]["calling"] = {"tries": 4}
    given["plan"]["organize"]["roster"] = {"backup": True}
    organize = as_sheets_say(ev.from_mapping(given)).plan.organize
    assert (organize.calling.tries, organize.calling.escalate) == (1, [])
    assert organize.roster.backup is False
    assert build_world(ev.from_mapping(given)).scenario.plan.organize.calling.tries == 1


def test_sheets_that_act_contradict_nothing(tmp_path):
    given = scenario(tmp_path, loudspeaker=False)
    found = {one.check for one in examine(write_scenario(given, tmp_path)).shortcomings}
    assert "ready.loudspeaker" in found
    assert "ready.contradiction" not in found
    given["plan"]["readiness"]["act"] = False
    assert "ready.contradiction" in {
        one.check for one in examine(write_scenario(given, tmp_path)).shortcomings
    }
