"""How a warning spreads: curves against their sources, channels against counting, luck that stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.section import Fixed, Lognormal
from evacsim.streams import Streams
from evacsim.world.alerting import (
    REACHES,
    Emission,
    FirstWord,
    alert_times,
    bass,
    bass_times,
    coverage,
    first_alert,
    first_heard,
    heard,
    reached_by,
    word_of_mouth,
)
from evacsim.world.daytime import SIX_TO_EIGHT
from tests.reference import alerting as plain

MINUTE = 60.0
AT_ONCE = Fixed(value="0 s")
SOME_MINUTES = Lognormal(type="lognormal", median="3 min", sigma=0.6)


def emission(channel, reach=1.0, time=0.0, delay=AT_ONCE, **other):
    return Emission(channel, time, reach, delay, **other)


# By curve.


def test_v02_first_alerts_have_the_values_of_their_source():
    """V02: b = 95 min, c = 0.06/min; the values after 16, 31, 61, 91 and 121 steps."""
    warned = first_alert(95 * MINUTE, 0.06 / MINUTE, steps=180)
    assert warned[0] == 0
    assert warned[[16, 31, 61, 91, 121]] == pytest.approx(
        [0.01760, 0.09176, 0.51280, 0.89455, 0.98520], abs=1e-5
    )


def test_v02_half_are_warned_when_61_minutes_are_over_which_the_source_lists_beside_minute_60():
    """V02 gives 60 and 91: the numbers of the last step, not of the steps that are over then."""
    warned = first_alert(95 * MINUTE, 0.06 / MINUTE, steps=180)
    assert [int((warned >= share).argmax()) for share in (0.5, 0.9)] == [61, 92]
    assert warned[60] < 0.5 < warned[61]
    assert warned[91] < 0.9 < warned[92]


def test_v02b_without_word_of_mouth_63_percent_are_warned_in_the_end():
    """V02b: 1 - 1/e for small steps; 0.618 after 240 min with steps of a minute."""
    limit = first_alert(95 * MINUTE, 0, steps=8000, step=6.0)[-1]
    assert limit == pytest.approx(1 - np.exp(-1), abs=2e-4)
    by_minutes = first_alert(95 * MINUTE, 0, steps=2000)
    assert by_minutes[240] == pytest.approx(0.61735, abs=1e-5)
    assert by_minutes[-1] == pytest.approx(1 - np.exp(-1), abs=2e-3)


@given(b=st.floats(1, 300), c=st.floats(0, 1), steps=st.integers(1, 200))
def test_first_alerts_equal_their_plain_twin_and_never_fall(b, c, steps):
    warned = first_alert(b * MINUTE, c / MINUTE, steps=steps)
    assert (np.diff(warned) >= 0).all()
    assert warned.max() <= 1
    if 0.61 / b + c <= 1:  # else the source's recursion passes 1, and ours does not
        assert warned == pytest.approx(plain.first_alert(b, c, steps), abs=1e-12)


@given(b=st.floats(5, 300), c=st.floats(0, 0.1), more=st.floats(0, 0.1))
def test_more_word_of_mouth_warns_nobody_later(b, c, more):
    less = first_alert(b * MINUTE, c / MINUTE, steps=300)
    assert (first_alert(b * MINUTE, (c + more) / MINUTE, steps=300) >= less - 1e-12).all()


def test_v03_the_bass_curve_has_its_exact_values():
    """V03: A = 0.05, B = 0.1 per minute."""
    warned = bass(0.05 / MINUTE, 0.1 / MINUTE, np.array([10.0, 30, 60]) * MINUTE)
    assert warned == pytest.approx([0.537158, 0.967397, 0.999630], abs=1e-6)


def test_v03_the_bass_curve_solves_its_equation():
    """V03: dy/dt = (A + B y) (1 - y) in steps of 0.01 min stays within 1e-4."""
    share, step = 0.0, 0.01
    for k in range(6001):
        if k in (1000, 3000, 6000):
            assert share == pytest.approx(float(bass(0.05, 0.1, k * step)), abs=1e-4)
        share += step * (0.05 + 0.1 * share) * (1 - share)


def test_where_nobody_is_told_nobody_tells():
    assert bass(0, 0.1, np.array([0.0, 60, 1e9])).tolist() == [0, 0, 0]
    assert np.isinf(bass_times(0, 0.1, np.array([0.0, 0.5]))).all()


@given(a=st.floats(1e-6, 1), b=st.floats(0, 1), luck=st.floats(0, 0.999))
def test_bass_times_invert_the_bass_curve(a, b, luck):
    assert float(bass(a, b, bass_times(a, b, np.array([luck])))[0]) == pytest.approx(luck, abs=1e-9)


def test_households_are_warned_when_the_curve_passes_their_luck():
    curve = np.array([0.0, 0.0, 0.2, 0.2, 0.6])
    luck = np.array([0.0, 0.1, 0.2, 0.4, 0.5999, 0.6, 0.9])
    assert alert_times(curve, luck, step=10.0) == pytest.approx(
        [10, 15, 30, 35, 39.9975, np.inf, np.inf], abs=1e-4
    )


def test_v02_agents_follow_the_curve():
    """1e5 households; 4 standard errors of a share are 0.0063."""
    curve = first_alert(95 * MINUTE, 0.06 / MINUTE, steps=600)
    times = alert_times(curve, Streams(2).get("word", "z").random(100_000))
    for minute in (30, 61, 91, 120):
        assert (times <= minute * MINUTE).mean() == pytest.approx(curve[minute], abs=0.0063)


# By channel.


def test_two_independent_channels_leave_the_product_of_what_each_leaves():
    assert float(coverage([0.9, 0.8])) == pytest.approx(0.98)
    assert coverage(np.array([[0.9, 0.5], [0.8, 0.5], [0, 0.5]])) == pytest.approx([0.98, 0.875])
    assert float(coverage([])) == 0


def test_of_50000_households_98_percent_hear_over_at_least_one_of_the_two():
    n = 50_000
    times = np.stack(
        [heard(emission(name, reach), "z", n, Streams(3)) for name, reach in (("a", 0.9), ("b", 0.8))]
    )
    three_sigma = 3 * (0.98 * 0.02 / n) ** 0.5
    assert np.isfinite(first_heard(times).time).mean() == pytest.approx(0.98, abs=three_sigma)


def test_reach_goes_by_the_hour():
    siren = REACHES["siren"]
    assert siren.at(SIX_TO_EIGHT.night_share([12, 20, 3])) == pytest.approx([0.765, 0.70, 0.70])


def test_whom_a_channel_reaches_by_night_it_reaches_by_day_and_again_when_it_repeats():
    by_day = heard(emission("sms", 0.9), "z", 1000, Streams(4))
    by_night = heard(emission("sms", 0.55, ordinal=2, delay=SOME_MINUTES), "z", 1000, Streams(4))
    assert np.isfinite(by_night).sum() < np.isfinite(by_day).sum()
    assert np.isfinite(by_day[np.isfinite(by_night)]).all()
    again = heard(emission("sms", 0.55, ordinal=3, delay=SOME_MINUTES), "z", 1000, Streams(4))
    assert np.array_equal(np.isfinite(again), np.isfinite(by_night))
    assert not np.array_equal(again, by_night)


def test_a_channel_of_50_households_a_second_needs_20_s_for_1000():
    times = heard(emission("sms", rate=50.0, n_served=1000, time=100.0), "z", 1000, Streams(5))
    assert 100 <= times.min() <= 100.1
    assert 119.9 <= times.max() < 120
    assert times.mean() == pytest.approx(110, abs=4 * 20 / 12**0.5 / 1000**0.5)  # four standard errors


@given(
    seed=st.integers(0, 20), n=st.integers(1, 60), reaches=st.lists(st.floats(0, 1), min_size=1, max_size=4)
)
def test_one_more_channel_changes_nobodys_luck_and_lets_nobody_hear_later(seed, n, reaches):
    emissions = [emission(f"c{row}", reach, delay=SOME_MINUTES) for row, reach in enumerate(reaches)]
    luck = Streams(seed).get("word", "z").random(n)

    def own_word(used):
        streams = Streams(seed)
        times = np.stack([heard(one, "z", n, streams) for one in used])
        first = first_heard(times).time
        word = word_of_mouth(first, luck, contagion=0.02 / MINUTE, until=6 * 3600)
        return times, np.minimum(first, word)

    some, before = own_word(emissions)
    more, after = own_word([*emissions, emission("new", 0.5, delay=SOME_MINUTES)])
    assert np.array_equal(more[:-1], some)
    assert (after <= before + 1e-6).all()


def test_the_delays_of_two_channels_and_of_two_emissions_have_nothing_in_common():
    """Rank correlation of 2000 households; 4 standard errors are 0.09."""
    streams = Streams(13)
    times = [
        heard(emission(name, ordinal=ordinal, delay=SOME_MINUTES), "z", 2000, streams)
        for name, ordinal in (("a", 1), ("b", 1), ("a", 2))
    ]
    ranks = [np.argsort(np.argsort(time)) for time in times]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(ranks[one], ranks[other])[0, 1]) < 0.09


def test_another_zone_hears_as_it_did():
    alone = heard(emission("sms", 0.5, delay=SOME_MINUTES), "a", 100, Streams(6))
    beside = Streams(6)
    heard(emission("sms", 0.5, delay=SOME_MINUTES), "b", 77, beside)
    assert np.array_equal(heard(emission("sms", 0.5, delay=SOME_MINUTES), "a", 100, beside), alone)


def test_households_added_to_a_zone_leave_the_others_as_they_were():
    few = heard(emission("sms", 0.5, delay=SOME_MINUTES), "a", 100, Streams(6))
    many = heard(emission("sms", 0.5, delay=SOME_MINUTES), "a", 150, Streams(6))
    assert np.array_equal(many[:100], few)


def test_c4_nobody_hears_before_the_message_goes_out_and_an_hour_later_is_an_hour_later():
    """C4, the part of the law: the same households, the message an hour later."""
    near, late = (
        heard(emission("sms", 0.8, time=time, delay=SOME_MINUTES), "z", 500, Streams(7))
        for time in (600, 4200)
    )
    assert late.min() > 4200
    reached = np.isfinite(near)
    assert late[reached] - near[reached] == pytest.approx(3600, abs=1e-9)


def test_c5_of_two_messages_at_one_instant_both_are_heard_and_one_counts():
    """C5, the part of the law: the first row counts, whatever the order of the times."""
    times = np.stack([heard(emission(name, time=60.0), "z", 10, Streams(8)) for name in ("siren", "sms")])
    assert (times == 60).all()
    first = first_heard(times)
    assert (first.emission == 0).all()
    assert reached_by(first, [59, 60], n_emissions=2).tolist() == [[0, 10], [0, 0]]


def test_without_a_channel_nobody_hears():
    first = first_heard(np.empty((0, 3)))
    assert np.isinf(first.time).all()
    assert first.emission.tolist() == [-1, -1, -1]
    assert reached_by(first, [0, 60], n_emissions=0).shape == (0, 2)


TIMES = st.one_of(st.integers(0, 20).map(float), st.just(np.inf))


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(TIMES, min_size=5, max_size=5), min_size=n, max_size=n)
    )
)
def test_first_words_equal_their_plain_twin(times):
    first = first_heard(np.array(times))
    found = plain.first_heard(times)
    assert list(zip(first.time.tolist(), first.emission.tolist(), strict=True)) == found
    minutes = [0, 5, 10, 20]
    counts = reached_by(first, minutes, n_emissions=len(times))
    assert counts.tolist() == plain.reached_by(found, minutes, len(times))
    assert counts[:, -1].sum() == np.isfinite(first.time).sum()


LUCK = st.floats(0, 0.999)


@given(
    households=st.lists(
        st.tuples(st.one_of(st.floats(0, 3000), st.just(np.inf)), LUCK), min_size=1, max_size=12
    ),
    contagion=st.floats(0, 0.01),
    until=st.floats(60, 6000),
)
def test_word_of_mouth_equals_its_plain_twin(households, contagion, until):
    first, luck = (np.array(column) for column in zip(*households, strict=True))
    times = word_of_mouth(first, luck, contagion=contagion, until=until)
    assert times == pytest.approx(plain.word_of_mouth(first, luck, contagion, until, MINUTE), abs=1e-6)
    assert (times >= first.min()).all()


def test_v03_broadcast_and_word_of_mouth_of_agents_make_the_bass_curve():
    """20 000 households whose direct alert has a constant hazard; 4 standard errors are 0.014, the step makes 0.004."""
    n, a, b = 20_000, 0.02 / MINUTE, 0.05 / MINUTE
    streams = Streams(9)
    direct = -np.log1p(-streams.get("direct").random(n)) / a
    word = word_of_mouth(direct, streams.get("word").random(n), contagion=b, until=4 * 3600, step=10.0)
    own = np.minimum(direct, word)
    for minute in (10, 20, 40, 80):
        assert (own <= minute * MINUTE).mean() == pytest.approx(float(bass(a, b, minute * MINUTE)), abs=0.018)


def test_v02_agents_with_word_of_mouth_make_the_first_alert_curve():
    """The hazard of the source is added up; ours allows for both in one minute, which differs by less than 0.01."""
    n, b, c = 20_000, 95 * MINUTE, 0.06 / MINUTE
    streams = Streams(10)
    # Direct alerts have the hazard r(t): the inverse of 1 - exp(-(1 - exp(-t^2 / (2 b^2)))).
    added_up = -np.log1p(-streams.get("direct").random(n))
    direct = np.full(n, np.inf)
    ever = added_up < 1
    direct[ever] = b * np.sqrt(-2 * np.log1p(-added_up[ever]))
    word = word_of_mouth(direct, streams.get("word").random(n), contagion=c, until=6 * 3600)
    own = np.minimum(direct, word)
    curve = first_alert(b, c, steps=360)
    assert np.isfinite(direct).mean() == pytest.approx(0.632, abs=0.014)
    for minute in (30, 60, 90, 120, 240):
        assert (own <= minute * MINUTE).mean() == pytest.approx(curve[minute], abs=0.025)


def test_word_that_comes_after_the_end_does_not_count():
    """One of ten heard at 0: a hazard of 0.1 in the first minute; a luck of 1 - exp(-0.05) hears after 30 s."""
    first = np.append(0.0, np.full(9, np.inf))
    luck = np.full(10, 1 - np.exp(-0.05))
    for until, heard_at in ((40.0, 30.0), (20.0, np.inf)):
        times = word_of_mouth(first, luck, contagion=1 / MINUTE, until=until)
        assert times == pytest.approx(np.full(10, heard_at))


def test_where_nobody_heard_over_a_channel_nobody_hears_from_a_neighbor():
    nobody = np.full(5, np.inf)
    assert np.isinf(word_of_mouth(nobody, np.zeros(5), contagion=1.0, until=3600)).all()
    late = np.array([7200.0, np.inf])
    assert np.isinf(word_of_mouth(late, np.zeros(2), contagion=1.0, until=3600)).all()
    assert isinstance(first_heard(late[None, :]), FirstWord)
