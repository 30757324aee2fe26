"""Staged release: the road is through as early with fewer on it (row J5); deadlines are kept as well as can be."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine.releasing import NOWHERE, Departures, bottlenecks, pass_bottlenecks, release_times
from tests.reference.small_district import node, small_district, write_grid

INF = np.inf
STREET = 25.0
"""Time of a vehicle on one street [s]."""


def departures(load, *, ready=0.0, lead=0.0, deadline=INF, bottleneck=0, capacity=1.0) -> Departures:
    n = len(load)
    columns = [np.broadcast_to(np.asarray(c, dtype=float), n).copy() for c in (load, ready, lead, deadline)]
    return Departures(
        *columns, np.broadcast_to(bottleneck, n), np.broadcast_to(np.asarray(capacity, float), n)
    )


def test_j5_600_and_600_through_one_a_second_are_through_at_1200_s_and_wait_half_as_long():
    groups = departures([600, 600])
    release = release_times(groups)
    assert release.tolist() == [0, 600]
    at_once, staged = pass_bottlenecks(groups, groups.ready), pass_bottlenecks(groups, release)
    assert (at_once.through.max(), staged.through.max()) == (1200, 1200)
    assert (at_once.mean_wait.tolist(), staged.mean_wait.tolist()) == ([600, 600], [300, 300])


def test_j5_a_run_shows_the_same(tmp_path):
    release = release_times(departures([600, 600]))
    found = {}
    for name, moments in (("at once", [0.0, 0.0]), ("staged", release.tolist())):
        folder = tmp_path / name
        mapping = small_district(
            folder,
            zones=[{"id": z, "node": node(3, 1), "population": 600} for z in ("east", "west")],
            transfers=[
                {"zone": z, "trigger_at": f"T+{moment / 60:g} min", "organizer": "grid officer"}
                for z, moment in zip(("east", "west"), moments, strict=True)
            ],
            shelters=[{"id": "school", "node": node(4, 1)}],
            population={"household_size": 1, "car_share": 1, "car_size": 1},
            to={"bus_share": 0, "car_share": 1},
            organize={"relay_time": "0 s", "preparation": "0 s"},
            who={"compliance": 1},
            care={"registration_time": "0 s"},
        )
        write_grid(folder / "network", speed=500 / STREET, capacity=1.0)
        mapping["plan"]["when"]["decision_time"] = "0 s"
        ledger = ev.simulate(ev.from_mapping(mapping), seed=1).tables.ledger
        wait = ledger["arrived_s"] - ledger["departed_s"] - STREET
        found[name] = ledger["arrived_s"].max(), wait.mean()
    # The first is through at once: the last of 1200 is through after 1199 s.
    assert found["at once"] == pytest.approx((1199 + STREET, 599.5), rel=0.005)
    assert found["staged"] == pytest.approx((1199 + STREET, 299.5), rel=0.005)


def test_the_nearer_deadline_goes_first_and_the_farther_home_is_let_go_earlier():
    groups = departures([100, 200], lead=[50, 300], deadline=[9000, 1000])
    # The first could be there at 50 s, the other only at 300 s: nobody waits for it.
    assert release_times(groups).tolist() == [0, 0]
    groups = departures([100, 200, 100], lead=[50, 120, 60], deadline=[9000, 5000, 4000])
    # At 50 s only the first can be there; at 150 s the third is more pressing than the second.
    assert release_times(groups).tolist() == [0, 130, 90]
    passed = pass_bottlenecks(groups, release_times(groups))
    assert passed.through.tolist() == [150, 450, 250]


def test_groups_without_a_bottleneck_and_with_others_do_not_wait_for_each_other():
    groups = departures([100, 100, 100, 100], bottleneck=[5, 7, 5, NOWHERE], capacity=[1, 0.5, 1, INF])
    assert release_times(groups).tolist() == [0, 0, 100, 0]
    passed = pass_bottlenecks(groups, release_times(groups))
    assert passed.through.tolist() == [100, 200, 200, 0]
    assert passed.mean_wait.tolist() == [50, 100, 50, 0]


def test_the_bottleneck_is_where_it_takes_longest_until_all_are_through():
    capacity = np.array([1.0, 0.4, 0.5, INF, 0.0])
    #           0.5/s for all three takes longer than 0.4/s for the first alone.
    paths = [np.array([1, 2]), np.array([0, 2]), np.array([0, 2]), np.array([3]), np.array([], dtype=int)]
    assert bottlenecks(paths, np.full(5, 100.0), capacity).tolist() == [2, 2, 2, NOWHERE, NOWHERE]
    # Alone, the first is held up by the narrower of its ways.
    assert bottlenecks(paths[:1], np.full(1, 100.0), capacity).tolist() == [1]
    # Of two that take as long it is the first on the way; where a closed way must be passed it is that.
    assert bottlenecks([np.array([2, 1])], np.ones(1), np.array([1.0, 2.0, 2.0])).tolist() == [2]
    assert bottlenecks([np.array([0, 4])], np.ones(1), capacity).tolist() == [4]


@st.composite
def problems(draw, n=6, n_bottlenecks=2):
    size = draw(st.integers(1, n))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    capacity = random.choice([0.25, 0.5, 1.0], n_bottlenecks)
    bottleneck = random.integers(NOWHERE, n_bottlenecks, size)
    return departures(
        random.integers(0, 50, size),
        ready=random.integers(0, 100, size) * draw(st.sampled_from([0, 1])),
        lead=random.integers(0, 100, size) * draw(st.sampled_from([0, 1])),
        deadline=random.choice([20.0, 100.0, 200.0, INF], size),
        bottleneck=bottleneck,
        capacity=np.where(bottleneck == NOWHERE, INF, capacity[bottleneck]),
    )


@given(problems())
def test_staging_holds_nobody_up_and_nobody_stands_longer_than_the_own_group_needs(groups):
    at_once, staged = pass_bottlenecks(groups, groups.ready), pass_bottlenecks(groups, release_times(groups))
    for bottleneck in range(2):
        here = groups.bottleneck == bottleneck
        if here.any():
            assert staged.through[here].max() == at_once.through[here].max()
    own = groups.load / groups.capacity
    apart = staged.release + groups.lead
    for group in np.flatnonzero(own > 0):
        same_moment = (apart == apart[group]) & (groups.bottleneck == groups.bottleneck[group]) & (own > 0)
        assert same_moment.sum() == 1
        assert staged.mean_wait[group] == own[group] / 2
    assert np.all(staged.release >= groups.ready)
    assert (staged.mean_wait @ groups.load) <= (at_once.mean_wait @ groups.load)
    free = groups.bottleneck == NOWHERE
    assert np.array_equal(staged.through[free], (groups.ready + groups.lead)[free])


@given(problems(n=5, n_bottlenecks=1))
def test_with_everybody_ready_no_other_order_keeps_deadlines_better(groups):
    groups = departures(
        groups.load, deadline=np.minimum(groups.deadline, 300), bottleneck=0, capacity=groups.capacity[0]
    )
    if np.isinf(groups.capacity[0]):
        return
    late = (pass_bottlenecks(groups, release_times(groups)).through - groups.deadline)[groups.load > 0]
    if not late.size:
        return
    best = INF
    for order in permutations(np.flatnonzero(groups.load > 0).tolist()):
        rows = np.array(order)
        through = np.cumsum(groups.load[rows] / groups.capacity[rows])
        best = min(best, float((through - groups.deadline[rows]).max()))
    assert late.max() == best
