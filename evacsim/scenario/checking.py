"""What must hold between the parts of a scenario: everything that no section can know by itself."""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from itertools import chain

from evacsim.clock import seconds_after, write_moment
from evacsim.errors import EvacsimError, Issue
from evacsim.language import Text
from evacsim.scenario import (
    checking_care,
    checking_command,
    checking_communication,
    checking_rescue,
    checking_travel,
    checking_warning,
    checking_when,
    checking_who,
    checking_works,
)
from evacsim.scenario.care import Space
from evacsim.scenario.district import Shelter
from evacsim.scenario.finding import Finding
from evacsim.scenario.gauges import read_stages
from evacsim.scenario.given import Loc, joined
from evacsim.scenario.hazard import Gauge
from evacsim.scenario.matching import matching
from evacsim.scenario.model import Scenario
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.parts import Parts, parts_of
from evacsim.scenario.placing import misplaced
from evacsim.scenario.plan import RoadOrder, Whereto, ZoneTransfer
from evacsim.scenario.references import KINDS, unknown
from evacsim.units import write_duration


def check(scenario: Scenario) -> list[Issue]:
    """Return everything that is wrong or doubtful in a scenario, read from files or built in a notebook.

    Places are paths such as `plan.zones[3].shelter`; the tables of the gauges are read, the road
    network and the water are not.
    """
    parts = parts_of(scenario)
    issues = [
        Issue(scenario.id, rule, remedy, reduce(joined, loc, ""), None, value, severity)
        for loc, rule, remedy, value, severity in found(parts)
    ]
    return issues + gauge_issues(parts)


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful between the parts of a scenario."""
    return chain(
        _repeated_ids(parts),
        misplaced(parts),
        _named_zones(parts),
        _unknown_names(parts),
        _orders(parts),
        _travel(parts),
        _moments(parts),
        _ages(parts),
        _unused_speeds(parts),
        _room(parts),
        checking_when.found(parts),
        checking_command.found(parts),
        checking_communication.found(parts),
        checking_warning.found(parts),
        checking_who.found(parts),
        checking_travel.found(parts),
        checking_care.found(parts),
        checking_rescue.found(parts),
        checking_works.found(parts),
    )


def gauge_issues(parts: Parts) -> list[Issue]:
    """Return what is wrong with the tables of the gauges, and triggers that no stage in them reaches."""
    issues: list[Issue] = []
    if parts.start is None:
        return issues
    for entry in parts.gauges:
        try:
            stages = read_stages(entry.item, start=parts.start)
        except EvacsimError as error:
            issues += error.issues
        else:
            issues += _unreached(entry.item, float(stages.stages.max()), parts)
    return issues


def _unreached(gauge: Gauge, highest: float, parts: Parts) -> Iterator[Issue]:
    named: list[tuple[ZoneTransfer | RoadOrder, str]] = [
        (entry.item, entry.item.zone) for entry in parts.transfers
    ]
    named += [(entry.item, ", ".join(entry.item.links[:3])) for entry in parts.orders]
    for item, what in named:
        stage = item.trigger_stage
        if item.trigger_gauge == gauge.id and stage is not None and stage > highest:
            rule = Text(
                f"never reaches {stage:g} m, which is to trigger {what} (highest: {highest:g} m)",
                f"未达到 {what} 的触发水位 {stage:g} m（最高 {highest:g} m）",
            )
            remedy = Text("check the trigger stage and the gauge's datum", "检查触发水位和水文站基面")
            yield Issue(gauge.series, rule, remedy, gauge.id, severity="warning")


def _repeated_ids(parts: Parts) -> Iterator[Finding]:
    for kind, entries in parts.lists().items():
        first: dict[str, Loc] = {}
        for entry in entries:
            if entry.item.id in first:
                number = first[entry.item.id][-1]
                rule = Text(
                    f"names a {KINDS[kind].en} for the second time (first: {kind}[{number}])",
                    f"{KINDS[kind].zh}的 id 重复（首次：{kind}[{number}]）",
                )
                remedy = Text("give each an id of its own", "每个用不同的 id")
                yield Finding((*entry.loc, "id"), rule, remedy, entry.item.id)
            first.setdefault(entry.item.id, entry.loc)


def _named_zones(parts: Parts) -> Iterator[Finding]:
    """Yield lines of the plan that name no zone, or one that another line names."""
    ids = parts.known["zones"]
    if ids is None:
        return
    ordered = dict.fromkeys(sorted(ids))
    line_of: dict[str, int | str] = {}
    for entry in parts.transfers:
        zone = entry.item.zone
        named = matching(zone, ordered)
        if not named:
            rule = Text("the district has no such zone", "地区内没有这个转移单元")
            if "*" in zone:
                rule = Text("matches no zone of the district", "没有匹配的转移单元")
            yield Finding((*entry.loc, "zone"), rule, suggestion(zone, ids), zone)
        twice = [id_ for id_ in named if id_ in line_of]
        if twice:
            rule = Text(
                f"names {twice[0]} again (first in zones[{line_of[twice[0]]}])",
                f"重复指定 {twice[0]}（首次在 zones[{line_of[twice[0]]}]）",
            )
            remedy = Text("name each zone in one line of the plan", "每个转移单元只在一行中指定")
            yield Finding((*entry.loc, "zone"), rule, remedy, zone)
        line_of |= {id_: entry.loc[-1] for id_ in named if id_ not in line_of}


def _unknown_names(parts: Parts) -> Iterator[Finding]:
    """Yield what the plan names and nobody has described."""
    for entry in parts.transfers:
        transfer = entry.item
        named: list[tuple[str, Loc, str | None]] = [
            ("gauges", ("trigger_gauge",), transfer.trigger_gauge),
            ("pickup_points", ("pickup_point",), transfer.pickup_point),
            ("fleets", ("fleet",), transfer.fleet),
            *(("shelters", ("shelter", number), id_) for number, id_ in enumerate(transfer.shelter)),
        ]
        for kind, steps, id_ in named:
            yield from unknown(parts, kind, (*entry.loc, *steps), id_)
        for number, id_ in enumerate(transfer.shelter):
            if id_ in transfer.shelter[:number]:
                rule = Text("stands twice in this line", "在同一行中重复")
                yield Finding((*entry.loc, "shelter", number), rule, Text("name it once", "只写一次"), id_)


def _orders(parts: Parts) -> Iterator[Finding]:
    """Yield orders to the roads that name an unknown gauge, or a link twice, or come outside the scenario."""
    for entry in parts.orders:
        order = entry.item
        yield from unknown(parts, "gauges", (*entry.loc, "trigger_gauge"), order.trigger_gauge)
        for number, link in enumerate(order.links):
            if link in order.links[:number]:
                rule = Text("stands twice in this order", "在同一条命令中重复")
                yield Finding((*entry.loc, "links", number), rule, Text("name it once", "只写一次"), link)
        if order.at is not None and parts.start is not None and parts.duration is not None:
            at = seconds_after(parts.start, order.at)
            if not 0 <= at <= parts.duration:
                yield Finding((*entry.loc, "at"), *_outside(parts.start, parts.duration))


def _outside(start: datetime, duration: float) -> tuple[Text, Text]:
    ends = write_moment(start, duration)
    return (
        Text(f"lies outside the scenario, which ends {ends}", f"不在情景时段内（结束于 {ends}）"),
        Text("move the trigger, start, or duration", "调整触发时刻、start 或 duration"),
    )


def _travel(parts: Parts) -> Iterator[Finding]:
    """Yield lines of the plan whose people cannot travel as they are to."""
    if parts.to is None:
        return
    for entry in parts.transfers:
        bus, car = _shares(entry.item, parts.to)
        if bus + car > 1 + 1e-9:
            rule = Text(
                f"bus_share {bus:g} and car_share {car:g} together exceed 1",
                f"bus_share {bus:g} 与 car_share {car:g} 之和大于 1",
            )
            yield Finding(entry.loc, rule, Text("lower one of them", "调低其中一个"))
        for name in ("pickup_point", "fleet"):
            if bus > 0 and entry.item.moved_to == "shelter" and getattr(entry.item, name) is None:
                rule = Text(
                    f"{bus:.0%} go by bus, and there is no {name}", f"{bus:.0%} 乘车转移，但没有 {name}"
                )
                remedy = Text(f"write {name}: ..., or bus_share: 0", f"写 {name}: ...，或 bus_share: 0")
                yield Finding((*entry.loc, name), rule, remedy)


def _shares(transfer: ZoneTransfer, to: Whereto) -> tuple[float, float]:
    """Return the shares that go by bus and by car under one line of the plan."""
    bus = to.bus_share if transfer.bus_share is None else transfer.bus_share
    car = to.car_share if transfer.car_share is None else transfer.car_share
    return bus, car


def _moments(parts: Parts) -> Iterator[Finding]:
    if parts.start is None or parts.duration is None:
        return
    ends = write_moment(parts.start, parts.duration)
    for entry in parts.transfers:
        transfer = entry.item
        trigger = None if transfer.trigger_at is None else seconds_after(parts.start, transfer.trigger_at)
        deadline = None if transfer.deadline is None else seconds_after(parts.start, transfer.deadline)
        if trigger is not None and not 0 <= trigger <= parts.duration:
            yield Finding((*entry.loc, "trigger_at"), *_outside(parts.start, parts.duration))
        if deadline is not None and deadline <= (0 if trigger is None else trigger):
            rule = Text("must be later than the trigger and the start", "须晚于触发时刻和开始时间")
            yield Finding((*entry.loc, "deadline"), rule, Text("write a later moment", "写更晚的时刻"))
        elif deadline is not None and deadline > parts.duration:
            rule = Text(f"lies after the end of the scenario ({ends})", f"晚于情景结束（{ends}）")
            remedy = Text(
                f"write a duration of at least {write_duration(deadline)}",
                f"把 duration 延长到至少 {write_duration(deadline)}",
            )
            yield Finding((*entry.loc, "deadline"), rule, remedy, severity="warning")


def _ages(parts: Parts) -> Iterator[Finding]:
    if parts.population is None:
        return
    child = parts.population.child_share
    for entry in parts.zones:
        elderly = entry.item.elderly_share
        if elderly is not None and elderly + child > 1 + 1e-9:
            rule = Text(
                f"together with child_share {child:g} exceeds 1", f"与 child_share {child:g} 之和大于 1"
            )
            remedy = Text("lower one of them", "调低其中一个")
            yield Finding((*entry.loc, "elderly_share"), rule, remedy, severity="warning")


UNUSED_BY_AGE = (
    "walking_speed",
    "walking_speed_sd",
    "elderly_speed_factor",
    "child_speed_factor",
    "assisted_speed_factor",
)
"""Fields of the population that `speed_law: imo_ages` leaves unused."""


def _unused_speeds(parts: Parts) -> Iterator[Finding]:
    """Yield walking speeds that are written and not used."""
    population = parts.population
    if population is None or population.speed_law != "imo_ages":
        return
    for name in UNUSED_BY_AGE:
        if name in population.model_fields_set:
            rule = Text("is not used with speed_law: imo_ages", "speed_law: imo_ages 时不起作用")
            remedy = Text("delete it, or write speed_law: normal", "删去，或写 speed_law: normal")
            yield Finding(("district", "population", name), rule, remedy, severity="warning")


def _room(parts: Parts) -> Iterator[Finding]:
    """Yield what the report must not keep silent about: shelters and fleets that cannot hold everybody."""
    if not parts.is_whole:
        return
    shelters = [entry.item for entry in parts.shelters]
    where: Loc = ("district", "shelters")
    assert parts.whole is not None
    holds = {shelter.id: _holds(shelter, parts.whole.plan.care.space) for shelter in shelters}
    if unlimited := [id_ for id_, places in holds.items() if math.isinf(places)]:
        rule = Text(
            f"no capacity: {_some(unlimited)} can take any number",
            f"没有容量，将不限人数：{_some(unlimited)}",
        )
        yield Finding(where, rule, Text("write capacity", "写明 capacity"), severity="warning")
    if empty := [shelter.id for shelter in shelters if shelter.capacity == 0]:
        rule = Text(
            f"capacity 0: {_some(empty)} can take nobody", f"容量为 0，不能接收任何人：{_some(empty)}"
        )
        remedy = Text("write the true capacity, or leave the shelter out", "写实际容量，或去掉该安置点")
        yield Finding(where, rule, remedy, severity="warning")
    moved = _moved(parts)
    if moved is not None and not unlimited and shelters:
        room = int(sum(holds.values()))
        if moved > room:
            rule = Text(
                f"hold {room} people, {moved} are to be moved", f"共可容纳 {room} 人，需转移 {moved} 人"
            )
            remedy = Text("add shelters, or expect people without a place", "增加安置点，否则会有人无处安置")
            yield Finding(where, rule, remedy, severity="warning")


def _holds(shelter: Shelter, space: Space | None) -> float:
    """Return how many people a shelter holds on the first day, infinitely many where nothing is said."""
    places = math.inf if shelter.capacity is None else float(shelter.capacity)
    if space is None or shelter.area is None:
        return places
    return min(places, float(math.floor(shelter.area / space.emergency + 1e-9)))


def _moved(parts: Parts) -> int | None:
    """Return the people whom the plan moves; None where some lines move special groups only."""
    if any(entry.item.moved != "everyone" for entry in parts.transfers):
        return None
    people = {
        entry.item.id: entry.item.population + max(entry.item.visitors_day, entry.item.visitors_night)
        for entry in parts.zones
    }
    named = {id_ for entry in parts.transfers for id_ in matching(entry.item.zone, people)}
    return sum(people[id_] for id_ in named)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" … ({len(names)})" if len(names) > 5 else "")
