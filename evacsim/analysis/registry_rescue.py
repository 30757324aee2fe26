"""Rescue (抢险救援): from need to safety."""

from evacsim.analysis import rescuing
from evacsim.analysis.entry import Entry
from evacsim.language import Text

OF_TRUE = Text(
    "of the people of all true cases; infinite where fewer were", "按真实警情涉及人数计；不足该比例时为无穷大"
)

ENTRIES: tuple[Entry, ...] = (
    Entry("fetched_people", "person", "",
          Text("people fetched by boat and helicopter", "舟艇、直升机救出人数"),
          Text("brought ashore", "已上岸"),
          lambda facts: rescuing.fetched(facts.record)),
    Entry("helped_people", "person", "",
          Text("people fetched by neighbours", "邻里救出人数"),
          Text("where the plan has self-help", "预案描述自救互救时"),
          lambda facts: rescuing.helped(facts.record)),
    Entry("hear_time_90", "s", "less",
          Text("time within which 90 % are heard of", "90% 被困人员报警送达时间"),
          OF_TRUE,
          lambda facts: rescuing.time_to_hear(facts.record, share=0.9)),
    Entry("reach_time_90", "s", "less",
          Text("time within which 90 % are reached", "90% 警情到达时间"),
          Text("from being heard of; " + OF_TRUE.en, "自接警起；" + OF_TRUE.zh),
          lambda facts: rescuing.time_to_reach(facts.record, share=0.9)),
    Entry("safe_time_50", "s", "less",
          Text("time within which half are ashore", "半数人员脱险时间"),
          Text("from coming into need; " + OF_TRUE.en, "自遇险起；" + OF_TRUE.zh),
          lambda facts: rescuing.time_to_safety(facts.record, share=0.5)),
    Entry("safe_time_90", "s", "less",
          Text("time within which 90 % are ashore", "90% 人员脱险时间"),
          Text("from coming into need; " + OF_TRUE.en, "自遇险起；" + OF_TRUE.zh),
          lambda facts: rescuing.time_to_safety(facts.record, share=0.9)),
    Entry("open_case_people", "person", "less",
          Text("people of cases that are open at the end", "结束时未结警情涉及人数"),
          Text("heard of and not fetched", "已接警、未救出"),
          lambda facts: rescuing.open_people(facts.record)),
    Entry("unheard_people", "person", "less",
          Text("people in need of whom nobody knows", "结束时未被发现的被困人数"),
          Text("at the end of the run", "推演结束时"),
          lambda facts: rescuing.unheard_people(facts.record)),
    Entry("in_vain_share", "share", "less",
          Text("share of cases searched in vain", "扑空率"),
          Text("reached, and nobody found: a wrong place, a double, a false call, people gone",
               "到达后未发现人员：地点有误、重复报警、误报、已自行脱险"),
          lambda facts: rescuing.in_vain_share(facts.record)),
    Entry("need_picture_gap", "share", "less",
          Text("mean gap between believed and true people in need", "待救人数掌握偏差"),
          Text("over the time of rescue, against the true peak", "救援期间平均，与实际峰值之比"),
          lambda facts: rescuing.picture_gap(facts.record)),
    Entry("people_per_craft_hour", "person/h", "more",
          Text("people fetched in an hour of a craft at work", "单艇每小时救出人数"),
          Text("from being sent to its people being ashore", "自派出至人员上岸"),
          lambda facts: rescuing.people_per_craft_hour(facts.record)),
    Entry("died_in_need", "person", "less",
          Text("people who died after calling or being found", "求救或被发现后遇难人数"),
          Text("where the plan has rescue", "预案描述救援时"),
          lambda facts: rescuing.died_in_need(facts.record)),
    Entry("injured_lost", "person", "less",
          Text("injured people expected to die", "伤员预计死亡数"),
          Text("by Sacco's score when treated; an illustration, not among the deaths",
               "按救治时 RPM 评分，仅示意，不计入遇难人数"),
          lambda facts: rescuing.injured_lost(facts.record)),
)  # fmt: skip
"""In the order of the report."""
