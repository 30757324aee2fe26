"""What storms of random plans have found, each case made as small as it can be."""

import pytest

import evacsim as ev
from tests.reference.small_district import small_district, write_depths

NOW = {"type": "fixed", "value": "0 s"}


def run(scenario, seed=1):
    return ev.simulate(ev.from_mapping(scenario), seed=seed).record


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
