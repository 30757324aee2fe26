"""Single damages to what a plan counts on: a road cut, a shelter lost, a fleet that does not come, an office silent."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from evacsim.engine.running import simulate
from evacsim.ensemble.outages import Asked as AskedOutages
from evacsim.ensemble.outages import used_roads
from evacsim.language import Text
from evacsim.plan.lever import why_not
from evacsim.scenario.matching import matching, transfers_by_zone
from evacsim.scenario.model import Scenario
from evacsim.world.building import build_world


class Damage(NamedTuple):
    """One thing that fails from the start to the end."""

    id: str
    kind: str
    """`road`, `shelter`, `fleet`, `office` or `site`."""
    name: Text
    changes: Callable[[Scenario], Mapping[str, object]]


def damages(scenario: Scenario, *, seed: int, each: int) -> dict[str, Damage]:
    """Return single damages by id, of each kind those that concern most people, and roads that most vehicles use."""
    district, plan = scenario.district, scenario.plan
    people = {zone.id: zone.population for zone in district.zones}
    moved = transfers_by_zone(scenario)
    by_shelter, by_fleet = dict[str, int](), dict[str, int]()
    for zone, row in moved.items():
        for shelter in row.shelter[:1]:
            by_shelter[shelter] = by_shelter.get(shelter, 0) + people[zone]
        if row.fleet is not None:
            by_fleet[row.fleet] = by_fleet.get(row.fleet, 0) + people[zone]
    by_office = {
        office.id: sum(
            people[zone] for zone in {id_ for one in office.zones for id_ in matching(one, people)}
        )
        for office in plan.organize.offices
    }
    by_site = {
        site.id: sum(people[zone] for zone in {id_ for one in site.serves for id_ in matching(one, people)})
        for site in district.sites
    }
    by_shelter = {shelter.id: by_shelter.get(shelter.id, 0) for shelter in district.shelters}
    found = [
        *_roads(scenario, seed, each),
        *(_shelter(id_) for id_ in _most(by_shelter, each)),
        *(_fleet(id_) for id_ in _most(by_fleet, each)),
        *(_office(id_) for id_ in _most(by_office, each)),
        *(_site(id_) for id_ in _most(by_site, each)),
    ]
    return {one.id: one for one in found if why_not(scenario, one.changes(scenario)) is None}


def _most(people: Mapping[str, int], each: int) -> list[str]:
    return sorted(people, key=lambda id_: (-people[id_], id_))[:each]


def _roads(scenario: Scenario, seed: int, each: int) -> list[Damage]:
    world = build_world(scenario)
    roads = used_roads(world, simulate(world, seed=seed), AskedOutages(), seed)
    return [_road(links) for links in roads[:each]]


def _road(links: Sequence[str]) -> Damage:
    def changes(scenario: Scenario) -> Mapping[str, object]:
        there = [cut.model_dump(exclude_unset=True) for cut in scenario.hazard.road_cuts]
        return {"hazard.road_cuts": [*there, {"links": list(links), "begins": "T+0 s"}]}

    return Damage(f"road-{links[0]}", "road", Text(f"road {links[0]} cut", f"道路 {links[0]} 中断"), changes)


def _shelter(id_: str) -> Damage:
    changes = {f"district.shelters[{id_}].capacity": 0}
    return Damage(
        f"shelter-{id_}", "shelter", Text(f"shelter {id_} lost", f"安置点 {id_} 停用"), lambda _: changes
    )


def _fleet(id_: str) -> Damage:
    def changes(scenario: Scenario) -> Mapping[str, object]:
        fleet = next(one for one in scenario.district.fleets if one.id == id_)
        fails = "availability" if fleet.driver_comes is None else "driver_comes"
        return {f"district.fleets[{id_}].{fails}": 0}

    return Damage(f"fleet-{id_}", "fleet", Text(f"fleet {id_} does not come", f"车队 {id_} 未到位"), changes)


def _office(id_: str) -> Damage:
    changes: dict[str, object] = {f"plan.organize.offices[{id_}].means": []}
    name = Text(f"office {id_} cannot call nor be called", f"机构 {id_} 失联")
    return Damage(f"office-{id_}", "office", name, lambda _: changes)


def _site(id_: str) -> Damage:
    def changes(scenario: Scenario) -> Mapping[str, object]:
        there = [one.model_dump(exclude_unset=True) for one in scenario.hazard.outages]
        return {"hazard.outages": [*there, {"site": id_, "begins": "T+0 s"}]}

    return Damage(f"site-{id_}", "site", Text(f"site {id_} out", f"站点 {id_} 中断"), changes)
