"""Sacco's score of injured people: RPM (respiration, pulse, motor response), 0 to 12, and how it falls untreated.

Calibrated for trauma; for people hurt or cold in a flood it is an illustration of decay, no measurement.
"""

from typing import Final

PERIOD: Final = 1800.0
"""Length of the period after which the score is read again [s] (recalled from Sacco's Delphi table)."""

CHANCE: Final = (0.052, 0.089, 0.15, 0.23, 0.35, 0.49, 0.63, 0.75, 0.84, 0.90, 0.94, 0.97, 0.98)
"""Chance to live of who is treated at each score (seen: Sacco triage method, RPM)."""

CARE: Final = tuple(
    60.0 * minutes for minutes in (180, 170, 160, 150, 140, 130, 120, 110, 90, 60, 50, 40, 30)
)
"""How long who is treated at each score takes a bed [s] (seen: Sacco triage method, care time)."""

AFTER: Final = (
    (0,),
    (0,),
    (0,),
    (1, 0),
    (2, 1, 0),
    (3, 2, 1, 0),
    (4, 3, 2, 1, 0),
    (6, 5, 4, 3, 2, 1, 0),
    (8, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    (9, 8, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0),
    (10, 9, 9, 8, 8, 7, 6, 6, 5, 5, 4, 4),
    (11, 11, 10, 10, 9, 8, 8, 7, 7, 6, 6, 5),
    (12, 12, 11, 11, 10, 10, 10, 10, 9, 9, 8, 8),
)
"""Score after 1, 2, ... 12 periods without treatment, by the first score (seen); where the row is shorter it stays as
it was last."""


def score_after(first: int, untreated: float) -> int:
    """Return the score of somebody who has not been treated for a time [s]; full periods count."""
    periods = int(untreated // PERIOD)
    if periods < 1:
        return first
    row = AFTER[first]
    return row[min(periods, len(row)) - 1]


def chance(score: int) -> float:
    """Return the chance to live of somebody treated at a score."""
    return CHANCE[score]
