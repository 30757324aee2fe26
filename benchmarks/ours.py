"""evacsim on a case: the movement kernels, with a record of every departure and arrival.

    python -m benchmarks.ours FOLDER [--repeats 4]
    python -m benchmarks.ours --grid SIDE TRIPS [--repeats 1]

Prints one RESULT line. The kernels are compiled, or loaded from the cache, before anything is measured.
"""

import argparse
import gc
import math
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.grids import corridor, grid
from benchmarks.inputs import Case
from benchmarks.measuring import Result, Stopwatch, Trips, passages_of, result, tell
from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, NoticeKind
from evacsim.traffic.loading import load_traffic
from evacsim.traffic.running import BIN_LENGTH

CAR = 1


def measure(case: Case, *, repeats: int, read_s: float = 0.0) -> Result:
    """Run a case some times and return the best."""
    run(build(corridor(10)))
    runs, builds = [], []
    for _ in range(repeats):
        gc.collect()
        watch = Stopwatch()
        movement = build(case)
        builds.append(watch.lap())
        records = run(movement)
        runs.append(watch.lap())
        trips = what_became_of(case, records)
        del movement, records
    return result("evacsim", version("evacsim"), trips, read_s=read_s, build_s=min(builds), run_s=runs)


def build(case: Case) -> Movement:
    """Return the movement of a case, ready to run."""
    movement = Movement(n_nodes=len(case.x), links=link_columns(case), bin_length=BIN_LENGTH)
    paths = movement.add_paths(case.first, case.route_links)
    movement.add(
        MoverColumns(mode=CAR),
        origin_node=case.origin[case.route],
        path=paths[case.route],
        depart_time=case.depart,
    )
    return movement


def read(folder: Path) -> Case:
    """Read a case as `evacsim traffic` does, with all its checks."""
    given = load_traffic(folder)
    nodes, links, routes, trips = given.nodes, given.links, given.routes, given.trips
    return Case(
        folder.name,
        x=nodes.x,
        y=nodes.y,
        from_node=links.from_node,
        to_node=links.to_node,
        length=links.length,
        free_speed=links.free_speed,
        lanes=links.lanes,
        capacity=links.capacity,
        jam_density=links.jam_density,
        origin=routes.origin,
        destination=routes.destination,
        first=routes.first,
        route_links=routes.links,
        depart=trips.depart,
        route=trips.route,
    )


def link_columns(case: Case) -> LinkColumns:
    """Return the links of a case as movement takes them."""
    return LinkColumns(
        from_node=case.from_node,
        to_node=case.to_node,
        length=case.length,
        free_speed=case.free_speed,
        capacity=case.capacity,
        storage=np.maximum(np.floor(case.length * case.jam_density + 1e-6), 1.0),
        wave_speed=case.wave_speed,
        overtaking=np.zeros(len(case.length), dtype=bool),
    )


def run(movement: Movement) -> np.ndarray:
    """Let everybody arrive and return the records."""
    movement.advance(math.inf)
    return movement.drain_records()


def what_became_of(case: Case, records: np.ndarray) -> Trips:
    """Return the trips that arrived; mover and trip have the same row."""
    entered, arrived = (np.full(len(case.depart), np.nan) for _ in range(2))
    for column, kind in ((entered, NoticeKind.DEPARTED), (arrived, NoticeKind.ARRIVED)):
        some = records[records["kind"] == kind]
        column[some["mover"]] = some["time"]
    there = np.flatnonzero(np.isfinite(arrived))
    return Trips(
        case.depart[there], arrived[there], passages_of(case, there), len(case.depart), entered[there]
    )


def main() -> None:
    """Measure the case that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--grid", type=int, nargs=2, metavar=("SIDE", "TRIPS"))
    parser.add_argument("--repeats", type=int, default=4)
    wanted = parser.parse_args()
    watch = Stopwatch()
    if wanted.grid:
        side, trips = wanted.grid
        case = grid(f"grid of {side}", trips, side=side)
    else:
        case = read(wanted.folder)
    tell(measure(case, repeats=wanted.repeats, read_s=watch.lap()))


if __name__ == "__main__":
    main()
