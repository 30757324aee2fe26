"""Laws of duration against their closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.section import (
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
from evacsim.world.laws import LINDELL_LONGEST, quantiles, shares

LAWS = [
    Fixed(value="30 min"),
    Uniform(type="uniform", low="30 min", high="90 min"),
    Lognormal(type="lognormal", median="20 min", sigma=0.6, offset="1 min"),
    Weibull(type="weibull", scale="40 min", shape=1.5, offset="5 min"),
    Rayleigh(type="rayleigh", sigma="1.65 min", offset="10 min"),
    Gamma(type="gamma", scale="10 min", shape=2.5, offset="2 min"),
    Logistic(type="logistic", midpoint="40 min", spread="8 min"),
    Lindell(type="lindell", a=1.7, b=0.6),
    Table(type="table", times=["0 s", "10 min", "1 h"], shares=[0, 0.5, 1]),
]


def test_rayleigh_departures_of_seaside_have_the_published_quantiles():
    """V04: offset 10 min, sigma 1.65 min: median 11.9427, 99 % 15.0075 min."""
    law = Rayleigh(type="rayleigh", sigma="1.65 min", offset="10 min")
    median, late = quantiles(law, np.array([0.5, 0.99])) / 60
    assert median == pytest.approx(11.9427, abs=1e-4)
    assert late == pytest.approx(15.0075, abs=1e-4)


def test_rayleigh_draws_have_the_published_mean():
    """V04: mean 12.0680 min over 1e5 draws."""
    law = Rayleigh(type="rayleigh", sigma="1.65 min", offset="10 min")
    uniform = np.random.Generator(np.random.Philox(4)).random(100_000)
    assert quantiles(law, uniform).mean() / 60 == pytest.approx(12.0680, abs=0.02)


def test_the_median_of_a_lognormal_is_its_median():
    law = Lognormal(type="lognormal", median="20 min", sigma=0.6)
    assert quantiles(law, np.array([0.5]))[0] == pytest.approx(1200)


def test_weibull_has_63_percent_by_its_scale():
    law = Weibull(type="weibull", scale="40 min", shape=1.5, offset="5 min")
    assert quantiles(law, np.array([1 - np.exp(-1)]))[0] == pytest.approx(45 * 60)


def test_a_table_is_straight_between_its_points():
    law = Table(type="table", times=["0 s", "10 min", "1 h"], shares=[0, 0.5, 1])
    assert quantiles(law, np.array([0.0, 0.25, 0.75])).tolist() == [0.0, 300.0, 2100.0]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.type)
@given(shares=st.lists(st.floats(0, 0.999), min_size=2, max_size=20))
def test_whoever_is_later_under_one_law_is_not_earlier_under_another(law, shares):
    times = quantiles(law, np.sort(np.array(shares)))
    assert (np.diff(times) >= 0).all()
    assert (times >= 0).all()


def test_v01_lindells_law_has_the_values_of_its_source():
    """V01: a = 1.7, b = 0.6; median 13.45175 min."""
    law = Lindell(type="lindell", a=1.7, b=0.6)
    by_then = shares(law, 60 * np.array([15.0, 30, 60, 120, 240]))
    assert by_then == pytest.approx([0.522871, 0.674236, 0.817316, 0.923977, 0.979871], abs=1e-6)
    assert quantiles(law, np.array([0.5]))[0] / 60 == pytest.approx(13.45175, abs=1e-5)


def test_v01_every_warning_is_issued_after_six_hours_and_no_sooner():
    law = Lindell(type="lindell", a=0.1, b=0.5)
    before, at, after = shares(law, LINDELL_LONGEST + np.array([-1.0, 0, 1e-6]))
    assert before < at == pytest.approx(1 - 0.78274, abs=1e-5)
    assert after == 1
    assert (shares(law, np.array([0.0, -60.0])) == 0).all()
    assert quantiles(law, np.array([0.21, 0.22, 0.999])).tolist() == [
        pytest.approx(20_004, abs=1), LINDELL_LONGEST, LINDELL_LONGEST,
    ]  # fmt: skip


def test_a_gamma_law_of_two_waits_is_the_sum_of_two_exponential_times():
    """F(t) = 1 - (1 + t / s) exp(-t / s), and a shape of 1 is a Weibull law of shape 1."""
    times = np.linspace(0, 7200, 50)
    two = Gamma(type="gamma", scale="10 min", shape=2)
    assert shares(two, times) == pytest.approx(1 - (1 + times / 600) * np.exp(-times / 600), abs=1e-12)
    luck = np.linspace(0, 0.999, 50)
    one = Gamma(type="gamma", scale="10 min", shape=1)
    assert quantiles(one, luck) == pytest.approx(
        quantiles(Weibull(type="weibull", scale="10 min", shape=1), luck)
    )


def test_a_logistic_law_has_half_by_its_midpoint_and_sends_those_before_time_0_at_once():
    law = Logistic(type="logistic", midpoint="20 min", spread="10 min")
    at_once = 1 / (1 + np.exp(2))
    assert shares(law, np.array([-1.0, 0, 1200, 1800])) == pytest.approx(
        [0, at_once, 0.5, 0.731059], abs=1e-6
    )
    assert quantiles(law, np.array([0, at_once / 2, 0.5])).tolist() == [0, 0, 1200]


@pytest.mark.parametrize(
    "law", [law for law in LAWS if law.type not in ("fixed", "lindell")], ids=lambda law: law.type
)
@given(share=st.floats(0.01, 0.99))
def test_the_curve_of_a_law_inverts_its_quantiles(law, share):
    at_once = shares(law, np.zeros(1))[0]
    assert shares(law, quantiles(law, np.array([share])))[0] == pytest.approx(max(share, at_once), abs=1e-9)


@given(share=st.floats(0.01, 0.99))
def test_v01_lindells_curve_inverts_its_quantiles(share):
    law = Lindell(type="lindell", a=1.7, b=0.6)
    # By six hours 99.3 % are issued, so that no share up to 0.99 is cut off.
    assert shares(law, quantiles(law, np.array([share])))[0] == pytest.approx(share, abs=1e-12)


def test_a_fixed_time_is_over_at_its_moment_and_not_before():
    assert shares(Fixed(value="30 min"), np.array([0.0, 1799.9, 1800, 9000])).tolist() == [0, 0, 1, 1]
    point = Uniform(type="uniform", low="30 min", high="30 min")
    assert shares(point, np.array([1799.9, 1800])).tolist() == [0, 1]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.type)
def test_drawn_times_follow_the_curve(law):
    """Kolmogorov's distance of 1e5 draws stays under 1.95 / sqrt(n), which one sample in 1000 exceeds."""
    times = np.sort(quantiles(law, np.random.Generator(np.random.Philox(11)).random(100_000)))
    by_then = shares(law, times)
    # Where many share one moment the curve jumps; the last of them has the share that is reached.
    reached = np.searchsorted(times, times, side="right") / len(times)
    inside = times < LINDELL_LONGEST if law.type == "lindell" else np.full(len(times), True)
    assert np.abs(by_then - reached)[inside].max() < 1.95 / len(times) ** 0.5
