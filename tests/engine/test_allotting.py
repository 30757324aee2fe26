"""Shelters computed for each household, told again when one is lost or full: what a run makes of them."""

import numpy as np
import pytest
import yaml

import evacsim as ev
from evacsim.analysis.indicators import indicators
from evacsim.errors import EvacsimError
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district, write_depths

MINUTE, HOUR = 60.0, 3600.0
BY_BUS = {"bus_share": 1, "car_share": 0, "assignment": "computed"}
ON_FOOT = {"bus_share": 0, "car_share": 0, "assignment": "computed"}
HALL = {"id": "hall", "node": node(4, 2), "capacity": 100}
SCHOOL = {"id": "school", "node": node(4, 1), "capacity": 220}
BARN = {"id": "barn", "node": node(4, 0), "capacity": 250}


def scenario(folder, *, to, flooded=(), **changes):
    folder.mkdir(exist_ok=True)
    if flooded:
        places = write_depths(folder / "places.csv", "place", list(flooded))
        changes["water"] = {"type": "table", "places": places}
    return small_district(folder, to=to, who={"compliance": 1}, **changes)


def run(folder, **what):
    return engine_record(ev.from_mapping(scenario(folder, **what)), seed=3)


def load(record):
    return record.tables["shelters"].set_index("shelter")["people"].to_dict()


def in_shelter(record):
    ledger = record.ledger[record.ledger["final_state"] == "sheltered"]
    return ledger.groupby(["zone", "final_place"])["people"].sum().to_dict()


def test_everybody_goes_where_all_together_are_soonest_and_nobody_is_turned_away(tmp_path):
    record = run(tmp_path, to=BY_BUS)
    # 3 streets to the school with 220 places, 4 to the hall; of ties the first zone, north, goes to the hall.
    wanted = {("north", "shelter/hall"): 80, ("north", "shelter/school"): 20, ("west", "shelter/school"): 200}
    assert in_shelter(record) == wanted
    told = record.tables["assignments"]
    assert told["people"].tolist() == [80, 20, 200]
    assert set(told["source"]) == {"computed"}
    assert record.tables["shelters"]["turned_away"].sum() == 0
    assert indicators(record)["assigned_again"].value == 0


def test_a_bus_takes_only_those_who_go_to_one_shelter(tmp_path):
    record = run(tmp_path, to=BY_BUS)
    events = record.events
    boarded = events[events["kind"] == "boarded"]
    arrived = events[events["kind"] == "arrived"].set_index("subject")["place"]
    rounds = events[events["kind"] == "vehicle_left_pickup"]
    n_rounds = 0
    for vehicle, own in rounds.groupby("subject"):
        begins = 0.0
        for time in own["time_s"]:
            is_aboard = (boarded["place"] == vehicle) & boarded["time_s"].between(begins, time)
            assert arrived[boarded.loc[is_aboard, "subject"]].nunique() == 1
            begins, n_rounds = time, n_rounds + 1
    assert n_rounds == len(record.tables["rounds"]) > 3


def test_without_computing_the_plan_holds_and_nothing_is_noted(tmp_path):
    record = run(tmp_path, to={"bus_share": 1, "car_share": 0})
    assert record.tables["assignments"].empty


def test_a_shelter_that_floods_is_replaced_after_the_time_of_a_message(tmp_path):
    flooded = [("school", "T+5 min", 2.0)]
    to = BY_BUS | {"message_time": "7 min"}
    record = run(tmp_path, to=to, shelters=[HALL, SCHOOL, BARN], flooded=flooded)
    told = record.tables["assignments"]
    again = told[told["source"] == "again"]
    assert set(again["time_s"]) == {12 * MINUTE}
    assert "school" not in set(again["shelter"])
    at_first = told[(told["source"] == "computed") & (told["shelter"] == "school")]["people"].sum()
    assert again["people"].sum() == at_first == indicators(record)["assigned_again"].value > 0
    assert load(record) == {"hall": 50, "school": 0, "barn": 250}
    assert record.tables["shelters"]["turned_away"].sum() == 0
    events = record.events.set_index("seq")
    told_again = events[events["kind"] == "assigned_again"]
    flood = events.loc[told_again["cause"].unique()]
    assert flood["kind"].tolist() == ["shelter_flooded"]
    assert flood["subject"].tolist() == ["shelter/school"]
    assert events.loc[flood["cause"].iloc[0], "kind"] == "water_changed"


def test_whoever_walks_to_a_shelter_that_floods_hears_of_another_there(tmp_path):
    flooded = [("school", "T+60 min", 2.0)]
    record = run(tmp_path, to=ON_FOOT, shelters=[HALL, SCHOOL, BARN], flooded=flooded)
    told = record.tables["assignments"].query("source == 'again'")
    assert told["time_s"].tolist() == [70 * MINUTE] * len(told)
    final = record.ledger.groupby("final_place")["people"].sum()
    assert final.get("shelter/hall", 0) + final.get("shelter/barn", 0) >= told["people"].sum() > 0
    shelters = record.tables["shelters"].set_index("shelter")
    assert (shelters["people"] <= shelters["capacity"]).all()


def test_a_shelter_that_others_have_filled_is_replaced_too(tmp_path):
    # The hall floods with its people in it; they walk to the school, whose places were to be for the late west.
    transfers = [
        {"zone": zone, "trigger_at": at, "organizer": "x", "pickup_point": "stop", "fleet": "buses"}
        for zone, at in (("north", "T+0 h"), ("west", "T+4 h"))
    ]
    near, far = {"node": node(3, 1)}, {"node": node(4, 2)}
    shelters = [HALL | near, SCHOOL | {"capacity": 200}, BARN | far]
    record = run(
        tmp_path,
        to=BY_BUS,
        transfers=transfers,
        shelters=shelters,
        flooded=[("hall", "T+3 h", 2.0)],
        care={"second_transfer": True},
    )
    events = record.events.set_index("seq")
    again = events[events["kind"] == "assigned_again"]
    stranger = events.loc[again["cause"].iloc[0]]
    assert stranger["kind"] == "arrived"
    assert stranger["place"] == "shelter/school"
    assert stranger["subject"].startswith("household/north")
    # The first to take a place that was for somebody else is enough; ten minutes later all know.
    assert again["time_s"].tolist() == [stranger["time_s"] + 600] * len(again)
    assert again["subject"].tolist() == ["zone/west"]
    loads = record.tables["shelter_load"].groupby("shelter")["people"].max()
    assert loads["school"] <= 200
    assert loads["hall"] <= 100
    sheltered = record.ledger.query("final_state == 'sheltered'")["people"].sum()
    assert sheltered == 300


@pytest.mark.parametrize("seed", range(6))
def test_whatever_floods_people_are_conserved_and_no_shelter_holds_too_many(tmp_path, seed):
    random = np.random.default_rng(seed)
    shelters = [
        {"id": f"s{k}", "node": node(3 + k % 2, k % 3), "capacity": int(random.integers(40, 200))}
        for k in range(4)
    ]
    flooded = [(f"s{k}", f"T+{random.integers(1, 240)} min", 2.0) for k in range(2)]
    to = {"bus_share": 0.5, "car_share": 0.2, "assignment": "computed"}
    record = run(
        tmp_path,
        to=to,
        shelters=shelters,
        flooded=flooded,
        population={"car_share": 0.4},
        care={"second_transfer": bool(seed % 2)},
    )
    assert record.ledger["people"].sum() == 300
    shelters = record.tables["shelters"].set_index("shelter")
    peak = record.tables["shelter_load"].groupby("shelter")["people"].max()
    assert (peak <= shelters["capacity"].loc[peak.index]).all()
    planned = record.tables["assignments"].query("source == 'computed'").groupby("shelter")["people"].sum()
    assert (planned <= shelters["capacity"].loc[planned.index]).all()


def test_rounds_planned_beforehand_do_not_go_with_it(tmp_path):
    given = scenario(tmp_path, to=BY_BUS | {"dispatch": "greedy"})
    with pytest.raises(EvacsimError) as told:
        ev.from_mapping(given)
    assert [issue.value for issue in told.value.issues] == ["greedy"]


def test_shelters_that_the_plan_names_in_vain_are_pointed_out(tmp_path):
    given = scenario(tmp_path, to=BY_BUS)
    given["plan"]["zones"][0]["shelter"] = ["hall"]
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    warned = [issue for issue in ev.check(tmp_path) if "1 rows of the plan name" in issue.rule.en]
    assert [issue.severity for issue in warned] == ["warning"]
