"""Room and what else people need in a shelter."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.world.space import (
    BY_STAGE,
    ITEMS,
    STAGES,
    STANDARDS,
    Stage,
    Steps,
    area_needed,
    capacities,
    most_needed,
    needs,
    room_by_stage,
    room_left,
    serves,
    short_person_hours,
    stage_after,
)

HOUR, DAY = 3600.0, 86400.0
standards = st.sampled_from(sorted(STANDARDS))


def test_v57_ten_thousand_people_by_sphere():
    need = needs(10_000, "sphere")
    assert need["area"] == 35_000.0
    assert need["water"] == 150.0
    assert need["taps"] == 40
    assert need["toilets"] == 500


def test_v57_ten_thousand_people_on_a_short_stay_by_the_national_standard():
    assert needs(10_000, "gb_short")["area"] == 20_000.0
    assert "toilets" not in needs(10_000, "gb_short"), "nobody here has read its figure"


def test_figures_that_nobody_has_read_say_so():
    marks = {(standard, figure.mark) for standard, items in STANDARDS.items() for figure in items.values()}
    assert {mark for standard, mark in marks if standard.startswith("gb_")} <= {"recalled", "assumed"}
    assert ("sphere", "seen") in marks


def test_every_stage_has_a_standard_and_a_name():
    assert set(STAGES) == set(Stage)
    assert all(
        len(of_stage) == len(Stage) and set(of_stage) <= set(STANDARDS) for of_stage in BY_STAGE.values()
    )
    assert all(set(items) <= set(ITEMS) for items in STANDARDS.values())


@pytest.mark.parametrize(
    ("stay", "stage"),
    [
        (0.0, Stage.EMERGENCY),
        (DAY - 1, Stage.EMERGENCY),
        (DAY, Stage.SHORT),
        (14 * DAY - 1, Stage.SHORT),
        (14 * DAY, Stage.LONG),
    ],
)
def test_the_stage_is_told_by_the_day_of_the_stay(stay, stage):
    assert stage_after(stay) == stage


@given(people=st.integers(0, 100_000), standard=standards)
def test_what_is_needed_suffices_and_one_piece_less_does_not(people, standard):
    for item, amount in needs(people, standard).items():
        assert serves(item, amount, standard) >= people - 1e-6
        if ITEMS[item].whole and amount:
            assert serves(item, amount - 1, standard) < people


def test_what_a_standard_does_not_state_is_never_short():
    assert serves("water", 0.0, "gb_short") == math.inf


def test_a_hall_holds_fewer_the_longer_they_stay():
    area, places = np.array([900.0, 900.0, np.nan, 0.0]), np.array([np.inf, 500.0, 300.0, np.inf])
    assert capacities(area, places, room_by_stage("gb")).tolist() == [
        [1800.0, 450.0, 200.0],
        [500.0, 450.0, 200.0],
        [300.0, 300.0, 300.0],
        [0.0, 0.0, 0.0],
    ]
    unlimited = capacities(np.array([np.nan]), np.array([np.inf]), room_by_stage("sphere"))
    assert (unlimited == np.inf).all()


def test_rounding_takes_nobody_out():
    assert capacities(np.array([0.3]), np.array([np.inf]), [0.1]).tolist() == [[3.0]]


def test_who_stays_long_takes_the_room_of_nine_who_have_just_come():
    room = room_by_stage("gb")
    assert area_needed([100, 50, 10], room) == 50 + 100 + 45
    assert room_left(200.0, [100, 50, 10], Stage.EMERGENCY, room) == 10
    assert room_left(200.0, [100, 50, 10], Stage.LONG, room) == 1
    assert room_left(100.0, [100, 50, 10], Stage.EMERGENCY, room) == 0


@given(
    area=st.integers(0, 20_000).map(lambda half: half / 2),
    people=st.lists(st.integers(0, 500), min_size=3, max_size=3),
    stage=st.sampled_from(Stage),
    family=st.sampled_from(sorted(BY_STAGE)),
)
def test_those_who_fit_fit_and_one_more_does_not(area, people, stage, family):
    room = room_by_stage(family)
    fit = room_left(area, people, stage, room)
    with_them = people.copy()
    with_them[stage] += fit
    assert fit == 0 or area_needed(with_them, room) <= area
    with_them[stage] += 1
    assert area_needed(with_them, room) > area


def test_hours_without_are_counted_by_the_person():
    people = Steps(np.array([0.0, HOUR, 3 * HOUR]), np.array([100.0, 300.0, 50.0]))
    twelve_toilets = Steps(np.array([0.0, 2 * HOUR]), np.array([0.0, 240.0]))
    # 100 for an hour, 300 for an hour, 60 too many for an hour, then enough.
    assert short_person_hours(people, twelve_toilets, until=10 * HOUR) == 460.0
    assert short_person_hours(people, twelve_toilets, until=1.5 * HOUR) == 250.0
    enough = Steps(np.array([0.0]), np.array([np.inf]))
    assert short_person_hours(people, enough, until=10 * HOUR) == 0.0
    assert most_needed(people, "sphere")["toilets"] == 15


def test_what_changes_after_the_end_of_the_account_does_not_count():
    people = Steps(np.array([0.0, HOUR + 0.5]), np.array([10.0, 90.0]))
    nothing = Steps(np.empty(0), np.empty(0))
    assert short_person_hours(people, nothing, until=HOUR) == 10.0


def test_of_changes_at_one_moment_the_last_holds():
    people = Steps(np.array([0.0, 0.0]), np.array([900.0, 20.0]))
    assert short_person_hours(people, Steps(np.empty(0), np.empty(0)), until=HOUR) == 20.0


steps = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 100)), max_size=12).map(
    lambda changes: Steps(
        np.array([float(time) for time, _ in sorted(changes, key=lambda change: change[0])]),
        np.array([float(value) for _, value in sorted(changes, key=lambda change: change[0])]),
    )
)


def held(numbers, moment):
    """The plain twin of `Steps.at`: the last change not after the moment."""
    return [0.0, *(value for time, value in zip(*numbers, strict=True) if time <= moment)][-1]


@given(people=steps, served=steps, until=st.integers(0, 60))
def test_shortage_equals_what_is_counted_second_by_second(people, served, until):
    plain = sum(max(0.0, held(people, second) - held(served, second)) for second in range(until))
    assert short_person_hours(people, served, until=float(until)) == pytest.approx(plain / 3600)
