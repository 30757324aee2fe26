"""A scenario on disk: a village of 60, one small bus, water twenty minutes after the order."""

from pathlib import Path
from typing import Any

import yaml

from tests.reference.small_district import node, small_district, write_depths

UNSURE_OF_CARS: dict[str, Any] = {
    "uncertain": [
        {"id": "cars", "paths": "plan.to.car_share", "law": {"type": "uniform", "low": 0.0, "high": 0.3},
         "mark": "assumed", "source": "an example for tests"},
    ],
    "limits": [{"indicator": "late", "at_most": 0, "target": 0.9}],
}  # fmt: skip
"""A study of one unknown: how many take their own car."""


def one_bus(folder: Path, *, bus_share: float, design: dict[str, Any]) -> Path:
    """Write the scenario and `study.yaml` beside it; return the path of the scenario."""
    given = small_district(
        folder,
        zones=[{"id": "west", "node": node(1, 1), "population": 60, "storeys": 1}],
        shelters=[{"id": "school", "node": node(4, 1)}],
        fleets=[{"id": "buses", "node": node(1, 1), "vehicles": 1, "seats": 20, "call_up": "5 min"}],
        water={
            "type": "table",
            "places": write_depths(folder / "places.csv", "place", [("west", "T+20 min", 0.8)]),
        },
        who={"compliance": 1},
        organize={"relay_time": "1 min", "preparation": "2 min"},
        to={"bus_share": bus_share, "car_share": 0, "bus_wait_limit": "2 min"},
        duration="3 h",
    )
    given["plan"]["zones"][0]["trigger_at"] = "T+0 s"
    (folder / "scenario.yaml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    (folder / "study.yaml").write_text(yaml.safe_dump(design, allow_unicode=True), encoding="utf-8")
    return folder / "scenario.yaml"
