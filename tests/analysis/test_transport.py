"""Buses."""

import numpy as np

from evacsim.analysis.transport import bus_service, bused_before_water, fleets, peak_waiting
from tests.reference.fake_record import fake_record
from tests.reference.small_record import HOUR, settled, small_record

ALL = {"fleet": "F", "kind": "bus", "came": True}
VEHICLES = [
    ALL | {"vehicle": "a", "seats": 40, "rounds": 3, "people": 90, "departed_s": 0.0, "done_s": 4 * HOUR},
    ALL | {"vehicle": "b", "seats": 20, "rounds": 1, "people": 20, "departed_s": HOUR, "done_s": 2 * HOUR},
    ALL | {"vehicle": "c", "seats": 40, "came": False},
    ALL | {"vehicle": "d", "seats": 50, "departed_s": HOUR, "fleet": "G"},
]


def test_a_fleet_is_counted_by_the_vehicles_that_came():
    row = fleets(small_record([{}], vehicles=VEHICLES)).set_index("fleet").loc["F"]
    assert (row["vehicles"], row["came"], row["seats"], row["rounds"], row["people"]) == (3, 2, 60, 4, 110)
    assert row["seat_use"] == 110 / 140
    assert row["seats_per_hour"] == 35


def test_a_fleet_without_rounds_has_no_use_to_speak_of():
    row = fleets(small_record([{}], vehicles=VEHICLES)).set_index("fleet").loc["G"]
    assert row["rounds"] == 0
    assert np.isnan([row["seat_use"], row["seats_per_hour"], row["done_s"]]).all()


def test_no_vehicles_are_no_error():
    record = small_record([{}])
    assert fleets(record).empty
    assert bus_service(record.tables["vehicles"]).people == 0
    assert peak_waiting(record) == 0


def test_fleets_carry_whoever_boarded():
    record = fake_record()
    boarded = record.ledger.loc[record.ledger["boarded_s"].notna(), "people"].sum()
    assert fleets(record)["people"].sum() == boarded == record.tables["rounds"]["people"].sum()


def test_bused_before_water_counts_riders_who_were_in_time():
    homes = [
        settled(at=3, people=1, boarded_s=2, water=4), settled(at=3, people=2, boarded_s=2, water=2.5),
        settled(at=3, people=4, mode="car", water=4), settled(at=3, people=8, boarded_s=2),
    ]  # fmt: skip
    assert bused_before_water(small_record(homes)) == 9
