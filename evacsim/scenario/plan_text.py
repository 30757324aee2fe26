"""What a plan says in words, link by link, and its sheets of readiness: no run reads it, the check of the plan does.

A statement is what the plan says, or where it says it ("见 3.2 节"); `yes` where it says so somewhere,
empty or `no` where it says nothing.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from evacsim.scenario.section import Moment, Number, Patterns, Section, YesNo, as_list
from evacsim.units import Count, People

CrowdSite = Literal[
    "care_home", "school", "hospital", "construction_site", "scenic_area", "boats", "visitors"
]
"""Where people are who are on no household list: sites, boats, and people who are passing through."""


def _as_said(value: object) -> object:
    """Let yes stand for a statement made elsewhere and no for none.

    >>> _as_said(True), _as_said("否"), _as_said("见 3.2 节")
    ('yes', '', '见 3.2 节')
    """
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if str(value).strip().casefold() in ("no", "否", "无", "没有") else value


Said = Annotated[str, BeforeValidator(_as_said), WithJsonSchema({"type": ["string", "boolean"]})]
"""What the plan says of something; empty where it says nothing."""


class WhenText(Section):
    """What the plan says of when to go."""

    night: Said = ""
    """What holds by night: whom one moves before dark, who decides then (夜间提前转移)."""
    no_forecast: Said = ""
    """What holds without forecast or readings (无预报、监测中断时)."""
    danger_signs: Said = ""
    """People go at once where a danger sign is found (险情异动时)."""
    not_judged: Said = ""
    """People go at once where a danger cannot be judged (险情不能研判时)."""
    warning: str = ""
    """Text of the warning to the people (预警信息用语)."""
    repeat: Said = ""
    """When and how the warning is repeated (重复发布)."""
    cancel: Said = ""
    """Who lifts the warning, and on what (解除条件)."""


class WhoText(Section):
    """What the plan says of who must go."""

    list_date: Moment | None = None
    """Moment at which the list of people was last compared with who is there (清单更新时间)."""
    people: People | None = Field(default=None, ge=0)
    """People on the list of the whole plan (转移总人数) [person]."""
    helpers: Said = ""
    """The list of special groups with a helper by name for each of them (一对一责任人)."""
    surveyed: Annotated[list[CrowdSite], BeforeValidator(as_list)] = []
    """Kinds of sites that were looked for in all of the district, found or not (排查)."""
    animals: Said = ""
    """What happens to livestock and pets (牲畜、宠物)."""


class OrganizeText(Section):
    """What the plan says of who organizes."""

    households_each: Count | None = Field(default=None, ge=1)
    """Households that one person answers for at most (包户上限); the check takes 30 where absent (assumed)."""
    handover: Said = ""
    """How one shift hands over to the next, above all by night (夜间交接班)."""


class WheretoText(Section):
    """What the plan says of where to go."""

    signs: Said = ""
    """Signs along the routes and at the shelters (标识标牌)."""
    cards: Said = ""
    """Cards at every household that say when, with whom and where to (明白卡)."""


class CareText(Section):
    """What the plan says of how people are cared for."""

    registration: Said = ""
    """How arrivals are registered (登记)."""
    missing_persons: Said = ""
    """What is done about people who are missing (走失人员查找)."""
    days: Number | None = Field(default=None, gt=0, le=365)
    """Days for which people are provided for [d]; the check takes 3 where absent (assumed)."""
    medical: Said = ""
    """Medical care (医疗)."""
    elderly: Said = ""
    """Care of the elderly and the disabled (老年人、残疾人照护)."""
    infants: Said = ""
    """Milk, napkins, a quiet corner for infants (婴幼儿)."""
    women: Said = ""
    """What women and pregnant women need (妇女、孕产妇)."""
    diet: Said = ""
    """Diet of minorities (少数民族饮食)."""
    posts: Said = ""
    """Posts that keep people from going back (封控防回流)."""
    return_rule: Said = ""
    """On what people may go home, and who says so (返家条件)."""
    volunteers: Said = ""
    """A desk for volunteers and donations (志愿者、捐赠接收)."""


class VillageSheet(Section):
    """The ten things a village has (村级“十个有”; seen: S4), for one or more zones."""

    zones: Patterns = Field(min_length=1)
    """Zones: ids or patterns with `*`."""
    organization: YesNo = False
    """An organization (组织体系)."""
    loudspeaker: YesNo = False
    """Loudspeakers (大喇叭)."""
    siren: YesNo = False
    """Sirens (警报器)."""
    shelter: YesNo = False
    """A shelter (避难场所)."""
    risk_map: YesNo = False
    """A map of risks (风险地形图)."""
    cards: YesNo = False
    """Cards for every household (明白卡)."""
    communication: YesNo = False
    """Communication for emergencies (应急通讯)."""
    lighting: YesNo = False
    """Lighting for emergencies (应急照明)."""
    booklet: YesNo = False
    """A booklet (小册子)."""
    board: YesNo = False
    """A notice board (宣传栏)."""


class TenInPlace(Section):
    """Ten things in place before the flood season (防汛“十到位”).

    S1 names the ten without saying which they are; these are assumed.
    """

    responsibility: YesNo = False
    """Persons responsible (责任落实到位)."""
    plans: YesNo = False
    """Plans (预案编制到位)."""
    survey: YesNo = False
    """Survey of risks (隐患排查到位)."""
    monitoring: YesNo = False
    """Monitoring and warning (监测预警到位)."""
    calling: YesNo = False
    """Calls that are acknowledged (叫应到位)."""
    transfer: YesNo = False
    """Transfer: who, whereto, with whom (转移避险到位)."""
    teams: YesNo = False
    """Teams (队伍备勤到位)."""
    supplies: YesNo = False
    """Supplies (物资储备到位)."""
    duty: YesNo = False
    """Duty (值班值守到位)."""
    drills: YesNo = False
    """Drills and teaching (演练宣传到位)."""


class Readiness(Section):
    """Sheets of readiness (十个有、十到位)."""

    villages: list[VillageSheet] = []
    """One entry for each village, or for several with the same answers."""
    ten_in_place: TenInPlace | None = None
    """The district's own sheet; it was not filled in where absent."""
    act: YesNo = False
    """Whether runs go by the sheets (按清单推演): what a sheet says is missing, no run counts on."""
