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
    pair = from_node.astype(np.int64) * n_nodes + to_node
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    first = np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]])[: len(pair)])
    least = np.minimum.reduceat(cost[order], first) if len(first) else cost
    rows, columns = np.divmod(pair[first], n_nodes)
    begins = np.searchsorted(rows, np.arange(n_nodes + 1))
    # SciPy's searches want 32 bits.
    return csr_array((least, columns.astype(np.int32), begins.astype(np.int32)), shape=(n_nodes, n_nodes))
