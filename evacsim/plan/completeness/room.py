"""Whether the shelters named for zones hold their people, however these are shared out among them."""

import math
from collections.abc import Mapping, Sequence

from evacsim.world.greatest_flow import greatest_flow


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
    wanted = {k: math.ceil(people[zone]) for k, zone in enumerate(zones)}
    total, node = sum(wanted.values()), {id_: len(zones) + k for k, id_ in enumerate(shelters)}
    arcs = [(k, node[id_]) for k, zone in enumerate(zones) for id_ in dict.fromkeys(named[zone])]
    flow = greatest_flow(
        [zone for zone, _ in arcs],
        [shelter for _, shelter in arcs],
        [total] * len(arcs),
        sources=wanted,
        ends={node[id_]: int(min(places[id_], total)) for id_ in shelters},
        n_nodes=len(zones) + len(shelters),
    )
    short = {zone: float(wanted[k] - flow.leaving[k]) for k, zone in enumerate(zones)}
    return {zone: n for zone, n in short.items() if n > 0}
