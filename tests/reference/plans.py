"""Plans of small districts, worked through without a run."""

from pathlib import Path
from typing import Any

import evacsim as ev
from evacsim.plan.executability import CHECKS
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming
from evacsim.world.building import build_world
from tests.reference.small_district import node, small_district, write_grid

MINUTE = 60.0


def worked(given: dict[str, Any]) -> Workings:
    """Return the workings of the plan of a scenario given as a mapping."""
    scenario = ev.from_mapping(given)
    return Workings.of(scenario, build_world(scenario))


def checked(given: dict[str, Any], check: str) -> list[Shortcoming]:
    """Return what one check finds."""
    return list(CHECKS[check](worked(given)))


def the_one(given: dict[str, Any], check: str) -> Shortcoming:
    """Return the only thing that a check finds."""
    (found,) = checked(given, check)
    assert found.check == check
    assert found.found.en
    assert found.found.zh
    return found


EVERYBODY_ALIKE = {
    "household_size": 1,
    "elderly_share": 0,
    "child_share": 0,
    "assisted_share": 0,
    "car_share": 0,
    "walking_speed": "1.25 m/s",
    "walking_speed_sd": "0 m/s",
    "elderly_speed_factor": 1,
    "child_speed_factor": 1,
    "assisted_speed_factor": 1,
}
"""People who all walk 500 m in 400 s."""


def fixed(
    folder: Path, *, people: int = 500, buses: int = 5, deadline: str | None = None, **transfer: Any
) -> dict[str, Any]:
    """Return a plan in which every step takes a fixed time: decided 7, told 11, ready 13 min, buses called up in 9.

    One village at its stop, a school 20 minutes away over four streets, 45 seats a bus; boarding takes 10 and
    alighting 5 minutes. The depot is at the stop.
    """
    seats = 45
    given = small_district(
        folder,
        zones=[{"id": "village", "node": node(0, 0), "population": people}],
        population=EVERYBODY_ALIKE,
        shelters=[{"id": "school", "node": node(4, 0), "capacity": people, "desks": people}],
        fleets=[
            {
                "id": "buses",
                "node": node(0, 0),
                "vehicles": buses,
                "seats": seats,
                "availability": 1,
                "call_up": "9 min",
                "boarding_time": f"{10 * 60 / seats:.9f} s",
                "alighting_time": f"{5 * 60 / seats:.9f} s",
                "size": 1,
                "speed": "100 m/s",
            }
        ],
        transfers=[
            {
                "zone": "village",
                "trigger_at": "T+10 min",
                "organizer": "grid officer",
                "pickup_point": "stop",
                "fleet": "buses",
                "shelter": ["school"],
                **({"deadline": deadline} if deadline else {}),
                **transfer,
            }
        ],
        who={"compliance": 1},
        organize={"relay_time": "11 min", "preparation": "13 min"},
        to={"bus_share": 1, "car_share": 0},
        care={"registration_time": "0 s"},
    )
    given["plan"]["when"]["decision_time"] = "7 min"
    given["district"]["pickup_points"] = [{"id": "stop", "node": node(0, 0)}]
    write_grid(folder / "network", speed=4 * 500.0 / (20 * 60), capacity=1000.0)
    return given
