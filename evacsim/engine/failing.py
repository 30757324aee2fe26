"""What did not work in a run, one line for each kind of failure at each thing it befell."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.engine.log import EventLog, Kind, written
from evacsim.terms import EVENT_KINDS, FAILURES
from evacsim.world.people import Households


def failures(log: EventLog, households: Households, names: Mapping[Kind, NDArray[Any]]) -> pd.DataFrame:
    """Return the table `failures`, in the order of `terms.FAILURES`, then of time.

    What befalls households is put together by zone, and counts the people of each household once.
    """
    events = log.events(FAILURES)
    is_household = events.subject_kind == Kind.HOUSEHOLD
    household = np.where(is_household, events.subject, 0)
    row = np.where(is_household, households.zone[household], events.subject)
    kind = np.where(is_household, int(Kind.ZONE), events.subject_kind)
    ids = np.array(list(EVENT_KINDS), dtype=object)
    found = pd.DataFrame(
        {
            "kind": ids[events.kind],
            "place": written(kind, row, names),
            "time_s": events.time,
            "household": np.where(is_household, household, -1 - np.arange(len(row))),
            "people": np.where(is_household, households.people[household], np.nan),
        }
    )
    groups = ["kind", "place"]
    told = found.groupby(groups).agg(time_s=("time_s", "min"), times=("time_s", "size")).reset_index()
    once = found.drop_duplicates([*groups, "household"]).groupby(groups)["people"].sum(min_count=1)
    told = told.merge(once.reset_index(), on=groups)
    told["text_en"] = [EVENT_KINDS[kind].en for kind in told["kind"]]
    told["text_zh"] = [EVENT_KINDS[kind].zh for kind in told["kind"]]
    order = told["kind"].map({kind: number for number, kind in enumerate(FAILURES)})
    return told.assign(order=order).sort_values(["order", "time_s", "place"], ignore_index=True)
