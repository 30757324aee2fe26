"""谁组织: does every task have a person, one who stands in, a line that holds, and not too many doors."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from evacsim.language import Text
from evacsim.plan.completeness import documents as by
from evacsim.plan.completeness.check import Check, Gap, listed, naming, out_of, silent, unsaid
from evacsim.plan.completeness.documents import clause
from evacsim.plan.completeness.facts import Facts
from evacsim.scenario.command import WITHOUT_CELL
from evacsim.scenario.matching import matching
from evacsim.world.laws import quantiles
from evacsim.world.offices import TOP

HOUSEHOLDS_EACH = 30
"""Households that one person answers for at most (assumed: 30 doors at 12 an hour take two hours and a half)."""
APART = 1000.0
"""Distance from which one person cannot be at two places at once [m] (assumed)."""
NOBODY = re.compile(r"\s*|-+|\?+|无|待定|暂缺|none|nobody|n/?a|tbd", re.IGNORECASE)
"""What stands where a name should be and is none."""
HOUR = 3600.0


def _tree(facts: Facts) -> Iterator[Gap]:
    if not facts.plan.organize.offices:
        yield Gap(
            Text("the plan lists no offices", "预案未列指挥机构"),
            Text(
                "write plan.organize.offices: county, towns, villages",
                "写明 plan.organize.offices：区县、镇街、村",
            ),
            ("plan", "organize", "offices"),
        )
        return
    leader = dict(zip(facts.world.zones.ids, facts.world.offices.leader_of.tolist(), strict=True))
    orphans = [zone for zone in facts.transfers if leader[zone] == TOP]
    ids = {office.id for office in facts.plan.organize.offices}
    tops = [office.id for office in facts.plan.organize.offices if office.parent not in ids]
    if orphans or len(tops) > 1:
        named, heads = listed(orphans or tops), len(tops)
        yield Gap(
            Text(
                f"{len(orphans)} zones without an office, {heads} offices without one above: {named.en}",
                f"{len(orphans)} 个转移单元无机构负责，{heads} 个机构无上级：{named.zh}",
            ),
            Text("give each zone an office, and each office but one a parent", "逐一明确负责机构和上级机构"),
            ("plan", "organize", "offices"),
            orphans or tops,
            {"zones": len(orphans), "tops": heads},
        )


def _person_a(facts: Facts) -> Iterator[Gap]:
    offices = [office.id for office in facts.plan.organize.offices if not _has_phone(office.contact)]
    zones = [zone for zone, row in facts.transfers.items() if NOBODY.fullmatch(row.organizer)]
    if offices:
        named, total = naming(offices, len(facts.plan.organize.offices)), len(facts.plan.organize.offices)
        number = [office.id for office in facts.plan.organize.offices].index(offices[0])
        of = out_of(len(offices), total, "offices", "指挥机构")
        yield Gap(
            Text(
                f"{of.en} name no person with a telephone number{named.en}",
                f"{of.zh}未写明负责人及电话{named.zh}",
            ),
            Text("write contact: name and number", "填写 contact：姓名和电话"),
            ("plan", "organize", "offices", number, "contact"),
            offices,
            {"offices": len(offices)},
        )
    if zones:
        named, of = (
            naming(zones, len(facts.transfers)),
            out_of(len(zones), len(facts.transfers), "zones", "转移单元"),
        )
        yield Gap(
            Text(
                f"{of.en} have no person responsible{named.en}",
                f"{of.zh}没有转移责任人{named.zh}",
            ),
            Text("write organizer", "填写 organizer（转移责任人）"),
            facts.row_loc(zones[0], "organizer"),
            zones,
            {"zones": len(zones)},
        )


def _has_phone(contact: str) -> bool:
    return sum(letter.isdigit() for letter in contact) >= 5


def _person_b(facts: Facts) -> Iterator[Gap]:
    organize = facts.plan.organize
    stands_in = organize.roster is not None and organize.roster.backup
    covered = {
        office.id: not NOBODY.fullmatch(office.backup) or (stands_in and office.staff > 1)
        for office in organize.offices
    }
    offices = [id_ for id_, is_covered in covered.items() if not is_covered]
    if offices:
        named, of = naming(offices, len(covered)), out_of(len(offices), len(covered), "offices", "指挥机构")
        number = list(covered).index(offices[0])
        yield Gap(
            Text(
                f"nobody stands in at {of.en}{named.en}",
                f"{of.zh}没有 B 角{named.zh}",
            ),
            Text("write backup, or a roster with two people or more", "填写 backup，或安排两人以上轮值"),
            ("plan", "organize", "offices", number, "backup"),
            offices,
            {"offices": len(offices)},
        )
    leader = dict(zip(facts.world.zones.ids, facts.world.offices.leader_of.tolist(), strict=True))
    ids = facts.world.offices.ids
    zones = [
        zone
        for zone, row in facts.transfers.items()
        if NOBODY.fullmatch(row.backup)
        and not covered.get(ids[leader[zone]] if leader[zone] != TOP else "", False)
    ]
    if zones:
        named = listed(zones)
        yield Gap(
            Text(
                f"nobody stands in for the person responsible of {len(zones)} zones: {named.en}",
                f"{len(zones)} 个转移单元的责任人没有 B 角：{named.zh}",
            ),
            Text("write backup", "填写 backup（B 角）"),
            facts.row_loc(zones[0], "backup"),
            zones,
            {"zones": len(zones)},
        )


def _lines(facts: Facts) -> Iterator[Gap]:
    offices = facts.plan.organize.offices
    frail = [office.id for office in offices if not WITHOUT_CELL & set(office.means)]
    if frail:
        named, of = naming(frail, len(offices)), out_of(len(frail), len(offices), "offices", "指挥机构")
        number = [office.id for office in offices].index(frail[0])
        yield Gap(
            Text(
                f"{of.en} can be called by mobile phone alone{named.en}",
                f"{of.zh}只能打手机{named.zh}",
            ),
            Text(
                "add a landline, radio, satellite phone or messenger",
                "增加固定电话、对讲机、卫星电话或派人送信",
            ),
            ("plan", "organize", "offices", number, "means"),
            frail,
            {"offices": len(frail)},
        )


def _keepers(facts: Facts) -> Iterator[Gap]:
    without = [id_ for id_, shelter in facts.shelters.items() if shelter.keeper is None]
    if without:
        named, of = (
            naming(without, len(facts.shelters)),
            out_of(len(without), len(facts.shelters), "shelters", "安置点"),
        )
        yield Gap(
            Text(
                f"nobody is to open {of.en}{named.en}",
                f"{of.zh}未明确由谁开启{named.zh}",
            ),
            Text("write keeper", "填写 keeper（管理机构）"),
            facts.place_loc("shelters", without[0], "keeper"),
            without,
            {"shelters": len(without)},
        )


def _span(facts: Facts) -> Iterator[Gap]:
    limit = facts.plan.organize.text.households_each or HOUSEHOLDS_EACH
    people, loads = _people_at_doors(facts), {}
    for zone in facts.transfers:
        loads[zone] = facts.households(zone) / people[zone] if people.get(zone) else np.inf
    over = sorted((zone for zone in loads if loads[zone] > limit), key=lambda zone: (-loads[zone], zone))
    if over:
        named, none = naming(over, len(loads)), sum(np.isinf(loads[zone]) for zone in over)
        of = out_of(len(over), len(loads), "zones", "转移单元")
        nobody = (
            Text(f", {none} of them without anybody", f"，其中 {none} 个没有入户人员")
            if none
            else Text("", "")
        )
        worst = max((load for load in loads.values() if np.isfinite(load)), default=0.0)
        most = Text(f" (most: {worst:.0f})", f"（最多 {worst:.0f} 户）") if worst > limit else Text("", "")
        yield Gap(
            Text(
                f"in {of.en} one person answers for more than {limit} households{most.en}{nobody.en}{named.en}",
                f"{of.zh}人均包户超过 {limit} 户{most.zh}{nobody.zh}{named.zh}",
            ),
            Text("send more people there, or merge lists with neighbors", "增派人员，或从邻近单元调配"),
            facts.row_loc(over[0]),
            over,
            {"zones": len(over), "worst": worst, "without": float(none), "limit": limit},
        )


def _people_at_doors(facts: Facts) -> Mapping[str, float]:
    """Return people who go from door to door, by zone; a team of several zones is shared out evenly."""
    ids = dict.fromkeys(facts.transfers)
    owned = {
        office.id: [zone for pattern in office.zones for zone in matching(pattern, ids)]
        for office in facts.plan.organize.offices
    }
    people: dict[str, float] = {}
    for team in facts.plan.organize.officers:
        zones = [zone for pattern in team.zones for zone in matching(pattern, ids)] or owned.get(
            team.office, []
        )
        for zone in zones:
            people[zone] = people.get(zone, 0.0) + team.members / len(zones)
    return people


def _two_places(facts: Facts) -> Iterator[Gap]:
    at: dict[str, list[str]] = {}
    for zone, row in facts.transfers.items():
        for person in _persons(row.organizer, row.backup):
            at.setdefault(person, []).append(zone)
    offices: dict[str, list[str]] = {}
    for office in facts.plan.organize.offices:
        for person in _persons(office.contact, office.backup):
            offices.setdefault(person, []).append(office.id)
    twice = {person: zones for person, zones in at.items() if _are_apart(facts, zones)}
    twice |= {person: held for person, held in offices.items() if len(held) > 1}
    if twice:
        person, places = next(iter(twice.items()))
        where = listed(places)
        is_zone = places[0] in facts.transfers
        yield Gap(
            Text(
                f"{len(twice)} persons are wanted at several places at once; {person}: {where.en}",
                f"{len(twice)} 人同时负责多处；{person}：{where.zh}",
            ),
            Text("name another person for one of them", "另行明确责任人"),
            facts.row_loc(places[0], "organizer") if is_zone else ("plan", "organize", "offices"),
            list(twice),
            {"persons": len(twice)},
        )


def _persons(*names: str) -> list[str]:
    """Return whoever is named, each once."""
    return list(dict.fromkeys(name.strip() for name in names if not NOBODY.fullmatch(name)))


def _are_apart(facts: Facts, zones: Sequence[str]) -> bool:
    places = facts.world.zones
    row = {id_: number for number, id_ in enumerate(places.ids)}
    for one, other in combinations(zones, 2):
        k, m = row[one], row[other]
        distance = np.hypot(places.x[k] - places.x[m], places.y[k] - places.y[m])
        if not distance <= APART:  # nan, too: an abstract network has no distances
            return True
    return False


def _reports(facts: Facts) -> Iterator[Gap]:
    reports, loc = facts.plan.organize.reports, ("plan", "organize", "reports")
    if reports is None:
        yield unsaid(loc, Text("how and when one reports", "信息报送的路径和时限"))
        return
    offices, worst, at = facts.world.offices, 0.0, ""
    handling = {
        office.id: float(quantiles(office.handling, np.array([0.5]))[0])
        for office in facts.plan.organize.offices
    }
    for row in range(offices.n):
        line = sum(handling.get(offices.ids[above], 0.0) for above in offices.upwards(row)[1:])
        if line > worst:
            worst, at = line, offices.ids[row]
    if reports.within > HOUR or worst > HOUR:
        yield Gap(
            Text(
                f"reports may take {reports.within / 60:.0f} min; handling on the longest line adds up to"
                f" {worst / 60:.0f} min {at and 'from ' + at}",
                f"报送时限 {reports.within / 60:.0f} 分钟；{at} 逐级处理合计 {worst / 60:.0f} 分钟",
            ),
            Text("report within 1 h, by a shorter line", "1 小时内报送，减少层级"),
            (*loc, "within"),
            (at,) if at else (),
            {"within": reports.within, "line": worst},
        )


CHECKS = (
    Check(
        "organize.tree",
        "organize",
        "major",
        clause(by.FIVE_LINKS, "levels are ordered, every village has an office", "层级清楚，村村有机构负责"),
        _tree,
    ),
    Check(
        "organize.person_a",
        "organize",
        "blocker",
        clause(by.STAND_IN, "every task has a person with a telephone", "每项任务有责任人（A 角）和电话"),
        _person_a,
    ),
    Check(
        "organize.person_b",
        "organize",
        "blocker",
        clause(by.STAND_IN, "somebody stands in for each", "每项任务有 B 角"),
        _person_b,
    ),
    Check(
        "organize.lines",
        "organize",
        "blocker",
        clause(by.OUTAGES, "every office can be called without the mobile network", "断网时仍能叫应"),
        _lines,
        lambda facts: bool(facts.plan.organize.offices),
    ),
    Check(
        "organize.keepers",
        "organize",
        "major",
        clause(by.FIVE_LINKS, "it is clear who opens each shelter", "明确安置点由谁开启"),
        _keepers,
    ),
    Check(
        "organize.span",
        "organize",
        "major",
        clause(by.USUAL, "one person answers for few households", "人均包户数不超限"),
        _span,
    ),
    Check(
        "organize.two_places",
        "organize",
        "major",
        clause(by.USUAL, "nobody is wanted at two places at once", "一人不同时负责两处"),
        _two_places,
    ),
    Check(
        "organize.reports",
        "organize",
        "major",
        clause(by.ONE_HOUR, "reports are up within 1 h", "1 小时内报送到位"),
        _reports,
    ),
    Check(
        "organize.handover",
        "organize",
        "minor",
        clause(by.USUAL, "shifts hand over, above all by night", "明确交接班，尤其夜间"),
        silent("organize", "handover", Text("how shifts hand over by night", "夜间如何交接班")),
    ),
)
"""The checks of this link."""
