"""Draws of what is not known, and the seed of each run: named by the study's seed, the draw and the run alone.

Neither the number of workers nor what has been done before has a say in them. A second study with the same
seed, of another plan, meets the same states of the world and the same luck, run by run.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from evacsim.scenario.study import Between, Normal, OneOf, Skewed, StudyDesign, Triangular, Uncertain
from evacsim.streams import Streams


def seed_of(seed: int, draw: int, inner: int) -> int:
    """Return the seed of run `inner` under `draw` of a study; below 2^53, so that any JSON reader keeps it."""
    return int(Streams(seed).get("replication", draw, inner).integers(2**53))


def drawn(design: StudyDesign, seed: int, draw: int) -> dict[str, Any]:
    """Return the value of each unknown in a draw, by its id, as a scenario holds it."""
    streams = Streams(seed)
    return {
        item.id: value_at(item, float(streams.get("uncertain", item.id, draw).random()))
        for item in design.uncertain
    }


def values_at(design: StudyDesign, uniforms: Sequence[float]) -> dict[str, Any]:
    """Return the value of each unknown, in their order, below which the given share of all draws lies."""
    return {
        item.id: value_at(item, uniform) for item, uniform in zip(design.uncertain, uniforms, strict=True)
    }


def changes_of(design: StudyDesign, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes of the scenario, value by path, that a draw stands for."""
    return {path: values[item.id] for item in design.uncertain for path in item.paths}


def value_at(item: Uncertain, uniform: float) -> Any:
    """Return the value below which `uniform` of all draws lie, as a scenario holds it.

    >>> item = Uncertain(id="decision", paths="plan.when.decision_time", unit="min", mark="assumed",
    ...                  source="an example", law={"type": "uniform", "low": 10, "high": 30})
    >>> value_at(item, 0.25)
    '15.0 min'
    """
    law = item.law
    if isinstance(law, OneOf):
        return _chosen(law, uniform)
    number = float(_quantile(law, uniform))
    # Twelve digits: libraries of other machines may differ in the last of sixteen.
    value = round(number) if item.whole else float(f"{number:.12g}")
    return f"{value} {item.unit}" if item.unit else value


def _quantile(law: Between | Triangular | Normal | Skewed, uniform: float) -> float:
    from scipy.stats import lognorm, norm, triang, truncnorm

    if isinstance(law, Between):
        return law.low + uniform * (law.high - law.low)
    if isinstance(law, Triangular):
        width = law.high - law.low
        return float(triang.ppf(uniform, (law.mode - law.low) / width, loc=law.low, scale=width))
    if isinstance(law, Skewed):
        return float(lognorm.ppf(uniform, law.sigma, scale=law.median))
    if law.low is None and law.high is None:
        return float(norm.ppf(uniform, law.mean, law.sd))
    low = -math.inf if law.low is None else (law.low - law.mean) / law.sd
    high = math.inf if law.high is None else (law.high - law.mean) / law.sd
    return float(truncnorm.ppf(uniform, low, high, loc=law.mean, scale=law.sd))


def _chosen(law: OneOf, uniform: float) -> Any:
    weights = law.weights or [1.0] * len(law.values)
    reached, total = 0.0, sum(weights)
    for value, weight in zip(law.values, weights, strict=True):
        reached += weight / total
        if uniform < reached:
            return value
    return law.values[max(number for number, weight in enumerate(weights) if weight)]
