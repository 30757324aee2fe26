"""Who went home, when it was allowed or before, and whom the water met there."""

import numpy as np

from evacsim.analysis.people import in_state, people_of, times
from evacsim.results.record import RunRecord
from evacsim.terms import HouseholdState

LEAVES = ("set_out_home", "went_back")
ENDS = ("arrived",)
"""What ends a way home elsewhere: a shelter has taken the household in again."""
MEETS_WATER = ("stopped", "stranded", "trapped", "died")


def returned_share(record: RunRecord) -> float:
    """Return the share of those ever settled who are home again at the end; nan where nobody goes home or may."""
    is_allowed = bool((record.events["kind"] == "return_authorized").any())
    settled = ~np.isnan(times(record.ledger, "settled_s"))
    people = people_of(record.ledger)
    total = int(people[settled].sum())
    if not total or (record.tables["returns"].empty and not is_allowed):
        return np.nan
    return float(people[settled & in_state(record.ledger, HouseholdState.RETURNED.id)].sum() / total)


def people_told(record: RunRecord, kind: str) -> int:
    """Return the people of all events of a kind, each time it happened to them."""
    events = record.events
    return int(events.loc[events["kind"] == kind, "value"].sum())


def returned_into_water(record: RunRecord) -> int:
    """Return the people whom the water stopped, held, trapped or killed after they set out for home.

    What it does to them once a shelter has taken them in again does not count.
    """
    events = record.events[record.events["kind"].isin([*LEAVES, *ENDS, *MEETS_WATER])]
    # A household that set out after it had left once is on its way until a shelter takes it in.
    is_homeward: dict[str, bool] = {}
    met: set[str] = set()
    for kind, subject in zip(events["kind"], events["subject"], strict=True):
        if kind in MEETS_WATER:
            if is_homeward.get(subject, False):
                met.add(subject)
        elif str(subject).startswith("household/"):
            is_homeward[subject] = kind in LEAVES
    households = "household/" + record.ledger["household"]
    return int(people_of(record.ledger)[households.isin(met).to_numpy()].sum())
