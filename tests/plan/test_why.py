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

WANTED = {"limits": [{"indicator": "out_share", "at_least": 1}]}
DESIGN = design_from(WANTED)
LIMITS = limits_of(DESIGN)


def drawing(**laws):
    """Return a design that draws what stands at some places: `(path, law, unit)` by id."""
    return design_from(
        {
            **WANTED,
            "uncertain": [
                {
                    "id": id_,
                    "paths": path,
                    "law": law,
                    "unit": unit,
                    "mark": "assumed",
                    "source": "an example",
                }
                for id_, (path, law, unit) in laws.items()
            ],
        }
    )


UNIFORM = {"type": "uniform", "low": 0, "high": 1}


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
    design = drawing(
        decision=("plan.when.decision_time", UNIFORM, "min"),
        dispatch=("plan.to.dispatch", {"type": "choice", "values": ["nearest", "balanced"]}, ""),
    )
    rule = failing_rule(runs_of(rows), LIMITS, design)
    worst = rule.worst
    assert {condition.fact for condition in worst.conditions} == {"decision", "dispatch"}
    at = next(condition.at for condition in worst.conditions if condition.fact == "decision")
    assert abs(at - 40) < 3
    assert worst.share > 0.95
    assert sum(leaf.n_runs for leaf in rule.leaves) == 120
    assert sum(leaf.n_failed for leaf in rule.leaves) == sum(failed for *_, failed in rows)
    assert f"time to decide above {at:.0f} min" in rule.told("en")
    assert f"会商决策用时超过 {at:.0f}分钟" in rule.told("zh")
    assert "转移方式参数（dispatch）不为“balanced”" in rule.told("zh")


def test_every_part_of_the_runs_is_told_with_how_many_they_are():
    rows = [({"x": k % 20 / 20}, 1.0, k % 20 >= 10) for k in range(100)]
    rule = failing_rule(runs_of(rows), LIMITS, drawing(x=("district.fleets[*].availability", UNIFORM, "")))
    assert rule.told("en").splitlines() == [
        "The plan fails in 50 of 100 runs.",
        "  1. With share of vehicles that come above 47.5%: in 50 of 50 runs (100.0%; 92.9%–100.0%).",
        "  2. With share of vehicles that come at most 47.5%: in none of 50 runs (0.0%; 0.0%–7.1%).",
    ]
    assert rule.told("zh").splitlines() == [
        "100 次推演中预案失效 50 次：",
        "  1. 车辆到位率超过 47.5% 时：50 次推演中失效 50 次（100.0%，置信区间 92.9%～100.0%）",
        "  2. 车辆到位率不超过 47.5% 时：50 次推演中均未失效（0.0%，置信区间 0.0%～7.1%）",
    ]


def test_two_cuts_of_one_fact_are_told_as_what_lies_between_them():
    rows = [({"x": f"{k % 12}0 min"}, 1.0, 4 <= k % 12 < 8) for k in range(120)]
    design = drawing(x=("plan.when.decision_time", UNIFORM, "min"))
    rule = failing_rule(runs_of(rows), LIMITS, design)
    assert "With time to decide above 35 min up to 1 h 15 min: in 40 of 40 runs" in rule.told("en")
    assert "会商决策用时超过 35分钟、不超过 1小时15分 时：" in rule.told("zh")


def test_cuts_between_whole_numbers_are_told_as_whole_numbers():
    rows = [({"x": k % 10}, 1.0, k % 10 > 5) for k in range(60)]
    rule = failing_rule(runs_of(rows), LIMITS, drawing(x=("district.fleets[b].vehicles", UNIFORM, "")))
    (condition,) = rule.worst.conditions
    assert condition.said().en == "vehicles of a fleet above 5"


def test_what_came_about_in_the_run_may_be_the_rule():
    rows = [({}, duty, duty < 0.5) for duty in np.linspace(0, 1, 40)]
    (condition,) = failing_rule(runs_of(rows), LIMITS, DESIGN).worst.conditions
    assert (condition.fact, condition.is_above) == ("on_duty_share", False)
    assert condition.said().zh == "到岗率不超过 50.0%"


def test_luck_alone_makes_no_rule():
    luck = np.random.default_rng(3)
    rows = [
        ({"x": float(luck.random())}, float(luck.random()), bool(luck.random() < 0.5)) for _ in range(200)
    ]
    rule = failing_rule(runs_of(rows), LIMITS, drawing(x=("plan.who.compliance", UNIFORM, "")))
    assert rule.worst is None
    assert "未发现明确规律" in rule.told("zh")


def test_a_plan_that_never_fails_is_told_as_such():
    rule = failing_rule(runs_of([({}, 1.0, False)] * 5), LIMITS, DESIGN)
    assert "none of 5 runs" in rule.told("en")
    always = failing_rule(runs_of([({}, 1.0, True)] * 5), LIMITS, DESIGN)
    assert always.told("zh") == "5 次推演中预案全部失效。"


def test_stages_of_late_people_add_up_to_their_times(tmp_path):
    record = engine_record(small_scenario(tmp_path), seed=2)
    late = late_households(record)
    assert late["people"].sum() > 50
    rows = record.ledger[record.ledger["household"].isin(late.loc[late["stage"] != "", "household"])]
    settled = rows["settled_s"].notna()
    spent = late_stage_times(record, late)
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
    record = engine_record(ev.from_mapping(given), seed=1)
    spent = late_stage_times(record, late_households(record))
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
