"""A search for fixes in words."""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from evacsim.ensemble.finding import ALL_LIMITS
from evacsim.ensemble.limits import ENTRIES
from evacsim.ensemble.verdicts import WORDS, Verdict
from evacsim.language import Language, Text
from evacsim.plan.lateness_shares import told as stages_told
from evacsim.results.plain import rows_of
from evacsim.results.wording import percent, quantity

if TYPE_CHECKING:
    from evacsim.plan.fixes import Fixes

SHOWN = 0.05
"""A lever is shown to do something where its raised p-value is at most this."""


def told(found: "Fixes", lang: Language) -> str:
    """Return the ranking, the set and what the fresh runs say of it, as text."""
    return "\n".join(text.said(lang) for text in _texts(found))


def _texts(found: "Fixes") -> Iterator[Text]:
    plan, entry = found.scenario.plan, ENTRIES[found.asked.by]
    yield Text(
        f"What would fix {plan.name}: {found.n_runs} runs of each of {found.n_trials} variants, seed {found.seed}; "
        f"ranked by {entry.name.en} per cost",
        f"{plan.name} 改进措施：{found.n_trials} 个方案各推演 {found.n_runs} 次，随机种子 {found.seed}；"
        f"按“{entry.name.zh}”改善量与费用之比排序",
    )
    yield stages_told(found.stages)
    yield Text(found.rule.told("en"), found.rule.told("zh"))
    names = {row["lever"]: Text(row["name_en"], row["name_zh"]) for row in rows_of(found.levers)}
    helping = [row for row in rows_of(found.levers) if row["effect"] > 0 or math.isnan(row["effect"])]
    for number, row in enumerate(helping, 1):
        yield _lever(number, row, entry.unit, names.get(row["dominated_by"]))
    rest = [row for row in rows_of(found.levers) if row["effect"] <= 0]
    if rest:
        yield Text(
            "No improvement: " + "; ".join(row["name_en"] for row in rest),
            "没有改善：" + "；".join(row["name_zh"] for row in rest),
        )
    if len(found.left_out):
        yield Text(
            "Do not apply: "
            + "; ".join(f"{one.name_en} ({one.why_en})" for one in found.left_out.itertuples()),
            "不适用：" + "；".join(f"{one.name_zh}（{one.why_zh}）" for one in found.left_out.itertuples()),
        )
    yield from _set(found)
    if any(row["p_holm"] > SHOWN for row in helping):
        yield Text(
            f"Not shown: the improvement may be luck, judged for all measures at once (Holm, {100 * SHOWN:g} %); "
            "more runs tell.",
            f"尚不能确认：对全部措施同时检验（Holm，{100 * SHOWN:g}%），改善可能出于偶然，需增加推演次数。",
        )
    if (found.levers.get("mark", pd.Series(dtype=str)) == "assumed").any():
        yield Text(
            "Costs are assumed, in 10 000 yuan a year; they decide the order alone, and may be given.",
            "费用为假定值（万元/年），仅用于排序，可自行给定。",
        )


def _lever(number: int, row: Mapping[str, Any], unit: str, better: Text | None) -> Text:
    """Return a line for a lever; `better` is the name of another that does as much or more for as little or less."""
    effect, ends = _amount(row["effect"], unit), _between(row["low"], row["high"], unit)
    unsure = Text("", "") if row["p_holm"] <= SHOWN else Text("[not shown] ", "【尚不能确认】")
    en = f"{number}. {unsure.en}{row['name_en']} ({row['detail_en']}): better by {effect.en}"
    zh = f"{number}. {unsure.zh}{row['name_zh']}（{row['detail_zh']}）：改善 {effect.zh}"
    return Text(
        f"{en} ({ends.en}), in {row['better']} draws better, in {row['worse']} worse; "
        f"cost {row['cost']:.3g}; {row['side_en']}"
        + (f"; {better.en} does as much for no more" if better else ""),
        f"{zh}（{ends.zh}），{row['better']} 次抽样改善、{row['worse']} 次变差；"
        f"费用 {row['cost']:.3g}；副作用：{row['side_zh']}"
        + (f"；不如“{better.zh}”（花费不多而效果不差）" if better else ""),
    )


def _set(found: "Fixes") -> Iterator[Text]:
    names = {row["lever"]: Text(row["name_en"], row["name_zh"]) for row in rows_of(found.levers)}
    if not found.chosen:
        missing = int(found.steps["of"].iloc[0]) - int(found.steps["enough"].iloc[0])
        yield (
            Text("No set is needed: every limit is kept often enough", "无需改进：各项限值均达标")
            if not missing
            else Text(
                f"No set of these levers lifts any of the {missing} limits that are missed",
                f"现有措施均不能改善未达标的 {missing} 项限值",
            )
        )
    else:
        title = Text("Smallest set found", "找到的最小措施组合")
        if not found.is_enough:
            title = Text("Best set found, which is not enough", "找到的最好措施组合（仍不够）")
        yield Text(
            f"{title.en}: " + " + ".join(names[id_].en for id_ in found.chosen),
            f"{title.zh}：" + " + ".join(names[id_].zh for id_ in found.chosen),
        )
        word = (
            Text("lifts every limit over its target", "各项限值均达到目标")
            if found.is_enough
            else Text("does not lift every limit over its target", "仍有限值未达目标")
        )
        yield Text(f"Under fresh luck it {word.en}:", f"换新随机种子复核：{word.zh}")
    for row in rows_of(found.fresh):
        name = names.get(row["lever"], Text("together", "合计"))
        unit = ENTRIES[found.asked.by].unit
        first, fresh = _amount(row["effect"], unit), _amount(row["fresh"], unit)
        ends = _between(row["low"], row["high"], unit)
        held = Text("held", "复核成立") if row["held"] else Text("NOT held", "复核不成立")
        yield Text(
            f"  {name.en}: {first.en} ({ends.en}), fresh {fresh.en}: {held.en}",
            f"  {name.zh}：{first.zh}（{ends.zh}），复核 {fresh.zh}：{held.zh}",
        )
    yield from _limits(found.fresh_limits)


def _limits(table: pd.DataFrame) -> Iterator[Text]:
    base = {row["limit"]: row for row in rows_of(table[table["plan"] == "base"])}
    fixed = {row["limit"]: row for row in rows_of(table[table["plan"] == "fixed"])}
    for id_, before in base.items():
        name = Text("all limits together", "全部限值同时满足") if id_ == ALL_LIMITS else ENTRIES[id_].name
        said = [_share(before), *([_share(fixed[id_])] if id_ in fixed else [])]
        yield Text(
            f"  {name.en}: kept in " + " -> ".join(one.en for one in said),
            f"  {name.zh}：满足 " + " → ".join(one.zh for one in said),
        )


def _share(row: Mapping[str, Any]) -> Text:
    word = WORDS[Verdict(row["verdict"])]
    shown = f"{percent(row['share'])} ({percent(row['low'])}–{percent(row['high'])})"
    return Text(f"{shown} [{word.en}]", f"{shown}【{word.zh}】")


def _between(low: float, high: float, unit: str) -> Text:
    """Return an interval of amounts, the unit of people at its end alone."""
    ends = [_amount(value, unit) for value in (low, high)]
    return Text(
        f"{ends[0].en.removesuffix(' people')} to {ends[1].en}",
        f"{ends[0].zh.removesuffix(' 人')}～{ends[1].zh}",
    )


def _amount(value: float, unit: str) -> Text:
    """Return an amount of an indicator; a mean of people is not whole."""
    if math.isnan(value):
        return Text("not known", "无法给出")
    if not math.isfinite(value):
        return Text(f"{value:+g}", f"{value:+g}".replace("inf", "∞"))
    if unit == "person":
        return Text(f"{value:,.1f} people", f"{value:,.1f} 人")
    return Text(quantity(value, unit, "en"), quantity(value, unit, "zh"))
