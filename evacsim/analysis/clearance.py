"""How fast the district empties: evacuation curves, clearance times, deadlines.

The clearance time (清空时间, 疏散完成时间) of a share is the time by which this share of all
who had to go is out. NUREG/CR-7002 asks for 90 % and 100 % (seen). Whoever refuses counts as
not out, so 100 % is reached only if everybody goes.
"""

import numpy as np
import pandas as pd

from evacsim.analysis.people import (
    OUT,
    Floats,
    had_to_go,
    out_times,
    people_of,
    refused,
    times,
    weighted_quantile,
)
from evacsim.results.record import RunRecord

SHARES = (0.5, 0.9, 0.95, 1.0)
"""Shares whose clearance times are reported."""

CURVES = ("ordered", "told", "departed", "safe", "wet")
"""Columns of an evacuation curve that are drawn."""


def evacuation_curve(record: RunRecord, at: Floats) -> pd.DataFrame:
    """Return people by time: `time_s, ordered, told, departed, out, safe, wet`.

    The first three and `out` - out for good - count those who had to go and only rise. `safe`
    counts who is out at that time and falls where water enters a shelter; `wet` counts all
    people whose home has water.

    Parameters
    ----------
    at : ndarray of float64, shape (n,)
        Times after the start [s].
    """
    ledger = record.ledger
    people, go = people_of(ledger), had_to_go(ledger)
    moved = people * go
    columns = {
        "ordered": (times(ledger, "ordered_s"), moved),
        "told": (times(ledger, "told_s"), moved),
        "departed": (times(ledger, "departed_s"), moved),
        "out": (out_times(ledger), moved),
        "wet": (times(ledger, "water_s"), people),
    }
    curve = pd.DataFrame({"time_s": at, **{name: reached(*column, at) for name, column in columns.items()}})
    return curve.assign(safe=people_in(record, OUT, at))


def people_in(record: RunRecord, states: tuple[str, ...], at: Floats) -> np.ndarray:
    """Return how many people are in any of `states` at each time; int64, shape (n,)."""
    table = record.tables["states"]
    total = np.zeros(len(at), dtype=np.int64)
    for state in states:
        steps = table[table["state"] == state].sort_values("time_s", kind="stable")
        row = np.searchsorted(steps["time_s"].to_numpy(np.float64), at, side="right")
        total += np.append(0, steps["people"].to_numpy(np.int64))[row]
    return total


def reached(when: Floats, people: np.ndarray, at: Floats) -> np.ndarray:
    """Return how many people have `when` behind them at each time; nan in `when` is never."""
    known = ~np.isnan(when)
    order = np.argsort(when[known], kind="stable")
    total = np.concatenate([[0], np.cumsum(people[known][order])])
    return np.asarray(total[np.searchsorted(when[known][order], at, side="right")])


def first_order(record: RunRecord) -> float:
    """Return when the first zone is ordered to go [s]; nan where none is."""
    ordered = times(record.ledger, "ordered_s")
    return float(np.nanmin(ordered)) if np.isfinite(ordered).any() else np.nan


def clearance_times(record: RunRecord) -> dict[float, float]:
    """Return for each of `SHARES` when this share of all who had to go is out [s after the start].

    Infinite where the share is never reached, nan where nobody had to go.
    """
    ledger = record.ledger
    go = had_to_go(ledger)
    return clearance_of(out_times(ledger)[go], people_of(ledger)[go])


def clearance_of(out: Floats, people: np.ndarray) -> dict[float, float]:
    """Return the clearance times of one group of households."""
    never = np.where(np.isnan(out), np.inf, out)
    return {share: weighted_quantile(never, people, share) for share in SHARES}


def group_clearance(record: RunRecord, by: str) -> pd.DataFrame:
    """Return clearance by a column of the ledger: `zone`, `township` or `mode`.

    One row for each group in which somebody had to go: `people` who had to, `out` of them,
    `ordered_s` and `last_out_s`, `water_s` (first water at a home), and `clearance_50_s` to
    `clearance_100_s`.
    """
    ledger = record.ledger[had_to_go(record.ledger)]
    ledger = ledger.assign(out_s=out_times(ledger))
    rows = []
    for group, homes in ledger.groupby(by, sort=False):
        out, people = times(homes, "out_s"), people_of(homes)
        cleared = clearance_of(out, people)
        rows.append(
            {
                by: group,
                "people": int(people.sum()),
                "out": int(people[~np.isnan(out)].sum()),
                "ordered_s": homes["ordered_s"].min(),
                "last_out_s": homes["out_s"].max(),
                "water_s": homes["water_s"].min(),
                **{f"clearance_{round(100 * share)}_s": cleared[share] for share in SHARES},
            }
        )
    columns = [by, "people", "out", "ordered_s", "last_out_s", "water_s"]
    columns += [f"clearance_{round(100 * share)}_s" for share in SHARES]
    return pd.DataFrame(rows, columns=columns)


def deadlines(record: RunRecord) -> pd.DataFrame:
    """Return zones that have a deadline: `zone, deadline_s, people, refused, out_in_time, met`.

    A zone meets its deadline when everybody who had to go and did not refuse is out by then.
    """
    limits = record.tables["zones"].set_index("zone")["deadline_s"].dropna()
    chosen = had_to_go(record.ledger) & record.ledger["zone"].isin(limits.index).to_numpy()
    ledger = record.ledger[chosen]
    in_time = out_times(ledger) <= ledger["zone"].map(limits).to_numpy(dtype=np.float64)
    people = people_of(ledger)
    table = pd.DataFrame(
        {
            "zone": ledger["zone"],
            "people": people,
            "refused": people * refused(record)[chosen],
            "out_in_time": people * in_time,
        }
    )
    table = table.groupby("zone", sort=False).sum().reset_index()
    table.insert(1, "deadline_s", table["zone"].map(limits).astype(np.float64))
    return table.assign(met=table["people"] - table["refused"] == table["out_in_time"])
