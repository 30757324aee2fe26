"""Which stage should move a zone: the outcome of every threshold in every flood, and a recommendation (阈值合理性).

Runs of one district through several floods tell when a gauge crosses each threshold, when water
comes to each zone, and how long each zone takes from its trigger until it is empty. Had the
threshold been the trigger, the zone would have gone

* on time - the crossing comes at least as long before the water as the zone takes;
* late - the crossing comes, but too late for that;
* missed - water comes and the threshold is never crossed before it;
* false - the threshold is crossed and no water comes (空转);
* quiet - neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evacsim.analysis.people import Floats, had_to_go, out_times, people_of, refused, times, weighted_quantile
from evacsim.analysis.responding import response_lags
from evacsim.errors import Issue, ResultsError
from evacsim.language import Language, Text
from evacsim.results.record import RunRecord

OUTCOMES = ("on_time", "late", "missed", "false_alarm", "quiet")
EMPTY_SHARE = 0.95
"""Share of those who go at all after whose leaving a zone counts as empty (assumed)."""
COST_LATE, COST_FALSE = 10.0, 1.0
"""What a transfer that comes too late, or not at all, weighs against a false alarm (assumed)."""
N_CANDIDATES = 20
"""Steps from the lowest stage of all floods to the highest, where no thresholds are named."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What every threshold would have led to."""

    gauge: str
    outcomes: pd.DataFrame
    """`zone, threshold, on_time, late, missed, false_alarm, quiet, lead_s, needed_s`: floods by outcome, the shortest
    time from the crossing to the water [s], and the time that the zone takes [s]."""
    recommended: pd.DataFrame
    """The same columns for the threshold of least cost of each zone, its `cost`, and the range `from_m, to_m` of
    equally good ones around it."""
    unknown: tuple[str, ...]
    """Zones of which no run tells how long they take: no threshold can be judged."""

    def told(self, lang: Language) -> str:
        """Return the recommendation as plain text, a line for each zone."""
        if lang == "zh":
            lines = [f"测站 {self.gauge} 的建议转移水位："]
            row = "  {zone}：{threshold:.2f} m（及时 {on_time}，偏晚 {late}，漏转 {missed}，空转 {false_alarm}）"
            rest = "无法判断（没有任何一次推演转移完毕）："
        else:
            lines = [f"recommended stages at gauge {self.gauge}:"]
            row = "  {zone}: {threshold:.2f} m (on time {on_time}, late {late}, missed {missed}, false {false_alarm})"
            rest = "cannot be judged (no run empties them): "
        lines += [row.format_map(one) for one in self.recommended.to_dict(orient="records")]
        return "\n".join([*lines, rest + ", ".join(self.unknown)] if self.unknown else lines)


def thresholds(
    records: Sequence[RunRecord],
    *,
    gauge: str,
    candidates: ArrayLike | None = None,
    needed: Mapping[str, float] | None = None,
    cost_late: float = COST_LATE,
    cost_false: float = COST_FALSE,
) -> Sweep:
    """Return what thresholds at a gauge would have led to in several floods, and the one to choose for each zone.

    Parameters
    ----------
    records : sequence of RunRecord
        Runs of one district, each through another flood.
    gauge : str
        Id of the gauge.
    candidates : array_like, optional
        Thresholds [m]; evenly spread over all stages of all floods, and one above them, if absent.
    needed : mapping of str to float, optional
        Time that a zone takes from the crossing until it is empty [s]; what the runs say where absent.
    cost_late, cost_false : float
        What a transfer that is late or missed, and one that is false, weigh.

    Raises
    ------
    ResultsError
        If there is no run, or one of them does not know the gauge.
    """
    series = [_stages(record, gauge) for record in records]
    if not records:
        rule = Text("there are no runs to learn from", "没有可供分析的推演")
        raise ResultsError(
            gauge, [Issue("runs", rule, Text("name one for each flood", "每场洪水给出一次推演"))]
        )
    if candidates is None:
        lowest, highest = min(stages.min() for _, stages in series), max(stages.max() for _, stages in series)
        # Not the lowest stage of all, which has always been reached; and one that no flood reaches.
        candidates = lowest + (highest - lowest) / N_CANDIDATES * np.arange(1, N_CANDIDATES + 2)
    levels = np.unique(np.asarray(candidates, dtype=np.float64))
    zones = records[0].tables["zones"]
    ids = zones.loc[zones["in_plan"].to_numpy(dtype=bool), "zone"].tolist()
    takes = {**_needed(records), **(needed or {})}
    unknown = tuple(zone for zone in ids if np.isnan(takes.get(zone, np.nan)))
    known = [str(zone) for zone in ids if zone not in unknown]
    water = np.array([_water(record, known) for record in records]).reshape(len(records), len(known))
    crossing = np.array([[_first(one, level) for level in levels] for one in series])
    rows = []
    for column, zone in enumerate(known):
        for number, level in enumerate(levels.tolist()):
            counts, lead = _judged(crossing[:, number], water[:, column], takes[zone])
            rows.append((zone, level, *counts, lead, takes[zone]))
    outcomes = pd.DataFrame(rows, columns=["zone", "threshold", *OUTCOMES, "lead_s", "needed_s"])
    best = recommended(outcomes, cost_late=cost_late, cost_false=cost_false)
    return Sweep(gauge, outcomes, best, unknown)


def recommended(
    outcomes: pd.DataFrame, *, cost_late: float = COST_LATE, cost_false: float = COST_FALSE
) -> pd.DataFrame:
    """Return the row of least cost for each zone; of equal ones the middle of the longest unbroken range.

    The middle keeps most distance from being late on one side and from false alarms on the other; of two it is the
    lower one, which leaves more time. The ends of that range are `from_m` and `to_m`.
    """
    cost = cost_late * (outcomes["late"] + outcomes["missed"]) + cost_false * outcomes["false_alarm"]
    rows = []
    for _, frame in outcomes.assign(cost=cost).groupby("zone", sort=False):
        zone = frame.sort_values("threshold", ignore_index=True)
        is_best = (zone["cost"] == zone["cost"].min()).to_numpy()
        edges = np.flatnonzero(np.diff(is_best, prepend=False, append=False)).reshape(-1, 2)
        first, after = edges[np.argmax(edges[:, 1] - edges[:, 0])].tolist()
        limits = zone["threshold"].iloc[[first, after - 1]].to_numpy()
        chosen = zone.iloc[[(first + after - 1) // 2]]
        rows.append(chosen.assign(from_m=limits[0], to_m=limits[1]))
    columns = [*outcomes.columns, "cost", "from_m", "to_m"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def needed_times(record: RunRecord) -> dict[str, float]:
    """Return how long each zone takes until it is empty [s]; nan where the run does not empty it.

    The time counts from what truly happened and led to its order, from its trigger where that was a false report.
    Empty is a zone once `EMPTY_SHARE` of those who had to go and did not refuse are out.
    """
    ledger = record.ledger
    goes = had_to_go(ledger) & ~refused(record)
    zone, people = ledger["zone"].to_numpy(dtype=object), people_of(ledger)
    lags = response_lags(record).drop_duplicates("zone").set_index("zone")
    happened = lags["root_s"].where(lags["lag_s"].notna()).reindex(zone).to_numpy(dtype=np.float64)
    took = out_times(ledger) - np.fmin(happened, times(ledger, "triggered_s"))
    took = np.where(np.isnan(took), np.inf, took)
    found = {}
    for name in pd.unique(zone[goes]):
        rows = goes & (zone == name)
        time = weighted_quantile(took[rows], people[rows], EMPTY_SHARE)
        found[str(name)] = time if np.isfinite(time) else np.nan
    return found


def _needed(records: Sequence[RunRecord]) -> dict[str, float]:
    """Return the longest time that each zone takes in any run that empties it [s]."""
    longest: dict[str, float] = {}
    for record in records:
        for zone, time in needed_times(record).items():
            longest[zone] = float(np.fmax(longest.get(zone, np.nan), time))
    return longest


def _judged(crossing: Floats, water: Floats, needed: float) -> tuple[tuple[int, ...], float]:
    """Return the number of floods by outcome, and the shortest time from a crossing to the water [s]."""
    crossed, wet = np.isfinite(crossing), np.isfinite(water)
    warned = crossed & wet & (crossing < water)
    lead = np.where(warned, water - np.where(warned, crossing, 0.0), np.nan)
    on_time = warned & (lead >= needed)
    counts = (on_time, warned & ~on_time, wet & ~warned, crossed & ~wet, ~crossed & ~wet)
    shortest = float(np.nanmin(lead)) if warned.any() else np.nan
    return tuple(int(count.sum()) for count in counts), shortest


def _stages(record: RunRecord, gauge: str) -> tuple[Floats, Floats]:
    table = record.tables["gauges"]
    rows = table[table["gauge"] == gauge]
    if rows.empty:
        rule = Text("knows no such gauge", "没有这个水文站")
        known = ", ".join(sorted(set(table["gauge"])))
        remedy = (
            Text(f"name one of its gauges: {known}", f"写其中之一：{known}")
            if known
            else Text("run a scenario whose hazard has gauges", "用设有水文站的情景推演")
        )
        raise ResultsError(record.scenario_id, [Issue("gauges", rule, remedy, value=gauge)])
    return rows["time_s"].to_numpy(dtype=np.float64), rows["stage_m"].to_numpy(dtype=np.float64)


def _first(series: tuple[Floats, Floats], level: float) -> float:
    """Return when a stage is first reached, straight between the readings [s]; inf for never."""
    times_, stages = series
    above = np.flatnonzero(stages >= level)
    if not above.size:
        return np.inf
    k = int(above[0])
    return float(times_[0] if k == 0 else np.interp(level, stages[k - 1 : k + 1], times_[k - 1 : k + 1]))


def _water(record: RunRecord, zones: list[str]) -> Floats:
    """Return when water first comes to each zone [s]; inf for never."""
    first = record.tables["zones"].set_index("zone")["water_s"].reindex(zones).to_numpy(dtype=np.float64)
    return np.where(np.isnan(first), np.inf, first)
