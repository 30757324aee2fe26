"""The register against the truth: each error as often as it is said to be, and nobody else's list touched."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.district import Population, Zone
from evacsim.scenario.reading import from_mapping
from evacsim.streams import Streams
from evacsim.world.building import build_world
from evacsim.world.people import draw_households, draw_zone
from evacsim.world.register import ListErrors, draw_register, list_totals
from tests.reference import register as plain
from tests.reference.small_district import small_district

SEED = 8
TOWNS = ("J01", "J01", "J01", "J02")


@cache
def district(populations=(900, 600, 300, 450)):
    """Return as much of a world as the register reads, and its households: three zones of one town, one of another."""
    zones = [
        Zone(id=f"z{row}", x=0, y=0, population=population, township=TOWNS[row])
        for row, population in enumerate(populations)
    ]
    people = [draw_zone(zone, Population(), Streams(SEED)).people for zone in zones]
    world = SimpleNamespace(zones=SimpleNamespace(models=zones, n=len(zones)))
    zone = np.repeat(np.arange(len(zones), dtype=np.int32), list(map(len, people)))
    return world, SimpleNamespace(
        zone=zone, people=np.concatenate(people), n=len(zone), is_visitor=np.zeros(len(zone), bool)
    )


def register(errors, seed=SEED):
    world, households = district()
    wrong = [errors] * world.zones.n if isinstance(errors, ListErrors) else errors
    return draw_register(world, households, Streams(seed), errors=wrong), households


def test_a_list_without_errors_is_the_truth():
    drawn, households = register(ListErrors())
    assert drawn.is_listed.all()
    assert np.array_equal(drawn.listed_zone, households.zone)
    assert np.array_equal(drawn.listed_people, households.people)
    totals = list_totals(drawn, households)
    assert np.array_equal(totals.people, [900, 600, 300, 450])
    assert np.array_equal(totals.people_listed, totals.people)
    assert totals.error_rate == 0


def test_a_world_as_it_is_built_has_a_register(tmp_path):
    world = build_world(from_mapping(small_district(tmp_path)))
    households = draw_households(world, Streams(1))
    drawn = draw_register(
        world, households, Streams(1), errors=[ListErrors(n_unlisted=1), ListErrors(ghosts=0.5)]
    )
    totals = list_totals(drawn, households)
    assert totals.unlisted.tolist() == [1, 0]
    assert totals.people.sum() == 300
    assert totals.ghosts.sum() > 0


def test_errors_are_as_frequent_as_said():
    """Of about 800 households; 4 standard errors of a share are at most 4 sqrt(p (1 - p) / n)."""
    drawn, households = register(ListErrors(unlisted=0.1, ghosts=0.2, misplaced=0.15, stale=0.3))
    totals = list_totals(drawn, households)
    n, listed = households.n, drawn.is_listed

    def near(share, of):
        return pytest.approx(share, abs=4 * (share * (1 - share) / of) ** 0.5)

    assert totals.unlisted.sum() / n == near(0.1, n)
    assert totals.elsewhere.sum() / listed.sum() == near(0.15, listed.sum())
    assert (drawn.listed_people != households.people)[listed].mean() == near(0.3, listed.sum())
    assert np.abs(totals.ghosts - 0.2 * totals.households).max() < 1
    assert totals.error_rate == pytest.approx((0.1 + 0.2) / (0.9 + 0.2), abs=0.04)


def test_a_misplaced_household_stands_under_its_town_where_it_can():
    drawn, households = register(ListErrors(misplaced=1.0))
    assert (drawn.listed_zone != households.zone).all()
    in_town = households.zone < 3
    assert set(drawn.listed_zone[in_town]) == {0, 1, 2}
    assert set(drawn.listed_zone[~in_town]) == {0, 1, 2}  # the only zone of its town: under any other


def test_stale_entries_are_wrong_by_one_and_never_empty():
    drawn, households = register(ListErrors(stale=1.0))
    assert (np.abs(drawn.listed_people - households.people) == 1).all()
    assert drawn.listed_people.min() >= 1


def test_given_numbers_hold_exactly():
    drawn, households = register([ListErrors(n_unlisted=n, n_ghosts=n + 1) for n in (0, 1, 5, 10_000)])
    totals = list_totals(drawn, households)
    assert totals.unlisted.tolist() == [0, 1, 5, totals.households[3]]
    assert totals.ghosts.tolist() == [1, 2, 6, 10_001]
    assert np.array_equal(totals.entries, totals.households - totals.unlisted + totals.ghosts)
    assert totals.people_listed[3] >= 10_001


@given(worse=st.floats(0, 1), better=st.floats(0, 1))
def test_a_better_list_keeps_the_errors_that_are_left(worse, better):
    better, worse = sorted((better, worse))
    few, _ = register(ListErrors(unlisted=better))
    many, _ = register(ListErrors(unlisted=worse))
    assert (few.is_listed | ~many.is_listed).all()
    first, second = (register(ListErrors(n_unlisted=n))[0].is_listed for n in (3, 4))
    assert (first | ~second).all()
    half, _ = register(ListErrors(unlisted=0.5))
    assert not half.is_listed[~second].any()  # a number takes those whom a share takes first


def test_the_list_of_another_zone_changes_nothing_here():
    right, households = register([ListErrors(unlisted=0.1, stale=0.2)] * 4)
    wrong, _ = register([*[ListErrors(unlisted=0.1, stale=0.2)] * 3, ListErrors(unlisted=0.9, ghosts=1.0)])
    here = households.zone < 3
    assert np.array_equal(right.listed_people[here], wrong.listed_people[here])
    assert np.array_equal(right.ghosts[:3], wrong.ghosts[:3])
    assert not np.array_equal(right.is_listed, wrong.is_listed)


SHARE = st.floats(0, 1)
NUMBER = st.one_of(st.none(), st.integers(0, 40))
ERRORS = st.builds(
    ListErrors, unlisted=SHARE, ghosts=SHARE, misplaced=SHARE, stale=SHARE, n_unlisted=NUMBER, n_ghosts=NUMBER
)


@given(errors=st.lists(ERRORS, min_size=4, max_size=4), seed=st.integers(0, 5))
def test_a_register_equals_its_plain_twin_and_loses_nobody(errors, seed):
    world, households = district((40, 25, 10, 12))
    drawn = draw_register(world, households, Streams(seed), errors=errors)
    zones = [(zone.id, zone.township) for zone in world.zones.models]
    people = [households.people[households.zone == row].tolist() for row in range(4)]
    listed, ghosts = plain.draw_register(zones, people, Streams(seed), errors)
    assert list(zip(drawn.listed_zone.tolist(), drawn.listed_people.tolist(), strict=True)) == listed
    assert list(zip(drawn.ghosts.tolist(), drawn.ghost_people.tolist(), strict=True)) == ghosts
    totals = list_totals(drawn, households)
    assert totals.entries.sum() + totals.unlisted.sum() == households.n + totals.ghosts.sum()
    assert (totals.elsewhere + totals.unlisted <= totals.households).all()


def test_one_zone_alone_misplaces_nobody():
    zone = Zone(id="z", x=0, y=0, population=20)
    world = SimpleNamespace(zones=SimpleNamespace(models=[zone], n=1))
    people = draw_zone(zone, Population(), Streams(1)).people
    households = SimpleNamespace(
        zone=np.zeros(len(people), np.int32),
        people=people,
        n=len(people),
        is_visitor=np.zeros(len(people), bool),
    )
    drawn = draw_register(world, households, Streams(1), errors=[replace(ListErrors(), misplaced=1.0)])
    assert (drawn.listed_zone == 0).all()
