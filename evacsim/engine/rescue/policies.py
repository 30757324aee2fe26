"""Who goes where: the policies of dispatch, each a function of what headquarters knows now.

A policy is given the free craft, the cases that wait and how soon each craft reaches each of them,
and returns for each craft that it sends the cases it is to serve, in their order. It knows no
people, only cases as they were reported. Craft that are alike stand in one group, cases that are
alike in one sort (`waiting`), so that what a decision costs grows with the kinds of both, and with
the craft that it sends, but not with all craft times all cases.
"""

from collections.abc import Callable, Mapping, Sequence
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from evacsim.engine.rescue.waiting import NOBODY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Situation(NamedTuple):
    """What headquarters knows: G groups of free craft that are alike, S sorts of waiting cases that are alike."""

    time: Floats
    """How soon craft of each group reach cases of each sort [s], shape (G, S); infinite where they do not."""
    craft: Sequence[Sequence[int]]
    """Craft of each group, ascending; some in each."""
    seats: Ints
    """People each of them takes, shape (G,)."""
    craft_town: Ints
    """Town that the team of each answers for, -1 for all, shape (G,)."""
    node: Ints
    """Where cases of each sort are said to be, shape (S,)."""
    people: Ints
    """How many each of them is said to be about, shape (S,)."""
    grade: Ints
    """How grave each of them is said to be, 1 the gravest, shape (S,)."""
    town: Ints
    """Town of each of them, shape (S,)."""
    first: Ints
    """The case of each sort that was heard first, shape (S,)."""
    cases: Callable[[int], Sequence[int]]
    """All cases of a sort, numbered in the order of hearing, ascending."""
    between: Callable[[int, Ints], Floats]
    """How long a craft takes from one node to others [s], as far as is known."""
    soon: Callable[[], Floats] | None = None
    """How soon each of B craft that are under way reaches cases of each sort [s], shape (B, S), its present task done
    first, as headquarters reckons; None where nobody reckons."""


Sent = list[tuple[int, list[int]]]
"""Craft, ascending, and the cases that each is to serve, in their order."""
Policy = Callable[[Situation], Sent]

HANDLING = 120.0
"""Time for each person at a case, where only an estimate is wanted [s] (assumed)."""
URGENCY = np.array([np.nan, 16.0, 4.0, 1.0])
"""What a person of each grade counts for against one who is able to wait (assumed)."""
MOST_PAIRS = 1_000_000
"""Where there are more pairs of craft and cases, an assignment looks at no more cases of a sort than there are
craft: others of it cannot be better."""


class Left:
    """The cases that nobody has been sent to yet, while a policy chooses."""

    def __init__(self, now: Situation) -> None:
        self.now = now
        self.first = now.first.copy()
        """First of them of each sort; `NOBODY` where none is left."""
        self.sort: dict[int, int] = {}
        """Sort of each case that has been taken."""

    def soonest(self, cost: Floats) -> int | None:
        """Return the sort that costs least, shape (S,), of equal ones that heard first; None: no cost is finite."""
        price = np.where(self.first < NOBODY, cost, np.inf)
        least = price.min(initial=np.inf)
        if not np.isfinite(least):
            return None
        equal = np.flatnonzero(price == least)
        return int(equal[np.argmin(self.first[equal])])

    def take(self, group: int, sort: int, case: int | None = None) -> list[int]:
        """Take a case of a sort, the first if none is named, and those at its node that fit into a craft with it."""
        now, case = self.now, int(self.first[sort]) if case is None else case
        cases, seats = [case], int(now.seats[group]) - int(now.people[sort])
        self.take_one(sort, case)
        if seats <= 0:
            return cases
        same = np.flatnonzero((now.node == now.node[sort]) & (now.people <= seats) & (self.first < NOBODY))
        others = sorted(
            (int(now.grade[other]), row, other) for other in same.tolist() for row in self._of(other)
        )
        for _, row, other in others:
            if now.people[other] <= seats:
                cases.append(row)
                self.take_one(other, row)
                seats -= int(now.people[other])
        return cases

    def take_one(self, sort: int, case: int) -> None:
        """Take a case of a sort alone."""
        self.sort[case] = sort
        if case == self.first[sort]:
            self.first[sort] = next((c for c in self.now.cases(sort) if c not in self.sort), NOBODY)

    def _of(self, sort: int) -> list[int]:
        return [case for case in self.now.cases(sort) if case not in self.sort]


def nearest(now: Situation) -> Sent:
    """Send each craft, in its turn, to the case that it reaches soonest."""
    return _one_after_the_other(now, lambda group, _: now.time[group])


def own_zone(now: Situation) -> Sent:
    """Send each craft to the nearest case of its own town; to another only where its town has none."""

    def cost(group: int, left: NDArray[np.bool_]) -> Floats:
        own = (now.town == now.craft_town[group]) | (now.craft_town[group] < 0)
        mine = np.where(own & left, now.time[group], np.inf)
        return mine if np.isfinite(mine).any() else now.time[group]

    return _one_after_the_other(now, cost)


def priority(now: Situation) -> Sent:
    """Serve the gravest case first, of equal ones the one heard first, by the craft that reaches it soonest."""
    return sorted((craft, cases) for craft, _, cases in _gravest_first(now, Left(now)))


def triage(now: Situation) -> Sent:
    """Send each craft where it brings most people, weighted by how grave their need is, in an hour."""

    def cost(group: int, _: NDArray[np.bool_]) -> Floats:
        people = np.minimum(now.people, now.seats[group])
        cycle = 2 * now.time[group] + HANDLING * people
        rate = people * URGENCY[now.grade] / np.where(np.isfinite(cycle), np.maximum(cycle, 1.0), np.inf)
        return np.where(np.isfinite(now.time[group]), -rate, np.inf)

    return _one_after_the_other(now, cost)


def assignment(now: Situation) -> Sent:
    """Send all at once so that most are served and, with the gravest first, the ways together are shortest.

    An optimal assignment (Kuhn 1955, recalled; SciPy's solver) of craft to cases.
    """
    return _all_at_once(now, np.empty((0, len(now.node))), np.ones_like(URGENCY))


def look_ahead(now: Situation) -> Sent:
    """Send all at once as `assignment` does, with craft that will soon be free: a case may wait for one of these.

    The times until cases are reached count by how grave they are: who is in danger does not wait long so that
    others are reached soon. Craft that are late are not counted on.
    """
    soon = np.empty((0, len(now.node))) if now.soon is None else now.soon()
    return _all_at_once(now, soon, URGENCY)


def rounds(now: Situation) -> Sent:
    """Send each craft on a round of several cases, as long as it has seats: the gravest first, others on the way.

    A case is put where it makes the round least longer (cheapest insertion), as long as that is less than
    going for it alone.
    """
    left = Left(now)
    return [
        (craft, _extended(now, left, group, cases))
        for craft, group, cases in sorted(_gravest_first(now, left))
    ]


POLICIES: Mapping[str, Policy] = {
    "nearest": nearest,
    "zone": own_zone,
    "priority": priority,
    "triage": triage,
    "assignment": assignment,
    "look_ahead": look_ahead,
    "rounds": rounds,
}
"""Every policy by its name in the plan (`Rescue.dispatch`)."""


def _all_at_once(now: Situation, soon: Floats, weight: Floats) -> Sent:
    """Match craft, free ones and those that `soon` are, with cases, and send the free ones.

    As many are served as can be, of these the gravest, and then the sum of the times, each by the `weight` of its
    grade, is least.
    """
    if not np.isfinite(now.time).any():
        return []
    craft, group = _in_order(now.craft)
    rows, n_craft = [now.cases(sort) for sort in range(len(now.node))], len(craft) + len(soon)
    if n_craft * sum(map(len, rows)) > MOST_PAIRS:
        rows = [cases[:n_craft] for cases in rows]
    case, sort = _in_order(rows)
    time, grade = np.vstack([now.time[np.ix_(group, sort)], soon[:, sort]]), now.grade[sort]
    weighted = time * weight[grade]
    longest = float(weighted[np.isfinite(weighted)].max()) + 1.0
    # A graver grade outweighs any way.
    cost = np.where(np.isfinite(time), weighted + (grade - 1.0) * 4 * longest, 1e3 * longest)
    pairs = [
        (r, c)
        for r, c in zip(*linear_sum_assignment(cost), strict=True)
        if r < len(craft) and np.isfinite(time[r, c])
    ]
    left, sent = Left(now), []
    for _, c in pairs:
        left.take_one(int(sort[c]), int(case[c]))
    for r, c in pairs:
        sent.append((int(craft[r]), left.take(int(group[r]), int(sort[c]), int(case[c]))))
    return sorted(sent)


def _one_after_the_other(now: Situation, cost: Callable[[int, NDArray[np.bool_]], Floats]) -> Sent:
    """Let each craft choose in its turn what costs it least."""
    left, sent = Left(now), []
    # The next craft of each group that any case is left for; the least row has its turn.
    turns = [(craft[0], group, 0) for group, craft in enumerate(now.craft)]
    heapify(turns)
    while turns:
        craft, group, place = turns[0]
        sort = left.soonest(cost(group, left.first < NOBODY))
        if sort is None or place + 1 == len(now.craft[group]):
            heappop(turns)
        else:
            heapreplace(turns, (now.craft[group][place + 1], group, place + 1))
        if sort is not None:
            sent.append((craft, left.take(group, sort)))
    return sent


def _gravest_first(now: Situation, left: Left) -> list[tuple[int, int, list[int]]]:
    """Return craft, group and cases, the gravest and longest known first."""
    sent: list[tuple[int, int, list[int]]] = []
    gone = [0] * len(now.craft)
    """Craft of each group that have been sent."""
    reaches = np.isfinite(now.time)
    n_reach = reaches.sum(axis=0)
    time = now.time.copy()
    while True:
        may = np.flatnonzero((n_reach > 0) & (left.first < NOBODY))
        if not may.size:
            return sent
        gravest = may[now.grade[may] == now.grade[may].min()]
        sort = int(gravest[np.argmin(left.first[gravest])])
        soonest = np.flatnonzero(time[:, sort] == time[:, sort].min())
        group = min(soonest.tolist(), key=lambda one: now.craft[one][gone[one]])
        craft = now.craft[group][gone[group]]
        gone[group] += 1
        if gone[group] == len(now.craft[group]):
            n_reach -= reaches[group]
            time[group] = np.inf
        sent.append((craft, group, left.take(group, sort)))


def _extended(now: Situation, left: Left, group: int, cases: list[int]) -> list[int]:
    """Return a round with all cases that are on its way as long as there are seats; the way back is as long as out."""
    route = [(case, left.sort[case]) for case in cases]
    seats = int(now.seats[group]) - int(now.people[[s for _, s in route]].sum())
    time = now.time[group]
    while seats > 0:
        may = np.flatnonzero((left.first < NOBODY) & (now.people <= seats) & np.isfinite(time))
        best: tuple[float, int, int, int] | None = None
        for place in range(1, len(route) + 1):
            before = route[place - 1][1]
            to_case = now.between(int(now.node[before]), now.node[may])
            if place == len(route):
                more = to_case + time[may] - time[before]
            else:
                after = int(now.node[route[place][1]])
                direct = now.between(int(now.node[before]), now.node[[route[place][1]]])[0]
                more = to_case + now.between(after, now.node[may]) - direct
            for k in np.flatnonzero(
                (more < time[may]) & (more == more.min(initial=np.inf, where=more < time[may]))
            ):
                found = (float(more[k]), int(left.first[may[k]]), place, int(may[k]))
                best = found if best is None else min(best, found)
        if best is None:
            break
        _, case, place, other = best
        route.insert(place, (case, other))
        left.take_one(other, case)
        seats -= int(now.people[other])
    return [case for case, _ in route]


def _in_order(lists: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    """Return all that stands in some lists, ascending, and in which list each stands."""
    rows = np.array([row for one in lists for row in one], dtype=np.int64)
    of = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    order = np.argsort(rows)
    return rows[order], of[order]
