"""Static assignment: cheapest ways from each origin, and flow shifted from dear paths to the cheapest.

Rows stand for links, nodes and pairs (of an origin and a destination); pairs are sorted by
origin. The paths of a pair form a list: `pool.head[pair]`, then `pool.next_path[path]`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.arrays import NONE
from evacsim.kernels.assignment_heap import Reached, put, take


class CostedLinks(NamedTuple):
    """Links whose time grows with their flow: free_time (1 + b (flow / capacity) ** power) + fixed_cost."""

    to_node: NDArray[np.int64]
    """Node where each link ends, shape (n_links,)."""
    from_node: NDArray[np.int64]
    """Node where it begins."""
    free_time: NDArray[np.float64]
    capacity: NDArray[np.float64]
    """Flow at which `b` applies, in the unit of the demand."""
    b: NDArray[np.float64]
    power: NDArray[np.float64]
    """1 or more, or 0."""
    fixed_cost: NDArray[np.float64]
    """Toll or the like, in the unit of `free_time`."""
    first_out: NDArray[np.int64]
    """Links out of node n are `out_links[first_out[n]:first_out[n + 1]]`, shape (n_nodes + 1,)."""
    out_links: NDArray[np.int64]
    """Links, shape (n_links,)."""
    is_passable: NDArray[np.bool_]
    """Whether a way may go on from a node that is not its origin, shape (n_nodes,)."""


class Pairs(NamedTuple):
    """Origins and destinations with demand between them, sorted by origin."""

    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    demand: NDArray[np.float64]


class PathPool(NamedTuple):
    """The paths in use, and their flows."""

    first: NDArray[np.int64]
    """Links of path p are `links[first[p]:first[p + 1]]`, in the order of travel."""
    links: NDArray[np.int32]
    flow: NDArray[np.float64]
    """Shape (max_paths,)."""
    next_path: NDArray[np.int32]
    """Next path of the same pair, -1: none."""
    head: NDArray[np.int32]
    """First path of each pair, -1: none, shape (n_pairs,)."""
    n_paths: NDArray[np.int64]
    """Rows taken, dropped paths too, shape (1,)."""


class Labels(NamedTuple):
    """Work space for the cheapest ways from one origin."""

    cost: NDArray[np.float64]
    """Output: cost from the origin, inf where no way leads, shape (n_nodes,)."""
    last_link: NDArray[np.int32]
    """Output: last link of the way to each node, -1 at the origin and where no way leads."""
    reached: Reached
    """Shape (n_links + 1,)."""


class LinkState(NamedTuple):
    """The present flow of each link and what follows from it, shape (n_links,)."""

    flow: NDArray[np.float64]
    cost: NDArray[np.float64]
    slope: NDArray[np.float64]
    """Derivative of the cost with respect to the flow."""
    mark: NDArray[np.int64]
    """Work space: 1 on the cheapest path only, 2 on both paths compared; zero to begin with."""


@part
def price(links: CostedLinks, state: LinkState, link: int) -> None:
    """Set cost and slope of a link from its flow."""
    ratio = state.flow[link] / links.capacity[link]
    power = links.power[link]
    if power == 4.0:
        below = ratio * ratio * ratio
    elif power == 0.0:
        below = 0.0
    else:
        below = ratio ** (power - 1.0)
    rise = links.free_time[link] * links.b[link]
    grown = rise if power == 0.0 else rise * below * ratio
    state.cost[link] = links.free_time[link] + grown + links.fixed_cost[link]
    state.slope[link] = rise * power * below / links.capacity[link]


@kernel
def price_all(links: CostedLinks, state: LinkState) -> None:
    """Set cost and slope of all links from their flows, in place."""
    for link in range(len(state.flow)):
        price(links, state, link)


@kernel
def grow_from(links: CostedLinks, cost: NDArray[np.float64], origin: int, labels: Labels) -> None:
    """Find the cheapest way from an origin to every node (Dijkstra 1959, recalled); fills `labels`."""
    heap = labels.reached
    labels.cost[:] = np.inf
    labels.last_link[:] = NONE
    labels.cost[origin] = 0.0
    size = put(heap, 0, 0.0, origin)
    while size > 0:
        cost_here, node = heap.cost[0], heap.node[0]
        size = take(heap, size)
        if cost_here > labels.cost[node] or not (links.is_passable[node] or node == origin):
            continue
        for place in range(links.first_out[node], links.first_out[node + 1]):
            link = links.out_links[place]
            beyond = links.to_node[link]
            through = cost_here + cost[link]
            if through < labels.cost[beyond]:
                labels.cost[beyond] = through
                labels.last_link[beyond] = link
                size = put(heap, size, through, beyond)


@kernel
def cheapest_cost(
    links: CostedLinks,
    cost: NDArray[np.float64],
    pairs: Pairs,
    labels: Labels,
    pair_cost: NDArray[np.float64],
) -> None:
    """Fill `pair_cost` with the cost of the cheapest way of each pair, inf where there is none."""
    origin = -1
    for pair in range(len(pairs.origin)):
        if pairs.origin[pair] != origin:
            origin = pairs.origin[pair]
            grow_from(links, cost, origin, labels)
        pair_cost[pair] = labels.cost[pairs.destination[pair]]


@kernel
def load_paths(pool: PathPool, flow: NDArray[np.float64]) -> None:
    """Fill `flow` with the sum of the flows of the paths over each link."""
    flow[:] = 0.0
    for pair in range(len(pool.head)):
        path = pool.head[pair]
        while path != NONE:
            for place in range(pool.first[path], pool.first[path + 1]):
                flow[pool.links[place]] += pool.flow[path]
            path = pool.next_path[path]


@part
def path_cost(pool: PathPool, cost: NDArray[np.float64], path: int) -> float:
    """Return the cost of a path, summed from its end as `tree_path_cost` does, so that like equals like."""
    total = 0.0
    for place in range(pool.first[path + 1] - 1, pool.first[path] - 1, -1):
        total += cost[pool.links[place]]
    return total


@part
def add_flow(links: CostedLinks, state: LinkState, link: int, amount: float) -> None:
    """Add to the flow of a link (never below nothing), and price it."""
    state.flow[link] = max(state.flow[link] + amount, 0.0)
    price(links, state, link)


@kernel
def find_paths(
    links: CostedLinks, pairs: Pairs, pool: PathPool, state: LinkState, labels: Labels, first_pair: int
) -> int:
    """Give each pair from `first_pair` its cheapest path where it is cheaper than all it has, then equalize.

    Pairs without any path get their whole demand on the first. Return the pair at which the
    pool is full, or the number of pairs.
    """
    origin = -1
    for pair in range(first_pair, len(pairs.origin)):
        destination = pairs.destination[pair]
        if pairs.origin[pair] != origin:
            origin = pairs.origin[pair]
            grow_from(links, state.cost, origin, labels)
        if labels.cost[destination] == np.inf:
            continue
        total, length, node = 0.0, 0, destination
        while node != origin:
            link = labels.last_link[node]
            total += state.cost[link]
            length += 1
            node = links.from_node[link]
        path, is_new = pool.head[pair], True
        while path != NONE and is_new:
            is_new = total < path_cost(pool, state.cost, path)
            path = pool.next_path[path]
        if is_new:
            path = pool.n_paths[0]
            end = pool.first[path] + length
            if path + 1 >= len(pool.first) or end > len(pool.links):
                return pair
            pool.first[path + 1] = end
            node = destination
            while node != origin:
                end -= 1
                pool.links[end] = labels.last_link[node]
                node = links.from_node[labels.last_link[node]]
            pool.flow[path] = 0.0
            pool.next_path[path] = pool.head[pair]
            if pool.head[pair] == NONE:
                pool.flow[path] = pairs.demand[pair]
                for place in range(pool.first[path], pool.first[path + 1]):
                    add_flow(links, state, pool.links[place], pairs.demand[pair])
            pool.head[pair] = path
            pool.n_paths[0] += 1
        equalize_pair(links, pool, state, pair)
    return len(pairs.origin)


@kernel
def equalize(links: CostedLinks, pool: PathPool, state: LinkState) -> float:
    """Shift flow to the cheapest of the known paths of every pair, once; return the excess cost met."""
    excess = 0.0
    for pair in range(len(pool.head)):
        excess += equalize_pair(links, pool, state, pair)
    return excess


@kernel
def equalize_pair(links: CostedLinks, pool: PathPool, state: LinkState, pair: int) -> float:
    """Shift flow from each path of a pair to its cheapest by a Newton step; return the excess cost before.

    The step is the difference of the costs over the sum of the slopes of the links that only
    one of the two paths uses, at most the flow there is (gradient projection, Jayakrishnan,
    Tsai, Prashker and Rajadhyaksha 1994, recalled). Flows and costs of the links follow at
    once. Paths without flow are dropped.
    """
    if pool.head[pair] == NONE or pool.next_path[pool.head[pair]] == NONE:
        return 0.0
    best, best_cost = pool.head[pair], np.inf
    path = pool.head[pair]
    while path != NONE:
        total = path_cost(pool, state.cost, path)
        if total < best_cost:
            best, best_cost = path, total
        path = pool.next_path[path]
    excess = 0.0
    path = pool.head[pair]
    before = NONE
    while path != NONE:
        if path != best:
            excess += shift(links, pool, state, path, best)
        if path != best and pool.flow[path] <= 0.0:
            if before == NONE:
                pool.head[pair] = pool.next_path[path]
            else:
                pool.next_path[before] = pool.next_path[path]
        else:
            before = path
        path = pool.next_path[path]
    return excess


@kernel
def shift(links: CostedLinks, pool: PathPool, state: LinkState, path: int, best: int) -> float:
    """Shift flow from one path to another that is cheaper; return the excess cost before."""
    for place in range(pool.first[best], pool.first[best + 1]):
        state.mark[pool.links[place]] = 1
    dear, cheap, slope = 0.0, 0.0, 0.0
    for place in range(pool.first[path], pool.first[path + 1]):
        link = pool.links[place]
        if state.mark[link] == 0:
            dear += state.cost[link]
            slope += state.slope[link]
        else:
            state.mark[link] = 2
    for place in range(pool.first[best], pool.first[best + 1]):
        link = pool.links[place]
        if state.mark[link] == 1:
            cheap += state.cost[link]
            slope += state.slope[link]
    amount = 0.0
    if dear > cheap:
        amount = pool.flow[path]
        if (dear - cheap) < amount * slope:
            amount = (dear - cheap) / slope
    excess: float = max(dear - cheap, 0.0) * pool.flow[path]
    for place in range(pool.first[path], pool.first[path + 1]):
        link = pool.links[place]
        if state.mark[link] != 2 and amount > 0.0:
            add_flow(links, state, link, -amount)
    for place in range(pool.first[best], pool.first[best + 1]):
        link = pool.links[place]
        if state.mark[link] != 2 and amount > 0.0:
            add_flow(links, state, link, amount)
        state.mark[link] = 0
    pool.flow[path] -= amount
    pool.flow[best] += amount
    return excess
