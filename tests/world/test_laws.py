"""Laws of duration against their closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.section import Fixed, Lognormal, Rayleigh, Table, Uniform, Weibull
from evacsim.world.laws import quantiles

LAWS = [
    Fixed(value="30 min"),
    Uniform(type="uniform", low="30 min", high="90 min"),
    Lognormal(type="lognormal", median="20 min", sigma=0.6, offset="1 min"),
    Weibull(type="weibull", scale="40 min", shape=1.5, offset="5 min"),
    Rayleigh(type="rayleigh", sigma="1.65 min", offset="10 min"),
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
