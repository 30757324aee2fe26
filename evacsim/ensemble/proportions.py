"""How often something happens, from how often it did in a number of runs that was fixed beforehand.

Who looks at the runs while they come and stops when the answer is clear uses `ensemble.sequential`.
"""

import math

from evacsim.ensemble.interval import Interval, check_level


def wilson(successes: int, runs: int, level: float = 0.95) -> Interval:
    """Return the interval of Wilson (1927) for a share: right on average over all true shares.

    It covers a given true share a little more or less often than `level` says; whoever must not be
    wrong more often uses `clopper_pearson`.

    >>> [round(end, 4) for end in wilson(45, 50)[:2]]
    [0.7864, 0.9565]
    """
    return _binomial(successes, runs, level, "wilson")


def clopper_pearson(successes: int, runs: int, level: float = 0.95) -> Interval:
    """Return the exact interval of Clopper and Pearson (1934) for a share: never less sure than `level`.

    >>> [round(end, 6) for end in clopper_pearson(2, 50)[:2]]
    [0.004881, 0.137138]
    """
    return _binomial(successes, runs, level, "exact")


def rule_of_three(runs: int, level: float = 0.95) -> float:
    """Return how frequent something can be, at most, that happened in none of `runs` independent runs.

    Exact, `1 - (1 - level)^(1 / runs)`; at 95 % it is nearly `3 / runs`, hence the name.

    >>> round(rule_of_three(1000), 6)
    0.002991
    """
    if runs < 1:
        return 1.0
    return -math.expm1(math.log1p(-check_level(level)) / runs)


def runs_without(rate: float, level: float = 0.95) -> int:
    """Return how many runs without a single case show that it is rarer than `rate`.

    >>> runs_without(1e-3), runs_without(0.05), runs_without(0.01)
    (2995, 59, 299)
    """
    if not 0 < rate < 1:
        raise ValueError(f"a rate lies between 0 and 1, not at {rate}")
    return math.ceil(math.log1p(-check_level(level)) / math.log1p(-rate))


def _binomial(successes: int, runs: int, level: float, method: str) -> Interval:
    from scipy.stats import binomtest

    check_level(level)
    if runs == 0:
        return Interval(0.0, 1.0, level)
    found = binomtest(successes, runs).proportion_ci(confidence_level=level, method=method)
    return Interval(float(found.low), float(found.high), level)
