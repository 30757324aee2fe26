"""Rescue: who was heard, reached, brought to safety, how soon; what craft and crews did (抢险救援)."""

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.analysis.people import weighted_quantile
from evacsim.analysis.transport import CRAFT
from evacsim.results.record import RunRecord

AT_WORK = ("by_road", "launches", "to_case", "on_foot", "searches", "takes_in", "comes_back", "lets_ashore")
"""What a craft does from being sent to its people being ashore; else it waits."""


def true_cases(record: RunRecord) -> pd.DataFrame:
    """Return the cases that are about anybody."""
    cases = record.tables["cases"]
    return cases[cases["true_people"] > 0]


def fetched(record: RunRecord) -> int:
    """Return the people whom craft have brought ashore."""
    vehicles = record.tables["vehicles"]
    return int(vehicles["people"][vehicles["kind"].isin(CRAFT)].sum())


def helped(record: RunRecord) -> int:
    """Return the people whom neighbours have fetched."""
    return int(record.tables["neighbours"]["people"].sum())


def quantile(record: RunRecord, begins: str, ends: str, share: float) -> float:
    """Return within which time [s] a share of the people of true cases had it behind them; inf for never.

    Parameters
    ----------
    begins, ends : str
        Columns of `cases`; cases that never began are left out.
    """
    cases = true_cases(record)
    cases = cases[cases[begins].notna()]
    if cases.empty:
        return np.nan
    took = (cases[ends] - cases[begins]).fillna(np.inf).to_numpy()
    return weighted_quantile(took, cases["true_people"].to_numpy(), share)


time_to_hear = partial(quantile, begins="need_s", ends="heard_s")
time_to_reach = partial(quantile, begins="heard_s", ends="reached_s")
time_to_safety = partial(quantile, begins="need_s", ends="safe_s")


def standing_by_cover(record: RunRecord) -> float:
    """Return the mean share of people whom a waiting boat reaches in time, from the first look at it to the last.

    Each look holds until the next; nan where nobody looks, or only once.
    """
    looks = record.tables["standing_by"]
    lasts = looks["time_s"].diff().shift(-1).fillna(0.0)
    return float((looks["covered_share"] * lasts).sum() / lasts.sum()) if lasts.sum() > 0 else np.nan


def craft_hours(record: RunRecord) -> pd.Series:
    """Return the hours of all craft by what they did."""
    time = record.tables["craft_time"]
    hours = (time["until_s"] - time["from_s"]) / 3600
    return hours.groupby(time["what"]).sum()


def idle_while_needed(record: RunRecord) -> float:
    """Return the hours for which craft were ready, and could not be sent to any case that waited for one.

    Whoever is ready is sent to a case that he reaches, by every policy: the water does not lead there, or no road
    to the water does.
    """
    time, cases = record.tables["craft_time"], record.tables["cases"]
    ready = time[time["what"] == "waits"]
    ends = cases["assigned_s"].fillna(cases["closed_s"]).fillna(record.duration)
    moments = np.concatenate([cases["heard_s"], ends])
    order = np.argsort(moments, kind="stable")
    at = moments[order]
    waiting = np.cumsum(np.repeat([1, -1], len(cases))[order])
    # Seconds with any case waiting, up to each moment.
    needed = np.concatenate([[0.0], np.cumsum(np.diff(at) * (waiting[:-1] > 0))]) if len(at) else np.zeros(0)

    def until(moment: pd.Series) -> NDArray[np.float64]:
        return np.asarray(np.interp(moment.to_numpy(np.float64), at, needed))

    return float((until(ready["until_s"]) - until(ready["from_s"])).sum() / 3600) if len(at) else 0.0


def first_action_share(record: RunRecord) -> float:
    """Return the share of the people fetched whose case village or town closed; nan where none was, or no levels."""
    levels, cases = record.tables["case_levels"], record.tables["cases"]
    if levels.empty:
        return np.nan
    people = levels[levels["end"] == "closed"].merge(cases[["case", "fetched"]], on="case")
    own = people["level"] != "district"
    return (
        float(people["fetched"][own].sum() / people["fetched"].sum()) if people["fetched"].sum() else np.nan
    )


def handed_over_share(record: RunRecord) -> float:
    """Return the share of cases that a level handed over; nan where there were none."""
    levels = record.tables["case_levels"]
    handed = levels["case"][levels["end"] == "handed_over"].nunique()
    return handed / levels["case"].nunique() if len(levels) else np.nan


def handover_time(record: RunRecord) -> float:
    """Return the mean time [s] from hearing of cases that were handed over until their last level had them."""
    levels = record.tables["case_levels"]
    handed = levels["case"].isin(levels["case"][levels["end"] == "handed_over"])
    since = levels[handed].groupby("case")["from_s"]
    return float((since.last() - since.first()).mean()) if handed.any() else np.nan


def check_in_wait(record: RunRecord) -> float:
    """Return the mean time [s] from coming unasked until a team was ready; inf where one still waits, nan for none.

    Teams that were sent away, or did not report, are left out.
    """
    forces, events = record.tables["forces"], record.events
    away = events.loc[events["kind"].isin(["volunteers_sent_away", "volunteers_unled"]), "subject"]
    came = forces[forces["arrived_s"].notna() & ~("force/" + forces["force"]).isin(away)]
    return _mean_wait(came["ready_s"] - came["arrived_s"])


def liaison_wait(record: RunRecord) -> float:
    """Return the mean time [s] from help's coming until it may be sent; inf where some still waits, nan for none."""
    parties = record.tables["liaison"]
    return _mean_wait(parties["ready_s"] - parties["came_s"])


def _mean_wait(waits: "pd.Series[float]") -> float:
    """Return the mean of some waits [s], those that have not ended as inf; nan for none."""
    return float(waits.fillna(np.inf).mean()) if len(waits) else np.nan


def unguided_share(record: RunRecord) -> float:
    """Return the share of the teams and fleets from outside that went to work without an officer; nan for none."""
    parties = record.tables["liaison"]
    alone = parties["met_s"].isna() & parties["ready_s"].notna()
    return float(alone.mean()) if len(parties) else np.nan


def volunteers_used_share(record: RunRecord) -> float:
    """Return the share of the people who came unasked whose team crewed craft or worked; nan where none came."""
    forces = record.tables["forces"]
    came = forces[forces["arrived_s"].notna()]
    people = came["members"].to_numpy(np.float64)
    return float(people[came["crew_hours"] > 0].sum() / people.sum()) if len(came) else np.nan


def fetched_unled(record: RunRecord) -> int:
    """Return the people whom craft have brought ashore that nobody led."""
    vehicles, events = record.tables["vehicles"], record.events
    went = events.loc[events["kind"] == "craft_went_alone", "subject"]
    return int(vehicles["people"][("vehicle/" + vehicles["vehicle"]).isin(went)].sum())


def people_per_craft_hour(record: RunRecord) -> float:
    """Return the people brought ashore for each hour that craft were at work; nan where none was."""
    hours = craft_hours(record)
    worked = float(hours[hours.index.isin(AT_WORK)].sum())
    return fetched(record) / worked if worked else np.nan


def people_per_truck_hour(record: RunRecord) -> float:
    """Return the people let out for each hour that trucks which wade were at work; nan where none was."""
    vehicles, time = record.tables["vehicles"], record.tables["craft_time"]
    trucks = vehicles[vehicles["kind"] == "high_clearance"]
    own = time[time["vehicle"].isin(trucks["vehicle"]) & time["what"].isin(AT_WORK)]
    hours = float((own["until_s"] - own["from_s"]).sum() / 3600)
    return float(trucks["people"].sum()) / hours if hours else np.nan


def in_vain_share(record: RunRecord) -> float:
    """Return the share of the cases that were reached and at which nobody was found."""
    results = record.tables["cases"]["result"]
    reached = results.isin(["fetched", "nobody"]).sum()
    return float((results == "nobody").sum() / reached) if reached else np.nan


def open_people(record: RunRecord) -> int:
    """Return the people of true cases that are open at the end."""
    cases = true_cases(record)
    return int(cases["true_people"][cases["result"] == "open"].sum())


def unheard_people(record: RunRecord) -> int:
    """Return the people in need at the end whom no open case is about."""
    need = record.tables["need"]
    return int(need["unheard_people"].iloc[-1]) if len(need) else 0


def picture_gap(record: RunRecord) -> float:
    """Return the mean over time of the difference between believed and true people in need, against the true peak."""
    need = record.tables["need"]
    if len(need) < 2 or need["people"].max() == 0:
        return np.nan
    gap = (need["believed_people"] - need["people"]).abs().to_numpy()[:-1]
    length = np.diff(need["time_s"].to_numpy())
    return float((gap * length).sum() / length.sum() / need["people"].max()) if length.sum() else np.nan


def died_in_need(record: RunRecord) -> int:
    """Return the people who died after they had called for help, in vain or not, or had been found."""
    ledger, events = record.ledger, record.events
    dead = ledger[ledger["final_state"] == "dead"]
    if dead.empty or record.tables["need"].empty:
        return 0
    in_need = events["subject"][events["kind"].isin(["help_heard", "help_call_failed", "found"])]
    known = dead["household"].isin(in_need.str.removeprefix("household/"))
    return int(dead["people"][known].sum())


def treatment_wait(record: RunRecord) -> float:
    """Return the mean time [s] from coming to a treatment place until in bed; inf where one still waits.

    nan where nobody came to any.
    """
    patients = record.tables["patients"]
    came = patients[patients["came_s"].notna()]
    return float((came["admitted_s"] - came["came_s"]).fillna(np.inf).mean()) if len(came) else np.nan


def untreated(record: RunRecord) -> float:
    """Return how many injured people of those on dry ground nobody has begun to treat at the end; nan for no places."""
    patients = record.tables["patients"]
    return float(patients["admitted_s"].isna().sum()) if len(patients) else np.nan


def injured_lost(record: RunRecord) -> float:
    """Return how many of the injured are expected to die, by the score at which they were treated."""
    injured = record.tables["injured"]
    return float((1 - injured["chance"]).sum()) if len(injured) else 0.0
