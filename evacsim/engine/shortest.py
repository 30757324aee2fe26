"""The network of a moment as a matrix, for shortest ways of all at once (SciPy)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def way_matrix(
    from_node: NDArray[np.integer[Any]],
    to_node: NDArray[np.integer[Any]],
    cost: NDArray[np.float64],
    n_nodes: int,
) -> csr_array:
    """Return what it costs from one node straight to another; of several ways between the same two the cheapest counts.

    Parameters
    ----------
    from_node, to_node : array of int, shape (n,)
        The ends of the ways.
    cost : array of float, shape (n,)
        What each costs.
    n_nodes : int
        Nodes of the network.
    """
    order = np.lexsort((cost, to_node, from_node))
    pairs = np.column_stack([from_node[order], to_node[order]])
    first = np.concatenate([[True], (np.diff(pairs, axis=0) != 0).any(axis=1)])[: len(order)]
    return csr_array((cost[order][first], (pairs[first, 0], pairs[first, 1])), shape=(n_nodes, n_nodes))
