"""Whom the transfer reached and whom it missed: lists, belief, special groups (漏转、特殊群体)."""

import numpy as np

from evacsim.analysis.people import had_to_go, out_before_water, out_times, people_of, weighted_quantile
from evacsim.results.record import RunRecord
from evacsim.terms import Group


def missed_share(record: RunRecord) -> float:
    """Return the share of the people who had to go that no order ever reached; nan where nobody had to."""
    ledger = record.ledger
    people, go = people_of(ledger), had_to_go(ledger)
    total = int(people[go].sum())
    return float(people[go & ledger["told_s"].isna().to_numpy()].sum() / total) if total else np.nan


def missed_visitors(record: RunRecord) -> float:
    """Return the share of the visitors who had to go that no order ever reached; nan where there were none."""
    ledger = record.ledger
    people, go = (
        people_of(ledger),
        had_to_go(ledger) & (ledger["special_group"] == Group.VISITOR.id).to_numpy(),
    )
    total = int(people[go].sum())
    return float(people[go & ledger["told_s"].isna().to_numpy()].sum() / total) if total else np.nan


def left_unasked(record: RunRecord) -> int:
    """Return the people outside the plan who left by themselves."""
    heard = record.events.loc[record.events["kind"] == "left_on_own", "subject"]
    rows = record.ledger["household"].isin(heard.str.removeprefix("household/"))
    return int(people_of(record.ledger)[rows & record.ledger["departed_s"].notna()].sum())


def list_errors(record: RunRecord) -> float:
    """Return people who are on no list, and entries of nobody, of all on the lists or missing there; nan for nobody."""
    register = record.tables["register"]
    total = int((register["listed"] + register["unlisted"]).sum())
    return float((register["unlisted"] + register["ghosts"]).sum() / total) if total else np.nan


def never_believed(record: RunRecord) -> int:
    """Return the people who heard an order, doubted it, and never believed it."""
    doubted = record.events.loc[record.events["kind"] == "disbelieved", "subject"]
    rows = record.ledger["household"].isin(doubted.str.removeprefix("household/"))
    return int(people_of(record.ledger)[rows & record.ledger["believed_s"].isna()].sum())


def special_clearance(record: RunRecord, first_order: float, share: float) -> float:
    """Return how long after the first order [s] a share of the special groups is out; nan where there are none."""
    ledger = record.ledger
    special = had_to_go(ledger) & (ledger["special_group"] != "").to_numpy()
    if not special.any():
        return np.nan
    out = np.where(np.isnan(out_times(ledger)), np.inf, out_times(ledger))
    return weighted_quantile(out[special], people_of(ledger)[special], share) - first_order


def special_before_water(record: RunRecord) -> float:
    """Return the share of the people of special groups who had to go that were out before the water."""
    ledger = record.ledger
    special = had_to_go(ledger) & (ledger["special_group"] != "").to_numpy()
    people = people_of(ledger)
    total = int(people[special].sum())
    return float(people[special & out_before_water(ledger)].sum() / total) if total else np.nan
