"""A study (多次推演): runs until every verdict is decided or the budget is spent, kept as they come.

When to look is fixed beforehand - after 20 draws, 30, 45 and so on -, and each look sees the same draws, however
many workers have made them and in whatever order. So the result depends on scenario, design, seed and budget alone.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evacsim.ensemble.belonging import belonging, digest
from evacsim.ensemble.drawing import changes_of, drawn, seed_of, value_at, values_at
from evacsim.ensemble.finding import Runs, Stop, judged
from evacsim.ensemble.keeping import RUNS, at_work, keep, kept
from evacsim.ensemble.limits import Judged, limits_of
from evacsim.ensemble.replicating import Task, packed, program, written
from evacsim.ensemble.verdicts import Verdict
from evacsim.ensemble.working import Workers
from evacsim.errors import Issue, ScenarioError
from evacsim.language import Text
from evacsim.scenario.model import Scenario
from evacsim.scenario.study import StudyDesign
from evacsim.world.building import build_world

FIRST_LOOK = 20
"""Draws before the first look: fewer decide nothing but the worst."""
GROWTH = 1.5
"""Draws at a look over those at the look before."""

Progress = Callable[[int, int], None]
"""Told the runs that are done and those planned at most."""


@dataclass(frozen=True)
class Plan:
    """All that a study depends on."""

    scenario: Scenario
    design: StudyDesign
    seed: int
    budget: int
    """Runs at most."""
    stop: Stop
    points: tuple[tuple[float, ...], ...] | None = None
    """Where each draw puts the unknowns, as shares of their laws; at random if absent. The luck of all
    points is then the same: they differ by the unknowns alone."""

    @property
    def draws(self) -> int:
        """Draws at most: whole ones only."""
        if self.points is not None:
            return len(self.points)
        return max(self.budget // self.design.inner, 1)

    @property
    def limits(self) -> list[Judged]:
        """What is judged."""
        return limits_of(self.design)

    def looks(self) -> Iterator[int]:
        """Yield the numbers of draws after which to look; the last is that of the budget."""
        if self.stop == "decided":
            look = float(FIRST_LOOK)
            while round(look) < self.draws:
                yield round(look)
                look *= GROWTH
        yield self.draws

    def task(self, draw: int, inner: list[int], folder: Path) -> Task:
        """Return the task to make some runs under a draw."""
        values = (
            drawn(self.design, self.seed, draw)
            if self.points is None
            else values_at(self.design, self.points[draw])
        )
        return Task(
            packed(self.scenario),
            written(changes_of(self.design, values)),
            draw,
            written(values),
            tuple((run, self.seed_of(draw, run)) for run in inner),
            str(folder),
            program(),
        )

    def seed_of(self, draw: int, run: int) -> int:
        """Return the seed of a run."""
        return seed_of(self.seed, draw if self.points is None else 0, run)


def check(plan: Plan) -> None:
    """Refuse what cannot be studied before any run: unknown indicators, paths, values that do not fit.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    _ = plan.limits
    issues: list[Issue] = []
    for item in plan.design.uncertain:
        for uniform in (1e-3, 0.5, 1 - 1e-3):
            value = value_at(item, uniform)
            try:
                plan.scenario.change(dict.fromkeys(item.paths, value))
            except ScenarioError as error:
                issues += [issue for issue in error.issues if issue not in issues]
    if issues:
        raise ScenarioError(Text("study", "多次推演").en, issues)


def identity(plan: Plan) -> dict[str, Any]:
    """Return what a folder of runs belongs to; equal for equal studies, whatever their budget.

    A study of fixed size has its size among it: whoever may go on after having seen the result has not fixed it.

    Raises
    ------
    ScenarioError
        If the world of the scenario cannot be built.
    """
    design = plan.design.model_dump(mode="json")
    fixed = plan.budget if plan.stop == "budget" and plan.points is None else None
    points = {} if plan.points is None else {"points": digest(repr(plan.points))}
    return {
        **belonging(build_world(plan.scenario)),
        "design": {**design, "stop": plan.stop, "fixed_runs": fixed, **points},
        "seed": plan.seed,
        "program": json.loads(program()),
    }


def study(plan: Plan, folder: Path, workers: Workers, progress: Progress | None = None) -> tuple[Runs, bool]:
    """Make the runs that are missing, look after them, and return all with whether every verdict is decided.

    Raises
    ------
    EvacsimError
        If the scenario, the design, the folder or the workers do not allow it.
    """
    check(plan)
    with at_work(folder, identity(plan)):
        for look in plan.looks():
            make(plan, folder, workers, look, progress)
            runs = finished(plan, folder, look)
            words = judged(runs, plan.limits, plan.design.target)["verdict"]
            is_decided = Verdict.UNDECIDED.value not in set(words)
            if is_decided and plan.stop == "decided":
                break
        return runs, is_decided


def make(plan: Plan, folder: Path, workers: Workers, draws: int, progress: Progress | None = None) -> None:
    """Make all runs of the first `draws` draws that are not kept yet."""
    inner = range(plan.design.inner)
    (folder / RUNS).mkdir(exist_ok=True)
    missing = {
        draw: [run for run in inner if kept(folder, draw, run, plan.seed_of(draw, run)) is None]
        for draw in range(draws)
    }
    tasks = [plan.task(draw, runs, folder) for draw, runs in missing.items() if runs]
    done = draws * plan.design.inner - sum(len(task.seeds) for task in tasks)
    for texts in workers.work(tasks):
        for name, text in texts:
            keep(folder, name, text)
        done += len(texts)
        if progress is not None:
            progress(done, plan.draws * plan.design.inner)


def finished(plan: Plan, folder: Path, draws: int) -> Runs:
    """Return all runs of the first `draws` draws, in their order."""
    lines = []
    for draw in range(draws):
        for run in range(plan.design.inner):
            line = kept(folder, draw, run, plan.seed_of(draw, run))
            assert line is not None, "all of them have been made"
            lines.append(line)
    return Runs(lines, plan.design.level, plan.stop)
