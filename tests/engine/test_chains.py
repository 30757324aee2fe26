"""The chain of causes of every household that is late, stranded, trapped or dead leads back to the world outside."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.analysis.lateness import late_households
from evacsim.results.causes import chains
from evacsim.terms import ROOT_KINDS
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_flood

LOST = ["stranded", "trapped", "dead"]


def with_chain(folder, *, outage, answer, reach, teams, deadline):
    """Return the small flood with offices, calls, sites, a channel and teams."""
    scenario = small_flood(folder)
    offices = [
        {"id": "county", "node": node(4, 0), "level": "county", "staff": 5},
        {"id": "town", "node": node(2, 2), "level": "town", "parent": "county", "staff": 3},
        {"id": "west-village", "node": node(0, 1), "level": "village", "parent": "town", "zones": ["west"]},
        {"id": "north-village", "node": node(1, 2), "level": "village", "parent": "town", "zones": ["north"]},
    ]
    scenario["district"]["sites"] = [
        {"id": "mast", "node": node(0, 0), "kind": "cell", "serves": ["*"], "battery": "30 min"}
    ]
    if reach:
        speaker = {"id": "speaker", "kind": "loudspeaker", "needs": ["cell"]}
        scenario["district"]["channels"] = [speaker | {"reach_day": reach, "reach_night": reach}]
    if outage:
        scenario["hazard"]["outages"] = [{"site": "mast", "begins": outage}]
    scenario["plan"]["organize"] = {
        "offices": offices,
        "calling": {"answer_day": answer, "answer_night": answer, "tries": 1, "escalate": ["parent"]},
    }
    if teams:
        scenario["plan"]["organize"] |= {
            "officers": [{"id": "west-team", "office": "west-village"}],
            "door_to_door": {"rate": 12},
        }
    for row in scenario["plan"]["zones"]:
        row["deadline"] = deadline
    return scenario


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    outage=st.sampled_from(["", "T+0 min", "T+20 min"]),
    answer=st.sampled_from([0.0, 0.5, 1.0]),
    reach=st.sampled_from([0.0, 0.6]),
    teams=st.booleans(),
    deadline=st.sampled_from(["T+60 min", "T+3 h"]),
    seed=st.integers(0, 5),
)
def test_every_late_or_lost_household_has_a_whole_chain(
    tmp_path_factory, outage, answer, reach, teams, deadline, seed
):
    folder = tmp_path_factory.mktemp("district")
    scenario = with_chain(folder, outage=outage, answer=answer, reach=reach, teams=teams, deadline=deadline)
    record = engine_record(ev.from_mapping(scenario), seed=seed)
    assert len(late_households(record)) > 0
    assert broken_chains(record) == []


def broken_chains(record):
    """Return the households that are late or lost and whose chain does not begin at a root."""
    late = set(late_households(record)["household"])
    ledger = record.ledger
    failed = ledger[ledger["household"].isin(late) | ledger["final_state"].isin(LOST)]
    found = []
    for household, events in chains(replace(record, ledger=failed)):
        if not events or events[0].kind not in ROOT_KINDS:
            found.append((household, [event.kind for event in events]))
    return found
