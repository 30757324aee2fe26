"""How a warning spreads: over channels that reach some and not others, and from mouth to mouth.

Two descriptions, not to be used together for one zone:

* **by curve**: the share of a zone that is warned, minute by minute, by one law for all channels
  together (`first_alert`, `bass`); a household's luck picks its moment (`alert_times`);
* **by channel**: each emission of each channel reaches the households that have the channel, each
  after its own delay (`heard`); the first word counts (`first_heard`), and who has heard tells
  others (`word_of_mouth`).

Every luck belongs to a household and a channel, drawn from a stream named by both. So a channel
that is added, taken away or silenced leaves everybody's luck with the other channels as it was,
and nobody hears later because there is one more channel.

That people tell each other is a mean field: each zone is one crowd, not a net of acquaintances.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.network.defaults import Source
from evacsim.scenario.section import DurationLaw
from evacsim.streams import Streams
from evacsim.world.daytime import by_daytime
from evacsim.world.laws import quantiles

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

MINUTE = 60.0


# By curve.


def first_alert(b: float, c: float, *, steps: int, step: float = MINUTE) -> Floats:
    """Return the share warned after 0, 1, 2, ... steps, shape (steps + 1,); the first is 0.

    P[k + 1] = P[k] + (1 - P[k]) (r(t) + c P[k]) step,  t = k step,  r(t) = t / b^2 exp(-t^2 / (2 b^2)),
    as in go-consequences, `warning/first_alert.go` (seen), with its step of a minute.

    Parameters
    ----------
    b : float
        Most frequent time of a direct alert [s]: the smaller, the faster the channels together.
    c : float
        How fast people tell each other [1/s]; the source calls it community cohesiveness.
    steps : int
        Number of steps.
    step : float
        Length of a step [s].

    Notes
    -----
    r is the density of a Rayleigh law used as a hazard, so that without word of mouth (c = 0) only
    1 - 1/e = 63.2 % are ever warned (derived; a step of a minute and b = 95 min give 61.8 % after
    240 min, 63.3 % in the end). It is the source's law and is kept.

    **Which minute** an entry stands for is doubtful. The source lists P[k + 1] beside the time
    k step, that is one step sooner than here, where P[k] is what has been reached when k steps are
    over. With b = 95 min and c = 0.06/min half are warned in entry 61 here and at minute 60 there,
    nine tenths in entry 92 here and at minute 91 there; the later reading is the cautious one.
    """
    warned = np.zeros(steps + 1)
    times = step * np.arange(steps)
    direct = times / b**2 * np.exp(-(times**2) / (2 * b**2))
    for k in range(steps):
        # Where a step is coarse against the law the hazard may exceed certainty.
        hazard = min((direct[k] + c * warned[k]) * step, 1.0)
        warned[k + 1] = warned[k] + (1 - warned[k]) * hazard
    return warned


def bass(a: float, b: float, times: ArrayLike) -> Floats:
    """Return the share warned at `times` where broadcast and word of mouth work together.

    y(t) = (1 - e^{-(a + b) t}) / (1 + (b / a) e^{-(a + b) t}), which solves
    dy/dt = (a + b y) (1 - y), y(0) = 0: broadcast and birth after Rogers and Sorensen 1988, the
    curve of Bass 1969 (models recalled, solution derived). Their parameters for sirens,
    telephones and media are doubtful and not given here.

    Parameters
    ----------
    a : float
        Hazard of a direct alert [1/s]; 0 means that nobody ever begins.
    b : float
        How fast people tell each other [1/s].
    times : array_like
        Times since the beginning [s].
    """
    t = np.maximum(np.asarray(times, dtype=np.float64), 0.0)
    if a == 0:
        return np.zeros(t.shape)
    unwarned = np.exp(-(a + b) * t)
    return np.asarray(a * (1 - unwarned) / (a + b * unwarned))


def bass_times(a: float, b: float, luck: Floats) -> Floats:
    """Return when households of a luck in [0, 1) are warned [s]: the inverse of `bass`."""
    if a == 0:
        return np.full(luck.shape, np.inf)
    return np.asarray((np.log1p(b / a * luck) - np.log1p(-luck)) / (a + b))


def alert_times(curve: Floats, luck: Floats, *, step: float = MINUTE) -> Floats:
    """Return when households of a luck in [0, 1) are warned [s], straight within a step; inf for never.

    Parameters
    ----------
    curve : ndarray of float64, shape (n_steps + 1,)
        Share warned after each step, from 0 and never falling.
    luck : ndarray of float64
        The household is warned when the curve passes its luck.
    step : float
        Length of a step [s].
    """
    after = np.searchsorted(curve, luck, side="right")
    is_warned = after < len(curve)
    k = np.minimum(after, len(curve) - 1)
    rise = curve[k] - curve[k - 1]
    part = np.divide(luck - curve[k - 1], rise, out=np.zeros(luck.shape), where=is_warned)
    return np.where(is_warned, step * (k - 1 + part), np.inf)


# By channel.


@dataclass(frozen=True, slots=True)
class Reach:
    """Share of households that a channel reaches where it works (渠道覆盖)."""

    day: float
    night: float
    source: Source

    def at(self, night_share: ArrayLike) -> Floats:
        """Return the reach at moments of which `night_share` is night (`Daytime.night_share`)."""
        return by_daytime(self.day, self.night, night_share)


REACHES: Mapping[str, Reach] = MappingProxyType(
    {
        "sms": Reach(0.90, 0.55, Source("assumed", "a telephone in most households, many silenced at night")),
        "cell_broadcast": Reach(0.80, 0.60, Source("assumed", "not every telephone takes it, and it rings")),
        "loudspeaker": Reach(0.75, 0.70, Source("assumed", "within earshot of a village loudspeaker")),
        "siren": Reach(
            0.765, 0.70, Source("seen", "siren test of Nanticoke: heard by 76.5 % (LifeSim TRM-18); night assumed")
        ),
        "radio_tv": Reach(0.30, 0.05, Source("assumed", "who listens or watches at the moment")),
    }
)  # fmt: skip
"""Reach of the kinds of channel where they are installed and work; take the district's own where it is known. Of all
of them together the documents of Chinese offices ask for 90 and 95 % (`REACH_WANTED`)."""
REACH_WANTED = (0.90, 0.95)
"""Share of the public that warnings of a disaster, and of the weather, are to reach (seen: S3)."""
CONTAGION = 0.01 / MINUTE
"""How fast people tell each other [1/s]: 1 % a minute of those not warned per share of warned (assumed; the form is
seen in go-consequences, whose test has 6 % a minute)."""


def coverage(reaches: ArrayLike, axis: int = 0) -> Floats:
    """Return the share that at least one of several channels reaches, 1 - Π (1 - R).

    A bound for channels that reach people independently of each other (assumed). Channels that
    fail together, or that miss the same people, reach fewer.

    >>> round(float(coverage([0.9, 0.8])), 3)
    0.98
    """
    return np.asarray(1 - np.prod(1 - np.asarray(reaches, dtype=np.float64), axis=axis))


@dataclass(frozen=True, slots=True)
class Emission:
    """A warning that goes out once over one channel (一次发布)."""

    channel: str
    """Id of the channel."""
    time: float
    """Moment when it begins to go out [s]."""
    reach: float | Floats
    """Share of households that the channel reaches at this moment; one for all, or one for each of the zone."""
    delay: DurationLaw
    """From going out until a household takes notice."""
    ordinal: int = 1
    """Which emission of this channel it is, from 1; repetitions meet households with fresh luck."""
    rate: float = np.inf
    """Households the channel serves in a second; infinite where all are served at once."""
    n_served: int = 0
    """Households it serves one after the other with this emission, in all zones; without meaning where all are
    served at once."""


def heard(emission: Emission, zone: str, n: int, streams: Streams) -> Floats:
    """Return when each of the `n` households of a zone hears an emission [s]; inf for never.

    Whether a household has the channel is drawn once (`has_channel`), so that a repetition under
    the same reach reaches the same households, and those reached by night are among those
    reached by day. Its place in the row of those to be served is drawn once as well
    (`served`), its delay anew for each emission (`heard`).
    """
    channel = emission.channel
    has_channel = streams.get("has_channel", channel, zone).random(n) < emission.reach
    luck = streams.get("heard", channel, zone, emission.ordinal).random(n)
    wait = np.zeros(n)
    if np.isfinite(emission.rate):
        # A share of the row, not a rank: a household keeps its turn whoever else is drawn.
        wait = streams.get("served", channel, zone).random(n) * (emission.n_served / emission.rate)
    return np.where(has_channel, emission.time + wait + quantiles(emission.delay, luck), np.inf)


@dataclass(frozen=True, slots=True)
class FirstWord:
    """The first word that each household of a zone hears."""

    time: Floats
    """When it comes [s]; inf for never."""
    emission: Ints
    """Row of the emission that brings it; -1 for none."""


def first_heard(times: Floats) -> FirstWord:
    """Return the first word of each household, of times in the shape (n_emissions, n_households).

    Of emissions that come at one instant the one of the first row counts; the others are heard
    as well and change nothing.
    """
    n_emissions, n = times.shape
    if n_emissions == 0:
        return FirstWord(np.full(n, np.inf), np.full(n, -1, dtype=np.int32))
    row = np.argmin(times, axis=0)
    time = times[row, np.arange(n)]
    return FirstWord(time, np.where(np.isfinite(time), row, -1).astype(np.int32))


def reached_by(first: FirstWord, moments: ArrayLike, *, n_emissions: int) -> Ints:
    """Return how many households have had their first word over each emission by each moment.

    Shape (n_emissions, n_moments); the sum over emissions is the number of households reached.
    """
    edges = np.asarray(moments, dtype=np.float64)
    counts = [
        np.searchsorted(np.sort(first.time[first.emission == row]), edges, side="right")
        for row in range(n_emissions)
    ]
    return np.array(counts, dtype=np.int32).reshape(n_emissions, len(edges))


def word_of_mouth(
    first: Floats, luck: Floats, *, contagion: float, until: float, step: float = MINUTE
) -> Floats:
    """Return when each household of a zone would hear from its neighbors [s]; inf for not until `until`.

    The hazard is `contagion` times the share of households that have heard, over a channel or
    from others. It begins with the first who hears; where nobody does, nobody tells. Every
    household's own word is the minimum of this and of `first`.

    Parameters
    ----------
    first : ndarray of float64, shape (n,)
        When each household hears over a channel [s]; inf for never.
    luck : ndarray of float64, shape (n,)
        Numbers in [0, 1); the household hears when the hazard has added up to -ln(1 - luck).
    contagion : float
        How fast people tell each other [1/s].
    until : float
        Last moment that counts [s].
    step : float
        The share that has heard is brought up to date so often [s]; the hazard is constant in between.

    Notes
    -----
    The sum of hazards H and the share of those who have heard, P = 1 - (1 - D) exp(-H) with the
    share D reached over channels, grow with D everywhere: one more channel lets nobody hear
    later. With D = 1 - exp(-a t) the limit of small steps is `bass`.
    """
    never = np.full(first.shape, np.inf)
    reached = np.sort(first[np.isfinite(first)])
    if contagion == 0 or reached.size == 0 or reached[0] >= until:
        return never
    begins = float(reached[0])
    n_steps = int(np.ceil((until - begins) / step))
    direct = np.searchsorted(reached, begins + step * np.arange(n_steps), side="right") / len(first)
    threshold = -np.log1p(-luck)
    highest = float(threshold.max())
    hazard = [0.0]
    for reached_share in direct.tolist():
        heard_share = 1 - (1 - reached_share) * math.exp(-hazard[-1])
        hazard.append(hazard[-1] + contagion * step * heard_share)
        if hazard[-1] > highest:
            break  # everybody has heard
    time = begins + alert_times(np.array(hazard), threshold, step=step)
    return np.where(time <= until, time, np.inf)
