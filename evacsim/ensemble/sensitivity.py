"""Which of the unknowns move a result: Morris to screen many with few runs, then Sobol to share out the variance.

The points are SALib's (Saltelli sequences, Morris trajectories; Herman and Usher 2017, recalled), their runs
are those of a study: kept one by one, on any number of workers. All points have the same luck, so that they differ by
the unknowns alone.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.ensemble.belonging import belonging
from evacsim.ensemble.finding import Runs
from evacsim.ensemble.keeping import at_work
from evacsim.ensemble.limits import ENTRIES
from evacsim.ensemble.studying import Plan, Progress, check, finished, identity, make
from evacsim.ensemble.unknowns import unknowns_in
from evacsim.ensemble.working import Workers
from evacsim.errors import Issue, MissingExtraError, ScenarioError
from evacsim.language import Language, Text
from evacsim.results.plain import plain_rows
from evacsim.results.writing import write_csv, write_json, write_text
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.study import StudyDesign
from evacsim.streams import Streams
from evacsim.world.building import build_world

Method = Literal["morris", "sobol"]
LEVELS = 4
"""Grid of Morris: values of each unknown are at 0, 1/3, 2/3 and all of its law, drawn in by `EDGE`."""
EDGE = 0.005
"""Laws without an end are cut there: no point lies in the outermost half percent."""
COLUMNS: dict[Method, tuple[str, ...]] = {
    "morris": ("mu", "mu_star", "mu_star_conf", "sigma"),
    "sobol": ("S1", "S1_conf", "ST", "ST_conf"),
}


def points(method: Method, n_unknowns: int, *, size: int, seed: int) -> NDArray[np.float64]:
    """Return where the unknowns are put; float64, shape (n_points, n_unknowns), in [0, 1].

    Parameters
    ----------
    method : "morris" or "sobol"
        `size` trajectories of `n_unknowns + 1` points, or `size` (a power of two) times `n_unknowns + 2`.
    n_unknowns : int
        How many unknowns there are.
    size : int
        How many trajectories, or base points.
    seed : int
        Of the points.

    Raises
    ------
    MissingExtraError
        If SALib is not installed.
    ValueError
        If `size` is no power of two, for Sobol.
    """
    sampling, _ = _salib(method)
    number = _seed(seed, "points")
    if method == "morris":
        found = sampling.sample(_problem(n_unknowns), size, num_levels=LEVELS, seed=number)
    elif size < 2 or size & (size - 1):
        raise ValueError(f"Sobol needs a power of two of base points, not {size}")
    else:
        found = sampling.sample(_problem(n_unknowns), size, calc_second_order=False, seed=number)
    return np.asarray(found, dtype=np.float64)


def effects(
    method: Method,
    at: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what each unknown does to a result that is `values` at the points `at`.

    Returns
    -------
    DataFrame
        A row for each unknown. Morris: `mu_star`, mean size of the change of the result when the unknown goes through
        all of its law, `mu` with signs, `sigma`, how much it differs (bends, or hangs on others). Sobol: `S1`, share
        of the variance that goes when the unknown is known, `ST`, share that stays when all others are. `_conf`:
        half-width of the interval. Zeros where nothing moves.
    """
    _, analyzing = _salib(method)
    names, k = list(COLUMNS[method]), at.shape[1]
    if not np.ptp(values):
        return pd.DataFrame(0.0, index=range(k), columns=names)
    options: dict[str, Any] = {"conf_level": level, "seed": _seed(seed, "resamples")}
    if method == "morris":
        found = analyzing.analyze(_problem(k), at, values, num_levels=LEVELS, **options)
    else:
        found = analyzing.analyze(_problem(k), values, calc_second_order=False, **options)
    return pd.DataFrame({name: np.asarray(found[name], dtype=np.float64) for name in names})


@dataclass(frozen=True)
class Sensitivity:
    """What the unknowns of a design do to the indicators of a scenario."""

    method: Method
    table: pd.DataFrame
    """`indicator`, `unknown`, and the columns of `effects`; nan where a run does not say the indicator, or "never"."""
    n_runs: int
    scenario: Scenario
    names: Mapping[str, Text]
    """What each unknown is called, by its id."""

    def told(self, lang: Language = "zh") -> str:
        """Return for each indicator the unknowns that move it, the strongest first."""
        column, half = ("mu_star", "mu_star_conf") if self.method == "morris" else ("ST", "ST_conf")
        lines = [
            Text(
                f"{self.scenario.name}: {self.method}, {self.n_runs} runs; {column} ± half-width of its interval",
                f"{self.scenario.name}：{self.method} 法，推演 {self.n_runs} 次；{column} ± 置信区间半宽",
            ).said(lang)
        ]
        for name, rows in self.table.groupby("indicator", sort=False):
            ranked = rows.sort_values([column, "unknown"], ascending=[False, True])
            said = [
                f"{self.names[unknown].said(lang)} {value:.3g} ± {wide:.2g}"
                for unknown, value, wide in ranked[["unknown", column, half]].itertuples(index=False)
                if not math.isnan(value)
            ]
            nothing = Text("cannot be said at all points", "部分抽样点无法给出").said(lang)
            lines.append(f"{ENTRIES[str(name)].name.said(lang)}: {'; '.join(said) or nothing}")
        return "\n".join(lines)

    def save(self, folder: str | Path) -> Path:
        """Write `sensitivity.json`, `sensitivity.csv` and the text in both languages; return the folder."""
        folder = Path(folder)
        write_csv(folder / "sensitivity.csv", self.table)
        for lang in ("zh", "en"):
            write_text(folder / f"sensitivity.{lang}.txt", self.told(lang) + "\n")
        summary = {
            "scenario": self.scenario.id,
            "of": belonging(build_world(self.scenario)),
            "method": self.method,
            "runs": self.n_runs,
            "effects": plain_rows(self.table),
        }
        write_json(folder / "sensitivity.json", summary)
        return folder


@dataclass(frozen=True)
class Question:
    """What is asked of a scenario."""

    method: Method
    size: int
    """Trajectories of Morris, base points of Sobol."""
    indicators: Sequence[str]
    """Results that are looked at."""
    seed: int


def sensitivity(
    scenario: Scenario,
    design: StudyDesign,
    question: Question,
    folder: Path,
    workers: Workers,
    progress: Progress | None = None,
) -> Sensitivity:
    """Make the runs at all points that are missing, and return what each unknown does.

    Raises
    ------
    EvacsimError
        If the design has no unknowns, an indicator is not known, SALib is missing, or a study could not be made either.
    """
    _refuse(design, question.indicators)
    ids = [item.id for item in design.uncertain]
    at = points(question.method, len(ids), size=question.size, seed=question.seed)
    inside = EDGE + at * (1 - 2 * EDGE)
    places = tuple(tuple(map(float, row)) for row in inside)
    plan = Plan(scenario, design, question.seed, len(places) * design.inner, "budget", places)
    check(plan)
    with at_work(folder, identity(plan)):
        make(plan, folder, workers, plan.draws, progress)
        runs = finished(plan, folder, plan.draws)
    tables = []
    for name in question.indicators:
        values = _by_point(runs, name, len(places))
        if np.isfinite(values).all():
            found = effects(question.method, at, values, level=design.level, seed=question.seed)
        else:
            found = pd.DataFrame(math.nan, index=range(len(ids)), columns=list(COLUMNS[question.method]))
        found.insert(0, "unknown", ids)
        found.insert(0, "indicator", name)
        tables.append(found)
    return Sensitivity(
        method=question.method,
        table=pd.concat(tables, ignore_index=True),
        n_runs=len(runs.lines),
        scenario=scenario,
        names={id_: unknown.name for id_, unknown in unknowns_in(design).items()},
    )


def _by_point(runs: Runs, name: str, n_points: int) -> NDArray[np.float64]:
    """Return the mean of an indicator over the runs at each point."""
    found: NDArray[np.float64] = runs.indicator(name).reshape(n_points, -1).mean(axis=1)
    return found


def _refuse(design: StudyDesign, indicators: Sequence[str]) -> None:
    issues = [
        Issue("sensitivity", Text("is no indicator", "不是指标"), suggestion(name, ENTRIES), value=name)
        for name in indicators
        if name not in ENTRIES
    ]
    if not design.uncertain:
        rule = Text("nothing is unknown in this design", "设计中没有未知因素")
        issues.append(Issue("sensitivity", rule, Text("add entries to uncertain", "在 uncertain 下添加条目")))
    if issues:
        raise ScenarioError("sensitivity", issues)


def _problem(n_unknowns: int) -> dict[str, Any]:
    return {
        "num_vars": n_unknowns,
        "names": [f"x{number}" for number in range(n_unknowns)],
        "bounds": [[0.0, 1.0]] * n_unknowns,
    }


def _seed(seed: int, purpose: str) -> int:
    return int(Streams(seed).get("sensitivity", purpose).integers(2**31))


def _salib(method: Method) -> tuple[Any, Any]:
    """Return the modules that sample and analyze."""
    try:
        if method == "morris":
            from SALib.analyze import morris as analyzing
            from SALib.sample import morris as sampling
        else:
            from SALib.analyze import sobol as analyzing
            from SALib.sample import sobol as sampling
    except ImportError:
        raise MissingExtraError.for_library("SALib", "analysis", "sensitivity") from None
    return sampling, analyzing
