"""E7: there is room where the people are, not only in total (安置容量): by town, by the plan, to the nearest."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from evacsim.language import Text
from evacsim.plan.executability.case import Case, Floats
from evacsim.plan.executability.roads import Roads
from evacsim.plan.executability.wording import number, said, some
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming

CLAUSE = Text(
    "each place has room for the people it is to take in, and still has when the water is there (check E7)",
    "每处安置容量都应满足所安排人数，扣除可能进水的安置点后仍应满足（检验项 E7）",
)
CROWDED = 1.05
"""Load above which a town is counted as well over in the figures (seen: the demonstration's own sum, S3)."""


class Load(NamedTuple):
    """People against places of one town."""

    town: str
    people: float
    places: float

    @property
    def load(self) -> float:
        """Return people for each place; inf where there is none."""
        return self.people / self.places if self.places else np.inf


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield what is too full: in towns, by the assignment, and once shelters that get water are taken out."""
    case = workings.case
    if not case.to_shelters or any(shelter.capacity is None for shelter in case.world.shelters.models):
        return
    dry = _places(case, is_wet_out=False)
    if _has_towns(case):
        yield from _by_town(workings, dry)
    yield from _by_plan(workings, dry)
    yield from _without_wet(workings)


def town_loads(case: Case, places: Floats) -> list[Load]:
    """Return the loads of all towns that have people to move, the fullest first."""
    shelters, zones = case.world.shelters.models, case.world.zones.models
    people: dict[str, float] = {}
    for zone in case.to_shelters:
        town = zones[zone].township
        people[town] = people.get(town, 0.0) + case.moved(zone).people
    loads = [
        Load(town, count, sum(float(places[row]) for row, s in enumerate(shelters) if s.township == town))
        for town, count in people.items()
    ]
    return sorted(loads, key=lambda load: (-load.load, load.town))


def nearest_loads(case: Case, places: Floats) -> Floats:
    """Return people for each place of each shelter if everybody went to the nearest by road, shape (n_shelters,)."""
    roads, shelters = Roads.of(case.world, "car", np.inf), case.world.shelters
    people = np.zeros(shelters.n)
    for zone in case.to_shelters:
        node = int(case.world.zones.drive_node[zone])
        times = [
            roads.between(node, int(end)) if places[row] else np.inf
            for row, end in enumerate(shelters.drive_node)
        ]
        if np.isfinite(times).any():
            people[int(np.argmin(times))] += case.moved(zone).people
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(people > 0, people / places, 0.0)


def assigned_loads(case: Case, places: Floats) -> tuple[Floats, float]:
    """Return how many people the plan's lists put into each shelter, and how many find no place on their own list.

    Zones fill the shelters of their list in order, in the order in which the district names the zones.
    """
    taken, left = np.zeros(case.world.shelters.n), 0.0
    for zone in case.to_shelters:
        people = case.moved(zone).people
        for row in case.shelters_of(zone):
            enters = min(people, float(places[row]) - taken[row])
            taken[row] += enters
            people -= enters
        left += people
    return taken, left


def _has_towns(case: Case) -> bool:
    """Return whether there are several towns to compare, of which zones and shelters are said to be."""
    world = case.world
    zones = {zone.township for zone in world.zones.models} - {""}
    return len(zones) > 1 and len({shelter.township for shelter in world.shelters.models} - {""}) > 1


def _places(case: Case, *, is_wet_out: bool) -> Floats:
    places = np.array([float(shelter.capacity or 0) for shelter in case.world.shelters.models])
    return np.where(np.isfinite(case.water_at_shelters), 0.0, places) if is_wet_out else places


def _by_town(workings: Workings, dry: Floats) -> Iterator[Shortcoming]:
    case = workings.case
    loads = town_loads(case, dry)
    over = [load for load in loads if load.load > 1]
    if not over:
        return
    total = sum(load.people for load in loads) / max(1.0, float(dry.sum()))
    many = said(lambda lang: some([load.town for load in over], lang))
    worst, nearest = over[0], nearest_loads(case, dry)
    n_full = int((nearest > 1).sum())
    yield Shortcoming(
        "E7",
        "to",
        "major",
        CLAUSE,
        Text(
            f"the load is {total:.2f} in total, but above 1 in {len(over)} towns ({many.en}); worst {worst.town}:"
            f" {number(worst.people)} people, {number(worst.places)} places ({worst.load:.2f}); if everybody went to"
            f" the nearest shelter, {n_full} shelters would overflow",
            f"总安置负荷率 {total:.2f}，但 {len(over)} 个乡镇超过 1（{many.zh}）；最高为 {worst.town}："
            f"{number(worst.people)} 人、{number(worst.places)} 个床位（{worst.load:.2f}）；若群众都就近前往，"
            f"{n_full} 个安置点将超员",
        ),
        Text(
            "add shelters in these towns, or assign people to neighbours with room",
            "在这些乡镇增设安置点，或跨乡镇调剂安置",
        ),
        ("district", "shelters"),
        tuple(load.town for load in over),
        {
            "total": total,
            "worst": worst.load,
            "towns": len(over),
            "towns_over_1_05": sum(load.load > CROWDED for load in loads),
            "shelters_over_nearest": n_full,
            "worst_nearest": float(nearest.max()),
        },
    )


def _by_plan(workings: Workings, dry: Floats) -> Iterator[Shortcoming]:
    """Yield that people find no place in any shelter that the plan names for them."""
    case = workings.case
    _, left = assigned_loads(case, dry)
    people = sum(case.moved(zone).people for zone in case.to_shelters)
    if left >= 1:
        yield Shortcoming(
            "E7",
            "to",
            "major",
            CLAUSE,
            Text(
                f"{number(left)} of {number(people)} people find no place in the shelters that the plan names for them",
                f"按预案指定的安置点，{number(people)} 人中有 {number(left)} 人无处安置",
            ),
            Text("name further shelters for them", "为其增列备用安置点"),
            ("plan", "zones"),
            (),
            {"people": people, "left": left},
        )


def _without_wet(workings: Workings) -> Iterator[Shortcoming]:
    case = workings.case
    wet = [row for row, at in enumerate(case.water_at_shelters) if np.isfinite(at)]
    if not wet:
        return
    places = _places(case, is_wet_out=True)
    ids = [case.world.shelters.ids[row] for row in wet]
    people = sum(case.moved(zone).people for zone in case.to_shelters)
    loads = town_loads(case, places)
    over = sum(load.load > 1 for load in loads) if _has_towns(case) else 0
    _, left = assigned_loads(case, places)
    is_short = people > places.sum()
    first = sum(
        bool(case.world.transfer(zone).shelter) and case.shelters_of(zone)[0] in wet
        for zone in case.to_shelters
    )
    if not (is_short or first or over or left >= 1):
        return  # nobody counts on them
    many = said(lambda lang: some(ids, lang))
    crowded = Text("", "")
    if over:
        crowded = Text(f", and the load is above 1 in {over} towns", f"，{over} 个乡镇超负荷")
    yield Shortcoming(
        "E7",
        "to",
        "blocker" if is_short or first else "major",
        CLAUSE,
        Text(
            f"{len(ids)} shelters get water ({many.en}), {first} zones have one as first choice; without them"
            f" {number(places.sum())} places are left for {number(people)} people{crowded.en}",
            f"{len(ids)} 个安置点会进水（{many.zh}），{first} 个转移单元以其为首选；"
            f"扣除后剩 {number(places.sum())} 个床位、需安置 {number(people)} 人{crowded.zh}",
        ),
        Text(
            "strike them out for this flood and name others on higher ground",
            "本量级洪水下停用这些安置点，另选高处安置点",
        ),
        ("district", "shelters"),
        tuple(ids),
        {
            "shelters": len(ids),
            "zones_first": first,
            "places": float(places.sum()),
            "people": people,
            "total": people / places.sum() if places.sum() else np.inf,
            "towns": over,
            "left": left,
        },
    )
