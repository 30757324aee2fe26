"""How long the slowest need on foot, and where one comes at all with the water of a moment."""

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels.trees import TreeSearch, incoming_links
from evacsim.world.columns import World

Floats = NDArray[np.float64]


def slowest_speed(world: World) -> float:
    """Return the mean walking speed of the slowest class of people [m/s]."""
    people = world.scenario.district.population
    factors = (people.elderly_speed_factor, people.child_speed_factor, people.assisted_speed_factor)
    return people.walking_speed * min(factors)


def walking_search(world: World, *, speed: float, moment: float | None = None) -> TreeSearch:
    """Return the footways ready to be searched, dry or with the water of a moment [s]."""
    ways, n_nodes = world.ways, len(world.roads.node_ids)
    own = np.flatnonzero(ways.is_footway)
    is_open = np.ones(len(own), dtype=bool)
    if moment is not None:
        limit = world.scenario.hazard.effects.walker_limit
        is_open = world.water.link_depth_at(moment)[ways.link[own]] < limit
    cost = np.full(ways.n, np.inf)
    cost[own] = np.where(is_open, ways.length[own] / (speed * ways.walk_factor[own]), np.inf)
    return TreeSearch(incoming_links(n_nodes, ways.from_node[own], ways.to_node[own], links=own), cost)


def times_to(search: TreeSearch, node: int) -> Floats:
    """Return the time from every node to `node` [s]; inf where there is no way."""
    return search.tree(np.array([node]))[1]
