"""The documents that clauses come from, as they are called in a finding.

Most documents name a duty in a few words; where a clause spells it out further than they do, its name says
"detail assumed". What was read of each stands below it.
"""

from evacsim.language import Text

FIVE_LINKS = Text(
    "Tongnan district, work points 2024, §5 five links (detail assumed)",
    "潼南区 2024 年工作要点 §5“五个关键环节”（细化内容为假定）",
)
"""Seen (S1): 何时转、转移谁、谁组织、转到哪、如何管; 逐点细化避险转移方案."""
URGENT = Text("three urgent departures, Anhui 2024", "“三个紧急撤离”（安徽 2024）")
"""Seen: by threshold or heavy rain, where a danger sign is found, where a danger cannot be judged."""
OUTAGES = Text(
    "Tongnan district, work points 2024, §8 three outages (detail assumed)",
    "潼南区 2024 年工作要点 §8“断网、断电、断路”（细化内容为假定）",
)
"""Seen (S1): 断网、断电、断路 情况下运转."""
CALLING = Text("Tongnan district, work points 2024, calls in danger", "潼南区 2024 年工作要点（临灾叫应）")
"""Seen (S1): 对特殊群体落实“一对一”叫应."""
ONE_HOUR = Text("Tongnan district, work points 2024, reports", "潼南区 2024 年工作要点（信息报送）")
"""Seen (S1), a rule on work safety: 1 小时内信息报送率 100%; used for floods as well (assumed)."""
STAND_IN = Text(
    "Jin'an district, 14th five-year plan, A and B posts (detail assumed)",
    "金安区“十四五”应急规划“AB 岗”（细化内容为假定）",
)
"""Seen (S0, S3) of information officers, 灾害信息员 AB 岗; used for every task."""
RELIEF = Text("Jin'an district, 14th five-year plan, relief", "金安区“十四五”应急规划（救助时限）")
"""Seen (S3): 受灾人员基本生活得到有效救助时间 ≤8 小时."""
KITS = Text(
    "Dongguan, work points 2022, 500 kits a town (detail assumed)",
    "东莞市 2022 年工作要点“镇级 500 人份”（细化内容为假定）",
)
"""Seen (S4): 镇级救灾物资 500 人份."""
SHELTERS = Text("code of shelters GB 51143-2015, commentary as quoted", "GB 51143-2015 相关条文说明（转引）")
"""Seen as quoted: keep out of 行洪区、分洪口、山洪威胁区."""
TEN_THINGS = Text("Dongguan, work points 2022, ten things", "东莞市 2022 年工作要点（“十个有”）")
"""Seen (S4)."""
TEN_IN_PLACE = Text("Tongnan district, work points 2024, ten in place", "潼南区 2024 年工作要点（“十到位”）")
"""The name is seen (S1); which ten they are is assumed."""
LISTS = Text(
    "Jin'an district, 14th five-year plan, survey of risks (detail assumed)",
    "金安区“十四五”应急规划“风险普查”（细化内容为假定）",
)
"""Seen (S3): 自然灾害综合风险普查、风险数据库."""
SPHERE = Text("Sphere Handbook", "《环球计划手册》（Sphere）")
"""Seen as quoted: 20 people a toilet, 250 people a tap."""
USUAL = Text("usual practice, assumed", "通行做法（假定）")
"""No document that we could read says it."""


def clause(document: Text, en: str, zh: str) -> Text:
    """Return a clause with the document it comes from."""
    return Text(f"{document.en}: {en}", f"{document.zh}：{zh}")
