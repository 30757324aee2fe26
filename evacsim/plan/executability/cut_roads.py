"""E8: the roads carry the flow that the plan needs (路网最小割).

Maximum flow from the places where people set out to the shelters of their lists, against the vehicles
an hour that must get through between the moment people are ready and the moment they must be out. Where
the roads carry less, a smallest set of roads that is full says where.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from evacsim.language import Text
from evacsim.plan.executability.wording import number, said, some
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming
from evacsim.world.columns import World

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


class Need(NamedTuple):
    """Vehicles of one zone that must get through."""

    zone: int
    node: int
    flow: float
    """[pcu/h]"""
    ends: tuple[int, ...]
    """Nodes of its shelters."""


def smallest_cut(world: World, sources: Sequence[tuple[int, float]], ends: Sequence[int]) -> Cut:
    """Return how much of some flows gets through the roads to any of some nodes.

    Parameters
    ----------
    world : World
    sources : sequence of (int, float)
        Nodes, and the vehicles an hour that set out there [pcu/h].
    ends : sequence of int
        Nodes to reach.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    ways, n = world.ways, len(world.roads.node_ids)
    own = np.flatnonzero((ways.open_to_buses | ways.open_to_cars) & ~ways.is_footway)
    source, sink, wanted = n, n + 1, sum(flow for _, flow in sources)
    plenty = int(np.ceil(GRAIN * wanted)) + 1
    carries = np.minimum(np.rint(GRAIN * PER_HOUR * ways.capacity[own]), plenty)
    begins = [*ways.from_node[own].tolist(), *(source for _ in sources), *ends]
    goals = [*ways.to_node[own].tolist(), *(node for node, _ in sources), *(sink for _ in ends)]
    flows = [*carries.tolist(), *(np.rint(GRAIN * flow) for _, flow in sources), *(plenty for _ in ends)]
    matrix = csr_array(
        (np.asarray(flows, dtype=np.int64), (np.asarray(begins), np.asarray(goals))), shape=(n + 2, n + 2)
    )
    matrix.sum_duplicates()
    matrix.data = np.minimum(matrix.data, 2**30)
    graph = csr_array(matrix, dtype=np.int32)
    result = maximum_flow(graph, source, sink)
    left = csr_array(graph - result.flow)
    left.eliminate_zeros()
    reached = np.zeros(n + 2, dtype=bool)
    reached[breadth_first_order(left, source, return_predecessors=False)] = True
    is_cut = reached[ways.from_node[own]] & ~reached[ways.to_node[own]]
    return Cut(float(result.flow_value) / GRAIN, tuple(np.unique(ways.link[own[is_cut]]).tolist()))


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield towns whose roads carry less than they need, and all together where no town alone is short."""
    needs = _needs(workings)
    by_town: dict[str, list[Need]] = defaultdict(list)
    for need in needs:
        by_town[workings.case.world.zones.models[need.zone].township].append(need)
    told = False
    for town, own in sorted(by_town.items()):
        for one in _short(workings, town, own):
            told = True
            yield one
    if not told and len(by_town) > 1:
        yield from _short(workings, "", needs)


def _short(workings: Workings, town: str, needs: list[Need]) -> Iterator[Shortcoming]:
    case, world = workings.case, workings.case.world
    ends = sorted({end for need in needs for end in need.ends})
    wanted = sum(need.flow for need in needs)
    at: dict[int, float] = defaultdict(float)
    for need in needs:
        at[need.node] += need.flow
    cut = smallest_cut(world, sorted(at.items()), ends)
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


def _needs(workings: Workings) -> list[Need]:
    case, world = workings.case, workings.case.world
    found = []
    for zone in case.to_shelters:
        chain, movers = workings.chains.all.get(zone), case.moved(zone)
        if chain is None:
            continue
        ends = tuple(int(world.shelters.drive_node[row]) for row in case.shelters_of(zone))
        ready = chain.mean("prepare")
        hours = (case.must_be_out(zone) - ready) / PER_HOUR
        if not np.isfinite(hours) or hours <= 0:
            continue  # out of time, with any roads: E2 says so
        rounds = workings.service.rounds.get(zone)
        if rounds is not None:
            size = world.fleets.models[rounds.fleet].size
            node = int(world.pickup_points.drive_node[rounds.pickup])
            found.append(Need(zone, node, rounds.trips * size / hours, ends))
        if movers.cars > 0:
            pcu = movers.cars * case.scenario.district.population.car_size
            found.append(Need(zone, int(world.zones.drive_node[zone]), pcu / hours, ends))
    return found
