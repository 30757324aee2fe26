"""When rules are first met in the scenario as it is, by hand."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.completeness.triggers import first_met, rules_by_zone, trigger_times
from tests.reference.clean_plan import clean_plan

HOUR = 3600.0


@pytest.fixture
def facts_of(tmp_path):
    def make(change=None):
        given = clean_plan(tmp_path)
        if change is not None:
            change(given)
        scenario = ev.from_mapping(given)
        return Facts(scenario, ev.build(scenario))

    return make


def _rules(given):
    table = given["hazard"]["gauges"][0]["series"].replace("bridge", "forecasts")
    with open(table, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("issued,valid,stage_m\nT+1 h,T+9 h,2.0\nT+2 h,T+5 h,1.2\n")
    given["hazard"]["forecasts"] = [{"gauge": "bridge", "file": table}]
    given["hazard"]["dangers"] = [
        {"id": "seep", "kind": "piping", "node": "n1-1", "zones": ["west"], "visible_from": "T+90 min"}
    ]
    given["plan"]["when"]["rules"] += [
        {"id": "rise", "gauge": "bridge", "rise": "1 m", "over": "2 h"},
        {"id": "forecast", "gauge": "bridge", "stage": "1.0 m", "lead": "6 h"},
        {"id": "danger", "danger": "seep"},
        {"id": "moment", "at": "T+30 min"},
        {"id": "wet-home", "place": "west", "depth": "0.5 m"},
        {"id": "wet-road", "place": "n2-1_n3-1", "depth": "0.5 m"},
        {"id": "never", "gauge": "bridge", "stage": "5 m"},
    ]


@pytest.mark.parametrize(
    ("rule", "hour"),
    [
        ("watch", 1.0), ("go", 3.0),  # the stage rises half a metre an hour from -1 m
        ("rise", 4.0),  # known at the reading of the fourth hour, the first after a rise of 1 m
        ("forecast", 2.0),  # the one of the first hour looks further ahead than six
        ("danger", 1.5), ("moment", 0.5), ("wet-home", 8.0), ("wet-road", 6.0), ("never", np.inf),
    ],
)  # fmt: skip
def test_each_kind_of_rule_is_met_when_it_is_by_hand(facts_of, rule, hour):
    facts = facts_of(_rules)
    known = {one.id: one for one in facts.plan.when.rules}
    assert first_met(facts, known[rule]) == pytest.approx(hour * HOUR)


def test_a_zone_goes_by_the_first_of_its_trigger_its_rules_its_level_and_a_measure(facts_of):
    def change(given):
        when = given["plan"]["when"]
        when["measures"].append({"id": "north-out", "action": "evacuate", "zones": ["nor*"]})
        when["levels"][0]["measures"].append("north-out")

    facts = facts_of(change)
    assert [rule.stage for rule in rules_by_zone(facts)["north"]] == [0.5, -0.5, 0.2]
    # The station above shows 0.2 m after half an hour.
    assert trigger_times(facts) == {"west": 3 * HOUR, "north": 0.5 * HOUR}


def test_a_rule_that_waits_for_a_level_stands_for_the_rules_that_raise_it_or_a_higher_one(facts_of):
    def change(given):
        given["plan"]["when"]["rules"].append({"id": "at-three", "level": "Ⅲ"})
        row = given["plan"]["zones"][0]
        row["rules"] = ["at-three"]
        del row["trigger_gauge"], row["trigger_stage"]

    facts = facts_of(change)
    assert [rule.id for rule in rules_by_zone(facts)["west"]] == ["go"]


def test_where_only_special_groups_go_their_shares_are_moved(facts_of):
    def change(given):
        given["plan"]["zones"][0]["moved"] = "special_groups"
        given["district"]["population"] = {"elderly_share": 0.2, "child_share": 0.1, "assisted_share": 0.05}

    facts = facts_of(change)
    assert facts.moved == pytest.approx({"west": 200 * 0.35, "north": 100})


@pytest.mark.parametrize(("days", "places"), [(0.5, 220), (3, 150), (20, 75)])
def test_area_limits_a_shelter_by_the_expected_stay(facts_of, days, places):
    def change(given):
        given["district"]["shelters"][0]["area"] = "301 m2"
        given["plan"]["care"]["space"] = {"emergency": "1 m2", "short": "2 m2", "long": "4 m2"}
        given["plan"]["care"]["text"]["days"] = days

    assert facts_of(change).places_of["school"] == places
