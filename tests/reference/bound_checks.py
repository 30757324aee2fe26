"""What the bounds of a run must not say of that run: that somebody was out sooner than anybody can be."""

from typing import get_args

import numpy as np

from evacsim.analysis import rescuing
from evacsim.analysis.bounds.bounding import bounds
from evacsim.analysis.bounds.fetching import fetching
from evacsim.analysis.bounds.households_out import ALONE, BUS, CAR, WALK
from evacsim.analysis.bounds.transfer import Orders, Transfer
from evacsim.analysis.clearance import clearance_times, first_order
from evacsim.analysis.people import had_to_go, out_times
from evacsim.results.record import RunRecord
from evacsim.world.columns import World

TINY = 1e-6


def broken_bounds(record: RunRecord, world: World) -> list[str]:
    """Return what the run beats of its bounds, household by household and sum by sum."""
    broken = []
    if np.isfinite(first_order(record)):
        transfer = Transfer(record, world)
        for orders in get_args(Orders):
            broken += [f"{orders}: {what}" for what in _beaten(transfer, orders)]
    broken += _fetched_sooner(record, world)
    start, real = first_order(record), clearance_times(record)
    for row in bounds(record, world).to_dict("records"):
        name, _, percent = row["indicator"].rpartition("_")
        share = int(percent) / 100
        took = (
            real[share] - start if name == "clearance_time" else rescuing.time_to_safety(record, share=share)
        )
        if took < row["bound_s"] - TINY:
            broken.append(f"{row['indicator']} {took} beats {row['bound_s']} ({row['orders']})")
    return broken


def _beaten(transfer: Transfer, orders: Orders) -> list[str]:
    limits, homes, record = transfer.clearing(orders), transfer.homes, transfer.record
    out = out_times(record.ledger)[had_to_go(record.ledger)]
    out = np.where(np.isnan(out), np.inf, out)
    broken = []
    by_road = [how for how in (WALK, CAR) if (homes.how == how).any()]
    groups = [
        (ALONE, limits.alone, None),
        *zip(by_road, [f.soonest for f in limits.flows], limits.flows, strict=True),
    ]
    if limits.buses is not None:
        groups.append((BUS, limits.buses.soonest, limits.buses))
    for how, soonest, flow in groups:
        own = out[homes.how == how]
        if (own < soonest - TINY).any():
            broken.append(
                f"how {how}: out {soonest[own < soonest - TINY][0]} s at the earliest, and was sooner"
            )
        moments = own[np.isfinite(own)]
        if how == BUS and moments.size:
            for until in np.quantile(moments, [0.5, 1.0]):
                flow.look(float(until))
        for until in [] if flow is None else np.unique(moments)[-20:]:
            was, most = flow.people[own <= until].sum(), flow.most(float(until))
            if was > most + 0.01:
                broken.append(f"how {how}: {was} people out by {until} s, {most} at most")
    return broken


def _fetched_sooner(record: RunRecord, world: World) -> list[str]:
    limits = fetching(record, world)
    if limits is None:
        return []
    cases = rescuing.true_cases(record)
    cases = cases[cases["need_s"].notna()]
    took = (cases["safe_s"] - cases["need_s"]).fillna(np.inf).to_numpy()
    sooner = took[took < limits.soonest - TINY]
    broken = [f"case ashore within {time} s" for time in sooner]
    for within in np.unique(took[np.isfinite(took)])[::3]:
        late = limits.people[took > within].sum()
        if limits.late(float(within)) > late + 0.01:
            broken.append(f"{limits.late(float(within))} people need more than {within} s, {late} did")
    return broken
