"""Exports: well-formed, complete, and our own readers read the networks back."""

import csv
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest

from evacsim.formats.raw_network import read_network
from evacsim.traffic.exporting import export_gmns, export_matsim, export_sumo
from evacsim.traffic.loading import load_traffic
from tests.traffic.small_cases import bottleneck, line_tables, write_case

N, LINKS = 60, 6


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return load_traffic(bottleneck(tmp_path_factory.mktemp("case"), n_trips=N)).run()


def test_matsim_events_are_complete_and_in_the_order_of_time(run, tmp_path):
    export_matsim(run, tmp_path)
    events = ElementTree.parse(tmp_path / "events.xml").getroot().findall("event")
    assert Counter(event.get("type") for event in events) == {
        "departure": N,
        "PersonEntersVehicle": N,
        "vehicle enters traffic": N,
        "left link": N * (LINKS - 1),
        "entered link": N * (LINKS - 1),
        "vehicle leaves traffic": N,
        "PersonLeavesVehicle": N,
        "arrival": N,
    }
    times = [float(event.get("time")) for event in events]
    assert times == sorted(times)
    of_one = [(e.get("type"), e.get("link")) for e in events if "7" in (e.get("person"), e.get("vehicle"))]
    assert of_one[:3] == [("departure", "0"), ("PersonEntersVehicle", None), ("vehicle enters traffic", "0")]
    assert of_one[3:5] == [("left link", "0"), ("entered link", "1")]
    assert of_one[-3:] == [("vehicle leaves traffic", "5"), ("PersonLeavesVehicle", None), ("arrival", "5")]
    arrivals = {e.get("person"): float(e.get("time")) for e in events if e.get("type") == "arrival"}
    assert arrivals == pytest.approx(dict(zip(run.case.trips.ids.texts, run.arrive, strict=True)))


def test_matsim_events_tell_who_is_stuck(tmp_path):
    run = load_traffic(bottleneck(tmp_path / "case", n_trips=N)).run(until=70.0)
    export_matsim(run, tmp_path)
    kinds = Counter(e.get("type") for e in ElementTree.parse(tmp_path / "events.xml").getroot())
    assert kinds["departure"] == (run.case.trips.depart <= 70.0).sum()
    assert kinds["stuckAndAbort"] == kinds["departure"] - kinds.get("arrival", 0)


def test_sumo_outputs_hold_everybody_on_the_road(run, tmp_path):
    export_sumo(run, tmp_path, period=5.0)
    root = ElementTree.parse(tmp_path / "fcd.xml").getroot()
    assert root.tag == "fcd-export"
    for step in root:
        now = float(step.get("time"))
        assert len(step) == ((run.enter <= now) & (run.arrive > now)).sum()
        for vehicle in step:
            link = int(vehicle.get("lane").removesuffix("_0"))
            assert float(vehicle.get("x")) == pytest.approx(
                500.0 * link + float(vehicle.get("pos")), abs=0.02
            )
            assert 0.0 <= float(vehicle.get("speed")) <= 12.5 + 1e-6
    routes = ElementTree.parse(tmp_path / "vehroutes.xml").getroot().findall("vehicle")
    assert len(routes) == N
    for vehicle in routes:
        route = vehicle.find("route")
        assert route.get("edges").split() == [str(i) for i in range(LINKS)]
        assert float(route.get("exitTimes").split()[-1]) == float(vehicle.get("arrival"))


def test_networks_come_back_through_our_own_readers(run, tmp_path):
    export_gmns(run, tmp_path / "gmns")
    export_matsim(run, tmp_path / "matsim")
    for network in (read_network(tmp_path / "gmns"), read_network(tmp_path / "matsim" / "network.xml")):
        assert [link.id for link in network.links] == run.case.links.ids.texts
        for name, column in (("length", run.case.links.length), ("capacity", run.case.links.capacity)):
            assert [getattr(link, name) for link in network.links] == pytest.approx(column.tolist())
        assert [link.free_speed for link in network.links] == pytest.approx(
            run.case.links.free_speed.tolist()
        )
        assert [link.lanes for link in network.links] == run.case.links.lanes.tolist()
        assert [(node.x, node.y) for node in network.nodes] == [(500.0 * i, 0.0) for i in range(LINKS + 1)]
        assert network.crs == "local"


def test_gmns_trajectories_hold_the_times_on_each_link(run, tmp_path):
    export_gmns(run, tmp_path)
    with (tmp_path / "trajectory.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["agent_id"] for row in rows] == run.case.trips.ids.texts
    for row, enter, arrive in zip(rows, run.enter, run.arrive, strict=True):
        times = [float(time) for time in row["time_sequence"].split(";")]
        assert len(times) == LINKS + 1
        assert (times[0], times[-1]) == pytest.approx((enter, arrive))
        assert np.all(np.diff(times) >= 40.0 - 1e-6)


def test_ids_with_letters_that_xml_knows_are_escaped(tmp_path):
    tables = line_tables([1], 1, 1.0)
    tables["trips"] = ['"a<&""b",0,0']
    run = load_traffic(write_case(tmp_path, **tables)).run()
    export_matsim(run, tmp_path / "m")
    export_sumo(run, tmp_path / "s")
    people = {e.get("person") for e in ElementTree.parse(tmp_path / "m" / "events.xml").getroot()}
    assert people == {'a<&"b'}
    assert ElementTree.parse(tmp_path / "s" / "vehroutes.xml").getroot().find("vehicle").get("id") == 'a<&"b'
