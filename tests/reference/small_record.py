"""Records written out household by household, for answers that can be checked by hand."""

from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

from evacsim.results.columns import empty, table
from evacsim.results.record import EVENTS, LEDGER, TABLES, RunRecord
from evacsim.terms import HouseholdState

HOUR = 3600.0
END = 24 * HOUR
ORDER = (
    "triggered_s",
    "ordered_s",
    "told_s",
    "departed_s",
    "at_pickup_s",
    "boarded_s",
    "arrived_s",
    "settled_s",
)


def small_record(households, *, population=None, limits=None, **tables):
    """Return a record of households given as dicts; what a dict leaves out is empty or never.

    Tables are given as lists of dicts in the same way; a zone appears for each that is named.
    """
    ledger = frame(
        LEDGER,
        [
            {
                "household": f"h{number}",
                "zone": "A",
                "mode": "bus",
                "people": 1,
                "listed": True,
                "present": True,
                "final_state": "at_home",
            }
            | home
            for number, home in enumerate(households, 1)
        ],
    )
    made = empty_tables()
    made |= {name: frame(TABLES[name], rows) for name, rows in tables.items()}
    if "zones" not in tables:
        made["zones"] = frame(
            TABLES["zones"], [{"zone": zone, "organizer": "x"} for zone in ledger["zone"].unique()]
        )
    return RunRecord(
        scenario_id="small", name="small", plan_name="plan", hazard_name="water", district_name="district",
        seed=1, start=datetime(2026, 7, 18, 20), end=END, duration=END,
        population=int(ledger["people"].sum()) if population is None else population,
        events=empty(EVENTS), ledger=ledger, tables=made, limits=limits or {},
    )  # fmt: skip


@cache
def _nothing():
    return {name: empty(columns) for name, columns in TABLES.items()}


def empty_tables():
    """Return all tables of a record, without rows."""
    return dict(_nothing())


def frame(columns, rows):
    """Return a table of `columns` from dicts."""
    blank = {"str": "", "int64": 0, "float64": np.nan, "Int64": pd.NA, "bool": False}
    full = [{column.name: row.get(column.name, blank[column.dtype]) for column in columns} for row in rows]
    return table(pd.DataFrame(full, columns=[column.name for column in columns]), columns)


def settled(*, zone="A", people=1, mode="bus", at, water=np.nan, **times):
    """Return a household that was settled, `at` hours after the start, one minute after it arrived."""
    hours = {name: value * HOUR for name, value in times.items()}
    begin = {"triggered_s": 0.0, "ordered_s": 0.0, "told_s": 0.0, "departed_s": 0.0} | hours
    return {
        "zone": zone, "people": people, "mode": mode, "arrived_s": at * HOUR, "settled_s": at * HOUR + 60,
        "water_s": water * HOUR, "final_state": "sheltered", "final_s": at * HOUR + 60, **begin,
    }  # fmt: skip


@st.composite
def households(draw):
    """Draw a household that came some way along the chain and stopped there in some state."""
    mode = draw(st.sampled_from(["", "bus", "car", "walk"]))
    home = {
        "zone": draw(st.sampled_from("ABC")),
        "people": draw(st.integers(1, 6)),
        "mode": mode,
        "water_s": draw(st.one_of(st.just(np.nan), st.floats(0, END))),
        "final_s": draw(st.floats(0, END)),
        "final_state": "at_home",
    }
    if not mode:
        return home
    steps = [name for name in ORDER if mode == "bus" or name not in {"at_pickup_s", "boarded_s"}]
    times = sorted(draw(st.lists(st.floats(0, END / 2), min_size=len(steps), max_size=len(steps))))
    reached = draw(st.integers(0, len(steps)))
    home |= dict(zip(steps[:reached], times[:reached], strict=True))
    if reached:
        home["final_s"] = times[reached - 1]
    if reached == len(steps):
        return home | {"final_state": "sheltered"}
    if reached == len(steps) - 1:
        return home | {"final_state": "registering"}
    stuck = [state.id for state in HouseholdState if state.id not in {"sheltered", "registering"}]
    return home | {"final_state": draw(st.sampled_from(stuck))}


FEW = settings(max_examples=30)
"""For properties of whole records, which take milliseconds each."""


def ledgers():
    """Draw a few households."""
    return st.lists(households(), min_size=1, max_size=12)
