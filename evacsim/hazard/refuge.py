"""Refuge upstairs (垂直避险): on which floor of a house there is still air above the water."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def refuge_floor(depth: ArrayLike, *, storeys: ArrayLike, storey_height: float = 3.0) -> NDArray[np.int64]:
    """Return the lowest floor that is not full: 0 is the ground floor, `storeys` the roof.

    `depth` [m] is that inside the house, above its ground floor. A storey of 3 m is assumed.
    """
    full = np.floor(np.asarray(depth, dtype=np.float64) / storey_height).astype(np.int64)
    return np.clip(full, 0, storeys)
