"""What several runs say together: their differences, and the thresholds they speak for."""

from collections.abc import Mapping

from numpy.typing import ArrayLike

from evacsim.analysis.comparison import Comparison
from evacsim.analysis.comparison import compare as compare_records
from evacsim.analysis.thresholds import COST_FALSE, COST_LATE, Sweep
from evacsim.analysis.thresholds import thresholds as sweep_thresholds
from evacsim.api.running import Run


def compare(run: Run, other: Run) -> Comparison:
    """Return what differs between two runs, indicator by indicator and household by household."""
    return compare_records(run.record, other.record)


def thresholds(
    *runs: Run,
    gauge: str,
    candidates: ArrayLike | None = None,
    needed: Mapping[str, float] | None = None,
    cost_late: float = COST_LATE,
    cost_false: float = COST_FALSE,
) -> Sweep:
    """Return what each threshold at a gauge would have led to in several floods, and the best one for each zone.

    Parameters
    ----------
    runs : Run
        Runs of one district, each through another flood.
    gauge : str
        Id of the gauge.
    candidates : array_like, optional
        Thresholds [m]; evenly spread over all stages if absent.
    needed : mapping of str to float, optional
        Time that a zone takes until it is empty [s]; what the runs say where absent.
    cost_late, cost_false : float
        What a transfer that is late or missed, and one that is false, weigh.

    Raises
    ------
    ResultsError
        If there is no run, or one of them does not know the gauge.
    """
    return sweep_thresholds(
        [run.record for run in runs],
        gauge=gauge,
        candidates=candidates,
        needed=needed,
        cost_late=cost_late,
        cost_false=cost_false,
    )
