"""The network as a matrix: of several ways between the same two nodes the cheapest counts."""

import numpy as np
import pytest

from evacsim.engine.shortest import way_matrix


@pytest.mark.parametrize(("n_nodes", "n_ways"), [(1, 0), (3, 0), (4, 30), (50, 200)])
def test_it_holds_the_cheapest_way_from_each_node_to_each(n_nodes, n_ways):
    random = np.random.default_rng(n_ways)
    ends = random.integers(n_nodes, size=(2, n_ways)).astype(np.int32)
    cost = random.random(n_ways)
    cheapest = {}
    for from_node, to_node, price in zip(*ends.tolist(), cost.tolist(), strict=True):
        cheapest[from_node, to_node] = min(price, cheapest.get((from_node, to_node), np.inf))
    matrix = way_matrix(*ends, cost, n_nodes)
    rows, columns = matrix.nonzero()
    assert matrix.shape == (n_nodes, n_nodes)
    assert dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), matrix.data, strict=True)) == cheapest
    assert matrix.has_canonical_format
