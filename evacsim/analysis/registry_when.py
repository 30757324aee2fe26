"""When (何时转): from the trigger to the order."""

from evacsim.analysis.entry import Entry, mean_time, share
from evacsim.language import Text

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "warning_response_lag", "s", "less",
        Text("lag between warning and response", "预警-响应时间差"),
        Text(
            "from what happened (a stage, rain, a danger sign, a moment) until the office of the zone has the order it "
            "led to, without offices until the first household is told, mean over zones",
            "从触发情形实际出现到区域责任机构叫应（未描述机构时为首户接到通知），各区域平均",
        ),
        lambda facts: facts.response.lag,
    ),
    Entry(
        "warning_decision_lag", "s", "less",
        Text("lag between warning and decision", "预警-决策时间差"),
        Text(
            "from what happened (a stage, rain, a danger sign, a moment) until the order it led to, mean over zones",
            "从触发情形实际出现到下达转移指令，各区域平均",
        ),
        lambda facts: facts.response.decision_lag,
    ),
    Entry(
        "report_delay_mean", "s", "less",
        Text("delay of reports", "测报延迟"),
        Text("from a true crossing until it is reported, mean", "从实际达到触发值到测报到达，平均"),
        lambda facts: facts.response.report_delay,
    ),
    mean_time("decide"),
    Entry(
        "consultation_time_median", "s", "less",
        Text("time of a consultation", "会商用时"),
        Text("from being called until it is over; half take no longer", "从启动到结束，中位数"),
        lambda facts: facts.response.consultation,
    ),
    Entry(
        "false_orders", "", "less",
        Text("zones ordered to go that stayed dry", "空转区域数"),
        Text("until the end of the run", "至推演结束"),
        lambda facts: facts.response.false_orders,
    ),
    Entry(
        "missed_orders", "", "less",
        Text("zones with water and no order before it", "漏发迟发区域数"),
        Text("zones of the plan", "预案内区域"),
        lambda facts: facts.response.missed_orders,
    ),
    Entry(
        "measures_executed_share", "share", "more",
        Text("measures carried out in time", "措施落实率"),
        Text("of those ordered; in time is what the plan asks for", "占已下达措施的比例，按预案时限计"),
        lambda facts: share(facts.response.measures_in_time, facts.response.measures_ordered),
    ),
    Entry(
        "measures_skipped", "", "less",
        Text("measures not carried out", "未落实措施数"),
        Text("each with its cause in the table of measures", "原因见措施表"),
        lambda facts: facts.response.measures_skipped,
    ),
    Entry(
        "breaker_exposures", "person", "less",
        Text("people exposed when automatic stops act", "熔断时暴露人数"),
        Text("on the roads and in the zones that the stops name", "熔断涉及路段和区域内的人数"),
        lambda facts: facts.response.breaker_exposures,
    ),
)  # fmt: skip
"""In the order of the report."""
