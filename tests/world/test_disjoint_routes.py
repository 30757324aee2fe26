"""Routes without a common road, against a search that tries every road that might be taken away."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.world.disjoint_routes import RouteGraph


def graph_of(n_nodes, links):
    ends = np.array(links, dtype=np.int32).reshape(-1, 2)
    ways = SimpleNamespace(
        open_to_buses=np.ones(len(ends), dtype=bool),
        from_node=ends[:, 0],
        to_node=ends[:, 1],
        link=np.arange(len(ends)),
    )
    roads = SimpleNamespace(node_ids=list(range(n_nodes)), link_ids=[f"r{k}" for k in range(len(ends))])
    return RouteGraph(SimpleNamespace(ways=ways, roads=roads))


def reaches(links, start, end):
    found, fresh = {start}, [start]
    while fresh:
        node = fresh.pop()
        for tail, head in links:
            if tail == node and head not in found:
                found.add(head)
                fresh.append(head)
    return end in found


def test_a_bridge_is_the_cut_between_two_rings():
    ring = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (5, 3), (3, 2), (1, 0), (2, 1), (4, 3), (5, 4)]
    graph = graph_of(6, ring)
    assert graph.between(0, 4) == graph.between(0, 4)
    assert graph.between(0, 4).number == 1
    assert graph.between(0, 4).cut == ("r3",)
    assert graph.between(0, 2).number == 2
    assert graph.between(3, 3).number == 2


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    links=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] != pair[1]), max_size=14
    ),
    others=st.lists(st.integers(1, 5), min_size=1, max_size=3),
)
def test_there_are_two_routes_where_no_single_road_takes_the_way(links, others):
    graph = graph_of(6, links)
    for end in others:  # one after the other, as the graph keeps what it has worked out
        found = graph.between(0, end)
        without = [reaches(links[:k] + links[k + 1 :], 0, end) for k in range(len(links))]
        if not reaches(links, 0, end):
            assert found.number == 0
        elif all(without):
            assert found == type(found)(2, ())
        else:
            assert found.number == 1
            assert len(found.cut) == 1
            assert not without[int(found.cut[0][1:])]
