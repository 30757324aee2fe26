"""The columns hold what the graph holds, in the order of the ids, and find the nearest node."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.errors import FormatError
from evacsim.network.attributes import LINK_ATTRIBUTES, MODE_BITS, NODE_ATTRIBUTES, mode_mask
from evacsim.network.columns import road_columns


def graph_of(nodes, edges, crs="EPSG:32650"):
    graph = nx.MultiDiGraph(crs=crs)
    for node, (x, y) in nodes.items():
        graph.add_node(node, x=x, y=y)
    for number, (link_id, start, end, changes) in enumerate(edges):
        data = {
            "id": link_id, "length_m": 100.0 + number, "free_speed_mps": 13.9, "lanes": 2.0, "capacity_vps": 1.0,
            "jam_density_vpm": 0.3, "road_class": "primary", "name": f"路{link_id}", "modes": frozenset({"car", "bus"}),
            "geometry": None, "bridge": False, "bridge_offset_m": 0.0,
        } | changes  # fmt: skip
        graph.add_edge(start, end, key=link_id, **data)
    return graph


NODES = {"b": (300.0, 0.0), "a": (0.0, 0.0), "c": (300.0, 400.0)}
EDGES = [
    ("2", "b", "c", {"modes": frozenset({"walk"}), "bridge": True, "bridge_offset_m": 3.5}),
    ("1", "a", "b", {"geometry": ((0.0, 0.0), (150.0, 20.0), (300.0, 0.0))}),
    ("10", "c", "a", {}),
]


def test_rows_are_in_the_order_of_the_ids_whatever_the_order_of_the_graph():
    roads = road_columns(graph_of(NODES, EDGES))
    again = road_columns(graph_of(dict(reversed(NODES.items())), EDGES[::-1]))
    assert roads.node_ids == again.node_ids == ("a", "b", "c")
    assert roads.link_ids == again.link_ids == ("1", "10", "2")
    assert roads.from_node.tolist() == again.from_node.tolist() == [0, 2, 1]
    assert roads.to_node.tolist() == again.to_node.tolist() == [1, 0, 2]
    assert roads.from_node.dtype == np.int32
    assert roads.length.tolist() == [101.0, 102.0, 100.0]
    assert roads.mode_mask.tolist() == [3, 3, 4]
    assert roads.is_bridge.tolist() == [False, False, True]
    assert roads.bridge_offset.tolist() == [0.0, 0.0, 3.5]
    assert roads.name == ("路1", "路10", "路2")
    assert (roads.node_row["c"], roads.link_row["10"]) == (2, 1)


def test_courses_are_flat_and_run_from_node_to_node():
    roads = road_columns(graph_of(NODES, EDGES))
    assert roads.geometry_start.tolist() == [0, 3, 5, 7]
    assert roads.course(0).tolist() == [[0, 0], [150, 20], [300, 0]]
    assert roads.course(1).tolist() == [[300, 400], [0, 0]]


def test_what_few_files_know_is_nan_where_it_is_unknown():
    graph = graph_of(NODES, [*EDGES, ("3", "a", "c", {"footway_width_m": 3.5})])
    graph.nodes["b"]["height_m"] = 12.0
    roads = road_columns(graph)
    assert np.array_equal(roads.height, [np.nan, 12.0, np.nan], equal_nan=True)
    assert np.array_equal(roads.footway_width, [np.nan, np.nan, np.nan, 3.5], equal_nan=True)


def test_columns_cannot_be_changed():
    roads = road_columns(graph_of(NODES, EDGES))
    with pytest.raises(ValueError, match="read-only"):
        roads.length[0] = 1.0


def test_every_attribute_of_the_registry_is_on_the_graph_and_described_twice():
    graph = graph_of(NODES, EDGES)
    always = {one.name for one in LINK_ATTRIBUTES if not one.is_optional}
    assert always == set(next(iter(graph.edges(data=True)))[2])
    assert {one.name for one in NODE_ATTRIBUTES if not one.is_optional} == {"x", "y"}
    assert all(one.text.en and one.text.zh for one in (*LINK_ATTRIBUTES, *NODE_ATTRIBUTES))
    assert mode_mask(frozenset(MODE_BITS)) == 7


def test_the_nearest_node_and_how_far_it_is():
    roads = road_columns(graph_of(NODES, EDGES))
    rows, distances = roads.nearest_node(np.array([10.0, 290.0]), np.array([0.0, 300.0]))
    assert rows.tolist() == [0, 2]
    assert distances == pytest.approx([10.0, np.hypot(10, 100)])
    walkers = roads.nodes_open_to(MODE_BITS["walk"])
    assert walkers.tolist() == [False, True, True]
    assert roads.nearest_node(np.array([10.0]), np.array([0.0]), walkers)[0].tolist() == [1]


@given(
    nodes=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40),
    points=st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=20),
    seed=st.integers(0, 9),
)
def test_the_nearest_node_is_that_of_a_plain_search_ties_going_to_the_lowest_row(nodes, points, seed):
    """Nodes on a coarse grid, many at one spot, points on half its step: ties everywhere."""
    named = {f"{number:03d}": (x * 10.0, y * 10.0) for number, (x, y) in enumerate(nodes)}
    roads = road_columns(graph_of(named, []))
    mask = np.random.default_rng(seed).random(len(nodes)) < 0.8
    mask[-1] = True
    x, y = np.array(points, dtype=float).T * 5
    rows, distances = roads.nearest_node(x, y, mask)
    apart = np.where(mask, np.hypot(roads.x - x[:, None], roads.y - y[:, None]), np.inf)
    assert rows.tolist() == apart.argmin(axis=1).tolist()
    assert distances.tolist() == apart.min(axis=1).tolist()


def test_nothing_is_near_anything_without_coordinates_or_nodes():
    abstract = road_columns(graph_of({"a": (np.nan, np.nan)}, [], crs=None))
    with pytest.raises(FormatError, match="no coordinates"):
        abstract.nearest_node(np.zeros(1), np.zeros(1))
    roads = road_columns(graph_of(NODES, EDGES))
    with pytest.raises(FormatError, match="no node"):
        roads.nearest_node(np.zeros(1), np.zeros(1), np.zeros(3, dtype=np.bool_))


def test_a_hundred_thousand_links_become_columns():
    side = 160
    nodes = {f"{i}-{j}": (i * 100.0, j * 100.0) for i in range(side) for j in range(side)}
    graph = graph_of(nodes, [])
    shared = next(iter(graph_of(NODES, EDGES[2:]).edges(data=True)))[2]
    for i in range(side):
        for j in range(side):
            for a, b in ((i + 1, j), (i, j + 1), (i - 1, j), (i, j - 1)):
                if 0 <= a < side and 0 <= b < side:
                    graph.add_edge(f"{i}-{j}", f"{a}-{b}", **shared | {"id": f"{i}-{j}-{a}-{b}"})
    assert graph.number_of_edges() > 100_000
    assert len(road_columns(graph).link_ids) == graph.number_of_edges()
