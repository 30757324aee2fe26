"""Who (转移谁): the people, and what they do with the order."""

from evacsim.analysis import who
from evacsim.analysis.entry import Entry, at_the_end, mean_time
from evacsim.language import Text

ENTRIES: tuple[Entry, ...] = (
    mean_time("prepare"),
    Entry("missed_rate", "share", "less",
          Text("share missed: had to go, were there, and no order ever came", "漏转率"),
          Text("of the people who had to go", "占应转人数比例"),
          lambda facts: who.missed_share(facts.record)),
    Entry("visitors_missed_rate", "share", "less",
          Text("share of the visitors missed: had to go, and no order ever came", "外来人员漏转率"),
          Text("of the visitors who had to go", "占应转外来人员比例"),
          lambda facts: who.missed_visitors(facts.record)),
    Entry("list_error_rate", "share", "less",
          Text("mistakes of the lists: people not on them, and entries of nobody", "清单差错率"),
          Text("of all who are on the lists or missing there", "占清单人数与漏登人数之和的比例"),
          lambda facts: who.list_errors(facts.record)),
    Entry("disbelieved", "person", "less",
          Text("people who did not believe the order and never went", "始终不信而未转移人数"),
          Text("", ""),
          lambda facts: who.never_believed(facts.record)),
    Entry("shadow_people", "person", "",
          Text("people outside the plan who left by themselves", "自发转移人数"),
          Text("they fill roads and shelters that are meant for others", "占用道路和安置点"),
          lambda facts: who.left_unasked(facts.record)),
    Entry("special_clearance_time", "s", "less",
          Text("time until 95 % of the special groups are out", "特殊群体 95% 转移完成用时"),
          Text("from the first order; infinite where they never are", "自首个指令计，未完成为无穷大"),
          lambda facts: who.special_clearance(facts.record, facts.first_order, 0.95)),
    Entry("special_out_before_water", "share", "more",
          Text("share of the special groups out before the water", "特殊群体水到前转移比例"),
          Text("of those who had to go", "占特殊群体应转人数比例"),
          lambda facts: who.special_before_water(facts.record)),
    at_the_end("refused", Text("people who refused to go", "拒不转移人数")),
)  # fmt: skip
"""In the order of the report."""
