"""What storms of random plans have found, each case made as small as it can be."""

import pytest

import evacsim as ev
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, write_depths

ALIKE = {"walking_speed_sd": "0 m/s", "elderly_share": 0, "child_share": 0, "assisted_share": 0}
"""People who all walk at one speed."""
NOW = {"type": "fixed", "value": "0 s"}


def run(scenario, seed=1):
    return engine_record(ev.from_mapping(scenario), seed=seed)


def flood(folder, *, places=(), links=()):
    return {
        "type": "table",
        "places": write_depths(folder / "p.csv", "place", list(places)),
        "links": write_depths(folder / "l.csv", "link", list(links)),
    }


@pytest.mark.parametrize("passages", [True, False])
def test_a_run_in_which_somebody_is_on_the_road_to_the_last_ends_when_its_time_is_up(tmp_path, passages):
    given = small_district(tmp_path, duration="20 min", to={"bus_share": 0}, who={"compliance": 1})
    given["plan"]["organize"] = {"relay_time": NOW, "preparation": NOW}
    given["recording"] = {"passages": passages}
    record = run(given)
    assert "walking" in set(record.ledger["final_state"])
    assert record.end == 1200.0
    assert record.events["time_s"].iloc[-1] == 1200.0


@pytest.mark.parametrize("dispatch", ["in_order", "greedy", "balanced"])
def test_buses_that_are_called_when_nobody_is_to_be_fetched_have_no_rounds_to_plan(tmp_path, dispatch):
    given = small_district(tmp_path, to={"bus_share": 0, "dispatch": dispatch})
    given["plan"]["when"] |= {
        "rules": [{"id": "start", "at": "T+0 s"}],
        "measures": [{"id": "fetch", "action": "call_up", "fleets": ["buses"]}],
        "breakers": [{"id": "go", "rules": ["start"], "measures": ["fetch"]}],
    }
    record = run(given)
    assert record.tables["rounds"].empty
    assert record.tables["vehicles"]["departed_s"].notna().all()


def test_the_dead_do_not_get_ready(tmp_path):
    given = small_district(
        tmp_path,
        water=flood(tmp_path, places=[("west", "T+30 min", 5.0)]),
        who={"compliance": 1, "behavior": {"livestock": {"share": 1, "takes": "20 min"}}},
        organize={"relay_time": NOW, "preparation": "20 min"},
        population={"storeys": 1},
    )
    record = run(given)
    west = record.ledger[record.ledger["zone"] == "west"]
    assert set(west["final_state"]) == {"dead"}
    assert west["ready_s"].isna().all()
    events = record.events[record.events["subject"].str.startswith("household/west")]
    assert events.groupby("subject")["kind"].last().eq("died").all()


def test_animals_are_seen_to_by_whom_the_water_holds_at_home(tmp_path):
    given = small_district(
        tmp_path,
        water=flood(tmp_path, places=[("west", "T+30 min", 0.8), ("west", "T+60 min", 0.0)]),
        who={"compliance": 1, "behavior": {"livestock": {"share": 1, "takes": "20 min"}}},
        organize={"relay_time": NOW, "preparation": "10 min"},
    )
    record = run(given)
    west = record.ledger[record.ledger["zone"] == "west"]
    assert (west["ready_s"] == 45 * 60).all()
    assert (west["departed_s"] == 60 * 60).all()


def locked(folder, *, places, opening="100 min"):
    """Return a record in which people come on foot to a shelter that is still locked, at 43 min."""
    given = small_district(
        folder,
        water=flood(folder, places=places),
        who={"compliance": 1},
        organize={"relay_time": NOW, "preparation": NOW},
        to={"bus_share": 0, "car_share": 0},
        population=ALIKE,
        zones=[{"id": "west", "node": node(0, 1), "population": 200}],
        transfers=[{"zone": "west", "trigger_at": "T+10 min", "organizer": "x", "shelter": ["school"]}],
        shelters=[
            {"id": "school", "node": node(4, 1), "capacity": 400, "opening": opening},
        ],
    )
    return run(given)


def test_who_waited_before_a_locked_shelter_comes_in_when_the_water_has_gone_after_its_opening(tmp_path):
    record = locked(tmp_path, places=[("school", "T+90 min", 0.5), ("school", "T+150 min", 0.0)])
    freed = record.events[record.events["kind"] == "freed"]
    assert not freed.empty
    assert (freed["time_s"] == 150 * 60).all()
    assert set(record.ledger["final_state"]) == {"sheltered"}
    assert record.ledger["arrived_s"].max() == 150 * 60


def test_who_died_before_a_locked_shelter_does_not_wait_there_any_more(tmp_path):
    record = locked(tmp_path, places=[("school", "T+90 min", 9.0)], opening="24 h")
    assert set(record.ledger["final_state"]) == {"dead"}
    assert "shelter_locked" not in set(record.events["kind"])


def test_a_bus_that_brought_people_counts_and_not_the_boat_that_fetched_them_from_there(tmp_path):
    to_the_school = [(link((3, 1), (4, 1)), "T+5 h", 1.0), (link((4, 1), (3, 1)), "T+5 h", 1.0)]
    given = small_district(
        tmp_path,
        water=flood(tmp_path, places=[("school", "T+5 h", 1.0)], links=to_the_school),
        who={"compliance": 1},
        to={"bus_share": 1, "car_share": 0},
        shelters=[{"id": "school", "node": node(4, 1), "capacity": 400}],
        fleets=[
            {"id": "buses", "node": node(2, 0), "vehicles": 3, "seats": 40},
            {"id": "boats", "kind": "boat", "node": node(3, 1), "vehicles": 2, "seats": 8, "speed": "3 m/s"},
        ],
    )
    record = run(given)
    fetched = record.ledger[record.ledger["vehicle"].str.startswith("boats")]
    assert not fetched.empty
    assert (fetched["boarded_s"] <= fetched["arrived_s"]).all()
    assert (fetched["arrived_s"] < 5 * 3600).all()
