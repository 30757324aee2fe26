"""How far it is night: the hours of two sources, and what lies between day and night."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.world.daytime import GO_CONSEQUENCES, LIFESIM, SIX_TO_EIGHT, Daytime, by_daytime

HOURS = st.floats(0, 24, exclude_max=True)


def test_without_a_transition_the_night_ends_and_begins_with_its_hour():
    assert SIX_TO_EIGHT.night_share([0, 5.999, 6, 12, 19.999, 20, 23.999]).tolist() == [1, 1, 0, 0, 0, 1, 1]


def test_transitions_are_straight():
    assert LIFESIM.night_share([4, 7, 10, 13, 17, 20.5, 23.9999]) == pytest.approx(
        [1, 0.5, 0, 0, 0, 0.5, 1], abs=1e-4
    )
    assert GO_CONSEQUENCES.night_share([4, 6.5, 8, 20, 21.5, 23, 23.5]).tolist() == [1, 0.5, 0, 0, 0.5, 1, 1]


def test_the_two_sources_disagree_by_up_to_half_the_people():
    hours = np.linspace(0, 24, 241)
    difference = np.abs(LIFESIM.night_share(hours) - GO_CONSEQUENCES.night_share(hours))
    assert difference.max() == pytest.approx(3 / 7, abs=0.01)


@given(hour=HOURS, edges=st.lists(HOURS, min_size=4, max_size=4))
def test_night_is_a_share_and_tomorrow_is_as_today(hour, edges):
    daytime = Daytime(*sorted(edges))
    share = float(daytime.night_share(hour))
    assert 0 <= share <= 1
    assert daytime.night_share(hour + 24) == pytest.approx(share, abs=1e-6) or any(
        abs(hour - edge) < 1e-6 for edge in edges
    )


@given(day=st.floats(0, 1), night=st.floats(0, 1), share=st.floats(0, 1))
def test_what_holds_in_between_is_between(day, night, share):
    value = float(by_daytime(day, night, share))
    assert min(day, night) - 1e-12 <= value <= max(day, night) + 1e-12
