"""A household's story (一户始末): its steps against its limits, and the causes from the root to its end."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from evacsim.analysis.failures import cause_text, household_causes
from evacsim.analysis.people import Floats, had_to_go, in_state, out_times, people_of, times
from evacsim.language import Text
from evacsim.report.household_map import household_map
from evacsim.report.markup import Html, Words, joined, table, tag
from evacsim.report.texts import TEXTS
from evacsim.results.causes import OWN_TIMES, happening, household_told, ledger_row, story
from evacsim.results.record import RunRecord
from evacsim.results.wording import UNKNOWN, Names, duration, moment
from evacsim.terms import HOUSEHOLD_STATES, HouseholdState

LIMITS = ("deadline", "water")
"""What a household is to be out before."""

OVER = tuple(state.id for state in (HouseholdState.STRANDED, HouseholdState.TRAPPED, HouseholdState.DEAD))
"""States that end a story before the shelter."""


DEAD_TOLD = 30
"""Households with dead that a report tells one by one; of more, those that are first in the ledger."""


class Step(NamedTuple):
    """A step of a household, or a limit that it had to keep."""

    time_s: float
    text: Text
    is_limit: bool


def households_told(record: RunRecord) -> dict[str, str]:
    """Return the households whose stories a report tells, each with its cause of failure.

    For each cause, that of most people first: the household with most people and the latest, the
    first in the ledger among equals; then every household that died, up to `DEAD_TOLD`
    of them. Who never got out is later than all who did; among those, who died
    and then who was lost first.
    """
    ledger, causes = record.ledger, household_causes(record)
    people = people_of(ledger)
    over = np.nan_to_num(out_times(ledger) - _limits(record), nan=np.inf)
    lost_since = np.where(in_state(ledger, *OVER), times(ledger, "final_s"), np.inf)
    alive = ~in_state(ledger, HouseholdState.DEAD.id)
    failed = np.flatnonzero(causes != "")
    sums = pd.Series(people[failed]).groupby(causes[failed].astype(str)).sum()
    chosen: dict[str, str] = {}
    for cause in sums.sort_values(ascending=False, kind="stable").index:
        rows = failed[causes[failed] == cause]
        largest = rows[np.argmax(people[rows])]
        latest = rows[np.lexsort((lost_since[rows], alive[rows], -over[rows]))[0]]
        for row in (largest, latest):
            chosen.setdefault(str(ledger["household"].iloc[row]), str(cause))
    for row in failed[~alive[failed]][:DEAD_TOLD]:
        chosen.setdefault(str(ledger["household"].iloc[row]), str(causes[row]))
    return chosen


def household_section(record: RunRecord, household: str, words: Words) -> Html:
    """Return the page of a household: who it is, how it ended and why, its story."""
    row = ledger_row(record, household)
    cause = str(household_causes(record)[record.ledger["household"].to_numpy() == row["household"]][0])
    own = record.events[record.events["subject"] == f"household/{row['household']}"]
    was_held = bool(own["kind"].isin(["stranded", "trapped"]).any())
    verdict = words(cause_text(cause)) if cause else words("held_for_a_time" if was_held else "not_late")
    return joined(
        [
            tag("p", household_told(row, Names(record), words.lang)),
            tag("p", tag("b", verdict)),
            household_map(record, str(row["household"]), str(row["zone"]), words),
            household_story(record, household, cause, words),
        ]
    )


def household_story(record: RunRecord, household: str, cause: str, words: Words) -> Html:
    """Return the steps of a household against its limits, and the chain of causes of its end."""
    row = ledger_row(record, household)
    return joined(
        [
            tag("h3", words("household_steps")),
            tag("p", words(_kept(record, row, cause))),
            _steps_table(record, row, words),
            tag("h3", words("household_chain")),
            _chain_table(record, household, words),
        ]
    )


def _limits(record: RunRecord) -> Floats:
    """Return until when each household is to be out [s]; nan where nothing limits it."""
    deadline = record.ledger["zone"].map(record.tables["zones"].set_index("zone")["deadline_s"])
    return np.asarray(np.fmin(deadline.to_numpy(np.float64), times(record.ledger, "water_s")))


def _deadline(record: RunRecord, row: "pd.Series[Any]") -> float:
    zones = record.tables["zones"]
    return float(zones.loc[zones["zone"] == row["zone"], "deadline_s"].iloc[0])


def _kept(record: RunRecord, row: "pd.Series[Any]", cause: str) -> Text:
    """Return which limit stood first, and how the household stands to it."""
    by_name = dict(zip(LIMITS, (_deadline(record, row), float(row["water_s"])), strict=True))
    limits = {name: at for name, at in by_name.items() if np.isfinite(at)}
    one = record.ledger.loc[[row.name]]
    if not limits or not (cause or had_to_go(one)[0]):
        return TEXTS["no_limit_stood"]
    first = min(limits, key=lambda name: limits[name])
    stood, out = TEXTS[f"step_{first}"], float(out_times(one)[0])
    at = {lang: moment(record.start, limits[first], lang) for lang in ("en", "zh")}
    if np.isnan(out):
        ended = Text("it never got out", "该户未能转移到位")
    else:
        by = {lang: duration(abs(out - limits[first]), lang) for lang in ("en", "zh")}
        ended = (
            Text(f"it was out {by['en']} too late", f"该户晚 {by['zh']}到位")
            if out > limits[first]
            else Text(f"it was out {by['en']} before", f"该户提前 {by['zh']}到位")
        )
    return Text(f"{stood.en}, {at['en']}: {ended.en}.", f"{stood.zh}，{at['zh']}；{ended.zh}。")


def _steps(record: RunRecord, row: "pd.Series[Any]") -> Iterator[Step]:
    yield Step(float(row["triggered_s"]), TEXTS["step_triggered"], False)
    for column, text in OWN_TIMES.items():
        if column != "water_s":
            yield Step(float(row[column]), text, False)
    yield Step(float(row["water_s"]), TEXTS["step_water"], True)
    yield Step(_deadline(record, row), TEXTS["step_deadline"], True)
    if row["final_state"] in OVER:
        yield Step(float(row["final_s"]), HOUSEHOLD_STATES[HouseholdState[row["final_state"].upper()]], False)


def _steps_table(record: RunRecord, row: "pd.Series[Any]", words: Words) -> Html:
    """Return the steps in the order of time, each with the time since the step before; limits have none."""
    steps = sorted((step for step in _steps(record, row) if np.isfinite(step.time_s)), key=lambda s: s.time_s)
    if not steps:
        return Html("")
    rows, before = [], np.nan
    for step in steps:
        name = words(step.text)
        lag = UNKNOWN if step.is_limit or np.isnan(before) else duration(step.time_s - before, words.lang)
        shown = tag("span", name, class_="over") if step.is_limit else name
        rows.append([shown, moment(record.start, step.time_s, words.lang), lag])
        if not step.is_limit:
            before = step.time_s
    return table(words, ["step", "time", "since_step"], rows, kinds="ttn")


def _chain_table(record: RunRecord, household: str, words: Words) -> Html:
    """Return the events of the story, each with the time since the event that brought it about."""
    names, events = Names(record), story(record, household)
    if not events:
        return tag("p", words("nothing_happened"))
    at = {event.seq: event.time_s for event in events}
    rows = [
        [
            moment(record.start, event.time_s, words.lang),
            UNKNOWN if event.cause not in at else duration(event.time_s - at[event.cause], words.lang),
            happening(event, names, words.lang),
        ]
        for event in events
    ]
    return table(words, ["time", "after_cause", "happened"], rows, kinds="tnt")
