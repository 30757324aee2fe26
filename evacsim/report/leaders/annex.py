"""The annex: assumptions, how to repeat it, all findings and limits, a line for each zone, cards, what was tried."""

from collections.abc import Iterator

import numpy as np

from evacsim.clock import seconds_after
from evacsim.ensemble.verdicts import WORDS
from evacsim.language import Language, Text
from evacsim.plan.shortcoming import LINKS, SEVERITIES
from evacsim.report.leaders.bottlenecks_listed import bottlenecks_listed
from evacsim.report.leaders.cards import office_cards, zone_cards
from evacsim.report.leaders.document import (
    TEXT_WIDTH,
    Block,
    Cards,
    Cell,
    Heading,
    PageBreak,
    Paragraph,
    Run,
    Table,
    Tone,
    note,
)
from evacsim.report.leaders.evaluation_form import evaluation_form
from evacsim.report.leaders.orders_listed import orders_listed
from evacsim.report.leaders.page_one import TONES, of_link, probability
from evacsim.report.leaders.parts import LeadersReport
from evacsim.report.leaders.pictures import late_people
from evacsim.report.leaders.tried import tried
from evacsim.report.leaders.village_sheets import village_sheets
from evacsim.report.leaders.wording import NOT_GIVEN, UNTESTED, Places, in_language, trigger_told
from evacsim.report.texts import MARKS
from evacsim.report.values_told import parameter_told, value_told
from evacsim.results.digest import events_digest
from evacsim.results.wording import count, day_and_time
from evacsim.scenario.assumptions import assumptions
from evacsim.scenario.masking import masked_person
from evacsim.scenario.matching import transfers_by_zone

SEVERITY_TONES: dict[str, Tone] = {"blocker": "red", "major": "amber", "minor": "plain"}


def annex(parts: LeadersReport, lang: Language) -> list[Block]:
    """Return the blocks of the annex."""
    return [
        Heading(Text("Annex A  Assumptions", "附件一　参数与依据").said(lang), 1),
        *_assumptions(parts, lang),
        Heading(Text("Annex B  How to repeat it", "附件二　复现").said(lang), 1),
        *_repeat(parts, lang),
        *_findings(parts, lang),
        *_all_limits(parts, lang),
        Heading(Text("Annex E  Each zone", "附件五　分区域表").said(lang), 1),
        *_zones(parts, lang),
        *_cards(parts, lang),
        PageBreak(),
        *tried(parts, lang),
        *bottlenecks_listed(parts, lang),
        *village_sheets(parts, lang),
        *evaluation_form(parts, lang),
        *orders_listed(parts, lang),
    ]


def _assumptions(parts: LeadersReport, lang: Language) -> list[Block]:
    order = {mark: number for number, mark in enumerate(MARKS)}
    ranked = sorted(assumptions(parts.scenario), key=lambda one: order.get(one.mark, len(order)))
    rows = [
        (
            Cell(parameter_told(one.path)),
            Cell(value_told(one.value, lang)),
            Cell(MARKS[one.mark][0].said(lang), align="center"),
            Cell(one.source),
        )
        for one in ranked
        if one.value
        or one.source  # what single entries set for themselves stands in the lists of the scenario
    ]
    head = (
        Text("parameter", "参数"),
        Text("value", "取值"),
        Text("mark", "可靠程度"),
        Text("source or reason", "来源或理由"),
    )
    colon, stop = Text(": ", "：").said(lang), Text("; ", "；").said(lang)
    meaning = stop.join(f"{word.said(lang)}{colon}{said.said(lang)}" for word, said in MARKS.values())
    meaning += Text(
        ". Parameters are named as in the files of the scenario; sources stand as they were written.",
        "。参数按情景文件中的写法列出，来源照录原文。",
    ).said(lang)
    widths = (58.0, 40.0, 18.0, TEXT_WIDTH - 116.0)
    return [note(meaning), Table(tuple(one.said(lang) for one in head), rows, widths, 7.0)]


def _repeat(parts: LeadersReport, lang: Language) -> list[Block]:
    rows: list[tuple[str, str]] = [(Text("scenario", "情景").said(lang), parts.scenario.id)]
    record = parts.record
    command = parts.command
    if record is not None:
        command = command or str(record.provenance.get("command", ""))
        rows += [
            (Text("seed of the run shown", "所示推演的种子").said(lang), str(record.seed)),
            (Text("digest of its events", "事件摘要").said(lang), events_digest(record)),
            ("evacsim", str(record.provenance.get("version", ""))),
            ("Python", str(record.provenance.get("python", ""))),
        ]
        rows += [(name, str(version)) for name, version in record.provenance.get("libraries", {}).items()]
        rows += [(name, str(digest)) for name, digest in record.provenance.get("inputs", {}).items()]
    if parts.study_seed is not None:
        rows.append((Text("seed of the study", "多次推演的种子").said(lang), str(parts.study_seed)))
        rows.append((Text("runs", "推演次数").said(lang), str(parts.runs)))
    rows += list(parts.versions.items())
    command = command or NOT_GIVEN.said(lang)
    table = Table(
        (Text("what", "项目").said(lang), Text("value", "内容").said(lang)),
        [(Cell(name), Cell(value)) for name, value in rows],
        (50.0, TEXT_WIDTH - 50.0),
        7.0,
    )
    return [Paragraph((Run(command),), "code"), table]


def _findings(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    yield Heading(Text("Annex C  Findings", "附件三　检验意见").said(lang), 1)
    if parts.shortcomings is None:
        yield note(UNTESTED.said(lang))
        return
    rows = []
    for link, name in LINKS.items():
        for one in of_link(parts, link) or ():
            place = one.place
            where = "" if place is None else f"{place.file}{'' if place.line is None else f':{place.line}'}"
            rows.append(
                (
                    Cell(name.said(lang)),
                    Cell(SEVERITIES[one.severity].said(lang), SEVERITY_TONES[one.severity], "center"),
                    Cell(where),
                    Cell(one.found.said(lang)),
                    Cell(one.remedy.said(lang)),
                    Cell(one.clause.said(lang)),
                )
            )
    head = (
        Text("link", "环节"), Text("weight", "程度"), Text("place", "位置"), Text("found", "情况"),
        Text("remedy", "处理"), Text("rule", "依据"),
    )  # fmt: skip
    yield Table(
        tuple(one.said(lang) for one in head), rows, (18.0, 15.0, 27.0, 48.0, 38.0, TEXT_WIDTH - 146.0), 7.0
    )


def _all_limits(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    yield Heading(Text("Annex D  All limits", "附件四　全部限值").said(lang), 1)
    if parts.limits is None:
        yield note(UNTESTED.said(lang))
        return
    rows = [
        (
            Cell(row.name.said(lang)),
            Cell(row.bound.said(lang)),
            Cell(f"{100 * row.target:g}%", align="center"),
            Cell(probability(row, lang), align="center"),
            Cell(WORDS[row.verdict].said(lang), TONES[row.verdict], "center"),
        )
        for row in parts.limits
    ]
    head = (
        Text("limit", "限值"), Text("asked for", "要求"), Text("target", "目标概率"), Text("probability", "满足概率"),
        Text("verdict", "结论"),
    )  # fmt: skip
    yield Table(
        tuple(one.said(lang) for one in head), rows, (TEXT_WIDTH - 116.0, 34.0, 20.0, 42.0, 20.0), 7.5
    )


def _zones(parts: LeadersReport, lang: Language) -> list[Block]:
    scenario, places = parts.scenario, Places(parts.scenario, lang)
    transfers = transfers_by_zone(scenario)
    late = None if parts.record is None else late_people(parts.record)
    water = None if parts.record is None else parts.record.tables["zones"].set_index("zone")["water_s"]
    blank = NOT_GIVEN.said(lang)
    rows = []
    for zone in scenario.district.zones:
        transfer = transfers.get(zone.id)
        if transfer is None:
            continue
        deadline = blank
        if transfer.deadline is not None:
            deadline = day_and_time(scenario.start, seconds_after(scenario.start, transfer.deadline), lang)
        person = masked_person(transfer.organizer) if parts.masked else transfer.organizer
        missed = UNTESTED.said(lang) if late is None else count(float(late.get(zone.id, 0.0)))
        comes = (
            UNTESTED.said(lang) if water is None else _moment(parts, float(water.get(zone.id, np.nan)), lang)
        )
        rows.append(
            (
                Cell(places[zone.id]),
                Cell(count(zone.population), align="right"),
                Cell(trigger_told(transfer, scenario, lang)),
                Cell(deadline, align="center"),
                Cell(in_language(person, lang) or blank),
                Cell(transfer.pickup_point or "–"),
                Cell(Text("; ", "、").said(lang).join(transfer.shelter) or "–"),
                Cell(comes, align="center"),
                Cell(missed, "red" if late is not None and zone.id in late.index else "plain", "right"),
            )
        )
    head = (
        Text("zone", "区域"), Text("people", "人口"), Text("trigger", "触发条件"), Text("deadline", "时限"),
        Text("responsible", "责任人"), Text("pick-up", "上车点"), Text("shelter", "安置点"), Text("water", "来水"),
        Text("late", "逾期"),
    )  # fmt: skip
    widths = (31.0, 11.0, 30.0, 17.0, 24.0, 14.0, 24.0, 16.0, TEXT_WIDTH - 167.0)
    outside = len(scenario.district.zones) - len(rows)
    told = Text(f"{outside} zones are not in the plan.", f"另有 {outside} 个区域未列入预案。").said(lang)
    return [
        Table(tuple(one.said(lang) for one in head), rows, widths, 6.5),
        *([note(told)] if outside else []),
    ]


def _moment(parts: LeadersReport, seconds: float, lang: Language) -> str:
    return (
        Text("dry", "未进水").said(lang)
        if np.isnan(seconds)
        else day_and_time(parts.scenario.start, seconds, lang)
    )


def _cards(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    if not parts.contacts:
        told = Text(
            "No contacts are given (contacts.csv): cards show no phone numbers.",
            "未提供通讯录（contacts.csv），卡片无电话号码。",
        )
    else:
        told = Text("Fill in by hand what is not given.", "未写明处请手工补填。")
    offices, zones = office_cards(parts, lang), zone_cards(parts, lang)
    if offices:
        yield PageBreak()
        yield Heading(Text("Annex F  Action cards", "附件六　应急处置卡").said(lang), 1)
        yield note(told.said(lang))
        yield Cards(tuple(offices))
    yield PageBreak()
    yield Heading(Text("Annex G  Household cards", "附件七　明白卡").said(lang), 1)
    yield note(told.said(lang))
    yield Cards(tuple(zones))
