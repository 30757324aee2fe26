"""What must hold between offices, their zones, sites, outages and roads that are cut."""

from collections.abc import Iterator, Mapping

from evacsim.clock import seconds_after
from evacsim.language import Text
from evacsim.scenario.command import Calling, Office
from evacsim.scenario.finding import Finding
from evacsim.scenario.matching import matching
from evacsim.scenario.networks import ENDS_TOO_SOON
from evacsim.scenario.parts import Parts
from evacsim.scenario.references import unknown, unmatched_zones
from evacsim.terms import COMMAND_LEVELS

FRAIL = frozenset({"phone", "landline", "video", "messenger"})
"""Means of calling that need power or a network at both ends, or somebody who carries word."""


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in the tree of offices and the networks."""
    yield from _offices(parts)
    yield from _tree(parts)
    yield from _zones_of_offices(parts)
    yield from _means(parts)
    yield from _sites(parts)
    yield from _ways_of_sites(parts)
    yield from _reports(parts)
    yield from _assistance(parts)


def _offices(parts: Parts) -> Iterator[Finding]:
    for entry in parts.offices:
        office = entry.item
        yield from unknown(parts, "offices", (*entry.loc, "parent"), office.parent)
        yield from unknown(parts, "sites", (*entry.loc, "power_site"), office.power_site)
        yield from unknown(parts, "sites", (*entry.loc, "cell_site"), office.cell_site)
        yield from unmatched_zones(parts, (*entry.loc, "zones"), office.zones)


def _tree(parts: Parts) -> Iterator[Finding]:
    """Yield offices that are their own superiors, and those that do not stand below their parent."""
    offices = {entry.item.id: entry.item for entry in parts.offices}
    order = list(COMMAND_LEVELS)
    for entry in parts.offices:
        office, above = entry.item, set[str]()
        parent = offices.get(office.parent or "")
        if parent is not None and order.index(parent.level) > order.index(office.level):
            rule = Text(
                f"is at the level {parent.level}, below its own {office.level}",
                f"层级为 {parent.level}，低于本机构的 {office.level}",
            )
            yield Finding((*entry.loc, "parent"), rule, Text("name an office above", "写上级机构"), parent.id)
        while parent is not None and parent.id not in above:
            if parent.id == office.id:
                rule = Text("commands itself over its parents", "上级关系成环")
                yield Finding((*entry.loc, "parent"), rule, Text("cut the ring", "解除环"), office.parent)
                break
            above.add(parent.id)
            parent = offices.get(parent.parent or "")


def _zones_of_offices(parts: Parts) -> Iterator[Finding]:
    """Yield zones that two offices of one level have, and zones of the plan that no office has."""
    ids = parts.known["zones"]
    if ids is None or not parts.offices:
        return
    ordered = dict.fromkeys(sorted(ids))
    owner: dict[tuple[str, str], str] = {}
    for entry in parts.offices:
        office = entry.item
        for zone in dict.fromkeys(id_ for pattern in office.zones for id_ in matching(pattern, ordered)):
            first = owner.setdefault((office.level, zone), office.id)
            if first != office.id:
                rule = Text(f"zone {zone} belongs to {first} already", f"转移单元 {zone} 已属于 {first}")
                yield Finding((*entry.loc, "zones"), rule, Text("give it to one of them", "只归其一"), zone)
    owned = {zone for _, zone in owner}
    for transfer in parts.transfers:
        for zone in matching(transfer.item.zone, ordered):
            if zone not in owned:
                rule = Text(f"no office has zone {zone}", f"没有机构负责转移单元 {zone}")
                remedy = Text("add it to the zones of an office", "写入某机构的 zones")
                yield Finding((*transfer.loc, "zone"), rule, remedy, zone)


def _means(parts: Parts) -> Iterator[Finding]:
    """Yield offices that no call and no messenger can ever reach, and those whose only means a cut takes away.

    In a flat command whoever stands at the top calls all of them.
    """
    if parts.whole is None:
        return
    organize = parts.whole.plan.organize
    calling = organize.calling or Calling()
    offices = {entry.item.id: entry.item for entry in parts.offices}
    for entry in parts.offices:
        office, parent = entry.item, _caller(entry.item, offices, is_flat=organize.mode == "flat")
        if parent is None or "messenger" in (*parent.means, *calling.escalate):
            continue
        shared = [kind for kind in office.means if kind in parent.means]
        if not shared:
            rule = Text(
                f"shares no means of calling with {parent.id}, which calls it: it will never hear",
                f"与呼叫它的上级机构 {parent.id} 没有共同的通信手段，将始终叫不到",
            )
            remedy = Text("add one of its means", "增加上级也有的手段")
            yield Finding((*entry.loc, "means"), rule, remedy, office.id, severity="warning")
        elif parts.sites and set(shared) <= FRAIL:
            rule = Text(
                "can only be called by what fails with power or network",
                "与上级之间只有依赖供电或网络的通信手段",
            )
            remedy = Text(
                "add radio, satellite or a messenger above", "增加对讲机、卫星电话，或由上级派人通知"
            )
            yield Finding((*entry.loc, "means"), rule, remedy, office.id, severity="warning")


def _caller(office: Office, offices: Mapping[str, Office], *, is_flat: bool) -> Office | None:
    """Return the office that calls another: the one above, in a flat command the one at the top; None at the top."""
    above = [office]
    while (parent := offices.get(above[-1].parent or "")) is not None and parent not in above:
        above.append(parent)
    return None if len(above) == 1 else above[-1 if is_flat else 1]


def _ways_of_sites(parts: Parts) -> Iterator[Finding]:
    """Yield sites of the wrong kind where another is needed, and sites that depend on themselves through others."""
    sites = {entry.item.id: entry.item for entry in parts.sites}
    needs = {"power_site": ("power",), "cell_site": ("cell",), "backhaul": ("cell",)}
    for entry in (*parts.offices, *parts.sites):
        for name, usual in needs.items():
            named = sites.get(getattr(entry.item, name, None) or "")
            is_private = name == "backhaul" and getattr(entry.item, "kind", "") == "trunked"
            kinds = ("trunked", "cell") if is_private else usual
            if named is not None and named.kind not in kinds:
                rule = Text(f"is a site of kind {named.kind}", f"该站点类型为 {named.kind}")
                yield Finding(
                    (*entry.loc, name),
                    rule,
                    Text(f"name one of kind {' or '.join(kinds)}", f"写类型为 {'、'.join(kinds)} 的站点"),
                    named.id,
                )
    for entry in parts.sites:
        for name in ("power_site", "backhaul"):
            above, line = getattr(entry.item, name), [entry.item.id]
            while above in sites and above not in line:
                line.append(above)
                above = getattr(sites[above], name)
            if above == entry.item.id and len(line) > 1:
                rule = Text("depends on itself through others", "经其他站点依赖自身")
                yield Finding((*entry.loc, name), rule, Text("cut the ring", "解除环"), line[1])


def _reports(parts: Parts) -> Iterator[Finding]:
    """Yield reports that nobody can send, for there is no tree of offices."""
    if parts.whole is not None and parts.whole.plan.organize.reports is not None and not parts.offices:
        rule = Text("go up a tree of offices, and there is none", "须沿指挥机构逐级上报，而预案未列机构")
        remedy = Text(
            "write plan.organize.offices, or leave reports out", "写明 plan.organize.offices，或去掉 reports"
        )
        yield Finding(("plan", "organize", "reports"), rule, remedy)


def _sites(parts: Parts) -> Iterator[Finding]:
    for entry in parts.sites:
        site = entry.item
        yield from unmatched_zones(parts, (*entry.loc, "serves"), site.serves)
        for name in ("power_site", "backhaul"):
            yield from unknown(parts, "sites", (*entry.loc, name), getattr(site, name))
            if getattr(site, name) == site.id:
                rule = Text("depends on itself", "依赖自身")
                yield Finding((*entry.loc, name), rule, Text("name another site", "写其他站点"), site.id)
    for outage in parts.outages:
        yield from unknown(parts, "sites", (*outage.loc, "site"), outage.item.site)
    spans = [(outage.loc, outage.item.begins, outage.item.ends) for outage in parts.outages]
    spans += [(cut.loc, cut.item.begins, cut.item.ends) for cut in parts.road_cuts]
    for loc, begins, ends in spans:
        if ends is None or parts.start is None:
            continue
        if seconds_after(parts.start, ends) <= seconds_after(parts.start, begins):
            yield Finding((*loc, "ends"), *ENDS_TOO_SOON)


def _assistance(parts: Parts) -> Iterator[Finding]:
    """Yield fleets from outside that nobody can ask for or that nothing simulates, and requests to nobody."""
    if parts.whole is None:
        return
    is_asked = parts.whole.plan.organize.assistance is not None
    promised = {entry.item.fleet for entry in parts.promises}
    outside = [entry for entry in parts.fleets if entry.item.external]
    for entry in outside:
        fleet = entry.item
        if not is_asked:
            rule = Text(
                "comes when help is asked for, and the plan asks for none", "须请求支援后才来，预案未作规定"
            )
            remedy = Text("write plan.organize.assistance", "写明 plan.organize.assistance")
            yield Finding((*entry.loc, "external"), rule, remedy, fleet.id)
        if fleet.kind == "truck":
            rule = Text("is a fleet of trucks: help is simulated for buses and boats", "支援仅推演大巴和舟艇")
            yield Finding(
                (*entry.loc, "external"), rule, Text("make it one of the district", "改为本区车队"), fleet.id
            )
        if fleet.id in promised:
            rule = Text("comes from outside and cannot be promised to a town", "支援车队不能承诺给乡镇")
            yield Finding((*entry.loc, "external"), rule, Text("drop the promise", "去掉车辆承诺"), fleet.id)
    teams = [entry for entry in parts.forces if entry.item.external]
    if is_asked and not outside and not teams:
        rule = Text(
            "is asked for from nobody: no fleet or team is external",
            "没有支援力量可请求：无 external 车队、队伍",
        )
        remedy = Text("mark a fleet or a team as external", "将某车队或队伍标为 external")
        yield Finding(("plan", "organize", "assistance"), rule, remedy, severity="warning")
