"""What sets off the transfer of a zone: its own trigger, rules, levels and automatic stops; and when they are met."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from evacsim.clock import seconds_after
from evacsim.plan.completeness.facts import Facts
from evacsim.scenario.matching import matching
from evacsim.scenario.rules import Rule

MEASURED = frozenset({"stage", "forecast", "rise", "rain"})
"""Kinds of rules with a number that a named station tells."""
LEVELS = ("Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ")
"""Response levels from the lowest."""


def rules_by_zone(facts: Facts) -> Mapping[str, tuple[Rule, ...]]:
    """Return the rules that set off the transfer of each zone of the plan, its own trigger among them."""
    when, known = facts.plan.when, {rule.id: rule for rule in facts.plan.when.rules}
    found = {zone: [known[id_] for id_ in row.rules] for zone, row in facts.transfers.items()}
    for zone, row in facts.transfers.items():
        if row.trigger_gauge is not None:
            found[zone].append(_own(f"{zone} stage", gauge=row.trigger_gauge, stage=row.trigger_stage))
        if row.trigger_at is not None:
            found[zone].append(_own(f"{zone} moment", at=row.trigger_at))
    ids = dict.fromkeys(facts.transfers)
    measures = {measure.id: measure for measure in when.measures}
    brings = [(level.rules, level.measures) for level in when.levels]
    brings += [(breaker.rules, breaker.measures) for breaker in when.breakers]
    for raised_by, names in brings:
        for measure in (measures[name] for name in names if measures[name].action == "evacuate"):
            for zone in dict.fromkeys(id_ for pattern in measure.zones for id_ in matching(pattern, ids)):
                found[zone] += [known[id_] for id_ in raised_by]
    return {zone: tuple(_resolved(facts, rules)) for zone, rules in found.items()}


def _own(name: str, **watched: Any) -> Rule:
    """Return a rule for the trigger of a row, whose numbers have been read and checked already."""
    return Rule.model_construct(id=name, **watched)


def _resolved(facts: Facts, rules: list[Rule]) -> Iterator[Rule]:
    """Yield rules, those of a response level in place of a rule that waits for it or a higher one."""
    for rule in rules:
        if rule.level is None:
            yield rule
        else:
            yield from rules_of_level(facts, rule.level)


def rules_of_level(facts: Facts, lowest: str) -> Iterator[Rule]:
    """Yield the rules that raise a response level, or one above it; none of them waits for a level itself."""
    known = {rule.id: rule for rule in facts.plan.when.rules}
    for level in facts.plan.when.levels:
        if LEVELS.index(level.level) >= LEVELS.index(lowest):
            yield from (known[id_] for id_ in level.rules if known[id_].level is None)


def first_met(facts: Facts, rule: Rule) -> float:
    """Return when a rule is first met in the scenario as it truly is [s]; infinity where never.

    Delays and errors of readings are left out, and the time until a danger sign is found.
    """
    scenario, world = facts.scenario, facts.world
    match rule.kind:
        case "moment" if rule.at is not None:
            return seconds_after(scenario.start, rule.at)
        case "danger":
            visible = {danger.id: danger.visible_from for danger in scenario.hazard.dangers}
            return seconds_after(scenario.start, visible[rule.danger or ""])
        case "stage" if rule.stage is not None:
            return world.gauges[rule.gauge or ""].first_reaching(rule.stage)
        case "rise" | "rain":
            return _first_rise(facts, rule)
        case "forecast":
            return _first_forecast(facts, rule)
        case "water" if rule.depth is not None:
            return _first_water(facts, rule.place or "", rule.depth)
        case _:
            return np.inf


def _first_rise(facts: Facts, rule: Rule) -> float:
    series = facts.world.gauges[rule.gauge or ""]
    wanted, over = rule.rise or rule.rain or 0.0, rule.over or 0.0
    before = np.interp(series.times - over, series.times, series.stages)
    met = np.flatnonzero(series.stages - before >= wanted)
    return float(series.times[met[0]]) if len(met) else np.inf


def _first_forecast(facts: Facts, rule: Rule) -> float:
    forecasts = facts.world.forecasts.get(rule.gauge or "")
    if forecasts is None:
        return np.inf
    is_met = (forecasts.stage >= (rule.stage or 0.0)) & (
        forecasts.valid - forecasts.issued <= (rule.lead or 0.0)
    )
    return float(forecasts.issued[is_met].min(initial=np.inf))


def _first_water(facts: Facts, place: str, depth: float) -> float:
    world = facts.world
    for places in (world.zones, world.shelters):
        if place in places.ids:
            return float(world.water.place_arrival(depth)[places.depth_row[places.ids.index(place)]])
    return float(world.water.link_arrival(depth)[list(world.roads.link_ids).index(place)])


def trigger_times(facts: Facts) -> Mapping[str, float]:
    """Return when the transfer of each zone of the plan is first triggered [s]; infinity where never."""
    by_zone, known = rules_by_zone(facts), dict[str, float]()
    for rules in by_zone.values():
        for rule in rules:
            if rule.id not in known:
                known[rule.id] = first_met(facts, rule)
    return {zone: min((known[rule.id] for rule in rules), default=np.inf) for zone, rules in by_zone.items()}
