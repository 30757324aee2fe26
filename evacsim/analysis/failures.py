"""Why an indicator misses its limit: the causes of failure, ranked (失效原因排序).

A failure is counted in the unit of its indicator: people for what is asked of people, calls, posts,
reports and measures for what is asked of those.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from evacsim.analysis.acknowledging import call_outcomes
from evacsim.analysis.commanding import ON_DUTY_SOON, REPORT_LIMIT
from evacsim.analysis.facts import RELIEF_LIMIT
from evacsim.analysis.lateness import CAUSES, late_households
from evacsim.analysis.people import (
    CUT_OFF,
    in_plan,
    in_state,
    out_before_water,
    out_times,
    people_of,
    times,
)
from evacsim.analysis.registry_care import NATIONAL_RELIEF_LIMIT
from evacsim.analysis.sheltering import relief_times
from evacsim.language import Text, same
from evacsim.results.record import RunRecord
from evacsim.terms import EVENT_KINDS, HOUSEHOLD_STATES, HouseholdState

NAMED = 3
"""How many causes are named beside an indicator."""

LOST = (HouseholdState.DEAD.id, *CUT_OFF)
"""States in which the water has people, or has had them."""

NOT_TOLD = frozenset(
    {
        "absent",
        "broadcast_failed",
        "call_failed",
        "call_given_up",
        "call_unanswered",
        "danger_not_judged",
        "measure_skipped",
        "nobody_home",
        "officer_overloaded",
        "reading_missing",
        "site_down",
    }
)
"""Failures before the word reaches the household."""

OTHER: dict[str, Text] = {
    "outside_plan": Text("not in the plan", "预案未列入"),
    "never_told": Text("ordered to go, never told", "已下令，未通知到户"),
    "late_post": Text("came too late", "到岗超时"),
    "late_report": Text("there too late", "报送超时"),
    "lost": Text("report lost", "报告丢失"),
    "under_way": CAUSES["under_way"],
    "late": Text("carried out too late", "落实超时"),
    "skipped": Text("not carried out", "未落实"),
    "open": Text("not carried out by the end", "推演结束时尚未落实"),
    "unanswered": EVENT_KINDS["call_unanswered"],
    "failed": EVENT_KINDS["call_failed"],
    "given_up": EVENT_KINDS["call_given_up"],
    "acted_above": Text("an office above answered in its place", "由上级机构代为应答"),
    "slow_way": Text("too long on the way", "途中用时过长"),
    "slow_care": Text("there in time, cared for too late", "已到达，救助偏晚"),
}
"""Causes that are not causes of being late."""


def ranked(record: RunRecord, indicator: str) -> pd.DataFrame:
    """Return `cause, people, share` of what an indicator is short of, the greatest cause first.

    Parameters
    ----------
    record : RunRecord
        A run.
    indicator : str
        One of `LIMITED`.

    Returns
    -------
    DataFrame
        `cause`, an id (`cause_text` says it); `people`, or calls, posts, reports, measures where the
        indicator counts those; `share` of all failures of this indicator. Empty where nothing fails.

    Raises
    ------
    KeyError
        If the indicator has no limit.
    """
    failed = LIMITED[indicator](record)
    found = failed.groupby("cause")["people"].sum().reset_index()
    found = found[found["people"] > 0].sort_values(
        ["people", "cause"], ascending=[False, True], ignore_index=True
    )
    return found.assign(share=found["people"] / found["people"].sum())


def cause_text(cause: str) -> Text:
    """Return the words for a cause of `ranked`."""
    states = {state.id: text for state, text in HOUSEHOLD_STATES.items()}
    return next(
        (words[cause] for words in (CAUSES, OTHER, EVENT_KINDS, states) if cause in words), same(cause)
    )


def household_causes(record: RunRecord) -> np.ndarray:
    """Return why each household is late or lost; str, shape (n_households,), empty where it is neither."""
    ledger = record.ledger
    late = late_households(record)
    cause_of = dict(zip(late["household"], late["cause"], strict=True))
    causes = np.array([cause_of.get(household, "") for household in ledger["household"]], dtype=object)
    lost = in_state(ledger, *LOST)
    causes[lost & ~in_plan(ledger)] = "outside_plan"
    # In the plan, lost without having had to go: it was not there when its zone was ordered, or left by itself.
    at_home = np.isnan(times(ledger, "departed_s"))
    causes[lost & (causes == "")] = "cut_off_on_the_way"
    causes[lost & (causes == "cut_off_on_the_way") & at_home] = "cut_off_at_home"
    untold = (causes != "") & in_plan(ledger) & np.isnan(times(ledger, "told_s"))
    ordered = ~np.isnan(times(ledger, "ordered_s"))
    causes[untold & ordered] = "never_told"
    if untold.any():
        behind = _failure_behind(record)
        found = np.array(
            [behind.get(f"household/{name}", "") for name in ledger["household"][untold]], dtype=object
        )
        causes[untold] = np.where(found == "", causes[untold], found)
    return causes


def _failure_behind(record: RunRecord) -> dict[str, str]:
    """Return for each household never reached the latest of `NOT_TOLD` behind it; empty where there is none."""
    events = record.events
    causes = events["cause"].to_numpy(dtype=np.int64, na_value=0)
    behind, found = {0: ""}, {}
    rows = zip(events["seq"].tolist(), events["kind"], events["subject"], causes.tolist(), strict=True)
    for seq, kind, subject, cause in rows:
        behind[seq] = kind if kind in NOT_TOLD else behind.get(cause, "")
        if kind == "never_reached":
            found[subject] = behind[seq]
    return found


def _households(record: RunRecord, failed: np.ndarray, causes: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"cause": causes[failed], "people": people_of(record.ledger)[failed]})


def _late(record: RunRecord) -> pd.DataFrame:
    is_late = record.ledger["household"].isin(late_households(record)["household"]).to_numpy()
    return _households(record, is_late, household_causes(record))


def _not_out(record: RunRecord) -> pd.DataFrame:
    late = record.ledger["household"].isin(late_households(record)["household"]).to_numpy()
    return _households(record, late & np.isnan(out_times(record.ledger)), household_causes(record))


def _not_before_water(record: RunRecord) -> pd.DataFrame:
    late = record.ledger["household"].isin(late_households(record)["household"]).to_numpy()
    return _households(record, late & ~out_before_water(record.ledger), household_causes(record))


def _in(state: HouseholdState) -> Callable[[RunRecord], pd.DataFrame]:
    return lambda record: _households(record, in_state(record.ledger, state.id), household_causes(record))


def _unrelieved(limit_of: Callable[[RunRecord], float]) -> Callable[[RunRecord], pd.DataFrame]:
    def failed(record: RunRecord) -> pd.DataFrame:
        ledger = record.ledger
        left = ~np.isnan(times(ledger, "departed_s"))
        took, limit = np.full(len(ledger), -np.inf), limit_of(record)
        took[left] = relief_times(record)[0]
        arrived = times(ledger, "arrived_s") - times(ledger, "departed_s") <= limit
        lost = in_state(ledger, *LOST)
        state = ledger["final_state"].to_numpy(dtype=object)
        slow = np.where(arrived, "slow_care", "slow_way")
        causes = np.where(lost | (state == HouseholdState.UNSHELTERED.id), state, slow)
        return _households(record, took > limit, causes)

    return failed


def _unacknowledged(record: RunRecord) -> pd.DataFrame:
    calls = record.tables["calls"]
    outcomes = call_outcomes(calls)
    last = calls.groupby("call", sort=True).tail(1).sort_values("call")["result"].to_numpy(dtype=object)
    failed = outcomes["acknowledged_s"].isna().to_numpy()
    return _counted(np.where(last == "acknowledged", "acted_above", last)[failed])


def _off_duty(record: RunRecord) -> pd.DataFrame:
    duty = record.tables["duty"]
    failed = ~(duty["came_s"] - duty["due_s"] <= ON_DUTY_SOON).to_numpy()
    return _counted(np.where(duty["came_s"].isna(), "absent", "late_post")[failed])


def _unreported(record: RunRecord) -> pd.DataFrame:
    reports, limit = record.tables["reports"], record.limits.get("report_limit", REPORT_LIMIT)
    judged = reports[reports["received_s"].notna() | (reports["due_s"] + limit <= record.end)]
    failed = ~(judged["received_s"] - judged["due_s"] <= limit).to_numpy()
    return _counted(np.where(judged["received_s"].notna(), "late_report", judged["result"])[failed])


def _unexecuted(record: RunRecord) -> pd.DataFrame:
    result = record.tables["measures"]["result"].to_numpy(dtype=object)
    return _counted(result[result != "done"])


def _counted(causes: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"cause": causes, "people": np.ones(len(causes), dtype=np.int64)})


LIMITED: dict[str, Callable[[RunRecord], pd.DataFrame]] = {
    "out_share": _not_out,
    "out_before_water_share": _not_before_water,
    "late": _late,
    "measures_executed_share": _unexecuted,
    "acknowledgment_rate": _unacknowledged,
    "on_duty_share": _off_duty,
    "reports_1h_share": _unreported,
    "relief_share": _unrelieved(lambda record: record.limits.get("relief_limit", RELIEF_LIMIT)),
    "relief_10h_share": _unrelieved(lambda _: NATIONAL_RELIEF_LIMIT),
    "stranded": _in(HouseholdState.STRANDED),
    "trapped": _in(HouseholdState.TRAPPED),
    "dead": _in(HouseholdState.DEAD),
}
"""Indicators with a limit: each of them is to be one, or nobody."""
