"""When does the plan fail? A rule that people can read, from the runs of a study (失效规律).

A small tree parts the runs in two, at most three times one after the other: by what was drawn as unknown, or by what
came about early in the run - who was on duty, how long calls took. Each cut is the one that parts runs that fail from
those that do not most surely (Fisher's exact test over all cuts that were tried, Bonferroni); where no cut is sure
there is no rule, and nothing is made up. Runs under one draw count as if they were independent, so a rule on what was
drawn is a little less sure than it looks.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from evacsim.ensemble.finding import Runs
from evacsim.ensemble.interval import Interval
from evacsim.ensemble.limits import ENTRIES, Judged
from evacsim.ensemble.proportions import wilson
from evacsim.language import Language, Text, same
from evacsim.results.wording import percent, quantity

Bools = NDArray[np.bool_]

EARLY = (
    "on_duty_share",
    "eoc_staffed_time",
    "report_delay_mean",
    "consultation_time_median",
    "mean_decide_time",
    "order_latency_90",
    "acknowledgment_rate",
    "acknowledgment_time_100",
    "public_reach",
    "list_error_rate",
    "disbelieved",
    "refused",
    "drivers_came_share",
    "buses_came_share",
    "breakdowns",
    "measures_skipped",
)
"""Indicators of what comes about before it is seen whether the plan holds; those there are."""
DEPTH = 3
LEAST = 3
"""Runs on each side of a cut, at least."""
MOST_CUTS = 24
"""Cuts tried of each fact, spread over its values."""
SURE = 0.05


@dataclass(frozen=True)
class Condition:
    """One fact of a run on one side of a cut."""

    fact: str
    """Id of the unknown, or of the indicator."""
    is_above: bool
    """Whether the fact is above `at`, else at or below it; equal to it, else another, where it is a word."""
    at: float | str
    unit: str
    """Unit in which an unknown was drawn; nothing for words and indicators."""

    def said(self) -> Text:
        """Return the condition as text."""
        if self.fact in ENTRIES:
            entry = ENTRIES[self.fact]
            name = entry.name
            shown = Text(*(quantity(float(self.at), entry.unit, lang) for lang in ("en", "zh")))
        else:
            name = same(self.fact)
            shown = same(self.at if isinstance(self.at, str) else f"{self.at:.3g} {self.unit}".strip())
        if isinstance(self.at, str):
            sign = Text("is" if self.is_above else "is not", "为" if self.is_above else "不为")
        else:
            sign = Text("is above" if self.is_above else "is at most", "大于" if self.is_above else "不大于")
        return Text(f"{name.en} {sign.en} {shown.en}", f"{name.zh}{sign.zh} {shown.zh}")


@dataclass(frozen=True)
class Leaf:
    """Runs that some conditions hold for."""

    conditions: tuple[Condition, ...]
    n_runs: int
    n_failed: int

    @property
    def share(self) -> float:
        """Share of these runs that fail."""
        return self.n_failed / self.n_runs if self.n_runs else math.nan


@dataclass(frozen=True)
class FailingRule:
    """When the plan fails."""

    leaves: tuple[Leaf, ...]
    """All runs, parted; the most often failing first."""
    level: float

    @property
    def worst(self) -> Leaf | None:
        """The conditions under which the plan fails most often; None where no cut is sure."""
        return self.leaves[0] if self.leaves[0].conditions else None

    def told(self, lang: Language = "zh") -> str:
        """Return the rule as one sentence."""
        n_runs, n_failed = (
            sum(getattr(leaf, name) for leaf in self.leaves) for name in ("n_runs", "n_failed")
        )
        if not n_failed:
            return Text(f"The plan fails in none of {n_runs} runs.", f"{n_runs} 次推演中预案均未失效。").said(
                lang
            )
        if self.worst is None:
            return Text(
                f"The plan fails in {n_failed} of {n_runs} runs; no rule tells when.",
                f"{n_runs} 次推演中失效 {n_failed} 次，未发现明确规律。",
            ).said(lang)
        rest = (n_runs - self.worst.n_runs, n_failed - self.worst.n_failed)
        said = [condition.said() for condition in self.worst.conditions]
        inside, outside = (
            _share(self.worst.n_failed, self.worst.n_runs, self.level),
            _share(*rest[::-1], self.level),
        )
        return Text(
            f"If {' and '.join(one.en for one in said)}, the plan fails in {self.worst.n_failed} of "
            f"{self.worst.n_runs} runs ({inside}), otherwise in {rest[1]} of {rest[0]} ({outside}).",
            f"当{'且'.join(one.zh for one in said)}时，{self.worst.n_runs} 次推演中失效 {self.worst.n_failed} 次"
            f"（{inside}），其余 {rest[0]} 次中失效 {rest[1]} 次（{outside}）。",
        ).said(lang)


def failing_rule(runs: Runs, limits: Sequence[Judged], depth: int = DEPTH) -> FailingRule:
    """Return when a plan fails: breaks any of the limits.

    Parameters
    ----------
    runs : Runs
        Runs of a study.
    limits : sequence of Judged
        What is to be kept; what a run does not say is not broken by it.
    depth : int
        Conditions one after the other, at most.
    """
    failed = np.zeros(len(runs.lines), dtype=bool)
    for limit in limits:
        values = runs.indicator(limit.entry.id)
        failed |= np.array(
            [not math.isnan(value) and not limit.is_kept(value) for value in values], dtype=bool
        )
    judged = {limit.entry.id for limit in limits}
    facts = {**_unknowns(runs), **_early(runs, judged)}
    leaves = _parted(facts, failed, np.ones(len(failed), dtype=bool), (), depth)
    return FailingRule(tuple(sorted(leaves, key=lambda leaf: (-leaf.share, -leaf.n_runs))), runs.level)


class _Fact:
    """One fact of all runs, and the cuts that part them by it."""

    def __init__(self, name: str, values: Sequence[Any], unit: str = "") -> None:
        self.name, self.unit = name, unit
        self.is_word = any(isinstance(value, str) for value in values)
        self.values = np.array(values, dtype=object if self.is_word else np.float64)

    def cuts(self, rows: Bools) -> list[float | str]:
        """Return where the runs (rows) may be cut."""
        if self.is_word:
            return sorted(set(self.values[rows].tolist()))
        there = np.unique(self.values[rows])
        # Between a finite value and never lies every finite one above: the finite value itself cuts.
        between = [(low + high) / 2 if math.isfinite(high) else low for low, high in pairwise(there.tolist())]
        step = max(len(between) // MOST_CUTS, 1)
        return [float(cut) for cut in between[step // 2 :: step]]

    def is_above(self, cut: float | str) -> Bools:
        """Return which runs lie above a cut, or are the word."""
        found: Bools = self.values == cut if self.is_word else self.values > cut
        return np.asarray(found, dtype=bool)


def _unknowns(runs: Runs) -> dict[str, _Fact]:
    """Return what was drawn, as numbers where all of it are numbers with one unit."""
    found = {}
    for name in runs.lines[0]["values"] if runs.lines else ():
        drawn = [line["values"][name] for line in runs.lines]
        parts = [_number_and_unit(value) for value in drawn]
        units = {unit for _, unit in parts}
        if len(units) == 1 and not any(math.isnan(value) for value, _ in parts):
            found[name] = _Fact(name, [value for value, _ in parts], units.pop())
        else:
            found[name] = _Fact(name, [str(value) for value in drawn])
    return found


def _early(runs: Runs, judged: set[str]) -> dict[str, _Fact]:
    there = runs.lines[0]["indicators"] if runs.lines else {}
    found = {}
    for name in EARLY:
        if name in there and name not in judged:
            values = runs.indicator(name)
            if not np.isnan(values).any():
                found[name] = _Fact(name, values.tolist())
    return found


def _number_and_unit(value: Any) -> tuple[float, str]:
    """Return the number and the unit of a drawn value; nan where it is a word.

    >>> _number_and_unit("15.0 min"), _number_and_unit(0.25), _number_and_unit("nearest")[0]
    ((15.0, 'min'), (0.25, ''), nan)
    """
    number, _, unit = str(value).partition(" ")
    try:
        return float(number), unit
    except ValueError:
        return math.nan, ""


def _parted(
    facts: Mapping[str, _Fact], failed: Bools, rows: Bools, conditions: tuple[Condition, ...], depth: int
) -> list[Leaf]:
    """Return the leaves of the tree below some runs (rows)."""
    best = _surest(facts, failed, rows) if depth else None
    if best is None:
        return [Leaf(conditions, int(rows.sum()), int(failed[rows].sum()))]
    fact, cut = best
    above = fact.is_above(cut)
    leaves = []
    for is_above in (True, False):
        condition = Condition(fact.name, is_above, cut, fact.unit)
        inside = rows & (above if is_above else ~above)
        leaves += _parted(facts, failed, inside, _with(conditions, condition), depth - 1)
    return leaves


def _surest(facts: Mapping[str, _Fact], failed: Bools, rows: Bools) -> tuple[_Fact, float | str] | None:
    """Return the cut that parts failing runs from others most surely; None where none is sure."""
    n_tried = 0
    found: list[tuple[float, int, _Fact, float | str]] = []
    for fact in facts.values():
        for cut in fact.cuts(rows):
            above = rows & fact.is_above(cut)
            below = rows & ~above
            if above.sum() < LEAST or below.sum() < LEAST:
                continue
            n_tried += 1
            table = [[int((side & failed).sum()), int((side & ~failed).sum())] for side in (above, below)]
            found.append((float(fisher_exact(table).pvalue), len(found), fact, cut))
    if not found:
        return None
    p, _, fact, cut = min(found, key=lambda one: one[:2])
    return (fact, cut) if p * n_tried <= SURE else None


def _with(conditions: tuple[Condition, ...], one: Condition) -> tuple[Condition, ...]:
    """Return conditions with one more; of two on one side of one fact the narrower is enough."""
    if isinstance(one.at, str):
        return (*conditions, one)
    side = (one.fact, one.is_above)
    rest = tuple(other for other in conditions if (other.fact, other.is_above) != side)
    return (*rest, one)


def _share(part: int, whole: int, level: float) -> str:
    interval: Interval = wilson(part, whole, level)
    return f"{percent(part / whole if whole else math.nan)}, {percent(interval.low)}–{percent(interval.high)}"
