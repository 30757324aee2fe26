"""What water, full shelters and orders do to single households, at exact moments."""

import pytest

import evacsim as ev
from evacsim.analysis.lateness import late_households
from tests.reference.small_district import link, node, small_district, write_depths

MINUTE = 60.0
SINGLES = {
    "household_size": 1, "elderly_share": 0, "child_share": 0, "assisted_share": 0,
    "walking_speed": "1 m/s", "walking_speed_sd": "0 m/s",
}  # fmt: skip
ON_FOOT = {"bus_share": 0, "car_share": 0}
AT_ONCE = {"relay_time": "0 s", "preparation": "0 s"}
ROW = {"trigger_at": "T+10 min", "organizer": "grid officer"}


def run(folder, *, links=(), places=(), **changes):
    """One village of singles at the western end of the middle street, all of whom walk at 1 m/s unless changed."""
    water = {
        "type": "table",
        "links": write_depths(folder / "links.csv", "link", list(links)),
        "places": write_depths(folder / "places.csv", "place", list(places)),
    }
    settings = {
        "zones": [{"id": "west", "node": node(0, 1), "population": 20}],
        "transfers": [{"zone": "west", **ROW}],
        "population": SINGLES,
        "to": ON_FOOT,
        "organize": AT_ONCE,
        "who": {"compliance": 1},
        "care": {"registration_time": "0 s"},
        "water": water,
    }
    mapping = small_district(folder, **(settings | changes))
    mapping["plan"]["when"]["decision_time"] = "0 s"
    return ev.simulate(ev.from_mapping(mapping), seed=1)


def all_streets_to(column):
    """The streets, both ways, between this column of corners and the one before."""
    pairs = [((column - 1, row), (column, row)) for row in range(3)]
    return [link(a, b) for pair in pairs for a, b in (pair, pair[::-1])]


def final_states(done):
    return done.tables.ledger.groupby("final_state")["people"].sum().to_dict()


def test_whoever_walks_alone_needs_distance_over_speed(tmp_path):
    done = run(tmp_path)
    assert final_states(done) == {"sheltered": 20}
    first = done.tables.arrivals["time_s"].min()
    assert first == pytest.approx(10 * MINUTE + 4 * 500 / 1.0, abs=1e-6)


def test_nobody_goes_who_refuses(tmp_path):
    assert final_states(run(tmp_path, who={"compliance": 0})) == {"refused": 20}


def test_a_full_shelter_sends_people_on_to_the_next(tmp_path):
    shelters = [
        {"id": "school", "node": node(4, 1), "capacity": 12},
        {"id": "hall", "node": node(4, 2), "capacity": 5},
    ]
    done = run(tmp_path, shelters=shelters, transfers=[{"zone": "west", **ROW, "shelter": ["school"]}])
    assert done.tables.shelters.set_index("shelter")["people"].to_dict() == {"hall": 5, "school": 12}
    assert final_states(done) == {"sheltered": 17, "unsheltered": 3}


def test_without_overflow_whoever_finds_no_room_stays_without_a_place(tmp_path):
    shelters = [
        {"id": "school", "node": node(4, 1), "capacity": 12},
        {"id": "hall", "node": node(4, 2), "capacity": 100},
    ]
    done = run(
        tmp_path,
        shelters=shelters,
        transfers=[{"zone": "west", **ROW, "shelter": ["school"]}],
        to={**ON_FOOT, "overflow": "none"},
    )
    assert final_states(done) == {"sheltered": 12, "unsheltered": 8}


def test_whoever_is_turned_away_sets_out_for_no_shelter_that_is_too_far_to_walk(tmp_path):
    # From the school to the hall are 500 m, at 0.5 to 1.5 m/s some eight minutes; to the one full nobody goes back.
    shelters = [
        {"id": "school", "node": node(4, 1), "capacity": 12},
        {"id": "hall", "node": node(4, 2), "capacity": 100},
    ]
    rows = [{"zone": "west", **ROW, "shelter": ["school"]}]
    (tmp_path / "near").mkdir()
    near = run(tmp_path / "near", shelters=shelters, transfers=rows)
    assert final_states(near) == {"sheltered": 20}
    far = run(tmp_path, shelters=shelters, transfers=rows, to={**ON_FOOT, "overflow_walk": "1 min"})
    assert final_states(far) == {"sheltered": 12, "unsheltered": 8}


def test_whom_water_holds_at_home_leaves_when_it_has_gone(tmp_path):
    places = [("west", "T+5 min", 0.7), ("west", "T+60 min", 0.0)]
    done = run(tmp_path, places=places)
    ledger = done.tables.ledger
    assert final_states(done) == {"sheltered": 20}
    assert set(ledger["water_s"]) == {5 * MINUTE}
    assert ledger["departed_s"].min() == 60 * MINUTE


def test_a_home_of_one_storey_under_a_metre_of_water_is_deadly_after_two_minutes(tmp_path):
    done = run(tmp_path, places=[("west", "T+5 min", 1.0)], population={**SINGLES, "storeys": 1})
    assert final_states(done) == {"dead": 20}
    assert set(done.tables.ledger["final_s"]) == {5 * MINUTE + 120}


def test_people_upstairs_are_stranded_and_alive(tmp_path):
    done = run(tmp_path, places=[("west", "T+5 min", 3.0)], population={**SINGLES, "storeys": 2})
    assert final_states(done) == {"stranded": 20}


def test_cut_off_on_the_way_and_on_when_the_road_opens_again(tmp_path):
    closed = [(street, "T+15 min", 0.95) for street in all_streets_to(4)]
    opened = [(street, "T+120 min", 0.0) for street in all_streets_to(4)]
    (tmp_path / "cut").mkdir()
    cut = run(tmp_path / "cut", links=closed)
    assert final_states(cut) == {"stranded": 20}
    (tmp_path / "open").mkdir()
    on = run(tmp_path / "open", links=closed + opened)
    assert final_states(on) == {"sheltered": 20}
    assert on.tables.arrivals["time_s"].min() > 120 * MINUTE


def test_a_closed_street_is_walked_around_to_the_shelter_that_is_now_nearest(tmp_path):
    street = ((1, 1), (2, 1))
    closed = [(link(*street), "T+0 min", 0.95), (link(*street[::-1]), "T+0 min", 0.95)]
    done = run(tmp_path, links=closed)
    assert final_states(done) == {"sheltered": 20}
    assert done.tables.arrivals["time_s"].min() == pytest.approx(10 * MINUTE + 5 * 500 / 1.0, abs=1e-6)


def test_people_in_a_flooded_shelter_are_stranded_until_the_water_goes(tmp_path):
    shelters = [
        {"id": "school", "node": node(4, 1), "capacity": 50},
        {"id": "hall", "node": node(4, 2), "capacity": 0},
    ]
    (tmp_path / "wet").mkdir()
    wet = run(tmp_path / "wet", places=[("school", "T+90 min", 0.5)], shelters=shelters)
    assert final_states(wet) == {"stranded": 20}
    (tmp_path / "dry").mkdir()
    dried = [("school", "T+90 min", 0.5), ("school", "T+200 min", 0.0)]
    assert final_states(run(tmp_path / "dry", places=dried, shelters=shelters)) == {"sheltered": 20}


def test_cars_stopped_by_rising_water_are_left_on_foot(tmp_path):
    closed = [(street, "T+11 min", 0.4) for column in (2, 3, 4) for street in all_streets_to(column)]
    done = run(
        tmp_path,
        links=closed,
        population={**SINGLES, "car_share": 1},
        to={"bus_share": 0, "car_share": 1},
        duration="24 h",
    )
    assert final_states(done) == {"sheltered": 20}
    kinds = done.tables.events["kind"].value_counts()
    assert kinds["stopped"] + kinds["cut_off"] == 20
    assert kinds["left_vehicle"] == kinds["stopped"]


def test_a_wet_pickup_point_is_left_on_foot(tmp_path):
    done = run(
        tmp_path,
        places=[("stop", "T+30 min", 0.3)],
        to={"bus_share": 1, "car_share": 0},
        transfers=[{"zone": "west", **ROW, "pickup_point": "stop", "fleet": "buses"}],
        fleets=[
            {
                "id": "buses",
                "node": node(2, 0),
                "vehicles": 1,
                "seats": 40,
                "call_up": "10 h",
                "availability": 1,
            }
        ],
    )
    assert final_states(done) == {"sheltered": 20}
    assert done.tables.rounds.empty


def test_an_empty_bus_that_the_water_stops_turns_back_and_takes_another_way(tmp_path):
    # It sets out at 10 min and is 20 s on the second street of 50 s when the water comes: back to the corner, and round
    # by the next street, at once, although the water never changes again.
    wet = [(link(a, b), "T+670 s", 0.95) for a, b in (((3, 1), (2, 1)), ((2, 1), (3, 1)))]
    bus = {"id": "buses", "node": node(4, 1), "vehicles": 1, "seats": 40, "call_up": "0 s", "availability": 1}
    done = run(
        tmp_path,
        links=wet,
        to={"bus_share": 1, "car_share": 0},
        transfers=[{"zone": "west", **ROW, "pickup_point": "stop", "fleet": "buses"}],
        fleets=[bus],
    )
    events = done.tables.events
    cut_off = events[events["kind"] == "vehicle_cut_off"]
    assert set(cut_off["time_s"]) == {670.0}
    came = events.loc[events["kind"] == "vehicle_at_pickup", "time_s"].iloc[0]
    # From corner (3, 1) round over (3, 0) or (3, 2), (2, .), (2, 1) to (1, 1): four streets.
    assert came == pytest.approx(670.0 + 4 * 50.0)
    assert final_states(done) == {"sheltered": 20}


def test_a_stage_between_two_readings_triggers_at_the_moment_of_the_straight_line(tmp_path):
    (tmp_path / "stage.csv").write_text("time,stage\nT+0 h,-1 m\nT+2 h,1 m\n", encoding="utf-8")
    mapping = small_district(
        tmp_path,
        transfers=[
            {"zone": "*", "trigger_gauge": "main", "trigger_stage": "0.5 m", "organizer": "grid officer"}
        ],
        to=ON_FOOT,
    )
    mapping["hazard"]["gauges"] = [
        {"id": "main", "datum": "warning stage = 0", "series": str(tmp_path / "stage.csv")}
    ]
    done = ev.simulate(ev.from_mapping(mapping), seed=1)
    assert set(done.tables.zones["triggered_s"]) == {1.5 * 3600}
    assert set(done.tables.zones["ordered_s"]) == {1.5 * 3600 + 5 * MINUTE}


def test_the_chain_of_causes_of_a_stranded_household_goes_back_to_the_water_or_the_order(tmp_path):
    done = run(tmp_path, links=[(street, "T+15 min", 0.95) for street in all_streets_to(4)])
    told = done.why(done.tables.ledger["household"].iloc[0], lang="en").splitlines()
    assert any("planned moment" in line or "water on roads" in line for line in told)
    assert len(told) >= 5


def test_a_refuser_whose_home_floods_is_late_because_he_refused(tmp_path):
    done = run(tmp_path, places=[("west", "T+60 min", 0.7)], who={"compliance": 0})
    assert final_states(done) == {"stranded": 20}
    assert "refuses" in done.why("west/1", lang="en")
    assert set(late_households(done.record)["cause"]) == {"refused"}
