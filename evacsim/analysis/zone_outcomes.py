"""What became of each zone in one run, in few numbers: what many runs are compared by."""

import numpy as np
import pandas as pd

from evacsim.analysis.people import had_to_go, out_before_water, people_of, refused
from evacsim.results.record import RunRecord


def zone_outcomes(record: RunRecord) -> pd.DataFrame:
    """Return `zone, people, refused, in_time, ordered_s` for each zone, in the order of the record.

    `people` had to go; `refused` of them did; `in_time` were out before water stood at their homes, or out at all where
    none came. `ordered_s` is the order, nan where there was none.
    """
    ledger = record.ledger
    go, people, no = had_to_go(ledger), people_of(ledger), refused(record)
    in_time = out_before_water(ledger)
    counted = pd.DataFrame(
        {
            "zone": ledger["zone"],
            "people": np.where(go, people, 0),
            "refused": np.where(go & no, people, 0),
            "in_time": np.where(go & in_time, people, 0),
        }
    )
    summed = counted.groupby("zone", sort=False)[["people", "refused", "in_time"]].sum()
    zones = record.tables["zones"]
    found = summed.reindex(zones["zone"], fill_value=0).astype(np.int64).reset_index()
    return found.assign(ordered_s=zones["ordered_s"].to_numpy(np.float64))
