"""Shifts, absence, backups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.streams import Streams
from evacsim.world.roster import LEADER, Absence, Roster, Shifts

HOUR, DAY = 3600.0, 86400.0
DAY_AND_NIGHT = Shifts(hours=(8, 20), midnight=20 * HOUR)


def is_night(time):
    """Night from 20 to 6, in a run that begins at 20."""
    return time % DAY < 10 * HOUR


def roster(*, seed=1, ids=("county", "J1"), posts=(5, 3), day=0.05, night=0.10, has_backups=True):
    return Roster(
        Streams(seed),
        DAY_AND_NIGHT,
        ids=ids,
        posts=np.array(posts, dtype=np.int32),
        absence=Absence(day, night),
        is_night=is_night,
        has_backups=has_backups,
    )


def test_a_run_that_begins_at_20_begins_with_the_night_shift():
    assert [DAY_AND_NIGHT.at(hour * HOUR) for hour in (-0.1, 0, 11.9, 12, 23.9, 24)] == [0, 1, 1, 2, 2, 3]
    assert DAY_AND_NIGHT.begins(2) == 12 * HOUR
    assert DAY_AND_NIGHT.next_change(0.0) == 12 * HOUR
    assert DAY_AND_NIGHT.next_change(12 * HOUR) == 24 * HOUR


def test_before_the_first_change_of_the_day_yesterdays_shift_is_on():
    shifts = Shifts(hours=(8, 20), midnight=3 * HOUR)
    assert shifts.at(0.0) == -1
    assert shifts.begins(-1) == -7 * HOUR


def test_with_one_change_a_shift_lasts_a_day():
    shifts = Shifts(hours=(9,), midnight=0.0)
    assert [shifts.at(hour * HOUR) for hour in (0, 9, 32, 33)] == [-1, 0, 0, 1]


hours = st.sets(st.integers(0, 95), min_size=1, max_size=4).map(lambda q: tuple(n / 4 for n in sorted(q)))


@given(
    hours=hours, midnight=st.floats(0, DAY - 1), time=st.floats(-DAY, 30 * DAY), shift=st.integers(-5, 100)
)
def test_every_moment_lies_in_one_shift(hours, midnight, time, shift):
    shifts = Shifts(hours, midnight)
    on = shifts.at(time)
    assert shifts.begins(on) <= time < shifts.begins(on + 1) == shifts.next_change(time)
    assert shifts.at(shifts.begins(shift)) == shift


@pytest.mark.parametrize(("absent", "there"), [(0.0, True), (1.0, False)])
def test_nobody_is_absent_at_0_and_everybody_at_1(absent, there):
    duty = roster(day=absent, night=absent)
    assert duty.is_there(0, "A", 0.0) is there
    assert duty.is_there(0, "B", 0.0) is there
    assert duty.on_duty(0, 0.0) == (5 if there else 0)


def test_without_backups_no_backup_is_there():
    duty = roster(day=0.0, night=0.0, has_backups=False)
    assert duty.is_there(1, "A", 0.0)
    assert not duty.is_there(1, "B", 0.0)
    assert duty.on_duty(1, 0.0) == 3


def test_posts_stay_empty_as_often_as_both_are_absent():
    """Over 20 000 posts by day and as many by night; three standard errors are 0.006 at most."""
    duty = roster(posts=(100, 0), day=0.1, night=0.3)
    nights = [duty.watch(0, shift) for shift in range(1, 401, 2)]
    days = [duty.watch(0, shift) for shift in range(2, 402, 2)]
    for watches, absent in ((days, 0.1), (nights, 0.3)):
        holders = np.concatenate([watch.holder for watch in watches])
        filled = np.concatenate([watch.filled for watch in watches])
        error = 3 * np.sqrt(absent * (1 - absent) / holders.size)
        assert 1 - holders.mean() == pytest.approx(absent, abs=error)
        assert 1 - filled.mean() == pytest.approx(absent**2, abs=3 * np.sqrt(absent**2 / holders.size))


def watches(duty, office, shifts=range(1, 30)):
    return [tuple(part.tolist() for part in duty.watch(office, shift)) for shift in shifts]


def test_another_office_another_post_and_another_order_of_asking_change_nobody_elses_luck():
    alone = watches(roster(ids=("J1",), posts=(3,), day=0.5, night=0.5), 0)
    among = roster(ids=("county", "J0", "J1"), posts=(5, 2, 3), day=0.5, night=0.5)
    assert list(reversed(watches(among, 2, range(29, 0, -1)))) == alone
    more = watches(roster(ids=("J1",), posts=(4,), day=0.5, night=0.5), 0)
    assert [(holder[:3], backup[:3]) for holder, backup in more] == alone
    assert watches(roster(seed=2, ids=("J1",), posts=(3,), day=0.5, night=0.5), 0) != alone


@given(low=st.floats(0, 1), high=st.floats(0, 1), seed=st.integers(0, 50))
def test_who_is_there_when_many_are_absent_is_there_when_few_are(low, high, seed):
    low, high = sorted((low, high))
    few, many = (roster(seed=seed, day=absent, night=absent) for absent in (low, high))
    for shift in range(1, 6):
        assert (few.watch(0, shift).filled | ~many.watch(0, shift).filled).all()


def test_who_is_there_changes_with_the_shift():
    duty = roster(day=0.5, night=0.5)
    there = {duty.is_there(0, "A", hour * HOUR, post=LEADER) for hour in range(0, 240, 12)}
    assert there == {True, False}
    assert duty.is_there(0, "A", 0.0) == duty.is_there(0, "A", 11.99 * HOUR)
