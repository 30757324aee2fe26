"""Write the corridor: ten links of two lanes, one of one lane, five of two lanes; 0.9 vehicles/s for 4000 s.

    python scenarios/corridor/make.py

Everything about it is known exactly, see README.md. The four tables stand beside this file.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
BEFORE, BEHIND = 10, 5
"""Links before and behind the bottleneck."""
LENGTH = 500.0
"""Of each link [m]."""
SPEED = 50 / 3.6
"""[m/s]"""
CAPACITY, JAM_DENSITY = 0.5, 0.2
"""Of one lane [vehicle/s], [vehicle/m]."""
INFLOW, TRIPS = 0.9, 3600
"""Departures [1/s], and how many there are."""


def main() -> None:
    """Write nodes.csv, links.csv, routes.csv and trips.csv."""
    n_links = BEFORE + 1 + BEHIND
    write("nodes.csv", ["node_id", "x", "y"], ((i, f"{LENGTH * i:.2f}", "0.00") for i in range(n_links + 1)))
    lanes = [1 if link == BEFORE else 2 for link in range(n_links)]
    write(
        "links.csv",
        [
            "link_id", "from_node", "to_node", "length_m", "free_speed_mps", "lanes", "capacity_vps",
            "jam_density_vpm",
        ],
        (
            (i, i, i + 1, f"{LENGTH:.3f}", f"{SPEED:.6f}", n, f"{CAPACITY * n:.6f}", f"{JAM_DENSITY * n:.6f}")
            for i, n in enumerate(lanes)
        ),
    )  # fmt: skip
    way = " ".join(str(link) for link in range(n_links))
    write("routes.csv", ["route_id", "origin", "destination", "link_ids"], [(0, 0, n_links, way)])
    write(
        "trips.csv", ["trip_id", "depart_s", "route_id"], ((i, f"{i / INFLOW:.2f}", 0) for i in range(TRIPS))
    )


def write(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one table."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
