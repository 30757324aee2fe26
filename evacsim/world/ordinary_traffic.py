"""Ordinary traffic (背景交通) on the rows of a network: who drives from where to where, and from when to when."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from evacsim.clock import seconds_after
from evacsim.errors import Issue
from evacsim.language import Text
from evacsim.network.columns import RoadColumns
from evacsim.scenario.nearest import suggestion
from evacsim.scenario.transport import Trips
from evacsim.world.columns import OrdinaryTrips, Ways


def ordinary_traffic(
    given: Sequence[Trips], roads: RoadColumns, ways: Ways, *, start: datetime
) -> tuple[list[OrdinaryTrips], list[Issue]]:
    """Return the trips of ordinary traffic, by their first departure, and what the network does not have of them."""
    found: list[OrdinaryTrips] = []
    issues: list[Issue] = []
    for number, trips in enumerate(given):
        row = {}
        for name in ("from_node", "to_node"):
            node, place = getattr(trips, name), f"background[{number}].{name}"
            if node in roads.node_row:
                row[name] = int(roads.node_row[node])
            else:
                rule = Text("is no node of the road network", "不是路网中的节点")
                remedy = suggestion(node, roads.node_ids)
                issues.append(Issue("roads", rule, remedy, place, value=node))
        if len(row) < len(("from_node", "to_node")):
            continue
        if row["from_node"] == row["to_node"] or not _leads(ways, row["from_node"], row["to_node"]):
            rule = Text("is not reached by road from from_node", "从 from_node 沿道路无法到达")
            remedy = Text("write two nodes that a road for cars joins", "写有机动车道路相连的两个节点")
            place = f"background[{number}].to_node"
            issues.append(Issue("roads", rule, remedy, place, value=trips.to_node))
            continue
        begins, ends = (seconds_after(start, moment) for moment in (trips.begins, trips.ends))
        found.append(OrdinaryTrips(begins, ends, row["from_node"], row["to_node"], trips.vehicles))
    return sorted(found), issues


def _leads(ways: Ways, from_node: int, to_node: int) -> bool:
    """Return whether cars get from one node to another on dry roads."""
    begin, end = ways.from_node[ways.open_to_cars], ways.to_node[ways.open_to_cars]
    is_reached = np.zeros(
        1 + max(from_node, to_node, int(end.max(initial=0)), int(begin.max(initial=0))), bool
    )
    is_reached[from_node] = True
    n_reached = 0
    while not is_reached[to_node] and n_reached < is_reached.sum():
        n_reached = int(is_reached.sum())
        is_reached[end[is_reached[begin]]] = True
    return bool(is_reached[to_node])
