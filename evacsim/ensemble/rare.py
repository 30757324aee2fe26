"""How likely something very rare is, by splitting: on the way to it, whoever has come nearer is copied.

Waiting for an event of one in 100,000 takes millions of runs. Instead the runs are driven up level by level: of all
those that have reached a level the best tenth goes on, from slightly other luck, to the next; the probability is the
product of the shares (multilevel splitting; in this form subset simulation, Au and Beck 2001; moves by Papaioannou
et al. 2015; recalled). It asks for a score that grows the nearer a run comes to the event, and for luck that is a
vector of independent standard normal numbers.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evacsim.ensemble.interval import Interval
from evacsim.ensemble.means import mean_interval
from evacsim.streams import Streams

Score = Callable[[NDArray[np.float64]], float]
"""How near a run comes that has the given luck; float64, shape (n_dims,)."""

WANTED_MOVES = 0.44
"""Share of moves that stay above their level for which the stride is set (recalled: Papaioannou et al. 2015)."""
MOST_LEVELS = 60


class Rare(NamedTuple):
    """The probability of a rare event."""

    probability: float
    """Mean over all repetitions."""
    interval: Interval
    """Where it lies, from how much the repetitions differ."""
    evaluations: int
    """Scores that were worked out."""
    levels: tuple[float, ...]
    """Levels of the first repetition, the threshold last."""


def split(
    score: Score,
    *,
    threshold: float,
    n_dims: int,
    seed: int,
    particles: int = 1000,
    share: float = 0.1,
    repetitions: int = 8,
    level: float = 0.95,
) -> Rare:
    """Return how likely a score at or above `threshold` is.

    Parameters
    ----------
    score : callable
        Score of a vector of standard normal numbers, shape (n_dims,). `scipy.special.ndtr` turns them into the
        uniform ones of `drawing.values_at`.
    threshold : float
        Score at which the event happens.
    n_dims : int
        Independent normal numbers that luck is made of.
    seed : int
        Of all luck.
    particles : int
        Runs on each level.
    share : float
        Part of them that goes on.
    repetitions : int
        Independent repetitions, from whose spread the interval comes.
    level : float
        Confidence.

    Returns
    -------
    Rare
        Probability 0 where the scores stop growing below the threshold: then nothing but `1 / particles`
        for the last step is known, and the interval says nothing of it.

    Raises
    ------
    ValueError
        If there are fewer than two repetitions or too few particles to go on.
    """
    if repetitions < 2 or share * particles < 2 or not 0 < share < 1:
        raise ValueError("splitting needs two repetitions and two particles that go on")
    found = [
        _once(score, threshold, Streams(seed).get("splitting", number), (particles, n_dims), share)
        for number in range(repetitions)
    ]
    probabilities = np.array([one[0] for one in found])
    low, high, _ = mean_interval(probabilities, level)
    return Rare(
        float(probabilities.mean()),
        Interval(max(low, 0.0), min(high, 1.0), level),
        sum(one[1] for one in found),
        tuple(found[0][2]),
    )


def _once(
    score: Score, threshold: float, luck: np.random.Generator, shape: tuple[int, int], share: float
) -> tuple[float, int, list[float]]:
    """Return probability, scores worked out and levels of one repetition."""
    n = shape[0]
    places = luck.standard_normal(shape)
    scores = np.array([score(place) for place in places])
    probability, evaluations, stride = 1.0, n, 0.6
    levels: list[float] = []
    while len(levels) < MOST_LEVELS:
        level = float(np.sort(scores)[n - max(round(share * n), 2)])
        if level <= scores.min():  # many are alike: the next better score, if there is any
            better = scores[scores > level]
            level = float(better.min()) if len(better) else -math.inf
        level = min(level, threshold) if math.isfinite(level) else level
        reached = scores >= level
        if level == -math.inf:
            return (probability if scores.min() >= threshold else 0.0), evaluations, levels
        levels.append(level)
        probability *= float(reached.mean())
        if level >= threshold:
            return probability, evaluations, levels
        places, scores, moved, stride = _go_on(
            score, level, luck, (places[reached], scores[reached]), n, stride
        )
        evaluations += moved
    return 0.0, evaluations, levels


def _go_on(
    score: Score,
    level: float,
    luck: np.random.Generator,
    seeds: tuple[NDArray[np.float64], NDArray[np.float64]],
    n: int,
    stride: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], int, float]:
    """Return `n` places above a level, moved step by step from those that have reached it, and the next stride."""
    now, at = seeds[0].copy(), seeds[1].copy()
    order = luck.permutation(len(now))
    now, at = now[order], at[order]
    places, scores, evaluations = [now.copy()], [at.copy()], 0
    while sum(map(len, scores)) < n:
        # The move keeps the normal law: where no level stood in the way, the new place would be as likely.
        tried = math.sqrt(1 - stride**2) * now + stride * luck.standard_normal(now.shape)
        reached = np.array([score(place) for place in tried])
        stays = reached >= level
        now[stays], at[stays] = tried[stays], reached[stays]
        places.append(now.copy())
        scores.append(at.copy())
        evaluations += len(now)
        stride = min(max(stride * math.exp(float(stays.mean()) - WANTED_MOVES), 0.01), 0.999)
    return np.concatenate(places)[:n], np.concatenate(scores)[:n], evaluations, stride
