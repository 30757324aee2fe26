"""What sets off the transfer of a zone, when it comes about, and what has to be decided before the order.

A transfer may be set off by the trigger of its row, by a rule of the plan, or by a measure `evacuate`
that a response level or an automatic stop brings about. What is reported of a gauge is taken as exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.clock import seconds_after
from evacsim.plan.executability.case import Case
from evacsim.scenario.matching import matching
from evacsim.scenario.rules import Consultation, LevelMeasures, Measure, Rule
from evacsim.scenario.section import DurationLaw
from evacsim.terms import LEVELS
from evacsim.world.spells import Curve, rise, true_spells

Floats = NDArray[np.float64]
NO_GAUGE = ""


@dataclass(frozen=True)
class Start:
    """One thing that sets off a transfer."""

    name: str
    """What tells it from others: the rule, or the trigger of the row."""
    true: float
    """When it comes about [s]; inf for never."""
    gauge: str = NO_GAUGE
    """Gauge by which it is seen."""
    every: float = 0.0
    """Time from one reading of the gauge to the next [s]; 0 where everybody knows the true stage."""
    confirm: int = 1
    """Readings in a row that it takes."""
    delays: tuple[DurationLaw, ...] = ()
    """From then until it is known: the line of the gauge, the patrol that finds a danger."""
    later: float = 0.0
    """A fixed time after that [s]."""
    consultations: tuple[Consultation | None, ...] = (None,)
    """What is conferred about before the order, one after the other; None for one law, `decision_time`."""
    setup: DurationLaw | None = None
    """From the order of a measure until it is carried out."""

    def seen_at(self) -> float:
        """Return when the reading is taken that shows it [s]."""
        if not self.every:
            return self.true
        return float((np.ceil(self.true / self.every - 1e-9) + self.confirm - 1) * self.every)


class _Seen(NamedTuple):
    """What a rule watches: when that comes about, and how it comes to be known."""

    true: float
    gauge: str = NO_GAUGE
    delays: tuple[DurationLaw, ...] = ()
    later: float = 0.0
    is_at_once: bool = False
    """Whether nobody confers: a danger that cannot be judged."""


def starts_of(case: Case, zone: int) -> list[Start]:
    """Return what sets off the transfer of a zone (row) of the plan within the scenario."""
    return [start for start in _all(case, zone) if start.true <= case.scenario.duration]


def _all(case: Case, zone: int) -> Iterator[Start]:
    transfer, when = case.world.transfer(zone), case.scenario.plan.when
    usual = (when.consultation,)
    if transfer.trigger_at is not None:
        true = max(0.0, seconds_after(case.scenario.start, transfer.trigger_at))
        yield Start(f"at {true!r}", true, consultations=usual)
    if transfer.trigger_gauge is not None and transfer.trigger_stage is not None:
        true = _reaching(case, transfer.trigger_gauge, transfer.trigger_stage)
        name = f"{transfer.trigger_gauge} {transfer.trigger_stage!r}"
        yield _reported(case, Start(name, true, transfer.trigger_gauge, consultations=usual))
    for rule in when.rules:
        if rule.id in transfer.rules:
            yield from _by_rule(case, rule, usual)
    for measure in when.measures:
        if measure.action in ("evacuate", "disperse") and _concerns(case, measure, zone):
            yield from measure_starts(case, measure)


def _by_rule(case: Case, rule: Rule, consultations: tuple[Consultation | None, ...]) -> Iterator[Start]:
    """Yield what a rule starts, after consultations that follow it."""
    if rule.level is not None:
        for level in case.scenario.plan.when.levels:
            if LEVELS[level.level] <= LEVELS[rule.level]:
                for first in _raising(case, level):
                    yield from _by_rule(case, first, (_conferred(case, level), *consultations))
        return
    seen = _seen(case, rule)
    start = Start(
        f"rule {rule.id}",
        seen.true,
        seen.gauge,
        confirm=rule.confirm,
        delays=seen.delays,
        later=seen.later,
        consultations=() if seen.is_at_once else consultations,
    )
    yield _reported(case, start)


def measure_starts(case: Case, measure: Measure) -> list[Start]:
    """Return what brings about a measure: the rules of its response levels, and of automatic stops."""
    when = case.scenario.plan.when
    found: list[Start] = []
    by_id = {rule.id: rule for rule in when.rules}
    for level in when.levels:
        if measure.id in level.measures:
            for rule in _raising(case, level):
                starts = _by_rule(case, rule, (_conferred(case, level),))
                found += [_set_up(start, measure) for start in starts]
    for breaker in when.breakers:
        if measure.id in breaker.measures:
            for id_ in breaker.rules:
                found += [_set_up(start, measure) for start in _by_rule(case, by_id[id_], ())]
    return found


def _set_up(start: Start, measure: Measure) -> Start:
    return replace(start, name=f"{start.name} {measure.id}", setup=measure.setup)


def _raising(case: Case, level: LevelMeasures) -> list[Rule]:
    """Return the rules that raise a level and wait for no level themselves."""
    return [rule for rule in case.scenario.plan.when.rules if rule.id in level.rules and rule.level is None]


def _conferred(case: Case, level: LevelMeasures) -> Consultation | None:
    return level.consultation or case.scenario.plan.when.consultation


def _concerns(case: Case, measure: Measure, zone: int) -> bool:
    id_ = case.world.zones.ids[zone]
    return any(matching(pattern, [id_]) for pattern in measure.zones)


def _reported(case: Case, start: Start) -> Start:
    """Return a start as its gauge reports it."""
    report = next((g.report for g in case.scenario.hazard.gauges if g.id == start.gauge), None)
    if report is None:
        return start
    return replace(start, every=report.every, delays=(*start.delays, report.delay))


def _reaching(case: Case, gauge: str, stage: float) -> float:
    series = case.world.gauges[gauge]
    return max(0.0, series.first_reaching(stage))


def _seen(case: Case, rule: Rule) -> _Seen:
    """Return when what a rule watches comes about, and how it comes to be known."""
    world, start = case.world, case.scenario.start
    match rule.kind:
        case "moment":
            assert rule.at is not None
            return _Seen(max(0.0, seconds_after(start, rule.at)))
        case "danger":
            danger = next(danger for danger in case.scenario.hazard.dangers if danger.id == rule.danger)
            true = max(0.0, seconds_after(start, danger.visible_from))
            if rule.judged == "found":
                return _Seen(true, delays=(danger.found,))
            if danger.can_be_judged:
                return _Seen(np.inf)
            return _Seen(true, delays=(danger.found,), later=danger.judged_within, is_at_once=True)
        case "water":
            assert rule.place is not None
            assert rule.depth is not None
            return _Seen(_wet(case, rule.place, rule.depth))
        case "forecast":
            assert rule.gauge is not None
            assert rule.stage is not None
            assert rule.lead is not None
            if rule.gauge not in world.forecasts:
                return _Seen(np.inf)
            forecasts = world.forecasts[rule.gauge]
            says = (forecasts.stage >= rule.stage) & (forecasts.valid <= forecasts.issued + rule.lead)
            return _Seen(max(0.0, float(forecasts.issued[says].min())) if says.any() else np.inf)
    assert rule.gauge is not None
    series = world.gauges[rule.gauge]
    curve = Curve(series.times, series.stages)
    size = next(size for size in (rule.stage, rule.rise, rule.rain) if size is not None)
    if rule.over is not None:
        curve = rise(curve, rule.over)
    spells = true_spells(curve, size, lasting=rule.lasting or 0.0)
    return _Seen(max(0.0, spells[0].begins) if spells else np.inf, rule.gauge)


def _wet(case: Case, place: str, depth: float) -> float:
    """Return when water stands so deep at a zone, a shelter or a road [s]."""
    world = case.world
    arrival = world.water.place_arrival(depth)
    for places in (world.zones, world.shelters):
        if place in places.ids and arrival.size:
            return float(arrival[places.depth_row[places.ids.index(place)]])
    links = list(world.roads.link_ids)
    return float(world.water.link_arrival(depth)[links.index(place)]) if place in links else np.inf
