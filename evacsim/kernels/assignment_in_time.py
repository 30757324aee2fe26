"""Ways through traffic as it was: when somebody who enters a link at some moment leaves it.

Rows stand for links, nodes, paths and travelers. What is known of a link are the stays of those
who used it, in the order of their entries; what happens in between follows from first in,
first out.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.arrays import NONE
from evacsim.kernels.assignment_heap import Reached, put, take

DELAY = 1e-3
"""Stays longer than undisturbed by more than this [s] are delayed."""


class Stays(NamedTuple):
    """Stays on links, by link and then by entry; those of link a are first[a] to first[a + 1]."""

    first: NDArray[np.int64]
    """Shape (n_links + 1,)."""
    enter: NDArray[np.float64]
    """[s]"""
    leave: NDArray[np.float64]
    """[s]"""
    is_delayed: NDArray[np.bool_]
    """Whether the stay was longer than that of one who is alone."""
    queue_end: NDArray[np.float64]
    """When the queue in which one stood had dissolved [s]; `leave` where there was none."""


class Speeds(NamedTuple):
    """Speed of one who is alone, period by period."""

    begin: NDArray[np.float64]
    """When each period begins, -inf first [s], shape (n_periods,)."""
    speed: NDArray[np.float64]
    """[m/s], 0 where closed, shape (n_periods, n_links)."""
    length: NDArray[np.float64]
    """[m], shape (n_links,)."""


class Roads(NamedTuple):
    """The network and what is known of its traffic."""

    to_node: NDArray[np.int64]
    from_node: NDArray[np.int64]
    first_out: NDArray[np.int64]
    """Links out of node n are `out_links[first_out[n]:first_out[n + 1]]`, shape (n_nodes + 1,)."""
    out_links: NDArray[np.int64]
    speeds: Speeds
    stays: Stays
    gates: Stays
    """Waits at origins for room on the first link, from departure to entry."""
    externality: float
    """Weight of the delay caused to others: 0, or 1 for marginal costs."""


class KnownPaths(NamedTuple):
    """The paths of all pairs of origin and destination."""

    first: NDArray[np.int64]
    """Links of path p are `links[first[p]:first[p + 1]]`."""
    links: NDArray[np.int32]
    of_pair: NDArray[np.int64]
    """Paths of pair o are `rows[of_pair[o]:of_pair[o + 1]]`."""
    rows: NDArray[np.int64]


@part
def alone(speeds: Speeds, link: int, time: float) -> float:
    """Return when one who is alone leaves a link that he enters at `time`; inf if never."""
    period = 0
    while period + 1 < len(speeds.begin) and speeds.begin[period + 1] <= time:
        period += 1
    left = speeds.length[link]
    now = time
    while True:
        speed = speeds.speed[period, link]
        arrival = now + left / speed if speed > 0.0 else np.inf
        if period + 1 == len(speeds.begin) or arrival <= speeds.begin[period + 1]:
            return arrival
        left -= (speeds.begin[period + 1] - now) * speed
        now = speeds.begin[period + 1]
        period += 1


@kernel
def leave_alone(
    speeds: Speeds, link: NDArray[np.int64], enter: NDArray[np.float64], leave: NDArray[np.float64]
) -> None:
    """Fill `leave` with when each would have left its link alone [s]."""
    for row in range(len(link)):
        leave[row] = alone(speeds, link[row], enter[row])


@part
def through(stays: Stays, link: int, time: float, undisturbed: float) -> tuple[float, float]:
    """Return when one leaves who enters at `time`, and the delay that he causes to those behind him.

    Nobody leaves before one who entered earlier. Between two stays of which the later was
    delayed, times are interpolated.
    """
    low, end = stays.first[link], stays.first[link + 1]
    high = end
    while low < high:
        middle = (low + high) >> 1
        if stays.enter[middle] <= time:
            low = middle + 1
        else:
            high = middle
    leave = undisturbed
    last = low - 1
    if last < stays.first[link]:
        return leave, 0.0
    leave = max(leave, stays.leave[last])
    if low < end and stays.is_delayed[low]:
        share = (time - stays.enter[last]) / (stays.enter[low] - stays.enter[last])
        leave = max(leave, stays.leave[last] + share * (stays.leave[low] - stays.leave[last]))
    caused = 0.0
    if stays.is_delayed[last]:
        caused = max(stays.queue_end[last] - leave, 0.0)
    return leave, caused


@part
def step(roads: Roads, link: int, time: float, begins: int) -> tuple[float, float]:
    """Return when one who wants to enter a link at `time` leaves it, and what that costs in all.

    `begins` is 1 at the origin, where one may have to wait for room.
    """
    caused_here = 0.0
    enter = time
    if begins:
        enter, caused_here = through(roads.gates, link, time, time)
    leave, caused = through(roads.stays, link, enter, alone(roads.speeds, link, enter))
    return leave, leave - time + roads.externality * (caused + caused_here)


@kernel
def find_ways(
    roads: Roads,
    origin: int,
    departure: float,
    cost: NDArray[np.float64],
    time: NDArray[np.float64],
    last_link: NDArray[np.int32],
    heap: Reached,
) -> None:
    """Find the cheapest way from an origin at a departure to each node.

    With costs that are times the ways are those of earliest arrival (Dijkstra's search under
    first in, first out: Dreyfus 1969, recalled); with marginal costs they are good ones.

    Parameters
    ----------
    roads, origin, departure
        The roads, the node and the time [s].
    cost, time, last_link
        Output: cost [s] and arrival [s] at each node (inf: no way), and the last link of the way.
    heap : Reached
        Work space, n_links + 1.
    """
    cost[:] = np.inf
    time[:] = np.inf
    last_link[:] = NONE
    cost[origin], time[origin] = 0.0, departure
    size = put(heap, 0, 0.0, origin)
    while size > 0:
        cost_here, node = heap.cost[0], heap.node[0]
        size = take(heap, size)
        if cost_here > cost[node]:
            continue
        for place in range(roads.first_out[node], roads.first_out[node + 1]):
            link = roads.out_links[place]
            leave, price = step(roads, link, time[node], int(node == origin))
            beyond = roads.to_node[link]
            if cost_here + price < cost[beyond]:
                cost[beyond] = cost_here + price
                time[beyond] = leave
                last_link[beyond] = link
                size = put(heap, size, cost[beyond], beyond)


@kernel
def price_paths(
    roads: Roads,
    paths: KnownPaths,
    pair: NDArray[np.int64],
    departure: NDArray[np.float64],
    chosen: NDArray[np.int64],
    chosen_cost: NDArray[np.float64],
    best: NDArray[np.int64],
    best_cost: NDArray[np.float64],
) -> None:
    """Price all paths of each traveler's pair at his departure.

    Parameters
    ----------
    roads, paths
        The roads and the paths.
    pair, departure, chosen
        Pair, departure [s] and path of each traveler.
    chosen_cost, best, best_cost
        Output: cost of the chosen path [s], and the cheapest path with its cost; the chosen one
        where none is cheaper.
    """
    for traveler in range(len(pair)):
        own = chosen[traveler]
        best[traveler], best_cost[traveler] = own, np.inf
        for row in range(paths.of_pair[pair[traveler]], paths.of_pair[pair[traveler] + 1]):
            path = paths.rows[row]
            time, total = departure[traveler], 0.0
            for place in range(paths.first[path], paths.first[path + 1]):
                time, price = step(roads, paths.links[place], time, int(place == paths.first[path]))
                total += price
            if path == own:
                chosen_cost[traveler] = total
            if total < best_cost[traveler] or (path == own and total == best_cost[traveler]):
                best[traveler], best_cost[traveler] = path, total
