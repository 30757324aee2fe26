"""Help from outside: who asks, when it is granted, when it comes, whom it fetches."""

import numpy as np
import pandas as pd
import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.terms import ROOT_KINDS
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

MINUTE = 60.0
DECIDED = 15.0
"""Ten minutes until the trigger, five until the decision [min]."""


def fixed(minutes):
    return {"type": "fixed", "value": f"{minutes} min"}


def run(folder, *, seed=1, own=2, name_help=False, help_=None, dispatch="longest_queue", **assistance):
    """Return a run with a fleet of the district and one from outside."""
    fleets = [
        {
            "id": "buses",
            "node": node(2, 0),
            "vehicles": own,
            "seats": 40,
            "availability": 1,
            "call_up": fixed(30),
        },
        {"id": "help", "node": node(4, 0), "vehicles": 4, "seats": 40, "availability": 1, "external": True}
        | (help_ or {}),
    ]
    said = {"approval": fixed(20), "mobilization": fixed(40), "rounds": 1, **assistance}
    given = small_district(
        folder,
        fleets=fleets,
        organize={"assistance": said},
        who={"compliance": 1},
        to={"bus_share": 1, "car_share": 0, "dispatch": dispatch},
    )
    if name_help:
        for zone in given["plan"]["zones"]:
            zone["fleet"] = "help"
    return engine_record(ev.from_mapping(given), seed=seed)


def when(record, kind, of=""):
    events = record.events[(record.events["kind"] == kind) & record.events["subject"].str.contains(of)]
    return (events["time_s"] / MINUTE).tolist()


def carried(record, fleet):
    vehicles = record.tables["vehicles"]
    return int(vehicles.loc[vehicles["fleet"] == fleet, "people"].sum())


def test_help_is_asked_for_with_the_order_granted_and_drives_off(tmp_path):
    record = run(tmp_path)
    asked = record.events[record.events["kind"] == "assistance_asked"]
    assert asked[["subject", "place", "value"]].to_numpy().tolist() == [["office/county", "depot/help", 4.0]]
    assert when(record, "assistance_asked") == [DECIDED]
    assert when(record, "assistance_granted") == [DECIDED + 20]
    assert when(record, "assistance_arrived") == [DECIDED + 60]
    assert when(record, "vehicle_lent") == [DECIDED + 60] * 4
    assert when(record, "vehicle_departed", "help") == [DECIDED + 60] * 4
    assert carried(record, "help") > 0
    assert carried(record, "help") + carried(record, "buses") == record.ledger["people"].sum()


def test_whoever_rides_with_help_knows_the_way_back_to_the_request(tmp_path):
    record = run(tmp_path, name_help=True)
    events = record.events.set_index("seq")
    lent, chain = int(events.index[events["kind"] == "vehicle_lent"][0]), []
    while not pd.isna(lent):
        chain.append(events.loc[lent, "kind"])
        lent = events.loc[lent, "cause"]
    assert chain[:5] == [
        "vehicle_lent",
        "assistance_arrived",
        "assistance_granted",
        "assistance_asked",
        "decided",
    ]
    assert chain[-1] in ROOT_KINDS


def test_no_help_is_asked_for_where_the_own_buses_do(tmp_path):
    """300 people: two buses of 40 need four rounds."""
    enough, short = run(tmp_path / "a", rounds=3.75), run(tmp_path / "b", rounds=3.74)
    assert not when(enough, "assistance_asked")
    assert not when(enough, "vehicle_departed", "help")
    assert carried(enough, "buses") == 300
    assert when(short, "assistance_asked") == [DECIDED]


def test_a_zone_whose_fleet_comes_from_outside_waits_for_it(tmp_path):
    record = run(tmp_path, own=8, name_help=True)
    assert when(record, "assistance_asked") == [DECIDED]
    assert record.ledger["boarded_s"].min() > (DECIDED + 60) * MINUTE
    assert carried(record, "help") == 300


def test_refused_help_never_comes_and_the_run_says_so(tmp_path):
    record = run(tmp_path, own=8, name_help=True, granted=0)
    assert when(record, "assistance_refused") == [DECIDED + 20]
    assert not when(record, "vehicle_lent")
    assert record.ledger["boarded_s"].isna().all()
    assert set(record.tables["failures"].loc[lambda t: t["kind"] == "assistance_refused", "place"]) == {
        "office/county"
    }


def test_as_many_requests_are_granted_as_the_plan_says(tmp_path):
    granted = [
        bool(when(run(tmp_path / str(seed), seed=seed, granted=0.5), "assistance_granted"))
        for seed in range(12)
    ]
    assert 2 <= sum(granted) <= 10


@pytest.mark.parametrize("seats", [39, 40])
def test_help_fetches_only_for_fleets_whose_passengers_fit(tmp_path, seats):
    record = run(tmp_path, help_={"seats": seats})
    assert bool(when(record, "assistance_asked")) == (seats == 40)


def test_help_leaves_rounds_planned_beforehand_to_those_who_planned_them(tmp_path):
    record = run(tmp_path, dispatch="balanced")
    assert carried(record, "help") + carried(record, "buses") == record.ledger["people"].sum()


def test_help_does_not_change_what_is_drawn_for_others(tmp_path):
    first, second = run(tmp_path / "a", approval=fixed(20)), run(tmp_path / "b", approval=fixed(90))
    assert np.array_equal(first.ledger["told_s"], second.ledger["told_s"], equal_nan=True)
    assert np.array_equal(first.ledger["departed_s"], second.ledger["departed_s"], equal_nan=True)


@pytest.mark.parametrize(
    ("fleet", "organize", "to", "said"),
    [
        ({}, {}, {}, "plan asks for none"),
        ({"kind": "truck"}, {"assistance": {}}, {}, "buses and boats"),
        (
            {},
            {"assistance": {}},
            {"promises": [{"fleet": "help", "township": "x", "vehicles": 1}]},
            "cannot be promised",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_refused(tmp_path, fleet, organize, to, said):
    own = {"id": "buses", "node": node(2, 0), "vehicles": 3, "seats": 40}
    outside = {"id": "help", "node": node(4, 0), "vehicles": 4, "seats": 40, "external": True, **fleet}
    given = small_district(tmp_path, fleets=[own, outside], organize=organize, to=to)
    with pytest.raises(ScenarioError, match=said):
        ev.from_mapping(given)
