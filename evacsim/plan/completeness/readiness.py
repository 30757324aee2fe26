"""Sheets of readiness (十个有、十到位): what is missing on them, and where they deny what the scenario counts on."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from evacsim.language import Text
from evacsim.plan.completeness import documents as by
from evacsim.plan.completeness.check import Check, Gap, listed, naming, out_of
from evacsim.plan.completeness.documents import clause
from evacsim.plan.completeness.facts import Facts
from evacsim.plan.shortcoming import Link, Severity
from evacsim.scenario.command import WITHOUT_CELL
from evacsim.scenario.matching import matching
from evacsim.scenario.plan_text import VillageSheet
from evacsim.scenario.sheets import ACTING
from evacsim.world.offices import TOP


class Item(NamedTuple):
    """One line of the village's sheet."""

    name: Text
    link: Link
    severity: Severity
    parameter: str
    """What the model has for it; empty where no run reads anything of the kind."""


TEN_THINGS: Mapping[str, Item] = {
    "organization": Item(Text("an organization", "组织体系"), "organize", "major", "plan.organize.offices"),
    "loudspeaker": Item(Text("loudspeakers", "大喇叭"), "when", "major", "district.channels (loudspeaker)"),
    "siren": Item(Text("sirens", "警报器"), "when", "minor", "district.channels (siren)"),
    "shelter": Item(Text("a shelter", "避难场所"), "to", "major", "district.shelters"),
    "risk_map": Item(Text("a map of risks", "风险地形图"), "who", "minor", ""),
    "cards": Item(Text("cards for every household", "明白卡"), "to", "minor", ""),
    "communication": Item(
        Text("communication for emergencies", "应急通讯"), "organize", "major", "plan.organize.offices.means"
    ),
    "lighting": Item(
        Text("lighting for emergencies", "应急照明"), "to", "minor", "district.shelters.generators"
    ),
    "booklet": Item(Text("a booklet", "小册子"), "when", "minor", ""),
    "board": Item(Text("a notice board", "宣传栏"), "when", "minor", ""),
}
"""The ten things of a village (seen: S4), with what the model has for each."""

TEN_IN_PLACE: Mapping[str, tuple[Text, Link]] = {
    "responsibility": (Text("persons responsible", "责任落实到位"), "organize"),
    "plans": (Text("plans", "预案编制到位"), "organize"),
    "survey": (Text("survey of risks", "隐患排查到位"), "who"),
    "monitoring": (Text("monitoring and warning", "监测预警到位"), "when"),
    "calling": (Text("calls that are acknowledged", "叫应到位"), "when"),
    "transfer": (Text("transfer", "转移避险到位"), "to"),
    "teams": (Text("teams", "队伍备勤到位"), "organize"),
    "supplies": (Text("supplies", "物资储备到位"), "care"),
    "duty": (Text("duty", "值班值守到位"), "organize"),
    "drills": (Text("drills and teaching", "演练宣传到位"), "organize"),
}
"""The ten in place; S1 names the ten without saying which they are, so these are assumed."""


def sheets(facts: Facts) -> Mapping[str, tuple[int, VillageSheet]]:
    """Return the sheet of each zone of the plan that has one, with its number; the last one counts."""
    readiness, ids = facts.plan.readiness, dict.fromkeys(facts.transfers)
    villages = () if readiness is None else readiness.villages
    return {
        zone: (number, sheet)
        for number, sheet in enumerate(villages)
        for pattern in sheet.zones
        for zone in matching(pattern, ids)
    }


def _has_sheets(facts: Facts) -> bool:
    return bool(sheets(facts))


def _no_sheet(facts: Facts) -> Iterator[Gap]:
    without = [zone for zone in facts.transfers if zone not in sheets(facts)]
    if without:
        named, of = (
            naming(without, len(facts.transfers)),
            out_of(len(without), len(facts.transfers), "zones", "转移单元"),
        )
        yield Gap(
            Text(
                f"no sheet of the ten things for {of.en}{named.en}",
                f"{of.zh}未填“十个有”清单{named.zh}",
            ),
            Text("fill it in at plan.readiness.villages", "在 plan.readiness.villages 填写"),
            ("plan", "readiness", "villages"),
            without,
            {"zones": len(without)},
        )


def _no_ten(facts: Facts) -> Iterator[Gap]:
    readiness = facts.plan.readiness
    if readiness is None or readiness.ten_in_place is None:
        yield Gap(
            Text("no sheet of the ten in place", "未填“十到位”清单"),
            Text("fill it in at plan.readiness.ten_in_place", "在 plan.readiness.ten_in_place 填写"),
            ("plan", "readiness", "ten_in_place"),
        )


def _missing(name: str) -> Callable[[Facts], Iterator[Gap]]:
    """Return a check of one of the ten things over all sheets."""
    item = TEN_THINGS[name]

    def find(facts: Facts) -> Iterator[Gap]:
        without = {zone: k for zone, (k, sheet) in sheets(facts).items() if not getattr(sheet, name)}
        if without:
            named = naming(list(without), len(sheets(facts)))
            of = out_of(len(without), len(sheets(facts)), "zones", "转移单元")
            model = Text("", "")
            if item.parameter:
                model = Text(f", and see that {item.parameter} says so", f"，并与 {item.parameter} 保持一致")
            yield Gap(
                Text(
                    f"{of.en} are without {item.name.en}{named.en}",
                    f"{of.zh}没有{item.name.zh}{named.zh}",
                ),
                Text(f"provide it{model.en}", f"补齐{model.zh}"),
                ("plan", "readiness", "villages", next(iter(without.values())), name),
                list(without),
                {"zones": len(without)},
            )

    return find


def _not_in_place(name: str) -> Callable[[Facts], Iterator[Gap]]:
    """Return a check of one of the ten in place."""
    what, _ = TEN_IN_PLACE[name]

    def find(facts: Facts) -> Iterator[Gap]:
        readiness = facts.plan.readiness
        sheet = None if readiness is None else readiness.ten_in_place
        if sheet is not None and not getattr(sheet, name):
            yield Gap(
                Text(f"not in place: {what.en}", f"未做到“{what.zh}”"),
                Text("put it in place", "限期落实"),
                ("plan", "readiness", "ten_in_place", name),
            )

    return find


def _has_ten(facts: Facts) -> bool:
    return facts.plan.readiness is not None and facts.plan.readiness.ten_in_place is not None


def _contradictions(facts: Facts) -> Iterator[Gap]:
    for name, counted in (
        ("loudspeaker", _channel(facts, "loudspeaker")),
        ("siren", _channel(facts, "siren")),
        ("organization", _led(facts)),
        ("shelter", _towns_with_shelter(facts)),
        ("communication", _called_without_cell(facts)),
    ):
        denied = {
            z: k for z, (k, sheet) in sheets(facts).items() if not getattr(sheet, name) and z in counted
        }
        claimed = {
            z: k for z, (k, sheet) in sheets(facts).items() if getattr(sheet, name) and z not in counted
        }
        item = TEN_THINGS[name]
        if denied and not (_sheets_act(facts) and name in ACTING):
            yield _against(
                item,
                denied,
                name,
                Text("has none on the sheet, and the scenario counts on it", "清单填“无”，而情景按“有”推演"),
                Text("correct the sheet, or the model", "更正清单，或修改模型"),
            )
        if claimed:
            yield _against(
                item,
                claimed,
                name,
                Text("is on the sheet, and the scenario has none", "清单填“有”，而情景中没有"),
                Text("correct the sheet, or add it to the model", "更正清单，或补入模型"),
            )


def _sheets_act(facts: Facts) -> bool:
    return facts.plan.readiness is not None and facts.plan.readiness.act


def _against(item: Item, zones: Mapping[str, int], name: str, said: Text, remedy: Text) -> Gap:
    named = listed(list(zones))
    return Gap(
        Text(
            f"{item.name.en} {said.en} in {len(zones)} zones: {named.en}",
            f"{item.name.zh}：{len(zones)} 个转移单元{said.zh}：{named.zh}",
        ),
        Text(f"{remedy.en} ({item.parameter})", f"{remedy.zh}（{item.parameter}）"),
        ("plan", "readiness", "villages", next(iter(zones.values())), name),
        list(zones),
        {"zones": len(zones)},
    )


def _channel(facts: Facts, kind: str) -> set[str]:
    """Return the zones in which somebody hears a kind of channel."""
    ids, heard = dict.fromkeys(facts.transfers), set[str]()
    for channel in facts.district.channels:
        if channel.kind == kind:
            own = {zone for pattern in channel.zones for zone in matching(pattern, ids)}
            reach = dict.fromkeys(own, max(channel.reach_day, channel.reach_night))
            for entry in facts.district.coverage:
                if entry.channel == channel.id:
                    for zone in (z for pattern in entry.zones for z in matching(pattern, ids)):
                        reach[zone] = max(entry.reach_day, entry.reach_night)
            heard |= {zone for zone, share in reach.items() if share > 0 and zone in own}
    return heard


def _led(facts: Facts) -> set[str]:
    """Return the zones that an office of the tree leads."""
    if not facts.plan.organize.offices:
        return set()
    leaders = zip(facts.world.zones.ids, facts.world.offices.leader_of.tolist(), strict=True)
    return {zone for zone, leader in leaders if leader != TOP}


def _towns_with_shelter(facts: Facts) -> set[str]:
    """Return the zones with a shelter in their town, or one that is named for them."""
    towns = {shelter.township for shelter in facts.shelters.values()}
    return {z for z, row in facts.transfers.items() if row.shelter or facts.zones[z].township in towns}


def _called_without_cell(facts: Facts) -> set[str]:
    """Return the zones whose office can be called without the mobile network."""
    means = {office.id: set(office.means) for office in facts.plan.organize.offices}
    ids = facts.world.offices.ids
    leaders = zip(facts.world.zones.ids, facts.world.offices.leader_of.tolist(), strict=True)
    return {z for z, k in leaders if k != TOP and means.get(ids[k], set()) & WITHOUT_CELL}


CHECKS = (
    Check(
        "ready.village_sheet",
        "organize",
        "minor",
        clause(by.TEN_THINGS, "every village fills in its sheet", "逐村填写“十个有”清单"),
        _no_sheet,
    ),
    Check(
        "ready.ten_sheet",
        "organize",
        "minor",
        clause(by.TEN_IN_PLACE, "the sheet is filled in", "填写“十到位”清单"),
        _no_ten,
    ),
    Check(
        "ready.contradiction",
        "organize",
        "major",
        clause(by.TEN_THINGS, "the sheet and the scenario say the same", "清单与情景参数一致"),
        _contradictions,
        _has_sheets,
    ),
    *(
        Check(
            f"ready.{name}",
            item.link,
            item.severity,
            clause(by.TEN_THINGS, f"every village has {item.name.en}", f"村村有{item.name.zh}"),
            _missing(name),
            _has_sheets,
        )
        for name, item in TEN_THINGS.items()
    ),
    *(
        Check(
            f"ready.in_place_{name}",
            link,
            "major",
            clause(by.TEN_IN_PLACE, f"{what.en}: in place (item assumed)", f"{what.zh}（条目假定）"),
            _not_in_place(name),
            _has_ten,
        )
        for name, (what, link) in TEN_IN_PLACE.items()
    ),
)
"""The checks of both sheets."""
