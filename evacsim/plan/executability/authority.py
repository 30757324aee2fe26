"""E10: nobody is missing who may decide, and no step leads nowhere (权责与程序)."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from evacsim.language import Text
from evacsim.plan.executability.case import Case
from evacsim.plan.executability.wording import said, some
from evacsim.plan.executability.workings import Workings
from evacsim.plan.shortcoming import Severity, Shortcoming
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching
from evacsim.terms import COMMAND_LEVELS, LEVELS
from evacsim.world.offices import TOP, decided_by, named

LOWEST = "town"
"""Lowest level that may order a transfer by itself (assumed: whoever may order is for the law to say; below it only a
danger that cannot be judged lets people go at once)."""
CLAUSE = Text(
    "every order has somebody who may give it, and every step leads somewhere (check E10)",
    "每道指令都有有权下达的机构，每个环节前后衔接（检验项 E10）",
)


def found(workings: Workings) -> Iterator[Shortcoming]:
    """Yield zones nobody may order, idle measures, measures beyond the plan, levels in disorder."""
    case = workings.case
    yield from _zones(case)
    yield from _idle_measures(case)
    yield from _evacuated_outside(case)
    yield from _levels(case)


def _zones(case: Case) -> Iterator[Shortcoming]:
    offices = case.world.offices
    plan, is_tree = case.scenario.plan, bool(case.scenario.plan.organize.offices)
    levels = list(COMMAND_LEVELS)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for zone in case.zones:
        name = decided_by(plan, case.world.transfer(zone)).strip()
        row = named(offices, plan, name)
        if not name:
            groups["nobody", ""].append(zone)
        elif is_tree and row == TOP:
            groups["unknown", name].append(zone)
        elif is_tree and offices.level[row] > levels.index(LOWEST) and not _only_dangers(case, zone):
            groups["too low", name].append(zone)
    for (what, name), zones in sorted(groups.items()):
        names = case.zone_ids(zones)
        many = said(lambda lang, names=names: some(names, lang))  # type: ignore[misc]
        severity, text, remedy = _told(what, name, many)
        loc: Loc = case.loc(zones[0], "decided_by")
        if case.world.transfer(zones[0]).decided_by is None:
            loc = ("plan", "when", "decided_by")
        subjects = (name, *names) if name else names
        yield Shortcoming("E10", "when", severity, CLAUSE, text, remedy, loc, subjects, {"zones": len(names)})


def _told(what: str, name: str, many: Text) -> tuple[Severity, Text, Text]:
    match what:
        case "nobody":
            return (
                "blocker",
                Text(f"nobody decides on {many.en}", f"{many.zh}未明确由谁决定转移"),
                Text("name the office that decides: decided_by", "写明决策机构 decided_by"),
            )
        case "unknown":
            return (
                "major",
                Text(
                    f"{name} decides on {many.en} and stands nowhere in the tree of offices",
                    f"{many.zh}由“{name}”决定，但指挥体系中没有这个机构",
                ),
                Text("write the id or the name of an office", "写指挥体系中机构的 id 或名称"),
            )
    lowest = COMMAND_LEVELS[LOWEST]
    return (
        "major",
        Text(
            f"{name} orders {many.en}, which takes at least an office of {lowest.en} level",
            f"{name} 自行对{many.zh}下令，按规定须由{lowest.zh}以上机构决定",
        ),
        Text(
            "let the town or the county decide, or authorize it in writing", "改由乡镇或县级决定，或书面授权"
        ),
    )


def _only_dangers(case: Case, zone: int) -> bool:
    """Return whether nothing but dangers that cannot be judged sets a zone off: then whoever is there may act."""
    transfer = case.world.transfer(zone)
    if transfer.trigger_at is not None or transfer.trigger_gauge is not None:
        return False
    rules = [rule for rule in case.scenario.plan.when.rules if rule.id in transfer.rules]
    return all(rule.kind == "danger" and rule.judged == "not_judged" for rule in rules)


def _idle_measures(case: Case) -> Iterator[Shortcoming]:
    when = case.scenario.plan.when
    used = {id_ for level in when.levels for id_ in level.measures}
    used |= {id_ for breaker in when.breakers for id_ in breaker.measures}
    idle = [(place, measure.id) for place, measure in enumerate(when.measures) if measure.id not in used]
    if idle:
        ids = [id_ for _, id_ in idle]
        many = said(lambda lang: some(ids, lang))
        yield Shortcoming(
            "E10",
            "when",
            "major",
            CLAUSE,
            Text(
                f"no response level and no automatic stop brings about {many.en}",
                f"没有任何响应等级或熔断条件启动这些措施：{many.zh}",
            ),
            Text("name them under a level, or strike them out", "列入某一响应等级，或删去"),
            ("plan", "when", "measures", idle[0][0]),
            tuple(ids),
            {"measures": len(ids)},
        )


def _evacuated_outside(case: Case) -> Iterator[Shortcoming]:
    """Yield measures that move zones of which the plan says nothing."""
    moved = {case.world.zones.ids[zone] for zone in case.zones}
    for place, measure in enumerate(case.scenario.plan.when.measures):
        if measure.action == "evacuate":
            zones = [id_ for pattern in measure.zones for id_ in matching(pattern, case.world.zones.ids)]
            outside = sorted(set(zones) - moved)
            if outside:
                many = said(lambda lang, outside=outside: some(outside, lang))  # type: ignore[misc]
                yield Shortcoming(
                    "E10",
                    "when",
                    "major",
                    CLAUSE,
                    Text(
                        f"measure {measure.id} moves {many.en}, of which the plan does not say where to and how",
                        f"措施 {measure.id} 要求转移{many.zh}，但预案未写明其去向和方式",
                    ),
                    Text("add rows for them to the plan's zones", "在转移清单中补上这些单元"),
                    ("plan", "when", "measures", place, "zones"),
                    (measure.id, *outside),
                    {"zones": len(outside)},
                )


def _levels(case: Case) -> Iterator[Shortcoming]:
    """Yield levels that the same gauge raises at no higher stage than the level below."""
    when = case.scenario.plan.when
    rules = {rule.id: rule for rule in when.rules}
    lowest: dict[tuple[str, str], list[tuple[int, float, str, int]]] = defaultdict(list)
    for place, level in enumerate(when.levels):
        for id_ in level.rules:
            rule = rules[id_]
            if rule.kind in ("stage", "rain", "rise") and rule.gauge is not None:
                size = next(size for size in (rule.stage, rule.rise, rule.rain) if size is not None)
                over = "" if rule.over is None else repr(rule.over)
                key = f"{level.office or when.decided_by}", f"{rule.kind} {rule.gauge} {over}"
                lowest[key].append((-LEVELS[level.level], size, level.level, place))
    for (_, watched), rows in sorted(lowest.items()):
        ordered = sorted(rows)
        for below, above in pairwise(ordered):
            if below[0] != above[0] and above[1] <= below[1]:
                gauge = watched.split()[1]
                yield Shortcoming(
                    "E10",
                    "when",
                    "major",
                    CLAUSE,
                    Text(
                        f"level {above[2]} is raised at {above[1]:g} m of {gauge}, no higher than {below[1]:g} m"
                        f" for the lower level {below[2]}",
                        f"{above[2]}级响应的启动值（{gauge} {above[1]:g} 米）不高于低一级的{below[2]}级"
                        f"（{below[1]:g} 米）",
                    ),
                    Text("let thresholds rise with the level", "启动阈值应随响应等级逐级提高"),
                    ("plan", "when", "levels", above[3]),
                    (above[2], below[2], gauge),
                    {"above_m": above[1], "below_m": below[1]},
                )
