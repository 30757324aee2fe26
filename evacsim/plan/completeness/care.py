"""如何管: who is registered, fed, looked after, kept from going back, and when may they go home."""

from collections.abc import Callable, Iterator, Mapping

from evacsim.language import Text
from evacsim.plan.completeness import documents as by
from evacsim.plan.completeness.check import Check, Gap, silent, unsaid
from evacsim.plan.completeness.documents import clause
from evacsim.plan.completeness.facts import DAYS, Facts
from evacsim.plan.shortcoming import Severity

RELIEF = 8 * 3600.0
"""Time by which people are to have relief [s] (seen: S3)."""


def _registration(facts: Facts) -> Iterator[Gap]:
    care = facts.plan.care
    if not care.text.registration and "registration_time" not in care.model_fields_set:
        yield unsaid(
            ("plan", "care", "text", "registration"), Text("how arrivals are registered", "如何登记")
        )


def _missing_persons(facts: Facts) -> Iterator[Gap]:
    care = facts.plan.care
    if not care.text.missing_persons and care.reunion is None:
        what = Text("what is done about people who are missing", "走失人员如何查找")
        yield unsaid(("plan", "care", "text", "missing_persons"), what)


def _stored(facts: Facts) -> Mapping[str, float]:
    """Return food in each store [person-days]: its kits, or what is stated of the rations that give food."""
    each = {
        ration.item: ration.per_person_day for ration in facts.plan.care.rations if ration.gives == "food"
    }
    food: dict[str, float] = {}
    for stock in facts.district.stock:
        if stock.item in each:
            food[stock.store] = food.get(stock.store, 0.0) + stock.amount / each[stock.item]
    # Kits that a scenario tells as stock as well are the same kits.
    return {store.id: max(float(store.kits), food.get(store.id, 0.0)) for store in facts.district.stores}


def _kits(facts: Facts) -> Iterator[Gap]:
    days = facts.plan.care.text.days or DAYS
    people, there = sum(facts.moved.values()), sum(_stored(facts).values())
    supply = facts.plan.care.supply
    bought = len(supply.purchases) if supply is not None else 0
    if there < people * days and not bought:
        lasts = there / people if people else 0.0
        yield Gap(
            Text(
                f"{there:,.0f} kits for {people:,.0f} people over {days:g} days ({people * days:,.0f} needed): they"
                f" last {lasts:.1f} days, and no contract fills them up",
                f"储备 {there:,.0f} 人份，需 {people:,.0f} 人 × {days:g} 天 = {people * days:,.0f} 人份，"
                f"仅够 {lasts:.1f} 天，且无紧急采购协议",
            ),
            Text(
                "store more, or write contracts at plan.care.supply.purchases",
                "增加储备，或在 plan.care.supply.purchases 写明紧急采购协议",
            ),
            ("district", "stores"),
            figures={"kits": there, "people": people, "days": days, "needed": people * days},
        )


def _town_kits(facts: Facts) -> Iterator[Gap]:
    """Yield that the stores of towns and villages do not hold a day's kits for those whom the plan moves."""
    stored = _stored(facts)
    near = [store for store in facts.district.stores if store.level in ("village", "town")]
    there, people = sum(stored[store.id] for store in near), sum(facts.moved.values())
    if there < people:
        rest = sum(stored.values()) - there
        yield Gap(
            Text(
                f"{len(near)} stores of towns and villages hold {there:,.0f} kits for {people:,.0f} people:"
                f" {people - there:,.0f} have to come from the county ({rest:,.0f} there) within"
                f" {RELIEF / 3600:.0f} h",
                f"镇村 {len(near)} 处储备共 {there:,.0f} 人份，需转移 {people:,.0f} 人，缺 {people - there:,.0f} 人份"
                f"须由区级（{rest:,.0f} 人份）在 {RELIEF / 3600:.0f} 小时内运到",
            ),
            Text(
                "store 500 kits and more in the towns that take most people in",
                "在安置人数多的乡镇增加储备（每镇 500 人份以上）",
            ),
            ("district", "stores"),
            [store.id for store in near],
            {"kits": there, "people": people, "missing": people - there, "county_kits": rest},
        )


def _relief(facts: Facts) -> Iterator[Gap]:
    care = facts.plan.care
    missing = []
    if not care.rations:
        missing.append(
            Text("nothing is handed out (plan.care.rations)", "未写明发放什么（plan.care.rations）")
        )
    if care.supply is None or care.supply.trucks is None:
        missing.append(
            Text("nobody brings it (plan.care.supply.trucks)", "未写明由谁运送（plan.care.supply.trucks）")
        )
    if care.relief_limit > RELIEF:
        hours = care.relief_limit / 3600
        missing.append(Text(f"the limit is {hours:g} h", f"时限为 {hours:g} 小时"))
    if missing:
        yield Gap(
            Text("; ".join(one.en for one in missing), "；".join(one.zh for one in missing)),
            Text("write what is handed out, who brings it, and 8 h", "写明发放、运送和 8 小时时限"),
            ("plan", "care", "relief_limit") if care.relief_limit > RELIEF else ("plan", "care", "supply"),
            figures={"relief_limit": care.relief_limit},
        )


def _medical(facts: Facts) -> Iterator[Gap]:
    has_beds = any(shelter.medical_beds for shelter in facts.shelters.values())
    if not facts.plan.care.text.medical and not has_beds:
        yield unsaid(("plan", "care", "text", "medical"), Text("who looks after the sick", "医疗如何保障"))


def _groups(facts: Facts) -> Iterator[Gap]:
    text = facts.plan.care.text
    missing = [name for name in GROUPS if not getattr(text, name)]
    if missing:
        en, zh = (sep.join(GROUPS[n][k] for n in missing) for k, sep in ((0, ", "), (1, "、")))
        yield Gap(
            Text(f"the plan says nothing of {en}", f"预案未写明：{zh}"),
            Text(
                f"write plan.care.text: {', '.join(missing)}", f"在 plan.care.text 写明 {'、'.join(missing)}"
            ),
            ("plan", "care", "text"),
            missing,
            {"groups": len(missing)},
        )


GROUPS = {
    "elderly": Text("the elderly and disabled", "老年人、残疾人照护"),
    "infants": Text("infants", "婴幼儿"),
    "women": Text("women and pregnant women", "妇女、孕产妇"),
    "diet": Text("the diet of minorities", "少数民族饮食"),
}
"""Who needs something of their own."""


def _posts(facts: Facts) -> Iterator[Gap]:
    if not facts.plan.care.posts and not facts.plan.care.text.posts:
        yield unsaid(("plan", "care", "posts"), Text("who keeps people from going back", "封控防回流卡点"))


def _second_transfer(facts: Facts) -> Iterator[Gap]:
    if not facts.plan.care.second_transfer:
        wet = len(facts.wet_shelters)
        yield Gap(
            Text(
                f"nobody is moved on from a shelter that floods; {wet} do in this scenario",
                f"未安排二次转移；本情景有 {wet} 个安置点进水",
            ),
            Text("write second_transfer: yes, and whereto", "写 second_transfer: yes，并明确去向"),
            ("plan", "care", "second_transfer"),
            figures={"wet_shelters": wet},
        )


def _return_rule(facts: Facts) -> Iterator[Gap]:
    if facts.plan.care.back_home is None and not facts.plan.care.text.return_rule:
        yield unsaid(("plan", "care", "text", "return_rule"), Text("when people may go home", "返家条件"))


def _usual(
    name: str, en: str, zh: str, find: Callable[[Facts], Iterator[Gap]], severity: Severity = "major"
) -> Check:
    """Return a check of what is usual practice."""
    return Check(f"care.{name}", "care", severity, clause(by.USUAL, en, zh), find)


CHECKS = (
    Check(
        "care.registration",
        "care",
        "blocker",
        clause(by.FIVE_LINKS, "arrivals are registered", "安置人员登记造册"),
        _registration,
    ),
    Check(
        "care.missing_persons",
        "care",
        "blocker",
        clause(by.FIVE_LINKS, "missing persons are looked for", "有走失人员查找办法"),
        _missing_persons,
    ),
    Check(
        "care.kits",
        "care",
        "blocker",
        clause(
            by.KITS,
            "kits for all people and days, or a contract that fills them up",
            "物资够转移人数×天数，或有采购补给协议",
        ),
        _kits,
    ),
    Check(
        "care.town_kits",
        "care",
        "major",
        clause(
            by.KITS, "500 kits a town, so that a day's kits are near", "镇级储备 500 人份，首日物资就近可得"
        ),
        _town_kits,
    ),
    Check(
        "care.relief",
        "care",
        "major",
        clause(by.RELIEF, "relief within 8 h", "8 小时内得到基本生活救助"),
        _relief,
    ),
    _usual("medical", "the sick are looked after", "有医疗保障", _medical),
    _usual(
        "groups",
        "those with needs of their own are cared for",
        "兼顾老人、婴幼儿、妇女、少数民族饮食",
        _groups,
    ),
    _usual("posts", "posts keep people from going back", "设卡封控防回流", _posts),
    Check(
        "care.second_transfer",
        "care",
        "major",
        clause(by.FIVE_LINKS, "people are moved on from a shelter that floods", "安置点进水时二次转移"),
        _second_transfer,
    ),
    _usual("return_rule", "it is clear when people may go home", "明确返家条件", _return_rule),
    _usual(
        "volunteers",
        "volunteers and donations have a desk",
        "设志愿者和捐赠接收点",
        silent(
            "care", "volunteers", Text("where volunteers and donations are received", "志愿者、捐赠由谁接收")
        ),
        "minor",
    ),
)
"""The checks of this link."""
