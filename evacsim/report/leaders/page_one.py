"""Page 1: does the plan hold, where does it not, why, and what is the cheapest way out."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evacsim.analysis.transport import bus_to_boat_ratio, bused_before_water, fetched_by_boat
from evacsim.ensemble.verdicts import WORDS, Verdict
from evacsim.language import Language, Text
from evacsim.plan.shortcoming import LINKS, Link, Shortcoming
from evacsim.report.leaders.document import (
    TEXT_WIDTH,
    Beside,
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
from evacsim.report.leaders.parts import CauseRow, FixRow, LeadersReport, LimitRow, causes_of
from evacsim.report.leaders.pictures import late_map, late_people, people_to_go
from evacsim.report.leaders.wording import UNTESTED, Places
from evacsim.results.record import RunRecord
from evacsim.results.wording import count, decimal, percent
from evacsim.scenario.masking import masked_person

TONES: dict[Verdict, Tone] = {
    Verdict.RELIABLE: "green", Verdict.NOT_ENOUGH: "red", Verdict.UNDECIDED: "amber",
}  # fmt: skip
LIGHTS: dict[Tone, Text] = {
    "red": Text("red", "红"), "amber": Text("amber", "黄"), "green": Text("green", "绿"), "grey": UNTESTED,
}  # fmt: skip
LIMITS_SHOWN, ZONES_SHOWN, CAUSES_SHOWN, FIXES_SHOWN = 18, 5, 3, 3
MAP_WIDTH = 92.0
MAP_HEIGHT: Mapping[Language, float] = {"zh": 72.0, "en": 56.0}
"""Size of the map [mm]; what is said in English takes more of the page."""


def page_one(parts: LeadersReport, lang: Language) -> list[Block]:
    """Return the blocks of page 1."""
    return [
        Paragraph((Run(_summary(parts, lang), bold=True),), "lead"),
        Heading(Text("1  The five links", "一、五个关键环节").said(lang), 1),
        *_links(parts, lang),
        Heading(Text("2  The limits", "二、限值检验").said(lang), 1),
        *_limits(parts, lang),
        Heading(Text("3  Who is late, and where", "三、谁会逾期、在哪里").said(lang), 1),
        *_late(parts, lang),
        Beside(tuple(_causes(parts, lang)), tuple(_fixes(parts, lang)), (66.0, TEXT_WIDTH - 69.0)),
    ]


def light(shortcomings: Sequence[Shortcoming] | None) -> Tone:
    """Return the light of a link: red with a blocker, amber with a major shortcoming, green with neither."""
    if shortcomings is None:
        return "grey"
    severities = {shortcoming.severity for shortcoming in shortcomings}
    return "red" if "blocker" in severities else "amber" if "major" in severities else "green"


def of_link(parts: LeadersReport, link: Link) -> list[Shortcoming] | None:
    """Return what was found in one link, the gravest first; None where nothing was tested."""
    if parts.shortcomings is None:
        return None
    order = {"blocker": 0, "major": 1, "minor": 2}
    found = [shortcoming for shortcoming in parts.shortcomings if shortcoming.link == link]
    if parts.masked:
        found = [replace(one, found=_covered(one.found), remedy=_covered(one.remedy)) for one in found]
    return sorted(found, key=lambda shortcoming: order[shortcoming.severity])


def _covered(text: Text) -> Text:
    return Text(masked_person(text.en), masked_person(text.zh))


def _summary(parts: LeadersReport, lang: Language) -> str:
    said = []
    lights = Counter(light(of_link(parts, link)) for link in LINKS)
    if parts.shortcomings is None:
        said.append(Text("plan text: not tested", "预案文本：未检验").said(lang))
    else:
        en = ", ".join(f"{lights[tone]} {LIGHTS[tone].en}" for tone in ("red", "amber", "green"))
        zh = "".join(f"{lights[tone]}{LIGHTS[tone].zh}" for tone in ("red", "amber", "green"))
        said.append(Text(f"five links: {en}", f"五个环节 {zh}").said(lang))
    if parts.limits is None:
        said.append(Text("limits: not tested", "限值：未检验").said(lang))
    else:
        words = Counter(row.verdict for row in parts.limits if not row.is_joint)
        en = ", ".join(f"{words[word]} {WORDS[word].en}" for word in TONES)
        zh = "、".join(f"{words[word]} 项{WORDS[word].zh}" for word in TONES)
        said.append(Text(f"limits: {en}", f"限值 {zh}").said(lang))
        for row in parts.limits:
            if row.is_joint:
                shown = probability(row, lang)
                said.append(Text(f"all of them together {shown}", f"同时满足全部限值的{shown}").said(lang))
    if parts.record is not None:
        late, total = float(late_people(parts.record).sum()), people_to_go(parts.record)
        en = f"{count(late)} of {count(total)} people late in the run shown"
        zh = f"所示推演中应转 {count(total)} 人，逾期 {count(late)} 人"
        said.append(Text(en, zh).said(lang))
    end = Text(".", "。").said(lang)
    return Text("; ", "；").said(lang).join(said) + end


def _links(parts: LeadersReport, lang: Language) -> list[Block]:
    rows = []
    for link, name in LINKS.items():
        found = of_link(parts, link)
        tone = light(found)
        score = UNTESTED.said(lang)
        if parts.scores is not None and link in parts.scores:
            score = f"{parts.scores[link]:.0f}"
        counts = Counter(shortcoming.severity for shortcoming in found or ())
        numbers = (
            "–" if found is None else " / ".join(str(counts[one]) for one in ("blocker", "major", "minor"))
        )
        rows.append(
            (
                Cell(name.said(lang), bold=True),
                Cell(LIGHTS[tone].said(lang), tone, "center", bold=True),
                Cell(score, align="center"),
                Cell(numbers, align="center"),
                Cell(_worst(found, lang)),
            )
        )
    head = (
        Text("link", "环节"), Text("light", "结论"), Text("score", "得分"),
        Text("blocker/major/minor", "否决/重要/一般"), Text("gravest finding", "主要问题"),
    )  # fmt: skip
    told = Text(
        "Red: a blocker; amber: a major shortcoming; green: neither. Score 0-100.",
        "红：有否决项；黄：有重要问题；绿：两者均无。得分 0–100。",
    )
    widths = (25.0, 16.0, 14.0, 36.0, TEXT_WIDTH - 91.0)
    return [Table(tuple(one.said(lang) for one in head), rows, widths, 8.0), note(told.said(lang))]


def _worst(found: Sequence[Shortcoming] | None, lang: Language) -> str:
    if found is None:
        return UNTESTED.said(lang)
    if not found:
        return Text("none found", "未发现问题").said(lang)
    said = shortened(found[0].found.said(lang), 62 if lang == "zh" else 110)
    more = len(found) - 1
    return said + (Text(f" (and {more} more)", f"（另 {more} 项）").said(lang) if more else "")


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many letters.

    >>> shortened("安置点容量不足", 5)
    '安置点容…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def probability(row: LimitRow, lang: Language) -> str:
    """Return a probability as it may be said: never without its interval.

    >>> from evacsim.language import same
    >>> row = LimitRow(same("x"), same(""), 0.95, 0.92, 0.88, 0.95, Verdict.UNDECIDED)
    >>> probability(row, "zh"), probability(row, "en")
    ('概率 92%（88–95%）', '92% (88–95%)')
    """
    # The ends of the interval are rounded away from its middle, so that it is never said to be narrower than it is.
    low, high = math.floor(round(100 * row.low, 6)), math.ceil(round(100 * row.high, 6))
    share = f"{100 * row.share:.0f}"
    return Text(f"{share}% ({low}–{high}%)", f"概率 {share}%（{low}–{high}%）").said(lang)


def _limits(parts: LeadersReport, lang: Language) -> list[Block]:
    if parts.limits is None:
        return [body(Text("Not tested: no study of many runs.", "未检验：未做多次推演。").said(lang))]
    order = list(TONES)
    first = [Verdict.NOT_ENOUGH, Verdict.UNDECIDED, Verdict.RELIABLE]
    assert set(first) == set(order)
    ranked = sorted(parts.limits, key=lambda row: first.index(row.verdict))
    shown = ranked[:LIMITS_SHOWN]
    half = (len(shown) + 1) // 2
    width = (TEXT_WIDTH - 3.0) / 2
    sides = [_limit_table(side, width, lang) for side in (shown[:half], shown[half:]) if side]
    left = len(ranked) - len(shown)
    targets = sorted({row.target for row in parts.limits})
    target = "、".join(f"{100 * one:g}%" for one in targets)
    told = Text(
        f"{parts.runs} runs; in brackets the 95 % confidence interval; target {target}. Reliable: the whole interval "
        "reaches the target; not enough: all of it lies below; undecided: it holds the target, more runs are needed."
        + (f" {left} more in the annex." if left else ""),
        f"共推演 {parts.runs} 次，括号内为 95% 置信区间，目标概率 {target}。可靠：区间下限不低于目标；不足：区间"
        f"上限低于目标；不能判定：区间跨过目标，须增加推演次数。"
        + (f"其余 {left} 项见附件。" if left else ""),
    )
    tables: Block = Beside((sides[0],), (sides[1],), (width, width)) if len(sides) == 2 else sides[0]
    return [tables, note(told.said(lang))]


def _limit_table(rows: Sequence[LimitRow], width: float, lang: Language) -> Table:
    head = (Text("limit", "限值"), Text("probability", "满足概率"), Text("verdict", "结论"))
    lines = [
        (
            Cell(f"{row.name.said(lang)} {row.bound.said(lang)}".strip()),
            Cell(probability(row, lang), align="center"),
            Cell(WORDS[row.verdict].said(lang), TONES[row.verdict], "center", bold=True),
        )
        for row in rows
    ]
    widths = (width - 49.0, 33.0, 16.0) if lang == "zh" else (width - 41.0, 24.0, 17.0)
    return Table(tuple(one.said(lang) for one in head), lines, widths, 7.5 if lang == "zh" else 7.0)


def _late(parts: LeadersReport, lang: Language) -> list[Block]:
    record = parts.record
    if record is None:
        return [body(Text("Not tested: no run.", "未检验：未做推演。").said(lang))]
    late = late_people(record).sort_values(ascending=False, kind="stable")
    total = people_to_go(record)
    told = Text(
        f"One run (seed {record.seed}): {count(total)} people had to go, {count(float(late.sum()))} are late "
        f"({percent(float(late.sum()) / total) if total else '–'}), in {len(late)} zones.",
        f"单次推演（种子 {record.seed}）：应转 {count(total)} 人，逾期 {count(float(late.sum()))} 人"
        f"（{percent(float(late.sum()) / total) if total else '–'}），涉及 {len(late)} 个区域。",
    )
    places = Places(parts.scenario, lang)
    rows = [
        (Cell(places[str(zone)]), Cell(count(float(people)), align="right"))
        for zone, people in late.head(ZONES_SHOWN).items()
    ]
    head = (Text("zone", "逾期最多的区域").said(lang), Text("people", "人数").said(lang))
    width = TEXT_WIDTH - MAP_WIDTH - 3.0
    right: list[Block] = [body(told.said(lang))]
    if rows:
        right.append(Table(head, rows, (width - 18.0, 16.0), 8.0))
    right.append(body(_buses_and_boats(record).said(lang)))
    picture = Picture(
        late_map(record, width=MAP_WIDTH, height=MAP_HEIGHT[lang], lang=lang),
        MAP_WIDTH,
        Text("Map: zones by people late, roads under water", "地图：各区域逾期人数与受淹道路").said(lang),
    )
    return [Beside((picture,), tuple(right), (MAP_WIDTH, width))]


def _buses_and_boats(record: RunRecord) -> Text:
    by_bus, by_boat = bused_before_water(record), fetched_by_boat(record)
    ratio = bus_to_boat_ratio(record)
    if by_bus == by_boat == 0:
        return Text("Buses to boats: neither carried anybody.", "大巴/舟比：均未载人。")
    en = decimal(ratio, 1) if by_boat else "no boat needed"
    zh = decimal(ratio, 1) if by_boat else "未用舟"
    return Text(
        f"Buses to boats: {en} ({count(by_bus)} out by bus in time, {count(by_boat)} fetched by boat).",
        f"大巴/舟比：{zh}（大巴按时转出 {count(by_bus)} 人，舟艇救出 {count(by_boat)} 人）。",
    )


def _causes(parts: LeadersReport, lang: Language) -> list[Block]:
    found: Sequence[CauseRow] | None = parts.causes
    if found is None and parts.record is not None:
        found = causes_of(parts.record)
    blocks: list[Block] = [Heading(Text("4  Three causes", "四、三个主要原因").said(lang), 1)]
    if found is None:
        return [*blocks, body(UNTESTED.said(lang))]
    if not found:
        return [*blocks, body(Text("Nobody is late.", "无人逾期。").said(lang))]
    for number, cause in enumerate(found[:CAUSES_SHOWN], start=1):
        number_of, share = count(cause.people), percent(cause.share)
        said = Text(f" {number_of} people ({share})", f" {number_of} 人（{share}）").said(lang)
        runs = (Run(f"{number}. {cause.name.said(lang)}", bold=True), Run(said))
        blocks.append(Paragraph(runs, "entry"))
    return blocks


def _fixes(parts: LeadersReport, lang: Language) -> list[Block]:
    blocks: list[Block] = [Heading(Text("5  Three cheapest fixes", "五、最省的三项改进").said(lang), 1)]
    if parts.fixes is None:
        return [*blocks, body(UNTESTED.said(lang))]
    if not parts.fixes:
        return [*blocks, body(Text("None was found.", "未找到有效改进。").said(lang))]
    rows = [
        (
            Cell(shortened(fix.name.said(lang), 24 if lang == "zh" else 44)),
            Cell(effect(fix, lang), align="center"),
            Cell(fix.cost.said(lang)),
        )
        for fix in parts.fixes[:FIXES_SHOWN]
    ]
    head = (Text("fix", "改进措施"), Text("effect (95 % interval)", "效果（95% 区间）"), Text("cost", "代价"))
    return [*blocks, Table(tuple(one.said(lang) for one in head), rows, (33.0, 46.0, 26.0), 7.5)]


def effect(fix: FixRow, lang: Language) -> str:
    """Return what a fix changes, with its interval.

    >>> effect(FixRow(Text("", ""), 812, 640, 990, Text("fewer late", "逾期减少（人）"), Text("", "")), "zh")
    '逾期减少（人） 812（640–990）'
    >>> effect(FixRow(Text("", ""), 36, -3.8, 80, Text("fewer late", "逾期减少（人）"), Text("", "")), "zh")
    '逾期减少（人） 36（-4～80）'
    """
    values = (fix.effect, fix.low, fix.high)
    is_large = abs(fix.effect) >= 10
    numbers = [count(value) if is_large else decimal(value, 2) for value in values]
    unit = fix.unit.said(lang)
    to = "～" if fix.low < 0 else "–"  # a dash would look like one more sign
    shown = Text("{0} ({1} to {2})", f"{{0}}（{{1}}{to}{{2}}）").said(lang).format(*numbers)
    return f"{unit} {shown}"
