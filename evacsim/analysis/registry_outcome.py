"""What came of the transfer as a whole: who had to go, who is out, and when."""

from evacsim.analysis import clearance
from evacsim.analysis.entry import Entry, share
from evacsim.language import Text


def _clearance(part: float) -> Entry:
    percent = round(100 * part)
    return Entry(
        f"clearance_time_{percent}", "s", "less",
        Text(f"clearance time, {percent} %", f"疏散完成时间（{percent}%）"),
        Text(
            f"from the first order until {percent} % of all who had to go are out; never, if fewer ever are",
            f"自首次下令至应转人员的 {percent}% 转移到位；未达到该比例则为“未达到”",
        ),
        lambda facts: facts.clearance[part] - facts.first_order,
    )  # fmt: skip


ENTRIES: tuple[Entry, ...] = (
    Entry("population", "person", "",
          Text("people of the district", "总人口"),
          Text("all zones", "全部区域"),
          lambda facts: facts.record.population),
    Entry("had_to_go", "person", "",
          Text("people who had to go", "应转人数"),
          Text("of zones in the plan whose trigger fired or where water came", "列入预案且触发或进水区域的转移对象"),
          lambda facts: facts.had_to_go),
    Entry("out", "person", "more",
          Text("people who are out", "已转移人数"),
          Text("of those who had to go", "应转人员中"),
          lambda facts: facts.out),
    Entry("out_share", "share", "more",
          Text("share that is out", "应转尽转率"),
          Text("of those who had to go", "已转移人数 ÷ 应转人数"),
          lambda facts: share(facts.out, facts.had_to_go)),
    Entry("out_before_water_share", "share", "more",
          Text("share out before the water", "来水前转移率"),
          Text("of those who had to go; homes that stay dry count as in time",
               "来水前转移到位人数 ÷ 应转人数，住处未进水视为及时"),
          lambda facts: share(facts.out_before_water, facts.had_to_go)),
    Entry("lead_time_median", "s", "more",
          Text("lead time, median", "转移提前量（中位数）"),
          Text("from being out to water at the home left behind, people whose homes get water",
               "转移到位至住处进水的时间，按人计"),
          lambda facts: facts.lead.median),
    Entry("lead_time_95", "s", "more",
          Text("lead time that 95 % have", "转移提前量（95% 的人不少于）"),
          Text("all but the 5 % with the least; unknown where more than 5 % never get out",
               "未能转移者超过 5% 时无法给出"),
          lambda facts: facts.lead.shortest_5),
    Entry("lead_2h_share", "share", "more",
          Text("share out 2 h before the water", "提前 2 小时以上转移率"),
          Text("of those who had to go and whose homes get water", "住处进水的应转人员中"),
          lambda facts: facts.lead.share_in_good_time),
    *(_clearance(share) for share in clearance.SHARES),
    Entry("last_out", "s", "less",
          Text("last person out", "最后一人转移到位"),
          Text("after the start of the run", "自推演开始计"),
          lambda facts: facts.last_out),
    Entry("late", "person", "less",
          Text("people who are late", "逾期人数"),
          Text("out after the deadline of their zone, after the water, or never", "晚于时限、晚于来水或未转移"),
          lambda facts: int(facts.late["people"].sum())),
    Entry("zones_with_deadline", "", "",
          Text("zones with a deadline", "设定时限的区域数"),
          Text("", ""),
          lambda facts: facts.zones_with_deadline),
    Entry("zones_in_time", "", "more",
          Text("zones that met it", "按时完成的区域数"),
          Text("everybody who had to go and did not refuse is out by then", "除拒不转移者外，应转人员全部按时转移到位"),
          lambda facts: facts.zones_in_time),
)  # fmt: skip
"""In the order of the report."""
