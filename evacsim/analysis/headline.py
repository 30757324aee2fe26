"""The verdict in six lines: the five links of a transfer (五个关键环节), and lives.

Each line holds one result against what the plan must reach - everybody - and gives the main
reason. It speaks about one run, and says so: one run is one draw, not a probability.
"""

from typing import NamedTuple

import numpy as np

from evacsim.analysis.bounds.told import bounds_of, no_plan_beats
from evacsim.analysis.clearance import clearance_times, deadlines, first_order
from evacsim.analysis.exposure import LEAD_WANTED
from evacsim.analysis.facts import Facts, gather
from evacsim.analysis.lateness import CAUSES, relay_time_90
from evacsim.analysis.people import in_plan, stuck_places
from evacsim.analysis.sheltering import relief_count, relief_quantile
from evacsim.language import Language, Text
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, count, decimal, duration, percent

MOST = 0.9
"""Share of people whose clearance time stands in the verdict."""

ONE_RUN = Text(
    "One run is one draw: it tells what happened this time, not how probable it is.",
    "一次推演只是一次抽样，说明本次结果，不代表概率。",
)

WORDS: dict[bool | None, Text] = {
    True: Text("good", "达到"),
    False: Text("short", "不足"),
    None: Text("not tested", "未检验"),
}


class Verdict(NamedTuple):
    """One line of the verdict."""

    link: Text
    """Link of the transfer that the line is about."""
    good: bool | None
    """Whether the run reached what the plan must reach; None where the run did not test it."""
    line: Text
    reason: Text
    """Why, in numbers; empty where there is nothing to add."""

    @property
    def word(self) -> Text:
        """Return the verdict as a word."""
        return WORDS[self.good]


def verdicts(record: RunRecord) -> list[Verdict]:
    """Return the six lines of a run."""
    facts, names = gather(record), Names(record)
    return [
        _when(facts),
        _who(facts),
        _organize(facts, names),
        _where(facts),
        _care(facts),
        _lives(facts, names),
    ]


def _when(facts: Facts) -> Verdict:
    in_time, total = facts.out_before_water, facts.had_to_go
    shown = percent(in_time / total) if total else ""
    late = facts.late
    if late.empty:
        reason = Text(
            f"median lead {duration(facts.lead.median, 'en')} before the water, "
            f"{percent(facts.lead.share_in_good_time)} had {duration(LEAD_WANTED, 'en')} or more",
            f"提前量中位数 {duration(facts.lead.median, 'zh')}，"
            f"提前 {duration(LEAD_WANTED, 'zh')}以上的占 {percent(facts.lead.share_in_good_time)}",
        )
        reason = reason if facts.lead.people else Text("no water at their homes", "住处均未进水")
    else:
        causes = late.groupby("cause")["people"].sum().sort_values(ascending=False, kind="stable")
        told = [(CAUSES[str(cause)], count(people)) for cause, people in causes.head(3).items()]
        reason = Text(
            "late, by reason: " + "; ".join(f"{cause.en} {people}" for cause, people in told),
            "逾期原因：" + "；".join(f"{cause.zh} {people} 人" for cause, people in told),
        )
    return Verdict(
        Text("When to go", "何时转"),
        in_time == total if total else None,
        Text(
            f"{count(in_time)} of {count(total)} people who had to go reached a place before the water ({shown})",
            f"应转 {count(total)} 人中，{count(in_time)} 人在来水前转移到位（{shown}）",
        )
        if total
        else Text("nobody had to go", "无应转人员"),
        reason if total else Text("", ""),
    )


def _who(facts: Facts) -> Verdict:
    out, total, missed = facts.out, facts.had_to_go, facts.exposed.met_outside_plan
    refused = facts.refused
    shown = percent(out / total) if total else ""
    fast = how_fast(facts.record)
    reasons = [] if fast is None else [fast]
    if refused:
        reasons.append(Text(f"{count(refused)} refused to go", f"拒不转移 {count(refused)} 人"))
    if missed:
        reasons.append(
            Text(
                f"the water met {count(missed)} people at home whom the plan does not move",
                f"预案未列入的 {count(missed)} 人在家中遇水",
            )
        )
    return Verdict(
        Text("Who must go", "转移谁"),
        out == total and missed == 0 if total or missed else None,
        Text(
            f"{count(out)} of {count(total)} people who had to go are out ({shown})",
            f"应转 {count(total)} 人，已转移 {count(out)} 人（{shown}）",
        )
        if total
        else Text("nobody of the plan had to go", "预案内无应转人员"),
        _joined(reasons),
    )


def how_fast(record: RunRecord) -> Text | None:
    """Return the time until most are out beside what no plan can beat; None where no bound was looked for."""
    bounds = bounds_of(record).get(f"clearance_time_{round(100 * MOST)}", ())
    if not bounds:
        return None
    took, beats = clearance_times(record)[MOST] - first_order(record), no_plan_beats(bounds, why=False)
    return Text(
        f"{MOST:.0%} out {duration(took, 'en')} after the first order; {beats.en}",
        f"首次下令后 {duration(took, 'zh')} {MOST:.0%} 转移到位；{beats.zh}",
    )


def _organize(facts: Facts, names: Names) -> Verdict:
    record = facts.record
    zones = record.tables["zones"]
    planned = set(record.ledger.loc[in_plan(record.ledger), "zone"])
    nameless = zones[(zones["organizer"].fillna("") == "") & zones["zone"].isin(planned)]
    told = relay_time_90(record)
    reasons = [
        Text(
            f"90% were told within {duration(told, 'en')} of the order",
            f"下令后 {duration(told, 'zh')}内 90% 通知到户",
        )
        if np.isfinite(told)
        else Text("fewer than 90% were ever told", "通知到户不足 90%")
    ]
    if len(nameless):
        reasons.append(
            Text(
                f"zones without a person responsible: {count(len(nameless))}",
                f"未明确转移责任人的区域 {count(len(nameless))} 个",
            )
        )
    table = deadlines(record)
    missed = table[~table["met"]]
    if len(missed):
        worst = (
            missed.assign(left=missed["people"] - missed["refused"] - missed["out_in_time"])
            .nlargest(1, "left")
            .iloc[0]
        )
        name = names.bare("zone", str(worst["zone"]))
        reasons.insert(
            0,
            Text(
                f"most people late: {name}, {count(worst['left'])}",
                f"逾期最多：{name}，{count(worst['left'])} 人",
            ),
        )
    return Verdict(
        Text("Who organizes", "谁组织"),
        (len(missed) == 0 and len(nameless) == 0) if len(table) or len(nameless) else None,
        Text(
            f"{facts.zones_in_time} of {facts.zones_with_deadline} zones were out by their deadline",
            f"设定时限的 {facts.zones_with_deadline} 个区域中，{facts.zones_in_time} 个按时完成",
        )
        if len(table)
        else Text("no zone has a deadline", "各区域均未设定完成时限"),
        _joined(reasons) if facts.had_to_go else Text("", ""),
    )


def _where(facts: Facts) -> Verdict:
    arrived = sum(facts.states[state] for state in ("sheltered", "registering", "returning", "returned"))
    homeless, away = facts.states["unsheltered"], int(facts.shelters["turned_away"].sum())
    lost = facts.exposed.lost_in_shelter
    total = arrived + homeless + lost
    flooded = facts.shelters[facts.shelters["flooded_s"].notna()]
    reasons = []
    if lost:
        reasons.append(
            Text(f"{count(lost)} are cut off by water in their shelters", f"{count(lost)} 人在安置点被水围困")
        )
    if away:
        reasons.append(
            Text(
                f"{count(away)} people were turned away at a full or flooded shelter",
                f"安置点已满或进水，未能接收 {count(away)} 人次",
            )
        )
    if len(flooded):
        listed = ", ".join(flooded["name"].where(flooded["name"] != "", flooded["shelter"]).head(3))
        reasons.append(Text(f"water in shelters: {listed}", f"安置点进水：{listed.replace(', ', '、')}"))
    limited = facts.shelters[np.isfinite(facts.shelters["peak_ratio"])]
    if len(limited):
        fullest = limited.iloc[0]
        name, load = fullest["name"] or fullest["shelter"], decimal(fullest["peak_ratio"], 2)
        reasons.append(Text(f"highest load ratio {load}, {name}", f"最高负荷率 {load}（{name}）"))
    return Verdict(
        Text("Where to go", "转到哪"),
        homeless + away + lost == 0 if total else None,
        Text(
            f"{count(arrived)} of {count(total)} people who arrived have a place",
            f"到达 {count(total)} 人，落实安置 {count(arrived)} 人",
        )
        if total
        else Text("nobody arrived at a shelter", "无人到达安置点"),
        _joined(reasons),
    )


def _care(facts: Facts) -> Verdict:
    relieved, left = relief_count(facts.record, facts.relief_limit)
    slowest = relief_quantile(facts.record, 0.9)
    limit = facts.relief_limit
    if not left:
        return Verdict(
            Text("How cared for", "如何管"), None, Text("nobody left home", "无人离家转移"), Text("", "")
        )
    return Verdict(
        Text("How cared for", "如何管"),
        relieved == left,
        Text(
            f"{count(relieved)} of {count(left)} people who left home had relief within {duration(limit, 'en')} "
            f"({percent(relieved / left)})",
            f"离家 {count(left)} 人中，{count(relieved)} 人在 {duration(limit, 'zh')}内得到基本生活救助"
            f"（{percent(relieved / left)}）",
        ),
        Text(f"90% within {duration(slowest, 'en')}", f"90% 的人用时不超过 {duration(slowest, 'zh')}")
        if np.isfinite(slowest)
        else Text("more than 10% never had it", "超过 10% 的人始终未得到救助"),
    )


def _lives(facts: Facts, names: Names) -> Verdict:
    dead, trapped, stranded = facts.exposed.dead, facts.exposed.trapped, facts.exposed.stranded
    stuck = stuck_places(facts.record)
    reason = Text("", "")
    if len(stuck):
        places = (
            stuck.groupby("place", sort=False)["people"]
            .sum()
            .sort_values(ascending=False, kind="stable")
            .head(3)
        )
        listed = [
            Text(
                f"{names.told(str(place), 'en')}: {count(number)}",
                f"{names.told(str(place), 'zh')}：{count(number)} 人",
            )
            for place, number in places.items()
        ]
        reason = Text(
            "most at: " + "; ".join(one.en for one in listed),
            "主要分布：" + "；".join(one.zh for one in listed),
        )
    return Verdict(
        Text("Lives", "人员安全"),
        dead + trapped + stranded == 0,
        Text(
            f"{count(dead)} dead, {count(trapped)} trapped, {count(stranded)} stranded at the end",
            f"遇难 {count(dead)} 人，结束时被困 {count(trapped)} 人，滞留 {count(stranded)} 人",
        ),
        reason,
    )


def _joined(parts: list[Text]) -> Text:
    return Text("; ".join(part.en for part in parts), "；".join(part.zh for part in parts))


def told(record: RunRecord, lang: Language) -> list[str]:
    """Return the verdict as plain lines, and the caveat after them."""
    lines = []
    for verdict in verdicts(record):
        head = f"{verdict.link.said(lang)}: [{verdict.word.said(lang)}] {verdict.line.said(lang)}"
        reason = verdict.reason.said(lang)
        lines.append(head + (f" - {reason}" if reason else ""))
    return [*lines, ONE_RUN.said(lang)]
