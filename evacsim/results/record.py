"""What a run leaves behind: events, ledger, tables, provenance - and what each column means.

`RunRecord` is the whole result. Everything else (indicators, curves, maps, reports) is a query
on it, and a record read from disk is as good as a fresh one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from evacsim.language import Text
from evacsim.results.chain_tables import CHAIN_TABLES
from evacsim.results.column import Column
from evacsim.results.rescue_tables import RESCUE_TABLES
from evacsim.results.works_tables import WORKS_TABLES

EVENTS = (
    Column(
        "seq",
        "int64",
        Text("number of the event, from 1, in the order of time", "事件序号,按时间排列,自 1 起"),
    ),
    Column("time_s", "float64", Text("time after the start [s]", "距开始的时间 [s]")),
    Column("kind", "str", Text("what happens", "事件类型")),
    Column("subject", "str", Text("who or what it happens to: household/…, vehicle/…, zone/…", "主体")),
    Column("place", "str", Text("where: zone/…, link/…, node/…, pickup_point/…, shelter/…", "地点")),
    Column("value", "float64", Text("people, depth or stage, as the kind says", "数值")),
    Column(
        "cause", "Int64", Text("seq of the event that brought it about; empty for a root", "起因事件序号")
    ),
)
"""Columns of `events.parquet`."""

LEDGER = (
    Column("household", "str", Text("household", "户")),
    Column("zone", "str", Text("zone", "区域")),
    Column("township", "str", Text("town or street", "乡镇、街道")),
    Column("people", "int64", Text("people", "人数")),
    Column("elderly", "int64", Text("of them 65 and older", "其中 65 岁及以上")),
    Column("children", "int64", Text("of them children under 12", "其中儿童")),
    Column("assisted", "int64", Text("of them in need of help to move", "其中需协助转移")),
    Column("special_group", "str", Text("special group; empty for none", "特殊群体类别")),
    Column(
        "walking_speed",
        "float64",
        Text(
            "free walking speed of its slowest member on the level [m/s]", "平地自由步速(以最慢成员计) [m/s]"
        ),
    ),
    Column("listed", "bool", Text("on the list of those to be moved", "是否在清单内")),
    Column("present", "bool", Text("there when the order comes", "下令时是否在场")),
    Column("officer", "str", Text("team responsible for it; empty where there is none", "责任工作组")),
    Column(
        "mode", "str", Text("planned mode: bus, car, walk; empty where nobody is to be moved", "计划方式")
    ),
    Column("triggered_s", "float64", Text("the trigger of its zone fires [s]", "触发时间")),
    Column("ordered_s", "float64", Text("its zone is ordered to go [s]", "下令时间")),
    Column("warned_s", "float64", Text("it first hears a warning [s]", "首次收到预警时间")),
    Column(
        "acknowledged_s",
        "float64",
        Text("the person responsible for it acknowledges the order [s]", "责任人叫应时间"),
    ),
    Column("told_s", "float64", Text("it is told [s]", "通知到户时间")),
    Column("believed_s", "float64", Text("it believes it and gets ready [s]", "相信并开始准备时间")),
    Column("family_s", "float64", Text("its family is together [s]", "家人到齐时间")),
    Column("ready_s", "float64", Text("it is ready [s]", "准备完毕时间")),
    Column("departed_s", "float64", Text("it leaves home [s]", "离家时间")),
    Column("at_pickup_s", "float64", Text("it reaches the pick-up point [s]", "到达集合点时间")),
    Column("boarded_s", "float64", Text("it boards the bus [s]", "上车时间")),
    Column("arrived_s", "float64", Text("it arrives at the shelter that takes it in [s]", "到达安置点时间")),
    Column("settled_s", "float64", Text("it is registered and settled [s]", "登记入住时间")),
    Column("counted_s", "float64", Text("its heads are counted [s]", "清点时间")),
    Column("food_s", "float64", Text("it has its first meal [s]", "首次用餐时间")),
    Column("drinking_s", "float64", Text("it has drinking water [s]", "得到饮水时间")),
    Column("bed_s", "float64", Text("it has a bed [s]", "得到床位时间")),
    Column(
        "relieved_s", "float64", Text("it has food, drinking water and a bed [s]", "得到基本生活救助时间")
    ),
    Column("returned_s", "float64", Text("it is home again [s]", "返家时间")),
    Column(
        "water_s",
        "float64",
        Text("water first stands at its home above the leaving depth [s]", "住处进水时间"),
    ),
    Column("vehicle", "str", Text("bus that carried it", "所乘车辆")),
    Column(
        "channel", "str", Text("by what the order reached it: channel/…, officer/…, office/…", "指令到户渠道")
    ),
    Column("final_state", "str", Text("state at the end", "最终状态")),
    Column("final_place", "str", Text("place at the end", "最终地点")),
    Column("final_s", "float64", Text("in this state since [s]", "进入该状态的时间")),
    Column("final_event", "Int64", Text("seq of the event that brought it there", "导致该状态的事件序号")),
)
"""Columns of `ledger.parquet`: one row per household."""

TABLES: dict[str, tuple[Column, ...]] = {
    "zones": (
        Column("zone", "str", Text("zone", "区域")),
        Column("name", "str", Text("name", "名称")),
        Column("township", "str", Text("town or street", "乡镇、街道")),
        Column("kind", "str", Text("kind of zone", "类型")),
        Column("population", "int64", Text("people", "人口")),
        Column("x", "float64", Text("easting [m]", "东坐标 [m]")),
        Column("y", "float64", Text("northing [m]", "北坐标 [m]")),
        Column("in_plan", "bool", Text("whether the plan moves it", "是否列入预案")),
        Column("organizer", "str", Text("person responsible", "转移责任人")),
        Column("decided_by", "str", Text("office that decides", "决定单位")),
        Column("pickup_point", "str", Text("assigned pick-up point", "集合点")),
        Column("fleet", "str", Text("assigned fleet", "车队")),
        Column("shelter", "str", Text("assigned shelters, first choice first, joined by ;", "安置点")),
        Column("deadline_s", "float64", Text("deadline [s]", "完成时限")),
        Column("triggered_s", "float64", Text("trigger [s]", "触发时间")),
        Column("ordered_s", "float64", Text("order [s]", "下令时间")),
        Column("water_s", "float64", Text("water at its homes [s]", "进水时间")),
        Column("synthetic", "bool", Text("figures invented for a demonstration", "合成数据")),
    ),
    "names": (
        Column(
            "thing", "str", Text("kind and id: depot/…, store/…, site/…, danger/…, channel/…", "类型和 id")
        ),
        Column("name", "str", Text("name; of a channel its kind", "名称；预警渠道为类别")),
    ),
    "pickup_points": (
        Column("pickup_point", "str", Text("pick-up point", "集合点")),
        Column("name", "str", Text("name", "名称")),
        Column("x", "float64", Text("easting [m]", "东坐标 [m]")),
        Column("y", "float64", Text("northing [m]", "北坐标 [m]")),
        Column("people", "int64", Text("people who boarded there", "上车人数")),
        Column("peak_waiting", "int64", Text("most people waiting at once", "最多候车人数")),
    ),
    "shelters": (
        Column("shelter", "str", Text("shelter", "安置点")),
        Column("name", "str", Text("name", "名称")),
        Column("township", "str", Text("town or street", "乡镇、街道")),
        Column("capacity", "float64", Text("people it can settle; inf without limit", "容量")),
        Column("x", "float64", Text("easting [m]", "东坐标 [m]")),
        Column("y", "float64", Text("northing [m]", "北坐标 [m]")),
        Column("people", "int64", Text("people settled or registering at the end", "最终人数")),
        Column("turned_away", "int64", Text("people turned away", "未能接收人次")),
        Column("flooded_s", "float64", Text("water above its floor [s]", "进水时间")),
        Column("synthetic", "bool", Text("figures invented for a demonstration", "合成数据")),
    ),
    "vehicles": (
        Column("vehicle", "str", Text("vehicle", "车辆")),
        Column("fleet", "str", Text("fleet", "车队")),
        Column("kind", "str", Text("bus, truck, boat", "类型")),
        Column("seats", "int64", Text("seats", "座位")),
        Column("came", "bool", Text("whether it came", "是否到位")),
        Column("rounds", "int64", Text("rounds with passengers", "趟次")),
        Column("people", "int64", Text("people carried", "运送人数")),
        Column("departed_s", "float64", Text("left the depot [s]", "驶离车场时间")),
        Column("done_s", "float64", Text("last passengers out [s]", "最后一趟完成时间")),
    ),
    "rounds": (
        Column("vehicle", "str", Text("vehicle", "车辆")),
        Column("round", "int64", Text("number of the round, from 1", "趟次")),
        Column("pickup_point", "str", Text("pick-up point", "集合点")),
        Column("shelter", "str", Text("shelter", "安置点")),
        Column("people", "int64", Text("people carried", "人数")),
        Column("at_pickup_s", "float64", Text("at the pick-up point [s]", "到达集合点时间")),
        Column("left_pickup_s", "float64", Text("left it [s]", "离开集合点时间")),
        Column("at_shelter_s", "float64", Text("at the shelter [s]", "到达安置点时间")),
    ),
    "links": (
        Column("link", "str", Text("link", "路段")),
        Column("from_node", "str", Text("from node", "起点")),
        Column("to_node", "str", Text("to node", "终点")),
        Column("name", "str", Text("name", "名称")),
        Column("road_class", "str", Text("road class", "道路等级")),
        Column("length_m", "float64", Text("length [m]", "长度 [m]")),
        Column("line", "str", Text("x y, x y, … [m]; empty for an abstract network", "折线坐标")),
        Column("vehicles", "float64", Text("vehicles that entered it", "通过车辆")),
        Column("people", "float64", Text("people who entered it, all modes", "通过人数")),
        Column("closed_s", "float64", Text("first closed to cars by water [s]", "首次中断时间")),
        Column("max_depth_m", "float64", Text("deepest water [m]", "最大水深 [m]")),
    ),
    "flows": (
        Column("link", "str", Text("link", "路段")),
        Column("time_s", "float64", Text("start of the interval [s]", "时段起点")),
        Column("people", "float64", Text("people who entered it, all modes", "进入人数")),
    ),
    "water_links": (
        Column("link", "str", Text("link", "路段")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("depth_m", "float64", Text("depth [m]", "水深 [m]")),
    ),
    "water_places": (
        Column("place", "str", Text("zone/…, shelter/…, pickup_point/…", "地点")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("depth_m", "float64", Text("depth [m]", "水深 [m]")),
    ),
    "gauges": (
        Column("gauge", "str", Text("gauge", "水文站")),
        Column("time_s", "float64", Text("time [s]", "时间")),
        Column("stage_m", "float64", Text("stage [m]", "水位 [m]")),
        Column("datum", "str", Text("what stage 0 is", "基面")),
    ),
    "bounds": (
        Column("indicator", "str", Text("indicator that no plan can bring below", "指标")),
        Column(
            "orders",
            "str",
            Text(
                "at_once: all ordered with the first, buses waiting; as_given: as in the run; empty for rescue",
                "下令条件：同时下令、按本次推演；救援为空",
            ),
        ),
        Column("bound_s", "float64", Text("bound [s], as the indicator counts", "下限")),
        Column("reason", "str", Text("ready, seats, roads, craft: what it comes from", "制约因素")),
    ),
    "states": (
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("state", "str", Text("state", "状态")),
        Column("people", "int64", Text("people in it", "人数")),
    ),
    "shelter_load": (
        Column("shelter", "str", Text("shelter", "安置点")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("people", "int64", Text("people in it", "人数")),
    ),
    "gridlocks": (
        Column(
            "time_s",
            "float64",
            Text(
                "the ring closed [s]; empty where only its end state is known", "形成时间；仅知结束状态时为空"
            ),
        ),
        Column(
            "links", "str", Text("its roads in the direction of travel, joined by ;", "环上路段，按行进方向")
        ),
        Column("roads", "int64", Text("how many roads", "路段数")),
        Column(
            "ended_s",
            "float64",
            Text("resolved by the policy [s]; empty where it was not", "按规则化解的时间；未化解则为空"),
        ),
        Column(
            "resolved_by",
            "str",
            Text(
                "what resolved it: squeeze, turn_back, changes (of roads or routes); nothing: it stands at the end",
                "化解方式：挤入、掉头、道路或路线变化；nothing 为结束时仍未化解",
            ),
        ),
    ),
    "assumptions": (
        Column("path", "str", Text("parameter", "参数")),
        Column("value", "str", Text("value in force", "取值")),
        Column("mark", "str", Text("given, seen, recalled, assumed or synthetic", "依据类别")),
        Column("source", "str", Text("source or reason", "来源或理由")),
    ),
    "repairs": (
        Column("kind", "str", Text("kind of repair to the road network", "路网修复类型")),
        Column("count", "int64", Text("how many", "数量")),
        Column("told_en", "str", Text("what was done, English", "说明(英文)")),
        Column("told_zh", "str", Text("what was done, Chinese", "说明(中文)")),
    ),
    **CHAIN_TABLES,
    **RESCUE_TABLES,
    **WORKS_TABLES,
}
"""Columns of each table in `tables/`."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The whole result of one run (一次推演)."""

    scenario_id: str
    name: str
    """Name of the scenario for people to read."""
    plan_name: str
    hazard_name: str
    district_name: str
    seed: int
    start: datetime
    """Wall clock of second 0."""
    end: float
    """Time at which the run ended [s]."""
    duration: float
    """Planned duration [s]."""
    population: int
    """All people of the district; the states always add up to it."""
    events: pd.DataFrame
    """Columns `EVENTS`."""
    ledger: pd.DataFrame
    """Columns `LEDGER`."""
    tables: dict[str, pd.DataFrame]
    """One frame for each entry of `TABLES`, all present, empty where nothing happened."""
    provenance: dict[str, Any] = field(default_factory=dict)
    """Version, seed, digests of all inputs, machine, wall time, memory; no event depends on it."""
    limits: dict[str, float] = field(default_factory=dict)
    """Limits of the plan that indicators are held against, in SI: `relief_limit`, `leave_limit` ..."""
