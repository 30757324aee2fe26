"""Roads as the movement kernel wants them: once for vehicles, and once each way for walkers."""

import numpy as np
from numpy.typing import NDArray

from evacsim.network.attributes import MODE_BITS
from evacsim.network.columns import RoadColumns
from evacsim.network.presets import CAPACITY_PRESETS
from evacsim.network.walking import slope_factor
from evacsim.scenario.district import Roads
from evacsim.world.columns import Crowding, Ways

WALKER_FLOW = 1.33
"""Flow of walkers per metre of width [person/(m s)] (seen: IMO MSC.1/Circ.1238, JuPedSim V&V)."""
WALKER_JAM = 5.4
"""Walkers standing on a square metre (seen: Weidmann 1993, v = 0 at 5.4)."""
CLOSED_TO_WALKERS = frozenset({"motorway", "trunk", "motorway_link", "trunk_link"})
SAME_WAY = 0.01
"""Two links between the same nodes are the two directions of one road where their lengths differ by no more than this
share (assumed)."""

CROWDING = {"none": Crowding.NONE, "weidmann": Crowding.WEIDMANN, "linear": Crowding.LINEAR}

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]


def build_ways(
    roads: RoadColumns, given: Roads, *, capacity_factor: float = 1.0, speed_factor: float = 1.0
) -> Ways:
    """Return the ways of a road network.

    Vehicles use each link that is open to cars or buses. Walkers use each link that is open to
    them, in both directions: a one-way street is none for them. Where a street has two links,
    one for each direction, each carries the walkers of its own direction.

    Parameters
    ----------
    roads : RoadColumns
        The road network.
    given : Roads
        What the scenario says of it: presets, widths, crowding.
    capacity_factor, speed_factor : float
        What rain and night leave of the capacity and the free speed of vehicles.
    """
    drive = np.flatnonzero(roads.mode_mask & (MODE_BITS["car"] | MODE_BITS["bus"]))
    walk = np.flatnonzero(_walkable(roads, given))
    alone = ~_has_twin(roads, walk)
    links = np.concatenate([drive, walk, walk[alone]]).astype(np.int32)
    is_footway = np.arange(len(links)) >= len(drive)
    is_backward = np.arange(len(links)) >= len(drive) + len(walk)
    length = roads.length[links]
    width = np.where(is_footway, footway_widths(roads, given)[links], np.inf)
    capacity = np.where(
        is_footway, WALKER_FLOW * width, vehicle_capacity(roads, given)[links] * capacity_factor
    )
    jam_density = np.where(is_footway, WALKER_JAM * width, roads.jam_density[links])
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
        free_speed=np.where(is_footway, np.inf, free_speed * speed_factor),
        capacity=capacity,
        jam_density=jam_density,
        storage=np.maximum(1.0, jam_density * length),
        width=width,
        twin=_twins(roads, walk, alone, len(drive)),
        crowd=np.where(is_footway, int(CROWDING[given.crowding]), int(Crowding.NONE)).astype(np.int64),
        priority=capacity.copy(),
        capacity_drop=np.where(is_footway, 0.0, given.capacity_drop),
        walk_factor=np.where(is_footway, _walk_factor(roads, given, links, is_backward), 1.0),
    )


def vehicle_capacity(roads: RoadColumns, given: Roads) -> Floats:
    """Return what each link carries in dry daylight [veh/s], under the scenario's flow of a lane or named preset."""
    if given.lane_capacity is not None:
        return roads.lanes * given.lane_capacity
    return CAPACITY_PRESETS[given.capacity_preset].capacity(roads.capacity, roads.lanes)


def footway_widths(roads: RoadColumns, given: Roads) -> Floats:
    """Return on which width people walk along each link [m]: that of the file, or where it is silent the scenario's."""
    return np.where(np.isnan(roads.footway_width), given.footway_width, roads.footway_width)


def opposite_links(from_node: Rows, to_node: Rows, length: Floats) -> Rows:
    """Return for each link the one that runs the other way along the same road, -1 where there is none.

    Of several links between the same nodes the shortest goes with the shortest the other way, the
    next with the next; lengths that differ by more than `SAME_WAY` belong to two roads.
    """
    low, high = np.minimum(from_node, to_node), np.maximum(from_node, to_node)
    is_back = from_node > to_node
    order = np.lexsort((np.arange(len(length)), length, is_back, high, low))
    keys = np.column_stack([low, high, is_back])[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    places = np.arange(len(order))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = places - np.maximum.accumulate(np.where(begins, places, 0))
    opposite = np.full(len(length), -1, dtype=np.int32)
    forth, back = np.flatnonzero(~is_back), np.flatnonzero(is_back)
    # The k-th link forth and the k-th link back between two nodes stand at one place of both sorted lists.
    name = np.rec.fromarrays([low, high, rank])
    _, in_forth, in_back = np.intersect1d(name[forth], name[back], assume_unique=True, return_indices=True)
    one, other = forth[in_forth], back[in_back]
    alike = np.abs(length[one] - length[other]) <= SAME_WAY * np.minimum(length[one], length[other])
    opposite[one[alike]], opposite[other[alike]] = other[alike], one[alike]
    return opposite


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


def _twins(
    roads: RoadColumns, walk: NDArray[np.int64], alone: NDArray[np.bool_], first: int
) -> NDArray[np.int32]:
    """Return for each way the one on the same footway in the opposite direction, -1 where there is none.

    Footways begin at row `first`: the links `walk`, then those that are `alone` the other way.
    """
    opposite = opposite_links(roads.from_node[walk], roads.to_node[walk], roads.length[walk])
    forth = np.flatnonzero(alone).astype(np.int32)
    back = np.arange(len(walk), len(walk) + len(forth), dtype=np.int32)
    opposite[forth] = back
    twins = np.concatenate([opposite, forth])
    twins[twins >= 0] += first
    return np.concatenate([np.full(first, -1, dtype=np.int32), twins])


def _walk_factor(
    roads: RoadColumns, given: Roads, links: Rows, is_backward: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return what the slope of each way makes of the speed of walkers; 1 where nobody knows the heights."""
    if given.slopes == "none":
        return np.ones(len(links))
    rise = roads.height[roads.to_node[links]] - roads.height[roads.from_node[links]]
    slope = np.nan_to_num(rise / roads.length[links])
    return slope_factor(np.where(is_backward, -slope, slope))
