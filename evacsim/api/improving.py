"""Variants of a plan, run many times each: what would fix it, when an order is too late, what breaks it."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from evacsim.api.studying import design_of, workers_of
from evacsim.plan import beyond as beyond_design
from evacsim.plan import breaking, fixing, latest_order
from evacsim.plan.fixes import Asked as AskedFixes
from evacsim.plan.fixes import Fixes
from evacsim.plan.levers import chosen, menu
from evacsim.plan.trials import Trials
from evacsim.report.orders_map import save_maps
from evacsim.scenario.model import Scenario
from evacsim.scenario.study import StudyDesign, design_from


def fixes(
    scenario: Scenario,
    *,
    limits: Sequence[Mapping[str, Any]] | None = None,
    design: str | Path | Mapping[str, Any] | None = None,
    runs: int = 40,
    seed: int = 0,
    workers: int | str = 1,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    **asked: Any,
) -> Fixes:
    """Say what would fix a plan: each lever under the same luck, and the smallest set that is enough (改进措施).

    >>> ev.fixes(scenario, limits=[{"indicator": "late", "at_most": 0, "target": 0.9}], runs=40)  # doctest: +SKIP

    Parameters
    ----------
    scenario : Scenario
    limits : sequence of mapping, optional
        What is to be kept, as in a design; those of the design if absent.
    design, workers, out
        As for `study`; what is made goes on in the same folder.
    runs : int
        Runs of the plan as it is, of each lever, of each set that is tried, and of the set under fresh luck.
    seed : int
        Of all draws and runs; the fresh ones follow from it.
    progress : callable, optional
        Told how many variants are done, and how many there are as far as one knows.
    **asked
        Fields of `evacsim.plan.fixes.Asked`: `by`, `levers`, `units`, `costs`, `frequencies`, `most`, `tried`.

    Raises
    ------
    EvacsimError
        If the scenario, the design, a lever or a cost is wrong, or the folder holds another search.
    """
    with _trials(_with_limits(design, limits), runs=runs, seed=seed, workers=workers, out=out) as trials:
        found = fixing.fixes(scenario, AskedFixes(**asked), trials, progress)
    if out is not None:
        found.save(out)
    return found


def latest_orders(
    scenario: Scenario,
    *,
    design: str | Path | Mapping[str, Any] | None = None,
    runs: int = 40,
    seed: int = 0,
    workers: int | str = 1,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    **asked: Any,
) -> latest_order.LatestOrders:
    """Say for each zone until when its order may go out and people still are out before the water (最晚安全下令时间).

    >>> ev.latest_orders(scenario, shifts=[-7200, -3600, 0, 3600], people=0.95, probability=0.9)  # doctest: +SKIP

    Parameters
    ----------
    scenario : Scenario
    design, seed, workers, out
        As for `study`.
    runs : int
        Runs of the plan as it is, and at each shift.
    progress : callable, optional
        Told how many variants are done, of how many.
    **asked
        Fields of `evacsim.plan.latest_order.Asked`: `shifts` [s], `people`, `probability`; and `levers`, ids of levers
        with which all of it is done again.

    Raises
    ------
    EvacsimError
        If the scenario, the design, the shifts or a lever is wrong, or the folder holds something else.
    """
    named = asked.pop("levers", ())
    levers = chosen(menu(), named) if named else []
    with _trials(_with_limits(design, None), runs=runs, seed=seed, workers=workers, out=out) as trials:
        found = latest_order.latest_orders(scenario, latest_order.Asked(**asked), trials, levers, progress)
    if out is not None:
        found.save(out)
        save_maps(found, out)
    return found


def beyond(
    scenario: Scenario,
    *,
    design: str | Path | Mapping[str, Any] | None = None,
    runs: int = 40,
    seed: int = 0,
    workers: int | str = 1,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    **damage: Any,
) -> beyond_design.Beyond:
    """Say what a plan is worth beyond what it was made for, and what the least damage is that breaks it (超设计检验).

    Parameters
    ----------
    scenario : Scenario
    design, seed, workers, out
        As for `study`.
    runs : int
        Runs of the plan as it is, in each case, and with each set of damages.
    progress : callable, optional
        Told how many cases are done, of how many.
    **damage
        Fields of `evacsim.plan.breaking.Asked`: `budget`, `each`, `largest`, `by`, `worse`. No damage is searched for
        where `budget` is 0.

    Raises
    ------
    EvacsimError
        If the scenario or the design is wrong, or the folder holds something else.
    """
    asked = breaking.Asked(**damage)
    with _trials(_with_limits(design, None), runs=runs, seed=seed, workers=workers, out=out) as trials:
        found = beyond_design.beyond(scenario, trials, progress)
        if asked.budget > 0:
            found = replace(found, breaking=breaking.breaking(scenario, asked, trials, progress))
    if out is not None:
        found.save(out)
    return found


@contextmanager
def _trials(
    design: StudyDesign, *, runs: int, seed: int, workers: int | str, out: str | Path | None
) -> Iterator[Trials]:
    """Yield where variants of a scenario are run: below the folder, if there is one."""
    if runs < 1:
        raise ValueError(f"each variant needs at least one run, not {runs}")
    at_work = workers_of(workers)
    try:
        with tempfile.TemporaryDirectory() as nowhere:
            yield Trials(design, seed, runs, Path(out or nowhere).absolute() / "runs", at_work)
    finally:
        at_work.close()


def _with_limits(
    design: str | Path | Mapping[str, Any] | None, limits: Sequence[Mapping[str, Any]] | None
) -> StudyDesign:
    chosen_design = design_of({} if design is None else design)
    if limits is None:
        return chosen_design
    return chosen_design.model_copy(update={"limits": design_from({"limits": list(limits)}).limits})
