"""Who had to go, who got out, and where everybody stood in the end.

*Had to go* (应转): the plan moves the household, it was there, and its trigger fired or water came
to its home; whether it was told or obeyed does not matter. *Out* (已转移): it ended in a shelter, at
its registration, at a planned refuge, home again, or arrived and found no place; `out_times` says
since when. Everything counts
people, not households.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.errors import Issue, ResultsError
from evacsim.language import Text
from evacsim.results.columns import RUN_AGAIN
from evacsim.results.record import RunRecord
from evacsim.terms import HouseholdState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OUT = (
    HouseholdState.REGISTERING.id,
    HouseholdState.SHELTERED.id,
    HouseholdState.UNSHELTERED.id,
    HouseholdState.AT_REFUGE.id,
    HouseholdState.RETURNING.id,
    HouseholdState.RETURNED.id,
)
"""States of people who are out of harm's way, or were and have gone home."""

CUT_OFF = (HouseholdState.STRANDED.id, HouseholdState.TRAPPED.id)
"""States of living people whom the water keeps where they are."""


def people_of(ledger: pd.DataFrame) -> Ints:
    """Return the people of each household; int64, shape (n_households,) [person]."""
    return ledger["people"].to_numpy(dtype=np.int64)


def only(record: RunRecord, households: Bools) -> RunRecord:
    """Return the record with the rows of some households alone in its ledger; bool, shape (n_households,)."""
    return replace(record, ledger=record.ledger[households])


def in_plan(ledger: pd.DataFrame) -> Bools:
    """Return which households the plan moves when it is triggered; bool, shape (n_households,)."""
    return _is_moved(ledger["mode"].to_numpy(dtype=object))


def had_to_go(ledger: pd.DataFrame) -> Bools:
    """Return which households had to go; bool, shape (n_households,).

    A zone whose trigger never fires and which stays dry did not have to, nor who was not there
    when the order came.
    """
    never = [np.isnan(times(ledger, column)) for column in ("triggered_s", "ordered_s", "water_s")]
    go = ~np.logical_and.reduce(never) & ledger["present"].to_numpy(dtype=bool)
    go[go] = _is_moved(ledger["mode"].to_numpy(dtype=object)[go])
    return np.asarray(go)


def _is_moved(modes: NDArray[np.object_]) -> Bools:
    return np.asarray(~pd.isna(modes) & (modes != ""))


def times(ledger: pd.DataFrame, column: str) -> Floats:
    """Return a column of times; float64, shape (n_households,) [s], nan where it never happened."""
    return ledger[column].to_numpy(dtype=np.float64)


def in_state(ledger: pd.DataFrame, *states: str) -> Bools:
    """Return which households ended in one of `states`; bool, shape (n_households,)."""
    return ledger["final_state"].isin(states).to_numpy()


def refused(record: RunRecord) -> Bools:
    """Return which households refused to go, whatever the water did to them later; bool, shape (n_households,)."""
    events = record.events
    refusers = events.loc[events["kind"] == "refused", "subject"].str.removeprefix("household/")
    at_the_end = in_state(record.ledger, HouseholdState.REFUSED.id)
    return at_the_end | record.ledger["household"].isin(refusers).to_numpy()


def went_home(record: RunRecord) -> Bools:
    """Return which households have set out for home, allowed or not, and are in no shelter at the end."""
    ledger = record.ledger
    home = ledger["household"].isin(record.tables["returns"]["household"]).to_numpy(copy=True)
    home[home] = ~ledger["final_place"][home].str.startswith("shelter/").to_numpy(dtype=bool)
    return np.asarray(home)


def out_times(ledger: pd.DataFrame) -> Floats:
    """Return since when each household is out; float64, shape (n_households,) [s], nan for never.

    That is its arrival at the shelter that took it in, or, where none did, at the last one.
    """
    arrived = times(ledger, "arrived_s")
    since = np.where(np.isnan(arrived), times(ledger, "final_s"), arrived)
    return np.where(in_state(ledger, *OUT), since, np.nan)


def out_before_water(ledger: pd.DataFrame) -> Bools:
    """Return which households are out before water stands at their homes, or where none comes."""
    out = out_times(ledger)
    return ~np.isnan(out) & ~(out > times(ledger, "water_s"))


def final_states(record: RunRecord) -> pd.DataFrame:
    """Return `state, people, households` at the end, in the order of `terms.HouseholdState`, all states.

    Raises
    ------
    ResultsError
        If the states do not add up to the population.
    """
    grouped = record.ledger.groupby("final_state")["people"].agg(["sum", "size"])
    table = grouped.reindex([state.id for state in HouseholdState], fill_value=0).astype(np.int64)
    total = int(table["sum"].sum())
    if total != record.population or table["size"].sum() != len(record.ledger):
        rule = Text(
            f"the final states must add up to the population of {record.population}",
            f"最终状态人数之和必须等于总人口 {record.population}",
        )
        raise ResultsError("ledger", [Issue("ledger", rule, RUN_AGAIN, place="people", value=str(total))])
    table = table.rename(columns={"sum": "people", "size": "households"})
    return table.rename_axis("state").reset_index()


def stuck_places(record: RunRecord) -> pd.DataFrame:
    """Return `place, state, people, households` of all who ended stranded, trapped or dead, most people first."""
    ledger = record.ledger
    lost = ledger[in_state(ledger, *CUT_OFF, HouseholdState.DEAD.id)]
    grouped = lost.groupby(["final_place", "final_state"])["people"].agg(["sum", "size"]).reset_index()
    grouped.columns = pd.Index(["place", "state", "people", "households"])
    return grouped.sort_values(["people", "place", "state"], ascending=[False, True, True], ignore_index=True)


def weighted_quantile(values: Floats, weights: Ints, share: float) -> float:
    """Return the smallest value that at least `share` of the weight does not exceed; nan without weight.

    Infinite values are allowed, nan is not.
    """
    total = int(weights.sum())
    if total == 0:
        return np.nan
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    # A hundredth of a person: 0.95 * 20 must not ask for more than 19 people.
    return float(values[order][np.searchsorted(reached, share * total - 0.01)])
