"""Ways to everywhere: one next-link tree for each destination and class, kept true to the roads.

Trees are made when first asked for. When roads change, the trees that somebody follows are
repaired at once, the others when they are next asked for; a repair touches only those nodes
whose way the change concerns (`kernels/tree_repair.py`). Walkers, cars and buses each have a
network of their own, of the ways that are open to them; so have boats, where there are any.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.movement import Movement, way_along
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
    """Buses, and trucks with them: their limit is the lower one, so nobody counts on a truck in vain."""
    BOAT = 3
    """Boats go over flooded roads, on their footways: there one passes what stands in the water, both ways."""
    BOAT_2 = 4
    """Boats of another draught, or another current limit, and so on (`engine.boat_classes`)."""
    BOAT_3 = 5
    BOAT_4 = 6
    BOAT_5 = 7
    WADER = 8
    """Trucks of rescue with high clearance: they wade where buses stop (`engine.wader_classes`)."""
    WADER_2 = 9
    """Those that wade through deeper or shallower water, and so on."""
    WADER_3 = 10


ON_LAND = (MoverClass.WALKER, MoverClass.CAR, MoverClass.BUS)
BOATS = (MoverClass.BOAT, MoverClass.BOAT_2, MoverClass.BOAT_3, MoverClass.BOAT_4, MoverClass.BOAT_5)
WADERS = (MoverClass.WADER, MoverClass.WADER_2, MoverClass.WADER_3)
NOMINAL_BOAT_SPEED = 2.5
"""Speed for comparing ways by boat [m/s] (any value gives the same trees)."""
NOMINAL_WALKING_SPEED = 1.2
"""Walking speed for comparing ways on foot [m/s] (any value gives the same trees)."""


SPEED_CLASSES = 4
"""Whoever chooses a way sees the speed of a road in so many steps, from closed to free (assumed): drivers do not
know the depth of water on distant roads to the centimetre. Movement itself is exact."""

NOT_MADE = -1
TREES_AT_ONCE = 16
"""Trees to other nodes that the movement makes room for at least at a time, or half as many as there are: each time it
moves all its trees."""


@dataclass(slots=True)
class Tree:
    """The way to a node that is neither a shelter nor a pick-up point."""

    target: int
    mover_class: MoverClass
    next_link: Ints
    time: Floats
    n_seen: int = NOT_MADE


class Routing:
    """Next-link trees to all shelters and pick-up points, for each class that goes there, and to any node.

    Memory: 12 bytes a node for each tree that has been asked for.
    """

    def __init__(
        self,
        world: World,
        movement: Movement,
        *,
        boats: Collection[MoverClass] = (),
        waders: Collection[MoverClass] = (),
    ) -> None:
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
        self._free = dict.fromkeys(ON_LAND, self._free_time)
        self._cost = {mover_class: self._free_time.copy() for mover_class in ON_LAND}
        for boat in boats:
            self._is_open[boat] = ways.is_footway
            self._free[boat] = ways.length / NOMINAL_BOAT_SPEED
            self._cost[boat] = np.full(ways.n, np.inf)  # until water stands on them
        for wader in waders:
            self._is_open[wader] = ways.open_to_buses
            self._free[wader] = self._free_time
            self._cost[wader] = self._free_time.copy()
        self._network, self._search = {}, {}
        for mover_class, is_open in self._is_open.items():
            own = np.flatnonzero(is_open)
            network = incoming_links(n_nodes, ways.from_node[own], ways.to_node[own], links=own)
            self._network[mover_class] = network
            self._search[mover_class] = ChangingTreeSearch(network, self._cost[mover_class])
        self._changes: dict[MoverClass, list[NDArray[np.int64]]] = {
            mover_class: [] for mover_class in MoverClass
        }
        self._n_shelters, self._n_pickups = world.shelters.n, world.pickup_points.n
        shelters = [
            (world.shelters.walk_node if c == MoverClass.WALKER else world.shelters.drive_node, c)
            for c in ON_LAND
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
        self._version = 0
        self._n_seen = np.full(n_trees, NOT_MADE, dtype=np.int64)
        self._others: dict[int, Tree] = {}
        """Trees to other nodes, by their rows in the movement."""
        self._row_of: dict[tuple[int, MoverClass], int] = {}
        self._held: dict[tuple[int, MoverClass], int] = {}
        """How many need each tree that is given up when nobody needs it any more."""
        self._spare: list[int] = []
        """Rows in the movement that no tree has yet."""

    @staticmethod
    def n_trees(world: World) -> int:
        """Return how many trees a world needs at most."""
        return 3 * world.shelters.n + 2 * world.pickup_points.n

    @property
    def free_time(self) -> Floats:
        """Travel time of each way in free flow when dry [s]; on foot at a nominal speed, by the slope."""
        return self._free_time

    @property
    def version(self) -> int:
        """How often what ways take has changed, for any class."""
        return self._version

    def cost(self, mover_class: MoverClass) -> Floats:
        """Return the travel time of each way as it is now, as a class chooses by it [s]; infinite where closed."""
        return self._cost[mover_class]

    def network(self, mover_class: MoverClass) -> Incoming:
        """Return the ways that are open to a class on dry roads."""
        return self._network[mover_class]

    def tree_to_shelter(self, shelter: int, mover_class: MoverClass) -> int:
        """Return the row of the tree to a shelter, up to date."""
        return self._current(mover_class * self._n_shelters + shelter)

    def tree_to_pickup(self, pickup: int, mover_class: MoverClass) -> int:
        """Return the row of the tree to a pick-up point for walkers or buses, up to date."""
        return self._current(self._first_pickup(mover_class) + pickup)

    def tree_to_node(self, node: int, mover_class: MoverClass) -> int:
        """Return the row of the tree to any node, up to date."""
        if (node, mover_class) not in self._row_of:
            n_nodes = self._next.shape[1]
            if not self._spare:
                n = max(TREES_AT_ONCE, len(self._others) // 2)
                first = self.movement.add_trees(n)
                self._spare += reversed(range(first, first + n))
            row = self._row_of[node, mover_class] = self._spare.pop()
            self._others[row] = Tree(node, mover_class, np.zeros(n_nodes, dtype=np.int32), np.zeros(n_nodes))
        return self._current(self._row_of[node, mover_class])

    def hold(self, node: int, mover_class: MoverClass) -> None:
        """Keep the tree to a node for one who goes there, until `let_go`; one that was asked for before stays."""
        key = (node, mover_class)
        if key in self._held or key not in self._row_of:
            self._held[key] = self._held.get(key, 0) + 1

    def let_go(self, node: int, mover_class: MoverClass) -> None:
        """Give the tree to a node up if it was held by nobody else: its memory is for the next."""
        key = (node, mover_class)
        if key not in self._held:
            return
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]
            row = self._row_of.pop(key, None)
            if row is not None:
                del self._others[row]
                self._spare.append(row)

    def time(self, tree: int, node: int) -> float:
        """Return the free travel time from a node to the root of a tree [s]; infinity where no way is left."""
        other = self._others.get(tree)
        return float(self._time[tree, node] if other is None else other.time[node])

    def times_to_root(self, tree: int, nodes: NDArray[np.int64]) -> Floats:
        """Return the free travel times from nodes to the root of a tree [s]; infinity where no way is left."""
        other = self._others.get(tree)
        times: Floats = (self._time[tree] if other is None else other.time)[nodes]
        return times

    def length(self, tree: int, node: int) -> float:
        """Return the length of the way from a node to the root of a tree [m]; infinity where no way is left."""
        if not np.isfinite(self.time(tree, node)):
            return np.inf
        return float(sum(self.movement.links.length[way] for way in self.way(tree, node)))

    def way(self, tree: int, node: int) -> list[int]:
        """Return the ways (rows) from a node to the root of a tree, in their order; none where no way is left."""
        other = self._others.get(tree)
        return way_along(self.movement, self._next[tree] if other is None else other.next_link, node)

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
            if mover_class not in self._search:
                continue
            own = self._is_open[mover_class][ways]
            seen = np.ceil(factor[own] * SPEED_CLASSES) / SPEED_CLASSES
            with np.errstate(divide="ignore"):
                new = self._free[mover_class][ways[own]] / seen
            changed = new != self._cost[mover_class][ways[own]]
            rows, new = ways[own][changed], new[changed]
            if rows.size:
                search = self._search[mover_class]
                self._cost[mover_class][rows] = new
                search.change(rows, new)
                self._changes[mover_class].append(search.arcs_of(rows))
                self._n_changes[mover_class] += 1
                self._version += 1
        followed = self.movement.trees_in_use()
        usual = followed[followed < len(self._target)]
        for mover_class in ON_LAND:
            self._renew(usual[self._class[usual] == mover_class])
        for tree in followed[len(usual) :].tolist():
            if tree in self._others:  # others are not ours
                self._current(tree)

    def _first_pickup(self, mover_class: MoverClass) -> int:
        block = 0 if mover_class == MoverClass.WALKER else 1
        return 3 * self._n_shelters + block * self._n_pickups

    def _times(self, trees: NDArray[np.int64], node: int) -> Floats:
        self._renew(trees)
        times: Floats = self._time[trees, node]
        return times

    def _renew(self, trees: NDArray[np.int64]) -> None:
        """Make trees of one class to shelters or pick-up points right if they are out of date, many at once."""
        trees = trees[self._n_seen[trees] < self._n_changes[self._class[trees]]]
        if not trees.size:
            return
        for n_seen in np.unique(self._n_seen[trees]).tolist():
            alike = trees[self._n_seen[trees] == n_seen]
            if n_seen == NOT_MADE:
                for tree in alike.tolist():
                    self._current(tree)
                continue
            mover_class = MoverClass(int(self._class[alike[0]]))
            n_touched = self._search[mover_class].repair_all(
                self._missed(mover_class, n_seen),
                self._target[alike],
                alike,
                next_link=self._next,
                cost=self._time,
            )
            touched = alike[n_touched > 0]
            if touched.size:
                self.movement.set_trees(touched, self._next[touched])
            self._n_seen[alike] = self._n_changes[mover_class]

    def _missed(self, mover_class: MoverClass, n_seen: int) -> NDArray[np.int64]:
        """Return the arcs that have changed since a tree of a class has seen so many changes."""
        missed = self._changes[mover_class][n_seen:]
        return missed[0] if len(missed) == 1 else np.unique(np.concatenate(missed))

    def _current(self, row: int) -> int:
        """Make a tree, or make it right again if it is out of date; return it."""
        tree = self._others.get(row)
        if tree is None:
            if self._n_seen[row] == self._n_changes[self._class[row]]:
                return row
            tree = Tree(
                int(self._target[row]),
                MoverClass(int(self._class[row])),
                self._next[row],
                self._time[row],
                int(self._n_seen[row]),
            )
        n_changes = int(self._n_changes[tree.mover_class])
        if tree.n_seen == n_changes:
            return row
        search, next_link = self._search[tree.mover_class], tree.next_link
        is_new = tree.n_seen == NOT_MADE
        if is_new:
            search.grow(tree.target, next_link=next_link, cost=tree.time)
            n_touched = len(next_link)
        else:
            changed = self._missed(tree.mover_class, tree.n_seen)
            n_touched = search.repair(changed, tree.target, next_link=next_link, cost=tree.time)
        if n_touched:
            self.movement.set_tree(row, next_link, is_followed=not is_new)
        if row in self._others:
            tree.n_seen = n_changes
        else:
            self._n_seen[row] = n_changes
        return row
