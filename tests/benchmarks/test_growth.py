"""The benchmark of growth: every passage is in one stretch, and each stretch counts with the least of its runs."""

import pytest

from benchmarks import growth
from benchmarks.grids import grid


def test_a_run_in_stretches_is_the_whole_run(monkeypatch):
    monkeypatch.setattr(growth, "STRETCH", 1_000)
    case = grid("small", 1_000, side=10)
    told = growth.by_stretches(case, turns=2)
    assert told["arrived"] == 1_000
    assert told["passages"] == case.passages.sum()
    assert len(told["stretches_s"]) == round(told["passages"] / 1_000) > 1
    assert min(told["stretches_s"]) > 0
    assert sum(told["stretches_s"]) <= told["whole_s"]


def test_each_stretch_counts_with_the_least_of_all_processes():
    rounds = [
        {"passages": 1_000, "stretches_s": [1e-6, 5e-6], "whole_s": 6e-6, "peak_memory_mb": 100.0},
        {"passages": 1_000, "stretches_s": [4e-6, 2e-6], "whole_s": 7e-6, "peak_memory_mb": 90.0},
    ]
    point = growth.in_all(growth.DEMAND, 50, 1_000, rounds)
    assert point["links"] == 9_800
    assert point["run_s"] == pytest.approx(3e-6)
    assert (point["ns"], point["whole_ns"]) == (pytest.approx(3.0), pytest.approx(6.0))
    assert point["peak_memory_mb"] == 100.0
    twice = point | {"vehicles": 2_000, "ns": 4.2}
    assert "| 4 | 1.40 | 6 | 100 |" in growth.table([point, twice]).splitlines()[-1]


@pytest.mark.parametrize("point", [("0", "10"), ("2", "10"), ("3", "0"), ("-3", "5")])
def test_a_point_that_cannot_be_measured_is_refused(point, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["growth", "--point", *point])
    with pytest.raises(SystemExit) as ended:
        growth.main()
    assert ended.value.code == 2
    assert "SIDE is 3 or more" in capsys.readouterr().err
