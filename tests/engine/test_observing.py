"""What comes to be known of gauges, forecasts, danger signs and water, and what it sets off."""

import csv

import numpy as np
import pytest

import evacsim as ev
from evacsim.engine.running import simulate
from evacsim.errors import ScenarioError
from tests.reference.gauges import events_of, with_gauge
from tests.reference.small_district import small_district, small_flood

ROW = {"organizer": "grid officer", "pickup_point": "stop", "fleet": "buses"}
AT_STAGE = [{"zone": "*", "trigger_gauge": "bridge", "trigger_stage": "1 m", **ROW}]
RISING = [(0, 0.0), (10, 2.0)]
"""Stage 1 m is reached at T+5 h."""


def run(given, seed=1):
    return ev.simulate(ev.from_mapping(given), seed=seed)


def ruled(folder, rules, *, transfers=None, **changes):
    """Return a small district whose zones wait for rules."""
    names = [rule["id"] for rule in rules]
    given = small_district(folder, transfers=transfers or [{"zone": "*", "rules": names, **ROW}], **changes)
    given["plan"]["when"]["rules"] = rules
    return given


def test_a_reported_crossing_comes_after_the_true_one_and_names_it(tmp_path):
    given = with_gauge(
        small_district(tmp_path, transfers=AT_STAGE),
        tmp_path,
        RISING,
        report={"every": "10 min", "delay": "5 min"},
    )
    assert events_of(run(given).tables.events, "stage_reached", "reported", "decided") == [
        ("stage_reached", 300.0, "gauge/bridge", ""),
        ("reported", 305.0, "gauge/bridge", "stage_reached"),
        ("decided", 310.0, "zone/north", "reported"),
        ("decided", 310.0, "zone/west", "reported"),
    ]


def test_without_a_report_section_the_truth_is_known_at_once(tmp_path):
    given = with_gauge(small_district(tmp_path, transfers=AT_STAGE), tmp_path, RISING)
    told = events_of(run(given).tables.events, "stage_reached", "reported", "decided")
    assert [event[:2] for event in told] == [("stage_reached", 300.0), ("decided", 305.0), ("decided", 305.0)]


def test_a_reading_that_is_too_high_is_a_false_alarm_without_a_cause(tmp_path):
    given = with_gauge(
        small_district(tmp_path, transfers=AT_STAGE),
        tmp_path,
        [(0, 0.5), (12, 0.5)],
        report={"every": "10 min", "noise": "0.4 m"},
    )
    told = events_of(run(given).tables.events, "stage_reached", "reported")
    assert [(kind, cause) for kind, _, _, cause in told] == [("reported", "")]


def test_an_outage_hides_the_crossing_until_it_ends(tmp_path):
    gap = {"begins": "T+4 h", "ends": "T+7 h"}
    given = with_gauge(
        small_district(tmp_path, transfers=AT_STAGE),
        tmp_path,
        RISING,
        report={"every": "10 min", "outages": [gap]},
    )
    told = events_of(run(given).tables.events, "reading_missing", "stage_reached", "reported")
    assert [event[:2] for event in told] == [
        ("reading_missing", 240.0),
        ("stage_reached", 300.0),
        ("reported", 420.0),
    ]


def test_a_gauge_whose_site_is_out_tells_nothing_and_the_chain_says_why(tmp_path):
    """The power fails at 3 h, the battery is empty at 4 h, the power is back at 7 h 5 min."""
    given = with_gauge(
        small_district(tmp_path, transfers=AT_STAGE),
        tmp_path,
        RISING,
        report={"every": "10 min", "site": "mast"},
    )
    given["district"]["sites"] = [
        {"id": "sub", "kind": "power", "node": "n2-1", "serves": ["*"]},
        {
            "id": "mast",
            "kind": "cell",
            "node": "n2-1",
            "serves": ["*"],
            "power_site": "sub",
            "battery": "1 h",
        },
    ]
    given["hazard"]["outages"] = [{"site": "sub", "begins": "T+3 h", "ends": "T+7 h 5 min"}]
    assert events_of(run(given).tables.events, "reading_missing", "stage_reached", "reported") == [
        ("reading_missing", 240.0, "gauge/bridge", "site_down"),
        ("stage_reached", 300.0, "gauge/bridge", ""),
        ("reported", 430.0, "gauge/bridge", "stage_reached"),
    ]


def test_the_first_rule_that_is_met_sets_a_row_off_and_later_ones_do_not(tmp_path):
    rules = [
        {"id": "high", "gauge": "bridge", "stage": "1 m"},
        {"id": "fast", "gauge": "bridge", "rise": "0.3 m", "over": "1 h"},
        {"id": "dawn", "at": "T+4 h"},
    ]
    given = with_gauge(ruled(tmp_path, rules), tmp_path, [(0, 0.0), (2, 0.0), (4, 0.8), (12, 1.6)])
    result = run(given)
    assert [event[:3] for event in events_of(result.tables.events, "rule_met")] == [
        ("rule_met", 165.0, "rule/fast"),
        ("rule_met", 240.0, "rule/dawn"),
        ("rule_met", 360.0, "rule/high"),
    ]
    decided = events_of(result.tables.events, "decided")
    assert {event[1] for event in decided} == {170.0}
    told = result.record.tables["rules"].set_index("rule")
    assert told.loc[["fast", "dawn", "high"], "met_s"].tolist() == [165 * 60, 240 * 60, 360 * 60]
    assert not told["is_false"].any()


def test_rain_is_summed_over_its_time(tmp_path):
    """30 mm an hour from T+2 h on: 50 mm within 3 h are there at T+3 h 40 min."""
    rules = [{"id": "rain", "gauge": "bridge", "rain": "50 mm", "over": "3 h"}]
    given = with_gauge(ruled(tmp_path, rules), tmp_path, [(0, 0.0), (2, 0.0), (12, 0.3)], kind="rain")
    assert [event[:2] for event in events_of(run(given).tables.events, "rain_reached", "rule_met")] == [
        ("rain_reached", 220.0),
        ("rule_met", 220.0),
    ]


def forecast(folder, rows, **more):
    path = folder / "forecast.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["发布时间(h)", "预报时间(h)", "水位(m)"])
        writer.writerows(rows)
    return {"gauge": "bridge", "file": str(path), **more}


def test_a_forecast_sets_a_row_off_before_the_water_comes(tmp_path):
    rules = [{"id": "soon", "gauge": "bridge", "stage": "1 m", "lead": "4 h"}]
    given = with_gauge(ruled(tmp_path, rules), tmp_path, RISING)
    given["hazard"]["forecasts"] = [forecast(tmp_path, [(0, 6, 1.2), (1, 6, 0.9), (2, 6, 1.2)], sigma="0 m")]
    result = run(given)
    assert events_of(result.tables.events, "forecast_reached", "rule_met") == [
        ("forecast_reached", 120.0, "gauge/bridge", ""),
        ("rule_met", 120.0, "rule/soon", "forecast_reached"),
    ]
    told = result.record.tables["rules"].iloc[0]
    assert (told["true_s"], told["reported_s"], told["is_false"]) == (5 * 3600.0, 2 * 3600.0, False)


def test_a_forecast_that_errs_is_another_in_another_run(tmp_path):
    """1 m forecast 12 h ahead with an error of 0.5 m reaches 1 m in half of the runs; 3 sigma of 100 are 15."""
    rules = [{"id": "soon", "gauge": "bridge", "stage": "1 m", "lead": "12 h"}]
    given = with_gauge(ruled(tmp_path, rules, duration="1 h"), tmp_path, RISING)
    given["hazard"]["forecasts"] = [forecast(tmp_path, [(0, 12, 1.0)])]
    world = ev.build(ev.from_mapping(given))
    met = [len(events_of(simulate(world, seed=seed).events, "rule_met")) for seed in range(100)]
    assert sum(met) == pytest.approx(50, abs=15)


DANGER = {"id": "seep", "kind": "piping", "node": "n0-1", "visible_from": "T+1 h", "zones": ["west"]}


def test_a_danger_that_cannot_be_judged_moves_people_without_a_consultation(tmp_path):
    rules = [{"id": "doubt", "danger": "seep", "judged": "not_judged"}]
    given = ruled(tmp_path, rules)
    given["hazard"]["dangers"] = [
        {**DANGER, "found": "40 min", "judged_within": "20 min", "can_be_judged": False}
    ]
    given["plan"]["when"]["consultation"] = {"convene": "1 h"}
    result = run(given)
    kinds = (
        "danger_appeared",
        "danger_found",
        "danger_not_judged",
        "rule_met",
        "consultation_called",
        "decided",
    )
    assert events_of(result.tables.events, *kinds) == [
        ("danger_appeared", 60.0, "danger/seep", ""),
        ("danger_found", 100.0, "danger/seep", "danger_appeared"),
        ("danger_not_judged", 120.0, "danger/seep", "danger_found"),
        ("rule_met", 120.0, "rule/doubt", "danger_not_judged"),
        ("decided", 120.0, "zone/north", "rule_met"),
        ("decided", 120.0, "zone/west", "rule_met"),
    ]
    told = result.record.tables["dangers"].iloc[0]
    assert told[["appeared_s", "found_s", "judged_s", "ordered_s"]].tolist() == [
        3600.0,
        6000.0,
        7200.0,
        7200.0,
    ]


def test_a_danger_that_nobody_finds_in_time_sets_nothing_off(tmp_path):
    given = ruled(tmp_path, [{"id": "seen", "danger": "seep"}], duration="2 h")
    given["hazard"]["dangers"] = [{**DANGER, "found": "3 h"}]
    result = run(given)
    assert [
        event[0] for event in events_of(result.tables.events, "danger_appeared", "danger_found", "decided")
    ] == ["danger_appeared"]
    assert np.isnan(result.record.tables["dangers"]["found_s"]).all()


def test_water_at_a_place_is_a_rule_whose_cause_is_the_water(tmp_path):
    given = small_flood(tmp_path)
    given["plan"]["when"]["rules"] = [{"id": "wet", "place": "n2-1_n3-1", "depth": "0.5 m"}]
    given["plan"]["zones"] = [{"zone": "*", "rules": ["wet"], **ROW}]
    assert events_of(run(given).tables.events, "rule_met") == [
        ("rule_met", 75.0, "rule/wet", "water_changed")
    ]


def test_a_rule_at_an_unknown_place_is_refused(tmp_path):
    given = ruled(tmp_path, [{"id": "wet", "place": "n2-1_n3-9", "depth": "0.5 m"}])
    with pytest.raises(ScenarioError, match=r"wet\.place"):
        ev.build(ev.from_mapping(given))
