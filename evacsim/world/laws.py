"""Laws of duration as quantile functions, and as the curves that these invert.

Traits are drawn as uniform numbers and turned into times by the inverse of the law's
distribution. So a person who is slow under one plan is slow under every plan: two plans
compared under one seed differ by the plans alone.

No law has a share that never acts: who refuses is decided by the compliance, who never hears
by the reach of the channels (`world.response`, `world.alerting`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.scenario.section import (
    DurationLaw,
    Fixed,
    Gamma,
    Lindell,
    Logistic,
    Lognormal,
    Rayleigh,
    Table,
    Uniform,
    Weibull,
)

Floats = NDArray[np.float64]

HOUR = 3600.0
LINDELL_LONGEST = 6 * HOUR
"""Time by which every warning is issued [s] (seen: go-consequences, whose comment calls it arbitrary). What it does: of
a = 1.7, b = 0.6 there are 0.7 % issued at this very moment, of a = 0.1, b = 0.5 there are 78 %."""


def quantiles(law: DurationLaw, uniform: Floats) -> Floats:
    """Return the times [s] at which the law has accumulated the shares `uniform`.

    Parameters
    ----------
    law : DurationLaw
        Law of a duration.
    uniform : ndarray of float64
        Numbers in [0, 1).

    Notes
    -----
    Rayleigh, Weibull and Lindell are inverted in closed form, -ln(1 - u) = ((t - offset) / scale)^shape;
    the lognormal through the inverse error function of SciPy, gamma through its inverse incomplete
    gamma function. The inverse of Lindell's law in go-consequences takes the power of a negative
    number and is not followed.
    """
    from scipy.special import gammaincinv, logit, ndtri

    u = uniform
    match law:
        case Fixed():
            times = np.full(u.shape, law.value)
        case Uniform():
            times = law.low + (law.high - law.low) * u
        case Lognormal():
            times = law.offset + law.median * np.exp(law.sigma * np.asarray(ndtri(u)))
        case Weibull():
            times = law.offset + law.scale * (-np.log1p(-u)) ** (1 / law.shape)
        case Rayleigh():
            times = law.offset + law.sigma * np.sqrt(-2 * np.log1p(-u))
        case Gamma():
            times = law.offset + law.scale * np.asarray(gammaincinv(law.shape, u))
        case Logistic():
            times = np.maximum(law.midpoint + law.spread * np.asarray(logit(u)), 0.0)
        case Lindell():
            times = np.minimum(HOUR * (-np.log1p(-u) / law.a) ** (1 / law.b), LINDELL_LONGEST)
        case Table():
            times = np.interp(u, law.shares, law.times)
    return np.asarray(times)


def shares(law: DurationLaw, times: Floats) -> Floats:
    """Return the share that has it behind them by each of `times` [s]: the curve that `quantiles` inverts.

    Parameters
    ----------
    law : DurationLaw
        Law of a duration.
    times : ndarray of float64
        Times since the beginning [s], of any shape.
    """
    from scipy.special import expit, gammainc, ndtr

    t = times
    by_then: NDArray[Any]
    with np.errstate(divide="ignore"):
        match law:
            case Fixed():
                by_then = t >= law.value
            case Uniform():
                width = law.high - law.low
                by_then = np.clip((t - law.low) / width, 0, 1) if width > 0 else t >= law.low
            case Lognormal():
                by_then = ndtr(np.log(np.maximum(t - law.offset, 0) / law.median) / law.sigma)
            case Weibull():
                by_then = -np.expm1(-((np.maximum(t - law.offset, 0) / law.scale) ** law.shape))
            case Rayleigh():
                by_then = -np.expm1(-((np.maximum(t - law.offset, 0) / law.sigma) ** 2) / 2)
            case Gamma():
                by_then = gammainc(law.shape, np.maximum(t - law.offset, 0) / law.scale)
            case Logistic():
                by_then = np.where(t >= 0, expit((t - law.midpoint) / law.spread), 0.0)
            case Lindell():
                issued = -np.expm1(-law.a * (np.maximum(t, 0) / HOUR) ** law.b)
                by_then = np.where(t > LINDELL_LONGEST, 1.0, issued)
            case Table():
                by_then = np.interp(t, law.times, law.shares)
    return np.asarray(by_then, dtype=np.float64)
