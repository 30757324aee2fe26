"""Roads as the movement kernel wants them: once for vehicles, and once each way for walkers."""

import numpy as np
from numpy.typing import NDArray

from evacsim.network.attributes import MODE_BITS
from evacsim.network.columns import RoadColumns
from evacsim.scenario.district import Roads
from evacsim.world.columns import Ways

WALKER_FLOW = 1.33
"""Flow of walkers per metre of width [person/(m s)] (seen: IMO MSC.1/Circ.1238, JuPedSim V&V)."""
WALKER_JAM = 5.4
"""Walkers standing on a square metre (seen: Weidmann 1993, v = 0 at 5.4)."""
CLOSED_TO_WALKERS = frozenset({"motorway", "trunk", "motorway_link", "trunk_link"})


def build_ways(roads: RoadColumns, given: Roads) -> Ways:
    """Return the ways of a road network.

    Vehicles use each link that is open to cars or buses. Walkers use each link that is open to
    them, in both directions: a one-way street is none for them. Where a street has two links,
    one for each direction, each carries the walkers of its own direction.
    """
    drive = np.flatnonzero(roads.mode_mask & (MODE_BITS["car"] | MODE_BITS["bus"]))
    walk = np.flatnonzero(_walkable(roads, given))
    backward = walk[~_has_twin(roads, walk)]
    links = np.concatenate([drive, walk, backward]).astype(np.int32)
    is_footway = np.arange(len(links)) >= len(drive)
    is_backward = np.arange(len(links)) >= len(drive) + len(walk)
    length = roads.length[links]
    capacity = (
        roads.capacity[links] if given.lane_capacity is None else roads.lanes[links] * given.lane_capacity
    )
    jam_density = np.where(is_footway, WALKER_JAM * given.footway_width, roads.jam_density[links])
    free_speed = (
        roads.free_speed[links] if given.free_speed is None else np.full(len(links), given.free_speed)
    )
    return Ways(
        link=links,
        is_footway=is_footway,
        open_to_cars=~is_footway & ((roads.mode_mask[links] & MODE_BITS["car"]) != 0),
        open_to_buses=~is_footway & ((roads.mode_mask[links] & MODE_BITS["bus"]) != 0),
        from_node=np.where(is_backward, roads.to_node[links], roads.from_node[links]).astype(np.int32),
        to_node=np.where(is_backward, roads.from_node[links], roads.to_node[links]).astype(np.int32),
        length=length,
        free_speed=np.where(is_footway, np.inf, free_speed),
        capacity=np.where(is_footway, WALKER_FLOW * given.footway_width, capacity),
        jam_density=jam_density,
        storage=np.maximum(1.0, jam_density * length),
    )


def _walkable(roads: RoadColumns, given: Roads) -> NDArray[np.bool_]:
    if given.walkable == "marked":
        return np.asarray((roads.mode_mask & MODE_BITS["walk"]) != 0)
    return np.asarray(~np.isin(np.array(roads.road_class), list(CLOSED_TO_WALKERS)))


def _has_twin(roads: RoadColumns, links: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of `links` have a link back among them."""
    n = len(roads.node_ids)
    forth = roads.from_node[links].astype(np.int64) * n + roads.to_node[links]
    back = roads.to_node[links].astype(np.int64) * n + roads.from_node[links]
    return np.asarray(np.isin(back, forth))
