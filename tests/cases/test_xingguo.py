"""Xingguo 2019: convoys in the engine keep the rounds that were planned, and nobody beats the bound."""

import sys
from pathlib import Path

import pytest

import evacsim as ev

sys.path.insert(0, str(Path(__file__).parents[2] / "notebooks"))
from cases import xingguo

HOUR = 3600.0


@pytest.fixture(scope="module")
def network(data_dir, tmp_path_factory):
    return xingguo.write_network(data_dir, tmp_path_factory.mktemp("xingguo"))


@pytest.mark.parametrize(("convoys", "published", "greedy"), [(140, 5.2, 4.65)])
def test_everybody_is_brought_out_sooner_than_published_and_than_greedy(
    data_dir, network, convoys, published, greedy
):
    run = ev.simulate(ev.from_mapping(xingguo.scenario(data_dir, network, convoys=convoys)), seed=1)
    arrivals = run.tables.arrivals
    assert arrivals["people"].sum() == 66_677
    assert len(run.tables.rounds) == 142
    assert (run.tables.rounds["people"] <= 500).all()
    completion = arrivals["time_s"].max() / HOUR
    assert 3.28 <= completion < greedy < published
