"""What a scenario may say of roads and travelers does what it says when the scenario runs."""

import csv

import numpy as np
import pytest

import evacsim as ev
from evacsim.engine.movement import Gridlock, NoticeKind
from evacsim.engine.recording import gridlock_table
from evacsim.engine.running import Run
from evacsim.streams import Streams
from evacsim.world.building import build_world
from evacsim.world.people import draw_households
from tests.reference.small_district import ORIGIN, small_district, write_depths

WALK, DRIVE = {"bus_share": 0, "car_share": 0}, {"bus_share": 0, "car_share": 1}
EVERYBODY = {"compliance": 1}
AT_ONCE = {"relay_time": "0 s", "preparation": "0 s"}


def corridor(
    folder, *, nodes=4, detour=False, roads=None, controls=(), knowledge=None, patience=None, **changes
):
    """Return a scenario: a village at the west end of a street of 1 km links, both ways, a school at the east end.

    Links are named 0-1, 1-2 and so on. With a detour one can also go from 1 by d to 2.
    """
    network = folder / "corridor"
    network.mkdir(parents=True)
    with (network / "nodes.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["node_id", "x", "y", "height_m"])
        heights = changes.pop("heights", [0.0] * nodes)
        rows.writerows([f"n{k}", ORIGIN[0] + 1000 * k, ORIGIN[1], h] for k, h in enumerate(heights))
        rows.writerows([["nd", ORIGIN[0] + 1500, ORIGIN[1] + 800, 0.0]] if detour else [])
    with (network / "links.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        names = ["link_id", "from_node", "to_node", "length_m", "free_speed_mps", "lanes"]
        rows.writerow([*names, "capacity_vps", "jam_density_vpm"])
        ends = [(k, k + 1) for k in range(nodes - 1)] + ([(1, "d"), ("d", 2)] if detour else [])
        for a, b in [*ends, *((b, a) for a, b in ends)]:
            rows.writerow([f"{a}-{b}", f"n{a}", f"n{b}", 1000, 10, 1, 0.25, 0.15])
    population = {"car_share": 1, "household_size": 2, **changes.pop("population", {})}
    if knowledge is not None:
        population["knowledge"] = {"informed": 0, "eyes": 0, "nothing": 0, knowledge: 1}
    if patience is not None:
        population["patience_at_closure"] = patience
    scenario = small_district(
        folder,
        zones=[{"id": "west", "node": "n0", "population": changes.pop("people", 200)}],
        transfers=[{"zone": "west", "trigger_at": "T+10 min", "organizer": "officer"}],
        shelters=[{"id": "school", "node": f"n{nodes - 1}"}],
        fleets=[],
        population=population,
        who=EVERYBODY,
        organize=AT_ONCE,
        **{"to": DRIVE, **changes},
    )
    scenario["district"]["pickup_points"] = []
    scenario["district"]["roads"] = {"file": str(network), "format": "csv", **(roads or {})}
    scenario["district"]["roads"]["crs"] = "EPSG:32650"
    scenario["plan"]["when"]["decision_time"] = "0 s"
    scenario["plan"]["controls"] = list(controls)
    return scenario


def simulated(scenario, seed=1):
    return ev.simulate(ev.from_mapping(scenario), seed=seed)


def entries(scenario, road, *, seed=1):
    """Return when vehicles enter a road, and the run; its log tells the entries of those on foot, too."""
    scenario["recording"] = {"passages": True}
    world = build_world(ev.from_mapping(scenario))
    streams = Streams(seed)
    run = Run(world, draw_households(world, streams), streams)
    run.parts.clock.after_moving.clear()
    run.parts.clock.run_to(world.scenario.duration)
    records = run.parts.movement.drain_records()
    rows = np.flatnonzero(~world.ways.is_footway & (np.array(world.roads.link_ids)[world.ways.link] == road))
    is_entry = np.isin(records["kind"], (NoticeKind.ENTERED, NoticeKind.DEPARTED))
    chosen = records[is_entry & np.isin(records["place"], rows)]
    return np.unique(chosen["time"]), run


def arrivals(run):
    return np.sort(run.tables.ledger["arrived_s"].dropna().to_numpy())


def events(run, kind):
    frame = run.tables.events
    return frame[frame["kind"] == kind]


def rate(times):
    """Return how many pass in a second, from the first to the last."""
    return (len(times) - 1) / (times[-1] - times[0])


def order(kind, *links, at="T+0 min", **more):
    return {"links": list(links), "order": kind, "at": at, **more}


# -- orders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("knowledge", ["informed", "eyes", "nothing"])
def test_nobody_enters_a_road_from_the_moment_it_is_closed_and_those_on_it_drive_on(tmp_path, knowledge):
    """Cars enter 1-2 from 700 s on, one each 4 s; it is closed at 720 s."""
    scenario = corridor(
        tmp_path, controls=[order("close", "1-2", at="T+12 min")], knowledge=knowledge, patience="0 s"
    )
    entered, _ = entries(scenario, "1-2")
    assert entered.tolist() == [700.0, 704.0, 708.0, 712.0, 716.0, 720.0]
    passed, _ = entries(scenario, "2-3")
    assert passed.tolist() == [800.0, 804.0, 808.0, 812.0, 816.0, 820.0]


def test_a_road_opened_by_order_is_used_again_and_the_log_tells_why(tmp_path):
    controls = [order("close", "1-2"), order("open", "1-2", at="T+1 h")]
    run = simulated(corridor(tmp_path, controls=controls, knowledge="nothing"))
    assert arrivals(run)[0] == 3600 + 200
    assert len(arrivals(run)) == len(run.tables.ledger)
    causes = run.tables.events.set_index("seq")
    for kind, time in (("closed_by_order", 0.0), ("opened_by_order", 3600.0)):
        (event,) = events(run, kind).to_dict("records")
        assert (event["time_s"], event["subject"]) == (time, "link/1-2")
        assert causes.loc[event["cause"], "kind"] == "moment_reached"


def test_a_road_closed_by_order_stays_closed_when_the_water_on_it_falls(tmp_path):
    water = {
        "type": "table",
        "links": write_depths(
            tmp_path / "w.csv", "link", [("1-2", "T+20 min", 0.5), ("1-2", "T+40 min", 0.0)]
        ),
    }
    controls = [order("close", "1-2"), order("open", "1-2", at="T+2 h")]
    entered, _ = entries(
        corridor(tmp_path, controls=controls, knowledge="nothing", water=water, people=20), "1-2"
    )
    assert entered[0] == 7200.0


def test_a_road_opened_by_order_stays_closed_while_it_is_too_deep(tmp_path):
    water = {
        "type": "table",
        "links": write_depths(tmp_path / "w.csv", "link", [("1-2", "T+0 min", 0.5), ("1-2", "T+2 h", 0.0)]),
    }
    controls = [order("close", "1-2"), order("open", "1-2", at="T+1 h")]
    entered, _ = entries(
        corridor(tmp_path, controls=controls, knowledge="nothing", water=water, people=20), "1-2"
    )
    assert entered[0] == 7200.0


WEST = ("1-0", "2-1", "3-2")


@pytest.mark.parametrize(
    ("preset", "flow"), [("sustained_low", 800 / 3600), ("sustained_high", 0.25), ("peak", 0.7 * 0.25)]
)
def test_reversed_lanes_add_their_flow_to_the_way_out(tmp_path, preset, flow):
    """1000 veh/h are more than the lanes carry in their own direction, 0.25 veh/s; so it stays at that."""
    reverse = order("reverse", *WEST, clear_time="5 min", contraflow=preset)
    entered, _ = entries(corridor(tmp_path, controls=[reverse], people=600), "2-3")
    assert rate(entered) == pytest.approx(0.25 + flow, rel=1e-3)
    usual, _ = entries(corridor(tmp_path / "usual", people=600), "2-3")
    assert rate(usual) == pytest.approx(0.25, rel=1e-3)


def test_reversed_lanes_open_after_the_clear_time(tmp_path):
    """From 600 s on 0.25 cars/s; from 1000 s on with the other lanes 0.25 + 800/3600."""
    reverse = order("reverse", *WEST, at="T+10 min", clear_time="400 s")
    scenario = corridor(tmp_path, controls=[reverse], people=600)
    entered, _ = entries(scenario, "0-1")
    assert rate(entered[entered <= 1000]) == pytest.approx(0.25, rel=1e-2)
    assert rate(entered[entered >= 1000]) == pytest.approx(0.25 + 800 / 3600, rel=1e-2)
    told = events(simulated(scenario), "lanes_opened")
    assert told["time_s"].tolist() == [1000.0] * 3
    assert sorted(told["subject"]) == ["link/0-1", "link/1-2", "link/2-3"]
    assert told["value"].tolist() == pytest.approx([1700.0] * 3)


def test_reversed_lanes_open_not_before_the_last_car_has_left_them(tmp_path):
    """The school is in the west, so cars drive on the lanes that are to be reversed."""
    scenario = corridor(
        tmp_path, controls=[order("reverse", "2-1", at="T+12 min", clear_time="1 min")], people=20
    )
    scenario["district"]["zones"][0]["node"] = "n3"
    scenario["district"]["shelters"][0]["node"] = "n0"
    run = simulated(scenario)
    (opened,) = events(run, "lanes_opened")["time_s"]
    # On the road from 700 s on, the last one entered at 720 s and left at 820 s; police look each minute.
    assert opened == 840.0


def test_opening_takes_reversed_lanes_back(tmp_path):
    """It takes a while until those of two directions of lanes have found room on one."""
    controls = [order("reverse", *WEST, clear_time="5 min"), order("open", *WEST, at="T+15 min")]
    entered, _ = entries(corridor(tmp_path, controls=controls, people=2000), "0-1")
    assert rate(entered[entered <= 900]) == pytest.approx(0.25 + 800 / 3600, rel=1e-2)
    assert rate(entered[entered > 2000]) == pytest.approx(0.25, rel=1e-2)


@pytest.mark.parametrize("more", [{"capacity_factor": 0.5}, {"lanes": 0.5}])
def test_a_road_given_another_capacity_carries_it(tmp_path, more):
    scenario = corridor(tmp_path, controls=[order("capacity", "1-2", **more)])
    entered, _ = entries(scenario, "1-2")
    assert rate(entered) == pytest.approx(0.125, rel=1e-6)
    assert events(simulated(scenario), "capacity_by_order")["value"].tolist() == [450.0]


def test_an_order_is_given_when_a_gauge_reaches_its_stage(tmp_path):
    (tmp_path / "stages.csv").write_text("time,stage_m\nT+0 h,10\nT+2 h,12\n", encoding="utf-8")
    close = order("close", "1-2", trigger_gauge="pier", trigger_stage="10.2 m")
    close.pop("at")
    scenario = corridor(tmp_path, controls=[close])
    scenario["hazard"]["gauges"] = [
        {"id": "pier", "name": "pier", "series": str(tmp_path / "stages.csv"), "datum": "local"}
    ]
    run = simulated(scenario)
    (event,) = events(run, "closed_by_order").to_dict("records")
    assert event["time_s"] == pytest.approx(720.0)
    cause = run.tables.events.set_index("seq").loc[event["cause"]]
    assert (cause["kind"], cause["value"]) == ("stage_reached", 10.2)


# -- junctions, signals, queues ------------------------------------------------------------------


def test_cars_leave_a_road_only_while_its_signal_is_green(tmp_path):
    signal = {"link": "1-2", "cycle": "60 s", "start": "10 s", "green": "30 s"}
    entered, _ = entries(corridor(tmp_path, roads={"signals": [signal]}), "2-3")
    assert (((entered - 10) % 60) <= 30).all()
    assert rate(entered) == pytest.approx(0.125, rel=0.1)


def test_a_junction_lets_so_many_vehicles_through(tmp_path):
    junction = {"node": "n2", "capacity": "360 veh/h"}
    entered, _ = entries(corridor(tmp_path, roads={"junctions": [junction]}), "2-3")
    assert np.diff(entered).tolist() == pytest.approx([10.0] * (len(entered) - 1))


def test_the_usual_capacity_of_junctions_holds_where_roads_meet(tmp_path):
    scenario = corridor(tmp_path, roads={"node_capacity": "360 veh/h"}, detour=True)
    entered, _ = entries(scenario, "1-2")
    assert np.diff(entered).min() == pytest.approx(10.0)


def test_a_queue_lowers_the_flow_by_the_capacity_drop(tmp_path):
    entered, _ = entries(corridor(tmp_path, roads={"capacity_drop": "10 %"}), "0-1")
    assert rate(entered) == pytest.approx(0.9 * 0.25, rel=0.02)


# -- walkers ----------------------------------------------------------------------------------------


def test_crowding_slows_walkers_down(tmp_path):
    mean = {
        law: arrivals(
            simulated(corridor(tmp_path / law, to=WALK, people=6000, roads={"crowding": law}))
        ).mean()
        for law in ("none", "weidmann", "linear")
    }
    assert mean["none"] < mean["weidmann"] - 60
    assert mean["none"] < mean["linear"] - 60


@pytest.mark.parametrize("rise", [0.0, 100.0, -50.0, -200.0])
def test_slopes_change_the_speed_of_walkers(tmp_path, rise):
    """Tobler: exp(-3.5 (|S + 0.05| - 0.05)) of the own speed."""
    level = simulated(corridor(tmp_path, to=WALK, people=20, heights=[0.0, 0.0, 0.0, 0.0]))
    heights = [rise * k for k in range(4)]
    sloping = simulated(
        corridor(tmp_path / "s", to=WALK, people=20, heights=heights, roads={"slopes": "tobler"})
    )
    factor = np.exp(-3.5 * (abs(rise / 1000 + 0.05) - 0.05))
    taken = [run.tables.ledger["arrived_s"] - run.tables.ledger["departed_s"] for run in (level, sloping)]
    assert (taken[0] / taken[1]).to_numpy() == pytest.approx(factor, rel=1e-2)


# -- what travelers know ---------------------------------------------------------------------------


def test_the_informed_take_the_way_round_at_once_and_eyes_only_where_they_stand(tmp_path):
    """1-2 is closed before anybody sets out; the way round by d is 1 km longer."""
    closed = [order("close", "1-2")]
    informed = simulated(
        corridor(tmp_path / "i", detour=True, controls=closed, people=2, knowledge="informed")
    )
    eyes = simulated(
        corridor(tmp_path / "e", detour=True, controls=closed, people=2, knowledge="eyes", patience="5 min")
    )
    assert arrivals(informed)[0] == 600 + 400
    assert arrivals(eyes)[0] == 600 + 400 + 300
    assert events(informed, "held").empty
    assert events(eyes, "held")[["time_s", "place"]].to_numpy().tolist() == [[700.0, "link/1-2"]]
    assert events(eyes, "turned_round")["time_s"].tolist() == [1000.0]


def test_without_patience_everybody_turns_at_once(tmp_path):
    eyes = corridor(tmp_path, detour=True, controls=[order("close", "1-2")], knowledge="eyes", patience="0 s")
    run = simulated(eyes)
    assert len(events(run, "turned_round")) == len(run.tables.ledger)
    assert len(arrivals(run)) == len(run.tables.ledger)


def test_who_knows_nothing_waits_before_the_closed_road_to_the_end(tmp_path):
    scenario = corridor(tmp_path, detour=True, controls=[order("close", "1-2")], knowledge="nothing")
    run = simulated(scenario)
    assert not len(arrivals(run))
    assert set(run.tables.ledger["final_state"]) == {"driving"}


def test_eyes_that_see_no_way_left_go_on_when_one_opens(tmp_path):
    """Without a way by car they walk: footways are not closed."""
    scenario = corridor(
        tmp_path, controls=[order("close", "1-2")], knowledge="eyes", patience="0 s", people=20
    )
    run = simulated(scenario)
    assert len(arrivals(run)) == len(run.tables.ledger)
    assert set(events(run, "cut_off")["place"]) == {"node/n1"}


def test_walkers_stranded_by_what_they_saw_hear_when_the_water_is_gone(tmp_path):
    water = {
        "type": "table",
        "links": write_depths(
            tmp_path / "w.csv",
            "link",
            [
                (name, time, depth)
                for name in ("1-2", "2-1")
                for time, depth in (("T+0 min", 1.5), ("T+3 h", 0.0))
            ],
        ),
    }
    scenario = corridor(tmp_path, to=WALK, water=water, knowledge="eyes", patience="0 s", people=20)
    run = simulated(scenario)
    assert len(events(run, "stranded")) == len(run.tables.ledger)
    assert arrivals(run)[0] > 3 * 3600
    assert len(arrivals(run)) == len(run.tables.ledger)


# -- gridlock ----------------------------------------------------------------------------------------


def test_gridlocks_are_written_down_with_what_resolved_them(tmp_path):
    world = build_world(ev.from_mapping(corridor(tmp_path)))
    way = {
        world.roads.link_ids[link]: row for row, link in enumerate(world.ways.link[~world.ways.is_footway])
    }
    rings = [(way["0-1"], way["1-0"]), (way["1-2"], way["2-1"]), (way["2-3"], way["3-2"])]
    noted = [
        Gridlock(60.0, rings[0], 660.0, "squeeze"),
        Gridlock(70.0, rings[1], np.nan, "nothing"),
        Gridlock(80.0, rings[1], np.nan, "nothing"),
    ]
    found = gridlock_table(world, noted, [rings[1], rings[2]])
    assert found["links"].tolist() == ["0-1;1-0", "1-2;2-1", "1-2;2-1", "2-3;3-2"]
    assert found["resolved_by"].tolist() == ["squeeze", "changes", "nothing", "nothing"]
    assert found["roads"].tolist() == [2] * 4
