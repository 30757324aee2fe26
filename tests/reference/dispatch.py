"""The policies of dispatch, craft by craft and case by case: the plain twin of `engine.rescue.policies`."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.engine.rescue.policies import HANDLING, URGENCY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Situation(NamedTuple):
    """What headquarters knows: C free craft in the order of their rows, K waiting cases in the order of hearing."""

    time: Floats
    """How soon each craft reaches each case [s], shape (C, K); infinite where it does not."""
    seats: Ints
    """People each craft takes, shape (C,)."""
    craft_town: Ints
    """Town that each craft's team answers for, -1 for all, shape (C,)."""
    node: Ints
    """Where each case is said to be, shape (K,)."""
    people: Ints
    """How many each is said to be about, shape (K,)."""
    grade: Ints
    """How grave each is said to be, 1 the gravest, shape (K,)."""
    heard: Floats
    """When each was heard of [s], shape (K,)."""
    town: Ints
    """Town of each case, shape (K,)."""
    between: Callable[[int, int], float]
    """How long a craft takes from one case to another [s], as far as is known."""


Sent = list[tuple[int, list[int]]]
"""Craft (row in the situation) and the cases that it is to serve, in their order."""
Policy = Callable[[Situation], Sent]


def nearest(now: Situation) -> Sent:
    """Send each craft, in its turn, to the case that it reaches soonest."""
    return _one_after_the_other(now, lambda craft, free: np.where(free, now.time[craft], np.inf))


def own_zone(now: Situation) -> Sent:
    """Send each craft to the nearest case of its own town; to another only where its town has none."""

    def cost(craft: int, free: NDArray[np.bool_]) -> Floats:
        time = np.where(free, now.time[craft], np.inf)
        own = (now.town == now.craft_town[craft]) | (now.craft_town[craft] < 0)
        mine = np.where(own, time, np.inf)
        return mine if np.isfinite(mine).any() else time

    return _one_after_the_other(now, cost)


def priority(now: Situation) -> Sent:
    """Serve the gravest case first, of equal ones the one heard first, by the craft that reaches it soonest."""
    sent: Sent = []
    free_craft = np.ones(len(now.seats), dtype=bool)
    taken = np.zeros(len(now.node), dtype=bool)
    reached = np.isfinite(now.time.min(axis=0, initial=np.inf))
    for case in np.lexsort((now.heard, now.grade)).tolist():
        if not free_craft.any():
            break
        if taken[case] or not reached[case]:
            continue
        time = np.where(free_craft, now.time[:, case], np.inf)
        craft = int(np.argmin(time))
        if np.isfinite(time[craft]):
            free_craft[craft] = False
            sent.append((craft, _with_neighbours(now, craft, case, taken)))
    return sorted(sent)


def triage(now: Situation) -> Sent:
    """Send each craft where it brings most people, weighted by how grave their need is, in an hour."""

    def cost(craft: int, free: NDArray[np.bool_]) -> Floats:
        people = np.minimum(now.people, now.seats[craft])
        cycle = 2 * now.time[craft] + HANDLING * people
        rate = people * URGENCY[now.grade] / np.where(np.isfinite(cycle), np.maximum(cycle, 1.0), np.inf)
        return np.where(free & np.isfinite(now.time[craft]), -rate, np.inf)

    return _one_after_the_other(now, cost)


def rounds(now: Situation) -> Sent:
    """Send each craft on a round of several cases, as long as it has seats: the gravest first, others on the way.

    A case is put where it makes the round least longer (cheapest insertion), as long as that is less than
    going for it alone.
    """
    sent = []
    taken = np.zeros(len(now.node), dtype=bool)
    for craft, first in priority(now):
        taken[first] = True
        sent.append((craft, first))
    whole: Sent = []
    for craft, cases in sent:
        left = int(now.seats[craft]) - int(now.people[cases].sum())
        route = list(cases)
        while left > 0:
            best: tuple[float, int, int] | None = None
            for case in np.flatnonzero(~taken & (now.people <= left) & np.isfinite(now.time[craft])).tolist():
                for place in range(1, len(route) + 1):
                    more = _detour(now, craft, route, place, case)
                    if more < now.time[craft, case] and (best is None or (more, case) < best[:2]):
                        best = (more, case, place)
            if best is None:
                break
            _, case, place = best
            route.insert(place, case)
            taken[case] = True
            left -= int(now.people[case])
        whole.append((craft, route))
    return whole


POLICIES: Mapping[str, Policy] = {
    "nearest": nearest,
    "zone": own_zone,
    "priority": priority,
    "triage": triage,
    "rounds": rounds,
}
"""Every policy by its name in the plan; an assignment has no twin, for equal ones may differ."""


def _one_after_the_other(now: Situation, cost: Callable[[int, NDArray[np.bool_]], Floats]) -> Sent:
    """Let each craft choose in its turn what costs it least."""
    taken = np.zeros(len(now.node), dtype=bool)
    sent: Sent = []
    for craft in range(len(now.seats)):
        price = cost(craft, ~taken)
        case = int(np.argmin(price)) if price.size else 0
        if price.size and np.isfinite(price[case]):
            sent.append((craft, _with_neighbours(now, craft, case, taken)))
    return sent


def _with_neighbours(now: Situation, craft: int, case: int, taken: NDArray[np.bool_]) -> list[int]:
    """Return a case and those at the same place that fit into the same craft, and mark them taken."""
    cases, left = [case], int(now.seats[craft]) - int(now.people[case])
    taken[case] = True
    same = np.flatnonzero((now.node == now.node[case]) & ~taken)
    for other in same[np.lexsort((now.heard[same], now.grade[same]))].tolist():
        if now.people[other] <= left:
            cases.append(other)
            taken[other] = True
            left -= int(now.people[other])
    return cases


def _detour(now: Situation, craft: int, route: list[int], place: int, case: int) -> float:
    """Return how much longer a round is with a case at a place of it; the way back is as long as the way out."""
    before = route[place - 1]
    to_case = now.between(before, case)
    if place == len(route):
        return float(to_case + now.time[craft, case] - now.time[craft, before])
    return float(to_case + now.between(case, route[place]) - now.between(before, route[place]))
