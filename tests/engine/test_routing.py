"""Routing: the trees that are followed are those of a fresh search, however the roads have changed."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evacsim.engine.routing import MoverClass, Routing
from evacsim.kernels.trees import incoming_links, next_link_tree

N_NODES = 25


class Followed:
    """Stands for the movement: keeps the trees it is given, and says that some are followed."""

    def __init__(self, followed):
        self.followed = followed
        self.trees = {}

    def trees_in_use(self):
        return np.array(self.followed, dtype=np.int64)

    def set_tree(self, tree, next_link, *, is_followed=True):
        self.trees[tree] = next_link.copy()

    def set_trees(self, trees, next_link, *, is_followed=True):
        for tree, links in zip(trees.tolist(), next_link, strict=True):
            self.set_tree(tree, links, is_followed=is_followed)


def small_world():
    """Return a grid of roads with footways beside them; buses have a lane that cars must not use."""
    node = np.arange(N_NODES).reshape(5, 5)
    pairs = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:])]
    ends = np.concatenate(
        [np.stack([a.ravel(), b.ravel()], 1) for f, s in pairs for a, b in [(f, s), (s, f)]]
    )
    n = len(ends)
    is_footway = np.repeat([False, True], n)
    length = np.random.default_rng(4).integers(3, 6, n).astype(float) * 100
    ways = SimpleNamespace(
        from_node=np.tile(ends[:, 0], 2).astype(np.int32),
        to_node=np.tile(ends[:, 1], 2).astype(np.int32),
        length=np.tile(length, 2),
        free_speed=np.where(is_footway, np.inf, 10.0),
        walk_factor=np.ones(len(is_footway)),
        is_footway=is_footway,
        open_to_cars=~is_footway & (np.arange(2 * n) != 7),
        open_to_buses=~is_footway,
        n=2 * n,
    )
    nodes = np.array([3, 17], dtype=np.int32)
    return SimpleNamespace(
        ways=ways,
        roads=SimpleNamespace(node_ids=list(range(N_NODES))),
        shelters=SimpleNamespace(n=2, walk_node=nodes, drive_node=nodes),
        pickup_points=SimpleNamespace(n=1, walk_node=nodes[:1] + 8, drive_node=nodes[:1] + 8),
    )


WORLD = small_world()
CHANGES = st.dictionaries(
    st.integers(0, WORLD.ways.n - 1), st.sampled_from([0.0, 0.2, 0.5, 1.0]), min_size=1, max_size=30
)


@given(changes=st.lists(CHANGES, max_size=4), asked=st.lists(st.integers(0, 7), max_size=4))
def test_every_tree_is_right_when_it_is_followed_or_asked_for(changes, asked):
    ways = WORLD.ways
    movement = Followed([0, 5])
    routing = Routing(WORLD, movement)
    factor = np.ones(ways.n)
    usual = ways.length / np.where(ways.is_footway, 1.2, ways.free_speed)
    is_open = (ways.is_footway, ways.open_to_cars, ways.open_to_buses)
    network = incoming_links(N_NODES, ways.from_node, ways.to_node)
    place = {0: (3, 0), 1: (17, 0), 2: (3, 1), 3: (17, 1), 4: (3, 2), 5: (17, 2), 6: (11, 0), 7: (11, 2)}
    for change in changes:
        rows = np.array(list(change), dtype=np.int32)
        factor[rows] = list(change.values())
        routing.update(rows, dict.fromkeys(MoverClass, factor[rows]))
        with np.errstate(divide="ignore"):
            now = usual / (np.ceil(factor * 4) / 4)
        for tree in (*movement.followed, *asked):
            target, mover_class = place[tree]
            fresh, times = next_link_tree(network, [target], np.where(is_open[mover_class], now, np.inf))
            if tree in asked:
                ask(routing, tree)
            assert movement.trees[tree].tolist() == fresh.tolist()
            assert [routing.time(tree, node) for node in range(N_NODES)] == times.tolist()


def ask(routing, tree):
    if tree < 6:
        routing.tree_to_shelter(tree % 2, MoverClass(tree // 2))
    else:
        routing.tree_to_pickup(0, MoverClass.WALKER if tree == 6 else MoverClass.BUS)


def test_times_are_those_of_the_roads_as_they_are():
    ways = WORLD.ways
    routing = Routing(WORLD, Followed([]))
    before = routing.times_to_shelters(0, MoverClass.CAR)
    out_of_0 = np.flatnonzero(ways.from_node == 0).astype(np.int32)
    routing.update(out_of_0, {MoverClass.CAR: np.zeros(len(out_of_0))})
    assert np.isfinite(before).all()
    assert np.isinf(routing.times_to_shelters(0, MoverClass.CAR)).all()
    assert np.isfinite(routing.times_to_shelters(0, MoverClass.BUS)).all()
    assert np.isfinite(routing.times_to_pickups(np.array([0]), 0, MoverClass.BUS)).all()
