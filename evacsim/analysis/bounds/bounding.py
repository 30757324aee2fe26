"""All bounds of a run as a table: `bounds(record, world)`."""

from typing import get_args

import numpy as np
import pandas as pd

from evacsim.analysis.bounds.fetching import fetching
from evacsim.analysis.bounds.transfer import Orders, Transfer
from evacsim.analysis.clearance import SHARES, first_order
from evacsim.results.columns import table
from evacsim.results.record import TABLES, RunRecord
from evacsim.world.columns import World

RESCUED = (0.5, 0.9)
"""Shares whose rescue times are bounded."""


def bounds(record: RunRecord, world: World) -> pd.DataFrame:
    """Return the bound of every clearance time and rescue time; columns as `bounds` in `results.record.TABLES`.

    Parameters
    ----------
    record : RunRecord
        A run.
    world : World
        The world that it was a run of.
    """
    rows = []
    start = first_order(record)
    if np.isfinite(start):
        transfer = Transfer(record, world)
        limits = {orders: transfer.clearing(orders) for orders in get_args(Orders)}
        at_once, as_given = limits.values()
        # Where all were ordered to go at once there is nothing to be found twice.
        if as_given.is_same(at_once):
            limits["as_given"] = at_once
        for orders, clearing in limits.items():
            for share in SHARES:
                found = clearing.bound(share)
                name = f"clearance_time_{round(100 * share)}"
                rows.append((name, orders, max(found.time - start, 0.0), found.reason))
    rescue = fetching(record, world)
    if rescue is not None:
        for share in RESCUED:
            found = rescue.bound(share)
            rows.append((f"safe_time_{round(100 * share)}", "", found.time, found.reason))
    frame = pd.DataFrame(rows, columns=["indicator", "orders", "bound_s", "reason"])
    return table(frame[frame["bound_s"].notna()], TABLES["bounds"])
