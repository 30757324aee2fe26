"""Small roads to try movement on."""

import numpy as np

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, NoticeKind
from evacsim.kernels.trees import incoming_links, next_link_tree

WALKER, CAR, BUS = 0, 1, 2
CORRIDOR = [(0, 1), (1, 2)]
USUAL = {"length": 1000.0, "free_speed": 20.0, "capacity": 0.8, "storage": 200.0, "wave_speed": 5.0}
"""0.2 vehicles/m jammed, so that 0.8 vehicles/s pass at 0.04 vehicles/m."""


def road(ends, *, record_passages=True, bin_length=100.0, **columns):
    """Return movement on links with the given (from, to); tree 0 leads to the last node."""
    ends = np.array(ends)
    n_links, n_nodes = len(ends), int(ends.max()) + 1
    values = USUAL | {"overtaking": False} | columns
    links = LinkColumns(
        from_node=ends[:, 0],
        to_node=ends[:, 1],
        **{name: np.broadcast_to(value, n_links).copy() for name, value in values.items()},
    )
    movement = Movement(
        n_nodes=n_nodes,
        links=links,
        n_trees=n_nodes,
        bin_length=bin_length,
        duration=2000.0,
        record_passages=record_passages,
    )
    for node in range(n_nodes):
        movement.set_tree(node, tree_to(movement, [node]))
    return movement


def tree_to(movement, nodes, closed=()):
    """Return the tree of the fastest ways to any of some nodes."""
    links = movement.links
    cost = links.length / np.minimum(links.free_speed, 1e3)
    cost[list(closed)] = np.inf
    n_nodes = int(max(links.from_node.max(), links.to_node.max())) + 1
    return next_link_tree(incoming_links(n_nodes, links.from_node, links.to_node), np.array(nodes), cost)[0]


def flow(*pieces):
    """Return departure times of (vehicles per second, from, to), the first of each piece at its beginning."""
    return np.concatenate(
        [start + np.arange(round((end - start) * rate)) / rate for rate, start, end in pieces]
    )


def cars(movement, times, *, origin=0, target, **columns):
    return movement.add(
        MoverColumns(**({"mode": CAR} | columns)), origin_node=origin, tree=target, depart_time=times
    )


def records(movement, kind):
    drained = movement.drain_records()
    return drained[drained["kind"] == kind]


def travel_times(movement, departures, until=np.inf):
    """Run on and return the time from each departure to the arrival."""
    movement.advance(until)
    arrived = records(movement, NoticeKind.ARRIVED)
    assert len(arrived) == len(departures)
    taken = np.empty(len(departures))
    taken[arrived["mover"]] = arrived["time"] - departures[arrived["mover"]]
    return taken


def entries(drained, link):
    """Return the sorted times at which a link was entered."""
    return np.sort(drained["time"][(drained["kind"] == NoticeKind.ENTERED) & (drained["place"] == link)])
