"""Shelters and the care they give: how full, whom they turned away, how soon people had a bed.

Load ratio: people over capacity. Relief (基本生活救助): a household that left home has it once
it is registered and settled.
"""

import numpy as np
import pandas as pd

from evacsim.analysis.people import Floats, Ints, people_of, times, weighted_quantile
from evacsim.results.record import RunRecord


def shelter_loads(record: RunRecord) -> pd.DataFrame:
    """Return one row per shelter, the fullest first.

    `shelter, name, township, capacity, people` (final), `peak, peak_ratio, final_ratio,
    turned_away, flooded_s, synthetic`. A ratio is 0 without limit, nan where nobody may be
    and nobody is.
    """
    shelters = record.tables["shelters"]
    highest = record.tables["shelter_load"].groupby("shelter")["people"].max()
    people = shelters["people"].to_numpy(np.int64)
    peak = np.maximum(people, shelters["shelter"].map(highest).fillna(0).to_numpy(np.int64))
    capacity = shelters["capacity"].to_numpy(np.float64)
    columns = ["shelter", "name", "township", "capacity", "people", "turned_away", "flooded_s", "synthetic"]
    loads = shelters[columns].assign(
        peak=peak, peak_ratio=_ratio(peak, capacity), final_ratio=_ratio(people, capacity)
    )
    return loads.sort_values(
        ["peak_ratio", "peak", "shelter"], ascending=[False, False, True], ignore_index=True
    )


def township_loads(record: RunRecord) -> pd.DataFrame:
    """Return `township, shelters, flooded, capacity, dry_capacity, people, ratio`, the fullest first.

    `dry_capacity` is the capacity of the shelters that no water entered; `ratio` holds people
    against it.
    """
    shelters = record.tables["shelters"]
    flooded = shelters["flooded_s"].notna()
    table = shelters.assign(
        shelters=1, flooded=flooded.astype(np.int64), dry_capacity=shelters["capacity"].where(~flooded, 0.0)
    )
    table = table.groupby("township")[["shelters", "flooded", "capacity", "dry_capacity", "people"]].sum()
    table["ratio"] = _ratio(table["people"].to_numpy(np.int64), table["dry_capacity"].to_numpy(np.float64))
    table = table.reset_index()
    return table.sort_values(["ratio", "township"], ascending=[False, True], ignore_index=True)


def relief_times(record: RunRecord, stage: str | None = None) -> tuple[Floats, Ints]:
    """Return the time from leaving home to relief [s] and the people, of all who left home.

    Infinite for those who never were relieved. Relief is food, water and a bed where the run knows of
    any of them, had or only handed out, else being settled; `stage` names a column of the ledger instead.
    """
    ledger = record.ledger
    left = ~np.isnan(times(ledger, "departed_s"))
    end = stage or ("relieved_s" if _knows_of_supplies(record) else "settled_s")
    took = (times(ledger, end) - times(ledger, "departed_s"))[left]
    return np.where(np.isnan(took), np.inf, took), people_of(ledger)[left]


def relief_share(record: RunRecord, limit: float, stage: str | None = None) -> float:
    """Return the share of those who left home that were relieved within `limit` [s]; nan if nobody left."""
    relieved, total = relief_count(record, limit, stage)
    return relieved / total if total else np.nan


def relief_count(record: RunRecord, limit: float, stage: str | None = None) -> tuple[int, int]:
    """Return how many of those who left home were relieved within `limit` [s], and how many left."""
    took, people = relief_times(record, stage)
    return int(people[took <= limit].sum()), int(people.sum())


def relief_quantile(record: RunRecord, share: float) -> float:
    """Return the time within which this share of those who left home was relieved [s]."""
    return weighted_quantile(*relief_times(record), share)


def opening_time(record: RunRecord, share: float) -> float:
    """Return the time within which this share of the shelters that were called for was open [s]; nan without any."""
    called = record.tables["facilities"]
    called = called[called["called_s"].notna()]
    if called.empty:
        return np.nan
    took = (called["opened_s"] - called["called_s"]).fillna(np.inf).to_numpy(dtype=np.float64)
    return weighted_quantile(took, np.ones(len(took), dtype=np.int64), share)


def short_person_hours(record: RunRecord, item: str) -> float:
    """Return the person-hours for which something was short at shelters; nan where nothing is said of it."""
    services = record.tables["services"]
    short = services.loc[services["item"] == item, "short_person_h"]
    return float(short.sum()) if len(short) else np.nan


def missed(record: RunRecord) -> tuple[Floats, Ints]:
    """Return the time from being reported missing to being together again [s], infinite for never, and the people."""
    missing = record.tables["missing"]
    took = missing["reunited_s"].to_numpy(np.float64) - missing["reported_s"].to_numpy(np.float64)
    return np.where(np.isnan(took), np.inf, took), missing["people"].to_numpy(np.int64)


def reunited_share(record: RunRecord) -> float:
    """Return the share of those reported missing who are with their family again; nan where nobody was."""
    took, people = missed(record)
    total = int(people.sum())
    return float(people[np.isfinite(took)].sum() / total) if total else np.nan


def first_time(record: RunRecord, kind: str) -> float:
    """Return when an event of a kind first happened [s]; infinity for never."""
    times_of = record.events.loc[record.events["kind"] == kind, "time_s"]
    return float(times_of.min()) if len(times_of) else np.inf


def _knows_of_supplies(record: RunRecord) -> bool:
    """Return whether the run reckons with food, water or beds, even where nobody was given any."""
    had = [np.isfinite(times(record.ledger, stage)).any() for stage in ("food_s", "drinking_s", "bed_s")]
    return any(had) or not record.tables["stocks"].empty


def _ratio(people: Ints, capacity: Floats) -> Floats:
    """Return people over capacity; 0 over 0 is nan, people without any capacity are infinitely many."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(people / capacity)
