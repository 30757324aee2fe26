"""MATSim, SUMO and GraphML: small files, every value expected."""

import gzip
import math

import pytest

from evacsim.formats.raw_network import read_network
from evacsim.formats.roads.raw import LOCAL

MATSIM_V1 = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE network SYSTEM "http://www.matsim.org/files/dtd/network_v1.dtd">
<network>
 <nodes><node id="a" x="730000" y="2880000"/><node id="b" x="730300" y="2880000"/></nodes>
 <links capperiod="{period}">
  <link id="1" from="a" to="b" length="310" freespeed="13.9" capacity="1800" permlanes="1.2" modes="car"
   type="primary"/>
  <link id="2" from="b" to="a" length="310" freespeed="13.9" capacity="1800" permlanes="2" modes="train"/>
 </links>
</network>"""


@pytest.mark.parametrize(("period", "capacity"), [("01:00:00", 0.5), ("12:00:00", 0.5 / 12), ("00:15", 2.0)])
def test_matsim_capacity_is_per_capperiod(tmp_path, period, capacity):
    (tmp_path / "n.xml").write_text(MATSIM_V1.format(period=period), encoding="utf-8")
    (link,) = read_network(tmp_path / "n.xml", crs="EPSG:32650").links
    assert link.capacity == pytest.approx(capacity, rel=1e-15)


def test_matsim_v1_is_read_as_written(tmp_path):
    path = tmp_path / "n.xml.gz"
    path.write_bytes(gzip.compress(MATSIM_V1.format(period="01:00:00").encode()))
    network = read_network(path, crs="epsg:32650")
    (link,) = network.links
    assert (network.form, network.crs, network.modes_known) == ("matsim", "EPSG:32650", {"car"})
    assert [(node.id, node.x, node.y) for node in network.nodes] == [
        ("a", 730000, 2880000),
        ("b", 730300, 2880000),
    ]
    assert (link.id, link.from_node, link.to_node, link.length) == ("1", "a", "b", 310)
    assert (link.free_speed, link.lanes, link.road_class, link.modes) == (13.9, 1.2, "primary", {"car"})
    assert link.jam_density is None
    assert [(remark.kind, remark.ids) for remark in network.remarks] == [("other_modes_left_out", ("2",))]


def test_matsim_v2_states_its_system_and_cell_size(tmp_path):
    text = MATSIM_V1.format(period="01:00:00").replace(
        "<network>",
        '<network><attributes><attribute name="coordinateReferenceSystem" class="java.lang.String">'
        "EPSG:32650</attribute></attributes>",
    )
    text = text.replace('capperiod="01:00:00"', 'capperiod="01:00:00" effectivecellsize="7.5"')
    (tmp_path / "n.xml").write_text(text, encoding="utf-8")
    network = read_network(tmp_path / "n.xml")
    assert network.crs == "EPSG:32650"
    assert network.links[0].jam_density == pytest.approx(1.2 / 7.5)


def test_matsim_on_no_place_on_earth_is_local(tmp_path):
    text = MATSIM_V1.format(period="01:00:00").replace(
        "<network>",
        '<network><attributes><attribute name="coordinateReferenceSystem">Atlantis</attribute></attributes>',
    )
    (tmp_path / "n.xml").write_text(text, encoding="utf-8")
    assert read_network(tmp_path / "n.xml").crs == LOCAL


SUMO = """<net version="1.9">
 <location netOffset="-730000.50,-2880000.00" projParameter="{projection}"/>
 <edge id=":b_0" function="internal"><lane id=":b_0_0" index="0" speed="9" length="4"/></edge>
 <edge id="road" from="a" to="b" type="highway.primary|railway.tram" name="解放路">
  <lane id="road_0" index="0" allow="pedestrian" speed="1.4" length="290"/>
  <lane id="road_1" index="1" disallow="pedestrian bus" speed="13.9" length="290"/>
  <lane id="road_2" index="2" disallow="pedestrian" speed="16.7" length="290"/>
 </edge>
 <edge id="long" from="b" to="a" shape="300,0 150,80 0,0"><lane id="long_0" index="0" speed="13.9" length="900"/></edge>
 <edge id="rail" from="a" to="b"><lane id="rail_0" index="0" allow="rail tram" speed="30" length="300"/></edge>
 <edge id="closed" from="a" to="b"><lane id="closed_0" index="0" disallow="all" speed="30" length="300"/></edge>
 <junction id="a" x="0" y="0" type="priority"/><junction id="b" x="300" y="0" type="dead_end"/>
 <junction id=":b_1" x="300" y="1" type="internal"/>
 <connection from="road" to="long" fromLane="1" toLane="0"/>
 <connection from=":b_0" to="long" fromLane="0" toLane="0"/>
</net>"""
UTM_50 = "+proj=utm +zone=50 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"


def test_sumo_edges_run_from_node_to_node_in_true_coordinates(tmp_path):
    path = tmp_path / "town.net.xml"
    path.write_text(SUMO.format(projection=UTM_50), encoding="utf-8")
    network = read_network(path)
    road, long = network.links
    assert (network.form, network.crs) == ("sumo", "EPSG:32650")
    assert [(node.id, node.x, node.y) for node in network.nodes] == [
        ("a", 730000.5, 2880000),
        ("b", 730300.5, 2880000),
    ]
    assert (road.length, road.lanes, road.free_speed) == (300, 2, 16.7)  # 290 m of lane, 300 m of road
    assert (road.modes, road.road_class, road.name) == ({"car", "bus", "walk"}, "primary", "解放路")
    assert long.length == 900  # a lane may be longer than its shape
    assert long.geometry == ((730300.5, 2880000), (730150.5, 2880080), (730000.5, 2880000))
    remarks = {remark.kind: remark for remark in network.remarks}
    assert remarks["other_modes_left_out"].ids == ("rail", "closed")
    assert remarks["turns_left_out"].text.en.startswith("1 connection")


def test_sumo_without_projection_is_local_unless_the_user_knows_better(tmp_path):
    path = tmp_path / "town.net.xml"
    path.write_text(SUMO.format(projection="!"), encoding="utf-8")
    assert read_network(path).crs == LOCAL
    assert read_network(path, crs="EPSG:32650").crs == "EPSG:32650"


def test_a_utm_string_without_datum_is_not_taken_for_another_countrys_system(tmp_path):
    path = tmp_path / "town.net.xml"
    path.write_text(SUMO.format(projection="+proj=utm +zone=50 +ellps=WGS84 +units=m"), encoding="utf-8")
    assert read_network(path).crs == "EPSG:32650"
    south = SUMO.format(projection="+proj=utm +zone=50 +south +datum=WGS84 +units=m").replace(
        "-2880000", "-7880000"
    )
    path.write_text(south, encoding="utf-8")
    assert read_network(path).crs == "EPSG:32750"


GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="c" for="graph" attr.name="crs"/><key id="x" for="node" attr.name="x"/><key id="y" for="node" attr.name="y"/>
<key id="l" for="edge" attr.name="length"/><key id="h" for="edge" attr.name="highway"/>
<key id="g" for="edge" attr.name="geometry"/><key id="o" for="edge" attr.name="oneway"/>
<key id="n" for="edge" attr.name="lanes"/><key id="m" for="edge" attr.name="maxspeed"/>
<key id="b" for="edge" attr.name="bridge"/><key id="k" for="edge" attr.name="speed_kph"/>
<key id="t" for="edge" attr.name="travel_time"/>
<graph edgedefault="{edges}"><data key="c">epsg:4326</data>
<node id="1"><data key="x">114.01</data><data key="y">22.51</data></node>
<node id="2"><data key="x">114.012</data><data key="y">22.51</data></node>
<edge source="1" target="2" id="0"><data key="l">205.6</data><data key="h">['primary', 'residential']</data>
 <data key="o">False</data><data key="n">['4', '6']</data><data key="m">['30 mph', '50']</data><data key="b">yes</data>
 <data key="g">LINESTRING (114.01 22.51, 114.011 22.5101, 114.012 22.51)</data><data key="t">11.1</data></edge>
<edge source="1" target="2" id="1"><data key="l">210</data><data key="h">motorway</data><data key="o">True</data>
 <data key="n">3</data><data key="k">88.5</data></edge>
</graph></graphml>"""


def test_graphml_as_osmnx_writes_it(tmp_path):
    (tmp_path / "g.graphml").write_text(GRAPHML.format(edges="directed"), encoding="utf-8")
    network = read_network(tmp_path / "g.graphml")
    street, motorway = network.links
    assert (network.form, network.crs) == ("graphml", "EPSG:4326")
    assert (street.id, street.length, street.road_class) == ("1-2-0", 205.6, "residential")  # the least class
    assert street.lanes == 2  # four in both directions, the fewer of two values
    assert street.free_speed == pytest.approx(30 * 0.44704)  # 30 mph is slower than 50 km/h
    assert street.bridge
    assert not street.two_way  # the other direction is an edge of its own
    assert street.geometry == ((114.01, 22.51), (114.011, 22.5101), (114.012, 22.51))
    assert (motorway.id, motorway.lanes) == ("1-2-1", 3)
    assert motorway.free_speed == pytest.approx(88.5 / 3.6)


def test_edges_of_an_undirected_graph_are_two_way(tmp_path):
    (tmp_path / "g.graphml").write_text(GRAPHML.format(edges="undirected"), encoding="utf-8")
    street, motorway = read_network(tmp_path / "g.graphml").links
    assert street.two_way
    assert not motorway.two_way


def test_graphml_without_coordinates_is_abstract(tmp_path):
    text = GRAPHML.format(edges="directed").replace('attr.name="x"', 'attr.name="u"')
    text = text.replace('attr.name="y"', 'attr.name="w"').replace('attr.name="geometry"', 'attr.name="wkt2"')
    (tmp_path / "g.graphml").write_text(text, encoding="utf-8")
    network = read_network(tmp_path / "g.graphml")
    assert network.is_abstract
    assert network.crs is None
    assert math.isclose(network.links[0].length or 0, 205.6)
