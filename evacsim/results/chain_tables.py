"""The tables of the transfer chain (转移链): orders, calls, warnings, organizers, transfers, care.

A table is empty where the scenario does not switch on what fills it.
"""

from evacsim.language import Text
from evacsim.results.column import Column

CHAIN_TABLES: dict[str, tuple[Column, ...]] = {
    # command, duty, calls, networks, reports
    "offices": (
        Column("office", "str", Text("office", "指挥机构")),
        Column("name", "str", Text("name", "名称")),
        Column("level", "str", Text("level in the tree: county, town, village, grid", "层级")),
        Column("parent", "str", Text("office above it; empty at the top", "上级机构")),
        Column("staff", "int64", Text("people on its list", "编制人数")),
        Column("on_duty", "int64", Text("of them on duty at the end", "结束时在岗人数")),
        Column("staffed_s", "float64", Text("staffed as the roster wants [s]", "人员到齐时间")),
        Column("orders", "int64", Text("orders it received", "收到指令数")),
        Column(
            "order_latency_s",
            "float64",
            Text("mean time from the decision to an order received here [s]", "指令平均到达用时"),
        ),
    ),
    "duty": (
        Column("office", "str", Text("office", "指挥机构")),
        Column("officer", "str", Text("officer", "人员")),
        Column("post", "str", Text("post in the roster: leader, duty, backup", "岗位")),
        Column("due_s", "float64", Text("due on duty [s]", "应到岗时间")),
        Column("came_s", "float64", Text("came on duty [s]; empty where absent", "到岗时间")),
        Column("backup", "bool", Text("stands in for somebody absent", "是否 B 角顶岗")),
    ),
    "calls": (
        Column("call", "int64", Text("number of the call, from 1; attempts share it", "呼叫序号")),
        Column("caller", "str", Text("office that calls: office/…", "呼叫方")),
        Column(
            "callee",
            "str",
            Text("who is called: office/…, officer/…, household/…, vehicle/…, shelter/…", "被叫方"),
        ),
        Column("attempt", "int64", Text("number of the attempt, from 1", "第几次呼叫")),
        Column(
            "means", "str", Text("by what: phone, landline, video, radio, satellite, messenger", "通信手段")
        ),
        Column("placed_s", "float64", Text("placed [s]", "呼叫时间")),
        Column("answered_s", "float64", Text("answered [s]", "应答时间")),
        Column(
            "result",
            "str",
            Text(
                "acknowledged, unanswered, failed, given_up; of one network: no_network, busy, lost", "结果"
            ),
        ),
    ),
    "networks": (
        Column("network", "str", Text("public, private, satellite", "通信网：公网、专网、卫星")),
        Column("tried", "int64", Text("calls and reports that tried it, by the end", "尝试次数")),
        Column("no_network", "int64", Text("of them, it did not reach", "网络不通")),
        Column("busy", "int64", Text("of them, no channel came free in time", "信道占满")),
        Column("lost", "int64", Text("of them, broke off", "中断丢失")),
        Column("unanswered", "int64", Text("of them, nobody answered", "无人应答")),
        Column("received", "int64", Text("of them, heard", "送达")),
        Column("waited_mean_s", "float64", Text("mean wait for a channel [s]", "平均等待信道时间")),
        Column("waited_max_s", "float64", Text("longest wait for a channel [s]", "最长等待信道时间")),
    ),
    "reports": (
        Column("office", "str", Text("office that reports", "上报机构")),
        Column("to_office", "str", Text("office it reports to", "接报机构")),
        Column("item", "str", Text("what is reported", "上报事项")),
        Column("zone", "str", Text("zone it is about; empty for a shelter", "区域；安置点上报为空")),
        Column("place", "str", Text("what it is about: zone/…, shelter/…", "所报区域或安置点")),
        Column("due_s", "float64", Text("what it is about happened, or the hour came [s]", "应报起算时间")),
        Column("sent_s", "float64", Text("sent [s]", "发出时间")),
        Column("received_s", "float64", Text("received [s]; empty where lost", "收到时间")),
        Column("value", "float64", Text("what is reported", "上报数值")),
        Column("truth", "float64", Text("what was true when it was sent", "实际数值")),
        Column("result", "str", Text("received, doubled, lost, under_way at the end", "结果")),
    ),
    "picture": (
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("zone", "str", Text("zone", "区域")),
        Column(
            "believed",
            "float64",
            Text("people who have left home, as headquarters believes", "指挥部掌握的已离家人数"),
        ),
        Column("truth", "float64", Text("people who have left home", "实际已离家人数")),
    ),
    "sites": (
        Column("site", "str", Text("site", "站点")),
        Column("kind", "str", Text("power, cell, trunked", "类型")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("state", "str", Text("up, on_battery, down", "状态")),
    ),
    "contact": (
        Column("zone", "str", Text("zone", "区域")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("contactable", "bool", Text("whether any means of calling reaches it", "是否可联通")),
    ),
    "network_contact": (
        Column("zone", "str", Text("zone", "区域")),
        Column("network", "str", Text("public, private, satellite", "通信网：公网、专网、卫星")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("contactable", "bool", Text("whether this network reaches it from the top", "该网是否可联通")),
    ),
    # when: rules, levels, measures
    "rules": (
        Column("rule", "str", Text("rule", "触发规则")),
        Column("kind", "str", Text("what it watches", "类型")),
        Column("true_s", "float64", Text("the truth met it [s]", "实际达到时间")),
        Column("reported_s", "float64", Text("the report that met it came [s]", "测报到达时间")),
        Column("met_s", "float64", Text("held to be met [s]", "判定成立时间")),
        Column("is_false", "bool", Text("met although the truth never did", "是否误报")),
    ),
    "levels": (
        Column("office", "str", Text("office", "指挥机构")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("level", "int64", Text("response level: 4 is Ⅳ, 1 is Ⅰ, 0 none", "应急响应等级")),
    ),
    "measures": (
        Column("measure", "str", Text("measure", "管控措施")),
        Column("level", "int64", Text("response level that brought it; 0 none", "应急响应等级")),
        Column("action", "str", Text("what it does", "措施类别")),
        Column("office", "str", Text("office that carries it out", "执行机构")),
        Column("ordered_s", "float64", Text("ordered [s]", "下达时间")),
        Column("done_s", "float64", Text("carried out [s]", "落实时间")),
        Column("result", "str", Text("done, late, skipped, open", "结果")),
        Column(
            "exposed",
            "int64",
            Text(
                "people on its roads and in its zones when it is carried out",
                "落实时仍在管控路段和区域内的人数",
            ),
        ),
        Column("cause_en", "str", Text("why it was not carried out, English", "未落实原因（英文）")),
        Column("cause_zh", "str", Text("why it was not carried out, Chinese", "未落实原因（中文）")),
    ),
    "dangers": (
        Column("danger", "str", Text("danger sign", "险情")),
        Column("appeared_s", "float64", Text("appeared [s]", "出现时间")),
        Column("found_s", "float64", Text("found and reported [s]", "发现时间")),
        Column("judged_s", "float64", Text("judged, or held not to be judged [s]", "研判时间")),
        Column("ordered_s", "float64", Text("first order because of it [s]", "首次下令时间")),
    ),
    # word to the public
    "broadcasts": (
        Column("channel", "str", Text("channel", "预警渠道")),
        Column("zone", "str", Text("zone", "区域")),
        Column("time_s", "float64", Text("goes out [s]", "发布时间")),
        Column("night", "bool", Text("by night", "是否夜间")),
        Column("people", "int64", Text("people in the zone", "区域人数")),
        Column("reached", "int64", Text("people who hear it", "收到人数")),
        Column("failed", "bool", Text("the channel does not work", "渠道失效")),
    ),
    "reach": (
        Column("zone", "str", Text("zone", "区域")),
        Column("channel", "str", Text("channel; empty for all together", "预警渠道")),
        Column("people", "int64", Text("people in the zone", "区域人数")),
        Column("reached", "int64", Text("people who heard at least one warning", "收到预警人数")),
        Column("first_s", "float64", Text("first heard [s]", "最早收到时间")),
        Column("median_s", "float64", Text("half of those reached have heard it [s]", "收到时间中位数")),
    ),
    # who
    "register": (
        Column("zone", "str", Text("zone", "区域")),
        Column("residents", "int64", Text("people who live there", "实住人数")),
        Column("listed", "int64", Text("people on the list", "清单人数")),
        Column("unlisted", "int64", Text("people who are there and not on the list", "清单外人数")),
        Column("ghosts", "int64", Text("people on the list who are not there", "清单内不在人数")),
        Column("present", "int64", Text("people who are there when the order comes", "下令时在场人数")),
        Column("visitors", "int64", Text("of them visitors", "其中外来人数")),
    ),
    # organizers at the door
    "officers": (
        Column("officer", "str", Text("team", "工作组")),
        Column("office", "str", Text("office it belongs to", "所属机构")),
        Column("zone", "str", Text("zones it goes to, joined by ;", "负责区域")),
        Column("households", "int64", Text("households on its list", "负责户数")),
        Column("one_to_one", "int64", Text("of them one-to-one", "其中一对一户数")),
        Column("visited", "int64", Text("doors it knocked at", "走访户数")),
        Column("found", "int64", Text("people it found who were not on the list", "发现清单外人数")),
        Column("on_duty_s", "float64", Text("on duty [s]", "到岗时间")),
        Column("done_s", "float64", Text("done [s]", "完成时间")),
    ),
    "sweeps": (
        Column("zone", "str", Text("zone", "区域")),
        Column("sweep", "int64", Text("number of the sweep, from 1", "第几轮排查")),
        Column("begun_s", "float64", Text("begun [s]", "开始时间")),
        Column("done_s", "float64", Text("done [s]", "结束时间")),
        Column("counted_left", "int64", Text("people left as counted", "清点剩余人数")),
        Column("true_left", "int64", Text("people left", "实际剩余人数")),
        Column("unvisited", "int64", Text("households left unvisited", "未走访户数")),
    ),
    "head_counts": (
        Column("place", "str", Text("where: pickup_point/…, shelter/…, zone/…", "地点")),
        Column("time_s", "float64", Text("time [s]", "时间")),
        Column("counted", "int64", Text("people counted", "清点人数")),
        Column("truth", "int64", Text("people there", "实际人数")),
    ),
    # to where and how
    "assignments": (
        Column("zone", "str", Text("zone", "区域")),
        Column("shelter", "str", Text("shelter", "安置点")),
        Column("people", "int64", Text("people", "人数")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("source", "str", Text("plan, computed, again, nearest", "来源")),
    ),
    "fleet_calls": (
        Column("vehicle", "str", Text("vehicle", "车辆")),
        Column("called_s", "float64", Text("its driver is called [s]", "通知司机时间")),
        Column("answered_s", "float64", Text("the driver answers [s]", "司机应答时间")),
        Column("came_s", "float64", Text("the driver comes [s]", "司机到位时间")),
        Column("result", "str", Text("came, absent, unanswered", "结果")),
    ),
    "liaison": (
        Column("party", "str", Text("team or fleet that comes from outside", "外来支援力量")),
        Column("came_s", "float64", Text("it comes [s]", "到达时间")),
        Column("met_s", "float64", Text("an officer meets it [s]; empty where none did", "联络员对接时间")),
        Column("ready_s", "float64", Text("it may be sent [s]", "可派出时间")),
    ),
    "releases": (
        Column("zone", "str", Text("zone", "区域")),
        Column("time_s", "float64", Text("released [s]", "放行时间")),
        Column("people", "int64", Text("people released", "放行人数")),
    ),
    # care and return
    "facilities": (
        Column("shelter", "str", Text("shelter", "安置点")),
        Column("kind", "str", Text("kind: emergency, short, long", "类别")),
        Column("called_s", "float64", Text("told to open [s]", "通知启用时间")),
        Column("opened_s", "float64", Text("open [s]", "启用时间")),
        Column("keeper", "str", Text("who opens it", "管理人")),
        Column("area_m2", "float64", Text("area for people [m2]", "有效面积 [m2]")),
        Column("stage", "str", Text("stage of care at the end", "结束时安置阶段")),
        Column("capacity", "float64", Text("people it can settle at this stage", "该阶段容量")),
    ),
    "services": (
        Column("shelter", "str", Text("shelter", "安置点")),
        Column(
            "item",
            "str",
            Text(
                "what is needed: area [m2], water [L a day, L stored], power [people, generators], taps, toilets,"
                " medical [beds], meals [people who wait, meals an hour]",
                "项目：面积 [m2]、供水 [升/日，储水升]、供电 [人，发电机台数]、供水点、厕位、"
                "医疗床位、供餐 [等候人数，份/小时]",
            ),
        ),
        Column("need", "float64", Text("most that was needed at once", "最大需求")),
        Column("provided", "float64", Text("what was there; empty where nothing is said", "供给")),
        Column("short_person_h", "float64", Text("shortage [person h]", "缺口人时")),
    ),
    "stocks": (
        Column("place", "str", Text("where: shelter/…, store/…", "地点")),
        Column("item", "str", Text("item", "物资")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("amount", "float64", Text("amount in its unit", "数量")),
    ),
    "deliveries": (
        Column("store", "str", Text("store it comes from; empty for a purchase", "出库点")),
        Column("place", "str", Text("where it goes: shelter/…, or for a purchase store/…", "送达地点")),
        Column("item", "str", Text("item", "物资")),
        Column("amount", "float64", Text("amount in its unit", "数量")),
        Column("asked_s", "float64", Text("asked for [s]", "申请时间")),
        Column("left_s", "float64", Text("left the store [s]", "出库时间")),
        Column("came_s", "float64", Text("arrived [s]", "送达时间")),
        Column("carrier", "str", Text("truck, boat, helicopter", "运载方式")),
        Column("result", "str", Text("came, failed, under_way", "结果")),
    ),
    "missing": (
        Column("household", "str", Text("household that is missed", "被寻找的户")),
        Column("people", "int64", Text("people of it", "人数")),
        Column("reported_s", "float64", Text("reported missing [s]", "报告失联时间")),
        Column(
            "reunited_s",
            "float64",
            Text("together again [s]; empty for still missing", "团聚时间；空为仍失联"),
        ),
        Column("place", "str", Text("where it was found; empty for nowhere", "寻获地点；空为未寻获")),
    ),
    "returns": (
        Column("household", "str", Text("household", "户")),
        Column("authorized_s", "float64", Text("return authorized [s]", "批准返回时间")),
        Column("left_s", "float64", Text("left for home [s]", "启程时间")),
        Column("home_s", "float64", Text("home again [s]", "到家时间")),
        Column("kind", "str", Text("authorized, on_its_own, or to_animals: to feed them", "类型")),
    ),
    "posts": (
        Column("post", "str", Text("post", "卡点")),
        Column("time_s", "float64", Text("from this time on [s]", "时间")),
        Column("staff", "int64", Text("people who stand there", "值守人数")),
        Column("stopped", "int64", Text("people stopped so far", "累计劝返人数")),
        Column("passed", "int64", Text("people who passed so far", "累计绕过人数")),
    ),
    # what people queue for
    "use": (
        Column("kind", "str", Text("desks, or road", "登记台或道路")),
        Column("thing", "str", Text("which: shelter/…, link/…", "对象")),
        Column(
            "queue_person_s",
            "float64",
            Text("time that people stood in its queue [person s]; empty for roads", "排队人秒；道路为空"),
        ),
        Column(
            "busy_s",
            "float64",
            Text(
                "time it was busy, all desks together [s]; of roads at least so long, empty where an order raised "
                "their flow",
                "占用时间，各台合计 [s]；道路为下限，管制提高通行能力的为空",
            ),
        ),
        Column(
            "available_s",
            "float64",
            Text(
                "time it was there to be used, all desks together, from the first to the last who used it [s]",
                "可用时间，各台合计，自首个至末个使用者 [s]",
            ),
        ),
    ),
    # what failed
    "failures": (
        Column("kind", "str", Text("kind of event that tells the failure", "失效事件类型")),
        Column("place", "str", Text("what failed, or where", "失效对象或地点")),
        Column("time_s", "float64", Text("first time [s]", "首次时间")),
        Column("times", "int64", Text("how often", "次数")),
        Column("people", "float64", Text("people it concerned; empty where nobody counts them", "涉及人数")),
        Column("text_en", "str", Text("in words, English", "说明（英文）")),
        Column("text_zh", "str", Text("in words, Chinese", "说明（中文）")),
    ),
}
"""Columns of each table; times are after the start of the run."""
