"""Trees that stay true while links change: only what a change can touch is searched again.

Where the link that a state takes has become dearer, the state and everything behind it in the
tree lose their way; they find the best way on to what has kept its own, and are settled again
from there, together with the states that a cheaper link has brought nearer (after Ramalingam
and Reps 1996, recalled). The cost to go is the least that solves the equations of the tree in
floating point, and ties go to the smallest link row, so that a repaired tree is, to the bit,
the tree that a fresh search would give.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels._jit import kernel
from evacsim.kernels.arrays import ARRIVED, NO_WAY, Records
from evacsim.kernels.trees import Frontier, Incoming, TreeSearch, begin, grow_tree, put, settle

LOST_AT_MOST = 0.4
"""Where a larger share of the states has lost its way, the tree is grown afresh, which is then quicker
(measured, `benchmarks/routes.py`)."""
CHANGED_AT_MOST = 0.5
"""The same for the share of arcs that have changed."""

TOO_MANY = -1
NONE_KEPT = -1
"""In place of how many states may lose their way: the tree is to be grown afresh."""


class ChangingTreeSearch(TreeSearch):
    """A network whose link costs change, and trees in it that are repaired rather than grown again.

    Memory: besides that of a `TreeSearch`, 8 bytes an arc and 17 a state.
    """

    def __init__(self, network: Incoming, link_cost: ArrayLike) -> None:
        """Prepare searches; see `TreeSearch`."""
        super().__init__(network, link_cost)
        n_arcs, n_states = len(network.link), network.n_states
        self.to_state = np.repeat(np.arange(n_states, dtype=np.int32), np.diff(network.first))
        """State where each arc ends, shape (n_arcs,)."""
        self._onward = np.argsort(network.from_state, kind="stable").astype(np.int32)
        self._first_onward = np.zeros(n_states + 1, dtype=np.int64)
        self._first_onward[1:] = np.cumsum(np.bincount(network.from_state, minlength=n_states))
        # All arcs of a link end in one state, and stand together there.
        n_links = int(network.link.max(initial=-1)) + 1
        self._first_arc, self._n_arcs = np.zeros(n_links, dtype=np.int64), np.zeros(n_links, dtype=np.int64)
        self._first_arc[network.link[::-1]] = np.arange(n_arcs)[::-1]
        self._n_arcs[:] = np.bincount(network.link, minlength=n_links)
        self._mark = np.zeros(n_states, dtype=np.uint8)
        self._touched = np.empty(n_states, dtype=np.int32)

    def arcs_of(self, links: ArrayLike) -> NDArray[np.int64]:
        """Return the arcs of some links of this network; other links have none."""
        rows = np.atleast_1d(np.asarray(links, dtype=np.int64))
        rows = rows[rows < len(self._n_arcs)]
        n = self._n_arcs[rows]
        arcs: NDArray[np.int64] = np.repeat(self._first_arc[rows], n)
        if np.any(n > 1):
            arcs += np.arange(len(arcs)) - np.repeat(np.cumsum(n) - n, n)
        return arcs

    def change(self, links: ArrayLike, link_cost: ArrayLike) -> None:
        """Give some links new costs [positive; inf: closed]; every tree must then be repaired or grown again."""
        rows = np.atleast_1d(np.asarray(links, dtype=np.int64))
        new = np.broadcast_to(np.asarray(link_cost, dtype=np.float64), rows.shape)
        assert np.all(new > 0), "a link costs nothing, or what it costs is not known"
        is_here = rows < len(self._n_arcs)
        rows, new = rows[is_here], new[is_here]
        self.arcs["cost"][self.arcs_of(rows)] = np.repeat(new, self._n_arcs[rows])
        finite = new[np.isfinite(new)]
        if finite.size and (finite.min() < self._lowest or finite.max() > self._highest):
            self._choose_buckets()

    def repair(
        self,
        changed: NDArray[np.int64],
        targets: ArrayLike,
        start_cost: ArrayLike | None = None,
        *,
        next_link: NDArray[np.int32],
        cost: NDArray[np.float64],
    ) -> int:
        """Make a tree that was right before some links changed right again; return how many states that touched.

        0: the tree is as it was.

        Parameters
        ----------
        changed : ndarray of int64, shape (n,)
            Arcs that may have changed since the tree was right, see `arcs_of`.
        targets, start_cost
            Those from which the tree was grown, see `next_link_tree`.
        next_link, cost
            The tree, shape (n_states,) each. Modified in place.
        """
        n_states = self.network.n_states
        ends, start = self._ends(targets, start_cost)
        n = TOO_MANY
        if len(changed) <= CHANGED_AT_MOST * len(self.network.link):
            n, farthest = repair_tree(
                self.network.first,
                self.arcs,
                self.to_state,
                self._first_onward,
                self._onward,
                changed,
                ends,
                start,
                self.frontier,
                self._mark,
                self._touched,
                int(LOST_AT_MOST * n_states),
                next_link,
                cost,
            )
        if n == TOO_MANY:
            self.grow(ends, start, next_link=next_link, cost=cost)
            return n_states
        self._check_sums(farthest)
        return int(n)

    def repair_all(
        self,
        changed: NDArray[np.int64],
        targets: NDArray[np.int64],
        trees: NDArray[np.int64],
        *,
        next_link: NDArray[np.int32],
        cost: NDArray[np.float64],
    ) -> NDArray[np.int64]:
        """Make trees to one target each, all right before the same links changed, right again, as `repair` does.

        Parameters
        ----------
        changed : ndarray of int64, shape (n,)
            Arcs that may have changed since the trees were right, see `arcs_of`.
        targets, trees : ndarray of int64, shape (n_trees,)
            The target of each tree, and its row in `next_link` and `cost`.
        next_link, cost
            Trees, one each row, shape (.., n_states). Modified in place.

        Returns
        -------
        ndarray of int64, shape (n_trees,)
            How many states that touched of each; 0: the tree is as it was.
        """
        n_touched = np.zeros(len(trees), dtype=np.int64)
        n_states = self.network.n_states
        most_lost = int(LOST_AT_MOST * n_states)
        if len(changed) > CHANGED_AT_MOST * len(self.network.link):
            most_lost = NONE_KEPT
        _, start = self._ends(targets[:1], None)
        farthest = repair_trees(
            self.network.first,
            self.arcs,
            self.to_state,
            self._first_onward,
            self._onward,
            changed,
            targets,
            start,
            self.frontier,
            self._mark,
            self._touched,
            most_lost,
            trees,
            next_link,
            cost,
            n_touched,
        )
        self._check_sums(farthest)
        return n_touched


@kernel
def repair_tree(
    first: NDArray[np.int64],
    arcs: Records,
    to_state: NDArray[np.int32],
    first_onward: NDArray[np.int64],
    onward: NDArray[np.int32],
    changed: NDArray[np.int64],
    targets: NDArray[np.int64],
    start_cost: NDArray[np.float64],
    frontier: Frontier,
    mark: NDArray[np.uint8],
    touched: NDArray[np.int32],
    most_lost: int,
    next_link: NDArray[np.int32],
    cost: NDArray[np.float64],
) -> tuple[int, float]:
    """Repair a tree; return how many states the changed arcs concern, and the largest new cost.

    Concerned are those that lose their way, come nearer, or take another link that is as good.

    Parameters
    ----------
    first, arcs
        See `grow_tree`; the arcs have their new costs.
    to_state : ndarray of int32, shape (n_arcs,)
        State where each arc ends.
    first_onward, onward : ndarray of int64, shape (n_states + 1,), and int32, shape (n_arcs,)
        Arcs that begin in state s are `onward[first_onward[s]:first_onward[s + 1]]`.
    changed : ndarray of int64, shape (n_changed,)
        Arcs that may have changed.
    targets, start_cost, frontier
        See `grow_tree`.
    mark, touched : ndarray of uint8 and int32, shape (n_states,)
        Work space; `mark` is 0 before and after.
    most_lost : int
        If more states lose their way the tree is left as it is, and the count is -1.
    next_link, cost
        The tree. Modified in place.
    """
    n = 0
    for row in range(len(changed)):
        arc = changed[row]
        state = arcs[arc].from_state
        is_taken = next_link[state] == arcs[arc].link and mark[state] == 0
        if is_taken and cost[to_state[arc]] + arcs[arc].cost > cost[state]:
            mark[state] = 1
            touched[n] = state
            n += 1
    place = 0
    while place < n <= most_lost:
        state = touched[place]
        place += 1
        for arc in range(first[state], first[state + 1]):
            behind = arcs[arc].from_state
            if mark[behind] == 0 and next_link[behind] == arcs[arc].link:
                mark[behind] = 1
                touched[n] = behind
                n += 1
    if n > most_lost:
        for place in range(n):
            mark[touched[place]] = 0
        return TOO_MANY, 0.0

    for place in range(n):
        cost[touched[place]] = np.inf
        next_link[touched[place]] = NO_WAY
    for row in range(len(targets)):
        target = targets[row]
        if mark[target] == 1 and start_cost[row] < cost[target]:
            cost[target] = start_cost[row]
            next_link[target] = ARRIVED
    n_switched = 0
    nearest = np.inf
    for place in range(n):
        state = touched[place]
        for way in range(first_onward[state], first_onward[state + 1]):
            arc = onward[way]
            if mark[to_state[arc]] == 1:
                continue  # once that is settled it is tried
            through = cost[to_state[arc]] + arcs[arc].cost
            if through < cost[state] or (through == cost[state] and arcs[arc].link < next_link[state]):
                cost[state] = through
                next_link[state] = arcs[arc].link
        nearest = min(nearest, cost[state])
    for row in range(len(changed)):
        arc = changed[row]
        state = arcs[arc].from_state
        if mark[state] == 1 or mark[to_state[arc]] == 1:
            continue
        through = cost[to_state[arc]] + arcs[arc].cost
        if through < cost[state]:
            cost[state] = through
            next_link[state] = arcs[arc].link
            nearest = min(nearest, through)
            if mark[state] == 0:
                mark[state] = 2
                touched[n] = state
                n += 1
        elif through == cost[state] and arcs[arc].link < next_link[state]:
            next_link[state] = arcs[arc].link
            n_switched += 1
    for place in range(n):
        mark[touched[place]] = 0
    if nearest == np.inf:
        return n + n_switched, 0.0
    begin(frontier, nearest)
    for place in range(n):
        if cost[touched[place]] < np.inf:
            put(frontier, cost[touched[place]], touched[place])
    return n + n_switched, settle(first, arcs, frontier, next_link, cost)


@kernel
def repair_trees(
    first: NDArray[np.int64],
    arcs: Records,
    to_state: NDArray[np.int32],
    first_onward: NDArray[np.int64],
    onward: NDArray[np.int32],
    changed: NDArray[np.int64],
    targets: NDArray[np.int64],
    start_cost: NDArray[np.float64],
    frontier: Frontier,
    mark: NDArray[np.uint8],
    touched: NDArray[np.int32],
    most_lost: int,
    trees: NDArray[np.int64],
    next_link: NDArray[np.int32],
    cost: NDArray[np.float64],
    n_touched: NDArray[np.int64],
) -> float:
    """Repair trees to one target each, or grow those afresh that have lost too much; return the largest new cost.

    Parameters
    ----------
    first, arcs, to_state, first_onward, onward, changed, frontier, mark, touched
        See `repair_tree`.
    targets : ndarray of int64, shape (n_trees,)
        The target of each tree.
    start_cost : ndarray of float64, shape (1,)
        Cost of ending there.
    most_lost : int
        States that may lose their way in a tree that is repaired; `NONE_KEPT`: all are grown.
    trees : ndarray of int64, shape (n_trees,)
        Rows of the trees.
    next_link, cost
        Trees, one each row. Modified in place.
    n_touched : ndarray of int64, shape (n_trees,)
        Output: how many states of each the changed arcs concern.
    """
    farthest = 0.0
    for place in range(len(trees)):
        tree, target = trees[place], targets[place : place + 1]
        n, reached = TOO_MANY, 0.0
        if most_lost != NONE_KEPT:
            n, reached = repair_tree(
                first,
                arcs,
                to_state,
                first_onward,
                onward,
                changed,
                target,
                start_cost,
                frontier,
                mark,
                touched,
                most_lost,
                next_link[tree],
                cost[tree],
            )
        if n == TOO_MANY:
            reached = grow_tree(first, arcs, target, start_cost, frontier, next_link[tree], cost[tree])
            n = next_link.shape[1]
        n_touched[place] = n
        farthest = max(farthest, reached)
    return farthest
