"""Seaside, Oregon: a tsunami reaches a town of 4,502 people on foot and by car.

Data: roads, people, shelters and 120 water grids of the agent-based model of A. Mostafizi et al.
(armostafizi/EvacuationModel, MIT; roads © OpenStreetMap contributors, ODbL 1.0). The settings are
the defaults of that model as its README states them; see `SETTINGS`.
"""

from pathlib import Path
from typing import Any

SETTINGS = {
    "departure": "10 min + Rayleigh(1.65 min)",
    "walking": "N(4.0, 0.65) ft/s",
    "driving": "35 mph",
    "critical depth": "1.0 m for 120 s",
    "modes": "25 % each of horizontal/vertical on foot/by car; vertical shelters are not in the data, "
    "so everybody goes to a horizontal shelter: half on foot, half by car",
}


def scenario(data: Path, *, car_share: float = 0.5, critical_depth: str = "1.0 m") -> dict[str, Any]:
    """Return the scenario as a mapping for `evacsim.from_mapping`."""
    import geopandas as gpd

    folder = data / "seaside_or"
    people = gpd.read_file(folder / "population_distribution/population_distribution.shp")
    shelters = gpd.read_file(folder / "shelter_locations/shelter_locations.shp")
    return {
        "id": "seaside",
        "name": "Seaside, Oregon: tsunami",
        "start": "2026-01-01 12:00",
        "duration": "60 min",
        "district": {
            "id": "seaside",
            "name": "Seaside, Oregon",
            "crs": "EPSG:32610",
            "roads": {
                "file": str(folder / "road_network/road_network.shp"),
                "format": "lines",
                "crs": "EPSG:32610",
                "free_speed": "35 mph",
            },
            "population": {
                "household_size": 1,
                "elderly_share": 0,
                "child_share": 0,
                "assisted_share": 0,
                "car_share": 1,
                "walking_speed": "4.0 ft/s",
                "walking_speed_sd": "0.65 ft/s",
                "storeys": 1,
            },
            "zones": [
                {"id": f"p{row}", "x": float(point.x), "y": float(point.y), "population": 1}
                for row, point in enumerate(people.geometry)
            ],
            "shelters": [
                {"id": f"s{row + 1}", "x": float(point.x), "y": float(point.y)}
                for row, point in enumerate(shelters.geometry)
            ],
        },
        "hazard": {
            "id": "tsunami",
            "name": "tsunami of the model's data",
            "water": {
                "type": "asc",
                "files": str(folder / "tsunami_inundation/[0-9]*.asc"),
                "crs": "EPSG:32610",
                "time_unit": "s",
                "nodata": "dry",
            },
            "effects": {
                "critical_depth": critical_depth,
                "critical_time": "120 s",
                # The published model lets nobody stop before the critical depth is reached.
                "walker_limit": critical_depth,
                "car_limit": critical_depth,
                "leave_limit": critical_depth,
                "bridge_offset": "0 m",
            },
        },
        "plan": {
            "id": "published",
            "name": "published settings",
            "when": {"decided_by": "the shaking itself", "decision_time": "0 s"},
            "who": {"compliance": 1},
            "organize": {
                "relay_time": "0 s",
                "preparation": {"type": "rayleigh", "offset": "10 min", "sigma": "1.65 min"},
            },
            "to": {"bus_share": 0, "car_share": car_share},
            "care": {"registration_time": "0 s"},
            "zones": [{"zone": "*", "trigger_at": "T+0 s", "organizer": "everybody for himself"}],
        },
        "recording": {"flow_interval": "60 s"},
    }
