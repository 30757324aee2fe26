"""What each lever alone comes to, as tables."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from evacsim.ensemble.finding import Runs
from evacsim.ensemble.limits import Judged
from evacsim.ensemble.many import holm
from evacsim.plan.lever import Lever, Proposal
from evacsim.plan.trials import Floats, Paired, by_draw, paired


class Tried(NamedTuple):
    """A lever that was run."""

    lever: Lever
    proposal: Proposal
    runs: Runs
    effect: Paired
    """How much better the indicator becomes."""
    kept: float
    """How many more limits are kept in a run, on average."""


def keeps(runs: Runs, limit: Judged) -> Floats:
    """Return 1 for each run that keeps a limit, else 0; what cannot be said of a run does not break the limit there."""
    values = runs.indicator(limit.entry.id)
    return np.array([math.isnan(value) or limit.is_kept(value) for value in values], dtype=np.float64)


def ranked(tried: Sequence[Tried]) -> pd.DataFrame:
    """Return a row for each lever (see `Fixes.levers`), best effect per cost first."""
    adjusted = holm([one.effect.p for one in tried]) if tried else np.empty(0)
    rows = []
    for one, p in zip(tried, adjusted.tolist(), strict=True):
        proposal, effect, cost = one.proposal, one.effect, one.lever.cost
        amount = proposal.units * cost.amount
        rows.append(
            {
                "lever": one.lever.id,
                "name_en": one.lever.name.en,
                "name_zh": one.lever.name.zh,
                "detail_en": proposal.detail.en,
                "detail_zh": proposal.detail.zh,
                "units": proposal.units,
                "cost": amount,
                "per_en": cost.per.en,
                "per_zh": cost.per.zh,
                "mark": cost.mark or "given",
                "effect": effect.mean,
                "low": effect.interval.low,
                "high": effect.interval.high,
                "better": effect.n_more,
                "worse": effect.n_less,
                "p_holm": p,
                "effect_per_cost": effect.mean / abs(amount),
                "kept": one.kept,
                "side_en": proposal.side.en,
                "side_zh": proposal.side.zh,
            }
        )
    columns = list(rows[0]) if rows else ["lever", "effect", "cost", "effect_per_cost", "kept"]
    table = pd.DataFrame(rows, columns=columns)
    table["dominated_by"] = dominated_by(table)
    order = ["effect_per_cost", "kept", "lever"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)


def dominated_by(table: pd.DataFrame) -> list[str]:
    """Return for each lever another that does as much or more for as little or less, and not both alike (Pareto).

    The one with the greatest effect is named, of equal ones the cheapest; empty where there is none, or where the
    effect is not known.
    """
    found = []
    for effect, cost in zip(table["effect"], table["cost"], strict=True):
        better = table[
            (table["effect"] >= effect)
            & (table["cost"] <= cost)
            & ((table["effect"] > effect) | (table["cost"] < cost))
        ]
        order = better.sort_values(["effect", "cost", "lever"], ascending=[False, True, True])
        found.append(str(order["lever"].iloc[0]) if len(order) else "")
    return found


def by_limit(tried: Sequence[Tried], base: Runs, limits: Sequence[Judged]) -> pd.DataFrame:
    """Return how often each limit is kept, as it is and with each lever (see `Fixes.limits`)."""
    rows = []
    for one in tried:
        for limit in limits:
            variant, usual = (by_draw(runs, keeps(runs, limit)) for runs in (one.runs, base))
            found = paired(variant, usual, base.level)
            shares = (float(usual.mean()), float(variant.mean()))
            rows.append((one.lever.id, limit.entry.id, *shares, found.mean, *found.interval[:2]))
    return pd.DataFrame(rows, columns=["lever", "limit", "base", "share", "difference", "low", "high"])
