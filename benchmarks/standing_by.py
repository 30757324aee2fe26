"""What response rings and location models cost on the network of a city.

    python -m benchmarks.standing_by                 5,000 units, 100,000 risk points; models from 25 to 400 sites
    python -m benchmarks.standing_by --limit 60      HiGHS may take so long for each model [s]

The network is that of Fuzhou (34,056 links) where its data are there, else a grid of as many links; units, risk points
and sites are drawn at its nodes, the people of a point evenly from 1 to 50. Prints rows of Markdown.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import ROOT, markdown, peak_memory_mb
from benchmarks.routes import grid
from evacsim.analysis.median import least_time
from evacsim.analysis.road_times import RoadTimes
from evacsim.kernels.trees import TreeSearch, incoming_links
from evacsim.world.locating import Placement, max_cover, max_expected_cover
from evacsim.world.moving_up import Travel, move_up

DATA = Path(os.environ.get("EVACSIM_DATA") or ROOT.parent / "shared" / "data")
NETWORK = "fuzhou_cn/fuzhou_car_network.xml.gz"
N_UNITS, N_POINTS = 5_000, 100_000
SIDE = 93
"""Of the grid: 93 x 93 nodes have 34,224 links."""
RINGS = (900.0, 1800.0, 3600.0)
QUARTER = 300.0
"""Time within which a point is covered, for the models [s]: rings of 15 min would cover a city from one place."""
SIZES = ((25, 10_000, 5), (50, 10_000, 10), (100, 10_000, 10), (200, 100_000, 20), (400, 100_000, 40))
"""Sites, points and units of the models."""

MODELS = ["model", "sites", "points", "units", "time [s]", "value", "gap"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T")


class Drawn(NamedTuple):
    """A network with units and points."""

    name: str
    roads: RoadTimes
    n_links: int
    units: Ints
    points: Ints
    people: Floats


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=60.0)
    wanted = parser.parse_args()
    drawn = draw(network=DATA / NETWORK)
    print(f"{drawn.name}: {drawn.roads.n_nodes:,} nodes, {drawn.n_links:,} links\n")
    print(markdown(["rings and counts", "what", "time [s]"], rings(drawn)))
    print()
    print(markdown(MODELS, models(drawn, limit=wanted.limit)))
    print()
    print(markdown(["moving up", "idle units", "places", "moves", "time [s]"], moving_up(drawn)))
    print(f"\npeak memory {peak_memory_mb():,.0f} MB")


def draw(*, network: Path, n_units: int = N_UNITS, n_points: int = N_POINTS, side: int = SIDE) -> Drawn:
    """Return the network in a file, or a grid where there is none, with units and points drawn at its nodes."""
    random = np.random.default_rng(28)
    if network.is_file():
        name, start, end, cost, n_nodes = "fuzhou", *_of_file(network)
    else:
        name, ends, n_nodes = "grid", grid(side), side * side
        start, end, cost = ends[:, 0], ends[:, 1], random.uniform(20.0, 60.0, len(ends))
    roads = RoadTimes(n_nodes, 0, TreeSearch(incoming_links(n_nodes, end, start), cost))
    units = random.integers(0, n_nodes, n_units)
    points = random.integers(0, n_nodes, n_points)
    return Drawn(name, roads, len(cost), units, points, random.integers(1, 51, n_points).astype(np.float64))


def rings(drawn: Drawn) -> list[list[str]]:
    """Return rows: the nearest unit to each point; how many units reach each point in time."""
    took, time_to = _timed(lambda: drawn.roads.from_nearest(drawn.units)[drawn.points])
    shares = " / ".join(
        f"{100 * float(drawn.people[time_to <= ring].sum() / drawn.people.sum()):.1f}" for ring in RINGS
    )
    size = f"{len(drawn.units):,} units, {len(drawn.points):,} points"
    counting, number = _timed(lambda: units_in_time(drawn, RINGS[0]))
    assert np.array_equal(number > 0, time_to <= RINGS[0])
    return [
        ["rings", f"{size}; {shares} % in 15 / 30 / 60 min", f"{took:.3f}"],
        ["units in 15 min", f"{size}; {number.mean():,.0f} units reach a point", f"{counting:.1f}"],
    ]


def units_in_time(drawn: Drawn, limit: float) -> Ints:
    """Return how many units reach each point within `limit` [s], a tree for each place where any stands."""
    places, here = np.unique(drawn.units, return_counts=True)
    number = np.zeros(drawn.roads.n_nodes, dtype=np.int64)
    every = np.arange(drawn.roads.n_nodes)
    for first in range(0, len(places), 256):
        block = slice(first, first + 256)
        number += here[block] @ (drawn.roads.between(places[block], every) <= limit)
    return number[drawn.points]


def models(drawn: Drawn, *, limit: float, sizes: tuple[tuple[int, int, int], ...] = SIZES) -> list[list[str]]:
    """Return a row for each model and size."""
    random, rows = np.random.default_rng(7), []
    for n_sites, n_points, n_units in sizes:
        sites = random.choice(drawn.roads.n_nodes, n_sites, replace=False)
        nodes, row = np.unique(drawn.points[:n_points], return_inverse=True)
        people = np.bincount(row, weights=drawn.people[:n_points])
        times = drawn.roads.between(sites, nodes)
        solved: dict[str, Callable[[], Placement]] = {
            "mclp": lambda t=times, w=people, n=n_units: max_cover(t <= QUARTER, w, n, time_limit=limit),
            "mexclp": lambda t=times, w=people, n=n_units: max_expected_cover(
                t <= QUARTER, w, n, busy=0.3, time_limit=limit
            ),
            "p-median": lambda t=times, w=people, n=n_units: least_time(t, w, n, time_limit=limit),
        }
        for name, solve in solved.items():
            took, placement = _timed(solve)
            size = [f"{n_sites}", f"{n_points:,} at {len(nodes):,} nodes", f"{n_units}"]
            rows.append(
                [name, *size, f"{took:.1f}", f"{placement.value:,.1f}", f"{100 * placement.gap:.2g} %"]
            )
            print(f"{name}: {', '.join(size)}: {took:.1f} s", file=sys.stderr, flush=True)
    return rows


def moving_up(drawn: Drawn) -> list[list[str]]:
    """Return rows: moves of idle units among places, as a dispatcher asks for them."""
    random, rows = np.random.default_rng(9), []
    for n_idle, n_places in ((10, 20), (40, 60)):
        places = random.choice(drawn.roads.n_nodes, n_places, replace=False)
        nodes, row = np.unique(drawn.points[:10_000], return_inverse=True)
        people = np.bincount(row, weights=drawn.people[:10_000])
        travel = Travel(drawn.roads.between(places, nodes), drawn.roads.between(places, places))
        idle = random.integers(0, n_places // 2, n_idle)
        took, moves = _timed(
            lambda i=idle, n=n_places, w=people, t=travel: move_up(i, np.arange(n), w, t, limit=QUARTER)
        )
        rows.append(["move_up", f"{n_idle}", f"{n_places}", f"{len(moves)}", f"{took:.2f}"])
    return rows


def _of_file(path: Path) -> tuple[Ints, Ints, Floats, int]:
    """Return where links begin and end, what they cost [s], and the number of nodes."""
    from evacsim.formats.raw_network import read_network
    from evacsim.network.build import build_network
    from evacsim.network.columns import road_columns

    roads = road_columns(build_network(read_network(path, crs="EPSG:32650")).graph)
    return (
        roads.from_node.astype(np.int64),
        roads.to_node.astype(np.int64),
        roads.length / roads.free_speed,
        len(roads.node_ids),
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


if __name__ == "__main__":
    main()
