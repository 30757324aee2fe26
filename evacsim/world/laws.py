"""Laws of duration as quantile functions.

Traits are drawn as uniform numbers and turned into times by the inverse of the law's
distribution. So a person who is slow under one plan is slow under every plan: two plans
compared under one seed differ by the plans alone.
"""

import numpy as np
from numpy.typing import NDArray

from evacsim.scenario.section import DurationLaw, Fixed, Lognormal, Rayleigh, Table, Uniform, Weibull

Floats = NDArray[np.float64]


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
    Rayleigh and Weibull are inverted in closed form, -ln(1 - u) = ((t - offset) / scale)^shape;
    the lognormal through the inverse error function of SciPy.
    """
    match law:
        case Fixed():
            return np.full(uniform.shape, law.value)
        case Uniform():
            return law.low + (law.high - law.low) * uniform
        case Lognormal():
            from scipy.special import ndtri

            return np.asarray(law.offset + law.median * np.exp(law.sigma * np.asarray(ndtri(uniform))))
        case Weibull():
            return np.asarray(law.offset + law.scale * (-np.log1p(-uniform)) ** (1 / law.shape))
        case Rayleigh():
            return np.asarray(law.offset + law.sigma * np.sqrt(-2 * np.log1p(-uniform)))
        case Table():
            return np.interp(uniform, law.shares, law.times)
