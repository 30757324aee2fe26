"""Lines that meet are joined, lines that cross are joined at grade only."""

import math
from itertools import pairwise

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evacsim.formats.raw_network import RawLink, RawNetwork
from evacsim.network.build import build_network
from evacsim.network.repairs import RepairOptions

EAST_WEST = ((0.0, 0.0), (200.0, 0.0))
NORTH_SOUTH = ((100.0, -100.0), (100.0, 100.0))


def lines(*courses, repairs=None, **attributes):
    links = tuple(
        RawLink(id=f"r{number}", from_node=None, to_node=None, geometry=course, road_class="residential",
                **{name: values[number] for name, values in attributes.items()})
        for number, course in enumerate(courses)
    )  # fmt: skip
    return build_network(RawNetwork("roads", "lines", (), links, "local"), repairs=repairs)


def ends(network) -> set[tuple[str, str, str]]:
    return set(network.graph.edges(keys=True))


def test_lines_that_cross_at_grade_get_a_node():
    network = lines(EAST_WEST, NORTH_SOUTH)
    assert set(network.graph) == {
        "n0.00_0.00", "n200.00_0.00", "n100.00_-100.00", "n100.00_100.00", "n100.00_0.00",
    }  # fmt: skip
    assert ends(network) == {
        ("n0.00_0.00", "n100.00_0.00", "r0.1"),
        ("n100.00_0.00", "n200.00_0.00", "r0.2"),
        ("n100.00_-100.00", "n100.00_0.00", "r1.1"),
        ("n100.00_0.00", "n100.00_100.00", "r1.2"),
    }
    assert [(change.id, change.after) for change in network.report.of("noded")] == [("r0", "2"), ("r1", "2")]


@pytest.mark.parametrize("raised", [{"bridge": (True, False)}, {"tunnel": (False, True)}, {"layer": (0, 1)}])
def test_bridges_tunnels_and_layers_are_crossed_without_a_node(raised):
    network = lines(EAST_WEST, NORTH_SOUTH, repairs=RepairOptions(smallest_part=0.0), **raised)
    assert network.graph.number_of_nodes() == 4
    assert [(change.id, change.after) for change in network.report.of("crossing_kept")] == [("r0", "r1")]


def test_a_bridge_is_joined_to_the_roads_at_its_ends():
    network = lines(EAST_WEST, ((200.0, 0.0), (300.0, 0.0)), ((250.0, -50.0), (250.0, 50.0)),
                    repairs=RepairOptions(smallest_part=0.0), bridge=(False, True, False))  # fmt: skip
    assert network.report.parts.weak == (3, 2)


def test_a_road_that_ends_on_another_cuts_it():
    network = lines(EAST_WEST, ((100.0, 0.0), (100.0, 90.0)))
    assert {key for *_, key in ends(network)} == {"r0.1", "r0.2", "r1"}
    assert network.report.parts.weak == (4,)


@pytest.mark.parametrize(("gap", "joined"), [(0.5, True), (0.59, True), (0.61, False), (2.0, False)])
def test_ends_are_joined_within_the_snapping_distance(gap, joined):
    network = lines(EAST_WEST, ((200.0 + gap, 0.0), (300.0, 0.0)), ((100.0, gap), (100.0, 90.0)),
                    repairs=RepairOptions(smallest_part=0.0))  # fmt: skip
    assert network.report.parts.weak == ((5,) if joined else (2, 2, 2))
    assert (network.report.count("snapped") > 0) == joined


def test_pieces_share_length_and_attributes():
    bent = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (200.0, 100.0))
    network = lines(bent, ((50.0, -10.0), (50.0, 10.0)), ((100.0, 50.0), (180.0, 50.0)), length=(330.0, None, None),
                    name=("环路", "", ""))  # fmt: skip
    pieces = {data["id"]: data for *_, data in network.graph.edges(data=True) if data["id"].startswith("r0")}
    assert [pieces[key]["length_m"] for key in ("r0.1", "r0.2", "r0.3")] == pytest.approx(
        [55.0, 110.0, 165.0]
    )
    assert {data["name"] for data in pieces.values()} == {"环路"}
    assert pieces["r0.2"]["geometry"] == ((50.0, 0.0), (100.0, 0.0), (100.0, 50.0))
    assert pieces["r0.1"]["geometry"] is None


def test_without_noding_only_ends_at_the_same_spot_are_one_node():
    network = lines(EAST_WEST, NORTH_SOUTH, ((200.0, 0.0), (300.0, 0.0)),
                    repairs=RepairOptions(noding="none", smallest_part=0.0))  # fmt: skip
    assert network.report.parts.weak == (3, 2)


def test_networks_with_nodes_are_noded_on_demand_and_keep_their_ids():
    def roads(repairs):
        from evacsim.formats.raw_network import RawNode

        nodes = [
            RawNode("w", 0.0, 0.0),
            RawNode("e", 200.0, 0.0),
            RawNode("s", 100.0, -100.0),
            RawNode("n", 100.0, 100.0),
        ]
        links = [
            RawLink(id=one + other, from_node=one, to_node=other, two_way=True) for one, other in ("we", "sn")
        ]
        raw = RawNetwork("roads", "csv", tuple(nodes), tuple(links), "local")
        return build_network(raw, repairs=repairs)

    assert roads(RepairOptions(smallest_part=0.0)).report.parts.weak == (2, 2)
    network = roads(RepairOptions(noding="all"))
    assert set(network.graph) == {"w", "e", "s", "n", "n100.00_0.00"}
    assert network.report.parts.strong == (5,)


coordinates = st.integers(0, 12).map(lambda number: number * 25.0)
points = st.tuples(coordinates, coordinates)
courses = st.lists(points, min_size=2, max_size=4, unique=True).map(tuple)


@settings(max_examples=60)
@given(courses=st.lists(courses, min_size=1, max_size=8), order=st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter_and_no_road_is_lost(courses, order):
    """On a coarse grid lines cross, touch and overlap all the time."""
    keep = RepairOptions(smallest_part=0.0, duplicates="keep")
    links = [
        RawLink(id=f"r{number}", from_node=None, to_node=None, geometry=course, road_class="residential")
        for number, course in enumerate(courses)
    ]
    shuffled = order.sample(links, len(links))
    one, other = (
        build_network(RawNetwork("roads", "lines", (), tuple(group), "local"), repairs=keep)
        for group in (links, shuffled)
    )
    assert list(one.graph.edges(keys=True, data=True)) == list(other.graph.edges(keys=True, data=True))
    assert one.report.repairs == other.report.repairs
    whole = sum(math.dist(a, b) for course in courses for a, b in pairwise(course))
    dropped = sum(float(change.before) for change in one.report.of("self_loop"))
    assert one.report.length + dropped == pytest.approx(
        whole, abs=3.0 * len(courses)
    )  # snapping moves ends a little


@settings(max_examples=60)
@given(courses=st.lists(courses, min_size=1, max_size=8))
def test_pieces_that_lie_on_one_another_are_cut_alike(courses):
    """The pieces, each counted once, are as long as the lines laid over one another (shapely's union)."""
    shapes = [shapely.LineString(course) for course in courses]
    assume(all(shape.is_simple for shape in shapes))
    network = lines(*courses, repairs=RepairOptions(smallest_part=0.0))
    drawn = (
        data["geometry"]
        or tuple((network.graph.nodes[node]["x"], network.graph.nodes[node]["y"]) for node in (start, end))
        for start, end, data in network.graph.edges(data=True)
    )
    pieces = {shapely.LineString(course).normalize() for course in drawn}
    assert sum(piece.length for piece in pieces) == pytest.approx(
        shapely.union_all(shapes).length, abs=3.0 * len(courses)
    )
