"""What runs say, worked out by hand on runs that are written down."""

import math

import numpy as np
import pytest

from evacsim.ensemble import finding
from evacsim.ensemble.drawing import changes_of, drawn, seed_of, value_at
from evacsim.ensemble.finding import ALL_LIMITS, Runs
from evacsim.ensemble.limits import limits_of
from evacsim.ensemble.proportions import clopper_pearson
from evacsim.results.plain import number, plain
from evacsim.scenario.study import Uncertain, design_from
from tests.ensemble.small_study import DESIGN


def runs_of(values, *, per_draw=1, stop="budget", late=None) -> Runs:
    """Return runs whose indicators `dead` and `out_share` have the given values."""
    lines = [
        {
            "draw": row // per_draw,
            "run": row % per_draw,
            "indicators": {"dead": plain(float(dead)), "out_share": plain(float(out))},
            "late": {"west": 0 if late is None else late[row], "north": 0},
            "out": [0, row, 10],
        }
        for row, (dead, out) in enumerate(values)
    ]
    return Runs(lines, 0.95, stop)


LIMITS = {
    "limits": [
        {"indicator": "dead", "at_most": 0},
        {"indicator": "out_share", "at_least": 0.9, "target": 0.5},
    ]
}


def test_limits_are_counted_alone_and_together():
    runs = runs_of([(0, 1.0)] * 40 + [(2, 1.0)] * 5 + [(0, 0.8)] * 5)
    found = finding.judged(runs, limits_of(design_from(LIMITS)), 0.95).set_index("limit")
    assert found["kept"].to_dict() == {"dead": 45, "out_share": 45, ALL_LIMITS: 40}
    assert found.loc["dead", ["low", "high"]].tolist() == list(clopper_pearson(45, 50)[:2])
    assert found["verdict"].to_dict() == {
        "dead": "undecided",
        "out_share": "reliable",
        ALL_LIMITS: "not_enough",
    }


def test_what_cannot_be_said_is_no_failure_and_no_success():
    runs = runs_of([(0, math.nan)] * 20 + [(0, 1.0)] * 10)
    found = finding.judged(runs, limits_of(design_from(LIMITS)), 0.95).set_index("limit")
    assert found.loc["out_share", ["said", "kept"]].tolist() == [10, 10]
    assert found.loc[ALL_LIMITS, "kept"] == 30
    silent = finding.judged(runs_of([(0, math.nan)] * 5), limits_of(design_from(LIMITS)), 0.95)
    assert silent["limit"].tolist() == ["dead"]


def test_a_time_never_reached_misses_every_limit():
    limit = limits_of(design_from({"limits": [{"indicator": "clearance_time_90", "at_most": 1e9}]}))[0]
    assert not limit.is_kept(math.inf)
    assert number(plain(math.inf)) == math.inf
    assert math.isnan(number(plain(math.nan)))


def test_runs_of_a_draw_count_as_one_share():
    # Ten draws of four runs, all of a draw alike: ten observations, not forty.
    runs = runs_of([(row // 4 % 2, 1.0) for row in range(40)], per_draw=4)
    row = finding.judged(runs, limits_of(design_from(LIMITS)), 0.95).set_index("limit").loc["dead"]
    assert row["share"] == 0.5
    assert (row["low"], row["high"]) == clopper_pearson(5, 10)[:2]


def test_own_limits_of_indicators_are_all_or_nobody():
    own = {limit.entry.id: (limit.is_floor, limit.bound) for limit in limits_of(design_from({}))}
    assert own["out_share"] == (True, 1.0)
    assert own["dead"] == (False, 0.0)
    assert own["late"] == (False, 0.0)


def test_zones_are_judged_for_all_at_once():
    late = [0] * 150
    late[3] = 7
    good = finding.zones(runs_of([(0, 1.0)] * 150, late=late), 0.9).set_index("zone")
    assert good["kept"].to_dict() == {"west": 149, "north": 150}
    assert good["late_p95"].to_dict() == {"west": 0, "north": 0}
    assert set(good["verdict"]) == {"reliable"}
    bad = finding.zones(runs_of([(0, 1.0)] * 150, late=[7] * 150), 0.9).set_index("zone")
    assert bad["verdict"].to_dict() == {"west": "not_enough", "north": "reliable"}


def test_how_much_of_the_spread_is_due_to_not_knowing():
    draws = np.repeat([0, 1, 2], 2)
    assert finding.unknown_share(np.array([1.0, 1, 5, 5, 9, 9]), draws) == 1.0
    assert finding.unknown_share(np.array([0.0, 4, 0, 4, 0, 4]), draws) == 0.0
    # Means 2, 4, 6; within 2 each: among 8, within 2, so (8 - 2) / 2 = 3 between.
    assert finding.unknown_share(np.array([1.0, 3, 3, 5, 5, 7]), draws) == pytest.approx(3 / 5)
    assert math.isnan(finding.unknown_share(np.array([1.0, 2, 3]), np.arange(3)))


def test_quantiles_of_fifty_runs_with_their_intervals():
    runs = runs_of([(dead, 1.0) for dead in range(50)])
    row = finding.described(runs).set_index("indicator").loc["dead"]
    assert row[["said", "mean", "p50", "p95"]].tolist() == [50, 24.5, 24.0, 47.0]
    assert row["p95_low"] < 47.0 < row["p95_high"]


def test_the_curve_by_hand():
    runs = runs_of([(0, 1.0)] * 4, per_draw=2)
    table = finding.curve(runs, 7200.0)
    assert table["time_s"].tolist() == [0.0, 3600.0, 7200.0]
    assert table["mean"].tolist() == [0.0, 1.5, 10.0]
    assert table["p50"].tolist() == [0.0, 1.0, 10.0]
    assert table["mean_low"][1] < 1.5 < table["mean_high"][1]
    assert finding.curve(runs_of([(0, 1.0)]), 7200.0)["mean_low"].isna().all()


@pytest.mark.parametrize(
    ("law", "uniform", "value"),
    [
        ({"type": "uniform", "low": 10, "high": 30}, 0.25, 15.0),
        ({"type": "triangular", "low": 0, "mode": 0, "high": 10}, 0.75, 5.0),
        ({"type": "normal", "mean": 5, "sd": 2}, 0.975, 8.91992796908),
        ({"type": "normal", "mean": 0, "sd": 1, "low": 0}, 0.5, 0.674489750196),
        ({"type": "lognormal", "median": 20, "sigma": 0.5}, 0.5, 20.0),
        ({"type": "choice", "values": ["a", "b"], "weights": [1, 3]}, 0.25, "b"),
        ({"type": "choice", "values": ["a", "b", "c"]}, 0.999, "c"),
        ({"type": "choice", "values": ["a", "b"], "weights": [1, 0]}, 0.9999999999999999, "a"),
    ],
)
def test_laws_by_hand(law, uniform, value):
    item = Uncertain(id="x", paths="plan.x", law=law, mark="assumed", source="test")
    found = value_at(item, uniform)
    assert found == value if isinstance(value, str) else abs(found - value) < 1e-9


def test_whole_numbers_and_units():
    given = {"id": "x", "paths": "plan.x", "mark": "assumed", "source": "test"}
    law = {"type": "uniform", "low": 1, "high": 3}
    assert value_at(Uncertain(**given, law=law, whole=True), 0.3) == 2
    assert value_at(Uncertain(**given, law=law, whole=True, unit="h"), 0.3) == "2 h"


def test_draws_are_named_and_independent_of_each_other():
    design = design_from(DESIGN)
    fewer = design_from({"uncertain": DESIGN["uncertain"][1:]})
    assert drawn(fewer, 7, 3)["cars"] == drawn(design, 7, 3)["cars"]
    assert drawn(design, 7, 3) != drawn(design, 7, 4)
    assert drawn(design, 7, 3) != drawn(design, 8, 3)
    assert list(changes_of(design, drawn(design, 7, 3))) == ["plan.when.decision_time", "plan.to.car_share"]
    seeds = {seed_of(7, draw, inner) for draw in range(50) for inner in range(4)}
    assert len(seeds) == 200
    assert max(seeds) < 2**53
