"""Over which networks messages went, and until when each reached whom (三网通联)."""

import numpy as np
import pandas as pd

from evacsim.results.record import RunRecord
from evacsim.scenario.communication import NETWORK_OF

ALL = "all"
"""Stands for all networks together among their names."""
NETWORK_OF_MEANS = {**NETWORK_OF, "messenger": "messenger"}
"""The network of each means of calling; a messenger is his own."""


def message_shares(record: RunRecord) -> dict[str, float]:
    """Return the share of the calls between offices that were acknowledged over each network; nan without any.

    An office above that passes the word on makes a call of its own, and counts.
    """
    calls = record.tables["calls"]
    heard = calls.loc[calls["result"] == "acknowledged", "means"].map(NETWORK_OF_MEANS)
    names = list(dict.fromkeys(NETWORK_OF_MEANS.values()))
    return {name: float((heard == name).mean()) if len(heard) else np.nan for name in names}


def contact_by_network(record: RunRecord) -> pd.DataFrame:
    """Return `zone, network, contactable_s, last_s`: how long each network reached each zone, and until when [s].

    A row for each network, then `all` of them together; `last_s` is nan where it never did. Nothing where the plan
    does not describe its networks.
    """
    if record.tables["network_contact"].empty:
        return pd.DataFrame(columns=["zone", "network", "contactable_s", "last_s"])
    single, together = record.tables["network_contact"], record.tables["contact"].assign(network=ALL)
    rows = []
    for (zone, network), changes in pd.concat([single, together]).groupby(["zone", "network"], sort=False):
        since = changes["time_s"].to_numpy(np.float64)
        reached = changes["contactable"].to_numpy(bool)
        lasts = np.diff(np.append(since, record.end))
        ends = (since + lasts)[reached & (lasts > 0)]
        rows.append((zone, network, float(lasts[reached].sum()), float(ends[-1]) if len(ends) else np.nan))
    return pd.DataFrame(rows, columns=["zone", "network", "contactable_s", "last_s"])


def last_contact(record: RunRecord) -> dict[str, float]:
    """Return when each network reached every zone of those that it ever reached for the last time [s].

    nan where it reached none; the end of the run where it still reaches all of them then.
    """
    lasts = contact_by_network(record).groupby("network")["last_s"].min()
    return {str(network): float(last) for network, last in lasts.items()}
