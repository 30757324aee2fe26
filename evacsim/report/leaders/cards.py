"""Role cards to hand out: 应急处置卡 for each office, 明白卡 for each zone that the plan moves."""

from collections.abc import Mapping, Sequence

from evacsim.clock import seconds_after
from evacsim.language import Language, Text
from evacsim.report.leaders.document import Card
from evacsim.report.leaders.parts import LeadersReport
from evacsim.report.leaders.wording import NOT_GIVEN, Places, in_language, trigger_told
from evacsim.results.wording import day_and_time
from evacsim.scenario.command import Office
from evacsim.scenario.contacts import Contact
from evacsim.scenario.masking import masked_name, masked_person, masked_phone
from evacsim.scenario.matching import matching, transfers_by_zone
from evacsim.scenario.plan import ZoneTransfer
from evacsim.terms import CALL_MEANS, COMMAND_LEVELS

NAMED = 8
"""So many zones or offices are named on a card; of more the number is given."""
MOVED_TO: Mapping[str, Text] = {
    "vertical": Text("upstairs at home", "就地上楼（垂直避险）"),
    "nearby": Text("refuge nearby: ", "就近避险点："),
}


TAKE_ALONG = Text("papers, medicine, water, phone and charger", "证件、常用药、饮水、手机和充电器")


def office_cards(parts: LeadersReport, lang: Language) -> list[Card]:
    """Return a card for each office, in the order of the plan: whom it hears, whom it calls, what it does."""
    lists = _Lists(parts, lang)
    return [_office_card(office, parts, lists) for office in parts.scenario.plan.organize.offices]


def zone_cards(parts: LeadersReport, lang: Language) -> list[Card]:
    """Return a card for each zone that the plan moves: when to go, who calls, where to board, where to."""
    lists = _Lists(parts, lang)
    return [_zone_card(zone, transfer, parts, lists) for zone, transfer in lists.transfers.items()]


class _Lists:
    """What cards look up again and again."""

    def __init__(self, parts: LeadersReport, lang: Language) -> None:
        scenario = parts.scenario
        self.lang, self.masked = lang, parts.masked
        self.places, self.transfers = Places(scenario, lang), transfers_by_zone(scenario)
        self.contacts: Mapping[str, Contact] = {contact.id: contact for contact in parts.contacts}
        ids = dict.fromkeys(zone.id for zone in scenario.district.zones)
        offices = scenario.plan.organize.offices
        self.zones_of = {
            office.id: list(dict.fromkeys(z for one in office.zones for z in matching(one, ids)))
            for office in offices
        }
        self._below: dict[str, list[str]] = {}
        for office in offices:
            if office.parent is not None:
                self._below.setdefault(office.parent, []).append(office.id)
        self.office_of = {zone: office for office, zones in self.zones_of.items() for zone in zones}
        self.teams_of: dict[str, list[str]] = {}
        for team in scenario.plan.organize.officers:
            zones = [z for one in team.zones for z in matching(one, ids)] or self.zones_of.get(
                team.office, []
            )
            for zone in zones:
                self.teams_of.setdefault(zone, []).append(team.id)

    def zones_below(self, office: str) -> list[str]:
        """Return the zones of an office and of all below it."""
        below = [zone for one in self._below.get(office, ()) for zone in self.zones_below(one)]
        return list(dict.fromkeys([*self.zones_of[office], *below]))

    def listed(self, ids: Sequence[str]) -> str:
        """Return the names of some things; of many the first and how many there are."""
        if not ids:
            return NOT_GIVEN.said(self.lang)
        shown = Text(", ", "、").said(self.lang).join(self.places[id_] for id_ in ids[:NAMED])
        more = Text(f" … ({len(ids)} in all)", f"等 {len(ids)} 个").said(self.lang)
        return shown + (more if len(ids) > NAMED else "")

    def person(self, *ids: str | None, otherwise: str = "") -> str:
        """Return who is responsible and the phone: the first of `ids` that has a contact."""
        contact = next((self.contacts[id_] for id_ in ids if id_ is not None and id_ in self.contacts), None)
        if contact is None:
            shown = masked_person(otherwise) if self.masked else otherwise
            return in_language(shown, self.lang) or NOT_GIVEN.said(self.lang)
        a = self._one(contact.name, contact.phone)
        b = self._one(contact.backup, contact.backup_phone)
        other = contact.other_channel
        said = [f"A：{a}" if a else "", f"B：{b}" if b else "", other]
        return Text("; ", "；").said(self.lang).join(part for part in said if part) or NOT_GIVEN.said(
            self.lang
        )

    def _one(self, name: str, phone: str) -> str:
        shown = (masked_name(name), masked_phone(phone)) if self.masked else (name, phone)
        return " ".join(part for part in shown if part)


def _office_card(office: Office, parts: LeadersReport, lists: _Lists) -> Card:
    lang, plan = lists.lang, parts.scenario.plan
    below = [one.id for one in plan.organize.offices if one.parent == office.id]
    shelters = [shelter.id for shelter in parts.scenario.district.shelters if shelter.keeper == office.id]
    own = [zone for zone in lists.zones_below(office.id) if zone in lists.transfers]
    means = Text(", ", "、").said(lang).join(CALL_MEANS[one].said(lang) for one in office.means)
    decides = masked_person(plan.when.decided_by) if parts.masked else plan.when.decided_by
    above = Text("decides: ", "决策机构：").said(lang) + in_language(decides, lang)
    if office.parent is not None:
        above = lists.places[office.parent]
    teams = sorted({team for zone in own for team in lists.teams_of.get(zone, [])})
    lines = [
        (Text("hears from", "接谁指令"), above),
        (Text("reached by", "接令手段"), means),
        (
            Text("calls", "叫应谁"),
            lists.listed(below) if below else Text("households", "责任区住户").said(lang),
        ),
        (
            Text("moves", "转移区域"),
            lists.listed(own) if own else Text("none", "无").said(lang),
        ),
    ]
    if teams:
        lines.append((Text("teams", "工作组"), lists.listed(teams)))
    if shelters:
        lines.append((Text("opens", "启用安置点"), lists.listed(shelters)))
    lines += [
        (Text("staff", "值班人数"), str(office.staff)),
        (Text("responsible", "责任人、电话"), lists.person(office.id)),
    ]
    level = COMMAND_LEVELS[office.level].said(lang)
    title = Text("Action card: ", "应急处置卡：").said(lang) + f"{lists.places[office.id]} · {level}"
    return Card(title, tuple((label.said(lang), said) for label, said in lines))


def _zone_card(zone: str, transfer: ZoneTransfer, parts: LeadersReport, lists: _Lists) -> Card:
    lang, scenario = lists.lang, parts.scenario
    office = lists.office_of.get(zone)
    on_foot, nearest = (
        Text("on foot or by own car", "步行或自驾"),
        Text("the nearest shelter", "最近的安置点"),
    )
    board = lists.places[transfer.pickup_point] if transfer.pickup_point else on_foot.said(lang)
    where = lists.listed(transfer.shelter) if transfer.shelter else nearest.said(lang)
    if transfer.moved_to != "shelter":
        where = MOVED_TO[transfer.moved_to].said(lang) + (
            lists.places[transfer.refuge] if transfer.refuge else ""
        )
    deadline = NOT_GIVEN.said(lang)
    if transfer.deadline is not None:
        deadline = day_and_time(scenario.start, seconds_after(scenario.start, transfer.deadline), lang)
    caller = [lists.places[office]] if office else []
    caller += lists.teams_of.get(zone, [])[:3]
    lines = [
        (Text("when to go", "何时走"), trigger_told(transfer, scenario, lang)),
        (Text("out by", "最迟到位"), deadline),
        (Text("who calls", "谁来叫"), Text(", ", "、").said(lang).join(caller) or NOT_GIVEN.said(lang)),
        (Text("board at", "哪里上车"), board),
        (Text("go to", "转到哪里"), where),
        (Text("responsible", "责任人、电话"), lists.person(zone, office, otherwise=transfer.organizer)),
        (Text("take along", "随身带"), TAKE_ALONG.said(lang)),
    ]  # fmt: skip
    title = Text("Household card: ", "明白卡：").said(lang) + lists.places[zone]
    return Card(title, tuple((label.said(lang), said) for label, said in lines))
