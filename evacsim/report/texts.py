"""Every word that the report says, in both languages.

Names of states, events, stages, causes and indicators stand with what they name (`terms`,
`analysis`); here are headings, column names, legends and explanations.
"""

from evacsim.language import Text

TEXTS: dict[str, Text] = {
    # the title block
    "report": Text("Evacuation run report", "转移避险推演报告"),
    "scenario": Text("Scenario", "情景"),
    "plan": Text("Plan", "预案"),
    "hazard": Text("Hazard", "灾害"),
    "district": Text("District", "地区"),
    "population": Text("Population", "人口"),
    "period": Text("Period", "推演时段"),
    "seed": Text("Seed", "随机种子"),
    "version": Text("Version", "软件版本"),
    "digest": Text("Digest of events", "事件摘要"),
    "unknown": Text("not recorded", "未记录"),
    "synthetic_banner": Text(
        "Contains synthetic data, invented for a demonstration: not official figures.",
        "含合成数据，仅供演示，不是官方数据。",
    ),
    "synthetic": Text("synthetic", "合成"),
    # headings
    "verdict": Text("Verdict", "结论"),
    "course": Text("People against the water", "转移进度与来水"),
    "map": Text("Map", "一张图"),
    "late": Text("Who is late, and why", "谁逾期，为什么"),
    "time_use": Text("Where the time goes", "时间用在哪里"),
    "shelters": Text("Shelters", "安置点"),
    "transport": Text("Transport", "运力"),
    "states": Text("Where everybody ended", "人员最终去向"),
    "stuck": Text("Stranded, trapped, dead: where", "滞留、被困、遇难人员分布"),
    "indicators": Text("Indicators", "指标"),
    "assumptions": Text("What the run assumes", "参数与依据"),
    "repairs": Text("Repairs to the road network", "路网修复"),
    "repeat": Text("How to repeat this run", "如何复现"),
    # the curve
    "curve_ordered": Text("ordered to go", "已下令"),
    "curve_told": Text("told", "已通知到户"),
    "curve_departed": Text("left home", "已离家"),
    "curve_out": Text("reached a place", "已到达"),
    "curve_wet": Text("homes with water (all people)", "住处进水（全部人口）"),
    "curve_total": Text("had to go", "应转"),
    "curve_people": Text("people", "人"),
    "curve_stage": Text("stage [m]", "水位 [m]"),
    "curve_gauge": Text("stage at", "水位："),
    "curve_orders": Text("orders to zones", "区域下令"),
    "curve_water": Text("water at zones", "区域进水"),
    "curve_closures": Text("roads closed", "道路中断"),
    "curve_note": Text(
        "People of zones that had to go; water counts everybody whose home has water. "
        "A tick is one zone or one road direction.",
        "曲线为应转人员；“住处进水”含全部人口。短竖线每条代表一个区域或一个方向的路段。",
    ),
    "curve_label": Text(
        "People by time, and the water, on one time axis", "同一时间轴上的转移人数与来水过程"
    ),
    # the map
    "map_abstract": Text(
        "The road network has no coordinates, so there is no map. The busiest roads are listed instead.",
        "路网没有坐标，无法绘图，改列通过人数最多的路段。",
    ),
    "map_script": Text("The map needs JavaScript.", "地图需要启用 JavaScript。"),
    "map_play": Text("Play", "播放"),
    "map_pause": Text("Pause", "暂停"),
    "map_time": Text("Time", "时间"),
    "map_places": Text("Places", "看区域"),
    "map_all": Text("All roads", "看全图"),
    "map_zoom_in": Text("Zoom in", "放大"),
    "map_zoom_out": Text("Zoom out", "缩小"),
    "map_zone": Text("zone: share already safe", "区域：已到达比例"),
    "map_zone_outside": Text("zone not in the plan", "未列入预案的区域"),
    "map_zone_wet": Text("ring: water at the homes", "外圈：住处进水"),
    "map_shelter": Text("shelter: filled share of its capacity", "安置点：已用容量"),
    "map_shelter_full": Text("shelter full", "安置点已满"),
    "map_shelter_wet": Text("shelter flooded", "安置点进水"),
    "map_pickup": Text("pick-up point", "集合点"),
    "map_depth": Text("water on roads [m]", "道路水深 [m]"),
    "map_flow": Text("people in the interval before", "此前时段内通过人数"),
    "map_interval": Text("interval", "时段"),
    "map_out": Text("reached a place", "已到达"),
    "map_moving": Text("left home, not there yet", "在途"),
    "map_wet": Text("homes with water", "住处进水"),
    "map_people": Text("people", "人"),
    "map_had_to_go": Text("had to go", "应转"),
    "map_capacity": Text("capacity", "容量"),
    "map_unlimited": Text("no limit", "不限"),
    "map_water": Text("water", "水深"),
    "map_closed": Text("closed since", "中断于"),
    "map_road": Text("road", "道路"),
    "map_hint": Text(
        "Drag to move; click, then turn the wheel to zoom; two fingers on a phone. Point at things for details.",
        "拖动平移；点击后用滚轮缩放；手机上用双指操作。指向或点按地物查看详情。",
    ),
    "map_label": Text(
        "Map of roads, water, zones, shelters and flows of people", "道路、来水、区域、安置点与人流地图"
    ),
    # columns
    "zone": Text("zone", "区域"),
    "township": Text("town or street", "乡镇、街道"),
    "had_to_go": Text("had to go", "应转"),
    "out": Text("out", "已转移"),
    "late_people": Text("late", "逾期"),
    "deadline": Text("deadline", "时限"),
    "water": Text("water", "进水"),
    "why": Text("why", "原因"),
    "longest_stage": Text("longest stage: ", "最长环节："),
    "examples": Text("Examples, one household for each reason", "典型住户（每种原因一户）"),
    "more_rows": Text("show the others", "展开其余"),
    "nobody_late": Text("Nobody is late.", "无人逾期。"),
    "late_note": Text(
        "Late: out after the deadline of the zone, after the water, or never.",
        "逾期：晚于本区域时限、晚于来水，或未能转移。",
    ),
    "stage": Text("stage", "环节"),
    "mean_time": Text("mean time", "人均用时"),
    "stage_note": Text(
        "Mean per person who had to go and came to this stage; a stage never left counts until the end.",
        "进入该环节的应转人员人均用时；未走完的环节计至结束。",
    ),
    "shelter": Text("shelter", "安置点"),
    "load": Text("load (peak over capacity)", "负荷率（峰值 ÷ 容量）"),
    "peak": Text("peak", "峰值"),
    "final": Text("at the end", "结束时"),
    "capacity": Text("capacity", "容量"),
    "turned_away": Text("turned away", "未接收"),
    "flooded": Text("flooded", "进水"),
    "no_limit": Text("no limit", "不限"),
    "capacity_line": Text("The line marks the capacity.", "竖线为容量。"),
    "townships": Text("By town or street", "按乡镇、街道"),
    "number": Text("number", "数量"),
    "dry_capacity": Text("capacity without flooded ones", "未进水容量"),
    "ratio": Text("load", "负荷率"),
    "fleet": Text("fleet", "车队"),
    "vehicles": Text("listed", "在册"),
    "came": Text("came", "到位"),
    "seats": Text("seats", "座位"),
    "rounds": Text("rounds", "趟次"),
    "carried": Text("people", "运送人数"),
    "seat_use": Text("seat use", "座位利用率"),
    "seats_per_hour": Text("seats/h", "座位/小时"),
    "last": Text("last arrival", "末车到达"),
    "no_buses": Text("No buses in this run.", "本次推演没有车队。"),
    "state": Text("state", "状态"),
    "people": Text("people", "人数"),
    "share": Text("share", "占比"),
    "households": Text("households", "户数"),
    "total": Text("total", "合计"),
    "place": Text("place", "地点"),
    "nobody_stuck": Text("Nobody.", "无。"),
    "indicator": Text("indicator", "指标"),
    "value": Text("value", "数值"),
    "note": Text("meaning", "说明"),
    "parameter": Text("parameter", "参数"),
    "mark": Text("basis", "依据"),
    "source": Text("source or reason", "来源或理由"),
    "repair": Text("what was done", "处理"),
    "no_repairs": Text("None were needed.", "无需修复。"),
    "road": Text("road", "路段"),
    "road_class": Text("class", "等级"),
    "closed": Text("closed", "中断时间"),
    "max_depth": Text("deepest water", "最大水深"),
    # repeating
    "repeat_note": Text(
        "Same scenario, same seed, same version: the same events, byte for byte; the digest proves it.",
        "同一情景、同一种子、同一版本，事件逐字节一致，可用摘要核对。",
    ),
    "provenance": Text("Provenance", "来源信息"),
    # footer
    "footer": Text(
        "Made by evacsim. This file needs no network.",
        "由 evacsim 生成，本文件无需联网。",
    ),
}
"""Texts of the report by key; keys that begin with `map_` are also given to the page's script."""

MARKS: dict[str, tuple[Text, Text]] = {
    "synthetic": (
        Text("synthetic", "合成"),
        Text("invented for a demonstration", "为演示编制，不是官方数据"),
    ),
    "assumed": (Text("assumed", "假定"), Text("an engineering choice", "工程取值")),
    "recalled": (Text("recalled", "忆引"), Text("from memory, not checked", "凭记忆引用，未核对")),
    "seen": (Text("seen", "已查"), Text("read in the source", "在来源中查阅")),
    "given": (Text("given", "给定"), Text("stated by the scenario", "由情景文件给出")),
}
"""How sure a figure is - the word and what it means -, the least sure first."""

DEPTH_CLASSES = (0.0, 0.15, 0.3, 0.5, 1.2)
"""Lower bounds of the depth classes on the map [m]; 0.3, 0.5 and 1.2 stop cars, buses and walkers by default."""
