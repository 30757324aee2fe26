"""From the danger to the door: the chain of delays, who believes, who ever goes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.scenario.section import Fixed, Gamma, Uniform, Weibull
from evacsim.streams import Streams
from evacsim.world.laws import quantiles, shares
from evacsim.world.response import (
    ISSUANCE,
    MAXIMA,
    ORDER_IMPACT,
    OROVILLE,
    PREPARATION,
    believes,
    departure_times,
    impact_needed,
    impact_of,
    issue_time,
    share_through_all,
    trapped_before_leaving,
)
from tests.reference import response as plain

MINUTE, HOUR = 60.0, 3600.0


def test_v04c_a_warning_is_issued_at_11_51():
    """V04c: danger at 12:00, seen coming 1.5 h before, half an hour to tell, 0.85 h to issue."""
    issued = issue_time(12 * HOUR, identification=-1.5 * HOUR, communication=0.5 * HOUR, issuance=0.85 * HOUR)
    assert float(issued) == pytest.approx(11 * HOUR + 51 * MINUTE, abs=1e-9)


def test_c1_fixed_delays_add_up_to_125_minutes():
    """C1, the part of the law: identified at once, 30 to tell, 25 to issue, 10 to alert, 60 to act."""
    issued = issue_time(0, identification=0, communication=30 * MINUTE, issuance=25 * MINUTE)
    alert, act = (quantiles(Fixed(value=time), np.array([0.1, 0.9])) for time in ("10 min", "60 min"))
    out = departure_times(issued + alert, [act], np.array([0.1, 0.9]), maximum=1.0)
    assert out.tolist() == [125 * MINUTE, 125 * MINUTE]


def test_issuance_goes_by_preparedness():
    medians = {name: float(quantiles(law, np.array([0.5]))[0]) / MINUTE for name, law in ISSUANCE.items()}
    assert medians["high"] < medians["moderate"] < medians["low"]
    assert medians["high"] == pytest.approx(13.45175, abs=1e-5)


def test_the_offices_of_oroville_warned_at_the_times_of_the_manual():
    """15:30 and the delays make 16:21, 17:33, 18:03 and 18:49; the weather service counts from 16:10."""
    ordered = 15 * 60 + 30
    warned = {office.name: ordered + office.total / MINUTE for office in OROVILLE}
    assert warned.pop("all three counties (NWS)") == ordered + 25
    assert list(warned.values()) == [16 * 60 + 21, 17 * 60 + 33, 18 * 60 + 3, 18 * 60 + 49]


# Belief.


def test_an_order_is_believed_by_all_and_a_repeated_rumor_by_more_and_more():
    luck = np.linspace(0, 1, 10_000, endpoint=False)
    assert believes(luck, ORDER_IMPACT).all()
    acting = [believes(luck, impact_of(0.2, confirmations=n)).mean() for n in range(4)]
    assert acting == pytest.approx([0.158655, 0.308538, 0.5, 0.691462], abs=2e-4)


def test_persuasion_brings_most_of_the_doubtful():
    luck = np.linspace(0, 1, 10_000, endpoint=False)
    assert believes(luck, impact_of(0.1)).mean() == pytest.approx(0.02275, abs=2e-4)
    assert believes(luck, impact_of(0.1, visits=1)).mean() == pytest.approx(0.97725, abs=2e-4)


def test_false_alarms_tire_and_never_turn_an_impact_round():
    assert float(impact_of(0.3, false_alarms=5)) == pytest.approx(0.2)
    assert float(impact_of(0.3, false_alarms=47)) == 0
    luck = np.linspace(0, 1, 1000, endpoint=False)
    assert believes(luck, impact_of(ORDER_IMPACT, false_alarms=10)).all()
    # Thirty-five leave an order the impact of the mean threshold, 1 - 35 x 0.02 = 0.3.
    assert believes(luck, impact_of(ORDER_IMPACT, false_alarms=35)).mean() == pytest.approx(0.5, abs=0.002)


@given(share=st.floats(0.001, 0.999), mean=st.floats(0, 1), deviation=st.floats(0.01, 0.5))
def test_on_the_impact_needed_for_a_share_that_share_acts(share, mean, deviation):
    luck = (np.arange(2000) + 0.5) / 2000
    impact = impact_needed(share, mean=mean, deviation=deviation)
    assert believes(luck, impact, mean=mean, deviation=deviation).mean() == pytest.approx(share, abs=1 / 2000)


@given(
    impacts=st.lists(st.floats(0, 1), min_size=2, max_size=2),
    luck=st.lists(st.floats(0, 0.999), min_size=1, max_size=20),
)
def test_who_believes_the_weaker_message_believes_the_stronger(impacts, luck):
    weak, strong = sorted(impacts)
    assert (believes(np.array(luck), weak) <= believes(np.array(luck), strong)).all()


# Time.

TIME = st.floats(0, 1e4)


@given(
    rows=st.lists(
        st.tuples(st.one_of(TIME, st.just(np.inf)), TIME, TIME, st.floats(0, 0.999)), min_size=1, max_size=20
    ),
    maximum=st.floats(0, 1),
)
def test_departures_equal_their_plain_twin(rows, maximum):
    received, decide, prepare, luck = (np.array(column) for column in zip(*rows, strict=True))
    out = departure_times(received, [decide, prepare], luck, maximum=maximum)
    assert out.tolist() == plain.departure_times(received, [decide, prepare], luck, maximum)
    assert (out >= received).all()


def test_two_exponential_delays_in_a_row_are_a_gamma_law_of_two():
    one = Weibull(type="weibull", scale="10 min", shape=1)
    curve = share_through_all([one, one], step=10.0, steps=720)
    both = shares(Gamma(type="gamma", scale="10 min", shape=2), 10.0 * np.arange(721))
    assert curve == pytest.approx(both, abs=5e-5)  # of the order of (step / scale)^2 = 3e-4
    finer = share_through_all([one, one], step=5.0, steps=1440)[::2]
    assert np.abs(finer - both).max() < np.abs(curve - both).max() / 3  # second order


def test_one_law_is_itself_and_none_is_over_at_once():
    law = PREPARATION["fast"]
    assert np.array_equal(share_through_all([law], step=60.0, steps=90), shares(law, 60.0 * np.arange(91)))
    assert share_through_all([], step=60.0, steps=2).tolist() == [1, 1, 1]


def test_the_curve_of_a_crowd_is_that_of_its_households():
    """1e5 households; Kolmogorov's limit for one sample in 1000 is 0.0062."""
    laws = [Uniform(type="uniform", low="0 s", high="20 min"), ISSUANCE["moderate"], PREPARATION["fast"]]
    streams = Streams(12)
    parts = [quantiles(law, streams.get("part", row).random(100_000)) for row, law in enumerate(laws)]
    times = np.sort(np.sum(parts, axis=0))
    grid = 60.0 * np.arange(241)
    reached = np.searchsorted(times, grid, side="right") / len(times)
    assert share_through_all(laws, step=60.0, steps=240) == pytest.approx(reached, abs=0.0062)


@given(minutes=st.lists(st.lists(st.integers(0, 20), min_size=2, max_size=2), min_size=1, max_size=3))
def test_delays_in_a_row_equal_the_sum_over_all_pairs(minutes):
    laws = [Uniform(type="uniform", low=f"{min(pair)} min", high=f"{max(pair)} min") for pair in minutes]
    curve = share_through_all(laws, step=60.0, steps=70)
    each = [shares(law, 60.0 * np.arange(71)).tolist() for law in laws]
    assert curve == pytest.approx(plain.share_through_all(each), abs=1e-12)
    assert (np.diff(curve) >= -1e-12).all()
    assert curve[-1] == pytest.approx(1, abs=1e-12)  # all three are over by 60 min


def test_who_steps_out_as_the_water_comes_is_caught():
    out = np.array([1.0, 2.0, 3.0, np.inf, np.inf])
    water = np.array([2.0, 2.0, 2.0, 2.0, np.inf])
    assert trapped_before_leaving(out, water).tolist() == [False, True, True, True, False]


def test_the_maxima_are_those_of_their_events():
    assert {name: maximum.usual for name, maximum in MAXIMA.items()} == {
        "joso": 0.585, "oroville": 0.675, "nola": 0.85, "teton": 0.99, "johnstown": 0.35,
    }  # fmt: skip
    assert MAXIMA["johnstown"].drawn([0, 0.5, 1]) == pytest.approx([0.2, 0.35, 0.5])
    assert all(maximum.low <= maximum.usual <= maximum.high for maximum in MAXIMA.values())
    assert {maximum.source.mark for maximum in MAXIMA.values()} == {"seen"}
