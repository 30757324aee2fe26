"""Many questions asked at once: how many wrong answers would come by chance alone (Holm 1979)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return p-values raised so that any wrong "yes" among all of them is as rare as one was before.

    Zones may depend on each other in any way. Whatever is at or below 0.05 afterwards is shown; the chance that
    anything is shown that is not so is at most 5 % for all together.

    >>> [float(round(p, 3)) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    factors = np.arange(len(given), 0, -1)
    raised = np.minimum(np.maximum.accumulate(given[order] * factors), 1.0)
    adjusted = np.empty_like(given)
    adjusted[order] = raised
    return adjusted
