"""Everything at once, killed at random moments and started again: the same files, byte for byte."""

import json
import multiprocessing
import random
import signal
import time

import pytest

from evacsim.whole_plan import PARTS, Effort, whole_plan
from tests.ensemble.small_study import files
from tests.plan.one_bus import UNSURE_OF_CARS, one_bus

pytestmark = pytest.mark.slow
ORDER = list(PARTS)
CAUGHT = 5
"""So many of the kills must have hit a folder that was not whole yet."""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return one_bus(tmp_path_factory.mktemp("small"), bus_share=0.7, design=UNSURE_OF_CARS)


def done(path, out, told=None):
    """Do everything that is missing; tell by a shared number which part has spoken last."""

    def tell(part, _, __):
        if told is not None:
            told.value = max(told.value, ORDER.index(part))

    effort = Effort(runs=3, each=1, seed=4, design=path.parent / "study.yaml")
    whole_plan(path, out, effort, lang="zh", command="evacsim plan", tell=tell)


def results(folder):
    """Return all files but for what a run says of the machine: the time it took, the memory it needed."""
    found = files(folder)
    provenance = json.loads(found.pop("run/provenance.json"))
    found["digests"] = json.dumps(provenance["digests"], sort_keys=True).encode()
    return found


def test_killed_in_every_part_and_started_again_the_files_are_those_of_one_go(path, tmp_path):
    luck, caught = random.Random(20260726), 0
    context = multiprocessing.get_context("fork")
    for part in ("run", "study", "study", "fixes", "fixes", "latest", "beyond"):
        told = context.Value("i", -1)
        process = context.Process(target=done, args=(path, tmp_path / "killed", told))
        process.start()
        while told.value < ORDER.index(part) and process.is_alive():
            time.sleep(0.002)
        time.sleep(luck.uniform(0.0, 1.0))
        process.kill()
        process.join()
        caught += process.exitcode == -signal.SIGKILL
    assert caught >= CAUGHT
    done(path, tmp_path / "killed")
    done(path, tmp_path / "whole")
    killed, whole = results(tmp_path / "killed"), results(tmp_path / "whole")
    assert killed.keys() == whole.keys()
    assert [name for name in whole if killed[name] != whole[name]] == []
