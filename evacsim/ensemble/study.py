"""The result of a study: its tables, its verdicts in words, its files."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from evacsim.ensemble import finding
from evacsim.ensemble.belonging import belonging
from evacsim.ensemble.drawing import changes_of
from evacsim.ensemble.finding import ALL_LIMITS, Runs
from evacsim.ensemble.keeping import write_whole
from evacsim.ensemble.limits import ENTRIES, Judged
from evacsim.ensemble.studying import Plan
from evacsim.ensemble.unknowns import unknowns_in
from evacsim.ensemble.verdicts import RULES, WORDS, Verdict
from evacsim.language import Language, Text, same
from evacsim.results.plain import number, plain_rows, rows_of
from evacsim.results.writing import write_csv, write_text
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world

TABLES = ("replications", "limits", "zones", "indicators", "curve")


@dataclass(frozen=True)
class Study:
    """Many runs of a scenario, and what they say of its limits."""

    plan: Plan
    runs: Runs
    is_decided: bool
    """Whether every limit is either kept often enough or not."""

    @cached_property
    def replications(self) -> pd.DataFrame:
        """A row for each run: `draw, run, seed, events`, each unknown by id, each indicator by id."""
        rows = [
            {
                **{name: line[name] for name in ("draw", "run", "seed", "events")},
                **{name: str(value) for name, value in line["values"].items()},
                **{name: number(value) for name, value in line["indicators"].items()},
            }
            for line in self.runs.lines
        ]
        return pd.DataFrame(rows)

    @cached_property
    def limits(self) -> pd.DataFrame:
        """How often each limit is kept, and the verdict (see `finding.judged`)."""
        return finding.judged(self.runs, self.plan.limits, self.plan.design.target)

    @cached_property
    def zones(self) -> pd.DataFrame:
        """How often nobody of a zone is late, judged for all zones at once (see `finding.zones`)."""
        return finding.zones(self.runs, self.plan.design.target)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Quantiles of each indicator with intervals (see `finding.described`)."""
        return finding.described(self.runs)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """People out over time, with bands (see `finding.curve`)."""
        return finding.curve(self.runs, self.plan.scenario.duration)

    def scenario_of(self, draw: int) -> Scenario:
        """Return the scenario of a draw: with the seed of a run, `ev.simulate` makes that run again."""
        line = next(line for line in self.runs.lines if line["draw"] == draw)
        changes = changes_of(self.plan.design, line["values"])
        return self.plan.scenario.change(changes) if changes else self.plan.scenario

    def told(self, lang: Language = "zh") -> str:
        """Return the verdicts as text."""
        return "\n".join(text.said(lang) for text in self._texts())

    def save(self, folder: str | Path) -> Path:
        """Write `study.json`, a table each and the text in both languages; return the folder.

        Nothing in them depends on how long it took, when, or on how many workers.
        """
        folder = Path(folder)
        for name in TABLES:
            write_csv(folder / f"{name}.csv", getattr(self, name))
        for lang in ("zh", "en"):
            write_text(folder / f"study.{lang}.txt", self.told(lang) + "\n")
        text = json.dumps(self.summary(), ensure_ascii=False, indent=2, allow_nan=False)
        write_whole(folder / "study.json", text + "\n")
        return folder

    def __str__(self) -> str:
        return self.told("en")

    def summary(self) -> dict[str, Any]:
        """Return the verdicts and what they rest on, ready for JSON."""
        plan = self.plan
        return {
            "scenario": plan.scenario.id,
            "of": belonging(build_world(plan.scenario)),
            "seed": plan.seed,
            "stop": plan.stop,
            "budget": plan.budget,
            "runs": len(self.runs.lines),
            "draws": len(set(self.runs.draws.tolist())),
            "runs_per_draw": plan.design.inner,
            "level": plan.design.level,
            "decided": self.is_decided,
            "uncertain": [item.model_dump(mode="json") for item in plan.design.uncertain],
            "limits": [*map(_named, plain_rows(self.limits))],
            "not_said": [one.entry.id for one in plan.limits if one.entry.id not in set(self.limits["limit"])],
            "zones": plain_rows(self.zones),
            "indicators": [*map(_named, plain_rows(self.indicators))],
            "verdicts": {
                word.value: {"en": WORDS[word].en, "zh": WORDS[word].zh,
                             "rule_en": RULES[word].en, "rule_zh": RULES[word].zh}
                for word in Verdict
            },
        }  # fmt: skip

    def _texts(self) -> Iterator[Text]:
        plan, runs = self.plan, len(self.runs.lines)
        draws = len(set(self.runs.draws.tolist()))
        drawn = Text(f", {draws} draws of what is not known", f"，未知因素抽样 {draws} 次")
        drawn = drawn if plan.design.uncertain else same("")
        yield Text(
            f"{plan.scenario.name} · {plan.scenario.plan.name}: {runs} runs{drawn.en}, seed {plan.seed}",
            f"{plan.scenario.name} · {plan.scenario.plan.name}：推演 {runs} 次{drawn.zh}，随机种子 {plan.seed}",
        )
        bounds = {limit.entry.id: limit for limit in plan.limits}
        for row in rows_of(self.limits):
            yield _told(row, bounds, self.runs.level)
        yield from self._told_zones()
        left = [word for word in Verdict if word.value in set(self.limits["verdict"])]
        for word in left:
            yield Text(f"  {WORDS[word].en}: {RULES[word].en}", f"  {WORDS[word].zh}：{RULES[word].zh}")
        silent = [bounds[name].entry.name for name in bounds if name not in set(self.limits["limit"])]
        if silent:
            yield Text(
                "Not said of any run: " + "; ".join(name.en for name in silent),
                "各次推演均无法给出：" + "；".join(name.zh for name in silent),
            )
        unknowns = [unknown.name for unknown in unknowns_in(plan.design).values()]
        yield Text(
            "Drawn as unknown: " + ("; ".join(name.en for name in unknowns) or "nothing; only luck varies"),
            "按未知抽样：" + ("；".join(name.zh for name in unknowns) or "无，仅有随机波动"),
        )

    def _told_zones(self) -> Iterator[Text]:
        found = self.zones
        if found.empty:
            return
        counts = {word: int((found["verdict"] == word.value).sum()) for word in Verdict}
        yield Text(
            "Zones with nobody late: "
            + ", ".join(f"{WORDS[word].en} {number_of}" for word, number_of in counts.items())
            + " (for all zones at once, Holm)",
            "各区域无人逾期："
            + "，".join(f"{WORDS[word].zh} {number_of} 个" for word, number_of in counts.items())
            + "（全部区域同时判定，Holm 校正）",
        )


def _told(row: Mapping[str, Any], bounds: Mapping[str, Judged], level: float) -> Text:
    """Return a verdict in words, never a bare percentage."""
    word = WORDS[Verdict(row["verdict"])]
    if row["limit"] == ALL_LIMITS:
        name, wanted = Text("all limits together", "全部限值同时满足"), Text("", "")
    else:
        limit = bounds[row["limit"]]
        name, bound = limit.entry.name, _bound(limit)
        wanted = Text(
            f" {'at least' if limit.is_floor else 'at most'} {bound.en}",
            f"{'不低于' if limit.is_floor else '不高于'} {bound.zh}",
        )
    low, high = _percent(row["low"], math.floor), _percent(row["high"], math.ceil)
    share, target = f"{100 * row['share']:.1f}", f"{100 * row['target']:g}"
    missed = row["said"] - row["kept"]
    never = Text("", "")
    if not missed:
        most = f"{100 * (1 - row['low']):.2g}"
        never = Text(
            f"; never missed: in fewer than {most} of 100 such events with {100 * level:g} % confidence",
            f"；从未突破：以 {100 * level:g}% 置信度，每百次此类事件中少于 {most} 次",
        )
    return Text(
        f"[{word.en}] {name.en}{wanted.en}: kept in {share} % ({low}–{high} %) of {row['said']} runs, "
        f"target {target} %{never.en}",
        f"【{word.zh}】{name.zh}{wanted.zh}：{row['said']} 次推演中满足 {share}%（{low}–{high}%），"
        f"目标 {target}%{never.zh}",
    )


def _bound(limit: Judged) -> Text:
    """Return the bound of a limit as people write it."""
    match limit.entry.unit:
        case "share":
            return same(f"{100 * limit.bound:g}%")
        case "s":
            return Text(f"{limit.bound / 3600:.3g} h", f"{limit.bound / 3600:.3g} 小时")
        case "person":
            return Text(f"{limit.bound:g} people", f"{limit.bound:g} 人")
        case unit:
            return same(f"{limit.bound:g} {unit}".rstrip())


def _percent(share: float, rounded: Any) -> str:
    """Return a share in tenths of percent, an end of an interval rounded away from its middle."""
    return f"{rounded(round(1000 * share, 6)) / 10:g}"


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a limit or an indicator with what it is called."""
    name = str(row.get("limit") or row.get("indicator"))
    texts = {"name_en": ENTRIES[name].name.en, "name_zh": ENTRIES[name].name.zh} if name in ENTRIES else {}
    return {**texts, **row}
