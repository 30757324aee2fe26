"""The course of a run as one drawing: people, orders, closures and stages on one time axis.

Drawn as SVG in two widths, so that text stays readable on a phone and on paper; the style
sheet shows the one that fits.
"""

import math
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.analysis.clearance import CURVES, evacuation_curve
from evacsim.analysis.people import had_to_go, people_of
from evacsim.clock import wall_time
from evacsim.language import Language
from evacsim.report.texts import TEXTS
from evacsim.results.record import RunRecord
from evacsim.results.wording import count, day_and_time

WIDE, NARROW = 880, 370
POINTS = 241
"""Times at which curves are drawn."""
GAUGE_COLORS = ("#1d2329", "#8c6d00", "#7a3e6a")
STYLES = {
    "ordered": "stroke:#7a7f87;stroke-width:1.6;stroke-dasharray:2 3",
    "told": "stroke:#aa4f86;stroke-width:1.6;stroke-dasharray:6 3",
    "departed": "stroke:#e08a00;stroke-width:2",
    "safe": "stroke:#00785a;stroke-width:3",
    "wet": "stroke:#0072b2;stroke-width:1.6",
}
"""Line of each curve; the colors are told apart by color-blind people, the dashes on grey paper."""

Floats = NDArray[np.float64]


class Panel(NamedTuple):
    """A rectangle with a scale: time to the right from 0 to `end`, values upwards from `low` to `high`."""

    left: float
    right: float
    top: float
    bottom: float
    end: float
    low: float
    high: float

    def x(self, time: float) -> float:
        """Return the place of a time [px]."""
        return self.left + (self.right - self.left) * time / self.end

    def y(self, value: float) -> float:
        """Return the place of a value [px]."""
        return self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)

    def line(self, at: Floats, values: Floats) -> str:
        """Return the points of a curve, without those that lie on the straight line between others."""
        points = [
            f"{self.x(t):.1f},{self.y(v):.1f}" for t, v in zip(at, values, strict=True) if not np.isnan(v)
        ]
        heights = [point.partition(",")[2] for point in points]
        kept = [
            point
            for i, point in enumerate(points)
            if i in {0, len(points) - 1} or not heights[i - 1] == heights[i] == heights[i + 1]
        ]
        return " ".join(kept)


def course_chart(record: RunRecord, lang: Language, width: int) -> str:
    """Return the drawing as SVG, `width` pixels wide."""
    end = max(record.end, 1.0)
    at = np.linspace(0, end, POINTS)
    curves = evacuation_curve(record, at)
    total = int(people_of(record.ledger)[had_to_go(record.ledger)].sum())
    ticks = value_ticks(0, max(total, int(curves["wet"].max()), 1), 5)
    left, right = 56.0, width - 22.0
    people = Panel(left, right, 14, 250, end, 0, ticks[-1])
    parts = [value_axis(people, ticks, TEXTS["curve_people"].said(lang))]
    area = people.line(at, curves["wet"].to_numpy(np.float64))
    corners = f"{left:.1f},{people.bottom:.1f} {area} {right:.1f},{people.bottom:.1f}"
    parts.append(f'<polygon points="{corners}" fill="#56b4e9" opacity="0.25"/>')
    parts.append(_total_line(people, total, lang))
    parts += [
        f'<polyline points="{people.line(at, curves[name].to_numpy(np.float64))}" fill="none" style="{STYLES[name]}"/>'
        for name in ("wet", *(name for name in CURVES if name != "wet"))
    ]
    bottom = 250.0
    for name, when, color in _marks(record):
        bottom += 28
        parts.append(_rug(people, when, bottom, TEXTS[name].said(lang), color))
    gauges = _gauges(record)
    if gauges:
        values = np.concatenate([stage for _, _, stage in gauges])
        ticks = value_ticks(float(values.min()), float(values.max()), 3)
        panel = Panel(left, right, bottom + 26, bottom + 126, end, ticks[0], ticks[-1])
        parts.append(value_axis(panel, ticks, TEXTS["curve_stage"].said(lang)))
        parts += [
            f'<polyline points="{panel.line(when, stage)}" fill="none" stroke="{color}" stroke-width="2"/>'
            for (_, when, stage), color in zip(gauges, GAUGE_COLORS, strict=False)
        ]
        bottom += 126
    height = bottom + 40
    axis = time_axis(record, people, bottom, lang, most=8 if width > 600 else 4)
    label = escape(TEXTS["curve_label"].said(lang))
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{label}" '
        f'class="chart {"wide" if width > 600 else "narrow"}">{axis}{"".join(parts)}</svg>'
    )


def legend(record: RunRecord, lang: Language) -> list[tuple[str, str]]:
    """Return the legend of the drawing: a small SVG of each line, and what it is."""
    entries = [
        (f'<line x1="0" y1="6" x2="28" y2="6" style="{STYLES[name]}"/>', TEXTS[f"curve_{name}"].said(lang))
        for name in CURVES
    ]
    entries += [
        (
            f'<line x1="0" y1="6" x2="28" y2="6" stroke="{color}" stroke-width="2"/>',
            f"{TEXTS['curve_gauge'].said(lang)}{gauge}",
        )
        for (gauge, _, _), color in zip(_gauges(record), GAUGE_COLORS, strict=False)
    ]
    return [(f'<svg viewBox="0 0 28 12" width="28" height="12">{line}</svg>', text) for line, text in entries]


def datums(record: RunRecord) -> str:
    """Return what stage 0 is at each gauge that says so."""
    first = record.tables["gauges"].groupby("gauge", sort=False)["datum"].first().dropna()
    return "; ".join(f"{gauge}: {datum}" for gauge, datum in first.items() if datum)


def value_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values from at or below `low` to at or above `high`, about `most` steps.

    >>> value_ticks(0, 743, 5)
    [0.0, 200.0, 400.0, 600.0, 800.0]
    """
    span = max(high - low, 1e-6 * max(abs(high), 1.0))
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * number, 9) for number in range(first, max(last, first + 1) + 1)]


def value_axis(panel: Panel, ticks: list[float], unit: str) -> str:
    """Return grid lines and labels at values, and what the values are."""
    digits = 0 if ticks[1] - ticks[0] >= 1 else 1 if ticks[1] - ticks[0] >= 0.1 else 2
    parts = [
        f'<line x1="{panel.left}" x2="{panel.right}" y1="{panel.y(tick):.1f}" y2="{panel.y(tick):.1f}" class="grid"/>'
        f'<text x="{panel.left - 6}" y="{panel.y(tick) + 4:.1f}" text-anchor="end">{tick:,.{digits}f}</text>'
        for tick in ticks
    ]
    return (
        "".join(parts)
        + f'<text x="{panel.left + 4}" y="{panel.top - 4:.1f}" class="unit">{escape(unit)}</text>'
    )


def _total_line(panel: Panel, total: int, lang: Language) -> str:
    y = panel.y(total)
    text = f"{TEXTS['curve_total'].said(lang)} {count(total)}"
    return (
        f'<line x1="{panel.left}" x2="{panel.right}" y1="{y:.1f}" y2="{y:.1f}" class="limit"/>'
        f'<text x="{panel.right - 4}" y="{y - 5:.1f}" text-anchor="end" class="strong">{escape(text)}</text>'
    )


def _marks(record: RunRecord) -> list[tuple[str, Floats, str]]:
    """Return the rows of ticks: text key, times, color."""
    zones, links = record.tables["zones"], record.tables["links"]
    return [
        ("curve_orders", zones["ordered_s"].dropna().to_numpy(np.float64), "#7a7f87"),
        ("curve_water", zones["water_s"].dropna().to_numpy(np.float64), "#0072b2"),
        ("curve_closures", links["closed_s"].dropna().to_numpy(np.float64), "#b84a00"),
    ]


def _rug(panel: Panel, when: Floats, bottom: float, label: str, color: str) -> str:
    # Thousands of closures share few pixels: one tick for each.
    places = sorted({round(panel.x(time)) for time in when if 0 <= time <= panel.end})
    path = "".join(f"M{place} {bottom - 10:.0f}v9" for place in places)
    text = f"{label} ({len(when):,})"
    return (
        f'<line x1="{panel.left}" x2="{panel.right}" y1="{bottom:.0f}" y2="{bottom:.0f}" class="grid"/>'
        f'<text x="{panel.left + 4}" y="{bottom - 13:.0f}" class="small">{escape(text)}</text>'
        f'<path d="{path}" stroke="{color}" stroke-width="1.6" fill="none"/>'
    )


def _gauges(record: RunRecord) -> list[tuple[str, Floats, Floats]]:
    """Return id, times [s] and stages [m] of at most as many gauges as there are colors."""
    found = []
    for gauge, rows in record.tables["gauges"].groupby("gauge", sort=False):
        inside = rows[(rows["time_s"] >= 0) & (rows["time_s"] <= record.end)]
        if len(inside):
            stage = inside["stage_m"].to_numpy(np.float64)
            found.append((str(gauge), inside["time_s"].to_numpy(np.float64), stage))
    return found[: len(GAUGE_COLORS)]


def time_axis(record: RunRecord, panel: Panel, bottom: float, lang: Language, *, most: int) -> str:
    """Return grid lines and labels at round hours of the wall clock, with the date where the day changes."""
    steps = (1, 2, 3, 6, 12, 24, 48, 96, 240)
    step = next((hours for hours in steps if panel.end / 3600 / hours <= most), 960)
    start = record.start
    midnight = (start.hour * 60 + start.minute) * 60 + start.second
    first = math.ceil(midnight / (step * 3600)) * step * 3600 - midnight
    parts, day = [], None
    for time in np.arange(first, panel.end + 1, step * 3600):
        x, at = panel.x(float(time)), wall_time(start, float(time))
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{panel.top}" y2="{bottom:.0f}" class="grid"/>'
            f'<text x="{x:.1f}" y="{bottom + 16:.0f}" text-anchor="middle">{at:%H:%M}</text>'
        )
        if at.date() != day:
            date = day_and_time(start, float(time), lang)[:-5].strip()
            parts.append(
                f'<text x="{x:.1f}" y="{bottom + 31:.0f}" text-anchor="middle" class="strong">{date}</text>'
            )
            day = at.date()
    return "".join(parts)
