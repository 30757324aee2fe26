"""The latest safe order, where it can be reckoned backwards from the water."""

import math

import numpy as np
import pytest

import evacsim as ev
from evacsim.ensemble.working import ThisProcess
from evacsim.errors import ScenarioError
from evacsim.plan.latest_order import Asked, latest_orders
from evacsim.plan.ordering import ordered_at
from evacsim.plan.trials import Trials
from evacsim.scenario.study import design_from
from tests.reference.gauges import with_gauge
from tests.reference.small_district import node, small_district, write_depths

WATER = 3 * 3600.0
"""When water comes to the village [s]."""
NEEDED = 60.0 + 120.0 + 1500.0 / 1.219
"""Told after 1 min, ready after 2 min, 1500 m on foot: from the order to the school [s]."""


def on_foot(folder, order="T+3.5 h", **changes):
    """Return a village of 20 who walk to the school 1500 m away, all alike, with a gauge that rises 1 m an hour."""
    places = [("west", f"T+{WATER:g} s", 0.8)]
    given = small_district(
        folder,
        zones=[{"id": "west", "node": node(1, 1), "population": 20}],
        shelters=[{"id": "school", "node": node(4, 1), "desks": 50}],
        water={"type": "table", "places": write_depths(folder / "places.csv", "place", places)},
        population={"elderly_share": 0, "child_share": 0, "assisted_share": 0, "walking_speed_sd": "0 m/s"},
        who={"compliance": 1},
        organize={"relay_time": "1 min", "preparation": "2 min"},
        to={"bus_share": 0, "car_share": 0},
        duration="6 h",
    )
    given["plan"]["when"]["decision_time"] = "20 min"
    given["plan"]["zones"][0]["trigger_at"] = order
    for section, values in changes.items():
        given["plan"][section] |= values
    return ev.from_mapping(with_gauge(given, folder, [(0, 0.0), (6, 6.0)]))


def trials(folder, runs=6):
    return Trials(design_from({}), 5, runs, folder, ThisProcess())


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Ordered an hour too late, within ten minutes; half of the runs are to be in time, so that six tell."""
    folder = tmp_path_factory.mktemp("late")
    scenario = on_foot(folder, order="T+3.2 h")
    shifts = [60.0 * minutes for minutes in (-120, -70, -60, -50, 0, 30)]
    return latest_orders(scenario, Asked(shifts, probability=0.5), trials(folder / "out"))


def test_the_latest_order_is_that_of_the_backward_calculation_within_the_grid(found):
    (row,) = found.table.to_dict("records")
    own = 3.2 * 3600 + 1200  # the trigger and the decision
    assert row["order_s"] == own
    backward = WATER - NEEDED
    grid = [own + shift for shift in found.asked.shifts]
    assert row["latest_s"] == max(at for at in grid if at <= backward)
    assert row["safe_s"] == row["latest_s"]
    assert row["late_s"] == min(at for at in grid if at > backward)
    assert row["margin_s"] == row["latest_s"] - own == -3600
    assert row["share"] == 0


def test_the_gauge_shows_the_stage_of_that_moment(found):
    (row,) = found.table.to_dict("records")
    assert row["gauge"] == "bridge"
    assert row["stage"] == pytest.approx(row["latest_s"] / 3600)


def test_the_curve_falls_and_its_shares_are_those_of_the_runs(found):
    curve = found.curves
    assert curve["share"].tolist() == [1, 1, 1, 0, 0, 0]
    assert (np.diff(curve["falling"]) <= 0).all()


def test_both_languages_say_by_how_much_the_plan_is_too_late(found):
    assert "1 h TOO LATE" in found.told("en")
    assert "预案下令晚了 1小时" in found.told("zh")
    assert "bridge 水位 2.53 m" in found.told("zh")


def test_ends_of_the_grid_are_told_as_such(tmp_path):
    soon = latest_orders(
        on_foot(tmp_path, order="T+0 s"), Asked([-1200.0, 0.0], probability=0.5), trials(tmp_path / "a", 2)
    )
    assert soon.table.loc[0, "latest_s"] == math.inf
    assert "均安全" in soon.told("zh")
    late = latest_orders(on_foot(tmp_path), Asked([0.0, 600.0], probability=0.5), trials(tmp_path / "b", 2))
    assert late.table.loc[0, "latest_s"] == -math.inf
    assert late.table.loc[0, "safe_s"] == -math.inf
    assert "均不安全" in late.told("zh")


def test_few_runs_do_not_decide_what_they_cannot(tmp_path):
    found = latest_orders(on_foot(tmp_path), Asked([-7200.0, 0.0]), trials(tmp_path / "out", 3))
    (row,) = found.table.to_dict("records")
    assert row["latest_s"] == 3.5 * 3600 + 1200 - 7200
    assert row["safe_s"] == -math.inf  # three of three do not show nine of ten
    assert row["late_s"] == 3.5 * 3600 + 1200


def test_an_order_by_a_level_or_an_automatic_stop_moves_too(tmp_path):
    """A measure evacuates the zone at 1.5 m; moved, the order goes out when told to, and roads close as before."""
    when = {
        "rules": [{"id": "high", "gauge": "bridge", "stage": "1.5 m"}],
        "measures": [
            {"id": "out", "action": "evacuate", "zones": ["west"]},
            {"id": "shut", "action": "close", "links": ["n2-1_n3-1"]},
        ],
        "levels": [{"level": "Ⅱ", "rules": ["high"], "measures": ["out", "shut"]}],
        "breakers": [{"id": "stop", "rules": ["high"], "measures": ["out"]}],
    }
    scenario = on_foot(tmp_path, when=when)
    as_it_is = ev.simulate(scenario, seed=1)
    assert as_it_is.tables.zones["ordered_s"].tolist() == [1.5 * 3600]
    moved = ev.simulate(ordered_at(scenario, {"west": 5400.0}, 1800.0), seed=1)
    assert moved.tables.zones["ordered_s"].tolist() == [7200.0]
    shut = [run.tables.measures.set_index("measure").loc["shut", "done_s"] for run in (as_it_is, moved)]
    assert shut[0] == shut[1]


def test_a_zone_that_is_never_ordered_has_no_latest_order(tmp_path):
    scenario = on_foot(tmp_path).change(
        {"plan.zones[west].trigger_at": None, "plan.zones[west].trigger_gauge": "bridge",
         "plan.zones[west].trigger_stage": "9 m"}
    )  # fmt: skip
    found = latest_orders(scenario, Asked([0.0], probability=0.5), trials(tmp_path / "out", 2))
    assert found.table.empty
    assert "没有下令转移的区域" in found.told("zh")
    assert found.save(tmp_path / "saved").joinpath("latest.json").is_file()


def test_wrong_questions_are_told_at_once(tmp_path):
    with pytest.raises(ScenarioError) as told:
        latest_orders(on_foot(tmp_path), Asked([0.0, -60.0], people=0, probability=2), trials(tmp_path))
    assert [issue.place for issue in told.value.issues] == ["shifts", "people", "probability"]
