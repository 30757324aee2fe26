"""Tables of rescue (抢险救援): calls, cases, teams, craft.

A table is empty where the plan has no rescue.
"""

from evacsim.language import Text
from evacsim.results.column import Column

RESCUE_TABLES: dict[str, tuple[Column, ...]] = {
    "help_calls": (
        Column("household", "str", Text("household that the call is about", "求救户")),
        Column("source", "str", Text("who calls: call, double (somebody else)", "来源")),
        Column("need_s", "float64", Text("came into need [s]", "遇险时间")),
        Column("attempts", "int64", Text("attempts until it got through", "尝试次数")),
        Column("placed_s", "float64", Text("got through [s]", "接通时间")),
        Column("heard_s", "float64", Text("told in full [s]", "接警完成时间")),
        Column("case", "str", Text("case that it belongs to; empty where the need was over", "所属警情")),
    ),
    "cases": (
        Column("case", "str", Text("number of the case, from 1", "警情序号")),
        Column(
            "source", "str", Text("call, double, false, passer_by, patrol, drone, found, village", "来源")
        ),
        Column("node", "str", Text("road node where it is said to be", "报告地点")),
        Column("grade", "int64", Text("1 in danger, 2 old, ill, small, 3 able to wait", "紧急程度")),
        Column("said_people", "int64", Text("people that it is said to be about", "报告人数")),
        Column("true_people", "int64", Text("people that it is really about", "实际人数")),
        Column("need_s", "float64", Text("they came into need [s]", "遇险时间")),
        Column("heard_s", "float64", Text("headquarters heard of it [s]", "接警时间")),
        Column("assigned_s", "float64", Text("a craft was last sent [s]", "派出时间")),
        Column("reached_s", "float64", Text("a craft was at the place [s]", "到达时间")),
        Column("safe_s", "float64", Text("its people were ashore [s]", "脱险上岸时间")),
        Column("closed_s", "float64", Text("closed [s]", "结案时间")),
        Column("craft", "str", Text("craft that was sent last", "救援力量")),
        Column("fetched", "int64", Text("people fetched", "救出人数")),
        Column("result", "str", Text("fetched, gone, nobody, open at the end", "结果")),
    ),
    "case_levels": (
        Column("case", "str", Text("number of the case", "警情序号")),
        Column("level", "str", Text("whose it was: village, town, district", "处置层级")),
        Column("from_s", "float64", Text("from [s]", "起")),
        Column("until_s", "float64", Text("until [s]; empty where it is open at the end", "止")),
        Column(
            "end",
            "str",
            Text(
                "handed_over (nobody of it in time), grave (it is everybody's), closed, open at the end",
                "移交、升级、结案、结束时未结",
            ),
        ),
    ),
    "need": (
        Column("time_s", "float64", Text("time [s]", "时间")),
        Column("cases", "int64", Text("cases that are open", "未结警情数")),
        Column("believed_people", "int64", Text("people in them, as reported", "上报待救人数")),
        Column("people", "int64", Text("people who are in need", "实际待救人数")),
        Column(
            "unheard_people", "int64", Text("of them people whom no open case is about", "其中尚未掌握人数")
        ),
    ),
    "forces": (
        Column("force", "str", Text("team", "队伍")),
        Column("name", "str", Text("name", "名称")),
        Column("kind", "str", Text("kind", "类型")),
        Column("members", "int64", Text("people", "人数")),
        Column("called_s", "float64", Text("called [s]", "调集时间")),
        Column(
            "arrived_s", "float64", Text("came unasked [s]; empty for those who are called", "自发到达时间")
        ),
        Column("ready_s", "float64", Text("ready [s]; empty where it never was", "集结完毕时间")),
        Column(
            "crew_hours",
            "float64",
            Text("hours of its crews on craft and at works", "艇组、作业组出勤小时数"),
        ),
        Column("crews_stopped", "int64", Text("how often a crew had to stop", "疲劳停工次数")),
        Column(
            "short_of_jackets",
            "int64",
            Text("trips with fewer seats for want of life-jackets", "救生衣不足趟次"),
        ),
    ),
    "craft_time": (
        Column("vehicle", "str", Text("craft", "舟艇、直升机")),
        Column(
            "what",
            "str",
            Text(
                "waits, is_told, no_word, by_road, launches, to_case, searches, takes_in, comes_back, lets_ashore, "
                "no_crew, no_jackets, no_light, no_weather, turns_back, moves_up, is_patched, out_of_service; "
                "drones: surveys, turns_back, recharges, stands_by; trucks that wade: on_foot",
                "在做什么",
            ),
        ),
        Column("from_s", "float64", Text("from [s]", "起")),
        Column("until_s", "float64", Text("until [s]", "止")),
    ),
    "standing_by": (
        Column("time_s", "float64", Text("headquarters looks at who waits where [s]", "研判时间")),
        Column("idle", "int64", Text("boats that wait and may move", "可补位待命舟艇")),
        Column("moved", "int64", Text("of them boats that are moved", "其中补位出发")),
        Column(
            "covered_share",
            "float64",
            Text("share of all people whom a waiting boat reaches in time", "待命舟艇时限内可达人口比例"),
        ),
    ),
    "neighbours": (
        Column("household", "str", Text("household that neighbours fetched", "邻里救出户")),
        Column("people", "int64", Text("people", "人数")),
        Column("time_s", "float64", Text("when they were on dry ground [s]", "脱险时间")),
    ),
    "patients": (
        Column("household", "str", Text("household of the injured person", "伤员所在户")),
        Column("place", "str", Text("treatment place; empty before an ambulance has taken him", "救治点")),
        Column("injured_s", "float64", Text("injured [s]", "受伤时间")),
        Column("ashore_s", "float64", Text("on dry ground [s]", "上岸时间")),
        Column("came_s", "float64", Text("at the treatment place [s]", "送达时间")),
        Column("admitted_s", "float64", Text("in bed [s]", "入床时间")),
        Column("left_s", "float64", Text("left the bed, alive or dead [s]", "离床时间")),
        Column(
            "state",
            "str",
            Text("at the end: ashore, on_the_way, waits, in_bed, treated, died", "结束时状态"),
        ),
    ),
    "treatment_beds": (
        Column("time_s", "float64", Text("time [s]", "时间")),
        Column("place", "str", Text("treatment place", "救治点")),
        Column("beds", "int64", Text("beds", "床位数")),
        Column("taken", "int64", Text("beds that are taken", "占用床位")),
        Column("waiting", "int64", Text("patients who wait for a bed", "候床伤员")),
    ),
    "injured": (
        Column("household", "str", Text("household with somebody injured", "有伤员户")),
        Column("injured_s", "float64", Text("injured [s]", "受伤时间")),
        Column("treated_s", "float64", Text("treated [s]; empty where not within the run", "救治时间")),
        Column("first_score", "int64", Text("RPM score at first", "初始 RPM 评分")),
        Column("score", "float64", Text("RPM score when treated, or at the end", "救治时 RPM 评分")),
        Column("chance", "float64", Text("chance to live by that score", "存活可能性")),
    ),
}
