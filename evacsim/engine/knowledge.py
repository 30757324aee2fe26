"""What travelers know of closed roads, and when they look for another way.

Whoever is *informed* (radio, messages) follows the tree of the roads as they are. Whoever goes
by his *eyes* knows the dry network and every closure he has seen: he learns of one when he
stands at the beginning of the road or is stopped on it, and forgets it when he sees the road
opened. Whoever knows *nothing* keeps his way and waits until the road opens.

Those who go by their eyes wait their patience out before they turn to another way; with
infinite patience they wait for ever. Each closure is learned once, so nobody looks for a way
more often than there are links; whoever finds none left is cut off, once.

Trees for (destination, closures known) are shared by all who know the same. Each is repaired
from one that knows a closure less, and its place is used again once nobody follows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.engine.movement import Movement, MoverState, Notice, NoticeKind, way_along
from evacsim.kernels.tree_repair import ChangingTreeSearch
from evacsim.kernels.trees import Incoming
from evacsim.world.people import Knowledge

__all__ = ["Knowledge", "RoadKnowledge", "Timers", "run_on"]

Closures = frozenset[int]
Targets = tuple[int, ...]
CallAt = Callable[[float, Callable[[], None]], None]
Told = Callable[[int, int], None]

DRY: Closures = frozenset()
FIRST_TREES = 8
"""So many trees are asked of the movement at first, and each time as many as there are."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree and the row under which the movement knows it."""

    row: int
    next_link: NDArray[np.int32]
    cost: NDArray[np.float64]


class Wait(NamedTuple):
    """A traveler stands before a closed link."""

    link: int
    since: float
    """[s]"""


@dataclass(slots=True)
class Traveler:
    """What is known of one mover."""

    targets: Targets
    knowledge: Knowledge
    patience: float
    """How long he stands before a closed link until he looks for another way [s]."""
    known: Closures = DRY
    """Links he believes closed."""
    wait: Wait | None = None
    n_reroutes: int = 0


class RoadKnowledge:
    """What the travelers of one class know of the roads of that class.

    Made beside a `Movement` whose movers have `asks` (and `watched`, to learn of closures on
    the way) where they go by their eyes. Whoever changes the roads tells `roads_changed`
    afterwards, at the same moment; whoever advances the movement hands on its notices.

    Memory: 16 bytes a node for each tree.
    """

    def __init__(
        self,
        movement: Movement,
        network: Incoming,
        dry_cost: ArrayLike,
        *,
        call_at: CallAt,
        on_standing: Told | None = None,
        on_turning: Told | None = None,
    ) -> None:
        """Prepare for travelers.

        Parameters
        ----------
        movement : Movement
            Where they travel.
        network : Incoming
            The links that are open to them on dry roads.
        dry_cost : array of float, shape (n_links,)
            What each link costs when dry [s].
        call_at : callable
            `call_at(time, action)` lets `action()` happen at `time` [s], such as `Clock.call_at`.
        on_standing, on_turning : callable, optional
            Told the mover and the closed link when somebody who goes by his eyes begins to stand before
            it, and when he turns to another way because of it.
        """
        self.movement = movement
        self._call_at = call_at
        self._on_standing, self._on_turning = on_standing, on_turning
        self._dry_cost = np.array(dry_cost, dtype=np.float64)
        self._dry = ChangingTreeSearch(network, self._dry_cost)
        self._present = ChangingTreeSearch(network, self._dry_cost)
        self._informed: dict[Targets, Tree] = {}
        self._seen: dict[tuple[Targets, Closures], Tree] = {}
        self._unused: list[int] = []
        self._n_rows = 0
        self._sweep_at = FIRST_TREES
        self._travelers: dict[int, Traveler] = {}
        self._closed_since: dict[int, float] = {}

    def start(
        self,
        movers: ArrayLike,
        targets: ArrayLike,
        *,
        knowledge: Knowledge,
        patience: ArrayLike = 0.0,
        known: Closures = DRY,
    ) -> int:
        """Take note of movers that set out for the nearest of some nodes; return the tree they follow at first.

        They know of the closures `known` (those who know nothing: of none) but, if informed, of all
        there are. `patience` [s] is one number or one for each mover; inf: they wait as long as it takes.
        """
        rows = np.atleast_1d(np.asarray(movers, dtype=np.int64))
        goal = tuple(sorted(set(np.atleast_1d(np.asarray(targets)).tolist())))
        limits = np.broadcast_to(np.asarray(patience, dtype=np.float64), rows.shape)
        assert np.all(limits >= 0), "patience is less than none"
        for mover, limit in zip(rows.tolist(), limits.tolist(), strict=True):
            self._travelers[mover] = Traveler(goal, knowledge, limit, known)
        return self.tree(goal) if knowledge == Knowledge.INFORMED else self.tree(goal, known)

    def tree(self, targets: Targets, known: Closures | None = None) -> int:
        """Return the row of the tree to the nearest target, as the roads are, or on dry roads but for `known`."""
        if known is None:
            if targets not in self._informed:
                self._informed[targets] = self._grown(self._present, targets)
            return self._informed[targets].row
        if (targets, known) not in self._seen:
            self._seen[targets, known] = self._tree_without(targets, known)
        return self._seen[targets, known].row

    def roads_changed(self, links: ArrayLike, link_cost: ArrayLike) -> None:
        """Take in what links cost from now on [s; inf: closed]; the informed take other ways at once."""
        rows = np.atleast_1d(np.asarray(links, dtype=np.int64))
        costs = np.broadcast_to(np.asarray(link_cost, dtype=np.float64), rows.shape)
        for link, is_closed in zip(rows.tolist(), np.isinf(costs).tolist(), strict=True):
            if not is_closed:
                self._closed_since.pop(link, None)
            else:
                self._closed_since.setdefault(link, self.movement.now)
        self._present.change(rows, costs)
        changed = self._present.arcs_of(rows)
        for targets, tree in self._informed.items():
            if self._present.repair(changed, targets, next_link=tree.next_link, cost=tree.cost):
                self.movement.set_tree(tree.row, tree.next_link)

    def on_notice(self, notice: Notice) -> None:
        """Let a traveler learn from what happens to him; notices of others and other notices mean nothing."""
        traveler = self._travelers.get(notice.mover)
        if traveler is None or traveler.knowledge != Knowledge.EYES:
            return
        if notice.kind == NoticeKind.HELD:
            self._stand(notice.mover, traveler, notice.place, notice.time)
        elif notice.kind == NoticeKind.STOPPED:
            self._believe(notice.mover, traveler, traveler.known | {notice.place})
        elif notice.kind == NoticeKind.RESUMED:
            self._believe(notice.mover, traveler, traveler.known - {notice.place})
        elif notice.kind in (NoticeKind.ARRIVED, NoticeKind.CUT_OFF):
            traveler.wait = None

    def known_closures(self, mover: int) -> Closures:
        """Return the links that a mover that goes by its eyes believes closed."""
        return self._travelers[mover].known

    def closures_seen(self, mover: int) -> Closures:
        """Return the links that a mover believes closed; none of one that never set out."""
        traveler = self._travelers.get(mover)
        return DRY if traveler is None else traveler.known

    def hear_of_openings(self, mover: int) -> None:
        """Let a mover that is off the road forget closures that are over."""
        traveler = self._travelers.get(mover)
        if traveler is not None:
            traveler.known = frozenset(link for link in traveler.known if link in self._closed_since)

    def cost(self, targets: Targets, known: Closures, node: int) -> float:
        """Return the cost of the way from a node to the nearest target on dry roads but for `known` [s]; inf: none."""
        self.tree(targets, known)
        return float(self._seen[targets, known].cost[node])

    def way(self, targets: Targets, known: Closures, node: int) -> list[int]:
        """Return the links from a node to the nearest target on dry roads but for `known`; none without a way."""
        self.tree(targets, known)
        return way_along(self.movement, self._seen[targets, known].next_link, node)

    def n_reroutes(self, mover: int) -> int:
        """Return how often a mover has turned to another way by what it has seen."""
        return self._travelers[mover].n_reroutes

    # -- eyes -----------------------------------------------------------------------------------

    def _stand(self, mover: int, traveler: Traveler, link: int, now: float) -> None:
        """Begin to wait before a closed link, unless he waits there already."""
        wait = traveler.wait
        if wait is not None and wait.link == link and self._closed_since.get(link, now) <= wait.since:
            return
        if self._on_standing is not None:
            self._on_standing(mover, link)
        if traveler.patience == 0.0:
            self._turn(mover, traveler, link)
            return
        traveler.wait = wait = Wait(link, now)
        if np.isfinite(traveler.patience):
            self._call_at(now + traveler.patience, lambda: self._lose_patience(mover, traveler, wait))

    def _lose_patience(self, mover: int, traveler: Traveler, wait: Wait) -> None:
        """Turn to another way if he still stands there."""
        if traveler.wait is not wait or self._travelers.get(mover) is not traveler:
            return
        traveler.wait = None
        is_still_closed = self._closed_since.get(wait.link, np.inf) <= wait.since
        is_still_there = self.movement.where(mover).state[0] in (MoverState.WAITING, MoverState.MOVING)
        if is_still_closed and is_still_there:
            self._turn(mover, traveler, wait.link)

    def _turn(self, mover: int, traveler: Traveler, link: int) -> None:
        """Turn to another way because a link is closed."""
        if self._on_turning is not None:
            self._on_turning(mover, link)
        self._believe(mover, traveler, traveler.known | {link})

    def _believe(self, mover: int, traveler: Traveler, known: Closures) -> None:
        """Follow the way that is best by what he knows now."""
        traveler.wait = None
        if known == traveler.known:
            return
        traveler.known = known
        traveler.n_reroutes += 1
        self.movement.redirect(mover, tree=self.tree(traveler.targets, known))

    # -- trees ----------------------------------------------------------------------------------

    def _tree_without(self, targets: Targets, known: Closures) -> Tree:
        """Return the tree on dry roads without some links, repaired from one that knows a closure less."""
        closed = sorted(known)
        self._dry.change(closed, np.inf)
        nearly = next((link for link in closed if (targets, known - {link}) in self._seen), None)
        if nearly is None:
            tree = self._grown(self._dry, targets)
        else:
            like = self._seen[targets, known - {nearly}]
            next_link, cost = like.next_link.copy(), like.cost.copy()
            changed = self._dry.arcs_of(nearly)
            self._dry.repair(changed, targets, next_link=next_link, cost=cost)
            tree = self._placed(next_link, cost)
        self._dry.change(closed, self._dry_cost[closed])
        return tree

    def _grown(self, search: ChangingTreeSearch, targets: Targets) -> Tree:
        return self._placed(*search.tree(targets))

    def _placed(self, next_link: NDArray[np.int32], cost: NDArray[np.float64]) -> Tree:
        """Give a tree a row of the movement, one that nobody follows any more if there are many."""
        if not self._unused and self._n_rows >= self._sweep_at:
            self._sweep()
        if not self._unused:
            n = max(FIRST_TREES, self._n_rows)
            first = self.movement.add_trees(n)
            self._unused.extend(range(first + n - 1, first - 1, -1))
            self._n_rows += n
        row = self._unused.pop()
        self.movement.set_tree(row, next_link)
        return Tree(row, next_link, cost)

    def _sweep(self) -> None:
        """Let go of trees that nobody follows; those of dry roads and of the informed stay."""
        followed = set(self.movement.trees_in_use().tolist())
        for key, tree in list(self._seen.items()):
            if key[1] and tree.row not in followed:
                del self._seen[key]
                self._unused.append(tree.row)
        self._sweep_at = max(FIRST_TREES, 2 * (self._n_rows - len(self._unused)))


class Timers:
    """Actions that wait for their moment, for runs without a `Clock`; at one moment first come, first served."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()

    def call_at(self, time: float, action: Callable[[], None]) -> None:
        """Let `action` happen at `time` [s]."""
        heappush(self._waiting, (time, next(self._number), action))

    def next_time(self) -> float:
        """Return when the next action happens [s]; inf: none waits."""
        return self._waiting[0][0] if self._waiting else np.inf

    def run_next(self) -> None:
        """Let the next action happen."""
        heappop(self._waiting)[2]()


def run_on(movement: Movement, until: float, timers: Timers, *knowledge: RoadKnowledge) -> None:
    """Move everything up to and including `until` [s]; travelers learn and turn, timers ring on the way."""
    while True:
        notice = movement.advance(min(until, timers.next_time()))
        if notice is not None:
            for known in knowledge:
                known.on_notice(notice)
        elif timers.next_time() <= until and np.isfinite(timers.next_time()):
            timers.run_next()
        else:
            return
