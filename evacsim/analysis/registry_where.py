"""To where, and how (转到哪): ways, vehicles, roads."""

from evacsim.analysis import transport
from evacsim.analysis.entry import Entry, mean_time, share
from evacsim.language import Text

ENTRIES: tuple[Entry, ...] = (
    mean_time("walk"),
    mean_time("wait"),
    mean_time("ride"),
    Entry("buses_came_share", "share", "more",
          Text("share of buses that came", "车辆到位率"),
          Text("", ""),
          lambda facts: share(facts.buses.came, facts.buses.vehicles)),
    Entry("bus_people", "person", "more",
          Text("people carried by bus", "大巴运送人数"),
          Text("", ""),
          lambda facts: facts.buses.people),
    Entry("bus_rounds", "", "",
          Text("bus rounds", "大巴趟次"),
          Text("with passengers", "载客"),
          lambda facts: facts.buses.rounds),
    Entry("seat_use", "share", "more",
          Text("use of bus seats", "座位利用率"),
          Text("people over seats offered", "运送人数 ÷ 提供座位数"),
          lambda facts: facts.buses.seat_use),
    Entry("seats_per_hour", "seat/h", "more",
          Text("bus seats per hour", "每小时提供座位数"),
          Text("from the first departure to the last arrival", "自首车发车至末车到达"),
          lambda facts: facts.buses.seats_per_hour),
    Entry("peak_waiting", "person", "less",
          Text("most people waiting at one pick-up point", "集合点最多候车人数"),
          Text("", ""),
          lambda facts: transport.peak_waiting(facts.record)),
    Entry("bus_to_rescue_ratio", "ratio", "more",
          Text("bus to boat ratio, by people who need rescue", "大巴/舟比（以需救人数计）"),
          Text("people bused before the water over people stranded or trapped at the end; boats are not simulated",
               "来水前乘大巴转移人数 ÷ 结束时滞留、被困人数；未模拟冲锋舟"),
          lambda facts: share(
              transport.bused_before_water(facts.record), facts.exposed.stranded + facts.exposed.trapped)),
    Entry("roads_closed", "", "",
          Text("roads closed by water", "中断路段数"),
          Text("directions count apart", "按方向分别计"),
          lambda facts: int(facts.record.tables['links']['closed_s'].notna().sum())),
    Entry("gridlocks", "", "less",
          Text("gridlocks", "死锁次数"),
          Text("rings of full roads that waited for each other, resolved or not",
               "满载路段成环互相等待的次数，含已化解的"),
          lambda facts: len(facts.record.tables['gridlocks'])),
)  # fmt: skip
"""In the order of the report."""
