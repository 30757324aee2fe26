"""Water holds from frame to frame, and tells when it arrives."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.hazard.water import Water


def water(times, link_depth, *, rows=(1, 3), n_links=5) -> Water:
    depth = np.array(link_depth, dtype=np.float32)
    return Water(
        times=np.array(times, dtype=float),
        n_links=n_links,
        link_rows=np.array(rows),
        link_depth=depth,
        link_wet_share=np.sign(depth),
        place_depth=depth[:, :1],
    )


RISING = water([600, 1200, 1800, 2400], [[0, 0], [0.2, 0], [0.2, 0], [0.6, 0.3]])


def test_a_frame_holds_until_the_next_and_the_last_for_ever():
    depths = [RISING.link_depth_at(time)[1] for time in (-1, 599.9, 600, 1200, 1799, 2400, 9e9)]
    np.testing.assert_array_equal(depths, np.float32([0, 0, 0, 0.2, 0.2, 0.6, 0.6]))
    assert RISING.link_depth_at(2400).tolist() == np.float32([0, 0.6, 0, 0.3, 0]).tolist()
    assert RISING.link_wet_share_at(1200).tolist() == [0, 1, 0, 0, 0]
    assert RISING.place_depth_at(0).tolist() == [0]
    assert RISING.place_depth_at(2400).tolist() == np.float32([0.6]).tolist()


def test_only_frames_that_differ_from_the_one_before_are_changes():
    assert RISING.changes().tolist() == [1, 3]
    assert water([0, 10], [[0.1, 0], [0.1, 0]]).changes().tolist() == [0]


def test_arrival_is_the_first_frame_at_least_that_deep():
    assert RISING.link_arrival(0.2).tolist() == [np.inf, 1200, np.inf, 2400, np.inf]
    assert RISING.link_arrival(0.3).tolist() == [np.inf, 2400, np.inf, 2400, np.inf]
    assert RISING.place_arrival(0.7).tolist() == [np.inf]


def test_no_water_is_dry_for_ever():
    dry = Water.dry(n_links=3, n_places=2)
    assert dry.link_depth_at(0).tolist() == [0, 0, 0]
    assert dry.place_depth_at(1e9).tolist() == [0, 0]
    assert dry.link_wet_share_at(0).tolist() == [0, 0, 0]
    assert dry.changes().tolist() == []
    assert dry.link_arrival(0.1).tolist() == [np.inf] * 3
    assert dry.refined(60) is dry


def test_refined_water_rises_on_a_straight_line():
    fine = water([0, 600], [[0, 0], [0.6, 0.3]]).refined(60)
    assert fine.times.tolist() == [60.0 * number for number in range(11)]
    assert fine.link_arrival(0.3)[1] == 300
    np.testing.assert_allclose(fine.link_depth[:, 0], np.arange(11) * 0.06, atol=1e-7)


@given(
    st.lists(st.floats(1, 5000), min_size=1, max_size=6),
    st.floats(10, 2000),
    st.randoms(use_true_random=False),
)
def test_refining_keeps_every_frame_and_stays_between(gaps, step, random):
    times = np.cumsum([0.0, *gaps])
    depth = [[random.uniform(0, 3), random.uniform(0, 3)] for _ in times]
    coarse = water(times, depth)
    fine = coarse.refined(step)
    assert np.diff(fine.times).max() <= step * (1 + 1e-9)
    assert np.all(np.diff(fine.times) > 0)
    kept = np.isin(fine.times, times)
    np.testing.assert_array_equal(fine.link_depth[kept], coarse.link_depth)
    for column in range(2):
        straight = np.interp(fine.times, times, coarse.link_depth[:, column])
        np.testing.assert_allclose(fine.link_depth[:, column], straight, atol=1e-5)


@pytest.mark.parametrize("time", [0, 600, 1500, 2400])
def test_every_link_keeps_its_own_row(time):
    frame = RISING.frame_at(time)
    expected = np.zeros(5, dtype=np.float32)
    if frame >= 0:
        expected[[1, 3]] = RISING.link_depth[frame]
    np.testing.assert_array_equal(RISING.link_depth_at(time), expected)


def test_raised_water_stands_higher_where_it_stands_and_dry_land_stays_dry():
    higher = RISING.raised(0.5)
    np.testing.assert_allclose(higher.link_depth_at(1200), [0, 0.7, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(higher.link_depth_at(2400), [0, 1.1, 0, 0.8, 0], atol=1e-6)
    np.testing.assert_allclose(higher.place_depth_at(2400), [1.1], atol=1e-6)
    assert higher.place_depth_at(600).tolist() == [0]
    assert higher.link_arrival(0.6)[1] == 1200


def test_faster_water_comes_sooner_by_its_factor():
    fast = RISING.faster(1.5)
    assert fast.link_arrival(0.2)[1] == 1200 / 1.5
    assert fast.link_arrival(0.3)[3] == 2400 / 1.5


def test_velocities_are_refined_with_depths_and_count_as_changes():
    swift = replace(RISING, link_velocity=np.array([[0, 0], [1, 0], [2, 0], [2, 0]], dtype=np.float32))
    assert swift.changes().tolist() == [1, 2, 3]  # without them the third frame is like the second
    assert RISING.changes().tolist() == [1, 3]
    fine = swift.refined(300.0)
    assert fine.link_velocity[:, 0].tolist() == [0, 0.5, 1, 1.5, 2, 2, 2]
