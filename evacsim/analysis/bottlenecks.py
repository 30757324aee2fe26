"""Where people were held up in one run: what had a queue, and what was busy all the time (瓶颈).

Queue: person-seconds that people waited for a thing. Utilisation: the time it was busy over the time it was there to
be used. A third way to name a bottleneck, the narrowest place of the roads, needs the plan: `plan.narrow_places`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evacsim.analysis.lateness import stage_times
from evacsim.analysis.people import people_of
from evacsim.analysis.transport import buses
from evacsim.language import Text
from evacsim.results.record import RunRecord

KINDS: Mapping[str, Text] = {
    "desks": Text("registration desks", "安置点登记台"),
    "buses": Text("buses", "大巴车队"),
    "craft": Text("boats, helicopters", "舟艇、直升机"),
    "road": Text("roads", "道路"),
}
"""What people queue for."""
IDLE, AWAY = "waits", ("no_word", "no_crew", "no_jackets", "no_light", "no_weather")
"""What craft do when nobody needs them, and when they cannot be used (`craft_time`)."""
COLUMNS = ["kind", "thing", "queue_person_s", "busy_s", "available_s"]


def bottlenecks(record: RunRecord) -> pd.DataFrame:
    """Return `kind, thing, queue_person_s, busy_s, available_s, utilisation`, by kind, the busiest first.

    `thing` is shelter/…, depot/… (a fleet), link/…. `busy_s` of roads is a lower bound, and so their utilisation; no
    queue is known of them (nan).

    Notes
    -----
    Buses are busy from the depot until their last passengers are out, but for standing at a stop before anybody
    boards; they are there from the first departure of their fleet to the end of its last round. Craft are there from
    the first to the last deed of any of them, but for what keeps them from being used (no crew, no light, weather).
    """
    parts = [record.tables["use"], _buses(record), _craft(record)]
    found = pd.concat([one[COLUMNS] for one in parts if len(one)] or [pd.DataFrame(columns=COLUMNS)])
    found = found.assign(utilisation=found["busy_s"] / found["available_s"].where(found["available_s"] > 0))
    found["kind"] = pd.Categorical(found["kind"], list(KINDS))
    order = ["kind", "utilisation", "queue_person_s", "thing"]
    found = found.sort_values(order, ascending=[True, False, False, True], na_position="last")
    return found.astype({"kind": "object"}).reset_index(drop=True)


def _buses(record: RunRecord) -> pd.DataFrame:
    vehicles = buses(record)
    came = vehicles[vehicles["came"].astype(bool) & vehicles["departed_s"].notna()]
    stood = _standing_empty(record)
    zones = record.tables["zones"].set_index("zone")["fleet"]
    waited = stage_times(record)["wait"].fillna(0.0).to_numpy() * people_of(record.ledger)
    queue = pd.Series(waited).groupby(record.ledger["zone"].map(zones).to_numpy()).sum()
    rows = []
    for fleet, own in came.groupby("fleet", sort=True):
        done = own["done_s"].fillna(own["departed_s"])
        away = float((done - own["departed_s"]).sum() - own["vehicle"].map(stood).fillna(0.0).sum())
        there = len(own) * float(done.max() - own["departed_s"].min())
        rows.append(("buses", f"depot/{fleet}", float(queue.get(fleet, 0.0)), max(away, 0.0), there))
    return pd.DataFrame(rows, columns=COLUMNS)


def _standing_empty(record: RunRecord) -> "pd.Series[float]":
    """Return by vehicle how long it stood at stops before anybody boarded [s], in rounds that brought people on."""
    rounds = record.tables["rounds"][["vehicle", "at_pickup_s", "left_pickup_s"]].dropna()
    boarded = record.events.loc[record.events["kind"] == "boarded", ["time_s", "place"]]
    boarded = boarded.assign(vehicle=boarded["place"].str.removeprefix("vehicle/"), first_s=boarded["time_s"])
    if rounds.empty or boarded.empty:
        return pd.Series(dtype=np.float64)
    matched = pd.merge_asof(
        rounds.sort_values("at_pickup_s").astype({"vehicle": "object"}),
        boarded.sort_values("time_s").astype({"vehicle": "object"})[["time_s", "vehicle", "first_s"]],
        left_on="at_pickup_s",
        right_on="time_s",
        by="vehicle",
        direction="forward",
    )
    until = np.fmin(matched["first_s"], matched["left_pickup_s"])
    stood: pd.Series[float] = (until - matched["at_pickup_s"]).groupby(matched["vehicle"]).sum()
    return stood


def _craft(record: RunRecord) -> pd.DataFrame:
    spent = record.tables["craft_time"]
    busy = ~spent["what"].isin([IDLE, *AWAY])
    if not busy.any():
        return pd.DataFrame(columns=COLUMNS)
    begin, end = float(spent.loc[busy, "from_s"].min()), float(spent.loc[busy, "until_s"].max())
    took = spent["until_s"].clip(begin, end) - spent["from_s"].clip(begin, end)
    of = record.tables["vehicles"].set_index("vehicle")["fleet"]
    fleet = spent["vehicle"].map(of)
    cases = record.tables["cases"]
    until = cases["reached_s"].fillna(cases["closed_s"]).fillna(record.end)
    waited = (until - cases["heard_s"]).clip(lower=0.0).fillna(0.0) * cases["true_people"]
    queue = waited.groupby(cases["craft"].map(of).fillna("")).sum()
    rows = [
        (
            "craft",
            f"depot/{one}" if one else "",
            float(queue.get(one, 0.0)),
            float(took[busy & (fleet == one)].sum()) if one else np.nan,
            float(took[(fleet == one) & ~spent["what"].isin(AWAY)].sum()) if one else np.nan,
        )
        for one in sorted({*fleet.dropna(), *queue.index[queue > 0]})
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
