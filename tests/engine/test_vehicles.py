"""Trucks, breakdowns and fuel, against times worked out by hand."""

import dataclasses

import numpy as np
import pytest

import evacsim as ev
from evacsim.engine.log import ROOT
from evacsim.engine.running import Run
from evacsim.streams import Streams
from evacsim.terms import Group
from evacsim.world.building import build_world
from evacsim.world.people import draw_households
from tests.engine.test_transport import MINUTE, bus_case
from tests.reference.small_district import link, node, small_district, write_depths

LEG = 50.0
"""One street of 500 m at 10 m/s."""
TRUCKS = {"id": "trucks", "kind": "truck", "node": node(2, 0), "vehicles": 1, "seats": 2, "call_up": "10 min"}
BUSES = {"id": "buses", "node": node(2, 0), "vehicles": 3, "seats": 40}


def run_of(folder, *, seed=1, **changes):
    """Return a run of the small district with a fleet of trucks, not yet begun."""
    changes = {"fleets": [BUSES, TRUCKS | changes.pop("trucks", {})]} | changes
    scenario = ev.from_mapping(small_district(folder, **changes))
    world, streams = build_world(scenario), Streams(seed)
    return Run(world, draw_households(world, streams), streams)


def send(run, *legs, fleet="trucks", until=7200.0, **times):
    """Send a truck over each pair of corners now; return what became of each trip and when."""
    ids, told = list(run.parts.world.roads.node_ids), []
    row = run.parts.world.fleets.ids.index(fleet)
    asked = [
        run.transport.send_goods(
            row,
            *(ids.index(node(*corner)) for corner in leg),
            ROOT,
            lambda _, k=k: told.append((k, "came", run.parts.now)),
            lambda _, k=k: told.append((k, "failed", run.parts.now)),
            **times,
        )
        for k, leg in enumerate(legs)
    ]
    if until is not None:
        run.parts.clock.run_to(until)
    return asked, told


def events(run, *kinds):
    table = run.write_down(seed=1).events
    return [(row.time_s, row.kind) for row in table[table["kind"].isin(kinds)].itertuples()]


def test_a_truck_is_called_up_goes_to_the_store_loads_drives_and_unloads(tmp_path):
    asked, told = send(run_of(tmp_path), ((2, 1), (4, 1)), loading=300.0, unloading=60.0)
    assert asked == [True]
    assert told == [(0, "came", pytest.approx(600 + LEG + 300 + 2 * LEG + 60))]


def test_a_second_trip_waits_for_the_truck_and_begins_where_it_stands(tmp_path):
    run = run_of(tmp_path)
    _, told = send(run, ((2, 1), (4, 1)), ((3, 1), (3, 2)))
    first = 600 + 3 * LEG
    assert told == [(0, "came", pytest.approx(first)), (1, "came", pytest.approx(first + 2 * LEG))]
    trucks = run.write_down(seed=1).tables["vehicles"].set_index("vehicle").loc["trucks-1"]
    assert (trucks["kind"], trucks["rounds"], trucks["people"]) == ("truck", 2, 0)


def test_two_trucks_share_the_trips(tmp_path):
    _, told = send(run_of(tmp_path, trucks={"vehicles": 2}), ((2, 1), (4, 1)), ((2, 1), (2, 2)))
    assert sorted(told) == [
        (0, "came", pytest.approx(600 + 3 * LEG, abs=5)),
        (1, "came", pytest.approx(600 + 2 * LEG, abs=5)),
    ]


def test_no_truck_that_comes_is_told_at_once(tmp_path):
    asked, told = send(run_of(tmp_path, trucks={"availability": 0}), ((2, 1), (4, 1)))
    assert (asked, told) == ([False], [])


def flooded(folder, *streets, time, depth=0.6):
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(link(*way), time, depth) for street in streets for way in (street, street[::-1])]
    return {"type": "table", "links": write_depths(folder / "links.csv", "link", rows)}


def test_a_trip_fails_where_water_leaves_no_way_and_the_truck_goes_on_with_the_next(tmp_path):
    around = (((3, 1), (4, 1)), ((4, 0), (4, 1)), ((4, 2), (4, 1)))
    run = run_of(tmp_path, water=flooded(tmp_path, *around, time="T+0 s"))
    _, told = send(run, ((2, 1), (4, 1)), ((2, 1), (2, 2)))
    assert [one[:2] for one in told] == [(0, "failed"), (1, "came")]


def test_a_truck_that_water_stops_on_the_road_fails_its_trip_once(tmp_path):
    street = ((2, 1), (3, 1))
    run = run_of(tmp_path, water=flooded(tmp_path, street, time="T+675 s"))
    _, told = send(run, ((2, 1), (3, 1)))
    assert told == [(0, "failed", pytest.approx(675.0))]


def test_a_truck_stands_while_it_is_repaired_and_goes_on_from_there(tmp_path):
    broken = {"breakdowns": 1, "repair": "20 min"}
    legs = [((0, 0), (4, 2)), ((0, 0), (4, 2))] * 30
    run = run_of(tmp_path, trucks=broken, duration="24 h")
    _, told = send(run, *legs, until=86400.0)
    happened = events(run, "vehicle_broke_down", "vehicle_repaired")
    n = len(happened) // 2
    assert n >= 2
    stands = np.diff([time for time, _ in happened])[::2]
    assert stands == pytest.approx(np.full(n, 1200.0))
    # Twice six streets a trip, and at first only two to the first store; each breakdown adds its repair.
    assert len(told) == 60
    assert told[-1][2] == pytest.approx(600 + (2 + 6 + 59 * 12) * LEG + n * 1200, abs=1e-3)


def test_vehicles_break_down_as_often_as_said(tmp_path):
    run = run_of(tmp_path, trucks={"vehicles": 400, "breakdowns": 0.5, "repair": "1 min"})
    until = [v.until_breakdown for v in run.transport.vehicles if v.id.startswith("trucks")]
    # The mean of 400 exponential times of 2 h: 5 % standard error.
    assert np.mean(until) == pytest.approx(7200, rel=0.15)
    assert np.mean(np.array(until) > 7200) == pytest.approx(np.exp(-1), abs=0.075)


def test_passengers_of_a_bus_that_breaks_down_wait_in_it(tmp_path):
    run = ev.simulate(bus_case(tmp_path, breakdowns=1, repair="10 min"), seed=2)
    broke = run.tables.events[run.tables.events["kind"] == "vehicle_broke_down"]
    assert len(broke) > 0
    assert run.tables.arrivals["people"].sum() == 500
    plain = ev.simulate(bus_case(tmp_path / "plain"), seed=2).tables.arrivals["time_s"].max()
    late = run.tables.arrivals["time_s"].max() - plain
    assert 10 * MINUTE - 1 <= late <= len(broke) * 10 * MINUTE + 1


def test_a_bus_fills_up_before_the_leg_for_which_the_tank_does_not_last(tmp_path):
    # Legs of 2 km: the first bus of a wave has driven 4 km after its return, and 6 km would be too far.
    run = ev.simulate(bus_case(tmp_path, range="5 km", refuelling="7 min"), seed=1)
    filled = run.tables.events[run.tables.events["kind"] == "vehicle_refuelled"]
    rounds = run.tables.rounds.groupby("vehicle").size()
    assert filled.groupby("subject").size().to_dict() == {
        f"vehicle/{bus}": n - 1 for bus, n in rounds.items()
    }
    # Wave k of the three begins after k - 1 fillings, the last of them on the way out.
    assert run.tables.arrivals["time_s"].max() == pytest.approx((145 + 2 * 7) * MINUTE, abs=0.1)


def test_a_tank_that_lasts_for_all_rounds_changes_nothing(tmp_path):
    run = ev.simulate(bus_case(tmp_path, range="10 km", refuelling="7 min"), seed=1)
    assert "vehicle_refuelled" not in set(run.tables.events["kind"])
    assert run.tables.arrivals["time_s"].max() == pytest.approx(145 * MINUTE, abs=0.1)


def test_trucks_that_a_measure_has_called_up_wait_for_trips(tmp_path):
    run = run_of(tmp_path)
    run.transport.call_up(run.parts.world.fleets.ids.index("trucks"), ROOT)
    told = []
    run.parts.clock.call_at(3600.0, lambda: told.append(send(run, ((2, 1), (4, 1)), until=None)[1]))
    run.parts.clock.run_to(7200.0)
    assert told == [[(0, "came", pytest.approx(3600 + 3 * LEG))]]


@pytest.mark.parametrize(("helpers", "minutes"), [(0, 3 * (20 + 20 + 10) + 40), (1, 145), (5, 145)])
def test_helpers_see_to_several_people_at_the_same_time_and_nobody_is_faster_than_the_able(
    tmp_path, helpers, minutes
):
    run = ev.simulate(bus_case(tmp_path, assisted=1, assisted_factor=2, helpers=helpers), seed=1)
    assert run.tables.arrivals["time_s"].max() == pytest.approx(minutes * MINUTE, abs=0.1)


def test_wheelchairs_stretchers_and_children_take_the_time_that_is_said(tmp_path):
    buses = BUSES | {"assisted_factor": 3, "wheelchair_factor": 9, "lying_factor": 15, "child_factor": 2}
    run = run_of(tmp_path, fleets=[buses])
    households = {
        "people": np.array([5, 5, 5, 5]),
        "assisted": np.array([2, 2, 0, 2]),
        "children": np.array([1, 0, 0, 0]),
        "group": np.array([Group.NONE, Group.INSTITUTION, Group.DISABLED, Group.DISABLED]),
    }
    run.parts.households = dataclasses.replace(run.parts.households, **households)
    bus = run.transport.vehicles[0]
    times = [run.transport.driving.handling_time(bus, row, 2.0) for row in range(4)]
    # Two who need help and a child; two lying; one in a wheelchair at least; two in wheelchairs.
    assert times == [2.0 * n for n in (2 + 2 * 3 + 2, 3 + 2 * 15, 4 + 9, 3 + 2 * 9)]


@pytest.mark.parametrize(("buses", "minutes"), [(1, 10 + 20 + 300 + 5), (2, 17.5 + 10 + 10 + 10 + 5)])
def test_a_free_bus_takes_the_passengers_of_one_that_has_broken_down_over(tmp_path, buses, minutes):
    case = bus_case(tmp_path, people=45, buses=buses, breakdowns=1e-6, repair="5 h")
    world, streams = build_world(case), Streams(1)
    run = Run(world, draw_households(world, streams), streams)
    # It breaks down in the middle of the second of four streets, 10 min of loading and 7.5 min of driving later.
    run.transport.vehicles[0].until_breakdown = 450.0
    run.parts.clock.run_to(world.scenario.duration)
    record = run.write_down(seed=1)
    assert events(run, "vehicle_broke_down") == [(pytest.approx(17.5 * MINUTE), "vehicle_broke_down")]
    assert record.ledger["arrived_s"].max() == pytest.approx(minutes * MINUTE, abs=0.1)
    assert record.tables["vehicles"]["people"].tolist() == [0] * (buses - 1) + [45]
    assert set(record.ledger["vehicle"]) == {f"buses-{buses}"}
