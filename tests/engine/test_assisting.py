"""Help from outside: who asks, when it is granted, when it comes, whom it fetches."""

import numpy as np
import pandas as pd
import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from evacsim.terms import ROOT_KINDS
from tests.reference.flooded_street import FLOODED_AT, NOW, flooded_street
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


SEARCHED = ["water", "search"]
"""Skills with which headquarters calls a team by itself, too."""


def boats(folder, *, seed=1, skills=SEARCHED, own=False, crew_is_ours=False, **assistance):
    """Return a run in which a boat from outside, crewed by a team from outside, goes to one who is in need."""
    team = {"id": "crew", "kind": "fire", "members": 4, "node": node(4, 0), "readiness": fixed(7)}
    boat = {"id": "help", "force": "crew", "crew": 2, "node": node(4, 0), "external": True}
    said = {"approval": fixed(20), "mobilization": fixed(40), **assistance}
    given = flooded_street(
        folder,
        villages={0: 1},
        forces=[team | {"skills": skills, "external": not crew_is_ours}],
        boats=[boat, *([boat | {"id": "own", "external": False}] if own else [])],
        rescue={"seeking": {"at_the_place": NOW}},
        organize={"assistance": said},
    )
    return engine_record(given, seed=seed)


@pytest.mark.parametrize("skills", [SEARCHED, ["water"]])
@pytest.mark.parametrize("own", [False, True])
def test_boats_and_their_crew_from_outside_are_one_help(tmp_path, skills, own):
    """Asked for once: 20 min, and 40, and the crew's 7."""
    record = boats(tmp_path, skills=skills, own=own)
    since = FLOODED_AT / MINUTE
    assert when(record, "assistance_asked") == [since]
    assert when(record, "vehicle_lent") == [since + 60]
    assert when(record, "force_called") == [since if own or "search" in skills else since + 60]
    assert when(record, "force_ready") == [since + 67]
    assert when(record, "vehicle_departed", "help") == [since + 67]
    assert when(record, "vehicle_departed", "own") == [since + 67] * own


@pytest.mark.parametrize("skills", [SEARCHED, ["water"]])
def test_no_crew_is_refused_whose_boats_are_granted(tmp_path, skills):
    came = []
    for seed in range(12):
        record = boats(tmp_path / str(seed), seed=seed, skills=skills, granted=0.5)
        came.append(bool(when(record, "assistance_granted")))
        assert len(when(record, "force_ready")) == len(when(record, "vehicle_departed")) == came[-1]
        assert len(when(record, "assistance_refused")) == 1 - came[-1]
    assert 2 <= sum(came) <= 10


def test_a_team_of_the_district_that_crews_boats_from_outside_is_asked_for_by_nobody(tmp_path):
    record = boats(tmp_path, crew_is_ours=True)
    since = FLOODED_AT / MINUTE
    assert when(record, "force_ready") == [since + 7]
    assert when(record, "vehicle_departed", "help") == [since + 60]


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
