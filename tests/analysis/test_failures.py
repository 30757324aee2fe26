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
