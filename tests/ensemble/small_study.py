"""A small district with a study of it: two unknowns, three limits."""

from pathlib import Path
from typing import Any

import evacsim as ev
from evacsim.scenario.model import Scenario
from tests.reference.small_district import small_flood

DESIGN: dict[str, Any] = {
    "uncertain": [
        {
            "id": "decision",
            "paths": "plan.when.decision_time",
            "law": {"type": "triangular", "low": 5, "mode": 10, "high": 60},
            "unit": "min",
            "mark": "assumed",
            "source": "an example for tests",
        },
        {
            "id": "cars",
            "paths": "plan.to.car_share",
            "law": {"type": "uniform", "low": 0.1, "high": 0.3},
            "mark": "assumed",
            "source": "an example for tests",
        },
    ],
    "limits": [
        {"indicator": "out_share", "at_least": 0.5, "target": 0.8},
        {"indicator": "dead", "at_most": 0},
        {"indicator": "clearance_time_90", "at_most": 7200},
    ],
}


def small_scenario(folder: Path) -> Scenario:
    """Return the small flood."""
    return ev.from_mapping(small_flood(folder))


def files(folder: Path) -> dict[str, bytes]:
    """Return what a study has written, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
