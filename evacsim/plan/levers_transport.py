"""Levers on what carries people and where to: buses, drivers, boats, roads, shelters, upstairs (转到哪)."""

from collections import defaultdict
from collections.abc import Set

import numpy as np

from evacsim.language import Text
from evacsim.plan.lever import Cost, Lever, Proposal, Situation, moment, typical
from evacsim.scenario.matching import matching, transfers_by_zone
from evacsim.scenario.model import Scenario
from evacsim.scenario.transport import Fleet

AT_HAND = 600.0
"""From the order to the departure where drivers stand by at the depot (assumed) [s]."""
CLOSED_BEFORE = 3600.0
"""How long before a road is too deep for cars it is closed (assumed) [s]."""
TOGETHER = 600.0
"""Roads that flood within this time are closed by one order [s]."""
FREEBOARD = 0.5
"""How far the highest water must stay below the top floor for people to go upstairs (assumed) [m]."""


def used_fleets(scenario: Scenario, kind: str) -> list[Fleet]:
    """Return the fleets of a kind that are there from the start; of buses those that the plan's rows name."""
    named = {row.fleet for row in scenario.plan.zones}
    return [
        fleet
        for fleet in scenario.district.fleets
        if fleet.kind == kind and not fleet.external and (kind != "bus" or fleet.id in named)
    ]


def vehicles(kind: str, number: int, cost: Cost, fleet: str | None = None) -> Lever:
    """Return the lever that adds vehicles to each fleet of a kind, or to one fleet; takes some where negative."""

    def propose(situation: Situation) -> Proposal | Text:
        fleets = [one for one in used_fleets(situation.scenario, kind) if fleet in (None, one.id)]
        if not fleets:
            return Text(f"the plan uses no fleet of {what.en}", f"预案没有使用{what.zh[1:]}的队伍")
        if any(one.vehicles + number < 1 for one in fleets):
            return Text("a fleet would have no vehicle left", "车队将无车可用")
        shown = [f"{one.id} {one.vehicles} -> {one.vehicles + number}" for one in fleets]
        detail = "; ".join(shown[:4]) + (" ..." if len(shown) > 4 else "")
        changes = {f"district.fleets[{one.id}].vehicles": one.vehicles + number for one in fleets}
        return Proposal(changes, number * len(fleets), Text(detail, detail))

    where = Text(fleet or "each fleet", fleet or "每个车队")
    what = Text("buses", "辆大巴") if kind == "bus" else Text("boats", "艘舟艇")
    name = Text(
        f"{where.en}: {number:+d} {what.en}",
        f"{where.zh}{'增加' if number > 0 else '减少'} {abs(number)} {what.zh}",
    )
    whose = {"bus": "buses", "boat": "boats"}[kind] if fleet is None else f"fleet-{fleet}"
    return Lever(f"{whose}{number:+d}", name, cost, propose)


def drivers_at_hand(cost: Cost) -> Lever:
    """Return the lever that lets drivers stand by at their depots before the order."""

    def propose(situation: Situation) -> Proposal | Text:
        slow = [one for one in used_fleets(situation.scenario, "bus") if typical(one.call_up) > AT_HAND]
        if not slow:
            return Text("no fleet takes longer to be called up", "车队集结用时已不长于此")
        longest = max(typical(one.call_up) for one in slow)
        return Proposal(
            {f"district.fleets[{one.id}].call_up": f"{AT_HAND:g} s" for one in slow},
            len(slow),
            Text(
                f"{len(slow)} fleets leave {AT_HAND / 60:g} min after the order, not {longest / 60:.0f}",
                f"{len(slow)} 个车队下令后 {AT_HAND / 60:g} 分钟出车（原最长约 {longest / 60:.0f} 分钟）",
            ),
        )

    return Lever("drivers", Text("drivers stand by at the depot", "司机提前到岗待命"), cost, propose)


def backup_drivers(cost: Cost) -> Lever:
    """Return the lever that has another driver called for one who does not come."""

    def propose(situation: Situation) -> Proposal | Text:
        single = [
            one
            for one in used_fleets(situation.scenario, "bus")
            if one.driver_comes is not None and one.driver_comes < 1 and not one.backup_drivers
        ]
        if not single:
            return Text("no fleet whose drivers may fail to come lacks a backup", "没有缺少备班司机的车队")
        n_vehicles = sum(one.vehicles for one in single)
        return Proposal(
            {f"district.fleets[{one.id}].backup_drivers": True for one in single},
            n_vehicles,
            Text(f"{len(single)} fleets, {n_vehicles} vehicles", f"{len(single)} 个车队 {n_vehicles} 辆车"),
        )

    return Lever("backup-drivers", Text("a second driver for each bus", "司机配 B 角"), cost, propose)


def room(cost: Cost) -> Lever:
    """Return the lever that gives shelters room for all whom the plan sends there."""

    def propose(situation: Situation) -> Proposal | Text:
        scenario = situation.scenario
        people = {zone.id: zone.population for zone in scenario.district.zones}
        sent: dict[str, int] = defaultdict(int)
        for zone, row in transfers_by_zone(scenario).items():
            if row.shelter and row.moved_to == "shelter":
                sent[row.shelter[0]] += people[zone]
        short = {
            one.id: (one.capacity, sent[one.id])
            for one in scenario.district.shelters
            if one.capacity is not None and sent[one.id] > one.capacity
        }
        if not short:
            return Text("no shelter has fewer places than the plan sends there", "没有超员安排的安置点")
        added = sum(wanted - there for there, wanted in short.values())
        shown = "; ".join(f"{id_} {there} -> {wanted}" for id_, (there, wanted) in list(short.items())[:4])
        changes = {f"district.shelters[{id_}].capacity": wanted for id_, (_, wanted) in short.items()}
        return Proposal(
            changes, added / 100, Text(f"{shown}; {added} places more", f"{shown}；共增加 {added} 人")
        )

    return Lever("room", Text("more places in overbooked shelters", "扩充超员安置点容量"), cost, propose)


def computed_shelters(cost: Cost) -> Lever:
    """Return the lever that lets each household's shelter be computed, not taken from the plan's table."""

    def propose(situation: Situation) -> Proposal | Text:
        if situation.scenario.plan.to.assignment == "computed":
            return Text("shelters are computed already", "已采用计算分配")
        return Proposal(
            {"plan.to.assignment": "computed"},
            1,
            Text("by the roads at the start and the places there are", "按开始时路况和可用床位分配"),
            Text("families of one village may be parted", "同村群众可能分散安置"),
        )

    return Lever("shelters", Text("other shelters, computed", "优化安置点分配"), cost, propose)


def close_roads(cost: Cost) -> Lever:
    """Return the lever that closes roads before the water does."""

    def propose(situation: Situation) -> Proposal | Text:
        world = situation.world
        wet = world.water.link_arrival(situation.scenario.hazard.effects.car_limit)
        drive = np.unique(world.ways.link[~world.ways.is_footway])
        rows = drive[np.isfinite(wet[drive]) & (wet[drive] < situation.scenario.duration)]
        if not rows.size:
            return Text("no road becomes too deep for cars", "没有道路会被淹到不能行车")
        at: dict[float, list[str]] = defaultdict(list)
        for row in rows.tolist():
            at[max(wet[row] // TOGETHER * TOGETHER - CLOSED_BEFORE, 0.0)].append(world.roads.link_ids[row])
        orders = [
            {"links": links, "order": "close", "at": moment(time)} for time, links in sorted(at.items())
        ]
        there = [order.model_dump(exclude_unset=True) for order in situation.scenario.plan.controls]
        minutes = CLOSED_BEFORE / 60
        return Proposal(
            {"plan.controls": [*there, *orders]},
            len(rows),
            Text(
                f"{len(rows)} links closed {minutes:g} min before they are too deep",
                f"{len(rows)} 条路段在被淹前 {minutes:g} 分钟封闭",
            ),
            Text("buses that could still have passed drive round", "原本还能通过的车辆需要绕行"),
        )

    return Lever("close-roads", Text("roads closed before they flood", "危险路段提前封闭"), cost, propose)


def upstairs(cost: Cost) -> Lever:
    """Return the lever that keeps people upstairs where the top floor stays well above the water."""

    def propose(situation: Situation) -> Proposal | Text:
        scenario, world = situation.scenario, situation.world
        height, usual = scenario.hazard.effects.storey_height, scenario.district.population.storeys
        depth = world.water.place_depth
        highest = depth.max(axis=0) if len(depth) else np.zeros(depth.shape[1])
        at_zone = highest[world.zones.depth_row].astype(np.float64)
        np.maximum.at(at_zone, world.homes.zone, highest[world.homes.depth_row])
        safe, wet = set[str](), set[str]()
        for zone, deep in zip(world.zones.models, at_zone.tolist(), strict=True):
            if deep > 0:
                wet.add(zone.id)
            if deep <= ((zone.storeys or usual) - 1) * height - FREEBOARD:
                safe.add(zone.id)
        chosen = [
            row.zone
            for row in scenario.plan.zones
            if row.moved_to == "shelter" and _are_high(matching(row.zone, world.zones.ids), wet, safe)
        ]
        if not chosen:
            return Text("no flooded zone has a floor that is high enough", "没有楼层足够高的受淹区域")
        return Proposal(
            {f"plan.zones[{zone}].moved_to": "vertical" for zone in chosen},
            len(chosen),
            Text(
                f"{len(chosen)} rows of the plan: {', '.join(chosen[:4])}{' ...' if len(chosen) > 4 else ''}",
                f"{len(chosen)} 行转移安排：{'、'.join(chosen[:4])}{' 等' if len(chosen) > 4 else ''}",
            ),
            Text(
                "people are cut off as long as the water stands, and must be supplied by boat",
                "退水前与外界隔绝，需用舟艇送物资",
            ),
        )

    return Lever("upstairs", Text("refuge upstairs", "垂直避险"), cost, propose)


def stand_by(cost: Cost) -> Lever:
    """Return the lever that lets teams with boats stand by where people will be in need (下沉一级)."""

    def propose(situation: Situation) -> Proposal | Text:
        scenario = situation.scenario
        rescue = scenario.plan.rescue
        if rescue is None:
            return Text("the plan has no rescue", "预案没有抢险救援内容")
        moved = {entry.force for entry in rescue.stand_by}
        crews = {fleet.force for fleet in scenario.district.fleets if fleet.kind == "boat"}
        teams = [one.id for one in scenario.district.forces if one.id in crews - moved and not one.external]
        places = _dry_places_near_people(situation)
        if not teams or not places:
            return Text(
                "no team with boats is at home, or no zone is flooded", "没有可前置的舟艇队伍，或没有受淹区域"
            )
        there = [entry.model_dump(exclude_unset=True) for entry in rescue.stand_by]
        sent = [{"force": team, "node": places[k % len(places)]} for k, team in enumerate(sorted(teams))]
        return Proposal(
            {"plan.rescue.stand_by": [*there, *sent]},
            len(sent),
            Text(
                f"{len(sent)} teams to {min(len(sent), len(places))} towns",
                f"{len(sent)} 支队伍前置到 {min(len(sent), len(places))} 个乡镇",
            ),
            Text("they are further from everywhere else", "其他方向的响应变慢"),
        )

    return Lever(
        "stand-by", Text("boat teams stand by one level down", "舟艇力量下沉一级驻防"), cost, propose
    )


def _dry_places_near_people(situation: Situation) -> list[str]:
    """Return a road node for each flooded town, most people first: that of the dry shelter nearest to them."""
    world = situation.world
    depth = world.water.place_depth
    if not len(depth):
        return []
    highest = depth.max(axis=0)
    is_dry = highest[world.shelters.depth_row] <= 0
    if not is_dry.any():
        return []
    towns: dict[str, list[int]] = defaultdict(list)
    for row, zone in enumerate(world.zones.models):
        if highest[world.zones.depth_row[row]] > 0:
            towns[zone.township].append(row)
    people = {town: sum(world.zones.models[row].population for row in rows) for town, rows in towns.items()}
    nodes = []
    for town in sorted(towns, key=lambda name: (-people[name], name)):
        x, y = world.zones.x[towns[town]].mean(), world.zones.y[towns[town]].mean()
        far = np.where(is_dry, np.hypot(world.shelters.x - x, world.shelters.y - y), np.inf)
        nodes.append(str(world.roads.node_ids[int(world.shelters.drive_node[int(np.argmin(far))])]))
    return nodes


def _are_high(zones: list[str], wet: Set[str], safe: Set[str]) -> bool:
    """Return whether some of these zones are flooded, and all of them are high enough."""
    return not wet.isdisjoint(zones) and safe >= set(zones)
