"""What must hold between the register, the zones and how people behave."""

from collections.abc import Iterator

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import Loc
from evacsim.scenario.parts import Parts
from evacsim.scenario.references import unmatched_zones


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in who is there and who is on the lists."""
    if parts.whole is None:
        return
    who = parts.whole.plan.who
    loc: Loc = ("plan", "who")
    for number, resettled in enumerate(who.resettled):
        yield from unmatched_zones(parts, (*loc, "resettled", number, "zones"), resettled.zones)
    for number, known in enumerate(() if who.lists is None else who.lists.zones):
        yield from unmatched_zones(parts, (*loc, "lists", "zones", number, "zones"), known.zones)
    readiness = parts.whole.plan.readiness
    for number, sheet in enumerate(() if readiness is None else readiness.villages):
        yield from unmatched_zones(parts, ("plan", "readiness", "villages", number, "zones"), sheet.zones)
    population = parts.whole.district.population
    visited = [zone.id for zone in parts.whole.district.zones if zone.visitors_day or zone.visitors_night]
    if visited and population.visitors is None:
        rule = Text(
            f"visitors are in {visited[0]}, and nothing says what they are like",
            f"{visited[0]} 有外来人员，但没有说明其特征",
        )
        remedy = Text(
            "write `visitors: {}` for the assumed values, or values of your own",
            "写 `visitors: {}` 采用假定值，或填写实际值",
        )
        yield Finding(("district", "population", "visitors"), rule, remedy)
    groups = population.groups
    if groups is not None:
        total = groups.elderly_alone + groups.disabled + groups.pregnant + groups.left_behind
        if total > 1 + 1e-9:
            rule = Text(f"the shares add up to {total:g}, more than 1", f"各比例之和 {total:g} 大于 1")
            yield Finding(
                ("district", "population", "groups"), rule, Text("lower one of them", "调低其中一个")
            )
