"""One unit more or less of what holds people up: a registration desk of a shelter, a lane of a road (边际价值).

What the last unit is worth shows by taking it away, what the next one would be worth by adding it. Tried are a few
places alone, those that most is asked of for what they have; each costs as many runs as any other lever.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.running import simulate
from evacsim.language import Text
from evacsim.plan.lever import Cost, Lever, Proposal, Situation, moment
from evacsim.scenario.matching import transfers_by_zone
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import RoadOrder
from evacsim.world.building import build_world
from evacsim.world.columns import World
from evacsim.world.ways import opposite_links

PLACES = 3
"""Shelters, and roads, of which a unit more and one less is tried (assumed: two variants each)."""


class Road(NamedTuple):
    """A road from one junction to the next, with the same lanes all the way."""

    links: tuple[str, ...]
    """Ids of its links, both directions."""
    name: str
    """Name, with the id of its first link."""
    lanes: float
    """Lanes in each direction."""
    length: float
    """Length of one direction [m]."""


def busiest_desks(scenario: Scenario) -> list[str]:
    """Return the shelters whose desks have most people to register, by the plan's first choices.

    Where the plan names no shelter, by the places there are; by everybody where a shelter has no limit.
    """
    people = {zone.id: zone.population for zone in scenario.district.zones}
    sent: dict[str, int] = defaultdict(int)
    for zone, row in transfers_by_zone(scenario).items():
        if row.shelter and row.moved_to == "shelter":
            sent[row.shelter[0]] += people[zone]
    everybody = sum(people.values())
    each = {
        one.id: (sent[one.id] if sent else everybody if one.capacity is None else one.capacity)
        / min(one.desks, one.staff or one.desks)
        for one in scenario.district.shelters
    }
    asked = [id_ for id_ in each if each[id_] > 0]
    return sorted(asked, key=lambda id_: (-each[id_], id_))[:PLACES]


def desk(shelter: str, number: int, cost: Cost) -> Lever:
    """Return the lever that gives a shelter some desks more, each with somebody who sits at it, or takes some."""

    def propose(situation: Situation) -> Proposal | Text:
        there = next(one for one in situation.scenario.district.shelters if one.id == shelter)
        now = min(there.desks, there.staff or there.desks)
        if now + number < 1:
            return Text("the shelter would have no desk left", "安置点将没有登记台")
        changes = {f"district.shelters[{shelter}].desks": now + number}
        if there.staff is not None and there.staff < now + number:
            changes[f"district.shelters[{shelter}].staff"] = now + number
        told = f"{now} -> {now + number}"
        return Proposal(changes, number, Text(f"desks {told}", f"登记台 {told}"))

    name = Text(
        f"shelter {shelter}: {number:+d} registration desk",
        f"安置点 {shelter} {_more(number)} {abs(number)} 个登记台",
    )
    return Lever(f"desk-{shelter}{number:+d}", name, cost, propose)


def busiest_roads(scenario: Scenario, seed: int) -> list[Road]:
    """Return the roads that most vehicles enter in one run for what they carry, each from junction to junction."""
    world = build_world(scenario)
    links = simulate(world, seed=seed).tables["links"]
    with np.errstate(divide="ignore", invalid="ignore"):
        pressure = links["vehicles"].to_numpy(np.float64) / world.roads.capacity
    stretch, roads = _stretches(world), list[Road]()
    taken = set[int]()
    for row in np.argsort(-np.nan_to_num(pressure), kind="stable").tolist():
        if len(roads) == PLACES or not pressure[row] > 0:
            break
        if row not in taken:
            rows = stretch(row)
            taken.update(rows)
            roads.append(_road(world, row, rows))
    return roads


def lane(road: Road, number: int, cost: Cost) -> Lever:
    """Return the lever that gives a road some lanes more in each direction, from the start, or takes some.

    Lanes change what the road lets through, not how many vehicles find room on it.
    """
    links = set(road.links)

    def propose(situation: Situation) -> Proposal | Text:
        orders = situation.scenario.plan.controls
        if any(links & set(one.links) and one.order in ("capacity", "reverse", "open") for one in orders):
            return Text("the plan itself changes the lanes of this road", "预案已对该路段的车道作出安排")
        lanes = road.lanes + number
        if lanes < 1:
            return Text("the road would have no lane left", "该路段将没有车道")
        there = [one.model_dump(exclude_unset=True) for one in orders]
        order = RoadOrder(links=list(road.links), order="capacity", at=moment(0.0), lanes=lanes)
        kilometers = road.length / 1000
        told = f"{road.lanes:g} -> {lanes:g}"
        return Proposal(
            {"plan.controls": [*there, order.model_dump(exclude_unset=True)]},
            2 * number * kilometers,
            Text(
                f"lanes {told} in each direction, {kilometers:.1f} km",
                f"单向车道 {told}，双向，{kilometers:.1f} 公里",
            ),
        )

    name = Text(
        f"road {road.name}: {number:+d} lane in each direction",
        f"道路 {road.name} 每个方向{_more(number)} {abs(number)} 条车道",
    )
    return Lever(f"lane-{road.links[0]}{number:+d}", name, cost, propose)


def _more(number: int) -> str:
    return "增加" if number > 0 else "减少"


def _road(world: World, row: int, rows: Sequence[int]) -> Road:
    ids, roads = world.roads.link_ids, world.roads
    name = f"{roads.name[row]} ({ids[row]})" if roads.name[row] else ids[row]
    others = [one for one in rows if one != row]
    begins = {(int(roads.from_node[one]), int(roads.to_node[one])) for one in rows}
    is_both = all((to, start) in begins for start, to in begins)
    length = float(roads.length[list(rows)].sum()) / (2 if is_both else 1)
    return Road((ids[row], *(ids[one] for one in others)), name, float(roads.lanes[row]), length)


def _stretches(world: World) -> Callable[[int], list[int]]:
    """Return what gives the links of the road of a link: as far as the next junctions, with the same lanes."""
    roads = world.roads
    drive = np.unique(world.ways.link[~world.ways.is_footway]).astype(np.int64)
    found = opposite_links(roads.from_node[drive], roads.to_node[drive], roads.length[drive])
    back: NDArray[np.int64] = np.full(len(roads.link_ids), -1)
    back[drive] = np.where(found >= 0, drive[found], -1)
    at: dict[int, set[int]] = defaultdict(set)
    for row in drive.tolist():
        one = row if back[row] < 0 else min(row, int(back[row]))  # both directions count once
        at[int(roads.from_node[row])].add(one)
        at[int(roads.to_node[row])].add(one)

    def stretch(row: int) -> list[int]:
        ends = [row if back[row] < 0 else min(row, int(back[row]))]
        road = set(ends)
        while ends:
            one = ends.pop()
            for node in (int(roads.from_node[one]), int(roads.to_node[one])):
                other = at[node] - {one}
                if len(other) != 1:
                    continue  # a junction, or the end of the road
                (next_,) = other
                is_alike = roads.lanes[next_] == roads.lanes[one] and (back[next_] < 0) == (back[one] < 0)
                if is_alike and next_ not in road:
                    road.add(next_)
                    ends.append(next_)
        return sorted(road | {int(back[one]) for one in road if back[one] >= 0})

    return stretch
