"""What must hold between the networks of a plan, its offices, and the base stations of the district."""

from collections.abc import Iterator

from evacsim.language import Text
from evacsim.scenario.communication import NETWORK_OF, NETWORKS, Communication
from evacsim.scenario.finding import Finding
from evacsim.scenario.parts import Parts

LOC = ("plan", "organize", "networks")
CALLED: dict[str, Text] = {
    "public": Text("public network", "公网"),
    "private": Text("private network", "专网"),
    "satellite": Text("satellite network", "卫星通信"),
}


def found(parts: Parts) -> Iterator[Finding]:
    """Yield everything that is wrong or doubtful in the networks that carry calls and reports."""
    if parts.whole is None:
        return
    networks = parts.whole.plan.organize.networks
    yield from _sites_for_nothing(parts, networks)
    if networks is None:
        return
    if not parts.offices:
        rule = Text(
            "carry calls between offices, and there are none", "用于指挥机构之间的呼叫，而预案未列机构"
        )
        remedy = Text(
            "write plan.organize.offices, or leave networks out",
            "写明 plan.organize.offices，或去掉 networks",
        )
        yield Finding(LOC, rule, remedy)
    yield from _order(networks)
    yield from _means(parts, networks)
    yield from _crews(networks, has_rescue=parts.whole.plan.rescue is not None)
    satellite = networks.satellite
    if satellite is not None and satellite.rain_limit is not None and not parts.flying_weather:
        rule = Text(
            "means nothing without rain in hazard.flying_weather", "hazard.flying_weather 没有雨强时不起作用"
        )
        remedy = Text("say the rain there, or leave it out", "补充雨强，或去掉")
        yield Finding((*LOC, "satellite", "rain_limit"), rule, remedy, severity="warning")


def _crews(networks: Communication, *, has_rescue: bool) -> Iterator[Finding]:
    """Yield that nobody asks whether crews hear, or that none of them ever can."""
    loc = (*LOC, "crews")
    if networks.crews is None:
        return
    if not has_rescue:
        rule = Text("means nothing without plan.rescue", "没有 plan.rescue 时不起作用")
        remedy = Text("write plan.rescue: {}, or leave it out", "写 plan.rescue: {}，或去掉")
        yield Finding(loc, rule, remedy, severity="warning")
    elif not any(name in networks.order and getattr(networks, name) for name in ("public", "private")):
        rule = Text(
            "no crew ever hears of a task: crews have no satellite phones",
            "没有任何艇组能收到任务：艇组不配卫星电话",
        )
        remedy = Text(
            "describe the public or the private network and name it in order, or leave crews out",
            "说明公网或专网并写入 order，或去掉 crews",
        )
        yield Finding(loc, rule, remedy)


def _order(networks: Communication) -> Iterator[Finding]:
    """Yield networks that stand twice in the order, and those that are described and never tried."""
    for number, network in enumerate(networks.order):
        if network in networks.order[:number]:
            rule = Text("stands twice in this list", "在同一列表中重复")
            yield Finding((*LOC, "order", number), rule, Text("name it once", "只写一次"), network)
    for network in NETWORKS:
        is_default = network == "public" and "public" not in networks.model_fields_set
        if network not in networks.order and getattr(networks, network) is not None and not is_default:
            called = CALLED[network]
            rule = Text(
                f"the {called.en} is not in order, so it is never tried",
                f"{called.zh}不在 order 中，不会使用",
            )
            remedy = Text("name it in order, or leave it out", "写入 order，或去掉")
            yield Finding((*LOC, network), rule, remedy, severity="warning")


def _means(parts: Parts, networks: Communication) -> Iterator[Finding]:
    """Yield means of offices whose network the plan does not describe, and networks for which no office has means."""
    lacking = {network for network in NETWORKS if getattr(networks, network) is None}
    for network in NETWORKS:
        places = [
            ((*entry.loc, "means", number), means)
            for entry in parts.offices
            for number, means in enumerate(entry.item.means)
            if NETWORK_OF.get(means) == network and network in lacking
        ]
        if places:
            (loc, means), called = places[0], CALLED[network]
            also = Text("", "")
            if len(places) > 1:
                also = Text(f" (so it is {len(places) - 1} times more)", f"（另有 {len(places) - 1} 处）")
            rule = Text(
                f"needs the {called.en}, which plan.organize.networks does not describe: it reaches nobody{also.en}",
                f"需要{called.zh}，plan.organize.networks 未作说明，无法使用{also.zh}",
            )
            remedy = Text(f"write networks.{network}, or drop it", f"写 networks.{network}，或去掉")
            yield Finding(loc, rule, remedy, means, severity="warning")
    used = {NETWORK_OF.get(means) for entry in parts.offices for means in entry.item.means}
    for name in ("private", "satellite"):
        if name not in lacking and name not in used and parts.offices:
            called = CALLED[name]
            rule = Text(f"no office has means of the {called.en}", f"没有机构配备{called.zh}终端")
            remedy = Text(
                "add radio or satellite to the means of offices", "在机构的 means 中增加 radio 或 satellite"
            )
            yield Finding((*LOC, name), rule, remedy, severity="warning")


def _sites_for_nothing(parts: Parts, networks: Communication | None) -> Iterator[Finding]:
    """Yield base stations, and their channels, that no run looks at."""
    has_private = networks is not None and networks.private is not None
    for entry in parts.sites:
        site = entry.item
        if site.kind == "trunked" and not has_private:
            rule = Text(
                "is a base station of a private network that plan.organize.networks does not describe",
                "是专网基站，而 plan.organize.networks 未说明专网",
            )
            remedy = Text("write networks.private: {}", "写 networks.private: {}")
            yield Finding((*entry.loc, "kind"), rule, remedy, site.id, severity="warning")
        elif site.channels is not None and networks is None:
            rule = Text(
                "means nothing without plan.organize.networks", "没有 plan.organize.networks 时不起作用"
            )
            remedy = Text("write networks: {}, or leave it out", "写 networks: {}，或去掉")
            yield Finding((*entry.loc, "channels"), rule, remedy, str(site.channels), severity="warning")
