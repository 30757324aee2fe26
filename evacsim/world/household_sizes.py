"""How many people live, or travel, together."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


def household_sizes(population: int, mean: float, stream: np.random.Generator) -> Ints:
    """Return household sizes that add up to `population` exactly, with the given mean.

    Sizes are 1 + Poisson(mean - 1) (assumed; a plain law that has no households of 0), cut off
    where the population is used up.
    """
    if mean <= 1:
        return np.ones(population, dtype=np.int32)
    sizes = np.empty(0, dtype=np.int64)
    while sizes.sum() < population:
        missing = population - int(sizes.sum())
        sizes = np.append(sizes, 1 + stream.poisson(mean - 1, size=int(missing / mean) + 8))
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, population))
    sizes = sizes[: last + 1].copy()
    sizes[last] -= ends[last] - population
    return sizes[sizes > 0].astype(np.int32)
