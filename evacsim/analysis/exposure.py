"""People and water: who was out before it came, by how much, and whom it met at home.

Lead time (转移提前量): from being out to the first water at the home that was left, per person.
Negative where the water came first; unknown where no water comes.
"""

from dataclasses import dataclass

import numpy as np

from evacsim.analysis.people import (
    CUT_OFF,
    Floats,
    Ints,
    had_to_go,
    in_state,
    out_times,
    people_of,
    times,
    weighted_quantile,
    went_home,
)
from evacsim.results.record import RunRecord
from evacsim.terms import Group, HouseholdState

LEAD_WANTED = 2 * 3600.0
"""A transfer in good time is out this long before the water [s] (assumed; a limit that plans are held against)."""


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long before the water people are out, over all who had to go and whose homes get water."""

    people: int
    """People it is about."""
    median: float
    """Half of them are out at least so long before the water [s]; -inf where more than half never are."""
    shortest_5: float
    """All but the 5 % with the least lead are out at least so long before the water [s]; -inf likewise."""
    share_in_good_time: float
    """Share with a lead of `LEAD_WANTED` or more."""


def lead_times(record: RunRecord) -> tuple[Floats, Ints]:
    """Return lead time [s] and people of each household that had to go and whose home gets water.

    Households that never get out have a lead time of minus infinity.
    """
    ledger = record.ledger
    threatened = had_to_go(ledger) & ~np.isnan(times(ledger, "water_s"))
    lead = (times(ledger, "water_s") - out_times(ledger))[threatened]
    return np.where(np.isnan(lead), -np.inf, lead), people_of(ledger)[threatened]


def lead_time(record: RunRecord) -> LeadTime:
    """Return the lead times of a run in brief."""
    lead, people = lead_times(record)
    total = int(people.sum())
    return LeadTime(
        people=total,
        # The least lead that a share of the people have or exceed, so counted from the top.
        median=-weighted_quantile(-lead, people, 0.5),
        shortest_5=-weighted_quantile(-lead, people, 0.95),
        share_in_good_time=float(people[lead >= LEAD_WANTED].sum() / total) if total else np.nan,
    )


@dataclass(frozen=True, slots=True)
class Exposure:
    """People whom the water reached [person]."""

    homes_wet: int
    """People whose homes got water."""
    met_at_home: int
    """Of them those who were at home when it came."""
    met_outside_plan: int
    """Of those again, people the plan does not move."""
    dead: int
    """Dead at the end."""
    trapped: int
    """Trapped at the end."""
    stranded: int
    """Stranded at the end."""
    lost_in_shelter: int
    """Of the dead, trapped and stranded those who had arrived at a shelter before and had not set out for home."""
    peak_cut_off: int
    """Most people stranded or trapped at one moment."""


def exposure(record: RunRecord) -> Exposure:
    """Return whom the water reached."""
    ledger = record.ledger
    people, water = people_of(ledger), times(ledger, "water_s")
    is_there = ledger["present"].to_numpy(dtype=bool)
    # Whoever visits and is not there has no home there that could get wet.
    wet = ~np.isnan(water)
    away = wet & ~is_there
    wet[away] = (ledger["special_group"][away] != Group.VISITOR.id).to_numpy()
    at_home = wet & is_there & ~(times(ledger, "departed_s") <= water)
    in_shelter = in_state(ledger, *CUT_OFF, HouseholdState.DEAD.id) & ~np.isnan(times(ledger, "arrived_s"))
    in_shelter &= ~went_home(record)
    return Exposure(
        homes_wet=int(people[wet].sum()),
        met_at_home=int(people[at_home].sum()),
        met_outside_plan=int(people[at_home & ~had_to_go(ledger)].sum()),
        dead=int(people[in_state(ledger, HouseholdState.DEAD.id)].sum()),
        trapped=int(people[in_state(ledger, HouseholdState.TRAPPED.id)].sum()),
        stranded=int(people[in_state(ledger, HouseholdState.STRANDED.id)].sum()),
        lost_in_shelter=int(people[in_shelter].sum()),
        peak_cut_off=_peak(record, CUT_OFF),
    )


def _peak(record: RunRecord, states: tuple[str, ...]) -> int:
    """Return the most people who were in any of `states` at one moment."""
    steps = record.tables["states"]
    if steps.empty:
        return 0
    wide = steps.pivot_table(index="time_s", columns="state", values="people", aggfunc="last")
    wide = wide.reindex(columns=list(states)).ffill().fillna(0)
    return int(wide.sum(axis=1).max())
