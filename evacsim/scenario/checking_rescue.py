"""What must hold between teams, their craft, and the rescue of the plan."""

from collections.abc import Iterator

from evacsim.clock import seconds_after
from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.hazard import WaterGrids
from evacsim.scenario.parts import Entry, Parts
from evacsim.scenario.references import unknown, unmatched_zones
from evacsim.scenario.rescue import Rescue
from evacsim.scenario.transport import Fleet

CRAFT = ("boat", "helicopter", "high_clearance")
CREWED = (*CRAFT, "drone")
MOST_SORTS_OF_TRUCKS = 3
"""Modes that links tell apart for trucks that wade."""
MOST_SORTS_OF_BOATS = 4
"""Of the modes that links tell apart five are left for boats; one of them is for those of whom nothing is said."""


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in teams and rescue."""
    members = {entry.item.id: entry.item.members for entry in parts.forces}
    for force in parts.forces:
        yield from unknown(parts, "offices", (*force.loc, "office"), force.item.office)
        yield from unmatched_zones(parts, (*force.loc, "zones"), force.item.zones)
    for fleet in parts.fleets:
        yield from unknown(parts, "forces", (*fleet.loc, "force"), fleet.item.force)
        if fleet.item.force is not None and fleet.item.kind not in CREWED:
            rule = Text(
                "is crewed by a team, and is no boat, helicopter, drone or high_clearance",
                "由队伍操作，但不是舟艇、直升机、无人机或涉水车",
            )
            yield Finding(
                (*fleet.loc, "force"), rule, Text("leave force out", "去掉 force"), fleet.item.force
            )
        yield from _of_boats_alone(fleet, _carriers(parts))
        if fleet.item.trailer and fleet.item.kind != "boat":
            rule = Text("is on a trailer, and is no boat", "由拖车运载，但不是舟艇")
            yield Finding((*fleet.loc, "trailer"), rule, Text("leave trailer out", "去掉 trailer"))
        if fleet.item.crew > members.get(fleet.item.force or "", fleet.item.crew):
            rule = Text(
                f"takes more people than its team has ({members[fleet.item.force or '']})",
                f"多于所属队伍的人数（{members[fleet.item.force or '']}）",
            )
            remedy = Text("lower crew, or name another team", "调低 crew，或改用其他队伍")
            yield Finding((*fleet.loc, "crew"), rule, remedy, str(fleet.item.crew))
    yield from _sorts_of_boats(parts)
    yield from _of_trucks_that_wade(parts)
    yield from _flying_weather(parts)
    if parts.whole is None:
        return
    rescue, loc = parts.whole.plan.rescue, ("plan", "rescue")
    if rescue is None:
        yield from _without_rescue(parts)
        return
    yield from _unasked(parts, rescue)
    yield from _treatment(rescue)
    yield from _tiers(parts, rescue)
    for number, one in enumerate(rescue.stand_by):
        yield from unknown(parts, "forces", (*loc, "stand_by", number, "force"), one.force)
    carriers = _carriers(parts)
    if not any(entry.item.kind in CRAFT and entry.item.id not in carriers for entry in parts.fleets):
        rule = Text(
            "has nobody to send: the district has no boat, helicopter or high_clearance truck that fetches people",
            "没有可派出救人的舟艇、直升机或涉水车",
        )
        remedy = Text("add a fleet of kind boat to district.fleets", "在 district.fleets 中补充舟艇")
        yield Finding(loc, rule, remedy, severity="warning")
    if rescue.move_up is not None and not any(entry.item.trailer for entry in parts.fleets):
        rule = Text("nobody can move up: no boat is on a trailer", "没有拖车运载的舟艇，无法补位")
        remedy = Text(
            "write trailer: true for a fleet of boats, or leave it out", "为舟艇写 trailer: true，或去掉"
        )
        yield Finding((*loc, "move_up"), rule, remedy)
    if rescue.seeking.patrol_every is not None and not any("search" in f.item.can for f in parts.forces):
        rule = Text("nobody can search: no team has this skill", "没有具备搜索能力的队伍")
        remedy = Text("add a team that can, or leave patrol_every out", "补充这样的队伍，或去掉 patrol_every")
        yield Finding((*loc, "seeking", "patrol_every"), rule, remedy)


def _tiers(parts: Parts, rescue: Rescue) -> Iterator[Finding]:
    """Yield that levels of response change nothing, and that teams of a village are not asked first."""
    own = {entry.item.id for entry in parts.forces if entry.item.zones or entry.item.township}
    crews = {entry.item.force for entry in parts.fleets if entry.item.kind in CRAFT}
    if rescue.tiers is None:
        for entry in parts.forces:
            if entry.item.zones and entry.item.id in crews:
                rule = Text(
                    "is read with plan.rescue.tiers alone: this team is not asked first",
                    "仅在预案写明 rescue.tiers 时起作用：该队不会先行处置",
                )
                remedy = Text("write plan.rescue.tiers: {}", "写 plan.rescue.tiers: {}")
                yield Finding((*entry.loc, "zones"), rule, remedy, severity="warning")
    elif not own & crews:
        rule = Text(
            "no village and no town has a team with boats, helicopters or trucks that wade: all is the district's",
            "村、镇均无配备舟艇、直升机或涉水车的队伍：全部由县级处置",
        )
        remedy = Text(
            "write zones or township for a team that crews a fleet, or leave tiers out",
            "为操作舟艇的队伍写 zones 或 township，或去掉 tiers",
        )
        yield Finding(("plan", "rescue", "tiers"), rule, remedy, severity="warning")


def _treatment(rescue: Rescue) -> Iterator[Finding]:
    """Yield treatment places of one id, and such as nobody comes to."""
    if rescue.treatment is None:
        return
    loc = ("plan", "rescue", "treatment")
    if rescue.survival is None:
        rule = Text(
            "has nobody to treat: nobody is injured without plan.rescue.survival", "没有 survival 就没有伤员"
        )
        yield Finding(loc, rule, Text("write plan.rescue.survival: {}", "写 plan.rescue.survival: {}"))
    known: set[str] = set()
    for number, place in enumerate(rescue.treatment.places):
        if place.id in known:
            rule = Text("is the id of another place", "编号与其他救治点重复")
            remedy = Text("give each an id of its own", "为每个救治点写不同编号")
            yield Finding((*loc, "places", number, "id"), rule, remedy, place.id)
        known.add(place.id)


def _of_boats_alone(fleet: Entry[Fleet], carriers: tuple[str | None, ...]) -> Iterator[Finding]:
    """Yield what is said of a fleet that only boats have, or only boats that are punctured."""
    said = fleet.item.model_fields_set
    for name in ("draught", "current_limit", "punctures"):
        if name in said and getattr(fleet.item, name) is not None and fleet.item.kind != "boat":
            rule = Text("is said of boats alone", "仅适用于舟艇")
            yield Finding((*fleet.loc, name), rule, Text(f"leave {name} out", f"去掉 {name}"))
    if fleet.item.punctures is not None and fleet.item.id in carriers:
        rule = Text("means nothing for boats that bring goods", "对运送物资的舟艇不起作用")
        yield Finding((*fleet.loc, "punctures"), rule, Text("leave punctures out", "去掉 punctures"))
    if fleet.item.punctures is None and fleet.item.patch is not None:
        rule = Text("means nothing without punctures", "没有 punctures 时不起作用")
        remedy = Text("write punctures, such as 0.015, or leave it out", "写 punctures（如 0.015），或去掉")
        yield Finding((*fleet.loc, "patch"), rule, remedy)


def _of_trucks_that_wade(parts: Parts) -> Iterator[Finding]:
    """Yield what only trucks that wade have, trucks of more sorts than roads are looked at for, and depths in doubt."""
    known: set[float] = set()
    limit = None if parts.whole is None else parts.whole.hazard.effects
    for fleet in parts.fleets:
        item = fleet.item
        if item.kind != "high_clearance":
            for name in ("wading_depth", "fetch_distance"):
                if getattr(item, name) != type(item).model_fields[name].default:
                    rule = Text(
                        "is said of trucks of kind high_clearance alone", "仅适用于 high_clearance 车辆"
                    )
                    yield Finding((*fleet.loc, name), rule, Text(f"leave {name} out", f"去掉 {name}"))
            continue
        depth = item.wading_depth
        if limit is not None:
            depth = limit.truck_limit if depth is None else depth
            if depth <= limit.bus_limit:
                rule = Text(
                    f"is no deeper than where buses stop ({limit.bus_limit:g} m)",
                    f"不大于大巴的限制水深（{limit.bus_limit:g} m）",
                )
                remedy = Text("write the depth of the data sheet, such as 0.7 m", "按车辆手册填写，如 0.7 m")
                yield Finding((*fleet.loc, "wading_depth"), rule, remedy, f"{depth:g} m", severity="warning")
        known |= {-1.0 if depth is None else depth}
        if len(known) > MOST_SORTS_OF_TRUCKS:
            rule = Text(
                f"is one more sort of trucks by wading depth than there may be ({MOST_SORTS_OF_TRUCKS})",
                f"按涉水深度划分的涉水车超过 {MOST_SORTS_OF_TRUCKS} 类",
            )
            remedy = Text("give trucks that are nearly alike the same depth", "相近的车辆写相同的涉水深度")
            yield Finding((*fleet.loc, "wading_depth"), rule, remedy, item.id)
            return


def _sorts_of_boats(parts: Parts) -> Iterator[Finding]:
    """Yield fleets of boats of more sorts than roads are looked at for, and limits that no water meets."""
    known: set[tuple[float | None, float | None]] = set()
    for fleet in parts.fleets:
        if fleet.item.kind != "boat":
            continue
        known.add((fleet.item.draught, fleet.item.current_limit))
        if len(known) > MOST_SORTS_OF_BOATS:
            rule = Text(
                f"is one more sort of boats by draught and current limit than there may be ({MOST_SORTS_OF_BOATS})",
                f"按吃水和流速限制划分的舟艇超过 {MOST_SORTS_OF_BOATS} 类",
            )
            remedy = Text(
                "give boats that are nearly alike the same two figures", "相近的舟艇写相同的两个数值"
            )
            yield Finding(fleet.loc, rule, remedy, fleet.item.id)
            return
    if parts.whole is None or not isinstance(parts.whole.hazard.water, WaterGrids):
        return
    for fleet in parts.fleets:
        if fleet.item.current_limit is not None:
            rule = Text("meets no current: grids hold depths alone", "不起作用：网格只有水深，没有流速")
            remedy = Text(
                "give the water as tables with a column velocity, or leave it out",
                "用带流速列的表给出水情，或去掉",
            )
            yield Finding((*fleet.loc, "current_limit"), rule, remedy, severity="warning")


def _unasked(parts: Parts, rescue: Rescue) -> Iterator[Finding]:
    """Yield what is doubtful about teams that come unasked."""
    unasked = [entry for entry in parts.forces if entry.item.unasked]
    if rescue.volunteers is not None and not unasked:
        rule = Text("finds nobody: no team comes unasked", "没有自发前来的队伍")
        remedy = Text("set unasked for such teams, or leave it out", "对这类队伍设 unasked，或去掉此节")
        yield Finding(("plan", "rescue", "volunteers"), rule, remedy, severity="warning")
    for entry in unasked if rescue.volunteers is None else []:
        rule = Text(
            "comes unasked, and nobody checks it in: it is sent nowhere", "自发前来而无人登记，不会被派出"
        )
        remedy = Text("write plan.rescue.volunteers: {}", "写 plan.rescue.volunteers: {}")
        yield Finding((*entry.loc, "unasked"), rule, remedy, severity="warning")
    for entry in unasked:
        if entry.item.external:
            rule = Text(
                "comes unasked, and is asked for as help from outside", "既自发前来，又列为须请求的外部支援"
            )
            remedy = Text("leave one of external and unasked out", "external 与 unasked 只留一项")
            yield Finding((*entry.loc, "unasked"), rule, remedy)


def _flying_weather(parts: Parts) -> Iterator[Finding]:
    """Yield weather of which two entries say what is so from the same moment on, and weather that meets nobody."""
    if parts.flying_weather and not any(fleet.item.kind in ("helicopter", "drone") for fleet in parts.fleets):
        rule = Text(
            "has nothing to do: the district has no helicopter and no drone", "没有直升机或无人机，不起作用"
        )
        remedy = Text(
            "add a fleet of kind helicopter or drone, or leave it out", "补充直升机或无人机，或去掉"
        )
        yield Finding(parts.flying_weather[0].loc, rule, remedy, severity="warning")
    if parts.start is None:
        return
    known: set[float] = set()
    for entry in parts.flying_weather:
        begins = seconds_after(parts.start, entry.item.begins)
        if begins in known:
            rule = Text("begins when another entry does", "与另一条的开始时间相同")
            yield Finding((*entry.loc, "begins"), rule, Text("keep one of them", "保留其中一条"))
        known.add(begins)


def _without_rescue(parts: Parts) -> Iterator[Finding]:
    """Yield what is said of craft that only rescue acts on; boats that bring supplies go on trailers too."""
    carriers = _carriers(parts)
    for fleet in parts.fleets:
        if fleet.item.kind != "boat":
            continue
        names = ("force", "punctures") if fleet.item.id in carriers else ("force", "punctures", "trailer")
        for name in names:
            if getattr(fleet.item, name):
                rule = Text("means nothing without plan.rescue", "没有 plan.rescue 时不起作用")
                remedy = Text("write plan.rescue: {}, or leave it out", "写 plan.rescue: {}，或去掉")
                yield Finding((*fleet.loc, name), rule, remedy)


def _carriers(parts: Parts) -> tuple[str | None, ...]:
    """Return the fleets of craft that bring supplies and fetch nobody."""
    supply = None if parts.whole is None else parts.whole.plan.care.supply
    return () if supply is None else (supply.boats, supply.helicopters)
