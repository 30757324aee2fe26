"""Fuzhou, Fujian: 300,000 people on 34,056 real links; people, shelters and water are assumed.

Roads: car network of Tensort-s/matsim-example-project (© OpenStreetMap contributors, ODbL 1.0).
Everything else is made here by stated rules, and marked synthetic: it is a test of scale, never
to be shown as a study of Fuzhou.

* People: 300 zones at road nodes, drawn with equal chance in the inner 24 km x 24 km; 1,000 each;
  homes lie at the road nodes within 500 m.
* Shelters: at up to 100 of the metro stations that stay dry, spread evenly along the list, 4,400 places each.
* Plan: each zone, in the order of ids, is assigned the nearest shelter that still has places for all of it, and the two
  next nearest as backup.
* Water: a lake that grows for 12 hours around the median node: depth = rise(t) - distance / 2 km,
  at most 2.5 m, on 250 m cells, hourly.
"""

from pathlib import Path
from typing import Any

import numpy as np

N_ZONES, PEOPLE_PER_ZONE = 300, 1000
N_SHELTERS, PLACES = 100, 4400
CELL = 250.0
DRY_BEYOND = 7_000.0
"""The lake never reaches further than this from its middle [m]."""


def scenario(data: Path, folder: Path, *, zones: int = N_ZONES) -> dict[str, Any]:
    """Write the assumed water to `folder` and return the scenario as a mapping for `evacsim.from_mapping`."""
    import geopandas as gpd

    from evacsim.formats.raw_network import read_network
    from evacsim.network.build import build_network

    source = data / "fuzhou_cn"
    roads = source / "fuzhou_car_network.xml.gz"
    nodes = build_network(read_network(roads, crs="EPSG:32650")).graph.nodes(data=True)
    xy = np.array([(node["x"], node["y"]) for _, node in sorted(nodes)])
    center = np.median(xy, axis=0)
    inner = xy[(np.abs(xy - center) <= 12_000).all(axis=1)]
    stream = np.random.Generator(np.random.Philox(20260718))
    points = inner[np.sort(stream.choice(len(inner), zones, replace=False))]
    write_water(folder, center, half_width=20_000.0)
    stations = (
        gpd.read_file(source / "fuzhou_metro_stations_osm.geojson").to_crs("EPSG:32650").geometry.centroid
    )
    offset = np.column_stack([stations.x, stations.y]) - center
    stations = stations[(np.abs(offset) <= 18_000).all(axis=1) & (np.hypot(*offset.T) > DRY_BEYOND)]
    chosen = stations.iloc[np.unique(np.linspace(0, len(stations) - 1, N_SHELTERS).astype(int))]
    assigned = assign_shelters(points, np.column_stack([chosen.x, chosen.y]))
    return {
        "id": "fuzhou",
        "name": "Fuzhou network with synthetic people, shelters and water",
        "start": "2026-07-18 20:00",
        "duration": "24 h",
        "district": {
            "id": "fuzhou",
            "name": "Fuzhou (synthetic people)",
            "crs": "EPSG:32650",
            "roads": {"file": str(roads), "crs": "EPSG:32650", "lane_capacity": "600 veh/h"},
            "zones": [
                {
                    "id": f"z{row:03d}",
                    "x": float(x),
                    "y": float(y),
                    "population": PEOPLE_PER_ZONE,
                    "radius": "500 m",
                    "synthetic": True,
                }
                for row, (x, y) in enumerate(points)
            ],
            "shelters": [
                {
                    "id": f"m{row:03d}",
                    "x": float(point.x),
                    "y": float(point.y),
                    "capacity": PLACES,
                    "desks": 10,
                    "floor_height": "0.5 m",
                    "synthetic": True,
                }
                for row, point in enumerate(chosen)
            ],
            "pickup_points": [
                {"id": f"b{row:03d}", "x": float(x), "y": float(y)} for row, (x, y) in enumerate(points)
            ],
            "fleets": [
                {
                    "id": "buses",
                    "x": float(center[0]),
                    "y": float(center[1]),
                    "vehicles": 1000,
                    "seats": 50,
                    "availability": "80 %",
                }
            ],
            "provenance": [
                {
                    "item": "people, shelters, fleet",
                    "mark": "synthetic",
                    "source": "rules in notebooks/cases/fuzhou.py",
                }
            ],
        },
        "hazard": {
            "id": "lake",
            "name": "growing lake (synthetic)",
            "water": {
                "type": "asc",
                "files": str(folder / "lake_*.asc"),
                "crs": "EPSG:32650",
                "time_unit": "s",
                "nodata": "dry",
            },
            "provenance": [
                {"item": "water", "mark": "synthetic", "source": "rules in notebooks/cases/fuzhou.py"}
            ],
        },
        "plan": {
            "id": "all-at-once",
            "name": "all zones ordered at T+1 h (synthetic)",
            "when": {"decided_by": "city", "decision_time": "30 min"},
            "to": {"bus_share": 0.4, "car_share": 0.3},
            "zones": [
                {
                    "zone": f"z{row:03d}",
                    "trigger_at": "T+1 h",
                    "organizer": "street office",
                    "pickup_point": f"b{row:03d}",
                    "fleet": "buses",
                    "shelter": [f"m{shelter:03d}" for shelter in assigned[row]],
                    "deadline": "T+10 h",
                }
                for row in range(zones)
            ],
        },
        "recording": {"flow_interval": "30 min"},
    }


def assign_shelters(zones: np.ndarray, shelters: np.ndarray) -> list[list[int]]:
    """Return for each zone its shelter and two backups, by distance, with places for everybody."""
    room = np.full(len(shelters), PLACES)
    assigned = []
    for zone in zones:
        order = np.argsort(np.hypot(*(shelters - zone).T), kind="stable")
        first = next(int(shelter) for shelter in order if room[shelter] >= PEOPLE_PER_ZONE)
        room[first] -= PEOPLE_PER_ZONE
        assigned.append([first, *(int(shelter) for shelter in order if shelter != first)][:3])
    return assigned


def write_water(folder: Path, center: np.ndarray, *, half_width: float) -> None:
    """Write hourly ESRI ASC grids of the growing lake, T+3 h to T+15 h."""
    folder.mkdir(parents=True, exist_ok=True)
    n = int(2 * half_width / CELL)
    corner = np.floor((center - half_width) / CELL) * CELL
    axis = (np.arange(n) + 0.5) * CELL
    distance = np.hypot(corner[0] + axis[None, :] - center[0], corner[1] + axis[::-1, None] - center[1])
    where = f"xllcorner {corner[0]:.1f}\nyllcorner {corner[1]:.1f}\ncellsize {CELL}\n"
    head = f"ncols {n}\nnrows {n}\n{where}NODATA_value -9999\n"
    for hour in range(3, 16):
        depth = np.clip(0.25 * (hour - 2) - distance / 2000.0, 0.0, 2.5)
        rows = "\n".join(" ".join(f"{value:.2f}" for value in row) for row in depth)
        (folder / f"lake_{hour * 3600}.asc").write_text(head + rows + "\n", encoding="utf-8")
