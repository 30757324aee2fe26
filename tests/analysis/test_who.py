"""Missed, doubting, listed wrongly, special groups: counted by hand."""

import math

import pandas as pd
import pytest

from evacsim.analysis import sheltering, who
from tests.reference.small_record import HOUR, settled, small_record


def with_table(record, name, rows):
    frame = record.tables[name]
    record.tables[name] = pd.DataFrame(rows, columns=frame.columns)
    return record


def test_missed_are_those_who_had_to_go_and_were_never_told():
    record = small_record(
        [
            settled(at=2, people=60, told_s=1.0, departed_s=1),
            {"people": 15, "triggered_s": 0.0, "ordered_s": HOUR, "told_s": HOUR, "final_state": "refused"},
            {"people": 25, "triggered_s": 0.0, "ordered_s": HOUR},
        ]
    )
    assert who.missed_share(record) == 0.25


def test_special_groups_are_counted_apart():
    record = small_record(
        [
            settled(at=2, people=19, departed_s=1, water=5) | {"special_group": "disabled"},
            settled(at=6, people=1, departed_s=1, water=5) | {"special_group": "pregnant"},
            settled(at=9, people=50, departed_s=1),
        ]
    )
    assert who.special_clearance(record, HOUR, 0.95) == HOUR
    assert who.special_clearance(record, HOUR, 0.96) == 5 * HOUR
    assert who.special_before_water(record) == 0.95
    assert math.isnan(who.special_clearance(small_record([settled(at=9, people=5)]), 0.0, 0.9))


def test_errors_of_the_lists_are_a_share_of_all_listed_or_missing():
    record = small_record([settled(at=2, people=5)])
    assert math.isnan(who.list_errors(record))
    row = {
        "zone": "A",
        "residents": 100,
        "listed": 80,
        "unlisted": 24,
        "ghosts": 4,
        "present": 100,
        "visitors": 0,
    }
    assert who.list_errors(with_table(record, "register", [row])) == pytest.approx(28 / 104)
    wrong = {**row, "listed": 0, "ghosts": 0}
    assert who.list_errors(with_table(record, "register", [wrong])) == 1
    assert math.isnan(who.list_errors(with_table(record, "register", [{**wrong, "unlisted": 0}])))


def test_relief_is_food_water_and_bed_where_the_run_knows_of_them():
    fed = settled(at=2, people=30, departed_s=1, drinking_s=2, relieved_s=4)
    hungry = settled(at=2, people=10, departed_s=1, drinking_s=2)
    record = small_record([fed, hungry])
    assert sheltering.relief_share(record, 8 * HOUR) == 0.75
    assert sheltering.relief_share(record, 8 * HOUR, "settled_s") == 1.0
    assert sheltering.relief_share(record, 2 * HOUR) == 0.0
    assert sheltering.relief_share(small_record([settled(at=2, people=10, departed_s=1)]), 8 * HOUR) == 1.0


def test_opening_counts_those_that_stay_locked():
    record = small_record([settled(at=2, people=5)])
    assert math.isnan(sheltering.opening_time(record, 0.9))
    row = {"kind": "", "keeper": "", "area_m2": 0.0, "stage": "", "capacity": 9.0}
    rows = [
        {"shelter": "a", "called_s": HOUR, "opened_s": 2 * HOUR, **row},
        {"shelter": "b", "called_s": HOUR, "opened_s": math.nan, **row},
        {"shelter": "c", "called_s": math.nan, "opened_s": math.nan, **row},
    ]
    record = with_table(record, "facilities", rows)
    assert sheltering.opening_time(record, 0.5) == HOUR
    assert math.isinf(sheltering.opening_time(record, 0.9))
