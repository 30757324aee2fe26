"""Whatever is done to a file of roads, the reader answers with a network or with a FormatError."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.errors import EvacsimError, FormatError, Issue
from evacsim.formats.raw_network import read_network
from evacsim.language import Text
from evacsim.network.build import build_network

MATSIM = """<?xml version="1.0" encoding="utf-8"?>
<network name="t">
 <attributes><attribute name="coordinateReferenceSystem" class="java.lang.String">EPSG:32650</attribute></attributes>
 <nodes>
  <node id="a" x="730000" y="2880000"/><node id="b" x="730300" y="2880000"/><node id="c" x="730300" y="2880400"/>
 </nodes>
 <links capperiod="01:00:00" effectivecellsize="7.5">
  <link id="ab" from="a" to="b" length="300" freespeed="13.9" capacity="1800" permlanes="1" modes="car,bus"/>
  <link id="bc" from="b" to="c" length="400" freespeed="13.9" capacity="900" permlanes="1" modes="car,walk"/>
  <link id="ca" from="c" to="a" length="500" freespeed="8.3" capacity="900" permlanes="1" modes="car"/>
 </links>
</network>
"""
SUMO = """<net version="1.9">
 <location netOffset="-730000.00,-2880000.00" projParameter="+proj=utm +zone=50 +ellps=WGS84 +units=m +no_defs"/>
 <edge id=":b_0" function="internal"><lane id=":b_0_0" index="0" speed="9" length="4"/></edge>
 <edge id="ab" from="a" to="b" type="highway.primary">
  <lane id="ab_0" index="0" allow="pedestrian" speed="1.4" length="290"/>
  <lane id="ab_1" index="1" disallow="pedestrian" speed="13.9" length="290"/>
 </edge>
 <edge id="ba" from="b" to="a" shape="300,0 150,5 0,0"><lane id="ba_0" index="0" speed="13.9" length="310"/></edge>
 <junction id="a" x="0" y="0" type="priority"/><junction id="b" x="300" y="0" type="dead_end"/>
 <junction id=":b_1" x="300" y="1" type="internal"/>
 <connection from="ab" to="ba" fromLane="1" toLane="0"/>
</net>
"""
GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="graph" attr.name="crs" attr.type="string"/><key id="d1" for="node" attr.name="x" attr.type="string"/>
<key id="d2" for="node" attr.name="y" attr.type="string"/>
<key id="d3" for="edge" attr.name="length" attr.type="string"/>
<key id="d4" for="edge" attr.name="highway" attr.type="string"/>
<key id="d5" for="edge" attr.name="geometry" attr.type="string"/>
<key id="d6" for="edge" attr.name="oneway" attr.type="string"/>
<key id="d7" for="edge" attr.name="lanes" attr.type="string"/>
<graph edgedefault="directed"><data key="d0">epsg:4326</data>
<node id="1"><data key="d1">114.01</data><data key="d2">22.51</data></node>
<node id="2"><data key="d1">114.012</data><data key="d2">22.51</data></node>
<edge source="1" target="2" id="0"><data key="d3">205.6</data><data key="d4">primary</data><data key="d6">False</data>
<data key="d7">['3', '2']</data><data key="d5">LINESTRING (114.01 22.51, 114.011 22.5101, 114.012 22.51)</data></edge>
<edge source="2" target="1" id="0"><data key="d3">205.6</data><data key="d4">primary</data>
<data key="d6">False</data></edge>
</graph></graphml>
"""
OSM = """<osm version="0.6">
 <node id="1" lon="114.01" lat="22.51"/><node id="2" lon="114.012" lat="22.51"/>
 <node id="3" lon="114.012" lat="22.512"/>
 <way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="name" v="人民路"/></way>
 <way id="8"><nd ref="2"/><nd ref="1"/><tag k="highway" v="footway"/></way>
</osm>
"""
NODES = "node_id,x,y\na,730000,2880000\nb,730300,2880000\nc,730300,2880400\n"
LINKS = (
    "link_id,from_node,to_node,length_m,free_speed_mps,lanes,capacity_vps,jam_density_vpm,geometry\n"
    'ab,a,b,300,13.9,1,0.5,0.13,"LINESTRING (730000 2880000, 730150 2880001, 730300 2880000)"\n'
    "bc,b,c,400,13.9,1,0.5,0.13,\nca,c,a,500,13.9,1,0.5,0.13,\n"
)
GMNS_NODES = "node_id,x_coord,y_coord\n1,-71.08,42.37\n2,-71.081,42.37\n"
GMNS_LINKS = (
    "link_id,from_node_,to_node_id,directed,length,free_speed,lanes,allowed_us\n1,1,2,1,0.05,25,1,walk;auto\n"
)
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"highway": "primary", "oneway": "yes"},
                "geometry": {"type": "LineString", "coordinates": [[114.01, 22.51], [114.012, 22.51]]},
            },
            {
                "type": "Feature",
                "properties": {"highway": "primary", "oneway": "no"},
                "geometry": {"type": "LineString", "coordinates": [[114.011, 22.509], [114.011, 22.511]]},
            },
        ],
    }
)
FILES = {
    "matsim.xml": MATSIM,
    "sumo.net.xml": SUMO,
    "osmnx.graphml": GRAPHML,
    "area.osm": OSM,
    "csv/nodes.csv": NODES,
    "csv/links.csv": LINKS,
    "gmns/node.csv": GMNS_NODES,
    "gmns/link.csv": GMNS_LINKS,
    "lines.geojson": GEOJSON,
}
STATEMENTS = {
    "csv": {"crs": "EPSG:32650"},
    "gmns": {"crs": "EPSG:4326", "length_unit": "mi", "speed_unit": "mph"},
}


def write_all(folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def read_and_build(folder: Path, name: str) -> int:
    """Return the number of links; EvacsimError is the only other way out."""
    path = folder / name if "/" not in name else (folder / name).parent
    raw = read_network(path, **STATEMENTS.get(path.name, {}))
    return build_network(raw).graph.number_of_edges()


@pytest.mark.parametrize("name", FILES)
def test_the_whole_files_are_read(tmp_path, name):
    write_all(tmp_path)
    assert read_and_build(tmp_path, name) >= 1


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file cut off, with bytes changed, with a piece taken out or a piece doubled."""
    name = draw(st.sampled_from(sorted(FILES)))
    data = FILES[name].encode()
    start = draw(st.integers(0, len(data) - 1))
    end = draw(st.integers(start, min(len(data), start + 60)))
    filling = draw(
        st.sampled_from(
            [b"", b"nan", b"-1", b"1e999", b"x", b",", b'"', b"<", b"\xff\xfe", b"\0", data[start:end] * 2]
        )
    )
    rest = draw(st.sampled_from([data[end:], b""]))
    return name, data[:start] + filling + rest


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("damaged")
    write_all(path)
    return path


@settings(max_examples=300)
@given(damage=damages())
def test_a_damaged_file_gives_a_network_or_an_error_of_ours(folder, damage):
    name, data = damage
    (folder / name).write_bytes(data)
    issues: list[Issue] = []
    try:
        read_and_build(folder, name)
    except EvacsimError as error:
        issues = error.issues or [Issue("", Text("", ""), Text("", ""))]
    finally:
        (folder / name).write_text(FILES[name], encoding="utf-8")
    assert all(issue.file and all((*issue.rule, *issue.remedy)) for issue in issues)


def refused(path: Path, **statements) -> FormatError:
    """Return the error with which a file is refused; its message names the file."""
    with pytest.raises(FormatError) as caught:
        build_network(read_network(path, **statements))
    assert str(path) in str(caught.value)
    return caught.value


def test_a_gzipped_file_cut_off_is_said_to_be_cut_off(tmp_path):
    path = tmp_path / "network.xml.gz"
    path.write_bytes(gzip.compress(MATSIM.encode())[:-30])
    assert "cut off" in str(refused(path))


def test_bytes_that_only_claim_to_be_gzipped_are_refused(tmp_path):
    path = tmp_path / "network.xml.gz"
    path.write_bytes(b"\x1f\x8b" + b"no gzip at all")
    assert "damaged" in str(refused(path, form="matsim"))


@pytest.mark.parametrize(
    "name", ["empty.xml", "empty.graphml", "empty.osm", "empty.osm.pbf", "empty.geojson"]
)
def test_an_empty_file_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    refused(path)


@pytest.mark.parametrize("name", ["empty.shp", "empty.gpkg", "random.gpkg", "random.osm.pbf"])
def test_a_file_of_the_wrong_kind_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"" if name.startswith("empty") else bytes(range(256)) * 20)
    refused(path)


def test_a_missing_file_is_refused(tmp_path):
    assert "no such file" in str(refused(tmp_path / "nothing.xml"))


def test_a_folder_without_tables_is_refused(tmp_path):
    assert "links.csv" in str(refused(tmp_path))


def test_the_wrong_format_is_named(tmp_path):
    path = tmp_path / "network.xml"
    path.write_text(MATSIM, encoding="utf-8")
    message = str(refused(path, form="sumo"))
    assert "<network>" in message
    assert "<net>" in message


def test_an_unknown_format_lists_the_known_ones(tmp_path):
    path = tmp_path / "network.dat"
    path.write_text(MATSIM, encoding="utf-8")
    assert "matsim, osm, graphml, gmns, sumo, lines, csv" in str(refused(path))
    assert "matsim, osm, graphml, gmns, sumo, lines, csv" in str(refused(path, form="visum"))


def test_xml_says_on_which_line_it_breaks(tmp_path):
    path = tmp_path / "network.xml"
    path.write_text(MATSIM.replace("</nodes>", "</knots>"), encoding="utf-8")
    (issue,) = refused(path).issues
    assert issue.line == MATSIM[: MATSIM.index("</nodes>")].count("\n") + 1


def test_every_bad_number_is_named_with_its_line(tmp_path):
    path = tmp_path / "network.xml"
    text = MATSIM.replace('length="300"', 'length="long"').replace('x="730300" y="2880400"', 'x="nan" y=""')
    path.write_text(text, encoding="utf-8")
    issues = refused(path).issues
    assert [(issue.place, issue.value) for issue in issues] == [
        ("node c x", "nan"),
        ("node c y", ""),
        ("link ab length", "long"),
    ]
    assert all(issue.line for issue in issues)


def test_links_to_nowhere_are_refused_with_link_node_and_line(tmp_path):
    write_all(tmp_path)
    (tmp_path / "csv/links.csv").write_text(LINKS.replace("bc,b,c", "bc,b,z"), encoding="utf-8")
    (issue,) = refused(tmp_path / "csv", crs="EPSG:32650").issues
    assert (issue.place, issue.value, issue.line) == ("link bc", "z", 3)


def test_one_id_for_two_links_or_two_places_is_refused(tmp_path):
    write_all(tmp_path)
    (tmp_path / "csv/links.csv").write_text(LINKS.replace("bc,b,c", "ab,b,c"), encoding="utf-8")
    (tmp_path / "csv/nodes.csv").write_text(NODES + "a,730001,2880000\n", encoding="utf-8")
    places = {issue.place for issue in refused(tmp_path / "csv", crs="EPSG:32650").issues}
    assert places == {"node a", "link ab"}


def test_a_table_without_its_columns_names_them_all(tmp_path):
    write_all(tmp_path)
    (tmp_path / "csv/links.csv").write_text("link_id,length_m\nab,300\n", encoding="utf-8")
    message = str(refused(tmp_path / "csv", crs="EPSG:32650", rows="one-way"))
    assert "from_node" in message
    assert "to_node" in message


def test_a_link_without_length_in_a_network_without_coordinates_is_refused(tmp_path):
    (tmp_path / "links.csv").write_text(
        "link_id,from_node,to_node,length_m\n1,a,b,10\n2,b,a,\n", encoding="utf-8"
    )
    (issue,) = refused(tmp_path).issues
    assert issue.place == "link 2"
    assert "travel_time" in issue.remedy.en


def test_geometry_needs_nodes_with_coordinates(tmp_path):
    (tmp_path / "links.csv").write_text(LINKS, encoding="utf-8")
    assert {issue.place for issue in refused(tmp_path).issues} == {"node a", "node b", "node c"}


def test_text_that_is_not_utf8_asks_for_its_encoding(tmp_path):
    write_all(tmp_path)
    named = LINKS.replace("geometry\n", "geometry,name\n").replace(
        "bc,b,c,400,13.9,1,0.5,0.13,", "bc,b,c,400,13.9,1,0.5,0.13,,人民路"
    )
    named = named.replace('0)"\n', '0)",\n').replace("0.13,\n", "0.13,,\n")
    (tmp_path / "csv/links.csv").write_bytes(named.encode("gb18030"))
    assert "encoding: gb18030" in str(refused(tmp_path / "csv", crs="EPSG:32650"))
    network = build_network(read_network(tmp_path / "csv", crs="EPSG:32650", encoding="gb18030"))
    assert network.graph.edges["b", "c", "bc"]["name"] == "人民路"


def test_xml_in_a_chinese_encoding_asks_for_it(tmp_path):
    path = tmp_path / "network.xml"
    path.write_bytes(MATSIM.replace("utf-8", "GB2312").replace('name="t"', 'name="福州"').encode("gb2312"))
    assert "encoding" in str(refused(path, form="matsim"))
    assert len(read_network(path, form="matsim", encoding="gb2312").links) == 3
