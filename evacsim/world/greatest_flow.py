"""The most that flows through a network of limited arcs, and the smallest cut that holds it back.

Greatest flow and smallest cut are equal (Ford and Fulkerson 1956, recalled). Of several smallest cuts the one nearest
the sources is given, so that it does not depend on which of several greatest flows was found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

PLENTY = 1_000_000_000
"""Stands for no limit: SciPy counts in 32 bits."""
SOURCE, SINK, ADDED = 0, 1, 2
"""Nodes beyond those of the network: one before all sources, one behind all ends; nodes of the network follow them."""


@dataclass(frozen=True)
class GreatestFlow:
    """A greatest flow from some nodes of a network to others, in whole units."""

    value: int
    """All that flows."""
    leaving: Rows
    """What sets out at each node, shape (n_nodes,); only its sum is certain where several flows are the greatest."""
    sizes: csr_array
    """What each arc carries, source and sink included."""
    flows: csr_array
    """What flows through each arc, and against it with a minus."""

    @cached_property
    def reached(self) -> Bools:
        """Nodes that one unit more would still reach, shape (n_nodes,): arcs that lead out of them are the cut."""
        left = csr_array(self.sizes - self.flows)
        left.eliminate_zeros()
        found = np.zeros(left.shape[0], dtype=bool)
        found[breadth_first_order(left, SOURCE, return_predecessors=False)] = True
        return found[ADDED:]


def greatest_flow(
    begins: ArrayLike,
    goals: ArrayLike,
    sizes: ArrayLike,
    *,
    sources: Mapping[int, float],
    ends: Mapping[int, float],
    n_nodes: int,
) -> GreatestFlow:
    """Return the greatest flow from some nodes to others.

    >>> flow = greatest_flow([0, 1], [1, 2], [5, 3], sources={0: PLENTY}, ends={2: PLENTY}, n_nodes=3)
    >>> flow.value, flow.reached.tolist()
    (3, [True, True, False])

    Parameters
    ----------
    begins, goals : array_like of int, shape (n_arcs,)
        Nodes between which each arc leads; several between the same two add up.
    sizes : array_like of int, shape (n_arcs,)
        What each carries; `PLENTY` and more is no limit.
    sources, ends : mapping of int to float
        How much may set out, and arrive, at a node, whole numbers.
    n_nodes : int
    """
    added = np.full(len(sources), SOURCE), np.full(len(ends), SINK)
    tails = np.concatenate([np.asarray(begins) + ADDED, added[0], _nodes(ends)])
    heads = np.concatenate([np.asarray(goals) + ADDED, _nodes(sources), added[1]])
    most = np.concatenate([np.asarray(sizes, dtype=np.float64), [*sources.values()], [*ends.values()]])
    shape = (n_nodes + ADDED, n_nodes + ADDED)
    graph = csr_array((np.minimum(most, PLENTY), (tails, heads)), shape=shape)
    graph.sum_duplicates()
    graph.data = np.minimum(graph.data, PLENTY)
    graph = graph.astype(np.int32)
    found = maximum_flow(graph, SOURCE, SINK)
    leaving = found.flow[[SOURCE], :].toarray()[0, ADDED:].astype(np.int64)
    return GreatestFlow(int(found.flow_value), leaving, graph, found.flow)


def _nodes(of: Mapping[int, float]) -> Rows:
    return np.fromiter(of, np.int64) + ADDED
