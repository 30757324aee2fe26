"""What one passage of a link costs as the demand and the network grow a thousandfold.

    python -m benchmarks.growth                     measure, draw docs/pictures/growth.png
    python -m benchmarks.growth --draw              only draw again what was measured last

From 10,000 to 10 million vehicles on the grid of 9,800 links, then a million vehicles on grids of 960 to 998,000 links;
each in a process of its own. Takes some ten minutes and 8 GB; `--largest` stops earlier. Drawing needs the extra
`report`.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, listen, machine, markdown, number
from benchmarks.peers import INPUTS

SIDE, TRIPS = 50, 1_000_000
"""What stays while the other grows."""
DEMANDS = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
SIDES = (16, 28, 50, 88, 159, 274, 500)
"""Nodes along a side, of 960 to 998,000 links."""
PICTURE = ROOT / "docs" / "pictures" / "growth.png"
SEVERAL = 3
"""Runs of everything up to a million vehicles on up to 100,000 links; one of what is larger."""

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
    wanted = parser.parse_args()
    if not wanted.draw:
        measured = {"machine": machine(), "points": measure(wanted.largest)}
        wanted.figures.parent.mkdir(parents=True, exist_ok=True)
        wanted.figures.write_text(json.dumps(measured, indent=1), encoding="ascii")
    measured = json.loads(wanted.figures.read_text(encoding="ascii"))
    print(table(measured["points"]))
    draw(measured, wanted.picture)


def measure(largest: int) -> list[dict[str, Any]]:
    """Return all points of both curves."""
    points = [point(DEMAND, SIDE, trips) for trips in DEMANDS if trips <= largest]
    trips = min(TRIPS, largest)
    return points + [point(NETWORK, side, trips) for side in SIDES if 4 * side * (side - 1) <= largest]


def point(grows: str, side: int, trips: int) -> dict[str, Any]:
    """Return what evacsim takes for so many trips on a grid."""
    links = 4 * side * (side - 1)
    repeats = SEVERAL if trips <= 1_000_000 and links <= 100_000 else 1
    command = ["--grid", str(side), str(trips), "--repeats", str(repeats)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ours", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = listen(done.stdout)
    assert told is not None, "evacsim told nothing"
    assert told["arrived"] == trips, "somebody did not arrive"
    told |= {"grows": grows, "vehicles": trips, "links": links, "ns": 1e9 * told["run_s"] / told["passages"]}
    print(
        f"{trips:,} vehicles on {links:,} links: {told['ns']:.0f} ns a passage", file=sys.stderr, flush=True
    )
    return told


def table(points: list[dict[str, Any]]) -> str:
    """Return the points as a table; the last column compares with the first point of the curve."""
    first = {
        grows: next((p["ns"] for p in points if p["grows"] == grows), None) for grows in (DEMAND, NETWORK)
    }
    return markdown(
        ["grows", "vehicles", "links", "passages", "run [s]", "ns a passage", "of the first", "peak memory [MB]"],
        [
            [
                p["grows"], number(p["vehicles"]), number(p["links"]), number(p["passages"]), number(p["run_s"], 3),
                number(p["ns"]), number(p["ns"] / first[p["grows"]], 2), number(p["peak_memory_mb"]),
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
