"""The latest safe order (最晚安全下令时间) of each zone: until when it may go out and still gets people out in time.

All zones are ordered at the median moment of the plan's own orders, moved by a grid of shifts, under the same luck at
each shift. In a run a zone is *out in time* where a given share of its people - of those who had to go and did not
refuse - is out before water stands at their homes. The order is safe at a shift where that happens with a given
probability. The later the order, the worse; so the shares over the grid are made to fall (isotonic regression), and the
latest safe shift is the last at which they reach the target. How sure that is, the intervals of single shifts say:
surely safe up to the last shift before any at which the lower end falls short, surely too late from the first on at
which the upper end does.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from evacsim.ensemble.belonging import belonging
from evacsim.ensemble.finding import Runs
from evacsim.errors import Issue, ScenarioError
from evacsim.language import Language, Text
from evacsim.plan.latest_told import told
from evacsim.plan.lever import Lever, Situation
from evacsim.plan.ordering import (
    IN_TIME,
    PEOPLE,
    REFUSED,
    moved,
    of_zone,
    order_moments,
    ordered_at,
    row_moments,
)
from evacsim.plan.trials import Trials
from evacsim.results.plain import plain_rows
from evacsim.results.writing import write_csv, write_json, write_text
from evacsim.scenario.matching import transfers_by_zone
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world
from evacsim.world.columns import StageSeries, World

SHIFTS = tuple(hours * 3600.0 for hours in (-6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6))
"""Shifts of all orders that are tried if none are given [s]."""
AS_IS = ""
"""Stands for the plan as it is where levers are compared."""


@dataclass(frozen=True)
class Asked:
    """What *safe* means."""

    shifts: Sequence[float] = SHIFTS
    """Shifts of all orders that are tried, rising [s]."""
    people: float = 0.95
    """Share of a zone's people that must be out before the water (assumed)."""
    probability: float = 0.9
    """Probability with which it must be (assumed)."""


@dataclass(frozen=True)
class LatestOrders:
    """The latest safe order of each zone."""

    world: World
    """The plan's own."""
    asked: Asked
    seed: int
    n_runs: int
    """Runs at each shift."""
    level: float
    table: pd.DataFrame
    """`lever, zone, name, people, order_s, latest_s, safe_s, late_s, margin_s, margin_low_s, margin_high_s, share,
    gauge, stage`: a row for each zone with an order, and again with each lever. `order_s` is the median of the plan's
    own orders, `latest_s` the latest safe one, -inf where none of the grid is and inf where all are; it lies surely
    after `safe_s` and surely before `late_s`. Margins are from the plan's own order, negative where it is too late.
    `share` is how often the plan's own order is in time, `stage` what the gauge of the zone shows at `latest_s`."""
    left_out: Sequence[tuple[str, Text]]
    """Levers that do not apply, and why."""
    curves: pd.DataFrame
    """`lever, zone, shift_s, order_s, share, low, high, falling`: how often each zone is out in time at each shift."""

    @property
    def scenario(self) -> Scenario:
        """The plan as it is."""
        return self.world.scenario

    def told(self, lang: Language = "zh") -> str:
        """Return a line for each zone, the tightest first."""
        return told(self, lang)

    def save(self, folder: str | Path) -> Path:
        """Write `latest.json`, `latest.csv`, `curves.csv` and the text in both languages; return the folder."""
        folder = Path(folder)
        for name, table in (("latest", self.table), ("curves", self.curves)):
            write_csv(folder / f"{name}.csv", table)
        for lang in ("zh", "en"):
            write_text(folder / f"latest.{lang}.txt", self.told(lang) + "\n")
        summary = {
            "scenario": self.scenario.id,
            "of": belonging(self.world),
            "seed": self.seed,
            "runs": self.n_runs,
            "shifts_s": list(self.asked.shifts),
            "people": self.asked.people,
            "probability": self.asked.probability,
            "level": self.level,
            "zones": plain_rows(self.table),
        }
        write_json(folder / "latest.json", summary)
        return folder

    def __str__(self) -> str:
        return self.told("en")


def latest_orders(
    scenario: Scenario,
    asked: Asked,
    trials: Trials,
    levers: Sequence[Lever] = (),
    progress: Callable[[int, int], None] | None = None,
) -> LatestOrders:
    """Return the latest safe order of each zone, as the plan is and with each of some levers.

    Parameters
    ----------
    scenario : Scenario
    asked : Asked
    trials : Trials
        What is not known; how many runs are made at each shift, and where.
    levers : sequence of Lever
        Each is tried with the same orders at the same moments, so what moves is how long the plan takes from there on.
    progress : callable, optional
        Told how many variants are done, of how many.

    Raises
    ------
    EvacsimError
        If the scenario, the design, the shifts or the folder do not allow it.
    """
    _check(asked)
    variants, left_out = _with_levers(scenario, levers)
    n_planned, n_done = 1 + len(variants) * len(asked.shifts), 0

    def run(name: str, variant: Scenario) -> Runs:
        nonlocal n_done
        runs = trials.of(name, variant)
        n_done += 1
        if progress is not None:
            progress(n_done, n_planned)
        return runs

    base = run("base", scenario)
    own = order_moments(base)
    by_row = row_moments(scenario, own)
    world = build_world(scenario)
    gauges = _gauges_of_zones(world)
    rows, curves = [], []
    for lever, variant in variants:
        at_shift = {
            shift: run(f"{lever or 'as-it-is'}/{shift:+.0f}s", ordered_at(variant, by_row, shift))
            for shift in asked.shifts
        }
        for zone, row in transfers_by_zone(scenario).items():
            if math.isinf(by_row[row.zone]):
                continue
            orders = [moved(scenario, by_row[row.zone], shift) for shift in asked.shifts]
            curve = _curve(at_shift, zone, orders, asked)
            curves.append(curve.assign(lever=lever, zone=zone))
            rows.append({"lever": lever, **_latest(curve, zone, base, own, asked, gauges.get(zone))})
    names = {zone.id: zone.name for zone in scenario.district.zones}
    table = pd.DataFrame(rows, columns=None if rows else ["lever", "zone"])
    table.insert(2, "name", table["zone"].map(names).fillna("") if rows else [])
    columns = ["lever", "zone", "shift_s", "order_s", "share", "low", "high", "falling"]
    return LatestOrders(
        world=world,
        asked=asked,
        seed=trials.seed,
        n_runs=len(base.lines),
        level=trials.design.level,
        table=table,
        left_out=left_out,
        curves=pd.concat(curves, ignore_index=True)[columns] if curves else pd.DataFrame(columns=columns),
    )


def _check(asked: Asked) -> None:
    shifts = list(asked.shifts)
    wrong = []
    if not shifts or sorted(set(shifts)) != shifts or not np.isfinite(shifts).all():
        rule = Text("must rise", "须依次增大")
        wrong.append(("shifts", rule, Text("write -2 h, -1 h, 0 h, 1 h", "写 -2 h、-1 h、0 h、1 h")))
    for name in ("people", "probability"):
        if not 0 < getattr(asked, name) <= 1:
            rule = Text("must be a share above 0, up to 1", "须为大于 0、至多 1 的比例")
            wrong.append((name, rule, Text("write 0.9", "写 0.9")))
    if wrong:
        raise ScenarioError("latest", [Issue("latest", rule, remedy, place) for place, rule, remedy in wrong])


def _with_levers(
    scenario: Scenario, levers: Sequence[Lever]
) -> tuple[list[tuple[str, Scenario]], list[tuple[str, Text]]]:
    """Return the scenario as it is and with each lever that applies, and why the others do not."""
    found, left_out = [(AS_IS, scenario)], []
    for lever in levers:
        proposal = lever.on(Situation(scenario))
        if isinstance(proposal, Text):
            left_out.append((lever.id, proposal))
        else:
            found.append((lever.id, scenario.change(proposal.changes)))
    return found, left_out


def _curve(at_shift: Mapping[float, Runs], zone: str, orders: Sequence[float], asked: Asked) -> pd.DataFrame:
    """Return how often a zone is out in time at each shift, with intervals, and made to fall.

    An order goes out within the scenario: of the shifts that would lead beyond its ends, one stands for all.
    """
    rows = []
    for (shift, runs), order in zip(at_shift.items(), orders, strict=True):
        kept, said = in_time(runs, zone, asked.people)
        shares = runs.shares(kept, said)
        interval = runs.interval(shares)
        share = float(shares.mean()) if len(shares) else math.nan
        rows.append((shift, order, share, interval.low, interval.high))
    found = pd.DataFrame(rows, columns=["shift_s", "order_s", "share", "low", "high"])
    found = found.drop_duplicates("order_s", keep="last", ignore_index=True)
    shares_ = found["share"].to_numpy(np.float64)
    if np.isnan(shares_).any():
        return found.assign(falling=math.nan)
    return found.assign(falling=np.asarray(isotonic_regression(shares_, increasing=False).x))


def in_time(runs: Runs, zone: str, people: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return in which runs a zone is out in time, and of which that can be said: somebody had to go and did not refuse.

    Parameters
    ----------
    people : float
        Share of those who had to go and did not refuse that must be out before the water.
    """
    found = of_zone(runs, zone)
    asked = found[:, PEOPLE] - found[:, REFUSED]
    # People are whole: a share that rounding puts a hair above what there is must not be missed by it.
    return found[:, IN_TIME] >= people * asked - 1e-9, asked > 0


def _latest(
    curve: pd.DataFrame,
    zone: str,
    base: Runs,
    own: Mapping[str, float],
    asked: Asked,
    gauge: StageSeries | None,
) -> dict[str, Any]:
    """Return the latest safe order of a zone by its curve."""
    order, target = curve["order_s"].to_numpy(np.float64), asked.probability
    is_safe = curve["falling"].to_numpy(np.float64) >= target - 1e-12
    never, always = -math.inf, math.inf
    latest = order[is_safe][-1] if is_safe.any() else never
    if is_safe.all() and not curve["falling"].isna().any():
        latest = always
    unsure = np.flatnonzero(~(curve["low"].to_numpy(np.float64) >= target))
    first_unsure = int(unsure[0]) if len(unsure) else len(order)
    safe = order[first_unsure - 1] if first_unsure > 0 else never
    late = np.flatnonzero(curve["high"].to_numpy(np.float64) < target)
    too_late = order[late[0]] if len(late) else always
    kept, said = in_time(base, zone, asked.people)
    shares = base.shares(kept, said)
    mine = own[zone]
    stage = math.nan
    if gauge is not None and math.isfinite(latest):
        stage = float(np.interp(latest, gauge.times, gauge.stages))
    return {
        "zone": zone,
        "people": float(np.mean(of_zone(base, zone)[:, PEOPLE])),
        "order_s": mine,
        "latest_s": latest,
        "safe_s": safe,
        "late_s": too_late,
        "margin_s": latest - mine if math.isfinite(mine) else math.nan,
        "margin_low_s": safe - mine if math.isfinite(mine) else math.nan,
        "margin_high_s": too_late - mine if math.isfinite(mine) else math.nan,
        "share": float(shares.mean()) if len(shares) else math.nan,
        "gauge": "" if gauge is None else gauge.id,
        "stage": stage,
    }


def _gauges_of_zones(world: World) -> dict[str, StageSeries]:
    """Return the gauge by which each zone is ordered: of its own trigger, else of its rules or of the only gauge."""
    gauges, scenario = world.gauges, world.scenario
    rules = {rule.id: rule.gauge for rule in scenario.plan.when.rules if rule.gauge is not None}
    only = next(iter(gauges)) if len(gauges) == 1 else None
    found = {}
    for zone, row in transfers_by_zone(scenario).items():
        named = row.trigger_gauge or next((rules[id_] for id_ in row.rules if id_ in rules), only)
        if named is not None:
            found[zone] = gauges[named]
    return found
