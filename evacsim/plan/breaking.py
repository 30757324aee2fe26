"""The least damage that breaks a plan: which roads, shelters, fleets, offices, sites together are one too many.

The search is honest about what it is. It looks at a list of single damages, the likeliest to hurt first, and at sets of
them; it can only find that a set breaks the plan, so the size it gives is an upper bound: what it has not tried may
break the plan with less. Only where it has tried every single damage of its list, or every pair, does it say so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from evacsim.ensemble.finding import Runs
from evacsim.ensemble.limits import ENTRIES
from evacsim.ensemble.order_statistics import quantile
from evacsim.errors import Issue, ScenarioError
from evacsim.language import Language, Text
from evacsim.plan.damages import damages
from evacsim.plan.trials import Trials
from evacsim.results.plain import plain
from evacsim.results.wording import quantity
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import suggestion

SLOWED = "clearance_time_90"
"""Indicator that tells which damage hurts more where none loses anybody."""


@dataclass(frozen=True)
class Asked:
    """When a plan counts as broken, and how far it is looked."""

    by: str = "out_before_water_share"
    """Id of the indicator."""
    worse: float = 0.1
    """The plan is broken where the mean of the indicator is worse than as it is by so much, in its unit (assumed)."""
    budget: int = 60
    """Sets of damages that are tried, at most."""
    each: int = 5
    """Damages of each kind that are looked at, those that concern most people first."""
    largest: int = 4
    """Damages in a set, at most."""


@dataclass(frozen=True)
class Breaking:
    """What breaks a plan."""

    asked: Asked
    n_runs: int
    """Runs of each set."""
    base: float
    """Mean of the indicator in the plan as it is."""
    damages: Mapping[str, Text]
    """The single damages that were looked at, by id."""
    table: pd.DataFrame
    """`damages, size, value, clearance_s, breaks`: a row for each set that was tried, in this order; ids joined by
    ` + `. `clearance_s` is the median time until 90 % are out."""
    found: tuple[str, ...]
    """The smallest set that breaks the plan, of those tried; empty where none does."""
    complete: int
    """All sets of so many damages, of those looked at, have been tried."""

    @property
    def is_least(self) -> bool:
        """Whether no smaller set of the damages that were looked at breaks the plan."""
        return bool(self.found) and self.complete >= len(self.found) - 1

    def told(self, lang: Language = "zh") -> str:
        """Return what breaks the plan, and how sure it is that nothing less does."""
        entry = ENTRIES[self.asked.by]
        amount = [quantity(self.asked.worse, entry.unit, one) for one in ("en", "zh")]
        head = Text(
            f"Least damage that breaks the plan ({entry.name.en} worse by {amount[0]}): ",
            f"使预案失效的最小破坏（{entry.name.zh}变差 {amount[1]}）：",
        )
        n_tried, n_looked = len(self.table), len(self.damages)
        if not self.found:
            rest = Text(
                f"none found among {n_tried} sets of {n_looked} single damages; every set of up to {self.complete} of "
                "them has been tried, what was not looked at may break it",
                f"在 {n_looked} 种单项破坏的 {n_tried} 个组合中未找到；其中 {self.complete} 项以内的组合已全部试过，"
                "未列入的破坏仍可能使其失效",
            )
            return head.said(lang) + rest.said(lang)
        names = [self.damages[id_] for id_ in self.found]
        value = float(self.table.loc[self.table["damages"] == " + ".join(self.found), "value"].iloc[0])
        shown = [[quantity(one, entry.unit, tongue) for tongue in ("en", "zh")] for one in (self.base, value)]
        bound = (
            Text(
                f"no smaller set of the {n_looked} damages looked at does",
                f"在所列 {n_looked} 种破坏中没有更小的组合",
            )
            if self.is_least
            else Text(
                f"an upper bound: {n_tried} sets of {n_looked} damages were tried, a smaller one may do",
                f"仅为上界：从 {n_looked} 种破坏中试了 {n_tried} 个组合，可能存在更小的组合",
            )
        )
        return Text(
            f"{head.en}{' + '.join(name.en for name in names)}, {shown[0][0]} -> {shown[1][0]}; {bound.en}",
            f"{head.zh}{' + '.join(name.zh for name in names)}，{shown[0][1]} → {shown[1][1]}；{bound.zh}",
        ).said(lang)

    def summary(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {
            "by": self.asked.by,
            "worse": self.asked.worse,
            "runs": self.n_runs,
            "base": plain(self.base),
            "told": {"en": self.told("en"), "zh": self.told("zh")},
            "found": list(self.found),
            "is_least_of_those_looked_at": self.is_least,
            "complete": self.complete,
            "damages": {id_: {"en": name.en, "zh": name.zh} for id_, name in self.damages.items()},
            "tried": [
                {"damages": row.damages, "value": plain(float(row.value)), "breaks": bool(row.breaks)}  # type: ignore[arg-type]
                for row in self.table.itertuples()
            ],
        }


def breaking(
    scenario: Scenario, asked: Asked, trials: Trials, progress: Callable[[int, int], None] | None = None
) -> Breaking:
    """Search for the least damage that breaks a plan: all single ones, then sets that grow from the worst (best first).

    Parameters
    ----------
    scenario : Scenario
    asked : Asked
    trials : Trials
        What is not known; how many runs are made of each set, and where.
    progress : callable, optional
        Told how many sets are done, of how many at most.

    Raises
    ------
    EvacsimError
        If the indicator is not known, or has no better side; or the scenario or the folder do not allow it.
    """
    entry = ENTRIES.get(asked.by)
    if entry is None or not entry.better:
        rule = Text("is no indicator of which more or less is better", "不是有优劣方向的指标")
        remedy = suggestion(asked.by, ENTRIES)
        raise ScenarioError("beyond", [Issue("beyond", rule, remedy, "by", value=asked.by)])
    return _Search(scenario, asked, trials, progress).found()


class _Search:
    """Sets of damages, tried in their order."""

    def __init__(
        self,
        scenario: Scenario,
        asked: Asked,
        trials: Trials,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.scenario, self.asked, self.trials, self.progress = scenario, asked, trials, progress
        self.sign = 1.0 if ENTRIES[asked.by].better == "more" else -1.0
        self.damages = damages(scenario, seed=trials.seed, each=asked.each)
        self.base = self._mean(trials.of("base", scenario))
        self.values: dict[tuple[str, ...], float] = {}
        self.clearance: dict[tuple[str, ...], float] = {}

    def found(self) -> Breaking:
        """Return the smallest set that breaks the plan, of those that the budget allows."""
        ids = list(self.damages)
        order = {id_: number for number, id_ in enumerate(ids)}
        complete, broken = 0, tuple[str, ...]()
        level: list[tuple[str, ...]] = [(id_,) for id_ in ids]
        for size in range(1, self.asked.largest + 1):
            for one in level:
                if len(self.values) >= self.asked.budget:
                    break
                self._try(one)
                if size > 1 and self._breaks(one):
                    break  # one of this size is as good as any; of single ones all are of interest
            breaking_sets = [one for one in self.values if len(one) == size and self._breaks(one)]
            if all(one in self.values for one in combinations(ids, size)):
                complete = size
            if breaking_sets:
                broken = min(breaking_sets, key=self._score)
                break
            if len(self.values) >= self.asked.budget:
                break
            level = self._larger(size, order)
        rows = [
            (" + ".join(one), len(one), value, self.clearance[one], self._breaks(one))
            for one, value in self.values.items()
        ]
        return Breaking(
            asked=self.asked,
            n_runs=self.trials.n_runs,
            base=self.base,
            damages={id_: damage.name for id_, damage in self.damages.items()},
            table=pd.DataFrame(rows, columns=["damages", "size", "value", "clearance_s", "breaks"]),
            found=broken,
            complete=complete,
        )

    def _larger(self, size: int, order: Mapping[str, int]) -> list[tuple[str, ...]]:
        """Return the sets of one damage more, those that hold the worst set of `size` first."""
        worst = sorted((one for one in self.values if len(one) == size), key=self._score)
        alone = sorted(order, key=lambda id_: (self._score((id_,)), order[id_]))
        sets = dict.fromkeys(
            tuple(sorted((*one, id_), key=order.__getitem__))
            for one in worst
            for id_ in alone
            if id_ not in one
        )
        return list(sets)

    def _try(self, one: tuple[str, ...]) -> None:
        scenario = self.scenario
        for id_ in one:
            scenario = scenario.change(self.damages[id_].changes(scenario))
        runs = self.trials.of("damaged/" + "_".join(one).replace("/", "_"), scenario)
        self.values[one] = self._mean(runs)
        took = runs.indicator(SLOWED)
        self.clearance[one] = quantile(took[~np.isnan(took)], 0.5)
        if self.progress is not None:
            self.progress(len(self.values), self.asked.budget)

    def _mean(self, runs: Runs) -> float:
        values = runs.indicator(self.asked.by)
        return float(np.nanmean(values)) if not np.isnan(values).all() else np.nan

    def _score(self, one: tuple[str, ...]) -> tuple[float, float]:
        """Return how good the indicator still is, then how quick the plan: the worst comes first.

        A plan with something to spare shows a damage by taking longer before it shows it by losing people.
        """
        value, took = self.values.get(one, np.nan), self.clearance.get(one, np.nan)
        return np.inf if np.isnan(value) else self.sign * value, 0.0 if np.isnan(took) else -took

    def _breaks(self, one: tuple[str, ...]) -> bool:
        return bool(self.sign * (self.base - self.values[one]) >= self.asked.worse - 1e-12)
