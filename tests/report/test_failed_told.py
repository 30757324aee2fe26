"""Whatever fails in the world has an outcome in the model and a line in the report."""

import re

import pytest

import evacsim as ev
from evacsim.analysis.lateness import late_households
from evacsim.report.failed_told import failed_section
from evacsim.report.html import report_html
from evacsim.report.markup import Words
from evacsim.terms import EVENT_KINDS
from tests.engine.test_chains import broken_chains
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district, write_depths

BUSES = {"id": "buses", "node": node(2, 0), "vehicles": 3, "seats": 40}
NOW = {"type": "fixed", "value": "0 s"}
TREE = [
    {"id": "county", "node": node(4, 0), "level": "county"},
    {"id": "west-village", "node": node(0, 1), "level": "village", "parent": "county", "zones": ["west"]},
    {"id": "north-village", "node": node(1, 2), "level": "village", "parent": "county", "zones": ["north"]},
]
SURE = {"answer_day": 1, "answer_night": 1}
POWER = {"id": "power", "kind": "power", "serves": ["*"], "node": node(0, 0)}
SIREN = {"id": "siren", "kind": "siren", "reach_day": 1, "reach_night": 1, "needs": ["power"]}


def no_driver(given):
    given["district"]["fleets"] = [BUSES | {"driver_comes": 0}]


def no_vehicle(given):
    given["district"]["fleets"] = [BUSES | {"availability": 0}]


def dead_phones(given):
    deaf = {"answer_day": 0, "answer_night": 0, "tries": 1, "escalate": []}
    given["plan"]["organize"] |= {"offices": TREE, "calling": deaf}


def absent_leader(given):
    roster = {"absence": 1, "night_absence": 1, "backup": False}
    given["plan"]["organize"] |= {"offices": TREE, "calling": SURE | {"escalate": []}, "roster": roster}


def locked_shelter(given):
    given["district"]["shelters"] = [
        {"id": "school", "node": node(4, 1), "capacity": 400, "opening": "20 h"},
    ]
    for row in given["plan"]["zones"]:
        row["shelter"] = ["school"]


def full_shelters(given):
    given["district"]["shelters"] = [{"id": "school", "node": node(4, 1), "capacity": 5}]


def power_cut(given):
    given["district"] |= {"sites": [POWER], "channels": [SIREN]}
    given["hazard"]["outages"] = [{"site": "power", "begins": "T+0 min"}]
    given["plan"]["organize"] |= {"offices": TREE, "calling": SURE}


def too_few_teams(given):
    given["plan"]["organize"] |= {
        "offices": TREE,
        "calling": SURE,
        "officers": [{"id": "team", "office": "west-village"}],
        "door_to_door": {"rate": 1},
    }


def nobody_goes(given):
    given["plan"]["who"] = {"compliance": 0}


FAILURES = {
    no_driver: ("driver_absent", {"late"}),
    no_vehicle: ("vehicle_absent", {"late"}),
    dead_phones: ("call_given_up", {"late", "stranded"}),
    absent_leader: ("absent", {"late", "stranded"}),
    locked_shelter: ("shelter_locked", {"unsheltered"}),
    full_shelters: ("turned_away", {"unsheltered"}),
    power_cut: ("broadcast_failed", {"late", "stranded"}),
    too_few_teams: ("officer_overloaded", {"late", "stranded"}),
    nobody_goes: ("refused", {"late", "stranded"}),
}
"""What fails, the event that tells it, and what comes of it for some: a state at the end, or being late."""


def described(folder):
    """Return a small district whose people go by bus; water comes to their homes and stop at six hours."""
    folder.mkdir(exist_ok=True)
    places = [(place, "T+6 h", 0.8) for place in ("west", "north", "stop")]
    return small_district(
        folder,
        water={"type": "table", "places": write_depths(folder / "p.csv", "place", places)},
        who={"compliance": 1},
        organize={"preparation": NOW},
        to={"bus_share": 1, "car_share": 0},
        fleets=[BUSES],
        shelters=[{"id": "school", "node": node(4, 1), "capacity": 400}],
    )


@pytest.mark.parametrize("fails", FAILURES, ids=lambda fails: fails.__name__)
def test_what_fails_has_an_outcome_and_a_line_in_the_report(tmp_path, fails):
    kind, ends = FAILURES[fails]
    given = described(tmp_path)
    fails(given)
    record = engine_record(ev.from_mapping(given), seed=2)
    assert kind in set(record.events["kind"])
    ended = set(record.ledger["final_state"])
    if late_households(record)["people"].sum():
        ended.add("late")
    assert ends <= ended
    assert broken_chains(record) == []
    for lang in ("zh", "en"):
        page = report_html(record, lang)
        failed = re.search(r'<section id="failed">.*?</section>', page, re.DOTALL).group()
        assert EVENT_KINDS[kind].said(lang) in failed


def test_where_nothing_fails_nothing_is_told(tmp_path):
    record = engine_record(ev.from_mapping(described(tmp_path)), seed=2)
    assert set(record.ledger["final_state"]) == {"sheltered"}
    assert "Nothing failed" in str(failed_section(record, Words("en")))


def test_a_plan_that_names_nobody_is_told(tmp_path):
    given = described(tmp_path)
    for row in given["plan"]["zones"]:
        row["organizer"] = ""
    record = engine_record(ev.from_mapping(given), seed=2)
    whole = engine_record(ev.from_mapping(described(tmp_path / "whole")), seed=2)
    line = "zones without a person responsible: 2"
    assert line in report_html(record, "en")
    assert line not in report_html(whole, "en")


def test_a_zone_that_the_plan_forgets_is_told(tmp_path):
    given = described(tmp_path)
    del given["plan"]["zones"][1]
    record = engine_record(ev.from_mapping(given), seed=2)
    north = record.ledger[record.ledger["zone"] == "north"]
    assert set(north["final_state"]) == {"stranded"}
    assert "the water met 100 people at home whom the plan does not move" in report_html(record, "en")
