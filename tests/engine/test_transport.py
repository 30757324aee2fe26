"""Organised transfer by bus against closed forms."""

import pytest

import evacsim as ev
from tests.reference.small_district import node, small_district, write_grid

MINUTE = 60.0


def bus_case(folder, *, call_up="0 s", people=500, buses=5, seats=45, drive_min=20, assisted=0, **fleet):
    """One village at its stop, one shelter 20 minutes away, buses waiting at the stop (verification J1).

    `fleet` is said of the buses besides.
    """
    scenario = small_district(
        folder,
        zones=[{"id": "village", "node": node(0, 0), "population": people}],
        population={"household_size": 1, "assisted_share": assisted},
        shelters=[{"id": "school", "node": node(4, 0), "capacity": people}],
        fleets=[
            {
                "id": "buses",
                "node": node(0, 0),
                "vehicles": buses,
                "seats": seats,
                "availability": 1,
                "call_up": call_up,
                "boarding_time": f"{10 * 60 / seats:.9f} s",
                "alighting_time": f"{5 * 60 / seats:.9f} s",
                "size": 1,
                "speed": "100 m/s",
                **fleet,
            }
        ],
        transfers=[
            {
                "zone": "village",
                "trigger_at": "T+0 s",
                "organizer": "grid officer",
                "pickup_point": "stop",
                "fleet": "buses",
                "shelter": ["school"],
            }
        ],
        who={"compliance": 1},
        organize={"relay_time": "0 s", "preparation": "0 s"},
        to={"bus_share": 1, "car_share": 0},
        care={"registration_time": "0 s"},
    )
    scenario["plan"]["when"]["decision_time"] = "0 s"
    scenario["district"]["pickup_points"] = [{"id": "stop", "node": node(0, 0)}]
    # Four streets of 500 m in `drive_min` minutes.
    write_grid(folder / "network", speed=4 * 500.0 / (drive_min * 60), capacity=1000.0)
    return ev.from_mapping(scenario)


def test_bus_rounds_take_loading_driving_unloading_and_the_way_back(tmp_path):
    run = ev.simulate(bus_case(tmp_path), seed=1)
    assert run.tables.arrivals["people"].sum() == 500
    assert len(run.tables.rounds) == 12
    assert run.tables.arrivals["time_s"].max() == pytest.approx(145 * MINUTE, abs=0.1)


def test_buses_thirty_minutes_late_shift_everything_by_thirty_minutes(tmp_path):
    on_time = ev.simulate(bus_case(tmp_path / "a"), seed=1).tables.arrivals["time_s"]
    late = ev.simulate(bus_case(tmp_path / "b", call_up="30 min"), seed=1).tables.arrivals["time_s"]
    assert (late - on_time).to_numpy() == pytest.approx(30 * MINUTE, abs=1e-6)


def test_no_bus_carries_more_than_its_seats_and_nobody_rides_twice(tmp_path):
    run = ev.simulate(ev.from_mapping(small_district(tmp_path)), seed=3)
    assert (run.tables.rounds["people"] <= 40).all()
    carried = run.tables.ledger.loc[run.tables.ledger["vehicle"] != "", "people"].sum()
    assert run.tables.vehicles["people"].sum() == carried
