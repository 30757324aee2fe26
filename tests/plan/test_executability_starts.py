"""What sets a transfer off, against the orders of runs whose laws are fixed."""

import csv

import pytest

import evacsim as ev
from tests.reference.gauges import with_gauge
from tests.reference.plans import MINUTE, fixed, worked
from tests.reference.small_district import node, write_depths


def by_rule(folder, *rules, **when):
    """Return the plan with fixed times, set off by rules on a stage that rises a metre in 100 minutes."""
    given = with_gauge(
        fixed(folder, people=20, rules=[rule["id"] for rule in rules]),
        folder,
        [(0, 0.0), (5, 3.0), (10, 3.0)],
        report={"every": "10 min", "delay": "3 min"},
    )
    del given["plan"]["zones"][0]["trigger_at"]
    given["plan"]["when"] |= {"rules": list(rules), **when}
    return given


def ordered(given):
    """Return when the chain and a run say that the village is ordered [min]."""
    chain = worked(given).chains.all[0]
    ran = ev.simulate(ev.from_mapping(given), seed=4).tables.ledger["ordered_s"].unique()
    before = list(chain.ends)[list(chain.ends).index("relay") - 1]
    return chain.mean(before) / MINUTE, ran / MINUTE


def agree(given, minutes):
    expected, ran = ordered(given)
    assert expected == pytest.approx(minutes)
    assert ran == pytest.approx([minutes])


def test_a_stage_is_known_with_the_next_reading(tmp_path):
    # 0.52 m after 52 min, read at 60, reported at 63, decided in 7.
    agree(by_rule(tmp_path, {"id": "a", "gauge": "bridge", "stage": "0.52 m"}), 70)


def test_a_stage_that_must_be_confirmed_waits_for_more_readings(tmp_path):
    agree(by_rule(tmp_path, {"id": "a", "gauge": "bridge", "stage": "0.52 m", "confirm": 3}), 90)


def test_of_two_rules_the_first_counts(tmp_path):
    rules = [{"id": "a", "gauge": "bridge", "stage": "0.52 m"}, {"id": "b", "at": "T+30 min"}]
    agree(by_rule(tmp_path, *rules), 37)


def test_a_rise_is_measured_over_its_time(tmp_path):
    # 0.3 m in half an hour: as soon as half an hour has passed.
    rule = {"id": "a", "gauge": "bridge", "rise": "0.3 m", "over": "30 min"}
    agree(by_rule(tmp_path, rule), 40)


def test_water_at_a_place_is_seen_at_once(tmp_path):
    given = by_rule(tmp_path, {"id": "a", "place": "school", "depth": "0.1 m"})
    depths = write_depths(tmp_path / "places.csv", "place", [("school", "T+44 min", 0.12)])
    given["hazard"]["water"] = {"type": "table", "places": depths}
    agree(given, 51)


def test_a_forecast_tells_beforehand(tmp_path):
    given = by_rule(tmp_path, {"id": "a", "gauge": "bridge", "stage": "2 m", "lead": "3 h"})
    path = tmp_path / "forecast.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [["issued", "valid", "stage_m"], ["T+20 min", "T+4 h", 2.2], ["T+65 min", "T+4 h", 2.2]]
        )
    given["hazard"]["forecasts"] = [{"gauge": "bridge", "file": str(path), "sigma": "0 m"}]
    agree(given, 72)


def danger(**more):
    return {
        "id": "levee",
        "node": node(0, 0),
        "kind": "piping",
        "visible_from": "T+30 min",
        "zones": ["village"],
        "found": "20 min",
        "judged_within": "15 min",
        **more,
    }


def test_a_danger_that_cannot_be_judged_lets_people_go_without_a_consultation(tmp_path):
    given = by_rule(tmp_path, {"id": "a", "danger": "levee", "judged": "not_judged"})
    given["hazard"]["dangers"] = [danger(can_be_judged=False)]
    agree(given, 30 + 20 + 15)


def test_a_level_confers_before_the_rule_that_waits_for_it(tmp_path):
    high = {"id": "high", "gauge": "bridge", "stage": "0.52 m"}
    given = by_rule(tmp_path, {"id": "a", "level": "Ⅱ"}, high)
    given["plan"]["zones"][0]["rules"] = ["a"]
    given["plan"]["when"]["levels"] = [{"level": "Ⅱ", "rules": ["high"]}]
    agree(given, 63 + 7 + 7)


def test_an_automatic_stop_asks_nobody(tmp_path):
    crest = {"id": "crest", "gauge": "bridge", "stage": "0.52 m"}
    given = by_rule(tmp_path, {"id": "late", "at": "T+8 h"}, crest)
    given["plan"]["zones"][0]["rules"] = ["late"]
    given["plan"]["when"] |= {
        "measures": [{"id": "out", "action": "evacuate", "zones": ["village"], "setup": "4 min"}],
        "breakers": [{"id": "stop", "rules": ["crest"], "measures": ["out"]}],
    }
    agree(given, 63 + 4)


def test_consultations_take_their_steps_and_longer_by_night(tmp_path):
    steps = {"convene": "5 min", "decide": "6 min", "issue": "2 min", "night_factor": 2}
    given = by_rule(tmp_path, {"id": "a", "at": "T+30 min"}, consultation=steps)
    agree(given, 30 + 26)  # at 20:30
    given["start"] = "2026-07-18 12:00"
    agree(given, 30 + 13)


def test_staged_zones_wait_for_those_before_them(tmp_path):
    given = fixed(tmp_path, people=20)
    given["plan"]["when"]["staging"] = {"order": "by_row", "every": "9 min"}
    given["district"]["zones"].append({"id": "west", "node": node(1, 0), "population": 10})
    given["plan"]["zones"].append({**given["plan"]["zones"][0], "zone": "west"})
    chains = worked(given).chains.all
    ledger = ev.simulate(ev.from_mapping(given), seed=4).tables.ledger
    for row, zone in enumerate(("village", "west")):
        ran = ledger["ordered_s"][ledger["zone"] == zone].unique()
        assert ran == pytest.approx([chains[row].mean("stage")])
        assert ran == pytest.approx([(17 + 9 * row) * MINUTE])
