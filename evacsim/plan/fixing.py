"""What would fix a plan: every lever run under the same luck, ranked, and the smallest set that is enough.

The base and each lever meet the same draws and seeds, so that what differs comes from the lever alone. Effects are
judged for the whole menu at once (Holm). From the levers that help, a set is put together one by one until every limit
is kept often enough, and made smaller again where one of them turns out not to be needed. What is chosen on some runs
looks better on them than it is; so the set and each of its levers are run again under fresh luck, and those runs speak.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from evacsim.ensemble.finding import Runs, judged
from evacsim.ensemble.limits import ENTRIES, Judged, limits_of
from evacsim.errors import Issue, ScenarioError
from evacsim.language import Text
from evacsim.plan.failing_rule import failing_rule
from evacsim.plan.fix_tables import Tried, by_limit, keeps, ranked
from evacsim.plan.fixes import Asked, Fixes
from evacsim.plan.lateness_shares import lateness_shares
from evacsim.plan.lever import Lever, Proposal, Situation, meet
from evacsim.plan.levers import chosen, menu, units
from evacsim.plan.trials import Floats, Paired, Trials, by_draw, paired
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import suggestion
from evacsim.streams import Streams

BASE = "base"
"""Name of the plan as it is."""


class _Set(NamedTuple):
    """Some levers together, and what they come to."""

    levers: tuple[Lever, ...]
    runs: Runs
    enough: int
    score: tuple[float, ...]


def fixes(
    scenario: Scenario,
    asked: Asked,
    trials: Trials,
    progress: Callable[[int, int], None] | None = None,
    levers: Sequence[Lever] | None = None,
) -> Fixes:
    """Run the plan as it is and with each lever, and put together the smallest set that is enough.

    Parameters
    ----------
    scenario : Scenario
    asked : Asked
    trials : Trials
        What is not known and which limits are to be kept; how many runs are made of each variant, and where.
    progress : callable, optional
        Told how many variants are done, and how many there are as far as one knows.
    levers : sequence of Lever, optional
        What could be done, instead of what `asked` says of the menu.

    Raises
    ------
    EvacsimError
        If the scenario or the design is wrong, an indicator is not known, or the folder holds something else.
    """
    if asked.by not in ENTRIES:
        rule = Text("is no indicator", "不是指标")
        remedy = suggestion(asked.by, ENTRIES)
        raise ScenarioError("fixes", [Issue("fixes", rule, remedy, "by", value=asked.by)])
    if levers is None:
        single = units(scenario, asked.units, asked.costs, seed=trials.seed)
        levers = chosen([*menu(asked.costs), *single], asked.levers)
    return _Search(scenario, asked, trials, progress).found(levers)


class _Search:
    """The search in its order: each lever alone, a set, fresh runs."""

    def __init__(
        self,
        scenario: Scenario,
        asked: Asked,
        trials: Trials,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.scenario, self.asked, self.trials = scenario, asked, trials
        self.design = design = trials.design
        self.limits: list[Judged] = limits_of(design)
        self.progress = progress
        self.n_trials = 0
        self.n_planned = 0
        self.drawn = {path for item in design.uncertain for path in item.paths}
        self.base: Runs

    def found(self, levers: Sequence[Lever]) -> Fixes:
        """Return everything."""
        situation = Situation(self.scenario, self.asked.frequencies)
        proposals = {lever.id: self._on(lever, situation) for lever in levers}
        applying = [lever for lever in levers if isinstance(proposals[lever.id], Proposal)]
        self.n_planned = 1 + len(applying)
        self.base = self._run(BASE, self.scenario, self.trials)
        # What no run of the plan as it is can say is no limit of it.
        said = [limit for limit in self.limits if not np.isnan(self.base.indicator(limit.entry.id)).all()]
        self.limits = said
        tried = []
        for lever in applying:
            proposal = proposals[lever.id]
            assert isinstance(proposal, Proposal)
            runs = self._run(lever.id, self.scenario.change(proposal.changes), self.trials)
            kept = by_draw(runs, self._kept(runs)) - by_draw(self.base, self._kept(self.base))
            tried.append(Tried(lever, proposal, runs, self._effect(runs, self.base), float(kept.mean())))
        table = ranked(tried)
        best, steps = self._set(tried, table)
        fresh_seed = int(Streams(self.trials.seed).get("fixes", "fresh").integers(2**53))
        fresh, fresh_limits = self._fresh(best, tried, replace(self.trials, seed=fresh_seed))
        missing = [(lever, proposals[lever.id]) for lever in levers if lever not in applying]
        return Fixes(
            scenario=self.scenario,
            design=self.design,
            asked=self.asked,
            seed=self.trials.seed,
            fresh_seed=fresh_seed,
            n_runs=len(self.base.lines),
            n_trials=self.n_trials,
            levers=table,
            left_out=pd.DataFrame(
                [(lever.id, *lever.name, *why) for lever, why in missing if isinstance(why, Text)],
                columns=["lever", "name_en", "name_zh", "why_en", "why_zh"],
            ),
            limits=by_limit(tried, self.base, self.limits),
            steps=steps,
            chosen=tuple(lever.id for lever in best.levers),
            fresh=fresh,
            fresh_limits=fresh_limits,
            stages=lateness_shares(self.base),
            rule=failing_rule(self.base, self.limits, self.design),
        )

    # -- each lever alone -----------------------------------------------------------------------

    def _on(self, lever: Lever, situation: Situation) -> Proposal | Text:
        """Return what a lever changes; nothing that the design draws, since the draw would undo it."""
        found = lever.on(situation)
        if isinstance(found, Proposal) and any(meet(one, two) for one in self.drawn for two in found.changes):
            return Text("the study draws this as unknown", "该参数在多次推演中按未知抽样")
        return found

    def _run(self, name: str, scenario: Scenario, trials: Trials) -> Runs:
        runs = trials.of(name, scenario)
        self.n_trials += 1
        if self.progress is not None:
            self.progress(self.n_trials, max(self.n_planned, self.n_trials))
        return runs

    def _effect(self, runs: Runs, base: Runs) -> Paired:
        """Return how much better the indicator is than in the base: fewer people late, a greater share out."""
        sign = 1.0 if ENTRIES[self.asked.by].better == "more" else -1.0
        of_runs, of_base = (by_draw(one, sign * one.indicator(self.asked.by)) for one in (runs, base))
        return paired(of_runs, of_base, self.design.level)

    def _kept(self, runs: Runs) -> Floats:
        """Return how many limits each run keeps."""
        kept: Floats = np.sum([keeps(runs, limit) for limit in self.limits], axis=0)
        return kept

    # -- a set ----------------------------------------------------------------------------------

    def _scored(self, levers: tuple[Lever, ...], runs: Runs) -> _Set:
        """Return a set with its score: limits kept often enough, then how near the others are, then the effect."""
        shares = [float(by_draw(runs, keeps(runs, limit)).mean()) for limit in self.limits]
        enough = sum(share >= limit.target for share, limit in zip(shares, self.limits, strict=True))
        near = sum(min(share, limit.target) for share, limit in zip(shares, self.limits, strict=True))
        effect = self._effect(runs, self.base).mean
        score = (float(enough), round(near, 9), 0.0 if math.isnan(effect) else round(effect, 9))
        return _Set(levers, runs, enough, score)

    def _set(self, tried: Sequence[Tried], table: pd.DataFrame) -> tuple[_Set, pd.DataFrame]:
        """Put levers together one by one, best first, until all limits are kept often enough; then leave out again."""
        now = self._scored((), self.base)
        rows: list[tuple[Any, ...]] = [(0, "as it is", "", now)]
        by_id = {one.lever.id: one for one in tried}
        order = [by_id[id_] for id_ in table["lever"]]
        helping = [
            one for one in order if one.proposal.units > 0 and self._scored((), one.runs).score > now.score
        ]
        cost = {one.lever.id: one.proposal.units * one.lever.cost.amount for one in tried}
        candidates = helping[: self.asked.tried]
        while now.enough < len(self.limits) and len(now.levers) < self.asked.most:
            nexts = [self._with(now, one) for one in candidates if one.lever not in now.levers]
            better = [one for one in nexts if one is not None and one.score > now.score]
            if not better:
                break
            now = max(better, key=lambda one: (one.score, -cost[one.levers[-1].id]))
            rows.append((len(rows), "added", now.levers[-1].id, now))
        for lever in now.levers if len(now.levers) > 1 else ():
            rest = tuple(one for one in now.levers if one != lever)
            fewer = self._together(rest, by_id)
            # What is enough may do so by less; what is not enough must not become worse.
            wanted = (float(len(self.limits)),) if now.enough == len(self.limits) else now.score
            if fewer is not None and fewer.score >= wanted:
                now = fewer
                rows.append((len(rows), "left out", lever.id, now))
        steps = [
            (step, action, lever, one.enough, len(self.limits), one.score[2])
            for step, action, lever, one in rows
        ]
        return now, pd.DataFrame(steps, columns=["step", "action", "lever", "enough", "of", "effect"])

    def _with(self, now: _Set, one: Tried) -> _Set | None:
        return self._together((*now.levers, one.lever), {one.lever.id: one})

    def _together(self, levers: tuple[Lever, ...], known: Mapping[str, Tried]) -> _Set | None:
        """Return what some levers come to, each on what those before it have made; None where they do not fit."""
        if len(levers) == 1 and levers[0].id in known:
            return self._scored(levers, known[levers[0].id].runs)
        scenario = self._changed(levers)
        if scenario is None:
            return None
        return self._scored(levers, self._run("_".join(lever.id for lever in levers), scenario, self.trials))

    def _changed(self, levers: Sequence[Lever]) -> Scenario | None:
        scenario = self.scenario
        for lever in levers:
            proposal = self._on(lever, Situation(scenario, self.asked.frequencies))
            if isinstance(proposal, Text):
                return None
            scenario = scenario.change(proposal.changes)
        return scenario

    # -- fresh luck -----------------------------------------------------------------------------

    def _fresh(self, best: _Set, tried: Sequence[Tried], trials: Trials) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the effects of the set and of its levers, and the limits, under luck that has chosen nothing."""
        base = self._run(f"fresh/{BASE}", self.scenario, trials)
        rows, tables = [], [judged(base, self.limits, self.design.target).assign(plan="base")]
        first = {one.lever.id: one.effect for one in tried}
        names: list[tuple[str, tuple[Lever, ...], Paired]]
        names = [(lever.id, (lever,), first[lever.id]) for lever in best.levers]
        if len(best.levers) > 1:
            names.append(("together", best.levers, self._effect(best.runs, self.base)))
        for name, levers, before in names:
            scenario = self._changed(levers)
            assert scenario is not None, "it has been run before"
            runs = self._run(f"fresh/{name}", scenario, trials)
            now = self._effect(runs, base)
            held = before.interval.holds(now.mean)
            rows.append((name, before.mean, *before.interval[:2], now.mean, *now.interval[:2], held))
            if levers == best.levers:
                tables.append(judged(runs, self.limits, self.design.target).assign(plan="fixed"))
        columns = ["lever", "effect", "low", "high", "fresh", "fresh_low", "fresh_high", "held"]
        return pd.DataFrame(rows, columns=columns), pd.concat(tables, ignore_index=True)
