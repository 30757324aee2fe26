"""Which zones a line of the plan means."""

import re
from collections.abc import Collection

from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import ZoneTransfer


def matching(pattern: str, ids: Collection[str]) -> list[str]:
    """Return those of `ids` (a set or dict, to be quick) that `pattern` names; `*` stands for any letters.

    >>> matching("J15-*", ["J15-1", "J15-2", "J1"])
    ['J15-1', 'J15-2']
    """
    if "*" not in pattern:
        return [pattern] if pattern in ids else []
    expression = re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
    return [id_ for id_ in ids if expression.fullmatch(id_)]


def transfers_by_zone(scenario: Scenario) -> dict[str, ZoneTransfer]:
    """Return the line of the plan for each zone that has one, in the order of the district's zones."""
    ids = dict.fromkeys(zone.id for zone in scenario.district.zones)
    named = {id_: transfer for transfer in scenario.plan.zones for id_ in matching(transfer.zone, ids)}
    return {id_: named[id_] for id_ in ids if id_ in named}
