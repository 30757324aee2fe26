"""From what happens to the order: lags, false and missed orders, measures carried out or not (预警与响应)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evacsim.analysis.commanding import zones_acknowledged
from evacsim.analysis.people import Bools, Floats
from evacsim.results.record import RunRecord
from evacsim.terms import ROOT_KINDS

FALSE_ROOT = "reported"
"""A report that nothing in the world brought about."""


@dataclass(frozen=True, slots=True)
class Response:
    """How a run went from what happened to orders and measures; times in seconds, nan where there is none."""

    lag: float
    """Mean time from the first thing in the world behind the order of a zone until somebody acts on the order there."""
    decision_lag: float
    """The same until the order."""
    report_delay: float
    """Mean time from a true crossing until the report of it."""
    consultation: float
    """Half of the consultations take no longer from being called until they are over."""
    false_orders: int
    """Zones that were ordered to go and stayed dry."""
    missed_orders: int
    """Zones of the plan that got water without, or before, an order."""
    measures_ordered: int
    measures_in_time: int
    """Carried out, within the time that the plan gives them."""
    measures_skipped: int
    breaker_exposures: int
    """People still on the roads and in the zones of automatic stops when these acted."""


def response(record: RunRecord) -> Response:
    """Return how a run went from what happened to orders and measures."""
    zones, measures, events = (
        record.tables["zones"],
        record.tables["measures"],
        record.events,
    )
    ordered, water = (zones[column].to_numpy(dtype=np.float64) for column in ("ordered_s", "water_s"))
    in_plan = zones["in_plan"].to_numpy(dtype=bool)
    done = (measures["result"] == "done").to_numpy()
    stops = (measures["level"] == 0).to_numpy() & measures["done_s"].notna().to_numpy()
    return Response(
        lag=_mean(_acted_lags(record)),
        decision_lag=_mean(response_lags(record)["lag_s"].to_numpy(dtype=np.float64)),
        report_delay=_mean(_since_cause(events, "reported")),
        consultation=_median(_consultations(events)),
        false_orders=int((~np.isnan(ordered) & np.isnan(water)).sum()),
        missed_orders=int(_is_missed(in_plan, ordered, water).sum()),
        measures_ordered=len(measures),
        measures_in_time=int(done.sum()),
        measures_skipped=int((measures["result"] == "skipped").sum()),
        breaker_exposures=int(measures["exposed"].to_numpy()[stops].sum()),
    )


def response_lags(record: RunRecord) -> pd.DataFrame:
    """Return `zone, ordered_s, root, root_s, lag_s` for each zone that was ordered, in order of time.

    The root is the first event of the chain of causes; a lag is nan where that is a report that
    the truth does not bear out.
    """
    found = _roots(record.events, "decided")
    is_true = found["root"].isin(ROOT_KINDS - {FALSE_ROOT})
    return pd.DataFrame(
        {
            "zone": found["subject"].str.removeprefix("zone/"),
            "ordered_s": found["time_s"],
            "root": found["root"],
            "root_s": found["root_s"],
            "lag_s": (found["time_s"] - found["root_s"]).where(is_true),
        }
    )


def _acted_lags(record: RunRecord) -> Floats:
    """Return the lag of each zone until its office has the order, or without offices the first household is told [s].

    A zone that is ordered again counts with its first order; nan where nobody there ever had it.
    """
    first = response_lags(record).drop_duplicates("zone").set_index("zone")
    acknowledged = zones_acknowledged(record).set_index("zone")["acknowledged_s"]
    told = record.ledger.groupby("zone", sort=False)["told_s"].min()
    acted = first.index.to_series().map(acknowledged).fillna(first.index.to_series().map(told))
    lag = (acted - first["root_s"]).where(first["lag_s"].notna())
    return np.asarray(lag.to_numpy(dtype=np.float64))


def level_lags(record: RunRecord) -> pd.DataFrame:
    """Return `office, level, raised_s, true_s, lag_s` for each time a response level was raised.

    `true_s` is when the first event of its chain of causes happened; nan where that is a false report.
    """
    found = _roots(record.events, "level_raised")
    true = found["root_s"].where(found["root"] != FALSE_ROOT)
    return pd.DataFrame(
        {
            "office": found["subject"].str.removeprefix("office/"),
            "level": found["value"].astype(np.int64),
            "raised_s": found["time_s"],
            "true_s": true,
            "lag_s": found["time_s"] - true,
        }
    )


def _roots(events: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the events of a kind with kind and time [s] of the first event of their chains as `root` and `root_s`."""
    cause = events["cause"].fillna(0).to_numpy(dtype=np.int64)
    rows = np.flatnonzero((events["kind"] == kind).to_numpy())
    roots = rows.copy()
    while (above := cause[roots]).any():
        roots = np.where(above > 0, above - 1, roots)
    found = events.iloc[rows].reset_index(drop=True)
    return found.assign(
        root=events["kind"].to_numpy(dtype=object)[roots],
        root_s=events["time_s"].to_numpy(dtype=np.float64)[roots],
    )


def _is_missed(in_plan: Bools, ordered: Floats, water: Floats) -> Bools:
    return in_plan & ~np.isnan(water) & ~(ordered < water)


def _since_cause(events: pd.DataFrame, kind: str) -> Floats:
    """Return the time from its cause to each event of a kind that has one [s]."""
    found = events[(events["kind"] == kind) & events["cause"].notna()]
    time = events["time_s"].to_numpy(dtype=np.float64)
    cause = found["cause"].to_numpy(dtype=np.int64)
    return np.asarray(found["time_s"].to_numpy(dtype=np.float64) - time[cause - 1])


def _consultations(events: pd.DataFrame) -> Floats:
    """Return how long each consultation took from being called until it was over [s]."""
    over = events[events["kind"] == "consultation_over"]
    cause = events["cause"].fillna(0).to_numpy(dtype=np.int64)
    time = events["time_s"].to_numpy(dtype=np.float64)
    called = cause[over["cause"].to_numpy(dtype=np.int64) - 1]
    return np.asarray(over["time_s"].to_numpy(dtype=np.float64) - time[called - 1])


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else np.nan


def _median(values: Floats) -> float:
    return float(np.median(values)) if values.size else np.nan
