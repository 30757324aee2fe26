"""A study gives the same result on any number of workers, and after being killed at any moment."""

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

import evacsim as ev
from evacsim.ensemble.keeping import RUNS, at_work, keep
from evacsim.ensemble.studying import Plan, identity
from evacsim.errors import ResultsError, ScenarioError
from evacsim.scenario.study import design_from
from tests.ensemble.small_study import DESIGN, files, small_scenario

N_RUNS = 24
"""Twelve draws of two runs."""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return small_scenario(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def whole(scenario, tmp_path_factory):
    """A study made in one go by one process, and the folder it was written to."""
    folder = tmp_path_factory.mktemp("whole") / "study"
    return ev.study(scenario, runs=N_RUNS, design=DESIGN, seed=7, out=folder), folder


def go_on(scenario, folder, workers):
    ev.study(scenario, runs=N_RUNS, design=DESIGN, seed=7, out=folder, workers=workers)


@pytest.mark.slow
def test_two_workers_give_the_files_of_one(scenario, whole, tmp_path):
    go_on(scenario, tmp_path, 2)
    assert files(tmp_path) == files(whole[1])


@pytest.mark.slow
def test_killed_at_twenty_random_moments_nothing_is_lost_and_nothing_made_twice(scenario, whole, tmp_path):
    luck, made, caught = random.Random(20260718), {}, 0
    for _ in range(20):
        process = multiprocessing.get_context("fork").Process(target=go_on, args=(scenario, tmp_path, 1))
        process.start()
        # Any moment: while it reads, while it runs, while it writes; mostly after some run more than there was.
        had, waits = len(made), luck.random() < 0.7
        while waits and len(runs_in(tmp_path)) <= had < N_RUNS - 4:
            time.sleep(0.001)
        time.sleep(luck.uniform(0.0, 0.3) if had < N_RUNS - 4 else 0.0)
        process.kill()
        process.join()
        caught += process.exitcode == -signal.SIGKILL
        there = runs_in(tmp_path)
        assert made.items() <= there.items()  # what was there is there still, and was not written again
        made = there
    assert caught == 20
    go_on(scenario, tmp_path, 1)
    assert made.items() <= runs_in(tmp_path).items()
    assert files(tmp_path) == files(whole[1])


def runs_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Return which file each finished run is, and when it was written."""
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (folder / RUNS).glob("0*.json")
    }


@pytest.mark.slow
def test_workers_end_with_a_killed_study_and_two_go_on_where_one_was(scenario, whole, tmp_path):
    parent = multiprocessing.get_context("fork").Process(target=go_on, args=(scenario, tmp_path, 2))
    parent.start()
    while not runs_in(tmp_path):
        time.sleep(0.02)
    children = children_of(parent.pid)
    assert len(children) >= 2
    parent.kill()
    parent.join()
    for _ in range(500):
        if not any(map(is_alive, children)):
            break
        time.sleep(0.02)
    assert [child for child in children if is_alive(child)] == []
    go_on(scenario, tmp_path, 1)
    assert files(tmp_path) == files(whole[1])


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing_but_time(scenario, whole, tmp_path):
    killed = []

    def kill_one(done, _):
        if not killed:
            workers = [child for child in multiprocessing.active_children() if child.is_alive()]
            os.kill(workers[0].pid, signal.SIGKILL)
            killed.append(done)

    ev.study(scenario, runs=N_RUNS, design=DESIGN, seed=7, out=tmp_path, workers=2, progress=kill_one)
    assert killed
    assert files(tmp_path) == files(whole[1])


def test_each_run_can_be_made_again_alone(whole):
    study, _ = whole
    row = study.replications.iloc[5]
    again = ev.simulate(study.scenario_of(row["draw"]), seed=int(row["seed"]))
    assert again.digest() == row["events"]
    assert again.indicators["out_share"].value == row["out_share"]


def test_the_files_say_what_the_study_says(whole):
    study, folder = whole
    summary = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert summary["runs"] == N_RUNS == len(study.replications)
    assert [row["verdict"] for row in summary["limits"]] == study.limits["verdict"].tolist()
    pd.testing.assert_frame_equal(pd.read_csv(folder / "limits.csv"), study.limits, check_dtype=False)
    chinese = (folder / "study.zh.txt").read_text(encoding="utf-8")
    assert "遇难人数不高于 0 人" in chinese
    assert "从未突破" in chinese
    assert any(word in chinese for word in ("【可靠】", "【不足】", "【不能判定】"))
    assert "clearance time, 90 % at most 2 h" in study.told("en")


@pytest.mark.slow
def test_it_ends_with_the_first_look_that_decides_everything(scenario):
    design = {"limits": [{"indicator": "out_share", "at_least": 2}]}
    stopped = ev.study(scenario, runs=40, design=design)
    assert stopped.is_decided
    assert len(stopped.replications) == 20
    assert stopped.limits["verdict"].tolist() == ["not_enough"]
    assert len(ev.study(scenario, runs=22, design=design, stop="budget").replications) == 22


def test_more_runs_go_on_from_those_that_are_there(scenario, tmp_path):
    ev.study(scenario, runs=6, design=DESIGN, seed=7, out=tmp_path)
    first = runs_in(tmp_path)
    ev.study(scenario, runs=10, design=DESIGN, seed=7, out=tmp_path)
    assert len(first) == 6
    assert len(runs_in(tmp_path)) == 10
    assert first.items() <= runs_in(tmp_path).items()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seed": 8}, "the seed"),
        ({"design": {**DESIGN, "target": 0.9}}, "the design"),
        ({"stop": "budget"}, "the design"),
    ],
)
def test_runs_of_another_study_are_never_mixed_in(scenario, tmp_path, changed, said):
    wanted = {"runs": 2, "design": DESIGN, "seed": 7, "out": tmp_path}
    ev.study(scenario, **wanted)
    with pytest.raises(ResultsError, match=said):
        ev.study(scenario, **{**wanted, **changed})


def test_another_scenario_is_another_study(scenario, tmp_path):
    ev.study(scenario, runs=2, design=DESIGN, out=tmp_path)
    with pytest.raises(ResultsError, match="the scenario"):
        ev.study(scenario.change({"plan.to.bus_share": 0.5}), runs=2, design=DESIGN, out=tmp_path)


def test_two_at_a_time_in_one_folder_are_refused(scenario, tmp_path):
    plan = Plan(scenario, design_from(DESIGN), 7, 2, "decided")
    with at_work(tmp_path, identity(plan)), pytest.raises(ResultsError, match="another process is at work"):
        ev.study(scenario, runs=2, design=DESIGN, seed=7, out=tmp_path)


def test_half_a_file_is_taken_away_and_a_wrong_one_is_told(scenario, tmp_path):
    ev.study(scenario, runs=2, design=DESIGN, seed=7, out=tmp_path)
    half = tmp_path / RUNS / ".000001-000.json.99.part"
    half.write_text('{"dra')
    ev.study(scenario, runs=4, design=DESIGN, seed=7, out=tmp_path)
    assert not half.exists()
    (tmp_path / RUNS / "000001-000.json").write_text('{"dra')
    with pytest.raises(ResultsError, match="does not hold the run of its name"):
        ev.study(scenario, runs=4, design=DESIGN, seed=7, out=tmp_path)


def test_a_run_that_is_kept_is_not_kept_again(tmp_path):
    keep(tmp_path, "000000-000.json", "nowhere to go\n")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / RUNS).mkdir()
    keep(tmp_path, "000000-000.json", "first\n")
    keep(tmp_path, "000000-000.json", "second\n")
    assert [path.read_text() for path in (tmp_path / RUNS).iterdir()] == ["first\n"]


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ({"limits": [{"indicator": "ded", "at_most": 0}]}, "is no indicator"),
        ({"limits": [{"indicator": "dead"}]}, "needs either at_least or at_most"),
        ({"uncertain": [{**DESIGN["uncertain"][0], "paths": "plan.wenn"}]}, "wenn is not known"),
        ({"uncertain": [DESIGN["uncertain"][0]] * 2}, "an id of its own"),
        ({"uncertain": [{**DESIGN["uncertain"][0], "source": ""}]}, "source"),
        (
            {"uncertain": [{**DESIGN["uncertain"][1], "law": {"type": "uniform", "low": 2, "high": 3}}]},
            "car_share",
        ),
    ],
)
def test_what_cannot_be_studied_is_told_before_any_run(scenario, design, said):
    with pytest.raises(ScenarioError, match=said):
        ev.study(scenario, runs=2, design=design)


def test_a_file_is_told_with_its_line(scenario, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("target: 0.9\nlimits:\n  - indicator: dead\n    at_mots: 0\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"study.yaml:4.*at_mots") as error:
        ev.study(scenario, runs=2, design=path)
    assert "at_most" in error.value.told("zh")
    with pytest.raises(ScenarioError, match="no such file"):
        ev.study(scenario, runs=2, design=tmp_path / "other.yaml")


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"workers": 0}])
def test_no_runs_and_no_workers_are_refused(scenario, wrong):
    with pytest.raises(ValueError, match="at least one"):
        ev.study(scenario, **wrong)
