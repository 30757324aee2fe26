"""Location models: as good as trying everything, and never better than their bound."""

from itertools import combinations, combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.analysis.median import BEYOND, least_time, mean_time
from evacsim.analysis.median import _program as program_of_pairs
from evacsim.world.locating import (
    Placement,
    expected_cover,
    max_cover,
    max_expected_cover,
)
from evacsim.world.moving_up import Travel, move_up

HOUR = 3600.0


@st.composite
def tables(draw):
    """Draw times from up to five sites to up to seven points, their weights, and how many units there are."""
    n_sites, n_points = draw(st.integers(1, 5)), draw(st.integers(1, 7))
    cells = st.sampled_from([300.0, 600.0, 900.0, 1200.0, 2400.0, np.inf])
    times = np.array(draw(st.lists(cells, min_size=n_sites * n_points, max_size=n_sites * n_points)))
    weight = np.array(
        draw(st.lists(st.integers(0, 40), min_size=n_points, max_size=n_points)), dtype=np.float64
    )
    return times.reshape(n_sites, n_points), weight, draw(st.integers(0, 4))


def placed(sites, n_sites):
    """Return units at each site."""
    return np.bincount(np.array(sites, dtype=np.int64), minlength=n_sites)


def test_the_textbook_cover_by_hand():
    """Greedy takes the middle site and then one of the others: 8; both others cover all 10."""
    within = np.array(
        [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 1, 1, 1, 1, 0]],
        dtype=bool,
    )
    weight = np.array([1.0, 2, 2, 2, 2, 1])
    found = max_cover(within, weight, 2)
    assert found.units.tolist() == [1, 1, 0]
    assert (found.value, found.bound, found.gap) == (10.0, 10.0, 0.0)


@settings(max_examples=60, deadline=None)
@given(tables(), st.booleans())
def test_max_cover_is_the_best_of_all(table, has_others):
    times, weight, n_units = table
    within = times <= 900
    fixed = within[-1] if has_others else np.zeros(len(weight), dtype=bool)
    best = max(
        weight[within[list(sites)].any(axis=0) | fixed].sum()
        for k in range(min(n_units, len(times)) + 1)
        for sites in combinations(range(len(times)), k)
    )
    found = max_cover(within, weight, n_units, fixed=fixed)
    assert found.value == pytest.approx(best)
    assert found.gap == 0
    assert found.units.sum() <= n_units
    assert weight[within[found.units > 0].any(axis=0) | fixed].sum() == pytest.approx(found.value)


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([0.0, 0.2, 0.5, 0.9]), st.booleans())
def test_max_expected_cover_is_the_best_of_all(table, busy, has_others):
    times, weight, n_units = table
    within = times <= 900
    fixed = within[-1] * 2 if has_others else np.zeros(len(weight), dtype=np.int64)

    def value(sites):
        return sum(
            w * (1 - busy ** (sum(within[s, i] for s in sites) + fixed[i])) for i, w in enumerate(weight)
        )

    best = max(value(sites) for sites in combinations_with_replacement(range(len(times)), n_units))
    found = max_expected_cover(within, weight, n_units, busy=busy, fixed=fixed)
    assert found.value == pytest.approx(best)
    assert found.gap == pytest.approx(0, abs=1e-6)
    assert found.units.sum() <= n_units
    assert expected_cover(within, weight, found.units, busy=busy, fixed=fixed) == pytest.approx(best)


def test_two_units_at_one_place_where_one_is_mostly_busy():
    """Of 100 and 10 people apart, busy half the time: 75 with both at the first, 55 with one at each."""
    within = np.eye(2, dtype=bool)
    found = max_expected_cover(within, np.array([100.0, 10]), 2, busy=0.5)
    assert found.units.tolist() == [2, 0]
    assert found.value == 75.0


@settings(max_examples=60, deadline=None)
@given(tables(), st.booleans())
def test_least_time_is_the_best_of_all(table, has_others):
    times, weight, n_units = table
    weight = weight + 1
    fixed = times[-1] * 1.5 if has_others else np.full(len(weight), np.inf)
    now = np.minimum(fixed, HOUR)
    best = min(
        mean_time(times, weight, placed(sites, len(times)), now)
        for k in range(min(n_units, len(times)) + 1)
        for sites in combinations(range(len(times)), k)
    )
    found = least_time(times, weight, n_units, beyond=HOUR, fixed=fixed)
    assert found.value == pytest.approx(best)
    assert found.gap == pytest.approx(0, abs=1e-6)
    assert found.units.sum() <= n_units


def test_the_median_of_a_road_by_hand():
    """Places at 0, 1, 2 and 10 min, equal weights: two units at the middle of the three and at the far one."""
    place = np.array([0.0, 60, 120, 600])
    found = least_time(np.abs(place[:, None] - place[None, :]), np.ones(4), 2)
    assert found.units.tolist() == [0, 1, 0, 1]
    assert found.value == 30.0


def test_nobody_is_moved_in_vain():
    within = np.array([[1, 1], [1, 0], [0, 1]], dtype=bool)
    assert max_cover(within, np.array([3.0, 4]), 3).units.tolist() == [1, 0, 0]


def towns_and_points(seed, n_sites, n_points):
    """Return times between random places, some of them without a way, and weights."""
    random = np.random.default_rng(seed)
    times = np.hypot(*(random.random((2, n_sites, 1)) - random.random((2, 1, n_points)))) * HOUR
    times[random.random(times.shape) < 0.1] = np.inf
    return times, random.integers(0, 30, n_points).astype(np.float64)


@pytest.mark.parametrize("seed", range(6))
def test_prices_and_the_whole_program_agree(seed):
    """HiGHS on all pairs at once, without the bound by prices and what it settles, is the reference."""
    times, weight = towns_and_points(seed, 14, 60)
    now = np.full(60, BEYOND if seed % 2 else 1200.0)
    units, saved = program_of_pairs(times, weight, now, 4).solved(14)
    found = least_time(times, weight, 4, beyond=float(now[0]))
    assert found.value == pytest.approx(mean_time(times, weight, units, now))
    assert found.value == pytest.approx(float(weight @ now - saved) / weight.sum())
    assert found.gap < 1e-6


def test_what_the_time_limit_cuts_short_says_how_far_it_may_be_off():
    times, weight = towns_and_points(4, 40, 300)
    cut, whole = least_time(times, weight, 6, time_limit=0.0), least_time(times, weight, 6)
    assert whole.gap < 1e-6 < cut.gap
    assert cut.bound <= whole.value <= cut.value


def test_the_gap_is_relative_to_the_value():
    assert Placement(np.zeros(0, dtype=np.int64), 80.0, 100.0).gap == 0.25


# -- moving up --------------------------------------------------------------------------------


def line_of_places(*minutes):
    """Return travel between places along a road, each also a point."""
    at = np.array(minutes, dtype=np.float64) * 60
    between = np.abs(at[:, None] - at[None, :])
    return Travel(between, between)


def test_a_neighbour_closes_the_gap():
    """The unit of the city is out; of two idle ones in the north, one goes to the city."""
    times = line_of_places(0, 40)
    moves = move_up(
        np.array([0, 0]), np.array([0, 1]), np.array([50.0, 400]), times, limit=900, busy=0.1, longest=HOUR
    )
    assert [(move.unit, move.to, move.time) for move in moves] == [(0, 1, 2400.0)]


def test_nobody_moves_where_all_is_well_or_it_is_not_worth_the_way():
    times = line_of_places(0, 40)
    idle, both = np.array([0, 1]), np.array([0, 1])
    assert move_up(idle, both, np.array([50.0, 400]), times, limit=900, busy=0.0) == []
    lonely = np.array([0, 0]), both, np.array([50.0, 5.0])
    assert move_up(*lonely, times, limit=900, busy=0.0, price=10 / 2400) == []
    assert len(move_up(*lonely, times, limit=900, busy=0.0, price=1 / 2400)) == 1
    assert move_up(*lonely, times, limit=900, busy=0.0, longest=1800) == []


@settings(max_examples=40, deadline=None)
@given(tables(), st.sampled_from([0.0, 0.3, 0.6]), st.data())
def test_no_other_moves_are_worth_more(table, busy, data):
    times, weight, _ = table
    n = len(times)
    idle = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=3)))
    goals = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=3, unique=True)))
    cells = st.sampled_from([120.0, 600.0, 1800.0, np.inf])
    between = np.array(data.draw(st.lists(cells, min_size=n * n, max_size=n * n))).reshape(n, n)
    np.fill_diagonal(between, 0.0)
    price = 1 / 600

    def worth(to):
        drives = sum(0.0 if b == a else between[a, b] for a, b in zip(idle.tolist(), to, strict=True))
        return expected_cover(times <= 900, weight, placed(to, n), busy=busy) - price * drives

    def allowed(a, b):
        return a == b or (b in goals and between[a, b] <= 1800)

    best = max(
        worth(to)
        for to in product(range(n), repeat=len(idle))
        if all(allowed(a, b) for a, b in zip(idle.tolist(), to, strict=True))
    )
    moves = move_up(
        idle, goals, weight, Travel(times, between), limit=900, busy=busy, price=price, longest=1800
    )
    to = idle.tolist()
    for move in moves:
        assert allowed(to[move.unit], move.to)
        assert move.time == between[to[move.unit], move.to]
        to[move.unit] = move.to
    assert worth(to) == pytest.approx(best, abs=1e-6)
