"""Xingguo 2019: rounds of 10 to 140 convoys, beside the published times and what no plan can beat.

The source publishes hours without minutes, found by a genetic algorithm. A plan here fetches
66,677 people in trips of one pick-up point and one shelter, keeps to the capacity of every
shelter, and lets convoys stay where their last trip ends. Convoys in the engine keep the rounds
that were planned.
"""

import os
import pickle
import sys

import numpy as np
import pandas as pd
import pytest

import evacsim as ev
from evacsim.analysis.transfer_bounds import completion_bound
from tests.cases.notebooks import NOTEBOOKS, run_notebook

sys.path.insert(0, str(NOTEBOOKS))
from cases import xingguo

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="millions of changes take hours without the compiler"
)

MINUTE, HOUR = 60.0, 3600.0

# By number of convoys: the bound [min], proved, and the most by which the plan may miss it.
BOUND = {
    10: (1729, 0.01), 20: (861, 0.01), 30: (572, 0.015), 40: (430, 0.015), 50: (352, 0.01), 60: (302, 0.01),
    70: (261, 0.005), 80: (253, 0.005), 90: (238, 0.005), 100: (216, 0.005), 110: (206, 0.0), 120: (197, 0.0),
    130: (197, 0.0), 140: (197, 0.0),
}  # fmt: skip


@pytest.fixture(scope="module")
def published(data_dir):
    return pd.read_csv(data_dir / "xingguo_cn/published_fleet_curve.csv", index_col="convoys")[
        "completion_hours"
    ]


def check(balanced, greedy, *, bound, published, convoys):
    problem, trips = balanced.problem, balanced.trips
    assert (np.bincount(trips.pickup, trips.people, 22) == problem.people).all()
    assert (np.bincount(trips.shelter, trips.people, 25) <= problem.room).all()
    assert trips.people.max() <= 500
    minutes, miss = BOUND[convoys]
    assert bound == minutes * MINUTE
    assert bound >= 197 * MINUTE
    assert bound <= balanced.completion_time <= (1 + miss) * bound
    assert balanced.completion_time < greedy.completion_time
    assert balanced.completion_time <= published[convoys] * HOUR


@pytest.mark.parametrize("convoys", [20, 70, 110, 140])
def test_plans_are_close_to_the_bound_and_better_than_greedy_and_published(data_dir, published, convoys):
    found = xingguo.plans(xingguo.round_problem(data_dir, convoys), effort=1_000_000)
    problem, known = found["balanced"].problem, found["balanced"].completion_time
    bound = completion_bound(problem.numbers, known=known).time
    check(**found, bound=bound, published=published, convoys=convoys)


@pytest.fixture(scope="module")
def folder(data_dir, tmp_path_factory):
    """Return the folder with what the notebook found: the plans of all fleets, their bounds, and a run."""
    folder = tmp_path_factory.mktemp("xingguo")
    keeping = "(kept / 'found').write_bytes(pickle.dumps((plans, table['bound [h]'])))"
    run_notebook("xingguo", folder, then=f"import pickle\n{keeping}\nrun.save(kept / 'run')")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_so_are_those_of_every_fleet_with_the_effort_of_a_run(folder, published):
    plans, bounds = pickle.loads((folder / "found").read_bytes())
    assert plans.keys() == BOUND.keys()
    for convoys, found in plans.items():
        # The table has hours.
        bound = round(bounds[convoys] * HOUR, 6)
        check(**found, bound=bound, published=published, convoys=convoys)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_140_convoys_bring_everybody_out_sooner_than_published_and_than_greedy(folder):
    run, published, greedy = ev.open_run(folder / "run"), 5.2, 4.65
    arrivals = run.tables.arrivals
    assert arrivals["people"].sum() == 66_677
    assert len(run.tables.rounds) == 142
    assert (run.tables.rounds["people"] <= 500).all()
    completion = arrivals["time_s"].max() / HOUR
    assert 3.28 <= completion < greedy < published
