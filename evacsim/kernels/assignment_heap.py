"""Nodes that a search has reached and not settled, the one of least cost first (a binary heap)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import part


class Reached(NamedTuple):
    """The heap; how many nodes are in it is passed beside it."""

    cost: NDArray[np.float64]
    node: NDArray[np.int64]


def reached(most: int) -> Reached:
    """Return an empty heap with room for `most` nodes."""
    return Reached(np.empty(most), np.empty(most, dtype=np.int64))


@part
def put(heap: Reached, size: int, cost: float, node: int) -> int:
    """Add a node and return the new size."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if heap.cost[parent] <= cost:
            break
        heap.cost[place], heap.node[place] = heap.cost[parent], heap.node[parent]
        place = parent
    heap.cost[place], heap.node[place] = cost, node
    return size + 1


@part
def take(heap: Reached, size: int) -> int:
    """Take out the node of least cost, which stands in row 0, and return the new size."""
    size -= 1
    cost, node = heap.cost[size], heap.node[size]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and heap.cost[child + 1] < heap.cost[child]:
            child += 1
        if cost <= heap.cost[child]:
            break
        heap.cost[place], heap.node[place] = heap.cost[child], heap.node[child]
        place = child
    heap.cost[place], heap.node[place] = cost, node
    return size
