"""Sacco's score of the injured."""

import pytest

from evacsim.world.triage import AFTER, CHANCE, chance, score_after


@pytest.mark.parametrize(("minutes", "score", "lives"), [(60, 8, 0.84), (130, 7, 0.75), (300, 1, 0.089)])
def test_somebody_with_nine_points_waits(minutes, score, lives):
    # V56
    assert score_after(9, minutes * 60.0) == score
    assert chance(score) == lives


def test_nobody_gets_better_without_treatment():
    for first, row in enumerate(AFTER):
        assert list(row) == sorted(row, reverse=True)
        assert row[0] <= first
        assert score_after(first, 29 * 60.0) == first
        assert score_after(first, 1e6) == row[-1]
    assert list(CHANCE) == sorted(CHANCE)
