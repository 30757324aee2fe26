"""Searching ways and repairing them, on a grid of about 100,000 nodes and 398,000 links.

    python benchmarks/routes.py            search and repair
    python benchmarks/routes.py search     the nearest of 20 shelters, beside SciPy, a bare bucket search and networkx
    python benchmarks/routes.py repair     20 trees when a flood front changes 100 to 100,000 links

Prints rows of Markdown; times are the least of several, ratios are those of one run.
"""

import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import networkx as nx
import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from evacsim.kernels.tree_repair import ChangingTreeSearch
from evacsim.kernels.trees import Incoming, incoming_links

SIDE = 316
N_TARGETS = 20
FRONTS = (100, 1_000, 10_000, 100_000)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def main(parts: list[str]) -> None:
    """Measure what is asked for."""
    ends = grid(SIDE)
    random = np.random.default_rng(1)
    cost = random.uniform(20.0, 60.0, len(ends))
    targets = random.choice(SIDE * SIDE, N_TARGETS, replace=False)
    network = incoming_links(SIDE * SIDE, ends[:, 0], ends[:, 1])
    if "search" in parts:
        compare_searches(network, ends, cost, targets)
    if "repair" in parts:
        compare_repairs(network, ends, cost, targets)


def grid(side: int) -> Ints:
    """Return the ends of links both ways between neighbors of a square grid, by where they begin."""
    node = np.arange(side * side).reshape(side, side)
    pairs = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:])]
    there = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in pairs])
    ends = np.concatenate([there, there[:, ::-1]])
    return ends[np.lexsort((ends[:, 1], ends[:, 0]))]


# -- search -----------------------------------------------------------------------------------------


def compare_searches(network: Incoming, ends: Ints, cost: Floats, targets: Ints) -> None:
    """Print what the search for the nearest of all targets takes, one method a row."""
    n_nodes = network.n_states
    search = ChangingTreeSearch(network, cost)
    next_link, to_go = np.empty(n_nodes, dtype=np.int32), np.empty(n_nodes)
    upstream = csr_matrix((cost, (ends[:, 1], ends[:, 0])), shape=(n_nodes, n_nodes))
    width = 0.999 * float(cost.min())
    bare = bare_columns(network, cost, width)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(ends[:, 1].tolist(), ends[:, 0].tolist(), cost.tolist(), strict=True))
    methods: dict[str, tuple[Callable[[], object], int]] = {
        "evacsim": (lambda: search.grow(targets, next_link=next_link, cost=to_go), 20),
        "bare bucket queue (numba)": (lambda: bare_search(bare, targets, 1 / width), 20),
        "scipy dijkstra(min_only=True)": (lambda: dijkstra(upstream, indices=targets, min_only=True), 10),
        "networkx": (lambda: nx.multi_source_dijkstra_path_length(graph, set(targets.tolist())), 2),
    }
    took = least_times(methods)
    assert np.array_equal(to_go, bare.cost)
    assert np.allclose(to_go, dijkstra(upstream, indices=targets, min_only=True), rtol=1e-12)
    print(f"\n| nearest of {N_TARGETS}, {n_nodes:,} nodes, {len(cost):,} links | time [ms] | evacsim takes |")
    print("|---|---:|---:|")
    for name, seconds in took.items():
        print(f"| {name} | {1e3 * seconds:.1f} | {took['evacsim'] / seconds:.3f} x |", flush=True)


def least_times(methods: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Return the least time of each method [s]; they take turns, so that other work on the machine meets all."""
    least = dict.fromkeys(methods, np.inf)
    for method, _ in methods.values():
        method()
    for turn in range(max(times for _, times in methods.values())):
        for name, (method, times) in methods.items():
            if turn < times:
                start = time.perf_counter()
                method()
                least[name] = min(least[name], time.perf_counter() - start)
    return least


class Columns(NamedTuple):
    """What the bare search works on."""

    first: Ints
    from_node: NDArray[np.int32]
    link: NDArray[np.int32]
    price: Floats
    heads: NDArray[np.int32]
    entry_node: NDArray[np.int32]
    entry_next: NDArray[np.int32]
    entry_cost: Floats
    cost: Floats
    following: NDArray[np.int32]


def bare_columns(network: Incoming, cost: Floats, width: float) -> Columns:
    """Return the columns for a bare search with buckets of some width."""
    n_buckets = 1 << int(np.ceil(np.log2(cost.max() / width + 2)))
    n_entries = len(cost) + network.n_states
    return Columns(
        first=network.first,
        from_node=network.from_state,
        link=network.link,
        price=cost[network.link],
        heads=np.full(n_buckets, -1, dtype=np.int32),
        entry_node=np.empty(n_entries, dtype=np.int32),
        entry_next=np.empty(n_entries, dtype=np.int32),
        entry_cost=np.empty(n_entries),
        cost=np.empty(network.n_states),
        following=np.empty(network.n_states, dtype=np.int32),
    )


@numba.njit(cache=True)
def bare_search(columns: Columns, targets: Ints, per_cost: float) -> None:
    """Search with buckets as wide as the cheapest link: no ties, no closures, no check of anything."""
    first, from_node, link, price, heads, entry_node, entry_next, entry_cost, cost, following = columns
    cost[:] = np.inf
    following[:] = -1
    n_entries, n_waiting, cursor, mask = 0, 0, 0, len(heads) - 1
    for target in targets:
        cost[target] = 0.0
        entry_node[n_entries], entry_cost[n_entries], entry_next[n_entries] = target, 0.0, heads[0]
        heads[0] = n_entries
        n_entries += 1
        n_waiting += 1
    while n_waiting > 0:
        entry = heads[cursor & mask]
        if entry < 0:
            cursor += 1
            continue
        heads[cursor & mask] = entry_next[entry]
        n_waiting -= 1
        node = entry_node[entry]
        here = cost[node]
        if entry_cost[entry] != here:
            continue
        for place in range(first[node], first[node + 1]):
            upstream, through = from_node[place], here + price[place]
            if through < cost[upstream]:
                cost[upstream] = through
                following[upstream] = link[place]
                slot = int(through * per_cost) & mask
                entry_node[n_entries], entry_cost[n_entries] = upstream, through
                entry_next[n_entries] = heads[slot]
                heads[slot] = n_entries
                n_entries += 1
                n_waiting += 1


# -- repair -----------------------------------------------------------------------------------------


def compare_repairs(network: Incoming, ends: Ints, cost: Floats, targets: Ints) -> None:
    """Print what it takes to make 20 trees right when a front of water changes some links, and back."""
    fronts = [front(ends, size) for size in FRONTS]
    print(
        f"\n| {N_TARGETS} trees, front of changed links | repaired [ms] | states that lost or shortened their way "
        "at a changed link | affected trees made again [ms] | all made again [ms] | repair: all |"
    )
    print("|---:|---:|---:|---:|---:|---:|")
    for links in fronts:
        for what, factor in (("slower", 2.0), ("closed", np.inf), ("open again", 1.0)):
            before = cost.copy()
            before[links] *= np.inf if factor == 1.0 else 1.0
            print(row_of_repairs(what, network, before, links, cost[links] * factor, targets), flush=True)


def front(ends: Ints, size: int) -> Ints:
    """Return the links next to the middle of the grid, as if a pond spread there."""
    row, column = np.divmod(ends[:, 0], SIDE)
    away = np.hypot(row - SIDE / 3, column - SIDE / 3)
    return np.argsort(away, kind="stable")[:size]


def row_of_repairs(
    what: str, network: Incoming, before: Floats, links: Ints, new: Floats, targets: Ints
) -> str:
    """Return a row of the table; each way of working is tried three times, all trees must agree."""
    best = {"repair": np.inf, "affected": np.inf, "all": np.inf}
    touched = 0
    for _ in range(3):
        search = ChangingTreeSearch(network, before)
        trees = [search.tree(target) for target in targets]
        others = [(following.copy(), to_go.copy()) for following, to_go in trees]
        start = time.perf_counter()
        search.change(links, new)
        changed = search.arcs_of(links)
        touched = sum(
            search.repair(changed, target, next_link=following, cost=to_go)
            for target, (following, to_go) in zip(targets, trees, strict=True)
        )
        best["repair"] = min(best["repair"], time.perf_counter() - start)

        start = time.perf_counter()
        for target, (following, to_go) in zip(targets, others, strict=True):
            if is_touched(network, search, links, changed, before[links], new, following, to_go):
                search.grow(target, next_link=following, cost=to_go)
        best["affected"] = min(best["affected"], time.perf_counter() - start)

        afresh = [(np.empty_like(following), np.empty_like(to_go)) for following, to_go in trees]
        start = time.perf_counter()
        for target, (following, to_go) in zip(targets, afresh, strict=True):
            search.grow(target, next_link=following, cost=to_go)
        best["all"] = min(best["all"], time.perf_counter() - start)
        for tree, other, fresh in zip(trees, others, afresh, strict=True):
            assert np.array_equal(tree[0], fresh[0])
            assert np.array_equal(tree[1], fresh[1])
            assert np.array_equal(other[1], fresh[1])
    repair, affected, everything = (1e3 * best[name] for name in ("repair", "affected", "all"))
    return (
        f"| {len(links):,} {what} | {repair:.1f} | {touched:,} | {affected:.1f} | {everything:.1f} "
        f"| {repair / everything:.2f} x |"
    )


def is_touched(
    network: Incoming,
    search: ChangingTreeSearch,
    links: Ints,
    changed: Ints,
    old: Floats,
    new: Floats,
    following: NDArray[np.int32],
    to_go: Floats,
) -> bool:
    """Tell whether a change concerns a tree at all: it uses what became dearer, or what became cheaper shortens it."""
    start, end = network.from_state[changed], search.to_state[changed]
    is_used = (following[start] == links) & (new > old)
    return bool(is_used.any() or np.any(new + to_go[end] < to_go[start]))


if __name__ == "__main__":
    main(sys.argv[1:] or ["search", "repair"])
