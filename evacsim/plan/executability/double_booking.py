"""E4: nothing and nobody is counted on twice (资源重复占用), within one plan and between those of several towns."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evacsim.language import Text
from evacsim.plan.executability.case import Case
from evacsim.plan.executability.wording import number, said, some
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming
from evacsim.scenario.model import Scenario
from evacsim.scenario.transport import Fleet
from evacsim.world.columns import World

CLAUSE = Text(
    "no vehicle, place or person is counted on by two towns or for two things at once (check E4)",
    "车辆、场所和人员不得同时分配给两个乡镇或两项任务（检验项 E4）",
)


class Claim(NamedTuple):
    """A shelter to which several send people."""

    shelter: str
    people: float
    capacity: float
    claimants: tuple[str, ...]
    """Towns, or plans."""


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield what one plan counts on twice."""
    yield from _promises(workings.case)
    yield from _shelters(workings.case)
    yield from _organizers(workings.case)
    yield from _crews(workings.case)


def double_booked(plans: Sequence[tuple[Scenario, World]]) -> list[Shortcoming]:
    """Return what several plans together count on more often than there is: buses, shelters, people, teams.

    Things are the same where they have the same id. All plans are taken to be carried out in one flood.

    Parameters
    ----------
    plans : sequence of (Scenario, World)
    """
    cases = [Case(scenario, world) for scenario, world in plans]
    return [*_fleets_of(cases), *_shelters_of(cases), *_people_of(cases)]


# -- one plan --------------------------------------------------------------------------------------


def _promises(case: Case) -> Iterator[Shortcoming]:
    promised: dict[str, dict[str, int]] = defaultdict(dict)
    for promise in case.scenario.plan.to.promises:
        towns = promised[promise.fleet]
        towns[promise.township] = towns.get(promise.township, 0) + promise.vehicles
    for fleet in case.scenario.district.fleets:
        towns = promised.get(fleet.id, {})
        total = sum(towns.values())
        if total > fleet.vehicles:
            many = said(lambda lang, towns=towns: some(list(towns), lang))  # type: ignore[misc]
            yield Shortcoming(
                "E4",
                "to",
                "blocker" if len(towns) > 1 else "major",
                CLAUSE,
                Text(
                    f"{fleet.id} has {fleet.vehicles} vehicles, {total} are promised to {many.en}",
                    f"车队 {fleet.id} 共 {fleet.vehicles} 辆，却向{many.zh}承诺了 {total} 辆",
                ),
                Text(
                    f"promise {fleet.vehicles} at most, or add vehicles",
                    f"承诺总数不超过 {fleet.vehicles} 辆，或增派车辆",
                ),
                ("plan", "to", "promises"),
                (fleet.id, *towns),
                {"vehicles": fleet.vehicles, "promised": total},
            )


def _shelters(case: Case) -> Iterator[Shortcoming]:
    """Yield the shelters that several towns name first, and that hold less than all of them."""
    claims = []
    for row, (people, towns) in sorted(_assigned(case).items()):
        shelter = case.world.shelters.models[row]
        if shelter.capacity is not None and len(towns) > 1 and people > shelter.capacity:
            claims.append(Claim(shelter.id, people, shelter.capacity, tuple(sorted(towns))))
    if claims:
        yield _shelters_told(case, claims)


def _assigned(case: Case) -> dict[int, tuple[float, set[str]]]:
    """Return how many people, of which towns, are assigned to each shelter (row) first."""
    found: dict[int, tuple[float, set[str]]] = {}
    for zone in case.to_shelters:
        if case.world.transfer(zone).shelter:
            row = case.shelters_of(zone)[0]
            people, towns = found.get(row, (0.0, set()))
            town = case.world.zones.models[zone].township
            found[row] = (people + case.moved(zone).people, towns | {town})
    return found


def _shelters_told(case: Case, claims: list[Claim]) -> Shortcoming:
    worst = max(claims, key=lambda claim: (claim.people - claim.capacity, claim.shelter))
    ids = [claim.shelter for claim in claims]
    many, whose = said(lambda lang: some(ids, lang)), said(lambda lang: some(worst.claimants, lang))
    place = [shelter.id for shelter in case.scenario.district.shelters].index(worst.shelter)
    return Shortcoming(
        "E4",
        "to",
        "major",
        CLAUSE,
        Text(
            f"several send people to {many.en}, more than there is room for; worst {worst.shelter}, which holds"
            f" {number(worst.capacity)}: {whose.en} send {number(worst.people)}",
            f"{many.zh}被多方同时指定且超出容量；最突出的 {worst.shelter} 可安置 {number(worst.capacity)} 人，"
            f"{whose.zh}共安排 {number(worst.people)} 人前往",
        ),
        Text("assign one of them elsewhere", "调整其中一方的安置点"),
        ("district", "shelters", place),
        (*ids, *worst.claimants),
        {"shelters": len(ids), "people": worst.people, "capacity": worst.capacity},
    )


def _organizers(case: Case) -> Iterator[Shortcoming]:
    """Yield people who are to organize transfers in two towns, or under two offices far from each other."""
    where: dict[str, list[int]] = defaultdict(list)
    for zone in case.zones:
        name = case.world.transfer(zone).organizer.strip()
        if name:
            where[name].append(zone)
    for name, zones in sorted(where.items()):
        if len({_side(case, zone) for zone in zones}) > 1:
            yield _person(case, name, zones)


def _side(case: Case, zone: int) -> str:
    """Return the town in which somebody stands who organizes a zone, or the office where towns are not named."""
    town = case.world.zones.models[zone].township
    return town or str(int(case.world.offices.leader_of[zone]))


def _person(case: Case, name: str, zones: list[int]) -> Shortcoming:
    names = case.zone_ids(zones)
    many = said(lambda lang: some(names, lang))
    return Shortcoming(
        "E4",
        "organize",
        "major",
        CLAUSE,
        Text(
            f"{name} is to organize {many.en}, which lie in different towns",
            f"{name} 同时负责不同乡镇的{many.zh}",
        ),
        Text("name one person for each place", "每处各指定一名责任人"),
        case.loc(zones[0], "organizer"),
        (name, *names),
        {"zones": len(names)},
    )


def _crews(case: Case) -> Iterator[Shortcoming]:
    """Yield teams that have fewer people than their craft need at once."""
    for place, force in enumerate(case.scenario.district.forces):
        fleets = [fleet for fleet in case.scenario.district.fleets if fleet.force == force.id]
        needed = sum(fleet.vehicles * fleet.crew for fleet in fleets)
        if needed > force.members:
            ids = [fleet.id for fleet in fleets]
            many = said(lambda lang, ids=ids: some(ids, lang))  # type: ignore[misc]
            yield Shortcoming(
                "E4",
                "organize",
                "major",
                CLAUSE,
                Text(
                    f"{force.id} has {force.members} people, and its craft ({many.en}) take {needed}",
                    f"队伍 {force.id} 共 {force.members} 人，其艇（机）组（{many.zh}）同时需要 {needed} 人",
                ),
                Text("add people, or count on fewer craft", "增加人员，或减少同时出动的艇（机）"),
                ("district", "forces", place),
                (force.id, *ids),
                {"members": force.members, "needed": needed},
            )


# -- several plans ---------------------------------------------------------------------------------


def _fleets_of(cases: Sequence[Case]) -> Iterator[Shortcoming]:
    """Yield fleets of which several plans together count on more vehicles than there are."""
    claims: dict[str, list[tuple[Case, int]]] = defaultdict(list)
    for case in cases:
        for fleet in case.scenario.district.fleets:
            claimed = _claimed(case, fleet.id)
            if claimed:
                claims[fleet.id].append((case, claimed))
    for id_, named in sorted(claims.items()):
        total = sum(claimed for _, claimed in named)
        vehicles = max(_fleet(case, id_).vehicles for case, _ in named)
        if len(named) > 1 and total > vehicles:
            plans = [case.scenario.plan.id for case, _ in named]
            many = said(lambda lang, plans=plans: some(plans, lang))  # type: ignore[misc]
            case = named[0][0]
            place = [fleet.id for fleet in case.scenario.district.fleets].index(id_)
            yield Shortcoming(
                "E4",
                "to",
                "blocker",
                CLAUSE,
                Text(
                    f"{id_} has {vehicles} vehicles; the plans {many.en} count on {total} of them",
                    f"车队 {id_} 共 {vehicles} 辆，预案{many.zh}合计要用 {total} 辆",
                ),
                Text(
                    "share them out between the plans, or name other fleets",
                    "在各预案之间明确划分，或另行落实车辆",
                ),
                ("district", "fleets", place),
                (id_, *plans),
                {"vehicles": vehicles, "promised": total, "plans": len(plans)},
            )


def _claimed(case: Case, fleet: str) -> int:
    """Return how many vehicles of a fleet a plan counts on: those it promises, else all where anybody is to use it."""
    promised = sum(p.vehicles for p in case.scenario.plan.to.promises if p.fleet == fleet)
    if promised:
        return promised
    uses = any(
        case.world.transfer(zone).fleet == fleet and case.moved(zone).by_bus >= 0.5
        for zone in case.to_shelters
    )
    return _fleet(case, fleet).vehicles if uses else 0


def _fleet(case: Case, id_: str) -> Fleet:
    return next(fleet for fleet in case.scenario.district.fleets if fleet.id == id_)


def _shelters_of(cases: Sequence[Case]) -> Iterator[Shortcoming]:
    claims: dict[str, list[tuple[Case, float]]] = defaultdict(list)
    for case in cases:
        for row, (people, _) in sorted(_assigned(case).items()):
            claims[case.world.shelters.ids[row]].append((case, people))
    over = []
    for id_, named in sorted(claims.items()):
        case = named[0][0]
        capacity = case.world.shelters.models[case.shelter_row[id_]].capacity
        people = sum(people for _, people in named)
        if len(named) > 1 and capacity is not None and people > capacity:
            over.append(Claim(id_, people, capacity, tuple(case.scenario.plan.id for case, _ in named)))
    if over:
        yield _shelters_told(claims[over[0].shelter][0][0], over)


def _people_of(cases: Sequence[Case]) -> Iterator[Shortcoming]:
    """Yield people who organize in several plans, each of which has them in another zone."""
    claims: dict[str, dict[str, tuple[Case, int]]] = defaultdict(dict)
    for case in cases:
        for zone in case.zones:
            name = case.world.transfer(zone).organizer.strip()
            if name:
                claims[name].setdefault(case.world.zones.ids[zone], (case, zone))
    for name, zones in sorted(claims.items()):
        plans = list(dict.fromkeys(case.scenario.plan.id for case, _ in zones.values()))
        if len(plans) > 1:
            case, zone = next(iter(zones.values()))
            many = said(lambda lang, plans=plans: some(plans, lang))  # type: ignore[misc]
            yield Shortcoming(
                "E4",
                "organize",
                "major",
                CLAUSE,
                Text(f"{name} organizes in the plans {many.en}", f"{name} 在预案{many.zh}中均为责任人"),
                Text("name one person for each place", "每处各指定一名责任人"),
                case.loc(zone, "organizer"),
                (name, *plans, *zones),
                {"plans": len(plans), "zones": len(zones)},
            )
