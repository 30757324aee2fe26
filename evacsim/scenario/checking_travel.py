"""What must hold between fleets, offices, refuges, and ordinary traffic."""

from collections.abc import Iterator

from evacsim.clock import seconds_after
from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.matching import matching
from evacsim.scenario.networks import ENDS_TOO_SOON
from evacsim.scenario.parts import Entry, Parts
from evacsim.scenario.plan import ZoneTransfer
from evacsim.scenario.references import unknown
from evacsim.scenario.transport import Fleet

HAS_NO_TASK = (
    Text(
        "has nothing to do without plan.rescue or plan.care.supply.helicopters",
        "没有 plan.rescue 或 plan.care.supply.helicopters 时没有任务",
    ),
    Text("write plan.rescue: {}, or leave the fleet out", "写 plan.rescue: {}，或去掉该车队"),
)
SPEED_OF_A_BUS = (
    Text("is not said, and a boat is slower than a bus", "未给出航速，舟艇比大巴慢"),
    Text("write it, such as 2.5 m/s", "请写明，例如 2.5 m/s"),
)


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in how people travel."""
    for fleet in parts.fleets:
        yield from unknown(parts, "offices", (*fleet.loc, "office"), fleet.item.office)
        if fleet.item.kind == "helicopter" and not _has_task(parts, fleet.item.id):
            yield Finding((*fleet.loc, "kind"), *HAS_NO_TASK, fleet.item.kind)
        if (
            fleet.item.kind == "high_clearance"
            and parts.whole is not None
            and parts.whole.plan.rescue is None
        ):
            rule = Text("has nothing to do without plan.rescue", "没有 plan.rescue 时没有任务")
            yield Finding((*fleet.loc, "kind"), rule, HAS_NO_TASK[1], fleet.item.kind)
        if fleet.item.kind == "drone":
            yield from _drone(parts, fleet)
        if fleet.item.kind == "boat" and "speed" not in fleet.item.model_fields_set:
            yield Finding((*fleet.loc, "speed"), *SPEED_OF_A_BUS)
    yield from _promises(parts)
    yield from _computed(parts)
    yield from _gates(parts)
    kinds = {fleet.item.id: fleet.item.kind for fleet in parts.fleets}
    for transfer in parts.transfers:
        named = transfer.item.fleet
        if named is not None and kinds.get(named, "bus") != "bus":
            rule = Text(f"is a fleet of kind {kinds[named]}", f"该车队类型为 {kinds[named]}")
            remedy = Text("name a fleet of buses; boats come unasked", "写大巴车队；舟艇无须指派")
            yield Finding((*transfer.loc, "fleet"), rule, remedy, named)
        yield from unknown(parts, "refuges", (*transfer.loc, "refuge"), transfer.item.refuge)
        yield from _routes(transfer)
        if transfer.item.moved_to == "vertical":
            yield from _low_homes(parts, transfer)
    for trips in parts.background:
        if parts.start is not None:
            begins, ends = (seconds_after(parts.start, at) for at in (trips.item.begins, trips.item.ends))
            if ends <= begins:
                yield Finding((*trips.loc, "ends"), *ENDS_TOO_SOON)


def _routes(transfer: Entry[ZoneTransfer]) -> Iterator[Finding]:
    """Yield routes that lead nobody to a shelter, or over a road twice."""
    via = transfer.item.via
    if via and transfer.item.moved_to != "shelter":
        rule = Text(
            "is the way to a shelter, and nobody of this row goes to one", "是去安置点的路线，而本行无人前往"
        )
        remedy = Text("leave via out, or write moved_to: shelter", "去掉 via，或改为 moved_to: shelter")
        yield Finding((*transfer.loc, "via"), rule, remedy)
    for number, link in enumerate(via):
        if link in via[:number]:
            rule = Text("stands in the route already", "路线中已有该路段")
            yield Finding((*transfer.loc, "via", number), rule, Text("name it once", "只写一次"), link)


def _drone(parts: Parts, fleet: Entry[Fleet]) -> Iterator[Finding]:
    """Yield what a fleet of drones has to say: their speed and wind, which are not those of buses or helicopters."""
    if parts.whole is not None and parts.whole.plan.rescue is None:
        rule = Text("has nothing to do without plan.rescue", "没有 plan.rescue 时没有任务")
        yield Finding((*fleet.loc, "kind"), rule, HAS_NO_TASK[1], fleet.item.kind)
    for name, example in (("speed", "10 m/s"), ("wind_limit", "12 m/s")):
        if name not in fleet.item.model_fields_set:
            rule = Text("is not said, and the usual one is that of others", "未给出，默认值不适用于无人机")
            yield Finding(
                (*fleet.loc, name), rule, Text(f"write it, such as {example}", f"请写明，例如 {example}")
            )


def _has_task(parts: Parts, fleet: str) -> bool:
    """Return whether a fleet of helicopters fetches people or brings supplies; yes where the scenario is not whole."""
    if parts.whole is None:
        return True
    supply = parts.whole.plan.care.supply
    return parts.whole.plan.rescue is not None or (supply is not None and supply.helicopters == fleet)


def _computed(parts: Parts) -> Iterator[Finding]:
    """Yield what the plan says about shelters though they are computed."""
    if parts.to is None or parts.to.assignment != "computed":
        return
    if parts.to.dispatch not in ("nearest", "longest_queue"):
        rule = Text(
            f"plans rounds to shelters beforehand ({parts.to.dispatch}), and assignment is computed",
            f"事先排定各趟次的安置点（{parts.to.dispatch}），而安置点分配为计算得出",
        )
        remedy = Text("write nearest or longest_queue", "改为 nearest 或 longest_queue")
        yield Finding(("plan", "to", "dispatch"), rule, remedy, parts.to.dispatch)
    named = [transfer for transfer in parts.transfers if transfer.item.shelter]
    if named:
        rule = Text(
            f"is computed: the shelters that {len(named)} rows of the plan name are not used",
            f"为计算得出：预案中 {len(named)} 行写明的安置点不被采用",
        )
        remedy = Text("leave them out, or write assignment: plan", "去掉它们，或写 assignment: plan")
        yield Finding(("plan", "to", "assignment"), rule, remedy, severity="warning")


def _gates(parts: Parts) -> Iterator[Finding]:
    """Yield roads with two gates, or with two lanes kept for rescue: what they let through together is not told."""
    done = {"gate": Text("is metered by", "控流"), "reserve": Text("has a lane kept by", "留出专用道")}
    measure_of: dict[tuple[str, str], str] = {}
    for entry in parts.measures:
        measure = entry.item
        if measure.action not in done:
            continue
        for link in measure.links:
            first = measure_of.setdefault((measure.action, link), measure.id)
            if first != measure.id:
                verb = done[measure.action]
                rule = Text(
                    f"{verb.en} {first} and {measure.id}", f"同时被 {first} 和 {measure.id} {verb.zh}"
                )
                remedy = Text("leave it to one of the two", "只保留其中一处")
                yield Finding((*entry.loc, "links"), rule, remedy, link)
        if measure.action == "reserve":
            rule = Text(
                "takes a lane from everybody, and rescue is no faster by it: its vehicles wait with the others",
                "只推演其他车辆少一条车道；救援车辆仍在普通车道排队，不因此加快",
            )
            remedy = Text(
                "read the loss of the others from it, and no gain of rescue",
                "据此只看对其他车辆的影响，不看救援提速",
            )
            yield Finding((*entry.loc, "action"), rule, remedy, measure.action, severity="warning")


def _low_homes(parts: Parts, transfer: Entry[ZoneTransfer]) -> Iterator[Finding]:
    """Yield that people are to go upstairs where homes have one floor."""
    usual = 1 if parts.whole is None else parts.whole.district.population.storeys
    zones = {entry.item.id: entry.item for entry in parts.zones}
    low = [id_ for id_ in matching(transfer.item.zone, zones) if (zones[id_].storeys or usual) < 2]
    if low and parts.whole is not None:
        rule = Text(
            f"homes of {low[0]} have one floor: there is no upstairs",
            f"{low[0]} 的住房只有一层，无法上楼避险",
        )
        remedy = Text("move them to a shelter or a refuge nearby", "改为转移到安置点或就近避险点")
        yield Finding((*transfer.loc, "moved_to"), rule, remedy, "vertical")


def _promises(parts: Parts) -> Iterator[Finding]:
    """Yield promises of what is not there, to whom nobody knows."""
    towns = {entry.item.township for entry in parts.zones}
    left = {entry.item.id: entry.item.vehicles for entry in parts.fleets}
    promised = {(entry.item.fleet, entry.item.township) for entry in parts.promises}
    for entry in parts.promises:
        promise = entry.item
        yield from unknown(parts, "fleets", (*entry.loc, "fleet"), promise.fleet)
        if parts.is_whole and promise.township not in towns:
            rule = Text("no zone belongs to this town", "没有转移单元属于该乡镇")
            remedy = Text("write it as the zones do", "与转移单元的 township 写法一致")
            yield Finding((*entry.loc, "township"), rule, remedy, promise.township)
        if promise.fleet in left:
            left[promise.fleet] -= promise.vehicles
            if left[promise.fleet] < 0:
                rule = Text(
                    f"promises {-left[promise.fleet]} vehicles more than there are left",
                    f"超出可承诺车辆 {-left[promise.fleet]} 辆",
                )
                remedy = Text("promise fewer, or expect towns without", "减少承诺，否则会有乡镇落空")
                yield Finding((*entry.loc, "vehicles"), rule, remedy, severity="warning")
    town_of = {entry.item.id: entry.item.township for entry in parts.zones}
    for transfer in parts.transfers:
        fleet, town = transfer.item.fleet, town_of.get(transfer.item.zone)
        if fleet in left and left[fleet] <= 0 and town is not None and (fleet, town) not in promised:
            rule = Text(
                f"has all its vehicles promised to others than {town or 'this town'}",
                "车辆已全部承诺给其他乡镇",
            )
            remedy = Text("promise some to it, or name another fleet", "承诺一部分车辆，或改用其他车队")
            yield Finding((*transfer.loc, "fleet"), rule, remedy, fleet)
