"""Lives: who is cut off, met by the water, lost."""

from evacsim.analysis.entry import Entry, at_the_end, share
from evacsim.language import Text

PER_100_000 = 1e5


ENTRIES: tuple[Entry, ...] = (
    at_the_end("stranded", Text("people stranded", "滞留人数")),
    at_the_end("trapped", Text("people trapped", "被困人数")),
    Entry("peak_cut_off", "person", "less",
          Text("most people cut off at once", "同时被围困人数峰值"),
          Text("stranded and trapped together", "滞留与被困合计"),
          lambda facts: facts.exposed.peak_cut_off),
    Entry("homes_wet", "person", "",
          Text("people whose homes get water", "住处进水人数"),
          Text("all zones", "全部区域"),
          lambda facts: facts.exposed.homes_wet),
    Entry("met_at_home", "person", "less",
          Text("people whom the water meets at home", "来水时仍在家人数"),
          Text("all zones", "全部区域"),
          lambda facts: facts.exposed.met_at_home),
    Entry("met_outside_plan", "person", "less",
          Text("of them people the plan does not move", "其中预案未列入人数"),
          Text("a gap of the plan", "预案缺口：转移谁"),
          lambda facts: facts.exposed.met_outside_plan),
    at_the_end("dead", Text("deaths", "遇难人数")),
    Entry("deaths_per_100000", "1/100000", "less",
          Text("deaths per 100,000 people, this event", "每十万人口因自然灾害死亡率（本次事件）"),
          Text("the planning goal of less than 0.1 is a yearly mean, this is one event",
               "规划目标“年均 <0.1”为年均值，此处为单次事件"),
          lambda facts: share(facts.states['dead'] * PER_100_000, facts.record.population)),
    Entry("affected_per_100000", "1/100000", "less",
          Text("people affected per 100,000, this event", "每十万人口受灾人次（本次事件，住处进水）"),
          Text("counted by water at the home; the goal of less than 15,000 is a yearly mean",
               "按住处进水计；规划目标“年均 <15000”为年均值"),
          lambda facts: share(facts.exposed.homes_wet * PER_100_000, facts.record.population)),
)  # fmt: skip
"""In the order of the report."""
