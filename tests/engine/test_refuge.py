"""Refuge upstairs and nearby, as the plan wants it: who goes where, and what the water does there."""

import pytest

import evacsim as ev
from evacsim.analysis.indicators import indicators
from evacsim.errors import EvacsimError
from tests.reference.record import engine_record
from tests.reference.small_district import link, node, small_district, write_depths

HOUR = 3600.0


def run(folder, *, west=None, links=(), places=(), storeys=2, capacity=None):
    transfers = [
        {"zone": "west", "trigger_at": "T+10 min", "organizer": "x", **(west or {"moved_to": "vertical"})},
        {
            "zone": "north",
            "trigger_at": "T+10 min",
            "organizer": "x",
            "pickup_point": "stop",
            "fleet": "buses",
        },
    ]
    water = {
        "type": "table",
        "places": write_depths(folder / "p.csv", "place", list(places)),
        "links": write_depths(folder / "l.csv", "link", list(links)),
    }
    given = small_district(
        folder, transfers=transfers, water=water, who={"compliance": 1}, population={"storeys": storeys}
    )
    given["district"]["refuges"] = [{"id": "hill", "node": node(0, 2), "capacity": capacity}]
    return engine_record(ev.from_mapping(given), seed=3)


def west_of(record):
    return record.ledger[record.ledger["zone"] == "west"]


def test_upstairs_at_home_the_water_below_harms_nobody(tmp_path):
    record = run(tmp_path, places=[("west", "T+4 h", 2.0)])
    west = west_of(record)
    assert set(west["final_state"]) == {"at_refuge"}
    assert set(west["final_place"]) == {"zone/west"}
    assert west["departed_s"].isna().all()
    assert (west["arrived_s"] == west["ready_s"]).all()
    found = indicators(record)
    assert found["refuge_people"].value == 200
    assert found["out_before_water_share"].value == 1.0
    assert found["stranded"].value == 0


def test_where_the_water_comes_up_the_stairs_they_are_trapped_and_die(tmp_path):
    record = run(tmp_path, places=[("west", "T+4 h", 6.0)])
    assert set(west_of(record)["final_state"]) == {"dead"}
    kinds = record.events[record.events["subject"].str.startswith("household/west")]["kind"]
    assert "trapped" in set(kinds)


def test_a_hill_nearby_is_walked_to_and_kept(tmp_path):
    record = run(tmp_path, west={"moved_to": "nearby", "refuge": "hill"}, places=[("west", "T+4 h", 2.0)])
    west = west_of(record)
    assert set(west["final_state"]) == {"at_refuge"}
    assert set(west["final_place"]) == {f"node/{node(0, 2)}"}
    took = (west["arrived_s"] - west["departed_s"]) * 1.0
    assert (took > 500 / 2.5).all()
    assert west["arrived_s"].max() < 4 * HOUR


def test_whom_it_has_no_room_for_goes_to_a_shelter(tmp_path):
    record = run(tmp_path, west={"moved_to": "nearby", "refuge": "hill"}, capacity=80)
    people = west_of(record).groupby("final_state")["people"].sum()
    assert 70 < people["at_refuge"] <= 80
    assert people.sum() == 200
    assert people["sheltered"] >= 120


def test_water_at_the_refuge_itself_traps_people_there(tmp_path):
    around = [((0, 2), (0, 1)), ((0, 2), (1, 2))]
    rows = [(link(*way), "T+5 h", 1.5) for a, b in around for way in ((a, b), (b, a))]
    record = run(tmp_path, west={"moved_to": "nearby", "refuge": "hill"}, links=rows)
    assert set(west_of(record)["final_state"]) == {"dead"}


def test_homes_of_one_floor_have_no_upstairs(tmp_path):
    with pytest.raises(EvacsimError) as told:
        run(tmp_path, storeys=1)
    assert [issue.value for issue in told.value.issues if "one floor" in issue.rule.en] == ["vertical"]
