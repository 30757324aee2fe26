"""How fast the district empties, on cases counted by hand and on random ledgers."""

import numpy as np
import pytest
from hypothesis import given

from evacsim.analysis.clearance import (
    SHARES,
    clearance_times,
    deadlines,
    evacuation_curve,
    first_order,
    group_clearance,
)
from evacsim.analysis.people import had_to_go, out_times, people_of
from tests.reference.fake_record import fake_record
from tests.reference.small_record import END, FEW, HOUR, ledgers, settled, small_record

TEN_HOURS = [settled(at=hour, people=10) for hour in range(1, 11)]
"""A hundred people, ten of them arriving after each hour."""


def test_ten_people_an_hour_clear_in_as_many_hours():
    times = clearance_times(small_record(TEN_HOURS))
    assert times == {0.5: 5 * HOUR, 0.9: 9 * HOUR, 0.95: 10 * HOUR, 1.0: 10 * HOUR}


def test_one_who_refuses_keeps_the_whole_from_clearing():
    refuser = {"people": 1, "triggered_s": 0.0, "ordered_s": 0.0, "final_state": "refused"}
    times = clearance_times(small_record([*TEN_HOURS, refuser]))
    assert times[1.0] == np.inf
    assert times[0.95] == 10 * HOUR  # 96 of 101 people


def test_who_is_not_in_the_plan_does_not_count():
    assert clearance_times(small_record([*TEN_HOURS, {"people": 500, "mode": ""}]))[1.0] == 10 * HOUR


def test_clearance_of_nobody_is_unknown():
    assert all(np.isnan(time) for time in clearance_times(small_record([{"mode": ""}])).values())
    assert np.isnan(first_order(small_record([{"mode": ""}])))


def test_the_curve_counts_people_at_each_time():
    record = small_record(
        [
            settled(at=3, people=4, ordered_s=1, told_s=1.5, departed_s=2, water=4),
            {"people": 5, "mode": "", "water_s": 2 * HOUR},
            {
                "people": 7,
                "triggered_s": 0.0,
                "ordered_s": HOUR,
                "told_s": 2 * HOUR,
                "final_state": "refused",
            },
        ]
    )
    curve = evacuation_curve(record, np.array([0, 1, 1.5, 2, 2.99, 3, 4]) * HOUR)
    assert curve["ordered"].to_list() == [0, 11, 11, 11, 11, 11, 11]
    assert curve["told"].to_list() == [0, 0, 4, 11, 11, 11, 11]
    assert curve["departed"].to_list() == [0, 0, 0, 4, 4, 4, 4]
    assert curve["out"].to_list() == [0, 0, 0, 0, 0, 4, 4]
    assert curve["wet"].to_list() == [0, 0, 0, 5, 5, 5, 9]


def test_people_in_a_shelter_that_floods_are_safe_no_more():
    steps = [(1.0, "sheltered", 5), (2.0, "sheltered", 9), (3.0, "sheltered", 4), (3.0, "stranded", 5)]
    states = [{"time_s": at, "state": state, "people": people} for at, state, people in steps]
    curve = evacuation_curve(small_record([{}], states=states), np.array([0.0, 1.0, 2.5, 3.0, 9.0]))
    assert curve["safe"].to_list() == [0, 5, 9, 4, 4]


@FEW
@given(ledgers())
def test_curves_only_rise_and_end_at_the_totals(homes):
    record = small_record(homes)
    curve = evacuation_curve(record, np.linspace(0, END, 50))
    people, go = people_of(record.ledger), had_to_go(record.ledger)
    assert (curve[["ordered", "told", "departed", "out", "wet"]].diff().dropna() >= 0).all().all()
    assert curve["out"].iloc[-1] == people[go & ~np.isnan(out_times(record.ledger))].sum()
    assert curve["wet"].iloc[-1] == people[record.ledger["water_s"].notna()].sum()


@FEW
@given(ledgers())
def test_clearance_times_rise_with_the_share_and_are_reached(homes):
    record = small_record(homes)
    times = clearance_times(record)
    total = people_of(record.ledger)[had_to_go(record.ledger)].sum()
    if total == 0:
        return
    assert list(times.values()) == sorted(times.values())
    for share, time in times.items():
        if np.isfinite(time):
            assert evacuation_curve(record, np.array([time]))["out"].iloc[0] >= share * total - 0.01


def test_groups_add_up_to_the_whole():
    record = fake_record()
    for by in ("zone", "township", "mode"):
        groups = group_clearance(record, by)
        assert groups["people"].sum() == people_of(record.ledger)[had_to_go(record.ledger)].sum()
        assert groups["out"].sum() == 529
        assert (groups["clearance_50_s"] <= groups["clearance_100_s"]).all()


def test_a_group_is_cleared_like_a_record_of_its_own():
    both = small_record([*TEN_HOURS, *(home | {"zone": "B"} for home in TEN_HOURS[:5])])
    row = group_clearance(both, "zone").set_index("zone").loc["B"]
    assert [row[f"clearance_{round(100 * share)}_s"] / HOUR for share in SHARES] == [3, 5, 5, 5]
    assert (row["people"], row["out"], row["last_out_s"]) == (50, 50, 5 * HOUR)


@pytest.mark.parametrize(("deadline", "in_time", "met"), [(10, 100, True), (9.99, 90, False)])
def test_a_zone_meets_its_deadline_when_its_last_person_does(deadline, in_time, met):
    zones = [{"zone": "A", "deadline_s": deadline * HOUR}, {"zone": "B"}]
    refuser = {"people": 7, "triggered_s": 0.0, "final_state": "refused"}
    table = deadlines(small_record([*TEN_HOURS, settled(zone="B", at=20), refuser], zones=zones))
    assert table.to_numpy().tolist() == [["A", deadline * HOUR, 107, 7, in_time, met]]
