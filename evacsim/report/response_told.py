"""Response levels and the measures that they bring, in the report: carried out, late, skipped, and why (应急响应)."""

import numpy as np

from evacsim.analysis.responding import level_lags
from evacsim.language import Text
from evacsim.report.markup import Html, Row, Words, joined, shortened, tag
from evacsim.results.record import RunRecord
from evacsim.results.wording import UNKNOWN, Names, count, day_and_time, duration
from evacsim.terms import ACTIONS, LEVELS

RESULTS = {
    "done": "measure_done",
    "late": "measure_late",
    "skipped": "measure_skipped",
    "open": "measure_open",
}
"""How a measure may end, and the text for it."""


def response_section(record: RunRecord, words: Words) -> Html:
    """Return the levels and measures of a run; empty where the plan has neither."""
    levels, measures = record.tables["levels"], record.tables["measures"]
    if levels.empty and measures.empty:
        return Html("")
    return joined(
        [
            tag("p", words("response_note"), class_="note"),
            _levels_table(record, words) if len(levels) else "",
            tag("h3", words("measures")) if len(measures) else "",
            _measures_table(record, words) if len(measures) else "",
        ]
    )


def _levels_table(record: RunRecord, words: Words) -> Html:
    """Return each change of a level, with the time since what happened in the world behind it."""
    names, levels = Names(record), record.tables["levels"]
    lags = {
        (row["office"], row["raised_s"], row["level"]): row["lag_s"]
        for row in level_lags(record).to_dict("records")
    }
    until = levels.groupby("office", sort=False)["time_s"].shift(-1).fillna(record.end)
    rows = [
        [
            day_and_time(record.start, row["time_s"], words.lang),
            names.label("office", row["office"]),
            tag("b", level_told(row["level"], words)),
            duration(lags.get((row["office"], row["time_s"], row["level"]), np.nan), words.lang),
            duration(ends - row["time_s"], words.lang) if row["level"] else UNKNOWN,
        ]
        for row, ends in zip(levels.to_dict("records"), until, strict=True)
    ]
    heads = ["time", "office", "response_level", "since_root", "lasted"]
    return shortened(words, heads, rows, kinds="mttnn")


def _measures_table(record: RunRecord, words: Words) -> Html:
    names = Names(record)
    measures = record.tables["measures"]
    counts = measures["result"].value_counts()
    told = (
        Text(", ", "，")
        .said(words.lang)
        .join(f"{words(key)} {count(counts.get(result, 0))}" for result, key in RESULTS.items())
    )
    rows = [_measure_row(record, row, names, words) for row in measures.to_dict("records")]
    heads = [
        "measure",
        "response_level",
        "office",
        "measure_ordered",
        "measure_took",
        "measure_end",
        "still_there",
    ]
    return tag("p", told) + shortened(words, heads, rows, kinds="tttmntn")


def _measure_row(record: RunRecord, row: Row, names: Names, words: Words) -> list[object]:
    took = row["done_s"] - row["ordered_s"]
    because = row[f"cause_{words.lang}"]
    ended = tag("span", words(RESULTS[row["result"]]), class_="over" if row["result"] != "done" else "")
    return [
        joined([words(ACTIONS[row["action"]]), tag("small", f" {row['measure']}")]),
        level_told(row["level"], words) if row["level"] else words("breaker"),
        names.label("office", row["office"]),
        day_and_time(record.start, row["ordered_s"], words.lang),
        duration(took, words.lang),
        joined([ended, tag("small", f" {because}") if because else ""]),
        count(row["exposed"]) if np.isfinite(took) else UNKNOWN,
    ]


def level_told(level: int, words: Words) -> str:
    """Return a response level in words; 0 is none."""
    name = next((sign for sign, number in LEVELS.items() if number == level), "")
    return words(Text(f"level {name}", f"{name}级响应") if name else Text("ended", "终止响应"))
