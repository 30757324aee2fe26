"""What must hold between channels, teams, and who sends and sends for them."""

from collections.abc import Collection, Iterator, Sequence

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching
from evacsim.scenario.organizers import Officer
from evacsim.scenario.parts import Parts
from evacsim.scenario.references import unknown, unmatched_zones


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in how the word reaches the people."""
    for channel in parts.channels:
        yield from unknown(parts, "offices", (*channel.loc, "operator"), channel.item.operator)
        yield from unmatched_zones(parts, (*channel.loc, "zones"), channel.item.zones)
    for coverage in parts.coverage:
        yield from unknown(parts, "channels", (*coverage.loc, "channel"), coverage.item.channel)
        yield from unmatched_zones(parts, (*coverage.loc, "zones"), coverage.item.zones)
    for officer in parts.officers:
        yield from unknown(parts, "offices", (*officer.loc, "office"), officer.item.office)
        yield from unmatched_zones(parts, (*officer.loc, "zones"), officer.item.zones)
    if parts.whole is not None and parts.officers and parts.whole.plan.organize.door_to_door is None:
        rule = Text("is needed: there are officers", "必须写明：已有 officers")
        yield Finding(
            ("plan", "organize", "door_to_door"), rule, Text("write door_to_door: {}", "写 door_to_door: {}")
        )
    if parts.channels or parts.officers:
        yield from _gaps(parts)
        yield from _unused_law(parts)
    yield from _coverage(parts)
    yield from _out_of_reach(parts)


def _gaps(parts: Parts) -> Iterator[Finding]:
    """Yield zones of the plan in which nobody hears of the order, or to which no team goes."""
    ids = parts.known["zones"]
    if ids is None:
        return
    over = {id_ for channel in parts.channels for id_ in _matched(channel.item.zones, ids)}
    visited = {id_ for officer in parts.officers for id_ in _goes_to(officer.item, parts, ids)}
    for transfer in parts.transfers:
        zones = sorted(matching(transfer.item.zone, ids))
        for zone in [zone for zone in zones if zone not in over | visited]:
            rule = Text(
                f"neither a channel nor a team reaches zone {zone}: nobody there hears of the order",
                f"没有预警渠道或工作组覆盖转移单元 {zone}：指令到不了户",
            )
            remedy = Text("add a channel or a team", "增加预警渠道或工作组")
            yield Finding((*transfer.loc, "zone"), rule, remedy, zone, "warning")
        if not parts.officers:
            continue
        for zone in [zone for zone in zones if zone in over - visited]:
            rule = Text(f"no team goes to zone {zone}", f"没有工作组负责转移单元 {zone}")
            remedy = Text(
                "name a team, or leave the gap for the report", "指定工作组，或作为缺口留待报告指出"
            )
            yield Finding((*transfer.loc, "zone"), rule, remedy, zone, "warning")


def _unused_law(parts: Parts) -> Iterator[Finding]:
    """Yield laws of time that channels and teams take the place of."""
    rule = Text("is not used: channels and teams take its place", "不起作用：已由预警渠道和工作组代替")
    remedy = Text("leave it out", "请去掉")
    if parts.whole is not None and "relay_time" in parts.whole.plan.organize.model_fields_set:
        yield Finding(("plan", "organize", "relay_time"), rule, remedy, severity="warning")
    for transfer in parts.transfers:
        if transfer.item.relay_time is not None:
            yield Finding((*transfer.loc, "relay_time"), rule, remedy, severity="warning")


def _coverage(parts: Parts) -> Iterator[Finding]:
    """Yield reaches of channels in zones that these do not cover."""
    ids = parts.known["zones"]
    covered = {} if ids is None else {c.item.id: _matched(c.item.zones, ids) for c in parts.channels}
    for entry in parts.coverage:
        for zone in sorted(
            _matched(entry.item.zones, ids or ()) - covered.get(entry.item.channel, set(ids or ()))
        ):
            rule = Text(f"the channel does not cover zone {zone}", f"该渠道不覆盖转移单元 {zone}")
            remedy = Text("add it to the zones of the channel", "写入该渠道的 zones")
            yield Finding((*entry.loc, "zones"), rule, remedy, zone)


def _out_of_reach(parts: Parts) -> Iterator[Finding]:
    """Yield teams that go nowhere, and teams and channels whose office never has an order for their zones."""
    ids = parts.known["zones"]
    if ids is None or not parts.offices:
        return
    known = {entry.item.id for entry in parts.offices}
    for officer in parts.officers:
        if officer.item.office not in known:
            continue
        below = _below(officer.item.office, parts, ids)
        going = _goes_to(officer.item, parts, ids)
        if not going:
            rule = Text("goes to no zone", "没有负责的转移单元")
            remedy = Text("name its zones, or an office that has some", "写明 zones，或改写有辖区的机构")
            yield Finding(officer.loc, rule, remedy, officer.item.id)
        for zone in sorted(going - below):
            yield _never_has_it((*officer.loc, "zones"), officer.item.office, zone)
    for channel in parts.channels:
        operator = channel.item.operator
        if operator in known and not _below(operator, parts, ids) & _matched(channel.item.zones, ids):
            yield _never_has_it((*channel.loc, "operator"), operator, ", ".join(channel.item.zones))


def _never_has_it(loc: Loc, office: str, zone: str) -> Finding:
    rule = Text(
        f"{office} never has an order for zone {zone}, which is not below it",
        f"{office} 不会收到转移单元 {zone} 的指令：不在其辖下",
    )
    return Finding(loc, rule, Text("name an office above the zone", "改写该单元的上级机构"), zone)


def _goes_to(officer: Officer, parts: Parts, ids: Collection[str]) -> set[str]:
    """Return the zones that a team goes to: its own, or those that its office has itself."""
    if officer.zones:
        return _matched(officer.zones, ids)
    own = [entry.item.zones for entry in parts.offices if entry.item.id == officer.office]
    return {id_ for patterns in own for id_ in _matched(patterns, ids)}


def _below(office: str, parts: Parts, ids: Collection[str]) -> set[str]:
    """Return the zones of an office and of all offices below it."""
    offices, found = {office}, True
    while found:
        more = {entry.item.id for entry in parts.offices if entry.item.parent in offices} - offices
        offices |= more
        found = bool(more)
    return {
        id_ for entry in parts.offices if entry.item.id in offices for id_ in _matched(entry.item.zones, ids)
    }


def _matched(patterns: Sequence[str], ids: Collection[str]) -> set[str]:
    return {id_ for pattern in patterns for id_ in matching(pattern, ids)}
