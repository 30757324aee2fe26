"""Danger to people and vehicles: verification rows V25 to V28, V35, K4, K5, K7."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.hazard import danger, fording
from evacsim.hazard.danger import DangerFor, danger_for, fall_probability, hazard_class, hazard_rating
from evacsim.hazard.refuge import refuge_floor
from evacsim.streams import Streams

DEPTHS, VELOCITIES = st.floats(0, 10), st.floats(0, 10)


def test_v25_and_k4_drivers_enter_by_a_truncated_normal():
    depth = np.array([0.20, 0.46, 0.60])
    assert fording.LOW_CLEARANCE.willing_share(depth) == pytest.approx([0.8348, 0.3143, 0.1140], abs=1e-4)
    assert fording.HIGH_CLEARANCE.willing_share(depth) == pytest.approx([0.9624, 0.6292, 0.3508], abs=1e-4)
    assert fording.LOW_CLEARANCE.willing_share([0.35, 0.15]) == pytest.approx([0.5397, 0.9081], abs=1e-4)
    assert fording.HIGH_CLEARANCE.willing_share(0.35) == pytest.approx(0.8169, abs=1e-4)
    assert fording.LOW_CLEARANCE.willing_share([0, 0.06, 3, 4]).tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("law", [fording.LOW_CLEARANCE, fording.HIGH_CLEARANCE])
def test_k4_a_hundred_thousand_drivers_follow_the_law(law):
    depth = law.draw(Streams(7).get("fording"), 100_000)
    assert law.puddle <= depth.min() <= depth.max() <= law.deepest
    for limit in (0.15, 0.35, 0.60):
        # Four standard errors of a share of 100,000.
        assert (depth > limit).mean() == pytest.approx(law.willing_share(limit), abs=4 * 0.5 / 100_000**0.5)


def test_v25b_our_law_is_more_daring_at_20_cm_than_the_survey_of_gissing():
    # Observed at 10-30 cm: 71 % with low, 92 % with high clearance (n = 154).
    assert fording.LOW_CLEARANCE.willing_share(0.2) - 0.71 == pytest.approx(0.12, abs=0.01)
    assert fording.HIGH_CLEARANCE.willing_share(0.2) - 0.92 == pytest.approx(0.04, abs=0.01)


def test_v26_and_k5_a_vehicle_is_lost_beyond_its_limit_and_not_at_it():
    low, high = danger.LOW_CLEARANCE_BEST_ESTIMATE, danger.HIGH_CLEARANCE_BEST_ESTIMATE
    assert low.is_lost(1.0, [0.79, 0.8, 0.81]).tolist() == [False, False, True]
    assert high.is_lost(1.0, [1.2, 1.21]).tolist() == [False, True]
    assert danger.LOW_CLEARANCE_WORST.is_lost([0.3, 0.31, 0.1], [0.1, 0.1, 3.1]).tolist() == [
        False,
        True,
        True,
    ]
    assert danger.HIGH_CLEARANCE_WORST.is_lost(0.5, [1.2, 1.21]).tolist() == [False, True]


def test_v27_hazard_rating_with_its_debris_factor():
    depth, velocity = [0.1, 0.25, 0.3, 0.3, 0.5, 1, 1.5], [0, 1, 0, 1, 1, 1, 2]
    expected = [0.05, 0.375, 1.15, 1.45, 1.75, 2.5, 4.75]
    np.testing.assert_allclose(hazard_rating(depth, velocity), expected, rtol=0, atol=1e-9)
    assert hazard_rating(0.1, 2.1) == pytest.approx(0.1 * 2.6 + 1)


def test_ratings_are_dangerous_for_more_and_more_people():
    ratings = [0.74, 0.75, 1.24, 1.25, 2.0, 2.01, 2.5, 2.51]
    assert danger_for(ratings).tolist() == [0, 1, 1, 2, 2, 3, 3, 3]
    assert danger_for(ratings, all_from=2.5).tolist() == [0, 1, 1, 2, 2, 2, 2, 3]
    assert DangerFor(int(danger_for(3.0))) is DangerFor.ALL


def test_v28_hazard_classes_h1_to_h6():
    depth = [0.2, 0.4, 0.45, 0.8, 0.9, 1.5, 2.5, 0.3, 1, 4.5, 0.2]
    velocity = [1, 0.5, 1.2, 0.5, 0.8, 0.2, 0.1, 2.5, 4.5, 0, 0]
    assert hazard_class(depth, velocity).tolist() == [1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 1]


def test_v35_people_fall_by_the_logistic_of_tunami_evac():
    assert fall_probability(0.5, 2.0) == pytest.approx(0.9980, abs=1e-3)
    assert fall_probability([0.85, 0.86], 0.0) == pytest.approx(
        [1 / (1 + np.exp(15.48 + 12.37 - 22.036 * 0.85)), 1]
    )


@given(DEPTHS, DEPTHS, VELOCITIES, VELOCITIES)
def test_deeper_and_faster_water_is_never_safer(one, other, slow, fast):
    d, v = sorted((one, other)), sorted((slow, fast))
    for law in (hazard_rating, hazard_class, fall_probability, danger.LOW_CLEARANCE_BEST_ESTIMATE.is_lost):
        low, high = law(*zip(d, v, strict=True).__next__()), law(d[1], v[1])
        assert low <= high
    willing = fording.LOW_CLEARANCE.willing_share(d)
    assert willing[0] >= willing[1]


def test_k7_who_climbs_with_water_rising_by_0_3_m_per_hour_is_on_the_roof_of_3_storeys_at_30_h():
    hours = np.arange(0, 41)
    floor = refuge_floor(hours * 3 / 10, storeys=3)
    assert [int(np.argmax(floor == number)) for number in range(4)] == [0, 10, 20, 30]
    assert floor.max() == 3
    assert refuge_floor([5.0, 5.0], storeys=[1, 2]).tolist() == [1, 1]
