"""Households: every person counted, traits as the district says, luck that stays with the household."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.district import Population, Zone
from evacsim.scenario.reading import from_mapping
from evacsim.streams import Streams
from evacsim.world.building import build_world
from evacsim.world.household_sizes import household_sizes
from evacsim.world.people import SLOWEST, Knowledge, ages, draw_households, draw_zone
from tests.reference.small_district import small_district


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


def test_speeds_by_age_stay_in_the_ranges_of_the_table_and_leave_all_else_as_it_was():
    """B6, with the groups of the district; households of one, so that each is seen alone."""
    zone = Zone(id="z", x=0, y=0, population=20_000)
    by_age = Population(household_size=1, speed_law="imo_ages")
    drawn = draw_zone(zone, by_age, Streams(4))
    usual = draw_zone(zone, Population(household_size=1), Streams(4))
    for trait in ("people", "elderly", "children", "assisted"):
        assert np.array_equal(getattr(drawn, trait), getattr(usual, trait))
    limited, elderly, child = drawn.assisted > 0, drawn.elderly > 0, drawn.children > 0
    speed = drawn.walking_speed
    for group, (low, high) in (
        (limited, (0.46, 0.76)),
        (elderly & ~limited, (0.68, 1.41)),
        (child & ~limited, (0.58, 1.61)),
    ):
        assert low <= speed[group].min()
        assert speed[group].max() <= high
        # A uniform law; 5 standard errors of the mean of at least 700 people in a range of 1 m/s.
        assert speed[group].mean() == pytest.approx((low + high) / 2, abs=5 * 0.29 / 700**0.5)


def test_adults_are_of_every_age_between_child_and_elder():
    luck = np.linspace(0, 1, 1000, endpoint=False)
    years = ages(luck, 0.2, 0.1)
    assert (years[luck < 0.2] == 65).all()
    assert (years[luck >= 0.9] == 12).all()
    adults = years[(luck >= 0.2) & (luck < 0.9)]
    assert ((adults >= 30) & (adults <= 50)).mean() == pytest.approx(20 / 53, abs=0.002)
    assert set(ages(luck, 0.4, 0.6)) == {65.0, 12.0}
    assert (ages(luck, 0.4, 0.6) == 65).mean() == pytest.approx(0.4, abs=0.001)


def test_knowledge_and_patience_are_those_of_the_district(tmp_path):
    def households(**population):
        world = build_world(from_mapping(small_district(tmp_path, population=population)))
        return draw_households(world, Streams(6))

    usual = households()
    assert (usual.knowledge == Knowledge.INFORMED).all()
    assert np.isinf(usual.patience).all()
    shares = {"informed": 0.2, "eyes": 0.5, "nothing": 0.3}
    some = households(
        household_size=1,
        knowledge=shares,
        patience_at_closure={"type": "uniform", "low": "5 min", "high": "10 min"},
    )
    counts = np.bincount(some.knowledge, minlength=3) / some.n
    assert counts == pytest.approx([0.2, 0.5, 0.3], abs=4 * 0.5 / some.n**0.5)  # four standard errors
    assert (some.patience >= 300).all()
    assert (some.patience <= 600).all()
    assert (households(knowledge={"informed": 0, "eyes": 1}).knowledge == Knowledge.EYES).all()
    for trait in ("people", "walking_speed", "car_luck", "mode_luck", "preparation_luck"):
        alone = households(household_size=1)
        assert np.array_equal(getattr(alone, trait), getattr(some, trait))
