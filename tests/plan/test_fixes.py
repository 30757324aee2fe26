"""Fixes of a plan of which one knows what it lacks."""

import numpy as np
import pandas as pd
import pytest

from evacsim.ensemble.working import Processes, ThisProcess
from evacsim.errors import ScenarioError
from evacsim.plan.fix_tables import dominated_by
from evacsim.plan.fixes import Asked
from evacsim.plan.fixing import fixes
from evacsim.plan.levers import chosen, menu, units
from evacsim.plan.trials import Trials, paired, share_of_totals
from evacsim.scenario.study import design_from
from tests.ensemble.small_study import files
from tests.plan.short_of_buses import LIMITS, short_of_buses

N_RUNS = 8


def trials(folder, runs=3, workers=None, **design):
    return Trials(design_from({"limits": LIMITS, **design}), 3, runs, folder, workers or ThisProcess())


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return short_of_buses(tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="module")
def found(scenario, tmp_path_factory):
    return fixes(scenario, Asked(), trials(tmp_path_factory.mktemp("fixes"), N_RUNS))


def test_where_buses_are_short_the_lever_of_the_buses_wins_and_its_effect_is_right(found):
    """By T+25 min one bus has brought two loads of 40, two buses four, four buses all five."""
    levers = found.levers.set_index("lever")
    assert levers.index[0] == "buses+1"
    assert abs(levers.loc["buses+1", "effect"] - 80) < 5  # loads differ by a household here and there
    assert abs(levers.loc["buses+3", "effect"] - 120) < 5
    assert levers.loc["buses+1", "better"] == N_RUNS
    assert levers.loc["buses+1", "p_holm"] < 0.05
    assert levers.loc["buses+1", "effect_per_cost"] == levers.loc["buses+1", "effect"] / 3.0
    assert levers.loc["parts", "effect"] <= 0


def test_what_does_not_apply_is_told_why(found):
    why = dict(zip(found.left_out["lever"], found.left_out["why_en"], strict=True))
    assert "earlier" in why["earlier-1h"]  # the order is given at the start
    assert set(why) | set(found.levers["lever"]) == {lever.id for lever in menu()}


def test_the_smallest_set_lifts_the_limit_and_holds_under_fresh_luck(found):
    assert found.chosen == ("buses+3",)
    assert found.is_enough
    assert found.fresh["held"].all()
    limits = found.fresh_limits.set_index(["plan", "limit"])
    assert limits.loc[("base", "out_before_water_share"), "kept"] == 0
    assert limits.loc[("fixed", "out_before_water_share"), "share"] == 1
    assert found.fresh_seed != found.seed


def test_a_set_of_two_where_one_is_not_enough_and_none_that_is_not_needed(scenario, tmp_path):
    """Two levers that add a bus each are two buses more: three bring all five loads in time, two do not."""
    one, more = (lever for lever in menu() if lever.id in ("buses+1", "parts"))
    single = units(scenario, "vehicles")[0]
    limits = [{**LIMITS[0], "at_least": 0.95}]
    found = fixes(scenario, Asked(), trials(tmp_path, limits=limits), levers=[one, more, single])
    assert set(found.chosen) == {"buses+1", single.id}
    assert found.is_enough
    assert list(found.fresh["lever"]) == [*found.chosen, "together"]
    assert "parts" not in found.chosen


def test_a_set_that_helps_and_is_not_enough_is_kept_whole(scenario, tmp_path):
    """One bus more brings 160 of 200: better, and too few for a limit that wants all of them."""
    limits = [*LIMITS, {"indicator": "clearance_time_90", "at_most": 60, "target": 0.9}]
    found = fixes(
        scenario, Asked(), trials(tmp_path, limits=limits), levers=chosen(menu(), ["buses+1", "buses+3"])
    )
    assert found.chosen == ("buses+3",)
    assert not found.is_enough
    assert "仍有限值未达目标" in found.told("zh")


def test_nothing_is_chosen_where_nothing_is_missing(tmp_path):
    enough = short_of_buses(tmp_path, vehicles=5)
    found = fixes(enough, Asked(levers=["buses+1"]), trials(tmp_path / "out"))
    assert found.chosen == ()
    assert "无需改进" in found.told("zh")
    assert found.levers.loc[0, "effect"] == 0
    assert found.levers.loc[0, "p_holm"] == 1


def test_the_last_bus_less_costs_as_much_as_it_carries(tmp_path):
    two = short_of_buses(tmp_path, vehicles=2)
    found = fixes(two, Asked(), trials(tmp_path / "out"), levers=units(two, "vehicles"))
    effects = dict(zip(found.levers["lever"], found.levers["effect"], strict=True))
    assert effects["fleet-buses-1"] < -75
    assert 35 < effects["fleet-buses+1"] < 45


def test_a_lever_on_what_the_study_draws_is_left_out(tmp_path, scenario):
    unknown = {
        "id": "buses", "paths": "district.fleets[buses].vehicles", "whole": True,
        "law": {"type": "uniform", "low": 1, "high": 2}, "mark": "assumed", "source": "a test",
    }  # fmt: skip
    found = fixes(scenario, Asked(levers=["buses+1"]), trials(tmp_path, uncertain=[unknown]))
    assert "unknown" in found.left_out.loc[0, "why_en"]
    assert found.levers.empty
    assert found.told("en")


@pytest.mark.slow
def test_on_two_workers_and_broken_off_the_result_is_the_same(scenario, tmp_path):
    levers = chosen(menu(), ["buses+1", "parts"])
    whole = fixes(scenario, Asked(), trials(tmp_path / "one"), levers=levers)
    whole.save(tmp_path / "one")
    fixes(
        scenario, Asked(), trials(tmp_path / "two"), levers=levers[:1]
    )  # some of the runs are there already
    workers = Processes(2)
    try:
        again = fixes(scenario, Asked(), trials(tmp_path / "two", workers=workers), levers=levers)
    finally:
        workers.close()
    again.save(tmp_path / "two")
    one, two = files(tmp_path / "one"), files(tmp_path / "two")
    assert {name: two[name] for name in one} == one


def test_both_languages_say_the_set_and_mark_the_costs(found, tmp_path):
    assert "Smallest set found: each fleet: +3 buses" in found.told("en")
    assert "每个车队增加 3 辆大巴" in found.told("zh")
    assert "假定值" in found.told("zh")
    found.save(tmp_path)
    assert (tmp_path / "levers.csv").read_text(encoding="utf-8").startswith("lever,")


def test_an_unknown_indicator_is_refused(scenario, tmp_path):
    with pytest.raises(ScenarioError):
        fixes(scenario, Asked(by="lat"), trials(tmp_path))


def test_paired_differences_count_signs_where_a_time_is_never_reached():
    found = paired([float("inf"), 5.0, 6.0], [4.0, 5.0, 7.0], 0.95)
    assert (found.n_more, found.n_less) == (1, 1)
    assert found.p == 1.0
    assert paired([2.0] * 8, [1.0] * 8, 0.95).p == 2 * 0.5**8  # all alike: nothing to reckon a spread from


def test_paired_differences_are_as_sure_as_their_interval():
    """Differences 1, 2, 3: mean 2, t = 2 sqrt(3); the interval at 1 - p ends at nothing."""
    found = paired([2.0, 4.0, 6.0], [1.0, 2.0, 3.0], 0.95)
    assert found.mean == 2
    at_p = paired([2.0, 4.0, 6.0], [1.0, 2.0, 3.0], 1 - found.p)
    assert at_p.interval.low == pytest.approx(0, abs=1e-9)


def test_a_share_of_totals_weighs_runs_by_their_size():
    share, interval = share_of_totals([1.0, 30.0, 2.0, 29.0], [10.0, 100.0, 10.0, 100.0], 0.95)
    assert share == 62 / 220
    assert interval.low < share < interval.high
    assert interval.high - interval.low < 0.1


def test_a_lever_is_dominated_by_one_that_does_more_for_less():
    table = pd.DataFrame(
        {
            "lever": ["cheap", "best", "dear", "same", "unknown"],
            "effect": [5.0, 9.0, 4.0, 9.0, np.nan],
            "cost": [1.0, 3.0, 2.0, 3.0, 1.0],
        }
    )
    assert dominated_by(table) == ["", "", "cheap", "", ""]
    assert dominated_by(table.iloc[:0]) == []
