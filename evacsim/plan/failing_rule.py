"""When does the plan fail? A rule that people can read, from the runs of a study (失效规律).

A small tree parts the runs in two, at most three times one after the other: by what was drawn as unknown, or by what
came about early in the run - who was on duty, how long calls took. Each cut is the one that parts runs that fail from
those that do not most surely (Fisher's exact test over all cuts that were tried, Bonferroni); where no cut is sure
there is no rule, and nothing is made up. Runs under one draw count as if they were independent, so a rule on what was
drawn is a little less sure than it looks.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.ensemble.finding import Runs
from evacsim.ensemble.interval import Interval
from evacsim.ensemble.limits import ENTRIES, Judged
from evacsim.ensemble.proportions import wilson
from evacsim.ensemble.unknowns import unknowns_in
from evacsim.language import Language, Text, same
from evacsim.results.wording import percent, quantity
from evacsim.scenario.study import StudyDesign

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
    name: Text
    """What the fact is called."""
    shown: Text
    """`at` as people read it."""

    def said(self) -> Text:
        """Return the condition as text."""
        return Text(f"{self.name.en} {self.side().en}", f"{self.name.zh}{self.side().zh}")

    def side(self) -> Text:
        """Return on which side of the cut the fact is."""
        shown = self.shown
        if isinstance(self.at, str):
            word = Text("being", "为") if self.is_above else Text("other than", "不为")
            return Text(f"{word.en} '{shown.en}'", f"{word.zh}“{shown.zh}”")
        word = Text("above", "超过") if self.is_above else Text("at most", "不超过")
        return Text(f"{word.en} {shown.en}", f"{word.zh} {shown.zh}")


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
        """Return how often the plan fails, and a line for each part of the runs with how often it fails there."""
        return "\n".join(text.said(lang) for text in self._texts())

    def _texts(self) -> Iterator[Text]:
        n_runs, n_failed = (
            sum(getattr(leaf, name) for leaf in self.leaves) for name in ("n_runs", "n_failed")
        )
        if not n_failed:
            yield Text(f"The plan fails in none of {n_runs} runs.", f"{n_runs} 次推演中预案均未失效。")
        elif n_failed == n_runs:
            yield Text(f"The plan fails in all of {n_runs} runs.", f"{n_runs} 次推演中预案全部失效。")
        elif self.worst is None:
            yield Text(
                f"The plan fails in {n_failed} of {n_runs} runs; no rule tells when.",
                f"{n_runs} 次推演中预案失效 {n_failed} 次，未发现明确规律。",
            )
        else:
            yield Text(
                f"The plan fails in {n_failed} of {n_runs} runs.",
                f"{n_runs} 次推演中预案失效 {n_failed} 次：",
            )
            yield from (self._leaf(number, leaf) for number, leaf in enumerate(self.leaves, start=1))

    def _leaf(self, number: int, leaf: Leaf) -> Text:
        """Return in how many runs of one part the plan fails."""
        when = _together(leaf.conditions)
        interval: Interval = wilson(leaf.n_failed, leaf.n_runs, self.level)
        share, low, high = (percent(value) for value in (leaf.share, interval.low, interval.high))
        often = Text(
            f"{leaf.n_failed or 'none'} of", f"失效 {leaf.n_failed} 次" if leaf.n_failed else "均未失效"
        )
        return Text(
            f"  {number}. With {when.en}: in {often.en} {leaf.n_runs} runs ({share}; {low}–{high}).",
            f"  {number}. {when.zh} 时：{leaf.n_runs} 次推演中{often.zh}（{share}，置信区间 {low}～{high}）",
        )


def failing_rule(
    runs: Runs, limits: Sequence[Judged], design: StudyDesign, depth: int = DEPTH
) -> FailingRule:
    """Return when a plan fails: breaks any of the limits.

    Parameters
    ----------
    runs : Runs
        Runs of a study.
    limits : sequence of Judged
        What is to be kept; what a run does not say is not broken by it.
    design : StudyDesign
        What the study drew as unknown.
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
    facts = {**_drawn(runs, design), **_early(runs, judged)}
    leaves = _parted(facts, failed, np.ones(len(failed), dtype=bool), (), depth)
    return FailingRule(tuple(sorted(leaves, key=lambda leaf: (-leaf.share, -leaf.n_runs))), runs.level)


class _Fact:
    """One fact of all runs, and the cuts that part them by it."""

    def __init__(
        self, id_: str, name: Text, values: Sequence[Any], shown: Callable[[float], Text] | None = None
    ) -> None:
        self.id, self.name = id_, name
        self._shown = shown
        """How a number reads; the fact is a word where there is none."""
        self.values = np.array(values, dtype=object if shown is None else np.float64)

    def condition(self, cut: float | str, *, is_above: bool) -> Condition:
        """Return what holds on one side of a cut."""
        shown = same(str(cut)) if self._shown is None else self._shown(float(cut))
        return Condition(self.id, is_above, cut, self.name, shown)

    def cuts(self, rows: Bools) -> list[float | str]:
        """Return where the runs (rows) may be cut."""
        if self._shown is None:
            return sorted(set(self.values[rows].tolist()))
        there = np.unique(self.values[rows])
        # Between a finite value and never lies every finite one above: the finite value itself cuts.
        between = [(low + high) / 2 if math.isfinite(high) else low for low, high in pairwise(there.tolist())]
        if not np.mod(there[np.isfinite(there)], 1).any():
            between = [float(math.floor(cut)) for cut in between]  # "above 5", not "above 5.5"
        step = max(len(between) // MOST_CUTS, 1)
        return [float(cut) for cut in between[step // 2 :: step]]

    def is_above(self, cut: float | str) -> Bools:
        """Return which runs lie above a cut, or are the word."""
        found: Bools = self.values == cut if self._shown is None else self.values > cut
        return np.asarray(found, dtype=bool)


def _drawn(runs: Runs, design: StudyDesign) -> dict[str, _Fact]:
    """Return what was drawn, as numbers where all of it are numbers with one unit."""
    found, unknowns = {}, unknowns_in(design)
    for id_ in runs.lines[0]["values"] if runs.lines else ():
        unknown = unknowns[id_]
        drawn = [line["values"][id_] for line in runs.lines]
        parts = [_number_and_unit(value) for value in drawn]
        units = {unit for _, unit in parts}
        if len(units) == 1 and not any(math.isnan(value) for value, _ in parts):
            shown = partial(unknown.amount, unit=units.pop())
            found[id_] = _Fact(id_, unknown.name, [value for value, _ in parts], shown)
        else:
            found[id_] = _Fact(id_, unknown.name, [str(value) for value in drawn])
    return found


def _early(runs: Runs, judged: set[str]) -> dict[str, _Fact]:
    there = runs.lines[0]["indicators"] if runs.lines else {}
    found = {}
    for id_ in EARLY:
        if id_ in there and id_ not in judged:
            values = runs.indicator(id_)
            if not np.isnan(values).any():
                entry = ENTRIES[id_]
                found[id_] = _Fact(id_, entry.name, values.tolist(), partial(_amount, unit=entry.unit))
    return found


def _amount(value: float, unit: str) -> Text:
    return Text(quantity(value, unit, "en"), quantity(value, unit, "zh"))


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
        condition = fact.condition(cut, is_above=is_above)
        inside = rows & (above if is_above else ~above)
        leaves += _parted(facts, failed, inside, _with(conditions, condition), depth - 1)
    return leaves


def _surest(facts: Mapping[str, _Fact], failed: Bools, rows: Bools) -> tuple[_Fact, float | str] | None:
    """Return the cut that parts failing runs from others most surely; None where none is sure."""
    from scipy.stats import fisher_exact

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


def _together(conditions: Sequence[Condition]) -> Text:
    """Return conditions as one phrase; two cuts of one fact say between what it lies."""
    by_fact: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_fact.setdefault(condition.fact, []).append(condition)
    said = []
    for own in by_fact.values():
        if len(own) == 2 and not isinstance(own[0].at, str):
            low, high = sorted(own, key=lambda one: not one.is_above)
            said.append(
                Text(f"{low.said().en} up to {high.shown.en}", f"{low.said().zh}、{high.side().zh}"),
            )
        else:
            said += [one.said() for one in own]
    return Text(" and ".join(one.en for one in said), "，且".join(one.zh for one in said))
