"""The lists of a plan as the sheets of one workbook: what each sheet is called, and where its entries belong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evacsim.language import Language, Text
from evacsim.scenario.care import Post, Stock
from evacsim.scenario.columns import CHOICES, COLUMNS, field_and_unit
from evacsim.scenario.command import Office
from evacsim.scenario.contacts import Contact
from evacsim.scenario.district import PickupPoint, Shelter, Store, Zone
from evacsim.scenario.forces import Force
from evacsim.scenario.given import Loc
from evacsim.scenario.nearest import plainly
from evacsim.scenario.organizers import Officer
from evacsim.scenario.plan import RoadOrder, ZoneTransfer
from evacsim.scenario.register import Resettled, ZoneRegister
from evacsim.scenario.rules import Rule
from evacsim.scenario.section import Section
from evacsim.scenario.transport import Fleet, Promise, Refuge


@dataclass(frozen=True, slots=True)
class ListSheet:
    """One list of a plan."""

    key: str
    """Name of its file without `.csv`."""
    loc: Loc
    """Where its entries stand in a scenario; empty for what no scenario holds."""
    model: type[Section]
    name: Text
    """What its sheet is called."""
    others: tuple[str, ...] = ()
    """What else it may be called."""


SHEETS: tuple[ListSheet, ...] = (
    ListSheet("zones", ("district", "zones"), Zone, Text("zones", "转移对象"),
              ("转移区域", "转移单元", "区域", "村社", "危险区", "风险区域", "villages")),
    ListSheet("register", ("plan", "who", "lists", "zones"), ZoneRegister, Text("register", "转移清册"),
              ("转移对象清册", "清册", "特殊群体", "名册", "special groups")),
    ListSheet("resettled", ("plan", "who", "resettled"), Resettled, Text("resettled", "避险搬迁"), ("搬迁",)),
    ListSheet("transfers", ("plan", "zones"), ZoneTransfer, Text("transfers", "转移安排"),
              ("转移计划", "转移方案", "转移", "避险转移安排")),
    ListSheet("pickup_points", ("district", "pickup_points"), PickupPoint, Text("pick-up points", "上车点"),
              ("集合点", "集结点", "乘车点", "pickup points", "assembly points")),
    ListSheet("shelters", ("district", "shelters"), Shelter, Text("shelters", "安置点"),
              ("避难场所", "应急避难场所", "避险点", "避灾点", "安置场所")),
    ListSheet("refuges", ("district", "refuges"), Refuge, Text("refuges", "就近避险点"), ("避险处",)),
    ListSheet("fleets", ("district", "fleets"), Fleet, Text("fleets", "车辆"),
              ("车队", "运输车辆", "车辆船艇", "船艇", "运力", "vehicles")),
    ListSheet("promises", ("plan", "to", "promises"), Promise, Text("promises", "承诺车辆"), ("车辆承诺",)),
    ListSheet("forces", ("district", "forces"), Force, Text("forces", "应急队伍"), ("队伍", "救援队伍", "抢险队伍")),
    ListSheet("stores", ("district", "stores"), Store, Text("stores", "物资储备点"),
              ("物资点", "储备点", "物资仓库", "应急物资", "supplies")),
    ListSheet("stock", ("district", "stock"), Stock, Text("stock", "物资库存"), ("库存", "物资")),
    ListSheet("offices", ("plan", "organize", "offices"), Office, Text("offices", "组织机构"),
              ("指挥机构", "机构", "组织体系")),
    ListSheet("officers", ("plan", "organize", "officers"), Officer, Text("officers", "责任人"),
              ("值班", "值班表", "工作组", "网格员", "roster")),
    ListSheet("rules", ("plan", "when", "rules"), Rule, Text("rules", "触发规则"), ("触发条件",)),
    ListSheet("controls", ("plan", "controls"), RoadOrder, Text("road orders", "交通管制"), ("controls",)),
    ListSheet("posts", ("plan", "care", "posts"), Post, Text("posts", "卡点"), ("值守卡点",)),
    ListSheet("contacts", (), Contact, Text("contacts", "通讯录"), ("联系人", "联系方式", "电话表")),
)  # fmt: skip
"""The lists, in the order in which they are written."""
BY_LOC: Mapping[Loc, ListSheet] = MappingProxyType({sheet.loc: sheet for sheet in SHEETS if sheet.loc})

NAMED: Mapping[str, str] = {
    "pickup_point": "pickup_points", "fleet": "fleets", "store": "stores", "office": "offices", "parent": "offices",
    "keeper": "offices", "force": "forces", "refuge": "refuges", "shelter": "shelters", "zone": "zones",
}  # fmt: skip
"""Fields that name entries of another list, by its key."""

BASICS = Text("basics", "基本情况")
"""Sheet of single values: what it is, and the value."""
FINDINGS = Text("findings", "检验意见")
"""Sheet of what a check has found; written, never read."""
UNREAD = frozenset(
    plainly(name)
    for name in (*FINDINGS, "说明", "填表说明", "填写说明", "目录", "封面", "readme", "notes", "contents")
)
"""Sheets that hold no list; so does any whose name begins with _."""

SINGLE: Mapping[Loc, tuple[Text, tuple[str, ...]]] = {
    ("district", "id"): (Text("district id", "地区编号"), ("地区代码",)),
    ("district", "name"): (Text("district", "地区名称"), ("地区", "县区")),
    ("district", "crs"): (Text("crs", "坐标系"), ()),
    ("plan", "id"): (Text("plan id", "预案编号"), ()),
    ("plan", "name"): (Text("plan", "预案名称"), ("预案",)),
    ("plan", "when", "decided_by"): (Text("decided by", "决策机构"), ("决策单位", "决定机构", "谁决定")),
    ("plan", "who", "compliance"): (Text("compliance", "服从率"), ("转移率",)),
    ("plan", "to", "bus_share"): (Text("bus share", "乘车比例"), ("大巴比例",)),
    ("plan", "to", "car_share"): (Text("car share", "自驾比例"), ()),
}
"""What the sheet of single values may say."""

SKIPPED_COLUMNS = frozenset(plainly(name) for name in ("序号", "备注", "no.", "remarks", "remark", "#"))
"""Columns of every form that say nothing to a program; so does any whose name begins with _."""
TOTALS = frozenset(plainly(name) for name in ("合计", "总计", "小计", "total", "sum"))
"""First words of rows that only add up the others."""

HEADINGS: Mapping[tuple[type[Section], str], str] = {
    (ZoneTransfer, "zone"): "转移单元",
    (ZoneTransfer, "organizer"): "转移责任人",
    (Zone, "population"): "人口",
    (ZoneRegister, "zones"): "转移单元",
    (Resettled, "zones"): "转移单元",
    (Contact, "id"): "单位",
    (Contact, "name"): "A角",
}
"""Chinese headings that are better than the first other name of a field."""
_PREFIX = re.compile(r"^(?:附件|附表|表)?[0-9一二三四五六七八九十]*(?:-[0-9]+)?[.、：:)）\s-]*")
_SUFFIX = re.compile(r"(?:清单|一览表|汇总表|信息表|统计表|登记表|名单|表|list)$", re.IGNORECASE)


def sheet_called(name: str) -> ListSheet | None:
    """Return the list that a sheet holds by its name: "表3 安置点清单", "Shelters"; None if none is known.

    >>> sheet_called("附件2：安置点一览表").key, sheet_called("Pickup_Points").key, sheet_called("午餐")
    ('shelters', 'pickup_points', None)
    """
    for candidate in (
        name,
        _PREFIX.sub("", name),
        _SUFFIX.sub("", name),
        _SUFFIX.sub("", _PREFIX.sub("", name)),
    ):
        found = _NAMES.get(plainly(candidate))
        if found is not None:
            return found
    return None


def is_basics(name: str) -> bool:
    """Return whether a sheet holds the single values."""
    return plainly(_PREFIX.sub("", name)) in {plainly(word) for word in (*BASICS, "基本信息", "概况")}


def heading(model: type[Section], field: str, lang: Language) -> str:
    """Return what a column is called in a workbook that is written.

    >>> heading(Shelter, "capacity", "zh"), heading(Shelter, "capacity", "en"), heading(Shelter, "id", "zh")
    ('容量', 'capacity', '编号')
    """
    if lang == "en":
        return field
    names = COLUMNS.get(model, {}).get(field, ())
    wanted = [HEADINGS.get((model, field), ""), "编号" if field == "id" else "", *names]
    for name in wanted:
        if name and not name.isascii() and field_and_unit(name, model) == (field, ""):
            return name
    return field


def word_in(model: type[Section], field: str, value: object, lang: Language) -> object:
    """Return a fixed word of a field as a workbook in `lang` shows it; any other value as it is."""
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    words = CHOICES.get((model, field), {})
    if lang == "zh" and isinstance(value, str):
        return next((chinese for chinese, word in words.items() if word == value), value)
    return value


_NAMES: Mapping[str, ListSheet] = {
    plainly(name): sheet for sheet in SHEETS for name in (sheet.key, *sheet.name, *sheet.others)
}
