"""Policies of dispatch against brute force, and the dispatcher against queueing theory."""

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.engine.rescue.cases import Cases
from evacsim.engine.rescue.dispatching import Craft, Dispatching
from evacsim.engine.rescue.need import Need
from evacsim.engine.rescue.policies import POLICIES, Situation, assignment, own_zone, rounds, triage
from evacsim.engine.running import Run
from evacsim.engine.vehicles import Vehicle
from evacsim.scenario.rescue import Rescue
from evacsim.streams import Streams
from evacsim.world.people import draw_households
from tests.reference import dispatch as plain
from tests.reference.small_district import small_district


def situation(time, *, seats=None, people=None, grade=None, town=None, craft_town=None, node=None, gap=100.0):
    time = np.array(time, dtype=np.float64)
    craft, cases = time.shape

    def ints(given, usual, n):
        return np.full(n, usual, dtype=np.int64) if given is None else np.array(given, dtype=np.int64)

    rows = np.arange(cases)
    return Situation(
        time=time,
        craft=[[row] for row in range(craft)],
        seats=ints(seats, 5, craft),
        craft_town=ints(craft_town, -1, craft),
        node=rows if node is None else np.array(node),
        people=ints(people, 1, cases),
        grade=ints(grade, 3, cases),
        town=ints(town, 0, cases),
        first=rows,
        cases=lambda sort: [sort],
        between=lambda a, b: gap * np.abs(a - np.asarray(b)),
    )


@st.composite
def situations(draw):
    craft, cases = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    times = st.one_of(st.integers(1, 1000).map(float), st.just(np.inf))
    rows = st.lists(times, min_size=cases, max_size=cases)
    time = np.array(draw(st.lists(rows, min_size=craft, max_size=craft)))
    node = np.array(draw(st.lists(st.integers(0, 2), min_size=cases, max_size=cases)))
    return situation(
        time[:, [int(np.flatnonzero(node == one)[0]) for one in node]],  # as soon at all cases of one place
        seats=draw(st.lists(st.integers(1, 8), min_size=craft, max_size=craft)),
        people=draw(st.lists(st.integers(1, 8), min_size=cases, max_size=cases)),
        grade=draw(st.lists(st.integers(1, 3), min_size=cases, max_size=cases)),
        town=draw(st.lists(st.integers(0, 1), min_size=cases, max_size=cases)),
        craft_town=draw(st.lists(st.integers(-1, 1), min_size=craft, max_size=craft)),
        node=node,
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_every_policy_sends_who_can_go_and_nobody_twice(now):
    for name, policy in POLICIES.items():
        sent = policy(now)
        craft = [row for row, _ in sent]
        served = [case for _, cases in sent for case in cases]
        assert len(craft) == len(set(craft)), name
        assert len(served) == len(set(served)), name
        for row, cases in sent:
            assert cases, name
            assert np.isfinite(now.time[row, cases]).all() or len(set(now.node[cases])) == 1, name
            assert now.people[cases].sum() <= now.seats[row] or len(cases) == 1, name
        # Nobody stays idle who could serve a case that stays open, but for where all wait for a better one.
        left = set(range(len(now.node))) - set(served)
        for row in set(range(len(now.seats))) - set(craft):
            assert not any(np.isfinite(now.time[row, case]) for case in left), name


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_assignment_serves_most_and_then_the_shortest_ways(now):
    alone = now._replace(
        seats=np.ones_like(now.seats), node=np.arange(len(now.node)), grade=np.full(len(now.node), 3)
    )
    sent = assignment(alone)
    craft, cases = alone.time.shape
    small, large = min(craft, cases), max(craft, cases)
    best = (0, np.inf)
    for order in permutations(range(large), small):
        pairs = [(k, order[k]) if craft <= cases else (order[k], k) for k in range(small)]
        times = [alone.time[r, c] for r, c in pairs if np.isfinite(alone.time[r, c])]
        n, total = len(times), sum(times)
        if n > best[0] or (n == best[0] and total < best[1]):
            best = (n, total)
    if best[0]:
        assert len(sent) == best[0]
        assert sum(alone.time[r, c[0]] for r, c in sent) == pytest.approx(best[1])


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(
    situations(),
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
    st.lists(st.integers(0, 4), max_size=12),
)
def test_groups_and_sorts_change_no_decision(kinds, group_of, sort_of):
    # Craft of few groups and cases of few sorts, in any order; the twin looks at each of them.
    groups, sorts = kinds.time.shape
    group, sort = np.array(group_of) % groups, np.array([0, *sort_of]) % sorts
    present, kept = np.unique(group), np.unique(sort)
    cases = [np.flatnonzero(sort == one).tolist() for one in kept]
    now = kinds._replace(
        time=kinds.time[np.ix_(present, kept)],
        craft=[np.flatnonzero(group == one).tolist() for one in present],
        seats=kinds.seats[present],
        craft_town=kinds.craft_town[present],
        first=np.array([one[0] for one in cases]),
        cases=lambda one: cases[one],
        **{name: getattr(kinds, name)[kept] for name in ("node", "people", "grade", "town")},
    )
    every = plain.Situation(
        time=kinds.time[np.ix_(group, sort)],
        seats=kinds.seats[group],
        craft_town=kinds.craft_town[group],
        heard=np.arange(len(sort), dtype=np.float64),
        between=lambda a, b: float(kinds.between(kinds.node[sort[a]], kinds.node[sort[b]])),
        **{name: getattr(kinds, name)[sort] for name in ("node", "people", "grade", "town")},
    )
    for name, policy in plain.POLICIES.items():
        assert POLICIES[name](now) == policy(every), name


def test_who_answers_for_a_town_goes_there_first():
    now = situation([[10, 500]], town=[0, 1], craft_town=[1])
    assert own_zone(now) == [(0, [1])]
    assert own_zone(situation([[10, np.inf]], town=[0, 1], craft_town=[1])) == [(0, [0])]


def test_triage_weighs_people_and_danger_against_the_way():
    # 600 s away with four people able to wait, against one in danger 900 s away: 16 against 4 x 1.
    assert triage(situation([[600, 900]], people=[4, 1], grade=[3, 1])) == [(0, [1])]
    assert triage(situation([[600, 9000]], people=[4, 1], grade=[3, 1])) == [(0, [0])]


def test_a_round_takes_in_what_lies_on_the_way():
    now = situation([[300, 400, 5000]], people=[2, 2, 2], grade=[1, 3, 3], seats=[5])
    assert rounds(now) == [(0, [0, 1])]


def theory(c, load):
    """Return the share that waits in M/M/c (Erlang C) and the share lost in M/M/c/c (Erlang B)."""
    terms = [load**k / factorial(k) for k in range(c + 1)]
    blocked = terms[c] / sum(terms)
    return blocked / (1 - load / c * (1 - blocked)), blocked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("craft", "arrivals", "service", "waits", "minutes"),
    [(3, 2.0, 1.0, 0.4444, 0.4444 * 60), (6, 4.0, 1.0, 0.284761, 8.5428), (6, 10.0, 2.0, 0.587516, 17.625)],
)
def test_the_dispatcher_is_a_queue_with_many_servers(tmp_path, craft, arrivals, service, waits, minutes):
    # I3 and V50, at a tenth of the calls named there.
    waited, n = _queue(tmp_path, craft, arrivals / 3600, service / 3600, calls=10_000, lossy=False)
    assert theory(craft, arrivals / service)[0] == pytest.approx(waits, abs=1e-3)
    assert n == len(waited) == 10_000
    for measured, expected in ((waited > 1e-9, waits), (waited / 60, minutes)):
        batches = measured.reshape(20, -1).mean(axis=1)
        error = batches.std(ddof=1) / np.sqrt(len(batches))
        assert error < 0.15 * expected
        assert measured.mean() == pytest.approx(expected, abs=2.5 * error)


@pytest.mark.slow
def test_calls_that_find_no_craft_are_lost_as_erlang_says(tmp_path):
    # I2: ten boats, a load of 8: 12.166 % lost.
    assert theory(10, 8.0)[1] == pytest.approx(0.12166, abs=1e-5)
    waited, n = _queue(tmp_path, 10, 8 / 3600, 1 / 3600, calls=20_000, lossy=True)
    assert 1 - len(waited) / n == pytest.approx(0.12166, abs=0.01)


def _queue(folder, craft, arrivals, service, *, calls, lossy):
    """Let a dispatcher serve calls that come and are served at exponential times; return the waits, and the calls."""
    world = ev.build(ev.from_mapping(small_district(folder)))
    streams = Streams(5)
    run = Run(world, draw_households(world, streams), streams)
    parts = run.parts
    cases = Cases(parts, Need(parts, run.transfer))
    dispatching = Dispatching(parts, cases, Rescue(dispatch="priority"))
    rng, waited = np.random.default_rng(3), []
    everywhere = np.zeros(len(world.roads.node_ids))

    def serve(row):
        own = Craft(Vehicle(row, str(row), 0, 0, 0, True, 0.0), None, 1, lambda: everywhere, lambda: 0)
        while True:
            yield dispatching.wait(own)
            case = own.task.pop()
            waited.append(parts.now - case.heard)
            yield parts.clock.timeout(rng.exponential(1 / service))
            cases.close(case, "fetched", case.event)

    def arrive():
        for _ in range(calls):
            yield parts.clock.timeout(rng.exponential(1 / arrivals))
            if lossy and not dispatching.n_free:
                continue
            cases.hear(node=0, people=1, grade=3, source="call", cause=0, households=[], zone=0)

    for row in range(craft):
        parts.clock.process(serve(row))
    parts.clock.process(arrive())
    parts.clock.run_to(calls / arrivals * 2)
    return np.array(waited), calls
