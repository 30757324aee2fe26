"""How cared for (如何管): shelters and relief."""

import math

import numpy as np

from evacsim.analysis import returning, sheltering
from evacsim.analysis.entry import Entry, at_the_end, mean_time
from evacsim.analysis.people import weighted_quantile
from evacsim.language import Text

NATIONAL_RELIEF_LIMIT = 10 * 3600.0
"""National 14th five-year plan: within 10 h [s] (seen)."""


def short(item: str, name: Text) -> Entry:
    """Return the person-hours for which something was short at shelters."""
    note = Text("where needs and what there is are given", "给出人均需求和安置点设施时")
    return Entry(f"{item}_short_person_hours", "person h", "less", name, note,
                 lambda facts: sheltering.short_person_hours(facts.record, item))  # fmt: skip


ENTRIES: tuple[Entry, ...] = (
    mean_time("register"),
    at_the_end("unsheltered", Text("people who arrived and found no place", "到达未安置人数")),
    Entry("relief_share", "share", "more",
          Text("share with food, water and a bed within the relief limit", "时限内得到基本生活救助比例"),
          Text("of all who left home, from leaving home; being settled where nothing is said of supplies",
               "离家人员中，自离家计；未描述物资时以登记入住计"),
          lambda facts: sheltering.relief_share(facts.record, facts.relief_limit)),
    Entry("relief_10h_share", "share", "more",
          Text("share with food, water and a bed within 10 h", "10 小时内得到基本生活救助比例"),
          Text("the national line", "国家规划时限"),
          lambda facts: sheltering.relief_share(facts.record, NATIONAL_RELIEF_LIMIT)),
    Entry("relief_time_90", "s", "less",
          Text("time within which 90 % have food, water and a bed", "90% 人员得到救助的时间"),
          Text("of all who left home, from leaving home", "离家人员中，自离家计"),
          lambda facts: sheltering.relief_quantile(facts.record, 0.9)),
    Entry("settled_share", "share", "more",
          Text("share settled within the relief limit", "时限内登记入住比例"),
          Text("of all who left home, from leaving home to being settled", "离家人员中，自离家至登记入住"),
          lambda facts: sheltering.relief_share(facts.record, facts.relief_limit, "settled_s")),
    Entry("shelter_opening_time_90", "s", "less",
          Text("time within which 90 % of the shelters called for are open", "90% 安置点启用用时"),
          Text("from being called; those that stay locked count", "自通知启用计，未启用的计入"),
          lambda facts: sheltering.opening_time(facts.record, 0.9)),
    Entry("crowded_person_hours", "person h", "less",
          Text("person-hours above what shelters hold at their stage of care", "安置点超容量人时"),
          Text("where the area a person needs is given", "给出人均面积时"),
          lambda facts: sheltering.short_person_hours(facts.record, "area")),
    short("water", Text("person-hours without water at shelters", "安置点停水人时")),
    short("power", Text("person-hours without power at shelters", "安置点停电人时")),
    short("taps", Text("person-hours above what the taps of shelters serve", "安置点供水点不足人时")),
    short("toilets", Text("person-hours above what the toilets of shelters serve", "安置点厕位不足人时")),
    short("medical", Text("person-hours without a place in the medical corner", "安置点医疗床位不足人时")),
    short("meals", Text("person-hours of waiting for the first meal at shelters", "安置点等候首餐人时")),
    Entry("item_out_first", "s", "more",
          Text("first time a supply is wanted at a shelter and not there", "安置点首次缺供时间"),
          Text("from the start: not there yet, or run out; infinite where it always was there",
               "自推演开始计，尚未送到或已耗尽；从未缺供为无穷大"),
          lambda facts: min(sheltering.first_time(facts.record, kind)
                            for kind in ("item_missing", "item_out"))),
    Entry("item_ran_out_first", "s", "more",
          Text("first time a supply that had come to a shelter runs out there", "安置点首次断供时间"),
          Text("from the start; infinite where none does", "自推演开始计，未断供为无穷大"),
          lambda facts: sheltering.first_time(facts.record, "item_out")),
    Entry("deliveries_failed", "", "less",
          Text("deliveries that did not get through", "未能送达的物资批次"),
          Text("", ""),
          lambda facts: int((facts.record.events["kind"] == "delivery_failed").sum())),
    Entry("second_transfer_people", "person", "less",
          Text("people moved on from a threatened shelter", "二次转移人数"),
          Text("counted each time", "按人次计"),
          lambda facts: float(facts.record.events.loc[
              facts.record.events["kind"] == "second_transfer", "value"].sum())),
    Entry("second_transfer_by_bus", "person", "more",
          Text("people fetched by bus from threatened shelters", "乘车二次转移人数"),
          Text("of those moved on, the ones who cannot walk to another shelter", "其中无法步行者，乘车转移"),
          lambda facts: float(facts.record.events.loc[
              facts.record.events["kind"] == "vehicle_left_shelter", "value"].sum())),
    Entry("reunited_share", "share", "more",
          Text("share of those reported missing who are with their family again", "失联人员团聚比例"),
          Text("where families look for each other (care.reunion)", "开展走失登记时（care.reunion）"),
          lambda facts: sheltering.reunited_share(facts.record)),
    Entry("reunion_time_90", "s", "less",
          Text("time within which 90 % of those reported missing are with their family", "90% 失联人员团聚用时"),
          Text("from being reported; who is still missing counts", "自报告失联计，未团聚的计入"),
          lambda facts: weighted_quantile(*sheltering.missed(facts.record), 0.9)),
    Entry("missing_at_end", "person", "less",
          Text("people still missing at the end", "结束时仍失联人数"),
          Text("reported by their family and not found", "经家人报告且未寻获"),
          lambda facts: int(sheltering.missed(facts.record)[1][
              np.isinf(sheltering.missed(facts.record)[0])].sum())),
    Entry("returned_share", "share", "more",
          Text("share home again at the end", "结束时已返家比例"),
          Text("of all who were ever settled; where anybody sets out for home or may",
               "曾登记入住人员中；有人返家或已批准返家时"),
          lambda facts: returning.returned_share(facts.record)),
    Entry("went_back", "person", "less",
          Text("people who went back before it was allowed", "擅自返回人次"),
          Text("counted each time", "按人次计"),
          lambda facts: returning.people_told(facts.record, "went_back")),
    Entry("stopped_at_posts", "person", "more",
          Text("people turned back by posts", "被卡点劝返人次"),
          Text("counted each time", "按人次计"),
          lambda facts: returning.people_told(facts.record, "stopped_at_post")),
    Entry("returned_into_water", "person", "less",
          Text("people held by water going home or home again", "返家途中或返家后遇水人数"),
          Text("stranded, trapped or dead after setting out for home, allowed or not",
               "启程返家（含擅自返回）后滞留、被困或遇难"),
          lambda facts: returning.returned_into_water(facts.record)),
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
)  # fmt: skip
"""In the order of the report."""
