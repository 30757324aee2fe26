"""Names that one part of a scenario gives and another must know."""

from collections.abc import Iterator, Sequence

from evacsim.language import Text
from evacsim.scenario.finding import Finding
from evacsim.scenario.given import Loc
from evacsim.scenario.matching import matching
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.parts import Parts

KINDS = {
    "zones": Text("zone", "转移单元（村、组、社区）"),
    "pickup_points": Text("pick-up point", "集合点"),
    "shelters": Text("shelter", "安置点"),
    "fleets": Text("fleet", "车队"),
    "forces": Text("force", "队伍"),
    "stores": Text("store", "物资储备点"),
    "gauges": Text("gauge", "水文站"),
    "refuges": Text("refuge", "就近避险点"),
    "channels": Text("channel", "预警渠道"),
    "sites": Text("site", "供电通信站点"),
    "dykes": Text("dyke", "堤防"),
    "dangers": Text("danger sign", "险情"),
    "rules": Text("rule", "触发规则"),
    "measures": Text("measure", "管控措施"),
    "breakers": Text("automatic stop", "熔断规则"),
    "offices": Text("office", "指挥机构"),
    "officers": Text("team", "工作组"),
    "posts": Text("post", "卡点"),
}
"""What an entry of each list is called."""


def unknown(parts: Parts, kind: str, loc: Loc, id_: str | None) -> Iterator[Finding]:
    """Yield that no entry of the list `kind` has the id that stands at `loc`, if none has."""
    ids = parts.known[kind]
    if id_ is not None and ids is not None and id_ not in ids:
        rule = Text(f"no {KINDS[kind].en} has this id", f"没有这个{KINDS[kind].zh}")
        yield Finding(loc, rule, suggestion(id_, ids), id_)


def unknown_in(parts: Parts, kind: str, loc: Loc, ids: Sequence[str]) -> Iterator[Finding]:
    """Yield those of `ids`, a list that stands at `loc`, that are not known, or stand there twice."""
    for number, id_ in enumerate(ids):
        yield from unknown(parts, kind, (*loc, number), id_)
        if id_ in ids[:number]:
            rule = Text("stands twice in this list", "在同一列表中重复")
            yield Finding((*loc, number), rule, Text("name it once", "只写一次"), id_)


def unmatched_zones(parts: Parts, loc: Loc, patterns: Sequence[str]) -> Iterator[Finding]:
    """Yield those of `patterns`, a list that stands at `loc`, that name no zone of the district."""
    ids = parts.known["zones"]
    if ids is None:
        return
    for number, pattern in enumerate(patterns):
        if not matching(pattern, ids):
            rule = Text("the district has no such zone", "地区内没有这个转移单元")
            if "*" in pattern:
                rule = Text("matches no zone of the district", "没有匹配的转移单元")
            yield Finding((*loc, number), rule, suggestion(pattern, ids), pattern)


def unmatched(parts: Parts, kind: str, loc: Loc, patterns: Sequence[str]) -> Iterator[Finding]:
    """Yield those of `patterns`, a list that stands at `loc`, that name no entry of the list `kind`."""
    ids = parts.known[kind]
    for number, pattern in enumerate(() if ids is None else patterns):
        if ids is not None and not matching(pattern, dict.fromkeys(sorted(ids))):
            rule = Text(f"no {KINDS[kind].en} has this id", f"没有这个{KINDS[kind].zh}")
            yield Finding((*loc, number), rule, suggestion(pattern, ids), pattern)
