"""Why an indicator misses its limit: the causes of failure, ranked (失效原因排序).

A failure is counted in the unit of its indicator: people for what is asked of people, calls, posts,
reports and measures for what is asked of those.
"""

from collections.abc import Callable, Iterable, Set

import numpy as np
import pandas as pd

from evacsim.analysis.acknowledging import call_outcomes
from evacsim.analysis.commanding import ON_DUTY_SOON, REPORT_LIMIT, SOON, zones_acknowledged
from evacsim.analysis.facts import RELIEF_LIMIT
from evacsim.analysis.lateness import CAUSES, late_households
from evacsim.analysis.people import (
    CUT_OFF,
    had_to_go,
    in_plan,
    in_state,
    out_before_water,
    out_times,
    people_of,
    times,
)
from evacsim.analysis.reaching import word_in_time
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

IN_ZONE = ("broadcast_failed", "call_given_up", "officer_overloaded")
"""Failures that keep the word from a zone, or from a part of it."""

OTHER: dict[str, Text] = {
    "outside_plan": Text("not in the plan", "预案未列入"),
    "never_told": Text("ordered to go, never told", "已下令，未通知到户"),
    "not_listed": Text("not on the list", "未列入清单"),
    "late_word": Text("the word came after the water", "进水后才收到预警"),
    "no_channel": Text("no channel reached them, and none failed", "各渠道均未覆盖"),
    "slow_relay": Text("passed on too slowly, nothing failed", "逐级传达过慢，无故障"),
    "not_acknowledged": Text("not acknowledged by the end", "推演结束时尚未叫应"),
    "overbooked": Text("full: the plan sends more people there than it holds", "已满：预案安排人数超出容量"),
    "full": Text("full", "已满"),
    "shut": Text("given up", "已停用"),
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
    behind = _behind_never_reached(record)[untold]
    causes[untold] = np.where(behind == "", causes[untold], behind)
    return causes


def _behind_never_reached(record: RunRecord) -> np.ndarray:
    """Return for each household the latest of `NOT_TOLD` behind its never being reached; empty where there is none."""
    events = record.events
    rows = np.flatnonzero((events["kind"] == "never_reached").to_numpy())
    behind = dict(zip(events["subject"].iloc[rows], _failures_behind(record, rows), strict=True))
    subjects = "household/" + record.ledger["household"]
    return np.array([behind.get(subject, "") for subject in subjects], dtype=object)


def _failures_behind(record: RunRecord, rows: np.ndarray, failures: Set[str] = NOT_TOLD) -> np.ndarray:
    """Return the latest of `failures` on the chain of causes of each event (row); str, empty where there is none."""
    kinds = record.events["kind"].to_numpy(dtype=object)
    is_failure = np.isin(kinds, list(failures))
    causes = record.events["cause"].to_numpy(dtype=np.int64, na_value=0) - 1
    at = rows.copy()
    while (goes_on := (at >= 0) & ~is_failure[at]).any():
        at = np.where(goes_on, causes[at], at)
    return np.where(at >= 0, kinds[at], "") if len(kinds) else np.empty(0, dtype=object)


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


def _late_responsible(record: RunRecord) -> pd.DataFrame:
    """Return why the office that leads a zone had its order too late, or never; one row for each zone."""
    zones, events = zones_acknowledged(record), record.events
    late = zones[~(zones["acknowledged_s"] - zones["ordered_s"] <= SOON)]
    received = (events["kind"] == "order_received").to_numpy()
    time, places = events["time_s"].to_numpy(), events["place"].to_numpy(dtype=object)
    given_up = _last_in_zone(record, ("call_given_up",))
    causes = []
    for zone, at in zip(late["zone"], late["acknowledged_s"], strict=True):
        if np.isnan(at):
            why = "not_acknowledged" if zone not in given_up else "call_given_up"
            rows = np.array([given_up[zone]] if zone in given_up else [], dtype=np.int64)
        else:
            # Whoever leads a zone has the order when it is acknowledged; one for this zone alone names it.
            why, rows = "slow_relay", np.flatnonzero(received & (time == at))
            own = rows[places[rows] == f"zone/{zone}"]
            rows = own if own.size else rows
        behind = _failures_behind(record, rows, NOT_TOLD - {"call_given_up"})
        causes.append(next((cause for cause in behind if cause), why))
    return _counted(np.array(causes, dtype=object))


def _last_in_zone(record: RunRecord, kinds: Iterable[str]) -> dict[str, int]:
    """Return the row of the last event of some kinds that names each zone as its subject or place."""
    last: dict[str, int] = {}
    rows = np.flatnonzero(record.events["kind"].isin(list(kinds)).to_numpy())
    for row, names in zip(rows.tolist(), record.events[["subject", "place"]].to_numpy()[rows], strict=True):
        for name in map(str, names):
            if name.startswith("zone/"):
                last[name.removeprefix("zone/")] = row
    return last


def _unwarned(record: RunRecord) -> pd.DataFrame:
    """Return why people of a zone that was warned had no word before the water: at their door, then in their zone."""
    ledger, (asked, in_time) = record.ledger, word_in_time(record)
    causes = _behind_never_reached(record)
    kinds, failed = record.events["kind"].to_numpy(dtype=object), _last_in_zone(record, IN_ZONE)
    in_zone = [kinds[failed[zone]] if zone in failed else "no_channel" for zone in ledger["zone"]]
    causes = np.where(causes == "", np.array(in_zone, dtype=object), causes)
    causes[~np.isnan(times(ledger, "warned_s"))] = "late_word"
    return _households(record, asked & ~in_time, causes)


def _missed(record: RunRecord) -> pd.DataFrame:
    """Return why people who had to go were never told; whoever is on no list counts as that."""
    ledger = record.ledger
    behind = _behind_never_reached(record)
    causes = np.where(behind == "", "never_told", behind)
    causes[~ledger["listed"].to_numpy(dtype=bool)] = "not_listed"
    causes[np.isnan(times(ledger, "ordered_s"))] = "no_order"
    return _households(record, had_to_go(ledger) & np.isnan(times(ledger, "told_s")), causes)


def _turned_away(record: RunRecord) -> pd.DataFrame:
    """Return why shelters took people in no more; who is turned away again counts again.

    A shelter that water has entered counts as flooded from then on.
    """
    ledger, shelters = record.ledger, record.tables["shelters"].set_index("shelter")
    away = record.events[record.events["kind"] == "turned_away"]
    shelter = away["place"].str.removeprefix("shelter/")
    people = away["subject"].str.removeprefix("household/").map(ledger.set_index("household")["people"])
    time = away["time_s"].to_numpy(dtype=np.float64)
    flooded = shelter.map(shelters["flooded_s"]).to_numpy(dtype=np.float64) <= time
    held = people.to_numpy(dtype=np.int64) + _inside(record, shelter, time)
    # A later stage of care may leave room for fewer; one that is given up, and not full, is shut.
    at_last = record.tables["facilities"].set_index("shelter")["capacity"]
    # `min` keeps its first argument where the second is nan.
    least = shelters["capacity"].combine(at_last.reindex(shelters.index), min)
    holds = shelter.map(least).to_numpy(dtype=np.float64)
    full = held > holds
    choice = ledger["zone"].map(record.tables["zones"].set_index("zone")["shelter"].str.split(";").str[0])
    sent = ledger["people"].where(had_to_go(ledger), 0).groupby(choice.to_numpy()).sum()
    overbooked = shelter.map(sent).fillna(0).to_numpy(np.float64) > holds
    causes = np.select(
        [flooded, full & overbooked, full], ["shelter_flooded", "overbooked", "full"], default="shut"
    )
    return pd.DataFrame({"cause": causes, "people": people.to_numpy(dtype=np.int64)})


def _inside(record: RunRecord, shelter: pd.Series, time: np.ndarray) -> np.ndarray:
    """Return the people in each of some shelters at each of some times [s]; int64."""
    loads = dict(list(record.tables["shelter_load"].groupby("shelter", sort=False)))
    inside = np.zeros(len(time), dtype=np.int64)
    for name in shelter.unique():
        if name in loads:
            rows = np.flatnonzero(shelter == name)
            since, people = (loads[name][column].to_numpy() for column in ("time_s", "people"))
            inside[rows] = np.append(0, people)[np.searchsorted(since, time[rows], side="right")]
    return inside


def _overloaded(record: RunRecord) -> pd.DataFrame:
    """Return for how many people shelters had no room: turned away as full, or inside and crowded."""
    away = _turned_away(record)
    crowded = record.events.loc[record.events["kind"] == "crowded", "value"].to_numpy(dtype=np.int64)
    inside = pd.DataFrame({"cause": np.full(len(crowded), "crowded", dtype=object), "people": crowded})
    return pd.concat([away[away["cause"].isin(["overbooked", "full"])], inside])


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
    "responsible_5min_share": _late_responsible,
    "on_duty_share": _off_duty,
    "reports_1h_share": _unreported,
    "public_reach": _unwarned,
    "missed_rate": _missed,
    "relief_share": _unrelieved(lambda record: record.limits.get("relief_limit", RELIEF_LIMIT)),
    "relief_10h_share": _unrelieved(lambda _: NATIONAL_RELIEF_LIMIT),
    "shelter_load_max": _overloaded,
    "turned_away": _turned_away,
    "stranded": _in(HouseholdState.STRANDED),
    "trapped": _in(HouseholdState.TRAPPED),
    "dead": _in(HouseholdState.DEAD),
}
"""Indicators with a limit: each of them is to be one, or nobody; a load no more than one.

`public_reach` is to be 0.90 (disasters) or 0.95 (weather); what it is short of one is ranked. Shelters let
nobody in above what they hold, so what a load near one costs are the people who find no room.
"""
