"""E8: the roads carry the flow that the plan needs (路网最小割).

Maximum flow from the places where people set out to the shelters of their lists, against the vehicles
an hour that must get through between the moment people are ready and the moment they must be out. Where
the roads carry less, a smallest set of roads that is full says where.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.language import Text
from evacsim.plan.executability.wording import number, said, some
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming
from evacsim.world.columns import World
from evacsim.world.greatest_flow import PLENTY, greatest_flow

CLAUSE = Text(
    "the roads to the shelters carry the vehicles that must pass before the deadline and the water (check E8)",
    "通往安置点的道路通行能力应满足时限内的车流（检验项 E8）",
)
PER_HOUR = 3600.0
GRAIN = 10
"""Steps to a passenger-car unit an hour: the flow is counted in whole numbers."""


class Cut(NamedTuple):
    """The most that gets through, and the roads that are full."""

    flow: float
    """[pcu/h]"""
    links: tuple[int, ...]
    """Road links (rows) of a smallest cut; empty where everything gets through."""
    within: frozenset[int] = frozenset()
    """Nodes of those who set out before the cut, of which not all get through."""


class Need(NamedTuple):
    """Vehicles of one zone that must get through."""

    zone: int
    node: int
    vehicles: float
    """[pcu]"""
    ends: tuple[int, ...]
    """Nodes of its shelters."""


def drivable(world: World) -> NDArray[np.int64]:
    """Return the ways (rows) that buses or cars may use."""
    ways = world.ways
    return np.flatnonzero((ways.open_to_buses | ways.open_to_cars) & ~ways.is_footway)


def smallest_cut(world: World, sources: Mapping[int, float], ends: Sequence[int]) -> Cut:
    """Return how much of some flows gets through the roads to any of some nodes.

    Parameters
    ----------
    world : World
    sources : mapping of int to float
        Vehicles an hour that set out at a node [pcu/h].
    ends : sequence of int
        Nodes to reach.
    """
    ways, own = world.ways, drivable(world)
    begins, goals = ways.from_node[own], ways.to_node[own]
    flow = greatest_flow(
        begins,
        goals,
        np.rint(GRAIN * PER_HOUR * ways.capacity[own]),
        sources={node: np.rint(GRAIN * vehicles) for node, vehicles in sources.items()},
        ends=dict.fromkeys(ends, PLENTY),
        n_nodes=len(world.roads.node_ids),
    )
    is_cut = flow.reached[begins] & ~flow.reached[goals]
    return Cut(
        flow.value / GRAIN,
        tuple(np.unique(ways.link[own[is_cut]]).tolist()),
        frozenset(node for node in sources if flow.reached[node]),
    )


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield towns whose roads carry less than they need, and all together where no town alone is short."""
    towns = by_town([need for need in needs(workings) if _hours(workings, need.zone) > 0], workings)
    told = False
    for town, own in sorted(towns.items()):
        for one in _short(workings, town, own):
            told = True
            yield one
    if not told and len(towns) > 1:
        yield from _short(workings, "", [need for own in towns.values() for need in own])


def by_town(needs: Sequence[Need], workings: Workings) -> dict[str, list[Need]]:
    """Return what must get through, town by town."""
    towns: dict[str, list[Need]] = defaultdict(list)
    for need in needs:
        towns[workings.case.world.zones.models[need.zone].township].append(need)
    return towns


def _short(workings: Workings, town: str, needs: list[Need]) -> Iterator[Shortcoming]:
    case, world = workings.case, workings.case.world
    ends = sorted({end for need in needs for end in need.ends})
    at: dict[int, float] = defaultdict(float)
    for need in needs:
        at[need.node] += need.vehicles / _hours(workings, need.zone)
    wanted = sum(at.values())
    cut = smallest_cut(world, at, ends)
    if cut.flow >= wanted * 0.999 - 1 / GRAIN or not cut.links:
        return
    links = [world.roads.link_ids[row] for row in cut.links]
    names = case.zone_ids([need.zone for need in needs])
    roads = said(lambda lang: some(links, lang))
    whose = Text(f"town {town}", f"{town}") if town else Text("all towns together", "各乡镇合计")
    yield Shortcoming(
        "E8",
        "to",
        "major",
        CLAUSE,
        Text(
            f"{whose.en}: {number(wanted)} vehicles an hour must get through to the shelters, the roads carry"
            f" {number(cut.flow)}; full are {roads.en}",
            f"{whose.zh}：每小时须有 {number(wanted)} 辆（标准车）通往安置点，道路只能通过 {number(cut.flow)} 辆；"
            f"卡口路段：{roads.zh}",
        ),
        Text(
            "order in stages or sooner, let both lanes run one way, or assign shelters that need not pass there",
            "分批或提前转移，实行单向放行，或改派不经该路段的安置点",
        ),
        case.loc(needs[0].zone),
        (*names, *links),
        {"needed_per_h": wanted, "flow_per_h": cut.flow, "links": len(links), "zones": len(names)},
    )


def _hours(workings: Workings, zone: int) -> float:
    """Return the time from being ready to having to be out [h]; 0 where it is not known, or there is none.

    Who is out of time is so with any roads: E2 says it.
    """
    chain = workings.chains.all.get(zone)
    hours = np.inf if chain is None else (workings.case.must_be_out(zone) - chain.mean("prepare")) / PER_HOUR
    return float(hours) if np.isfinite(hours) and hours > 0 else 0.0


def needs(workings: Workings) -> list[Need]:
    """Return the vehicles that must get from their pick-up points, or homes, to the shelters of each zone."""
    case, world = workings.case, workings.case.world
    found = []
    for zone in case.to_shelters:
        if zone not in workings.chains.all:
            continue
        movers = case.moved(zone)
        ends = tuple(int(world.shelters.drive_node[row]) for row in case.shelters_of(zone))
        rounds = workings.service.rounds.get(zone)
        if rounds is not None:
            size = world.fleets.models[rounds.fleet].size
            node = int(world.pickup_points.drive_node[rounds.pickup])
            found.append(Need(zone, node, rounds.trips * size, ends))
        if movers.cars > 0:
            pcu = movers.cars * case.scenario.district.population.car_size
            found.append(Need(zone, int(world.zones.drive_node[zone]), pcu, ends))
    return found
