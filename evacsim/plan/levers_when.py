"""Levers on when people go: earlier triggers, quicker decisions, release in parts (何时转)."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from evacsim.clock import seconds_after
from evacsim.language import Text
from evacsim.plan.lever import Cost, Lever, Proposal, Situation, moment, more_alarms, typical
from evacsim.world.columns import StageSeries

CENTIMETRE = 0.01
"""Plans write stages in whole centimetres [m]."""
QUICK = 600.0
"""What a decision takes that one person on the spot may make (assumed) [s]."""
PARTS, EVERY = 3, 1800.0
"""Parts in which a zone is let go, and the time between them [s] (assumed)."""


class _Trigger(NamedTuple):
    """A number of the plan that says when it begins: a moment, a stage, the reach of a forecast."""

    path: str
    kind: str
    """`moment`, `stage` or `lead`."""
    value: float
    gauge: str = ""


def earlier(hours: float, cost: Cost) -> Lever:
    """Return the lever that lets all triggers fire so many hours earlier in this flood."""

    def propose(situation: Situation) -> Proposal | Text:
        changes: dict[str, object] = {}
        stages = []
        n_moments = n_leads = 0
        for trigger in _triggers(situation):
            if trigger.kind == "moment":
                if trigger.value > 0:
                    changes[trigger.path] = moment(trigger.value - 3600 * hours)
                    n_moments += 1
            elif trigger.kind == "lead":
                changes[trigger.path] = f"{trigger.value + 3600 * hours:.12g} s"
                n_leads += 1
            else:
                series = situation.world.gauges[trigger.gauge]
                stage = _stage_before(series, trigger.value, 3600 * hours)
                if stage < trigger.value:
                    changes[trigger.path] = f"{stage:.12g} m"
                    stages.append((trigger.gauge, trigger.value, stage))
        if not changes:
            return Text("no trigger can fire earlier in this flood", "本次洪水中没有可以提前的触发条件")
        return Proposal(
            changes,
            1,
            _told(stages, n_moments + n_leads, hours),
            more_alarms(stages, situation.frequencies, has_moments=n_moments > 0),
        )

    name = Text(f"all triggers {hours:g} h earlier", f"触发时间提前 {hours:g} 小时")
    return Lever(f"earlier-{hours:g}h", name, cost, propose)


def lower(metres: float, cost: Cost) -> Lever:
    """Return the lever that lets all stages at gauges trigger so many metres lower."""

    def propose(situation: Situation) -> Proposal | Text:
        found = [trigger for trigger in _triggers(situation) if trigger.kind == "stage"]
        if not found:
            return Text("no trigger of the plan is a stage", "预案没有按水位的触发条件")
        stages = [(one.gauge, one.value, one.value - metres) for one in found]
        changes = {one.path: f"{one.value - metres:.12g} m" for one in found}
        return Proposal(changes, 1, _told(stages, 0, 0.0), more_alarms(stages, situation.frequencies))

    name = Text(f"all trigger stages {metres:g} m lower", f"触发水位降低 {metres:g} m")
    return Lever(f"lower-{metres:g}m", name, cost, propose)


def decide_quickly(cost: Cost) -> Lever:
    """Return the lever that lets one person on the spot decide at once."""

    def propose(situation: Situation) -> Proposal | Text:
        when = situation.scenario.plan.when
        now = typical(when.decision_time)
        changes: dict[str, object] = {"plan.when.decision_time": f"{QUICK:g} s"}
        if when.consultation is not None:
            steps = (when.consultation.convene, when.consultation.issue)
            now += sum(typical(step) for step in steps if step is not None)
            changes["plan.when.consultation"] = None
        if now <= QUICK:
            return Text("it is decided as quickly already", "决策用时已不长于此")
        return Proposal(
            changes,
            1,
            Text(
                f"decided in {QUICK / 60:g} min, not {now / 60:.0f}",
                f"决策用时由约 {now / 60:.0f} 分钟缩短到 {QUICK / 60:g} 分钟",
            ),
            Text("more orders that were not needed: not known", "可能增加不必要的转移：次数未知"),
        )

    return Lever(
        "decide", Text("the person on the spot may order at once", "授权一线负责人先行下令"), cost, propose
    )


def in_parts(cost: Cost) -> Lever:
    """Return the lever that lets zones go in parts, so that roads and buses are not asked for all at once."""

    def propose(situation: Situation) -> Proposal | Text:
        rows = [row for row in situation.scenario.plan.zones if row.release_parts is None]
        if not rows:
            return Text("all zones are let go in parts already", "各区域已分批放行")
        changes: dict[str, object] = {}
        for row in rows:
            changes[f"plan.zones[{row.zone}].release_parts"] = PARTS
            changes[f"plan.zones[{row.zone}].release_every"] = f"{EVERY:g} s"
        return Proposal(
            changes,
            1,
            Text(
                f"{len(rows)} rows of the plan in {PARTS} parts, {EVERY / 60:g} min apart",
                f"{len(rows)} 行转移安排分 {PARTS} 批放行，间隔 {EVERY / 60:g} 分钟",
            ),
            Text("the last part leaves later", "最后一批离开更晚"),
        )

    return Lever("parts", Text("zones let go in parts", "分批放行"), cost, propose)


def _triggers(situation: Situation) -> Iterator[_Trigger]:
    """Yield the numbers that say when the plan begins, of its rows and of its rules."""
    scenario = situation.scenario
    for row in scenario.plan.zones:
        if row.trigger_at is not None:
            at = seconds_after(scenario.start, row.trigger_at)
            yield _Trigger(f"plan.zones[{row.zone}].trigger_at", "moment", at)
        if row.trigger_gauge is not None and row.trigger_stage is not None:
            path = f"plan.zones[{row.zone}].trigger_stage"
            yield _Trigger(path, "stage", row.trigger_stage, row.trigger_gauge)
    for rule in scenario.plan.when.rules:
        path = f"plan.when.rules[{rule.id}]"
        if rule.at is not None:
            yield _Trigger(f"{path}.at", "moment", seconds_after(scenario.start, rule.at))
        elif rule.kind == "stage" and rule.gauge is not None and rule.stage is not None:
            yield _Trigger(f"{path}.stage", "stage", rule.stage, rule.gauge)
        elif rule.kind == "forecast" and rule.lead is not None:
            yield _Trigger(f"{path}.lead", "lead", rule.lead)


def _stage_before(series: StageSeries, stage: float, seconds: float) -> float:
    """Return what a gauge shows so long before it first reaches a stage, in whole centimetres; the stage if never."""
    reached = series.first_reaching(stage)
    if math.isinf(reached):
        return stage
    shown = float(np.interp(reached - seconds, series.times, series.stages))
    return math.floor(shown / CENTIMETRE + 1e-9) * CENTIMETRE


def _told(stages: list[tuple[str, float, float]], n_others: int, hours: float) -> Text:
    """Return which triggers change, in numbers; the others are moments and forecasts."""
    said = [f"{gauge} {before:g} -> {after:.4g} m" for gauge, before, after in dict.fromkeys(stages)]
    shown = "; ".join(said[:4]) + (" ..." if len(said) > 4 else "")
    others = Text(
        f"{n_others} moments or forecasts {hours:g} h earlier",
        f"{n_others} 个时刻或预报条件提前 {hours:g} 小时",
    )
    parts = [Text(shown, shown)] if shown else []
    parts += [others] if n_others else []
    return Text("; ".join(text.en for text in parts), "；".join(text.zh for text in parts))
