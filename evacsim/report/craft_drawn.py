"""What every craft did and when (舟艇、直升机时间线): a row for each, one color for what belongs together."""

from html import escape

import pandas as pd

from evacsim.analysis.rescuing import AT_WORK
from evacsim.language import Text
from evacsim.report.charts import NARROW, WIDE, Panel, time_axis
from evacsim.report.markup import Html, Words, joined, tag
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names

DOINGS = {
    "to_water": (
        Text("on the road, launching", "陆路开进、下水"),
        "#8c6d00",
        ("by_road", "moves_up", "launches"),
    ),
    "under_way": (
        Text("to people, searching, coming back", "驶往、搜寻、返航"),
        "#0072b2",
        ("to_case", "on_foot", "searches", "comes_back", "turns_back", "surveys"),
    ),
    "people": (Text("taking in, letting ashore", "接人、送上岸"), "#00785a", ("takes_in", "lets_ashore")),
    "stopped": (
        Text(
            "no rested crew, life-jackets, light or weather; punctured",
            "无人接替、缺救生衣、等天亮、等天气、破损",
        ),
        "#d55e00",
        ("no_word", "no_crew", "no_jackets", "no_light", "no_weather", "is_patched", "out_of_service"),
    ),
    "ready": (
        Text("ready, nothing to do", "待命"),
        "#cfcfc9",
        ("waits", "is_told", "stands_by", "recharges"),
    ),
}
"""What is drawn alike: its name, its color, what craft do by the table `craft_time`."""
ROW, GAP, TOP = 6.0, 6.0, 10.0
"""Height of a row and the space between fleets [px]."""
MOST_ROWS = 150


def craft_timeline(record: RunRecord, words: Words) -> Html:
    """Return a row for each craft by fleet, those at work longest where there are more than `MOST_ROWS`."""
    time = record.tables["craft_time"]
    vehicles = record.tables["vehicles"]
    fleet_of: dict[str, str] = dict(zip(vehicles["vehicle"], vehicles["fleet"], strict=True))
    at_work = (time["until_s"] - time["from_s"]).where(time["what"].isin(AT_WORK), 0)
    longest = at_work.groupby(time["vehicle"]).sum().sort_values(ascending=False, kind="stable").index
    shown = sorted(longest[:MOST_ROWS], key=lambda craft: (fleet_of.get(craft, ""), craft))
    rows = _rows([(craft, fleet_of.get(craft, "")) for craft in shown])
    entries = [
        tag("li", Html(f'<svg viewBox="0 0 16 10" width="16" height="10">{_box(color)}</svg>'), words(text))
        for text, color, _ in DOINGS.values()
    ]
    drawings = [Html(_drawing(record, rows, words, width)) for width in (WIDE, NARROW)]
    left_out = len(longest) - len(shown)
    note = Text(
        f"{left_out} craft that worked less are not shown.", f"另有 {left_out} 艘（架）出动较少，未列出。"
    )
    return joined(
        [
            tag("h3", words("craft_timeline")),
            tag("ul", *entries, class_="legend"),
            *drawings,
            tag("p", words(note), class_="note") if left_out else "",
        ]
    )


def _box(color: str) -> str:
    return f'<rect width="16" height="10" fill="{color}"/>'


def _rows(craft: list[tuple[str, str]]) -> pd.DataFrame:
    """Return the craft with their fleet and the height at which each is drawn [px]."""
    rows = pd.DataFrame(craft, columns=["vehicle", "fleet"])
    fleets = (rows["fleet"] != rows["fleet"].shift()).cumsum() - 1
    return rows.assign(top=TOP + ROW * rows.index + GAP * fleets)


def _drawing(record: RunRecord, rows: pd.DataFrame, words: Words, width: int) -> str:
    wide = width == WIDE
    bottom = float(rows["top"].max()) + ROW + GAP
    panel = Panel(190.0 if wide else 8.0, width - 22.0, TOP, bottom, max(record.end, 1.0), 0, 1)
    axis = time_axis(record, panel, bottom, words.lang, most=8 if wide else 4)
    time = record.tables["craft_time"].merge(rows, on="vehicle")
    paths = "".join(
        f'<path d="{_boxes(panel, time[time["what"].isin(what)])}" fill="{color}"/>'
        for _, color, what in DOINGS.values()
    )
    names = Names(record)
    labels = "".join(
        f'<text x="{panel.left - 8:.0f}" y="{top + ROW + 2:.0f}" text-anchor="end">'
        f"{escape(names.bare('depot', str(fleet)))}</text>"
        for fleet, top in rows.groupby("fleet")["top"].first().items()
    )
    return (
        f'<svg viewBox="0 0 {width} {bottom + 40:.0f}" role="img" aria-label="{escape(words("craft_timeline"))}" '
        f'class="chart {"wide" if wide else "narrow"}">{axis}{paths}{labels if wide else ""}</svg>'
    )


def _boxes(panel: Panel, time: pd.DataFrame) -> str:
    """Return the spans of craft as boxes; what follows without a gap is one."""
    is_next = (time["vehicle"] == time["vehicle"].shift()) & (time["from_s"] == time["until_s"].shift())
    spans = time.groupby((~is_next).cumsum()).agg({"from_s": "first", "until_s": "last", "top": "first"})
    boxes = []
    for begin, end, top in spans.itertuples(index=False):
        left, right = panel.x(begin), max(panel.x(end), panel.x(begin) + 0.1)
        boxes.append(f"M{left:.1f} {top:.0f}H{right:.1f}v{ROW - 1:.0f}H{left:.1f}z")
    return "".join(boxes)
