"""Quantiles and tolerance limits from the runs put in order, whatever their law (Wilks 1941).

Nothing is assumed of the values but that the runs are independent; a time that is never reached is
infinite and comes last. The number of runs is fixed beforehand; see `ensemble.sequential` for studies
that stop when they know enough.
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evacsim.ensemble.interval import Interval, check_level

Sides = Literal[1, 2]


def tolerance_confidence(runs: int, coverage: float, *, order: int = 1, sides: Sides = 1) -> float:
    """Return how sure it is that the extremes of `runs` values hold at least `coverage` of all values.

    Parameters
    ----------
    runs : int
        Independent runs.
    coverage : float
        Share of all values that are to lie below the limit (one side) or between the limits (two).
    order : int
        1 takes the greatest value (and the smallest), 2 the second, and so on.
    sides : 1 or 2
        One limit or two.

    >>> round(tolerance_confidence(59, 0.95), 5), round(tolerance_confidence(93, 0.95, sides=2), 5)
    (0.95151, 0.95002)
    """
    from scipy.stats import binom

    return float(binom.cdf(runs - sides * order, runs, coverage))


def runs_for_tolerance(
    coverage: float, level: float = 0.95, *, order: int = 1, sides: Sides = 1, most: int = 1_000_000
) -> int:
    """Return the least number of runs whose extremes hold `coverage` of all values with confidence `level`.

    Raises
    ------
    ValueError
        If more than `most` runs would be needed.

    >>> runs_for_tolerance(0.95), runs_for_tolerance(0.95, sides=2)
    (59, 93)
    """
    check_level(level)
    low, high = sides * order, most
    if tolerance_confidence(high, coverage, order=order, sides=sides) < level:
        raise ValueError(f"more than {most} runs would be needed")
    while low < high:  # the confidence grows with the number of runs
        middle = (low + high) // 2
        if tolerance_confidence(middle, coverage, order=order, sides=sides) >= level:
            high = middle
        else:
            low = middle + 1
    return low


def quantile(values: ArrayLike, probability: float) -> float:
    """Return the smallest value that at least `probability` of all values do not exceed; nan of none.

    Never a mean of two values, so that infinite ones do no harm.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if not len(ordered):
        return math.nan
    # 0.95 of 20 runs are 19 of them, whatever rounding makes of the product.
    return float(ordered[max(math.ceil(round(probability * len(ordered), 9)), 1) - 1])


def quantile_interval(values: ArrayLike, probability: float, level: float = 0.95) -> Interval:
    """Return between which two of the values the quantile lies; an end is infinite where the runs are too few.

    Parameters
    ----------
    values : array_like of float, shape (n_runs,)
        One value of each run, without nan.
    probability : float
        Which quantile, such as 0.95.
    level : float
        Confidence; each side is wrong in at most half of the rest.
    """
    from scipy.stats import binom

    ordered = np.sort(np.asarray(values, dtype=np.float64))
    runs, miss = len(ordered), (1 - check_level(level)) / 2
    if not runs:
        return Interval(-math.inf, math.inf, level)
    # The quantile lies below the k-th value with the chance that fewer than k values are at or below it.
    below = binom.cdf(np.arange(-1, runs + 1), runs, probability)
    low = int(np.flatnonzero(below[:-1] <= miss)[-1])  # low values at or below: P(fewer than low) <= miss
    enough = np.flatnonzero(below[1:] >= 1 - miss)
    high = int(enough[0]) + 1 if len(enough) else runs + 1
    return Interval(
        float(ordered[low - 1]) if low >= 1 else -math.inf,
        float(ordered[high - 1]) if high <= runs else math.inf,
        level,
    )
