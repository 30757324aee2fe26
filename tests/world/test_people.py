"""Households: every person counted, traits as the district says, luck that stays with the household."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.district import Population, Zone
from evacsim.streams import Streams
from evacsim.world.people import SLOWEST, draw_zone, household_sizes


@given(population=st.integers(1, 3000), mean=st.floats(1, 6), seed=st.integers(0, 10))
def test_households_add_up_to_the_population(population, mean, seed):
    sizes = household_sizes(population, mean, Streams(seed).get("household_size", "z"))
    assert sizes.sum() == population
    assert (sizes >= 1).all()


def test_the_mean_household_size_is_the_given_one():
    sizes = household_sizes(200_000, 2.75, Streams(1).get("household_size", "z"))
    assert sizes.mean() == pytest.approx(2.75, rel=0.01)


def test_shares_of_special_groups_are_the_given_ones():
    zone = Zone(id="z", x=0, y=0, population=100_000)
    drawn = draw_zone(zone, Population(), Streams(2))
    assert drawn.elderly.sum() / 100_000 == pytest.approx(0.18, abs=0.005)
    assert drawn.children.sum() / 100_000 == pytest.approx(0.14, abs=0.005)
    assert drawn.assisted.sum() / 100_000 == pytest.approx(0.04, abs=0.003)
    assert (drawn.elderly + drawn.children <= drawn.people).all()


def test_a_household_walks_as_fast_as_its_slowest_member():
    """V09, and N(1.2, 0.2) for singles (verification B7)."""
    singles = Population(
        household_size=1, elderly_share=0, child_share=0, assisted_share=0,
        walking_speed="1.2 m/s", walking_speed_sd="0.2 m/s",
    )  # fmt: skip
    zone = Zone(id="z", x=0, y=0, population=20_000)
    speed = draw_zone(zone, singles, Streams(3)).walking_speed
    assert speed.mean() == pytest.approx(1.2, abs=0.01)
    assert speed.std() == pytest.approx(0.2, abs=0.01)
    families = singles.model_copy(update={"household_size": 4.0})
    assert draw_zone(zone, families, Streams(3)).walking_speed.mean() < 1.1
    assert (speed >= SLOWEST).all()


def test_another_zone_or_another_trait_changes_nobodys_draws():
    alone = draw_zone(Zone(id="a", x=0, y=0, population=50), Population(), Streams(5))
    beside = Streams(5)
    draw_zone(Zone(id="b", x=0, y=0, population=70), Population(), beside)
    again = draw_zone(Zone(id="a", x=0, y=0, population=50), Population(elderly_share=0.5), beside)
    assert np.array_equal(alone.people, again.people)
    assert np.array_equal(alone.assisted, again.assisted)
