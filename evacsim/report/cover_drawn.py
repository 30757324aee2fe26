"""Response rings (反应圈) as pictures and files: a map for each position, the rings over time, tables, JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from evacsim.analysis.cover_told import summary
from evacsim.analysis.covering import ALL, POSITIONS, Cover
from evacsim.clock import write_moment
from evacsim.language import Language, Text
from evacsim.report.figures import DEPTH_COLORS, GROUP_COLORS, drawing, finish
from evacsim.report.texts import DEPTH_CLASSES
from evacsim.results.writing import refuse_folder, write_csv, write_json
from evacsim.world.columns import World

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RING_COLORS = ("#00785a", "#56b4e9", "#e08a00", "#d55e00", "#1d2329")
"""Within the first ring, the second, the third; later; never."""
SUMMARY = "cover.json"


def draw_map(cover: Cover, world: World, *, lang: Language = "zh") -> "Figure":
    """Draw risk points by the ring in which they lie at the moment `cover.at`, a map for each position."""
    with drawing() as figure:
        figure.set_size_inches(6.5 * len(cover.units), 7)
        moment = (
            Text("before the flood", "洪水前").said(lang)
            if cover.at is None
            else write_moment(world.scenario.start, cover.at)
        )
        for axes, position in zip(
            figure.subplots(1, len(cover.units), squeeze=False)[0], cover.units, strict=True
        ):
            _draw_roads(axes, world, cover.at)
            _draw_points(axes, cover, position, lang)
            _draw_units(axes, cover, world, position, lang)
            axes.set_aspect("equal")
            axes.set_axis_off()
            axes.set_title(f"{POSITIONS[position].said(lang)} · {moment}", loc="left")
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=3, fontsize=8, frameon=False)
    return figure


def draw_rings(cover: Cover, *, lang: Language = "zh") -> "Figure":
    """Draw the share of people within each ring over the flood, from setting out, by position."""
    with drawing() as figure:
        axes = figure.add_subplot()
        rings = cover.rings
        chosen = rings[(rings["kind"] == ALL) & (rings["clock"] == "set_out") & rings["time_s"].notna()]
        for position, dashes in zip(cover.units, ("--", ":", "-"), strict=False):
            for limit, color in zip(cover.asked.limits, GROUP_COLORS, strict=False):
                rows = chosen[(chosen["position"] == position) & (chosen["limit_s"] == limit)]
                label = f"{POSITIONS[position].said(lang)}, {limit / 60:g} min"
                style = "-" if position == "stand_by" else dashes
                axes.plot(
                    rows["time_s"] / 3600,
                    100 * rows["people_share"],
                    color=color,
                    linestyle=style,
                    label=label,
                )
        axes.set_ylim(0, 102)
        finish(axes, lang, Text("people reached by road [%]", "道路可达人口比例 [%]").said(lang))
    return figure


def write_cover(
    cover: Cover,
    world: World,
    folder: str | Path,
    *,
    lang: Language = "zh",
    if_exists: Literal["error", "replace"] = "error",
) -> Path:
    """Write `cover.json`, `rings.csv`, `reached.csv`, `moved.csv`, `map.png` and `rings.png`; return the folder.

    Raises
    ------
    ResultsError
        If the folder is there and may not be replaced, or holds something else.
    """
    out = Path(folder)
    refuse_other(out, if_exists=if_exists)
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / SUMMARY, summary(cover, world.scenario))
    for name in ("rings", "reached", "moved"):
        write_csv(out / f"{name}.csv", getattr(cover, name))
    if np.isfinite(cover.points.x).any():
        draw_map(cover, world, lang=lang).savefig(out / "map.png", dpi=110)
    if cover.has_flood:
        draw_rings(cover, lang=lang).savefig(out / "rings.png", dpi=110)
    return out


def refuse_other(folder: Path, *, if_exists: Literal["error", "replace"]) -> None:
    """Raise where a folder is in the way of rings: it may not be replaced, or holds something else."""
    refuse_folder(folder, mark=SUMMARY, if_exists=if_exists)


def _draw_roads(axes: "Axes", world: World, at: float | None) -> None:
    from matplotlib.collections import LineCollection

    roads = world.roads
    lines = [roads.course(row) for row in range(len(roads.link_ids))]
    axes.add_collection(LineCollection(lines, colors="#c4c2ba", linewidths=0.6, zorder=1))
    if at is not None:
        depth = world.water.link_depth_at(at)
        wet = np.flatnonzero(depth > 0)
        levels = np.searchsorted(DEPTH_CLASSES, depth[wet], side="right")
        colors = [DEPTH_COLORS[level - 1] for level in levels]
        axes.add_collection(
            LineCollection([lines[row] for row in wet], colors=colors, linewidths=2.0, zorder=2)
        )
    axes.autoscale_view()


def _draw_points(axes: "Axes", cover: Cover, position: str, lang: Language) -> None:
    time = cover.reached[f"{position}_flood_s"].to_numpy(dtype=np.float64)
    limits = sorted(cover.asked.limits)
    ring = np.where(np.isfinite(time), np.searchsorted(limits, time, side="left"), len(limits) + 1)
    names = [f"≤ {limit / 60:g} min" for limit in limits]
    names += [f"> {limits[-1] / 60:g} min", Text("no way by road", "道路不可达").said(lang)]
    colors = [*RING_COLORS[: len(limits)], *RING_COLORS[-2:]]
    for k, (name, color) in enumerate(zip(names, colors, strict=True)):
        rows = ring == k
        label = f"{name} ({cover.points.people[rows].sum():,.0f})"
        axes.scatter(cover.points.x[rows], cover.points.y[rows], s=22, c=color, label=label, zorder=4)


def _draw_units(axes: "Axes", cover: Cover, world: World, position: str, lang: Language) -> None:
    nodes, number = np.unique(cover.units[position].node, return_counts=True)
    label = Text("units", "队伍编组").said(lang)
    x, y = world.roads.x[nodes], world.roads.y[nodes]
    axes.scatter(x, y, s=110, c="#d55e00", marker="*", edgecolors="#1d2329", label=label, zorder=5)
    for one_x, one_y, units in zip(x.tolist(), y.tolist(), number.tolist(), strict=True):
        if units > 1:
            axes.annotate(str(units), (one_x, one_y), xytext=(6, 4), textcoords="offset points", fontsize=8)
