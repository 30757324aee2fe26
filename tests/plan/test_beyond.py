"""Beyond design: each case does what it says; the least damage is the one that is known to be."""

import pytest

import evacsim as ev
from evacsim.ensemble.working import ThisProcess
from evacsim.errors import ScenarioError
from evacsim.language import Text
from evacsim.plan.beyond import beyond
from evacsim.plan.breaking import Asked, breaking
from evacsim.plan.hardships import hardships, later
from evacsim.plan.lever import Situation
from evacsim.plan.trials import Trials, folder_name
from evacsim.scenario.section import Lindell, Lognormal, Table
from evacsim.scenario.study import design_from
from tests.plan.short_of_buses import short_of_buses
from tests.reference.small_district import link, node, small_district, small_flood


def trials(folder, runs=3):
    return Trials(design_from({}), 5, runs, folder, ThisProcess())


@pytest.fixture(scope="module")
def enough(tmp_path_factory):
    """Three buses, which are just enough."""
    return short_of_buses(tmp_path_factory.mktemp("enough"), vehicles=3)


@pytest.fixture(scope="module")
def found(enough, tmp_path_factory):
    return beyond(enough, trials(tmp_path_factory.mktemp("beyond")))


def value(found, case, indicator):
    rows = found.table.set_index(["case", "indicator"])
    return rows.loc[(case, indicator)]


def test_water_that_comes_faster_is_late_for_a_plan_that_is_just_enough(found):
    """At 1.5 times the speed water comes at T+16.7 min; three buses have then brought 120 of 200."""
    row = value(found, "faster", "out_before_water_share")
    assert row["base"] == 1
    assert abs(row["value"] - 0.6) < 0.02
    assert row["n_worse"] == 3
    assert row["high"] < 0


def test_a_second_event_leaves_two_of_three_buses(found):
    row = value(found, "double", "out_before_water_share")
    assert abs(row["value"] - 0.8) < 0.02


def test_without_the_leader_the_order_is_an_hour_late(found):
    assert value(found, "leader", "out_before_water_share")["value"] == 0
    assert value(found, "leader", "order_latency_90")["difference"] == 0  # from the order on all is as it was


def test_night_begins_when_it_is_said_and_what_does_not_apply_is_told(found, enough):
    assert dict(zip(found.left_out["case"], found.left_out["why_en"], strict=True)).keys() == {"neighbours"}
    night = next(case for case in hardships(0.0) if case.id == "night")
    changed = enough.change(night.on(Situation(enough)))
    assert f"{changed.start:%H:%M}" == "02:00"
    assert ev.build(changed).water.times.tolist() == ev.build(enough).water.times.tolist()


def test_a_scenario_by_the_wall_clock_is_not_moved_into_the_night(tmp_path):
    given = small_district(tmp_path)
    given["plan"]["zones"][0]["trigger_at"] = "2026-07-18 20:30"
    scenario = ev.from_mapping(given)
    night = next(case for case in hardships(1800.0) if case.id == "night")
    assert isinstance(night.on(Situation(scenario)), Text)


def test_higher_water_reaches_limits_sooner(tmp_path):
    flood = ev.from_mapping(small_flood(tmp_path))
    higher = next(case for case in hardships(0.0) if case.id == "higher")
    changes = higher.on(Situation(flood))
    assert changes == {"hazard.water.raised": "0.5 m"}
    assert higher.on(Situation(flood.change(changes))) == {"hazard.water.raised": "1 m"}
    dry = ev.from_mapping(small_district(tmp_path / "dry"))
    assert isinstance(higher.on(Situation(dry)), Text)


def test_every_law_can_take_longer():
    lognormal = Lognormal(type="lognormal", median="20 min", sigma=0.5)
    assert later(lognormal, 60.0)["offset"] == "60 s"
    table = Table(type="table", times=["0 s", "10 s"], shares=[0, 1])
    assert later(table, 5.0)["times"] == ["5 s", "15 s"]
    assert later(Lindell(type="lindell", a=1, b=1), 0.0)["type"] == "fixed"


def test_both_languages_tell_the_matrix(found, tmp_path):
    assert "water 1.5 times as fast" in found.told("en")
    assert "涨速 1.5 倍" in found.told("zh")
    assert "不适用：邻区同时受灾" in found.told("zh")
    assert (found.save(tmp_path) / "beyond.csv").is_file()


@pytest.fixture
def bridge(tmp_path):
    """Return a plan with one fleet, and two shelters of which either holds everybody."""
    scenario = short_of_buses(tmp_path, vehicles=3, water="T+40 min")
    shelters = [{"id": id_, "node": node(4, 1), "desks": 50} for id_ in ("school", "hall")]
    return scenario.change({"district.shelters": shelters})


def test_the_least_damage_is_the_fleet_where_there_is_one(bridge, tmp_path):
    found = breaking(bridge, Asked(each=3), trials(tmp_path, 2))
    assert found.found == ("fleet-buses",)
    assert found.is_least
    assert found.complete == 1
    row = found.table.set_index("damages").loc["fleet-buses"]
    assert row["value"] == 0
    assert "没有更小的组合" in found.told("zh")


def test_two_fleets_break_a_plan_that_one_leaves_standing(tmp_path):
    """Without one fleet the village that it serves stays, without both everybody; there is a third shelter."""
    given = small_district(
        tmp_path,
        zones=[{"id": zone, "node": node(1, 1), "population": 40, "storeys": 1} for zone in ("a", "b")],
        shelters=[{"id": f"shelter{k}", "node": node(4, k)} for k in (0, 1, 2)],
        fleets=[
            {"id": f"fleet{k}", "node": node(1, 1), "vehicles": 3, "seats": 40, "call_up": "1 min"}
            for k in (1, 2)
        ],
        who={"compliance": 1},
        to={"bus_share": 1, "car_share": 0},
    )
    given["district"]["pickup_points"].append({"id": "other", "node": node(1, 2)})
    given["plan"]["zones"][0]["fleet"] = "fleet1"
    given["plan"]["zones"][1] |= {"fleet": "fleet2", "pickup_point": "other"}
    scenario = ev.from_mapping(given)
    found = breaking(
        scenario, Asked(by="out_share", worse=0.9, each=2, budget=16), trials(tmp_path / "out", 1)
    )
    assert set(found.found) == {"fleet-fleet1", "fleet-fleet2"}
    assert found.table.set_index("damages").loc["fleet-fleet1", "value"] == 0.5
    assert found.table["size"].eq(2).sum() <= 3  # led by what the single ones do, not all pairs
    assert found.is_least  # all single ones have been tried


def test_a_budget_too_small_is_an_upper_bound_or_nothing(bridge, tmp_path):
    found = breaking(bridge, Asked(each=3, budget=1, worse=0.9), trials(tmp_path, 2))
    assert len(found.table) == 1
    assert not found.is_least
    assert found.complete == 0
    assert "未找到" in found.told("zh")


def test_a_cut_road_and_a_silent_office_are_changes_that_hold(tmp_path):
    offices = [
        {"id": "county", "level": "county", "node": node(2, 1), "means": ["phone"]},
        {
            "id": "village",
            "level": "village",
            "parent": "county",
            "node": node(2, 1),
            "zones": ["*"],
            "means": ["phone"],
        },
    ]
    calling = {"tries": 1, "answer_day": 1, "answer_night": 1, "escalate": []}
    scenario = ev.from_mapping(small_district(tmp_path, organize={"offices": offices, "calling": calling}))
    found = breaking(scenario, Asked(by="out_share", each=2), trials(tmp_path / "out", 1))
    kinds = {id_.split("-")[0] for id_ in found.damages}
    assert kinds == {"road", "shelter", "fleet", "office"}
    assert found.table.set_index("damages").loc["office-village", "value"] == 0


def test_an_indicator_without_a_better_side_is_refused(bridge, tmp_path):
    for by in ("had_to_go", "nonsense"):
        with pytest.raises(ScenarioError):
            breaking(bridge, Asked(by=by), trials(tmp_path))


def test_folder_names_are_short_and_differ():
    names = [folder_name(link((k, 0), (k + 1, 0)) * 40) for k in range(3)]
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 120


def test_help_from_outside_is_refused_only_where_the_plan_counts_on_it(tmp_path):
    fleets = [
        {"id": "buses", "node": node(2, 0), "vehicles": 2, "seats": 40, "availability": 1},
        {"id": "help", "node": node(4, 0), "vehicles": 4, "seats": 40, "availability": 1, "external": True},
    ]
    given = small_district(tmp_path, fleets=fleets, organize={"assistance": {"rounds": 1}})
    scenario = ev.from_mapping(given)
    alone = next(case for case in hardships(0.0) if case.id == "neighbours")
    double = next(case for case in hardships(0.0) if case.id == "double")
    assert alone.on(Situation(scenario)) == {"plan.organize.assistance.granted": 0}
    assert double.on(Situation(scenario)) == {"district.fleets[buses].vehicles": 1}
    usual, refused = (
        ev.simulate(one, seed=1) for one in (scenario, scenario.change(alone.on(Situation(scenario))))
    )
    came = [set(run.tables.rounds["vehicle"].str.split("-").str[0]) for run in (usual, refused)]
    assert came == [{"buses", "help"}, {"buses"}]
