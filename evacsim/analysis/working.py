"""Works: what was done, how long roads that are cut were so (抢险作业)."""

import numpy as np

from evacsim.results.record import RunRecord


def done_share(record: RunRecord) -> float:
    """Return the share of the works that were needed and that were done; nan where none was.

    Patrols and pumps, which are never done, do not count.
    """
    works = record.tables["works"]
    needed = (works["why_not"] != "not_needed") & ~works["what"].isin(["patrol", "pump"])
    return float(works["done_s"][needed].notna().mean()) if needed.any() else np.nan


def time_to_clear(record: RunRecord) -> float:
    """Return the mean time from a road being cut until it is cleared [s]; inf where one never was, nan without."""
    works = record.tables["works"]
    clear = works[works["what"] == "clear"]
    if not len(clear):
        return np.nan
    return float((clear["done_s"] - clear["arisen_s"]).fillna(np.inf).mean())


def dykes_held(record: RunRecord) -> float:
    """Return the share of dykes that held, of those that fail if nobody does anything; nan without."""
    dykes = record.tables["dykes"]
    doomed = dykes[dykes["given_s"].notna()]
    return float(doomed["failed_s"].isna().mean()) if len(doomed) else np.nan


def dyke_time_gained(record: RunRecord) -> float:
    """Return the mean time by which those dykes held longer [s], to the end of the run at most; nan without."""
    dykes = record.tables["dykes"]
    doomed = dykes[dykes["given_s"].notna()]
    if not len(doomed):
        return np.nan
    return float((doomed["failed_s"].fillna(record.duration) - doomed["given_s"]).mean())
