"""What holds of every run whatever happened in it, read from the record alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from evacsim.analysis.indicators import indicators
from evacsim.analysis.lateness import late_households
from evacsim.report.failed_told import failed_section
from evacsim.report.markup import Words
from evacsim.results.causes import chains, why
from evacsim.results.record import RunRecord
from evacsim.scenario.model import Scenario
from evacsim.terms import EVENT_KINDS, FAILURES, ROOT_KINDS, HouseholdState

ROOTS = ROOT_KINDS | {"run_ended", "gridlock"}
"""What nothing in the model brings about; a ring of full roads is looked for, not brought about."""

IN_ORDER = (
    # Whoever leaves unasked is ready before his office has the order, and before anybody tells him.
    ("triggered_s", "ordered_s", "acknowledged_s", "told_s"),
    ("told_s", "believed_s", "family_s", "ready_s"),
    ("warned_s", "told_s"),
    ("ready_s", "departed_s"),
    ("departed_s", "at_pickup_s", "arrived_s"),
    ("departed_s", "boarded_s", "arrived_s", "settled_s", "relieved_s"),
    ("settled_s", "food_s", "relieved_s"),
    ("settled_s", "drinking_s", "relieved_s"),
    ("settled_s", "bed_s", "relieved_s"),
    ("settled_s", "returned_s"),
)
"""Columns of the ledger whose times never go back."""

PUTS = {
    "departed": ("walking_to_pickup", "walking", "driving"),
    "redirected": ("walking", "driving", "riding"),
    "went_on_home": ("returning",),
    "set_out_home": ("returning",),
    "went_back": ("returning",),
    "reached_pickup": ("waiting",),
    "boarded": ("riding",),
    "arrived": ("registering",),
    "settled": ("sheltered",),
    "waits_outside": ("unsheltered",),
    "turned_away": ("unsheltered",),
    "reached_refuge": ("at_refuge",),
    "stranded": ("stranded",),
    "stopped": ("stranded",),
    "trapped": ("trapped",),
    "died": ("dead",),
    "returned": ("returned",),
}
"""States that an event of a household puts it into; others leave it, or give back what the water held."""

FROM = {
    "departed": {"preparing"},
    "boarded": {"waiting", "riding", "stranded", "trapped"},
    "settled": {"registering"},
    "reached_pickup": {"walking_to_pickup"},
    "arrived": {"walking", "driving", "riding", "unsheltered"},
    "returned": {"returning"},
}
"""States in which alone an event can find a household."""

OF_THE_DEAD = ("never_reached", "help_heard", "help_call_failed", "missing_reported")
"""What may still be said of somebody who has died: his family does not know, and reports him missing."""

UNBOUNDED = ("need_picture_gap",)
"""Shares of something else than what they are counted among: people may be believed in need who are not."""

LOST = ("stranded", "trapped", "dead")


def broken_rules(scenario: Scenario, record: RunRecord) -> list[str]:
    """Return what does not hold of a run, in words."""
    checks = (
        _people, _causes, _clocks, _ways, _shelters, _seats, _stocks, _beds, _roads, _stories, _failures, _word,
    )  # fmt: skip
    return [told for check in checks for told in check(scenario, record)]


def _people(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    ledger = record.ledger
    if ledger["people"].sum() != record.population:
        yield "the ledger does not hold everybody"
    states = record.tables["states"].pivot_table(index="time_s", columns="state", values="people").ffill()
    if (states.fillna(0).sum(axis=1) != record.population).any() or (states < 0).any(axis=None):
        yield "the states do not add up to everybody at every moment"
    last = record.tables["states"].groupby("state")["people"].last()
    final = ledger.groupby("final_state")["people"].sum()
    if not final.eq(last.reindex(final.index)).all():
        yield "the last states are not those of the ledger"


def _causes(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    events = record.events
    if not events["time_s"].is_monotonic_increasing:
        yield "events are not in the order of time"
    named = events[events["cause"].notna()]
    if (named["cause"] >= named["seq"]).any():
        yield "an event has a later cause"
    loose = set(events.loc[events["cause"].isna(), "kind"]) - ROOTS
    if loose:
        yield f"nothing brought about {sorted(loose)}"


def _clocks(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    ledger = record.ledger
    for columns in IN_ORDER:
        reached = np.full(len(ledger), -np.inf)
        by = np.full(len(ledger), "", dtype=object)
        for column in columns:
            times = ledger[column].to_numpy()
            for row in np.flatnonzero(times < reached)[:1]:
                yield f"{column} before {by[row]}: {ledger['household'][row]} at {times[row]:.0f} s"
            by = np.where(np.isnan(times), by, column)
            reached = np.fmax(reached, times)


def _ways(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    """Nobody is in two places: what happens to a household fits where it was."""
    state: dict[str, str] = {}
    found = set()
    rows = record.events[record.events["subject"].str.startswith("household/")]
    for kind, subject in zip(rows["kind"], rows["subject"], strict=True):
        before = state.get(subject, "preparing")
        if before == "dead" and kind not in OF_THE_DEAD:
            found.add(f"{kind} after death")
        if kind in FROM and before != "?" and before not in FROM[kind]:
            found.add(f"{kind} of somebody who was {before}")
        if kind in PUTS:
            puts = PUTS[kind]
            state[subject] = puts[0] if len(puts) == 1 else "?"
        elif kind in ("freed", "resumed"):
            state[subject] = "?"
    yield from sorted(found)
    final = record.ledger.set_index("household")["final_state"]
    for subject, last in state.items():
        ended = final[subject.removeprefix("household/")]
        if last not in ("?", ended) and ended not in ("refused", "at_home"):
            yield f"the ledger has {ended}, the events {last}"


def _shelters(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    tables, ledger = record.tables, record.ledger
    loads = tables["shelter_load"].merge(tables["shelters"][["shelter", "capacity"]], on="shelter")
    if (loads["people"] > loads["capacity"].fillna(np.inf)).any() or (loads["people"] < 0).any():
        yield "a shelter holds more than its capacity, or fewer than nobody"
    inside = ledger[ledger["final_state"].isin(["registering", "sheltered"])]
    there = inside.groupby("final_place")["people"].sum()
    for shelter, load in tables["shelters"][["shelter", "people"]].itertuples(index=False):
        held = ledger["final_state"].isin(["stranded", "trapped"]) & (
            ledger["final_place"] == f"shelter/{shelter}"
        )
        least = there.get(f"shelter/{shelter}", 0)
        if not least <= load <= least + ledger.loc[held, "people"].sum():
            yield f"{shelter} counts {load} people and holds {least}"


def _seats(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    tables, events = record.tables, record.events
    vehicles = tables["vehicles"].set_index("vehicle")
    left = events[events["kind"].isin(["vehicle_left_pickup", "vehicle_left_shelter"])]
    names = left["subject"].str.removeprefix("vehicle/")
    seats = vehicles["seats"].reindex(names).to_numpy()
    boats = (vehicles["kind"].reindex(names) == "boat").to_numpy()
    # A household that is larger than its boat is counted with the last of the boat's trips.
    most = np.where(boats, np.maximum(seats, record.ledger["people"].max()), seats)
    if (left["value"].to_numpy() > most).any() or (left["value"] <= 0).any():
        yield "a vehicle carries more than it seats, or nobody"
    rounds = tables["rounds"]
    if (rounds["people"] > rounds["vehicle"].map(vehicles["seats"])).any():
        yield "a round carries more than the vehicle seats"
    for _, of_one in rounds.groupby("vehicle"):
        times = of_one[["at_pickup_s", "left_pickup_s", "at_shelter_s"]].to_numpy()
        if (np.diff(times, axis=1) < 0).any() or (np.diff(times[:, 2]) < 0).any():
            yield "a vehicle is in two places"


def _stocks(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    if (record.tables["stocks"]["amount"] < 0).any():
        yield "a stock is below nothing"
    deliveries = record.tables["deliveries"]
    if ((deliveries["left_s"] < deliveries["asked_s"]) | (deliveries["came_s"] < deliveries["left_s"])).any():
        yield "a delivery comes before it is asked for"


def _beds(scenario: Scenario, record: RunRecord) -> Iterator[str]:
    ledger, events = record.ledger, record.events
    once = events[events["kind"] == "arrived"]["subject"].str.removeprefix("household/").value_counts()
    stayed = ledger[
        (ledger["household"].map(once) == 1)
        & (ledger["final_state"] == "sheltered")
        & ledger["bed_s"].notna()
    ]
    for shelter in scenario.district.shelters:
        people = stayed.loc[stayed["final_place"] == f"shelter/{shelter.id}", "people"].sum()
        if shelter.sleeping_places is not None and people > shelter.sleeping_places:
            yield f"{people} people sleep in {shelter.sleeping_places} beds of {shelter.id}"


def _roads(scenario: Scenario, record: RunRecord) -> Iterator[str]:
    """No boat on a dry road, no wheel on a deep one (of the runs that write down who enters which road)."""
    entered = record.events[record.events["kind"] == "entered"]
    if entered.empty:
        return
    effects, water = scenario.hazard.effects, record.tables["water_links"]
    vehicles = record.tables["vehicles"]
    on_trailers = {fleet.id for fleet in scenario.district.fleets if fleet.trailer}
    kinds = vehicles["kind"].where(~vehicles["fleet"].isin(on_trailers), "trailer")
    kinds.index = vehicles["vehicle"]
    depths = pd.merge_asof(
        entered.assign(link=entered["place"].str.removeprefix("link/")).sort_values("time_s"),
        water.sort_values("time_s")[["time_s", "link", "depth_m"]],
        on="time_s",
        by="link",
    )
    depths["depth_m"] = depths["depth_m"].fillna(0.0)
    for subject, depth, time in depths[["subject", "depth_m", "time_s"]].itertuples(index=False):
        kind = kinds.get(subject.removeprefix("vehicle/"), "walker")
        if kind == "trailer":
            continue  # over dry roads and wet ones
        limits = {
            "bus": effects.bus_limit,
            "truck": effects.truck_limit,
            "walker": effects.walker_limit,
        }
        if kind == "boat" and depth < effects.boat_draught:
            yield f"a boat goes over {depth} m of water at {time:.0f} s"
        elif kind != "boat" and depth >= limits[kind]:
            yield f"a {kind} goes into {depth} m of water at {time:.0f} s"


def _stories(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    ledger = record.ledger
    late = set(late_households(record)["household"])
    failed = ledger[ledger["household"].isin(late) | ledger["final_state"].isin(LOST)]
    found = Counter()
    for _, events in chains(replace(record, ledger=failed)):
        if not events or events[0].kind not in ROOT_KINDS:
            found["no cause: " + " < ".join(event.kind for event in events)] += 1
    yield from found
    for household in failed["household"][:3]:
        if not why(record, household, "en") or not why(record, household, "zh"):
            yield "a household has no story"


def _failures(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    told = record.tables["failures"].groupby("kind")["times"].sum().to_dict()
    happened = record.events.loc[record.events["kind"].isin(FAILURES), "kind"].value_counts().to_dict()
    if told != happened:
        yield f"failures happened and are not told: {happened} {told}"
    lines = str(failed_section(record, Words("en")))
    if any(EVENT_KINDS[kind].en not in lines for kind in happened):
        yield "a failure has no line in the report"
    for name, found in indicators(record).items():
        if found.unit == "share" and name not in UNBOUNDED and (found.value < 0 or found.value > 1):
            yield f"{name} is {found.value}"


def _word(_scenario: Scenario, record: RunRecord) -> Iterator[str]:
    ledger, events = record.ledger, record.events
    never = events[events["kind"] == "never_reached"]["subject"].str.removeprefix("household/")
    concerned = ledger["triggered_s"].notna() | ledger["water_s"].notna()
    silent = ledger["told_s"].isna() & (ledger["mode"] != "") & concerned
    silent &= ledger["final_state"] != HouseholdState.AWAY.id
    if set(never) != set(ledger.loc[silent, "household"]):
        yield "who was never reached is not told, or told of those who were"
    outside = ledger[ledger["final_state"] == "unsheltered"]
    locked = set(events.loc[events["kind"] == "shelter_locked", "subject"])
    told = outside["final_event"].map(events.set_index("seq")["kind"]).isin(["turned_away", "waits_outside"])
    if not (told | outside["final_place"].isin(locked)).all():
        yield "somebody is without a place, and nothing tells why"
