"""Real road networks, each in the format it came in, with the counts that were found by other means."""

import math
from xml.etree import ElementTree

import numpy as np
import pytest

from evacsim.errors import FormatError
from evacsim.formats.raw_network import read_network
from evacsim.network.attributes import MODE_BITS
from evacsim.network.build import as_raw, build_network
from evacsim.network.columns import road_columns
from evacsim.network.description import class_table, described
from evacsim.network.importing import import_network
from evacsim.network.repairs import RepairOptions


def kinds(network) -> set[str]:
    return {repair.kind for repair in network.report.repairs}


def test_fuzhou_matsim(data_dir):
    path = data_dir / "fuzhou_cn" / "fuzhou_car_network.xml.gz"
    with pytest.raises(FormatError, match="crs: must be known"):
        read_network(path)
    network = build_network(read_network(path, crs="EPSG:32650"))
    assert (network.graph.number_of_nodes(), network.graph.number_of_edges()) == (16_539, 34_056)
    assert network.report.parts.weak == network.report.parts.strong == (16_539,)
    assert kinds(network) == {"class_default", "bus_allowed", "jam_density_default"}
    roads = road_columns(network.graph)
    assert set(roads.mode_mask.tolist()) == {MODE_BITS["car"] | MODE_BITS["bus"]}
    assert roads.capacity.max() == pytest.approx(2000 / 3600)
    rows, distances = roads.nearest_node(roads.x, roads.y)
    assert distances.max() == 0.0
    assert np.array_equal(roads.x[rows], roads.x)


def test_seaside_shapefile(data_dir):
    raw = read_network(data_dir / "seaside_or" / "road_network" / "road_network.shp")
    assert len(raw.links) == 585
    assert raw.crs == "EPSG:32610"
    network = build_network(raw)
    assert network.report.count("noded") == 5  # 590 pieces, as shapely's union gives
    assert network.report.length == pytest.approx(2 * 72_506.4 - one_way_length(raw), abs=1.0)
    assert network.report.parts.weak == (440,)  # all connected: 439 ends and the middle of one loop
    # six bridges lead inland only, so nobody drives back to the beach
    assert network.report.parts.strong == (290, 150)
    assert network.report.count("source") == 150
    assert [change.id for change in network.report.of("class_default")] == ["246300300.1", "246300300.2"]


def one_way_length(raw) -> float:
    return sum(
        math.dist(a, b)
        for link in raw.links
        if not link.two_way
        for a, b in zip(link.geometry, link.geometry[1:], strict=False)
    )


def test_seaside_one_way_bridges_lead_inland(data_dir):
    raw = read_network(data_dir / "seaside_or" / "road_network" / "road_network.shp")
    inland = [link for link in raw.links if not link.two_way]
    assert len(inland) == 6
    assert all(link.geometry[-1][0] > link.geometry[0][0] for link in inland)


def test_shenzhen_graphml(data_dir):
    raw = read_network(data_dir / "shenzhen_cn" / "futian_drive_osmnx.graphml")
    assert (len(raw.nodes), len(raw.links)) == (1_751, 4_009)
    network = build_network(raw)
    assert network.crs == "EPSG:32650"
    # OSMnx measures on a sphere, we in UTM: within half a percent
    differences = [
        abs(data["length_m"] / link.length - 1)
        for link in raw.links
        if network.graph.has_edge(link.from_node, link.to_node, link.id)
        and (data := network.graph.edges[link.from_node, link.to_node, link.id])
    ]
    assert network.report.count("length_replaced") == 0
    assert max(differences) < 0.005
    assert network.report.count("modes_none") == 45


def test_shenzhen_osm_xml(data_dir):
    path = data_dir / "shenzhen_cn" / "nanshan_baoan_roads.osm.xml"
    raw = read_network(path)
    assert len({link.id.split(".")[0] for link in raw.links}) == 1_253 - 4 - 8  # construction, squares
    assert any(link.name == "深南大道" for link in raw.links)
    assert {link.id.split(".")[0] for link in raw.links if link.bridge} == ways_tagged(path, "bridge")
    network = build_network(raw)
    assert network.crs == "EPSG:32649"
    assert network.report.parts.weak[0] > 0.9 * len(raw.nodes)


def ways_tagged(path, key: str) -> set[str]:
    """Return the ids of the roads with a tag, read by other means."""
    ways = ElementTree.parse(path).getroot().iter("way")
    tags = {way.get("id"): {tag.get("k"): tag.get("v") for tag in way.iter("tag")} for way in ways}
    return {
        way
        for way, found in tags.items()
        if key in found and found.get("highway") not in {None, "construction"}
    }


def test_fraser_canyon_sumo(data_dir):
    raw = read_network(data_dir / "fraser_canyon_ca_sumo" / "fraser_canyon.net.xml")
    left_out = next(remark for remark in raw.remarks if remark.kind == "other_modes_left_out")
    assert (len(raw.nodes), len(raw.links) + len(left_out.ids)) == (173, 376)
    assert raw.crs == "EPSG:32610"
    network = build_network(raw)
    assert network.crs == "EPSG:32610"
    x = [data["x"] for _, data in network.graph.nodes(data=True)]
    assert min(x) == pytest.approx(585_470.77, abs=100)  # the offset is taken off again


def test_cambridge_gmns(data_dir):
    path = data_dir / "cambridge_us_gmns"
    with pytest.raises(FormatError, match="length_unit"):
        read_network(path, crs="EPSG:4326")
    raw = read_network(path, crs="EPSG:4326", length_unit="m", speed_unit="km/h")
    left_out = next(remark for remark in raw.remarks if remark.kind == "other_modes_left_out")
    assert (len(raw.nodes), len(raw.links) + len(left_out.ids)) == (1_693, 2_963)
    network = build_network(raw)
    # its lengths were measured in Web Mercator: too long by 1 / cos(42.37 degrees)
    (scale,) = network.report.of("lengths_off_scale")
    assert float(scale.before) == pytest.approx(1 / math.cos(math.radians(42.37)), rel=1e-3)
    assert network.report.count("capacity_absurd") > 1_000  # vehicles per day, it seems
    assert all(
        data["capacity_vps"] <= data["lanes"]
        for *_, data in network.graph.edges(data=True)
        if data["modes"] != {"walk"}
    )


def test_miami_geopackage_of_lines(data_dir):
    raw = read_network(data_dir / "miami_beach_us" / "base_network.gpkg")
    assert len(raw.links) == 8_883
    assert not any(link.two_way for link in raw.links)  # 6,080 rows are pairs of opposite directions
    network = build_network(raw)
    assert network.report.parts.weak == (5_402,)
    assert network.report.count("crossing_kept") == 9
    assert sum(data["bridge"] for *_, data in network.graph.edges(data=True)) == sum(
        link.bridge for link in raw.links
    )


def test_miami_geopackage_with_nodes(data_dir):
    pyogrio = pytest.importorskip("pyogrio")
    raw = read_network(data_dir / "miami_beach_us" / "base_graph_edges.gpkg")
    nodes = pyogrio.read_dataframe(data_dir / "miami_beach_us" / "base_graph_nodes.gpkg", read_geometry=False)
    places = {str(row.osmid): (row.x, row.y) for row in nodes.itertuples()}
    assert {node.id for node in raw.nodes} == places.keys()
    for node in raw.nodes:
        assert (node.x, node.y) == pytest.approx(places[node.id], abs=1e-9)
    assert build_network(raw).report.parts.weak == (740,)  # 736 and the middles of four loops


def test_hitoyoshi_csv(data_dir):
    path = data_dir / "hitoyoshi_jp" / "central_hitoyoshi_edges.csv"
    with pytest.raises(FormatError, match="rows: two-way"):
        read_network(path, crs="EPSG:4326")
    raw = read_network(path, crs="EPSG:4326", rows="two-way")
    assert (len(raw.nodes), len(raw.links)) == (1_983, 2_102)
    network = build_network(raw, repairs=RepairOptions(smallest_part=1.0))
    assert network.report.parts.strong == (1_874,)


def test_xingguo_travel_times(data_dir):
    network = build_network(read_network(data_dir / "xingguo_cn" / "links_minutes.csv"))
    roads = road_columns(network.graph)
    minutes = roads.length / roads.free_speed / 60
    assert len(roads.link_ids) == 949
    assert np.abs(minutes - minutes.round()).max() < 1e-9
    assert roads.crs is None
    assert "abstract" in described(roads, "en")


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("shenzhen_cn/nanshan_baoan_roads.osm.xml", {}),
        ("cambridge_us_gmns", {"crs": "EPSG:4326", "length_unit": "m", "speed_unit": "km/h"}),
        ("seaside_or/road_network/road_network.shp", {}),
    ],
)
def test_real_networks_come_back_to_the_last_bit_and_need_no_second_repair(
    data_dir, tmp_path, path, statements
):
    original = build_network(read_network(data_dir / path, **statements))
    import_network(data_dir / path, tmp_path / "out", **statements)
    again = build_network(read_network(tmp_path / "out"))
    assert list(again.graph.nodes(data=True)) == list(original.graph.nodes(data=True))
    assert list(again.graph.edges(keys=True, data=True)) == list(original.graph.edges(keys=True, data=True))
    repaired = build_network(as_raw(original), repairs=RepairOptions())
    assert [repair.kind for repair in repaired.report.repairs if repair.level == "repair"] == []


def test_a_network_is_described_by_class_in_both_languages(data_dir):
    roads = road_columns(
        build_network(read_network(data_dir / "shenzhen_cn" / "futian_drive_osmnx.graphml")).graph
    )
    table = class_table(roads)
    assert table["links"].sum() == len(roads.link_ids)
    assert table["length_km"].sum() == pytest.approx(roads.length.sum() / 1000)
    assert table["road_class"].iloc[0] == "residential"
    assert "EPSG:32650" in described(roads, "en")
    assert "桥梁路段" in described(roads, "zh")
