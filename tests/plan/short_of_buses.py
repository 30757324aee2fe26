"""Small districts of which one knows what is wrong with the plan."""

from pathlib import Path
from typing import Any

import evacsim as ev
from evacsim.scenario.model import Scenario
from tests.reference.small_district import node, small_district, write_depths

LIMITS = [{"indicator": "out_before_water_share", "at_least": 1, "target": 0.9}]


def short_of_buses(folder: Path, *, vehicles: int = 1, water: str = "T+25 min") -> Scenario:
    """Return a village of 200 by the stop, all of whom go by bus, with so many buses of 40 seats.

    Everything before the bus is quick and certain: at T+0 the order, everybody told a minute later, at the stop within
    minutes. The buses set out at T+5 min and take 4 min to board, ride and let people out, and another 4 min until they
    are back and full again: one bus brings 40 people to the school by about T+10, 19, 28, 37 and 46 min.
    """
    places = [("west", water, 0.8)]
    given: dict[str, Any] = small_district(
        folder,
        zones=[{"id": "west", "node": node(1, 1), "population": 200, "storeys": 1}],
        shelters=[{"id": "school", "node": node(4, 1), "desks": 50}],
        fleets=[{"id": "buses", "node": node(1, 1), "vehicles": vehicles, "seats": 40, "call_up": "5 min"}],
        water={"type": "table", "places": write_depths(folder / "places.csv", "place", places)},
        who={"compliance": 1},
        organize={"relay_time": "1 min", "preparation": {"type": "uniform", "low": "1 min", "high": "3 min"}},
        to={"bus_share": 1, "car_share": 0, "bus_wait_limit": "2 min"},
        duration="4 h",
    )
    given["plan"]["zones"][0]["trigger_at"] = "T+0 s"
    given["plan"]["when"]["decision_time"] = "0 s"
    return ev.from_mapping(given)
