"""Many runs: whether limits are kept often enough, and what moves the results."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evacsim.ensemble import studying
from evacsim.ensemble.finding import Stop
from evacsim.ensemble.sensitivity import Method, Question, Sensitivity
from evacsim.ensemble.sensitivity import sensitivity as find_sensitivity
from evacsim.ensemble.study import Study
from evacsim.ensemble.working import DaskWorkers, Processes, ThisProcess, Workers
from evacsim.scenario.model import Scenario
from evacsim.scenario.study import StudyDesign, design_from, read_design


def study(
    scenario: Scenario,
    *,
    runs: int = 200,
    workers: int | str = 1,
    design: str | Path | Mapping[str, Any] | None = None,
    seed: int = 0,
    stop: Stop = "decided",
    out: str | Path | None = None,
    progress: studying.Progress | None = None,
) -> Study:
    """Run a scenario many times and say of each limit whether it is kept often enough (多次推演).

    The same scenario, design, seed, budget and version give the same result on any number of workers,
    also where the study was killed at any moment and called again with the same folder.

    Parameters
    ----------
    scenario : Scenario
        What is run.
    runs : int
        Runs at most.
    workers : int or str
        Processes of this machine; 1 makes all runs in this one. A script that asks for more must
        stand below `if __name__ == "__main__":`. Or the address of the scheduler of a Dask cluster,
        such as "tcp://10.0.0.1:8786".
    design : path or mapping, optional
        What is not known, what is judged (see `scenario.study.StudyDesign`). If absent, nothing is
        unknown but the luck of each run, and all indicators with a limit of their own are judged.
    seed : int
        Of all draws and runs.
    stop : "decided" or "budget"
        Whether to end when all verdicts are decided, or always after `runs` runs. The intervals of the
        first hold although one has looked before; the second has its size fixed and narrower ones.
    out : path, optional
        Where finished runs are kept and the result is written; nothing is kept if absent.
    progress : callable, optional
        Told the runs that are done, and those planned at most, now and then.

    Raises
    ------
    EvacsimError
        If the scenario or the design is wrong, or the folder holds another study.
    """
    if runs < 1:
        raise ValueError(f"a study needs at least one run, not {runs}")
    chosen = design_from({}) if design is None else design_of(design)
    plan = studying.Plan(scenario, chosen, seed, runs, stop)
    at_work = workers_of(workers)
    try:
        with tempfile.TemporaryDirectory() as nowhere:
            found, decided = studying.study(plan, Path(out or nowhere).absolute(), at_work, progress)
    finally:
        at_work.close()
    done = Study(plan, found, decided)
    if out is not None:
        done.save(out)
    return done


def sensitivity(
    scenario: Scenario,
    *,
    design: str | Path | Mapping[str, Any],
    indicators: Sequence[str],
    method: Method = "morris",
    size: int = 10,
    workers: int | str = 1,
    seed: int = 0,
    out: str | Path | None = None,
) -> Sensitivity:
    """Say which unknowns of a design move which indicators (敏感性): Morris to screen, Sobol for shares.

    All points have the same luck. Runs are kept, and go on, as those of `study`.

    Parameters
    ----------
    scenario : Scenario
        What is run.
    design : path or mapping
        The unknowns (see `scenario.study.StudyDesign`), and how many runs are made at each point. What
        Morris finds not to matter is left out of the design for Sobol.
    indicators : sequence of str
        Ids of the indicators that are looked at.
    method : "morris" or "sobol"
        `size` trajectories of one point more than there are unknowns, or `size` (a power of two)
        times two points more than there are unknowns.
    size : int
        See `method`.
    workers, seed, out
        As for `study`.

    Raises
    ------
    EvacsimError
        If the scenario or the design is wrong, SALib is missing, or the folder holds another study.
    """
    chosen = design_of(design)
    at_work = workers_of(workers)
    try:
        with tempfile.TemporaryDirectory() as nowhere:
            question = Question(method, size, list(indicators), seed)
            folder = Path(out or nowhere).absolute()
            found = find_sensitivity(scenario, chosen, question, folder, at_work)
    finally:
        at_work.close()
    if out is not None:
        found.save(out)
    return found


def design_of(design: str | Path | Mapping[str, Any]) -> StudyDesign:
    """Return a design that is given as such, or as the file it stands in."""
    return design_from(design) if isinstance(design, Mapping) else read_design(design)


def workers_of(workers: int | str) -> Workers:
    """Return who makes the runs: this process, processes of this machine, or a Dask cluster by its address."""
    if isinstance(workers, str):
        return DaskWorkers(workers)
    if workers < 1:
        raise ValueError(f"a study needs at least one worker, not {workers}")
    return ThisProcess() if workers == 1 else Processes(workers)
