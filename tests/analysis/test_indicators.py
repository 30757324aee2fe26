"""The indicators: exact on the reference record, sound on any."""

import json
import math

import pytest
from hypothesis import given

from evacsim.analysis.indicators import indicators, write_summary
from evacsim.analysis.registry import REGISTRY
from evacsim.results.digest import events_digest
from tests.reference.fake_record import fake_record
from tests.reference.small_record import FEW, HOUR, ledgers, settled, small_record

UNITS = {"person", "share", "s", "ratio", "1/100000", "seat/h", "person h", "person/h", ""}


@pytest.fixture(scope="module")
def record():
    return fake_record()


def test_indicators_of_a_case_counted_by_hand():
    record = small_record(
        [
            settled(at=2, people=50, ordered_s=1, departed_s=1, water=5),
            settled(at=4, people=30, ordered_s=1, departed_s=1, water=3),
            {"people": 15, "triggered_s": 0.0, "ordered_s": HOUR, "final_state": "refused"},
            {"people": 5, "mode": "", "water_s": HOUR, "final_state": "dead", "final_s": HOUR},
        ],
        zones=[{"zone": "A", "deadline_s": 3 * HOUR}],
        limits={"relief_limit": 2 * HOUR},
    )
    values = {name: found.value for name, found in indicators(record).items()}
    expected = {
        "population": 100, "had_to_go": 95, "out": 80, "out_share": 80 / 95, "out_before_water_share": 50 / 95,
        "lead_time_median": 3 * HOUR, "lead_time_95": -HOUR, "lead_2h_share": 50 / 80,
        "clearance_time_50": HOUR, "clearance_time_90": math.inf, "last_out": 4 * HOUR,
        "late": 45, "zones_with_deadline": 1, "zones_in_time": 0, "mean_decide_time": HOUR,
        "refused": 15, "dead": 5, "deaths_per_100000": 5000, "affected_per_100000": 85_000,
        "homes_wet": 85, "met_at_home": 5, "met_outside_plan": 5, "relief_share": 50 / 80, "relief_10h_share": 1.0,
    }  # fmt: skip
    assert {name: values[name] for name in expected} == pytest.approx(expected)


def test_indicators_of_the_reference_record(record):
    values = {name: found.value for name, found in indicators(record).items()}
    expected = {
        "population": 765, "had_to_go": 680, "out": 529, "late": 188, "refused": 2, "unsheltered": 51,
        "stranded": 84, "trapped": 57, "dead": 8, "peak_cut_off": 141, "met_outside_plan": 85,
        "bus_people": 333, "bus_rounds": 10, "shelters_flooded": 1, "turned_away": 146, "roads_closed": 8,
        "shelter_load_max": 1.0, "buses_came_share": 0.8, "seat_use": 333 / 375,
        "bus_to_rescue_ratio": 304 / 141, "deaths_per_100000": 8 / 765 * 1e5,
    }  # fmt: skip
    assert {name: values[name] for name in expected} == pytest.approx(expected)


UNSAID = (
    "households_per_officer_max", "coverage_gap_households", "false_zeros", "false_zero_people", "untreated_people",
)  # fmt: skip
"""Numbers that only teams, or treatment places, make known."""


@FEW
@given(ledgers())
def test_indicators_keep_within_their_bounds_on_any_ledger(homes):
    found = indicators(small_record(homes))
    value = {name: indicator.value for name, indicator in found.items()}
    assert list(found) == [entry.id for entry in REGISTRY]
    assert value["out"] <= value["had_to_go"] <= value["population"]
    assert value["out"] + value["late"] >= value["had_to_go"]
    assert value["met_outside_plan"] <= value["met_at_home"] <= value["homes_wet"]
    assert all(math.isnan(value[name]) for name in UNSAID)
    for indicator in (indicator for name, indicator in found.items() if name not in UNSAID):
        if indicator.unit == "share" and not math.isnan(indicator.value):
            assert 0 <= indicator.value <= 1
        if indicator.unit in {"person", ""}:
            assert indicator.value == round(indicator.value) >= 0


def test_every_indicator_is_named_in_both_languages(record):
    assert len({entry.id for entry in REGISTRY}) == len(REGISTRY)
    for indicator in indicators(record).values():
        assert indicator.unit in UNITS
        assert indicator.better in {"more", "less", ""}
        assert indicator.name.en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in indicator.name.zh)
        assert bool(indicator.note.en) == bool(indicator.note.zh)


def test_the_summary_is_plain_json_without_nan(record, tmp_path):
    def refuse(constant):
        raise AssertionError(f"{constant} in JSON")

    text = write_summary(record, tmp_path).read_text("utf-8")
    summary = json.loads(text, parse_constant=refuse)
    assert summary["seed"] == record.seed
    assert summary["version"] == "0.1.0"
    assert summary["events_digest"] == events_digest(record)
    assert summary["indicators"]["out"] == {
        "value": 529, "unit": "person", "en": "people who are out", "zh": "已转移人数",
        "note_en": "of those who had to go", "note_zh": "应转人员中", "better": "more",
    }  # fmt: skip
    assert summary["indicators"]["clearance_time_100"]["value"] is None
    assert summary["indicators"]["clearance_time_100"]["never"] is True
    assert summary["indicators"]["lead_time_95"]["value"] is None
    assert "never" not in summary["indicators"]["lead_time_95"]
