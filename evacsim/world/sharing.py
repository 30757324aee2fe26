"""What a world has in common with another one, so that many worlds that differ in little read roads and water once.

Draws of a study change shares, times and numbers of vehicles; few change a road or a depth. What two worlds read from
equal files by equal words is equal, and a world is never changed once it is built, so both may hold the same columns.
"""

from typing import Any

import numpy as np

from evacsim.scenario.model import Scenario
from evacsim.world.columns import Homes, Places, World
from evacsim.world.digests import input_digests

WORDS = "scenario"
"""Which of the digests is that of the scenario's own words."""


def has_same_roads(scenario: Scenario, world: World) -> bool:
    """Return whether a scenario has the roads of a world: read in the same way, from files that have not changed."""
    given, other = scenario, world.scenario
    if (given.folder, given.district.roads) != (other.folder, other.district.roads):
        return False
    if given.hazard.effects.bridge_offset != other.hazard.effects.bridge_offset:
        return False
    try:
        now = input_digests(scenario)
    except OSError:
        return False  # a file is missing: whoever reads it says so
    return now | {WORDS: ""} == world.digests | {WORDS: ""}


def has_same_water(scenario: Scenario, world: World, groups: list[Places[Any]], homes: Homes) -> bool:
    """Return whether a scenario with the roads of a world has its water, too: at the same places, for the same homes.

    Parameters
    ----------
    scenario, world : Scenario, World
        See `has_same_roads`.
    groups : list of Places
        Zones, pick-up points, shelters, depots and sites of the scenario.
    homes : Homes
        Its homes.
    """
    given, other = scenario, world.scenario
    words = (given.hazard.water, given.start, given.district.crs)
    if words != (other.hazard.water, other.start, other.district.crs):
        return False
    others: list[Places[Any]] = [world.zones, world.pickup_points, world.shelters, world.fleets, world.sites]
    return all(_stand_alike(one, same) for one, same in zip(groups, others, strict=True)) and all(
        np.array_equal(one, same)
        for one, same in (
            (homes.zone, world.homes.zone),
            (homes.walk_node, world.homes.walk_node),
            (homes.depth_row, world.homes.depth_row),
        )
    )


def _stand_alike(places: Places[Any], others: Places[Any]) -> bool:
    """Return whether places have the same names, stand at the same points and own the same rows of the water."""
    return (
        places.ids == others.ids
        and np.array_equal(places.x, others.x, equal_nan=True)
        and np.array_equal(places.y, others.y, equal_nan=True)
        and np.array_equal(places.depth_row, others.depth_row)
    )
