"""What is imported and written can be read again, the same to the last bit, and is not repaired twice."""

import math
import sys

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.errors import EvacsimError, FormatError, MissingExtraError
from evacsim.formats.raw_network import RawLink, RawNetwork, RawNode, read_network, write_node_link_csv
from evacsim.network.build import as_raw, build_network
from evacsim.network.importing import import_network
from evacsim.network.repairs import RepairOptions

TABLES = {
    "nodes.csv": """节点编号,x,y
甲,730000,2880000
乙,730300.25,2880000
丙,730300,2880400.125
""",
    "links.csv": """路段编号,起点,终点,长度(米),车道数,限速,路名,方向
1,甲,乙,,2,50,五四路,双向
2,乙,丙,405,1,40,,单向
3,丙,甲,510,2,40,,单向
""",
}


@pytest.fixture
def town(tmp_path):
    folder = tmp_path / "town"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def same(one: nx.MultiDiGraph, other: nx.MultiDiGraph) -> bool:
    """Return whether two graphs hold the same nodes and edges in the same order, to the last bit."""
    nodes = [str(list(graph.nodes(data=True))) for graph in (one, other)]
    edges = [str(sorted_modes(graph)) for graph in (one, other)]
    return nodes[0] == nodes[1] and edges[0] == edges[1] and one.graph["crs"] == other.graph["crs"]


def sorted_modes(graph):
    return [
        (*ends, data | {"modes": sorted(data["modes"])}) for *ends, data in graph.edges(keys=True, data=True)
    ]


def test_a_network_is_imported_with_its_report(town, tmp_path):
    report = import_network(town, tmp_path / "out", crs="EPSG:32650")
    assert report.count("length_measured") == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "links.csv", "network.yaml", "nodes.csv", "repairs.csv",
    ]  # fmt: skip
    assert "crs: EPSG:32650" in (tmp_path / "out/network.yaml").read_text(encoding="utf-8")
    rows = (tmp_path / "out/repairs.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 1 + sum(max(repair.count, 1) for repair in report.repairs)
    assert any(row.startswith("length_measured,repair,") and row.endswith(",1,,300.25") for row in rows)


def test_the_folder_states_its_system_and_gives_the_same_network_again(town, tmp_path):
    original = build_network(read_network(town, crs="EPSG:32650"))
    import_network(town, tmp_path / "out", crs="EPSG:32650")
    again = build_network(read_network(tmp_path / "out"))
    assert same(original.graph, again.graph)
    assert again.report.repairs == ()
    with pytest.raises(FormatError, match="contradicts the file"):
        read_network(tmp_path / "out", crs="EPSG:32651")


def test_repairing_twice_changes_nothing(town):
    once = build_network(read_network(town, crs="EPSG:32650"))
    twice = build_network(as_raw(once), repairs=RepairOptions())
    assert same(once.graph, twice.graph)
    assert [repair.kind for repair in twice.report.repairs] == []


def test_nothing_is_overwritten(town, tmp_path):
    import_network(town, tmp_path / "out", crs="EPSG:32650")
    with pytest.raises(EvacsimError) as caught:
        import_network(town, tmp_path / "out", crs="EPSG:32650")
    assert len(caught.value.issues) == 3


@pytest.mark.parametrize(
    "text", ["crs: EPSG:32650\n", "[1, 2\n", "written_by: evacsim\ncrs: 32650\n", "written_by: evacsim\n"]
)
def test_a_statement_that_evacsim_did_not_write_is_refused(town, text):
    (town / "network.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=r"network\.yaml"):
        read_network(town, crs="EPSG:32650")


def test_an_abstract_network_is_written_and_read_again(tmp_path):
    (tmp_path / "links.csv").write_text("from_node,to_node,minutes\n1,2,9\n2,1,22.3\n", encoding="utf-8")
    original = build_network(read_network(tmp_path / "links.csv"))
    write_node_link_csv(as_raw(original), tmp_path / "out")
    again = build_network(read_network(tmp_path / "out"))
    assert same(original.graph, again.graph)
    assert again.crs is None


def test_a_network_that_evacsim_wrote_needs_no_library_of_the_extras(town, tmp_path, monkeypatch):
    import_network(town, tmp_path / "out", crs="EPSG:32650")
    for library in ("pyproj", "shapely", "osmium", "pyogrio"):
        monkeypatch.setitem(sys.modules, library, None)
    assert build_network(read_network(tmp_path / "out")).crs == "EPSG:32650"


@pytest.mark.parametrize(
    ("library", "name", "text"),
    [
        ("osmium", "roads.osm", '<osm version="0.6"/>'),
        ("pyproj", "links.geojson", '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
         '"geometry": {"type": "LineString", "coordinates": [[1, 2], [1, 3]]}}]}'),
    ],
)  # fmt: skip
def test_a_missing_library_is_named_with_the_way_to_get_it(tmp_path, monkeypatch, library, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'evacsim\[geo\]'"):
        read_network(tmp_path / name)


finite = st.floats(-1e6, 1e6)
names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=8)
ids = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6)


@st.composite
def networks(draw: st.DrawFn) -> RawNetwork:
    """A complete network with arbitrary ids, names and numbers."""
    node_ids = draw(st.lists(ids, min_size=2, max_size=6, unique=True))
    nodes = tuple(
        RawNode(node, draw(finite), draw(finite), height=draw(st.none() | finite)) for node in node_ids
    )
    places = {node.id: (node.x, node.y) for node in nodes}
    links = []
    for link_id in draw(st.lists(ids, min_size=1, max_size=8, unique=True)):
        start, end = draw(st.lists(st.sampled_from(node_ids), min_size=2, max_size=2, unique=True))
        inner = draw(st.lists(st.tuples(finite, finite), max_size=2))
        speed, lanes = draw(st.floats(1, 40)), draw(st.floats(0.5, 5))
        jam_density = draw(st.floats(0.06, 0.3)) * lanes
        links.append(
            RawLink(
                id=link_id,
                from_node=start,
                to_node=end,
                length=draw(st.floats(0.01, 1e5)),
                free_speed=speed,
                lanes=lanes,
                capacity=min(draw(st.floats(0.01, 0.9)) * lanes, speed * jam_density / 2),
                jam_density=jam_density,
                road_class=draw(st.sampled_from(["primary", "footway", "motorway_link"])),
                name=draw(names),
                modes=frozenset(draw(st.sets(st.sampled_from(["car", "bus", "walk"]), min_size=1))),
                geometry=(places[start], *inner, places[end]) if inner else None,
                bridge=draw(st.booleans()),
                bridge_offset=draw(st.floats(0, 10)),
                footway_width=draw(st.none() | st.floats(0.3, 100)),
            )
        )
    used = {end for link in links for end in (link.from_node, link.to_node)}
    return RawNetwork(
        "any",
        "csv",
        tuple(node for node in nodes if node.id in used),
        tuple(links),
        "EPSG:32650",
        is_final=True,
    )


@settings(max_examples=40)
@given(network=networks())
def test_every_network_comes_back_to_the_last_bit(tmp_path_factory, network):
    folder = tmp_path_factory.mktemp("network")
    built = build_network(network)
    write_node_link_csv(as_raw(built), folder)
    again = build_network(read_network(folder))
    assert same(built.graph, again.graph)
    assert all(math.isfinite(data["length_m"]) for *_, data in again.graph.edges(data=True))
