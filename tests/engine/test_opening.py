"""Shelters that somebody has to open: called, opened, locked; who comes before waits outside."""

import evacsim as ev
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

MINUTE = 60.0
LAW = {"type": "fixed", "value": "2 h"}


def run(folder, *, opening=LAW, capacity=400, keeper=None, offices=None):
    shelters = [
        {"id": "hall", "node": node(4, 2), "capacity": capacity, "opening": opening, "keeper": keeper},
        {"id": "school", "node": node(4, 1), "capacity": 400},
    ]
    transfers = [
        {
            "zone": zone,
            "trigger_at": "T+10 min",
            "organizer": "x",
            "pickup_point": "stop",
            "fleet": "buses",
            "shelter": ["hall"],
        }
        for zone in ("west", "north")
    ]
    organize = {"offices": offices} if offices else {}
    given = small_district(
        folder, shelters=shelters, transfers=transfers, who={"compliance": 1}, organize=organize
    )
    return engine_record(ev.from_mapping(given), seed=4)


def when(record, kind):
    return (record.events[record.events["kind"] == kind]["time_s"] / MINUTE).tolist()


def test_the_order_has_it_opened_and_who_waits_outside_is_let_in_first_come_first(tmp_path):
    record = run(tmp_path)
    assert when(record, "shelter_called") == [15.0]
    assert when(record, "shelter_opened") == [135.0]
    waited = record.events[record.events["kind"] == "waits_outside"]
    assert len(waited) > 10
    arrived = record.events[(record.events["kind"] == "arrived") & (record.events["time_s"] == 135 * MINUTE)]
    assert arrived["subject"].tolist() == waited["subject"].tolist()
    assert record.ledger["settled_s"].min() > 135 * MINUTE
    facility = record.tables["facilities"].iloc[0]
    assert (facility["shelter"], facility["called_s"], facility["opened_s"]) == ("hall", 900.0, 8100.0)


def test_whom_it_has_no_room_for_goes_on_when_it_opens(tmp_path):
    record = run(tmp_path, capacity=50)
    people = record.ledger.groupby("final_place")["people"].sum()
    assert people["shelter/hall"] <= 50
    assert people.sum() == 300
    assert people["shelter/school"] >= 200
    assert set(record.ledger["final_state"]) == {"sheltered"}


def test_a_keeper_who_never_hears_leaves_it_locked(tmp_path):
    offices = [
        {"id": "county", "level": "county", "node": node(2, 1), "zones": ["*"]},
        {"id": "school-office", "level": "village", "parent": "county", "node": node(4, 2)},
    ]
    record = run(tmp_path, keeper="school-office", offices=offices)
    assert not when(record, "shelter_called")
    locked = record.events[record.events["kind"] == "shelter_locked"].iloc[0]
    assert locked["value"] == 300
    assert set(record.ledger["final_state"]) == {"unsheltered"}
    failures = record.tables["failures"]
    assert failures[failures["kind"] == "shelter_locked"]["place"].tolist() == ["shelter/hall"]
