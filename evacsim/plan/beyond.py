"""Beyond design (超设计检验): what a plan is worth when things are worse, each alone, under the same luck."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evacsim.ensemble.belonging import belonging
from evacsim.ensemble.finding import Runs
from evacsim.ensemble.limits import ENTRIES
from evacsim.ensemble.order_statistics import quantile
from evacsim.language import Language, Text
from evacsim.plan.breaking import Breaking
from evacsim.plan.hardships import hardships
from evacsim.plan.lever import Situation
from evacsim.plan.ordering import order_moments
from evacsim.plan.trials import Trials, by_draw, paired
from evacsim.results.plain import plain_rows
from evacsim.results.wording import quantity
from evacsim.results.writing import write_csv, write_json, write_text
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world

LOOKED_AT = (
    "out_share",
    "out_before_water_share",
    "late",
    "stranded",
    "trapped",
    "dead",
    "clearance_time_90",
    "order_latency_90",
    "lead_time_median",
    "turned_away",
    "relief_share",
)
"""Indicators of the matrix."""
TOLD = ("out_before_water_share", "late", "trapped", "dead", "clearance_time_90")
"""Indicators of the text."""
BASE = "base"


@dataclass(frozen=True)
class Beyond:
    """How much worse a plan does when things are worse than it was made for."""

    scenario: Scenario
    seed: int
    n_runs: int
    """Runs of each case."""
    level: float
    table: pd.DataFrame
    """`case, name_en, name_zh, indicator, unit, base, value, difference, low, high, n_better, n_worse`: a row for each
    case and indicator. `base` and `value` are medians of the runs, `difference` is the mean of the paired differences
    with its interval, nan where a time is never reached; draws are counted in which the case is better or worse."""
    left_out: pd.DataFrame
    """`case, name_en, name_zh, why_en, why_zh`: what does not apply."""
    breaking: Breaking | None = None
    """The least damage that breaks the plan, if that was searched for."""

    def told(self, lang: Language = "zh") -> str:
        """Return the matrix in words, and what breaks the plan."""
        texts = [text.said(lang) for text in _texts(self)]
        return "\n".join([*texts, *([self.breaking.told(lang)] if self.breaking else [])])

    def save(self, folder: str | Path) -> Path:
        """Write `beyond.json`, `beyond.csv`, `left_out.csv`, `damages.csv` and the text in both languages."""
        folder = Path(folder)
        tables = {"beyond": self.table, "left_out": self.left_out}
        if self.breaking is not None:
            tables["damages"] = self.breaking.table
        for name, table in tables.items():
            write_csv(folder / f"{name}.csv", table)
        for lang in ("zh", "en"):
            write_text(folder / f"beyond.{lang}.txt", self.told(lang) + "\n")
        summary: dict[str, Any] = {
            "scenario": self.scenario.id,
            "of": belonging(build_world(self.scenario)),
            "seed": self.seed,
            "runs": self.n_runs,
            "level": self.level,
            "cases": plain_rows(self.table),
            "left_out": plain_rows(self.left_out),
        }
        if self.breaking is not None:
            summary["breaking"] = self.breaking.summary()
        write_json(folder / "beyond.json", summary)
        return folder

    def __str__(self) -> str:
        return self.told("en")


def beyond(scenario: Scenario, trials: Trials, progress: Callable[[int, int], None] | None = None) -> Beyond:
    """Run the plan as it is and in each case that is worse.

    Parameters
    ----------
    scenario : Scenario
    trials : Trials
        What is not known; how many runs are made of each case, and where.
    progress : callable, optional
        Told how many cases are done, of how many.

    Raises
    ------
    EvacsimError
        If the scenario, the design or the folder do not allow it.
    """
    base = trials.of(BASE, scenario)
    first_order = min(order_moments(base).values(), default=float("inf"))
    cases, situation = hardships(first_order), Situation(scenario)
    rows: list[dict[str, Any]] = []
    left_out = []
    for number, case in enumerate(cases):
        changes = case.on(situation)
        if isinstance(changes, Text):
            left_out.append((case.id, *case.name, *changes))
        else:
            runs = trials.of(case.id, scenario.change(changes))
            labels = {"case": case.id, "name_en": case.name.en, "name_zh": case.name.zh}
            rows += [{**labels, **row} for row in compared(runs, base, LOOKED_AT)]
        if progress is not None:
            progress(number + 2, len(cases) + 1)
    return Beyond(
        scenario=scenario,
        seed=trials.seed,
        n_runs=len(base.lines),
        level=trials.design.level,
        table=pd.DataFrame(rows, columns=None if rows else ["case", "indicator"]),
        left_out=pd.DataFrame(left_out, columns=["case", "name_en", "name_zh", "why_en", "why_zh"]),
    )


def compared(runs: Runs, base: Runs, indicators: Sequence[str]) -> list[dict[str, Any]]:
    """Return for each indicator how much some runs differ from the base, draw by draw."""
    rows = []
    for name in indicators:
        entry = ENTRIES[name]
        values, usual = runs.indicator(name), base.indicator(name)
        found = paired(by_draw(runs, values), by_draw(base, usual), runs.level)
        is_less_better = entry.better == "less"
        rows.append(
            {
                "indicator": name,
                "unit": entry.unit,
                "base": quantile(usual[~np.isnan(usual)], 0.5),
                "value": quantile(values[~np.isnan(values)], 0.5),
                "difference": found.mean,
                "low": found.interval.low,
                "high": found.interval.high,
                "n_better": found.n_less if is_less_better else found.n_more,
                "n_worse": found.n_more if is_less_better else found.n_less,
            }
        )
    return rows


def _texts(found: Beyond) -> list[Text]:
    plan = found.scenario.plan
    texts = [
        Text(
            f"{plan.name} beyond what it was made for: {found.n_runs} runs of each case under the same luck, seed "
            f"{found.seed}; medians",
            f"{plan.name} 超设计检验：每种情形推演 {found.n_runs} 次，随机种子相同（{found.seed}），取中位数",
        )
    ]
    for case in dict.fromkeys(found.table["case"]):
        rows = found.table[found.table["case"] == case].set_index("indicator")
        parts = [_told(rows.loc[name].to_dict(), ENTRIES[name].name) for name in TOLD if name in rows.index]
        parts = [part for part in parts if part.en]
        first = rows.iloc[0]
        nothing = Text("nothing changes", "无变化")
        texts.append(
            Text(
                f"  {first['name_en']}: " + ("; ".join(part.en for part in parts) or nothing.en),
                f"  {first['name_zh']}：" + ("；".join(part.zh for part in parts) or nothing.zh),
            )
        )
    texts += [
        Text(f"  does not apply: {row.name_en} ({row.why_en})", f"  不适用：{row.name_zh}（{row.why_zh}）")
        for row in found.left_out.itertuples()
    ]
    return texts


def _told(row: dict[Any, Any], name: Text) -> Text:
    """Return how an indicator changes; nothing where it never does."""
    if not row["n_better"] + row["n_worse"]:
        return Text("", "")
    before, after = (
        [quantity(float(row[one]), str(row["unit"]), lang) for lang in ("en", "zh")]
        for one in ("base", "value")
    )
    return Text(f"{name.en} {before[0]} -> {after[0]}", f"{name.zh} {before[1]} → {after[1]}")
