"""What rescue costs in a city: more and more teams and calls for help on the network of Fuzhou.

    python -m benchmarks.rescue_city                     from 1,000 calls and 50 teams to 100,000 and 5,000
    python -m benchmarks.rescue_city --calls 3000        only this one
    python -m benchmarks.rescue_city --dispatch rounds   another policy
    python -m benchmarks.rescue_city --calls 3000 --profile

A lake rises around the middle of the city within six hours, stands, and falls. Households of one at the corners under
water call, each one once; one team for each 20 calls, at 200 posts on dry ground around, brings its boat on a trailer.
People, teams, shelters and water are made up: a test of scale, no study of Fuzhou. Each size is a process of its own;
times are processor times of the run alone, after a small run that compiles.
"""

import argparse
import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cities import DATA
from benchmarks.measuring import ROOT, markdown, number, peak_memory_mb
from evacsim import api
from evacsim.engine.running import Run
from evacsim.formats.raw_network import read_network
from evacsim.network.build import build_network
from evacsim.scenario.model import Scenario
from evacsim.streams import Streams
from evacsim.world.building import build_world
from evacsim.world.people import draw_households

NETWORK = DATA / "fuzhou_cn/fuzhou_car_network.xml.gz"
CRS = "EPSG:32650"
CALLS = (1_000, 3_000, 10_000, 30_000, 100_000)
PER_TEAM = 20
LAKE, SHORE, EDGE = 3_400.0, 5_500.0, 9_000.0
"""Homes lie within the first distance from the middle of the lake, posts and shelters between the others [m]."""
N_POSTS, N_SHELTERS = 200, 40
CELL = 250.0
DEPTHS = {hour: min(2.5, 0.5 * hour) for hour in range(1, 7)}
DEPTHS |= {hour: 2.5 - 0.25 * (hour - 24) for hour in range(24, 35, 2)}
"""Depth in the middle of the lake by hour [m]; half a meter less for each kilometer from there."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, nargs="*", default=list(CALLS))
    parser.add_argument("--dispatch", default="priority")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--profile", action="store_true", help="show where the time of each size goes")
    wanted = parser.parse_args()
    if not NETWORK.is_file():
        print(f"left out: there is no {NETWORK.name}; set EVACSIM_DATA")
    elif wanted.one:
        print(json.dumps(measure(wanted.one, wanted.dispatch, profile=wanted.profile)))
    else:
        print(table([_apart(calls, wanted.dispatch, profile=wanted.profile) for calls in wanted.calls]))


def scenario_of(folder: Path, calls: int, dispatch: str) -> Scenario:
    """Write the water and return the city with so many calls to come."""
    nodes = build_network(read_network(NETWORK, crs=CRS)).graph.nodes(data=True)
    names = sorted(name for name, _ in nodes)
    xy = np.array([(nodes[name]["x"], nodes[name]["y"]) for name in names])
    middle = np.median(xy, axis=0)
    away = np.hypot(*(xy - middle).T)
    draws = np.random.default_rng(20261126)
    wet = draws.permutation(np.flatnonzero(away <= LAKE))[:calls].tolist()
    dry = draws.permutation(np.flatnonzero((away > SHORE) & (away <= EDGE)))
    posts, shelters = dry[:N_POSTS].tolist(), dry[N_POSTS : N_POSTS + N_SHELTERS].tolist()
    write_lake(folder, middle)
    teams = max(1, calls // PER_TEAM)
    return api.from_mapping(
        {
            "id": "city",
            "name": "Fuzhou's network under a lake (made up)",
            "start": "2026-07-18 06:00",
            "duration": "48 h",
            "district": {
                "id": "city",
                "name": "city",
                "crs": CRS,
                "roads": {"file": str(NETWORK), "crs": CRS},
                "population": {"household_size": 1},
                "zones": [
                    {"id": f"z{k}", "node": names[node], "township": f"t{k % 20}",
                     "population": calls // len(wet) + (k < calls % len(wet))}
                    for k, node in enumerate(wet)
                ],
                "shelters": [
                    {"id": f"s{k}", "node": names[node], "desks": 1000} for k, node in enumerate(shelters)
                ],
                "forces": [
                    {"id": f"f{k}", "kind": "fire", "members": 4, "node": names[posts[k % N_POSTS]],
                     "township": f"t{k % 20}"}
                    for k in range(teams)
                ],
                "fleets": [
                    {"id": f"b{k}", "kind": "boat", "force": f"f{k}", "node": names[posts[k % N_POSTS]],
                     "trailer": True, "vehicles": 1, "seats": 5, "crew": 2, "speed": "2.5 m/s"}
                    for k in range(teams)
                ],
            },
            "hazard": {"id": "lake", "name": "lake", "water": {
                "type": "asc", "files": str(folder / "lake_*.asc"), "crs": CRS, "time_unit": "s", "nodata": "dry"}},
            "plan": {
                "id": "p", "name": "p", "when": {"decided_by": "x"}, "to": {"bus_share": 0},
                "zones": [{"zone": "z0", "trigger_at": "T+47 h", "organizer": "x"}],
                "rescue": {"dispatch": dispatch, "calls": {
                    "without_phone": 0, "double": 0, "lines": 1000, "takes": {"type": "fixed", "value": "2 min"}}},
            },
        }
    )  # fmt: skip


def write_lake(folder: Path, middle: np.ndarray) -> None:
    """Write a lake as ESRI ASC grids, one for each hour of `DEPTHS`."""
    folder.mkdir(parents=True, exist_ok=True)
    n = int(2 * EDGE / CELL)
    corner = np.floor((middle - EDGE) / CELL) * CELL
    axis = (np.arange(n) + 0.5) * CELL
    away = np.hypot(corner[0] + axis[None, :] - middle[0], corner[1] + axis[::-1, None] - middle[1])
    where = f"xllcorner {corner[0]:.1f}\nyllcorner {corner[1]:.1f}\ncellsize {CELL}\n"
    head = f"ncols {n}\nnrows {n}\n{where}NODATA_value -9999\n"
    for hour, depth in DEPTHS.items():
        rows = np.maximum(depth - away / 2000.0, 0.0)
        text = "\n".join(" ".join(f"{value:.2f}" for value in row) for row in rows)
        (folder / f"lake_{hour * 3600}.asc").write_text(head + text + "\n", encoding="utf-8")


def measure(calls: int, dispatch: str, *, profile: bool = False) -> dict[str, Any]:
    """Return what one run takes, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        for n in (20, calls):
            scenario = scenario_of(Path(folder) / str(n), n, dispatch)
            begun = time.process_time()
            world, streams = build_world(scenario), Streams(7)
            run = Run(world, draw_households(world, streams), streams)
            built = time.process_time()
            watch = cProfile.Profile()
            if profile and n == calls:
                watch.enable()
            run.parts.clock.run_to(scenario.duration)
            watch.disable()
            done = time.process_time()
    if profile:
        pstats.Stats(watch, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    assert run.rescuing is not None
    record = run.write_down(seed=7)
    tables = record.tables
    return {
        "calls": len(tables["help_calls"]),
        "teams": len(world.forces.models),
        "fetched": int(tables["vehicles"]["people"].sum()),
        "events": len(record.events),
        "decisions": run.rescuing.dispatching.decisions,
        "sent": run.rescuing.dispatching.sent,
        "build_s": built - begun,
        "run_s": done - built,
        "write_s": time.process_time() - done,
        "peak_mb": peak_memory_mb(),
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the runs, a line each; growth is the exponent of the time of a run by the number of calls."""
    lines, before = [], None
    for row in rows:
        growth = np.nan
        if before is not None and row["calls"] > before["calls"]:
            growth = np.log(row["run_s"] / before["run_s"]) / np.log(row["calls"] / before["calls"])
        before = row
        lines.append([
            number(row["calls"]), number(row["teams"]), number(row["fetched"]), number(row["events"]),
            number(row["build_s"], 1), number(row["run_s"], 1), number(row["calls"] / row["run_s"]),
            number(row["decisions"] / row["run_s"]), number(row["sent"] / row["run_s"]),
            number(1e3 * row["run_s"] / row["calls"], 2), number(growth, 2), number(row["peak_mb"]),
        ])  # fmt: skip
    head = [
        "calls", "teams", "fetched", "events", "build [s]", "run [s]", "calls/s", "decisions/s", "sent/s",
        "ms a call", "growth", "peak [MB]",
    ]  # fmt: skip
    return markdown(head, lines)


def _apart(calls: int, dispatch: str, *, profile: bool) -> dict[str, Any]:
    """Return what a run takes in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.rescue_city", "--one", str(calls), "--dispatch", dispatch]
    command += ["--profile"] if profile else []
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    print(done.stdout.splitlines()[-1], file=sys.stderr, flush=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
