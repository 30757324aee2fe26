"""People in the report: the verdict, who is late and why, where the time goes, who ended where."""

import numpy as np

from evacsim.analysis import lateness
from evacsim.analysis.clearance import group_clearance
from evacsim.analysis.failures import cause_text
from evacsim.analysis.headline import ONE_RUN, verdicts
from evacsim.analysis.people import final_states, stuck_places
from evacsim.report.household_page import household_story, households_told
from evacsim.report.markup import (
    Html,
    Row,
    Words,
    bar,
    joined,
    named,
    shortened,
    synthetic_marked,
    table,
    tag,
)
from evacsim.results.causes import household_told, ledger_row
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, count, day_and_time, duration, percent
from evacsim.terms import HOUSEHOLD_STATES, HouseholdState

STAGE_MATTERS = ("cut_off_at_home", "cut_off_on_the_way", "under_way")
"""Causes whose longest stage tells more than they do themselves."""
SIGNS = {True: "✓", False: "✕", None: "–"}
CLASSES = {True: "good", False: "short", None: "open"}


def verdict_cards(record: RunRecord, words: Words) -> Html:
    """Return the verdict as cards, and what it does not say."""
    cards = [
        tag(
            "li",
            tag(
                "h3",
                words(verdict.link),
                tag("span", f"{SIGNS[verdict.good]} {words(verdict.word)}", class_="word"),
            ),
            tag("p", words(verdict.line), class_="line"),
            tag("p", words(verdict.reason), class_="reason"),
            class_=f"card {CLASSES[verdict.good]}",
        )
        for verdict in verdicts(record)
    ]
    return tag("ul", *cards, class_="cards") + tag("p", words(ONE_RUN), class_="note")


def late_section(record: RunRecord, words: Words) -> Html:
    """Return who is late in each zone and why, with the stories of example households."""
    note = tag("p", words("late_note"), class_="note")
    ranked = lateness.late_by_zone(record)
    if ranked.empty:
        return joined([note, tag("p", words("nobody_late")), _stories(record, words)])
    cleared = {row["zone"]: row for row in group_clearance(record, "zone").to_dict("records")}
    zones = {row["zone"]: row for row in synthetic_marked(record.tables["zones"]).to_dict("records")}
    rows = []
    for zone, causes in ranked.groupby("zone", sort=False):
        about, moved = zones[zone], cleared[zone]
        reasons = [_reason(row, words) for row in causes.to_dict("records")]
        rows.append(
            [
                named(about, "zone", words),
                about["township"],
                count(moved["people"]),
                count(moved["out"]),
                tag("b", count(int(causes["people"].sum()))),
                day_and_time(record.start, about["deadline_s"], words.lang),
                day_and_time(record.start, about["water_s"], words.lang),
                joined(reasons, "<br>"),
            ]
        )
    heads = ["zone", "township", "had_to_go", "out", "late_people", "deadline", "water", "why"]
    return note + shortened(words, heads, rows, kinds="ttnnnmmt") + _stories(record, words)


def _reason(row: Row, words: Words) -> Html:
    """Return a cause with its people and, where the cause itself does not name it, the longest stage."""
    told = tag("span", words(lateness.CAUSES[row["cause"]]), " ", tag("b", count(row["people"])))
    if row["cause"] not in STAGE_MATTERS or not row["stage"]:
        return told
    stage = words(lateness.STAGES[row["stage"]])
    return told + tag("small", f" {words('longest_stage')}{stage}")


def _stories(record: RunRecord, words: Words) -> Html:
    """Return the stories of the households that `households_told` chooses, folded; empty where none failed."""
    told, names = [], Names(record)
    for household, cause in households_told(record).items():
        row = ledger_row(record, household)
        summary = tag(
            "summary", tag("b", words(cause_text(cause))), " · ", household_told(row, names, words.lang)
        )
        told.append(tag("details", summary, household_story(record, household, cause, words)))
    return tag("h3", words("examples")) + tag("div", *told, class_="stories") if told else Html("")


def time_use(record: RunRecord, words: Words) -> Html:
    """Return the mean time in each stage as bars."""
    means = lateness.mean_stage_times(record)
    longest = max((mean for mean in means.values() if np.isfinite(mean)), default=0.0)
    rows = [
        [
            words(lateness.STAGES[stage]),
            duration(mean, words.lang),
            bar(*([("fill", mean / longest)] if longest and np.isfinite(mean) else [])),
        ]
        for stage, mean in means.items()
    ]
    note = tag("p", words("stage_note"), class_="note")
    return note + table(words, ["stage", "mean_time", ""], rows, kinds="tnt", class_="bars")


def states_section(record: RunRecord, words: Words) -> Html:
    """Return how many people ended in each state; the total is the population."""
    states = final_states(record)
    rows = [
        [
            _state(row["state"], words),
            count(row["people"]),
            percent(row["people"] / max(record.population, 1)),
            count(row["households"]),
        ]
        for row in states.to_dict("records")
        if row["households"]
    ]
    total = [words("total"), count(states["people"].sum()), percent(1.0), count(states["households"].sum())]
    rows.append([tag("b", part) for part in total])
    heads = ["state", "people", "share", "households"]
    return table(words, heads, rows, kinds="tnnn") + tag("h3", words("stuck")) + _stuck(record, words)


def _stuck(record: RunRecord, words: Words) -> Html:
    stuck, names = stuck_places(record), Names(record)
    if stuck.empty:
        return tag("p", words("nobody_stuck"))
    rows = [
        [
            names.told(row["place"], words.lang),
            _state(row["state"], words),
            count(row["people"]),
            count(row["households"]),
        ]
        for row in stuck.to_dict("records")
    ]
    return shortened(words, ["place", "state", "people", "households"], rows, kinds="ttnn")


def _state(state: str, words: Words) -> str:
    return words(HOUSEHOLD_STATES[HouseholdState[state.upper()]])
