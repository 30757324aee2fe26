"""What the sheets of readiness take from a scenario (按清单推演): what a village does not have, no run may count on.

Only what is missing changes anything. What a sheet has and the scenario has not is a contradiction
for the check of the plan: nobody knows how far such a loudspeaker is heard.
"""

from collections.abc import Iterator

from evacsim.scenario.channels import Coverage
from evacsim.scenario.command import WITHOUT_CELL, Calling, Office, Roster
from evacsim.scenario.matching import matching
from evacsim.scenario.model import Scenario
from evacsim.scenario.plan import Plan
from evacsim.scenario.plan_text import VillageSheet

HEARD = ("loudspeaker", "siren")
"""Things on a village's sheet that are channels of the same kind."""
ACTING = frozenset({*HEARD, "communication"})
"""Things on a village's sheet that a run does without where they are missing and sheets act."""


def as_sheets_say(scenario: Scenario) -> Scenario:
    """Return a scenario that has no more than its sheets of readiness say; itself where they are not to act.

    * No loudspeaker, no siren: channels of that kind are not heard in the zone.
    * No communication for emergencies: the office that has the zone as its own is called by mobile phone alone.
    * Calls not in place (叫应): who does not answer is called once more by nobody.
    * Duty not in place (值班): nobody stands in for whoever is absent.
    """
    sheets = scenario.plan.readiness
    if sheets is None or not sheets.act:
        return scenario
    district = scenario.district
    ids = [zone.id for zone in district.zones]
    coverage = [*district.coverage, *_unheard(scenario, sheets.villages)]
    mute = {zone for sheet in sheets.villages if not sheet.communication for zone in _zones(sheet, ids)}
    return scenario.model_copy(
        update={
            "district": district.model_copy(update={"coverage": coverage}),
            "plan": _plan(scenario.plan, mute, ids),
        }
    )


def _zones(sheet: VillageSheet, ids: list[str]) -> list[str]:
    named = dict.fromkeys(ids)
    return [zone for pattern in sheet.zones for zone in matching(pattern, named)]


def _unheard(scenario: Scenario, sheets: list[VillageSheet]) -> Iterator[Coverage]:
    for thing in HEARD:
        silent = [pattern for sheet in sheets if not getattr(sheet, thing) for pattern in sheet.zones]
        for channel in scenario.district.channels:
            if silent and channel.kind == thing:
                yield Coverage(channel=channel.id, zones=silent, reach_day=0.0, reach_night=0.0)


def _plan(plan: Plan, mute: set[str], ids: list[str]) -> Plan:
    organize, sheets = plan.organize, plan.readiness
    district = None if sheets is None else sheets.ten_in_place
    changed: dict[str, list[Office] | Calling | Roster] = {
        "offices": [_office(office, mute, ids) for office in organize.offices]
    }
    if district is not None and not district.calling and organize.calling is not None:
        changed["calling"] = organize.calling.model_copy(update={"tries": 1, "escalate": []})
    if district is not None and not district.duty and organize.roster is not None:
        changed["roster"] = organize.roster.model_copy(update={"backup": False})
    return plan.model_copy(update={"organize": organize.model_copy(update=changed)})


def _office(office: Office, mute: set[str], ids: list[str]) -> Office:
    """Return an office, with no other means than those of the mobile network if one of its own zones is mute."""
    own = {zone for pattern in office.zones for zone in matching(pattern, dict.fromkeys(ids))}
    left = [kind for kind in office.means if kind not in WITHOUT_CELL]
    # The top of the tree names all zones at once: the sheet of a village says nothing of it.
    is_village = office.level in ("village", "grid")
    if not (is_village and own & mute) or left == office.means:
        return office
    return office.model_copy(update={"means": left or ["phone"]})
