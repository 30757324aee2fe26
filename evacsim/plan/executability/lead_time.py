"""E2: the chain is shorter than the time there is (关键链路).

From the moment at which the trigger truly comes about until people are out: reported, decided, handed
down, told, ready, on the bus. On average, and for nine chains in ten.
"""

from collections.abc import Iterator

import numpy as np

from evacsim.language import Text
from evacsim.plan.executability.chain import STEPS, Chain
from evacsim.plan.executability.wording import said, some, time
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Severity, Shortcoming

SURE = 0.9
"""Share of the chains that must be in time (assumed: nine in ten)."""
CLAUSE = Text(
    "all steps from the trigger until people are out fit into the time before the deadline and the water (check E2)",
    "从触发到群众撤出的各环节用时之和，不得超过转移时限和洪水到达之前的可用时间（检验项 E2）",
)


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield the zones whose chain is too long on average, or in one case of ten; zones that nothing sets off."""
    groups: dict[Severity, list[Chain]] = {"blocker": [], "major": []}
    for zone, chain in workings.chains.all.items():
        end = workings.case.must_be_out(zone)
        never_told = not np.isfinite(chain.out).any()
        if never_told or chain.over(chain.out_step, SURE) <= end:
            continue
        severity: Severity = "blocker" if chain.mean(chain.out_step) > end else "major"
        groups[severity].append(chain)
    for level, chains in groups.items():
        if chains:
            yield _too_long(workings, level, chains)
    yield from _never(workings)


def _too_long(workings: Workings, severity: Severity, chains: list[Chain]) -> Shortcoming:
    case = workings.case
    worst = max(chains, key=lambda chain: chain.over(chain.out_step, SURE) - case.must_be_out(chain.zone))
    names = case.zone_ids([chain.zone for chain in chains])
    lead = case.must_be_out(worst.zone) - worst.start.true
    mean = worst.mean(worst.out_step) - worst.start.true
    p90 = worst.over(worst.out_step, SURE) - worst.start.true
    step = worst.longest
    length = worst.lengths()[step]
    is_water = case.water_at_homes[worst.zone] <= case.deadline(worst.zone)
    limit = Text("the water", "洪水到达") if is_water else Text("the deadline", "转移时限")
    zone = case.world.zones.ids[worst.zone]
    many = said(lambda lang: some(names, lang))
    return Shortcoming(
        "E2",
        "when",
        severity,
        CLAUSE,
        Text(
            f"{len(names)} zones are out too late ({many.en}); worst {zone}: {time(lead).en} from the trigger to"
            f" {limit.en}, the chain takes {time(mean).en} on average, nine in ten within {time(p90).en}; longest step:"
            f" {STEPS[step].en}, {time(length).en}",
            f"{len(names)} 个转移单元来不及（{many.zh}）；最差为 {zone}：触发至{limit.zh}仅{time(lead).zh}，"
            f"全链路平均{time(mean).zh}，九成情况需{time(p90).zh}；最长环节为{STEPS[step].zh}（{time(length).zh}）",
        ),
        Text(
            f"set the trigger earlier (see E11), or shorten {STEPS[step].en}",
            f"提前触发（见 E11），或压缩“{STEPS[step].zh}”环节",
        ),
        case.loc(worst.zone),
        names,
        {
            "zones": len(names),
            "lead_s": lead,
            "mean_s": mean,
            "p90_s": p90,
            "longest_s": length,
            "desk_s": worst.mean("register") - worst.start.true,
        },
    )


def _never(workings: Workings) -> Iterator[Shortcoming]:
    """Yield the zones that water reaches, or that have a deadline, and that nothing sets off in this scenario."""
    case = workings.case
    zones = [
        zone
        for zone in case.zones
        if zone not in workings.chains.starts and np.isfinite(case.water_at_homes[zone])
    ]
    if zones:
        names = case.zone_ids(zones)
        many = said(lambda lang: some(names, lang))
        yield Shortcoming(
            "E2",
            "when",
            "blocker",
            Text(
                "a zone that the water reaches is set off before it comes (check E2)",
                "洪水会到达的转移单元必须有触发（检验项 E2）",
            ),
            Text(
                f"water comes to {len(names)} zones that nothing sets off in this flood: {many.en}",
                f"本次洪水会淹到 {len(names)} 个转移单元，但预案的触发条件始终不满足：{many.zh}",
            ),
            Text(
                "lower the trigger, or add one that this flood meets",
                "降低触发水位，或增加本次洪水能满足的触发条件",
            ),
            case.loc(zones[0]),
            names,
            {"zones": len(names)},
        )
