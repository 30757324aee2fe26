"""By whom (谁组织): how the order reaches the people, and how offices know what happens."""

import math

from evacsim.analysis.entry import Entry, mean_time
from evacsim.language import Text
from evacsim.results.wording import NETWORKS


def _order_latency(share: float) -> Entry:
    shown = round(100 * share)
    return Entry(
        f"order_latency_{shown}", "s", "less",
        Text(f"from the order to the household, {shown}%", f"指令到户用时（{shown}%）"),
        Text("people who had to go; never where fewer are told", "应转人员；通知到户不足该比例为“未达到”"),
        lambda facts: facts.command.order_latency[share],
    )  # fmt: skip


def _message_share(network: str) -> Entry:
    by = NETWORKS[network]
    return Entry(
        f"messages_{network}_share", "share", "",
        Text(f"calls acknowledged by {by.en}", f"{by.zh}送达占比"),
        Text("calls from office to office, of all acknowledged", "机构间呼叫，占全部叫应成功的呼叫"),
        lambda facts: facts.command.messages[network],
    )  # fmt: skip


def _last_contact(network: str) -> Entry:
    by = NETWORKS[network]
    return Entry(
        f"last_contact_{network}", "s", "more",
        Text(f"last moment at which every zone was still reached by {by.en}", f"{by.zh}最早失联时刻"),
        Text(
            "of the zones it ever reached, the one lost first and for good; where the plan describes its networks",
            "取该网最早失联且未恢复的区域；预案说明通信网时才有",
        ),
        lambda facts: facts.command.last_contact_by.get(network, math.nan),
    )  # fmt: skip


ENTRIES: tuple[Entry, ...] = (
    mean_time("relay"),
    _order_latency(0.5),
    _order_latency(0.9),
    Entry(
        "acknowledgment_rate", "share", "more",
        Text("calls acknowledged", "叫应率"),
        Text("calls from office to office", "机构间呼叫"),
        lambda facts: facts.command.acknowledged,
    ),
    Entry(
        "acknowledgment_time_100", "s", "less",
        Text("longest time until a call was acknowledged", "全部叫应用时"),
        Text("from its first attempt; never where one was not", "自首次呼叫起；有未叫应的为“未达到”"),
        lambda facts: facts.command.acknowledged_last,
    ),
    Entry(
        "responsible_5min_share", "share", "more",
        Text("persons responsible who had the order within 5 min", "责任人 5 分钟叫应率"),
        Text("zones ordered to go; limit 1", "占已下令区域；要求 100%"),
        lambda facts: facts.command.responsible_soon,
    ),
    Entry(
        "on_duty_share", "share", "more",
        Text("posts manned within 30 min of the call", "到岗率"),
        Text("posts of all offices called in", "占被叫机构应到岗位"),
        lambda facts: facts.command.on_duty,
    ),
    Entry(
        "eoc_staffed_time", "s", "less",
        Text("headquarters staffed", "指挥部人员到齐用时"),
        Text("from the call until all who come are there", "自通知起至应到人员到齐"),
        lambda facts: facts.command.top_staffed,
    ),
    Entry(
        "reports_1h_share", "share", "more",
        Text("reports there in time", "信息按时报送率"),
        Text("within an hour unless the plan says otherwise; lost ones are not", "1 小时内（预案另有规定的从其规定）"),
        lambda facts: facts.command.reports_in_time,
    ),
    Entry(
        "picture_gap_mean", "ratio", "less",
        Text("error of headquarters' picture", "指挥部掌握情况偏差"),
        Text(
            "people believed to have left against those who have, mean over time, of all who had to go",
            "掌握的转移人数与实际之差，按时间平均，占应转人员",
        ),
        lambda facts: facts.command.picture_gap,
    ),
    Entry(
        "contactable_hours_min", "s", "more",
        Text("shortest time in which a zone could be reached", "最短可联通时长"),
        Text("by any means of calling its office has; zones of the plan", "任一通信手段可用；预案内区域"),
        lambda facts: facts.command.contactable,
    ),
    Entry(
        "last_contact_min", "s", "more",
        Text("last moment at which every zone could still be reached", "最早失联时刻"),
        Text(
            "of the zone that was out of reach first and for good; the end of the run where none was",
            "取最早失联且未恢复的区域；均未失联则为推演结束时刻",
        ),
        lambda facts: facts.command.last_contact,
    ),
    *(_last_contact(network) for network in ("public", "private", "satellite")),
    *(_message_share(network) for network in ("public", "private", "satellite", "messenger")),
    Entry(
        "public_reach", "share", "more",
        Text("public reached by a warning", "预警公众覆盖率"),
        Text(
            "people of the zones warned who had word before the water; limits 0.90 (disasters), 0.95 (weather)",
            "已发布预警区域内进水前收到预警的人数占比；要求灾害预警 90%、气象预警 95%",
        ),
        lambda facts: facts.reach.public_reach,
    ),
    Entry(
        "households_per_officer_max", "", "less",
        Text("most households on one team's list", "单个工作组最多负责户数"),
        Text("span of control", "责任幅度"),
        lambda facts: facts.reach.households_per_team,
    ),
    Entry(
        "coverage_gap_households", "", "less",
        Text("households no team came to", "应访未访户数"),
        Text("without a team, or not visited by the end", "没有工作组，或至推演结束仍未走访"),
        lambda facts: facts.reach.unvisited,
    ),
    Entry(
        "false_zeros", "", "less",
        Text("zones declared empty with people left", "误报清零区域数"),
        Text("zero left is declared when it is reported", "上报清零即宣布应转尽转"),
        lambda facts: facts.reach.false_zeros,
    ),
    Entry(
        "false_zero_people", "person", "less",
        Text("people left where zero was declared", "误报清零时仍未转移人数"),
        Text("when it was declared", "宣布之时"),
        lambda facts: facts.reach.false_zero_people,
    ),
)  # fmt: skip
"""In the order of the report."""
