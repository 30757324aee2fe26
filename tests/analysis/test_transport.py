"""Buses."""

from dataclasses import replace

import numpy as np
import pytest

from evacsim.analysis.transport import (
    bus_service,
    bus_to_boat_ratio,
    bused_before_water,
    drivers_came_share,
    fleets,
    ideal_rate,
    peak_waiting,
    wave,
)
from evacsim.results.record import EVENTS
from tests.reference.fake_record import fake_record
from tests.reference.small_record import HOUR, frame, settled, small_record

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


def test_what_they_boarded_first_counts():
    """The first left by bus and was fetched from its shelter by boat; the second was fetched from home."""
    vehicles = [
        {"vehicle": "bus-1", "kind": "bus", "seats": 40, "came": True},
        {"vehicle": "boat-1", "kind": "boat", "seats": 6, "came": True},
    ]
    homes = [settled(at=3, people=people, boarded_s=2, water=4) | {"vehicle": "boat-1"} for people in (1, 2)]
    record = small_record(homes, vehicles=vehicles)
    seen = [("h1", "bus-1", 2.0), ("h2", "boat-1", 2.5), ("h1", "boat-1", 9.0)]
    events = frame(
        EVENTS,
        [
            {
                "seq": number,
                "time_s": hour * 3600,
                "kind": "boarded",
                "subject": f"household/{household}",
                "place": f"vehicle/{vehicle}",
            }
            for number, (household, vehicle, hour) in enumerate(seen, 1)
        ],
    )
    assert bused_before_water(replace(record, events=events)) == 1


def boats_and_buses(n_rubber=34, n_assault=10):
    kinds = [("bus", 57, 45), ("bus", 83, 30), ("boat", n_rubber, 5), ("boat", n_assault, 8)]
    return [
        {"vehicle": f"{kind}-{seats}-{k}", "fleet": "F", "kind": kind, "seats": seats, "came": True}
        for kind, n, seats in kinds
        for k in range(n)
    ]


def test_one_wave_of_buses_takes_twenty_times_what_one_wave_of_boats_does():
    vehicles = small_record([{}], vehicles=boats_and_buses()).tables["vehicles"]
    by_bus, by_boat = (wave(vehicles[vehicles["kind"] == kind]) for kind in ("bus", "boat"))
    assert (by_bus, by_boat) == (5055, 250)
    assert round(by_bus / by_boat) == 20


def test_ten_thousand_people_take_all_boats_twenty_six_hours_at_best():
    seats = np.repeat([5, 8], [34, 10])
    rate = ideal_rate(seats, np.repeat([45 * 60.0, 30 * 60.0], [34, 10]))
    assert rate == pytest.approx(386.67, abs=0.01)
    assert 10_000 / rate == pytest.approx(25.86, abs=0.01)


def test_the_bus_to_boat_ratio_counts_who_left_in_time_against_who_was_fetched():
    vehicles = [
        {"vehicle": "bus-1", "fleet": "F", "kind": "bus", "people": 9},
        {"vehicle": "boat-1", "fleet": "B", "kind": "boat", "people": 3},
    ]
    homes = [
        settled(at=3, people=6, boarded_s=2, water=4) | {"vehicle": "bus-1"},
        settled(at=3, people=3, boarded_s=2, water=2.5) | {"vehicle": "bus-1"},
        settled(at=3, people=3, boarded_s=2, water=4) | {"vehicle": "boat-1"},
    ]
    assert bus_to_boat_ratio(small_record(homes, vehicles=vehicles)) == 2.0
    assert bus_to_boat_ratio(small_record(homes[:1], vehicles=vehicles[:1])) == np.inf
    assert np.isnan(bus_to_boat_ratio(small_record([{}])))


def test_drivers_who_came_are_counted_among_those_who_were_called():
    calls = [{"vehicle": "a", "result": "came"}, {"vehicle": "b", "result": "absent"}]
    assert drivers_came_share(small_record([{}], fleet_calls=calls)) == 0.5
    assert np.isnan(drivers_came_share(small_record([{}])))
