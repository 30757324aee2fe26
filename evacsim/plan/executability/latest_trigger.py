"""E11: when the trigger must come at the latest (最晚安全触发): the chain of E2, walked backwards.

The latest moment for the trigger of a zone is the last from which nine chains in ten are out before
the first of: its deadline, the water at its homes, the last way out. How long the buses are busy with
other zones is taken as the plan has it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from evacsim.language import Text
from evacsim.plan.executability.lead_time import SURE
from evacsim.plan.executability.starts import Start
from evacsim.plan.executability.wording import clock, said, some, time
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Severity, Shortcoming

CLAUSE = Text(
    "the trigger comes no later than the chain, at nine in ten, still ends in time (check E11)",
    "触发时刻不得晚于按全链路九成用时倒推的最晚安全触发时刻（检验项 E11）",
)
EXACT = 1.0
"""How closely the moment is found [s]."""
LONGEST = 7 * 24 * 3600.0
"""A chain that takes longer than this has no latest moment [s] (assumed: no forecast reaches as far)."""
COLUMNS = ("zone", "latest_s", "stage_m", "plan_s", "margin_s", "binding")


class Latest(NamedTuple):
    """The latest safe trigger of one zone."""

    zone: int
    latest: float
    """The trigger may come true then, no later [s]; inf: nothing presses, -inf: no trigger is early enough."""
    gauge: str
    """Gauge of its trigger, or the first of the scenario; empty where there is none."""
    stage: float
    """Stage of the gauge then [m]; nan where there is none."""
    plan: float
    """When the plan's own trigger comes true [s]; inf where it never does."""
    binding: str
    """What presses: `deadline`, `water`, `exit`, or `none`."""

    @property
    def margin(self) -> float:
        """Time by which the plan's trigger comes before the latest one [s]; below 0 it comes too late."""
        return self.latest - self.plan if np.isfinite(self.latest) or np.isfinite(self.plan) else np.nan


def latest_of(workings: Workings) -> list[Latest]:
    """Return the latest safe trigger of every zone of the plan."""
    return [_latest(workings, zone) for zone in workings.case.zones]


def table(workings: Workings) -> pd.DataFrame:
    """Return `zone, latest_s, stage_m, plan_s, margin_s, binding`, a row for each zone of the plan."""
    ids = workings.case.world.zones.ids
    rows = [
        (ids[one.zone], one.latest, one.stage, one.plan, one.margin, one.binding)
        for one in latest_of(workings)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def out_by(workings: Workings, zone: int, start: Start, true: float) -> float:
    """Return by when nine chains in ten are out if the trigger of a zone comes true at `true` [s]."""
    chain = workings.chains.of(zone, replace(start, true=true))
    return chain.over(chain.out_step, SURE)


def _latest(workings: Workings, zone: int) -> Latest:
    case = workings.case
    limits = {"deadline": case.deadline(zone), "water": float(case.water_at_homes[zone])}
    way_out = workings.exits.all.get(zone)
    limits["exit"] = np.inf if way_out is None else way_out.last
    binding = min(limits, key=lambda name: limits[name])
    limit = limits[binding]
    start = workings.chains.starts.get(zone)
    plan = np.inf if start is None else start.true
    start = start or Start("none", 0.0, consultations=(case.scenario.plan.when.consultation,))
    gauge = start.gauge or case.world.transfer(zone).trigger_gauge or min(case.world.gauges, default="")
    if limit == np.inf:
        return Latest(zone, np.inf, gauge, np.nan, plan, "none")
    latest = -np.inf if limit == -np.inf else _backwards(workings, zone, start, limit)
    stage = np.nan
    if gauge and np.isfinite(latest):
        series = case.world.gauges[gauge]
        if series.times[0] <= latest <= series.times[-1]:
            stage = float(np.interp(latest, series.times, series.stages))
    return Latest(zone, latest, gauge, stage, plan, binding)


def _backwards(workings: Workings, zone: int, start: Start, limit: float) -> float:
    """Return the last moment from which the chain ends by a limit, to the second [s]."""
    takes = out_by(workings, zone, start, limit) - limit
    if not takes < LONGEST:
        return -np.inf
    # Chains are longer by night: step back until one is in time, then halve.
    late, step = limit, max(takes, EXACT)
    early = late - step
    while out_by(workings, zone, start, early) > limit:
        late, step = early, max(step / 4, 600.0)
        early = late - step
        if limit - early > LONGEST:
            return -np.inf
    while late - early > EXACT:
        middle = (early + late) / 2
        if out_by(workings, zone, start, middle) > limit:
            late = middle
        else:
            early = middle
    return early


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield the zones whose trigger comes too late, by the gauge that triggers them."""
    case = workings.case
    groups: dict[str, list[Latest]] = {}
    for one in latest_of(workings):
        if one.margin < -EXACT and np.isfinite(one.plan):
            groups.setdefault(one.gauge, []).append(one)
    for gauge, late in sorted(groups.items()):
        worst = min(late, key=lambda one: (one.margin, one.zone))
        names = case.zone_ids([one.zone for one in sorted(late, key=lambda one: (one.margin, one.zone))])
        many = said(lambda lang, names=names: some(names, lang))  # type: ignore[misc]
        id_ = case.world.zones.ids[worst.zone]
        severity: Severity = "major" if np.isfinite(worst.latest) and worst.latest >= 0 else "blocker"
        at = _moment(workings, worst)
        yield Shortcoming(
            "E11",
            "when",
            severity,
            CLAUSE,
            Text(
                f"the trigger comes too late for {len(names)} zones ({many.en}); worst {id_},"
                f" {BINDING[worst.binding].en} presses: {at.en}, the plan's comes {time(-worst.margin).en} later",
                f"{len(names)} 个转移单元触发过晚（{many.zh}）；最差为 {id_}，受{BINDING[worst.binding].zh}控制："
                f"{at.zh}，预案触发晚了{time(-worst.margin).zh}",
            ),
            _remedy(late, gauge),
            case.loc(worst.zone),
            names,
            {
                "zones": len(names),
                "latest_s": worst.latest,
                "plan_s": worst.plan,
                "margin_s": worst.margin,
                "stage_m": worst.stage,
            },
        )


BINDING = {
    "deadline": Text("the deadline", "转移时限"),
    "water": Text("the water at the homes", "洪水进村"),
    "exit": Text("the last open road", "道路中断"),
    "none": Text("nothing", "无"),
}
"""What presses."""


def _moment(workings: Workings, one: Latest) -> Text:
    if not np.isfinite(one.latest):
        return Text("no trigger is early enough", "无论何时触发都来不及")
    at = clock(workings.case.scenario.start, one.latest)
    if np.isnan(one.stage):
        return Text(f"latest {at.en}", f"最晚{at.zh}触发")
    return Text(
        f"latest {at.en} ({one.gauge} {one.stage:.2f} m)",
        f"最晚{at.zh}触发（{one.gauge} {one.stage:.2f} 米）",
    )


def _remedy(late: list[Latest], gauge: str) -> Text:
    """Return what the trigger of some zones should be: the lowest of their latest stages."""
    stages = [one.stage for one in late if np.isfinite(one.stage)]
    if gauge and stages:
        lowest = np.floor(100 * min(stages)) / 100
        return Text(
            f"trigger these zones at {lowest:.2f} m of {gauge} or sooner, or shorten the chain",
            f"这些单元的触发水位降至 {gauge} {lowest:.2f} 米以下，或压缩链路用时",
        )
    return Text("trigger these zones sooner, or shorten the chain", "提前触发，或压缩链路用时")
