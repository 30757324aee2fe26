"""E9: what must help does not stand in the same water (循环依赖).

A shelter that is also the base of the team, the depot of the buses or the store of its kits; a team,
a depot, a store in water before they are needed; an office whose power or telephone fails in the water
before it has its order.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from evacsim.engine.networks import NEEDS
from evacsim.language import Text
from evacsim.plan.executability.roads import Roads
from evacsim.plan.executability.wording import clock, said, some
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming
from evacsim.scenario.matching import matching
from evacsim.world.columns import Places

NEAR = 100.0
"""Distance within which two things stand at one place [m] (assumed: one yard)."""
CLAUSE = Text(
    "what must help does not go under in the flood in which it is needed (check E9)",
    "洪水中要用的场所、队伍、物资和供电通信，不得在同一场洪水中失效（检验项 E9）",
)
KINDS = {
    "shelter": Text("shelter", "安置点"),
    "force": Text("team base", "队伍驻地"),
    "fleet": Text("depot", "停车场"),
    "store": Text("store", "储备点"),
}


class Thing(NamedTuple):
    """Something that stands somewhere and must help."""

    kind: str
    id: str
    x: float
    y: float
    node: int
    """Nearest node for vehicles."""
    wet: float
    """When it is in water or shut in by it [s]; inf for never."""


@dataclass(frozen=True)
class Things:
    """All that must help, and when the water gets there."""

    workings: Workings

    @cached_property
    def all(self) -> tuple[Thing, ...]:
        """Shelters, team bases, depots, stores."""
        world, case = self.workings.case.world, self.workings.case
        limit = case.scenario.hazard.effects.bus_limit
        arrival = world.water.place_arrival(limit)
        depots = arrival[world.fleets.depth_row] if arrival.size else np.full(world.fleets.n, np.inf)
        found = [*self._of("shelter", world.shelters, case.water_at_shelters.tolist())]
        found += self._of("fleet", world.fleets, depots.tolist())
        found += self._of("force", world.forces, [np.inf] * world.forces.n)
        found += self._of("store", world.stores, [np.inf] * world.stores.n)
        return tuple(thing._replace(wet=self._wet(thing, found)) for thing in found)

    def _of(self, kind: str, places: Places[Any], wet: list[float]) -> Iterator[Thing]:
        for row, id_ in enumerate(places.ids):
            x, y = float(places.x[row]), float(places.y[row])
            yield Thing(kind, id_, x, y, int(places.drive_node[row]), wet[row])

    def _wet(self, thing: Thing, others: list[Thing]) -> float:
        """Return when a thing is in water: itself, with a neighbour, or when no road from it is open any more."""
        beside = [other.wet for other in others if is_beside(thing, other)]
        return min(thing.wet, float(self._shut_in[thing.node]), *beside)

    @cached_property
    def _shut_in(self) -> Any:
        """When the last way from each node closes to vehicles [s]; inf for never."""
        roads = Roads.of(self.workings.case.world, "bus", np.inf)
        last = np.full(roads.n_nodes, -np.inf)
        np.maximum.at(last, roads.from_node, roads.closing)
        return np.where(last < 0, np.inf, last)


def is_beside(one: Thing, other: Thing) -> bool:
    """Return whether two things stand at one place; by their nodes where they have no coordinates."""
    distance = np.hypot(one.x - other.x, one.y - other.y)
    return bool(distance <= NEAR) if np.isfinite(distance) else one.node == other.node


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield places where several things go under together, depots that go under too soon, stores, offices."""
    things = Things(workings).all
    yield from _together(workings, things)
    yield from _depots(workings, things)
    yield from _generators(workings, things)
    yield from _offices(workings)


def _together(workings: Workings, things: tuple[Thing, ...]) -> Iterator[Shortcoming]:
    """Yield places in water at which a shelter stands with what it would need, or a team with its craft or stores."""
    places: list[list[Thing]] = []
    for thing in sorted(things, key=lambda thing: (thing.kind, thing.id)):
        if np.isfinite(thing.wet):
            for place in places:
                if is_beside(place[0], thing):
                    place.append(thing)
                    break
            else:
                places.append([thing])
    groups: dict[tuple[str, ...], list[list[Thing]]] = defaultdict(list)
    for place in places:
        kinds = tuple(kind for kind in KINDS if any(thing.kind == kind for thing in place))
        if len(kinds) > 1:
            groups[kinds].append(place)
    for kinds, own in groups.items():
        ids = [thing.id for place in own for thing in place]
        soonest = min((thing.wet, thing.id) for place in own for thing in place)
        at = clock(workings.case.scenario.start, soonest[0])
        many = said(lambda lang, ids=ids: some(ids, lang))  # type: ignore[misc]
        what = said(lambda lang, kinds=kinds: " = ".join(KINDS[kind].said(lang) for kind in kinds))  # type: ignore[misc]
        yield Shortcoming(
            "E9",
            "care" if "shelter" in kinds else "organize",
            "blocker" if "shelter" in kinds else "major",
            CLAUSE,
            Text(
                f"{what.en} at one place, and the water comes there, at {len(own)} places from {at.en} on: {many.en}",
                f"{what.zh}同处一地且会进水或被围，共 {len(own)} 处，最早{at.zh}：{many.zh}",
            ),
            Text("move one of them out of the water before the flood", "汛前将其中一项移出淹没范围"),
            (
                "district",
                {"force": "forces", "fleet": "fleets", "store": "stores"}.get(kinds[-1], "shelters"),
            ),
            tuple(ids),
            {"places": len(own), "first_s": soonest[0]},
        )


def _depots(workings: Workings, things: tuple[Thing, ...]) -> Iterator[Shortcoming]:
    """Yield fleets whose depots go under before their vehicles have left for their last zone."""
    wet = {thing.id: thing.wet for thing in things if thing.kind == "fleet"}
    for row, fleet in enumerate(workings.case.world.fleets.models):
        begins = [
            workings.chains.all[zone].served_from - rounds.approach
            for zone, rounds in workings.service.rounds.items()
            if rounds.fleet == row and zone in workings.chains.all
        ]
        late = [time for time in begins if np.isfinite(time)]
        if late and wet[fleet.id] < min(late):
            at, need = (
                clock(workings.case.scenario.start, wet[fleet.id]),
                clock(workings.case.scenario.start, min(late)),
            )
            place = [model.id for model in workings.case.scenario.district.fleets].index(fleet.id)
            yield Shortcoming(
                "E9",
                "to",
                "blocker",
                CLAUSE,
                Text(
                    f"the depot of {fleet.id} is in water from {at.en} on, its vehicles set out only at {need.en}",
                    f"车队 {fleet.id} 的停车场{at.zh}进水或被围，而车辆{need.zh}才出车",
                ),
                Text("let the vehicles stand by on high ground", "提前将车辆转至高处待命"),
                ("district", "fleets", place),
                (fleet.id,),
                {"wet_s": wet[fleet.id], "leaves_s": min(late)},
            )


def _generators(workings: Workings, things: tuple[Thing, ...]) -> Iterator[Shortcoming]:
    """Yield stores whose generators stand in water."""
    wet = {thing.id for thing in things if thing.kind == "store" and np.isfinite(thing.wet)}
    stores = [
        store for store in workings.case.scenario.district.stores if store.generators and store.id in wet
    ]
    if stores:
        ids = [store.id for store in stores]
        many = said(lambda lang: some(ids, lang))
        count = sum(store.generators for store in stores)
        yield Shortcoming(
            "E9",
            "care",
            "major",
            CLAUSE,
            Text(
                f"{count} generators are in stores that the water reaches or shuts in: {many.en}",
                f"{count} 台发电机存放在会进水或被围的储备点：{many.zh}",
            ),
            Text("bring them to the shelters beforehand", "提前前置到安置点"),
            ("district", "stores"),
            tuple(ids),
            {"generators": count},
        )


def _offices(workings: Workings) -> Iterator[Shortcoming]:
    """Yield offices that go silent in the water before they have the order for a zone of theirs."""
    case, world = workings.case, workings.case.world
    if not case.scenario.district.sites:
        return
    down = _down_times(workings)
    silent: dict[str, float] = {}
    models = {office.id: office for office in case.scenario.plan.organize.offices}
    for zone in workings.chains.all:
        leader = int(world.offices.leader_of[zone])
        office = models.get(world.offices.ids[leader]) if leader >= 0 else None
        has_word = workings.chains.received(zone)
        if office is None or not np.isfinite(has_word):
            continue
        out = {
            kind: _out(workings, kind, own, world.zones.ids[zone], down)
            for kind, own in (("power", office.power_site), ("cell", office.cell_site))
        }
        lasts = [
            min((out.get(need, np.inf) for need in NEEDS[name]), default=np.inf)
            for name in office.means
            if name != "messenger"
        ]
        if lasts and max(lasts) < has_word:
            silent[office.id] = min(silent.get(office.id, np.inf), max(lasts) - has_word)
    if silent:
        ids = sorted(silent, key=lambda id_: (silent[id_], id_))
        many = said(lambda lang: some(ids, lang))
        yield Shortcoming(
            "E9",
            "organize",
            "major",
            CLAUSE,
            Text(
                f"the sites on which {len(ids)} offices depend are flooded before the order comes, so that no call gets"
                f" through: {many.en}",
                f"{len(ids)} 个机构所依赖的供电、通信站点在指令到达前已被淹，电话不通：{many.zh}",
            ),
            Text("give them satellite phones or radio, or order sooner", "配备卫星电话或对讲机，或提前下令"),
            ("plan", "organize", "offices"),
            tuple(ids),
            {"offices": len(ids), "margin_s": min(silent.values())},
        )


def _down_times(workings: Workings) -> dict[str, float]:
    """Return when each site fails in the water, itself or with the site that feeds it [s]."""
    sites, water = workings.case.world.sites, workings.case.world.water
    own = {
        site.id: float(water.place_arrival(site.floods_at)[sites.depth_row[row]])
        if len(water.times)
        else np.inf
        for row, site in enumerate(sites.models)
    }
    models = {site.id: site for site in sites.models}

    def fails(id_: str, seen: tuple[str, ...] = ()) -> float:
        site, times = models[id_], [own[id_]]
        if site.power_site is not None and site.power_site not in seen:
            times.append(
                fails(site.power_site, (*seen, id_)) + (0.0 if site.kind == "power" else site.battery)
            )
        if site.backhaul is not None and site.backhaul not in seen and site.kind != "trunked":
            times.append(fails(site.backhaul, (*seen, id_)))
        return min(times)

    return {id_: fails(id_) for id_ in models}


def _out(workings: Workings, kind: str, own: str | None, zone: str, down: dict[str, float]) -> float:
    """Return when a place is without power or network: when the last site that serves it has failed [s]."""
    if own is not None:
        return down[own]
    serving = [
        down[site.id]
        for site in workings.case.scenario.district.sites
        if site.kind == kind and any(matching(pattern, [zone]) for pattern in site.serves)
    ]
    return max(serving, default=np.inf)
