"""All checks together: a plan that can be carried out, and a district in which some cannot."""

from functools import cache
from pathlib import Path

import pytest

import evacsim as ev
from evacsim.plan.executability import CHECKS, executability, latest_triggers
from evacsim.plan.executability.workings import Workings
from evacsim.scenario.finding import Finding
from evacsim.scenario.reading import read
from evacsim.world.building import build_world
from tests.reference.plans import fixed
from tests.reference.small_district import node, small_district, small_flood

GAOCHENG = Path(__file__).parents[2] / "scenarios" / "gaocheng"


@cache
def gaocheng(name):
    reading = read(GAOCHENG / name)
    assert reading.scenario is not None
    return reading, Workings.of(reading.scenario, build_world(reading.scenario))


def by_check(workings):
    return {name: list(check(workings)) for name, check in CHECKS.items()}


def whole(folder):
    """Return a plan with offices, teams, a channel, a deadline and water, all of which it can meet."""
    given = fixed(folder, people=90, buses=2, deadline="T+4 h")
    means = ["phone", "satellite"]
    given["plan"]["when"]["decided_by"] = "county"
    given["plan"]["organize"] |= {
        "offices": [
            {"id": "county", "level": "county", "node": node(2, 1), "means": means},
            {
                "id": "committee",
                "level": "village",
                "parent": "county",
                "node": node(0, 1),
                "zones": ["village"],
                "means": means,
            },
        ],
        "officers": [{"id": f"team-{row}", "office": "committee"} for row in range(6)],
        "door_to_door": {"rate": 12},
    }
    given["district"]["channels"] = [
        {"id": "horn", "kind": "loudspeaker", "reach_day": 0.7, "reach_night": 0.7}
    ]
    return given


@pytest.mark.parametrize("make", [small_district, fixed, whole])
def test_a_plan_that_can_be_carried_out_is_clean(tmp_path, make):
    scenario = ev.from_mapping(make(tmp_path))
    assert executability(scenario, build_world(scenario)) == []


def test_a_plan_against_a_flood_that_is_too_fast_for_it(tmp_path):
    scenario = ev.from_mapping(small_flood(tmp_path))
    world = build_world(scenario)
    found = executability(scenario, world)
    assert [one.check for one in found] == ["E2", "E7", "E11"]
    assert executability(scenario, world) == found
    run = ev.simulate(scenario, seed=1)
    west = run.tables.ledger[run.tables.ledger["zone"] == "west"]
    # And so it goes: the chain is too long, and more than one in ten are not on a bus when the water comes.
    by_bus = west[west["mode"] == "bus"]
    out = by_bus["boarded_s"] < by_bus["water_s"]
    assert by_bus["people"][out].sum() < 0.9 * by_bus["people"].sum()


def test_the_table_of_latest_triggers_has_a_row_for_each_zone_of_the_plan(tmp_path):
    scenario = ev.from_mapping(small_flood(tmp_path))
    table = latest_triggers(scenario, build_world(scenario))
    assert table.columns.tolist() == ["zone", "latest_s", "stage_m", "plan_s", "margin_s", "binding"]
    assert table["zone"].tolist() == ["north", "west"]
    assert table["binding"].tolist() == ["none", "water"]
    assert (table["margin_s"] == table["latest_s"] - table["plan_s"]).all()


def test_gaocheng_in_time_says_what_its_readme_says():
    found = by_check(gaocheng("scenario.yaml")[1])
    town, _, wet = found["E7"]
    assert town.figures["total"] == pytest.approx(0.94, abs=0.005)
    assert town.figures["towns_over_1_05"] == 7
    assert wet.figures["shelters"] == 13
    assert wet.figures["places"] == 21_300
    assert wet.figures["people"] == 23_800
    for check in ("E1", "E2", "E3", "E8", "E9", "E10", "E11"):
        assert not found[check], check
    assert sum(map(len, found.values())) < 10


def test_gaocheng_four_hours_late_is_too_late_because_of_the_consultation():
    found = by_check(gaocheng("scenario_late.yaml")[1])
    late = found["E2"][0]
    assert late.severity == "blocker"
    assert late.figures["zones"] > 40
    assert "会商召集" in late.found.zh
    assert {one.severity for one in found["E11"]} == {"major"}


def test_every_finding_stands_in_a_file_and_is_said_in_both_languages():
    reading, workings = gaocheng("scenario_late.yaml")
    for name, shortcomings in by_check(workings).items():
        for one in shortcomings:
            assert one.check == name
            issue = reading.issue_at(Finding(one.loc, one.found, one.remedy))
            assert issue is not None
            assert issue.file
            for text in (one.clause, one.found, one.remedy):
                assert text.en
                assert text.zh
                assert "nan" not in text.en
                assert "inf" not in text.en.split()
