"""Intervals that may be looked at after every run: to stop when the answer is clear costs no confidence.

Whoever looks at a usual 95 % interval again and again and stops when it says what is wanted is wrong
far more often than in 5 % of all studies. The intervals here hold at all times together: in at most 5 %
of all studies is there ever a moment at which the true value lies outside (a confidence sequence).

They come from a bet. If the mean of the observations, each in [0, 1], is m, a ticket that pays x / m for
the observation x is fair. A gambler who stakes the share g of all he has on each ticket turns 1 into the
product of 1 - g + g x / m; who begins with equal parts for many g has their mean. With a fair ticket that
reaches 40 in at most one study of 40 (Ville 1939): where he has won so much, m is too small. The upper end
is the same bet on 1 - x. For yes-or-no observations this is the mixture of Robbins (1970); for others see
Waudby-Smith and Ramdas (2024), "Estimating means of bounded random variables by betting" (all recalled).

An observation may be the share of several runs under one draw of what is not known. Such runs are not
independent of each other; the draws are, and only that is asked.
"""

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from evacsim.ensemble.interval import Interval, check_level

N_STAKES = 100
STAKES: NDArray[np.float64] = np.sin((2 * np.arange(N_STAKES) + 1) * np.pi / (4 * N_STAKES)) ** 2
"""Shares staked, spread by the arcsine law: many bold, many timid, none in between left out."""
SMALLEST = 1e-12
"""How exactly a bound is found, and the smallest mean that is told from none at all."""


def log_gain(observations: ArrayLike, mean: float) -> float:
    """Return the logarithm of what a gambler has who bets that the mean is greater than `mean`.

    A test of "the mean is at most `mean`" that may be looked at at any time has the p-value
    `min(1, exp(-log_gain))`.

    Parameters
    ----------
    observations : array_like of float, shape (n_draws,)
        Independent observations in [0, 1].
    mean : float
        The mean that is doubted, in [0, 1].
    """
    values, counts = np.unique(np.asarray(observations, dtype=np.float64), return_counts=True)
    if mean <= 0.0:
        return math.inf if values[-1:].any() else 0.0
    return _log_gain(mean, values, counts)


def _log_gain(mean: float, values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    gains = counts @ np.log1p(STAKES * (values[:, None] / mean - 1.0))
    most = float(gains.max())
    return most + math.log(float(np.exp(gains - most).mean()))


def mean_interval(observations: ArrayLike, level: float = 0.95) -> Interval:
    """Return where the mean of observations in [0, 1] lies, however often one has looked before.

    Parameters
    ----------
    observations : array_like of float, shape (n_draws,)
        Independent observations in [0, 1]: kept or not kept, or the share of the runs of one draw that kept.
    level : float
        Confidence over all looks together.

    Raises
    ------
    ValueError
        If an observation lies outside [0, 1].
    """
    values = np.asarray(observations, dtype=np.float64)
    if not np.all((values >= 0) & (values <= 1)):
        raise ValueError("an observation lies outside 0 to 1")
    enough = math.log(2 / (1 - check_level(level)))
    return Interval(_least_mean(values, enough), 1.0 - _least_mean(1.0 - values, enough), level)


def p_at_most(observations: ArrayLike, mean: float) -> float:
    """Return the p-value, right at any time, of "the mean is at most `mean`"."""
    return min(1.0, math.exp(-min(log_gain(observations, mean), 700.0)))


def p_at_least(observations: ArrayLike, mean: float) -> float:
    """Return the p-value, right at any time, of "the mean is at least `mean`"."""
    return p_at_most(1.0 - np.asarray(observations, dtype=np.float64), 1.0 - mean)


def quantile_interval(
    values: ArrayLike, probability: float, level: float = 0.95, *, draws: ArrayLike | None = None
) -> Interval:
    """Return between which two values a quantile lies, however often one has looked before.

    Parameters
    ----------
    values : array_like of float, shape (n_runs,)
        One value of each run, without nan; infinite ones are welcome.
    probability : float
        Which quantile, such as 0.95.
    level : float
        Confidence over all looks together.
    draws : array_like of int, shape (n_runs,), optional
        Which draw each run belongs to; each run is a draw of its own if absent.

    Returns
    -------
    Interval
        An end is infinite where the runs are too few to say it.
    """
    given = np.asarray(values, dtype=np.float64)
    of_draw = np.arange(len(given)) if draws is None else np.unique(np.asarray(draws), return_inverse=True)[1]
    if not len(given):
        return Interval(-math.inf, math.inf, level)
    sizes = np.bincount(of_draw)
    enough = math.log(2 / (1 - check_level(level)))
    candidates = np.unique(given)  # the greater, the more runs at or below it

    def share(chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(of_draw, weights=chosen) / sizes

    def is_too_low(candidate: float) -> bool:  # fewer than wanted are at or below it
        return log_gain(1.0 - share(given <= candidate), 1.0 - probability) >= enough

    def is_too_high(candidate: float) -> bool:  # more than wanted are below it
        return log_gain(share(given < candidate), probability) >= enough

    low = -math.inf
    if log_gain(np.ones(len(sizes)), 1.0 - probability) >= enough:  # nothing lies below all runs
        low = float(candidates[bisect_left(candidates, True, key=lambda value: not is_too_low(value))])
    high = math.inf
    if log_gain(np.ones(len(sizes)), probability) >= enough:
        down = candidates[::-1]
        high = float(down[bisect_left(down, True, key=lambda value: not is_too_high(value))])
    return Interval(low, high, level)


def _least_mean(observations: NDArray[np.float64], enough: float) -> float:
    """Return the smallest mean that the bet has not driven out; rounded down."""
    values, counts = np.unique(observations, return_counts=True)

    def too_much(mean: float) -> float:
        return _log_gain(mean, values, counts) - enough

    # The gain falls as the mean grows, and is nothing at the mean of what was seen.
    seen = float(observations.mean()) if len(observations) else 0.0
    if seen <= SMALLEST or too_much(SMALLEST) <= 0:
        return 0.0
    return max(float(brentq(too_much, SMALLEST, seen, xtol=SMALLEST)) - 2 * SMALLEST, 0.0)
