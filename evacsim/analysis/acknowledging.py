"""Acknowledgment of calls (叫应率): how each call ended, what share was acknowledged, and how soon all were."""

import numpy as np
import pandas as pd

from evacsim.analysis.people import Floats
from evacsim.results.record import RunRecord
from evacsim.terms import COMMAND_LEVELS


def call_outcomes(calls: pd.DataFrame) -> pd.DataFrame:
    """Return how each call ended, one row for each, by number.

    Parameters
    ----------
    calls : DataFrame
        Attempts in the order in which they ended: call, caller, callee, attempt, means, placed_s,
        answered_s, result.

    Returns
    -------
    DataFrame
        `call`; `callee`, whom it is for; `attempts`; `placed_s`, when first tried [s]; `acknowledged_s`, nan
        where it was not [s]; `means` by which it was acknowledged, empty where it was not; `result`:
        acknowledged, given_up, or under_way where the run ended first.
    """
    attempts = calls.groupby("call", sort=True)
    first, last = attempts.head(1).sort_values("call"), attempts.tail(1).sort_values("call")
    callee = first["callee"].to_numpy()
    # An office above that is to pass the word on acknowledges too; it is not whom the call is for.
    acknowledged = (last["result"] == "acknowledged") & (last["callee"] == callee)
    ended = acknowledged | (last["result"] == "given_up")
    outcomes = pd.DataFrame(
        {
            "call": last["call"],
            "callee": callee,
            "attempts": last["attempt"],
            "placed_s": attempts["placed_s"].min().to_numpy(),
            "acknowledged_s": last["answered_s"].where(acknowledged),
            "means": last["means"].where(acknowledged, ""),
            "result": last["result"].where(ended, "under_way"),
        }
    )
    return outcomes.reset_index(drop=True)


def acknowledged_share(outcomes: pd.DataFrame, *, since: float = -np.inf, within: float = np.inf) -> float:
    """Return the share of calls that are acknowledged no later than `within` after `since` [s]; nan without calls."""
    if outcomes.empty:
        return float("nan")
    return float((outcomes["acknowledged_s"] - since <= within).mean())


def time_to_share(outcomes: pd.DataFrame, share: float, *, since: float) -> float:
    """Return how long after `since` [s] a share of the calls is acknowledged [s]; 1 for all of them.

    Infinite where that never comes, nan without calls.
    """
    if outcomes.empty:
        return float("nan")
    needed = int(np.ceil(share * len(outcomes) - 1e-9))
    times = np.sort(outcomes["acknowledged_s"].fillna(np.inf).to_numpy(dtype=np.float64))
    return 0.0 if needed == 0 else float(times[needed - 1] - since)


def waits(outcomes: pd.DataFrame) -> Floats:
    """Return how long each call took from its first attempt until it was acknowledged [s]; inf for never."""
    took = outcomes["acknowledged_s"] - outcomes["placed_s"]
    return took.fillna(np.inf).to_numpy(dtype=np.float64)


def waits_by_called(record: RunRecord) -> dict[str, Floats]:
    """Return the waits of calls by who is called: a level of offices, then officer, household, vehicle, shelter."""
    outcomes = call_outcomes(record.tables["calls"])
    offices = record.tables["offices"]
    level = ("office/" + offices["office"]).map(str)
    level_of = dict(zip(level, offices["level"], strict=True))
    called = [level_of.get(callee, callee.partition("/")[0]) for callee in outcomes["callee"]]
    took = waits(outcomes)
    order = {name: number for number, name in enumerate((*COMMAND_LEVELS, "officer"))}
    names = sorted(set(called), key=lambda name: (order.get(name, len(order)), name))
    return {name: took[np.array(called) == name] for name in names}
