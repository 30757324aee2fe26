"""How the report for leaders names places, moments and what was not tested."""

import re
from collections.abc import Mapping
from typing import Any

from evacsim.clock import seconds_after
from evacsim.language import Language, Text
from evacsim.results.wording import day_and_time
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import ZoneTransfer

UNTESTED = Text("not tested", "未检验")
NOT_GIVEN = Text("not given", "未写明")
_BOTH = re.compile(r"(?P<zh>.*[\u4e00-\u9fff）][^\s]*) (?P<en>[A-Za-z][ -~]*)")


def in_language(name: str, lang: Language) -> str:
    """Return the half of a name in two languages that a reader takes; any other name as it is.

    >>> in_language("区防指 district headquarters", "zh"), in_language("区防指 district headquarters", "en")
    ('区防指', 'district headquarters')
    >>> in_language("河湾村", "en")
    '河湾村'
    """
    both = _BOTH.fullmatch(name)
    return name if both is None else both[lang]


class Places:
    """The names of everything in a scenario, short, with the id where the name alone tells nothing."""

    def __init__(self, scenario: Scenario, lang: Language) -> None:
        district, plan = scenario.district, scenario.plan
        lists: tuple[list[Any], ...] = (
            district.zones, district.shelters, district.pickup_points, district.fleets, district.refuges,
            plan.organize.offices,
        )  # fmt: skip
        self._names: Mapping[str, str] = {
            place.id: in_language(getattr(place, "name", "") or "", lang)
            for places in lists
            for place in places
        }

    def __contains__(self, id_: str) -> bool:
        """Return whether there is a thing of this id."""
        return id_ in self._names

    def __getitem__(self, id_: str) -> str:
        """Return the name of a thing, with its id."""
        name = self._names.get(id_, "")
        return (
            id_
            if not name
            else name
            if id_ in name
            else f"{name}（{id_}）"
            if _is_chinese(name)
            else f"{name} ({id_})"
        )


def trigger_told(transfer: ZoneTransfer, scenario: Scenario, lang: Language) -> str:
    """Return what triggers the transfer of a zone."""
    said = []
    if transfer.trigger_at is not None:
        said.append(day_and_time(scenario.start, seconds_after(scenario.start, transfer.trigger_at), lang))
    if transfer.trigger_gauge is not None and transfer.trigger_stage is not None:
        names = {gauge.id: gauge.name for gauge in scenario.hazard.gauges}
        gauge = gauge_told(transfer.trigger_gauge, names.get(transfer.trigger_gauge), lang)
        stage = f"{transfer.trigger_stage:g} m"
        said.append(Text(f"{gauge} ≥ {stage}", f"{gauge}水位 ≥ {stage}").said(lang))
    if transfer.rules:
        said.append(Text("rule ", "规则 ").said(lang) + Text(", ", "、").said(lang).join(transfer.rules))
    return Text(" or ", " 或 ").said(lang).join(said)


def gauge_told(id_: str, name: str | None, lang: Language) -> str:
    """Return the short name of a gauge: up to the first comma; its id where it has none.

    >>> gauge_told("upper", "上游站 gauge at the upper bridge, some two hours ahead of the city", "zh")
    '上游站'
    """
    return re.split("[,，]", in_language(name or "", lang))[0].strip() or id_


def _is_chinese(name: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", name) is not None
