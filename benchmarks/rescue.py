"""What a call costs: flooded grids with more and more calls for help and boats.

    python -m benchmarks.rescue                 three sizes
    python -m benchmarks.rescue --calls 1000    only this one

A grid of streets stands under water but for its rim; all call at once, one boat for each 20 calls fetches them.
Each run is a process of its own; time is of the run alone, after a small one that compiles.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import ROOT, markdown, number, peak_memory_mb
from evacsim import api
from evacsim.engine.running import Run
from evacsim.scenario.model import Scenario
from evacsim.streams import Streams
from evacsim.world.building import build_world
from evacsim.world.people import draw_households

CALLS = (500, 2_000, 8_000)
PER_BOAT = 20
SIDE = 60
"""Streets on each side of the grid: 3,600 corners."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, nargs="*", default=list(CALLS))
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        print(json.dumps(measure(wanted.one)))
        return
    print(table([_apart(calls) for calls in wanted.calls]))


def scenario_of(folder: Path, calls: int) -> Scenario:
    """Write and return a flooded grid with so many households of one, spread evenly over its corners."""
    inner = [(c, r) for c in range(1, SIDE - 1) for r in range(1, SIDE - 1)]
    nodes = ["node_id,x,y"] + [
        f"n{c}-{r},{500_000 + c * 200},{3_500_000 + r * 200}" for c in range(SIDE) for r in range(SIDE)
    ]
    head = "link_id,from_node,to_node,length_m,free_speed_mps,lanes,capacity_vps,jam_density_vpm"
    links, wet = [head], ["link,time,depth_m"]
    for c in range(SIDE):
        for r in range(SIDE):
            for other in ((c + 1, r), (c, r + 1)):
                if max(other) >= SIDE:
                    continue
                for (a, b), (p, q) in (((c, r), other), (other, (c, r))):
                    name = f"{a}-{b}_{p}-{q}"
                    links.append(f"{name},n{a}-{b},n{p}-{q},200,10,1,0.5,0.15")
                    if (a, b) in inner or (p, q) in inner:
                        wet.append(f"{name},T+10 min,1.0")
    folder.mkdir(exist_ok=True)
    (folder / "nodes.csv").write_text("\n".join(nodes))
    (folder / "links.csv").write_text("\n".join(links))
    (folder / "wet.csv").write_text("\n".join(wet))
    step = max(1, len(inner) // min(calls, len(inner)))
    places = inner[::step]
    zones = [
        {"id": f"z{k}", "node": f"n{c}-{r}", "population": calls // len(places) + (k < calls % len(places))}
        for k, (c, r) in enumerate(places)
    ]
    zones = [zone for zone in zones if zone["population"]]
    (folder / "places.csv").write_text(
        "\n".join(["place,time,depth_m", *(f"{zone['id']},T+10 min,1.0" for zone in zones)])
    )
    gates = [(0, SIDE // 2), (SIDE - 1, SIDE // 2), (SIDE // 2, 0), (SIDE // 2, SIDE - 1)]
    boats = max(4, calls // PER_BOAT)
    now = {"type": "fixed", "value": "0 s"}
    return api.from_mapping(
        {
            "id": "flooded-grid",
            "name": "flooded grid",
            "start": "2026-07-18 08:00",
            "duration": "48 h",
            "district": {
                "id": "grid",
                "name": "grid",
                "crs": "EPSG:32650",
                "roads": {"file": str(folder), "format": "csv", "crs": "EPSG:32650"},
                "population": {"household_size": 1},
                "zones": zones,
                "shelters": [
                    {"id": f"s{k}", "node": f"n{c}-{r}", "desks": 1000} for k, (c, r) in enumerate(gates)
                ],
                "fleets": [
                    {"id": f"b{k}", "kind": "boat", "node": f"n{c}-{r}", "vehicles": boats // 4, "seats": 5,
                     "speed": "2.5 m/s", "call_up": "10 min"}
                    for k, (c, r) in enumerate(gates)
                ],
            },
            "hazard": {"id": "h", "name": "h", "water": {
                "type": "table", "links": str(folder / "wet.csv"), "places": str(folder / "places.csv")}},
            "plan": {
                "id": "p", "name": "p", "when": {"decided_by": "x"}, "to": {"bus_share": 0},
                "zones": [{"zone": "z0", "trigger_at": "T+47 h", "organizer": "x"}],
                "rescue": {"night_speed": 1, "calls": {"delay": now, "without_phone": 0, "lines": 1000}},
            },
        }
    )  # fmt: skip


def measure(calls: int) -> dict[str, float]:
    """Return what one run takes, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        for n in (20, calls):
            scenario = scenario_of(Path(folder) / str(n), n)
            world, streams = build_world(scenario), Streams(7)
            run = Run(world, draw_households(world, streams), streams)
            begun = time.perf_counter()
            run.parts.clock.run_to(scenario.duration)
            took = time.perf_counter() - begun
    assert run.rescuing is not None
    record = run.write_down(seed=7)
    fetched = record.tables["vehicles"]["people"].sum()
    return {
        "calls": len(record.tables["help_calls"]),
        "boats": len(record.tables["vehicles"]),
        "fetched": int(fetched),
        "decisions": run.rescuing.dispatching.decisions,
        "run_s": took,
        "peak_mb": peak_memory_mb(),
    }


def table(rows: Sequence[dict[str, float]]) -> str:
    """Return the runs, a line each."""
    lines = [
        [
            number(row["calls"], 0), number(row["boats"], 0), number(row["fetched"], 0), number(row["run_s"], 1),
            number(row["calls"] / row["run_s"], 0), number(row["decisions"] / row["run_s"], 0),
            number(1e3 * row["run_s"] / row["calls"], 2), number(row["peak_mb"], 0),
        ]
        for row in rows
    ]  # fmt: skip
    head = ["calls", "boats", "fetched", "run [s]", "calls/s", "decisions/s", "ms a call", "peak [MB]"]
    return markdown(head, lines)


def _apart(calls: int) -> dict[str, float]:
    """Return what a run takes in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.rescue", "--one", str(calls)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
