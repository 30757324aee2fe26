"""Ways to everywhere: one next-link tree for each destination and class, kept true to the roads.

Trees are made when first asked for. When roads change, the trees that somebody follows are
repaired at once, the others when they are next asked for; a repair touches only those nodes
whose way the change concerns (`kernels/tree_repair.py`). Walkers, cars and buses each have a
network of their own, of the ways that are open to them.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.movement import Movement
from evacsim.kernels.tree_repair import ChangingTreeSearch
from evacsim.kernels.trees import Incoming, incoming_links
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

NOT_MADE = -1


class Routing:
    """Next-link trees to all shelters and pick-up points, for each class that goes there.

    Memory: 12 bytes a node for each tree that has been asked for.
    """

    def __init__(self, world: World, movement: Movement) -> None:
        ways = world.ways
        self.movement = movement
        n_nodes = len(world.roads.node_ids)
        walking_speed = NOMINAL_WALKING_SPEED * ways.walk_factor
        self._free_time = ways.length / np.where(ways.is_footway, walking_speed, ways.free_speed)
        self._is_open = {
            MoverClass.WALKER: ways.is_footway,
            MoverClass.CAR: ways.open_to_cars,
            MoverClass.BUS: ways.open_to_buses,
        }
        self._cost = {mover_class: self._free_time.copy() for mover_class in MoverClass}
        self._network, self._search = {}, {}
        for mover_class, is_open in self._is_open.items():
            own = np.flatnonzero(is_open)
            network = incoming_links(n_nodes, ways.from_node[own], ways.to_node[own], links=own)
            self._network[mover_class] = network
            self._search[mover_class] = ChangingTreeSearch(network, self._free_time)
        self._changes: dict[MoverClass, list[NDArray[np.int64]]] = {
            mover_class: [] for mover_class in MoverClass
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
        n_trees = len(self._target)
        # Zeroed memory is taken when it is first written to.
        self._next = np.zeros((n_trees, n_nodes), dtype=np.int32)
        self._time = np.zeros((n_trees, n_nodes))
        self._n_changes = np.zeros(len(MoverClass), dtype=np.int64)
        self._n_seen = np.full(n_trees, NOT_MADE, dtype=np.int64)

    @staticmethod
    def n_trees(world: World) -> int:
        """Return how many trees a world needs at most."""
        return 3 * world.shelters.n + 2 * world.pickup_points.n

    @property
    def free_time(self) -> Floats:
        """Travel time of each way in free flow when dry [s]; on foot at a nominal speed, by the slope."""
        return self._free_time

    def network(self, mover_class: MoverClass) -> Incoming:
        """Return the ways that are open to a class on dry roads."""
        return self._network[mover_class]

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

    def update(self, ways: Ints, factors: dict[MoverClass, Floats]) -> None:
        """Take in new speed factors of some ways; trees that are followed are right again at once."""
        for mover_class, factor in factors.items():
            own = self._is_open[mover_class][ways]
            seen = np.ceil(factor[own] * SPEED_CLASSES) / SPEED_CLASSES
            with np.errstate(divide="ignore"):
                new = self._free_time[ways[own]] / seen
            changed = new != self._cost[mover_class][ways[own]]
            rows, new = ways[own][changed], new[changed]
            if rows.size:
                search = self._search[mover_class]
                self._cost[mover_class][rows] = new
                search.change(rows, new)
                self._changes[mover_class].append(search.arcs_of(rows))
                self._n_changes[mover_class] += 1
        followed = self.movement.trees_in_use()
        for tree in followed[followed < len(self._target)]:  # others are not ours
            self._current(int(tree))

    def _first_pickup(self, mover_class: MoverClass) -> int:
        block = 0 if mover_class == MoverClass.WALKER else 1
        return 3 * self._n_shelters + block * self._n_pickups

    def _times(self, trees: NDArray[np.int64], node: int) -> Floats:
        for tree in trees[self._n_seen[trees] < self._n_changes[self._class[trees]]]:
            self._current(int(tree))
        times: Floats = self._time[trees, node]
        return times

    def _current(self, tree: int) -> int:
        """Make a tree, or make it right again if it is out of date; return it."""
        mover_class = MoverClass(int(self._class[tree]))
        n_seen, n_changes = int(self._n_seen[tree]), int(self._n_changes[mover_class])
        if n_seen == n_changes:
            return tree
        search, target = self._search[mover_class], int(self._target[tree])
        next_link, time = self._next[tree], self._time[tree]
        if n_seen == NOT_MADE:
            search.grow(target, next_link=next_link, cost=time)
            n_touched = len(next_link)
        else:
            missed = self._changes[mover_class][n_seen:]
            changed = missed[0] if len(missed) == 1 else np.unique(np.concatenate(missed))
            n_touched = search.repair(changed, target, next_link=next_link, cost=time)
        if n_touched:
            self.movement.set_tree(tree, next_link)
        self._n_seen[tree] = n_changes
        return tree
