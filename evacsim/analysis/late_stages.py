"""Where the time of those who are late goes, stage by stage: the time chain of one run in seven numbers.

The stages are those of `analysis.lateness`, laid out as the plan's time chain has them: the way of the order is parted
where the office that leads the zone acknowledges it, the ways on foot and by vehicle are one.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evacsim.analysis.lateness import stage_times
from evacsim.analysis.people import Floats, only, people_of, times
from evacsim.language import Text
from evacsim.results.record import RunRecord

LATE_STAGES: Mapping[str, Text] = {
    "decide": Text("decide", "会商决策"),
    "acknowledge": Text("call down and acknowledge", "逐级叫应"),
    "relay": Text("tell the households", "通知到户"),
    "prepare": Text("prepare", "准备"),
    "wait": Text("wait for the bus", "候车"),
    "road": Text("on the road", "在途"),
    "queue": Text("queue at the shelter", "安置点排队登记"),
}
"""From the trigger to the bed."""


def late_stage_times(record: RunRecord, late: pd.DataFrame) -> dict[str, float]:
    """Return the person-seconds that people who are late spend in each of `LATE_STAGES`.

    Whoever refused or was never ordered is left out: no stage kept them. `late` are the households that are late, as
    `lateness.late_households` gives them.
    """
    late = late[late["stage"] != ""]
    rows = record.ledger["household"].isin(late["household"]).to_numpy()
    ledger, spent = record.ledger[rows], stage_times(only(record, rows))
    people = people_of(ledger)
    called = _calling(record, ledger, spent)
    stages = {
        "decide": spent["decide"].to_numpy(),
        "acknowledge": called,
        "relay": spent["relay"].to_numpy() - np.nan_to_num(called),
        "prepare": spent["prepare"].to_numpy(),
        "wait": spent["wait"].to_numpy(),
        "road": np.nan_to_num(spent["walk"].to_numpy()) + np.nan_to_num(spent["ride"].to_numpy()),
        "queue": spent["register"].to_numpy(),
    }
    return {name: float(np.nan_to_num(stages[name]) @ people) for name in LATE_STAGES}


def _calling(record: RunRecord, ledger: pd.DataFrame, spent: pd.DataFrame) -> Floats:
    """Return how much of the relay of each household passed before its office had acknowledged [s].

    Word may reach a household by a channel before its office has answered: the relay is over then. All of it where the
    office never answers, none where the plan has no offices.
    """
    relay = np.nan_to_num(spent["relay"].to_numpy(np.float64))
    if record.tables["offices"].empty:
        return np.zeros_like(relay)
    took = times(ledger, "acknowledged_s") - times(ledger, "ordered_s")
    return np.where(np.isnan(took), relay, np.clip(took, 0.0, relay))
