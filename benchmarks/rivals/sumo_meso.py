"""SUMO in its mesoscopic mode: queues on pieces of 100 m, each vehicle for itself.

All four headways are set to the one that makes 1,800 vehicles an hour, nodes are unregulated and without links of
their own, so that they add no delay. Where links have capacities of their own SUMO knows only the number of lanes.
Its run includes reading its files and writing its trips, which it cannot do without.
"""

import os
import subprocess
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import numpy as np

from benchmarks.inputs import Case
from benchmarks.measuring import Result, Stopwatch, Trips, passages_of, result

VEHICLE = 5.0
"""[m] with its gap."""
HEADWAY = 2.0
"""[s] from front to front at capacity."""


def measure(case: Case, *, until: float, read_s: float) -> Result:
    """Run a case."""
    import sumo

    home = Path(sumo.__file__).parent
    watch = Stopwatch()
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write_network(case, folder, home)
        _write_trips(case, folder)
        build_s = watch.lap()
        _run(case, folder, home, until=until)
        run_s = watch.lap()
        trips = _read_trips(case, folder / "done.xml")
    return result("sumo", version("eclipse-sumo"), trips, read_s=read_s, build_s=build_s, run_s=[run_s])


def _write_network(case: Case, folder: Path, home: Path) -> None:
    nodes = (
        f'<node id="{row}" x="{x}" y="{y}" type="unregulated"/>'
        for row, (x, y) in enumerate(zip(case.x, case.y, strict=True))
    )
    links = (
        f'<edge id="{row}" from="{case.from_node[row]}" to="{case.to_node[row]}" numLanes="{case.lanes[row]}" '
        f'speed="{case.free_speed[row]:.4f}" length="{case.length[row]:.2f}"/>'
        for row in range(len(case.length))
    )
    _write(folder / "net.nod.xml", "nodes", nodes)
    _write(folder / "net.edg.xml", "edges", links)
    _call(
        [
            home / "bin" / "netconvert", "-n", folder / "net.nod.xml", "-e", folder / "net.edg.xml",
            "-o", folder / "net.xml", "--no-internal-links", "true", "--no-turnarounds", "false",
            "--junctions.limit-turn-speed", "-1", "--offset.disable-normalization", "true", "--no-warnings", "true",
        ],
        home,
    )  # fmt: skip


def _write_trips(case: Case, folder: Path) -> None:
    def lines():
        yield '<vType id="car" length="4" minGap="1" sigma="0" tau="1" speedFactor="1" speedDev="0" maxSpeed="60"/>'
        for row in np.unique(case.route).tolist():
            along = " ".join(map(str, case.route_links[case.first[row] : case.first[row + 1]]))
            yield f'<route id="{row}" edges="{along}"/>'
        for row, (time, route) in enumerate(zip(case.depart.tolist(), case.route.tolist(), strict=True)):
            yield (
                f'<vehicle id="{row}" type="car" route="{route}" depart="{time:.2f}" departLane="best" '
                'departPos="base" departSpeed="max"/>'
            )

    _write(folder / "trips.xml", "routes", lines())


def _run(case: Case, folder: Path, home: Path, *, until: float) -> None:
    are_alike = len(np.unique(case.free_speed)) == 1
    speed = case.free_speed[0] if are_alike else np.median(case.free_speed)
    headway = f"{HEADWAY - VEHICLE / speed:.3f}"
    headways = [word for kind in ("ff", "fj", "jf", "jj") for word in (f"--meso-tau{kind}", headway)]
    _call(
        [
            home / "bin" / "sumo", "-n", folder / "net.xml", "-r", folder / "trips.xml",
            "--tripinfo-output", folder / "done.xml", "--mesosim", "true", "--meso-junction-control", "false",
            "--meso-edgelength", "100", *headways, "--meso-lane-queue", "false", "--meso-recheck", "0",
            "--time-to-teleport", "-1", "--max-depart-delay", "-1", "--step-length", "1", "--end", f"{2 * until:.0f}",
            "--route-steps", "200", "--xml-validation", "never", "--no-step-log", "true", "--no-warnings", "true",
            "--duration-log.statistics", "false",
        ],
        home,
    )  # fmt: skip


def _read_trips(case: Case, path: Path) -> Trips:
    arrived, entered = (np.full(len(case.depart), np.nan) for _ in range(2))
    for _, trip in ElementTree.iterparse(path):
        if trip.tag == "tripinfo" and float(trip.get("arrival")) >= 0:
            arrived[int(trip.get("id"))] = float(trip.get("arrival"))
            entered[int(trip.get("id"))] = float(trip.get("depart"))
        trip.clear()
    there = np.flatnonzero(np.isfinite(arrived))
    return Trips(
        case.depart[there], arrived[there], passages_of(case, there), len(case.depart), entered[there]
    )


def _write(path: Path, root: str, lines) -> None:
    with path.open("w", encoding="ascii") as file:
        file.write(f"<{root}>\n")
        file.writelines(f"{line}\n" for line in lines)
        file.write(f"</{root}>\n")


def _call(command: list, home: Path) -> None:
    subprocess.run(
        list(map(str, command)), check=True, capture_output=True, env=os.environ | {"SUMO_HOME": str(home)}
    )
