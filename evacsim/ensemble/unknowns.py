"""What a study draws as unknown, in words: by the place in the scenario where it stands."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evacsim.language import Text, same
from evacsim.results.wording import duration, percent
from evacsim.scenario.matching import matching
from evacsim.scenario.study import StudyDesign
from evacsim.units import (
    METRES,
    METRES_PER_SECOND,
    MILLIMETRES_PER_HOUR,
    PER_METRE,
    PER_SECOND,
    SECONDS,
    SHARES,
    SQUARE_METRES,
)

NAMES: Mapping[str, Text] = {
    "plan.who.compliance": Text("share of people who follow the order", "服从转移的比例"),
    "plan.zones.compliance": Text("share of people who follow the order, by zone", "各区域服从转移的比例"),
    "plan.who.lists.completeness": Text("completeness of the lists", "清单完整率"),
    "plan.when.decision_time": Text("time to decide", "会商决策用时"),
    "plan.organize.preparation*": Text("time to prepare", "群众准备用时"),
    "plan.organize.relay_time*": Text("time to relay the order", "指令逐级传达用时"),
    "plan.organize.door_to_door.rate": Text("doors a team knocks at in an hour", "工作组每小时走访户数"),
    "plan.to.bus_share": Text("share of people who go by bus", "乘大巴转移的比例"),
    "plan.to.car_share": Text("share of people who drive", "自驾转移的比例"),
    "plan.to.bus_wait_limit": Text("how long people wait for a bus", "候车时限"),
    "plan.care.registration_time*": Text("time to register a household", "每户登记用时"),
    "plan.rescue.calls.lost": Text("share of calls for help that get lost", "求救电话未接通的比例"),
    "district.fleets.availability": Text("share of vehicles that come", "车辆到位率"),
    "district.fleets.driver_comes": Text("share of drivers who come", "司机到位率"),
    "district.fleets.call_up*": Text("time to call up drivers", "车队集结用时"),
    "district.fleets.vehicles": Text("vehicles of a fleet", "车队车辆数"),
    "district.fleets.speed": Text("speed of vehicles and boats", "车辆、舟艇速度"),
    "district.shelters.opening*": Text("time to open shelters", "安置点启用用时"),
    "district.population.car_share": Text("share of households with a car", "有车户比例"),
}
"""Names of what may be drawn, by patterns of paths without what is chosen in brackets; the first that fits counts."""
SHARES_OF = frozenset(
    name
    for pattern, name in NAMES.items()
    if pattern.endswith((".compliance", ".completeness", "_share", ".lost", ".availability", ".driver_comes"))
)
"""Those that are shares."""
KINDS: Mapping[str, Text] = {
    "plan.who.lists.*": Text("quality of the lists", "清单质量"),
    "plan.when.*": Text("how the order comes about", "下令环节参数"),
    "plan.organize.door_to_door.*": Text("work of the teams at the door", "入户工作参数"),
    "plan.organize.calling.*": Text("calls and answers", "叫应应答参数"),
    "plan.organize.roster.*": Text("people on duty", "值班到岗参数"),
    "plan.organize.*": Text("how people are told and organized", "组织环节参数"),
    "plan.to.*": Text("how people go", "转移方式参数"),
    "plan.care.*": Text("care at shelters", "安置保障参数"),
    "plan.rescue.calls.*": Text("calls for help", "求救电话参数"),
    "plan.rescue.*": Text("rescue", "抢险救援参数"),
    "district.fleets*": Text("vehicles and boats", "车辆、舟艇参数"),
    "district.shelters*": Text("shelters", "安置点参数"),
    "district.population.*": Text("the people of the district", "人口参数"),
    "district.zones*": Text("the people of some zones", "区域人口参数"),
    "district.channels*": Text("channels of warning", "预警渠道参数"),
    "district.sites*": Text("base stations and power", "基站与供电参数"),
    "district.*": Text("the district", "地区参数"),
    "hazard.water*": Text("the water", "洪水过程参数"),
    "hazard.effects.*": Text("what water does", "水的影响参数"),
    "hazard.*": Text("the hazard", "灾害参数"),
    "plan.*": Text("the plan", "预案参数"),
}
"""What anything else is about, by patterns; told with its id, since several may be alike."""
_CHOSEN = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a study draws as unknown, as people call it."""

    name: Text
    is_share: bool
    """Whether a number without a unit is a share of something."""

    def amount(self, number: float, unit: str) -> Text:
        """Return a value as people read it.

        >>> Unknown(same("x"), True).amount(0.9472, ""), Unknown(same("x"), False).amount(90.0, "min").zh
        (Text(en='94.7%', zh='94.7%'), '1小时30分')
        >>> Unknown(same("x"), False).amount(12.0, "km/h")
        Text(en='12 km/h', zh='12 公里/小时')
        """
        if unit in SECONDS:
            seconds = number * SECONDS[unit]
            return Text(duration(seconds, "en"), duration(seconds, "zh"))
        if self.is_share and unit in SHARES:
            return same(percent(number * SHARES[unit]))
        return Text(f"{number:.4g} {unit}".rstrip(), f"{number:.4g} {_in_chinese(unit)}".rstrip())


def unknowns_of(paths_by_id: Mapping[str, Sequence[str]]) -> dict[str, Unknown]:
    """Return what each unknown is called, by where it stands; those that would be called alike with their ids."""
    names = {id_: named_unknown(id_, paths) for id_, paths in paths_by_id.items()}
    often = Counter(names.values())
    return {
        id_: Unknown(
            name if often[name] == 1 else Text(f"{name.en} ({id_})", f"{name.zh}（{id_}）"),
            all(_first(NAMES, _plain(path)) in SHARES_OF for path in paths_by_id[id_]),
        )
        for id_, name in names.items()
    }


def unknowns_in(design: StudyDesign) -> dict[str, Unknown]:
    """Return what each unknown of a design is called, by its id."""
    return unknowns_of({item.id: item.paths for item in design.uncertain})


def named_unknown(id_: str, paths: Sequence[str]) -> Text:
    """Return what an unknown is called, by where it stands; with its id where that tells only what it is about.

    >>> named_unknown("buses", ["district.fleets[coach-*].availability", "district.fleets[b].availability"]).zh
    '车辆到位率'
    >>> named_unknown("tries", ["plan.organize.calling.tries"]).en
    'calls and answers (tries)'
    >>> named_unknown("x", ["elsewhere"]).en
    'x'
    """
    plain = list(dict.fromkeys(map(_plain, paths)))
    names = [_first(NAMES, path) for path in plain]
    if plain and all(names):
        told = list(dict.fromkeys(name for name in names if name))
        return Text(" and ".join(name.en for name in told), "、".join(name.zh for name in told))
    about = _first(KINDS, plain[0]) if plain else None
    return same(id_) if about is None else Text(f"{about.en} ({id_})", f"{about.zh}（{id_}）")


def _plain(path: str) -> str:
    """Return a path without what is chosen in brackets."""
    return _CHOSEN.sub("", path)


def _in_chinese(unit: str) -> str:
    """Return the Chinese name of a unit, where it has one."""
    for factors in (METRES, METRES_PER_SECOND, PER_SECOND, PER_METRE, MILLIMETRES_PER_HOUR, SQUARE_METRES):
        for other, factor in factors.items():
            if factor == factors.get(unit) and re.search(r"[\u4e00-\u9fff]", other):
                return other
    return unit


def _first(names: Mapping[str, Text], path: str) -> Text | None:
    return next((name for pattern, name in names.items() if matching(pattern, [path])), None)
