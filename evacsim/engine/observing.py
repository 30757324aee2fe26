"""The world as it comes to be known: readings and forecasts that arrive, danger signs that somebody finds (监测预报).

A gauge that is read now and then tells what its readings say when they arrive; a gauge without a
`report` section tells the truth at once. Water at a zone, a shelter or a road is seen by who is there,
at once (assumed). What comes to be known does not depend on what anybody does about it: all of it is found
beforehand, and becomes an event when its time comes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from evacsim.clock import seconds_after
from evacsim.engine.log import NOWHERE, ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.recorded import Recorded
from evacsim.engine.sites import Sites, rehearsed
from evacsim.engine.water import Water
from evacsim.hazard.effects import is_stopped
from evacsim.scenario.matching import matching
from evacsim.scenario.rules import Rule
from evacsim.world.columns import Floats, Forecasts
from evacsim.world.laws import quantiles
from evacsim.world.readings import Readings, reported_readings
from evacsim.world.spells import (
    Curve,
    Spell,
    forecast_spells,
    forecast_with_error,
    reported_rise,
    reported_spells,
    rise,
    true_spells,
)

REACHED: Final = {"stage": "stage_reached", "rise": "stage_reached", "rain": "rain_reached"}
"""Event by which a condition on a gauge truly comes about."""


class Condition(NamedTuple):
    """What is watched: a rule of the plan, or the trigger of a row of the plan."""

    kind: str
    """As `scenario.rules.Rule.kind`; `level` is nothing that is observed."""
    subject: Where
    """Gauge, danger sign, place or district."""
    size: float = np.nan
    """Stage, rise, rain or depth [m]; moment [s] for `moment`."""
    over: float = 0.0
    """Time over which rise or rain are summed [s]."""
    lasting: float = 0.0
    """How long the stage must have stood so high [s]."""
    lead: float = 0.0
    """A forecast says that it comes within this time [s]."""
    confirm: int = 1
    """Readings in a row that must meet it."""
    waits: bool = False
    """For danger signs: known only when it has turned out that it cannot be judged."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What becomes of one danger sign; times in seconds, nan for never."""

    appeared: float
    found: float
    judged: float
    """Judged, or held not to be judged."""


class Observing(Recorded):
    """Everything that is watched."""

    def __init__(self, parts: Parts, water: Water, sites: Sites) -> None:
        self.parts = parts
        self.water = water
        self.sites = sites
        hazard = parts.world.scenario.hazard
        self._gauges = list(parts.world.gauges.values())
        report = {gauge.id: gauge.report for gauge in hazard.gauges}
        self._reporting = [report[series.id] for series in self._gauges]
        self.dangers: Final = sorted(hazard.dangers, key=lambda danger: danger.id)
        self.findings: Final = [self._finding(row) for row in range(len(self.dangers))]
        self._said: dict[tuple[str, Where, float, float], int] = {}
        """Events of what came about, each told once: kind, subject, size, time."""
        self.readings = cache(self._readings)
        """Readings of a gauge (row), None where the truth is known at once."""
        self._true_spells = cache(self._found_true)
        self.spells = cache(self._found)
        """When a condition holds, as it is known, within the scenario."""

    def schedule(self) -> None:
        """Call for every danger sign that appears, is found, or cannot be judged."""
        for row, (danger, finding) in enumerate(zip(self.dangers, self.findings, strict=True)):
            subject = Where(Kind.DANGER, row)
            self._call(finding.appeared, partial(self._tell_once, "danger_appeared", subject))
            self._call(
                finding.found, partial(self._tell_once, "danger_found", subject, after="danger_appeared")
            )
            if not danger.can_be_judged:
                self._call(
                    finding.judged,
                    partial(self._tell_once, "danger_not_judged", subject, after="danger_found"),
                )

    def condition(self, rule: Rule) -> Condition:
        """Return what a rule of the plan watches."""
        world, start = self.parts.world, self.parts.world.scenario.start
        if rule.gauge is not None:
            size = next(size for size in (rule.stage, rule.rise, rule.rain) if size is not None)
            return Condition(
                rule.kind,
                self.gauge(rule.gauge),
                size,
                over=rule.over or 0.0,
                lasting=rule.lasting or 0.0,
                lead=rule.lead or 0.0,
                confirm=rule.confirm,
            )
        if rule.danger is not None:
            row = [danger.id for danger in self.dangers].index(rule.danger)
            return Condition("danger", Where(Kind.DANGER, row), waits=rule.judged == "not_judged")
        if rule.at is not None:
            return Condition("moment", Where(Kind.DISTRICT, 0), max(0.0, seconds_after(start, rule.at)))
        if rule.place is not None and rule.depth is not None:
            places = ((Kind.ZONE, world.zones.ids), (Kind.SHELTER, world.shelters.ids))
            for kind, ids in (*places, (Kind.LINK, world.roads.link_ids)):
                if rule.place in ids:
                    return Condition("water", Where(kind, list(ids).index(rule.place)), rule.depth)
        return Condition("level", Where(Kind.DISTRICT, 0))

    def gauge(self, gauge: str) -> Where:
        """Return a gauge by its id."""
        return Where(Kind.GAUGE, [series.id for series in self._gauges].index(gauge))

    def watch(
        self,
        condition: Condition,
        begins: Callable[[float, int], None],
        ends: Callable[[], None] | None = None,
    ) -> None:
        """Call whenever a condition comes to be known to hold, and not to hold any more.

        Parameters
        ----------
        condition : Condition
            The condition.
        begins : callable
            Told what is known (a stage, a depth) and the event by which.
        ends : callable, optional
            Told nothing: that something is over is no event.
        """
        if condition.kind == "water" and self.parts.world.scenario.hazard.dykes:
            self._watch_water(condition, begins, ends)
            return
        for spell in self.spells(condition):
            self.announce(condition, spell)
            self.parts.clock.call_at(spell.begins, partial(self._begin, condition, spell, begins))
            if ends is not None and spell.ends <= self.parts.world.scenario.duration:
                self.parts.clock.call_at(spell.ends, ends)

    def _watch_water(
        self, condition: Condition, begins: Callable[[float, int], None], ends: Callable[[], None] | None
    ) -> None:
        """Look at every change of the water whether it stands so deep; works may put off what was foreseen."""
        holds = False

        def look() -> None:
            nonlocal holds
            frame = self.parts.water.frame_at(self.parts.now)
            depth = float(self._depths(condition.subject)[frame]) if frame >= 0 else 0.0
            is_wet = bool(is_stopped(np.array(depth), condition.size)) if condition.size > 0 else depth > 0
            if is_wet == holds:
                return
            holds = is_wet
            if is_wet:
                begins(depth, self.water.changed_event)
            elif ends is not None:
                ends()

        self.parts.at_water_changed.append(look)

    def announce(self, condition: Condition, spell: Spell) -> None:
        """Let the truth behind what will be known become an event in its time."""
        if condition.kind in REACHED and self._is_reported(condition) and not np.isnan(spell.true_since):
            self._call(spell.true_since, partial(self._truth, condition, spell.true_since))
            self._tell_gaps(condition.subject.row)

    def tell(self, condition: Condition, spell: Spell) -> int:
        """Return the event by which a condition has just come to be known; a new one for everyone who asks."""
        log, now, kind, subject = self.parts.log, self.parts.now, condition.kind, condition.subject
        if kind == "moment":
            return log.record(now, "moment_reached", subject)
        if kind == "water":
            return self.water.changed_event
        if kind == "danger":
            return self._said[
                "danger_not_judged" if condition.waits else "danger_found", subject, np.inf, 0.0
            ]
        if kind == "forecast":
            return log.record(now, "forecast_reached", subject, value=spell.value)
        if not self._is_reported(condition):
            return log.record(now, REACHED[kind], subject, value=condition.size)
        cause = ROOT if np.isnan(spell.true_since) else self._truth(condition, spell.true_since)
        return log.record(now, "reported", subject, value=spell.value, cause=cause)

    def true_time(self, condition: Condition) -> float:
        """Return when a condition first truly came about [s], nan for never and where nobody can say."""
        if condition.kind in REACHED or condition.kind == "forecast":
            first = [spell.begins for spell in self._true_spells(condition)]
        elif condition.kind == "danger":
            first = [self.findings[condition.subject.row].appeared]
        else:
            first = [spell.begins for spell in self.spells(condition)]
        return first[0] if first and first[0] <= self.parts.world.scenario.duration else np.nan

    def threatened(self, danger: int) -> list[int]:
        """Return the zones (rows) that a danger sign threatens."""
        ids = self.parts.world.zones.ids
        named = {zone for pattern in self.dangers[danger].zones for zone in matching(pattern, ids)}
        return [row for row, zone in enumerate(ids) if zone in named]

    def names(self) -> Mapping[Kind, np.ndarray]:
        """Return the ids of the danger signs."""
        return {Kind.DANGER: np.array([danger.id for danger in self.dangers], dtype=object)}

    @cached_property
    def _rehearsed(self) -> Sites:
        return rehearsed(self.parts)

    # -- found beforehand -------------------------------------------------------------------

    def _readings(self, gauge: int) -> Readings | None:
        report, start = self._reporting[gauge], self.parts.world.scenario.start
        if report is None:
            return None
        outages = [
            (seconds_after(start, gap.begins), seconds_after(start, gap.ends)) for gap in report.outages
        ]
        if report.site is not None:
            outages += self._rehearsed.times_down(report.site)
        return reported_readings(
            self._gauges[gauge],
            self.parts.streams,
            every=report.every,
            delay=report.delay,
            noise=report.noise,
            missing=report.missing,
            outages=outages,
        )

    def _found(self, condition: Condition) -> list[Spell]:
        """Return the spells within the scenario; what lies before its start holds from the start."""
        duration = self.parts.world.scenario.duration
        spells = (spell._replace(begins=max(0.0, spell.begins)) for spell in self._all(condition))
        return [spell for spell in spells if spell.ends > spell.begins and spell.begins <= duration]

    def _all(self, condition: Condition) -> Iterable[Spell]:
        kind, row = condition.kind, condition.subject.row
        if kind == "moment":
            return [Spell(condition.size, np.inf, np.nan, condition.size)]
        if kind == "danger":
            finding, danger = self.findings[row], self.dangers[row]
            known = finding.judged if condition.waits else finding.found
            if condition.waits and danger.can_be_judged:
                return []
            return [Spell(known, np.inf, np.nan, finding.appeared)]
        if kind == "water":
            return self._wet(condition)
        if kind == "level":
            return []
        truth = self._true_spells(condition)
        if kind == "forecast":
            return self._foreseen(condition, truth)
        readings = self.readings(row)
        if readings is None:
            return truth
        if kind != "stage":
            readings = reported_rise(readings, condition.over)
        return reported_spells(
            readings, truth, condition.size, confirm=condition.confirm, lasting=condition.lasting
        )

    def _found_true(self, condition: Condition) -> list[Spell]:
        series = self._gauges[condition.subject.row]
        curve = Curve(series.times, series.stages)
        if condition.kind in ("rise", "rain"):
            curve = rise(curve, condition.over)
        return true_spells(curve, condition.size, lasting=condition.lasting)

    def _foreseen(self, condition: Condition, truth: list[Spell]) -> list[Spell]:
        gauge = self._gauges[condition.subject.row].id
        forecasts: Forecasts | None = self.parts.world.forecasts.get(gauge)
        if forecasts is None:
            return []
        model = next(one for one in self.parts.world.scenario.hazard.forecasts if one.gauge == gauge)
        error = model.bias
        if model.sigma > 0:
            from scipy.special import ndtri

            luck = self.parts.streams.get("forecast", gauge).random(1)[0]
            error += model.sigma * float(ndtri(luck + 2.0**-54))
        return forecast_spells(
            forecast_with_error(forecasts, error),
            truth,
            condition.size,
            lead=condition.lead,
            confirm=condition.confirm,
        )

    def _wet(self, condition: Condition) -> list[Spell]:
        """Return when water stands so deep at a place: from one change of the water to another."""
        water = self.parts.water
        if not len(water.times):
            return []
        depth = self._depths(condition.subject)
        is_wet = is_stopped(depth, condition.size) if condition.size > 0 else depth > 0
        edges = np.flatnonzero(np.diff(is_wet, prepend=False)).tolist()
        times = [*np.maximum(water.times, 0.0)[edges].tolist(), np.inf]
        return [
            Spell(times[number], times[number + 1], float(depth[edges[number]]), times[number])
            for number in range(0, len(edges), 2)
        ]

    def _depths(self, place: Where) -> Floats:
        world, water = self.parts.world, self.parts.water
        if place.kind == Kind.LINK:
            column = np.flatnonzero(water.link_rows == place.row)
            return np.asarray(water.link_depth[:, column].sum(axis=1), dtype=np.float64)
        group = world.zones if place.kind == Kind.ZONE else world.shelters
        return np.asarray(water.place_depth[:, group.depth_row[place.row]], dtype=np.float64)

    def _finding(self, row: int) -> Finding:
        danger = self.dangers[row]
        appeared = max(0.0, seconds_after(self.parts.world.scenario.start, danger.visible_from))
        luck = self.parts.streams.get("danger", danger.id).random(1)
        found = appeared + float(quantiles(danger.found, luck)[0])
        return Finding(appeared, found, found + danger.judged_within)

    # -- events -----------------------------------------------------------------------------

    def _begin(self, condition: Condition, spell: Spell, begins: Callable[[float, int], None]) -> None:
        begins(spell.value, self.tell(condition, spell))

    def _is_reported(self, condition: Condition) -> bool:
        return condition.kind in REACHED and self._reporting[condition.subject.row] is not None

    def _call(self, time: float, action: Callable[[], object]) -> None:
        if time <= self.parts.world.scenario.duration:
            self.parts.clock.call_at(max(time, self.parts.now), partial(_do, action))

    def _truth(self, condition: Condition, since: float) -> int:
        """Return the event by which a condition truly came about, told once."""
        return self._tell_once(REACHED[condition.kind], condition.subject, condition.size, since)

    def _tell_once(
        self, kind: str, subject: Where, size: float = np.inf, time: float = 0.0, *, after: str = ""
    ) -> int:
        key = (kind, subject, size, time)
        if key not in self._said:
            cause = self._said[after, subject, np.inf, 0.0] if after else ROOT
            place = NOWHERE
            if subject.kind == Kind.DANGER and len(zones := self.threatened(subject.row)) == 1:
                place = Where(Kind.ZONE, zones[0])
            value = size if np.isfinite(size) else np.nan
            self._said[key] = self.parts.log.record(
                self.parts.now, kind, subject, place=place, value=value, cause=cause
            )
        return self._said[key]

    def _tell_gaps(self, gauge: int) -> None:
        """Call for the first reading of each gap in the readings of a gauge that somebody watches; once."""
        key = ("reading_missing", Where(Kind.GAUGE, gauge), np.inf, 0.0)
        readings = self.readings(gauge)
        if readings is None or key in self._said:
            return
        self._said[key] = ROOT
        missing = np.isnan(readings.value)
        for row in np.flatnonzero(missing & ~np.append(False, missing[:-1])).tolist():
            subject, due = Where(Kind.GAUGE, gauge), float(readings.measured[row])
            if due >= 0:
                # A site that fails at this very instant fails first.
                self._call(due, partial(self._call, due, partial(self._record_gap, subject)))

    def _record_gap(self, gauge: Where) -> None:
        report = self._reporting[gauge.row]
        cause = ROOT if report is None or report.site is None else self.sites.down_event(report.site)
        self.parts.log.record(self.parts.now, "reading_missing", gauge, cause=cause)

    # -- tables -----------------------------------------------------------------------------

    def danger_table(self, ordered: Floats) -> pd.DataFrame:
        """Return the table `dangers`; `ordered` is when each zone was ordered to go [s]."""
        end, rows = self.parts.now, []
        for row, (danger, finding) in enumerate(zip(self.dangers, self.findings, strict=True)):
            times = [
                time if time <= end else np.nan for time in (finding.appeared, finding.found, finding.judged)
            ]
            orders = ordered[self.threatened(row)]
            orders = orders[orders >= finding.found]
            rows.append((danger.id, *times, float(orders.min()) if orders.size else np.nan))
        return pd.DataFrame(rows, columns=["danger", "appeared_s", "found_s", "judged_s", "ordered_s"])


def _do(action: Callable[[], object]) -> None:
    """Act, and leave what comes of it."""
    action()
