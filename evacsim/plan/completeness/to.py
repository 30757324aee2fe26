"""转到哪: are the shelters out of the water, large enough place by place, reachable, and fit to stay in."""

from collections.abc import Callable, Iterator

import numpy as np

from evacsim.language import Text
from evacsim.plan.completeness import documents as by
from evacsim.plan.completeness.check import Check, Gap, listed, naming, out_of, silent
from evacsim.plan.completeness.documents import clause
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.completeness.to_places import assigned, backup, by_township, capacity, has_towns
from evacsim.plan.completeness.to_ways import pickup_safe, pickup_walk, reachable, routes
from evacsim.scenario.care import Needs
from evacsim.scenario.district import Shelter


def _flooded(facts: Facts) -> Iterator[Gap]:
    wet = facts.wet_shelters
    if not wet:
        return
    named, depth = naming(wet, len(facts.shelters)), max(facts.shelter_depth[id_] for id_ in wet)
    places = sum(facts.places_of[id_] for id_ in wet)
    of = out_of(len(wet), len(facts.shelters), "shelters", "安置点")
    yield Gap(
        Text(
            f"{of.en} flood in this scenario, up to {depth:.1f} m above the floor{named.en}",
            f"{of.zh}位于情景淹没范围内，最深高出地坪 {depth:.1f} 米{named.zh}",
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


def _power(facts: Facts) -> Iterator[Gap]:
    without = [id_ for id_, shelter in facts.shelters.items() if not shelter.generators]
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
            facts.place_loc("shelters", without[0], "generators"),
            without,
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
        first, total, named = (
            (short + unknown)[0],
            len(facts.shelters),
            naming(short or unknown, len(facts.shelters)),
        )
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
                f"{what.en}: {facts_said.en} (one for {each} people){named.en}",
                f"{what.zh}：{facts_said.zh}（每 {each} 人 1 个）{named.zh}",
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
        reachable,
    ),
    Check(
        "to.capacity",
        "to",
        "blocker",
        clause(by.FIVE_LINKS, "dry shelters have a place for everybody", "淹没范围外床位不少于转移人数"),
        capacity,
    ),
    Check(
        "to.capacity_by_township",
        "to",
        "blocker",
        clause(by.FIVE_LINKS, "places suffice town by town, not only in total", "分乡镇床位够用，不只看总数"),
        by_township,
        has_towns,
    ),
    Check(
        "to.assigned",
        "to",
        "blocker",
        clause(by.FIVE_LINKS, "the shelters named for a zone hold its people", "指定安置点装得下所分配的人"),
        assigned,
        lambda facts: facts.plan.to.assignment == "plan",
    ),
    Check(
        "to.backup",
        "to",
        "major",
        clause(by.USUAL, "every zone has a second shelter", "每个转移单元有备用安置点"),
        backup,
    ),
    Check(
        "to.routes",
        "to",
        "major",
        clause(
            by.OUTAGES, "two routes without a common road lead to the shelter", "到安置点有两条互不重合的路线"
        ),
        routes,
    ),
    Check(
        "to.pickup_safe",
        "to",
        "major",
        clause(by.USUAL, "pick-up points stay dry until all are out", "集合点在转移完成前不进水"),
        pickup_safe,
    ),
    Check(
        "to.pickup_walk",
        "to",
        "major",
        clause(by.USUAL, "the slowest reach the pick-up point on foot", "走得最慢的人步行可达集合点"),
        pickup_walk,
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
        silent(
            "to", "signs", Text("where signs stand along the routes and at the shelters", "路线和安置点标识")
        ),
    ),
    Check(
        "to.cards",
        "to",
        "minor",
        clause(by.TEN_THINGS, "every household has a card", "明白卡发放到户"),
        silent("to", "cards", Text("who brings a card to every household", "明白卡发放情况")),
    ),
)
"""The checks of this link."""
