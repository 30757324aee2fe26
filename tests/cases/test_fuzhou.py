"""Fuzhou: 300,000 synthetic people on 34,056 real links run to the end, report included."""

import sys
from pathlib import Path

import pytest

import evacsim as ev

sys.path.insert(0, str(Path(__file__).parents[2] / "notebooks"))
from cases import fuzhou


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_city_runs_to_the_end_and_nobody_is_lost(data_dir, tmp_path):
    run = ev.simulate(ev.from_mapping(fuzhou.scenario(data_dir, tmp_path / "water")), seed=1)
    assert run.tables.ledger["people"].sum() == 300_000
    assert run.tables.states.groupby("state")["people"].last().sum() == 300_000
    loads = run.tables.shelters
    assert (loads["people"] <= loads["capacity"]).all()
    page = ev.report(run, tmp_path / "report.html", lang="zh")
    assert page.stat().st_size < 12_000_000
