"""Tables of works (抢险作业): what was to be done, who did it, what was not done and why.

The table of works is empty where the plan has none, that of dykes where the hazard has none.
"""

from evacsim.language import Text
from evacsim.results.column import Column

WORKS_TABLES: dict[str, tuple[Column, ...]] = {
    "works": (
        Column("work", "str", Text("work", "作业")),
        Column(
            "what",
            "str",
            Text(
                "clear, bridge (a road that is cut), repair (a site), generator, repeater (carried to a place), "
                "patrol, leak, sandbag, pump (a dyke)",
                "类型",
            ),
        ),
        Column(
            "place",
            "str",
            Text("where: the first link that is cut, the site, shelter, office, dyke", "地点"),
        ),
        Column(
            "person_hours",
            "float64",
            Text("work that it takes [person-h]; nan for patrols and pumps", "所需工作量"),
        ),
        Column("arisen_s", "float64", Text("needed from [s]", "发生时间")),
        Column("asked_s", "float64", Text("headquarters heard of it [s]", "接报时间")),
        Column("sent_s", "float64", Text("a party was last sent [s]", "派出时间")),
        Column("begun_s", "float64", Text("begun [s]", "开工时间")),
        Column("done_s", "float64", Text("done [s]", "完成时间")),
        Column("teams", "str", Text("teams that were sent, joined by ;", "派出队伍")),
        Column("people", "int64", Text("people of the last party", "最后一批人数")),
        Column("machines", "int64", Text("machines of the last party", "最后一批机械台数")),
        Column("left_person_hours", "float64", Text("work that is left [person-h]", "剩余工作量")),
        Column(
            "why_not",
            "str",
            Text(
                "why it is not done: not_heard, no_team, not_ready, no_stock, busy, no_way, "
                "under_way, at_work, not_needed",
                "未完成原因",
            ),
        ),
    ),
    "dykes": (
        Column("dyke", "str", Text("dyke", "堤防")),
        Column(
            "given_s", "float64", Text("fails if nobody does anything [s]; nan for never", "不抢险时失守时间")
        ),
        Column("failed_s", "float64", Text("failed [s]; nan for never", "实际失守时间")),
        Column("raised_m", "float64", Text("by how much sandbags raised its crest [m]", "子堤加高")),
        Column("leaks", "int64", Text("places where it leaked", "渗漏处数")),
        Column("leaks_stopped", "int64", Text("places where that was stopped", "已处置处数")),
        Column(
            "pumped_m3",
            "float64",
            Text("what pumps behind it could move while they ran [m3]", "水泵排水能力合计"),
        ),
    ),
}
