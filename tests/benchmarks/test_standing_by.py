"""The benchmark of standing by counts as one counts by hand, and its models are solved."""

from pathlib import Path

import numpy as np

from benchmarks.standing_by import draw, models, moving_up, rings, units_in_time

NOWHERE = Path("no such network")


def test_small_grids_are_measured():
    drawn = draw(network=NOWHERE, n_units=20, n_points=200, side=10)
    assert drawn.name == "grid"
    assert [row[0] for row in rings(drawn)] == ["rings", "units in 15 min"]
    measured = models(drawn, limit=20.0, sizes=((6, 200, 2),))
    assert [row[0] for row in measured] == ["mclp", "mexclp", "p-median"]
    assert [row[-1] for row in measured] == ["0 %"] * 3
    assert len(moving_up(drawn)) == 2


def test_units_are_counted_one_by_one():
    drawn = draw(network=NOWHERE, n_units=30, n_points=40, side=10)
    times = drawn.roads.between(drawn.units, drawn.points)
    assert np.array_equal(units_in_time(drawn, 100.0), (times <= 100.0).sum(axis=0))
