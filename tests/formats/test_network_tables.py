"""Networks as tables: our own pair, pairs with other headings, GMNS."""

import pytest

from evacsim.errors import FormatError
from evacsim.formats.raw_network import read_network

NODES = "node_id,x,y\n0,0.00,0.00\n1,500.00,0.00\n"
LINKS = """link_id,from_node,to_node,length_m,free_speed_mps,lanes,capacity_vps,jam_density_vpm
0,0,1,500.000,13.888889,2,1.000000,0.400000
1,1,0,500.000,13.888889,1,0.500000,0.200000
"""


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_the_plain_pair_is_read_as_written(tmp_path):
    network = read_network(write(tmp_path, nodes=NODES, links=LINKS), crs="local")
    first = network.links[0]
    assert (network.form, network.crs) == ("csv", "local")
    assert [(node.id, node.x, node.y) for node in network.nodes] == [("0", 0, 0), ("1", 500, 0)]
    assert (first.id, first.from_node, first.to_node, first.length) == ("0", "0", "1", 500)
    assert (first.free_speed, first.lanes, first.capacity, first.jam_density) == (13.888889, 2, 1, 0.4)
    assert (first.two_way, first.modes, first.line) == (False, None, 2)


def test_heights_of_nodes_and_widths_of_footways(tmp_path):
    nodes = "node_id,x,y,高程(米)\n0,0,0,12.5\n1,500,0,\n"
    links = "link_id,from_node,to_node,length_m,人行道宽度(cm)\n0,0,1,510,150\n1,1,0,510,\n"
    network = read_network(write(tmp_path, nodes=nodes, links=links), crs="local")
    assert [node.height for node in network.nodes] == [12.5, None]
    assert [link.footway_width for link in network.links] == [pytest.approx(1.5), None]


def test_further_columns(tmp_path):
    links = (
        "link_id,from_node,to_node,length_m,road_class,name,modes,bridge,bridge_offset_m,geometry\n"
        '0,0,1,510,secondary,"解放桥, 北",car;bus,yes,4.5,"LINESTRING (0 0, 250 10, 500 0)"\n'
        "1,1,0,500,footway,,walk,no,,\n"
    )
    bridge, path = read_network(write(tmp_path, nodes=NODES, links=links), crs="local").links
    assert (bridge.road_class, bridge.name, bridge.modes) == ("secondary", "解放桥, 北", {"car", "bus"})
    assert (bridge.bridge, bridge.bridge_offset) == (True, 4.5)
    assert bridge.geometry == ((0, 0), (250, 10), (500, 0))
    assert (path.modes, path.bridge, path.bridge_offset, path.geometry) == ({"walk"}, False, None, None)


def test_a_network_of_travel_times_has_no_coordinates(tmp_path):
    links = "from_node,to_node,minutes\n1,2,9\n2,1,22\n"
    network = read_network(
        write(tmp_path, links_minutes=links, nodes="node_id,role\n1,pickup\n2,shelter\n")
        / "links_minutes.csv"
    )
    assert network.is_abstract
    assert network.crs is None
    assert [(link.id, link.travel_time, link.length) for link in network.links] == [
        ("1-2", 540, None),
        ("2-1", 1320, None),
    ]


def test_without_a_table_of_nodes_the_ends_are_the_nodes(tmp_path):
    network = read_network(write(tmp_path, links="from_node,to_node,travel_time_s\nb,a,60\na,c,60\n"))
    assert [node.id for node in network.nodes] == ["b", "a", "c"]


CHINESE_NODES = "节点编号,经度,纬度\n甲,119.300,26.080\n乙,119.302,26.080\n丙,119.302,26.082\n"
CHINESE_LINKS = """路段编号,起点,终点,长度(米),车道数,限速,通行能力,道路等级,路名,方向,桥梁
1,甲,乙,200,4,60,3600,主干路,五四路,双向,否
2,乙,丙,222,2,40,1200,支路,华林路,单向,是
3,丙,甲,300,1,30,600,村道,,逆向,
"""


def test_chinese_headings(tmp_path):
    network = read_network(write(tmp_path, nodes=CHINESE_NODES, links=CHINESE_LINKS), crs="EPSG:4490")
    road, bridge, lane = network.links
    assert [node.id for node in network.nodes] == ["甲", "乙", "丙"]
    assert (road.length, road.lanes, road.two_way) == (
        200,
        2,
        True,
    )  # lanes and capacity count both directions
    assert road.capacity == pytest.approx(1800 / 3600)
    assert road.free_speed == pytest.approx(60 / 3.6)
    assert (road.road_class, road.name, road.bridge) == ("primary", "五四路", False)
    assert (bridge.two_way, bridge.lanes, bridge.bridge) == (False, 2, True)
    assert (lane.from_node, lane.to_node, lane.road_class) == ("甲", "丙", "unclassified")


@pytest.mark.parametrize(
    ("heading", "metres"),
    [("长度(公里)", 2000), ("长度（km）", 2000), ("length_km", 2000), ("length [ft]", 0.6096)],
)
def test_units_in_headings(tmp_path, heading, metres):
    links = f"from_node,to_node,{heading}\n1,2,2\n"
    assert read_network(write(tmp_path, links=links)).links[0].length == pytest.approx(metres)


def test_a_length_without_unit_is_refused_until_it_is_stated(tmp_path):
    write(tmp_path, links="from_node,to_node,length,speed\n1,2,2,30\n")
    with pytest.raises(FormatError) as caught:
        read_network(tmp_path)
    assert [issue.place for issue in caught.value.issues] == ["column length", "column speed"]
    link = read_network(tmp_path, length_unit="km", speed_unit="mph").links[0]
    assert (link.length, link.free_speed) == (2000, pytest.approx(13.4112))
    with pytest.raises(FormatError, match="no known unit"):
        read_network(tmp_path, length_unit="furlong", speed_unit="mph")


def test_foreign_headings_must_say_what_a_row_stands_for(tmp_path):
    write(tmp_path, edges="u,v,length_m\n1,2,30\n2,3,40\n")
    with pytest.raises(FormatError, match="rows: one-way or rows: two-way"):
        read_network(tmp_path)
    assert all(link.two_way for link in read_network(tmp_path, rows="two-way").links)
    assert not any(link.two_way for link in read_network(tmp_path, rows="one-way").links)


def test_parallel_links_without_ids_are_numbered_whatever_the_order_of_the_rows(tmp_path):
    rows = ["1,2,30", "1,2,40", "2,1,30"]
    lengths = []
    for order in (rows, rows[::-1]):
        write(tmp_path, links="from_node,to_node,length_m\n" + "\n".join(order))
        lengths.append({link.id: link.length for link in read_network(tmp_path).links})
    assert lengths[0] == lengths[1] == {"1-2.1": 30, "1-2.2": 40, "2-1": 30}


def test_two_columns_for_one_thing_are_refused(tmp_path):
    write(
        tmp_path, nodes="node_id,x,lon,y\na,1,2,3\n", links="from_node,to_node,length_m,length_km\na,a,1,1\n"
    )
    with pytest.raises(FormatError) as caught:
        read_network(tmp_path, crs="local")
    assert {issue.value for issue in caught.value.issues} == {"length_m, length_km"}
    write(tmp_path, links="from_node,to_node,length_m\na,a,1\n")
    with pytest.raises(FormatError, match="x, lon"):
        read_network(tmp_path, crs="local")


def test_columns_that_mean_nothing_are_told(tmp_path):
    write(tmp_path, nodes=NODES.replace("y\n", "y,height\n", 1).replace("0.00\n", "0.00,5\n"), links=LINKS)
    remarks = {remark.kind: remark.ids for remark in read_network(tmp_path, crs="local").remarks}
    assert remarks == {"node_columns_unused": ("height",)}


GMNS_NODES = "\ufeffnode_id,name,x_coord,y_coord\n1,,-71.080,42.370\n2,,-71.082,42.370\n"
GMNS_LINKS = (
    "\ufefflink_id,name,from_node_,to_node_id,directed,geometry,length,facility_t,capacity,free_speed,lanes,allowed_us\n"
    '7,Main,1,2,1,"LINESTRING (-71.080 42.370, -71.082 42.370)",0.1,residential,900,25,2,walk;bike;auto\n'
    "8,,2,1,0, ,0.1,cycleway, ,10, ,bike\n"
    "9,,1,2,0, ,0.1,footway, ,3, ,walk\n"
)
GMNS_CONFIG = "dataset_name,short_length,long_length,speed,crs\nt,feet,miles,mph,EPSG:4326\n"


def test_gmns_with_names_cut_to_ten_letters_and_blanks(tmp_path):
    write(tmp_path, node=GMNS_NODES, link=GMNS_LINKS)
    network = read_network(tmp_path, crs="EPSG:4326", length_unit="mile", speed_unit="mph")
    street, footway = network.links
    assert network.form == "gmns"
    assert street.length == pytest.approx(160.9344)
    assert street.free_speed == pytest.approx(25 * 0.44704)
    assert street.capacity == pytest.approx(2 * 900 / 3600)  # per lane and hour
    assert (street.lanes, street.modes, street.two_way) == (2, {"walk", "car"}, False)
    assert (footway.modes, footway.two_way, footway.capacity, footway.lanes) == ({"walk"}, True, None, None)
    remarks = {remark.kind: remark.ids for remark in network.remarks}
    assert remarks["other_modes_left_out"] == ("8",)


def test_gmns_config_states_units_and_system(tmp_path):
    network = read_network(write(tmp_path, node=GMNS_NODES, link=GMNS_LINKS, config=GMNS_CONFIG))
    assert network.crs == "EPSG:4326"
    assert network.links[0].length == pytest.approx(160.9344)


def test_gmns_without_units_asks_for_both(tmp_path):
    write(tmp_path, node=GMNS_NODES, link=GMNS_LINKS)
    with pytest.raises(FormatError) as caught:
        read_network(tmp_path, crs="EPSG:4326")
    remedies = [issue.remedy.en for issue in caught.value.issues]
    assert ["length_unit" in remedies[0], "speed_unit" in remedies[1]] == [True, True]


def test_a_capacity_with_its_unit_is_that_of_all_lanes_in_any_table(tmp_path):
    links = "link_id,from_node_id,to_node_id,length_m,lanes,capacity_vps\n1,a,b,100,2,1.0\n"
    network = read_network(write(tmp_path, node="node_id\na\nb\n", link=links))
    assert (network.form, network.links[0].capacity) == ("gmns", 1.0)
