"""Who acted first: what village, town and district did of the cases, and what was handed over (先期处置、分级响应)."""

from evacsim.language import Text
from evacsim.report.markup import Html, Words, table, tag
from evacsim.results.record import RunRecord
from evacsim.results.wording import count, duration

LEVELS = {
    "village": Text("village", "村级"),
    "town": Text("town", "镇级"),
    "district": Text("district", "县（区）级"),
}


def levels(record: RunRecord, words: Words) -> Html:
    """Return a row for each level that had any case."""
    stays = record.tables["case_levels"].merge(record.tables["cases"][["case", "fetched"]], on="case")
    rows = []
    for level, name in LEVELS.items():
        own = stays[stays["level"] == level]
        if own.empty:
            continue
        ends = own["end"].value_counts()
        handed = own[own["end"] == "handed_over"]
        rows.append(
            [
                words(name),
                count(len(own)),
                count(ends.get("closed", 0)),
                count(own["fetched"][own["end"] == "closed"].sum()),
                count(ends.get("handed_over", 0)),
                count(ends.get("grave", 0)),
                count(ends.get("open", 0)),
                duration(float((handed["until_s"] - handed["from_s"]).mean()), words.lang),
            ]
        )
    heads = [
        "level",
        "cases",
        "cases_closed",
        "fetched_people",
        "cases_handed_over",
        "cases_grave",
        "case_open",
        "kept_mean",
    ]
    return tag("p", words("levels_note"), class_="note") + table(words, heads, rows, kinds="tnnnnnnn")
