"""Shelters and relief."""

import numpy as np
import pytest

from evacsim.analysis.sheltering import relief_quantile, relief_share, shelter_loads, township_loads
from tests.reference.small_record import HOUR, settled, small_record

SHELTERS = [
    {"shelter": "S1", "township": "T", "capacity": 100.0, "people": 40},
    {"shelter": "S2", "township": "T", "capacity": 50.0, "people": 60, "flooded_s": HOUR},
    {"shelter": "S3", "township": "U", "capacity": np.inf, "people": 500},
    {"shelter": "S4", "township": "U", "capacity": 0.0, "people": 0},
]
LOAD = [{"shelter": "S1", "time_s": t, "people": n} for t, n in ((0.0, 10), (9.0, 120), (20.0, 40))]


@pytest.fixture
def record():
    return small_record([{"mode": ""}], shelters=SHELTERS, shelter_load=LOAD)


def test_loads_are_ranked_by_their_peak_ratio(record):
    loads = shelter_loads(record)
    assert loads["shelter"].to_list() == ["S1", "S2", "S3", "S4"]
    assert loads["peak"].to_list() == [120, 60, 500, 0]
    np.testing.assert_array_equal(loads["peak_ratio"], [1.2, 1.2, 0.0, np.nan])
    np.testing.assert_array_equal(loads["final_ratio"], [0.4, 1.2, 0.0, np.nan])


def test_a_township_is_measured_against_its_dry_shelters(record):
    town = township_loads(record).set_index("township").loc["T"]
    assert (town["shelters"], town["flooded"], town["capacity"], town["dry_capacity"]) == (2, 1, 150, 100)
    assert town["ratio"] == 1.0


def test_relief_counts_from_leaving_home_to_the_bed():
    homes = [
        settled(at=8, people=9, departed_s=1 / 60),
        settled(at=8, people=1),
        {"people": 5, "departed_s": 0.0, "final_state": "waiting"},
        {"people": 50},
    ]
    record = small_record(homes)
    assert relief_share(record, 8 * HOUR) == 9 / 15
    assert relief_quantile(record, 0.6) == 8 * HOUR
    assert relief_quantile(record, 0.9) == np.inf


def test_relief_of_nobody_is_unknown():
    assert np.isnan(relief_share(small_record([{"people": 3}]), 8 * HOUR))


def test_where_water_never_comes_nobody_is_relieved():
    homes = [settled(at=2, departed_s=0.0, food_s=2 * HOUR, bed_s=2 * HOUR)]
    assert relief_share(small_record(homes), 8 * HOUR) == 0
    assert relief_share(small_record(homes), 8 * HOUR, "settled_s") == 1


def test_where_nothing_at_all_comes_nobody_is_relieved():
    stock = [{"place": "shelter/S1", "item": "meal", "time_s": 2 * HOUR, "amount": 0.0}]
    record = small_record([settled(at=2, departed_s=0.0)], stocks=stock)
    assert relief_share(record, 8 * HOUR) == 0
