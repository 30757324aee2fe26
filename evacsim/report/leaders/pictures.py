"""The two pictures of the report for leaders: where people are late, and the course against the water."""

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.analysis.clearance import evacuation_curve
from evacsim.analysis.lateness import late_households
from evacsim.analysis.people import had_to_go
from evacsim.language import Language, Text
from evacsim.report.figures import CURVE_STYLES, DEPTH_COLORS, POINTS, draw_roads, drawing, finish
from evacsim.report.leaders.wording import gauge_told
from evacsim.report.texts import TEXTS
from evacsim.results.record import RunRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 200
LABELS, APART = 5, 0.07
"""Zones named on the map, those with most late people, and how far apart they are, against the height of the map."""
LATE, IN_TIME = "#c0392b", "#00785a"


def late_map(record: RunRecord, *, width: float, height: float, lang: Language) -> bytes:
    """Return a PNG of roads, the highest water on them, and each zone as large as the people who are late.

    Width and height are in millimetres.
    """
    from matplotlib.collections import PathCollection

    with drawing() as figure:
        figure.set_size_inches(width / 25.4, height / 25.4)
        axes = figure.add_subplot()
        draw_roads(axes, record, _worst(record))
        zones = record.tables["zones"].dropna(subset=["x", "y"])
        late = np.array(zones["zone"].map(late_people(record)).fillna(0), dtype=np.float64)
        is_late = late > 0
        dry = zones[~is_late & zones["in_plan"].astype(bool).to_numpy()]
        axes.scatter(dry["x"], dry["y"], s=5, c=IN_TIME, linewidths=0, zorder=4, label=_IN_TIME.said(lang))
        sizes = 6 + 110 * late[is_late] / max(1.0, late.max())
        shown = zones[is_late]
        axes.scatter(
            shown["x"],
            shown["y"],
            s=sizes,
            c=LATE,
            alpha=0.55,
            edgecolors=LATE,
            linewidths=0.6,
            zorder=5,
            label=_LATE.said(lang),
        )
        for row in _named(zones, late):
            zone = zones.iloc[row]
            said = f"{zone['zone']}: {late[row]:,.0f}"
            axes.annotate(
                said,
                (zone["x"], zone["y"]),
                xytext=(5, 3),
                textcoords="offset points",
                fontsize=6.5,
                zorder=6,
            )
        axes.plot([], [], color=DEPTH_COLORS[2], linewidth=2, label=_WET.said(lang))
        axes.set_aspect("equal")
        axes.set_axis_off()
        legend = axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=3, fontsize=6, frameon=False
        )
        for handle in legend.legend_handles:
            if isinstance(handle, PathCollection):
                handle.set_sizes([18])
    return _png(figure)


def timeline(
    record: RunRecord,
    *,
    width: float,
    height: float,
    lang: Language,
    gauge: str | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Return a PNG of people ordered, away and out over time, against the water at their homes and a gauge.

    Parameters
    ----------
    record : RunRecord
    width, height : float
        Size [mm].
    lang : str
    gauge : str, optional
        Id of the gauge, else the first.
    names : mapping, optional
        Names of gauges by their ids.
    """
    with drawing() as figure:
        figure.set_size_inches(width / 25.4, height / 25.4)
        axes = figure.add_subplot()
        at = np.linspace(0, record.end, POINTS)
        table = evacuation_curve(record, at)
        for name in ("ordered", "departed", "safe"):
            color, dashes = CURVE_STYLES[name]
            axes.plot(
                at / 3600,
                table[name],
                color=color,
                linestyle=dashes,
                linewidth=1.3,
                label=TEXTS[f"curve_{name}"].said(lang),
            )
        axes.fill_between(
            at / 3600,
            table["wet"],
            color="#56b4e9",
            alpha=0.3,
            linewidth=0,
            label=TEXTS["curve_wet"].said(lang),
        )
        finish(axes, lang, TEXTS["curve_people"].said(lang))
        if (inside := axes.get_legend()) is not None:
            inside.remove()
        _gauge(axes.twinx(), record, gauge, names, lang)
        figure.legend(loc="outside lower center", ncols=5, fontsize=6.5, frameon=False)
        for labelled in figure.axes:
            labelled.tick_params(labelsize=6.5)
            labelled.xaxis.label.set_fontsize(7)
            labelled.yaxis.label.set_fontsize(7)
    return _png(figure)


def _gauge(
    axes: "Axes", record: RunRecord, gauge: str | None, names: Mapping[str, str], lang: Language
) -> None:
    """Draw the stage of a gauge, or of the first, on an axis of its own."""
    gauges = record.tables["gauges"]
    axes.spines[["top", "left"]].set_visible(False)
    if gauges.empty:
        axes.set_yticks([])
        return
    known = list(dict.fromkeys(gauges["gauge"].astype(str)))
    shown = gauge if gauge in known else known[0]
    rows = gauges[(gauges["gauge"] == shown) & (gauges["time_s"] <= record.end) & (gauges["time_s"] >= 0)]
    short = gauge_told(shown, names.get(shown), lang)
    name = Text(f"stage at {short}", f"{short}水位").said(lang)
    axes.plot(
        rows["time_s"] / 3600, rows["stage_m"], color="#5b6b7b", linewidth=0.9, linestyle="-.", label=name
    )
    axes.set_ylabel(f"{name} [m]")
    axes.margins(x=0)


def _named(zones: pd.DataFrame, late: NDArray[np.float64]) -> list[int]:
    """Return the rows of the zones with most late people whose names do not cover each other."""
    place = zones[["x", "y"]].to_numpy(np.float64)
    apart = APART * float(np.ptp(place[:, 1])) if len(place) else 0.0
    chosen: list[int] = []
    for row in np.argsort(-late, kind="stable").tolist():
        if late[row] == 0 or len(chosen) == LABELS:
            break
        if all(abs(place[row, 1] - place[other, 1]) > apart for other in chosen):
            chosen.append(row)
    return chosen


def late_people(record: RunRecord) -> "pd.Series[float]":
    """Return how many people of each zone are late; zones with none are left out."""
    people: pd.Series[float] = late_households(record).groupby("zone")["people"].sum().astype(float)
    return people


def people_to_go(record: RunRecord) -> float:
    """Return how many people had to go."""
    return float(record.ledger["people"][had_to_go(record.ledger)].sum())


def _worst(record: RunRecord) -> float:
    """Return when most roads are under water [s]."""
    water = record.tables["water_links"]
    if water.empty:
        return record.end
    deep = water[water["depth_m"] > 0].groupby("time_s").size()
    return float(deep.index.to_numpy(np.float64)[int(deep.to_numpy().argmax())]) if len(deep) else record.end


def _png(figure: "Figure") -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return stream.getvalue()


_LATE = Text("late (area: people)", "逾期（面积示人数）")
_IN_TIME = Text("in time", "按时")
_WET = Text("flooded road", "受淹道路")
