"""Ways to everywhere: one next-link tree for each destination and class, kept true to the roads.

Trees are made when first asked for. When roads change, only the trees that the change can
touch are made again: those that use a road that became slower, and those that a road that
became faster would shorten.
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
        self._cost = {
            mover_class: np.where(ways.is_footway == (mover_class == MoverClass.WALKER), self._free_time, np.inf)
            for mover_class in MoverClass
        }
        self._n_shelters, self._n_pickups = world.shelters.n, world.pickup_points.n
        shelters = [
            (world.shelters.walk_node if c == MoverClass.WALKER else world.shelters.drive_node, c) for c in MoverClass
        ]
        pickups = [
            (world.pickup_points.walk_node if c == MoverClass.WALKER else world.pickup_points.drive_node, c)
            for c in (MoverClass.WALKER, MoverClass.BUS)
        ]
        self._target = np.concatenate([nodes for nodes, _ in shelters + pickups])
        self._class = np.concatenate([np.full(len(nodes), c, dtype=np.int8) for nodes, c in shelters + pickups])
        n_trees, n_nodes = len(self._target), len(world.roads.node_ids)
        self._next = np.full((n_trees, n_nodes), -1, dtype=np.int32)
        self._time = np.full((n_trees, n_nodes), np.inf)
        self._made = np.zeros(n_trees, dtype=bool)

    @staticmethod
    def n_trees(world: World) -> int:
        """Return how many trees a world needs at most."""
        return 3 * world.shelters.n + 2 * world.pickup_points.n

    def tree_to_shelter(self, shelter: int, mover_class: MoverClass) -> int:
        """Return the row of the tree to a shelter."""
        return self._ready(mover_class * self._n_shelters + shelter)

    def tree_to_pickup(self, pickup: int, mover_class: MoverClass) -> int:
        """Return the row of the tree to a pick-up point, for walkers or buses."""
        block = 0 if mover_class == MoverClass.WALKER else 1
        return self._ready(3 * self._n_shelters + block * self._n_pickups + pickup)

    def time(self, tree: int, node: int) -> float:
        """Return the free travel time from a node to the root of a tree [s]; infinity where no way is left."""
        return float(self._time[tree, node])

    def times_to_shelters(self, node: int, mover_class: MoverClass) -> Floats:
        """Return the free travel times from a node to all shelters [s], as the roads are now."""
        first = mover_class * self._n_shelters
        for tree in range(first, first + self._n_shelters):
            self._ready(tree)
        return self._time[first : first + self._n_shelters, node]

    def update(self, ways: Ints, factors: dict[MoverClass, Floats]) -> int:
        """Take in new speed factors of some ways and make the touched trees again; return how many."""
        touched = 0
        for mover_class, factor in factors.items():
            own = self._ways.is_footway[ways] == (mover_class == MoverClass.WALKER)
            rows = ways[own]
            with np.errstate(divide="ignore"):
                new = self._free_time[rows] / factor[own]
            old = self._cost[mover_class][rows]
            changed = new != old
            rows, new, old = rows[changed], new[changed], old[changed]
            if not rows.size:
                continue
            self._cost[mover_class][rows] = new
            for tree in np.flatnonzero(self._made & (self._class == mover_class)):
                if self._is_touched(int(tree), rows, old, new):
                    self._make(int(tree))
                    touched += 1
        return touched

    def _is_touched(self, tree: int, ways: Ints, old: Floats, new: Floats) -> bool:
        start, end = self._ways.from_node[ways], self._ways.to_node[ways]
        used = (self._next[tree, start] == ways) & (new > old)
        shortens = new + self._time[tree, end] < self._time[tree, start]
        return bool(used.any() or shortens.any())

    def _ready(self, tree: int) -> int:
        if not self._made[tree]:
            self._made[tree] = True
            self._make(tree)
        return tree

    def _make(self, tree: int) -> None:
        cost = self._cost[MoverClass(int(self._class[tree]))]
        target = self._target[tree : tree + 1].astype(np.int64)
        self._next[tree], self._time[tree] = next_link_tree(self._incoming, target, cost)
        self.movement.set_tree(tree, self._next[tree])
