"""A straight street under water, villages along it, boats at a dry end: for tests of rescue by hand.

Corners are 500 m apart; a boat of 2.5 m/s takes 200 s for each. The water comes at T+30 min and stays.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import evacsim as ev
from tests.reference.small_district import link, node, small_district, write_depths, write_grid

NOW = {"type": "fixed", "value": "0 s"}
FLOODED_AT = 1800.0
LEG = 200.0
AT_ONCE: dict[str, Any] = {
    "calls": {
        "delay": NOW,
        "without_phone": 0,
        "lost": 0,
        "takes": NOW,
        "place_error": 0,
        "count_error": 0,
        "double": 0,
        "lines": 10_000,
    },
    "seeking": {"at_the_place": NOW, "around": "0 m"},
    "night_speed": 1,
    "dispatch": "nearest",
}
"""Calls that are heard as soon as the water comes, and are right; people who are found at once."""
BOAT: dict[str, Any] = {
    "id": "boats",
    "kind": "boat",
    "vehicles": 1,
    "seats": 5,
    "speed": "2.5 m/s",
    "call_up": "0 s",
    "boarding_time": "0 s",
    "alighting_time": "0 s",
    "assisted_factor": 1,
}


def flooded_street(folder: Path, **changes: Any) -> ev.Scenario:
    """Return the scenario of `street`."""
    return ev.from_mapping(street(folder, **changes))


def street(
    folder: Path,
    *,
    columns: int = 8,
    wet: tuple[int, int] = (0, 4),
    villages: Mapping[int, int] | None = None,
    landing: int | None = None,
    boats: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    rescue: Mapping[str, Any] | None = None,
    household_size: float = 1,
    home_depth: float = 0.8,
    depth: float = 0.8,
    later: Sequence[tuple[str, str, float]] = (),
    forces: Sequence[Mapping[str, Any]] = (),
    duration: str = "24 h",
    **changes: Any,
) -> dict[str, Any]:
    """Return a street of `columns` corners, wet between two of them, with villages (corner: people) cut off.

    The shelter stands at the landing place, which is the last wet corner where nothing else is said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    landing = wet[1] if landing is None else landing
    streets = [((c, 0), (c + 1, 0)) for c in range(*wet)]
    rows = [(link(*way), "T+30 min", depth) for street in streets for way in (street, street[::-1])]
    villages = {0: 20} if villages is None else villages
    zones = [
        {"id": f"v{column}", "node": node(column, 0), "population": people, "township": f"town{column}"}
        for column, people in villages.items()
    ]
    said = [boats] if isinstance(boats, Mapping) else boats or [{}]
    fleets = [BOAT | {"node": node(landing, 0)} | dict(one) for one in said]
    given = small_district(
        folder,
        zones=zones,
        population={
            "household_size": household_size,
            "assisted_share": 0,
            "elderly_share": 0,
            "child_share": 0,
            "storeys": 2,
        },
        shelters=[{"id": "school", "node": node(changes.pop("shelter", landing), 0), "desks": 1000}],
        fleets=fleets,
        transfers=[{"zone": zone["id"], "trigger_at": "T+13 h", "organizer": "x"} for zone in zones],
        to={"bus_share": 0},
        care={"registration_time": "0 s"},
        duration=duration,
        water={
            "type": "table",
            "links": write_depths(folder / "links.csv", "link", rows),
            "places": write_depths(
                folder / "places.csv",
                "place",
                sorted([*((zone["id"], "T+30 min", home_depth) for zone in zones), *later]),
            ),
        },
        **changes,
    )
    network = write_grid(folder / "network", columns=columns, rows=1)
    given["district"]["roads"]["file"] = str(network)
    given["district"]["pickup_points"] = [{"id": "stop", "node": node(landing, 0)}]
    given["district"]["forces"] = list(forces)
    given["plan"]["rescue"] = AT_ONCE if rescue is None else merged(AT_ONCE, rescue)
    return given


def merged(usual: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a section with some entries replaced, down to the last one named."""
    return {
        key: merged(usual.get(key) or {}, value)
        if isinstance(value, Mapping) and "type" not in value
        else value
        for key, value in {**usual, **own}.items()
    }
