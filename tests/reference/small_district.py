"""A small district for tests of the engine: a grid of streets, a few zones, pick-up points, shelters, buses, water."""

import csv
from pathlib import Path
from typing import Any

ORIGIN = (500_000.0, 3_500_000.0)
SPACING = 500.0


def node(column: int, row: int) -> str:
    """Return the id of a street corner."""
    return f"n{column}-{row}"


def write_grid(
    folder: Path, *, columns: int = 5, rows: int = 3, speed: float = 10.0, capacity: float = 0.5
) -> Path:
    """Write a two-way grid of streets as nodes.csv and links.csv; return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    corners = [(c, r) for c in range(columns) for r in range(rows)]
    with (folder / "nodes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["node_id", "x", "y"])
        for c, r in corners:
            writer.writerow([node(c, r), ORIGIN[0] + c * SPACING, ORIGIN[1] + r * SPACING])
    with (folder / "links.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "link_id",
                "from_node",
                "to_node",
                "length_m",
                "free_speed_mps",
                "lanes",
                "capacity_vps",
                "jam_density_vpm",
            ]
        )
        for c, r in corners:
            for other in ((c + 1, r), (c, r + 1)):
                if other in corners:
                    for a, b in (((c, r), other), (other, (c, r))):
                        writer.writerow([link(a, b), node(*a), node(*b), SPACING, speed, 1, capacity, 0.15])
    return folder


def link(a: tuple[int, int], b: tuple[int, int]) -> str:
    """Return the id of the street from corner `a` to corner `b`."""
    return f"{node(*a)}_{node(*b)}"


def write_depths(path: Path, column: str, rows: list[tuple[str, str, float]]) -> str:
    """Write a table of depths (id, time, metres) and return its name."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column, "time", "depth_m"])
        writer.writerows(rows)
    return str(path)


def small_district(folder: Path, **changes: Any) -> dict[str, Any]:
    """Return a scenario as a mapping: two villages in the west, two shelters in the east, one fleet of buses.

    `changes` replaces whole entries of the sections that they name: `plan={...}`, `population={...}`,
    `zones=[...]`, `shelters=[...]`, `fleets=[...]`, `transfers=[...]`, `water={...}`, `to={...}`,
    `effects={...}`, `duration="..."`.
    """
    network = write_grid(folder / "network")
    zones = changes.get(
        "zones",
        [
            {"id": "west", "node": node(0, 1), "population": 200},
            {"id": "north", "node": node(1, 2), "population": 100},
        ],
    )
    transfers = changes.get(
        "transfers",
        [
            {
                "zone": zone["id"],
                "trigger_at": "T+10 min",
                "organizer": "grid officer",
                "pickup_point": "stop",
                "fleet": "buses",
            }
            for zone in zones
        ],
    )
    return {
        "id": "small",
        "name": "small district",
        "start": "2026-07-18 20:00",
        "duration": changes.get("duration", "12 h"),
        "district": {
            "id": "small",
            "name": "small district",
            "crs": "EPSG:32650",
            "roads": {"file": str(network), "format": "csv", "crs": "EPSG:32650"},
            "population": changes.get("population", {}),
            "zones": zones,
            "pickup_points": [{"id": "stop", "node": node(1, 1)}],
            "shelters": changes.get(
                "shelters",
                [
                    {"id": "school", "node": node(4, 1), "capacity": 220},
                    {"id": "hall", "node": node(4, 2), "capacity": 100},
                ],
            ),
            "fleets": changes.get(
                "fleets", [{"id": "buses", "node": node(2, 0), "vehicles": 3, "seats": 40, "availability": 1}]
            ),
        },
        "hazard": {
            "id": "flood",
            "name": "flood",
            **({"water": changes["water"]} if "water" in changes else {}),
            "effects": changes.get("effects", {}),
        },
        "plan": {
            "id": "plan",
            "name": "plan",
            "when": {"decided_by": "county", "decision_time": "5 min"},
            "who": changes.get("who", {}),
            "organize": changes.get("organize", {}),
            "to": changes.get("to", {}),
            "care": changes.get("care", {}),
            "zones": transfers,
        },
    }


STREETS = [((2, 1), (3, 1)), ((3, 1), (2, 1)), ((2, 2), (3, 2)), ((3, 2), (2, 2))]
"""Streets between west and east that the small flood reaches."""


def small_flood(folder: Path) -> dict[str, Any]:
    """Return a small district whose streets and western homes, and a shelter for a while, the water reaches."""
    rising = [(link(*street), "T+50 min", 0.2) for street in STREETS]
    high = [(link(*street), "T+75 min", 0.6) for street in STREETS[:2]]
    places = [("west", "T+80 min", 0.8), ("hall", "T+3 h", 0.4), ("hall", "T+6 h", 0.0)]
    water = {
        "type": "table",
        "links": write_depths(folder / "links.csv", "link", rising + high),
        "places": write_depths(folder / "places.csv", "place", places),
    }
    return small_district(
        folder, water=water, population={"car_share": 0.4}, to={"bus_share": 0.6, "car_share": 0.2}
    )
