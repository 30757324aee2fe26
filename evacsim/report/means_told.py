"""Shelters, buses and roads in the report."""

import numpy as np

from evacsim.analysis.sheltering import shelter_loads, township_loads
from evacsim.analysis.transport import fleets
from evacsim.language import Text
from evacsim.report.markup import Html, Row, Words, bar, joined, named, synthetic_marked, table, tag
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, count, day_and_time, decimal, percent, quantity

BUSIEST = 15
"""Roads in the list that stands for a map."""


def shelter_section(record: RunRecord, words: Words) -> Html:
    """Return how full each shelter was, the fullest first, with the capacity as one line down the bars."""
    loads = synthetic_marked(shelter_loads(record))
    finite = loads.loc[np.isfinite(loads["peak_ratio"]), "peak_ratio"]
    scale = min(max(1.25, 1.05 * float(finite.max() if len(finite) else 0.0)), 2.5)
    heads = ["shelter", "township", "load", "peak", "final", "capacity", "turned_away", "flooded"]
    rows = [
        [
            named(row, "shelter", words),
            row["township"],
            _load(row, scale),
            count(row["peak"]),
            count(row["people"]),
            _capacity(row["capacity"], words),
            count(row["turned_away"]),
            tag("span", day_and_time(record.start, row["flooded_s"], words.lang), class_="wet")
            if np.isfinite(row["flooded_s"])
            else "",
        ]
        for row in loads.to_dict("records")
    ]
    return joined(
        [
            tag("p", words("capacity_line"), class_="note"),
            table(words, heads, rows, kinds="tttnnnnm", class_="bars"),
            tag("h3", words("townships")),
            _township_table(record, words),
        ]
    )


def _load(row: Row, scale: float) -> Html:
    """Return the load ratio of a shelter as a bar: light its peak, dark its end, a line at the capacity."""
    kind = "bar wet" if np.isfinite(row["flooded_s"]) else "bar"
    if np.isinf(row["capacity"]) or np.isnan(row["peak_ratio"]):
        return tag("div", bar(kind=kind), tag("span", "–"), class_="load")
    peak, final = (("peak", row["peak_ratio"]), ("fill", row["final_ratio"]))
    drawn = bar(
        *((name, min(ratio / scale, 1.0)) for name, ratio in (peak, final)), line=1 / scale, kind=kind
    )
    number = quantity(row["peak_ratio"], "ratio", "en")
    return tag(
        "div", drawn, tag("span", number, class_="over" if row["peak_ratio"] > 1 else "value"), class_="load"
    )


def _capacity(capacity: float, words: Words) -> str:
    return count(capacity) if np.isfinite(capacity) else words("no_limit")


def _township_table(record: RunRecord, words: Words) -> Html:
    heads = ["township", "number", "flooded", "capacity", "dry_capacity", "final", "ratio"]
    rows = [
        [
            row["township"],
            count(row["shelters"]),
            count(row["flooded"]),
            _capacity(row["capacity"], words),
            _capacity(row["dry_capacity"], words),
            count(row["people"]),
            quantity(row["ratio"] if np.isfinite(row["capacity"]) else np.nan, "ratio", words.lang),
        ]
        for row in township_loads(record).to_dict("records")
    ]
    return table(words, heads, rows, kinds="tnnnnnn")


def transport_section(record: RunRecord, words: Words) -> Html:
    """Return what each fleet did, and where vehicles waited for each other in a ring."""
    return joined([_fleet_table(record, words), _gridlocks_told(record, words)])


def _fleet_table(record: RunRecord, words: Words) -> Html:
    found, names = fleets(record), Names(record)
    if found.empty:
        return tag("p", words("no_buses"))
    heads = ["fleet", "vehicles", "came", "seats", "rounds", "carried", "seat_use", "seats_per_hour", "last"]
    rows = [
        [
            names.bare("depot", row["fleet"]),
            *(count(row[name]) for name in ("vehicles", "came", "seats", "rounds", "people")),
            percent(row["seat_use"]),
            count(row["seats_per_hour"]),
            day_and_time(record.start, row["done_s"], words.lang),
        ]
        for row in found.to_dict("records")
    ]
    return table(words, heads, rows, kinds="tnnnnnnnm")


def _gridlocks_told(record: RunRecord, words: Words) -> Html:
    """Return one line on gridlocks with the roads of the first; nothing where there were none."""
    rings = record.tables["gridlocks"]
    if rings.empty:
        return Html("")
    names, first = Names(record), str(rings["links"].iloc[0]).split(";")
    shown = words(Text(", ", "、")).join(names.told(f"link/{link}", words.lang) for link in first[:3])
    standing = count(int((rings["resolved_by"] == "nothing").sum()))
    told = Text(
        f"Vehicles waited for each other in a ring of full roads {count(len(rings))} times, at the end still in "
        f"{standing}; the first: {shown}.",
        f"满载路段成环、车辆互相等待 {count(len(rings))} 次，结束时仍有 {standing} 处；首处：{shown}。",
    )
    return tag("p", words(told), class_="note")


def busiest_roads(record: RunRecord, words: Words) -> Html:
    """Return the roads with most people: what stands for the map of a network without coordinates."""
    links = record.tables["links"].nlargest(BUSIEST, "people")
    names = Names(record)
    rows = [
        [
            names.told(f"link/{row['link']}", words.lang),
            row["road_class"],
            count(row["people"]),
            day_and_time(record.start, row["closed_s"], words.lang),
            f"{decimal(row['max_depth_m'], 2)} m",
        ]
        for row in links.to_dict("records")
    ]
    heads = ["road", "road_class", "carried", "closed", "max_depth"]
    return tag("p", words("map_abstract"), class_="note") + table(words, heads, rows, kinds="ttnmn")
