"""Work and school stopped before the water: who leaves, who is back, who is counted, what is refused."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.analysis.indicators import indicators
from evacsim.errors import ScenarioError
from evacsim.terms import HouseholdState
from tests.engine.test_responding import WAVE, levelled
from tests.reference.record import engine_record
from tests.reference.small_district import write_depths

STOP = {"id": "idle", "action": "stop", "zones": ["west"]}


def scenario(folder, *, measure=STOP, kind="school", zones=None, stages=WAVE, **changes):
    """Return a small district with a school in the west; its level holds from T+1 h to T+3 h and from T+10 h on."""
    levels = [{"level": "Ⅳ", "rules": ["high"], "measures": ["idle"], "dwell": "0 s"}]
    described = levelled(folder, levels, [measure], stages=stages, **changes)
    for zone in described["district"]["zones"]:
        zone["kind"] = kind if zone["id"] == "west" else "residential"
        if zone["id"] == "west" and zones:
            zone.update(zones)
    return described


def at(record, minute, state):
    """Return the people in a state after a minute."""
    states = record.tables["states"]
    of_one = states[(states["state"] == state) & (states["time_s"] <= 60 * minute)]
    return 0 if of_one.empty else int(of_one["people"].iloc[-1])


def events(record, kind):
    rows = record.events[record.events["kind"] == kind]
    return [(row.time_s / 60, row.place, row.value) for row in rows.itertuples()]


def late_order(described, at_="T+11 h"):
    """Let the plan wait so long that nobody is ordered before."""
    for row in described["plan"]["zones"]:
        row.pop("rules", None)
        row["trigger_at"] = at_
    return described


def simulate(described, seed=1):
    return engine_record(ev.from_mapping(described), seed=seed)


def test_people_of_a_school_leave_and_are_back(tmp_path):
    record = simulate(late_order(scenario(tmp_path)))
    stopped, resumed = events(record, "work_stopped"), events(record, "work_resumed")
    people = record.ledger.loc[record.ledger["zone"] == "west", "people"].sum()
    assert stopped[0][1:] == ("zone/west", people)
    assert resumed[0][1:] == ("zone/west", people)
    done = stopped[0][0]
    assert at(record, done - 1, "away") == 0
    assert at(record, done, "away") == people
    assert at(record, resumed[0][0], "away") == 0
    # The second time they leave at T+10 h, before the order of T+11 h, and are not there when it comes.
    assert stopped[1][1:] == ("zone/west", people)
    assert record.ledger.loc[record.ledger["zone"] == "west", "final_state"].eq("away").all()
    assert (record.ledger.loc[record.ledger["zone"] == "north", "final_state"] == "away").sum() == 0


def test_the_measure_counts_as_carried_out(tmp_path):
    record = simulate(late_order(scenario(tmp_path)))
    assert indicators(record)["measures_executed_share"].value == 1
    measures = record.tables["measures"]
    people = record.ledger.loc[record.ledger["zone"] == "west", "people"].sum()
    assert measures["result"].tolist() == ["done", "done"]
    assert measures["exposed"].tolist() == [people, people]


def test_whoever_has_been_ordered_is_not_sent_home_by_himself(tmp_path):
    record = simulate(late_order(scenario(tmp_path), "T+10 min"))
    assert [value for _, _, value in events(record, "work_stopped")] == [0, 0]
    assert (record.ledger["final_state"] != "away").all()


def test_those_who_were_sent_home_are_not_there_when_the_water_comes(tmp_path):
    water = {
        "type": "table",
        "places": write_depths(tmp_path / "places.csv", "place", [("west", "T+10.5 h", 1.5)]),
        "links": write_depths(tmp_path / "links.csv", "link", []),
    }
    met = {}
    for kind in ("school", "scenic_area"):
        described = late_order(scenario(tmp_path / kind, kind=kind), "T+11.5 h")
        if kind == "scenic_area":
            described["plan"]["when"]["levels"] = []
        described["hazard"]["water"] = water
        record = simulate(described)
        met[kind] = record.ledger.loc[record.ledger["zone"] == "west", "final_state"].value_counts()
    assert set(met["school"].index) == {"away"}
    assert "away" not in met["scenic_area"].index
    assert met["scenic_area"].reindex(["stranded", "trapped", "dead"]).sum() > 0


def test_two_measures_on_one_school_end_with_the_later(tmp_path):
    described = late_order(scenario(tmp_path, stages=[(0, 0.0), (1, 2.0), (2, 2.0), (4, 0.0), (12, 0.0)]))
    when = described["plan"]["when"]
    when["measures"].append({**STOP, "id": "idle-too", "zones": ["*"]})
    when["rules"].append({"id": "clock", "at": "T+90 min"})
    when["breakers"] = [{"id": "cut", "rules": ["clock"], "measures": ["idle-too"]}]
    record = simulate(described)
    assert next(value for _, _, value in events(record, "work_resumed")) == 0
    assert at(record, 9 * 60, "away") > 0


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    trigger=st.integers(0, 700),
    day_share=st.sampled_from([None, 0.4]),
    visitors=st.integers(0, 40),
    seed=st.integers(0, 5),
)
def test_everybody_is_somewhere(tmp_path, trigger, day_share, visitors, seed):
    zones = {"visitors_day": visitors, "visitors_night": visitors}
    if day_share is not None:
        zones["day_share"] = day_share
    described = late_order(scenario(tmp_path, zones=zones, kind="scenic_area"), f"T+{trigger} min")
    described["district"]["population"]["visitors"] = {}
    record = simulate(described, seed)
    states = record.tables["states"].pivot_table(index="time_s", columns="state", values="people").ffill()
    assert (states.fillna(0).sum(axis=1) == record.population).all()
    ledger = record.ledger
    assert not (ledger["departed_s"].notna() & (ledger["final_state"] == HouseholdState.AWAY.id)).any()


@pytest.mark.parametrize(
    ("measure", "kind", "rule"),
    [
        (STOP, "residential", "people live there: no work and no school to stop"),
        (STOP, "care_home", "people live there: no work and no school to stop"),
        ({**STOP, "fleets": ["buses"]}, "school", "has no part in action: stop"),
        ({**STOP, "zones": ["wst"]}, "school", "the district has no such zone"),
    ],
)
def test_what_cannot_be_stopped(tmp_path, measure, kind, rule):
    with pytest.raises(ScenarioError) as told:
        ev.from_mapping(scenario(tmp_path, measure=measure, kind=kind))
    assert rule in str(told.value)


def test_a_pattern_stops_the_schools_among_its_zones(tmp_path):
    record = simulate(late_order(scenario(tmp_path, measure={**STOP, "zones": ["*"]})))
    assert {place for _, place, _ in events(record, "work_stopped")} == {"zone/west"}
