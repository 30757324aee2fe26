"""What must hold between what is to be done, and the teams that do it."""

from collections.abc import Iterator, Mapping

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.forces import Skill
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.parts import Parts
from evacsim.scenario.references import unknown
from evacsim.scenario.works import CarriedPower, Repeaters

REPAIRS: Mapping[str, Skill] = {
    "power": "power",
    "cell": "comms",
    "trunked": "comms",
}
"""What a team must be able to do to repair a site, by what the site gives."""
NOBODY_CAN: Mapping[Skill, Text] = {
    "clear": Text("clear roads", "清障"),
    "bridge": Text("lay bridges", "架桥"),
    "power": Text("restore power", "电力抢修"),
    "comms": Text("restore base stations", "通信抢修"),
    "dyke": Text("hold dykes", "巡堤抢险"),
    "pump": Text("pump", "排涝"),
}


NO_DYKES: Mapping[str, tuple[Text, Text]] = {
    "dykes": (
        Text("there is no dyke in hazard.dykes", "hazard.dykes 中没有堤防"),
        Text("describe them, or leave it out", "补充堤防，或去掉"),
    ),
    "pumping": (
        Text("no dyke in hazard.dykes says its area", "hazard.dykes 中没有写明淹没面积（area）的堤防"),
        Text("write the area under water behind a dyke, or leave it out", "写明堤后淹没面积，或去掉"),
    ),
}
"""What works that have nothing to work at are told."""


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in works."""
    yield from _dykes(parts)
    if parts.whole is None:
        return
    works, loc = parts.whole.plan.works, ("plan", "works")
    needed = list(_needed(parts))
    if works is None:
        for where, _ in needed:
            rule = Text("means nothing without plan.works", "没有 plan.works 时不起作用")
            remedy = Text("write plan.works: {}, or leave it out", "写 plan.works: {}，或去掉")
            yield Finding(where, rule, remedy, severity="warning")
        return
    for name, rules in (("dykes", works.dykes), ("pumping", works.pumping)):
        if rules is not None and not _has_work(parts, name):
            yield Finding((*loc, name), *NO_DYKES[name], severity="warning")
    if works.generators is not None:
        yield from _named(parts, works.generators)
    if works.repeaters is not None:
        yield from _repeaters(parts, works.repeaters)
    asked: tuple[tuple[Skill, object], ...] = (
        ("dyke", works.dykes),
        ("pump", works.pumping),
        ("power", works.generators),
        ("comms", works.repeaters),
    )
    skills = [skill for _, skill in needed] + [skill for skill, rules in asked if rules is not None]
    able = {skill: [one.item for one in parts.forces if skill in one.item.can] for skill in skills}
    for skill, forces in able.items():
        if not forces:
            deed = NOBODY_CAN[skill]
            rule = Text(
                f"nobody can {deed.en}: no team has the skill {skill}",
                f"没有具备{deed.zh}能力（{skill}）的队伍",
            )
            remedy = Text("add a team that can to district.forces", "在 district.forces 中补充这样的队伍")
            yield Finding(loc, rule, remedy, severity="warning")
    sizes = [force.members for forces in able.values() for force in forces]
    if works.party is not None and sizes and works.party > max(sizes):
        rule = Text("is more people than any team has that can do works", "多于任何可作业队伍的人数")
        yield Finding((*loc, "party"), rule, Text("write fewer", "调低人数"), str(works.party))


def _has_work(parts: Parts, name: str) -> bool:
    """Return whether there is a dyke that can be held, or behind which one can pump."""
    return any(name == "dykes" or dyke.item.area is not None for dyke in parts.dykes)


def _needed(parts: Parts) -> Iterator[tuple[Loc, Skill]]:
    """Yield where work is said that only teams do, and what they must be able to do for it."""
    for cut in parts.road_cuts:
        if cut.item.work is not None:
            yield (*cut.loc, "work"), "clear"
        if cut.item.bridge is not None:
            yield (*cut.loc, "bridge"), "bridge"
    kinds = {site.item.id: site.item.kind for site in parts.sites}
    for outage in parts.outages:
        if outage.item.repair is not None:
            yield (*outage.loc, "repair"), REPAIRS[kinds.get(outage.item.site, "power")]
    for site in parts.sites:
        if site.item.repair is not None:
            yield (*site.loc, "repair"), REPAIRS[site.item.kind]


def _dykes(parts: Parts) -> Iterator[Finding]:
    """Yield what is wrong with dykes: their gauges, what they protect, what two of them protect."""
    groups = (parts.zones, parts.pickup_points, parts.shelters, parts.fleets, parts.sites)
    ids = list(dict.fromkeys(entry.item.id for group in groups for entry in group))
    first: dict[str, str] = {}
    for entry in parts.dykes:
        dyke = entry.item
        yield from unknown(parts, "gauges", (*entry.loc, "gauge"), dyke.gauge)
        for number, pattern in enumerate(dyke.protects):
            named = matching(pattern, ids)
            if not named:
                rule = Text("is no place that water reaches", "不是受水情影响的地点")
                yield Finding((*entry.loc, "protects", number), rule, suggestion(pattern, ids), pattern)
            twice = next((id_ for id_ in named if first.setdefault(id_, dyke.id) != dyke.id), None)
            if twice is not None:
                rule = Text(
                    f"{twice} lies behind {first[twice]} too", f"{twice} 同时位于 {first[twice]} 之后"
                )
                remedy = Text("let one dyke protect each place", "每个地点只由一处堤防保护")
                yield Finding((*entry.loc, "protects", number), rule, remedy, pattern)


def _repeaters(parts: Parts, repeaters: Repeaters) -> Iterator[Finding]:
    """Yield repeaters of a network that the plan does not have, and patterns that fit no office."""
    loc, ids = ("plan", "works", "repeaters"), [entry.item.id for entry in parts.offices]
    networks = None if parts.whole is None else parts.whole.plan.organize.networks
    if networks is None or networks.private is None:
        rule = Text(
            "means nothing without the private network of plan.organize.networks",
            "没有 plan.organize.networks.private（专网）时不起作用",
        )
        yield Finding(loc, rule, Text("describe it, or leave it out", "补充专网，或去掉"), severity="warning")
    for number, pattern in enumerate(repeaters.to):
        if not matching(pattern, ids):
            rule = Text("is no office of the plan", "不是预案中的指挥机构")
            yield Finding((*loc, "to", number), rule, suggestion(pattern, ids), pattern)


def _named(parts: Parts, power: CarriedPower) -> Iterator[Finding]:
    """Yield patterns of places for generators that fit none."""
    ids = [entry.item.id for group in (parts.shelters, parts.offices, parts.sites) for entry in group]
    for number, pattern in enumerate(power.to):
        if not matching(pattern, ids):
            rule = Text("is no shelter, office or base station", "不是安置点、指挥机构或基站")
            yield Finding(
                ("plan", "works", "generators", "to", number), rule, suggestion(pattern, ids), pattern
            )
