"""How the offices worked: calls acknowledged, orders passed on, posts manned, reports up, zones in reach (谁组织)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evacsim.analysis import clearance
from evacsim.analysis.acknowledging import acknowledged_share, call_outcomes
from evacsim.analysis.contacting import last_contact, message_shares
from evacsim.analysis.people import Floats, had_to_go, people_of, times, weighted_quantile
from evacsim.results.record import RunRecord

SOON = 300.0
"""Whoever is responsible is to be reached within five minutes (seen: 5 分钟叫应) [s]."""
ON_DUTY_SOON = 1800.0
"""Time from the call until one is to be at one's post (assumed) [s]."""
REPORT_LIMIT = 3600.0
"""A report is to be there within an hour (seen: work-safety rule) [s]; holds where the plan sets no limit."""


@dataclass(frozen=True, slots=True)
class Command:
    """How the offices worked in a run; nan where the plan describes no offices, no roster, no reports, no sites."""

    acknowledged: float
    """Share of the calls between offices that were acknowledged."""
    acknowledged_last: float
    """Longest time from the first attempt of a call until it was acknowledged [s]; infinite where one never was."""
    responsible_soon: float
    """Share of the zones ordered whose leading office had the order within `SOON`."""
    order_latency: dict[float, float]
    """Time from the order until a share of the people who had to go was told [s]; infinite where fewer were."""
    on_duty: float
    """Share of the posts called in that were manned within `ON_DUTY_SOON`."""
    top_staffed: float
    """Time from the call until the last of the offices at the top was staffed [s]; infinite where one never was."""
    reports_in_time: float
    """Share of the reports due that were there in time."""
    picture_gap: float
    """Mean error of what headquarters believed to have left, as a share of all who had to go."""
    contactable: float
    """Time for which the zone that was cut off longest could be reached [s]."""
    last_contact: float
    """When the first zone could be reached for the last time [s]; 0 where one never could."""
    messages: dict[str, float]
    """Share of the calls between offices that were acknowledged over each network, and by messengers."""
    last_contact_by: dict[str, float]
    """When each network reached the first of the zones that it ever reached for the last time [s]; none where the
    plan does not describe its networks."""


def command(record: RunRecord) -> Command:
    """Return how the offices worked in a run."""
    outcomes, contact = call_outcomes(record.tables["calls"]), contactable_times(record)
    waited = (outcomes["acknowledged_s"] - outcomes["placed_s"]).fillna(np.inf)
    return Command(
        acknowledged=acknowledged_share(outcomes),
        acknowledged_last=float(waited.max()) if len(waited) else np.nan,
        responsible_soon=_responsible_soon(record),
        order_latency={share: _order_latency(record, share) for share in (0.5, 0.9)},
        on_duty=_on_duty(record.tables["duty"]),
        top_staffed=_top_staffed(record),
        reports_in_time=_reports_in_time(record),
        picture_gap=picture_gap(record),
        contactable=contact["contactable_s"].min(),
        last_contact=contact["last_s"].fillna(0.0).min(),
        messages=message_shares(record),
        last_contact_by=last_contact(record),
    )


def _responsible_soon(record: RunRecord) -> float:
    """Return the share of zones ordered whose leading office had the order soon; nan without offices."""
    if record.tables["offices"].empty:
        return np.nan
    zones = zones_acknowledged(record)
    if zones.empty:
        return np.nan
    return float((zones["acknowledged_s"] - zones["ordered_s"] <= SOON).mean())


def zones_acknowledged(record: RunRecord) -> pd.DataFrame:
    """Return `zone, ordered_s, acknowledged_s` of each zone ordered in which somebody had to go.

    Acknowledged is when the office that leads the zone has the order [s]; nan for never, or without offices.
    """
    ledger = record.ledger[had_to_go(record.ledger) & record.ledger["ordered_s"].notna()]
    if record.tables["offices"].empty:
        ledger = ledger[:0]
    return ledger.groupby("zone", sort=False)[["ordered_s", "acknowledged_s"]].min().reset_index()


def _order_latency(record: RunRecord, share: float) -> float:
    ledger = record.ledger
    ordered = had_to_go(ledger) & ~np.isnan(times(ledger, "ordered_s"))
    took = (times(ledger, "told_s") - times(ledger, "ordered_s"))[ordered]
    return weighted_quantile(np.where(np.isnan(took), np.inf, took), people_of(ledger)[ordered], share)


def _on_duty(duty: pd.DataFrame) -> float:
    if duty.empty:
        return np.nan
    return float((duty["came_s"] - duty["due_s"] <= ON_DUTY_SOON).mean())


def _top_staffed(record: RunRecord) -> float:
    """Return how long the offices at the top took from their call until they were staffed."""
    offices, duty = record.tables["offices"], record.tables["duty"]
    due = duty.groupby("office")["due_s"].min()
    top = offices[(offices["parent"] == "") & offices["office"].isin(due.index)]
    if top.empty:
        return np.nan
    return float((top["staffed_s"] - top["office"].map(due)).fillna(np.inf).max())


def _reports_in_time(record: RunRecord) -> float:
    reports, limit = record.tables["reports"], record.limits.get("report_limit", REPORT_LIMIT)
    # Of a report whose time is not over when the run ends nothing can be said.
    judged = reports[reports["received_s"].notna() | (reports["due_s"] + limit <= record.end)]
    if judged.empty:
        return np.nan
    return float((judged["received_s"] - judged["due_s"] <= limit).mean())


def picture_gap(record: RunRecord) -> float:
    """Return the mean error of headquarters' picture of who has left, as a share of all who had to go.

    The mean is taken over time from the first order to the last departure, the errors of the zones
    add up: people too many in one do not make up for people too few in another. Zones are those in
    which somebody had to go. It may exceed one where people are counted twice; it is nan where
    nothing is reported.
    """
    picture, planned = record.tables["picture"], set(record.ledger["zone"][had_to_go(record.ledger)])
    ledger = record.ledger[record.ledger["zone"].isin(planned)]
    went, left = had_to_go(ledger), times(ledger, "departed_s")
    begins, ends = clearance.first_order(record), np.nanmax(left, initial=-np.inf)
    if record.tables["reports"].empty or not ends > begins:
        return np.nan
    people, error = people_of(ledger), 0.0
    for zone, rows in ledger.groupby("zone", sort=False).indices.items():
        believed = picture[picture["zone"] == zone]
        gone = rows[~np.isnan(left[rows])]
        changes = np.concatenate([[begins, ends], left[gone], believed["time_s"].to_numpy(np.float64)])
        moments = np.unique(np.clip(changes, begins, ends))
        truth = clearance.reached(left[gone], people[gone], moments[:-1])
        error += float(np.abs(_held(believed, moments[:-1]) - truth) @ np.diff(moments))
    return error / ((ends - begins) * int(people[went].sum()))


def picture_curve(record: RunRecord, at: Floats) -> pd.DataFrame:
    """Return `time_s, believed, truth`: people of all zones that are held to have left home, and who have left.

    Zones are those of `picture_gap`.

    Parameters
    ----------
    at : ndarray of float64, shape (n,)
        Times after the start [s], rising.
    """
    picture, planned = record.tables["picture"], set(record.ledger["zone"][had_to_go(record.ledger)])
    ledger = record.ledger[record.ledger["zone"].isin(planned)]
    told = picture[picture["zone"].isin(planned)].groupby("zone", sort=False)
    believed = sum((_held(changes, at) for _, changes in told), start=np.zeros(len(at)))
    truth = clearance.reached(times(ledger, "departed_s"), people_of(ledger), at)
    return pd.DataFrame({"time_s": at, "believed": believed, "truth": truth})


def _held(believed: pd.DataFrame, at: Floats) -> Floats:
    """Return what was believed at each time; nobody before the first report."""
    row = np.searchsorted(believed["time_s"].to_numpy(np.float64), at, side="right")
    return np.asarray(np.append(0.0, believed["believed"].to_numpy(np.float64))[row])


def contactable_times(record: RunRecord) -> pd.DataFrame:
    """Return for each zone how long it could be reached (`contactable_s`), and until when (`last_s`).

    The last time is that of the last change to out of reach; the end of the run where it can be
    reached then. Zones are those of the plan whose offices and sites are described.
    """
    rows = []
    for zone, changes in record.tables["contact"].groupby("zone", sort=False):
        since = changes["time_s"].to_numpy(np.float64)
        reached = changes["contactable"].to_numpy(bool)
        lasts = np.diff(np.append(since, record.end))
        ends = (since + lasts)[reached]
        rows.append((zone, float(lasts[reached].sum()), float(ends[-1]) if len(ends) else np.nan))
    return pd.DataFrame(rows, columns=["zone", "contactable_s", "last_s"])
