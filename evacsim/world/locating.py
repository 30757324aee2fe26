"""Where units stand by so that most people can be reached: location models (选址模型).

Three questions to one table of travel times from sites to points, each a mixed integer program
solved with HiGHS:

* maximal covering (最大覆盖, MCLP; Church and ReVelle 1974): most weight that some unit reaches in time;
* maximal expected covering (最大期望覆盖, MEXCLP; Daskin 1983): each unit is busy with the same chance,
  independently of the others; most weight that some unit reaches in time and is free;
* p-median (p-中位; Hakimi 1964): least mean time to the nearest unit (`analysis.median`).

All three are recalled, not checked against the papers. Points that the same sites cover count as one
point; that changes no answer. A greedy answer is found first and kept where HiGHS finds none that is
better within its time. HiGHS works on one thread, so only an answer that its time limit has cut short
can differ from one machine to another; its `gap` is then above 0.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BUSY = 0.3
"""Chance that a unit is busy when it is needed, where nobody says another (assumed)."""
SOLVED = 1e-9
"""A bound this near to the value, relative to it, is the value: HiGHS reckons in floating point."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where units stand, how good that is, and how much better anything could be."""

    units: Ints
    """Units at each site, shape (n_sites,)."""
    value: float
    """Weight covered, expected weight covered, or mean time [s]."""
    bound: float
    """What no placement can beat."""

    @property
    def gap(self) -> float:
        """How far the value may lie from the best one, relative to the value; 0 where it is proved the best."""
        if abs(self.bound - self.value) <= SOLVED * max(1.0, abs(self.value)):
            return 0.0
        return abs(self.bound - self.value) / abs(self.value) if self.value else np.inf


def max_cover(
    within: Bools, weight: Floats, n_units: int, *, fixed: Bools | None = None, time_limit: float = 60.0
) -> Placement:
    """Return where at most `n_units` stand by, one at a site, so that most weight is covered (MCLP).

    Parameters
    ----------
    within : ndarray of bool, shape (n_sites, n_points)
        Whether a unit at the site reaches the point in time.
    weight : ndarray of float64, shape (n_points,)
        Weight of each point, 0 or more, such as its people.
    n_units : int
    fixed : ndarray of bool, shape (n_points,), optional
        Points that other units cover already.
    time_limit : float
        When HiGHS stops [s].

    Returns
    -------
    Placement
        `value` is the covered weight, with that of `fixed`. No unit stands where it adds nothing.
    """
    others = None if fixed is None else fixed.astype(np.int64)
    return max_expected_cover(
        within, weight, n_units, busy=0.0, fixed=others, at_one_site=1, time_limit=time_limit
    )


def max_expected_cover(
    within: Bools,
    weight: Floats,
    n_units: int,
    *,
    busy: float,
    fixed: Ints | None = None,
    at_one_site: int | None = None,
    time_limit: float = 60.0,
) -> Placement:
    """Return where at most `n_units` stand by so that most weight is expected to be covered (MEXCLP).

    A point that `k` units reach in time counts with 1 - busy^k of its weight.

    Parameters
    ----------
    within, weight, n_units, time_limit
        As `max_cover` takes them.
    busy : float
        Chance that a unit is busy when it is needed, in [0, 1).
    fixed : ndarray of int64, shape (n_points,), optional
        How many other units reach each point in time.
    at_one_site : int, optional
        Most units at one site; any number if absent.
    """
    assert 0 <= busy < 1, "somebody must be free now and then"
    reached = np.zeros(len(weight), dtype=np.int64) if fixed is None else fixed
    most = n_units if at_one_site is None else min(at_one_site, n_units)
    covers, worth, before = gathered(within, weight, reached)
    units = _greedy_cover(covers, worth, before, n_units, busy=busy, most=most)
    bound = expected_cover(covers, worth, np.full(len(covers), most), busy=busy, fixed=before)
    total = expected_cover(covers, worth, units, busy=busy, fixed=before)
    if total < bound * (1 - SOLVED):
        choices = Choices(
            covers=covers,
            most=np.full(len(covers), most),
            price=np.zeros(len(covers)),
            above=csr_array(np.ones((1, len(covers)))),
            room=np.array([float(n_units)]),
            n_units=n_units,
        )
        program = cover_program(choices, worth, before, busy=busy)
        standing = expected_cover(covers, worth, np.zeros_like(units), busy=busy, fixed=before)
        found, most_gained = program.solved(len(covers), time_limit)
        bound = min(bound, standing + most_gained)
        if found is not None:
            other = expected_cover(covers, worth, found, busy=busy, fixed=before)
            units = found if other > total else units
    units = _without_idle(covers, worth, units, busy=busy, fixed=before)
    value = expected_cover(within, weight, units, busy=busy, fixed=reached)
    # Whatever never counts in a choice - points that no site covers - counts in both.
    rest = value - expected_cover(covers, worth, units, busy=busy, fixed=before)
    return Placement(units, value, max(bound + rest, value))


def expected_cover(
    within: Bools, weight: Floats, units: Ints, *, busy: float, fixed: Ints | None = None
) -> float:
    """Return the weight that is expected to be reached by a free unit in time."""
    count = units @ within.astype(np.int64)
    if fixed is not None:
        count = count + fixed
    return float(weight @ (1 - np.power(busy, count.astype(np.float64)))) if len(weight) else 0.0


# -- programs ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Program:
    """Most of `gain` @ variables: first whole numbers of units, then shares in [0, 1]."""

    gain: Floats
    above: csr_array
    """rows @ variables may be no more than `room`."""
    room: Floats
    most: Floats

    def solved(
        self, n_whole: int, time_limit: float = np.inf, *, nodes: int | None = None
    ) -> tuple[Ints | None, float]:
        """Return the `n_whole` numbers of units, None where none were found, and a gain that none exceeds.

        HiGHS stops after `time_limit` [s], or `nodes` of its search; of these only the second gives the
        same answer on every machine.
        """
        limits = {"time_limit": time_limit} if nodes is None else {"node_limit": nodes}
        result = milp(
            -self.gain,
            integrality=np.arange(len(self.gain)) < n_whole,
            bounds=Bounds(np.zeros(len(self.gain)), self.most),
            constraints=LinearConstraint(self.above, -np.inf, self.room),
            options={**limits, "mip_rel_gap": 0.0},
        )
        units = None if result.x is None else np.round(result.x[:n_whole]).astype(np.int64)
        known = result.mip_dual_bound if result.mip_dual_bound is not None else -np.inf
        return units, -float(known)


class Choices(NamedTuple):
    """What units can do, each a site to stand at, or a move to one."""

    covers: Bools
    """Points that a unit then covers, shape (n_choices, n_points)."""
    most: Ints
    """Most units that do the same."""
    price: Floats
    """What each costs, in weight."""
    above: csr_array
    """`above` @ units may be no more than `room`; shape (n_rows, n_choices)."""
    room: Floats
    n_units: int
    """Units that there are."""


def cover_program(choices: Choices, worth: Floats, before: Ints, *, busy: float) -> Program:
    """Return the program of the k-th unit at every point: units allow it, and the first counts most.

    Parameters
    ----------
    choices : Choices
    worth, before : ndarray, shape (n_points,)
        Weight of the points, and units that cover them already.
    busy : float
        Chance that a unit is busy.
    """
    covers, most = choices.covers, choices.most
    n_points = covers.shape[1]
    reach = np.minimum(most @ covers.astype(np.int64), 1 if busy == 0 else choices.n_units)
    point = np.repeat(np.arange(n_points), reach)
    level = np.arange(len(point)) - np.repeat(np.cumsum(reach) - reach, reach)
    gain = worth[point] * (1 - busy) * np.power(busy, (before[point] + level).astype(np.float64))
    shares = csr_array((np.ones(len(point)), (point, np.arange(len(point)))), shape=(n_points, len(point)))
    at_points = hstack([csr_array(-covers.T.astype(np.float64)), shares])
    others = hstack([choices.above, csr_array((choices.above.shape[0], len(point)))])
    return Program(
        gain=np.concatenate([-choices.price, gain]),
        above=csr_array(vstack([at_points, others])),
        room=np.concatenate([np.zeros(n_points), choices.room]),
        most=np.concatenate([most.astype(np.float64), np.ones(len(point))]),
    )


# -- greedy -----------------------------------------------------------------------------------


def _greedy_cover(
    covers: Bools, worth: Floats, before: Ints, n_units: int, *, busy: float, most: int
) -> Ints:
    """Return units that stand, one after the other, where each adds most; of equal sites at the first one."""
    units = np.zeros(len(covers), dtype=np.int64)
    count = before.astype(np.float64)
    for _ in range(n_units if len(covers) else 0):
        adds = covers @ (worth * (1 - busy) * np.power(busy, count))
        adds[units >= most] = 0.0
        best = int(np.argmax(adds))
        if adds[best] <= 0:
            break
        units[best] += 1
        count += covers[best]
    return units


def _without_idle(covers: Bools, worth: Floats, units: Ints, *, busy: float, fixed: Ints) -> Ints:
    """Return the units without those that add nothing: nobody is moved in vain."""
    for site in np.flatnonzero(units).tolist():
        while units[site]:
            fewer = units.copy()
            fewer[site] -= 1
            with_it = expected_cover(covers, worth, units, busy=busy, fixed=fixed)
            if expected_cover(covers, worth, fewer, busy=busy, fixed=fixed) < with_it:
                break
            units = fewer
    return units


def gathered(within: Bools, weight: Floats, fixed: Ints) -> tuple[Bools, Floats, Ints]:
    """Return points that the same sites, and as many others, cover as one; without those that no site covers."""
    counts = (weight > 0) & within.any(axis=0)
    within, weight, fixed = within[:, counts], weight[counts], fixed[counts]
    if not len(weight):
        return within, weight, fixed
    keys = np.vstack(
        [np.packbits(within, axis=0), np.ascontiguousarray(fixed).view(np.uint8).reshape(-1, 8).T]
    )
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    return within[:, first], np.bincount(group, weights=weight).astype(np.float64), fixed[first]
