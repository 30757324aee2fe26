"""Consultations, response levels with their measures, automatic stops, orders in stages."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.analysis.responding import response_lags
from evacsim.errors import ScenarioError
from evacsim.streams import Streams
from evacsim.terms import ROOT_KINDS
from evacsim.world.laws import quantiles
from tests.engine.test_command import SURE, tree
from tests.engine.test_observing import RISING, ROW, ruled, run
from tests.reference.gauges import events_of, with_gauge
from tests.reference.small_district import link, write_depths

STEPS = {"convene": "20 min", "decide": "30 min", "issue": "10 min"}
MEETING = ("consultation_called", "consultation_convened", "consultation_over", "decided")
WAVE = [(0, 0.0), (2, 2.0), (4, 0.0), (9, 0.0), (11, 2.0), (12, 2.0)]
"""Stage 1 m holds from T+1 h to T+3 h and from T+10 h on."""
ROADS = {"id": "shut", "action": "close", "links": [link((2, 1), (3, 1))]}


def two_zones(folder, times, **when):
    """Return a small district whose two zones wait for a moment each."""
    rules = [{"id": zone, "at": time} for zone, time in zip(("west", "north"), times, strict=True)]
    rows = [{"zone": zone, "rules": [zone], **ROW} for zone in ("west", "north")]
    given = ruled(folder, rules, transfers=rows)
    given["plan"]["when"] |= when
    return given


def test_the_three_steps_follow_each_other(tmp_path):
    given = two_zones(tmp_path, ("T+1 h", "T+10 h"), consultation=STEPS)
    given["duration"] = "5 h"
    given["plan"]["when"]["rules"][1]["at"] = "T+5 h"
    assert events_of(run(given).tables.events, *MEETING) == [
        ("consultation_called", 60.0, "office/county", "rule_met"),
        ("consultation_convened", 80.0, "office/county", "consultation_called"),
        ("consultation_over", 110.0, "office/county", "consultation_convened"),
        ("decided", 120.0, "zone/west", "consultation_over"),
        ("consultation_called", 300.0, "office/county", "rule_met"),
    ]


def test_what_comes_up_while_an_office_confers_is_decided_with_the_rest(tmp_path):
    events = run(two_zones(tmp_path, ("T+1 h", "T+1.5 h"), consultation=STEPS)).tables.events
    assert [event[:3] for event in events_of(events, *MEETING)] == [
        ("consultation_called", 60.0, "office/county"),
        ("consultation_convened", 80.0, "office/county"),
        ("consultation_over", 110.0, "office/county"),
        ("decided", 120.0, "zone/north"),
        ("decided", 120.0, "zone/west"),
    ]


def test_what_comes_up_later_needs_a_consultation_of_its_own(tmp_path):
    events = run(two_zones(tmp_path, ("T+1 h", "T+1 h 55 min"), consultation=STEPS)).tables.events
    assert [event[1] for event in events_of(events, "consultation_called", "decided")] == [60, 115, 120, 175]


def test_by_night_each_step_takes_longer(tmp_path):
    """It starts at 20:00, so that all of it is by night; the day begins at 6:00, after ten hours."""
    by_night = two_zones(tmp_path, ("T+1 h", "T+11 h"), consultation={**STEPS, "night_factor": 1.5})
    assert [event[1] for event in events_of(run(by_night).tables.events, "decided")] == [150.0, 720.0]


def test_a_step_takes_as_long_as_its_own_luck_says(tmp_path):
    law = {"type": "uniform", "low": "10 min", "high": "50 min"}
    given = two_zones(tmp_path, ("T+1 h", "T+11 h"), consultation={"convene": law, "decide": "0 s"})
    scenario = ev.from_mapping(given)
    luck = Streams(3).get("consultation", "convene", "county", "rule", "west").random(1)
    expected = 60 + quantiles(scenario.plan.when.consultation.convene, luck)[0] / 60
    convened = events_of(ev.simulate(scenario, seed=3).tables.events, "consultation_convened")
    assert convened[0][1] == pytest.approx(expected, abs=1e-6)


def test_zones_are_ordered_one_after_the_other_the_helpless_first(tmp_path):
    given = two_zones(tmp_path, ("T+1 h", "T+1 h"), staging={"every": "15 min"})
    given["plan"]["when"]["rules"] = given["plan"]["when"]["rules"][:1]
    given["plan"]["zones"] = [{"zone": "*", "rules": ["west"], **ROW}]
    given["district"]["zones"][0]["kind"] = "care_home"
    first = events_of(run(given).tables.events, "decided")
    assert [event[1:3] for event in first] == [(65.0, "zone/west"), (80.0, "zone/north")]
    given["district"]["zones"][0]["kind"] = "residential"
    given["district"]["zones"][1]["elderly_share"] = 0.9
    second = events_of(run(given).tables.events, "decided")
    assert [event[1:3] for event in second] == [(65.0, "zone/north"), (80.0, "zone/west")]


def levelled(folder, levels, measures, *, stages=WAVE, rules=(), breakers=()):
    """Return a small district with response levels; no row of the plan is set off before the end."""
    given = with_gauge(
        ruled(
            folder,
            [{"id": "high", "gauge": "bridge", "stage": "1 m"}, {"id": "end", "at": "T+12 h"}, *rules],
            transfers=[{"zone": "*", "rules": ["end"], **ROW}],
        ),
        folder,
        stages,
    )
    given["plan"]["when"] |= {"levels": levels, "measures": measures, "breakers": list(breakers)}
    return given


LEVEL = (
    "level_raised",
    "level_lowered",
    "measure_ordered",
    "measure_done",
    "closed_by_order",
    "opened_by_order",
)


def test_a_level_goes_up_and_down_with_its_measures(tmp_path):
    """The level holds from 5 min after the crossing until the stage has fallen, and its road is closed with it."""
    level = {"level": "Ⅱ", "rules": ["high"], "measures": ["shut"], "dwell": "1 h"}
    result = run(levelled(tmp_path, [level], [{**ROADS, "setup": "10 min"}]))
    assert [event[:2] for event in events_of(result.tables.events, *LEVEL)] == [
        ("level_raised", 65.0),
        ("measure_ordered", 65.0),
        ("measure_done", 75.0),
        ("closed_by_order", 75.0),
        ("level_lowered", 180.0),
        ("opened_by_order", 180.0),
        ("level_raised", 605.0),
        ("measure_ordered", 605.0),
        ("measure_done", 615.0),
        ("closed_by_order", 615.0),
    ]
    assert result.record.tables["levels"]["level"].tolist() == [2, 0, 2]
    assert result.record.tables["measures"]["result"].tolist() == ["done", "done"]


def test_a_level_is_not_lowered_before_it_has_lasted(tmp_path):
    level = {"level": "Ⅱ", "rules": ["high"], "measures": ["shut"], "dwell": "4 h"}
    lowered = events_of(run(levelled(tmp_path, [level], [ROADS])).tables.events, "level_lowered")
    assert [event[1] for event in lowered] == [65.0 + 240.0]


def test_a_level_brings_about_what_the_levels_below_it_would(tmp_path):
    levels = [
        {"level": "Ⅰ", "rules": ["high"], "measures": ["go"], "consultation": {"decide": "20 min"}},
        {"level": "Ⅳ", "rules": ["start"], "measures": ["call"]},
        {"level": "Ⅲ", "rules": ["never"], "measures": ["shut"]},
    ]
    measures = [
        ROADS,
        {"id": "call", "action": "call_up"},
        {"id": "go", "action": "evacuate", "zones": ["west"], "within": "5 min", "setup": "6 min"},
    ]
    rules = [{"id": "start", "at": "T+30 min"}, {"id": "never", "gauge": "bridge", "stage": "9 m"}]
    result = run(levelled(tmp_path, levels, measures, rules=rules))
    told = result.record.tables["measures"]
    assert told[["measure", "level", "ordered_s", "result"]].to_numpy().tolist()[:3] == [
        ["call", 4, 35 * 60.0, "done"],
        ["shut", 3, 80 * 60.0, "done"],
        ["go", 1, 80 * 60.0, "late"],
    ]
    events = result.tables.events
    assert events_of(events, "decided")[0] == ("decided", 86.0, "zone/west", "measure_done")
    assert events_of(events, "called_up")[0][1::2] == (35.0, "measure_done")


def test_a_rule_may_wait_for_a_level(tmp_path):
    level = {"level": "Ⅱ", "rules": ["high"], "measures": []}
    given = levelled(tmp_path, [level], [], rules=[{"id": "red", "level": "Ⅲ"}])
    given["plan"]["zones"] = [{"zone": "*", "rules": ["red"], **ROW}]
    met = events_of(run(given).tables.events, "rule_met", "decided")
    assert met[1:4] == [
        ("rule_met", 65.0, "rule/red", "level_raised"),
        ("decided", 70.0, "zone/north", "rule_met"),
        ("decided", 70.0, "zone/west", "rule_met"),
    ]


def test_an_automatic_stop_needs_no_consultation(tmp_path):
    stop = {"id": "stop", "rules": ["high"], "measures": ["shut", "go"]}
    go = {"id": "go", "action": "evacuate", "zones": ["*"]}
    given = levelled(tmp_path, [], [ROADS, go], breakers=[stop], stages=RISING)
    given["plan"]["when"]["consultation"] = STEPS
    result = run(given)
    kinds = ("rule_met", "breaker_tripped", "measure_ordered", "measure_done", "closed_by_order", "decided")
    assert events_of(result.tables.events, *kinds)[:8] == [
        ("rule_met", 300.0, "rule/high", "stage_reached"),
        ("breaker_tripped", 300.0, "rule/stop", "rule_met"),
        ("measure_ordered", 300.0, "measure/shut", "breaker_tripped"),
        ("measure_ordered", 300.0, "measure/go", "breaker_tripped"),
        ("measure_done", 300.0, "measure/shut", "measure_ordered"),
        ("closed_by_order", 300.0, f"link/{ROADS['links'][0]}", "measure_done"),
        ("measure_done", 300.0, "measure/go", "measure_ordered"),
        ("decided", 300.0, "zone/north", "measure_done"),
    ]
    told = result.record.tables["measures"].set_index("measure")
    assert told.loc["go", ["level", "exposed"]].tolist() == [0, 300]
    assert told.loc["shut", "exposed"] == 0


def test_what_cannot_be_done_is_skipped_and_says_why(tmp_path):
    stop = {"id": "stop", "rules": ["high"], "measures": ["call", "go"]}
    measures = [
        {"id": "call", "action": "call_up", "fleets": ["buses"]},
        {"id": "go", "action": "evacuate", "zones": ["north"]},
    ]
    given = levelled(tmp_path, [], measures, breakers=[stop], stages=RISING)
    given["district"]["fleets"][0]["availability"] = 0
    given["plan"]["zones"][0]["zone"] = "west"
    result = run(given)
    assert len(events_of(result.tables.events, "measure_skipped")) == 2
    told = result.record.tables["measures"].set_index("measure")
    assert told["result"].tolist() == ["skipped", "skipped"]
    assert told.loc["call", "cause_en"] == "no vehicle of its fleets comes"
    assert told.loc["go", "cause_zh"] == "预案未安排转移这些区域"


def test_a_measure_that_is_not_set_up_when_its_level_is_over_is_skipped(tmp_path):
    level = {"level": "Ⅱ", "rules": ["high"], "measures": ["shut"], "dwell": "1 h"}
    given = levelled(tmp_path, [level], [{**ROADS, "setup": "3 h"}], stages=WAVE[:4])
    result = run(given)
    assert result.record.tables["measures"]["result"].tolist() == ["skipped"]
    assert events_of(result.tables.events, "closed_by_order", "opened_by_order") == []


@pytest.mark.parametrize("seed", [1, 2])
def test_another_rule_changes_nobody_elses_decision(tmp_path, seed):
    """Decisions on one matter take equally long whatever else is decided."""
    law = {"type": "uniform", "low": "10 min", "high": "50 min"}
    given = two_zones(tmp_path, ("T+1 h", "T+2 h"), decision_time=law)
    alone = two_zones(tmp_path, ("T+1 h", "T+12 h"), decision_time=law)
    west = [
        [event for event in events_of(run(one, seed).tables.events, "decided") if event[2] == "zone/west"]
        for one in (given, alone)
    ]
    assert west[0] == west[1]


# Offices of a tree: who confers, who carries out.

ROSTER = {"absence": 0, "night_absence": 0, "arrival": "20 min", "night_factor": 1}
SOON = [{"id": "soon", "at": "T+10 min"}]


def staffed(folder, *, county=3, town=3, roster=None, calling=SURE, **when):
    """Return a small district with a tree of offices, whose rows wait for a rule that is met after 10 min."""
    given = ruled(folder, SOON, duration="6 h")
    offices = tree()
    offices[0]["staff"], offices[1]["staff"] = county, town
    given["plan"]["organize"] = {
        "offices": [{k: v for k, v in one.items() if k != "node_"} for one in offices]
    }
    given["plan"]["organize"] |= {"calling": calling, "roster": ROSTER | (roster or {})}
    given["plan"]["when"] |= when
    return given


def test_a_consultation_waits_for_its_quorum(tmp_path):
    """The leader is there; the two others are called in and come after 20 min, later than all is ready to begin."""
    given = staffed(tmp_path, consultation={"convene": "5 min", "decide": "10 min", "quorum": 3})
    told = events_of(
        run(given).tables.events, "consultation_called", "consultation_convened", "consultation_over"
    )
    assert [event[1] for event in told] == [10.0, 30.0, 40.0]
    given["plan"]["when"]["consultation"]["quorum"] = 1
    told = events_of(
        run(given).tables.events, "consultation_called", "consultation_convened", "consultation_over"
    )
    assert [event[1] for event in told] == [10.0, 15.0, 25.0]


def test_a_quorum_that_never_comes_gives_way_to_whoever_is_there(tmp_path):
    given = staffed(tmp_path, county=2, consultation={"convene": "5 min", "decide": "10 min", "quorum": 3})
    assert events_of(run(given).tables.events, "consultation_convened")[0][1] == 30.0


@pytest.mark.parametrize(
    ("called_at", "town_is_called"), [(None, 41.0), ("Ⅳ", 20.0), ("Ⅲ", 20.0), ("Ⅱ", 41.0)]
)
def test_a_level_calls_the_staff_of_its_office_and_of_all_below_it(tmp_path, called_at, town_is_called):
    """Level Ⅲ at 20 min, without a consultation; the order at 30 min reaches the town a call and ten minutes later."""
    given = staffed(
        tmp_path,
        roster={"called_at_level": called_at},
        levels=[
            {
                "level": "Ⅲ",
                "rules": ["level"],
                "consultation": {"convene": "0 s", "decide": "0 s", "issue": "0 s"},
            }
        ],
        consultation={"convene": "0 s", "decide": "0 s", "issue": "0 s"},
    )
    given["plan"]["when"]["rules"] = [{"id": "level", "at": "T+20 min"}, {"id": "soon", "at": "T+30 min"}]
    duty = run(given).record.tables["duty"]
    due = duty.groupby("office")["due_s"].first() / 60
    assert due["town"] == town_is_called
    if town_is_called == 20.0:
        assert due.to_dict() == {"county": 20.0, "town": 20.0, "west-village": 20.0, "north-village": 20.0}


def measured(folder, measure, **more):
    stop = {"id": "stop", "rules": ["soon"], "measures": ["shut"]}
    return staffed(folder, measures=[ROADS | measure], breakers=[stop], **more)


def test_another_office_is_called_before_it_carries_a_measure_out(tmp_path):
    given = measured(tmp_path, {"office": "town", "staff": 1, "setup": "15 min"})
    kinds = ("measure_ordered", "order_received", "measure_done", "closed_by_order")
    events = events_of(run(given).tables.events, *kinds)
    assert [event for event in events if event[2] != "office/west-village"][:4] == [
        ("measure_ordered", 10.0, "measure/shut", "breaker_tripped"),
        ("order_received", 11.0, "office/town", "acknowledged"),
        ("measure_done", 26.0, "measure/shut", "order_received"),
        ("closed_by_order", 26.0, f"link/{ROADS['links'][0]}", "measure_done"),
    ]


def test_a_measure_waits_for_its_people(tmp_path):
    """Three people: one is there, two come 20 min after the call that takes a minute."""
    told = run(measured(tmp_path, {"office": "town", "staff": 3})).record.tables["measures"]
    assert told[["office", "done_s", "result"]].to_numpy().tolist() == [["town", 31 * 60.0, "done"]]


@pytest.mark.parametrize(
    ("measure", "more", "cause"),
    [
        ({"office": "town", "staff": 9}, {}, "too few people are on duty"),
        (
            {"office": "town"},
            {"roster": {"absence": 1, "night_absence": 1}, "calling": {**SURE, "escalate": ["backup"]}},
            "the office that carries it out",
        ),
    ],
)
def test_a_measure_without_people_is_skipped(tmp_path, measure, more, cause):
    result = run(measured(tmp_path, measure, **more))
    told = result.record.tables["measures"]
    assert told["result"].tolist() == ["skipped"]
    assert told["cause_en"].str.startswith(cause).all()
    assert events_of(result.tables.events, "closed_by_order") == []


def test_whoever_an_order_does_not_reach_learns_what_kept_it(tmp_path):
    """Water comes to the west; the town that is to move both villages is not reached, and no row goes by itself."""
    go = {"id": "shut", "action": "evacuate", "zones": ["*"], "office": "town"}
    stop = {"id": "stop", "rules": ["soon"], "measures": ["shut"]}
    nobody = {"roster": {"absence": 1, "night_absence": 1}, "calling": {**SURE, "escalate": ["backup"]}}
    given_ = staffed(tmp_path, measures=[go], breakers=[stop], **nobody)
    given_["plan"]["when"]["rules"] = [*SOON, {"id": "end", "at": "T+6 h"}]
    given_["plan"]["zones"] = [{"zone": "*", "rules": ["end"], **ROW}]
    given_["hazard"]["water"] = {
        "type": "table",
        "places": write_depths(tmp_path / "wet.csv", "place", [("west", "T+2 h", 0.8)]),
    }
    events = run(given_).tables.events
    assert [event[2:] for event in events_of(events, "measure_skipped")] == [
        ("measure/shut", "call_given_up")
    ] * 2
    lost = events_of(events, "never_reached")
    assert {event[3] for event in lost if event[2].startswith("household/west")} == {"measure_skipped"}


def test_an_office_orders_only_zones_that_lie_below_it(tmp_path):
    given_ = staffed(tmp_path)
    given_["plan"]["zones"][0]["decided_by"] = "west-village"
    with pytest.raises(ScenarioError, match="do not lie below it"):
        ev.from_mapping(given_)
    given_ = measured(tmp_path, {"action": "evacuate", "zones": ["*"], "office": "north-village"})
    with pytest.raises(ScenarioError, match=r"name an office above west"):
        ev.from_mapping(given_)


def test_two_measures_do_not_share_their_people(tmp_path):
    both = [ROADS | {"staff": 2}, {"id": "call", "action": "call_up", "staff": 2}]
    stop = {"id": "stop", "rules": ["soon"], "measures": ["shut", "call"]}
    given = staffed(tmp_path, measures=both, breakers=[stop], roster={"arrival": "0 s"})
    told = run(given).record.tables["measures"].set_index("measure")
    assert sorted(told["result"]) == ["done", "skipped"]


# Whatever happens.

STAGES = st.lists(st.sampled_from([0.0, 0.5, 0.9, 1.1, 1.6, 2.0]), min_size=2, max_size=9)
REPORT = {"every": "10 min", "delay": {"type": "uniform", "low": "0 s", "high": "25 min"}, "noise": "0.3 m"}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    stages=STAGES,
    report=st.sampled_from([None, REPORT, REPORT | {"missing": 0.6}]),
    confirm=st.sampled_from([1, 3]),
    consultation=st.sampled_from([None, STEPS, STEPS | {"night_factor": 3}]),
    staging=st.sampled_from([None, {"every": "0 s"}, {"every": "40 min", "order": "by_row"}]),
    dwell=st.sampled_from(["0 s", "1 h", "20 h"]),
    setup=st.sampled_from(["0 s", "2 h"]),
    seed=st.integers(0, 3),
)
def test_every_order_is_given_once_and_goes_back_to_the_world(
    tmp_path_factory, stages, report, confirm, consultation, staging, dwell, setup, seed
):
    folder = tmp_path_factory.mktemp("levels")
    levels = [
        {"level": "Ⅳ", "rules": ["high"], "measures": ["call", "shut"], "dwell": dwell},
        {"level": "Ⅱ", "rules": ["higher", "fast"], "measures": ["go"], "dwell": dwell},
    ]
    measures = [
        ROADS | {"setup": setup, "within": "1 h"},
        {"id": "call", "action": "call_up"},
        {"id": "go", "action": "evacuate", "zones": ["west"], "setup": setup},
    ]
    rules = [
        {"id": "higher", "gauge": "bridge", "stage": "1.5 m", "confirm": confirm},
        {"id": "fast", "gauge": "bridge", "rise": "0.8 m", "over": "2 h", "confirm": confirm},
        {"id": "two", "level": "Ⅲ"},
    ]
    stop = {"id": "stop", "rules": ["fast"], "measures": ["shut"]}
    given_ = levelled(folder, levels, measures, rules=rules, breakers=[stop], stages=[*enumerate(stages)])
    given_["plan"]["zones"] = [{"zone": "*", "rules": ["end", "two"], **ROW}]
    given_["plan"]["when"] |= {"consultation": consultation, "staging": staging}
    if report is not None:
        given_["hazard"]["gauges"][0]["report"] = report
    record = run(given_, seed).record
    events = record.events
    assert events["time_s"].is_monotonic_increasing
    assert (events["cause"].dropna() < events.loc[events["cause"].notna(), "seq"]).all()
    decided = events[events["kind"] == "decided"]
    assert decided["subject"].is_unique
    assert set(response_lags(record)["root"]) <= ROOT_KINDS
    zones = record.tables["zones"]
    assert (zones["ordered_s"].isna() | (zones["triggered_s"] <= zones["ordered_s"])).all()
    changes = record.tables["levels"]["level"].tolist()
    assert all(before != after for before, after in pairwise([0, *changes]))
    told = record.tables["measures"]
    n_done = (events["kind"] == "measure_done").sum()
    assert n_done == told["done_s"].notna().sum() == told["result"].isin(["done", "late"]).sum()
    assert (told["ordered_s"] <= told["done_s"].fillna(np.inf)).all()
    assert run(given_, seed).digest() == ev.Run(record).digest()
