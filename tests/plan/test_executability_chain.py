"""E2 and E11: the chain against a run whose laws are fixed, and the same chain backwards."""

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

import evacsim as ev
from evacsim.plan.executability import latest_triggers
from evacsim.plan.executability.chain import DRAWS, STEPS, luck
from evacsim.plan.executability.latest_trigger import out_by
from tests.reference.gauges import with_gauge
from tests.reference.plans import MINUTE, checked, fixed, the_one, worked
from tests.reference.small_district import node, write_depths

SURE = {"ring": "1 min", "answer_day": 1, "answer_night": 1}


def office(id_, level, parent=None, **more):
    return {"id": id_, "level": level, "parent": parent, "node": node(2, 1), "handling": "10 min", **more}


def under_offices(folder, **changes):
    """Return the plan with fixed times under three levels of offices."""
    given = fixed(folder, people=45, buses=1, decided_by="county", **changes)
    given["plan"]["when"]["decided_by"] = "county"
    given["plan"]["organize"] |= {
        "calling": SURE,
        "offices": [
            office("county", "county"),
            office("town", "town", "county"),
            office("committee", "village", "town", zones=["village"]),
        ],
    }
    return given


def test_every_step_ends_when_it_ends_in_a_run(tmp_path):
    given = under_offices(tmp_path)
    chain = worked(given).chains.all[0]
    ledger = ev.simulate(ev.from_mapping(given), seed=1).tables.ledger
    columns = {
        "decide": "ordered_s",
        "relay": "acknowledged_s",
        "tell": "told_s",
        "prepare": "departed_s",
        "walk": "at_pickup_s",
        "road": "arrived_s",
    }
    for step, column in columns.items():
        ran = ledger[column].to_numpy()
        if step == "road":
            ran = ran.min()  # the first out of the bus
        assert np.unique(chain.ends[step]) == pytest.approx(np.unique(ran), abs=15), step
    assert chain.mean("relay") == pytest.approx((10 + 7 + 11 + 11) * MINUTE)
    assert chain.over("board", 0.9) == pytest.approx((10 + 7 + 22 + 11 + 13 + 10) * MINUTE)


def test_a_chain_is_the_sum_of_its_steps(tmp_path):
    chain = worked(under_offices(tmp_path)).chains.all[0]
    lengths = chain.lengths()
    assert list(lengths) == [step for step in STEPS if step in lengths]
    assert sum(lengths.values()) == pytest.approx(chain.mean("register") - chain.start.true)
    assert lengths["relay"] == pytest.approx(22 * MINUTE)
    assert chain.longest == "relay"


def test_a_chain_that_is_a_minute_too_long_is_found_with_its_longest_step(tmp_path):
    # Out at 10 + 7 + 22 + 11 + 13 + 10 = 73 min.
    assert not checked(under_offices(tmp_path / "a", deadline="T+74 min"), "E2")
    found = the_one(under_offices(tmp_path / "b", deadline="T+72 min"), "E2")
    assert found.severity == "blocker"
    assert found.subjects == ("village",)
    assert found.figures["lead_s"] == pytest.approx(62 * MINUTE)
    assert found.figures["mean_s"] == pytest.approx(63 * MINUTE)
    assert found.figures["longest_s"] == pytest.approx(22 * MINUTE)
    assert STEPS["relay"].en in found.found.en
    assert STEPS["relay"].zh in found.found.zh


def test_one_late_in_ten_is_no_blocker(tmp_path):
    given = fixed(tmp_path, people=45, buses=1, deadline="T+60 min")
    assert not checked(given, "E2")  # 10 + 7 + 11 + 13 + 10 = 51 min
    given["plan"]["organize"]["preparation"] = {"type": "uniform", "low": "0 min", "high": "26 min"}
    found = the_one(given, "E2")
    assert found.severity == "major"
    # Nine in ten are ready within 0.9 x 26 min, on average 13.
    assert found.figures["p90_s"] == pytest.approx((7 + 11 + 23.4 + 10) * MINUTE, abs=15)
    assert found.figures["mean_s"] == pytest.approx((7 + 11 + 13 + 10) * MINUTE, abs=15)


def test_water_at_the_homes_counts_as_a_deadline_does(tmp_path):
    given = fixed(tmp_path, people=45, buses=1)
    depths = write_depths(tmp_path / "places.csv", "place", [("village", "T+50 min", 0.8)])
    given["hazard"]["water"] = {"type": "table", "places": depths}
    assert the_one(given, "E2").figures["lead_s"] == pytest.approx(40 * MINUTE)


def test_water_that_comes_to_a_zone_that_nothing_sets_off_is_found(tmp_path):
    given = with_gauge(fixed(tmp_path, people=45), tmp_path, [(0, 0.0), (5, 1.0)])
    depths = write_depths(tmp_path / "places.csv", "place", [("village", "T+50 min", 0.8)])
    given["hazard"]["water"] = {"type": "table", "places": depths}
    row = given["plan"]["zones"][0]
    del row["trigger_at"]
    row |= {"trigger_gauge": "bridge", "trigger_stage": "2 m"}
    found = the_one(given, "E2")
    assert found.severity == "blocker"
    assert found.subjects == ("village",)


# -- backwards ---------------------------------------------------------------------------------------


def test_the_latest_trigger_of_a_fixed_chain_is_the_limit_less_its_length(tmp_path):
    workings = worked(under_offices(tmp_path, deadline="T+100 min"))
    table = latest_triggers(workings.case.scenario, workings.case.world).set_index("zone")
    assert table.loc["village", "latest_s"] == pytest.approx((100 - 63) * MINUTE, abs=1)
    assert table.loc["village", "plan_s"] == 10 * MINUTE
    assert table.loc["village", "margin_s"] == pytest.approx((100 - 63 - 10) * MINUTE, abs=1)
    assert table.loc["village", "binding"] == "deadline"


@pytest.mark.parametrize(("minutes_later", "is_in_time"), [(-0.5, True), (0.5, False)])
def test_a_run_that_is_triggered_at_the_latest_moment_is_just_in_time(tmp_path, minutes_later, is_in_time):
    given = under_offices(tmp_path, deadline="T+100 min")
    workings = worked(given)
    latest = latest_triggers(workings.case.scenario, workings.case.world)["latest_s"][0]
    given["plan"]["zones"][0]["trigger_at"] = f"T+{latest / MINUTE + minutes_later:.4f} min"
    left = ev.simulate(ev.from_mapping(given), seed=1).tables.rounds["left_pickup_s"].max()
    assert (left <= 100 * MINUTE) == is_in_time


def test_backwards_and_forwards_agree_by_night_and_by_day(tmp_path):
    given = fixed(tmp_path, people=45, buses=1, deadline="T+10 h")
    given["start"] = "2026-07-18 22:00"  # day begins eight hours later
    given["plan"]["organize"]["preparation"] = {"type": "lognormal", "median": "30 min", "sigma": 0.5}
    given["plan"]["when"]["consultation"] = {"convene": "10 min", "night_factor": 3}
    workings = worked(given)
    latest = latest_triggers(workings.case.scenario, workings.case.world)["latest_s"][0]
    start = workings.chains.starts[0]
    assert out_by(workings, 0, start, latest) <= 600 * MINUTE
    assert out_by(workings, 0, start, latest + 2) > 600 * MINUTE


def test_a_trigger_that_comes_too_late_is_found_with_the_stage_it_should_have(tmp_path):
    # The stage rises a metre in 100 minutes and is read every ten.
    report = {"every": "10 min"}
    given = with_gauge(
        under_offices(tmp_path, deadline="T+120 min"), tmp_path, [(0, 0.0), (5, 3.0)], report=report
    )
    row = given["plan"]["zones"][0]
    del row["trigger_at"]
    row |= {"trigger_gauge": "bridge", "trigger_stage": "0.65 m"}
    found = the_one(given, "E11")
    # 63 min from the order back from 120 is 57; the last reading before it is that of minute 50.
    assert found.figures["latest_s"] == pytest.approx(50 * MINUTE, abs=1)
    assert found.figures["stage_m"] == pytest.approx(0.5, abs=0.001)
    assert found.figures["margin_s"] == pytest.approx(-15 * MINUTE, abs=1)
    assert found.severity == "major"
    row["trigger_stage"] = "0.5 m"
    assert not checked(given, "E11")


def test_no_trigger_is_early_enough_where_nobody_is_ever_told(tmp_path):
    given = under_offices(tmp_path, deadline="T+120 min")
    given["plan"]["organize"]["calling"] |= {"answer_day": 0, "answer_night": 0}
    workings = worked(given)
    table = latest_triggers(workings.case.scenario, workings.case.world)
    assert table["latest_s"][0] == -np.inf
    assert the_one(given, "E11").severity == "blocker"


# -- luck --------------------------------------------------------------------------------------------


@examples(st.sampled_from(list(STEPS)), st.integers(0, 8))
def test_the_luck_of_a_step_is_spread_evenly(step, number):
    drawn = np.sort(luck(step, number))
    assert len(drawn) == DRAWS
    assert (drawn >= 0).all()
    assert (drawn < 1).all()
    assert np.abs(drawn - (np.arange(DRAWS) + 0.5) / DRAWS).max() < 0.02
