"""E5 and E6: doors against teams and time, and who is told while things are out."""

import pytest

import evacsim as ev
from evacsim.plan.executability.cut_off import untold
from tests.reference.plans import MINUTE, checked, fixed, the_one, worked
from tests.reference.small_district import node

SURE = {"ring": "1 min", "answer_day": 1, "answer_night": 1}
BY_PHONE, BY_SATELLITE = ["phone", "landline"], ["phone", "landline", "satellite"]


def with_teams(folder, n_teams, *, people=60, deadline="T+10 h", rate=12):
    """Return a village of as many doors as people, which teams knock at by night as by day."""
    given = fixed(folder, people=people, buses=10, deadline=deadline)
    given["plan"]["organize"] |= {
        "offices": [{"id": "county", "level": "county", "node": node(2, 1), "zones": ["*"]}],
        "officers": [{"id": f"team-{row}", "office": "county"} for row in range(n_teams)],
        "door_to_door": {"rate": rate, "night_factor": 1},
    }
    return given


def test_the_last_door_is_knocked_at_when_a_run_says(tmp_path):
    given = with_teams(tmp_path, 3)
    workings = worked(given)
    needed = 60 / 3 / 12 * 60 * MINUTE
    sweep = ev.simulate(ev.from_mapping(given), seed=1).tables.sweeps.iloc[0]
    assert sweep["done_s"] - sweep["begun_s"] == pytest.approx(needed)
    assert sweep["begun_s"] == pytest.approx(workings.chains.received(0))
    chain = workings.chains.all[0]
    assert chain.over("tell", 1.0) == pytest.approx(sweep["done_s"], rel=0.01)


def test_too_few_teams_are_found(tmp_path):
    # Ordered at 17 min; 100 min of doors, then 13 to get ready and 10 on the bus.
    assert not checked(with_teams(tmp_path / "a", 3, deadline="T+141 min"), "E5")
    found = the_one(with_teams(tmp_path / "b", 3, deadline="T+139 min"), "E5")
    assert found.figures["needed_s"] == pytest.approx(100 * MINUTE)
    assert found.figures["there_s"] == pytest.approx((139 - 17 - 23) * MINUTE)
    assert found.figures["doors_per_hour"] == pytest.approx(12)
    assert found.subjects == ("county", "village")
    assert found.severity == "major"


def test_by_night_teams_are_slower(tmp_path):
    given = with_teams(tmp_path, 3, deadline="T+141 min")
    given["plan"]["organize"]["door_to_door"]["night_factor"] = 0.5
    assert the_one(given, "E5").figures["needed_s"] == pytest.approx(200 * MINUTE)
    given["start"] = "2026-07-18 08:00"
    assert not checked(given, "E5")


def test_channels_that_reach_most_make_doors_a_second_way(tmp_path):
    given = with_teams(tmp_path, 1)
    given["district"]["channels"] = [
        {"id": "horn", "kind": "loudspeaker", "reach_day": 0.95, "reach_night": 0.95}
    ]
    given["plan"]["zones"][0]["deadline"] = "T+5 h"
    assert the_one(given, "E5").severity == "minor"


def test_a_zone_without_a_team_is_found_where_others_have_one(tmp_path):
    given = with_teams(tmp_path, 2)
    given["district"]["zones"].append({"id": "other", "node": node(1, 1), "population": 10})
    given["plan"]["zones"].append({**given["plan"]["zones"][0], "zone": "other"})
    for officer in given["plan"]["organize"]["officers"]:
        officer["zones"] = ["village"]
    found = the_one(given, "E5")
    assert found.subjects == ("other",)


# -- outages -----------------------------------------------------------------------------------------


def under(folder, *, means=BY_PHONE, channels=(), teams=True, escalate=("backup", "parent")):
    given = fixed(folder, people=20)
    offices = [
        {"id": "county", "level": "county", "node": node(2, 1), "means": means},
        {
            "id": "committee",
            "level": "village",
            "parent": "county",
            "node": node(0, 1),
            "means": means,
            "zones": ["village"],
        },
    ]
    given["plan"]["when"]["decided_by"] = "county"
    given["plan"]["organize"] |= {"offices": offices, "calling": {**SURE, "escalate": list(escalate)}}
    if teams:
        given["plan"]["organize"]["officers"] = [{"id": "team", "office": "committee"}]
        given["plan"]["organize"]["door_to_door"] = {}
    given["district"]["channels"] = list(channels)
    return given


def test_telephone_and_landline_fall_silent_only_together(tmp_path):
    given = under(tmp_path)
    assert untold(worked(given)) == {0: [("cell", "power")]}
    found = the_one(given, "E6")
    assert found.severity == "major"
    assert found.figures["outages"] == 2
    assert "断网、断电" in found.found.zh


def test_a_satellite_telephone_works_whatever_is_out(tmp_path):
    assert not checked(under(tmp_path, means=BY_SATELLITE), "E6")


def test_a_messenger_needs_a_road(tmp_path):
    given = under(tmp_path, escalate=("backup", "messenger"))
    assert untold(worked(given)) == {0: [("cell", "power", "roads")]}
    assert the_one(given, "E6").severity == "minor"


def test_a_telephone_alone_is_a_blocker(tmp_path):
    found = the_one(under(tmp_path, means=["phone"]), "E6")
    assert found.severity == "blocker"
    assert found.found.zh.startswith("断网时")


def test_base_stations_without_power_fall_silent_with_their_batteries(tmp_path):
    given = under(tmp_path, means=["phone"])
    power = {"id": "grid", "kind": "power", "node": node(2, 2), "serves": ["*"]}
    cell = {"id": "mast", "kind": "cell", "node": node(2, 2), "serves": ["*"], "power_site": "grid"}
    given["district"]["sites"] = [power, cell]
    assert untold(worked(given)) == {0: [("cell",), ("power",)]}


def test_a_siren_of_the_county_reaches_those_to_whom_no_call_gets_through(tmp_path):
    siren = {"id": "siren", "kind": "siren", "operator": "county", "reach_day": 0.7, "reach_night": 0.7}
    assert not checked(under(tmp_path, channels=[siren]), "E6")
    electric = {**siren, "needs": ["power"]}
    assert untold(worked(under(tmp_path, channels=[electric]))) == {0: [("cell", "power")]}
    without_teams = under(tmp_path, channels=[electric], teams=False)
    assert untold(worked(without_teams)) == {0: [("power",)]}


def test_nothing_is_said_where_nobody_says_how_people_are_told(tmp_path):
    assert not checked(fixed(tmp_path), "E6")
