"""Who calls a fleet, which drivers come, which towns its vehicles are promised to: times by hand."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.running import Run
from evacsim.streams import Streams
from evacsim.world.building import build_world
from evacsim.world.people import draw_households
from tests.reference.record import engine_record
from tests.reference.small_district import node, small_district

MINUTE = 60.0
TEN, TWENTY = ({"type": "fixed", "value": f"{n} min"} for n in (10, 20))
SURE = {"ring": "1 min", "answer_day": 1, "answer_night": 1, "again_after": "5 min", "tries": 3}
AT_TOWN = 26.0
"""Decided at 15 min, 10 min in the county's hands, 1 min of ringing until the town has the order."""
AT_VILLAGE = AT_TOWN + 11.0


def office(id_, level, parent=None, **more):
    return {"id": id_, "level": level, "parent": parent, "node": node(2, 1), "handling": TEN, **more}


def case(folder, *, promises=(), zones=None, transfers=None, dispatch="longest_queue", **fleet):
    """Return the small district with a county, a town and a village, and what is said of its buses."""
    folder.mkdir(parents=True, exist_ok=True)
    buses = {"id": "buses", "node": node(2, 0), "vehicles": 5, "seats": 40, "call_up": TWENTY, **fleet}
    said = {} if zones is None else {"zones": zones, "transfers": transfers}
    given = small_district(
        folder,
        fleets=[buses],
        organize={
            "offices": [
                office("county", "county"),
                office("town", "town", "county", lines=2),
                office("village", "village", "town", zones=["*"]),
            ],
            "calling": SURE,
        },
        to={"promises": list(promises), "dispatch": dispatch},
        **said,
    )
    given["district"]["pickup_points"].append({"id": "other", "node": node(1, 2)})
    return ev.from_mapping(given)


def when(record, kind):
    events = record.events[record.events["kind"] == kind]
    return (events["time_s"] / MINUTE).tolist()


def run_of(scenario, seed=1):
    world, streams = build_world(scenario), Streams(seed)
    return Run(world, draw_households(world, streams), streams)


def test_an_office_calls_drivers_one_after_the_other_on_its_lines(tmp_path):
    record = engine_record(case(tmp_path, office="town", driver_comes=1), seed=1)
    called = [AT_TOWN + k for k in (0, 0, 1, 1, 2)]
    assert when(record, "driver_called") == pytest.approx(called)
    assert when(record, "vehicle_departed") == pytest.approx([time + 20 for time in called])
    calls = record.tables["fleet_calls"]
    assert (calls["answered_s"] - calls["called_s"]).to_numpy() == pytest.approx(np.full(5, 60.0))
    assert set(calls["result"]) == {"came"}


def test_a_fleet_without_an_office_is_called_by_the_office_that_leads_the_zone(tmp_path):
    record = engine_record(case(tmp_path), seed=1)
    assert when(record, "called_up") == pytest.approx([AT_VILLAGE] * 5)
    assert when(record, "vehicle_departed") == pytest.approx([AT_VILLAGE + 20] * 5)
    assert "driver_called" not in set(record.events["kind"])


def test_a_driver_who_never_answers_is_called_three_times_and_the_seats_are_missing(tmp_path):
    record = engine_record(case(tmp_path, office="town", driver_comes=0), seed=1)
    known = [AT_TOWN + k + 2 * 5 + 1 for k in (0, 0, 1, 1, 2)]
    assert when(record, "driver_absent") == pytest.approx(known)
    assert record.tables["vehicles"]["people"].sum() == 0
    assert set(record.tables["fleet_calls"]["result"]) == {"absent"}
    causes = record.events.set_index("seq")
    absent = record.events[record.events["kind"] == "driver_absent"]
    assert set(causes.loc[absent["cause"], "kind"]) == {"driver_called"}
    called = record.events[record.events["kind"] == "driver_called"]
    assert set(causes.loc[called["cause"], "kind"]) == {"order_received"}


def test_another_driver_is_called_for_one_who_does_not_come(tmp_path):
    alone = engine_record(case(tmp_path / "a", office="town", driver_comes=0.5), seed=1)
    both = engine_record(case(tmp_path / "b", office="town", driver_comes=0.5, backup_drivers=True), seed=1)
    came = {
        name: record.tables["vehicles"].set_index("vehicle")["came"]
        for name, record in (("a", alone), ("b", both))
    }
    assert (came["b"] | ~came["a"]).all(), "who comes by himself comes still"
    assert came["b"].sum() > came["a"].sum()
    events = both.events
    second = events[(events["kind"] == "driver_called") & (events["value"] == 2)]
    # The first is given up after three calls, 5 min from one to the next and 1 min of ringing.
    place_in_line = [int(name.rsplit("-", 1)[1]) - 1 for name in second["subject"]]
    assert (second["time_s"] / MINUTE).to_numpy() == pytest.approx(
        [AT_TOWN + k // 2 + 11 for k in place_in_line]
    )
    departed = both.tables["vehicles"].set_index("vehicle")["departed_s"] / MINUTE
    for name, time in zip(second["subject"], second["time_s"] / MINUTE, strict=True):
        bus = name.removeprefix("vehicle/")
        assert np.isnan(departed[bus]) or departed[bus] == pytest.approx(time + 20)


def test_nobody_is_reached_where_the_phones_of_the_office_are_out(tmp_path):
    run = run_of(case(tmp_path, office="town", driver_comes=1))
    town = Where(Kind.OFFICE, run.command.row("town"))

    def cut():
        down = run.parts.log.record(run.parts.now, "site_down", town, cause=ROOT)
        for kind in ("cell", "power"):
            run.parts.networks.put_out(kind, town, down)

    run.parts.clock.call_at((AT_TOWN + 0.5) * MINUTE, cut)
    run.parts.clock.run_to(6 * 3600.0)
    record = run.write_down(seed=1)
    # Two were ringing when the phones went out.
    assert record.tables["fleet_calls"]["result"].tolist() == ["came"] * 2 + ["absent"] * 3
    events = record.events.set_index("seq")
    absent = record.events[record.events["kind"] == "driver_absent"]
    assert set(events.loc[absent["cause"], "kind"]) <= {"driver_called", "site_down"}


TWO_TOWNS = {
    "zones": [
        {"id": "west", "node": node(0, 1), "population": 200, "township": "first"},
        {"id": "north", "node": node(1, 2), "population": 200, "township": "second"},
    ],
    "transfers": [
        {"zone": zone, "trigger_at": at, "organizer": "x", "pickup_point": stop, "fleet": "buses"}
        for zone, at, stop in (("west", "T+10 min", "stop"), ("north", "T+20 min", "other"))
    ],
}


def promised(*towns):
    return [{"fleet": "buses", "township": town, "vehicles": n} for town, n in towns]


@pytest.mark.parametrize("dispatch", ["longest_queue", "greedy"])
def test_vehicles_go_to_the_towns_they_are_promised_to(tmp_path, dispatch):
    promises = promised(("first", 2), ("second", 3))
    record = engine_record(case(tmp_path, promises=promises, dispatch=dispatch, **TWO_TOWNS), seed=1)
    rounds = record.tables["rounds"].groupby("pickup_point")["vehicle"].agg(set)
    assert rounds["stop"] <= {"buses-1", "buses-2"}
    assert rounds["other"] <= {"buses-3", "buses-4", "buses-5"}
    assert when(record, "called_up") == pytest.approx([AT_VILLAGE] * 2 + [AT_VILLAGE + 10] * 3)
    assert "fleet_promised_twice" not in set(record.events["kind"])


def test_a_vehicle_promised_twice_goes_to_the_first_town_as_long_as_it_is_needed_there(tmp_path):
    promises = promised(("first", 3), ("second", 3))
    run = ev.simulate(case(tmp_path, promises=promises, **TWO_TOWNS), seed=1)
    record = run.record
    twice = record.events[record.events["kind"] == "fleet_promised_twice"]
    assert twice["value"].tolist() == [1.0]
    assert twice["place"].tolist() == ["zone/north"]
    assert (twice["time_s"] / MINUTE).tolist() == pytest.approx([AT_VILLAGE + 10])
    assert run.indicators["double_promised_vehicles"].value == 1
    rounds = record.tables["rounds"]
    assert set(rounds["vehicle"][rounds["pickup_point"] == "stop"]) <= {"buses-1", "buses-2", "buses-3"}
    assert set(rounds["vehicle"][rounds["pickup_point"] == "other"]) <= {"buses-1", "buses-4", "buses-5"}


def test_vehicles_that_nobody_was_promised_go_where_they_are_called_first(tmp_path):
    record = engine_record(case(tmp_path, promises=promised(("second", 2)), **TWO_TOWNS), seed=1)
    rounds = record.tables["rounds"]
    assert set(rounds["vehicle"][rounds["pickup_point"] == "stop"]) <= {"buses-3", "buses-4", "buses-5"}
    assert when(record, "called_up") == pytest.approx([AT_VILLAGE] * 3 + [AT_VILLAGE + 10] * 2)


def test_a_fleet_from_outside_comes_when_it_is_lent_and_not_before(tmp_path):
    scenario = case(tmp_path)
    fleets = [fleet.model_copy(update={"external": True}) for fleet in scenario.district.fleets]
    district = scenario.district.model_copy(update={"fleets": fleets})
    run = run_of(scenario.model_copy(update={"district": district}))
    run.transport.call_up(0, ROOT)
    run.parts.clock.call_at(3600.0, lambda: run.transport.lend(0, ROOT))
    run.parts.clock.run_to(6 * 3600.0)
    record = run.write_down(seed=1)
    assert when(record, "vehicle_lent") == [60.0] * 5
    assert when(record, "called_up") == [60.0] * 5
    assert when(record, "vehicle_departed") == [60.0] * 5
