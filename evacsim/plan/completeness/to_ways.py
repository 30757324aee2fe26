"""转到哪, the ways: from home to the pick-up point, and on to a shelter, with the water and without a road."""

from collections.abc import Iterator, Mapping

import numpy as np

from evacsim.analysis.road_times import RoadTimes
from evacsim.clock import seconds_after
from evacsim.language import Text
from evacsim.plan.completeness.check import Gap, listed, out_of
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.completeness.triggers import trigger_times
from evacsim.plan.completeness.walking import slowest_speed, times_to, walking_search
from evacsim.world.disjoint_routes import RouteGraph

DRY_FEET = 0.15
"""Depth at a pick-up point at which nobody can wait there [m] (assumed: as for the floor of a shelter)."""
WALK = 30 * 60.0
"""Longest way on foot to a pick-up point [s] (assumed)."""


def reachable(facts: Facts) -> Iterator[Gap]:
    """Yield zones from which no way leads to any of their shelters when their trigger is met."""
    world, times = facts.world, trigger_times(facts)
    shelter = dict(zip(world.shelters.ids, range(world.shelters.n), strict=True))
    speed, cut = slowest_speed(world), []
    for moment in sorted({times[zone] for zone in facts.sheltered if np.isfinite(times[zone])}):
        zones = [zone for zone in facts.sheltered if times[zone] == moment]
        roads = RoadTimes.of(world, moment)
        starts = np.array([_start(facts, zone) for zone in zones])
        drive = roads.between(starts, world.shelters.drive_node)
        late = [
            (zone, k)
            for k, zone in enumerate(zones)
            if not np.isfinite(drive[k, _named(facts, zone, shelter)]).any()
        ]
        if not late:
            continue
        on_foot = walking_search(world, speed=speed, moment=moment)
        for zone, _ in late:
            at = int(world.zones.walk_node[world.zones.ids.index(zone)])
            nodes = world.shelters.walk_node[_named(facts, zone, shelter)]
            if not any(np.isfinite(times_to(on_foot, int(node))[at]) for node in nodes.tolist()):
                cut.append(zone)
    if cut:
        named, people = listed(cut), sum(facts.moved[zone] for zone in cut)
        yield Gap(
            Text(
                f"{len(cut)} zones, {people:,.0f} people, have no way to any of their shelters when their trigger is"
                f" met: {named.en}",
                f"触发时，{len(cut)} 个转移单元（{people:,.0f} 人）到指定安置点均无路可通：{named.zh}",
            ),
            Text(
                "set the trigger sooner, or name a shelter on this side of the water",
                "提前触发，或指定水这一侧的安置点",
            ),
            facts.row_loc(cut[0], "shelter"),
            cut,
            {"zones": len(cut), "people": people},
        )


def _named(facts: Facts, zone: str, row: Mapping[str, int]) -> list[int]:
    """Return the rows of the shelters that a zone may go to: those the plan names, else all."""
    return [row[id_] for id_ in facts.transfers[zone].shelter] or list(row.values())


def _start(facts: Facts, zone: str) -> int:
    """Return the node where vehicles take people of a zone: its pick-up point, else the zone."""
    point, world = facts.transfers[zone].pickup_point, facts.world
    places = world.zones if point is None else world.pickup_points
    return int(places.drive_node[places.ids.index(zone if point is None else point)])


def routes(facts: Facts) -> Iterator[Gap]:
    """Yield zones from which one road that is lost takes the way to their first shelter."""
    graph, world = RouteGraph(facts.world), facts.world
    row = dict(zip(world.shelters.ids, range(world.shelters.n), strict=True))
    single: list[str] = []
    cuts: dict[str, list[str]] = {}
    for zone in facts.sheltered:
        named = facts.transfers[zone].shelter
        if not named:
            continue
        found = graph.between(_start(facts, zone), int(world.shelters.drive_node[row[named[0]]]))
        if found.number < 2:
            single.append(zone)
            for link in found.cut:
                cuts.setdefault(link, []).append(zone)
    if single:
        zones, people = listed(single), sum(facts.moved[zone] for zone in single)
        worst = sorted(cuts, key=lambda link: (-sum(facts.moved[z] for z in cuts[link]), link))
        roads, of = listed(worst), out_of(len(single), len(facts.sheltered), "zones", "转移单元")
        yield Gap(
            Text(
                f"{of.en}, {people:,.0f} people, have one route alone, or none, to their"
                f" first shelter: {zones.en}; roads they all need: {roads.en}",
                f"{of.zh}（{people:,.0f} 人）到首选安置点至多一条路：{zones.zh}；关键路段：{roads.zh}",
            ),
            Text(
                "name a shelter on another road, or keep these roads open",
                "另选可绕行的安置点，或重点保畅这些路段",
            ),
            facts.row_loc(single[0], "shelter"),
            single,
            {"zones": len(single), "people": people, "roads": len(worst)},
        )


def pickup_safe(facts: Facts) -> Iterator[Gap]:
    """Yield pick-up points at which water stands between the trigger and the deadline of a zone that waits there."""
    world, times = facts.world, trigger_times(facts)
    row = dict(zip(world.pickup_points.ids, world.pickup_points.depth_row.tolist(), strict=True))
    wet: dict[str, str] = {}
    for zone, transfer in facts.transfers.items():
        point, begins = transfer.pickup_point, times[zone]
        if point is None or not np.isfinite(begins):
            continue
        ends = facts.scenario.duration
        if transfer.deadline is not None:
            ends = seconds_after(facts.scenario.start, transfer.deadline)
        first, last = world.water.frame_at(begins), world.water.frame_at(ends)
        depths = world.water.place_depth[max(first, 0) : last + 1, row[point]]
        if depths.max(initial=0.0) >= DRY_FEET:
            wet.setdefault(point, zone)
    if wet:
        named = listed(list(wet))
        yield Gap(
            Text(
                f"water stands at {len(wet)} pick-up points before their zones are to be out: {named.en}",
                f"{len(wet)} 个集合点在转移时限前已进水：{named.zh}",
            ),
            Text("choose higher points, or move the deadline forward", "改选高处集合点，或提前完成时限"),
            facts.row_loc(next(iter(wet.values())), "pickup_point"),
            list(wet),
            {"points": len(wet)},
        )


def pickup_walk(facts: Facts) -> Iterator[Gap]:
    """Yield zones from which the slowest walk too long to their pick-up point."""
    world = facts.world
    speed = slowest_speed(world)
    search, homes = walking_search(world, speed=speed), world.homes
    zone_row = {id_: number for number, id_ in enumerate(world.zones.ids)}
    known, far = {}, {}
    for zone, transfer in facts.transfers.items():
        if transfer.pickup_point is None:
            continue
        node = int(world.pickup_points.walk_node[world.pickup_points.ids.index(transfer.pickup_point)])
        if node not in known:
            known[node] = times_to(search, node)
        rows = slice(int(homes.first[zone_row[zone]]), int(homes.first[zone_row[zone] + 1]))
        longest = float((known[node][homes.walk_node[rows]] + homes.access[rows] / speed).max())
        if longest > WALK:
            far[zone] = longest
    if far:
        order = sorted(far, key=lambda zone: (-far[zone], zone))
        named, worst = listed(order), far[order[0]]
        most = (
            Text("no way at all", "无路可达")
            if np.isinf(worst)
            else Text(f"{worst / 60:.0f} min", f"{worst / 60:.0f} 分钟")
        )
        yield Gap(
            Text(
                f"the slowest of {len(far)} zones walk longer than {WALK / 60:.0f} min to the pick-up point (most:"
                f" {most.en}): {named.en}",
                f"{len(far)} 个转移单元中走得最慢的人到集合点超过 {WALK / 60:.0f} 分钟（最长 {most.zh}）：{named.zh}",
            ),
            Text("add pick-up points, or fetch the slow at their doors", "增设集合点，或上门接送"),
            facts.row_loc(order[0], "pickup_point"),
            order,
            {"zones": len(far), "worst": worst, "limit": WALK},
        )
