"""Registration desks: a queue by first come, first served, exact to the bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.engine.desks import Desks

# Sixteenths of a second add up without rounding, so equal means equal.
gaps = st.integers(0, 200).map(lambda sixteenths: sixteenths / 16)
households = st.lists(st.tuples(gaps, gaps, st.integers(1, 6)), min_size=1, max_size=60)


def served(n, coming):
    desks, now, turns, arrivals = Desks(n), 0.0, [], []
    for gap, duration, people in coming:
        now += gap
        arrivals.append(now)
        turns.append(desks.begin(now, duration, people=people))
    return desks, np.array(arrivals), np.array(turns)


def waits_by_kiefer_and_wolfowitz(n, coming):
    """The plain twin: what each desk still has to do when a household comes (Kiefer and Wolfowitz 1955)."""
    work, waits = [0.0] * n, []
    for gap, duration, _ in coming:
        work = sorted(max(0.0, left - gap) for left in work)
        waits.append(work[0])
        work[0] += duration
    return waits


def test_two_desks_take_who_comes_first_and_whoever_is_free_takes_the_next():
    desks = Desks(2)
    assert desks.begin(0.0, 100.0) == (0.0, 100.0)
    assert desks.begin(10.0, 20.0) == (10.0, 30.0)
    assert desks.begin(10.0, 5.0) == (30.0, 35.0)
    assert desks.begin(20.0, 40.0) == (35.0, 75.0)
    assert [desks.queue_at(moment) for moment in (9.0, 10.0, 20.0, 30.0, 35.0)] == [0, 1, 2, 1, 0]


def test_who_comes_before_the_desks_open_waits_until_then():
    desks = Desks(1, opened=600.0)
    assert desks.begin(0.0, 40.0) == (600.0, 640.0)
    assert desks.begin(620.0, 40.0) == (640.0, 680.0)
    assert desks.queue_at(599.0) == 1


def test_the_table_of_the_queue_counts_households_people_and_desks():
    desks = Desks(1)
    desks.begin(0.0, 10.0, people=3)
    desks.begin(4.0, 10.0, people=2)
    desks.begin(6.0, 10.0, people=5)
    time, waiting, people, serving = desks.lengths()
    assert time.tolist() == [0.0, 4.0, 6.0, 10.0, 20.0, 30.0]
    assert waiting.tolist() == [0, 1, 2, 1, 0, 0]
    assert people.tolist() == [0, 2, 7, 5, 0, 0]
    assert serving.tolist() == [1, 1, 1, 1, 1, 0]
    assert desks.lengths().longest == 2


def test_desks_that_nobody_comes_to_have_an_empty_table():
    assert Desks(3).lengths().time.size == 0
    assert Desks(3).lengths().longest == 0


@given(n=st.integers(1, 5), coming=households)
def test_desks_equal_their_plain_twin(n, coming):
    _, arrivals, turns = served(n, coming)
    assert (turns[:, 0] - arrivals).tolist() == waits_by_kiefer_and_wolfowitz(n, coming)


@given(n=st.integers(1, 5), coming=households)
def test_nobody_overtakes_and_no_desk_idles_while_somebody_waits(n, coming):
    desks, arrivals, turns = served(n, coming)
    start, end = turns.T
    assert (np.diff(start) >= 0).all()
    assert (start >= arrivals).all()
    lengths = desks.lengths()
    assert (lengths.serving <= n).all()
    assert (lengths.waiting >= 0).all()
    assert (lengths.serving[lengths.waiting > 0] == n).all()
    assert lengths.waiting[-1] == lengths.serving[-1] == 0
    assert lengths.time[-1] == end.max()


@given(n=st.integers(1, 5), coming=households)
def test_the_queue_over_time_is_the_sum_of_all_waits(n, coming):
    """Little's law without expectations: the area under the queue is what all have waited."""
    desks, arrivals, turns = served(n, coming)
    lengths = desks.lengths()
    size = np.array([people for _, _, people in coming])
    waits = turns[:, 0] - arrivals
    assert (lengths.waiting[:-1] * np.diff(lengths.time)).sum() == waits.sum()
    assert (lengths.people[:-1] * np.diff(lengths.time)).sum() == (waits * size).sum()
    asked = [desks.queue_at(moment) for moment in lengths.time]
    assert asked == lengths.waiting.tolist()


def test_households_join_in_order_of_time():
    desks = Desks(1)
    desks.begin(10.0, 1.0)
    with pytest.raises(AssertionError, match="in order of time"):
        desks.begin(9.0, 1.0)
