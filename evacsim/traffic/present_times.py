"""Travelers who follow the quickest ways of the moment, told anew at intervals.

No equilibrium: all who leave in one interval hear the same, and what they do shows only in the
times of the next. Known as dynamic user optimum of the reactive kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, MoverState
from evacsim.kernels.trees import Incoming, incoming_links, next_link_tree
from evacsim.traffic.assignment_loading import (
    BEGINS,
    ENDS,
    Change,
    Loading,
    RoadNetwork,
    Travelers,
    loading_of,
    new_movement,
    travel_times,
)
from evacsim.traffic.case import moves_as

UNDER_WAY = (MoverState.SCHEDULED, MoverState.WAITING, MoverState.MOVING, MoverState.STOPPED)
LEAST_TIME = 1e-6
"""Trees need links that take some time [s]."""


@dataclass(frozen=True, slots=True, eq=False)
class FollowedTimes:
    """What came of following the present times."""

    loading: Loading
    travel_time: NDArray[np.float64]
    """From planned departure to arrival [s]; to the end of the loading where there was none."""

    @property
    def total_time(self) -> float:
        """Return the travel time of all [s]."""
        return float(self.travel_time.sum())


def follow_present_times(
    network: RoadNetwork,
    travelers: Travelers,
    *,
    interval: float = 100.0,
    changes: Sequence[Change] = (),
) -> FollowedTimes:
    """Let all travel by the quickest ways of the moment, found anew every `interval` seconds.

    The present time of a link is that of the last traveler who left it since the last time, at
    least as long as the first one on it has been there; of an empty link that of one alone. A
    change of roads at the moment of finding is not known yet.
    """
    links = network.links
    targets, tree = np.unique(travelers.destination, return_inverse=True)
    movement = new_movement(network, n_trees=len(targets))
    upstream = incoming_links(network.n_nodes, links.from_node, links.to_node)
    factor = np.ones(len(links.length))
    times = links.length / links.free_speed
    due = sorted(changes, key=lambda change: change.time)
    drained: list[NDArray[np.void]] = []
    now, moved = 0.0, float(np.max(travelers.departure, initial=0.0))
    on_road = movement.drain_records()
    _show_ways(movement, upstream, targets, times)
    movement.add(
        MoverColumns(mode=moves_as(travelers.mode), size=travelers.size),
        origin_node=travelers.origin,
        tree=tree,
        depart_time=travelers.departure,
    )
    while True:
        while due and due[0].time < now + interval:
            change = due.pop(0)
            movement.advance(change.time)
            movement.change_links(change.links, travelers.factors(change), now=change.time)
            factor[change.links] = change.speed_factor
        now += interval
        movement.advance(now)
        drained.append(movement.drain_records())
        lately = np.concatenate([on_road, drained[-1]])
        on_road = _still_on_a_link(lately)
        loading = loading_of(lately, travelers)
        moved = max(moved, loading.end)
        times = _present_times(links, factor, loading, now, interval)
        # Nothing has moved for longer than anything takes: nothing will.
        is_standing = not due and now - moved > interval + np.max(times, where=times < np.inf, initial=0.0)
        if is_standing or not any(map(movement.count, UNDER_WAY)):
            loading = loading_of(np.concatenate(drained), travelers)
            return FollowedTimes(loading, travel_times(loading, travelers))
        _show_ways(movement, upstream, targets, times)


def _show_ways(
    movement: Movement, upstream: Incoming, targets: NDArray[np.int64], times: NDArray[np.float64]
) -> None:
    """Let each tree lead to its target by the quickest ways."""
    for row, target in enumerate(targets):
        movement.set_tree(row, next_link_tree(upstream, np.array([target]), times)[0])


def _still_on_a_link(records: NDArray[np.void]) -> NDArray[np.void]:
    """Return the last entry of each traveler who has not left his link since."""
    told = records[np.isin(records["kind"], (*BEGINS, *ENDS))]
    told = told[np.argsort(told["mover"], kind="stable")]
    is_last = np.append(told["mover"][1:] != told["mover"][:-1], True)[: len(told)]
    still: NDArray[np.void] = told[is_last & np.isin(told["kind"], BEGINS)]
    return still


def _present_times(
    links: LinkColumns, factor: NDArray[np.float64], loading: Loading, now: float, interval: float
) -> NDArray[np.float64]:
    """Return the present time of each link, inf where it is closed; see `follow_present_times`."""
    with np.errstate(divide="ignore"):
        times: NDArray[np.float64] = links.length / (links.free_speed * factor)
    in_order = np.argsort(loading.leave, kind="stable")
    lately = in_order[(loading.leave[in_order] > now - interval) & (loading.leave[in_order] <= now)]
    is_open = factor[loading.link] > 0
    lately = lately[is_open[lately]]
    times[loading.link[lately]] = loading.leave[lately] - loading.enter[lately]
    there = np.isinf(loading.leave)
    np.maximum.at(times, loading.link[there], now - loading.enter[there])
    return np.maximum(times, LEAST_TIME)
