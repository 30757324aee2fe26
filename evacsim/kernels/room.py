"""Room on links: what is left, and when the gaps of those who left reach the entrance.

A mover that leaves a link leaves a gap of its size. The gap travels upstream as the backward
wave of the kinematic-wave model does and is room for another mover when it reaches the
entrance, `wave_time` later: the condition N_in(t) <= N_out(t - L/w) + k_j L of Newell (1993,
recalled) in vehicle coordinates, exact for any sizes. The gaps of a link form a queue; they
stand in runs of a pool that all links share, so that links nobody uses take no memory.
"""

import numpy as np

from evacsim.kernels._jit import part
from evacsim.kernels.arrays import NONE, RUN_OF_GAPS, UNITS_PER_PCU, UNLIMITED, Traffic


@part
def room_needed(traffic: Traffic, link: int, mover: int) -> int:
    """Return the room a mover takes on a link; an empty link takes in anyone, however big."""
    return int(min(traffic.movers[mover].space, traffic.links[link].storage))


@part
def passing_time(traffic: Traffic, link: int, mover: int) -> float:
    """Return how long a mover keeps the entrance or the exit of a link busy [s]."""
    return float(traffic.links[link].headway * (traffic.movers[mover].space / UNITS_PER_PCU))


@part
def leave_gap(traffic: Traffic, link: int, space: int, time: float) -> None:
    """Send the gap of a mover that leaves the link at `time` on its way upstream."""
    gaps, road, control = traffic.gaps, traffic.links[link], traffic.control[0]
    if road.storage == UNLIMITED:
        return
    close_gaps(traffic, link, time)
    if road.last_gap != NONE and is_followed_in_its_run(road.last_gap):
        gap = road.last_gap + 1
    else:
        gap = control.unused_gap
        control.unused_gap = gaps[gap].next
        control.n_unused_gaps -= RUN_OF_GAPS
        if road.last_gap == NONE:
            road.first_gap = gap
        else:
            gaps[road.last_gap].next = gap
    gaps[gap].time = time + road.wave_time
    gaps[gap].space = space
    road.last_gap = gap


@part
def close_gaps(traffic: Traffic, link: int, time: float) -> None:
    """Turn the gaps that have reached the entrance by `time` into room."""
    gaps, road = traffic.gaps, traffic.links[link]
    while road.first_gap != NONE and gaps[road.first_gap].time <= time:
        gap = road.first_gap
        road.room += gaps[gap].space
        road.first_gap = gap_behind(traffic, link, gap)
        if road.first_gap == NONE:
            road.last_gap = NONE
        if road.first_gap == NONE or not is_followed_in_its_run(gap):
            give_back_run(traffic, gap)


@part
def gap_behind(traffic: Traffic, link: int, gap: int) -> int:
    """Return the gap of a link that follows another, NONE after the last."""
    if gap == traffic.links[link].last_gap:
        return NONE
    return gap + 1 if is_followed_in_its_run(gap) else int(traffic.gaps[gap].next)


@part
def is_followed_in_its_run(gap: int) -> bool:
    """Tell whether the place of the pool behind a gap belongs to the same link."""
    return (gap + 1) % RUN_OF_GAPS != 0


@part
def give_back_run(traffic: Traffic, gap: int) -> None:
    """Return the run of places that a gap lies in to the pool."""
    control = traffic.control[0]
    first = gap - gap % RUN_OF_GAPS
    traffic.gaps[first].next = control.unused_gap
    control.unused_gap = first
    control.n_unused_gaps += RUN_OF_GAPS


@part
def opening_time(traffic: Traffic, link: int, mover: int, time: float) -> float:
    """Return when a mover can enter, `time` at the earliest; inf while somebody must leave first."""
    gaps, road = traffic.gaps, traffic.links[link]
    opening = float(max(time, road.entry_free))
    if road.storage == UNLIMITED:
        return opening
    needed = room_needed(traffic, link, mover)
    if needed > road.room:
        close_gaps(traffic, link, time)
    missing = needed - road.room
    gap = int(road.first_gap)
    while missing > 0 and gap != NONE:
        missing -= gaps[gap].space
        opening = max(opening, gaps[gap].time)
        gap = gap_behind(traffic, link, gap)
    return opening if missing <= 0 else np.inf
