"""Curves over time from many runs: their mean with a band that holds the whole of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.ensemble.interval import check_level
from evacsim.streams import Streams

RESAMPLES = 1000


class Band(NamedTuple):
    """A curve and the band around it; float64, shape (n_times,) each."""

    middle: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def mean_band(curves: ArrayLike, level: float = 0.95, *, seed: int = 0) -> Band:
    """Return the mean curve and a band that holds the true mean curve at all times together.

    The half-width is the same multiple of the standard error everywhere; the multiple is what the
    greatest deviation stays below in `level` of all resamples, each of which weighs the runs by normal
    numbers (multiplier bootstrap; Chernozhukov, Chetverikov and Kato 2013, recalled).

    Parameters
    ----------
    curves : array_like of float, shape (n_draws, n_times)
        Independent curves; of several runs under one draw, their mean.
    level : float
        Confidence that the whole curve lies inside, for a number of runs that was fixed beforehand.
    seed : int
        Of the resamples.

    Raises
    ------
    ValueError
        If there are fewer than two curves.
    """
    from scipy.stats import norm, t

    given = np.asarray(curves, dtype=np.float64)
    if len(given) < 2:
        raise ValueError("a band needs at least two curves")
    middle = given.mean(axis=0)
    error = given.std(axis=0, ddof=1) / np.sqrt(len(given))
    moves = error > 0
    weights = Streams(seed).get("band").standard_normal((RESAMPLES, len(given)))
    deviations = weights @ (given[:, moves] - middle[moves]) / len(given)
    greatest = np.abs(deviations / error[moves]).max(axis=1, initial=0.0)
    multiple = float(np.quantile(greatest, check_level(level)))
    # The spread is estimated from the same runs: as much wider as Student's t is than the normal law.
    half = float(t.ppf(norm.cdf(multiple), len(given) - 1)) * error
    return Band(middle, middle - half, middle + half)


def quantile_curves(curves: ArrayLike, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return at each time what each share of the runs does not exceed: where single runs lie, not their mean.

    Parameters
    ----------
    curves : array_like of float, shape (n_runs, n_times)
        One curve of each run.
    probabilities : array_like of float, shape (n_probabilities,)
        Shares of the runs.

    Returns
    -------
    ndarray of float64, shape (n_probabilities, n_times)
        Values that occurred, never means of two.
    """
    given = np.asarray(curves, dtype=np.float64)
    found: NDArray[np.float64] = np.quantile(given, np.asarray(probabilities), axis=0, method="inverted_cdf")
    return found
