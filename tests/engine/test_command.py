"""An order on its way through the tree of offices of a run: times by hand, failures, backups, messengers."""

import pandas as pd
import pytest

import evacsim as ev
from evacsim.analysis.failures import ranked
from evacsim.terms import ROOT_KINDS
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

MINUTE = 60.0
TEN = {"type": "fixed", "value": "10 min"}
SURE = {"ring": "1 min", "answer_day": 1, "answer_night": 1}


def office(id_, level, parent=None, **more):
    return {"id": id_, "level": level, "parent": parent, "node": node(2, 1), "handling": TEN, **more}


def tree(**village):
    return [
        office("county", "county"),
        office("town", "town", "county"),
        office("west-village", "village", "town", zones=["west"], node_=None) | village,
        office("north-village", "village", "town", zones=["north"]),
    ]


def run(folder, *, offices=None, seed=3, hazard=None, district=None, **organize):
    offices = tree() if offices is None else offices
    for one in offices:
        one.pop("node_", None)
    given = small_district(folder, organize={"offices": offices, "calling": SURE, **organize})
    given["hazard"] |= hazard or {}
    given["district"] |= district or {}
    return engine_record(ev.from_mapping(given), seed=seed)


def when(record, kind, subject=None):
    events = record.events[record.events["kind"] == kind]
    if subject is not None:
        events = events[events["subject"] == subject]
    return (events["time_s"] / MINUTE).tolist()


def kinds_back_from(record, number):
    """Return the kinds of an event and of all its causes, back to the root."""
    events, kinds = record.events.set_index("seq"), []
    while not pd.isna(number):
        kinds.append(events.loc[number, "kind"])
        number = events.loc[number, "cause"]
    return kinds


def test_an_order_goes_down_three_levels_and_each_hop_takes_handling_and_a_ring(tmp_path):
    record = run(tmp_path)
    assert when(record, "decided") == [15.0, 15.0]
    assert when(record, "order_received", "office/town") == [26.0]
    # The town calls both villages at once: it has two lines.
    assert when(record, "order_received", "office/west-village") == [37.0]
    assert when(record, "order_received", "office/north-village") == [37.0]
    assert record.ledger["told_s"].min() >= 37 * MINUTE
    assert (record.ledger["acknowledged_s"] == 37 * MINUTE).all()
    offices = record.tables["offices"].set_index("office")
    assert offices["order_latency_s"].drop("county").tolist() == [11 * MINUTE, 22 * MINUTE, 22 * MINUTE]


def test_with_one_line_the_second_village_waits_for_the_first(tmp_path):
    offices = tree()
    offices[1]["lines"] = 1
    record = run(tmp_path, offices=offices)
    assert sorted(when(record, "order_received"))[1:] == [37.0, 38.0]


def test_a_flat_command_calls_all_villages_itself(tmp_path):
    record = run(tmp_path, mode="flat")
    assert when(record, "order_received", "office/west-village") == [26.0]
    assert not when(record, "order_received", "office/town")


def test_every_household_knows_its_way_back_to_the_trigger(tmp_path):
    record = run(tmp_path)
    departed = record.events[record.events["kind"] == "departed"]
    chain = kinds_back_from(record, int(departed["seq"].iloc[-1]))
    assert chain[-1] in ROOT_KINDS
    line = [
        kind
        for kind in chain[::-1]
        if kind in ("decided", "called", "acknowledged", "order_received", "told")
    ]
    hop = ["called", "acknowledged", "order_received"]
    assert line == ["decided", *hop, *hop, "told"]


def test_a_village_that_nobody_reaches_never_hears_and_the_chain_says_why(tmp_path):
    """Its phone needs the base station, which an outage puts out; there is no other means, and no messenger."""
    record = run(
        tmp_path,
        offices=[one | {"means": ["phone"]} for one in tree()],
        calling={**SURE, "escalate": ["backup", "parent"]},
        district={"sites": [{"id": "mast", "kind": "cell", "node": node(0, 1), "serves": ["west"]}]},
        hazard={"outages": [{"site": "mast", "begins": "T+0 min"}]},
    )
    assert when(record, "order_received", "office/north-village") == [37.0]
    assert not when(record, "order_received", "office/west-village")
    west = record.ledger[record.ledger["zone"] == "west"]
    assert west["told_s"].isna().all()
    never = record.events[(record.events["kind"] == "never_reached")]
    assert never["value"].sum() == west["people"].sum()
    kinds = kinds_back_from(record, int(never["seq"].iloc[0]))
    assert kinds[:2] == ["never_reached", "call_given_up"]
    assert "call_failed" in kinds
    assert kinds[-1] in ROOT_KINDS
    contact = record.tables["contact"].groupby("zone")["contactable"].last()
    assert not contact["west"]
    assert contact["north"]


def test_a_messenger_goes_where_no_phone_works(tmp_path):
    offices = tree(means=["phone", "messenger"], node=node(0, 1))
    offices[1]["means"] = ["phone", "messenger"]
    record = run(
        tmp_path,
        offices=offices,
        calling={**SURE, "messenger_speed": "5 m/s"},
        district={"sites": [{"id": "mast", "kind": "cell", "node": node(0, 1), "serves": ["west"]}]},
        hazard={"outages": [{"site": "mast", "begins": "T+0 min"}]},
    )
    # The town has the order at 26, handles it until 36, and 1000 m of road take 200 s.
    assert when(record, "messenger_sent") == [36.0]
    assert when(record, "order_received", "office/west-village") == [pytest.approx(36 + 200 / 60)]


def test_nobody_at_either_post_means_that_the_office_above_is_asked_then_given_up(tmp_path):
    record = run(
        tmp_path,
        roster={"absence": 1, "night_absence": 1},
        calling={**SURE, "tries": 1, "escalate": ["backup", "parent"]},
    )
    assert not when(record, "order_received")
    assert when(record, "call_unanswered")
    assert when(record, "backup_called")
    assert set(record.events[record.events["kind"] == "never_reached"]["place"]) == {
        "zone/west",
        "zone/north",
    }


def test_staff_come_when_the_first_order_comes_and_the_office_is_staffed_with_the_last(tmp_path):
    offices = tree()
    offices[1]["staff"] = 3
    record = run(
        tmp_path,
        offices=offices,
        roster={"absence": 0, "night_absence": 0, "arrival": TEN, "night_factor": 2},
    )
    assert when(record, "came_on_duty", "office/town") == [26.0, 46.0, 46.0]
    assert when(record, "staffed", "office/town") == [46.0]
    duty = record.tables["duty"]
    assert duty[duty["office"] == "town"]["post"].tolist() == ["leader", "duty", "duty"]
    assert record.tables["offices"].set_index("office").loc["town", "on_duty"] == 3


def test_an_office_is_staffed_with_the_last_who_comes_whoever_leads_the_next_shift(tmp_path):
    """The shift changes while people are on their way."""
    roster = {"absence": 0.4, "night_absence": 0.4, "shift_hours": [8, 20.75], "backup": False}
    n_offices = 0
    for seed in range(6):
        offices = [one | {"staff": 3} for one in tree()]
        record = run(tmp_path / str(seed), offices=offices, roster=roster, seed=seed)
        last = record.tables["duty"].groupby("office")["came_s"].max().dropna()
        staffed = record.tables["offices"].set_index("office")["staffed_s"]
        assert staffed[last.index].tolist() == last.tolist()
        n_offices += len(last)
    assert n_offices > 10


def test_another_office_changes_nobody_elses_luck(tmp_path):
    calling = {"ring": "1 min", "answer_day": 0.5, "answer_night": 0.5, "tries": 5, "again_after": "2 min"}
    roster = {"absence": 0.3, "night_absence": 0.3}
    first = run(tmp_path / "a", calling=calling, roster=roster, seed=5)
    more = [*tree(), office("extra", "village", "town")]
    second = run(tmp_path / "b", offices=more, calling=calling, roster=roster, seed=5)
    columns = ["caller", "callee", "attempt", "means", "placed_s", "answered_s", "result"]
    assert len(first.tables["calls"]) > 3
    assert first.tables["calls"][columns].equals(second.tables["calls"][columns])


def test_who_decides_is_named_by_id_or_name_or_stands_at_the_top(tmp_path):
    offices = tree()
    offices[1]["name"] = "county"  # the plan's decided_by is an office's id before it is a name
    record = run(tmp_path, offices=offices)
    assert when(record, "order_received", "office/town") == [26.0]


def test_zones_late_or_without_their_order_are_ranked_by_what_failed_on_the_way(tmp_path):
    late = ranked(run(tmp_path), "responsible_5min_share")
    assert late[["cause", "people"]].to_numpy().tolist() == [["slow_relay", 2]]
    deaf = {**SURE, "answer_day": 0, "answer_night": 0}
    never = ranked(run(tmp_path, calling=deaf), "responsible_5min_share")
    assert never[["cause", "people"]].to_numpy().tolist() == [["call_unanswered", 2]]
