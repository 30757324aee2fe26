"""One form with everything that was judged (综合评估表): item, what is asked for, what was found, conclusion.

GB/T 46792-2025 has an example of an evaluation form in its appendix; its text has not been seen, so the layout here
is our own, and says so.
"""

from collections.abc import Iterator
from typing import NamedTuple

from evacsim.analysis.transport import bus_to_boat_ratio, bused_before_water, fetched_by_boat
from evacsim.ensemble.outages import CUTS, cuts_of
from evacsim.ensemble.verdicts import WORDS
from evacsim.language import Language, Text
from evacsim.plan.shortcoming import LINKS
from evacsim.report.leaders.document import TEXT_WIDTH, Block, Cell, Heading, PageBreak, Table, Tone, note
from evacsim.report.leaders.page_one import LIGHTS, TONES, light, of_link, probability, shortened
from evacsim.report.leaders.page_two import margin
from evacsim.report.leaders.parts import LeadersReport
from evacsim.report.leaders.pictures import late_people, people_to_go
from evacsim.report.leaders.wording import UNTESTED, in_language
from evacsim.results.wording import count, decimal, duration, percent

SHOWN = "out_before_water_share"
"""Indicator that the rows of the three outages show."""


class Judged(NamedTuple):
    """One row of the form."""

    part: Text
    item: str
    asked: str
    found: str
    word: str
    tone: Tone


def evaluation_form(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    """Yield the form: its head, a row for each thing that was judged, room for signatures."""
    yield PageBreak()
    yield Heading(Text("Annex K  Evaluation form", "附件十一　综合评估表").said(lang), 1)
    yield note(
        Text(
            "The layout is ours: that of GB/T 46792-2025 (appendix C, example of an evaluation form) was not at hand.",
            "本表格式为自拟：编制时未取得 GB/T 46792-2025 附录 C（评估表示例）原文，使用时请按标准核对。",
        ).said(lang)
    )
    yield _head(parts, lang)
    rows = [
        *_links(parts, lang),
        *_limits(parts, lang),
        *_run(parts, lang),
        *_orders(parts, lang),
        *_cut(parts, lang),
    ]
    head = (
        Text("part", "类别"), Text("item", "评估项目"), Text("asked for", "评估标准"), Text("found", "评估结果"),
        Text("conclusion", "结论"),
    )  # fmt: skip
    cells = [
        (
            Cell(row.part.said(lang), bold=True),
            Cell(row.item),
            Cell(row.asked),
            Cell(row.found),
            Cell(row.word, row.tone, "center", bold=True),
        )
        for row in rows
    ]
    widths = (22.0, 44.0, 34.0, TEXT_WIDTH - 120.0, 20.0)
    yield Table(tuple(one.said(lang) for one in head), cells, widths, 7.5)
    signed = (Text("evaluated by", "评估人"), Text("checked by", "审核人"), Text("date", "日期"))
    blank = tuple(Cell("　\n　") for _ in signed)
    yield Table(tuple(one.said(lang) for one in signed), [blank], (TEXT_WIDTH / 3,) * 3, 8.0)


def _head(parts: LeadersReport, lang: Language) -> Table:
    scenario, untested = parts.scenario, UNTESTED.said(lang)
    seed = untested if parts.record is None else str(parts.record.seed)
    runs = untested if parts.limits is None else str(parts.runs)
    plan, district, hazard = (
        in_language(part.name, lang) for part in (scenario.plan, scenario.district, scenario.hazard)
    )
    start = f"{scenario.start:%Y-%m-%d %H:%M}"
    rows = [
        (Text("plan", "预案"), plan, Text("district", "地区"), district),
        (Text("hazard", "灾害情景"), hazard, Text("start", "情景开始"), start),
        (Text("runs", "推演次数"), runs, Text("seed of the run shown", "所示推演种子"), seed),
    ]  # fmt: skip
    cells = [
        (Cell(a.said(lang), bold=True), Cell(b), Cell(c.said(lang), bold=True), Cell(d))
        for a, b, c, d in rows
    ]
    width = (TEXT_WIDTH - 56.0) / 2
    head = Text("what is evaluated", "评估对象").said(lang)
    return Table((head, "", "", ""), cells, (24.0, width, 32.0, width), 8.0)


def _links(parts: LeadersReport, lang: Language) -> Iterator[Judged]:
    for link, name in LINKS.items():
        found, part = of_link(parts, link), Text("plan text", "预案文本")
        tone, asked = light(found), Text("no blocker, nothing major", "无否决项和重要问题").said(lang)
        told = UNTESTED.said(lang)
        if found is not None:
            told = Text("nothing found", "未发现问题").said(lang)
            if found:
                told = Text(f"{len(found)} findings; ", f"共 {len(found)} 项；").said(lang)
                told += shortened(found[0].found.said(lang), 60 if lang == "zh" else 110)
            if parts.scores is not None and link in parts.scores:
                told += Text(f" (score {parts.scores[link]:.0f})", f"（得分 {parts.scores[link]:.0f}）").said(
                    lang
                )
        yield Judged(part, name.said(lang), asked, told, LIGHTS[tone].said(lang), tone)


def _limits(parts: LeadersReport, lang: Language) -> Iterator[Judged]:
    part = Text("limits, many runs", "限值检验")
    if parts.limits is None:
        yield _untested(part, part, lang)
    for row in parts.limits or ():
        target = f"{100 * row.target:g}%"
        asked = Text(
            f"{row.bound.en}, in {target} of runs".strip(", "),
            f"{row.bound.zh}，概率不低于 {target}".strip("，"),
        )
        yield Judged(
            part,
            row.name.said(lang),
            asked.said(lang),
            probability(row, lang),
            WORDS[row.verdict].said(lang),
            TONES[row.verdict],
        )


def _run(parts: LeadersReport, lang: Language) -> Iterator[Judged]:
    part = Text("one run", "单次推演")
    if parts.record is None:
        yield _untested(part, Text("people late", "逾期人数"), lang)
        return
    late, total = float(late_people(parts.record).sum()), people_to_go(parts.record)
    word = Text("kept", "达到") if late == 0 else Text("not kept", "未达到")
    told = Text(f"{count(late)} of {count(total)} people", f"应转 {count(total)} 人，逾期 {count(late)} 人")
    yield Judged(
        part, Text("people late", "逾期人数").said(lang), Text("nobody", "无人逾期").said(lang), told.said(lang),
        word.said(lang), "red" if late else "green",
    )  # fmt: skip
    by_bus, by_boat = bused_before_water(parts.record), fetched_by_boat(parts.record)
    ratio = bus_to_boat_ratio(parts.record)
    shown = decimal(ratio, 1) if by_boat else "–"
    told = Text(
        f"{shown} ({count(by_bus)} by bus, {count(by_boat)} by boat)",
        f"{shown}（大巴 {count(by_bus)} 人、舟艇 {count(by_boat)} 人）",
    )
    yield Judged(
        part, Text("by bus in time for each by boat", "大巴/舟比").said(lang),
        Text("for information", "供参考").said(lang), told.said(lang), "–", "plain",
    )  # fmt: skip


def _orders(parts: LeadersReport, lang: Language) -> Iterator[Judged]:
    part, item = Text("orders", "下令时机"), Text("latest safe order", "最迟安全下令时间")
    if parts.latest_orders is None:
        yield _untested(part, item, lang)
        return
    late = [order for order in parts.latest_orders if margin(order) < 0]
    least = min((margin(order) for order in parts.latest_orders), default=float("inf"))
    spare = duration(abs(least), lang)
    told = Text(
        f"{len(late)} of {len(parts.latest_orders)} zones too late",
        f"{len(parts.latest_orders)} 个区域中 {len(late)} 个偏晚",
    ).said(lang)
    if not late:
        told += Text(f"; least margin {spare}", f"；最小余量 {spare}").said(lang)
    word = Text("not kept", "未达到") if late else Text("kept", "达到")
    asked = Text("every order before its latest safe one", "各区域下令不晚于最迟安全时间")
    yield Judged(part, item.said(lang), asked.said(lang), told, word.said(lang), "red" if late else "green")


def _cut(parts: LeadersReport, lang: Language) -> Iterator[Judged]:
    part = Text("three outages", "断网断电断路")
    table = parts.outages
    if table is None or table.empty:
        yield _untested(part, Text("network, power, roads out", "断网、断电、断路"), lang)
        return
    worst = table[(table["id"] == SHOWN) & (table["severity"] == table["severity"].max())]
    for row in worst.to_dict("records"):
        name = " + ".join(CUTS[one].said(lang) for one in cuts_of(table) if row[one])
        is_worse = row["change"] == "worse"
        told = Text(
            f"{row['name_en']} {percent(row['value'])}", f"{row['name_zh']} {percent(row['value'])}"
        ).said(lang)
        word = Text("worse", "变差") if is_worse else Text("no worse", "不变差")
        asked = Text(f"{percent(row['whole'])} with nothing cut", f"完好时 {percent(row['whole'])}").said(
            lang
        )
        item = f"{name} {percent(row['severity'])}"
        yield Judged(part, item, asked, told, word.said(lang), "amber" if is_worse else "green")


def _untested(part: Text, item: Text, lang: Language) -> Judged:
    return Judged(part, item.said(lang), "–", UNTESTED.said(lang), UNTESTED.said(lang), "grey")
