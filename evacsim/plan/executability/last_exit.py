"""E3: there is a way to the shelters when people leave (时间展开可达性)."""

from collections.abc import Iterator

import numpy as np

from evacsim.language import Text
from evacsim.plan.executability.lead_time import SURE
from evacsim.plan.executability.wording import clock, said, some
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Shortcoming

CLAUSE = Text(
    "buses and walkers reach a shelter of their zone on roads that are still open when they leave (check E3)",
    "出发时道路须能通到指定安置点（检验项 E3）",
)


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield zones without any way, and zones whose ways close before people are on them."""
    for is_bus in (True, False):
        yield from _cut_off(workings, is_bus=is_bus)


def _cut_off(workings: Workings, *, is_bus: bool) -> Iterator[Shortcoming]:
    case, never, late = workings.case, [], []
    for zone, way_out in workings.exits.all.items():
        last = way_out.by_bus if is_bus else way_out.on_foot
        chain = workings.chains.all.get(zone)
        if last == -np.inf:
            never.append(zone)
        elif chain is not None and np.isfinite(last):
            leaves = chain.over(chain.out_step if is_bus else "prepare", SURE)
            if np.isfinite(leaves) and leaves > last:
                late.append((last - leaves, zone, last, leaves))
    who = Text("buses", "大客车") if is_bus else Text("people on foot", "步行群众")
    if never:
        names = case.zone_ids(never)
        many = said(lambda lang: some(names, lang))
        yield Shortcoming(
            "E3",
            "to",
            "blocker",
            CLAUSE,
            Text(
                f"no way to any assigned shelter for {who.en}: {many.en}",
                f"{who.zh}无路可到指定的任何安置点：{many.zh}",
            ),
            Text(
                "assign a shelter that can be reached, or repair the road", "改派可到达的安置点，或打通道路"
            ),
            case.loc(never[0], "shelter"),
            names,
            {"zones": len(names)},
        )
    if late:
        _, zone, last, leaves = min(late)
        names = case.zone_ids([zone for _, zone, _, _ in late])
        many = said(lambda lang: some(names, lang))
        at, then = clock(case.scenario.start, last), clock(case.scenario.start, leaves)
        id_ = case.world.zones.ids[zone]
        yield Shortcoming(
            "E3",
            "to",
            "blocker",
            CLAUSE,
            Text(
                f"the roads are cut before {who.en} of {len(names)} zones have left ({many.en}); worst {id_}:"
                f" last chance {at.en}, nine in ten have left only at {then.en}",
                f"{len(names)} 个转移单元的{who.zh}尚未走完，道路已断（{many.zh}）；最差为 {id_}：最晚须在{at.zh}出发，"
                f"而九成人员到{then.zh}才能出发",
            ),
            Text(
                "order sooner, assign a shelter on this side of the water, or take another pick-up point",
                "提前下令，或改派不跨淹没路段的安置点、另设上车点",
            ),
            case.loc(zone),
            names,
            {"zones": len(names), "last_s": last, "leaves_s": leaves},
        )
