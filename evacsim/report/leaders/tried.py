"""The last annex: all measures that were tried, what happens beyond design, which unknowns matter."""

import math
from collections.abc import Iterator

from evacsim.ensemble.limits import ENTRIES
from evacsim.language import Language, Text, same
from evacsim.plan.beyond import TOLD
from evacsim.report.leaders.document import TEXT_WIDTH, Block, Cell, Heading, Table, body, note
from evacsim.report.leaders.page_one import effect
from evacsim.report.leaders.parts import HardshipRow, LeadersReport
from evacsim.report.leaders.wording import UNTESTED
from evacsim.results.wording import quantity


def tried(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    """Yield the blocks of the annex on what was tried beside the plan as it is."""
    yield Heading(Text("Annex H  What was tried", "附件八　改进、超设计与敏感性").said(lang), 1)
    yield Heading(Text("Measures", "改进措施").said(lang), 2)
    yield from _fixes(parts, lang)
    yield Heading(Text("Beyond design", "超设计检验").said(lang), 2)
    yield from _hardships(parts, lang)
    yield Heading(Text("Which unknowns matter", "未知因素的影响").said(lang), 2)
    yield from _sensitive(parts, lang)


def _fixes(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    if parts.fixes is None:
        yield note(UNTESTED.said(lang))
        return
    if not parts.fixes:
        yield body(Text("None was found.", "未找到有效改进。").said(lang))
        return
    rows = [
        (
            Cell(fix.name.said(lang), bold=True),
            Cell(fix.detail.said(lang)),
            Cell(effect(fix, lang), align="center"),
            Cell(fix.cost.said(lang), align="center"),
            Cell(fix.side.said(lang)),
        )
        for fix in parts.fixes
    ]
    head = (
        Text("measure", "措施"), Text("what changes", "具体做法"), Text("effect (95 % interval)", "效果（95% 区间）"),
        Text("cost", "费用"), Text("side effects", "副作用"),
    )  # fmt: skip
    widths = (34.0, 46.0, 42.0, 24.0, TEXT_WIDTH - 146.0)
    yield Table(tuple(one.said(lang) for one in head), rows, widths, 7.0)
    yield note(
        Text(
            "Best effect per cost first, what may be luck last. Measures of the recommended set show what they did "
            "under fresh luck.",
            "按效果与费用之比排序，尚不能确认的排在最后。推荐组合中的措施所列为换新随机种子复核的效果。",
        ).said(lang)
    )


def _hardships(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    if parts.hardships is None:
        yield note(UNTESTED.said(lang))
        return
    cases = list(dict.fromkeys(row.case for row in parts.hardships))
    by_cell = {(row.case, row.indicator): row for row in parts.hardships}
    shown = [name for name in TOLD if any((case, name) in by_cell for case in cases)]
    rows = [
        (
            Cell(case.said(lang), bold=True),
            *(_hardship(by_cell.get((case, name)), lang) for name in shown),
        )
        for case in cases
    ]
    if rows:
        head = (Text("case", "情形").said(lang), *(ENTRIES[name].name.said(lang) for name in shown))
        width = (TEXT_WIDTH - 46.0) / len(shown)
        yield Table(head, rows, (46.0, *[width] * len(shown)), 7.0)
        told = Text("Medians, the plan as it is → the case.", "中位数：原设计 → 该情形。黄色表示变差。")
        yield note(told.said(lang))
    if parts.breaking is not None:
        yield body(parts.breaking.said(lang))


def _hardship(row: HardshipRow | None, lang: Language) -> Cell:
    if row is None:
        return Cell("–", align="center")
    unit = ENTRIES[row.indicator].unit
    before, after = (quantity(value, unit, lang) for value in (row.base, row.value))
    told = before if before == after else f"{before} → {after}"
    return Cell(told, "amber" if row.is_worse else "plain", "center")


def _sensitive(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    found = parts.sensitive
    if found is None:
        yield note(UNTESTED.said(lang))
        return
    is_morris = found.method == "morris"
    rows = [
        (
            Cell(ENTRIES[row.indicator].name.said(lang)),
            Cell(parts.drawn.get(row.unknown, same(row.unknown)).said(lang)),
            Cell(
                Text("cannot be said", "无法给出").said(lang)
                if math.isnan(row.effect)
                else f"{row.effect:.3g} ± {row.half:.2g}",
                align="center",
            ),
        )
        for row in sorted(found.effects, key=lambda one: (one.indicator, -one.effect, one.unknown))
    ]
    head = (
        Text("result", "结果"), Text("unknown", "未知因素"),
        Text("mean change (Morris)", "平均影响（Morris）") if is_morris else Text("share (Sobol)", "总效应（Sobol）"),
    )  # fmt: skip
    yield Table(tuple(one.said(lang) for one in head), rows, (64.0, 64.0, TEXT_WIDTH - 128.0), 7.0)
    told = Text(
        f"{found.runs} runs; in the unit of the result (times in seconds) as the unknown goes through its law.",
        f"推演 {found.runs} 次；为该因素取遍其范围时结果的变化，时间以秒计。",
    )
    share = Text(
        f"{found.runs} runs; share of the variance that stays when all others are known.",
        f"推演 {found.runs} 次；其余因素均已知时仍存在的方差比例。",
    )
    yield note((told if is_morris else share).said(lang))
