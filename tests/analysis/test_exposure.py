"""People and water: lead times and who is met at home."""

import numpy as np

from evacsim.analysis.exposure import exposure, lead_time
from evacsim.analysis.people import out_before_water, people_of
from tests.reference.small_record import HOUR, settled, small_record

LOST = {"people": 1, "triggered_s": 0.0, "water_s": HOUR, "final_state": "trapped", "final_s": HOUR}


def test_lead_is_from_being_out_to_the_water():
    record = small_record([settled(at=1, water=lead + 1, people=10) for lead in range(1, 11)])
    lead = lead_time(record)
    assert lead.people == 100
    assert lead.median == 6 * HOUR  # at least half have 6 h or more
    assert lead.shortest_5 == 1 * HOUR  # and 95 % have 1 h or more
    assert lead.share_in_good_time == 0.9


def test_who_never_gets_out_has_less_lead_than_anybody():
    record = small_record([settled(at=1, water=9, people=94), LOST | {"people": 6}])
    lead = lead_time(record)
    assert lead.median == 8 * HOUR
    assert lead.shortest_5 == -np.inf


def test_lead_without_water_is_unknown():
    lead = lead_time(small_record([settled(at=1)]))
    assert lead.people == 0
    assert np.isnan([lead.median, lead.shortest_5, lead.share_in_good_time]).all()


def test_out_at_the_moment_of_the_water_is_in_time():
    record = small_record([settled(at=2, water=2), settled(at=2, water=1.99), settled(at=2), LOST])
    assert out_before_water(record.ledger).tolist() == [True, False, True, False]


def test_exposure_counts_each_group():
    record = small_record(
        [
            settled(at=2, people=1, water=1, departed_s=1),  # left as the water came
            settled(at=3, people=2, water=1, departed_s=2),  # left through the water
            LOST | {"people": 4},
            {"mode": "", "people": 8, "water_s": HOUR, "final_state": "stranded"},
            {"mode": "", "people": 16},
            LOST | {"people": 32, "final_state": "dead", "departed_s": 0.5 * HOUR, "arrived_s": 0.8 * HOUR},
        ],
        states=[
            {"time_s": 1.0, "state": "stranded", "people": 50},
            {"time_s": 2.0, "state": "trapped", "people": 20},
            {"time_s": 2.0, "state": "stranded", "people": 40},
            {"time_s": 3.0, "state": "stranded", "people": 8},
        ],
    )
    found = exposure(record)
    assert found.homes_wet == people_of(record.ledger).sum() - 16
    assert found.met_at_home == 2 + 4 + 8
    assert found.met_outside_plan == 8
    assert (found.dead, found.trapped, found.stranded) == (32, 4, 8)
    assert found.lost_in_shelter == 32
    assert found.peak_cut_off == 60
