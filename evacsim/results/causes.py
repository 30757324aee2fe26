"""Why it came to this: the chain of causes behind one household's end, as readable lines.

Every event names the event that brought it about. Followed back from a household's last
event, this gives the one line of reasons from a root - the water, the clock - to its end.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.errors import Issue, ResultsError
from evacsim.language import Language, Text, same
from evacsim.results.columns import RUN_AGAIN
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, day_and_time, decimal, moment, people
from evacsim.terms import EVENT_KINDS, HOUSEHOLD_STATES, HouseholdState

DEPTH = Text("depth {} m", "水深 {} m")
STAGE = Text("stage {} m", "水位 {} m")
WET_ROADS = Text("{} roads under water", "{} 条路段积水")
ROADS = Text("{} roads", "{} 条路段")
FLOW = Text("{} vehicles an hour", "每小时 {} 辆")

METRES = Text("{} m", "{} m")
LEVEL = Text("level {}", "{} 级")
TEAMS = Text("{} teams", "{} 个工作组")
HOUSEHOLDS = Text("{} households", "{} 户")
ATTEMPT = Text("attempt {}", "第 {} 次")
HOURS = Text("fuel for {} h", "燃油可用 {} 小时")
CARE_STAGE = Text("stage {} of care", "第 {} 安置阶段")
PIECES = Text("{} pieces", "{} 件")

AMOUNTS: dict[str, tuple[Text, int]] = {
    "link_closed": (DEPTH, 2),
    "link_opened": (DEPTH, 2),
    "shelter_flooded": (DEPTH, 2),
    "place_flooded": (DEPTH, 2),
    "stage_reached": (STAGE, 2),
    "water_changed": (WET_ROADS, 0),
    "gridlock": (ROADS, 0),
    "capacity_by_order": (FLOW, 0),
    "gate_set": (FLOW, 0),
    "lane_reserved": (FLOW, 0),
    "lanes_opened": (FLOW, 0),
    "rain_reached": (METRES, 3),
    "forecast_reached": (STAGE, 2),
    "reported": (METRES, 2),
    "rule_met": (METRES, 2),
    "breaker_tripped": (METRES, 2),
    "consultation_called": (LEVEL, 0),
    "consultation_convened": (LEVEL, 0),
    "consultation_over": (LEVEL, 0),
    "level_raised": (LEVEL, 0),
    "level_lowered": (LEVEL, 0),
    "measure_ordered": (LEVEL, 0),
    "measure_done": (LEVEL, 0),
    "measure_skipped": (LEVEL, 0),
    "sweep_begun": (TEAMS, 0),
    "officer_overloaded": (HOUSEHOLDS, 0),
    "order_received": (LEVEL, 0),
    "called": (ATTEMPT, 0),
    "call_failed": (ATTEMPT, 0),
    "call_unanswered": (ATTEMPT, 0),
    "acknowledged": (ATTEMPT, 0),
    "generator_started": (HOURS, 1),
    "stage_begun": (CARE_STAGE, 0),
    "delivery_asked": (PIECES, 0),
    "delivery_left": (PIECES, 0),
    "delivery_came": (PIECES, 0),
    "delivery_failed": (PIECES, 0),
    "purchase_ordered": (PIECES, 0),
    "purchase_came": (PIECES, 0),
}
"""What the value of an event is, and with how many decimals; that of all others is a number of people."""
PUT_OUT_BY = "no_network"
"""Kind of events whose value is the number of the event that put a network out."""

OWN_TIMES = {
    "ordered_s": Text("ordered", "下令"),
    "told_s": Text("told", "通知到户"),
    "departed_s": Text("left home", "离家"),
    "at_pickup_s": Text("at the pick-up point", "到集合点"),
    "boarded_s": Text("on the bus", "上车"),
    "arrived_s": Text("at the shelter", "到安置点"),
    "settled_s": Text("settled", "入住"),
    "water_s": Text("water at its home", "住处进水"),
}
"""The times of the ledger that a story tells."""

NEAREST = 5
"""How many similar ids an error names."""


class Event(NamedTuple):
    """One event of a chain; `cause` is None at the root."""

    seq: int
    time_s: float
    kind: str
    subject: str
    place: str
    value: float
    cause: int | None


def chain(record: RunRecord, household: str | int) -> list[Event]:
    """Return the events from the root to the last event of `household`.

    Empty where nothing ever happened to it.

    Raises
    ------
    ResultsError
        If there is no such household, or the events do not hang together.
    """
    last = ledger_row(record, household)["final_event"]
    return [] if pd.isna(last) else next(_back_from(record, [int(last)]))


def chains(record: RunRecord) -> Iterator[tuple[str, list[Event]]]:
    """Yield every household of the ledger with its `chain`; much sooner than one by one.

    Raises
    ------
    ResultsError
        If the events do not hang together.
    """
    last = record.ledger["final_event"].to_numpy(dtype=np.int64, na_value=0)
    return zip(record.ledger["household"], _back_from(record, last.tolist()), strict=True)


def _back_from(record: RunRecord, lasts: Iterable[int]) -> Iterator[list[Event]]:
    """Yield each of some events with all its causes, the root first; nothing for 0."""
    seqs = record.events["seq"].to_numpy()
    causes = record.events["cause"].to_numpy(dtype=np.int64, na_value=0)
    for last in lasts:
        yield _events(record, _rows_back_from(last, seqs, causes)[::-1])


def _rows_back_from(wanted: int, seqs: NDArray[np.int64], causes: NDArray[np.int64]) -> list[int]:
    rows: list[int] = []
    while wanted:
        row = int(np.searchsorted(seqs, wanted))
        if row == len(seqs) or seqs[row] != wanted or causes[row] >= wanted:
            rule = Text("each cause must be an earlier event", "起因必须是更早的事件")
            raise ResultsError("events", [Issue("events", rule, RUN_AGAIN, place="seq", value=str(wanted))])
        rows.append(row)
        wanted = int(causes[row])
    return rows


def why(record: RunRecord, household: str | int, lang: Language = "zh") -> list[str]:
    """Return the story of `household`, a line each: who it is and how it ended, its own times, the causes."""
    row, names = ledger_row(record, household), Names(record)
    head = household_told(row, names, lang)
    times = [
        f"{text.said(lang)} {day_and_time(record.start, row[column], lang)}"
        for column, text in OWN_TIMES.items()
        if np.isfinite(row[column])
    ]
    told = [event_told(event, record, names, lang) for event in story(record, household)]
    if times:
        told.insert(0, Text("; ", "；").said(lang).join(times))
    return [head, *(told or [Text("nothing ever happened to it", "推演期间没有任何事件涉及该户").said(lang)])]


def household_told(row: "pd.Series[Any]", names: Names, lang: Language) -> str:
    """Return who the household of a row of the ledger is and how it ended, as one line."""
    state = HOUSEHOLD_STATES[HouseholdState[str(row["final_state"]).upper()]].said(lang)
    where, zone = names.told(str(row["final_place"]), lang), names.told(f"zone/{row['zone']}", lang)
    number = people(float(row["people"]), lang)
    if lang == "zh":
        return f"住户 {row['household']}，{zone}，{number}，结局：{state}" + (f"（{where}）" if where else "")
    head = f"household {row['household']} of {zone}, {number}, at the end: {state}"
    return head + (f" ({where})" if where else "")


def story(record: RunRecord, household: str | int) -> list[Event]:
    """Return how a household came to its end, in the order of time.

    That is the chain of causes of its end, the way on which the order came to it, and all that
    happened to the household itself.
    """
    subject = f"household/{ledger_row(record, household)['household']}"
    own = _events(record, np.flatnonzero((record.events["subject"] == subject).to_numpy()).tolist())
    heard = next((event.seq for event in own if event.kind == "told"), 0)
    found = [*chain(record, household), *next(_back_from(record, [heard])), *own]
    events = {event.seq: event for event in found}
    return [events[seq] for seq in sorted(events)]


def _events(record: RunRecord, rows: list[int]) -> list[Event]:
    """Return the events of some rows; column by column, for a row of a frame is slow to take out."""
    columns = (record.events[name].iloc[rows].tolist() for name in Event._fields)
    return [
        Event(int(seq), time_s, kind, subject, place, value, None if pd.isna(cause) else int(cause))
        for seq, time_s, kind, subject, place, value, cause in zip(*columns, strict=True)
    ]


def event_told(event: Event, record: RunRecord, names: Names, lang: Language) -> str:
    """Return one event as a line: when, who, what, where, how much."""
    line = f"{moment(record.start, event.time_s, lang)} {happening(event, names, lang)}"
    if event.kind != PUT_OUT_BY or not np.isfinite(event.value):
        return line
    row = int(np.searchsorted(record.events["seq"].to_numpy(), int(event.value)))
    before = event_told(_events(record, [row])[0], record, names, lang)
    return line + Text(f", since {before}", f"，因{before}").said(lang)


def happening(event: Event, names: Names, lang: Language) -> str:
    """Return one event without its time: who, what, where, how much."""
    what = EVENT_KINDS.get(event.kind, same(event.kind)).said(lang)
    who = names.told(event.subject, lang)
    where = names.told(event.place, lang) if event.place != event.subject else ""
    amount = _amount(event, lang)
    if lang == "zh":
        asides = "、".join(part for part in (where, amount) if part)
        return f"{who}：{what}" + (f"（{asides}）" if asides else "")
    asides = ", ".join(part for part in (where, amount) if part)
    return f"{who}: {what}" + (f" ({asides})" if asides else "")


def ledger_row(record: RunRecord, household: str | int) -> "pd.Series[Any]":
    """Return the ledger's row of `household`, given as in the ledger or as `household/…`."""
    wanted = str(household).removeprefix("household/")
    ids = record.ledger["household"]
    rows = np.flatnonzero((ids == wanted).to_numpy())
    if rows.size:
        row: pd.Series[Any] = record.ledger.iloc[rows[0]]
        return row
    near = ", ".join(_nearest(wanted, ids.to_numpy(dtype=object)))
    rule = Text("there is no such household in the ledger", "户台账中没有该户")
    remedy = Text(f"nearest ids: {near}", f"相近的编号：{near}")
    raise ResultsError("ledger", [Issue("ledger", rule, remedy, place="household", value=wanted)])


def _amount(event: Event, lang: Language) -> str:
    if not np.isfinite(event.value) or event.kind == PUT_OUT_BY:
        return ""
    if event.kind not in AMOUNTS:
        return people(event.value, lang)
    what, digits = AMOUNTS[event.kind]
    if what is LEVEL and event.value == 0:
        return ""
    return what.said(lang).format(decimal(event.value, digits))


def _nearest(wanted: str, ids: np.ndarray) -> list[str]:
    """Return ids that look like `wanted`, best first."""
    ordered = np.sort(ids)
    # Neighbours in the alphabet share the longest beginning; among them similarity decides.
    at = int(np.searchsorted(ordered, wanted))
    neighbors = [str(name) for name in ordered[max(at - 500, 0) : at + 500]]
    return get_close_matches(wanted, neighbors, NEAREST, cutoff=0.0)
