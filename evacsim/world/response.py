"""From the danger to the step out of the door: the delays in a row, who believes, who ever goes.

The delays of the authorities stand before the warning (`issue_time`), those of the household
after it: it receives the warning, decides, prepares (the parts of Lindell and Prater, recalled).
Each part has a law and a luck of its own; a household's time is their sum (`departure_times`),
the curve of a crowd their convolution (`share_through_all`).

A law says when people go, an asymptote how many ever go: the **maximum** of the response, which
the literature calls maximum mobilization and a plan the compliance. It is a share of those who
were warned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.network.defaults import Source
from evacsim.scenario.section import DurationLaw, Lindell, Lognormal
from evacsim.world.laws import shares

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


# The authorities.


def issue_time(
    hazard: ArrayLike, *, identification: ArrayLike, communication: ArrayLike, issuance: ArrayLike
) -> Floats:
    """Return when a warning is issued [s], WI = HO + IH + CD + ID (seen: LifeSim TRM-11, equation 12).

    Parameters
    ----------
    hazard : array_like
        Moment at which the danger comes true, HO [s].
    identification : array_like
        From there until it is recognized, IH [s]; negative where it is seen coming.
    communication : array_like
        Until the office that warns has been told, CD [s].
    issuance : array_like
        Until that office has issued the warning, ID [s].
    """
    parts = (np.asarray(part, dtype=np.float64) for part in (hazard, identification, communication, issuance))
    return np.asarray(sum(parts, start=np.float64(0)))


ISSUANCE: Mapping[str, Lindell] = MappingProxyType(
    {
        "high": Lindell(type="lindell", a=1.7, b=0.6),
        "moderate": Lindell(type="lindell", a=0.9, b=0.9),
        "low": Lindell(type="lindell", a=0.35, b=1.2),
    }
)
"""Issuance delay by the preparedness of the office. The form and the curve of `high` are seen in go-consequences (its
own test); that these curves stand for these classes is assumed: the agency's map from about 50 questions to a and b
was not seen."""


@dataclass(frozen=True, slots=True)
class OfficeDelays:
    """What one office of a past event needed, from the recognition of the danger."""

    name: str
    communication: float | None
    """Until it was told [s]; None where the source leaves it open."""
    issuance: float
    """From there until it had warned [s]."""

    @property
    def total(self) -> float:
        """From the recognition to the warning [s], with 0 for what the source leaves open."""
        return (self.communication or 0.0) + self.issuance


OROVILLE = (
    OfficeDelays("Butte County", 0.0, 3060.0),
    OfficeDelays("all three counties (NWS)", None, 1500.0),
    OfficeDelays("Yuba County", 1800.0, 5580.0),
    OfficeDelays("Sutter County", 5400.0, 3780.0),
    OfficeDelays("Yuba City", 3600.0, 8340.0),
)
"""Oroville 2017, after the order of 15:30: 0:51, 0:25, 0:30 + 1:33, 1:30 + 1:03, 1:00 + 2:19 (seen: LifeSim TRM-06
tables 12 and 13). The manual heads the columns min:sec; the times of day beside them make them hours and minutes. The
weather service was itself told at 16:10, so that its warning of 16:35 came 1:05 after the order."""


# The household: belief.

THRESHOLD_MEAN, THRESHOLD_DEVIATION = 0.3, 0.1
"""Normal law of the impact that makes a household act (seen: scenarios of EES, agentsoz/ees)."""
ORDER_IMPACT = 1.0
"""Impact of an order: everybody believes it at once (assumed, seven deviations above the mean)."""
CONFIRMATION_IMPACT = 0.05
"""What each further message adds (assumed)."""
VISIT_IMPACT = 0.4
"""What somebody at the door adds (assumed)."""
FALSE_ALARM_IMPACT = 0.02
"""What each false alarm of the last year takes away (assumed). An activation that the water justified is none: were all
47 activations of a season (seen: S2) counted, hardly anybody would believe an order."""


def thresholds(
    luck: Floats, *, mean: float = THRESHOLD_MEAN, deviation: float = THRESHOLD_DEVIATION
) -> Floats:
    """Return the impact from which each household acts; a luck of 0 is the most credulous."""
    from scipy.special import ndtri

    return np.asarray(mean + deviation * np.asarray(ndtri(luck)))


def believes(
    luck: Floats, impact: ArrayLike, *, mean: float = THRESHOLD_MEAN, deviation: float = THRESHOLD_DEVIATION
) -> Bools:
    """Return which households act on messages of an `impact` (see `impact_of`)."""
    limits = thresholds(luck, mean=mean, deviation=deviation)
    return np.asarray(limits <= np.asarray(impact, dtype=np.float64))


def impact_needed(
    share: ArrayLike, *, mean: float = THRESHOLD_MEAN, deviation: float = THRESHOLD_DEVIATION
) -> Floats:
    """Return the impact on which a `share` of households acts.

    >>> round(float(impact_needed(0.4)), 6)
    0.274665
    """
    from scipy.special import ndtri

    return np.asarray(mean + deviation * np.asarray(ndtri(np.asarray(share, dtype=np.float64))))


def impact_of(
    strongest: ArrayLike,
    *,
    confirmations: ArrayLike = 0,
    visits: ArrayLike = 0,
    false_alarms: ArrayLike = 0,
    per_confirmation: float = CONFIRMATION_IMPACT,
    per_visit: float = VISIT_IMPACT,
    per_false_alarm: float = FALSE_ALARM_IMPACT,
) -> Floats:
    """Return what the messages that a household has heard add up to, never below 0.

    The strongest of them counts in full, every other as a confirmation; a visit is persuasion
    (动员) on top; false alarms of the last year (空转) have tired people (assumed).
    """
    gained = (
        np.asarray(strongest) + per_confirmation * np.asarray(confirmations) + per_visit * np.asarray(visits)
    )
    return np.asarray(np.maximum(gained - per_false_alarm * np.asarray(false_alarms), 0.0), dtype=np.float64)


# The household: time.


def departure_times(received: Floats, parts: Sequence[Floats], luck: Floats, *, maximum: ArrayLike) -> Floats:
    """Return when households step out of the door [s]; inf for never.

    Parameters
    ----------
    received : ndarray of float64
        When each receives the warning [s]; inf for never.
    parts : sequence of ndarray of float64
        The times it takes from there, such as those to decide and to prepare [s].
    luck : ndarray of float64
        Numbers in [0, 1): below `maximum` the household goes at all.
    maximum : array_like
        Share of the warned that ever goes.
    """
    ready = np.array(received, dtype=np.float64)
    for part in parts:
        ready = ready + part
    return np.where(luck < np.asarray(maximum), ready, np.inf)


def share_through_all(laws: Sequence[DurationLaw], *, step: float, steps: int) -> Floats:
    """Return the share that has several independent delays behind it after 0, 1, 2, ... steps.

    The curve of their sum, for a crowd that is never drawn: shape (steps + 1,). What a law gains
    within a step meets the mean of the curve so far at the two ends of the step: exact for one law,
    of second order in the step for several, and a later fixed delay blurs by half a step.

    Parameters
    ----------
    laws : sequence of DurationLaw
        Laws of the delays, such as those to receive, to decide and to prepare; with none all is over at once.
    step : float
        Step of the grid [s].
    steps : int
        Number of steps.
    """
    times = step * np.arange(steps + 1, dtype=np.float64)
    through = np.ones(steps + 1)
    for law in laws:
        by_then = shares(law, times)
        within = (through[:-1] + through[1:]) / 2
        later = np.convolve(np.diff(by_then), within)[:steps]
        through = by_then[0] * through + np.append(0.0, later)
    return through


def trapped_before_leaving(departed: Floats, water: Floats) -> Bools:
    """Return who is still at home when the water comes; who steps out at that very moment is caught as well."""
    return np.asarray(departed >= water) & np.isfinite(water)


# Presets.


@dataclass(frozen=True, slots=True)
class Maximum:
    """Share of the warned that ever goes, in an event of the past."""

    low: float
    high: float
    usual: float
    source: Source

    def drawn(self, luck: ArrayLike) -> Floats:
        """Return the share for a luck in [0, 1), all alike between `low` and `high`; one draw for a whole event."""
        return np.asarray(self.low + (self.high - self.low) * np.asarray(luck, dtype=np.float64))


MAXIMA: Mapping[str, Maximum] = MappingProxyType(
    {
        "joso": Maximum(0.585, 0.585, 0.585, Source("seen", "Jōsō 2015, LifeSim validation")),
        "oroville": Maximum(0.67, 0.68, 0.675, Source("seen", "Oroville 2017, LifeSim TRM-06")),
        "nola": Maximum(0.80, 0.90, 0.85, Source("seen", "New Orleans East 2005, LifeSim validation")),
        "teton": Maximum(0.99, 1.00, 0.99, Source("seen", "towns below Teton dam 1976, LifeSim validation")),
        "johnstown": Maximum(0.20, 0.50, 0.35, Source("seen", "Johnstown 1889, LifeSim validation; no warning")),
    }
)  # fmt: skip
"""Observed maxima of the response, by event. The share of Oroville is one of all people at risk, of whom 86 to 89 %
were warned: of the warned it is 0.675 / 0.87 = 0.776. LifeSim's manual also says that the asymptote is 'typically 5 to
20 %', which can only mean those who stay (doubtful)."""

PREPARATION: Mapping[str, Lognormal] = MappingProxyType(
    {
        "fast": Lognormal(type="lognormal", median="20 min", sigma=0.6),
        "oroville": Lognormal(type="lognormal", median="150 min", sigma=0.5),
        "slow": Lognormal(type="lognormal", median="240 min", sigma=0.6),
    }
)
"""From the first alert to the step out of the door. Seen is only that most delays of Oroville were two to three hours
(LifeSim TRM-06): the law and the spread of `oroville`, and all of `fast` and `slow`, are assumed. LifeSim's nine
presets are pictures in its manual and were not read off."""
