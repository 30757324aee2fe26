"""What one passage of a link costs as the demand and the network grow a thousandfold.

    python -m benchmarks.growth                     measure, draw docs/pictures/growth.png
    python -m benchmarks.growth --draw              only draw again what was measured last
    python -m benchmarks.growth --point SIDE TRIPS  measure one size in this process, print one RESULT line

From 10,000 to 10 million vehicles on the grid of 9,800 links, then a million vehicles on grids of 960 to 998,000 links.

A run of 12 ms often falls between two disturbances of a shared machine, one of 20 s never does: the best of some runs
would flatter the small ones. So every run is cut into stretches of simulated time with 100,000 passages on average,
some 15 ms each, and every stretch counts with the least of all its runs, in several processes whose turns alternate
with those of the other sizes. Takes some 25 minutes and 8 GB; `--largest` stops earlier. Drawing needs the extra
`report`.
"""

import argparse
import gc
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.grids import corridor, grid
from benchmarks.inputs import Case
from benchmarks.measuring import ROOT, Stopwatch, listen, machine, markdown, number, peak_memory_mb
from benchmarks.ours import build, run, what_became_of
from benchmarks.peers import INPUTS

SIDE, TRIPS = 50, 1_000_000
"""What stays while the other grows."""
DEMANDS = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
SIDES = (16, 28, 50, 88, 159, 274, 500)
"""Nodes along a side, of 960 to 998,000 links."""
PICTURE = ROOT / "docs" / "pictures" / "growth.png"
STRETCH = 100_000
"""Passages in a stretch, on average."""
ROUNDS, TURNS = 3, 2
"""Processes for each size, and measured runs in each: after one that tells when the last arrives."""

SMALLEST = 3
"""Nodes on a side of a grid in which there is a way from one edge to another."""

DEMAND, NETWORK = "vehicles", "links"


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draw", action="store_true", help="only draw what was measured last")
    parser.add_argument(
        "--largest", type=int, default=10_000_000, help="neither more vehicles nor more links"
    )
    parser.add_argument(
        "--figures", type=Path, default=INPUTS / "growth.json", help="where the figures are kept"
    )
    parser.add_argument("--picture", type=Path, default=PICTURE)
    parser.add_argument("--point", type=int, nargs=2, metavar=("SIDE", "TRIPS"))
    wanted = parser.parse_args()
    if wanted.point:
        side, trips = wanted.point
        if side < SMALLEST or trips < 1:
            parser.error(f"--point {side} {trips}: SIDE is {SMALLEST} or more, TRIPS 1 or more")
        run(build(corridor(10)))
        print("RESULT " + json.dumps(by_stretches(grid("growth", trips, side=side), turns=TURNS)))
        return
    if not wanted.draw:
        measured = {"machine": machine(), "points": measure(wanted.largest)}
        wanted.figures.parent.mkdir(parents=True, exist_ok=True)
        wanted.figures.write_text(json.dumps(measured, indent=1), encoding="ascii")
    measured = json.loads(wanted.figures.read_text(encoding="ascii"))
    print(table(measured["points"]))
    draw(measured, wanted.picture)


def measure(largest: int) -> list[dict[str, Any]]:
    """Return all points of both curves."""
    points = [(DEMAND, SIDE, trips) for trips in DEMANDS if trips <= largest]
    trips = min(TRIPS, largest)
    points += [(NETWORK, side, trips) for side in SIDES if links_of(side) <= largest]
    told: dict[tuple[str, int, int], list[dict[str, Any]]] = {point: [] for point in points}
    for _ in range(ROUNDS):
        for point, rounds in told.items():
            rounds.append(ask(*point[1:]))
            print(f"{point[2]:,} vehicles on {links_of(point[1]):,} links", file=sys.stderr, flush=True)
    return [in_all(*point, rounds) for point, rounds in told.items()]


def links_of(side: int) -> int:
    """Return how many links the grid has."""
    return 4 * side * (side - 1)


def ask(side: int, trips: int) -> dict[str, Any]:
    """Return what another process measures for so many trips on a grid."""
    command = [sys.executable, "-m", "benchmarks.growth", "--point", str(side), str(trips)]
    told = listen(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)
    assert told is not None, "evacsim told nothing"
    assert told["arrived"] == trips, "somebody did not arrive"
    return told


def by_stretches(case: Case, *, turns: int) -> dict[str, Any]:
    """Return the least time of each stretch of a case and of a whole run, over some turns [s]."""
    arrived = what_became_of(case, run(build(case)))
    passages = arrived.passages
    ends = np.linspace(0.0, arrived.arrived.max(), max(1, round(passages / STRETCH)) + 1)[1:]
    ends[-1] = math.inf
    times = np.empty((turns, len(ends)))
    for turn in times:
        gc.collect()
        movement = build(case)
        watch = Stopwatch()
        for stretch, end in enumerate(ends):
            movement.advance(float(end))
            turn[stretch] = watch.lap()
        del movement
    return {
        "arrived": len(arrived.arrived),
        "passages": passages,
        "stretches_s": times.min(axis=0).tolist(),
        "whole_s": float(times.sum(axis=1).min()),
        "peak_memory_mb": peak_memory_mb(),
    }


def in_all(grows: str, side: int, trips: int, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a point of a curve from what several processes measured."""
    passages = rounds[0]["passages"]
    run_s = float(np.min([told["stretches_s"] for told in rounds], axis=0).sum())
    return {
        "grows": grows,
        "vehicles": trips,
        "links": links_of(side),
        "passages": passages,
        "stretches": len(rounds[0]["stretches_s"]),
        "run_s": run_s,
        "ns": 1e9 * run_s / passages,
        "whole_ns": 1e9 * min(told["whole_s"] for told in rounds) / passages,
        "peak_memory_mb": max(told["peak_memory_mb"] for told in rounds),
    }


def table(points: list[dict[str, Any]]) -> str:
    """Return the points as a table; one column compares with the first point of the curve."""
    first = {
        grows: next((p["ns"] for p in points if p["grows"] == grows), None) for grows in (DEMAND, NETWORK)
    }
    return markdown(
        [
            "grows", "vehicles", "links", "passages", "stretches", "run [s]", "ns a passage", "of the first",
            "ns, best whole run", "peak memory [MB]",
        ],
        [
            [
                p["grows"], number(p["vehicles"]), number(p["links"]), number(p["passages"]),
                number(p["stretches"]), number(p["run_s"], 3), number(p["ns"]),
                number(p["ns"] / first[p["grows"]], 2), number(p["whole_ns"]), number(p["peak_memory_mb"]),
            ]
            for p in points
        ],
    )  # fmt: skip


def draw(measured: dict[str, Any], picture: Path) -> None:
    """Draw both curves side by side, on logarithmic axes with one scale."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    fixed = next((p["vehicles"] for p in measured["points"] if p["grows"] == NETWORK), TRIPS)
    titles = {
        DEMAND: f"More vehicles on {4 * SIDE * (SIDE - 1):,} links",
        NETWORK: f"More links for {fixed:,} vehicles",
    }
    for panel, (grows, title) in zip(panels, titles.items(), strict=True):
        points = [p for p in measured["points"] if p["grows"] == grows]
        size, cost = [p[grows] for p in points], [p["ns"] for p in points]
        panel.loglog(size, cost, color="#1f5f8b", marker="o", markersize=5, linewidth=1.8)
        for p in points:
            panel.annotate(
                f"{p['ns']:.0f}", (p[grows], p["ns"]), xytext=(0, 8), textcoords="offset points", ha="center",
                fontsize=8, color="#333333",
            )  # fmt: skip
        panel.set_title(title, loc="left", fontsize=10)
        panel.set_xlabel(grows)
        panel.grid(which="major", color="#dddddd", linewidth=0.6)
        panel.spines[["top", "right"]].set_visible(False)
        panel.xaxis.set_major_formatter(FuncFormatter(_short))
        panel.xaxis.set_minor_formatter(NullFormatter())
        panel.margins(x=0.08)
    every = [p["ns"] for p in measured["points"]]
    panels[0].set_ylabel("one passage of a link [ns]")
    panels[0].set_ylim(min(every) / 2, max(every) * 2)
    panels[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panels[0].yaxis.set_major_formatter(FuncFormatter(_short))
    panels[0].yaxis.set_minor_formatter(NullFormatter())
    here = measured["machine"]
    figure.supxlabel(
        f"One core, processor time. {here['machine']}; Python {here['python']}, numba {here['numba']}; {here['date']}",
        fontsize=7, color="#666666",
    )  # fmt: skip
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)
    plt.close(figure)


def _short(value: float, _place: int) -> str:
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g} {name}"
    return f"{value:g}"


if __name__ == "__main__":
    main()
