"""Page 2: the course against the water, the three outages, the latest safe orders, what nobody knows."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from evacsim.analysis.headline import how_fast
from evacsim.ensemble.outages import CUTS, cuts_of
from evacsim.ensemble.verdicts import Verdict
from evacsim.language import Language, Text
from evacsim.report.leaders.document import (
    TEXT_WIDTH,
    Block,
    Cell,
    Heading,
    Paragraph,
    Picture,
    Run,
    Table,
    Tone,
    body,
    note,
)
from evacsim.report.leaders.page_one import shortened
from evacsim.report.leaders.parts import LatestOrder, LeadersReport
from evacsim.report.leaders.pictures import timeline
from evacsim.report.leaders.wording import UNTESTED, Places
from evacsim.report.texts import MARKS
from evacsim.results.wording import day_and_time, duration, quantity
from evacsim.scenario.assumptions import assumptions

TIMELINE = (TEXT_WIDTH, 72.0)
"""Width and height of the timeline [mm]."""
ORDERS_SHOWN = 10
OUTAGE_INDICATORS = ("out_before_water_share", "contactable_hours_min")
"""What the matrix of the outages shows of each cell."""
NONE_LEFT = Text("none", "无")
GRAVE = 0.8
"""Below this part of its value in the whole world an indicator is red (assumed)."""


def page_two(parts: LeadersReport, lang: Language) -> list[Block]:
    """Return the blocks of page 2."""
    return [
        Heading(Text("6  The course against the water", "六、转移过程与来水").said(lang), 1),
        *_course(parts, lang),
        Heading(Text("7  Without network, power, roads", "七、断网、断电、断路").said(lang), 1),
        *_outages(parts, lang),
        Heading(Text("8  Latest safe orders", "八、最迟安全下令时间").said(lang), 1),
        *_orders(parts, lang),
        Heading(Text("9  What we do not know", "九、尚不掌握的情况").said(lang), 1),
        *_unknowns(parts, lang),
    ]


def _course(parts: LeadersReport, lang: Language) -> list[Block]:
    if parts.record is None:
        return [body(Text("Not tested: no run.", "未检验：未做推演。").said(lang))]
    gauges = Counter(one.trigger_gauge for one in parts.scenario.plan.zones if one.trigger_gauge)
    gauge = max(gauges, key=lambda name: gauges[name], default=None)
    picture = timeline(
        parts.record,
        width=TIMELINE[0],
        height=TIMELINE[1],
        lang=lang,
        gauge=gauge,
        names={one.id: one.name for one in parts.scenario.hazard.gauges},
    )
    told = Text("People ordered, away and out over time, and the water", "下令、离家、到位人数与来水过程")
    fast = how_fast(parts.record)
    beside = [] if fast is None else [note(fast.said(lang))]
    return [Picture(picture, TIMELINE[0], told.said(lang)), *beside]


def _outages(parts: LeadersReport, lang: Language) -> list[Block]:
    table = parts.outages
    if table is None or table.empty:
        return [body(Text("Not tested: no runs with outages.", "未检验：未做断网断电断路推演。").said(lang))]
    severities = sorted(float(one) for one in table["severity"].unique() if one > 0)
    named = table.drop_duplicates("id").set_index("id")
    shown = [id_ for id_ in OUTAGE_INDICATORS if id_ in named.index]
    head = [Text("cut", "中断").said(lang)]
    for id_ in shown:
        name = str(named.loc[id_, f"name_{lang}"])
        head += [
            Text(f"{name} ({one:.0%} cut)", f"{name}（中断 {one:.0%}）").said(lang) for one in severities
        ]
    rows = [_outage_row(table, (), [0.0], shown, len(severities), lang)]
    known = cuts_of(table)
    combinations = table[table["severity"] > 0][known].drop_duplicates()
    cuts = [
        tuple(name for name, is_cut in zip(known, cut, strict=True) if is_cut)
        for cut in combinations.itertuples(index=False)
    ]
    cuts.sort(key=lambda one: (len(one), [known.index(name) for name in one]))
    rows += [_outage_row(table, names, severities, shown, 1, lang) for names in cuts]
    width = (TEXT_WIDTH - 40.0) / max(1, len(head) - 1)
    told = Text(
        "Red: below 80 % of the value with nothing cut; amber: worse. One seed: differences come from the outages.",
        "红：低于完好情形的 80%；黄：变差。同一随机种子，差异均来自中断。",
    )
    return [Table(tuple(head), rows, (40.0, *[width] * (len(head) - 1)), 7.5), note(told.said(lang))]


def _outage_row(
    table: pd.DataFrame,
    cut: tuple[str, ...],
    severities: list[float],
    ids: list[str],
    spread: int,
    lang: Language,
) -> tuple[Cell, ...]:
    """Return the row of one combination; the value of the whole world stands `spread` times."""
    name = " + ".join(CUTS[one].said(lang) for one in cut) or Text("nothing cut", "完好").said(lang)
    cells = [Cell(name, bold=True)]
    is_row = pd.Series(True, index=table.index)
    for one in cuts_of(table):
        is_row &= table[one].astype(bool) == (one in cut)
    for id_ in ids:
        for severity in severities:
            found = table[is_row & (table["id"] == id_) & (table["severity"] == severity)]
            cells += [_outage_cell(found, lang)] * spread
    return tuple(cells)


def _outage_cell(found: pd.DataFrame, lang: Language) -> Cell:
    if found.empty:
        return Cell(UNTESTED.said(lang), "grey", "center")
    row: dict[Any, Any] = found.iloc[0].to_dict()
    ratio = float(row["ratio"])
    is_worse = row["change"] == "worse"
    better = str(row["better"])
    is_grave = (
        is_worse and not math.isnan(ratio) and (ratio < GRAVE if better == "more" else ratio > 1 / GRAVE)
    )
    tone: Tone = "red" if is_grave else "amber" if is_worse else "plain"
    return Cell(quantity(float(row["value"]), str(row["unit"]), lang), tone, "center")


def margin(order: LatestOrder) -> float:
    """Return the time between the order and the latest safe one [s]; minus infinity where none is safe or given."""
    left = order.latest_s - order.ordered_s
    return -math.inf if math.isnan(left) else left


def _orders(parts: LeadersReport, lang: Language) -> list[Block]:
    if parts.latest_orders is None:
        return [body(Text("Not tested.", "未检验。").said(lang))]
    worst = sorted(parts.latest_orders, key=lambda order: (margin(order), order.zone))
    return [orders_table(parts, worst[:ORDERS_SHOWN], lang)]


def orders_table(parts: LeadersReport, orders: Sequence[LatestOrder], lang: Language) -> Table:
    """Return the table of some zones' latest safe orders, the tightest first."""
    places, start = Places(parts.scenario, lang), parts.scenario.start
    rows = []
    for order in sorted(orders, key=lambda order: (margin(order), order.zone)):
        left = margin(order)
        tone: Tone = "red" if left < 0 else "amber" if left < 3600 else "green"
        none = Text("none is early enough", "何时下令都来不及").said(lang)
        latest = none if math.isnan(order.latest_s) else day_and_time(start, order.latest_s, lang)
        if order.is_at_least:
            latest = Text(f"{latest} or later", f"{latest} 或更晚").said(lang)
        ordered = Text("no order", "未下令").said(lang)
        if not math.isnan(order.ordered_s):
            ordered = day_and_time(start, order.ordered_s, lang)
        rows.append(
            (
                Cell(places[order.zone]),
                Cell(latest, align="center"),
                Cell(ordered, align="center"),
                Cell(
                    _margin_told(order, lang),
                    tone,
                    "center",
                    bold=True,
                ),
            )
        )
    head = (
        Text("zone (the tightest first)", "区域（最紧的在前）"), Text("latest safe order", "最迟安全下令"),
        Text("order by plan or run", "预案或推演下令"), Text("margin", "余量"),
    )  # fmt: skip
    widths = (TEXT_WIDTH - 106.0, 38.0, 38.0, 30.0)
    return Table(tuple(one.said(lang) for one in head), rows, widths, 8.0)


def _margin_told(order: LatestOrder, lang: Language) -> str:
    left = margin(order)
    if math.isinf(left):
        return NONE_LEFT.said(lang)
    told = duration(abs(left), lang) if left else Text("0 min", "0分钟").said(lang)
    if left < 0:
        return Text(f"{told} too late", f"晚 {told}").said(lang)
    return f"≥ {told}" if order.is_at_least else told


def untested(parts: LeadersReport) -> list[Text]:
    """Return what has not been tested at all."""
    names = {
        "shortcomings": Text("the text of the plan", "预案文本完整性"),
        "limits": Text("the limits, by many runs", "限值（多次推演）"),
        "record": Text("one run of the scenario", "单次推演"),
        "fixes": Text("what would help", "改进措施"),
        "outages": Text("network, power and roads out", "断网断电断路"),
        "latest_orders": Text("the latest safe orders", "最迟安全下令时间"),
        "hardships": Text("beyond design", "超设计情形"),
        "sensitive": Text("which unknowns matter (sensitivity)", "未知因素的影响（敏感性）"),
    }
    return [text for name, text in names.items() if getattr(parts, name) is None]


def _unknowns(parts: LeadersReport, lang: Language) -> list[Block]:
    said: list[Text] = []
    missing = untested(parts)
    if missing:
        en, zh = "; ".join(text.en for text in missing), "；".join(text.zh for text in missing)
        said.append(Text(f"Not tested: {en}.", f"未检验：{zh}。"))
    undecided = [
        row.name for row in parts.limits or () if row.verdict is Verdict.UNDECIDED and not row.is_joint
    ]
    if undecided:
        en, zh = "; ".join(text.en for text in undecided), "；".join(text.zh for text in undecided)
        said.append(Text(f"Undecided, more runs are needed: {en}.", f"不能判定、须增加推演次数：{zh}。"))
    if parts.unsaid:
        en, zh = "; ".join(text.en for text in parts.unsaid), "；".join(text.zh for text in parts.unsaid)
        said.append(Text(f"No run says anything of: {en}.", f"各次推演均无法给出：{zh}。"))
    marks = Counter(assumption.mark for assumption in assumptions(parts.scenario))
    names = {mark: text for mark, (text, _) in MARKS.items() if mark in ("assumed", "recalled", "synthetic")}
    counted = {mark: marks[mark] for mark in names if marks[mark]}  # type: ignore[index]
    if counted:
        en = ", ".join(f"{number} {names[mark].en}" for mark, number in counted.items())
        zh = "、".join(f"{names[mark].zh} {number} 项" for mark, number in counted.items())
        said.append(
            Text(
                f"Parameters nobody here has measured: {en} (annex A).", f"未经实测的参数：{zh}（见附件一）。"
            )
        )
    if parts.drawn:
        en = "; ".join(name.en for name in parts.drawn.values())
        zh = "；".join(name.zh for name in parts.drawn.values())
        said.append(Text(f"Drawn at random as unknown: {en}.", f"按未知随机抽取：{zh}。"))
    elif parts.limits is not None:
        said.append(
            Text(
                "No parameter was drawn as unknown: the intervals hold luck alone, not what nobody knows.",
                "未对参数作未知抽样：区间只含随机波动，不含认识上的不确定。",
            )
        )
    said += parts.unknowns
    return [
        Paragraph((Run(f"{number}. {shortened(text.said(lang), 160 if lang == 'zh' else 320)}"),), "entry")
        for number, text in enumerate(said, start=1)
    ]
