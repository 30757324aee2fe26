"""What must hold between rules, levels, measures, gauges, forecasts and danger signs."""

from collections.abc import Iterator, Sequence

from evacsim.clock import seconds_after
from evacsim.language import Text
from evacsim.scenario.district import WORKPLACES
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching
from evacsim.scenario.parts import Entry, Parts
from evacsim.scenario.references import unknown, unknown_in, unmatched, unmatched_zones
from evacsim.scenario.rules import Measure


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in what sets off the transfer."""
    yield from _rules(parts)
    yield from _levels(parts)
    yield from _measures(parts)
    for breaker in parts.breakers:
        yield from unknown_in(parts, "rules", (*breaker.loc, "rules"), breaker.item.rules)
        yield from unknown_in(parts, "measures", (*breaker.loc, "measures"), breaker.item.measures)
    for transfer in parts.transfers:
        yield from unknown_in(parts, "rules", (*transfer.loc, "rules"), transfer.item.rules)
    yield from _forecasts(parts)
    yield from _people(parts)
    yield from _commands(parts)
    yield from _controls(parts)
    for danger in parts.dangers:
        yield from unmatched_zones(parts, (*danger.loc, "zones"), danger.item.zones)
    for gauge in parts.gauges:
        site = None if gauge.item.report is None else gauge.item.report.site
        yield from unknown(parts, "sites", (*gauge.loc, "report", "site"), site)
        yield from unknown(parts, "gauges", (*gauge.loc, "downstream"), gauge.item.downstream)


def _forecasts(parts: Parts) -> Iterator[Finding]:
    named: set[str] = set()
    for forecast in parts.forecasts:
        gauge = forecast.item.gauge
        yield from unknown(parts, "gauges", (*forecast.loc, "gauge"), gauge)
        if gauge in named:
            says = Text("this gauge has forecasts already", "该站已有预报")
            remedy = Text("join the two tables", "合并为一张表")
            yield Finding((*forecast.loc, "gauge"), says, remedy, gauge)
        named.add(gauge)


def _commands(parts: Parts) -> Iterator[Finding]:
    """Yield orders of an office of the tree to zones that do not lie below it: nobody would pass them on."""
    when, ids = (None if parts.whole is None else parts.whole.plan.when), parts.known["zones"]
    if when is None or not ids or not parts.offices:
        return
    offices = {entry.item.id: entry.item for entry in parts.offices}
    by_name = {office.name: id_ for id_, office in offices.items() if office.name}
    above: dict[str, set[str]] = {}
    for id_, office in offices.items():
        line: list[str] = []
        at: str | None = id_
        while at in offices and at not in line:
            line.append(at)
            at = offices[at].parent
        for pattern in office.zones:
            for zone in matching(pattern, ids):
                above.setdefault(zone, set()).update(line)

    def outside(name: str, patterns: Sequence[str]) -> list[str]:
        office = name if name in offices else by_name.get(name)
        zones = {zone for pattern in patterns for zone in matching(pattern, ids)}
        return sorted(zone for zone in zones if office and zone in above and office not in above[zone])

    orders: list[tuple[Loc, str, Sequence[str]]] = [
        ((*row.loc, "decided_by"), row.item.decided_by or when.decided_by, [row.item.zone])
        for row in parts.transfers
    ]
    issuers = [(name, level.office or when.decided_by) for level in when.levels for name in level.measures]
    issuers += [(name, when.decided_by) for breaker in when.breakers for name in breaker.measures]
    for entry in parts.measures:
        measure = entry.item
        if measure.action in ("evacuate", "disperse"):
            by = dict.fromkeys(measure.office or issuer for name, issuer in issuers if name == measure.id)
            orders += [(entry.loc, issuer, measure.zones) for issuer in by]
    for loc, name, patterns in orders:
        if left := outside(name, patterns):
            rule = Text("orders zones that do not lie below it", "对不属其管辖的区域下令")
            remedy = Text(
                f"name an office above {', '.join(left[:5])}", f"写 {'、'.join(left[:5])} 的上级机构"
            )
            yield Finding(loc, rule, remedy, name)


def _people(parts: Parts) -> Iterator[Finding]:
    """Yield what needs people on duty where no office has any."""
    if parts.known["offices"] != frozenset():
        return
    rule = Text("needs people of an office, and no offices are described", "需要机构人员，但没有描述指挥机构")
    remedy = Text(
        "write plan.organize.offices with staff, or leave it out", "写 plan.organize.offices 及 staff，或去掉"
    )
    for entry in parts.measures:
        if entry.item.staff:
            yield Finding((*entry.loc, "staff"), rule, remedy)
    for level in parts.levels:
        if level.item.consultation is not None and level.item.consultation.quorum:
            yield Finding((*level.loc, "consultation", "quorum"), rule, remedy)
    usual = None if parts.whole is None else parts.whole.plan.when.consultation
    if usual is not None and usual.quorum:
        yield Finding(("plan", "when", "consultation", "quorum"), rule, remedy)


def _controls(parts: Parts) -> Iterator[Finding]:
    """Yield orders to the roads at a stage that others only know as it is reported."""
    reported = {entry.item.id for entry in parts.gauges if entry.item.report is not None}
    for order in parts.orders:
        if order.item.trigger_gauge in reported:
            says = Text(
                "acts on the true stage of a gauge that others know as it is reported",
                "按真实水位动作，而该站水位须经测报才知",
            )
            remedy = Text(
                "write a measure `close` and an automatic stop instead", "改写为 close 措施和熔断规则"
            )
            yield Finding((*order.loc, "trigger_gauge"), says, remedy, severity="warning")


def _rules(parts: Parts) -> Iterator[Finding]:
    gauges = {entry.item.id: entry.item.kind for entry in parts.gauges}
    forecast = {entry.item.gauge for entry in parts.forecasts}
    judged = {entry.item.id for entry in parts.dangers if entry.item.can_be_judged}
    for entry in parts.rules:
        rule = entry.item
        if rule.danger in judged and rule.judged == "not_judged":
            says = Text(
                "waits for a danger that can be judged: it is never met", "所等的险情能够研判，永不成立"
            )
            remedy = Text(
                "write judged: found, or can_be_judged: no", "写 judged: found，或 can_be_judged: no"
            )
            yield Finding((*entry.loc, "judged"), says, remedy, severity="warning")
        yield from unknown(parts, "gauges", (*entry.loc, "gauge"), rule.gauge)
        yield from unknown(parts, "dangers", (*entry.loc, "danger"), rule.danger)
        kind = gauges.get(rule.gauge or "")
        if kind is not None and (kind == "rain") != (rule.kind == "rain"):
            says = Text(f"is a gauge of kind {kind}", f"该站类型为 {kind}")
            remedy = Text(
                "watch rain at rain gauges, stages at the others", "雨量站写 rain，其他站写 stage 或 rise"
            )
            yield Finding((*entry.loc, "gauge"), says, remedy, rule.gauge)
        if rule.kind == "forecast" and rule.gauge in gauges and rule.gauge not in forecast:
            says = Text("has lead, and there is no forecast of this gauge", "写了 lead，但该站没有预报")
            remedy = Text(
                "add it to hazard.forecasts, or delete lead", "在 hazard.forecasts 中补上，或删去 lead"
            )
            yield Finding((*entry.loc, "lead"), says, remedy)
        if rule.at is None or parts.start is None or parts.duration is None:
            continue
        if not 0 <= seconds_after(parts.start, rule.at) <= parts.duration:
            says = Text("lies outside the scenario", "不在情景时段内")
            yield Finding((*entry.loc, "at"), says, Text("write a moment within it", "写时段内的时刻"))


def _levels(parts: Parts) -> Iterator[Finding]:
    named: set[tuple[str, str | None]] = set()
    for entry in parts.levels:
        level = entry.item
        yield from unknown_in(parts, "rules", (*entry.loc, "rules"), level.rules)
        yield from unknown_in(parts, "measures", (*entry.loc, "measures"), level.measures)
        yield from unknown(parts, "offices", (*entry.loc, "office"), level.office)
        if (level.level, level.office) in named:
            rule = Text("this office has this level already", "该机构已有这一等级")
            yield Finding((*entry.loc, "level"), rule, Text("join the two", "合并为一项"), level.level)
        named.add((level.level, level.office))
        if not level.measures:
            rule = Text("brings about nothing", "没有任何管控措施")
            yield Finding(entry.loc, rule, Text("name its measures", "写明 measures"), severity="warning")
        for rule_id in level.rules:
            watched = [rule.item.level for rule in parts.rules if rule.item.id == rule_id]
            if level.level in watched:
                says = Text("is raised by a rule that waits for this same level", "由等待同一等级的规则触发")
                yield Finding((*entry.loc, "rules"), says, Text("name another rule", "改写其他规则"), rule_id)


def _measures(parts: Parts) -> Iterator[Finding]:
    moved = {id_ for row in parts.transfers for id_ in matching(row.item.zone, parts.known["zones"] or ())}
    for entry in parts.measures:
        measure = entry.item
        if measure.action in ("evacuate", "disperse"):
            named = {id_ for zone in measure.zones for id_ in matching(zone, parts.known["zones"] or ())}
            if named - moved:
                says = Text(
                    "the plan has no row for some of these zones: nobody there goes",
                    "部分区域不在预案中，无人转移",
                )
                remedy = Text(f"add rows for {', '.join(sorted(named - moved)[:5])}", "在预案中补上这些区域")
                yield Finding((*entry.loc, "zones"), says, remedy, severity="warning")
        if measure.action == "stop":
            yield from _stop(parts, entry)
        yield from unmatched_zones(parts, (*entry.loc, "zones"), measure.zones)
        yield from unmatched(parts, "shelters", (*entry.loc, "shelters"), measure.shelters)
        for kind in ("posts", "fleets"):
            yield from unknown_in(parts, kind, (*entry.loc, kind), getattr(measure, kind))
        yield from unknown(parts, "offices", (*entry.loc, "office"), measure.office)


def _stop(parts: Parts, entry: Entry[Measure]) -> Iterator[Finding]:
    """Yield stops of work where people live, of nothing, and with what has no part in it."""
    kinds = {zone.item.id: zone.item.kind for zone in parts.zones}
    for number, pattern in enumerate(entry.item.zones):
        named = matching(pattern, kinds)
        if named and not any(kinds[zone] in WORKPLACES for zone in named):
            says = Text(
                "people live there: no work and no school to stop",
                "为居住或收治人员的区域，无可停的工、课、业",
            )
            remedy = Text(
                f"name zones of kind {', '.join(WORKPLACES)}", f"写类型为 {'、'.join(WORKPLACES)} 的转移单元"
            )
            yield Finding((*entry.loc, "zones", number), says, remedy, pattern)
    for name in ("links", "posts", "shelters", "fleets"):
        if getattr(entry.item, name):
            says = Text(
                "has no part in action: stop: people go home by themselves",
                "与 action: stop 无关：人员自行离开",
            )
            remedy = Text(f"leave {name} out, or write a measure of its own", f"去掉 {name}，或另写一项措施")
            yield Finding((*entry.loc, name), says, remedy)
