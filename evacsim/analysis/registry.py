"""The list of all indicators, and the facts of a run that they are made from.

Names and units of the outcome goals follow the planning documents (rows 1, 8, 18, 20 and 22 of
docs/coverage.md).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from evacsim.analysis import clearance, exposure, lateness, sheltering, transport
from evacsim.analysis.people import final_states, had_to_go, out_before_water, out_times, people_of, refused
from evacsim.language import Text
from evacsim.results.record import RunRecord

PER_100_000 = 1e5
RELIEF_LIMIT = 8 * 3600.0
"""District 14th five-year plan: basic relief within 8 h [s] (seen); holds where the plan sets no limit."""
NATIONAL_RELIEF_LIMIT = 10 * 3600.0
"""National 14th five-year plan: within 10 h [s] (seen)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the indicators are made from, each computed once."""

    record: RunRecord
    states: dict[str, int]
    had_to_go: int
    out: int
    out_before_water: int
    refused: int
    lead: exposure.LeadTime
    exposed: exposure.Exposure
    clearance: dict[float, float]
    first_order: float
    last_out: float
    stages: dict[str, float]
    late: int
    zones_with_deadline: int
    zones_in_time: int
    shelters: pd.DataFrame
    buses: transport.BusService
    relief_limit: float


def gather(record: RunRecord) -> Facts:
    """Return the facts of a run."""
    ledger = record.ledger
    people, go, out = people_of(ledger), had_to_go(ledger), out_times(ledger)
    states = final_states(record)
    deadlines = clearance.deadlines(record)
    gone = go & ~np.isnan(out)
    return Facts(
        record=record,
        states=dict(zip(states["state"], states["people"].tolist(), strict=True)),
        had_to_go=int(people[go].sum()),
        out=int(people[gone].sum()),
        out_before_water=int(people[go & out_before_water(ledger)].sum()),
        refused=int(people[go & refused(record)].sum()),
        lead=exposure.lead_time(record),
        exposed=exposure.exposure(record),
        clearance=clearance.clearance_times(record),
        first_order=clearance.first_order(record),
        last_out=float(out[gone].max()) if gone.any() else np.nan,
        stages=lateness.mean_stage_times(record),
        late=int(lateness.late_households(record)["people"].sum()),
        zones_with_deadline=len(deadlines),
        zones_in_time=int(deadlines["met"].sum()),
        shelters=sheltering.shelter_loads(record),
        buses=transport.bus_service(record.tables["vehicles"]),
        relief_limit=record.limits.get("relief_limit", RELIEF_LIMIT),
    )


class Entry(NamedTuple):
    """One line of the registry."""

    id: str
    unit: str
    better: str
    name: Text
    note: Text
    value: Callable[[Facts], float]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _clearance(share: float) -> Entry:
    percent = round(100 * share)
    return Entry(
        f"clearance_time_{percent}", "s", "less",
        Text(f"clearance time, {percent} %", f"疏散完成时间（{percent}%）"),
        Text(
            f"from the first order until {percent} % of all who had to go are out; never, if fewer ever are",
            f"自首次下令至应转人员的 {percent}% 转移到位；未达到该比例则为“未达到”",
        ),
        lambda facts: facts.clearance[share] - facts.first_order,
    )  # fmt: skip


def _stage(stage: str, text: Text) -> Entry:
    return Entry(
        f"mean_{stage}_time", "s", "less",
        Text(f"mean time: {text.en}", f"平均用时：{text.zh}"),
        Text("per person who had to go and came to this stage", "进入该环节的应转人员人均"),
        lambda facts: facts.stages[stage],
    )  # fmt: skip


def _state(state: str, name: Text, note: Text) -> Entry:
    return Entry(state, "person", "less", name, note, lambda facts: facts.states[state])


AT_THE_END = Text("at the end of the run", "推演结束时")

REGISTRY: tuple[Entry, ...] = (
    Entry("population", "person", "",
          Text("people of the district", "总人口"),
          Text("all zones", "全部区域"),
          lambda facts: facts.record.population),
    Entry("had_to_go", "person", "",
          Text("people who had to go", "应转人数"),
          Text("of zones in the plan whose trigger fired or where water came", "列入预案且触发或进水区域的转移对象"),
          lambda facts: facts.had_to_go),
    Entry("out", "person", "more",
          Text("people who are out", "已转移人数"),
          Text("of those who had to go", "应转人员中"),
          lambda facts: facts.out),
    Entry("out_share", "share", "more",
          Text("share that is out", "应转尽转率"),
          Text("of those who had to go", "已转移人数 ÷ 应转人数"),
          lambda facts: _share(facts.out, facts.had_to_go)),
    Entry("out_before_water_share", "share", "more",
          Text("share out before the water", "来水前转移率"),
          Text("of those who had to go; homes that stay dry count as in time",
               "来水前转移到位人数 ÷ 应转人数，住处未进水视为及时"),
          lambda facts: _share(facts.out_before_water, facts.had_to_go)),
    Entry("lead_time_median", "s", "more",
          Text("lead time, median", "转移提前量（中位数）"),
          Text("from being out to water at the home left behind, people whose homes get water",
               "转移到位至住处进水的时间，按人计"),
          lambda facts: facts.lead.median),
    Entry("lead_time_95", "s", "more",
          Text("lead time that 95 % have", "转移提前量（95% 的人不少于）"),
          Text("all but the 5 % with the least; unknown where more than 5 % never get out",
               "未能转移者超过 5% 时无法给出"),
          lambda facts: facts.lead.shortest_5),
    Entry("lead_2h_share", "share", "more",
          Text("share out 2 h before the water", "提前 2 小时以上转移率"),
          Text("of those who had to go and whose homes get water", "住处进水的应转人员中"),
          lambda facts: facts.lead.share_in_good_time),
    *(_clearance(share) for share in clearance.SHARES),
    Entry("last_out", "s", "less",
          Text("last person out", "最后一人转移到位"),
          Text("after the start of the run", "自推演开始计"),
          lambda facts: facts.last_out),
    Entry("late", "person", "less",
          Text("people who are late", "逾期人数"),
          Text("out after the deadline of their zone, after the water, or never", "晚于时限、晚于来水或未转移"),
          lambda facts: facts.late),
    Entry("zones_with_deadline", "", "",
          Text("zones with a deadline", "设定时限的区域数"),
          Text("", ""),
          lambda facts: facts.zones_with_deadline),
    Entry("zones_in_time", "", "more",
          Text("zones that met it", "按时完成的区域数"),
          Text("everybody who had to go and did not refuse is out by then", "除拒不转移者外，应转人员全部按时转移到位"),
          lambda facts: facts.zones_in_time),
    *(_stage(stage, text) for stage, text in lateness.STAGES.items()),
    _state("refused", Text("people who refused to go", "拒不转移人数"), AT_THE_END),
    _state("unsheltered", Text("people who arrived and found no place", "到达未安置人数"), AT_THE_END),
    _state("stranded", Text("people stranded", "滞留人数"), AT_THE_END),
    _state("trapped", Text("people trapped", "被困人数"), AT_THE_END),
    Entry("peak_cut_off", "person", "less",
          Text("most people cut off at once", "同时被围困人数峰值"),
          Text("stranded and trapped together", "滞留与被困合计"),
          lambda facts: facts.exposed.peak_cut_off),
    Entry("homes_wet", "person", "",
          Text("people whose homes get water", "住处进水人数"),
          Text("all zones", "全部区域"),
          lambda facts: facts.exposed.homes_wet),
    Entry("met_at_home", "person", "less",
          Text("people whom the water meets at home", "来水时仍在家人数"),
          Text("all zones", "全部区域"),
          lambda facts: facts.exposed.met_at_home),
    Entry("met_outside_plan", "person", "less",
          Text("of them people the plan does not move", "其中预案未列入人数"),
          Text("a gap of the plan", "预案缺口：转移谁"),
          lambda facts: facts.exposed.met_outside_plan),
    _state("dead", Text("deaths", "遇难人数"), AT_THE_END),
    Entry("deaths_per_100000", "1/100000", "less",
          Text("deaths per 100,000 people, this event", "每十万人口因自然灾害死亡率（本次事件）"),
          Text("the planning goal of less than 0.1 is a yearly mean, this is one event",
               "规划目标“年均 <0.1”为年均值，此处为单次事件"),
          lambda facts: _share(facts.states['dead'] * PER_100_000, facts.record.population)),
    Entry("affected_per_100000", "1/100000", "less",
          Text("people affected per 100,000, this event", "每十万人口受灾人次（本次事件，住处进水）"),
          Text("counted by water at the home; the goal of less than 15,000 is a yearly mean",
               "按住处进水计；规划目标“年均 <15000”为年均值"),
          lambda facts: _share(facts.exposed.homes_wet * PER_100_000, facts.record.population)),
    Entry("relief_share", "share", "more",
          Text("share settled within the relief limit", "时限内得到基本生活救助比例"),
          Text("of all who left home, from leaving home to being settled", "离家人员中，自离家至登记入住"),
          lambda facts: sheltering.relief_share(facts.record, facts.relief_limit)),
    Entry("relief_10h_share", "share", "more",
          Text("share settled within 10 h", "10 小时内得到基本生活救助比例"),
          Text("the national line", "国家规划时限"),
          lambda facts: sheltering.relief_share(facts.record, NATIONAL_RELIEF_LIMIT)),
    Entry("relief_time_90", "s", "less",
          Text("time within which 90 % are settled", "90% 人员得到救助的时间"),
          Text("of all who left home, from leaving home", "离家人员中，自离家计"),
          lambda facts: sheltering.relief_quantile(facts.record, 0.9)),
    Entry("shelter_load_max", "ratio", "less",
          Text("highest load ratio of a shelter", "安置点最高负荷率"),
          Text("most people at once over capacity", "最多在场人数 ÷ 容量"),
          lambda facts: float(facts.shelters['peak_ratio'].max()) if len(facts.shelters) else math.nan),
    Entry("turned_away", "person", "less",
          Text("people turned away at shelters", "安置点未能接收人次"),
          Text("counted each time", "按人次计"),
          lambda facts: int(facts.shelters['turned_away'].sum())),
    Entry("shelters_flooded", "", "less",
          Text("shelters flooded", "进水安置点数"),
          Text("", ""),
          lambda facts: int(facts.shelters['flooded_s'].notna().sum())),
    Entry("buses_came_share", "share", "more",
          Text("share of buses that came", "车辆到位率"),
          Text("", ""),
          lambda facts: _share(facts.buses.came, facts.buses.vehicles)),
    Entry("bus_people", "person", "more",
          Text("people carried by bus", "大巴运送人数"),
          Text("", ""),
          lambda facts: facts.buses.people),
    Entry("bus_rounds", "", "",
          Text("bus rounds", "大巴趟次"),
          Text("with passengers", "载客"),
          lambda facts: facts.buses.rounds),
    Entry("seat_use", "share", "more",
          Text("use of bus seats", "座位利用率"),
          Text("people over seats offered", "运送人数 ÷ 提供座位数"),
          lambda facts: facts.buses.seat_use),
    Entry("seats_per_hour", "seat/h", "more",
          Text("bus seats per hour", "每小时提供座位数"),
          Text("from the first departure to the last arrival", "自首车发车至末车到达"),
          lambda facts: facts.buses.seats_per_hour),
    Entry("peak_waiting", "person", "less",
          Text("most people waiting at one pick-up point", "集合点最多候车人数"),
          Text("", ""),
          lambda facts: transport.peak_waiting(facts.record)),
    Entry("bus_to_rescue_ratio", "ratio", "more",
          Text("bus to boat ratio, by people who need rescue", "大巴/舟比（以需救人数计）"),
          Text("people bused before the water over people stranded or trapped at the end; boats are not simulated",
               "来水前乘大巴转移人数 ÷ 结束时滞留、被困人数；未模拟冲锋舟"),
          lambda facts: _share(
              transport.bused_before_water(facts.record), facts.exposed.stranded + facts.exposed.trapped)),
    Entry("roads_closed", "", "",
          Text("roads closed by water", "中断路段数"),
          Text("directions count apart", "按方向分别计"),
          lambda facts: int(facts.record.tables['links']['closed_s'].notna().sum())),
    Entry("gridlocks", "", "less",
          Text("gridlocks", "死锁次数"),
          Text("rings of full roads that waited for each other, resolved or not",
               "满载路段成环互相等待的次数，含已化解的"),
          lambda facts: len(facts.record.tables['gridlocks'])),
)  # fmt: skip
"""Every indicator, in the order of the report."""
