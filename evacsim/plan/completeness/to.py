"""转到哪: are the shelters out of the water, large enough place by place, reachable, and fit to stay in."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from evacsim.analysis.road_times import RoadTimes
from evacsim.clock import seconds_after
from evacsim.language import Text
from evacsim.plan.completeness import documents as by
from evacsim.plan.completeness.check import Check, Gap, listed, out_of, silent
from evacsim.plan.completeness.documents import clause
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.completeness.room import left_over
from evacsim.plan.completeness.triggers import trigger_times
from evacsim.plan.completeness.walking import slowest_speed, times_to, walking_search
from evacsim.scenario.care import Needs
from evacsim.scenario.district import Shelter
from evacsim.scenario.given import Loc
from evacsim.world.disjoint_routes import RouteGraph

TOO_FULL = 1.05
"""Load of a town's shelters above which it counts as too full (assumed: one in twenty can be squeezed in)."""
DRY_FEET = 0.15
"""Depth at a pick-up point at which nobody can wait there [m] (assumed: as for the floor of a shelter)."""
WALK = 30 * 60.0
"""Longest way on foot to a pick-up point [s] (assumed)."""


def _flooded(facts: Facts) -> Iterator[Gap]:
    wet = facts.wet_shelters
    if not wet:
        return
    named, depth = listed(wet), max(facts.shelter_depth[id_] for id_ in wet)
    places = sum(facts.places_of[id_] for id_ in wet)
    of = out_of(len(wet), len(facts.shelters), "shelters", "安置点")
    yield Gap(
        Text(
            f"{of.en} flood in this scenario, up to {depth:.1f} m above the floor: {named.en}",
            f"{of.zh}位于情景淹没范围内，最深高出地坪 {depth:.1f} 米：{named.zh}",
        ),
        Text(
            "take them off the plan, or use them before the water comes only",
            "从预案中撤下，或明确来水前转出",
        ),
        facts.place_loc("shelters", wet[0]),
        wet,
        {"shelters": len(wet), "of": len(facts.shelters), "depth": depth, "places": places},
    )


def _landslide(facts: Facts) -> Iterator[Gap]:
    ids = [id_ for id_, shelter in facts.shelters.items() if shelter.landslide]
    if ids:
        named = listed(ids)
        yield Gap(
            Text(
                f"{len(ids)} shelters stand in a zone of landslides: {named.en}",
                f"{len(ids)} 个安置点位于地质灾害隐患范围内：{named.zh}",
            ),
            Text("name other shelters", "另选安置点"),
            facts.place_loc("shelters", ids[0], "landslide"),
            ids,
            {"shelters": len(ids)},
        )


def _reachable(facts: Facts) -> Iterator[Gap]:
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


def _capacity(facts: Facts) -> Iterator[Gap]:
    people, places, wet = sum(facts.sheltered.values()), sum(facts.places_of.values()), facts.wet_shelters
    dry = sum(room for id_, room in facts.places_of.items() if id_ not in wet)
    if people <= dry:
        return
    load, dry_load = _load(_ratio(people, places)), _load(_ratio(people, dry))
    without = Text("", "")
    if wet:
        without = Text(
            f"; {dry:,.0f} without {len(wet)} in the water (load {dry_load})",
            f"；去掉淹没的 {len(wet)} 个后 {dry:,.0f} 个（负荷 {dry_load}）",
        )
    yield Gap(
        Text(
            f"{people:,.0f} people, {places:,.0f} places (load {load}){without.en}",
            f"需安置 {people:,.0f} 人，床位 {places:,.0f} 个（负荷 {load}）{without.zh}",
        ),
        Text("open more shelters on dry ground", "增设淹没范围外的安置点"),
        facts.place_loc("shelters", wet[0]) if wet else ("district", "shelters"),
        wet,
        {"people": people, "places": places, "dry_places": dry, "load": _ratio(people, places)},
    )


def _ratio(people: float, places: float) -> float:
    return people / places if places else np.inf


def _by_township(facts: Facts) -> Iterator[Gap]:
    people: dict[str, float] = {}
    for zone, number in facts.sheltered.items():
        people[facts.zones[zone].township] = people.get(facts.zones[zone].township, 0.0) + number
    places: dict[str, float] = {}
    for id_, shelter in facts.shelters.items():
        places[shelter.township] = places.get(shelter.township, 0.0) + facts.places_of[id_]
    loads = {town: _ratio(n, places.get(town, 0.0)) for town, n in people.items()}
    over = sorted((town for town in loads if loads[town] > TOO_FULL), key=lambda town: (-loads[town], town))
    if over:
        total = _ratio(sum(people.values()), sum(places.values()))
        of = out_of(len(over), len(loads), "towns", "乡镇")
        with_loads = listed([f"{town} {_load(loads[town])}" for town in over])
        yield Gap(
            Text(
                f"{of.en} have more people than places (load above {TOO_FULL}), {_load(total)}"
                f" over all: {with_loads.en}",
                f"总负荷 {_load(total)}，{of.zh}超过 {TOO_FULL}：{with_loads.zh}",
            ),
            Text(
                "assign people to towns with room by name, or open shelters there",
                "明确跨镇安置去向，或增设安置点",
            ),
            _first_of(facts, over[0]),
            over,
            {"towns": len(over), "load": total, **{f"load_{town}": loads[town] for town in over}},
        )


def _first_of(facts: Facts, town: str) -> Loc:
    """Return where the first shelter of a town stands, or the list where it has none."""
    own = [id_ for id_, shelter in facts.shelters.items() if shelter.township == town]
    return facts.place_loc("shelters", own[0]) if own else ("district", "shelters")


def _has_towns(facts: Facts) -> bool:
    """Return whether the town of every shelter and of every zone is known."""
    known = [shelter.township for shelter in facts.shelters.values()]
    return all(known) and all(facts.zones[zone].township for zone in facts.sheltered)


def _load(load: float) -> str:
    return "∞" if np.isinf(load) else f"{load:.2f}"


def _assigned(facts: Facts) -> Iterator[Gap]:
    """Yield people for whom the shelters that the plan names for them have no room, however they are shared out."""
    named_for = {
        zone: facts.transfers[zone].shelter for zone in facts.sheltered if facts.transfers[zone].shelter
    }
    over = left_over({zone: facts.sheltered[zone] for zone in named_for}, named_for, facts.places_of)
    if over:
        named, people = listed(list(over)), sum(over.values())
        yield Gap(
            Text(
                f"the shelters named for them have no room for {people:,.0f} people of {len(over)} zones: {named.en}",
                f"{len(over)} 个转移单元指定的安置点装不下，缺 {people:,.0f} 个床位：{named.zh}",
            ),
            Text("name further shelters for these zones", "为其增列安置点"),
            facts.row_loc(next(iter(over)), "shelter"),
            list(over),
            {"people": people, "zones": len(over)},
        )


def _backup(facts: Facts) -> Iterator[Gap]:
    if facts.plan.to.assignment == "computed":
        return
    few = [zone for zone in facts.sheltered if len(facts.transfers[zone].shelter) < 2]
    if few:
        none, named = sum(not facts.transfers[zone].shelter for zone in few), listed(few)
        of = out_of(len(few), len(facts.sheltered), "zones", "转移单元")
        bare = (
            Text(f", {none} of them not even one", f"，其中 {none} 个未指定安置点") if none else Text("", "")
        )
        yield Gap(
            Text(
                f"{of.en} have no second shelter{bare.en}: {named.en}",
                f"{of.zh}没有备用安置点{bare.zh}：{named.zh}",
            ),
            Text("name two shelters or more, first choice first", "指定两个以上安置点，按先后排列"),
            facts.row_loc(few[0], "shelter"),
            few,
            {"zones": len(few), "none": none},
        )


def _routes(facts: Facts) -> Iterator[Gap]:
    graph, world = RouteGraph(facts.world), facts.world
    row = dict(zip(world.shelters.ids, range(world.shelters.n), strict=True))
    single: list[str] = []
    cuts: dict[str, list[str]] = {}
    for zone in facts.sheltered:
        named = facts.transfers[zone].shelter
        if not named:
            continue
        routes = graph.between(_start(facts, zone), int(world.shelters.drive_node[row[named[0]]]))
        if routes.number < 2:
            single.append(zone)
            for link in routes.cut:
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


def _pickup_safe(facts: Facts) -> Iterator[Gap]:
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


def _pickup_walk(facts: Facts) -> Iterator[Gap]:
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


def _power(facts: Facts) -> Iterator[Gap]:
    there = sum(shelter.generators for shelter in facts.shelters.values())
    there += sum(store.generators for store in facts.district.stores)
    total = len(facts.shelters)
    if there < total:
        yield Gap(
            Text(
                f"{there} generators for {total} shelters ({there / total:.0%})",
                f"发电机 {there} 台，安置点 {total} 个（{there / total:.0%}）",
            ),
            Text(
                "borrow or buy, or say which shelters come first", "调配、租借或采购，或明确优先保障的安置点"
            ),
            ("district", "shelters"),
            figures={"generators": there, "shelters": total},
        )


def _water(facts: Facts) -> Iterator[Gap]:
    each = (facts.plan.care.needs or Needs()).people_per_tap
    yield from _short(facts, "taps", each, Text("taps", "供水点"), lambda shelter: shelter.taps)


def _toilets(facts: Facts) -> Iterator[Gap]:
    each = (facts.plan.care.needs or Needs()).people_per_toilet
    yield from _short(facts, "toilets", each, Text("toilets", "厕位"), lambda shelter: shelter.toilets)


def _short(
    facts: Facts, name: str, each: int, what: Text, count: Callable[[Shelter], int | None]
) -> Iterator[Gap]:
    """Yield shelters that say nothing of something, or have too little of it for as many as they hold."""
    unknown, short = [], []
    for id_, shelter in facts.shelters.items():
        there, room = count(shelter), facts.places_of[id_]
        if there is None:
            unknown.append(id_)
        elif np.isfinite(room) and there * each < room:
            short.append(id_)
    if unknown or short:
        first, total, named = (short + unknown)[0], len(facts.shelters), listed(short or unknown)
        parts = []
        if short:
            of = out_of(len(short), total, "shelters", "安置点")
            parts.append(Text(f"too few at {of.en}", f"{of.zh}不足"))
        if unknown:
            of = out_of(len(unknown), total, "shelters", "安置点")
            parts.append(Text(f"not stated for {of.en}", f"{of.zh}未注明"))
        facts_said = Text(", ".join(part.en for part in parts), "，".join(part.zh for part in parts))
        yield Gap(
            Text(
                f"{what.en}: {facts_said.en} (one for {each} people): {named.en}",
                f"{what.zh}：{facts_said.zh}（每 {each} 人 1 个）：{named.zh}",
            ),
            Text(f"write {name} for each, and add what is missing", f"逐一填写 {name}，不足的补齐"),
            facts.place_loc("shelters", first, name),
            short + unknown,
            {"unknown": len(unknown), "short": len(short)},
        )


CHECKS = (
    Check(
        "to.flooded",
        "to",
        "blocker",
        clause(by.SHELTERS, "no shelter stands in the flood's extent", "安置点避开洪水淹没范围"),
        _flooded,
    ),
    Check(
        "to.landslide",
        "to",
        "blocker",
        clause(by.USUAL, "no shelter stands in a zone of landslides", "安置点避开地质灾害隐患范围"),
        _landslide,
    ),
    Check(
        "to.reachable",
        "to",
        "blocker",
        clause(by.FIVE_LINKS, "a shelter can be reached when the trigger is met", "触发时安置点可达"),
        _reachable,
    ),
    Check(
        "to.capacity",
        "to",
        "blocker",
        clause(by.FIVE_LINKS, "dry shelters have a place for everybody", "淹没范围外床位不少于转移人数"),
        _capacity,
    ),
    Check(
        "to.capacity_by_township",
        "to",
        "blocker",
        clause(by.FIVE_LINKS, "places suffice town by town, not only in total", "分乡镇床位够用，不只看总数"),
        _by_township,
        _has_towns,
    ),
    Check(
        "to.assigned",
        "to",
        "blocker",
        clause(by.FIVE_LINKS, "the shelters named for a zone hold its people", "指定安置点装得下所分配的人"),
        _assigned,
        lambda facts: facts.plan.to.assignment == "plan",
    ),
    Check(
        "to.backup",
        "to",
        "major",
        clause(by.USUAL, "every zone has a second shelter", "每个转移单元有备用安置点"),
        _backup,
    ),
    Check(
        "to.routes",
        "to",
        "major",
        clause(
            by.OUTAGES, "two routes without a common road lead to the shelter", "到安置点有两条互不重合的路线"
        ),
        _routes,
    ),
    Check(
        "to.pickup_safe",
        "to",
        "major",
        clause(by.USUAL, "pick-up points stay dry until all are out", "集合点在转移完成前不进水"),
        _pickup_safe,
    ),
    Check(
        "to.pickup_walk",
        "to",
        "major",
        clause(by.USUAL, "the slowest reach the pick-up point on foot", "走得最慢的人步行可达集合点"),
        _pickup_walk,
    ),
    Check(
        "to.power",
        "to",
        "major",
        clause(by.OUTAGES, "every shelter has power of its own in an outage", "断电时安置点有备用电源"),
        _power,
    ),
    Check(
        "to.water", "to", "major", clause(by.SPHERE, "one tap for 250 people", "每 250 人 1 个供水点"), _water
    ),
    Check(
        "to.toilets",
        "to",
        "major",
        clause(by.SPHERE, "one toilet for 20 people", "每 20 人 1 个厕位"),
        _toilets,
    ),
    Check(
        "to.signs",
        "to",
        "minor",
        clause(by.USUAL, "routes and shelters are signposted", "路线和安置点有标识"),
        silent("to", "signs", Text("signs along the routes and at the shelters", "路线和安置点标识")),
    ),
    Check(
        "to.cards",
        "to",
        "minor",
        clause(by.TEN_THINGS, "every household has a card", "明白卡发放到户"),
        silent("to", "cards", Text("cards at every household", "明白卡发放情况")),
    ),
)
"""The checks of this link."""
