"""Part 2 C and part 4 V, warning and response as laws: C2, C3, C6, V04b."""

import numpy as np
import pytest

from evacsim.scenario.section import Gamma, Lindell, Logistic, Lognormal, Rayleigh, Table, Weibull
from evacsim.streams import Streams
from evacsim.world.laws import quantiles, shares
from evacsim.world.response import MAXIMA, believes, departure_times, impact_needed

N = 100_000


def test_c2_the_curve_of_lindell_has_its_values_and_agents_follow_it():
    """C2: P = 1 - exp(-0.01 t^1.5), t in minutes: a Weibull law of scale 0.01^(-2/3) min."""
    scale = 0.01 ** (-2 / 3)
    law = Weibull(type="weibull", scale=f"{scale} min", shape=1.5)
    assert scale == pytest.approx(21.5443, abs=1e-4)
    assert quantiles(law, np.array([0.5, 0.9])) / 60 == pytest.approx([16.874, 37.567], abs=1e-3)
    assert shares(law, np.array([1800.0]))[0] == pytest.approx(0.80663, abs=1e-5)
    times = quantiles(law, Streams(1).get("preparation", "z").random(N)) / 60
    # 4 standard errors of the share at 30 min are 0.005.
    assert (times <= 30).mean() == pytest.approx(0.80663, abs=0.005)
    assert np.quantile(times, 0.5) == pytest.approx(16.874, rel=0.01)
    assert np.quantile(times, 0.9) == pytest.approx(37.567, rel=0.01)


def test_c3_those_above_the_maximum_never_leave_and_nobody_else():
    """C3: of 20 000 households 20 % never leave, within 3 standard errors."""
    n = 20_000
    luck = Streams(2).get("compliance", "z").random(n)
    out = departure_times(np.zeros(n), [np.full(n, 1800.0)], luck, maximum=0.8)
    assert np.array_equal(np.isinf(out), luck >= 0.8)
    assert np.isinf(out).mean() == pytest.approx(0.2, abs=3 * (0.8 * 0.2 / n) ** 0.5)


def test_c6_messages_of_the_calibrated_impacts_bring_1_5_30_and_40_percent():
    """C6: thresholds N(0.3, 0.1); within one point."""
    luck = Streams(3).get("belief", "z").random(N)
    impacts = [0.067365, 0.135515, 0.247560, 0.274665]
    wanted = [0.01, 0.05, 0.30, 0.40]
    assert impact_needed(wanted) == pytest.approx(impacts, abs=1e-6)
    acting = [believes(luck, impact).mean() for impact in impacts]
    assert acting == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize(
    "law",
    [
        Weibull(type="weibull", scale="2 h", shape=1.5),
        Rayleigh(type="rayleigh", sigma="30 min"),
        Logistic(type="logistic", midpoint="2 h", spread="20 min"),
        Lognormal(type="lognormal", median="150 min", sigma=0.5),
        Gamma(type="gamma", scale="40 min", shape=3),
        Lindell(type="lindell", a=0.9, b=0.9),
        Table(type="table", times=["0 s", "1 h", "8 h"], shares=[0, 0.4, 1]),
    ],
    ids=lambda law: law.type,
)
def test_v04b_under_every_law_the_maximum_leaves_in_the_end(law):
    """V04b: of 1e5 groups 0.585 within 0.005, and half of these by the law's median."""
    streams = Streams(4)
    part = quantiles(law, streams.get("preparation", "z").random(N))
    luck = streams.get("compliance", "z").random(N)
    maximum = MAXIMA["joso"].usual
    out = departure_times(np.zeros(N), [part], luck, maximum=maximum)
    assert np.isfinite(out).mean() == pytest.approx(0.585, abs=0.005)
    median = quantiles(law, np.array([0.5]))[0]
    assert (out <= median).mean() == pytest.approx(0.585 / 2, abs=0.006)
