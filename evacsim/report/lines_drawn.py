"""Curves as small drawings in two widths: people over the time of a run, shares over the time since a call."""

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.language import Language
from evacsim.report.charts import NARROW, WIDE, Panel, time_axis, value_axis, value_ticks
from evacsim.report.markup import Html, Words, joined, tag
from evacsim.results.record import RunRecord

Floats = NDArray[np.float64]

COLORS = ("#0072b2", "#d55e00", "#00785a", "#aa4f86", "#8c6d00", "#56b4e9", "#5b6b7b")
"""Colors that color-blind people tell apart (after Okabe and Ito, recalled)."""
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2", "12 3")
"""They tell curves apart on grey paper."""
TOP, BOTTOM = 20.0, 190.0


class Curve(NamedTuple):
    """A curve: times [s], values, and what it is."""

    at: Floats
    values: Floats
    text: str


def people_over_time(record: RunRecord, curves: Sequence[Curve], unit: str, words: Words) -> Html:
    """Return curves of people over the run, with their legend; `unit` says what is counted."""
    end = max(record.end, 1.0)
    highest = max(float(np.max(curve.values, initial=0.0)) for curve in curves)

    def draw(width: int) -> str:
        ticks = value_ticks(0, max(highest, 1), 4)
        panel = Panel(56.0, width - 22.0, TOP, BOTTOM, end, 0, ticks[-1])
        axis = time_axis(record, panel, BOTTOM, words.lang, most=8 if width == WIDE else 4)
        return axis + value_axis(panel, ticks, unit) + _lines(panel, curves)

    return _both(draw, curves, unit)


def shares_after(curves: Sequence[Curve], end: float, marked: float, unit: str, words: Words) -> Html:
    """Return curves of shares in [0, 1] over the time since something, up to `end` [s], with their legend.

    A line stands at `marked` [s].
    """

    def draw(width: int) -> str:
        ticks = [0.0, 25.0, 50.0, 75.0, 100.0]
        panel = Panel(56.0, width - 22.0, TOP, BOTTOM, end, 0, 100)
        shown = [curve._replace(values=100 * curve.values) for curve in curves]
        line = f'<line x1="{panel.x(marked):.1f}" x2="{panel.x(marked):.1f}" y1="{TOP}" y2="{BOTTOM}" class="limit"/>'
        axis = _minutes(panel, words.lang, most=10 if width == WIDE else 5)
        return axis + value_axis(panel, ticks, unit) + (line if marked <= end else "") + _lines(panel, shown)

    return _both(draw, curves, unit)


def steps(at: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return the corners of a curve that keeps each value until the next time."""
    return np.repeat(at, 2)[1:], np.repeat(values, 2)[:-1]


def _both(draw: Callable[[int], str], curves: Sequence[Curve], label: str) -> Html:
    """Return the legend, and the drawing in the widths of a screen and of a phone."""
    entries = [
        tag(
            "li",
            Html(
                '<svg viewBox="0 0 28 12" width="28" height="12">'
                f'<line x1="0" y1="6" x2="28" y2="6" {_style(i)}/></svg>'
            ),
            curve.text,
        )
        for i, curve in enumerate(curves)
    ]
    drawings = [
        Html(
            f'<svg viewBox="0 0 {width} {BOTTOM + 40:.0f}" role="img" aria-label="{escape(label)}" '
            f'class="chart {"wide" if width == WIDE else "narrow"}">{draw(width)}</svg>'
        )
        for width in (WIDE, NARROW)
    ]
    return joined([tag("ul", *entries, class_="legend"), *drawings])


def _lines(panel: Panel, curves: Sequence[Curve]) -> str:
    return "".join(
        f'<polyline points="{panel.line(curve.at, curve.values)}" fill="none" {_style(i)}/>'
        for i, curve in enumerate(curves)
    )


def _style(number: int) -> str:
    color, dash = COLORS[number % len(COLORS)], DASHES[number % len(DASHES)]
    return f'stroke="{color}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _minutes(panel: Panel, lang: Language, *, most: int) -> str:
    """Return grid lines and labels at round minutes."""
    ticks = [tick for tick in value_ticks(0, panel.end / 60, most) if 60 * tick <= panel.end + 1e-6]
    unit = "分钟" if lang == "zh" else "min"
    return "".join(
        f'<line x1="{panel.x(60 * tick):.1f}" x2="{panel.x(60 * tick):.1f}" y1="{panel.top}" y2="{panel.bottom}" '
        f'class="grid"/><text x="{panel.x(60 * tick):.1f}" y="{panel.bottom + 16:.0f}" text-anchor="middle">'
        f"{tick:g}{f' {unit}' if number == len(ticks) - 1 else ''}</text>"
        for number, tick in enumerate(ticks)
    )
