"""转到哪, the places: do shelters hold whom they are to take, in all, town by town, and zone by zone."""

from collections.abc import Iterator

import numpy as np

from evacsim.language import Text
from evacsim.plan.completeness.check import Gap, listed, naming, out_of
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.completeness.room import left_over
from evacsim.scenario.given import Loc

TOO_FULL = 1.05
"""Load of a town's shelters above which it counts as too full (assumed: one in twenty can be squeezed in)."""


def capacity(facts: Facts) -> Iterator[Gap]:
    """Yield that dry shelters have fewer places than the plan takes people to shelters."""
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


def by_township(facts: Facts) -> Iterator[Gap]:
    """Yield towns whose own people have no room in their own shelters."""
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


def has_towns(facts: Facts) -> bool:
    """Return whether the town of every shelter and of every zone is known."""
    known = [shelter.township for shelter in facts.shelters.values()]
    return all(known) and all(facts.zones[zone].township for zone in facts.sheltered)


def _load(load: float) -> str:
    return "∞" if np.isinf(load) else f"{load:.2f}"


def assigned(facts: Facts) -> Iterator[Gap]:
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


def backup(facts: Facts) -> Iterator[Gap]:
    """Yield zones without a second shelter."""
    if facts.plan.to.assignment == "computed":
        return
    few = [zone for zone in facts.sheltered if len(facts.transfers[zone].shelter) < 2]
    if few:
        none, named = (
            sum(not facts.transfers[zone].shelter for zone in few),
            naming(few, len(facts.sheltered)),
        )
        of = out_of(len(few), len(facts.sheltered), "zones", "转移单元")
        bare = (
            Text(f", {none} of them not even one", f"，其中 {none} 个未指定安置点") if none else Text("", "")
        )
        yield Gap(
            Text(
                f"{of.en} have no second shelter{bare.en}{named.en}",
                f"{of.zh}没有备用安置点{bare.zh}{named.zh}",
            ),
            Text("name two shelters or more, first choice first", "指定两个以上安置点，按先后排列"),
            facts.row_loc(few[0], "shelter"),
            few,
            {"zones": len(few), "none": none},
        )
