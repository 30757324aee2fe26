"""何时转: is it clear for every zone what sets it off, who decides, by when, and what people are told."""

import re
from collections.abc import Iterator

import numpy as np

from evacsim.language import Text
from evacsim.plan.completeness import documents as by
from evacsim.plan.completeness.check import Check, Gap, listed, naming, out_of, silent, unsaid
from evacsim.plan.completeness.documents import clause
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.completeness.triggers import LEVELS, MEASURED, first_met, rules_by_zone
from evacsim.scenario.rules import Rule
from evacsim.scenario.section import DurationLaw, Fixed, Table, Uniform

ACTION = re.compile(r"转移|撤离|疏散|避险|离开|evacuate|leave|go to|move to", re.IGNORECASE)
"""Words of a warning that say what to do."""
DEADLINE = re.compile(
    r"\{deadline\}|\d{1,2}\s*[:：时点]|\d+\s*(个?小时|分钟|h\b|min\b|hours?\b|minutes?\b)"
    r"|立即|马上|immediately|at once",
    re.IGNORECASE,
)
"""Words of a warning that say by when."""
NO_DATUM = re.compile(r"\s*|\?+|-+|unknown|不详|未知|未注明|无", re.IGNORECASE)
"""What stands for a datum that nobody has written down."""


def _trigger(facts: Facts) -> Iterator[Gap]:
    rules = rules_by_zone(facts)
    without = [zone for zone, own in rules.items() if not any(rule.kind in MEASURED for rule in own)]
    if without:
        named, of = naming(without, len(rules)), out_of(len(without), len(rules), "zones", "转移单元")
        yield Gap(
            Text(
                f"{of.en} have no numeric threshold at a station{named.en}",
                f"{of.zh}没有量化的站点触发阈值{named.zh}",
            ),
            Text(
                "write trigger_gauge and trigger_stage, or a rule on stage, rise, rain or forecast",
                "补写 trigger_gauge 和 trigger_stage，或水位、涨幅、雨量、预报规则",
            ),
            facts.row_loc(without[0]),
            without,
            {"zones": len(without)},
        )


def _decider(facts: Facts) -> Iterator[Gap]:
    if facts.plan.when.decided_by.strip():
        return
    without = [zone for zone, row in facts.transfers.items() if not (row.decided_by or "").strip()]
    if without:
        named = listed(without)
        yield Gap(
            Text(f"nobody decides for {named.en}", f"未明确由谁决定：{named.zh}"),
            Text("write plan.when.decided_by", "写明 plan.when.decided_by"),
            ("plan", "when", "decided_by"),
            without,
            {"zones": len(without)},
        )


def _is_bounded(law: DurationLaw | None) -> bool:
    return law is None or isinstance(law, Fixed | Uniform | Table)


def _decision_time(facts: Facts) -> Iterator[Gap]:
    when = facts.plan.when
    if when.decide_within is not None:
        return
    steps = when.consultation
    is_said = "decision_time" in when.model_fields_set or (steps is not None and steps.decide is not None)
    laws = [when.decision_time] if steps is None or steps.decide is None else [steps.decide]
    laws += [law for law in ((steps.convene, steps.issue) if steps else ()) if law is not None]
    if not is_said or not all(map(_is_bounded, laws)):
        yield Gap(
            Text(
                "no longest time from the trigger to the decision is set", "未规定从触发到作出决定的最长时限"
            ),
            Text(
                "write plan.when.decide_within, such as 30 min", "写明 plan.when.decide_within，例如 30 min"
            ),
            ("plan", "when", "decide_within"),
        )


def _no_forecast(facts: Facts) -> Iterator[Gap]:
    if facts.plan.when.text.no_forecast:
        return
    rules = rules_by_zone(facts)
    blind = [
        zone
        for zone, own in rules.items()
        if not any(rule.kind in MEASURED and rule.kind != "forecast" for rule in own)
    ]
    if blind:
        named = listed(blind)
        yield Gap(
            Text(
                f"nothing says what sets off {len(blind)} zones when forecasts are missing: {named.en}",
                f"{len(blind)} 个转移单元在没有预报时无触发依据：{named.zh}",
            ),
            Text(
                "add a rule on what is observed, or write plan.when.text.no_forecast",
                "增加实测触发规则，或写明 plan.when.text.no_forecast",
            ),
            facts.row_loc(blind[0]),
            blind,
            {"zones": len(blind)},
        )


def _three_urgent(facts: Facts) -> Iterator[Gap]:
    text, rules = facts.plan.when.text, facts.plan.when.rules
    judged = {rule.judged for rule in rules if rule.danger is not None}
    missing = []
    if not text.danger_signs and "found" not in judged:
        missing.append(Text("a danger sign is found", "发生险情异动时"))
    if not text.not_judged and "not_judged" not in judged:
        missing.append(Text("a danger cannot be judged", "险情不能研判时"))
    if missing:
        en, zh = " and when ".join(one.en for one in missing), "、".join(one.zh for one in missing)
        yield Gap(
            Text(f"nothing says that people go when {en}", f"未规定{zh}立即转移"),
            Text(
                "add a rule with danger and judged, or write plan.when.text.danger_signs and not_judged",
                "增加 danger、judged 规则，或写明 plan.when.text.danger_signs 和 not_judged",
            ),
            ("plan", "when", "text"),
            figures={"missing": len(missing)},
        )


Watched = tuple[str, str, float | None, float | None]
"""What a rule measures: station, kind, time summed over, time ahead."""


def _level_order(facts: Facts) -> Iterator[Gap]:
    """Yield levels that a lower value raises than the level below them, at the same station."""
    known = {rule.id: rule for rule in facts.plan.when.rules}
    lowest: dict[Watched, tuple[str, float]] = {}
    numbers = {level.level: number for number, level in enumerate(facts.plan.when.levels)}
    for level in sorted(facts.plan.when.levels, key=lambda level: LEVELS.index(level.level)):
        values: dict[Watched, float] = {}
        for rule in (known[id_] for id_ in level.rules):
            if rule.kind in MEASURED:
                key: Watched = (rule.gauge or "", rule.kind, rule.over, rule.lead)
                values[key] = min(_threshold(rule), values.get(key, np.inf))
        for key, value in values.items():
            below = lowest.get(key)
            if below is not None and value <= below[1]:
                yield Gap(
                    Text(
                        f"level {level.level} is raised at {value:g} of {key[0]}, level {below[0]} below it only"
                        f" at {below[1]:g}",
                        f"{key[0]}：{level.level} 级触发值 {value:g}，不高于下一级 {below[0]} 级的 {below[1]:g}",
                    ),
                    Text("let thresholds rise from Ⅳ to Ⅰ", "使阈值从Ⅳ级到Ⅰ级递增"),
                    ("plan", "when", "levels", numbers[level.level]),
                    (below[0], level.level),
                    {"below": below[1], "value": value},
                )
            lowest[key] = (level.level, value)


def _threshold(rule: Rule) -> float:
    return next(value for value in (rule.stage, rule.rise, rule.rain) if value is not None)


def _upstream(facts: Facts) -> Iterator[Gap]:
    """Yield response levels that the station upstream would raise later than the one downstream of it."""
    known = {rule.id: rule for rule in facts.plan.when.rules}
    for number, level in enumerate(facts.plan.when.levels):
        met: dict[str, float] = {}
        for rule in (known[id_] for id_ in level.rules):
            if rule.kind in ("stage", "rise") and rule.gauge is not None:
                met[rule.gauge] = min(first_met(facts, rule), met.get(rule.gauge, np.inf))
        for gauge in facts.scenario.hazard.gauges:
            below = gauge.downstream
            if below is not None and gauge.id in met and below in met and met[gauge.id] > met[below]:
                late = met[gauge.id] - met[below]
                after = Text(f"{late / 60:.0f} min after", f"晚 {late / 60:.0f} 分钟")
                if np.isinf(late):
                    after = Text("never, unlike", "始终不触发，不同")
                yield Gap(
                    Text(
                        f"level {level.level}: {gauge.id} upstream is met {after.en} {below} downstream",
                        f"{level.level} 级：上游站 {gauge.id} 触发较下游站 {below} {after.zh}",
                    ),
                    Text("lower the threshold upstream", "调低上游站阈值"),
                    ("plan", "when", "levels", number),
                    (gauge.id, below),
                    {"late": late},
                )


def _warning_text(facts: Facts) -> Iterator[Gap]:
    text, loc = facts.plan.when.text.warning, ("plan", "when", "text", "warning")
    if not text.strip():
        yield unsaid(loc, Text("in what words people are warned", "预警信息用语"))
        return
    missing = []
    if not ACTION.search(text):
        missing.append(Text("what to do", "怎么做"))
    if not DEADLINE.search(text):
        missing.append(Text("by when", "何时前完成"))
    if missing:
        en, zh = " nor ".join(one.en for one in missing), "、".join(one.zh for one in missing)
        yield Gap(
            Text(f"the warning does not say {en}", f"预警信息未说明{zh}"),
            Text(
                "write both into it, '{deadline}' for the moment", "补写行动和时限，可用 {deadline} 代表时刻"
            ),
            loc,
        )


def _repeat(facts: Facts) -> Iterator[Gap]:
    is_repeated = any(channel.repeat is not None for channel in facts.district.channels)
    if not facts.plan.when.text.repeat and not is_repeated:
        yield unsaid(
            ("plan", "when", "text", "repeat"), Text("how the warning is repeated", "预警如何重复发布")
        )


def _datum(facts: Facts) -> Iterator[Gap]:
    for number, gauge in enumerate(facts.scenario.hazard.gauges):
        if gauge.kind != "rain" and NO_DATUM.fullmatch(gauge.datum):
            yield Gap(
                Text(f"nobody says what stage 0 of {gauge.id} is", f"{gauge.id} 的水位基面未注明"),
                Text("write its datum", "写明 datum（基面）"),
                ("hazard", "gauges", number, "datum"),
                (gauge.id,),
            )


CHECKS = (
    Check(
        "when.trigger",
        "when",
        "blocker",
        clause(
            by.FIVE_LINKS,
            "every zone has a numeric threshold at a named station",
            "每个转移单元有量化触发阈值和数据来源",
        ),
        _trigger,
    ),
    Check(
        "when.decider",
        "when",
        "blocker",
        clause(by.FIVE_LINKS, "it is clear who decides", "明确由谁决定转移"),
        _decider,
    ),
    Check(
        "when.decision_time",
        "when",
        "blocker",
        clause(by.FIVE_LINKS, "the decision has a time limit", "决策有时限"),
        _decision_time,
    ),
    Check(
        "when.night",
        "when",
        "blocker",
        clause(by.FIVE_LINKS, "the plan says what holds by night", "有夜间转移的兜底规定"),
        silent("when", "night", Text("what holds by night", "夜间如何触发、由谁决定")),
    ),
    Check(
        "when.no_forecast",
        "when",
        "blocker",
        clause(by.FIVE_LINKS, "no zone depends on forecasts alone", "没有预报时仍有触发依据"),
        _no_forecast,
    ),
    Check(
        "when.three_urgent",
        "when",
        "blocker",
        clause(
            by.URGENT,
            "people go where a danger sign is found, and where it cannot be judged",
            "险情异动、险情不能研判时紧急撤离",
        ),
        _three_urgent,
    ),
    Check(
        "when.level_order",
        "when",
        "major",
        clause(by.FIVE_LINKS, "thresholds rise from level to level", "各级响应阈值逐级递增"),
        _level_order,
        lambda facts: len(facts.plan.when.levels) > 1,
    ),
    Check(
        "when.upstream",
        "when",
        "major",
        clause(
            by.USUAL,
            "a station upstream raises a level no later than one downstream",
            "上游站不晚于下游站触发",
        ),
        _upstream,
        lambda facts: any(gauge.downstream is not None for gauge in facts.scenario.hazard.gauges),
    ),
    Check(
        "when.warning_text",
        "when",
        "major",
        clause(by.USUAL, "the warning says what to do and by when", "预警信息写明行动和时限"),
        _warning_text,
    ),
    Check(
        "when.repeat",
        "when",
        "major",
        clause(by.USUAL, "the warning is repeated", "预警重复发布"),
        _repeat,
    ),
    Check(
        "when.cancel",
        "when",
        "major",
        clause(by.USUAL, "it is clear who lifts the warning", "明确由谁、凭什么解除预警"),
        silent("when", "cancel", Text("who lifts the warning, and on what", "由谁、凭什么解除预警")),
    ),
    Check(
        "when.datum",
        "when",
        "minor",
        clause(by.USUAL, "the datum of every stage is stated", "水位注明基面"),
        _datum,
        lambda facts: bool(facts.scenario.hazard.gauges),
    ),
)
"""The checks of this link."""
