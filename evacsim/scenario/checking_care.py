"""What must hold between shelters, who opens them, rations, stock and who brings it."""

from collections.abc import Iterator

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching
from evacsim.scenario.parts import Parts
from evacsim.scenario.references import unknown


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in how people are cared for."""
    for entry in parts.shelters:
        yield from unknown(parts, "offices", (*entry.loc, "keeper"), entry.item.keeper)
    for stock in parts.stock:
        yield from unknown(parts, "stores", (*stock.loc, "store"), stock.item.store)
    if parts.whole is None:
        return
    care, loc = parts.whole.plan.care, ("plan", "care")
    held = {entry.item.item for entry in parts.stock}
    bought = set() if care.supply is None else {purchase.item for purchase in care.supply.purchases}
    for number, ration in enumerate(care.rations):
        if ration.item not in held | bought:
            rule = Text("no store holds it and no contract brings it", "没有储备点存有，也没有采购合同")
            remedy = Text("add it to district.stock", "写入 district.stock")
            yield Finding((*loc, "rations", number, "item"), rule, remedy, ration.item)
    yield from _space(parts, loc)
    yield from _openings(parts)
    yield from _services(parts, loc)
    yield from _returns(parts, loc)
    yield from _payloads(parts, loc)
    if care.supply is not None:
        yield from _carriers(parts, (*loc, "supply"))


OFFERED = ("toilets", "taps", "water_tank", "generators", "fuel", "medical_beds")
"""What shelters offer and only `care.needs` asks for."""


def _services(parts: Parts, loc: Loc) -> Iterator[Finding]:
    """Yield what shelters offer and nobody asks for, and fuel without a generator."""
    assert parts.whole is not None
    given = {
        name for entry in parts.shelters for name in OFFERED if getattr(entry.item, name) not in (None, 0)
    }
    if given and parts.whole.plan.care.needs is None:
        names = ", ".join(name for name in OFFERED if name in given)
        rule = Text(
            f"what shelters offer is not held against any need: {names}",
            f"未给出人均需求，安置点设施不起作用：{names}",
        )
        yield Finding((*loc, "needs"), rule, Text("add needs: {}", "补上 needs: {}"), severity="warning")
    for entry in parts.shelters:
        if entry.item.fuel is not None and entry.item.generators == 0:
            rule = Text("is for no generator", "没有发电机")
            remedy = Text("write how many generators stand there", "写明发电机台数")
            yield Finding((*entry.loc, "fuel"), rule, remedy, severity="warning")


def _space(parts: Parts, loc: Loc) -> Iterator[Finding]:
    """Yield areas that limit nobody, and stages at which people need less room than before."""
    assert parts.whole is not None
    care = parts.whole.plan.care
    if care.second_transfer_by_bus and not (care.second_transfer and care.second_transfer_before > 0):
        rule = Text(
            "no bus comes in time: nobody is moved on before the water is in",
            "进水之前不转移，车辆赶不上",
        )
        remedy = Text(
            "add second_transfer: yes and a second_transfer_before, such as 0.4 m",
            "补上 second_transfer: yes 和 second_transfer_before，例如 0.4 m",
        )
        yield Finding((*loc, "second_transfer_by_bus"), rule, remedy)
    if care.space is None:
        if any(entry.item.area is not None for entry in parts.shelters):
            rule = Text(
                "areas of shelters limit nobody: nothing is said of the area a person needs",
                "未给出人均面积，安置点面积不起作用",
            )
            remedy = Text("add space: {}", "补上 space: {}")
            yield Finding((*loc, "space"), rule, remedy, severity="warning")
        if care.second_transfer_crowded:
            rule = Text(
                "moves nobody on: no shelter is crowded without space", "未给出 space，不会有安置点超容量"
            )
            yield Finding(
                (*loc, "second_transfer_crowded"),
                rule,
                Text("add space: {}", "补上 space: {}"),
                severity="warning",
            )
    elif not care.space.emergency <= care.space.short <= care.space.long:
        rule = Text("people need less room the longer they stay", "停留越久人均面积反而越小")
        remedy = Text("let the areas grow from emergency to long", "人均面积应从紧急到长期递增")
        yield Finding((*loc, "space"), rule, remedy)


def _returns(parts: Parts, loc: Loc) -> Iterator[Finding]:
    """Yield what is doubtful in who goes home, and wrong in who stops whom."""
    assert parts.whole is not None
    care, duration = parts.whole.plan.care, parts.whole.duration
    if care.back_home is not None and care.back_home.dry_for >= duration:
        rule = Text("is no shorter than the run: nobody returns", "不短于推演时长，无人能返家")
        remedy = Text("make duration longer, or leave back_home out", "延长 duration，或去掉 back_home")
        yield Finding((*loc, "back_home", "dry_for"), rule, remedy, severity="warning")
    if care.posts and (care.going_back is None or care.going_back.share_per_day == 0):
        rule = Text("stop nobody: nobody goes back before it is allowed", "无人可劝返：未描述擅自返回")
        remedy = Text("add going_back, or leave the posts out", "补上 going_back，或去掉卡点")
        yield Finding((*loc, "posts"), rule, remedy, severity="warning")
    on: dict[str, str] = {}
    for entry in parts.posts:
        for number, link in enumerate(entry.item.links):
            if link in on:
                rule = Text(f"has a post already: {on[link]}", f"已设卡点 {on[link]}")
                remedy = Text("name each link once", "每条路段只写一次")
                yield Finding((*entry.loc, "links", number), rule, remedy, link)
            on.setdefault(link, entry.item.id)


def _carriers(parts: Parts, loc: Loc) -> Iterator[Finding]:
    """Yield fleets that are to bring supplies and cannot."""
    assert parts.whole is not None
    kinds = {entry.item.id: entry.item.kind for entry in parts.fleets}
    supply = parts.whole.plan.care.supply
    assert supply is not None
    for number, purchase in enumerate(supply.purchases):
        place = (*loc, "purchases", number)
        yield from unknown(parts, "stores", (*place, "store"), purchase.store)
        if not parts.stores and purchase.store is None:
            rule = Text(
                "arrives at a store, and the district has none", "采购物资送到储备点，而地区内没有储备点"
            )
            remedy = Text("add a store to district.stores", "在 district.stores 中增加储备点")
            yield Finding(place, rule, remedy, purchase.item)
    if supply.purchases and supply.trucks is None and supply.boats is None and supply.helicopters is None:
        rule = Text(
            "purchases arrive at a store, and nobody brings them on to the shelters",
            "采购物资只送到储备点，没有车队运往安置点",
        )
        remedy = Text(
            "name a fleet: trucks, boats or helicopters", "写明运输车队 trucks、boats 或 helicopters"
        )
        yield Finding((*loc, "purchases"), rule, remedy, severity="warning")
    for name, kind in (("trucks", "truck"), ("boats", "boat"), ("helicopters", "helicopter")):
        fleet = getattr(supply, name)
        yield from unknown(parts, "fleets", (*loc, name), fleet)
        if fleet is not None and kinds.get(fleet, kind) != kind:
            rule = Text(f"is a fleet of kind {kinds[fleet]}", f"该车队类型为 {kinds[fleet]}")
            yield Finding(
                (*loc, name), rule, Text(f"name a fleet of kind {kind}", f"写类型为 {kind} 的车队"), fleet
            )
    for entry in parts.fleets:
        if entry.item.force is not None and entry.item.id in (supply.boats, supply.helicopters):
            rule = Text(
                "brings supplies, and teams crew craft that fetch people",
                "运送物资的舟艇、直升机不由队伍操作",
            )
            yield Finding(
                (*entry.loc, "force"), rule, Text("leave force out", "去掉 force"), entry.item.force
            )


def _payloads(parts: Parts, loc: Loc) -> Iterator[Finding]:
    """Yield packages that no vehicle can carry, and payloads that limit nothing."""
    assert parts.whole is not None
    care = parts.whole.plan.care
    supply = care.supply
    carriers = () if supply is None else (supply.trucks, supply.boats, supply.helicopters)
    for entry in parts.fleets:
        payload = entry.item.payload
        if payload is None:
            continue
        weights = [ration.weight for ration in care.rations if ration.weight is not None]
        if entry.item.id not in carriers or not weights:
            rule = Text(
                "limits nothing: it brings no supplies of known weight", "不起作用：不运送已知重量的物资"
            )
            remedy = Text(
                "name it in care.supply and give rations a weight",
                "写入 care.supply，并给出 rations 的 weight",
            )
            yield Finding((*entry.loc, "payload"), rule, remedy, severity="warning")
            continue
        for number, ration in enumerate(care.rations):
            if ration.weight is not None and ration.weight * ration.package > payload * (1 + 1e-12):
                rule = Text(
                    f"a package weighs more than {entry.item.id} carries ({payload:g} kg)",
                    f"一件的重量超过 {entry.item.id} 的载重（{payload:g} kg）",
                )
                remedy = Text("lower package, or raise payload", "减小 package，或提高 payload")
                yield Finding((*loc, "rations", number, "package"), rule, remedy, f"{ration.package:g}")


def _openings(parts: Parts) -> Iterator[Finding]:
    """Yield shelters that somebody has to open and nobody ever calls for."""
    assert parts.whole is not None
    plan = parts.whole.plan
    if plan.to.assignment == "computed":
        return
    ids = dict.fromkeys(entry.item.id for entry in parts.shelters)
    called = {id_ for transfer in plan.zones for id_ in transfer.shelter}
    for entry in parts.measures:
        if entry.item.action == "open_shelters":
            called.update(id_ for pattern in entry.item.shelters for id_ in matching(pattern, ids))
    for shelter in parts.shelters:
        if shelter.item.opening is not None and shelter.item.id not in called:
            rule = Text(
                "stays locked: no row of the plan and no measure calls for it",
                "不会启用：预案中没有转移单元或措施指定该安置点",
            )
            remedy = Text(
                "name it in plan.zones or in a measure open_shelters, or leave opening out",
                "在 plan.zones 或启用安置点的措施中写明，或去掉 opening",
            )
            yield Finding((*shelter.loc, "opening"), rule, remedy, severity="warning")
