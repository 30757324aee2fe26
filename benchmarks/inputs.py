"""The traffic cases of the benchmarks, as arrays and as the neutral CSV files that every program reads.

A case is a folder with `nodes.csv`, `links.csv`, `routes.csv`, `trips.csv`, `meta.json`, and `shelters.csv` where it
has shelters; capacity and jam density are totals over the lanes of a link. All draws come from fixed seeds, so the
files are the same bytes on every machine.

    python -m benchmarks.inputs FOLDER [CASE ...]
"""

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CASES = ("w3", "w1_10k", "w1_100k", "w1_1m", "w2_sioux", "w2_chicago_100k", "w2_chicago", "grid200k")
"""From the corridor with exact answers to a million vehicles on 199,808 links."""
ROWS_AT_ONCE = 1 << 18
"""Trips written in one go: ten million of them are never one list."""


@dataclass(frozen=True, slots=True)
class Case:
    """A network, fixed routes on it, and trips in the order of their departure."""

    name: str
    x: Floats
    y: Floats
    """Nodes [m]; ids are rows, here and everywhere."""
    from_node: Ints
    to_node: Ints
    length: Floats
    """[m]"""
    free_speed: Floats
    """[m/s]"""
    lanes: Ints
    capacity: Floats
    """Of all lanes [vehicle/s]."""
    jam_density: Floats
    """Of all lanes [vehicle/m]."""
    origin: Ints
    destination: Ints
    first: Ints
    """Links of route r: `route_links[first[r]:first[r + 1]]`, in travel order."""
    route_links: NDArray[np.int32]
    depart: Floats
    """Planned departure of each trip [s], ascending."""
    route: Ints
    facts: dict[str, Any] = field(default_factory=dict)
    """What it is, and exact answers where they are known."""
    shelters: Ints | None = None

    @property
    def free_time(self) -> Floats:
        """Return the time each route takes alone [s]."""
        return sum_along(self.first, self.route_links, self.length / self.free_speed)

    @property
    def wave_speed(self) -> Floats:
        """Return the speed at which a gap travels upstream on each link [m/s]."""
        return self.capacity / (self.jam_density - self.capacity / self.free_speed)

    @property
    def passages(self) -> Ints:
        """Return how many links each trip passes."""
        return np.diff(self.first)[self.route]

    def describe(self) -> dict[str, Any]:
        """Return its facts and its size, as `meta.json` has them."""
        alone = self.free_time[self.route]
        return self.facts | {
            "name": self.name,
            "nodes": len(self.x),
            "links": len(self.length),
            "routes": len(self.origin),
            "trips": len(self.depart),
            "link_traversals": int(self.passages.sum()),
            "free_flow_mean_tt_s": float(alone.mean()),
            "free_flow_clearance_s": float((self.depart + alone).max()),
        }


def in_order_of_departure(depart: Floats, route: Ints) -> dict[str, Any]:
    """Return the columns of trips, sorted."""
    order = np.argsort(depart, kind="stable")
    return {"depart": depart[order], "route": route[order]}


def rayleigh_departures(draws: np.random.Generator, n: int, horizon: float, *, tail: float = 0.001) -> Floats:
    """Return n departures from a Rayleigh curve that ends at `horizon` [s], where it has reached 1 - tail."""
    spread = horizon**2 / (2 * math.log(1 / tail))
    return np.round(np.sqrt(-2 * spread * np.log1p(-draws.random(n) * (1 - tail))), 2)


def sum_along(first: Ints, links: NDArray[np.int32], value: Floats) -> Floats:
    """Return the sum of a value over the links of each route, added in travel order."""
    n_links = np.diff(first)
    total = np.zeros(len(n_links))
    for step in range(n_links.max(initial=0)):
        rows = np.flatnonzero(n_links > step)
        total[rows] += value[links[first[rows] + step]]
    return total


def write_case(case: Case, folder: Path) -> None:
    """Write a case as a folder of neutral files."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "nodes.csv",
        "node_id,x,y",
        (f"{node},{x:.2f},{y:.2f}" for node, (x, y) in enumerate(zip(case.x, case.y, strict=True))),
    )
    links = zip(
        case.from_node, case.to_node, case.length, case.free_speed, case.lanes, case.capacity, case.jam_density,
        strict=True,
    )  # fmt: skip
    _write(
        folder / "links.csv",
        "link_id,from_node,to_node,length_m,free_speed_mps,lanes,capacity_vps,jam_density_vpm",
        (
            f"{row},{a},{b},{m:.3f},{v:.6f},{n},{q:.6f},{k:.6f}"
            for row, (a, b, m, v, n, q, k) in enumerate(links)
        ),
    )
    texts = [str(link) for link in range(len(case.length))]
    routes = zip(case.origin, case.destination, case.first[:-1], case.first[1:], strict=True)
    _write(
        folder / "routes.csv",
        "route_id,origin,destination,link_ids",
        (
            f"{row},{start},{end},{' '.join(texts[link] for link in case.route_links[a:b])}"
            for row, (start, end, a, b) in enumerate(routes)
        ),
    )
    _write(folder / "trips.csv", "trip_id,depart_s,route_id", _trip_lines(case))
    if case.shelters is not None:
        lines = ["node_id", *map(str, case.shelters)]
        (folder / "shelters.csv").write_text("\n".join(lines) + "\n", encoding="ascii", newline="")
    (folder / "meta.json").write_text(json.dumps(case.describe(), indent=1), encoding="ascii")


def _trip_lines(case: Case) -> Iterator[str]:
    for start in range(0, len(case.depart), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        trips = zip(case.depart[some].tolist(), case.route[some].tolist(), strict=True)
        yield from (f"{row},{time:.2f},{route}" for row, (time, route) in enumerate(trips, start))


def _write(path: Path, header: str, lines: Iterator[str]) -> None:
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(header + "\r\n")
        while some := list(islice(lines, ROWS_AT_ONCE)):
            file.write("\r\n".join(some) + "\r\n")


def read_case(folder: Path) -> Case:
    """Read a case that `write_case` wrote."""
    nodes, links, routes, trips = (
        pd.read_csv(folder / f"{name}.csv") for name in ("nodes", "links", "routes", "trips")
    )
    along = [text.split(" ") for text in routes["link_ids"].astype(str)]
    first = np.zeros(len(routes) + 1, dtype=np.int64)
    np.cumsum([len(links_of_it) for links_of_it in along], out=first[1:])
    route_links = np.fromiter(
        (link for links_of_it in along for link in links_of_it), np.int32, int(first[-1])
    )
    columns = (
        "from_node", "to_node", "length_m", "free_speed_mps", "lanes", "capacity_vps", "jam_density_vpm",
    )  # fmt: skip
    shelters = folder / "shelters.csv"
    facts = json.loads((folder / "meta.json").read_text(encoding="ascii"))
    return Case(
        facts["name"],
        *(nodes[column].to_numpy() for column in ("x", "y")),
        *(links[column].to_numpy() for column in columns),
        *(routes[column].to_numpy() for column in ("origin", "destination")),
        first,
        route_links,
        *(trips[column].to_numpy() for column in ("depart_s", "route_id")),
        facts=facts,
        shelters=pd.read_csv(shelters)["node_id"].to_numpy() if shelters.is_file() else None,
    )


def make_case(name: str) -> Case:
    """Return one of the cases by its name; those on real networks need the data folder."""
    from benchmarks import cities, grids

    if name == "w3":
        return grids.corridor()
    if name in grids.GRIDS:
        side, trips = grids.GRIDS[name]
        return grids.grid(name, trips, side=side)
    return cities.city(name)


def case_folder(name: str, inputs: Path) -> Path:
    """Return the folder of a case, written first where it is not there yet."""
    folder = inputs / name
    if not (folder / "meta.json").is_file():  # written last
        write_case(make_case(name), folder)
    return folder


if __name__ == "__main__":
    for wanted in sys.argv[2:] or CASES:
        print(case_folder(wanted, Path(sys.argv[1])), flush=True)
