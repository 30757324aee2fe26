"""Why a plan fails: the stage that keeps people, and the rule of when."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.analysis.late_stages import LATE_STAGES, late_stage_times
from evacsim.analysis.lateness import late_households
from evacsim.analysis.zone_outcomes import zone_outcomes
from evacsim.ensemble.finding import Runs
from evacsim.ensemble.limits import limits_of
from evacsim.plan.failing_rule import failing_rule
from evacsim.plan.lateness_shares import lateness_shares, told
from evacsim.scenario.study import design_from
from tests.ensemble.small_study import small_scenario
from tests.ensemble.test_outages import described
from tests.plan.short_of_buses import short_of_buses
from tests.reference.record import engine_record

LIMITS = limits_of(design_from({"limits": [{"indicator": "out_share", "at_least": 1}]}))


def runs_of(rows):
    """Return runs that only say what they drew, who was on duty and whether all came out."""
    lines = [
        {
            "draw": k,
            "run": 0,
            "values": values,
            "indicators": {"out_share": 1.0 - failed, "on_duty_share": duty},
        }
        for k, (values, duty, failed) in enumerate(rows)
    ]
    return Runs(lines, 0.95, "budget")


def test_the_rule_behind_the_runs_is_found_and_said_in_both_languages():
    luck = np.random.default_rng(1)
    rows = []
    for _ in range(120):
        minutes, dispatch = float(luck.uniform(10, 70)), str(luck.choice(["nearest", "balanced"]))
        failed = minutes > 40 and dispatch == "nearest"
        rows.append(({"decision": f"{minutes:.3f} min", "dispatch": dispatch}, float(luck.random()), failed))
    rule = failing_rule(runs_of(rows), LIMITS)
    worst = rule.worst
    assert {condition.fact for condition in worst.conditions} == {"decision", "dispatch"}
    at = next(condition.at for condition in worst.conditions if condition.fact == "decision")
    assert abs(at - 40) < 3
    assert worst.share > 0.95
    assert sum(leaf.n_runs for leaf in rule.leaves) == 120
    assert sum(leaf.n_failed for leaf in rule.leaves) == sum(failed for *_, failed in rows)
    assert "decision is above" in rule.told("en")
    assert "decision大于" in rule.told("zh")


def test_what_came_about_in_the_run_may_be_the_rule():
    rows = [({}, duty, duty < 0.5) for duty in np.linspace(0, 1, 40)]
    (condition,) = failing_rule(runs_of(rows), LIMITS).worst.conditions
    assert (condition.fact, condition.is_above) == ("on_duty_share", False)
    assert condition.said().zh == "到岗率不大于 50.0%"


def test_luck_alone_makes_no_rule():
    luck = np.random.default_rng(3)
    rows = [
        ({"x": float(luck.random())}, float(luck.random()), bool(luck.random() < 0.5)) for _ in range(200)
    ]
    rule = failing_rule(runs_of(rows), LIMITS)
    assert rule.worst is None
    assert "未发现明确规律" in rule.told("zh")


def test_a_plan_that_never_fails_is_told_as_such():
    rule = failing_rule(runs_of([({}, 1.0, False)] * 5), LIMITS)
    assert "none of 5 runs" in rule.told("en")


def test_stages_of_late_people_add_up_to_their_times(tmp_path):
    record = engine_record(small_scenario(tmp_path), seed=2)
    late = late_households(record)
    assert late["people"].sum() > 50
    rows = record.ledger[record.ledger["household"].isin(late.loc[late["stage"] != "", "household"])]
    settled = rows["settled_s"].notna()
    spent = late_stage_times(record)
    assert list(spent) == list(LATE_STAGES)
    whole = ((rows["settled_s"] - rows["triggered_s"]) * rows["people"])[settled].sum()
    assert sum(spent.values()) >= whole > 0
    if settled.all():
        assert sum(spent.values()) == pytest.approx(whole)


def test_calls_that_nobody_answers_are_no_telling_of_households(tmp_path):
    given = described(tmp_path)
    given["plan"]["organize"]["calling"] |= {"answer_night": 0}
    given["hazard"]["water"] = {"type": "table", "places": str(tmp_path / "places.csv")}
    (tmp_path / "places.csv").write_text("place,time,depth_m\nwest,T+3 h,0.8\nnorth,T+3 h,0.8\n")
    spent = late_stage_times(engine_record(ev.from_mapping(given), seed=1))
    assert spent["acknowledge"] > 0
    assert spent["relay"] == 0


def test_where_buses_are_short_waiting_is_the_greatest_share(tmp_path):
    study = ev.study(short_of_buses(tmp_path), runs=3, stop="budget")
    shares = lateness_shares(study.runs)
    assert shares.loc[0, "stage"] == "wait"
    assert shares["share"].sum() == pytest.approx(1)
    assert (shares["low"] <= shares["share"]).all()
    assert "候车" in told(shares).zh
    nobody = ev.study(short_of_buses(tmp_path, vehicles=5), runs=2, stop="budget")
    assert told(lateness_shares(nobody.runs)).en == "Nobody is late."


def test_zone_outcomes_add_up_to_those_of_all(tmp_path):
    run = ev.simulate(small_scenario(tmp_path), seed=2)
    zones = zone_outcomes(run.record)
    assert zones["people"].sum() == run.indicators["had_to_go"].value
    assert zones["in_time"].sum() / zones["people"].sum() == pytest.approx(
        run.indicators["out_before_water_share"].value
    )
    assert zones["ordered_s"].tolist() == [900.0, 900.0]
