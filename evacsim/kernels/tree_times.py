"""Ways for the cautious: the latest moment to leave, and the way that is best as the roads will be.

Both look ahead: they know when links will close. Whoever follows them never sets out on a link
that would close before he has passed it (by bins of time: where their costs come from
`risk_averse_cost` of `time_left_by_bin`).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.arrays import ARRIVED, NO_WAY, Records
from evacsim.kernels.trees import Frontier, Incoming, TreeSearch, begin, put_in_heap, take_from_heap


def latest_departure_tree(
    network: Incoming, targets: ArrayLike, travel_time: ArrayLike, closing_time: ArrayLike
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return, for each state, the link to take and the latest moment at which one may leave to get to a target.

    A link must be passed by the moment it closes; `latest(from) = min(closing, latest(to)) -
    travel time`, and the link that allows the latest departure is taken; of equals, that of
    the smallest row. Where a way that never closes leads to a target, it is the quickest of
    these ways.

    Parameters
    ----------
    network : Incoming
        The links.
    targets : array of int, shape (n_targets,)
        States to reach; they stay safe.
    travel_time : array of float, shape (n_links,)
        Time to pass each link [s], positive; inf where it is closed already.
    closing_time : array of float, shape (n_links,)
        When each link closes [s]; inf: never.

    Returns
    -------
    next_link : ndarray of int32, shape (n_states,)
        `ARRIVED` at targets, `NO_WAY` where no way leads to any.
    latest : ndarray of float64, shape (n_states,)
        Latest departure [s]; inf: whenever, -inf: no way.
    """
    times, closings = np.asarray(travel_time, dtype=np.float64), np.asarray(closing_time, dtype=np.float64)
    next_link, time_to_go = TreeSearch(network, np.where(np.isinf(closings), times, np.inf)).tree(targets)
    latest = np.where(np.isfinite(time_to_go), np.inf, -np.inf)
    search = TreeSearch(network, times)
    closing = closings[network.link]
    leave_in_time(network.first, search.arcs, closing, search.frontier, next_link, latest)
    return next_link, latest


def risk_averse_cost(
    travel_time: ArrayLike, time_to_water: ArrayLike, *, aversion: float, horizon: float
) -> NDArray[np.float64]:
    """Return the time that a cautious traveler reckons with for links near water [s].

    `travel_time (1 + aversion max(0, 1 - margin / horizon))` with `margin = time_to_water -
    travel_time`, the time left when he has passed; inf where he would not get through. The
    form is assumed, see docs/background/assumptions.md: it grows in a straight line from
    nothing at the horizon to the full aversion where the water comes just behind him.

    Parameters
    ----------
    travel_time : array of float
        Time to pass [s]; inf: closed.
    time_to_water : array of float, of a shape that goes with it
        Time from entering until water closes the link [s]; inf: never.
    aversion : float
        0: he only avoids links that would close on him; 1: links whose water is at his heels
        count twice.
    horizon : float
        Water farther off than this frightens nobody [s].
    """
    assert aversion >= 0, "aversion is less than none"
    assert horizon > 0, "the horizon is not ahead"
    times, left = np.broadcast_arrays(np.asarray(travel_time, float), np.asarray(time_to_water, float))
    is_passable = np.isfinite(times) & (left >= times)
    margin = np.where(is_passable, left, np.inf) - np.where(is_passable, times, 0.0)
    fear = np.clip(1.0 - margin / horizon, 0.0, 1.0)
    return np.where(is_passable, times * (1.0 + aversion * fear), np.inf)


def time_left_by_bin(closing_time: ArrayLike, n_bins: int, bin_length: float) -> NDArray[np.float64]:
    """Return how long each link stays open after the end of each time bin, shape (n_bins, n_links) [s].

    Counted from the end, so that whoever enters at any moment of the bin has at least this
    long to pass; `closing_time` is counted from the beginning of the first bin [s], inf: never.
    """
    ends = bin_length * np.arange(1, n_bins + 1)
    return np.asarray(closing_time, dtype=np.float64) - ends[:, np.newaxis]


def time_dependent_tree(
    network: Incoming, targets: ArrayLike, cost_by_bin: ArrayLike, bin_length: float
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return, for each time bin and state, the link to take and the cost of the way that arrives first.

    A link entered at the beginning of bin k takes `cost_by_bin[k]`; the last bin holds from
    then on. One may wait before a link, so that who enters later never leaves earlier. Bins
    are worked through from the last to the first (Chabini 1998, recalled); between the
    beginnings of two bins the time of arrival is taken to run straight. Where a way is lost by
    the next beginning it counts as lost in between, so that nobody is sent on a way that is
    about to close.

    Parameters
    ----------
    network : Incoming
        The links.
    targets : array of int, shape (n_targets,)
        States to reach.
    cost_by_bin : array of float, shape (n_bins, n_links)
        Time to pass each link when it is entered at the beginning of each bin [s], positive;
        inf: closed. May be made dearer, see `risk_averse_cost`.
    bin_length : float
        [s]

    Returns
    -------
    next_link : ndarray of int32, shape (n_bins, n_states)
        `ARRIVED` at targets, `NO_WAY` where none can be reached.
    cost : ndarray of float64, shape (n_bins, n_states)
        Time to go [s]; inf where no target can be reached.
    """
    costs = np.array(cost_by_bin, dtype=np.float64, ndmin=2)
    assert np.all(costs > 0), "a link costs nothing, or what it costs is not known"
    assert bin_length > 0, "a bin has no length"
    n_bins, n_states = len(costs), network.n_states
    for earlier in range(n_bins - 2, -1, -1):
        np.minimum(costs[earlier], bin_length + costs[earlier + 1], out=costs[earlier])
    search = TreeSearch(network, costs[-1])
    next_link = np.empty((n_bins, n_states), dtype=np.int32)
    arrival = np.empty((n_bins, n_states))
    search.grow(targets, next_link=next_link[-1], cost=arrival[-1])
    arrival[-1] += (n_bins - 1) * bin_length
    ends = np.atleast_1d(np.asarray(targets, dtype=np.int64))
    of_arcs = np.ascontiguousarray(costs[:, network.link])
    for bin_ in range(n_bins - 2, -1, -1):
        arrive_first(
            network.first,
            search.arcs,
            of_arcs[bin_],
            ends,
            bin_,
            bin_length,
            search.frontier,
            next_link,
            arrival,
        )
    return next_link, arrival - bin_length * np.arange(n_bins)[:, np.newaxis]


@kernel
def leave_in_time(
    first: NDArray[np.int64],
    arcs: Records,
    closing: NDArray[np.float64],
    frontier: Frontier,
    next_link: NDArray[np.int32],
    latest: NDArray[np.float64],
) -> None:
    """Go on from the states that one may leave whenever one likes, the latest first.

    Parameters
    ----------
    first, arcs, frontier
        See `grow_tree`; the cost of an arc is its travel time [s].
    closing : ndarray of float64, shape (n_arcs,)
        When each arc closes [s].
    next_link, latest
        inf and the way for those states, -inf for all others. Modified in place.
    """
    begin(frontier, 0.0)
    for safe in range(len(latest)):
        if latest[safe] == np.inf:
            leave_upstream(first, arcs, closing, frontier, next_link, latest, safe)
    while frontier.queue[0].heap_size > 0:
        moment = -frontier.heap[0].cost
        state = take_from_heap(frontier)
        if moment == latest[state]:
            leave_upstream(first, arcs, closing, frontier, next_link, latest, state)


@part
def leave_upstream(
    first: NDArray[np.int64],
    arcs: Records,
    closing: NDArray[np.float64],
    frontier: Frontier,
    next_link: NDArray[np.int32],
    latest: NDArray[np.float64],
    state: int,
) -> None:
    """Tell the states from which one comes to a state by when they must be left."""
    for arc in range(first[state], first[state + 1]):
        upstream = arcs[arc].from_state
        if latest[upstream] == np.inf or np.isinf(arcs[arc].cost):
            continue
        moment = min(closing[arc], latest[state]) - arcs[arc].cost
        if moment > latest[upstream]:
            latest[upstream] = moment
            next_link[upstream] = arcs[arc].link
            put_in_heap(frontier, -moment, upstream)
        elif moment == latest[upstream] and arcs[arc].link < next_link[upstream]:
            next_link[upstream] = arcs[arc].link


@kernel
def arrive_first(
    first: NDArray[np.int64],
    arcs: Records,
    cost: NDArray[np.float64],
    targets: NDArray[np.int64],
    bin_: int,
    bin_length: float,
    frontier: Frontier,
    next_link: NDArray[np.int32],
    arrival: NDArray[np.float64],
) -> None:
    """Grow the tree of one time bin, when those of all later bins are known.

    Parameters
    ----------
    first, arcs, targets, frontier
        See `grow_tree`; the costs in `arcs` are not used.
    cost : ndarray of float64, shape (n_arcs,)
        Time to pass each arc when it is entered at the beginning of the bin [s].
    bin_, bin_length : int, float
        The bin, and how long bins are [s].
    next_link, arrival : ndarray of int32 and float64, shape (n_bins, n_states)
        Links and times of arrival [s after the beginning of the first bin]; row `bin_` is output.
    """
    next_link[bin_, :] = NO_WAY
    arrival[bin_, :] = np.inf
    start = bin_ * bin_length
    begin(frontier, 0.0)
    for target in targets:
        if next_link[bin_, target] != ARRIVED:
            arrival[bin_, target] = start
            next_link[bin_, target] = ARRIVED
            put_in_heap(frontier, start, target)
    while frontier.queue[0].heap_size > 0:
        moment = frontier.heap[0].cost
        state = take_from_heap(frontier)
        if moment != arrival[bin_, state]:
            continue
        for arc in range(first[state], first[state + 1]):
            upstream = arcs[arc].from_state
            there = arrival_from(arrival, state, start + cost[arc], bin_length)
            if there < arrival[bin_, upstream]:
                arrival[bin_, upstream] = there
                next_link[bin_, upstream] = arcs[arc].link
                put_in_heap(frontier, there, upstream)
            elif (
                there == arrival[bin_, upstream]
                and moment < there
                and arcs[arc].link < next_link[bin_, upstream]
            ):
                next_link[bin_, upstream] = arcs[arc].link


@part
def arrival_from(arrival: NDArray[np.float64], state: int, time: float, bin_length: float) -> float:
    """Return when one arrives who is in a state at some time [s after the beginning of the first bin]."""
    last = len(arrival) - 1
    if time >= last * bin_length:
        return arrival[last, state] + (time - last * bin_length)  # type: ignore[no-any-return]
    bin_ = int(time / bin_length)
    share = time / bin_length - bin_
    here = arrival[bin_, state]
    if share == 0.0 or here == np.inf:
        return here  # type: ignore[no-any-return]
    return here + share * (arrival[bin_ + 1, state] - here)  # type: ignore[no-any-return]
