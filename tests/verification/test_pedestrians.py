"""4B, one walker, and when people set out."""

import numpy as np
import pytest
from scipy import stats

import evacsim as ev
from evacsim.engine.movement import MoverColumns, NoticeKind
from evacsim.scenario.section import Lognormal, Table, Uniform, Weibull
from evacsim.streams import Streams
from evacsim.world.laws import quantiles
from evacsim.world.people import draw_households
from tests.engine.roads import WALKER, entries, records, road
from tests.reference.small_district import node, small_district

FOOTWAY = {"free_speed": np.inf, "storage": np.inf, "wave_speed": np.inf, "overtaking": True}
FLOW = 1.2249
"""Persons that pass a metre of width in a second."""


def walk(speeds, *, length, width=2.0, depart=0.0, ends=((0, 1),), **columns):
    """Return when walkers arrive, by mover, who depart for the last node."""
    ends = list(ends)
    movement = road(ends, length=length, capacity=FLOW * width, **FOOTWAY)
    who = {"mode": WALKER, "speed": speeds} | columns
    movement.add(MoverColumns(**who), origin_node=0, tree=len(ends), depart_time=depart)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    return arrived["time"][np.argsort(arrived["mover"])]


def test_b1_forty_metres_of_corridor_take_30_s():
    (time,) = walk([1.33], length=40.0)
    assert time == pytest.approx(30.08, abs=0.01)
    assert 26.0 <= time <= 34.0


def test_b2_the_speed_over_a_measured_way_is_the_walkers_own():
    (time,) = walk([1.0], length=40.0)
    assert 40.0 / time == pytest.approx(1.0, abs=1e-12)


def test_b3_stairs_are_a_way_with_a_speed_of_its_own_up_and_down():
    """100 m of stairs between two landings of 10 m, on which one who walks at 1.6 m/s does 1.0 m/s."""
    for ends in ([(0, 1), (1, 2), (2, 3)], [(3, 2), (2, 1), (1, 0)]):
        movement = road(
            ends,
            length=[10.0, 100.0, 10.0],
            capacity=np.inf,
            **FOOTWAY | {"free_speed": [np.inf, 1.0, np.inf]},
        )
        movement.add(
            MoverColumns(mode=WALKER, speed=1.6), origin_node=ends[0][0], tree=ends[-1][1], depart_time=[0.0]
        )
        movement.advance(np.inf)
        drained = movement.drain_records()
        on_stairs = entries(drained, 2)[0] - entries(drained, 1)[0]
        assert 100.0 / on_stairs == pytest.approx(1.0, abs=1e-12)


# When people set out


def draws(law, n):
    return quantiles(law, Streams(20).get("verification").random(n))


def test_b4_ten_people_set_out_within_10_to_100_s_and_a_thousand_evenly():
    law = Uniform(type="uniform", low="10 s", high="100 s")
    some, many = draws(law, 10), draws(law, 1000)
    assert 10.0 <= some.min() <= some.max() <= 100.0
    assert stats.kstest(many, stats.uniform(10, 90).cdf).pvalue > 0.05


def test_b4_a_run_lets_them_set_out_when_the_law_says(tmp_path):
    """Households of one, told at 10 min: what is between that and their departure is the preparation."""
    mapping = small_district(
        tmp_path,
        zones=[{"id": "west", "node": node(0, 1), "population": 1000}],
        transfers=[{"zone": "west", "trigger_at": "T+10 min", "organizer": "grid officer"}],
        shelters=[{"id": "school", "node": node(4, 1), "capacity": 2000}],
        population={"household_size": 1},
        to={"bus_share": 0, "car_share": 0},
        organize={
            "relay_time": "0 s",
            "preparation": {"type": "uniform", "low": "10 s", "high": "100 s"},
        },
        who={"compliance": 1},
    )
    ledger = ev.simulate(ev.from_mapping(mapping), seed=2).tables.ledger
    waited = (ledger["ready_s"] - ledger["told_s"]).to_numpy()
    assert len(waited) == 1000
    assert 10.0 <= waited.min() <= waited.max() <= 100.0
    assert stats.kstest(waited, stats.uniform(10, 90).cdf).pvalue > 0.05


GAMMA = stats.gamma(1.291, scale=103.901)
SHARES = np.array([0.0, 1e-3, *np.arange(1, 100) / 100, 0.999, 1.0])


@pytest.mark.parametrize(
    ("law", "published"),
    [
        (
            Lognormal(type="lognormal", median=f"{np.exp(4.586)} s", sigma=0.967),
            stats.lognorm(0.967, scale=np.exp(4.586)),
        ),
        (Weibull(type="weibull", scale="139.285 s", shape=1.195), stats.weibull_min(1.195, scale=139.285)),
        # There is no gamma law: its quantiles are written as a curve of 103 points, cut at 1 in 100,000.
        (
            Table(
                type="table",
                times=[f"{t} s" for t in GAMMA.ppf(np.minimum(SHARES, 1 - 1e-5))],
                shares=SHARES.tolist(),
            ),
            GAMMA,
        ),
    ],
    ids=["lognormal", "weibull", "gamma"],
)
def test_b5_a_thousand_draws_follow_the_laws_of_nist(law, published):
    assert stats.kstest(draws(law, 1000), published.cdf).pvalue > 0.05


# Speeds


def test_b7_a_hundred_speeds_have_the_mean_and_the_spread_asked_for(tmp_path):
    mapping = small_district(
        tmp_path,
        zones=[{"id": "west", "node": node(0, 1), "population": 100}],
        population={
            "household_size": 1, "elderly_share": 0, "child_share": 0, "assisted_share": 0,
            "walking_speed": "1.2 m/s", "walking_speed_sd": "0.2 m/s",
        },
    )  # fmt: skip
    speed = draw_households(ev.build(ev.from_mapping(mapping)), Streams(1)).walking_speed
    assert len(speed) == 100
    assert speed.mean() == pytest.approx(1.2, abs=0.06)
    assert speed.std() == pytest.approx(0.2, abs=0.05)


def test_b9_and_v09_a_family_arrives_together_at_the_pace_of_its_slowest():
    """Four at 1.25 and one at 0.5 m/s are one mover of five people; so are four of 1.3, 1.2, 0.7 and 1.4 m/s."""
    for members in ([1.25] * 4 + [0.5], [1.3, 1.2, 0.7, 1.4]):
        (time,) = walk([min(members)], length=100.0, size=float(len(members)), people=len(members))
        assert 100.0 / time == pytest.approx(min(members), rel=1e-12)  # all of them: a spread of 0 s


def test_b9_families_of_a_run_arrive_at_the_pace_of_their_slowest(tmp_path):
    mapping = small_district(
        tmp_path,
        zones=[{"id": "west", "node": node(0, 1), "population": 60}],
        transfers=[{"zone": "west", "trigger_at": "T+10 min", "organizer": "grid officer"}],
        population={"household_size": 5, "walking_speed": "1.25 m/s", "walking_speed_sd": "0 m/s"},
        to={"bus_share": 0, "car_share": 0},
        who={"compliance": 1},
        care={"registration_time": "0 s"},
    )
    scenario = ev.from_mapping(mapping)
    households = draw_households(ev.build(scenario), Streams(4))
    ledger = ev.simulate(scenario, seed=4).tables.ledger
    on_foot = (ledger["arrived_s"] - ledger["departed_s"]).to_numpy()
    assert on_foot == pytest.approx(2000.0 / households.walking_speed, rel=1e-6)
    assert 0 < (households.walking_speed < 1.25).sum() < households.n


def test_b10_one_who_is_slow_and_wide_costs_the_others_time_and_blocks_nobody():
    """25 through 20 m of 1.5 m; the first of them, or one as fast as the others, twice as wide at 0.5 m/s."""
    fast = np.full(24, 1.25)
    control = walk([1.25, *fast], length=20.0, width=1.5)
    disabled = walk([0.5, *fast], length=20.0, width=1.5, size=[2.0] + [1.0] * 24)
    assert disabled.sum() > control.sum()
    # Each of the others enters one person later, and leaves before the slow one if that is still under way.
    assert disabled[1:] == pytest.approx(control[1:] + 1 / (FLOW * 1.5), abs=2 / (FLOW * 1.5) + 1e-9)
    assert np.sum(disabled[1:] < disabled[0]) > 12
    assert disabled[0] == pytest.approx(40.0, abs=2 / (FLOW * 1.5))
