"""The narrow place of the roads between those who must go and their shelters: the cut that takes longest to pass.

Of all sets of roads that part people from their shelters, the one whose vehicles need most time at its flow: no
order, bus or shelter makes the transfer shorter than that. It is the least time T for which the roads carry every
zone's vehicles over T at once (maximum flow), found by Newton's method for ratios (Dinkelbach 1967, recalled).
Roads are dry and nobody waits for anything else; shelters of one town, or of all zones, stand for each other.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evacsim.plan.executability.cut_roads import PER_HOUR, Need, by_town, drivable, needs, smallest_cut
from evacsim.plan.executability.workings import Workings
from evacsim.world.columns import World

WIDE = 1e6
"""Vehicles an hour beyond which nothing is a narrow place [pcu/h]."""


class NarrowPlace(NamedTuple):
    """Roads that part some zones from their shelters, and what must pass them."""

    links: tuple[str, ...]
    """Ids of the road links."""
    vehicles: float
    """What must pass [pcu]."""
    flow: float
    """What the roads carry [pcu/h]."""

    @property
    def hours(self) -> float:
        """Least time in which all can pass [h]."""
        return self.vehicles / self.flow


def narrow_place(workings: Workings) -> NarrowPlace | None:
    """Return the narrow place of a plan: that of one town, or of all together; None where nobody drives."""
    all_needs = needs(workings)
    groups = [*by_town(all_needs, workings).values(), all_needs]
    found = [place for place in (_of(workings.case.world, group) for group in groups) if place is not None]
    return max(found, key=lambda place: place.hours, default=None)


def _of(world: World, group: Sequence[Need]) -> NarrowPlace | None:
    ends = sorted({end for need in group for end in need.ends})
    at: dict[int, float] = defaultdict(float)
    for need in group:
        at[need.node] += need.vehicles
    # Who is at the shelter already passes no road; from where no road leads there is no time that is enough: E3.
    reach = _connected(world, ends) - {*ends}
    sources = {node: vehicles for node, vehicles in at.items() if node in reach}
    own = drivable(world)
    carries = np.zeros(len(world.roads.link_ids))
    np.add.at(carries, world.ways.link[own], PER_HOUR * world.ways.capacity[own])
    hours, place = sum(sources.values()) / WIDE, None
    while sources:
        cut = smallest_cut(world, {node: vehicles / hours for node, vehicles in sources.items()}, ends)
        if not cut.links:
            return place
        wanted, flow = sum(sources[node] for node in cut.within), float(carries[list(cut.links)].sum())
        if wanted / flow <= hours * 1.001:  # the flow is counted in whole steps
            return place
        hours = wanted / flow
        place = NarrowPlace(tuple(world.roads.link_ids[row] for row in cut.links), wanted, flow)
    return place


def _connected(world: World, ends: Sequence[int]) -> set[int]:
    """Return the nodes from which vehicles can get to any of some nodes."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    ways, n, own = world.ways, len(world.roads.node_ids), drivable(world)
    begins = np.concatenate([ways.to_node[own], np.full(len(ends), n)])  # turned round: from the shelters
    goals = np.concatenate([ways.from_node[own], np.asarray(ends)])
    graph = csr_array((np.ones(len(begins)), (begins, goals)), shape=(n + 1, n + 1))
    return set(breadth_first_order(graph, n, return_predecessors=False).tolist())
