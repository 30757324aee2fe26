"""Formulas of works."""

import pytest

from evacsim.world.works import HOUR, pumped_volume, rate_of_pumps, sandbag_work, sandbags


def test_v54_six_pump_trucks_for_144_hours_move_a_million_cubic_metres():
    rate = rate_of_pumps(1.0e6, 6, 144 * HOUR)
    assert rate * HOUR == pytest.approx(1157, abs=0.5)
    assert 0.77 <= rate * HOUR / 1500 <= rate * HOUR / 1000 <= 1.16
    assert pumped_volume(6, 1157 / HOUR, 144 * HOUR) == pytest.approx(1.0e6, rel=0.001)


def test_v55_fifty_people_lay_ten_thousand_bags_in_sixteen_and_two_thirds_hours():
    assert sandbag_work(10_000) / 50 / HOUR == pytest.approx(16.6667, abs=1e-4)


def test_a_hundred_feet_by_four_take_as_many_bags_as_were_counted():
    assert sandbags(30.48, 1.2192) == pytest.approx(11_700)
    assert sandbags(61.0, 0.6) == pytest.approx(2 * sandbags(30.5, 0.3) * 4)
