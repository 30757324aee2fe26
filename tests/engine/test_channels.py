"""Channels are held by one call at a time, waited for in order, and none is lost or made."""

import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.engine.channels import Channels
from evacsim.engine.log import Kind, Where

A, B = Where(Kind.SITE, 0), Where(Kind.SITE, 1)
WAYS = {
    "a": [(A,)],
    "b": [(B,)],
    "ab": [(A, B)],
    "aa": [(A, A)],
    "a or b": [(A,), (B,)],
    "free": [()],
    "gone": [],
}
CALL = st.tuples(
    st.integers(0, 30), st.sampled_from(sorted(WAYS)), st.integers(1, 20), st.sampled_from([0, 5, 1000])
)


@settings(deadline=None, derandomize=True)
@given(calls=st.lists(CALL, max_size=25), a=st.integers(1, 3), b=st.integers(1, 3))
def test_channels_are_conserved(calls, a, b):
    env = simpy.Environment()
    channels = Channels(env, {A: a, B: b})
    ends = []

    def caller(begins, ways, lasts, patience):
        yield env.timeout(begins)
        way = yield from channels.take(lambda: WAYS[ways], patience=patience)
        balanced()
        ends.append(way)
        if way is not None:
            yield env.timeout(lasts)
            channels.give_back(way)
            balanced()

    def balanced():
        assert 0 <= channels.free(A) <= a
        assert 0 <= channels.free(B) <= b
        assert channels.asked == channels.granted + channels.left + channels.waiting

    for call in calls:
        env.process(caller(*call))
    env.run()
    assert (channels.free(A), channels.free(B), channels.held, channels.waiting) == (a, b, 0, 0)
    # "aa" on one channel can never be served, and everybody has an end.
    assert len(ends) == len(calls)
    assert channels.granted == sum(way is not None for way in ends)


def test_callers_are_served_in_the_order_in_which_they_asked():
    """The third wants none, and does not wait; the fourth wants one that the second waits for, and waits."""
    env = simpy.Environment()
    channels = Channels(env, {A: 1, B: 1})
    served = []

    def caller(name, way, lasts):
        yield env.timeout(0)
        got = yield from channels.take(lambda: [way], patience=1000)
        served.append((name, env.now))
        yield env.timeout(lasts)
        channels.give_back(got)

    for name, way, lasts in (
        ("first", (A,), 10),
        ("second", (A, B), 10),
        ("third", (), 5),
        ("fourth", (B,), 10),
    ):
        env.process(caller(name, way, lasts))
    env.run()
    assert served == [("first", 0), ("third", 0), ("second", 10), ("fourth", 20)]


def test_whoever_waits_for_a_way_that_closes_waits_no_longer():
    env, open_ways, ends = simpy.Environment(), [(A,)], []
    channels = Channels(env, {A: 1})
    channels.take_now(lambda: [(A,)])

    def caller():
        way = yield from channels.take(lambda: open_ways, patience=1000)
        ends.append((way, env.now))

    def close():
        yield env.timeout(7)
        open_ways.clear()
        channels.renew()

    env.process(caller())
    env.process(close())
    env.run(until=20)
    assert ends == [(None, 7)]
