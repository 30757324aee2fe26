"""Ways to everywhere: one next-link tree for each destination and class, kept true to the roads.

Trees are made when first asked for. When roads change, only the trees that the change can
touch are out of date: those that use a road that became slower, and those that a road that
became faster would shorten. Of these, the ones that somebody follows are made again at once,
the others when they are next asked for.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.movement import Movement
from evacsim.kernels.trees import incoming_links, next_link_tree
from evacsim.world.columns import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class MoverClass(IntEnum):
    """What moves: rows of the speed factors of the movement kernel."""

    WALKER = 0
    CAR = 1
    BUS = 2


NOMINAL_WALKING_SPEED = 1.2
"""Walking speed for comparing ways on foot [m/s] (any value gives the same trees)."""


SPEED_CLASSES = 4
"""Whoever chooses a way sees the speed of a road in so many steps, from closed to free (assumed): drivers do not
know the depth of water on distant roads to the centimetre. Movement itself is exact."""


class Routing:
    """Next-link trees to all shelters and pick-up points, for each class that goes there."""

    def __init__(self, world: World, movement: Movement) -> None:
        ways = world.ways
        self.movement = movement
        self._incoming = incoming_links(
            len(world.roads.node_ids),
            ways.from_node.astype(np.int64),
            ways.to_node.astype(np.int64),
            np.arange(ways.n, dtype=np.int64),
        )
        self._ways = ways
        self._free_time = ways.length / np.where(ways.is_footway, NOMINAL_WALKING_SPEED, ways.free_speed)
        self._is_open = {
            MoverClass.WALKER: ways.is_footway,
            MoverClass.CAR: ways.open_to_cars,
            MoverClass.BUS: ways.open_to_buses,
        }
        self._cost = {
            mover_class: np.where(is_open, self._free_time, np.inf)
            for mover_class, is_open in self._is_open.items()
        }
        self._n_shelters, self._n_pickups = world.shelters.n, world.pickup_points.n
        shelters = [
            (world.shelters.walk_node if c == MoverClass.WALKER else world.shelters.drive_node, c)
            for c in MoverClass
        ]
        pickups = [
            (world.pickup_points.walk_node if c == MoverClass.WALKER else world.pickup_points.drive_node, c)
            for c in (MoverClass.WALKER, MoverClass.BUS)
        ]
        self._target = np.concatenate([nodes for nodes, _ in shelters + pickups])
        self._class = np.concatenate(
            [np.full(len(nodes), c, dtype=np.int8) for nodes, c in shelters + pickups]
        )
        n_trees, n_nodes = len(self._target), len(world.roads.node_ids)
        self._next = np.full((n_trees, n_nodes), -1, dtype=np.int32)
        self._time = np.full((n_trees, n_nodes), np.inf)
        self._is_made = np.zeros(n_trees, dtype=bool)
        self._is_current = np.zeros(n_trees, dtype=bool)

    @staticmethod
    def n_trees(world: World) -> int:
        """Return how many trees a world needs at most."""
        return 3 * world.shelters.n + 2 * world.pickup_points.n

    def tree_to_shelter(self, shelter: int, mover_class: MoverClass) -> int:
        """Return the row of the tree to a shelter, up to date."""
        return self._current(mover_class * self._n_shelters + shelter)

    def tree_to_pickup(self, pickup: int, mover_class: MoverClass) -> int:
        """Return the row of the tree to a pick-up point for walkers or buses, up to date."""
        return self._current(self._first_pickup(mover_class) + pickup)

    def time(self, tree: int, node: int) -> float:
        """Return the free travel time from a node to the root of a tree [s]; infinity where no way is left."""
        return float(self._time[tree, node])

    def times_to_shelters(self, node: int, mover_class: MoverClass) -> Floats:
        """Return the free travel times from a node to all shelters [s], as the roads are now."""
        first = mover_class * self._n_shelters
        return self._times(np.arange(first, first + self._n_shelters), node)

    def times_to_pickups(self, pickups: NDArray[np.int64], node: int, mover_class: MoverClass) -> Floats:
        """Return the free travel times from a node to some pick-up points [s], as the roads are now."""
        return self._times(self._first_pickup(mover_class) + pickups, node)

    def update(self, ways: Ints, factors: dict[MoverClass, Floats]) -> int:
        """Take in new speed factors of some ways; return how many trees are out of date."""
        for mover_class, factor in factors.items():
            own = self._is_open[mover_class][ways]
            seen = np.ceil(factor[own] * SPEED_CLASSES) / SPEED_CLASSES
            with np.errstate(divide="ignore"):
                new = self._free_time[ways[own]] / seen
            changed = new != self._cost[mover_class][ways[own]]
            rows, new = ways[own][changed], new[changed]
            old = self._cost[mover_class][rows]
            self._cost[mover_class][rows] = new
            if rows.size:
                for tree in np.flatnonzero(self._is_current & (self._class == mover_class)):
                    self._is_current[tree] = not self._is_touched(int(tree), rows, old, new)
        outdated = int(np.count_nonzero(self._is_made & ~self._is_current))
        for tree in self.movement.trees_in_use():
            self._current(int(tree))
        return outdated

    def _is_touched(self, tree: int, ways: Ints, old: Floats, new: Floats) -> bool:
        start, end = self._ways.from_node[ways], self._ways.to_node[ways]
        used = (self._next[tree, start] == ways) & (new > old)
        shortens = new + self._time[tree, end] < self._time[tree, start]
        return bool(used.any() or shortens.any())

    def _first_pickup(self, mover_class: MoverClass) -> int:
        block = 0 if mover_class == MoverClass.WALKER else 1
        return 3 * self._n_shelters + block * self._n_pickups

    def _times(self, trees: NDArray[np.int64], node: int) -> Floats:
        for tree in trees[~self._is_current[trees]]:
            self._current(int(tree))
        times: Floats = self._time[trees, node]
        return times

    def _current(self, tree: int) -> int:
        """Make a tree again if it is out of date; return it."""
        if not self._is_current[tree]:
            cost = self._cost[MoverClass(int(self._class[tree]))]
            target = self._target[tree : tree + 1].astype(np.int64)
            self._next[tree], self._time[tree] = next_link_tree(self._incoming, target, cost)
            self.movement.set_tree(tree, self._next[tree])
            self._is_made[tree] = self._is_current[tree] = True
        return tree
