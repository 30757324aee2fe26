"""Where the time goes, who is late and why."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from evacsim.analysis.lateness import (
    CAUSES,
    STAGES,
    late_by_zone,
    late_households,
    mean_stage_times,
    relay_time_90,
    stage_times,
)
from evacsim.analysis.people import had_to_go, out_times
from evacsim.results.record import EVENTS
from tests.reference.fake_record import fake_record
from tests.reference.small_record import END, FEW, HOUR, frame, ledgers, settled, small_record

BY_BUS = settled(
    at=7, mode="bus", triggered_s=0, ordered_s=1, told_s=3, departed_s=4, at_pickup_s=4.5, boarded_s=6.5
)


def hours(record):
    return [dict(row.dropna() / HOUR) for _, row in stage_times(record).iterrows()]


def test_each_mode_spends_its_time_in_its_own_stages():
    record = small_record(
        [BY_BUS, settled(at=3, mode="walk", departed_s=1), settled(at=3, mode="car", departed_s=2)]
    )
    minute = pytest.approx(1 / 60)
    assert hours(record) == [
        {"decide": 1, "relay": 2, "prepare": 1, "walk": 0.5, "wait": 2, "ride": 0.5, "register": minute},
        {"decide": 0, "relay": 0, "prepare": 1, "walk": 2, "register": minute},
        {"decide": 0, "relay": 0, "prepare": 2, "ride": 1, "register": minute},
    ]


@FEW
@given(ledgers())
def test_the_stages_of_a_settled_household_add_up_to_its_whole_time(homes):
    record = small_record(homes)
    total = stage_times(record).sum(axis=1).to_numpy()
    done = (record.ledger["final_state"] == "sheltered").to_numpy()
    whole = (record.ledger["settled_s"] - record.ledger["triggered_s"]).to_numpy()
    np.testing.assert_allclose(total[done], whole[done], atol=1e-6)
    assert (stage_times(record).fillna(0) >= 0).all().all()


def test_an_open_stage_lasts_to_the_end_or_to_the_water():
    start = {"triggered_s": 0.0, "ordered_s": 0.0, "told_s": 0.0, "departed_s": 0.0, "at_pickup_s": HOUR}
    record = small_record(
        [
            start | {"final_state": "waiting", "final_s": HOUR},
            start | {"final_state": "trapped", "final_s": 5 * HOUR},
            {"triggered_s": 0.0, "ordered_s": HOUR, "told_s": 2 * HOUR, "final_state": "refused"},
        ]
    )
    assert hours(record) == [
        {"decide": 0, "relay": 0, "prepare": 0, "walk": 1, "wait": END / HOUR - 1},
        {"decide": 0, "relay": 0, "prepare": 0, "walk": 1, "wait": 4},
        {"decide": 1, "relay": 1},
    ]


def test_mean_stage_times_are_per_person():
    record = small_record([settled(at=1, people=1, mode="walk"), settled(at=5, people=3, mode="walk")])
    means = mean_stage_times(record)
    assert means["walk"] == 4 * HOUR
    assert np.isnan(means["wait"])
    assert list(means) == list(STAGES)


@pytest.mark.parametrize(
    ("home", "cause"),
    [
        (settled(at=7, water=6), "slow_ride"),
        (BY_BUS | {"water_s": 6 * HOUR}, "slow_relay"),
        ({"triggered_s": 0.0, "final_state": "at_home"}, "no_order"),
        ({"triggered_s": 0.0, "ordered_s": 1.0, "told_s": 2.0, "final_state": "refused"}, "refused"),
        ({"triggered_s": 0.0, "ordered_s": 1.0, "told_s": 2.0, "final_state": "trapped"}, "cut_off_at_home"),
        (BY_BUS | {"final_state": "stranded"}, "cut_off_in_shelter"),
        (BY_BUS | {"final_state": "stranded", "arrived_s": np.nan}, "cut_off_on_the_way"),
        (BY_BUS | {"final_state": "waiting", "boarded_s": np.nan, "arrived_s": np.nan}, "no_seat"),
        (BY_BUS | {"final_state": "trapped", "boarded_s": np.nan, "arrived_s": np.nan}, "no_seat"),
        (BY_BUS | {"final_state": "riding", "arrived_s": np.nan}, "under_way"),
    ],
)
def test_the_cause_of_being_late(home, cause):
    home = {"mode": "car"} | home
    if cause == "slow_ride":
        home["mode"] = "car"
    assert late_households(small_record([home]))["cause"].to_list() == [cause]
    assert cause in CAUSES


@pytest.mark.parametrize(("reached", "cause"), [(5.9, "turned_away"), (6.1, "slow_walk")])
def test_a_household_that_reached_a_full_shelter_in_time_is_late_for_that_reason(reached, cause):
    record = small_record([settled(at=9, water=6, mode="walk")])
    event = {"seq": 1, "time_s": reached * HOUR, "kind": "turned_away", "subject": "household/h1"}
    record = replace(record, events=frame(EVENTS, [event]))
    assert late_households(record)["cause"].to_list() == [cause]


def test_late_is_after_the_deadline_or_the_water_whichever_comes_first():
    zones = [{"zone": "A", "deadline_s": 5 * HOUR}, {"zone": "B"}]
    homes = [
        settled(zone="A", at=5), settled(zone="A", at=6), settled(zone="A", at=4, water=3),
        settled(zone="B", at=20), settled(zone="B", at=20, water=19), {"zone": "B", "mode": "", "water_s": 1.0},
    ]  # fmt: skip
    late = late_households(small_record(homes, zones=zones))
    assert late["household"].to_list() == ["h2", "h3", "h5"]
    assert (late["late_by_s"] / HOUR).to_list() == [1, 1, 1]


@FEW
@given(ledgers())
def test_whoever_had_to_go_and_is_not_out_is_late(homes):
    record = small_record(homes)
    late = late_households(record)
    never = had_to_go(record.ledger) & np.isnan(out_times(record.ledger))
    assert set(record.ledger.loc[never, "household"]) == set(
        late.loc[np.isinf(late["late_by_s"]), "household"]
    )
    assert set(late["household"]) <= set(record.ledger.loc[had_to_go(record.ledger), "household"])
    assert set(late["cause"]) <= set(CAUSES)
    assert late_by_zone(record)["people"].sum() == late["people"].sum()


def test_zones_and_causes_are_ranked_by_people():
    table = late_by_zone(fake_record())
    zones = table.groupby("zone", sort=False)["people"].sum()
    assert zones.is_monotonic_decreasing
    assert all(rows["people"].is_monotonic_decreasing for _, rows in table.groupby("zone"))
    assert table.iloc[0].to_list() == ["Z5", "slow_wait", 29, 14, "wait"]


def test_ninety_percent_are_told_within_the_time_of_the_ninth_of_ten():
    homes = [settled(at=12, told_s=number / 10) for number in range(1, 11)]
    assert relay_time_90(small_record(homes)) == pytest.approx(0.9 * HOUR)
    deaf = [{"triggered_s": 0.0, "ordered_s": 0.0}] * 2
    assert relay_time_90(small_record([*homes[:8], *deaf])) == np.inf
