"""The result of a search for fixes: what each lever does, which set of them is enough, and whether that held again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evacsim.ensemble.belonging import belonging
from evacsim.ensemble.finding import ALL_LIMITS
from evacsim.ensemble.limits import ENTRIES
from evacsim.language import Language
from evacsim.plan.failing_rule import FailingRule
from evacsim.plan.fixes_told import told
from evacsim.plan.lever import Frequencies
from evacsim.plan.levers import Units
from evacsim.results.plain import plain_rows
from evacsim.results.writing import write_csv, write_json, write_text
from evacsim.scenario.model import Scenario
from evacsim.scenario.study import StudyDesign
from evacsim.world.building import build_world

TABLES = ("levers", "left_out", "limits", "steps", "fresh", "fresh_limits", "stages")


@dataclass(frozen=True)
class Asked:
    """What is asked for."""

    by: str = "late"
    """Id of the indicator by which levers are ranked; people who are late if absent."""
    most: int = 4
    """Levers that a set may have."""
    tried: int = 8
    """Levers that are tried beside each other when a set is put together, the best alone first."""
    frequencies: Frequencies | None = None
    """How many times a year each gauge reaches a stage [m], for false alarms."""
    levers: Sequence[str] | None = None
    """Ids of the levers that are tried; the whole menu if absent."""
    costs: Mapping[str, float] | None = None
    """What units cost, by the names of `levers.COSTS` [10 000 yuan a year]; as assumed there if absent."""
    units: Units = "none"
    """Of what one unit more and one less is tried, too: what the next one would be worth, and the last one is."""


@dataclass(frozen=True)
class Fixes:
    """What each lever does, and which set of them is enough."""

    scenario: Scenario
    design: StudyDesign
    asked: Asked
    seed: int
    fresh_seed: int
    n_runs: int
    """Runs of the plan as it is, and of each lever."""
    n_trials: int
    """Variants that were run, the fresh ones among them."""
    levers: pd.DataFrame
    """`lever, name_en, name_zh, detail_en, detail_zh, units, cost, per_en, per_zh, mark, effect, low, high, better,
    worse, p_holm, effect_per_cost, kept, side_en, side_zh, dominated_by`: a row for each lever that applies, best
    effect per cost first. `effect` is how much better the indicator becomes (people fewer late) with its interval;
    `better` and `worse` count draws; `kept` is how many more limits are kept in a run, on average. `cost` is in 10 000
    yuan a year; `dominated_by` another lever that does as much or more for as little or less, if there is one."""
    left_out: pd.DataFrame
    """`lever, name_en, name_zh, why_en, why_zh`: levers that do not apply."""
    limits: pd.DataFrame
    """`lever, limit, base, share, difference, low, high`: how often each limit is kept, as it is and with the lever."""
    steps: pd.DataFrame
    """`step, action, lever, enough, of, effect`: how the set was put together; `enough` limits `of` so many are kept
    often enough in these runs."""
    chosen: tuple[str, ...]
    """The set; empty where nothing is missing, or nothing helps."""
    fresh: pd.DataFrame
    """`lever, effect, low, high, fresh, fresh_low, fresh_high, held`: each lever of the set alone, and `together`,
    under fresh luck; `held` tells whether the fresh effect lies in the interval from before."""
    fresh_limits: pd.DataFrame
    """`plan, limit, bound, is_floor, target, said, kept, share, low, high, verdict` under fresh luck, for the plan as
    it is (`base`) and with the set (`fixed`)."""

    stages: pd.DataFrame
    """Where the time of late people goes in the plan as it is (`lateness_shares`)."""
    rule: FailingRule
    """When the plan as it is fails."""

    @property
    def is_enough(self) -> bool:
        """Whether the set lifts every limit over its target, by the fresh runs' own shares."""
        fixed = self.fresh_limits[self.fresh_limits["plan"] == "fixed"]
        fixed = fixed[fixed["limit"] != ALL_LIMITS]
        return bool(len(fixed) and (fixed["share"] >= fixed["target"]).all())

    def told(self, lang: Language = "zh") -> str:
        """Return the ranking, the set and what the fresh runs say of it, as text."""
        return told(self, lang)

    def save(self, folder: str | Path) -> Path:
        """Write `fixes.json`, a table each and the text in both languages; return the folder."""
        folder = Path(folder)
        for name in TABLES:
            write_csv(folder / f"{name}.csv", getattr(self, name))
        for lang in ("zh", "en"):
            write_text(folder / f"fixes.{lang}.txt", self.told(lang) + "\n")
        write_json(folder / "fixes.json", self._summary())
        return folder

    def __str__(self) -> str:
        return self.told("en")

    def _summary(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.id,
            "of": belonging(build_world(self.scenario)),
            "plan": self.scenario.plan.id,
            "by": self.asked.by,
            "unit": ENTRIES[self.asked.by].unit,
            "seed": self.seed,
            "fresh_seed": self.fresh_seed,
            "runs": self.n_runs,
            "variants": self.n_trials,
            "level": self.design.level,
            "chosen": list(self.chosen),
            "enough": self.is_enough,
            "rule": {"en": self.rule.told("en"), "zh": self.rule.told("zh")},
            **{name: plain_rows(getattr(self, name)) for name in TABLES},
        }
