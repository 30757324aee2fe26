"""Staged release: parts of a zone leave one after the other, and nobody of a later part before its turn."""

import numpy as np

import evacsim as ev
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

MINUTE = 60.0


def run(folder, **release):
    transfers = [
        {
            "zone": "west",
            "trigger_at": "T+10 min",
            "organizer": "x",
            "pickup_point": "stop",
            "fleet": "buses",
            **release,
        },
        {
            "zone": "north",
            "trigger_at": "T+10 min",
            "organizer": "x",
            "pickup_point": "stop",
            "fleet": "buses",
        },
    ]
    now = {"type": "fixed", "value": "0 s"}
    given = small_district(
        folder,
        transfers=transfers,
        who={"compliance": 1},
        organize={"relay_time": now, "preparation": now},
        to={"bus_share": 0.0, "car_share": 0.0},
        shelters=[{"id": "school", "node": node(4, 1), "capacity": 400}],
    )
    return engine_record(ev.from_mapping(given), seed=3)


def test_parts_leave_at_their_moments_and_hold_about_the_same_number(tmp_path):
    record = run(tmp_path, release_parts=4, release_every="20 min")
    west = record.ledger[record.ledger["zone"] == "west"]
    people = west.groupby("departed_s")["people"].sum()
    assert people.index.tolist() == [15 * MINUTE + part * 20 * MINUTE for part in range(4)]
    assert people.sum() == 200
    assert people.between(45, 55).all()
    assert (west["ready_s"] == 15 * MINUTE).all()
    releases = record.tables["releases"]
    assert releases["time_s"].tolist() == people.index.tolist()
    assert releases["people"].tolist() == people.tolist()
    north = record.ledger[record.ledger["zone"] == "north"]
    assert (north["departed_s"] == 15 * MINUTE).all()
    events = record.events.set_index("seq")
    last = events[(events["kind"] == "departed") & (events["time_s"] == 75 * MINUTE)]
    assert set(events.loc[last["cause"].astype(int), "kind"]) == {"released"}


def test_without_parts_everybody_leaves_when_ready(tmp_path):
    record = run(tmp_path)
    assert (record.ledger["departed_s"] == 15 * MINUTE).all()
    assert record.tables["releases"].empty
    assert np.isfinite(record.ledger["arrived_s"]).all()
