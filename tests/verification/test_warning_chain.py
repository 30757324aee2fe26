"""4C, from the crossing of a stage to the departure: the delays of the authorities and of the household in a row."""

import numpy as np
import pytest

import evacsim as ev
from tests.reference.gauges import with_gauge
from tests.reference.small_district import small_district

MINUTE, HOUR = 60.0, 3600.0


def test_c1_a_gauge_that_crosses_at_t0_moves_people_125_min_later(tmp_path):
    """The office is told after 30 min, the warning issued after 25, received after 10, people prepare for 60."""
    given = small_district(
        tmp_path,
        who={"compliance": 1},
        organize={"relay_time": "10 min", "preparation": "60 min"},
        transfers=[
            {
                "zone": "*",
                "trigger_gauge": "bridge",
                "trigger_stage": "1 m",
                "pickup_point": "stop",
                "fleet": "buses",
            }
        ],
    )
    with_gauge(given, tmp_path, [(0, 1.0), (1, 2.0)], report={"every": "10 min"})
    given["plan"]["when"]["consultation"] = {"convene": "30 min", "decide": "0 s", "issue": "25 min"}
    ledger = ev.simulate(ev.from_mapping(given), seed=1).tables.ledger
    assert len(ledger) > 50
    assert ledger["departed_s"].to_numpy() == pytest.approx(np.full(len(ledger), 125 * MINUTE), abs=1e-9)


def test_c1_the_same_through_a_tree_of_offices(tmp_path):
    """Issued after 25 min, handed on by the county after 30, received after 10, prepared for 60."""
    hand_on = {"type": "fixed", "value": "30 min"}
    offices = [
        {"id": "county", "level": "county", "node": "n2-1", "handling": hand_on},
        {"id": "village", "level": "village", "parent": "county", "node": "n0-1", "zones": ["*"]},
    ]
    given = small_district(
        tmp_path,
        who={"compliance": 1},
        organize={"relay_time": "10 min", "preparation": "60 min", "offices": offices},
        transfers=[
            {
                "zone": "*",
                "trigger_gauge": "bridge",
                "trigger_stage": "1 m",
                "pickup_point": "stop",
                "fleet": "buses",
            }
        ],
    )
    with_gauge(given, tmp_path, [(0, 1.0), (1, 2.0)], report={"every": "10 min"})
    given["plan"]["when"]["consultation"] = {"decide": "0 s", "issue": "25 min"}
    ledger = ev.simulate(ev.from_mapping(given), seed=1).tables.ledger
    assert ledger["departed_s"].to_numpy() == pytest.approx(np.full(len(ledger), 125 * MINUTE), abs=1e-9)


def test_v04c_a_warning_is_issued_at_11_51(tmp_path):
    """12:00 less 1.5 h of foresight, 0.5 h until the office is told, 0.85 h until it issues."""
    given = small_district(
        tmp_path,
        transfers=[
            {
                "zone": "*",
                "trigger_gauge": "bridge",
                "trigger_stage": "1 m",
                "pickup_point": "stop",
                "fleet": "buses",
            }
        ],
    )
    with_gauge(given, tmp_path, [(0, 0.0), (2.5, 1.0), (4.0, 1.6)])
    given["start"] = "2026-07-18 08:00"
    given["plan"]["when"]["consultation"] = {"convene": "0.5 h", "decide": "0 s", "issue": "0.85 h"}
    events = ev.simulate(ev.from_mapping(given), seed=1).tables.events
    decided = events[events["kind"] == "decided"]["time_s"]
    assert len(decided) == 2
    assert decided.to_numpy() == pytest.approx(3.85 * HOUR, abs=1e-9)
