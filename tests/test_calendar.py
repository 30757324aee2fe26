"""Hours and nights of a run: what every other clock of the engine hangs on."""

import math
from datetime import datetime

import pytest

from evacsim.clock import Calendar

HOUR = 3600.0


@pytest.mark.parametrize(
    ("time", "night"),
    [(0.0, True), (9.99 * HOUR, True), (10 * HOUR, False), (23.99 * HOUR, False), (24 * HOUR, True)],
)
def test_a_night_from_20_to_6_begins_and_ends_on_the_hour(time, night):
    assert Calendar(datetime(2026, 7, 18, 20)).is_night(time) == night


def test_a_moment_before_the_start_lies_on_the_day_before():
    calendar = Calendar(datetime(2026, 7, 18, 0, 30))
    assert calendar.hour(-HOUR) == 23.5
    assert calendar.is_night(-HOUR)


def test_every_change_between_day_and_night_is_found_one_after_the_other():
    calendar = Calendar(datetime(2026, 7, 18, 9, 30), night_begins=22.0, night_ends=5.5)
    changes = [calendar.next_change(0.0)]
    for _ in range(3):
        changes.append(calendar.next_change(changes[-1]))
    assert changes == [12.5 * HOUR, 20 * HOUR, 36.5 * HOUR, 44 * HOUR]
    assert [calendar.is_night(time) for time in changes] == [True, False, True, False]


def test_without_a_night_nothing_changes():
    calendar = Calendar(datetime(2026, 7, 18, 9), night_begins=6.0, night_ends=6.0)
    assert not calendar.is_night(0.0)
    assert calendar.next_change(0.0) == math.inf
