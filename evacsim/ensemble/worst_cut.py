"""Roads whose loss parts most people from their shelters: the worst case of 断路 for a plan.

Candidates are smallest cuts (fewest roads, maximum flow with one unit for each road) around single zones, towns and
shelters, and around everybody; the one that parts most people for each road goes first, and so on as long as roads may
be cut. That is greedy: a bad case for the plan, of which one can say whom it parts, not proven to be the worst there
is. Water, and whether a detour is too long, are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from evacsim.world.columns import World
from evacsim.world.greatest_flow import PLENTY, greatest_flow
from evacsim.world.ways import opposite_links

Rows = NDArray[np.int64]
ALONE = 200
"""Zones around which a cut of their own is looked for, those with most people (assumed)."""


class Group(NamedTuple):
    """Zones that set out from some nodes to the same shelters."""

    people: dict[int, int]
    """People by the node where they set out."""
    ends: tuple[int, ...]
    """Nodes of their shelters."""


@dataclass(frozen=True)
class Parting:
    """The roads of a world, and who must get where on them."""

    world: World

    @cached_property
    def ways(self) -> Rows:
        """Ways that any vehicle for people may use (rows)."""
        ways = self.world.ways
        return np.flatnonzero((ways.open_to_buses | ways.open_to_cars) & ~ways.is_footway)

    @cached_property
    def road(self) -> Rows:
        """Number of the road of each of `ways`; both directions of a road share it."""
        ways = self.world.ways
        back = opposite_links(ways.from_node[self.ways], ways.to_node[self.ways], ways.length[self.ways])
        own = np.arange(len(self.ways))
        return np.where(back >= 0, np.minimum(own, back), own)

    @cached_property
    def groups(self) -> list[Group]:
        """People whom the plan takes to shelters, by the shelters that it names for them; all where it names none."""
        world = self.world
        shelter_row = {id_: row for row, id_ in enumerate(world.shelters.ids)}
        stop_row = {id_: row for row, id_ in enumerate(world.pickup_points.ids)}
        found: dict[tuple[int, ...], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for zone, transfer in enumerate(world.transfers):
            if transfer is None or transfer.moved_to != "shelter":
                continue
            rows = [shelter_row[id_] for id_ in transfer.shelter] or range(world.shelters.n)
            ends = tuple(sorted({int(world.shelters.drive_node[row]) for row in rows}))
            by_bus = transfer.fleet is not None and transfer.pickup_point is not None
            node = (
                world.pickup_points.drive_node[stop_row[transfer.pickup_point or ""]]
                if by_bus
                else world.zones.drive_node[zone]
            )
            found[ends][int(node)] += world.zones.models[zone].population
        return [Group(dict(people), ends) for ends, people in sorted(found.items())]

    def parted(self, roads: Iterable[int]) -> int:
        """Return how many people have no way for vehicles to any of their shelters when some roads are gone."""
        lost = 0
        keeps = ~np.isin(self.road, list(roads))
        ways, n = self.world.ways, len(self.world.roads.node_ids)
        begins, goals = ways.to_node[self.ways[keeps]], ways.from_node[self.ways[keeps]]
        for group in self.groups:
            graph = csr_array(
                (
                    np.ones(len(begins) + len(group.ends)),
                    (np.append(begins, np.full(len(group.ends), n)), np.append(goals, group.ends)),
                ),
                shape=(n + 1, n + 1),
            )
            reached = set(breadth_first_order(graph, n, return_predecessors=False).tolist())
            lost += sum(people for node, people in group.people.items() if node not in reached)
        return lost

    def parted_both_ways(self, roads: Iterable[int]) -> int:
        """Return how many people have no way to any of their shelters and back: quicker, and what is ranked by."""
        keeps, ways, n = ~np.isin(self.road, list(roads)), self.world.ways, len(self.world.roads.node_ids)
        ends = (ways.from_node[self.ways[keeps]], ways.to_node[self.ways[keeps]])
        graph = csr_array((np.ones(int(keeps.sum())), ends), shape=(n, n))
        part = connected_components(graph, connection="strong")[1]
        return sum(
            people
            for group in self.groups
            for node, people in group.people.items()
            if part[node] not in part[list(group.ends)]
        )

    def cut(self, sources: Iterable[int], ends: Sequence[int]) -> frozenset[int]:
        """Return a smallest set of roads that parts some nodes from others; empty where there is none."""
        ways, n_nodes = self.world.ways, len(self.world.roads.node_ids)
        begins, goals = ways.from_node[self.ways], ways.to_node[self.ways]
        flow = greatest_flow(
            begins,
            goals,
            np.ones(len(self.ways)),
            sources=dict.fromkeys(sorted({*sources} - {*ends}), PLENTY),
            ends=dict.fromkeys(ends, PLENTY),
            n_nodes=n_nodes,
        )
        is_cut = flow.reached[begins] & ~flow.reached[goals]
        return frozenset(self.road[is_cut].tolist())

    def candidates(self) -> list[frozenset[int]]:
        """Return smallest cuts around single zones, shelters, towns and everybody, each once."""
        found = dict.fromkeys(self.cut([node], group.ends) for group, node in self._alone())
        found |= dict.fromkeys(self.cut(group.people, group.ends) for group in self.groups)
        everybody = {node for group in self.groups for node in group.people}
        all_ends = sorted({end for group in self.groups for end in group.ends})
        found[self.cut(everybody - {*all_ends}, all_ends)] = None
        for sources, ends in self._towns():
            found[self.cut(sources, ends)] = None
        return [one for one in found if one]

    def _alone(self) -> list[tuple[Group, int]]:
        each = [(people, group, node) for group in self.groups for node, people in group.people.items()]
        each.sort(key=lambda one: (-one[0], one[2]))
        return [(group, node) for _, group, node in each[:ALONE]]

    def _towns(self) -> list[tuple[set[int], list[int]]]:
        world, towns = self.world, defaultdict[str, set[int]](set)
        for zone, model in zip(range(world.zones.n), world.zones.models, strict=True):
            towns[model.township].add(int(world.zones.drive_node[zone]))
        found = []
        for name in sorted(towns):
            sources = {node for group in self.groups for node in group.people if node in towns[name]}
            ends = {end for group in self.groups if sources & set(group.people) for end in group.ends}
            if sources - ends:
                found.append((sources - ends, sorted(ends)))
        return found

    def parted_by_links(self, links: Iterable[str]) -> int:
        """Return how many people have no way when the roads of some links are gone, both directions."""
        rows = [self.world.roads.link_row[id_] for id_ in links]
        return self.parted(self.road[np.isin(self.world.ways.link[self.ways], rows)].tolist())

    def links(self, road: int) -> list[str]:
        """Return the ids of the links of a road, both directions."""
        ids = self.world.roads.link_ids
        return [ids[self.world.ways.link[way]] for way in self.ways[self.road == road]]


def worst_roads(world: World, most: int) -> list[list[str]]:
    """Return at most so many roads whose loss parts most people from their shelters, each as its links.

    Those whose loss parts most people for each road go first, or the one cut that parts most if that is more in the
    end. Fewer where all who can be parted are, or where what is left of the budget is enough for no further cut.
    """
    parting = Parting(world)
    whole = parting.parted_both_ways([])
    gains = {one: parting.parted_both_ways(one) - whole for one in parting.candidates() if len(one) <= most}
    if not gains:
        return []
    single = max(gains, key=lambda one: (gains[one], -len(one), sorted(one)))
    found = [_grown(parting, gains, first, most) for first in ([], sorted(single))]
    return [parting.links(road) for road in max(found, key=parting.parted_both_ways)]


def _grown(
    parting: Parting, gains: Mapping[frozenset[int], int], first: Sequence[int], most: int
) -> list[int]:
    """Return roads to which cuts have been added one by one, the one that parts most for each further road next."""
    chosen, gains, lost = [*first], dict(gains), parting.parted_both_ways(first)
    # What a set parts changes as others are cut with it: it is looked at again when it would be the next.
    looked_at = set[frozenset[int]]()
    while True:
        further = {one: len(one - {*chosen}) for one in gains}
        ranked = [
            (gain / further[one], gain, sorted(one), one)
            for one, gain in gains.items()
            if 0 < further[one] <= most - len(chosen) and gain > 0
        ]
        if not ranked:
            return chosen
        best = max(ranked)[-1]
        if best in looked_at:
            chosen += sorted(best - {*chosen})
            lost += gains.pop(best)
            looked_at.clear()
        else:
            looked_at.add(best)
            gains[best] = parting.parted_both_ways([*chosen, *best]) - lost
