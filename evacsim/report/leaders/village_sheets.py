"""A sheet for each village (逐村表): who goes, when and by whose word, from where to where, and what came of it."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from evacsim.analysis.lateness import CAUSES, late_by_zone
from evacsim.analysis.people import had_to_go, out_before_water, people_of
from evacsim.language import Language, Text
from evacsim.report.leaders.cards import MOVED_TO
from evacsim.report.leaders.document import Block, Card, Cards, Heading, PageBreak, note
from evacsim.report.leaders.parts import LatestOrder, LeadersReport
from evacsim.report.leaders.wording import NOT_GIVEN, UNTESTED, Places, in_language
from evacsim.results.record import RunRecord
from evacsim.results.wording import count, day_and_time, percent
from evacsim.scenario.masking import masked_person
from evacsim.scenario.matching import transfers_by_zone
from evacsim.scenario.plan import ZoneTransfer

CAUSES_TOLD = 2
"""Causes that are told of each village, those of most people first."""
NONE_LATE = Text("none", "无")
ON_FOOT = Text("on foot, by car", "步行或自驾")


def village_sheets(parts: LeadersReport, lang: Language) -> Iterator[Block]:
    """Yield a card for each zone that the plan moves, in the order of the district."""
    transfers = transfers_by_zone(parts.scenario)
    came_of = None if parts.record is None else _came_of(parts.record)
    latest = None if parts.latest_orders is None else {one.zone: one for one in parts.latest_orders}
    yield PageBreak()
    yield Heading(Text("Annex J  Village sheets", "附件十　逐村表").said(lang), 1)
    yield note(
        Text(
            "Orders, shares and late people are those of the run shown. In time: out before the water, of those who "
            "had to go. Latest order: the latest safe one, where all orders are moved together.",
            "下令时间、来水前转出比例和逾期人数为所示推演的结果。最迟下令：最迟安全下令时间，按各区域同步提前或推后计算。",
        ).said(lang)
    )
    places = Places(parts.scenario, lang)
    yield Cards(
        tuple(
            _sheet(parts, zone.id, transfers[zone.id], zone.population, came_of, latest, places, lang)
            for zone in parts.scenario.district.zones
            if zone.id in transfers
        )
    )


def _came_of(record: RunRecord) -> pd.DataFrame:
    """Return `go, in_time, late, why_en, why_zh, ordered_s, water_s` of each zone of a run, by its id."""
    ledger = record.ledger
    people, go = people_of(ledger), had_to_go(ledger)
    own = ledger["zone"].to_numpy()
    counted = pd.DataFrame(
        {"zone": own, "go": people * go, "in_time": people * (go & out_before_water(ledger))}
    )
    table = record.tables["zones"].set_index("zone")[["ordered_s", "water_s", "decided_by"]]
    table = table.join(counted.groupby("zone").sum()).fillna({"go": 0, "in_time": 0})
    late = late_by_zone(record)
    first = late.groupby("zone").head(CAUSES_TOLD)
    for lang in ("en", "zh"):
        said = first.assign(
            said=[
                f"{CAUSES[c].said(lang)} {count(n)}"
                for c, n in zip(first["cause"], first["people"], strict=True)
            ]
        )
        table[f"why_{lang}"] = said.groupby("zone")["said"].agg(Text("; ", "；").said(lang).join)
    table["late"] = late.groupby("zone")["people"].sum()
    return table.fillna({"late": 0.0, "why_en": "", "why_zh": ""})


def _sheet(
    parts: LeadersReport,
    zone: str,
    transfer: ZoneTransfer,
    population: int,
    came_of: pd.DataFrame | None,
    latest: Mapping[str, LatestOrder] | None,
    places: Places,
    lang: Language,
) -> Card:
    start, plan = parts.scenario.start, parts.scenario.plan
    decides = transfer.decided_by or plan.when.decided_by
    organizer = masked_person(transfer.organizer) if parts.masked else transfer.organizer
    decider = (
        places[decides]
        if decides in places
        else in_language(masked_person(decides) if parts.masked else decides, lang)
    )
    untested = UNTESTED.said(lang)
    ordered, in_time, late, why = untested, untested, untested, untested
    if came_of is not None:
        row: dict[Any, Any] = came_of.loc[zone].to_dict()
        ordered = day_and_time(start, row["ordered_s"], lang)
        if np.isnan(row["ordered_s"]):
            ordered = Text("no order", "未下令").said(lang)
        in_time = Text("nobody had to go", "无应转人员").said(lang)
        if row["go"] > 0:
            share = percent(row["in_time"] / row["go"])
            in_time = Text(f"{share} of {count(row['go'])}", f"{share}（应转 {count(row['go'])} 人）").said(
                lang
            )
        late, why = count(row["late"]), row[f"why_{lang}"] or NONE_LATE.said(lang)
    where = Text(", ", "、").said(lang).join(places[one] for one in transfer.shelter)
    if transfer.moved_to != "shelter":
        where = MOVED_TO[transfer.moved_to].said(lang)
        where += f" {places[transfer.refuge]}" if transfer.refuge else ""
    lines = [
        (Text("who", "转移谁"), Text(f"{count(population)} people", f"{count(population)} 人").said(lang)),
        (Text("ordered", "下令时间"), ordered),
        (Text("by whom", "谁决定"), decider),
        (Text("organizer", "谁组织"), in_language(organizer, lang) or NOT_GIVEN.said(lang)),
        (Text("pick-up", "上车点"), places[transfer.pickup_point] if transfer.pickup_point else ON_FOOT.said(lang)),
        (Text("shelter", "转到哪"), where or Text("nearest with room", "最近有床位的安置点").said(lang)),
        (Text("in time", "来水前转出"), in_time),
        (Text("late", "逾期人数"), late),
        (Text("why", "逾期原因"), why),
        (Text("latest order", "最迟下令"), _latest(parts, None if latest is None else latest.get(zone), lang)),
    ]  # fmt: skip
    return Card(places[zone], tuple((label.said(lang), said) for label, said in lines))


def _latest(parts: LeadersReport, order: LatestOrder | None, lang: Language) -> str:
    if order is None:
        return UNTESTED.said(lang)
    if np.isnan(order.latest_s):
        return Text("none is early enough", "何时下令都来不及").said(lang)
    told = day_and_time(parts.scenario.start, order.latest_s, lang)
    return Text(f"{told} or later", f"{told} 或更晚").said(lang) if order.is_at_least else told
