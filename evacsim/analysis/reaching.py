"""How the word reached the people: over which channels, from door to door, and what was counted (预警覆盖、入户)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evacsim.analysis.people import Bools, people_of, times
from evacsim.results.record import RunRecord

REACH_LIMITS = (0.90, 0.95)
"""Share of the public that warnings of a disaster, and of the weather, are to reach (seen: district five-year plan)."""


@dataclass(frozen=True, slots=True)
class Reaching:
    """How the word reached the people of a run; nan where the plan describes no channels, or no teams."""

    public_reach: float
    """Share of the people of the zones that were warned who had word before the water, or by the end."""
    households_per_team: float
    """Most entries on the list of one team."""
    unvisited: float
    """Households that no team came to although they were due."""
    false_zeros: float
    """Zones declared empty with people left in them."""
    false_zero_people: float
    """People left in them when that was declared."""


def reaching(record: RunRecord) -> Reaching:
    """Return how the word reached the people of a run."""
    teams, events = record.tables["officers"], record.events
    left = events.loc[events["kind"] == "officer_overloaded", "value"]
    declared = events.loc[events["kind"] == "zero_declared", "value"]
    has_teams = not teams.empty
    return Reaching(
        public_reach=public_reach(record),
        households_per_team=float(teams["households"].max()) if has_teams else np.nan,
        unvisited=float(left.sum()) if has_teams else np.nan,
        false_zeros=float((declared > 0).sum()) if has_teams else np.nan,
        false_zero_people=float(declared.sum()) if has_teams else np.nan,
    )


def public_reach(record: RunRecord) -> float:
    """Return the share of the people of all zones that were warned who had word before the water, or by the end."""
    people, (asked, in_time) = people_of(record.ledger), word_in_time(record)
    total = int(people[asked].sum())
    return float(people[asked & in_time].sum() / total) if total else np.nan


def word_in_time(record: RunRecord) -> tuple[Bools, Bools]:
    """Return which households are of zones that were warned, and which had word before the water, or by the end."""
    ledger = record.ledger
    zones = {*record.tables["reach"]["zone"], *record.tables["sweeps"]["zone"]}
    asked = (ledger["zone"].isin(zones) & ledger["present"]).to_numpy(dtype=bool)
    warned, water = times(ledger, "warned_s"), times(ledger, "water_s")
    return asked, warned <= np.where(np.isnan(water), np.inf, water)


def reach_by_channel(record: RunRecord) -> pd.DataFrame:
    """Return how many people each channel reached, over all zones.

    Returns
    -------
    DataFrame
        `channel`, empty for all together, those who heard at the door or from neighbors among them; `people` of
        the zones in which it went out; `reached` of them at least once; `share`. Sorted by channel.
    """
    sums = record.tables["reach"].groupby("channel", sort=True)[["people", "reached"]].sum().reset_index()
    return sums.assign(share=sums["reached"] / sums["people"].where(sums["people"] > 0))
