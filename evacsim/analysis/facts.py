"""The facts of a run that its indicators are made from, each computed once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evacsim.analysis import (
    clearance,
    commanding,
    exposure,
    lateness,
    reaching,
    responding,
    sheltering,
    transport,
)
from evacsim.analysis.people import final_states, had_to_go, out_before_water, out_times, people_of, refused
from evacsim.results.record import RunRecord

RELIEF_LIMIT = 8 * 3600.0
"""District 14th five-year plan: basic relief within 8 h [s] (seen); holds where the plan sets no limit."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the indicators are made from, each computed once."""

    record: RunRecord
    states: dict[str, int]
    had_to_go: int
    out: int
    out_before_water: int
    refused: int
    lead: exposure.LeadTime
    exposed: exposure.Exposure
    clearance: dict[float, float]
    first_order: float
    last_out: float
    stages: dict[str, float]
    late: pd.DataFrame
    """The households that are late, as `lateness.late_households` gives them."""
    zones_with_deadline: int
    zones_in_time: int
    response: responding.Response
    command: commanding.Command
    reach: reaching.Reaching
    shelters: pd.DataFrame
    buses: transport.BusService
    relief_limit: float


def gather(record: RunRecord) -> Facts:
    """Return the facts of a run."""
    ledger = record.ledger
    people, go, out = people_of(ledger), had_to_go(ledger), out_times(ledger)
    states = final_states(record)
    deadlines = clearance.deadlines(record)
    gone = go & ~np.isnan(out)
    return Facts(
        record=record,
        states=dict(zip(states["state"], states["people"].tolist(), strict=True)),
        had_to_go=int(people[go].sum()),
        out=int(people[gone].sum()),
        out_before_water=int(people[go & out_before_water(ledger)].sum()),
        refused=int(people[go & refused(record)].sum()),
        lead=exposure.lead_time(record),
        exposed=exposure.exposure(record),
        clearance=clearance.clearance_times(record),
        first_order=clearance.first_order(record),
        last_out=float(out[gone].max()) if gone.any() else np.nan,
        stages=lateness.mean_stage_times(record),
        late=lateness.late_households(record),
        zones_with_deadline=len(deadlines),
        zones_in_time=int(deadlines["met"].sum()),
        response=responding.response(record),
        command=commanding.command(record),
        reach=reaching.reaching(record),
        shelters=sheltering.shelter_loads(record),
        buses=transport.bus_service(transport.buses(record)),
        relief_limit=record.limits.get("relief_limit", RELIEF_LIMIT),
    )
