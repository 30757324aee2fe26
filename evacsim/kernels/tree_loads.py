"""What comes together where everybody goes one way on from each node."""

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


@kernel
def gather(load: Floats, order: Rows, next_way: Rows, to_node: Rows, most: Floats) -> bool:
    """Send the load of each node on to the end of its way, node after node; return whether no way gets too much.

    Parameters
    ----------
    load : ndarray of float64, shape (n_nodes, n_parts)
        What begins at each node, part by part; what passes it is added in place.
    order : ndarray of int64, shape (n_nodes,)
        All nodes, each before the end of its way.
    next_way : ndarray of int64, shape (n_nodes,)
        Way by which all go on from each node; -1 where they stay.
    to_node, most : ndarray, shape (n_ways,)
        Node at the end of each way, and what it lets through of each part. The load is half sent where that is
        too little.
    """
    for node in order:
        way = next_way[node]
        if way < 0:
            continue
        goal = to_node[way]
        for part in range(load.shape[1]):
            if load[node, part] > most[way]:
                return False
            load[goal, part] += load[node, part]
    return True
