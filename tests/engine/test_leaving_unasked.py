"""People outside the plan who leave by themselves: who, when, how, and what they take from others."""

import numpy as np

import evacsim as ev
from evacsim.analysis.indicators import indicators
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

NEAR, FAR = (
    {"id": "near", "node": node(0, 2), "population": 300},
    {
        "id": "yonder",
        "node": node(4, 0),
        "population": 300,
    },
)
WEST = {"id": "west", "node": node(0, 1), "population": 200}
FIXED = {
    "relay_time": {"type": "fixed", "value": "10 min"},
    "preparation": {"type": "fixed", "value": "20 min"},
}


def run(folder, shadow, *, seed=2, **changes):
    """West is ordered to go at 15 min; near is 500 m from it, yonder more than 2 km."""
    row = {
        "zone": "west",
        "trigger_at": "T+10 min",
        "organizer": "x",
        "pickup_point": "stop",
        "fleet": "buses",
    }
    given = small_district(
        folder,
        zones=[WEST, NEAR, FAR],
        transfers=[row],
        organize=FIXED,
        to={"car_share": 0},
        who={"compliance": 1, **({"behavior": {"shadow": shadow}} if shadow else {})},
        shelters=changes.pop("shelters", [{"id": "school", "node": node(4, 1), "capacity": 700}]),
    )
    given["district"]["zones"] = [WEST, NEAR, FAR]
    return engine_record(ev.from_mapping(given), seed=seed)


def of(record, zone):
    return record.ledger[record.ledger["zone"] == zone]


def test_a_share_of_those_near_goes_after_word_and_packing(tmp_path):
    record = run(tmp_path, {"share": 0.4, "within": "1 km", "car_share": 0.5})
    near, gone = of(record, "near"), of(record, "near")["departed_s"].notna()
    assert 0.25 < gone.mean() < 0.55
    assert set(np.round(near["departed_s"][gone])) == {2700}  # 15 min + 10 min + 20 min
    assert near["told_s"].isna().all()
    assert set(near["mode"]) == {""}
    assert of(record, "yonder")["departed_s"].isna().all()
    assert set(near["final_state"][gone]) == {"sheltered"}
    assert indicators(record)["shadow_people"].value == near["people"][gone].sum()


def test_the_order_is_why_they_leave(tmp_path):
    events = run(tmp_path, {"share": 0.4}).events
    left = events[events["kind"] == "left_on_own"]
    assert len(left)
    causes = events.set_index("seq").loc[left["cause"].astype(int)]
    assert (causes["time_s"] == 900).all()


def test_some_drive_and_the_others_walk(tmp_path):
    driven = run(tmp_path / "a", {"share": 0.5, "car_share": 1})
    walked = run(tmp_path / "b", {"share": 0.5, "car_share": 0})
    states = [set(record.tables["states"]["state"]) for record in (driven, walked)]
    assert "driving" in states[0]
    assert "driving" not in states[1]
    left = [of(record, "near").set_index("household")["departed_s"].dropna() for record in (driven, walked)]
    assert left[0].equals(left[1])


def test_they_take_the_places_of_others(tmp_path):
    """200 places for the 200 of the plan, who come by bus; whoever drives from nearby is there first."""
    shelters = [{"id": "school", "node": node(4, 1), "capacity": 200}]
    alone = run(tmp_path / "a", None, shelters=shelters)
    beside = run(tmp_path / "b", {"share": 0.5, "car_share": 1}, shelters=shelters)
    assert set(of(alone, "west")["final_state"]) == {"sheltered"}
    assert "sheltered" in set(of(beside, "near")["final_state"])
    inside = beside.ledger[beside.ledger["final_state"] == "sheltered"]
    assert inside["people"].sum() <= 200
    assert (of(beside, "west")["final_state"] != "sheltered").any()


def test_a_larger_share_adds_to_those_who_leave(tmp_path):
    few, many = (run(tmp_path / str(share), {"share": share}) for share in (0.2, 0.6))
    gone = [
        set(
            record.ledger.loc[
                (record.ledger["mode"] == "") & record.ledger["departed_s"].notna(), "household"
            ]
        )
        for record in (few, many)
    ]
    assert gone[0] < gone[1]


def test_nobody_leaves_unasked_unless_the_scenario_says_so(tmp_path):
    assert run(tmp_path / "a", None).events.equals(run(tmp_path / "b", {"share": 0}).events)
