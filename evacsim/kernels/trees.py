"""Next-link trees: from every node, the link to take first on the cheapest way to a destination."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.arrays import ARRIVED, NO_WAY


class Incoming(NamedTuple):
    """The links of a network, by the node where they end."""

    first: NDArray[np.int64]
    """Links into node n are `links[first[n]:first[n + 1]]`, shape (n_nodes + 1,)."""
    links: NDArray[np.int64]
    """Links, shape (n_links,)."""
    from_node: NDArray[np.int64]
    """Node where each link begins, in order of rows, shape (n_links,)."""
    key: NDArray[np.int64]
    """Settles ties between links, in order of rows; unique, shape (n_links,)."""


class Frontier(NamedTuple):
    """Nodes reached and not yet settled, as a binary heap by cost."""

    cost: NDArray[np.float64]
    node: NDArray[np.int64]


def incoming_links(
    n_nodes: int, from_node: NDArray[np.int64], to_node: NDArray[np.int64], key: NDArray[np.int64]
) -> Incoming:
    """Return the links by the node where they end."""
    first = np.zeros(n_nodes + 1, dtype=np.int64)
    first[1:] = np.cumsum(np.bincount(to_node, minlength=n_nodes))
    links = np.argsort(to_node, kind="stable")
    return Incoming(first, links, np.asarray(from_node, dtype=np.int64), np.asarray(key, dtype=np.int64))


def next_link_tree(
    network: Incoming,
    targets: NDArray[np.int64],
    link_cost: NDArray[np.float64],
    start_cost: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the next link at each node on the cheapest way to any target, and the cost of that way.

    Of equally cheap ways the one over the link with the smallest key is taken, whatever the
    order of links, nodes and targets.

    Parameters
    ----------
    network : Incoming
        The links.
    targets : ndarray of int64, shape (n_targets,)
        Nodes to reach.
    link_cost : ndarray of float64, shape (n_links,)
        Cost of each link, positive; inf where it is closed.
    start_cost : ndarray of float64, shape (n_targets,), optional
        Cost of ending at each target, 0 unless given. A target that is dearer than the way on
        to another is passed through; inf: no target.

    Returns
    -------
    next_link : ndarray of int32, shape (n_nodes,)
        `ARRIVED` at targets, `NO_WAY` where none can be reached.
    cost : ndarray of float64, shape (n_nodes,)
        Cost to go; inf where no target can be reached.
    """
    assert not np.any(link_cost <= 0), "a link costs nothing"
    n_nodes, n_links = len(network.first) - 1, len(network.links)
    targets = np.asarray(targets, dtype=np.int64)
    start = np.zeros(len(targets)) if start_cost is None else np.asarray(start_cost, dtype=np.float64)
    size = n_links + len(targets) + 1
    next_link = np.empty(n_nodes, dtype=np.int32)
    cost = np.empty(n_nodes)
    frontier = Frontier(np.empty(size), np.empty(size, dtype=np.int64))
    grow_tree(network, targets, start, np.asarray(link_cost, dtype=np.float64), frontier, next_link, cost)
    return next_link, cost


@kernel
def grow_tree(
    network: Incoming,
    targets: NDArray[np.int64],
    start_cost: NDArray[np.float64],
    link_cost: NDArray[np.float64],
    frontier: Frontier,
    next_link: NDArray[np.int32],
    cost: NDArray[np.float64],
) -> None:
    """Grow a next-link tree upstream from its targets (Dijkstra 1959, recalled).

    A link of positive cost leads to a node that was settled before, so following the tree
    never returns to a node.

    Parameters
    ----------
    network, targets, start_cost, link_cost
        See `next_link_tree`.
    frontier : Frontier
        Work space, shape (n_links + n_targets + 1,).
    next_link, cost
        Output, see `next_link_tree`.
    """
    next_link[:] = NO_WAY
    cost[:] = np.inf
    size = 0
    for row in range(len(targets)):
        target = targets[row]
        if start_cost[row] < cost[target]:
            cost[target] = start_cost[row]
            next_link[target] = ARRIVED
            size = put(frontier, size, start_cost[row], target)
    while size > 0:
        cost_here, node = frontier.cost[0], frontier.node[0]
        size = take(frontier, size)
        if cost_here > cost[node]:
            continue  # reached on a cheaper way since
        for place in range(network.first[node], network.first[node + 1]):
            link = network.links[place]
            upstream = network.from_node[link]
            through = cost_here + link_cost[link]
            if through < cost[upstream]:
                cost[upstream] = through
                next_link[upstream] = link
                size = put(frontier, size, through, upstream)
            elif (
                through == cost[upstream]
                and cost_here < through
                and next_link[upstream] >= 0
                and network.key[link] < network.key[next_link[upstream]]
            ):
                next_link[upstream] = link


@part
def put(frontier: Frontier, size: int, cost: float, node: int) -> int:
    """Add a node to the frontier and return its new size."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if frontier.cost[parent] <= cost:
            break
        frontier.cost[place], frontier.node[place] = frontier.cost[parent], frontier.node[parent]
        place = parent
    frontier.cost[place], frontier.node[place] = cost, node
    return size + 1


@part
def take(frontier: Frontier, size: int) -> int:
    """Take the cheapest node out of the frontier and return its new size."""
    size -= 1
    cost, node = frontier.cost[size], frontier.node[size]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and frontier.cost[child + 1] < frontier.cost[child]:
            child += 1
        if cost <= frontier.cost[child]:
            break
        frontier.cost[place], frontier.node[place] = frontier.cost[child], frontier.node[child]
        place = child
    frontier.cost[place], frontier.node[place] = cost, node
    return size
