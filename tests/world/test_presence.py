"""Who is there: shares by day and by night, the same households at the same night, the snapshot at the issue (C7)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.streams import Streams
from evacsim.world.daytime import LIFESIM, SIX_TO_EIGHT
from evacsim.world.presence import Presence, draw_visitors, presence_of, present_share

N = 20_000


def luck(n=N, seed=1):
    return Streams(seed).get("presence", "z").random(n)


def test_as_many_are_there_as_the_zone_says():
    columns = presence_of(luck(), day=0.3)
    near = {
        share: pytest.approx(share, abs=4 * (0.25 / N) ** 0.5) for share in (0.3, 0.65)
    }  # 4 standard errors
    assert columns.at(0.0).mean() == near[0.3]
    assert columns.at(0.5).mean() == near[0.65]
    assert columns.at(1.0).all()
    assert present_share([0, 0.5, 1], day=0.3) == pytest.approx([0.3, 0.65, 1])
    assert set(columns.kind) == {Presence.ALWAYS, Presence.NIGHT}


def test_a_school_is_empty_at_night_and_some_are_always_away():
    school = presence_of(luck(), day=1.0, night=0.0)
    assert school.at(0.0).all()
    assert not school.at(1.0).any()
    half = presence_of(luck(), day=0.2, night=0.5)
    assert (half.kind == Presence.NEVER).mean() == pytest.approx(0.5, abs=0.015)
    assert not half.at(0.7)[half.kind == Presence.NEVER].any()


def test_zones_with_shares_of_their_own_are_drawn_together():
    day = np.repeat([0.0, 1.0], 10)
    assert presence_of(luck(20), day=day).at(0.0).tolist() == [False] * 10 + [True] * 10
    both = presence_of(luck(20), day=day).at(np.repeat([1.0, 0.0], 10))
    assert both.all()


@given(
    u=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=30),
    day=st.floats(0, 1),
    night=st.floats(0, 1),
    darker=st.floats(0, 1),
    lighter=st.floats(0, 1),
)
def test_the_later_in_the_evening_the_more_of_the_night_and_the_fewer_of_the_day(
    u, day, night, darker, lighter
):
    lighter, darker = sorted((lighter, darker))
    columns = presence_of(np.array(u), day=day, night=night)
    before, after = columns.at(lighter), columns.at(darker)
    by_night, by_day = columns.kind == Presence.NIGHT, columns.kind == Presence.DAY
    assert (before <= after)[by_night].all()
    assert (before >= after)[by_day].all()
    steady = ~by_night & ~by_day
    assert np.array_equal(before[steady], after[steady])
    assert ((columns.turn >= 0) & (columns.turn < 1)).all()
    for row, chance in enumerate(u):  # by day and by night each is there whose luck is below the share
        assert columns.at(0.0)[row] == (chance < day)
        assert columns.at(1.0)[row] == (chance < night)


def test_visitors_are_as_many_as_said_by_day_and_by_night():
    visitors = draw_visitors("z", Streams(2), by_day=40, by_night=10, household_size=2.5)
    assert visitors.people[visitors.presence.at(0.0)].sum() == 40
    assert visitors.people[visitors.presence.at(1.0)].sum() == 10
    more = draw_visitors("z", Streams(2), by_day=60, by_night=10, household_size=2.5)
    stay = visitors.presence.kind == Presence.ALWAYS
    assert np.array_equal(more.people[more.presence.kind == Presence.ALWAYS], visitors.people[stay])
    nobody = draw_visitors("z", Streams(2), by_day=0, by_night=0, household_size=2.5)
    assert len(nobody.people) == len(nobody.presence.turn) == 0
    guests = draw_visitors("z", Streams(2), by_day=0, by_night=7, household_size=1)
    assert guests.people.tolist() == [1] * 7
    assert not guests.presence.at(0.0).any()


@pytest.mark.parametrize("daytime", [SIX_TO_EIGHT, LIFESIM])
def test_c7_the_warning_meets_those_who_are_there_when_it_is_issued(daytime):
    """C7, the part of the law: one trigger of the evening before, an order at 10:00 or at 02:00."""
    residents = presence_of(luck(200, seed=3), day=0.3)
    visitors = draw_visitors("z", Streams(3), by_day=40, by_night=0, household_size=2)
    people = np.full(200, 3)

    def met(hour):
        share = daytime.night_share(hour)
        return people[residents.at(share)].sum(), visitors.people[visitors.presence.at(share)].sum()

    by_day, day_visitors = met(10)
    by_night, night_visitors = met(2)
    assert (by_night, night_visitors) == (600, 0)
    assert day_visitors == 40
    assert by_day == 3 * (luck(200, seed=3) < 0.3).sum() < 300
    assert met(10 + 24) == met(10)
