"""Networks are built in metres that are metres on the ground."""

import math

import pyproj
import pytest

from evacsim.errors import FormatError
from evacsim.formats.raw_network import RawLink, RawNetwork, RawNode
from evacsim.network.build import build_network
from evacsim.network.projecting import is_metric

FUZHOU = {"a": (119.30, 26.08), "b": (119.31, 26.08), "c": (119.31, 26.09)}
COURSE = ((119.30, 26.08), (119.305, 26.082), (119.31, 26.08))
ALONG_B_TO_C = pyproj.Geod(ellps="WGS84").line_length([119.31, 119.31], [26.08, 26.09])


def network(crs: str) -> RawNetwork:
    """A triangle in Fuzhou, in any reference system."""
    way = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    nodes = tuple(RawNode(name, *way.transform(*place)) for name, place in FUZHOU.items())
    ab = RawLink(
        id="ab",
        from_node="a",
        to_node="b",
        two_way=True,
        geometry=tuple(way.transform(*point) for point in COURSE),
    )
    bc = RawLink(id="bc", from_node="b", to_node="c", two_way=True)
    return RawNetwork("roads", "csv", nodes, (ab, bc), crs)


@pytest.mark.parametrize(
    ("crs", "built"),
    [
        ("EPSG:4326", "EPSG:32650"),  # degrees
        ("EPSG:4490", "EPSG:32650"),  # degrees of CGCS2000
        ("EPSG:32650", "EPSG:32650"),  # UTM
        ("EPSG:4528", "EPSG:4528"),  # CGCS2000, Gauss-Kruger
        ("EPSG:3857", "EPSG:32650"),  # Web Mercator: a metre is 0.9 m
    ],
)
def test_lengths_are_those_on_the_ground_whatever_the_system_of_the_file(crs, built):
    roads = build_network(network(crs))
    assert roads.crs == built
    assert roads.report.count("projected") == (crs != built)
    assert roads.graph.edges["b", "c", "bc"]["length_m"] == pytest.approx(ALONG_B_TO_C, rel=1e-3)
    course = roads.graph.edges["a", "b", "ab"]["geometry"]
    assert course[0] == (roads.graph.nodes["a"]["x"], roads.graph.nodes["a"]["y"])
    assert len(course) == 3


def test_a_network_can_be_built_in_the_system_of_the_rest_of_the_data():
    roads = build_network(network("EPSG:4326"), crs="EPSG:4528")
    assert roads.crs == "EPSG:4528"
    assert math.isclose(roads.graph.nodes["a"]["x"], 40_429_884, abs_tol=100_000)  # zone 40 leads the easting


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:2285"])
def test_it_is_not_built_in_degrees_feet_or_stretched_metres(crs):
    with pytest.raises(FormatError, match="EPSG:32650"):
        build_network(network("EPSG:4326"), crs=crs)


def test_a_local_plan_stays_local():
    nodes = (RawNode("a", 0.0, 0.0), RawNode("b", 300.0, 0.0))
    plan = RawNetwork("roads", "csv", nodes, (RawLink(id="ab", from_node="a", to_node="b"),), "local")
    assert build_network(plan).crs == "local"
    with pytest.raises(FormatError, match="local plan"):
        build_network(plan, crs="EPSG:32650")


def test_feet_are_no_metres():
    assert is_metric("EPSG:32610", -122.3, 47.6)
    assert not is_metric("EPSG:2285", -122.3, 47.6)
