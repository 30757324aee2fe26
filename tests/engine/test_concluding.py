"""The end of a run: who was never reached, why, and what did not work."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.engine.log import ROOT, EventLog, Kind, Where
from evacsim.engine.running import Run
from evacsim.streams import Streams
from evacsim.terms import EVENT_KINDS, FAILURES, ROOT_KINDS, HouseholdState
from evacsim.world.building import build_world
from evacsim.world.people import draw_households
from tests.reference.small_district import small_district, small_flood, write_depths


def begun(mapping):
    """Return a run of a scenario, not yet begun."""
    world, streams = build_world(ev.from_mapping(mapping)), Streams(7)
    return Run(world, draw_households(world, streams), streams)


def flooded_before_the_order(folder):
    """West is flooded long before its trigger, which comes so late that nobody is told."""
    water = {"type": "table", "places": write_depths(folder / "p.csv", "place", [("west", "T+1 h", 0.8)])}
    transfers = [
        {"zone": zone, "trigger_at": at, "organizer": "x", "pickup_point": "stop", "fleet": "buses"}
        for zone, at in (("west", "T+11.9 h"), ("north", "T+10 min"))
    ]
    return small_district(folder, water=water, transfers=transfers, organize={"relay_time": "30 min"})


def ended(run):
    run.parts.clock.run_to(run.parts.world.scenario.duration)
    run.concluding.conclude()
    return run.write_down(seed=7)


def test_whoever_had_to_go_and_never_heard_of_it_is_told_of_with_the_trigger_or_the_decision(tmp_path):
    record = ended(begun(flooded_before_the_order(tmp_path)))
    never = record.events[record.events["kind"] == "never_reached"]
    untold = record.ledger[record.ledger["told_s"].isna()]
    assert set(untold["zone"]) == {"west"}
    assert set(never["subject"]) == {f"household/{name}" for name in untold["household"]}
    assert never["value"].sum() == untold["people"].sum() == 200
    assert set(never["place"]) == {"zone/west"}
    causes = record.events.set_index("seq").loc[never["cause"].unique()]
    assert causes["kind"].tolist() == ["decided"]


def test_without_an_order_the_water_is_the_cause(tmp_path):
    run = begun(flooded_before_the_order(tmp_path))
    run.parts.clock.run_to(3 * 3600.0)
    run.concluding.conclude()
    told = run.parts.log.events(("never_reached",))
    changes = run.parts.log.events(("water_changed",)).number
    frame = run.write_down(seed=7).events.set_index("seq")
    assert len(told.number) > 0
    assert set(frame.loc[told.number, "cause"]) == {changes[0]}
    assert set(frame.loc[changes, "kind"]) <= ROOT_KINDS


@pytest.mark.parametrize(
    ("kind", "subject"),
    [("broadcast_failed", Where(Kind.ZONE, 0)), ("nobody_home", Where(Kind.HOUSEHOLD, 0))],
)
def test_the_last_failure_of_the_zone_or_at_the_door_comes_before_the_decision(tmp_path, kind, subject):
    run = begun(flooded_before_the_order(tmp_path))
    zone = run.parts.world.zones.ids.index("west")
    household = int(np.flatnonzero(run.parts.households.zone == zone)[0])
    thing = Where(subject.kind, zone if subject.kind == Kind.ZONE else household)
    run.parts.clock.run_to(run.parts.world.scenario.duration)
    failed = run.parts.log.record(run.parts.now, kind, thing, cause=ROOT)
    run.concluding.conclude()
    told = run.parts.log.events(("never_reached",))
    causes = run.write_down(seed=7).events.set_index("seq")["cause"]
    by_household = dict(zip(told.subject.tolist(), causes.loc[told.number], strict=True))
    assert by_household[household] == failed
    others = {cause for row, cause in by_household.items() if row != household}
    assert (others == {failed}) == (subject.kind == Kind.ZONE)


def test_who_is_away_or_was_told_or_is_not_concerned_is_not_told_of(tmp_path):
    run = begun(flooded_before_the_order(tmp_path))
    away = int(np.flatnonzero(run.parts.households.zone == run.parts.world.zones.ids.index("west"))[0])
    run.parts.clock.run_to(run.parts.world.scenario.duration)
    run.parts.book.state[away] = HouseholdState.AWAY
    run.concluding.conclude()
    assert away not in run.parts.log.events(("never_reached",)).subject
    dry = begun(small_district(tmp_path / "dry"))
    dry.parts.clock.run_to(60.0)
    dry.concluding.conclude()
    assert len(dry.parts.log.events(("never_reached",)).number) == 0


def test_failures_are_told_once_for_each_kind_and_place_with_their_people(tmp_path):
    record = ended(begun(small_flood(tmp_path)))
    table, events = record.tables["failures"], record.events
    assert set(table["kind"]) == set(events["kind"]) & set(FAILURES)
    for kind, rows in table.groupby("kind"):
        assert rows["times"].sum() == (events["kind"] == kind).sum()
        assert rows["place"].is_unique
    refused = events[events["kind"] == "refused"]
    assert table.loc[table["kind"] == "refused", "people"].sum() == refused["value"].sum()
    assert table.loc[table["kind"] == "shelter_flooded", "place"].tolist() == ["shelter/hall"]
    assert table.loc[table["kind"] == "shelter_flooded", "people"].isna().all()
    assert table["kind"].map(FAILURES.index).is_monotonic_increasing


def test_a_household_that_fails_twice_counts_its_people_once(tmp_path):
    run = begun(small_district(tmp_path))
    for _ in range(2):
        run.parts.log.record(0.0, "cut_off", Where(Kind.HOUSEHOLD, 0))
    line = run.write_down(seed=7).tables["failures"].iloc[0]
    assert (line["kind"], line["times"]) == ("cut_off", 2)
    assert line["people"] == run.parts.households.people[0]


def test_the_last_event_about_a_thing_is_found_by_subject_and_by_place():
    log = EventLog()
    log.record(0.0, "decided", Where(Kind.ZONE, 3))
    log.record(1.0, "broadcast_failed", Where(Kind.CHANNEL, 0), place=Where(Kind.ZONE, 3))
    log.record(2.0, "decided", Where(Kind.ZONE, 4))
    log.record(3.0, "decided", Where(Kind.SHELTER, 3))
    assert log.last_about(Kind.ZONE, ("decided", "broadcast_failed")) == {3: 2, 4: 3}


def test_words_of_failures_and_roots_are_kinds_of_events():
    assert {*FAILURES, *ROOT_KINDS} <= set(EVENT_KINDS)
    assert len(set(FAILURES)) == len(FAILURES)
