"""Rescue in the report: who was in need and who knew, how soon help came, what craft and teams did (抢险救援)."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from evacsim.analysis import rescuing
from evacsim.language import Text
from evacsim.report.charts import POINTS
from evacsim.report.craft_drawn import craft_timeline
from evacsim.report.levels_told import levels
from evacsim.report.lines_drawn import Curve, people_over_time
from evacsim.report.markup import Html, Words, bar, joined, shortened, table, tag
from evacsim.report.treatment_told import treatment
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, count, day_and_time, decimal, duration, percent

TIMES = (
    ("to_hear", rescuing.time_to_hear),
    ("to_reach", rescuing.time_to_reach),
    ("to_safety", rescuing.time_to_safety),
)
SHARES = (0.5, 0.9)
CASES = {"fetched": "case_fetched", "gone": "case_gone", "nobody": "case_nobody", "open": "case_open"}
"""How a case may end, and the text for it."""
DOINGS = {
    "by_road": Text("on the road to the water", "陆路开进"),
    "launches": Text("launching", "下水"),
    "to_case": Text("on the way to people", "驶往现场"),
    "on_foot": Text("the crew of a truck on foot to people and back", "涉水车人员徒步往返"),
    "searches": Text("searching", "搜寻"),
    "takes_in": Text("taking people in", "接人上船（机）"),
    "comes_back": Text("coming back", "返航"),
    "lets_ashore": Text("letting people ashore", "送人上岸"),
    "waits": Text("ready, nothing to do", "待命"),
    "is_told": Text("being told where to go", "受领任务（通话中）"),
    "no_word": Text("ready, and no word reaches them", "待命，通联中断"),
    "moves_up": Text("moving up", "补位途中"),
    "no_crew": Text("without a rested crew", "艇组休整，无人接替"),
    "no_jackets": Text("without life-jackets", "缺救生衣"),
    "no_light": Text("waiting for daylight", "等待天亮"),
    "no_weather": Text("waiting for better weather", "等待天气好转"),
    "turns_back": Text(
        "turning back for weather or dark; drones: flying home", "因天气、天黑返航；无人机返航"
    ),
    "surveys": Text("drones: looking for people", "无人机搜索"),
    "recharges": Text("drones: changing batteries", "无人机换电"),
    "stands_by": Text("drones: ready, nothing due to be searched", "无人机待命"),
    "is_patched": Text("punctured, being patched", "破损修补中"),
    "out_of_service": Text("punctured, out of service", "破损停用"),
}
"""What craft do, in the order of a trip, then what keeps them from it."""


def rescue_section(record: RunRecord, words: Words) -> Html:
    """Return how rescue went; empty where the plan has none or nobody ever needed it."""
    if record.tables["need"].empty and record.tables["cases"].empty:
        return Html("")
    parts = [_need(record, words), tag("h3", words("rescue_times")), _times(record, words)]
    parts += [tag("h3", words("rescue_cases")), _cases(record, words)]
    if len(record.tables["case_levels"]):
        parts += [tag("h3", words("levels")), levels(record, words)]
    if len(record.tables["craft_time"]):
        parts += [tag("h3", words("craft_hours")), _craft(record, words), craft_timeline(record, words)]
    if len(record.tables["forces"]):
        parts += [tag("h3", words("forces")), _forces(record, words)]
    if len(record.tables["patients"]):
        parts += [tag("h3", words("treatment")), treatment(record, words)]
    return joined(parts)


def _need(record: RunRecord, words: Words) -> Html:
    """Return who was in need over time against what headquarters held, and what is left at the end."""
    need = record.tables["need"]
    if need.empty:
        return Html("")
    at = np.linspace(0, record.end, POINTS)
    row = np.searchsorted(need["time_s"].to_numpy(np.float64), at, side="right")
    curves = [
        Curve(at, np.append(0.0, need[name].to_numpy(np.float64))[row], words(key))
        for name, key in (("people", "need_truth"), ("believed_people", "need_believed"))
    ]
    last = need.iloc[-1]
    left, held, cases = (count(last[name]) for name in ("people", "believed_people", "cases"))
    fetched, helped = count(rescuing.fetched(record)), count(rescuing.helped(record))
    died = count(rescuing.died_in_need(record))
    told = Text(
        f"Fetched by boats, helicopters and trucks that wade: {fetched} people; by neighbours: {helped}. Died after "
        f"calling or being found: {died}. At the end {left} are in need; headquarters knows of {cases} open cases "
        f"of {held} people, among them people reported twice and people who have got away since.",
        f"舟艇、直升机、涉水车救出 {fetched} 人，邻里救出 {helped} 人；求救或被发现后遇难 {died} 人。"
        f"结束时实际待救 {left} 人；指挥部掌握未结警情 {cases} 起，上报 {held} 人，含重复报警和其后已自行脱险的人员。",
    )
    return people_over_time(record, curves, words("curve_people"), words) + tag("p", words(told))


def _times(record: RunRecord, words: Words) -> Html:
    rows = [
        [words(key), *(duration(time_to(record, share=share), words.lang) for share in SHARES)]
        for key, time_to in TIMES
    ]
    note = tag("p", words("rescue_times_note"), class_="note")
    return note + table(words, ["stage", "half_within", "most_within"], rows, kinds="tnn")


def _cases(record: RunRecord, words: Words) -> Html:
    """Return how cases ended; people are those of the cases, so that people of two cases count twice."""
    cases = record.tables["cases"]
    rows = []
    for result, key in CASES.items():
        chosen = cases[cases["result"] == result]
        people = (chosen[name].sum() for name in ("said_people", "true_people", "fetched"))
        rows.append([words(key), count(len(chosen)), *(count(number) for number in people)])
    heads = ["case_end", "cases", "said_people", "true_people", "fetched_people"]
    note = tag("p", words("rescue_cases_note"), class_="note")
    return note + table(words, heads, rows, kinds="tnnnn")


def _craft(record: RunRecord, words: Words) -> Html:
    hours = rescuing.craft_hours(record)
    total, longest = float(hours.sum()), float(hours.max())
    rows = [
        [
            words(text),
            decimal(float(hours[doing]), 1),
            percent(float(hours[doing]) / total),
            bar(("fill", float(hours[doing]) / longest)),
        ]
        for doing, text in DOINGS.items()
        if doing in hours.index
    ]
    told = table(words, ["craft_does", "hours", "share", ""], rows, kinds="tnnt", class_="bars")
    idle = rescuing.idle_while_needed(record)
    if idle < 0.05:
        return told
    note = Text(
        f"For {decimal(idle, 1)} of the hours in which craft were ready, cases waited that none of them could reach: "
        "the water there is not deep enough, or no road leads to it.",
        f"待命时间中有 {decimal(idle, 1)} 小时仍有警情待派，但待命舟艇均无法抵达：当地水深不足行船，或无路通往下水点。",
    )
    return told + tag("p", words(note))


def _forces(record: RunRecord, words: Words) -> Html:
    names, never = Names(record), tag("span", words("never_ready"), class_="over")
    rows = [
        [
            names.label("force", row["force"]),
            count(row["members"]),
            _called(record, row, words),
            _ready(record, row, words) or never,
            decimal(row["crew_hours"], 1),
            count(row["crews_stopped"]),
            count(row["short_of_jackets"]),
        ]
        for row in record.tables["forces"].to_dict("records")
    ]
    heads = [
        "force",
        "members",
        "force_called",
        "force_ready",
        "crew_hours",
        "crews_stopped",
        "short_of_jackets",
    ]
    return shortened(words, heads, rows, kinds="tnmmnnn")


def _called(record: RunRecord, row: Mapping[Hashable, Any], words: Words) -> str:
    """Return when a team was called, or came unasked."""
    if np.isfinite(row["arrived_s"]):
        arrived = day_and_time(record.start, row["arrived_s"], words.lang)
        events = record.events
        went = (events["kind"] == "volunteers_unled") & (events["subject"] == f"force/{row['force']}")
        if went.any():
            return words(Text(f"came unasked {arrived}, did not report", f"自发到达 {arrived}，未报到"))
        return words(Text(f"came unasked {arrived}", f"自发到达 {arrived}"))
    if np.isfinite(row["called_s"]):
        return day_and_time(record.start, row["called_s"], words.lang)
    return words("not_called")


def _ready(record: RunRecord, row: Mapping[Hashable, Any], words: Words) -> str:
    """Return when a team was ready; nothing where it was called, or came, and never was."""
    if np.isfinite(row["ready_s"]) or not np.isfinite([row["called_s"], row["arrived_s"]]).any():
        ready = day_and_time(record.start, row["ready_s"], words.lang)
        parties = record.tables["liaison"].set_index("party")["met_s"]
        if np.isfinite(parties.get(f"force/{row['force']}", 0.0)):
            return ready
        return words(Text(f"{ready}, met by nobody", f"{ready}，无人对接"))
    return ""
