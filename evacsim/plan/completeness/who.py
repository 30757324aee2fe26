"""转移谁: are all who must go on a list that is right and fresh, and are the weak on it with a helper."""

from collections.abc import Iterator

from evacsim.clock import DAY, seconds_after
from evacsim.language import Text
from evacsim.plan.completeness import documents as by
from evacsim.plan.completeness.check import Check, Gap, listed, silent, unsaid
from evacsim.plan.completeness.documents import clause
from evacsim.plan.completeness.facts import Facts

TOLERANCE = 0.02
"""Difference between a list and the people of its zones that is no mistake (assumed: births, deaths, students)."""
FRESH = 183 * DAY
"""Age of a list that is fresh enough [s] (assumed: compared before each flood season)."""
SITES = {
    "care_home": Text("care homes", "养老机构"),
    "school": Text("schools", "学校"),
    "hospital": Text("hospitals", "医疗机构"),
    "construction_site": Text("construction sites", "工地"),
    "scenic_area": Text("scenic areas", "景区"),
    "boats": Text("boats", "船只"),
    "visitors": Text("visitors and floating people", "流动人口、外来人员"),
}
"""Where people are who are on no list of households."""


def _sums(facts: Facts) -> Iterator[Gap]:
    there: dict[int, float] = {}
    for zone in facts.transfers:
        there[facts.row(zone)] = there.get(facts.row(zone), 0.0) + facts.zones[zone].population
    wrong = []
    for number, people in there.items():
        row = facts.plan.zones[number]
        if row.moved == "everyone" and row.listed is not None and _differ(row.listed, people):
            wrong.append((number, row.zone, row.listed, people))
    if wrong:
        number, zone, on_list, people = wrong[0]
        yield Gap(
            Text(
                f"{len(wrong)} rows list other numbers than there are people; {zone}: {on_list:,.0f} on the list,"
                f" {people:,.0f} there",
                f"{len(wrong)} 行转移人数与实有人数不符；{zone}：清单 {on_list:,.0f} 人，实有 {people:,.0f} 人",
            ),
            Text("compare the list with the register", "与人口底册核对"),
            ("plan", "zones", number, "listed"),
            [zone for _, zone, _, _ in wrong],
            {"rows": len(wrong), "listed": on_list, "people": people},
        )
    total, said = sum(facts.moved.values()), facts.plan.who.text.people
    if said is not None and _differ(said, total):
        yield Gap(
            Text(
                f"the plan counts {said:,.0f} people, its zones have {total:,.0f}",
                f"预案合计 {said:,.0f} 人，各转移单元合计 {total:,.0f} 人",
            ),
            Text("make the sum agree with the rows", "使合计与各行一致"),
            ("plan", "who", "text", "people"),
            figures={"listed": said, "people": total},
        )


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > TOLERANCE * max(one, other)


def _special(facts: Facts) -> Iterator[Gap]:
    rules = facts.plan.organize.door_to_door
    if not facts.plan.who.text.helpers and not (rules is not None and rules.one_to_one):
        yield Gap(
            Text(
                "no list of special groups with a helper by name for each",
                "没有落实到人的特殊群体清单和一对一责任人",
            ),
            Text(
                "write plan.who.text.helpers, or plan.organize.door_to_door.one_to_one: yes",
                "写明 plan.who.text.helpers，或 plan.organize.door_to_door.one_to_one: yes",
            ),
            ("plan", "who", "text", "helpers"),
        )


def _crowds(facts: Facts) -> Iterator[Gap]:
    seen = {facts.zones[zone].kind for zone in facts.transfers} | set(facts.plan.who.text.surveyed)
    missing = [kind for kind in SITES if kind not in seen]
    if missing:
        visitors = sum(max(z.visitors_day, z.visitors_night) for z in facts.zones.values())
        en, zh = ", ".join(SITES[k].en for k in missing), "、".join(SITES[k].zh for k in missing)
        yield Gap(
            Text(f"neither in the plan nor looked for: {en}", f"预案未列、也未注明已排查：{zh}"),
            Text(
                "add them to the zones, or to plan.who.text.surveyed once somebody has looked",
                "列入转移单元；已排查的写入 plan.who.text.surveyed",
            ),
            ("plan", "who", "text", "surveyed"),
            missing,
            {"kinds": len(missing), "visitors": visitors},
        )


def _fresh(facts: Facts) -> Iterator[Gap]:
    date, loc = facts.plan.who.text.list_date, ("plan", "who", "text", "list_date")
    if date is None:
        yield unsaid(loc, Text("when the list was last compared", "清单最近核对时间"))
        return
    age = -seconds_after(facts.scenario.start, date)
    if age > FRESH:
        yield Gap(
            Text(
                f"the list is {age / DAY:.0f} days old; {FRESH / DAY:.0f} at most",
                f"清单距今 {age / DAY:.0f} 天，超过 {FRESH / DAY:.0f} 天",
            ),
            Text("compare it again", "重新核对清单"),
            loc,
            figures={"age": age},
        )


def _unlisted(facts: Facts) -> Iterator[Gap]:
    wet = {zone: people for zone, people in facts.wet_people.items() if zone not in facts.transfers}
    people = sum(wet.values())
    if people >= 1:
        named = listed(list(wet))
        yield Gap(
            Text(
                f"the water of the scenario reaches {people:,.0f} people in {len(wet)} zones outside the plan:"
                f" {named.en}",
                f"情景淹没范围内有 {len(wet)} 个单元、{people:,.0f} 人不在预案内：{named.zh}",
            ),
            Text("add these zones to the plan", "将其列入转移单元"),
            facts.place_loc("zones", next(iter(wet))),
            list(wet),
            {"people": people, "zones": len(wet)},
        )


CHECKS = (
    Check(
        "who.sums",
        "who",
        "blocker",
        clause(by.LISTS, "numbers of people agree with the register", "转移人数与底册一致"),
        _sums,
        lambda facts: (
            facts.plan.who.text.people is not None or any(row.listed is not None for row in facts.plan.zones)
        ),
    ),
    Check(
        "who.special_groups",
        "who",
        "blocker",
        clause(by.CALLING, "special groups have a helper each", "特殊群体落实“一对一”"),
        _special,
    ),
    Check(
        "who.crowds",
        "who",
        "major",
        clause(
            by.LISTS,
            "floating people, schools, care homes, sites, scenic areas and boats are covered",
            "覆盖流动人口、学校、养老机构、工地、景区、船只",
        ),
        _crowds,
    ),
    Check(
        "who.list_date",
        "who",
        "major",
        clause(by.USUAL, "lists are at most half a year old", "清单半年内核对过"),
        _fresh,
    ),
    Check(
        "who.unlisted",
        "who",
        "major",
        clause(by.FIVE_LINKS, "whoever the flood reaches is in the plan", "淹没范围内人员全部纳入预案"),
        _unlisted,
        lambda facts: facts.scenario.hazard.water is not None,
    ),
    Check(
        "who.animals",
        "who",
        "minor",
        clause(by.USUAL, "the plan says what happens to animals", "明确牲畜、宠物安排"),
        silent("who", "animals", Text("what happens to livestock and pets", "牲畜、宠物如何安排")),
    ),
)
"""The checks of this link."""
