"""Exports are what the readers of MATSim, SUMO and GMNS expect: by structure, and by their own readers where installed.

The structure is that of network_v2.dtd and of the attributes that EventsReaderXMLv1 asks for (MATSim),
of fcd_file.xsd and routes_file.xsd (SUMO 1.28) and of link.schema.json and node.schema.json (GMNS 0.95).
"""

import csv
from xml.etree import ElementTree

import numpy as np
import pytest

from evacsim.formats.traffic_exports import NetworkToWrite, StaysToWrite, TripsToWrite, write_matsim_events
from evacsim.traffic.exporting import export_gmns, export_matsim, export_sumo
from evacsim.traffic.loading import load_traffic
from tests.traffic.small_cases import bottleneck, line_tables, write_case
from tests.traffic.test_running import ring_case

NOT_INSTALLED = (
    "{} is not installed; its reader is asked only where it is (docs/traffic.md tells the versions)"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return load_traffic(bottleneck(tmp_path_factory.mktemp("case"), n_trips=90)).run()


@pytest.fixture(scope="module")
def exported(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    export_matsim(run, folder / "matsim")
    export_sumo(run, folder / "sumo")
    export_gmns(run, folder / "gmns")
    return folder


@pytest.fixture(scope="module")
def turned(tmp_path_factory):
    """A ring of full links in which some turn back."""
    run = ring_case(tmp_path_factory.mktemp("ring")).run(gridlock="turn_back", patience=30.0)
    assert not run.passages.is_through.all(), "nobody turned back"
    return run


CHILDREN = {
    "network": ["attributes", "nodes", "links"], "attributes": ["attribute"], "nodes": ["node"], "links": ["link"],
    "attribute": [], "node": [], "link": [],
}  # fmt: skip
ATTRIBUTES = {
    "network": set(), "attributes": set(), "nodes": set(), "attribute": {"name", "class"},
    "links": {"capperiod", "effectivecellsize", "effectivelanewidth"}, "node": {"id", "x", "y"},
    "link": {"id", "from", "to", "length", "freespeed", "capacity", "permlanes", "oneway", "modes"},
}  # fmt: skip


def test_the_matsim_network_is_one_of_network_v2_dtd(exported):
    path = exported / "matsim" / "network.xml"
    head = path.read_text(encoding="utf-8").splitlines()[1]
    assert head == '<!DOCTYPE network SYSTEM "http://www.matsim.org/files/dtd/network_v2.dtd">'
    root = ElementTree.parse(path).getroot()
    for element in root.iter():
        names = [child.tag for child in element]
        assert list(dict.fromkeys(names)) == CHILDREN[element.tag]
        assert set(element.keys()) == ATTRIBUTES[element.tag]
        assert element.get("oneway", "1") == "1"
    # MATSim takes the text as it stands; a line break in it makes it no system that it knows.
    assert root.find("attributes/attribute").text == "Atlantis"
    ids = [node.get("id") for node in root.find("nodes")]
    assert {link.get(end) for link in root.find("links") for end in ("from", "to")} <= set(ids)


ASKED = {
    "departure": {"person", "link", "legMode"},
    "PersonEntersVehicle": {"person", "vehicle"},
    "vehicle enters traffic": {"person", "link", "vehicle", "networkMode", "relativePosition"},
    "left link": {"vehicle", "link"},
    "entered link": {"vehicle", "link"},
    "vehicle leaves traffic": {"person", "link", "vehicle", "networkMode", "relativePosition"},
    "PersonLeavesVehicle": {"person", "vehicle"},
    "arrival": {"person", "link", "legMode"},
    "stuckAndAbort": {"person", "link", "legMode"},
}
ONTO, OFF = ("vehicle enters traffic", "entered link"), ("vehicle leaves traffic", "left link")


@pytest.mark.parametrize("which", ["run", "turned"])
def test_matsim_events_follow_each_other(which, request, tmp_path):
    run = request.getfixturevalue(which)
    export_matsim(run, tmp_path)
    place, entered = {}, {}
    before = 0.0
    for event in ElementTree.parse(tmp_path / "events.xml").getroot():
        kind, vehicle = event.get("type"), event.get("vehicle")
        assert set(event.keys()) == ASKED[kind] | {"time", "type"}
        assert float(event.get("time")) >= before
        before = float(event.get("time"))
        if kind in ONTO:
            assert place.get(vehicle) is None, "on two links at once"
            place[vehicle] = event.get("link")
            entered.setdefault(vehicle, []).append((event.get("link"), before))
        elif kind in OFF:
            assert place[vehicle] == event.get("link"), "left a link on which it was not"
            place[vehicle] = None
    table = run.passage_table()
    for trip, rows in table.groupby("trip_id", sort=False):
        links = [str(link) for link in rows["link_id"]]
        assert [link for link, _ in entered[str(trip)]] == links
        assert [time for _, time in entered[str(trip)]] == pytest.approx(rows["enter_s"].tolist(), abs=1e-6)
    assert len(entered) == table["trip_id"].nunique()


def test_who_turns_back_and_goes_another_way_at_once_leaves_before_entering(tmp_path):
    two, one = np.ones(2), np.zeros(1)
    network = NetworkToWrite(
        "abc", np.arange(3.0), np.zeros(3), "xy", np.array([0, 0]), np.array([1, 2]), two, two, two, two, two
    )
    trips = TripsToWrite(["7"], ["car"], one, one, one + 9.0, np.array([0]))
    stays = StaysToWrite(
        np.array([0, 0]),
        np.array([0, 1]),
        np.array([0.0, 5.0]),
        np.array([5.0, 9.0]),
        np.array([False, True]),
    )
    write_matsim_events(tmp_path / "events.xml", network, trips, stays, end=9.0)
    events = ElementTree.parse(tmp_path / "events.xml").getroot()
    assert [(event.get("type"), event.get("link")) for event in events if event.get("time") == "5.0"] == [
        ("vehicle leaves traffic", "x"),
        ("vehicle enters traffic", "y"),
    ]


@pytest.mark.parametrize("which", ["run", "turned"])
def test_sumo_routes_come_by_departure_with_their_types(which, request, tmp_path):
    run = request.getfixturevalue(which)
    export_sumo(run, tmp_path)
    root = ElementTree.parse(tmp_path / "vehroutes.xml").getroot()
    assert list(dict.fromkeys(child.tag for child in root)) == ["vType", "vehicle"]
    types = {child.get("id") for child in root.findall("vType")}
    vehicles = root.findall("vehicle")
    assert {vehicle.get("type") for vehicle in vehicles} <= types
    departs = [float(vehicle.get("depart")) for vehicle in vehicles]
    assert departs == sorted(departs)
    row_of = {text: row for row, text in enumerate(run.case.trips.ids.texts)}
    for vehicle in vehicles:
        row = row_of[vehicle.get("id")]
        exits = run.passages.exit[run.passages.trip == row]
        told = [float(time) for time in vehicle.find("route").get("exitTimes").split()]
        assert told == pytest.approx(exits[~np.isnan(exits)].tolist(), abs=1e-6)
        assert float(vehicle.get("depart")) == pytest.approx(run.enter[row], abs=1e-6)


def test_sumo_network_has_the_links_as_edges(run, exported):
    nodes = ElementTree.parse(exported / "sumo" / "network.nod.xml").getroot()
    edges = ElementTree.parse(exported / "sumo" / "network.edg.xml").getroot()
    assert (nodes.tag, edges.tag) == ("nodes", "edges")
    ids = {node.get("id") for node in nodes}
    links = run.case.links
    assert [edge.get("id") for edge in edges] == links.ids.texts
    for row, edge in enumerate(edges):
        assert {edge.get("from"), edge.get("to")} <= ids
        assert float(edge.get("length")) == links.length[row]
        assert float(edge.get("speed")) == links.free_speed[row]
        assert int(edge.get("numLanes")) == links.lanes[row]


FCD = {"id", "x", "y", "angle", "type", "speed", "pos", "lane", "slope"}


def test_sumo_positions_are_those_of_fcd_file_xsd(exported):
    root = ElementTree.parse(exported / "sumo" / "fcd.xml").getroot()
    times = [float(step.get("time")) for step in root]
    assert (root.tag, {step.tag for step in root}) == ("fcd-export", {"timestep"})
    assert times == sorted(set(times))
    for vehicle in root.iter("vehicle"):
        assert set(vehicle.keys()) == FCD
        assert float(vehicle.get("pos")) >= 0
        assert float(vehicle.get("speed")) >= 0
        assert not vehicle.get("pos").startswith("-")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_gmns_tables_are_those_of_the_schemas(tmp_path):
    tables = line_tables([2, 1], 3, 2.0)
    tables["links"][1] = "1,1,2,500,12.5,1.5,0.5,0.2"  # the schema has whole lanes only
    run = load_traffic(write_case(tmp_path / "case", **tables)).run()
    export_gmns(run, tmp_path)
    nodes, links, (config,) = (rows_of(tmp_path / f"{name}.csv") for name in ("node", "link", "config"))
    assert {"node_id", "x_coord", "y_coord"} <= nodes[0].keys()
    assert (config["short_length"], config["long_length"], config["speed"]) == ("m", "m", "km/h")
    ids = {node["node_id"] for node in nodes}
    for row, link in enumerate(links):
        assert {link["from_node_id"], link["to_node_id"]} <= ids
        assert link["directed"] == "1"
        assert int(link["lanes"]) == [2, 2][row]
        total = float(link["capacity"]) * int(link["lanes"])
        assert total == pytest.approx(run.case.links.capacity[row] * 3600)
        assert float(link["free_speed"]) == pytest.approx(45.0)
        assert float(link["length"]) == 500.0


def test_who_turned_back_is_where_the_link_begins(turned, tmp_path):
    export_gmns(turned, tmp_path)
    export_matsim(turned, tmp_path)
    stays, links, nodes = turned.passages, turned.case.links, turned.case.nodes.ids.texts
    back = np.flatnonzero(~stays.is_through & ~np.isnan(stays.exit))
    rows = {row["agent_id"]: row for row in rows_of(tmp_path / "trajectory.csv")}
    ids = turned.case.trips.ids.texts
    for stay in back:
        row, place = rows[ids[stays.trip[stay]]], (stays.trip[:stay] == stays.trip[stay]).sum()
        assert row["node_sequence"].split(";")[place + 1] == nodes[links.from_node[stays.link[stay]]]
    for row in rows.values():
        assert row["d_node_id"] == row["node_sequence"].split(";")[-1]
    leaves = [
        (event.get("person"), event.get("relativePosition"))
        for event in ElementTree.parse(tmp_path / "events.xml").getroot()
        if event.get("type") == "vehicle leaves traffic"
    ]
    assert sorted(who for who, at in leaves if at == "0.0") == sorted(ids[trip] for trip in stays.trip[back])
    assert {at for _, at in leaves} == {"0.0", "1.0"}


# The reader leaves its files to the garbage collector, which Python tells.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_matsim_tools_read_the_same(run, exported):
    matsim = pytest.importorskip("matsim", reason=NOT_INSTALLED.format("matsim-tools"))
    network = matsim.read_network(exported / "matsim" / "network.xml")
    assert network.network_attrs == {"coordinateReferenceSystem": "Atlantis"}
    assert network.links["link_id"].tolist() == run.case.links.ids.texts
    assert network.links["length"].tolist() == run.case.links.length.tolist()
    arrivals = matsim.event_reader(exported / "matsim" / "events.xml", types="arrival")
    told = {event["person"]: event["time"] for event in arrivals}
    assert told == pytest.approx(dict(zip(run.case.trips.ids.texts, run.arrive, strict=True)), abs=1e-6)


def test_sumolib_reads_the_same(run, exported):
    sumolib = pytest.importorskip("sumolib", reason=NOT_INSTALLED.format("sumolib"))
    told = {
        vehicle.id: float(vehicle.arrival)
        for vehicle in sumolib.xml.parse(str(exported / "sumo" / "vehroutes.xml"), "vehicle")
    }
    assert told == pytest.approx(dict(zip(run.case.trips.ids.texts, run.arrive, strict=True)), abs=1e-6)
    steps = sumolib.xml.parse_fast_nested(
        str(exported / "sumo" / "fcd.xml"), "timestep", ["time"], "vehicle", ["id", "x", "speed"]
    )
    assert {vehicle.id for _, vehicle in steps} == set(run.case.trips.ids.texts)


def test_gmnspy_reads_the_same(run, exported):
    gmnspy = pytest.importorskip("gmnspy", reason=NOT_INSTALLED.format("gmnspy"))
    tables = gmnspy.read_gmns_network(str(exported / "gmns"))
    assert tables["link"]["length"].tolist() == run.case.links.length.tolist()
    assert len(tables["node"]) == len(run.case.nodes.ids)
