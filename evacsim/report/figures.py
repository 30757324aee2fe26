"""Drawings of a run for notebooks and papers, made with matplotlib.

Each function returns a `matplotlib.figure.Figure`, which a notebook shows and `savefig` writes.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from evacsim.analysis.clearance import CURVES, evacuation_curve, reached
from evacsim.analysis.people import had_to_go, out_times, people_of
from evacsim.clock import parse_moment, seconds_after
from evacsim.errors import MissingExtraError
from evacsim.language import Language, Text
from evacsim.report.cases_drawn import COLORS, node_places, open_people
from evacsim.report.fonts import font_families
from evacsim.report.roads_drawn import parse_line
from evacsim.report.texts import DEPTH_CLASSES, TEXTS
from evacsim.results.record import RunRecord
from evacsim.results.wording import Names, moment

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CURVE_STYLES = {
    "ordered": ("#7a7f87", ":"), "told": ("#aa4f86", "--"), "departed": ("#e08a00", "-"), "safe": ("#00785a", "-"),
    "wet": ("#0072b2", "-"),
}  # fmt: skip
GROUP_COLORS = ("#0072b2", "#d55e00", "#00785a", "#cc79a7", "#e08a00", "#56b4e9", "#5b6b7b", "#8c6d00")
"""Colors that color-blind people tell apart (after Okabe and Ito, recalled)."""
DEPTH_COLORS = ("#b9d9ee", "#86bce0", "#4b96cb", "#1a6fae", "#08417c")
POINTS = 400
MOST_LABELS = 40
"""Names on a map; of more places none is named, since names would cover them."""


def curves(record: RunRecord, *, lang: Language = "zh") -> "Figure":
    """Draw how many people are ordered, told, away and out over time, against the water at the homes."""
    with drawing() as figure:
        axes = figure.add_subplot()
        at = np.linspace(0, record.end, POINTS)
        table = evacuation_curve(record, at)
        for name in CURVES:
            color, dashes = CURVE_STYLES[name]
            axes.plot(
                at / 3600, table[name], color=color, linestyle=dashes, label=TEXTS[f"curve_{name}"].said(lang)
            )
        axes.fill_between(at / 3600, table["wet"], color="#56b4e9", alpha=0.25, linewidth=0)
        finish(axes, lang, TEXTS["curve_people"].said(lang))
    return figure


def clearance(record: RunRecord, *, by: str = "zone", lang: Language = "zh") -> "Figure":
    """Draw the share that is out over time, one curve per `zone`, `township` or `mode`.

    The groups with most people are drawn, as many as there are colors.
    """
    with drawing() as figure:
        axes = figure.add_subplot()
        ledger = record.ledger[had_to_go(record.ledger)]
        ledger = ledger.assign(out_s=out_times(ledger))
        largest = ledger.groupby(by)["people"].sum().nlargest(len(GROUP_COLORS)).index
        at, names = np.linspace(0, record.end, POINTS), Names(record)
        for group, color in zip(largest, GROUP_COLORS, strict=False):
            homes = ledger[ledger[by] == group]
            people = people_of(homes)
            share = reached(homes["out_s"].to_numpy(np.float64), people, at) / people.sum()
            axes.plot(at / 3600, 100 * share, color=color, label=names.bare(by, str(group)))
        axes.set_ylim(0, 102)
        finish(axes, lang, Text("share out [%]", "已转移比例 [%]").said(lang))
    return figure


def arrivals(record: RunRecord, *, lang: Language = "zh") -> "Figure":
    """Draw how many people arrive in each quarter of an hour."""
    with drawing() as figure:
        axes = figure.add_subplot()
        out, people = out_times(record.ledger), people_of(record.ledger)
        known = ~np.isnan(out)
        edges = np.arange(0, record.end + 900, 900)
        axes.hist(out[known] / 3600, bins=(edges / 3600).tolist(), weights=people[known], color="#00785a")
        finish(axes, lang, Text("people arriving in 15 min", "每 15 分钟到达人数").said(lang))
    return figure


def map_at(record: RunRecord, time: float | str, *, lang: Language = "zh") -> "Figure":
    """Draw roads, the water on them, zones by share out and shelters at a time.

    Parameters
    ----------
    time : float or str
        Seconds after the start, or a moment: "T+6 h", "2026-07-18 20:00", or "06:30", which is
        the first half past six in the run.
    """
    seconds = seconds_of(record, time)
    with drawing() as figure:
        axes = figure.add_subplot()
        draw_roads(axes, record, seconds)
        _draw_places(axes, record, seconds)
        _draw_cases(axes, record, seconds, lang)
        axes.set_aspect("equal")
        axes.set_axis_off()
        figure.suptitle(
            f"{record.name} · {moment(record.start, seconds, lang)}", x=0.01, ha="left", fontsize=11
        )
    return figure


def seconds_of(record: RunRecord, time: float | str) -> float:
    """Return a moment as `map_at` takes it in seconds after the start."""
    if isinstance(time, int | float):
        return float(time)
    clock = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*", time)
    if clock is None:
        return seconds_after(record.start, parse_moment(time))
    hour, minute = (int(part) for part in clock.groups())
    midnight = record.start.replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = (midnight + timedelta(hours=hour, minutes=minute) - record.start).total_seconds()
    return wanted % 86400


def draw_roads(axes: "Axes", record: RunRecord, seconds: float) -> None:
    """Draw the roads, and the water on them at a time [s]."""
    from matplotlib.collections import LineCollection

    links = record.tables["links"]
    lines = {str(link): parse_line(line) for link, line in zip(links["link"], links["line"], strict=True)}
    lines = {link: line for link, line in lines.items() if line}
    axes.add_collection(LineCollection(list(lines.values()), colors="#c4c2ba", linewidths=0.8, zorder=1))
    water = record.tables["water_links"]
    deep = (
        water[water["time_s"] <= seconds]
        .sort_values("time_s", kind="stable")
        .groupby("link")["depth_m"]
        .last()
    )
    deep = deep[(deep > 0) & deep.index.isin(list(lines))]
    colors = [DEPTH_COLORS[level - 1] for level in np.searchsorted(DEPTH_CLASSES, deep, side="right")]
    wet = [lines[str(link)] for link in deep.index]
    axes.add_collection(LineCollection(wet, colors=colors, linewidths=2.5, zorder=2))
    axes.autoscale_view()


def _draw_places(axes: "Axes", record: RunRecord, seconds: float) -> None:
    ledger, zones = record.ledger, record.tables["zones"].dropna(subset=["x", "y"])
    people = ledger["people"].where(had_to_go(ledger), 0)
    go = people.groupby(ledger["zone"]).sum()
    out = people.where(out_times(ledger) <= seconds, 0).groupby(ledger["zone"]).sum()
    share = zones["zone"].map(out / go.where(go > 0)).to_numpy(np.float64)
    colors: list[Any] = [(0.77, 0.77, 0.77) if np.isnan(part) else _mixed(part) for part in share]
    axes.scatter(zones["x"], zones["y"], s=70, c=colors, edgecolors="#1d2329", zorder=4)
    shelters = record.tables["shelters"].dropna(subset=["x", "y"])
    axes.scatter(shelters["x"], shelters["y"], s=60, c="#3d4b8f", marker="s", zorder=3)
    labels = [("zone", row) for row in zones.to_dict("records")]
    labels += [("shelter", row) for row in shelters.to_dict("records")]
    for kind, row in labels if len(labels) <= MOST_LABELS else []:
        axes.annotate(
            row["name"] or row[kind],
            (row["x"], row["y"]),
            xytext=(6, 4),
            textcoords="offset points",
            fontsize=8,
        )


def _draw_cases(axes: "Axes", record: RunRecord, seconds: float, lang: Language) -> None:
    """Draw a diamond where people are reported in need: those to whom craft have been sent within those who wait."""
    places = node_places(record.tables["links"])
    rows = open_people(record)
    rows = rows[rows["node"].isin(list(places))]
    last = rows[rows["time_s"] <= seconds].groupby("node").last()
    last = last[last["people"] > 0]
    if last.empty:
        return
    x, y = np.array([places[str(node)] for node in last.index]).T
    for key, people in (("waiting", last["people"]), ("sent", last["sent"])):
        size = 20 + 80 * people / max(int(rows["people"].max()), 1)
        label = TEXTS[f"map_case_{key}"].said(lang)
        drawn = people.to_numpy() > 0
        axes.scatter(
            x[drawn], y[drawn], s=size[drawn], c=COLORS[key], marker="D", linewidths=0, zorder=5, label=label
        )
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)


def _mixed(share: float) -> tuple[float, float, float]:
    """Return the color of a zone: from almost white (nobody out) to green (all out)."""
    empty, full = (0.98, 0.96, 0.9), (0.0, 0.47, 0.35)
    red, green, blue = (a + (b - a) * share for a, b in zip(empty, full, strict=True))
    return red, green, blue


def finish(axes: "Axes", lang: Language, label: str) -> None:
    """Give a drawing over time its axes, with `label` on the upright one, and its legend."""
    axes.set_xlabel(Text("hours after the start", "距开始的小时数").said(lang))
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.margins(x=0)
    axes.set_axisbelow(True)
    axes.grid(color="#e4e7eb")
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False)


@contextmanager
def drawing() -> "Iterator[Figure]":
    """Give an empty figure, in a font that has Chinese characters."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as missing:
        raise MissingExtraError.for_library("matplotlib", "report", "evacsim.report.figures") from missing
    with mpl.rc_context({"font.family": font_families(), "axes.unicode_minus": False}):
        figure = Figure(figsize=(9, 5), layout="constrained")
        yield figure
        # Drawn here: texts take their font when they are drawn, not when they are written.
        figure.canvas.draw()
