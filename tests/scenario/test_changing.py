"""Another scenario with some values replaced."""

import pytest

from evacsim.errors import ScenarioError
from evacsim.scenario.assumptions import assumptions
from evacsim.scenario.changing import change
from evacsim.scenario.reading import load
from tests.broken.small import HAZARD


@pytest.fixture
def small(folder_with):
    return load(folder_with())


def refused(scenario, changes):
    with pytest.raises(ScenarioError) as error:
        change(scenario, changes)
    return [(issue.place, issue.rule.en, issue.remedy.en) for issue in error.value.issues]


def test_a_value_is_replaced_and_nothing_else(small):
    later = small.change({"plan.when.decision_time": "90 min"})
    assert later.plan.when.decision_time.value == 5400.0
    when = small.plan.when.model_copy(update={"decision_time": later.plan.when.decision_time})
    plan = small.plan.model_copy(update={"when": when})
    assert later == small.model_copy(update={"plan": plan})


def test_no_change_gives_the_same_scenario(small):
    assert change(small, {}) == small


def test_an_entry_is_chosen_by_its_id_its_number_or_a_pattern(small):
    by_id = change(small, {"district.shelters[hall].capacity": 7})
    assert [shelter.capacity for shelter in by_id.district.shelters] == [150, 7]
    assert change(small, {"district.shelters[1].capacity": 7}) == by_id
    everywhere = change(small, {"plan.zones[*].deadline": "T+20 h", "plan.zones[w*].organizer": "王五"})
    assert [transfer.deadline for transfer in everywhere.plan.zones] == [72000.0, 72000.0]
    assert [transfer.organizer for transfer in everywhere.plan.zones] == ["张三", "王五"]


def test_an_id_goes_before_a_number(small):
    twins = small.district.model_copy(
        update={
            "zones": [
                small.district.zones[0].model_copy(update={"id": "1"}),
                small.district.zones[1].model_copy(update={"id": "0"}),
            ]
        }
    )
    plan = small.plan.model_copy(
        update={
            "zones": [
                transfer.model_copy(update={"zone": "*", "shelter": []}) for transfer in small.plan.zones[:1]
            ]
        }
    )
    scenario = small.model_copy(update={"district": twins, "plan": plan})
    assert [
        zone.population for zone in change(scenario, {"district.zones[0].population": 9}).district.zones
    ] == [120, 9]


def test_a_whole_entry_section_or_list_may_be_replaced(small):
    gate = {"id": "gate", "node": "n0"}
    changed = change(
        small, {"district.pickup_points[gate]": gate, "plan.care": {"registration_time": "1 min"}}
    )
    assert changed.district.pickup_points[0].node == "n0"
    assert changed.plan.care.registration_time.value == 60.0
    at = {"trigger_gauge": None, "trigger_stage": None, "trigger_at": "T+1 h"}
    without_gauge = {"hazard.gauges": [], **{f"plan.zones[east].{name}": value for name, value in at.items()}}
    assert change(small, without_gauge).hazard.gauges == []


def test_a_section_may_be_replaced_by_a_file_in_the_folder(small, folder_with):
    folder_with(dry__yaml=HAZARD.replace("id: flood", "id: dry"))
    assert change(small, {"hazard": "dry.yaml"}).hazard.id == "dry"


def test_a_section_of_another_scenario_may_be_taken(small):
    other = change(small, {"hazard.id": "other"})
    assert change(small, {"hazard": other.hazard}) == other


def test_one_parameter_of_a_law_that_was_not_given_may_be_changed(small):
    law = change(small, {"plan.organize.preparation.median": "1 h"}).plan.organize.preparation
    assert (law.type, law.median, law.sigma) == ("lognormal", 3600.0, 0.5)


def test_what_is_changed_is_given_and_all_other_defaults_stay_defaults(small):
    changed = change(small, {"plan.care.registration_time": "50 s"})
    marks = {found.path: found.mark for found in assumptions(changed)}
    assert marks["plan.care.registration_time"] == "given"
    assert marks["plan.care.relief_limit"] == "assumed"


def test_changes_leave_the_arguments_alone(small):
    entries = [{"id": "buses", "node": "n1", "vehicles": 1, "seats": 9}]
    before = small.model_dump()
    change(small, {"district.fleets": entries, "district.fleets[buses].vehicles": 3})
    assert entries[0]["vehicles"] == 1
    assert small.model_dump() == before


@pytest.mark.parametrize(
    ("path", "rule", "remedy"),
    [
        ("plan.whn.decision_time", "whn is not known in Plan", "did you mean 'when'?"),
        ("plan.when.decision_tme", "decision_tme is not known in When", "did you mean 'decision_time'?"),
        ("plan.zones[eaast].deadline", "zones has no entry eaast", "did you mean 'east'?"),
        ("plan.zones[9].deadline", "zones has no entry 9", "there are: east, west"),
        (
            "plan.zones.deadline",
            "zones does not open like this",
            "write [*] or an id after a list, and only there",
        ),
        ("plan.when[0]", "when does not open like this", "write [*] or an id after a list, and only there"),
        ("start.year", "start does not open like this", "write [*] or an id after a list, and only there"),
        ("hazard.water.tipe", "tipe is not known in WaterGrids", "did you mean 'type'?"),
        ("plan..zones", "is no path", "write it like plan.zones[J15-*].deadline"),
        ("", "is no path", "write it like plan.zones[J15-*].deadline"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_the_nearest_name(small, path, rule, remedy):
    assert refused(small, {path: "1"}) == [(path, rule, remedy)]


def test_all_paths_that_lead_nowhere_are_told_at_once(small):
    assert [place for place, _, _ in refused(small, {"plan.a": 1, "plan.b": 2})] == ["plan.a", "plan.b"]


def test_a_value_that_does_not_fit_is_refused_like_one_in_a_file(small):
    assert [place for place, _, _ in refused(small, {"duration": "24"})] == ["duration"]
    assert [place for place, _, _ in refused(small, {"plan.zones[east].shelter": "hill"})] == [
        "plan.zones[0].shelter"
    ]
    assert [rule for _, rule, _ in refused(small, {"plan.to.car_share": 0.9})] == [
        "bus_share 0.6 and car_share 0.9 together exceed 1"
    ] * 2
