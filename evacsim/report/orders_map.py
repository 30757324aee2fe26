"""Where an order must go out soon: each zone by the time left between the plan's order and the latest safe one."""

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evacsim.language import LANGUAGES, Language, Text
from evacsim.report.figures import drawing

if TYPE_CHECKING:
    from evacsim.plan.latest_order import LatestOrders

Line = Sequence[tuple[float, float]]

DOTS_PER_INCH = 200
HOUR = 3600.0
NAMED = 5
"""Zones named on the map, the tightest."""
WIDTH, HEIGHT = 170.0, 130.0
"""Size of the map beside the table of latest orders [mm]."""
CLASSES: tuple[tuple[float, str, Text], ...] = (
    (0.0, "#c0392b", Text("ordered too late, or no moment is safe", "下令过晚，或何时下令都来不及")),
    (HOUR, "#e69f00", Text("less than an hour left", "余量不足 1 小时")),
    (4 * HOUR, "#56b4e9", Text("one to four hours left", "余量 1–4 小时")),
    (math.inf, "#00785a", Text("more", "余量更多")),
)
"""Margins below each limit [s], how they are drawn and what they are called."""
NONE, NO_ORDER = -1, Text("no order", "未下令")


def orders_map(
    zones: pd.DataFrame,
    roads: Sequence[Line],
    margins: Mapping[str, float],
    *,
    width: float,
    height: float,
    lang: Language,
) -> bytes:
    """Return a PNG of roads and zones, those with the least time left on top and named.

    Parameters
    ----------
    zones : DataFrame
        `zone, x, y` [m]; zones without a place are left out.
    roads : sequence of lines
        Points of each road [m].
    margins : mapping
        Time from the plan's own order to the latest safe one by zone [s]: negative where it is too late, -inf where no
        moment is safe; zones without an order are not in it.
    width, height : float
        Size [mm].
    """
    from matplotlib.collections import LineCollection

    placed = zones.dropna(subset=["x", "y"])
    margin = np.array([margins.get(zone, np.nan) for zone in placed["zone"]], dtype=np.float64)
    with drawing() as figure:
        figure.set_size_inches(width / 25.4, height / 25.4)
        axes = figure.add_subplot()
        axes.add_collection(LineCollection(list(roads), colors="#c4c2ba", linewidths=0.6, zorder=1))
        at, drawn_as = placed[["x", "y"]].to_numpy(np.float64), classes_of(margin)
        kinds = [
            (7.0, "#9a9a94", NO_ORDER),
            *((34 - 7.0 * k, c, name) for k, (_, c, name) in enumerate(CLASSES)),
        ]
        for number, (size, color, name) in enumerate(kinds, start=NONE):
            own = at[drawn_as == number]
            label = f"{name.said(lang)} ({len(own)})"
            axes.scatter(
                own[:, 0], own[:, 1], s=size, c=color, edgecolors="white", linewidths=0.4,
                zorder=2 if number == NONE else 9 - number, label=label,
            )  # fmt: skip
        for row in np.argsort(margin, kind="stable")[:NAMED].tolist():  # nan comes last
            if margin[row] < HOUR:
                axes.annotate(
                    str(placed["zone"].iloc[row]), at[row], xytext=(5, 3), textcoords="offset points",
                    fontsize=6.5, zorder=10,
                )  # fmt: skip
        axes.autoscale_view()
        axes.set_aspect("equal")
        axes.set_axis_off()
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2, fontsize=6.5, frameon=False)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return stream.getvalue()


def classes_of(margin: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the row of `CLASSES` of each margin [s], `NONE` where it is nan: no order."""
    limits = np.array([limit for limit, _, _ in CLASSES[:-1]])
    found = np.searchsorted(limits, margin, side="right")
    return np.where(np.isnan(margin), NONE, found).astype(np.int64)


def save_maps(found: "LatestOrders", folder: str | Path) -> None:
    """Write `latest.zh.png` and `latest.en.png` into a folder; nothing where the network has no coordinates."""
    world = found.world
    roads = world.roads
    if not np.isfinite(roads.x).all():
        return
    ends = np.stack([roads.from_node, roads.to_node], axis=1)
    lines = [list(zip(roads.x[pair].tolist(), roads.y[pair].tolist(), strict=True)) for pair in ends]
    zones = pd.DataFrame({"zone": world.zones.ids, "x": world.zones.x, "y": world.zones.y})
    plain = found.table[found.table["lever"] == ""] if len(found.table) else found.table
    margins = dict(zip(plain["zone"], plain["margin_s"], strict=True)) if len(plain) else {}
    for lang in LANGUAGES:
        drawn = orders_map(zones, lines, margins, width=WIDTH, height=HEIGHT, lang=lang)
        (Path(folder) / f"latest.{lang}.png").write_bytes(drawn)
