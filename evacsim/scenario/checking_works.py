"""What must hold between what is to be done, and the teams that do it."""

from collections.abc import Iterator

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.parts import Parts


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in works."""
    if parts.whole is None:
        return
    works, loc = parts.whole.plan.works, ("plan", "works")
    if works is None:
        for cut in parts.road_cuts:
            if cut.item.work is not None:
                rule = Text("means nothing without plan.works", "没有 plan.works 时不起作用")
                remedy = Text("write plan.works: {}, or leave it out", "写 plan.works: {}，或去掉")
                yield Finding((*cut.loc, "work"), rule, remedy, severity="warning")
        return
    able = [entry.item for entry in parts.forces if "clear" in entry.item.can]
    if any(cut.item.work is not None for cut in parts.road_cuts) and not able:
        rule = Text("nobody can clear roads: no team has the skill clear", "没有具备清障能力（clear）的队伍")
        remedy = Text("add a team that can to district.forces", "在 district.forces 中补充这样的队伍")
        yield Finding(loc, rule, remedy, severity="warning")
    if works.party is not None and able and works.party > max(force.members for force in able):
        rule = Text("is more people than any team has that can do works", "多于任何可作业队伍的人数")
        yield Finding((*loc, "party"), rule, Text("write fewer", "调低人数"), str(works.party))
