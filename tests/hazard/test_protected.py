"""Water behind a dyke that holds longer, or is pumped: by hand, and against what must always hold."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.hazard.protected import Area, Span, as_worked, lowered
from evacsim.hazard.water import Water

INF = np.inf


def water(times, links, places):
    """Return water of two links and two places: depths for each frame."""
    links, places = np.array(links, dtype=np.float32), np.array(places, dtype=np.float32)
    share = (links > 0).astype(np.float32)
    return Water(np.array(times, dtype=float), 5, np.array([1, 3]), links, share, places)


FLOOD = water(
    [0.0, 100.0, 200.0, 300.0],
    [[0.1, 0.0], [0.2, 0.5], [0.3, 1.0], [0.3, 0.4]],
    [[0.0, 0.0], [0.0, 0.3], [0.1, 0.8], [0.1, 0.2]],
)


def behind(given=100.0, fails=100.0, **more):
    """Return the area of the second link and the second place."""
    second = np.array([False, True])
    return Area(second, second, given, fails, **more)


def test_the_water_is_as_given_where_nothing_is_done():
    assert as_worked(FLOOD, [behind()]) is FLOOD


def test_water_comes_as_much_later_as_the_dyke_holds_longer():
    late = as_worked(FLOOD, [behind(fails=150.0)])
    assert late.times.tolist() == [0, 100, 150, 200, 250, 300, 350]
    assert late.link_depth[:, 0].tolist() == pytest.approx([0.1, 0.2, 0.2, 0.3, 0.3, 0.3, 0.3])
    assert late.link_depth[:, 1].tolist() == pytest.approx([0, 0, 0.5, 0.5, 1, 1, 0.4])
    assert late.place_depth[:, 1].tolist() == pytest.approx([0, 0, 0.3, 0.3, 0.8, 0.8, 0.2])
    assert late.link_wet_share[:, 1].tolist() == [0, 0, 1, 1, 1, 1, 1]


def test_water_that_comes_later_is_as_fast_later_and_pumps_do_not_slow_it_down():
    swift = replace(FLOOD, link_velocity=np.array([[0, 0], [1, 2], [1, 3], [0, 1]], dtype=np.float32))
    late = as_worked(swift, [behind(fails=150.0)])
    assert late.link_velocity[:, 0].tolist() == [0, 1, 1, 1, 1, 0, 0]
    assert late.link_velocity[:, 1].tolist() == [0, 0, 2, 2, 3, 3, 1]
    pumped = as_worked(swift, [behind(pumped=(Span(110.0, 200.0, 0.005),), step=0.1)])
    assert pumped.link_velocity[:, 1].tolist() == [0, 2, 2, 2, 2, 2, 2, 3, 1]


def test_water_never_comes_where_the_dyke_holds():
    held = as_worked(FLOOD, [behind(fails=INF)])
    assert held.times.tolist() == [0, 100, 200, 300]
    assert not held.link_depth[:, 1].any()
    assert held.place_depth[:, 0].tolist() == FLOOD.place_depth[:, 0].tolist()


def test_what_is_pumped_lowers_every_depth_in_steps():
    """From 110 on 5 mm/s: 10 cm every 20 s; at 200 there are 45 cm gone of 1 m."""
    pumped = as_worked(FLOOD, [behind(pumped=(Span(110.0, 200.0, 0.005),), step=0.1)])
    assert pumped.times.tolist() == pytest.approx([0, 100, 110, 130, 150, 170, 190, 200, 300])
    assert pumped.link_depth[:, 1].tolist() == pytest.approx(
        [0, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.6, 0.0], abs=1e-6
    )
    assert pumped.place_depth[:, 1].tolist() == pytest.approx(
        [0, 0.3, 0.3, 0.2, 0.1, 0.0, 0.0, 0.4, 0], abs=1e-6
    )
    assert pumped.link_depth[:, 0].tolist() == pytest.approx([0.1, *[0.2] * 6, 0.3, 0.3])


def test_no_more_is_pumped_than_there_is():
    # 0.3 m at 0.1 m/s: all is gone after 3 s, half a step at the end; new water stands 0.2 m higher.
    times, lower = lowered(
        np.array([-INF, 0.0, 10.0]), np.array([0.0, 0.3, 0.5]), [Span(0.0, 10.0, 0.1)], 0.2
    )
    assert times.tolist() == pytest.approx([-INF, 0, 2, 3, 10])
    assert lower.tolist() == pytest.approx([0, 0, 0.2, 0.3, 0.2])


depths = st.lists(st.floats(0, 3, width=32), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    depths,
    st.floats(0, 800),
    st.floats(0, 500),
    st.floats(0, 500),
    st.floats(0, 0.02),
    st.floats(0, 900),
    st.floats(1, 400),
)
def test_works_never_bring_water_earlier_and_never_below_the_ground(
    given_depths, fails, longer, much_longer, rate, begins, lasts
):
    frames = [[d, d] for d in given_depths]
    flood = water([100.0 * n for n in range(len(frames))], frames, frames)
    span = Span(begins, begins + lasts, rate)
    soon = as_worked(flood, [behind(fails, fails + longer)])
    late = as_worked(flood, [behind(fails, fails + longer + much_longer)])
    for depth in (1e-3, 0.3, 1.0):
        assert (late.place_arrival(depth) >= soon.place_arrival(depth)).all()
        assert (soon.place_arrival(depth) >= flood.place_arrival(depth)).all()
        assert (soon.link_arrival(depth) >= flood.link_arrival(depth)).all()
    pumped = as_worked(flood, [behind(fails, fails + longer, pumped=(span,))])
    assert (pumped.link_depth >= 0).all()
    assert (pumped.place_depth >= 0).all()
    for time in pumped.times.tolist():
        unpumped = soon.place_depth_at(time)
        assert (pumped.place_depth_at(time) <= unpumped).all()
        # Never more is gone than the pumps have moved.
        moved = rate * max(0.0, min(time, begins + lasts) - begins)
        assert (unpumped - pumped.place_depth_at(time)).max() <= moved + 1e-5


@settings(max_examples=100, deadline=None, derandomize=True)
@given(depths, st.floats(0, 0.02), st.floats(0, 500), st.floats(0, 500))
def test_when_pumps_stop_what_was_stays(given_depths, rate, begins, lasts):
    frames = [[d, d] for d in given_depths]
    flood, now = water([100.0 * n for n in range(len(frames))], frames, frames), begins + lasts
    running = as_worked(flood, [behind(pumped=(Span(begins, INF, rate),))])
    stopped = as_worked(flood, [behind(pumped=(Span(begins, now, rate),))])
    for time in running.times[running.times < now].tolist():
        assert stopped.place_depth_at(time).tolist() == running.place_depth_at(time).tolist()
