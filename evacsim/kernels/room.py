"""Room on links: what is left, and when the gaps of those who left reach the entrance.

A mover that leaves a link leaves a gap of its size. The gap travels upstream as the backward
wave of the kinematic-wave model does and is room for another mover when it reaches the
entrance, `wave_time` later: the condition N_in(t) <= N_out(t - L/w) + k_j L of Newell (1993,
recalled) in vehicle coordinates, exact for any sizes.
"""

import numpy as np

from evacsim.kernels._jit import part
from evacsim.kernels.arrays import NONE, UNITS_PER_PCU, UNLIMITED, Traffic


@part
def room_needed(traffic: Traffic, link: int, mover: int) -> int:
    """Return the room a mover takes on a link; an empty link takes in anyone, however big."""
    return min(traffic.movers[mover].space, traffic.links[link].storage)


@part
def passing_time(traffic: Traffic, link: int, mover: int) -> float:
    """Return how long a mover keeps the entrance or the exit of a link busy [s]."""
    return traffic.links[link].headway * (traffic.movers[mover].space / UNITS_PER_PCU)


@part
def leave_gap(traffic: Traffic, link: int, space: int, time: float) -> None:
    """Send the gap of a mover that leaves the link at `time` on its way upstream."""
    gaps, road, control = traffic.gaps, traffic.links[link], traffic.control[0]
    if road.storage == UNLIMITED:
        return
    gap = control.unused_gap
    control.unused_gap = gaps[gap].next
    control.n_unused_gaps -= 1
    gaps[gap].time = time + road.wave_time
    gaps[gap].space = space
    gaps[gap].next = NONE
    if road.first_gap == NONE:
        road.first_gap = gap
    else:
        gaps[road.last_gap].next = gap
    road.last_gap = gap


@part
def close_gaps(traffic: Traffic, link: int, time: float) -> None:
    """Turn the gaps that have reached the entrance by `time` into room."""
    gaps, road, control = traffic.gaps, traffic.links[link], traffic.control[0]
    gap = road.first_gap
    while gap != NONE and gaps[gap].time <= time:
        behind = gaps[gap].next
        road.room += gaps[gap].space
        gaps[gap].next = control.unused_gap
        control.unused_gap = gap
        control.n_unused_gaps += 1
        gap = behind
    road.first_gap = gap


@part
def opening_time(traffic: Traffic, link: int, mover: int, time: float) -> float:
    """Return when a mover can enter, `time` at the earliest; inf while somebody must leave first."""
    gaps, road = traffic.gaps, traffic.links[link]
    opening = max(time, road.entry_free)
    if road.storage == UNLIMITED:
        return opening
    close_gaps(traffic, link, time)
    missing = room_needed(traffic, link, mover) - road.room
    gap = road.first_gap
    while missing > 0 and gap != NONE:
        missing -= gaps[gap].space
        opening = max(opening, gaps[gap].time)
        gap = gaps[gap].next
    return opening if missing <= 0 else np.inf
