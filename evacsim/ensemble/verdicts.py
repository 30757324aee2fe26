"""The three words for whether a limit is kept often enough, and the rule for each."""

from enum import Enum

from evacsim.ensemble.interval import Interval
from evacsim.language import Text


class Verdict(Enum):
    """What the runs say of a limit that is to be kept with a target probability."""

    RELIABLE = "reliable"
    NOT_ENOUGH = "not_enough"
    UNDECIDED = "undecided"


WORDS: dict[Verdict, Text] = {
    Verdict.RELIABLE: Text("reliable", "可靠"),
    Verdict.NOT_ENOUGH: Text("not enough", "不足"),
    Verdict.UNDECIDED: Text("undecided", "不能判定"),
}
RULES: dict[Verdict, Text] = {
    Verdict.RELIABLE: Text("the whole interval lies at or above the target", "置信区间下限不低于目标概率"),
    Verdict.NOT_ENOUGH: Text("the whole interval lies below the target", "置信区间上限低于目标概率"),
    Verdict.UNDECIDED: Text(
        "the interval holds the target: more runs are needed to tell", "置信区间跨过目标概率，需增加推演次数"
    ),
}


def verdict(interval: Interval, target: float) -> Verdict:
    """Return the word for a limit that is kept with a probability inside `interval` and should be with `target`.

    >>> verdict(Interval(0.96, 0.99), 0.95).value, verdict(Interval(0.90, 0.94), 0.95).value
    ('reliable', 'not_enough')
    >>> verdict(Interval(0.90, 0.97), 0.95).value
    'undecided'
    """
    if interval.low >= target:
        return Verdict.RELIABLE
    if interval.high < target:
        return Verdict.NOT_ENOUGH
    return Verdict.UNDECIDED
