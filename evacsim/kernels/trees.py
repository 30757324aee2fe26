"""Next-link trees: from every node, the link to take first on the cheapest way to a destination.

A tree grows from its destinations upstream, the nearest first (Dijkstra 1959, recalled). What
has been reached and is not settled yet waits in buckets of equal width of cost (Dial 1969,
recalled). While a bucket is no wider than the cheapest link, its members may be settled in any
order; where costs lie too far apart for that, each bucket is a heap once it is its turn. Both
give the same trees.

A *state* is a node, or a node together with the link by which it was entered where turns are
banned (see `tree_turns`). An *arc* is a link taken from one state. Without bans, states are
nodes and arcs are links.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels._jit import for_kernels, kernel, part, prefetch
from evacsim.kernels.arrays import ARRIVED, NO_WAY, NONE, Records, record_array

UNSORTED_UP_TO = 64
"""Buckets as wide as the cheapest link are used where the mean link costs up to so many times as
much; beyond, most of them would be empty."""
SORTED_PER_LINK = 4
"""Sorted buckets are so many times narrower than the mean link (of no consequence for results)."""
BUCKETS = (64, 65_536)
"""Buckets of the ring, at least and at most (powers of two); what lies beyond waits in a list."""
EXACT_BUCKETS = 2.0**40
"""Numbers of buckets up to here are exact enough to tell that nothing in a bucket depends on the rest of it."""
FARTHEST_BUCKET = 2.0**60

ARC = np.dtype(
    [
        ("cost", "f8"),
        ("from_state", "i4"),  # state from which the link is taken
        ("link", "i4"),
    ]
)
ENTRY = np.dtype(
    [
        ("cost", "f8"),  # cost to go when it was put in; stale once the state has a cheaper way
        ("state", "i4"),
        ("next", "i4"),  # entry behind it in its bucket, or the next unused one
    ]
)
QUEUE = np.dtype(
    [
        ("per_cost", "f8"),  # buckets per unit of cost
        ("cursor", "i8"),  # bucket whose turn it is; the ring holds those from here on
        ("far_bucket", "i8"),  # first bucket that entries beyond the ring belong to
        ("n_in_ring", "i8"),
        ("n_used", "i8"),  # entries that have ever been used
        ("heap_size", "i8"),
        ("unused", "i4"),  # first of the list of entries that are unused again
        ("far", "i4"),  # first entry beyond the ring
        ("sorted", "i4"),  # 1: what belongs to the cursor's bucket is in the heap
        ("spare", "i4"),
    ]
)


class Incoming(NamedTuple):
    """The arcs of a network, by the state where they end, then by link."""

    first: NDArray[np.int64]
    """Arcs into state s are `first[s]` to `first[s + 1]`, shape (n_states + 1,)."""
    link: NDArray[np.int32]
    """Link of each arc, shape (n_arcs,)."""
    from_state: NDArray[np.int32]
    """State where each arc begins, shape (n_arcs,)."""

    @property
    def n_states(self) -> int:
        """Number of states."""
        return len(self.first) - 1


class Frontier(NamedTuple):
    """States that have been reached and are not settled, as kernels see them."""

    heads: NDArray[np.int32]
    """First entry of each bucket of the ring; a power of two of them."""
    entries: Records
    """ENTRY, shape (n_arcs + n_states + n_targets,) or more."""
    heap: Records
    """ENTRY (`next` is free), as long."""
    queue: Records
    """QUEUE, shape (1,)."""


def incoming_links(
    n_nodes: int, from_node: ArrayLike, to_node: ArrayLike, *, links: ArrayLike | None = None
) -> Incoming:
    """Return links by the node where they end; `links` are their rows, 0 to n - 1 unless given."""
    rows = np.arange(len(np.atleast_1d(from_node))) if links is None else np.asarray(links)
    return incoming_arcs(n_nodes, rows, from_node, to_node)


def incoming_arcs(n_states: int, link: ArrayLike, from_state: ArrayLike, to_state: ArrayLike) -> Incoming:
    """Return arcs by the state where they end: one arc per row, with its link."""
    links, ends = np.asarray(link, dtype=np.int32), np.asarray(to_state, dtype=np.int64)
    first = np.zeros(n_states + 1, dtype=np.int64)
    first[1:] = np.cumsum(np.bincount(ends, minlength=n_states))
    order = np.lexsort((links, ends))
    return Incoming(first, links[order], np.asarray(from_state, dtype=np.int32)[order])


def next_link_tree(
    network: Incoming,
    targets: ArrayLike,
    link_cost: ArrayLike,
    start_cost: ArrayLike | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the next link in each state on the cheapest way to any target, and the cost of that way.

    Of equally cheap ways the one over the link with the smallest row is taken, whatever the
    order of nodes and targets. Whoever needs many trees keeps a `TreeSearch`.

    Parameters
    ----------
    network : Incoming
        The links.
    targets : array of int, shape (n_targets,)
        States to reach.
    link_cost : array of float, shape (n_links,)
        Cost of each link, positive; inf where it is closed.
    start_cost : array of float, shape (n_targets,), optional
        Cost of ending at each target, 0 unless given. A target that is dearer than the way on
        to another is passed through; inf: no target.

    Returns
    -------
    next_link : ndarray of int32, shape (n_states,)
        `ARRIVED` at targets, `NO_WAY` where none can be reached.
    cost : ndarray of float64, shape (n_states,)
        Cost to go; inf where no target can be reached.
    """
    return TreeSearch(network, link_cost).tree(targets, start_cost)


class TreeSearch:
    """A network with its present link costs, and the work space to search it again and again.

    Memory: 16 bytes an arc for its cost, up to 32 for the frontier (touched as far as it is
    used), and 9 a state.
    """

    def __init__(self, network: Incoming, link_cost: ArrayLike) -> None:
        """Prepare searches; `link_cost` [positive; inf: closed] has a row for each link."""
        n_arcs = len(network.link)
        self.network = network
        self.arcs = for_kernels(record_array(n_arcs + 1, ARC))
        """ARC, in the order of `network`; one more, so that there is a first one."""
        self.arcs["from_state"][:n_arcs], self.arcs["link"][:n_arcs] = network.from_state, network.link
        self._queue = for_kernels(record_array(1, QUEUE))
        self.frontier = Frontier(
            np.empty(0, dtype=np.int32), *self._hold(n_arcs + network.n_states + 64), self._queue
        )
        self._set_costs(np.asarray(link_cost, dtype=np.float64))

    def tree(
        self, targets: ArrayLike, start_cost: ArrayLike | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the tree to `targets` as new arrays; see `next_link_tree`."""
        n_states = self.network.n_states
        next_link, cost = np.empty(n_states, dtype=np.int32), np.empty(n_states)
        self.grow(targets, start_cost, next_link=next_link, cost=cost)
        return next_link, cost

    def grow(
        self,
        targets: ArrayLike,
        start_cost: ArrayLike | None = None,
        *,
        next_link: NDArray[np.int32],
        cost: NDArray[np.float64],
    ) -> None:
        """Write the tree to `targets` into `next_link` and `cost`, shape (n_states,) each."""
        ends, start = self._ends(targets, start_cost)
        farthest = grow_tree(self.network.first, self.arcs, ends, start, self.frontier, next_link, cost)
        self._check_sums(farthest)

    def _set_costs(self, link_cost: NDArray[np.float64]) -> None:
        assert not np.any(link_cost <= 0), "a link costs nothing"
        assert not np.any(np.isnan(link_cost)), "the cost of a link is not known"
        self.arcs["cost"][: len(self.network.link)] = link_cost[self.network.link]
        self._choose_buckets()

    def _choose_buckets(self) -> None:
        """Choose width and number of the buckets for the present costs."""
        costs = self.arcs["cost"][: len(self.network.link)]
        finite = costs[np.isfinite(costs)]
        self._lowest = lowest = float(finite.min()) if finite.size else 1.0
        self._highest = highest = float(finite.max()) if finite.size else 1.0
        mean = float(finite.mean()) if finite.size else 1.0
        farthest = highest * (self.network.n_states + 1) / lowest
        is_narrow = mean <= UNSORTED_UP_TO * lowest and farthest < EXACT_BUCKETS
        # A thousandth less, so that rounding never puts a state and the next into one bucket.
        width = 0.999 * lowest if is_narrow else mean / SORTED_PER_LINK
        self._queue["sorted"], self._queue["per_cost"] = not is_narrow, 1 / width
        fewest, most = BUCKETS
        needed = min(max(highest / width + 2, fewest), most)
        n_buckets = 1 << int(np.ceil(np.log2(needed)))
        if n_buckets != len(self.frontier.heads):
            self.frontier = self.frontier._replace(heads=np.full(n_buckets, NONE, dtype=np.int32))

    def _ends(
        self, targets: ArrayLike, start_cost: ArrayLike | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        ends = np.array(targets, dtype=np.int64, ndmin=1)
        start = np.zeros(len(ends)) if start_cost is None else np.asarray(start_cost, dtype=np.float64)
        if start_cost is not None:
            assert start.shape == ends.shape, "not every target has its cost"
            assert np.all(start >= 0), "a target costs less than nothing"
        most = len(self.network.link) + self.network.n_states + len(ends)
        if len(self.frontier.entries) < most:
            entries, heap = self._hold(2 * most)
            self.frontier = self.frontier._replace(entries=entries, heap=heap)
        return ends, start

    def _check_sums(self, farthest: float) -> None:
        """Refuse costs of which the smaller vanish in sums: such trees would depend on the order of links."""
        assert farthest + self._lowest > farthest, "link costs lie too far apart to be added"

    @staticmethod
    def _hold(n: int) -> tuple[Records, Records]:
        return for_kernels(record_array(n, ENTRY)), for_kernels(record_array(n, ENTRY))


@kernel
def leave_by_own_links(
    next_link: NDArray[np.int32], from_node: NDArray[np.int64], node_of: NDArray[np.int64]
) -> bool:
    """Return whether every state of some trees is left by a link of its own node.

    Parameters
    ----------
    next_link : int32, shape (n_trees, n_states)
        Link to take first, negative where there is none.
    from_node : int64, shape (n_links,)
    node_of : int64, shape (n_states,)
        Node of each state.
    """
    if next_link.shape[1] > len(node_of):
        return False
    for tree in range(next_link.shape[0]):
        for state in range(next_link.shape[1]):
            link = next_link[tree, state]
            if link >= len(from_node) or (link >= 0 and from_node[link] != node_of[state]):
                return False
    return True


@kernel
def grow_tree(
    first: NDArray[np.int64],
    arcs: Records,
    targets: NDArray[np.int64],
    start_cost: NDArray[np.float64],
    frontier: Frontier,
    next_link: NDArray[np.int32],
    cost: NDArray[np.float64],
) -> float:
    """Grow a next-link tree upstream from its targets and return the largest finite cost.

    A link of positive cost leads to a state that was settled before, so following the tree
    never returns to a state.

    Parameters
    ----------
    first : ndarray of int64, shape (n_states + 1,)
        See `Incoming`.
    arcs : ARC, shape (n_arcs + 1,)
        By the state where they end.
    targets, start_cost
        See `next_link_tree`.
    frontier : Frontier
        Work space, empty before and after.
    next_link, cost
        Output, see `next_link_tree`.
    """
    next_link[:] = NO_WAY
    cost[:] = np.inf
    nearest = np.inf
    for row in range(len(targets)):
        target = targets[row]
        if start_cost[row] < cost[target]:
            cost[target] = start_cost[row]
            next_link[target] = ARRIVED
            nearest = min(nearest, start_cost[row])
    if nearest == np.inf:
        return 0.0
    begin(frontier, nearest)
    for row in range(len(targets)):
        if start_cost[row] == cost[targets[row]] and start_cost[row] < np.inf:
            put(frontier, start_cost[row], targets[row])
    return settle(first, arcs, frontier, next_link, cost)


@part
def settle(
    first: NDArray[np.int64],
    arcs: Records,
    frontier: Frontier,
    next_link: NDArray[np.int32],
    cost: NDArray[np.float64],
) -> float:
    """Settle the frontier, the cheapest state first, and whatever is reached from it; return the largest cost."""
    farthest = 0.0
    while True:
        state = take(frontier, first, arcs, cost)
        if state == NONE:
            return farthest
        here = cost[state]
        farthest = max(farthest, here)
        for place in range(first[state], first[state + 1]):
            upstream, through = arcs[place].from_state, here + arcs[place].cost
            if through < cost[upstream]:
                cost[upstream] = through
                next_link[upstream] = arcs[place].link
                put(frontier, through, upstream)
            elif through == cost[upstream] and arcs[place].link < next_link[upstream]:
                # Targets and states without a way have no link, which is less than any link.
                next_link[upstream] = arcs[place].link


# -- the frontier ---------------------------------------------------------------------------------


@part
def bucket_of(queue: Any, cost: float) -> int:
    """Return the bucket to which a cost belongs."""
    return int(min(cost * queue.per_cost, FARTHEST_BUCKET))


@part
def begin(frontier: Frontier, nearest: float) -> None:
    """Make an empty frontier ready to take states that cost `nearest` or more."""
    queue = frontier.queue[0]
    queue.cursor = bucket_of(queue, nearest)
    queue.n_in_ring = queue.n_used = queue.heap_size = 0
    queue.unused = queue.far = NONE


@part
def put(frontier: Frontier, cost: float, state: int) -> None:
    """Add a state to the frontier."""
    queue, entries = frontier.queue[0], frontier.entries
    bucket = bucket_of(queue, cost)
    if queue.sorted == 1 and bucket == queue.cursor:
        put_in_heap(frontier, cost, state)
        return
    entry = queue.unused
    if entry == NONE:
        entry = queue.n_used
        queue.n_used += 1
    else:
        queue.unused = entries[entry].next
    entries[entry].cost, entries[entry].state = cost, state
    put_in_ring(frontier, entry, bucket)


@part
def put_in_ring(frontier: Frontier, entry: int, bucket: int) -> None:
    """Put an entry into its bucket, or among those beyond the ring."""
    queue, entries, heads = frontier.queue[0], frontier.entries, frontier.heads
    if bucket < queue.cursor + len(heads):
        slot = bucket & (len(heads) - 1)
        entries[entry].next = heads[slot]
        heads[slot] = entry
        queue.n_in_ring += 1
    else:
        if queue.far == NONE or bucket < queue.far_bucket:
            queue.far_bucket = bucket
        entries[entry].next = queue.far
        queue.far = entry


@part
def take(frontier: Frontier, first: NDArray[np.int64], arcs: Records, cost: NDArray[np.float64]) -> int:
    """Take the next state to be settled out of the frontier; -1: there is none."""
    queue, entries, heads = frontier.queue[0], frontier.entries, frontier.heads
    while True:
        if queue.heap_size > 0:
            at = frontier.heap[0].cost
            state = take_from_heap(frontier)
            if at == cost[state]:
                return state
            continue
        slot = queue.cursor & (len(heads) - 1)
        entry = heads[slot]
        if entry != NONE:
            following = entries[entry].next
            heads[slot] = following
            queue.n_in_ring -= 1
            at, state = entries[entry].cost, int(entries[entry].state)
            entries[entry].next = queue.unused
            queue.unused = entry
            if queue.sorted == 1:
                if at == cost[state]:
                    put_in_heap(frontier, at, state)
                while following != NONE:
                    entry = following
                    following = entries[entry].next
                    queue.n_in_ring -= 1
                    if entries[entry].cost == cost[entries[entry].state]:
                        put_in_heap(frontier, entries[entry].cost, entries[entry].state)
                    entries[entry].next = queue.unused
                    queue.unused = entry
                heads[slot] = NONE
                continue
            if following != NONE:
                prefetch(arcs, first[entries[following].state])
            if at == cost[state]:
                return state
            continue
        if queue.far != NONE and (queue.n_in_ring == 0 or queue.cursor == queue.far_bucket):
            bring_near(frontier)
        elif queue.n_in_ring == 0:
            return NONE
        else:
            queue.cursor += 1


@part
def bring_near(frontier: Frontier) -> None:
    """Move the cursor on to the first entry beyond the ring, and into the ring what now lies in it."""
    queue, entries = frontier.queue[0], frontier.entries
    entry = queue.far
    queue.cursor = queue.far_bucket
    queue.far = NONE
    while entry != NONE:
        following = entries[entry].next
        put_in_ring(frontier, entry, bucket_of(queue, entries[entry].cost))
        entry = following


@part
def put_in_heap(frontier: Frontier, cost: float, state: int) -> None:
    """Add a state to the heap of the cursor's bucket."""
    queue, heap = frontier.queue[0], frontier.heap
    place = queue.heap_size
    queue.heap_size += 1
    while place > 0:
        parent = (place - 1) >> 1
        if heap[parent].cost <= cost:
            break
        heap[place].cost, heap[place].state = heap[parent].cost, heap[parent].state
        place = parent
    heap[place].cost, heap[place].state = cost, state


@part
def take_from_heap(frontier: Frontier) -> int:
    """Take the cheapest state out of the heap."""
    queue, heap = frontier.queue[0], frontier.heap
    taken = int(heap[0].state)
    size = queue.heap_size - 1
    queue.heap_size = size
    cost, state = heap[size].cost, heap[size].state
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1].cost < heap[child].cost:
            child += 1
        if cost <= heap[child].cost:
            break
        heap[place].cost, heap[place].state = heap[child].cost, heap[child].state
        place = child
    heap[place].cost, heap[place].state = cost, state
    return taken
