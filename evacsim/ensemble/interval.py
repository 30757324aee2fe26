"""What is known of a number that was estimated: from where to where it lies, and how sure that is."""

from typing import NamedTuple


class Interval(NamedTuple):
    """A confidence interval: in `level` of all studies made like this one it holds the true value."""

    low: float
    high: float
    level: float = 0.95
    """Confidence."""

    def holds(self, value: float) -> bool:
        """Tell whether `value` lies inside, ends included."""
        return self.low <= value <= self.high


def check_level(level: float) -> float:
    """Return `level` where it can be a confidence.

    Raises
    ------
    ValueError
        If it does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {level}")
    return level
