"""Thresholds judged on two floods written out by hand, and on runs."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.analysis.thresholds import needed_times, recommended, thresholds
from evacsim.errors import ResultsError
from tests.engine.test_observing import AT_STAGE, run
from tests.reference.gauges import with_gauge
from tests.reference.small_district import small_district
from tests.reference.small_record import HOUR, settled, small_record

LEVELS = [0.5, 1.5, 2.5]


def flood(peak, water):
    """Return a run in which the stage rises by 1 m an hour to its peak, and water comes to zone A."""
    people = [settled(at=4, people=100, triggered_s=1, ordered_s=1.5, departed_s=2)]
    return small_record(
        people,
        zones=[{"zone": "A", "in_plan": True, "water_s": water}],
        gauges=[
            {"gauge": "bridge", "time_s": 0.0, "stage_m": 0.0},
            {"gauge": "bridge", "time_s": peak * HOUR, "stage_m": peak},
        ],
    )


SMALL, BIG = flood(1.0, np.nan), flood(4.0, 5 * HOUR)
"""A small flood that leaves the zone dry, and a big one with water at 5 h; the zone takes 3 h."""


def counts(sweep):
    frame = sweep.outcomes.set_index("threshold")
    return frame[["on_time", "late", "missed", "false_alarm", "quiet"]].to_numpy().tolist()


def test_a_low_threshold_gives_false_alarms_and_a_high_one_comes_too_late():
    sweep = thresholds([SMALL, BIG], gauge="bridge", candidates=LEVELS)
    assert counts(sweep) == [[1, 0, 0, 1, 0], [1, 0, 0, 0, 1], [0, 1, 0, 0, 1]]
    assert sweep.outcomes["lead_s"].tolist() == [4.5 * HOUR, 3.5 * HOUR, 2.5 * HOUR]
    assert sweep.recommended[["zone", "threshold", "cost"]].to_numpy().tolist() == [["A", 1.5, 0.0]]
    assert "1.50 m" in sweep.told("en")
    assert "1.50 m" in sweep.told("zh")


def test_a_threshold_that_is_never_reached_misses_the_water():
    assert counts(thresholds([SMALL, BIG], gauge="bridge", candidates=[9.0])) == [[0, 0, 1, 0, 1]]


def test_a_crossing_just_in_time_is_on_time():
    assert counts(thresholds([BIG], gauge="bridge", candidates=[2.0]))[0][0] == 1


def test_what_a_zone_needs_may_be_given():
    sweep = thresholds([SMALL, BIG], gauge="bridge", candidates=LEVELS, needed={"A": HOUR})
    assert sweep.recommended[["threshold", "from_m", "to_m"]].to_numpy().tolist() == [[1.5, 1.5, 2.5]]
    assert counts(sweep)[2] == [1, 0, 0, 0, 1]


def test_whoever_fears_false_alarms_more_than_late_transfers_chooses_another():
    sweep = thresholds([SMALL, BIG], gauge="bridge", candidates=[0.5, 2.5])
    assert sweep.recommended["threshold"].tolist() == [0.5]
    assert recommended(sweep.outcomes, cost_late=1, cost_false=10)["threshold"].tolist() == [2.5]


def test_of_equally_good_thresholds_the_middle_is_chosen():
    """Above 1 m there is no false alarm, up to 2 m the zone goes in time."""
    sweep = thresholds([SMALL, BIG], gauge="bridge", candidates=[0.9, 1.2, 1.4, 1.6, 1.9, 2.1])
    assert sweep.recommended[["threshold", "from_m", "to_m"]].to_numpy().tolist() == [[1.4, 1.2, 1.9]]


def test_thresholds_that_nobody_names_begin_above_the_lowest_stage_and_end_above_the_highest():
    found = thresholds([SMALL, BIG], gauge="bridge").outcomes["threshold"]
    assert (found.min(), found.max()) == pytest.approx((0.2, 4.2))


def test_a_zone_that_no_run_empties_is_not_judged():
    stuck = small_record(
        [{"people": 10, "triggered_s": 0.0, "ordered_s": HOUR, "final_state": "stranded"}],
        zones=[{"zone": "A", "in_plan": True}],
        gauges=[{"gauge": "bridge", "time_s": 0.0, "stage_m": 0.0}],
    )
    sweep = thresholds([stuck], gauge="bridge", candidates=LEVELS)
    assert sweep.unknown == ("A",)
    assert sweep.outcomes.empty
    assert sweep.told("en").endswith("A")


def test_an_unknown_gauge_is_named_with_those_that_exist():
    with pytest.raises(ResultsError, match="bridge"):
        thresholds([SMALL], gauge="brigde")
    with pytest.raises(ResultsError, match="no runs"):
        thresholds([], gauge="bridge")


def test_the_time_a_zone_needs_counts_from_the_truth_not_from_the_report(tmp_path):
    given = with_gauge(
        small_district(tmp_path, transfers=AT_STAGE, who={"compliance": 1}),
        tmp_path,
        [(0, 0.0), (10, 2.0)],
        report={"every": "10 min", "delay": "5 min"},
    )
    result = run(given)
    ledger = result.tables.ledger
    needed = needed_times(result.record)
    assert set(needed) == {"west", "north"}
    last = ledger[ledger["zone"] == "west"]["arrived_s"].max()
    assert last - 5 * HOUR >= needed["west"] > 0.9 * (last - 5 * HOUR)
    sweep = ev.thresholds(result, gauge="bridge", candidates=[1.0])
    assert sweep.outcomes["false_alarm"].tolist() == [1, 1]
