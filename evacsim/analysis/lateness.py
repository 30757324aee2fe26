"""Where the time goes, who is late, and why.

The time of a household from the trigger to its bed falls into seven stages. A household that
had to go is *late* when it is out after its zone's deadline, after the water, or never.
"""

import numpy as np
import pandas as pd

from evacsim.analysis.people import (
    Floats,
    had_to_go,
    in_state,
    only,
    out_times,
    people_of,
    refused,
    times,
    weighted_quantile,
    went_home,
)
from evacsim.language import Text
from evacsim.results.record import RunRecord
from evacsim.terms import HouseholdState

STAGES: dict[str, Text] = {
    "decide": Text("decide", "决策"),
    "relay": Text("relay the order", "传达叫应"),
    "prepare": Text("prepare", "准备"),
    "walk": Text("walk", "步行"),
    "wait": Text("wait for the bus", "候车"),
    "ride": Text("ride or drive", "乘车、驾车"),
    "register": Text("register", "登记"),
}
"""From the trigger to the bed: order, notice, leaving home, pick-up point, bus, shelter, bed."""

CAUSES: dict[str, Text] = {
    "no_order": Text("never ordered to go", "未收到转移指令"),
    "refused": Text("refused to go", "拒不转移"),
    "no_seat": Text("never got a seat on a bus", "未能上车"),
    "cut_off_at_home": Text("cut off by water before leaving home", "离家前被水围困"),
    "cut_off_going_home": Text("cut off by water going home, or home again", "返家途中或返家后被水围困"),
    "cut_off_in_shelter": Text("cut off by water in its shelter", "在安置点被水围困"),
    "turned_away": Text("turned away at full or flooded shelters", "安置点已满或进水，辗转安置"),
    "cut_off_on_the_way": Text("cut off by water on the way", "途中被水围困"),
    "under_way": Text("still under way at the end", "推演结束时仍在途中"),
    **{
        f"slow_{stage}": Text(f"out too late: {text.en}", f"转移偏晚：{text.zh}")
        for stage, text in STAGES.items()
    },
}
"""Why a household is late; the first that holds counts. Turned away are those who had reached a
shelter in time, so the delay came after it; the slow ones name the longest of their stages."""

ON_FOOT, BY_BUS = "walk", "bus"


def stage_times(record: RunRecord) -> pd.DataFrame:
    """Return the time each household spends in each of `STAGES` [s]; one row per row of the ledger.

    A stage that a household never enters is nan. A stage it never leaves lasts to the end of
    the run, or to the moment at which the water or a full shelter ended it.
    """
    ledger = record.ledger
    mode = ledger["mode"].fillna("").to_numpy(dtype=object)
    bus, foot = mode == BY_BUS, mode == ON_FOOT
    arrived, departed = times(ledger, "arrived_s"), times(ledger, "departed_s")
    at_pickup, boarded = times(ledger, "at_pickup_s"), times(ledger, "boarded_s")
    told, ordered = times(ledger, "told_s"), times(ledger, "ordered_s")
    closing = _closing_times(record)
    spans = {
        "decide": (times(ledger, "triggered_s"), ordered),
        "relay": (ordered, told),
        "prepare": (told, departed),
        "walk": (np.where(bus | foot, departed, np.nan), np.where(bus, at_pickup, arrived)),
        "wait": (np.where(bus, at_pickup, np.nan), boarded),
        "ride": (np.where(bus, boarded, np.where(foot, np.nan, departed)), arrived),
        "register": (arrived, times(ledger, "settled_s")),
    }
    open_until = {name: np.where(np.isnan(end), closing, end) - begin for name, (begin, end) in spans.items()}
    return pd.DataFrame({name: np.maximum(length, 0.0) for name, length in open_until.items()})


def _closing_times(record: RunRecord) -> Floats:
    """Return when the open stage of each household ends [s]; nan where nothing is open."""
    ledger = record.ledger
    ended = in_state(
        ledger,
        *(HouseholdState.STRANDED.id, HouseholdState.TRAPPED.id),
        *(HouseholdState.DEAD.id, HouseholdState.UNSHELTERED.id),
    )
    closing = np.where(ended, times(ledger, "final_s"), record.end)
    done = in_state(
        ledger,
        *(HouseholdState.REFUSED.id, HouseholdState.SHELTERED.id),
        *(HouseholdState.RETURNING.id, HouseholdState.RETURNED.id),
    )
    return np.where(done, np.nan, closing)


def mean_stage_times(record: RunRecord) -> dict[str, float]:
    """Return the mean time per person in each stage, over the people who had to go and entered it [s]."""
    go = had_to_go(record.ledger)
    people = people_of(record.ledger)[go]
    means = {}
    for name, lengths in stage_times(only(record, go)).items():
        entered = lengths.notna().to_numpy()
        weight = people[entered].sum()
        means[str(name)] = float((lengths[entered] * people[entered]).sum() / weight) if weight else np.nan
    return means


def late_households(record: RunRecord) -> pd.DataFrame:
    """Return the households that are late: `household, zone, people, late_by_s, cause, stage, final_state`.

    `late_by_s` is infinite for those who never get out. `stage` is the longest of `STAGES`
    before registration; empty for those who refused or were never ordered. In the order of the
    ledger.
    """
    going = only(record, had_to_go(record.ledger))
    deadline = record.tables["zones"].set_index("zone")["deadline_s"]
    by = np.fmin(going.ledger["zone"].map(deadline).to_numpy(np.float64), times(going.ledger, "water_s"))
    out_at = out_times(going.ledger)
    late = np.isnan(out_at) | (out_at > by)
    ledger, out, limit = going.ledger[late], out_at[late], by[late]
    stages = stage_times(only(going, late))[[stage for stage in STAGES if stage != "register"]]
    longest = _longest(stages)
    cause = _causes(only(going, late), limit, longest)
    found: pd.DataFrame = ledger[["household", "zone", "people"]].reset_index(drop=True)
    return found.assign(
        late_by_s=np.where(np.isnan(out), np.inf, out - limit),
        cause=cause,
        stage=np.where(np.isin(cause, ["no_order", "refused"]), "", longest),
        final_state=ledger["final_state"].to_numpy(),
    )


def _longest(stages: pd.DataFrame) -> np.ndarray:
    """Return the name of the longest stage of each row, empty where all are unknown."""
    lengths = stages.to_numpy(dtype=np.float64)
    known = ~np.isnan(lengths)
    names = stages.columns.to_numpy(dtype=object)[np.where(known, lengths, -1.0).argmax(axis=1)]
    return np.where(known.any(axis=1), names, "")


def _causes(record: RunRecord, limit: Floats, longest: np.ndarray) -> np.ndarray:
    """Return for each household why it would be late, held against its time limit [s]."""
    ledger = record.ledger
    lost = in_state(ledger, HouseholdState.DEAD.id, HouseholdState.STRANDED.id, HouseholdState.TRAPPED.id)
    left = ~np.isnan(times(ledger, "departed_s"))
    no_seat = ~np.isnan(times(ledger, "at_pickup_s")) & np.isnan(times(ledger, "boarded_s"))
    checks = {
        "no_order": np.isnan(times(ledger, "ordered_s")),
        "refused": refused(record),
        "no_seat": no_seat,
        "cut_off_at_home": lost & ~left,
        "cut_off_going_home": lost & went_home(record),
        "cut_off_in_shelter": lost & ~np.isnan(times(ledger, "arrived_s")),
        "turned_away": _first_turned_away(record) <= np.where(np.isnan(limit), np.inf, limit),
        "cut_off_on_the_way": lost,
        "under_way": np.isnan(out_times(ledger)),
    }
    slow = np.array([f"slow_{stage}" for stage in longest], dtype=object)
    return np.select(list(checks.values()), list(checks), default=slow)


def _first_turned_away(record: RunRecord) -> Floats:
    """Return when each household first stood before a shelter that did not take it in [s]; nan for never."""
    events = record.events[record.events["kind"] == "turned_away"]
    first = events.groupby(events["subject"].str.removeprefix("household/"))["time_s"].min()
    return record.ledger["household"].map(first).to_numpy(np.float64)


def late_by_zone(record: RunRecord) -> pd.DataFrame:
    """Return `zone, cause, people, households, stage` ranked: zones and causes with most late people first.

    `stage` is the stage that is the longest for most of these people.
    """
    late = late_households(record)
    columns = ["zone", "cause", "people", "households", "stage"]
    if late.empty:
        return pd.DataFrame(columns=columns)
    by_stage = late.groupby(["zone", "cause", "stage"])["people"].sum().reset_index()
    by_stage = by_stage.sort_values("people", ascending=False, kind="stable")
    stage = by_stage.groupby(["zone", "cause"])["stage"].first()
    ranked = late.groupby(["zone", "cause"])["people"].agg(["sum", "size"])
    ranked = ranked.assign(stage=stage).reset_index()
    ranked = ranked.rename(columns={"sum": "people", "size": "households"})
    total = ranked.groupby("zone")["people"].transform("sum")
    ranked = ranked.assign(total=total).sort_values(
        ["total", "zone", "people", "cause"], ascending=[False, True, False, True], ignore_index=True
    )
    return ranked[columns]


def relay_time_90(record: RunRecord) -> float:
    """Return the time from the order by which 90 % of those who had to go were told [s].

    Infinite where fewer are ever told, nan where nobody was ordered.
    """
    ledger = record.ledger
    ordered = had_to_go(ledger) & ~np.isnan(times(ledger, "ordered_s"))
    took = (times(ledger, "told_s") - times(ledger, "ordered_s"))[ordered]
    return weighted_quantile(np.where(np.isnan(took), np.inf, took), people_of(ledger)[ordered], 0.9)
