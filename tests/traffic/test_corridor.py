"""The packaged corridor: what its page says is what a run gives."""

import runpy
from pathlib import Path

import numpy as np
import pytest

import evacsim as ev

CORRIDOR = Path(__file__).parents[2] / "scenarios" / "corridor"
FREE, BOTTLENECK, INFLOW, N = 576.0, 0.5, 0.9, 3600


@pytest.fixture(scope="module")
def run():
    return ev.traffic(CORRIDOR).run()


def test_the_figures_of_its_page(run):
    told = run.summary
    assert told["clearance_s"] == pytest.approx(7774.0, abs=0.01)
    assert told["mean_travel_time_s"] == pytest.approx(2175.56, abs=0.01)
    assert told["mean_travel_time_s"] == pytest.approx(
        FREE + (N - 1) / 2 * (1 / BOTTLENECK - 1 / INFLOW), abs=0.01
    )
    # The queue reaches the origin at 2500 s; within one headway of the bottleneck and one departure.
    assert 2500.0 <= told["first_kept_out_depart_s"] <= 2503.0


def test_the_queue_has_the_density_of_its_page(run):
    density = run.field("density", along=0, cell=250.0).loc[:, 3000.0:4500.0]
    np.testing.assert_allclose(density.iloc[2:20], 0.236, rtol=0.02)


def test_its_tables_are_what_its_script_writes(tmp_path):
    script = runpy.run_path(str(CORRIDOR / "make.py"))
    script["main"].__globals__["FOLDER"] = tmp_path
    script["main"]()
    for name in ("nodes.csv", "links.csv", "routes.csv", "trips.csv"):
        assert (tmp_path / name).read_bytes() == (CORRIDOR / name).read_bytes()
