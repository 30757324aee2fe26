"""What the runs of a study say: limits kept or not, zones, indicators, the curve of people who are out.

The runs of one draw share what is not known and are not independent of each other; the draws are. So the share of
runs that keep a limit is the mean over draws of the share under each, and every interval counts draws, not runs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.ensemble import order_statistics, sequential
from evacsim.ensemble.bands import mean_band, quantile_curves
from evacsim.ensemble.interval import Interval
from evacsim.ensemble.limits import ENTRIES, Judged
from evacsim.ensemble.many import holm
from evacsim.ensemble.proportions import clopper_pearson
from evacsim.ensemble.verdicts import Verdict, verdict
from evacsim.results.plain import number

Stop = Literal["decided", "budget"]
"""Whether a study ends when all its verdicts are decided, or always with its budget of runs."""
ALL_LIMITS = "all_limits"
"""Id of the row for all limits together."""
PROBABILITIES = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Runs:
    """The finished runs of a study, draw by draw, and how they may be counted."""

    lines: Sequence[Mapping[str, Any]]
    level: float
    stop: Stop

    @property
    def draws(self) -> NDArray[np.int64]:
        """Draw of each run; shape (n_runs,)."""
        return np.array([line["draw"] for line in self.lines], dtype=np.int64)

    def indicator(self, name: str) -> NDArray[np.float64]:
        """Return an indicator of each run; shape (n_runs,), nan where it cannot be said."""
        return np.array([number(line["indicators"][name]) for line in self.lines], dtype=np.float64)

    def shares(self, kept: NDArray[np.bool_], said: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the share of the runs under each draw that kept something, of those of which it can be said."""
        draws = self.draws[said]
        if not len(draws):
            return np.empty(0)
        _, of_draw = np.unique(draws, return_inverse=True)
        return np.bincount(of_draw, weights=kept[said]) / np.bincount(of_draw)

    def interval(self, shares: NDArray[np.float64]) -> Interval:
        """Return where the probability lies of which each draw has shown a share.

        Exact for a number of runs fixed beforehand; else one that holds at whatever moment one stops.
        """
        if self.stop == "budget" and bool(np.isin(shares, (0.0, 1.0)).all()):
            return clopper_pearson(int(shares.sum()), len(shares), self.level)
        return sequential.mean_interval(shares, self.level)

    def quantile_interval(self, values: NDArray[np.float64], probability: float) -> Interval:
        """Return where a quantile lies; nan are left out."""
        said = ~np.isnan(values)
        draws = self.draws[said]
        if self.stop == "budget" and len(np.unique(draws)) == len(draws):
            return order_statistics.quantile_interval(values[said], probability, self.level)
        return sequential.quantile_interval(values[said], probability, self.level, draws=draws)


def judged(runs: Runs, limits: Sequence[Judged], target: float) -> pd.DataFrame:
    """Return a row for each limit that can be said of any run, and one for all of them together.

    Returns
    -------
    DataFrame
        `limit` (id of the indicator), `bound`, `is_floor`, `target`, `said` (runs of which it can be said),
        `kept` of them, `share` (mean over draws), `low` and `high`, `verdict`.
    """
    rows, all_kept = [], np.ones(len(runs.lines), dtype=bool)
    for limit in limits:
        values = runs.indicator(limit.entry.id)
        said = ~np.isnan(values)
        kept = np.array([limit.is_kept(value) for value in values], dtype=bool)
        all_kept &= kept | ~said
        if said.any():
            row = {"limit": limit.entry.id, "is_floor": limit.is_floor, "bound": limit.bound}
            rows.append({**row, **_judged(runs, kept, said, limit.target)})
    if len(rows) > 1:
        together = _judged(runs, all_kept, np.ones(len(runs.lines), dtype=bool), target)
        rows.append({"limit": ALL_LIMITS, "is_floor": True, "bound": math.nan, **together})
    columns = ["limit", "is_floor", "bound", "target", "said", "kept", "share", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def zones(runs: Runs, target: float) -> pd.DataFrame:
    """Return for each zone how often nobody of it is late, judged for all zones at once (Holm).

    Returns
    -------
    DataFrame
        `zone, said, kept, share, low, high` (of this zone alone), `late_p95` (people late, not exceeded in 95 % of
        runs), `verdict`: a wrong word for any zone at all is as rare as `level` says.
    """
    names = list(runs.lines[0]["late"]) if runs.lines else []
    said, rows, too_few, too_many = np.ones(len(runs.lines), dtype=bool), [], [], []
    for name in names:
        late = np.array([line["late"][name] for line in runs.lines])
        row = _judged(runs, late == 0, said, target)
        shares = runs.shares(late == 0, said)
        too_few.append(sequential.p_at_most(shares, target))
        too_many.append(sequential.p_at_least(shares, target))
        rows.append({"zone": name, **row, "late_p95": int(order_statistics.quantile(late, 0.95))})
    found = pd.DataFrame(
        rows, columns=["zone", "target", "said", "kept", "share", "low", "high", "verdict", "late_p95"]
    )
    each_side = (1 - runs.level) / 2
    reliable, failing = holm(too_few) <= each_side, holm(too_many) <= each_side
    words = np.where(reliable, Verdict.RELIABLE.value, Verdict.UNDECIDED.value).astype(object)
    words[failing] = Verdict.NOT_ENOUGH.value
    return found.drop(columns=["target", "verdict"]).assign(verdict=words)


def described(runs: Runs) -> pd.DataFrame:
    """Return mean, quantiles with intervals, and what is due to not knowing, of each indicator.

    Returns
    -------
    DataFrame
        `indicator, unit, said, mean` (nan where a value is infinite), `p50, p50_low, p50_high`, the same for 80 and
        95 %, `unknown_share`: part of the variance that would go if all that is unknown were known; nan where one
        run only is made under each draw.
    """
    rows = []
    for name, entry in ENTRIES.items():
        if not runs.lines or name not in runs.lines[0]["indicators"]:
            continue
        values = runs.indicator(name)
        said = values[~np.isnan(values)]
        row: dict[str, Any] = {"indicator": name, "unit": entry.unit, "said": len(said)}
        row["mean"] = float(said.mean()) if len(said) and np.isfinite(said).all() else math.nan
        for probability in PROBABILITIES:
            column = f"p{round(100 * probability)}"
            low, high, _ = runs.quantile_interval(values, probability)
            row[column] = order_statistics.quantile(said, probability)
            row[f"{column}_low"], row[f"{column}_high"] = low, high
        row["unknown_share"] = unknown_share(values, runs.draws)
        rows.append(row)
    return pd.DataFrame(rows)


def unknown_share(values: NDArray[np.float64], draws: NDArray[np.int64]) -> float:
    """Return the part of the variance that lies between draws, not between runs of one draw.

    By the analysis of variance of one random factor; 0 where draws differ less than luck alone lets them, nan where
    it cannot be told.
    """
    known = np.isfinite(values)
    _, of_draw = np.unique(draws[known], return_inverse=True)
    sizes = np.bincount(of_draw)
    n_draws, n_runs = len(sizes), int(known.sum())
    if n_draws < 2 or n_runs <= n_draws or not known.all():
        return math.nan
    means = np.bincount(of_draw, weights=values[known]) / sizes
    within = float(((values[known] - means[of_draw]) ** 2).sum()) / (n_runs - n_draws)
    among = float((sizes * (means - values[known].mean()) ** 2).sum()) / (n_draws - 1)
    usual = (n_runs - float((sizes**2).sum()) / n_runs) / (n_draws - 1)
    between = max((among - within) / usual, 0.0)
    return between / (between + within) if between + within > 0 else math.nan


def curve(runs: Runs, duration: float) -> pd.DataFrame:
    """Return people out over time: the mean with a band that holds the whole mean curve, and where single runs lie.

    Returns
    -------
    DataFrame
        `time_s, mean, mean_low, mean_high, p5, p50, p95` [person].
    """
    out = np.array([line["out"] for line in runs.lines], dtype=np.float64)
    table: dict[str, Any] = {"time_s": np.linspace(0.0, duration, out.shape[1])}
    _, of_draw = np.unique(runs.draws, return_inverse=True)
    by_draw = np.zeros((of_draw.max() + 1, out.shape[1]))
    np.add.at(by_draw, of_draw, out)
    by_draw /= np.bincount(of_draw)[:, None]
    unknown = np.full(out.shape[1], math.nan)
    band = mean_band(by_draw, runs.level) if len(by_draw) > 1 else (out.mean(axis=0), unknown, unknown)
    table["mean"], table["mean_low"], table["mean_high"] = band
    table["p5"], table["p50"], table["p95"] = quantile_curves(out, [0.05, 0.5, 0.95])
    return pd.DataFrame(table)


def _judged(runs: Runs, kept: NDArray[np.bool_], said: NDArray[np.bool_], target: float) -> dict[str, Any]:
    shares = runs.shares(kept, said)
    interval = runs.interval(shares)
    return {
        "target": target,
        "said": int(said.sum()),
        "kept": int(kept[said].sum()),
        "share": float(shares.mean()) if len(shares) else math.nan,
        "low": interval.low,
        "high": interval.high,
        "verdict": verdict(interval, target).value,
    }
