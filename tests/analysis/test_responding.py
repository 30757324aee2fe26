"""Lags, false and missed orders, measures: counted by hand on small runs."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.analysis.responding import level_lags, response, response_lags
from tests.engine.test_observing import AT_STAGE, RISING, ROW, run
from tests.engine.test_responding import ROADS, levelled
from tests.reference.gauges import with_gauge
from tests.reference.record import engine_record
from tests.reference.small_district import small_district, small_flood

MINUTE = 60.0


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A level with a measure in time and one too late, and an automatic stop that empties the western village."""
    folder = tmp_path_factory.mktemp("stopped")
    level = {"level": "Ⅱ", "rules": ["high"], "measures": ["shut", "call"]}
    measures = [
        {**ROADS, "setup": "10 min", "within": "5 min"},
        {"id": "call", "action": "call_up"},
        {"id": "go", "action": "evacuate", "zones": ["west"]},
    ]
    stop = {"id": "stop", "rules": ["high"], "measures": ["go"]}
    given = levelled(folder, [level], measures, stages=RISING, breakers=[stop])
    given["hazard"]["gauges"][0]["report"] = {"every": "10 min", "delay": "5 min"}
    given["plan"]["when"]["consultation"] = {"convene": "20 min", "decide": "10 min"}
    return run(given).record


def test_lags_count_from_the_truth(stopped):
    """West goes when the crossing at 300 min is reported at 305; north at 750 min, 30 min after its moment."""
    lags = response_lags(stopped).set_index("zone")
    assert lags["lag_s"].to_dict() == {"west": 5 * MINUTE}
    assert lags.loc["west", "root"] == "stage_reached"
    levels = level_lags(stopped)
    assert levels[["level", "lag_s"]].to_numpy().tolist() == [[2, 35 * MINUTE]]
    found = response(stopped)
    assert (found.decision_lag, found.report_delay, found.consultation) == (300.0, 300.0, 1800.0)
    # Without offices somebody acts when the first household of the west is told.
    first = stopped.ledger.loc[stopped.ledger["zone"] == "west", "told_s"].min()
    assert first > 305 * MINUTE
    assert found.lag == pytest.approx(first - 300 * MINUTE)


def test_measures_and_exposures_are_counted(stopped):
    found = response(stopped)
    assert (found.measures_ordered, found.measures_in_time, found.measures_skipped) == (3, 2, 0)
    assert found.breaker_exposures == 200


def test_a_false_report_has_no_lag_and_its_order_is_false(tmp_path):
    given = with_gauge(
        small_district(tmp_path, transfers=AT_STAGE),
        tmp_path,
        [(0, 0.5), (12, 0.5)],
        report={"every": "10 min", "noise": "0.4 m"},
    )
    record = run(given).record
    assert np.isnan(response_lags(record)["lag_s"]).all()
    found = response(record)
    assert (found.false_orders, found.missed_orders) == (2, 0)
    assert np.isnan([found.lag, found.decision_lag, found.report_delay]).all()
    assert found.breaker_exposures == 0


def test_water_before_the_order_is_a_missed_order(tmp_path):
    given = small_flood(tmp_path)
    given["plan"]["zones"] = [{"zone": "west", "trigger_at": "T+2 h", **ROW}]
    found = response(engine_record(ev.from_mapping(given), seed=1))
    assert (found.false_orders, found.missed_orders) == (0, 1)
