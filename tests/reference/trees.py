"""Trees the slow, plain way: lists, dictionaries, and sweeps over all links until nothing changes."""

import math

ARRIVED, NO_WAY = -2, -1


def tree(n_states, arcs, costs, targets, start_costs):
    """Return next links and costs to go, by sweeping over `arcs` [(link, from, to)] until nothing changes.

    `costs` are those of the links, in order of rows.
    """
    start = [math.inf] * n_states
    for target, price in zip(targets, start_costs, strict=True):
        start[target] = min(start[target], price)
    to_go = list(start)
    is_changing = True
    while is_changing:
        is_changing = False
        for link, state, end in arcs:
            if costs[link] + to_go[end] < to_go[state]:
                to_go[state] = costs[link] + to_go[end]
                is_changing = True
    following = []
    for state in range(n_states):
        tight = [
            link
            for link, begin, end in arcs
            if begin == state and costs[link] + to_go[end] == to_go[state] < math.inf
        ]
        if start[state] == to_go[state] < math.inf:
            following.append(ARRIVED)
        else:
            following.append(min(tight, default=NO_WAY))
    return following, to_go


def latest_departures(n_states, arcs, times, closings, targets):
    """Return the latest moment at which one may leave each state and pass every link before it closes."""
    latest = [-math.inf] * n_states
    for target in targets:
        latest[target] = math.inf
    is_changing = True
    while is_changing:
        is_changing = False
        for link, state, end in arcs:
            leave = min(closings[link], latest[end]) - times[link]
            if leave > latest[state]:
                latest[state] = leave
                is_changing = True
    return latest


def earliest_arrival(arcs, time_at, targets, state, now, seen=()):
    """Return when a target is reached at the earliest, by trying every way that comes to no state twice."""
    if state in targets:
        return now
    return min(
        (
            earliest_arrival(arcs, time_at, targets, end, now + time_at(link, now), (*seen, state))
            for link, begin, end in arcs
            if begin == state and end not in seen and end != state and time_at(link, now) < math.inf
        ),
        default=math.inf,
    )
