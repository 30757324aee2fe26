"""The mean of a number over runs, and of the difference between two plans under the same luck."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from evacsim.ensemble.interval import Interval, check_level


def mean_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Return where the mean lies, by Student's t: near enough for some twenty runs and no wild tails.

    Parameters
    ----------
    values : array_like of float, shape (n_draws,)
        Independent finite values; of several runs under one draw, their mean.
    level : float
        Confidence, for a number of runs that was fixed beforehand.

    Returns
    -------
    Interval
        Unbounded for fewer than two values.

    Raises
    ------
    ValueError
        If a value is not finite: there is no mean of times that may never come.
    """
    from scipy.stats import t

    given = np.asarray(values, dtype=np.float64)
    check_level(level)
    if not np.isfinite(given).all():
        raise ValueError("the mean of values that are not all finite says nothing; ask for quantiles")
    if len(given) < 2:
        return Interval(-math.inf, math.inf, level)
    half = float(t.ppf((1 + level) / 2, len(given) - 1)) * _spread(given) / math.sqrt(len(given))
    return Interval(float(given.mean()) - half, float(given.mean()) + half, level)


class Difference(NamedTuple):
    """What one plan has more than another, run by run under the same seeds (common random numbers)."""

    mean: float
    interval: Interval
    variance_share: float
    """Variance of the difference over that of two plans run with luck of their own; nan where nothing varies."""
    n_same: int
    """Runs in which both plans come out exactly alike."""


def paired_difference(one: ArrayLike, other: ArrayLike, level: float = 0.95) -> Difference:
    """Return how much `one` exceeds `other` in runs that are alike but for the plan.

    Parameters
    ----------
    one, other : array_like of float, shape (n_draws,)
        Values of the two plans; the same place is the same seed and the same draw.
    level : float
        Confidence, for a number of runs that was fixed beforehand.

    Raises
    ------
    ValueError
        If the two are not equally long or not all finite.
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"{first.size} runs cannot be paired with {second.size}")
    differences = first - second
    apart = _spread(first) ** 2 + _spread(second) ** 2
    return Difference(
        float(differences.mean()) if len(differences) else math.nan,
        mean_interval(differences, level),
        _spread(differences) ** 2 / apart if apart > 0 else math.nan,
        int((differences == 0).sum()),
    )


def _spread(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0
