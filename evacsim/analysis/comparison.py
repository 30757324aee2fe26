"""Two runs side by side: indicator by indicator, and household by household.

Runs of one district with one seed meet the same people with the same luck (common random
numbers), so the difference in each household comes from what was changed, not from chance.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evacsim.analysis.indicators import indicators
from evacsim.analysis.people import OUT, in_state, out_times
from evacsim.errors import Issue, ResultsError
from evacsim.language import Language, Text
from evacsim.results.record import RunRecord
from evacsim.results.wording import people as people_told
from evacsim.results.wording import quantity


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from run a to run b."""

    name_a: str
    name_b: str
    same_luck: bool
    """Whether both runs have one seed, so that households can be compared one by one."""
    indicators: pd.DataFrame
    """`id, name_en, name_zh, unit, a, b, difference, differs, better`: the last is `a`, `b` or empty."""
    households: pd.DataFrame
    """`household, zone, people, state_a, state_b, out_a_s, out_b_s, later_s, change`.

    `later_s` is how much later the household is out in b; `change` is `became_safe`,
    `became_unsafe` or empty. Safe is who ends out of harm's way.
    """

    @property
    def became_safe(self) -> int:
        """People who are safe in b but not in a."""
        return self._changed("became_safe")

    @property
    def became_unsafe(self) -> int:
        """People who are safe in a but not in b."""
        return self._changed("became_unsafe")

    def _changed(self, change: str) -> int:
        return int(self.households.loc[self.households["change"] == change, "people"].sum())

    def told(self, lang: Language) -> str:
        """Return the comparison as plain text: people first, then a line for every indicator that differs."""
        if lang == "zh":
            head = f"{self.name_a} → {self.name_b}："
            head += f"转为安全 {self.became_safe:,} 人，转为不安全 {self.became_unsafe:,} 人"
        else:
            head = (
                f"{self.name_a} -> {self.name_b}: {people_told(self.became_safe, 'en')} became safe, "
                f"{people_told(self.became_unsafe, 'en')} became unsafe"
            )
        lines = [head]
        if not self.same_luck:
            caveat = Text(
                "The seeds differ: part of every difference is chance.",
                "两次推演的随机种子不同，差异中含有偶然成分。",
            )
            lines.append(caveat.said(lang))
        changed = self.indicators[self.indicators["differs"]]
        for row in changed.to_dict("records"):
            before, after = quantity(row["a"], row["unit"], lang), quantity(row["b"], row["unit"], lang)
            lines.append(
                Text(f"{row['name_en']}: ", f"{row['name_zh']}：").said(lang) + f"{before} → {after}"
            )
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.told("en")


def compare(a: RunRecord, b: RunRecord) -> Comparison:
    """Return what changed from run `a` to run `b` of the same district.

    Raises
    ------
    ResultsError
        If the runs do not have the same households.
    """
    _check_same_people(a, b)
    return Comparison(
        name_a=_name(a),
        name_b=_name(b),
        same_luck=a.seed == b.seed,
        indicators=_indicator_table(a, b),
        households=_household_table(a.ledger, b.ledger),
    )


def _name(record: RunRecord) -> str:
    return f"{record.scenario_id} · {record.plan_name} · {record.seed}"


def _check_same_people(a: RunRecord, b: RunRecord) -> None:
    one, other = (run.ledger.set_index("household")["people"].sort_index() for run in (a, b))
    if one.equals(other):
        return
    rule = Text("both runs must have the same households", "两次推演的住户必须相同")
    remedy = Text(
        "compare runs of one district with one seed; the households are drawn from both",
        "请比较同一地区、同一随机种子的推演；住户由两者共同决定",
    )
    value = f"{len(one)} / {len(other)}"
    raise ResultsError(f"{_name(a)} | {_name(b)}", [Issue("ledger", rule, remedy, "household", value=value)])


def _indicator_table(a: RunRecord, b: RunRecord) -> pd.DataFrame:
    before, after = indicators(a), indicators(b)
    rows = []
    for name, indicator in before.items():
        x, y = indicator.value, after[name].value
        # Never against never, unknown against unknown: no difference to speak of.
        differs = not (x == y or (np.isnan(x) and np.isnan(y)))
        difference = y - x if np.isfinite(x) and np.isfinite(y) else (np.nan if differs else 0.0)
        gain = {"more": y - x, "less": x - y, "": 0.0}[indicator.better] if differs else 0.0
        better = "b" if gain > 0 else "a" if gain < 0 else ""
        rows.append(
            (name, indicator.name.en, indicator.name.zh, indicator.unit, x, y, difference, differs, better)
        )
    columns = ["id", "name_en", "name_zh", "unit", "a", "b", "difference", "differs", "better"]
    return pd.DataFrame(rows, columns=columns)


def _household_table(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    b = b.set_index("household").loc[a["household"]].reset_index()
    safe_a, safe_b = in_state(a, *OUT), in_state(b, *OUT)
    return pd.DataFrame(
        {
            "household": a["household"].to_numpy(),
            "zone": a["zone"].to_numpy(),
            "people": a["people"].to_numpy(),
            "state_a": a["final_state"].to_numpy(),
            "state_b": b["final_state"].to_numpy(),
            "out_a_s": out_times(a),
            "out_b_s": out_times(b),
            "later_s": out_times(b) - out_times(a),
            "change": np.select([safe_b & ~safe_a, safe_a & ~safe_b], ["became_safe", "became_unsafe"], ""),
        }
    )
