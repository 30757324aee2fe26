"""A study on an existing distributed engine: Dask, with two worker processes on this machine, one of them killed."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

import evacsim as ev
from evacsim.ensemble.replicating import replicate
from evacsim.ensemble.studying import Plan
from evacsim.errors import ResultsError
from evacsim.scenario.study import design_from
from tests.ensemble.small_study import DESIGN, files, small_scenario

pytest.importorskip("distributed")


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own; their address, and the processes of the workers."""
    announced = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    begun = []

    def begin(*words):
        command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]
        with (tmp_path / f"{len(begun)}.log").open("w") as log:
            begun.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path))
        return begun[-1]

    begin(
        "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
        "--scheduler-file", str(announced),
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not announced.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = [
        begin(
            "dask_worker", "--scheduler-file", str(announced), "--nthreads", "1", "--no-dashboard", "--no-nanny",
            "--host", "127.0.0.1", "--local-directory", str(tmp_path / f"worker{number}"),
        )
        for number in range(2)
    ]  # fmt: skip
    yield json.loads(announced.read_text())["address"], workers
    for process in begun:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_study_on_a_cluster_is_the_same_although_a_worker_is_killed(cluster, tmp_path):
    address, workers = cluster
    scenario = small_scenario(tmp_path)
    wanted = {"runs": 12, "design": DESIGN, "seed": 7}
    alone = ev.study(scenario, **wanted, out=tmp_path / "alone")
    killed = []

    def kill_one(done, _):
        if not killed:
            os.kill(workers[0].pid, signal.SIGKILL)
            killed.append(done)

    shared = ev.study(scenario, **wanted, out=tmp_path / "shared", workers=address, progress=kill_one)
    assert killed[0] < 12
    workers[0].wait()
    assert workers[0].returncode == -signal.SIGKILL
    assert workers[1].poll() is None
    assert shared.told("zh") == alone.told("zh")
    assert files(tmp_path / "shared") == files(tmp_path / "alone")


def test_a_worker_of_another_program_makes_no_runs(tmp_path):
    plan = Plan(small_scenario(tmp_path), design_from(DESIGN), 7, 2, "decided")
    task = plan.task(0, [0], tmp_path / "runs")
    assert len(replicate(pickle.loads(pickle.dumps(task)))) == 1
    with pytest.raises(ResultsError, match="another evacsim or libraries"):
        replicate(task._replace(program="{}"))
