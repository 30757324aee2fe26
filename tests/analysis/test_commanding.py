"""How the offices worked, counted by hand."""

import math

import pytest

from evacsim.analysis.commanding import command, contactable_times, picture_gap
from tests.reference.small_record import END, HOUR, small_record

MINUTE = 60.0


def call(number, placed, answered, result, callee="office/v"):
    return {
        "call": number,
        "callee": callee,
        "attempt": 1,
        "placed_s": placed,
        "answered_s": answered,
        "result": result,
    }


def home(zone, people, *, acknowledged=math.nan, told=math.nan, departed=math.nan):
    return {
        "zone": zone, "people": people, "triggered_s": 0.0, "ordered_s": HOUR, "acknowledged_s": HOUR + acknowledged,
        "told_s": HOUR + told, "departed_s": departed,
    }  # fmt: skip


def test_without_offices_nothing_can_be_said_but_how_long_an_order_takes():
    found = command(small_record([home("A", 3, told=60), home("A", 1, told=600)]))
    assert found.order_latency == {0.5: 60.0, 0.9: 600.0}
    for name in ("acknowledged", "acknowledged_last", "responsible_soon", "on_duty", "top_staffed"):
        assert math.isnan(getattr(found, name)), name
    for name in ("reports_in_time", "picture_gap", "contactable"):
        assert math.isnan(getattr(found, name)), name


def test_calls_acknowledged_of_all_and_the_longest_wait():
    calls = [
        call(1, 0, math.nan, "unanswered"),
        call(2, 50, 60, "acknowledged"),
        call(1, 300, 360, "acknowledged"),
    ]
    found = command(small_record([home("A", 1)], calls=calls))
    assert found.acknowledged == 1
    assert found.acknowledged_last == 360
    lost = command(small_record([home("A", 1)], calls=[*calls, call(3, 0, math.nan, "given_up")]))
    assert lost.acknowledged == pytest.approx(2 / 3)
    assert lost.acknowledged_last == math.inf


def test_whoever_leads_a_zone_has_the_order_within_five_minutes_or_not():
    homes = [
        home("A", 1, acknowledged=300),
        home("B", 1, acknowledged=301),
        home("C", 1),
        home("D", 1, acknowledged=0),
    ]
    found = command(small_record(homes, offices=[{"office": "county"}]))
    assert found.responsible_soon == 2 / 4


def test_posts_are_manned_in_time_late_or_never():
    duty = [
        {"office": "county", "due_s": HOUR, "came_s": came}
        for came in (HOUR, 1.5 * HOUR, 1.5 * HOUR + 1, math.nan)
    ]
    offices = [{"office": "county", "staffed_s": 2 * HOUR}, {"office": "other", "staffed_s": math.nan}]
    found = command(small_record([home("A", 1)], duty=duty, offices=offices))
    assert found.on_duty == 2 / 4
    assert found.top_staffed == HOUR
    never = command(
        small_record([home("A", 1)], duty=duty, offices=[{"office": "county", "staffed_s": math.nan}])
    )
    assert never.top_staffed == math.inf


def test_reports_are_in_time_late_lost_or_not_yet_to_be_judged():
    reports = [
        {"due_s": 0.0, "received_s": HOUR, "result": "received"},
        {"due_s": 0.0, "received_s": HOUR + 1, "result": "received"},
        {"due_s": 0.0, "received_s": math.nan, "result": "lost"},
        {"due_s": END - HOUR / 2, "received_s": math.nan, "result": "under_way"},
        {"due_s": END - HOUR, "received_s": math.nan, "result": "under_way"},
    ]
    assert command(small_record([home("A", 1)], reports=reports)).reports_in_time == 1 / 4
    longer = small_record([home("A", 1)], reports=reports, limits={"report_limit": 2 * HOUR})
    assert command(longer).reports_in_time == 2 / 3


def test_the_gap_of_the_picture_is_the_error_of_every_zone_over_time():
    """A: 10 leave at 2 h, known at 4 h. B: 30 leave at 5 h; 60 are believed to have from 3 h on."""
    homes = [home("A", 10, departed=2 * HOUR), home("B", 30, departed=5 * HOUR)]
    picture = [
        {"time_s": 3 * HOUR, "zone": "B", "believed": 60.0},
        {"time_s": 4 * HOUR, "zone": "A", "believed": 10.0},
    ]
    record = small_record(homes, picture=picture, reports=[{"due_s": 0.0}])
    assert picture_gap(record) == pytest.approx((2 * 10 + 2 * 60) / (4 * 40))


def test_a_picture_that_is_true_at_once_has_no_gap_and_lost_reports_leave_all_of_it():
    homes = [home("A", 10, departed=2 * HOUR), home("A", 10, departed=3 * HOUR)]
    picture = [{"time_s": h * HOUR, "zone": "A", "believed": people} for h, people in ((2, 10.0), (3, 20.0))]
    assert picture_gap(small_record(homes, picture=picture, reports=[{"due_s": 0.0}])) == 0
    assert picture_gap(small_record(homes, reports=[{"due_s": 0.0}])) == pytest.approx(10 / (2 * 20))


def test_how_long_a_zone_could_be_reached():
    contact = [
        {"zone": "A", "time_s": 0.0, "contactable": True},
        {"zone": "A", "time_s": 5 * HOUR, "contactable": False},
        {"zone": "A", "time_s": 20 * HOUR, "contactable": True},
        {"zone": "B", "time_s": 0.0, "contactable": True},
        {"zone": "B", "time_s": 6 * HOUR, "contactable": False},
    ]
    record = small_record([home("A", 1)], contact=contact)
    assert contactable_times(record)["contactable_s"].tolist() == [9 * HOUR, 6 * HOUR]
    assert contactable_times(record)["last_s"].tolist() == [END, 6 * HOUR]
    assert command(record).contactable == 6 * HOUR
    assert command(record).last_contact == 6 * HOUR
    silent = [{"zone": "A", "time_s": 0.0, "contactable": False}]
    assert command(small_record([home("A", 1)], contact=silent)).last_contact == 0
    assert math.isnan(command(small_record([home("A", 1)])).last_contact)
