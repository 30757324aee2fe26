"""Whether the shelters named for zones hold their people, however these are shared out among them."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow


def left_over(
    people: Mapping[str, float], named: Mapping[str, Sequence[str]], places: Mapping[str, float]
) -> dict[str, float]:
    """Return how many people of each zone find no place at the shelters named for it, where any do not.

    The greatest flow from zones to shelters, so their number in all is the least possible; which zone is short
    where several share a shelter is decided by the order of the flow. Parts of a person are rounded up.

    >>> left_over({"a": 80, "b": 50}, {"a": ["s"], "b": ["s", "t"]}, {"s": 100, "t": 10})
    {'b': 20.0}
    """
    zones, shelters = list(people), sorted({id_ for ids in named.values() for id_ in ids})
    if not zones:
        return {}
    total = int(sum(np.ceil(n) for n in people.values()))
    row = {id_: 2 + len(zones) + number for number, id_ in enumerate(shelters)}
    edges = [(0, 2 + k, int(np.ceil(people[zone]))) for k, zone in enumerate(zones)]
    edges += [(2 + k, row[id_], total) for k, zone in enumerate(zones) for id_ in dict.fromkeys(named[zone])]
    edges += [(row[id_], 1, int(min(places[id_], total))) for id_ in shelters]
    tails, heads, sizes = (np.array(column, dtype=np.int32) for column in zip(*edges, strict=True))
    n = 2 + len(zones) + len(shelters)
    flow = maximum_flow(csr_array((sizes, (tails, heads)), shape=(n, n)), 0, 1).flow.toarray()
    short = {zone: float(np.ceil(people[zone]) - flow[0, 2 + k]) for k, zone in enumerate(zones)}
    return {zone: n for zone, n in short.items() if n > 0}
