"""Lines in the plane and in time. Metres and hours throughout; every draw comes from a named Philox stream."""

import hashlib

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SEED = 20260718


def stream(name: str) -> np.random.Generator:
    """Return the generator called `name`; one more draw for one purpose shifts no other."""
    words = np.frombuffer(hashlib.blake2b(name.encode(), digest_size=8).digest(), dtype="<u4").tolist()
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((SEED, *words))))


def smooth(corners: Array, step: float) -> Array:
    """Return a Catmull-Rom curve through the corners with a point about every `step` metres."""
    ends = np.vstack([2 * corners[0] - corners[1], corners, 2 * corners[-1] - corners[-2]])
    parts = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        n = max(2, round(float(np.linalg.norm(c - b)) / step))
        t = np.arange(n)[:, None] / n
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - 3 * c + d - a) * t**3)
        )
    return np.vstack([*parts, corners[-1:]])


def chainage(line: Array) -> Array:
    """Return the distance along the line to each of its points."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def crosses(a: Array, b: Array, c: Array, d: Array) -> NDArray[np.bool_]:
    """Return whether segments a-b properly cross segments c-d (arrays of shape (..., 2), broadcast)."""

    def turn(p: Array, q: Array, r: Array) -> Array:
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
            r[..., 0] - p[..., 0]
        )

    return (turn(a, b, c) * turn(a, b, d) < 0) & (turn(c, d, a) * turn(c, d, b) < 0)


def inside(points: Array, ring: Array) -> NDArray[np.bool_]:
    """Return whether each point lies in the polygon (even-odd rule)."""
    within = np.zeros(len(points), dtype=bool)
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y0 != y1:
            spans = (y0 > points[:, 1]) != (y1 > points[:, 1])
            within ^= spans & (points[:, 0] < (x1 - x0) * (points[:, 1] - y0) / (y1 - y0) + x0)
    return within


def area(ring: Array) -> float:
    """Return the area of the polygon [m2]."""
    x, y = ring.T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def share_out(total: int, weights: Array) -> list[int]:
    """Return whole numbers in proportion to the weights that add up to `total` (largest remainders)."""
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(int)
    for place in np.argsort(parts - exact, kind="stable")[: total - int(parts.sum())]:
        parts[place] += 1
    return [int(part) for part in parts]
