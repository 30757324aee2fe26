"""Numbers made small for a page: variable-length integers in base64."""

import base64

import numpy as np
from numpy.typing import ArrayLike


def pack(numbers: ArrayLike) -> str:
    """Return whole numbers of 0 or more, each in as few bytes as it needs (LEB128), as base64.

    >>> base64.b64decode(pack([1, 300])).hex()
    '01ac02'
    """
    values = np.asarray(numbers, dtype=np.uint64)
    if values.size == 0:
        return ""
    groups = 1 + sum((values >> np.uint64(7 * group)) > 0 for group in range(1, 10))
    sizes = np.asarray(groups, dtype=np.int64)
    data = np.empty(int(sizes.sum()), dtype=np.uint8)
    starts = np.cumsum(sizes) - sizes
    for group in range(int(sizes.max())):
        has = sizes > group
        low = (values[has] >> np.uint64(7 * group)) & np.uint64(127)
        more = np.where(sizes[has] > group + 1, 128, 0)
        data[starts[has] + group] = low.astype(np.int64) + more
    return base64.b64encode(data.tobytes()).decode("ascii")


def zigzag(numbers: ArrayLike) -> np.ndarray:
    """Return whole numbers of any sign as numbers of 0 or more: 0, -1, 1, -2 become 0, 1, 2, 3.

    >>> zigzag([0, -1, 1, -2]).tolist()
    [0, 1, 2, 3]
    """
    values = np.asarray(numbers, dtype=np.int64)
    return (values << 1) ^ (values >> 63)
