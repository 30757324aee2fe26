"""Where units stand by so that the mean time to the nearest one is least: the p-median (p-中位).

Real tables are large: the program has a variable for each pair of a site and a point. So it is
tried in this order, and what is proved by then ends it:

* greedy, then one site for another as long as that helps (interchange; Teitz and Bart 1968);
* a bound, and better placements, by prices of the points (Lagrangian relaxation, subgradients;
  Cornuéjols, Fisher and Nemhauser 1977): each site asks what the points would pay it;
* sites that by these prices no better placement can have, or must have, are settled; HiGHS solves
  what is left, where that is not too large.

All recalled, not checked against the papers.
"""

import time

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack

from evacsim.world.locating import SOLVED, Placement, Program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BEYOND = 4 * 3600.0
"""Time that counts for whoever is reached later or never, in means of time [s] (assumed)."""
STEPS = 400
"""Changes of the prices, at most."""
PATIENCE = 12
"""Changes without a better bound until steps are halved."""
SHORTEST_STEP = 1e-4
"""Prices are left when steps are this small against the first ones."""
MOST_PAIRS = 150_000
"""Pairs of sites and points that HiGHS is given, at most (assumed): with more it would not be done in its time."""


def least_time(
    times: Floats,
    weight: Floats,
    n_units: int,
    *,
    beyond: float = BEYOND,
    fixed: Floats | None = None,
    time_limit: float = 60.0,
) -> Placement:
    """Return where at most `n_units` stand by so that the mean time to the nearest unit is least (p-median).

    Parameters
    ----------
    times : ndarray of float64, shape (n_sites, n_points)
        Time from the site to the point [s]; inf where no way leads.
    weight : ndarray of float64, shape (n_points,)
        Weight of each point; some of it is above 0.
    n_units : int
    beyond : float
        What counts for all longer times, and where no way leads [s].
    fixed : ndarray of float64, shape (n_points,), optional
        Time from the nearest of the other units [s].
    time_limit : float
        When HiGHS stops [s].

    Returns
    -------
    Placement
        `value` and `bound` are mean times [s]. No unit stands where it shortens nothing.
    """
    total = float(weight.sum())
    assert total > 0, "a mean over nobody"
    ends = time.monotonic() + time_limit
    now = np.full(len(weight), beyond) if fixed is None else np.minimum(fixed, beyond)
    counts = (weight > 0) & (times.min(axis=0, initial=np.inf) < now)
    settled = float(weight[~counts] @ now[~counts])
    search = _Search(times[:, counts], weight[counts], now[counts], n_units)
    search.offer(_greedy(search.times, search.weight, n_units, search.now))
    search.interchange(ends)
    search.price(ends)
    search.solve(ends)
    units = _without_idle(times, weight, search.units, now)
    value = mean_time(times, weight, units, now)
    return Placement(units, value, min((settled + search.bound) / total, value))


def mean_time(times: Floats, weight: Floats, units: Ints, otherwise: Floats) -> float:
    """Return the mean time to the nearest unit [s]; no point counts with more than `otherwise`."""
    nearest = np.minimum(times[units > 0].min(axis=0, initial=np.inf), otherwise)
    return float(weight @ nearest) / float(weight.sum())


class _Search:
    """The best placement and the best bound so far; values are sums of time over all weight."""

    def __init__(self, times: Floats, weight: Floats, now: Floats, n_units: int) -> None:
        self.times, self.weight, self.now, self.n_units = times, weight, now, n_units
        self.units = np.zeros(len(times), dtype=np.int64)
        self.value = float(weight @ now)
        nearest = np.minimum(times.min(axis=0, initial=np.inf), now) if n_units else now
        self.bound = float(weight @ nearest)
        self.never, self.always = np.zeros(len(times), dtype=bool), np.zeros(len(times), dtype=bool)

    def is_proved(self) -> bool:
        """Whether no placement can be better."""
        return self.value - self.bound <= SOLVED * max(1.0, abs(self.value))

    def offer(self, units: Ints) -> None:
        """Keep a placement if it is better."""
        nearest = np.minimum(self.times[units > 0].min(axis=0, initial=np.inf), self.now)
        value = float(self.weight @ nearest)
        if value < self.value:
            self.units, self.value = units, value

    def interchange(self, ends: float) -> None:
        """Change one site for another as long as that helps, each time the pair that helps most."""
        while not self.is_proved() and time.monotonic() < ends:
            opened = np.flatnonzero(self.units)
            if not opened.size:
                return
            ranked = np.sort(np.vstack([self.times[opened], self.now, self.now]), axis=0)
            first, second = np.minimum(ranked[0], self.now), np.minimum(ranked[1], self.now)
            # Points that nobody reaches sooner than now belong to nobody, the row behind all sites.
            own = np.vstack([self.times[opened], self.now]).argmin(axis=0)
            best, pair = SOLVED * max(1.0, self.value), None
            for site in np.flatnonzero(self.units == 0).tolist():
                there = np.minimum(first, self.times[site])
                gain = float(self.weight @ (first - there))
                loss = np.bincount(
                    own,
                    weights=self.weight * (np.minimum(second, self.times[site]) - there),
                    minlength=len(opened) + 1,
                )
                out = int(np.argmin(loss[:-1]))
                if gain - loss[out] > best:
                    best, pair = gain - float(loss[out]), (site, int(opened[out]))
            if pair is None:
                return
            units = self.units.copy()
            units[pair[0]], units[pair[1]] = 1, 0
            before = self.value
            self.offer(units)
            if self.value >= before:
                return

    def price(self, ends: float) -> None:
        """Raise the bound by prices that points pay to be served, and settle sites by them."""
        if self.is_proved() or not self.n_units:
            return
        cost = np.minimum(self.times, self.now) * self.weight
        most = self.weight * self.now
        opened = np.flatnonzero(self.units)
        nearest = np.partition(np.vstack([cost[opened], most, most]), 1, axis=0)
        price, kept = np.minimum(nearest[1], most), np.zeros(len(self.weight))
        step, idle, highest = 1.0, 0, -np.inf
        for _ in range(STEPS):
            if self.is_proved() or step < SHORTEST_STEP or time.monotonic() >= ends:
                break
            asks = np.minimum(cost - price, 0.0).sum(axis=1)
            chosen = np.argsort(asks, kind="stable")[: self.n_units]
            low = float(price.sum() + asks[chosen].sum())
            self.bound = max(self.bound, low)
            if low > highest:
                highest, kept, idle = low, price, 0
            else:
                idle += 1
                if idle > PATIENCE:
                    step, idle, price = step / 2, 0, kept
                    continue
            units = np.zeros(len(cost), dtype=np.int64)
            units[chosen] = 1
            self.offer(units)
            slope = 1.0 - (cost[chosen] < price).sum(axis=0)
            size = float(slope @ slope)
            if size == 0:
                break
            price = np.clip(price + step * (self.value - low) / size * slope, 0.0, most)
        self.interchange(ends)
        self._settle(cost, kept)

    def _settle(self, cost: Floats, price: Floats) -> None:
        """Note which sites no better placement has, and which all better ones have."""
        asks = np.minimum(cost - price, 0.0).sum(axis=1)
        order = np.argsort(asks, kind="stable")
        if len(order) <= self.n_units:
            return
        low = float(price.sum() + asks[order[: self.n_units]].sum())
        last, following = asks[order[self.n_units - 1]], asks[order[self.n_units]]
        is_in = np.zeros(len(order), dtype=bool)
        is_in[order[: self.n_units]] = True
        # A little more, for what is as good as the best so far must not be lost by rounding.
        above = self.value * (1 + SOLVED)
        self.never = ~is_in & (low - last + asks > above)
        self.always = is_in & (low - asks + following > above)

    def solve(self, ends: float) -> None:
        """Let HiGHS solve what is left, where it is not too large."""
        if self.is_proved():
            return
        free = np.flatnonzero(~self.never & ~self.always)
        now = np.minimum(self.times[self.always].min(axis=0, initial=np.inf), self.now)
        program = _program(self.times[free], self.weight, now, self.n_units - int(self.always.sum()))
        left = ends - time.monotonic()
        if len(program.gain) - len(free) > MOST_PAIRS or left <= 0:
            return
        found, saved = program.solved(len(free), left)
        if found is not None:
            units = self.always.astype(np.int64)
            units[free] = found
            self.offer(units)
        # Whatever was settled is worse than the best placement so far.
        self.bound = max(self.bound, min(float(self.weight @ now) - saved, self.value))


def _program(times: Floats, weight: Floats, now: Floats, n_units: int) -> Program:
    """Return the program of which site serves which point; each pair only where it saves time against now."""
    n_sites, n_points = times.shape
    site, point = np.nonzero((times < now) & (weight > 0))
    pair = np.arange(len(site))
    n = n_sites + len(pair)
    once = coo_array((np.ones(len(pair)), (point, n_sites + pair)), shape=(n_points, n))
    opened = coo_array(
        (
            np.concatenate([np.ones(len(pair)), -np.ones(len(pair))]),
            (np.concatenate([pair, pair]), np.concatenate([n_sites + pair, site])),
        ),
        shape=(len(pair), n),
    )
    together = coo_array(
        (np.ones(n_sites), (np.zeros(n_sites, dtype=np.int64), np.arange(n_sites))), shape=(1, n)
    )
    return Program(
        gain=np.concatenate([np.zeros(n_sites), weight[point] * (now[point] - times[site, point])]),
        above=csr_array(vstack([once, opened, together])),
        room=np.concatenate([np.ones(n_points), np.zeros(len(pair)), [float(n_units)]]),
        most=np.ones(n),
    )


def _greedy(times: Floats, weight: Floats, n_units: int, now: Floats) -> Ints:
    """Return units that stand, one after the other, where each saves most time."""
    units, nearest = np.zeros(len(times), dtype=np.int64), now.copy()
    for _ in range(n_units if len(times) else 0):
        saves = np.maximum(nearest - times, 0.0) @ weight
        best = int(np.argmax(saves))
        if saves[best] <= 0:
            break
        units[best] = 1
        nearest = np.minimum(nearest, times[best])
    return units


def _without_idle(times: Floats, weight: Floats, units: Ints, now: Floats) -> Ints:
    """Return the units without those that shorten nothing: nobody is moved in vain."""
    for site in np.flatnonzero(units).tolist():
        fewer = units.copy()
        fewer[site] = 0
        if mean_time(times, weight, fewer, now) <= mean_time(times, weight, units, now):
            units = fewer
    return units
