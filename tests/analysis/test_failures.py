"""Causes of failure of the indicators with a limit, ranked, counted by hand."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings

from evacsim.analysis.failures import LIMITED, cause_text, ranked
from evacsim.analysis.indicators import indicators
from evacsim.analysis.registry import REGISTRY
from evacsim.results.record import EVENTS
from tests.reference.small_record import FEW, HOUR, frame, ledgers, settled, small_record

GONE = {"zone": "A", "triggered_s": 0.0, "ordered_s": 0.0, "told_s": 0.0}


def listed(record, indicator):
    return list(ranked(record, indicator).itertuples(index=False, name=None))


def test_people_who_are_not_out_by_the_reason_of_each_household():
    record = small_record(
        [
            GONE | {"people": 2, "final_state": "trapped", "water_s": HOUR, "final_s": HOUR},
            GONE | {"people": 5, "at_pickup_s": 60.0, "departed_s": 1.0, "final_state": "at_pickup"},
            GONE | {"people": 1, "told_s": math.nan, "final_state": "at_home"},
            settled(at=1, people=4),
        ]
    )
    assert listed(record, "out_share") == [
        ("no_seat", 5, pytest.approx(5 / 8)),
        ("cut_off_at_home", 2, pytest.approx(2 / 8)),
        ("never_told", 1, pytest.approx(1 / 8)),
    ]
    assert listed(record, "trapped") == [("cut_off_at_home", 2, 1.0)]
    assert listed(record, "dead") == []


def test_whoever_was_never_told_names_the_failure_on_the_chain_of_causes():
    chain = [
        {"seq": 1, "kind": "stage_reached"},
        {"seq": 2, "kind": "decided", "cause": 1},
        {"seq": 3, "kind": "site_down", "cause": 2},
        {"seq": 4, "kind": "call_failed", "cause": 3},
        {"seq": 5, "kind": "call_given_up", "cause": 4},
        {"seq": 6, "kind": "never_reached", "subject": "household/h1", "cause": 5},
        {"seq": 7, "kind": "never_reached", "subject": "household/h2", "cause": 2},
    ]
    untold = GONE | {"told_s": math.nan, "final_s": HOUR}
    homes = [untold | {"people": 3, "final_event": 6}, untold | {"people": 1, "final_event": 7}]
    record = replace(small_record(homes), events=frame(EVENTS, chain))
    assert listed(record, "late") == [("call_given_up", 3, 0.75), ("never_told", 1, 0.25)]


def test_people_outside_the_plan_are_lost_because_they_are_outside_it():
    record = small_record(
        [{"mode": "", "people": 7, "final_state": "dead", "water_s": HOUR, "final_s": HOUR}]
    )
    assert listed(record, "dead") == [("outside_plan", 7, 1.0)]
    assert listed(record, "late") == []


def test_relief_that_comes_too_late_or_not_at_all():
    slow = settled(at=9, people=3)
    cared = settled(at=1, people=2) | {"settled_s": 12 * HOUR}
    homeless = settled(at=1, people=4) | {"settled_s": math.nan, "final_state": "unsheltered"}
    record = small_record([slow, cared, homeless, settled(at=1, people=6)])
    assert listed(record, "relief_share") == [
        ("unsheltered", 4, pytest.approx(4 / 9)),
        ("slow_way", 3, pytest.approx(3 / 9)),
        ("slow_care", 2, pytest.approx(2 / 9)),
    ]
    assert [row[:2] for row in listed(record, "relief_10h_share")] == [("unsheltered", 4), ("slow_care", 2)]


def test_calls_posts_reports_and_measures_are_counted_one_by_one():
    def call(number, result, answered=math.nan, callee="office/v"):
        return {
            "call": number,
            "callee": callee,
            "attempt": 1,
            "placed_s": 0.0,
            "answered_s": answered,
            "result": result,
        }

    record = small_record(
        [settled(at=1)],
        calls=[
            call(1, "acknowledged", 5.0),
            call(2, "given_up"),
            call(3, "given_up"),
            call(4, "unanswered"),
            call(4, "acknowledged", 9.0, callee="office/above"),
        ],
        duty=[
            {"office": "v", "due_s": 0.0, "came_s": 1800.0},
            {"office": "v", "due_s": 0.0, "came_s": 1801.0},
            {"office": "v", "due_s": 0.0, "came_s": math.nan},
        ],
        reports=[
            {"due_s": 0.0, "received_s": 3600.0, "result": "received"},
            {"due_s": 0.0, "received_s": 3601.0, "result": "received"},
            {"due_s": 0.0, "received_s": math.nan, "result": "lost"},
        ],
        measures=[{"result": "done"}, {"result": "skipped"}, {"result": "late"}, {"result": "skipped"}],
    )
    assert [row[:2] for row in listed(record, "acknowledgment_rate")] == [("given_up", 2), ("acted_above", 1)]
    assert [row[:2] for row in listed(record, "on_duty_share")] == [("absent", 1), ("late_post", 1)]
    assert [row[:2] for row in listed(record, "reports_1h_share")] == [("late_report", 1), ("lost", 1)]
    assert [row[:2] for row in listed(record, "measures_executed_share")] == [("skipped", 2), ("late", 1)]


def chained(*events):
    """Return events as a chain: each is caused by the one before it."""
    return [{"seq": n, "cause": n - 1 if n > 1 else pd.NA} | event for n, event in enumerate(events, 1)]


def test_zones_whose_office_had_the_order_too_late_name_what_failed_on_the_way():
    chain = chained(
        {"kind": "decided", "subject": "zone/A"},
        {"kind": "order_received", "subject": "office/x", "place": "zone/B", "time_s": 400.0},
        {"kind": "call_unanswered", "subject": "office/a"},
        {"kind": "order_received", "subject": "office/a", "place": "zone/A", "time_s": 400.0},
        {"kind": "call_failed", "subject": "office/c"},
        {"kind": "call_given_up", "subject": "office/c"},
        {"kind": "call_given_up", "subject": "zone/C", "place": "office/town"},
    )
    homes = [
        GONE | {"zone": zone, "acknowledged_s": at}
        for zone, at in {"A": 400.0, "B": 400.0, "C": math.nan, "D": math.nan, "E": 300.0}.items()
    ]
    record = small_record([*homes, GONE | {"zone": "F", "ordered_s": math.nan}], offices=[{"office": "a"}])
    record = replace(record, events=frame(EVENTS, chain))
    causes = dict(row[:2] for row in listed(record, "responsible_5min_share"))
    assert causes == {"call_unanswered": 1, "slow_relay": 1, "call_failed": 1, "not_acknowledged": 1}
    assert indicators(record)["responsible_5min_share"].value == 1 / 5


def test_people_without_word_before_the_water_by_what_kept_it_from_them():
    chain = chained(
        {"kind": "broadcast_failed", "subject": "channel/horn", "place": "zone/B"},
        {"kind": "nobody_home", "subject": "household/h3"},
        {"kind": "never_reached", "subject": "household/h3"},
    )
    homes = [
        {"people": 6, "warned_s": 5.0, "water_s": 5.0},
        {"people": 5, "warned_s": 6.0, "water_s": 5.0},
        {"people": 4, "mode": "walk"},
        {"people": 3, "mode": ""},
        {"people": 2, "mode": "", "zone": "B"},
        {"people": 9, "present": False},
        {"people": 9, "zone": "C"},
    ]
    record = small_record(homes, reach=[{"zone": zone, "people": 1} for zone in "AB"])
    record = replace(record, events=frame(EVENTS, chain))
    assert [row[:2] for row in listed(record, "public_reach")] == [
        ("late_word", 5),
        ("nobody_home", 4),
        ("no_channel", 3),
        ("broadcast_failed", 2),
    ]
    assert indicators(record)["public_reach"].value == 6 / 20


def test_people_who_were_missed_by_list_order_and_failure():
    chain = chained(
        {"kind": "call_given_up", "subject": "zone/A"},
        {"kind": "never_reached", "subject": "household/h4"},
    )
    untold = GONE | {"told_s": math.nan}
    homes = [
        untold | {"people": 5, "listed": False},
        untold | {"people": 4},
        untold | {"people": 3, "ordered_s": math.nan, "listed": False},
        untold | {"people": 2},
        untold | {"people": 7, "present": False},
        settled(at=1, people=6),
    ]
    record = replace(small_record(homes), events=frame(EVENTS, chain))
    assert [row[:2] for row in listed(record, "missed_rate")] == [
        ("not_listed", 5),
        ("never_told", 4),
        ("no_order", 3),
        ("call_given_up", 2),
    ]
    assert indicators(record)["missed_rate"].value == 14 / 20


def test_people_for_whom_a_shelter_had_no_room_by_what_filled_it():
    def away(household, shelter, hour):
        return {
            "kind": "turned_away",
            "subject": f"household/h{household}",
            "place": f"shelter/{shelter}",
            "time_s": hour * HOUR,
        }

    homes = [settled(at=1, people=people) for people in (8, 4, 3, 2, 1)]
    events = [
        *(
            away(2, "main", 2),
            away(3, "wet", 2),
            away(4, "other", 2),
            away(5, "other", 1),
            away(1, "shut", 2),
        ),
        {"kind": "crowded", "subject": "shelter/other", "value": 6.0},
    ]
    record = small_record(
        homes,
        zones=[{"zone": "A", "shelter": "main;other"}],
        shelters=[
            {"shelter": "main", "capacity": 17.0},
            {"shelter": "wet", "capacity": 9.0, "flooded_s": 2 * HOUR},
            {"shelter": "other", "capacity": 30.0},
            {"shelter": "shut", "capacity": 9.0},
        ],
        facilities=[{"shelter": "other", "capacity": 20.0}],
        shelter_load=[
            {"shelter": "main", "time_s": HOUR, "people": 14},
            {"shelter": "other", "time_s": HOUR, "people": 20},
            {"shelter": "other", "time_s": 2 * HOUR, "people": 19},
        ],
    )
    numbered = [{"seq": n} | event for n, event in enumerate(events, 1)]
    record = replace(record, events=frame(EVENTS, numbered))
    assert [row[:2] for row in listed(record, "turned_away")] == [
        ("shut", 8),
        ("overbooked", 4),
        ("full", 3),
        ("shelter_flooded", 3),
    ]
    assert [row[:2] for row in listed(record, "shelter_load_max")] == [
        ("crowded", 6),
        ("overbooked", 4),
        ("full", 3),
    ]


@settings(FEW, deadline=None)
@given(ledgers())
def test_the_causes_add_up_to_what_the_indicator_is_short_of(homes):
    record = small_record(homes)
    found = indicators(record)
    go = found["had_to_go"].value
    for name, missing in {
        "late": found["late"].value,
        "out_share": go - found["out"].value,
        "stranded": found["stranded"].value,
        "trapped": found["trapped"].value,
        "dead": found["dead"].value,
        "missed_rate": 0 if not go else round(go * found["missed_rate"].value),
    }.items():
        causes = ranked(record, name)
        assert causes["people"].sum() == missing, name
        assert causes["cause"].ne("").all(), name
        for cause in causes["cause"]:
            said = cause_text(cause)
            assert cause not in {said.en, said.zh}


def test_every_indicator_with_a_limit_is_in_the_registry():
    assert set(LIMITED) <= {entry.id for entry in REGISTRY}
    assert isinstance(ranked(small_record([settled(at=1)]), "late"), pd.DataFrame)
