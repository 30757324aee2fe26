"""Staged release (分批放行): groups leave one after the other, each when the bottleneck on its way is free for it.

Whoever leaves later than the bottleneck allows loses nothing by waiting at home: the last one
is through at the same moment as if all had left at once, and the road is not full of cars that
stand. Of groups that could pass next, the one whose deadline comes first is let go.

The bottleneck is a point where vehicles queue and pass at its capacity (Vickrey 1969,
recalled); what a queue does to the roads behind it is left to the movement.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

NOWHERE = -1
"""Bottleneck of a group whose way is nowhere limited."""


@dataclass(frozen=True, slots=True, eq=False)
class Departures:
    """Groups of vehicles (or of people on foot) that leave by a bottleneck; one row each, shape (n_groups,)."""

    load: Floats
    """Size of the group [pcu], or [person] on foot."""
    ready: Floats
    """When it can leave [s]."""
    lead: Floats
    """Free travel time to its bottleneck [s]."""
    deadline: Floats
    """When it should be past the bottleneck [s], such as the moment when water comes; inf where nothing presses."""
    bottleneck: Rows
    """Row of its bottleneck, `NOWHERE` where it has none."""
    capacity: Floats
    """Flow that its bottleneck lets pass [pcu/s], or [person/s]; the same for groups that share one, inf where there
    is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """How groups come through their bottlenecks, shape (n_groups,)."""

    release: Floats
    """When each is let go [s]."""
    mean_wait: Floats
    """Mean time that one of the group stands in the queue [s]."""
    through: Floats
    """When the last of the group is through [s]."""


def bottlenecks(paths: Sequence[NDArray[np.integer]], load: Floats, capacity: Floats) -> Rows:
    """Return the bottleneck of each group: the way on its path that takes longest to let everybody pass.

    Parameters
    ----------
    paths : sequence of arrays of int
        Ways that each group takes, in the order of travel.
    load : ndarray of float64, shape (n_groups,)
        Size of each group [pcu].
    capacity : ndarray of float64, shape (n_ways,)
        Flow of each way [pcu/s], inf where nothing limits it.

    Returns
    -------
    ndarray of int64, shape (n_groups,)
        Row of the way, of several the first on the path; `NOWHERE` where none limits the group.
    """
    over = np.zeros(len(capacity))
    for group, path in enumerate(paths):
        over[np.unique(path)] += load[group]
    # A closed way that nobody takes is no bottleneck, one that somebody must take is one for ever.
    with np.errstate(divide="ignore"):
        time = np.divide(over, capacity, out=np.zeros_like(over), where=over > 0)
    found = np.full(len(paths), NOWHERE, dtype=np.int64)
    for group, path in enumerate(paths):
        if len(path) and time[path].max() > 0:
            found[group] = path[int(time[path].argmax())]
    return found


def release_times(groups: Departures) -> Floats:
    """Return when to let each group go [s], shape (n_groups,).

    Whenever a bottleneck is free, the group of the earliest deadline among those that could be
    there passes next (of equal deadlines the lower row); if none could, the one that can be
    there first. So no bottleneck is ever idle while somebody could pass, and the last group is
    through as early as it can be. Where all groups could be there from the start, none comes
    later after its deadline than the latest does in any other order (Jackson 1955, recalled);
    else the rule is good and not always the best (Schrage, recalled).
    """
    release = groups.ready.astype(np.float64)
    there = groups.ready + groups.lead
    for bottleneck in np.unique(groups.bottleneck[groups.bottleneck != NOWHERE]):
        waiting = np.flatnonzero(groups.bottleneck == bottleneck)
        free_at = -np.inf
        while waiting.size:
            free_at = max(free_at, float(there[waiting].min()))
            can_pass = waiting[there[waiting] <= free_at]
            chosen = can_pass[int(groups.deadline[can_pass].argmin())]
            # Not free_at - lead where that is a rounding earlier than it can leave.
            release[chosen] = max(groups.ready[chosen], free_at - groups.lead[chosen])
            free_at += groups.load[chosen] / groups.capacity[chosen]
            waiting = waiting[waiting != chosen]
    return release


def pass_bottlenecks(groups: Departures, release: Floats) -> Passage:
    """Return how long groups stand in queues when they are let go at certain moments.

    A group leaves as one and comes to the bottleneck as one; groups that come at one moment are
    mixed evenly.

    Parameters
    ----------
    groups : Departures
    release : ndarray of float64, shape (n_groups,)
        When each group is let go [s], not before it is ready.
    """
    assert np.all(release >= groups.ready), "a group is let go before it is ready"
    there = release + groups.lead
    wait, through = np.zeros(len(there)), there.copy()
    for bottleneck in np.unique(groups.bottleneck[groups.bottleneck != NOWHERE]):
        free_at = -np.inf
        here = np.flatnonzero(groups.bottleneck == bottleneck)
        for moment in np.unique(there[here]):
            together = here[there[here] == moment]
            begin = max(free_at, float(moment))
            free_at = begin + float(groups.load[together].sum() / groups.capacity[together[0]])
            wait[together] = (begin + free_at) / 2 - moment
            through[together] = free_at
    return Passage(release, wait, through)
