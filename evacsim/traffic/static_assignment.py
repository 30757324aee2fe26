"""Static assignment: flows at which nobody gains by another way, and flows of the least total time.

Link times follow the law of the Bureau of Public Roads (BPR). Demand is a steady flow between
pairs of nodes, without a clock: no queue, no spillback. Use it for a first look at a network, to
check routes against the literature, and as a start for `traffic.equilibrium`.

Words: *cost* is time plus fixed cost; *excess cost* is what travelers pay above the cheapest way
of their pair; the *relative gap* is the excess cost of all over the cost of all. See
docs/background/assignment.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels import assignment as kernels
from evacsim.kernels.arrays import NONE
from evacsim.kernels.assignment import CostedLinks, Labels, LinkState, Pairs, PathPool
from evacsim.kernels.assignment_heap import reached

SWEEPS = 30
"""At most so many times flow is equalized between known paths before new ones are looked for (assumed)."""
ENOUGH = 0.05
"""Known paths are equalized until their excess cost is this share of what it was (assumed)."""


@dataclass(frozen=True, slots=True, eq=False)
class StaticNetwork:
    """Links whose time grows with their flow: free_time (1 + b (flow / capacity) ** power) + fixed_cost."""

    n_nodes: int
    from_node: NDArray[np.int64]
    """Node where each link begins, a row from 0, shape (n_links,)."""
    to_node: NDArray[np.int64]
    """Node where it ends."""
    free_time: NDArray[np.float64]
    """Time without traffic; any unit, that of the results."""
    capacity: NDArray[np.float64]
    """Flow at which `b` applies, in the unit of the demand."""
    b: NDArray[np.float64]
    power: NDArray[np.float64]
    """1 or more, or 0 (then `b` always applies)."""
    fixed_cost: NDArray[np.float64]
    """Toll and the like, in the unit of `free_time`."""
    is_passable: NDArray[np.bool_]
    """Whether ways lead through a node; otherwise they only begin or end there. Shape (n_nodes,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Flow between pairs of nodes, one row each."""

    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    flow: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Iteration:
    """Where an assignment stood before one search for new paths."""

    relative_gap: float
    objective: float
    """What is made least: Beckmann's integral of link costs, or the total cost (system optimum)."""
    lower_bound: float
    """No flows have a lower objective than this, the best bound so far."""
    n_paths: int
    """Paths in use."""


@dataclass(frozen=True, slots=True, eq=False)
class StaticAssignment:
    """Flows on links and paths, and how near they are to what was asked for."""

    flow: NDArray[np.float64]
    """Flow of each link, shape (n_links,)."""
    cost: NDArray[np.float64]
    """What one traveler pays on each link at these flows."""
    total_cost: float
    """What all travelers pay."""
    beckmann: float
    """Sum over links of the integral of the cost from no flow to the flow (Beckmann, McGuire and
    Winsten 1956, recalled)."""
    relative_gap: float
    """Of the costs that were equalized: those of travelers (user equilibrium), or the marginal ones."""
    is_converged: bool
    """Whether the gap that was asked for was reached."""
    iterations: tuple[Iteration, ...]
    """One for each search for new paths; the last describes these flows."""
    path_pair: NDArray[np.int64]
    """Row of the demand that each path serves, shape (n_paths,)."""
    path_flow: NDArray[np.float64]
    path_first: NDArray[np.int64]
    """Links of path p are `path_links[path_first[p]:path_first[p + 1]]`, in the order of travel."""
    path_links: NDArray[np.int32]
    unconnected: NDArray[np.int64]
    """Rows of the demand without any way; they are part of no figure above."""

    @property
    def assigned(self) -> float:
        """Return the flow that was assigned, of all pairs together."""
        return float(self.path_flow.sum())


def static_network(  # noqa: PLR0913
    n_nodes: int,
    *,
    from_node: ArrayLike,
    to_node: ArrayLike,
    free_time: ArrayLike,
    capacity: ArrayLike,
    b: ArrayLike = 0.15,
    power: ArrayLike = 4.0,
    fixed_cost: ArrayLike = 0.0,
    first_through_node: int = 0,
) -> StaticNetwork:
    """Return a network for assignment; a scalar stands for a whole column.

    `b` 0.15 and `power` 4 are the customary values (BPR 1964, recalled). Nodes before
    `first_through_node` are only ends of ways.
    """
    ends = [np.asarray(nodes, dtype=np.int64) for nodes in (from_node, to_node)]
    n_links = len(ends[0])
    columns = [
        np.array(np.broadcast_to(np.asarray(column, dtype=np.float64), n_links))
        for column in (free_time, capacity, b, power, fixed_cost)
    ]
    free, most, share, exponent, fixed = columns
    assert all(np.all((nodes >= 0) & (nodes < n_nodes)) for nodes in ends), "a link begins or ends at no node"
    assert np.all(most > 0), "a link has no capacity"
    assert np.all((free >= 0) & (share >= 0) & (free + fixed >= 0)), "a link has a negative cost"
    assert np.all((exponent == 0) | (exponent >= 1)), "a power is between 0 and 1"
    is_passable = np.arange(n_nodes) >= first_through_node
    return StaticNetwork(n_nodes, ends[0], ends[1], free, most, share, exponent, fixed, is_passable)


def user_equilibrium(
    network: StaticNetwork, demand: Demand, *, relative_gap: float = 1e-6, max_iterations: int = 200
) -> StaticAssignment:
    """Return flows at which nobody can save cost by another way (Wardrop's first principle).

    Stops at `relative_gap`, or after `max_iterations` searches for new paths: look at
    `is_converged`.
    """
    return _assign(network, demand, network.b, relative_gap, max_iterations)


def system_optimum(
    network: StaticNetwork, demand: Demand, *, relative_gap: float = 1e-6, max_iterations: int = 200
) -> StaticAssignment:
    """Return flows of the least total cost (Wardrop's second principle).

    An equilibrium of marginal costs: `cost + flow · d cost / d flow` of the BPR law is the same
    law with `b (1 + power)` in place of `b`.
    """
    return _assign(network, demand, network.b * (1.0 + network.power), relative_gap, max_iterations)


def link_cost(network: StaticNetwork, flow: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what one traveler pays on each link at the given flows."""
    grown = network.b * (flow / network.capacity) ** network.power
    cost: NDArray[np.float64] = network.free_time * (1.0 + grown) + network.fixed_cost
    return cost


def _integral(network: StaticNetwork, b: NDArray[np.float64], flow: NDArray[np.float64]) -> float:
    """Return the sum over links of the integral of the BPR law with `b` from 0 to the flow."""
    grown = b * (flow / network.capacity) ** network.power / (1.0 + network.power)
    return float(np.sum(flow * (network.free_time * (1.0 + grown) + network.fixed_cost)))


def _assign(
    network: StaticNetwork, demand: Demand, b: NDArray[np.float64], target: float, max_iterations: int
) -> StaticAssignment:
    links = _costed_links(network, b)
    rows, pairs = _sorted_pairs(network, demand)
    n_links, n_nodes = len(links.to_node), network.n_nodes
    state = LinkState(np.zeros(n_links), np.zeros(n_links), np.zeros(n_links), np.zeros(n_links, np.int64))
    labels = Labels(np.zeros(n_nodes), np.zeros(n_nodes, dtype=np.int32), reached(n_links + 1))
    pool = _empty_pool(len(rows), 2 * len(rows) + 1_000, 16 * len(rows) + 10 * n_links + n_nodes)
    kernels.price_all(links, state)
    pool = _find_paths(links, pairs, pool, state, labels)
    is_connected = pool.head != NONE
    pair_cost = np.zeros(len(rows))
    history: list[Iteration] = []
    bound = -np.inf
    while True:
        kernels.load_paths(pool, state.flow)
        kernels.price_all(links, state)
        kernels.cheapest_cost(links, state.cost, pairs, labels, pair_cost)
        paid = float(state.flow @ state.cost)
        least = float(pairs.demand[is_connected] @ pair_cost[is_connected])
        # Rounding may leave a gap of -1e-16.
        excess = max(paid - least, 0.0)
        objective = _integral(network, b, state.flow)
        bound = max(bound, objective - excess)
        gap = excess / paid if paid > 0 else 0.0
        history.append(Iteration(gap, objective, bound, int(np.count_nonzero(_path_pairs(pool) != NONE))))
        if gap <= target or len(history) > max_iterations:
            break
        pool = _find_paths(links, pairs, _compacted(pool), state, labels)
        first = kernels.equalize(links, pool, state)
        for _ in range(SWEEPS):
            if kernels.equalize(links, pool, state) <= ENOUGH * first:
                break
    pool = _compacted(pool)
    n_paths = int(pool.n_paths[0])
    flow, cost = state.flow, link_cost(network, state.flow)
    return StaticAssignment(
        flow=flow,
        cost=cost,
        total_cost=float(flow @ cost),
        beckmann=_integral(network, network.b, flow),
        relative_gap=history[-1].relative_gap,
        is_converged=history[-1].relative_gap <= target,
        iterations=tuple(history),
        path_pair=rows[_path_pairs(pool)[:n_paths]],
        path_flow=pool.flow[:n_paths].copy(),
        path_first=pool.first[: n_paths + 1].copy(),
        path_links=pool.links[: pool.first[n_paths]].copy(),
        unconnected=np.sort(rows[~is_connected]),
    )


def _costed_links(network: StaticNetwork, b: NDArray[np.float64]) -> CostedLinks:
    first = np.zeros(network.n_nodes + 1, dtype=np.int64)
    first[1:] = np.cumsum(np.bincount(network.from_node, minlength=network.n_nodes))
    return CostedLinks(
        to_node=network.to_node,
        from_node=network.from_node,
        free_time=network.free_time,
        capacity=network.capacity,
        b=b,
        power=network.power,
        fixed_cost=network.fixed_cost,
        first_out=first,
        out_links=np.argsort(network.from_node, kind="stable"),
        is_passable=network.is_passable,
    )


def _sorted_pairs(network: StaticNetwork, demand: Demand) -> tuple[NDArray[np.int64], Pairs]:
    """Return the rows of the demand that leave their node, sorted by origin, and their pairs."""
    origin, destination = (np.asarray(nodes, dtype=np.int64) for nodes in (demand.origin, demand.destination))
    flow = np.asarray(demand.flow, dtype=np.float64)
    for nodes in (origin, destination):
        assert np.all((nodes >= 0) & (nodes < network.n_nodes)), "a trip begins or ends at no node"
    assert np.all((flow >= 0) & np.isfinite(flow)), "a demand is negative or unlimited"
    rows = np.lexsort((destination, origin))
    rows = rows[(origin != destination)[rows] & (flow[rows] > 0)]
    return rows, Pairs(origin[rows], destination[rows], flow[rows])


def _empty_pool(n_pairs: int, n_paths: int, n_links: int) -> PathPool:
    return PathPool(
        first=np.zeros(n_paths + 1, dtype=np.int64),
        links=np.zeros(n_links, dtype=np.int32),
        flow=np.zeros(n_paths),
        next_path=np.full(n_paths, NONE, dtype=np.int32),
        head=np.full(n_pairs, NONE, dtype=np.int32),
        n_paths=np.zeros(1, dtype=np.int64),
    )


def _find_paths(
    links: CostedLinks, pairs: Pairs, pool: PathPool, state: LinkState, labels: Labels
) -> PathPool:
    """Find new paths for all pairs, in a larger pool where one is needed, and return the pool."""
    pair = 0
    while (pair := kernels.find_paths(links, pairs, pool, state, labels, pair)) < len(pairs.origin):
        larger = _empty_pool(len(pool.head), 2 * len(pool.flow), 2 * len(pool.links))
        for name in pool._fields:
            old = getattr(pool, name)
            getattr(larger, name)[: len(old)] = old
        pool = larger
    return pool


def _path_pairs(pool: PathPool) -> NDArray[np.int64]:
    """Return the pair of each path, -1 for dropped ones and free rows."""
    pair_of = np.full(len(pool.flow), NONE, dtype=np.int64)
    pairs = np.flatnonzero(pool.head != NONE)
    paths = pool.head[pairs]
    while len(paths):
        pair_of[paths] = pairs
        paths = pool.next_path[paths]
        pairs, paths = pairs[paths != NONE], paths[paths != NONE]
    return pair_of


def _compacted(pool: PathPool) -> PathPool:
    """Return the pool without its dropped paths, in order of pairs."""
    pair_of = _path_pairs(pool)
    kept = np.flatnonzero(pair_of != NONE)
    kept = kept[np.argsort(pair_of[kept], kind="stable")]
    lengths = np.diff(pool.first)[kept]
    compact = _empty_pool(len(pool.head), len(pool.flow), len(pool.links))
    n_paths = len(kept)
    compact.n_paths[0] = n_paths
    compact.first[1 : n_paths + 1] = np.cumsum(lengths)
    steps = np.arange(lengths.sum()) - np.repeat(compact.first[:n_paths], lengths)
    compact.links[: lengths.sum()] = pool.links[np.repeat(pool.first[kept], lengths) + steps]
    compact.flow[:n_paths] = pool.flow[kept]
    pairs = pair_of[kept]
    is_last = np.append(pairs[1:] != pairs[:-1], True)[:n_paths]
    compact.next_path[:n_paths] = np.where(is_last, NONE, np.arange(1, n_paths + 1))
    is_first = np.insert(pairs[1:] != pairs[:-1], 0, True)[:n_paths]
    compact.head[pairs[is_first]] = np.flatnonzero(is_first)
    return compact
