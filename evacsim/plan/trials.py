"""Many runs of variants of one scenario under the same luck: the same draws and seeds for each (同一随机数).

Each variant is a study of fixed size in a folder of its own, so that it is kept run by run, goes on where it was broken
off, and does not depend on the number of workers. Folders are named by what is changed.
"""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.ensemble.finding import Runs
from evacsim.ensemble.interval import Interval
from evacsim.ensemble.means import paired_difference
from evacsim.ensemble.studying import Plan, Progress, study
from evacsim.ensemble.working import Workers
from evacsim.scenario.model import Scenario
from evacsim.scenario.study import StudyDesign

Floats = NDArray[np.float64]
LONGEST = 120
"""Letters that the name of a folder may have."""


@dataclass
class Trials:
    """Where variants are run, and how."""

    design: StudyDesign
    seed: int
    n_runs: int
    folder: Path
    workers: Workers
    progress: Progress | None = None
    """Told the runs done of one variant, and those planned for it."""

    def of(self, name: str, scenario: Scenario) -> Runs:
        """Return the runs of a variant; those that are kept in its folder are not made again.

        A `/` in the name makes a folder within a folder.

        Raises
        ------
        EvacsimError
            If the folder, the workers or the scenario do not allow it.
        """
        plan = Plan(scenario, self.design, self.seed, self.n_runs, "budget")
        folder = self.folder.joinpath(*(folder_name(part) for part in name.split("/")))
        return study(plan, folder, self.workers, self.progress)[0]


def folder_name(id_: str) -> str:
    """Return the name of the folder of a variant: its id as a path can hold it, cut where it is too long.

    >>> folder_name("buses+1"), folder_name("road-桥 1")
    ('buses+1', 'road-%E6%A1%A5%201')
    """
    written = quote(id_, safe="+")
    if len(written) <= LONGEST:
        return written
    return f"{written[: LONGEST - 17]}-{hashlib.sha256(id_.encode()).hexdigest()[:16]}"


class Paired(NamedTuple):
    """What a variant has more than the plan as it is, draw by draw."""

    mean: float
    """nan where a value is not finite."""
    interval: Interval
    n_more: int
    """Draws in which it has more."""
    n_less: int
    p: float
    """Chance that as great a difference comes about where there is none, two-sided: by Student's t like the interval;
    by the signs alone where all differences are alike, or a time is never reached."""


def by_draw(runs: Runs, values: Floats) -> Floats:
    """Return the mean of a value of each run over the runs of each draw, which alone are independent."""
    _, of_draw = np.unique(runs.draws, return_inverse=True)
    means: Floats = np.bincount(of_draw, weights=values) / np.bincount(of_draw)
    return means


def paired(one: ArrayLike, other: ArrayLike, level: float) -> Paired:
    """Return how much more one (a variant) has than the other (the base) in draws that are alike but for the change.

    Draws of which one of both cannot be said are left out; where a time is never reached the signs count and the mean
    is not known.
    """
    from scipy.stats import binomtest, ttest_1samp

    variant, base = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    said = ~np.isnan(variant) & ~np.isnan(base)
    more, less = int((variant[said] > base[said]).sum()), int((variant[said] < base[said]).sum())
    signs = float(binomtest(more, more + less, 0.5).pvalue) if more + less else 1.0
    is_finite = bool(np.isfinite(variant[said]).all() and np.isfinite(base[said]).all())
    if not is_finite or not said.any():
        return Paired(math.nan, Interval(-math.inf, math.inf, level), more, less, signs)
    differences = variant[said] - base[said]
    found = paired_difference(variant[said], base[said], level)
    # Differences that are all alike leave nothing to reckon a spread from.
    p = float(ttest_1samp(differences, 0.0).pvalue) if np.ptp(differences) > 0 else signs
    return Paired(found.mean, found.interval, more, less, p)


def share_of_totals(parts: ArrayLike, wholes: ArrayLike, level: float) -> tuple[float, Interval]:
    """Return the share of all parts in all wholes, run by run, and where it lies; nan where there is no whole.

    The ratio of two means, its interval by the variance of `part - share * whole` (Taylor, first order).
    """
    part, whole = np.asarray(parts, dtype=np.float64), np.asarray(wholes, dtype=np.float64)
    if not whole.sum() > 0:
        return math.nan, Interval(0.0, 1.0, level)
    share = float(part.sum() / whole.sum())
    left = paired_difference(part, share * whole, level).interval
    low, high = (end / float(whole.mean()) + share for end in left[:2])
    return share, Interval(max(low, 0.0), min(high, 1.0), level)
