"""Drones that look for people, against times worked out by hand.

Corners are 500 m apart, each in a square of its own whose middle lies 250 m east and north of it. A drone of 10 m/s
that sees 125 m flies 200 s over a square, and 50 s from one to the next.
"""

import numpy as np
import pytest

import evacsim as ev
from evacsim.engine.rescue.scouting import squares_of
from tests.engine.rescue.test_boats_at_work import HOUR, MINUTE, run
from tests.reference.flooded_street import FLOODED_AT, flooded_street, street
from tests.reference.small_district import node

DRONE = {
    "id": "drone",
    "kind": "drone",
    "seats": 0,
    "speed": "10 m/s",
    "wind_limit": "12 m/s",
    "view_width": "125 m",
    "flies_at_night": True,
    "launch_time": "5 min",
    "crew": 1,
}
OVER, NEXT = 200.0, 50.0
FIRST = np.hypot(250, 250) / 10
"""From corner 4 to the middle of the nearest square, that of corner 3 (as near as its own, and first)."""


def searched(
    folder, *, seed=None, drone=None, weather=(), calls=None, seeking=None, villages=None, **changes
):
    """Return a run in which those at corner 3 call, and those at corner 0 cannot; boats are too far to meet them."""
    given = street(
        folder,
        villages=villages or {0: 1, 3: 1},
        boats=[{"trailer": False}, DRONE | (drone or {})],
        rescue={
            "calls": {"without_phone": 0.5} | (calls or {}),
            "seeking": {"patrol_sees": 1} | (seeking or {}),
        },
        **changes,
    )
    given["hazard"]["flying_weather"] = list(weather)
    scenario = ev.from_mapping(given)
    for one in range(40) if seed is None else [seed]:
        record = run(scenario, one).record
        callers = set(record.tables["help_calls"]["household"].str.split("/").str[0])
        if callers == {"v3"}:
            return record
    raise AssertionError("no seed of 40 lets those at corner 3 call, and those at corner 0 not")


def found(record):
    return record.tables["cases"][record.tables["cases"]["source"] == "drone"]


def did(record):
    """Return what the drone did, when [s]."""
    time = record.tables["craft_time"]
    own = time[time["vehicle"] == "drone-1"]
    return list(zip(own["what"], own["from_s"], own["until_s"], strict=True))


def test_a_drone_finds_those_who_cannot_call(tmp_path):
    # From the square of corner 3, as those there have a case already, over those of 2 and 1 to that of 0.
    record = searched(tmp_path)
    case = found(record)
    assert case["node"].tolist() == [node(0, 0)]
    assert case["heard_s"].tolist() == pytest.approx([FLOODED_AT + FIRST + OVER + 3 * (NEXT + OVER)])
    assert case["result"].tolist() == ["fetched"]
    assert set(record.ledger["final_state"]) == {"sheltered"}
    assert record.tables["vehicles"].set_index("vehicle")["people"]["drone-1"] == 0


def test_without_a_drone_nobody_knows_of_them(tmp_path):
    record = searched(tmp_path, drone={"endurance": "1 min"})
    assert found(record).empty
    assert record.ledger.set_index("household")["final_state"].loc["v0/1"] == "stranded"
    assert {what for what, _, _ in did(record)} == {"stands_by"}


def test_batteries_bring_it_home_and_are_changed(tmp_path):
    # Enough for squares 3 and 2, and home; then five minutes on the ground, and straight to the square of corner 4.
    home_from_2 = np.hypot(750, 250) / 10
    flight = FIRST + OVER + NEXT + OVER + home_from_2
    record = searched(tmp_path, drone={"endurance": f"{flight + 1:.2f} s"})
    (_, begins, _), (_, _, ends), home, batteries, again = did(record)[:5]
    assert [home[0], batteries[0], again[0]] == ["turns_back", "recharges", "surveys"]
    assert ends - begins == pytest.approx(FIRST + OVER + NEXT + OVER)
    assert home[2] - home[1] == pytest.approx(home_from_2)
    assert batteries[2] - batteries[1] == 5 * MINUTE
    assert again[2] - again[1] == pytest.approx(FIRST + OVER)


def test_what_lies_beyond_its_reach_is_never_searched(tmp_path):
    # The square of corner 0 is 1768 m away: 177 s out, 200 s over it, 177 s home.
    within = 2 * np.hypot(1750, 250) / 10 + OVER
    near = searched(tmp_path / "near", drone={"endurance": f"{within + 0.1:.2f} s"})
    far = searched(tmp_path / "far", drone={"endurance": f"{within - 0.1:.2f} s"})
    assert len(found(near)) == 1
    assert found(far).empty


def test_it_looks_again_after_an_hour_and_sees_whom_it_missed(tmp_path):
    record = searched(tmp_path, seeking={"patrol_sees": 0.3})
    heard = found(record)["heard_s"]
    first = FLOODED_AT + FIRST + OVER + 3 * (NEXT + OVER)
    passes = (heard - first) / HOUR
    assert len(heard) == 1
    assert (passes >= -1e-6).all()
    surveys = [(begin, end) for what, begin, end in did(record) if what == "surveys"]
    assert len(surveys) >= 20  # once an hour, all night and day


@pytest.mark.parametrize("sees", [0.0, 1.0])
def test_a_camera_sees_the_share_that_it_sees(tmp_path, sees):
    record = searched(tmp_path, seeking={"patrol_sees": sees})
    assert len(found(record)) == sees


def test_two_drones_search_no_square_together(tmp_path):
    record = searched(tmp_path, drone={"vehicles": 2})
    # One takes the square of corner 3, the other that of 4; then 2 and from 4 over 3, done, to 1.
    assert found(record)["heard_s"].iloc[0] < FLOODED_AT + FIRST + OVER + 3 * (NEXT + OVER)
    events = record.events[record.events["kind"] == "found"]
    assert events["subject"].is_unique


def test_without_a_thermal_camera_it_waits_for_daylight_and_is_home_at_dusk(tmp_path):
    # The run starts at 20:00; it is light from 6:00 to 20:00.
    record = searched(tmp_path, drone={"flies_at_night": False}, duration="36 h")
    assert did(record)[0] == ("no_light", FLOODED_AT, 10 * HOUR)
    assert found(record)["heard_s"].tolist() == pytest.approx([10 * HOUR + FIRST + OVER + 3 * (NEXT + OVER)])
    dusk, dawn = 24 * HOUR, 34 * HOUR
    assert not [one for one in did(record) if one[0] == "surveys" and one[2] > dusk and one[1] < dawn - 1]


def test_wind_beyond_its_limit_breaks_the_search_off(tmp_path):
    gale = FLOODED_AT + FIRST + OVER + 60
    weather = [
        {"begins": f"T+{gale:.3f} s", "wind": "12.1 m/s"},
        {"begins": "T+3 h", "wind": "12 m/s"},
    ]
    record = searched(tmp_path, weather=weather)
    broken = record.events.query("kind == 'flight_broken_off'")
    assert broken["time_s"].tolist() == pytest.approx([gale], abs=0.01)
    # Of squares that it has not finished that of corner 4 is the nearest to home; then those of 2, 1 and 0.
    assert found(record)["heard_s"].tolist() == pytest.approx([3 * HOUR + FIRST + 4 * OVER + 4 * NEXT])
    assert "no_weather" in {what for what, _, _ in did(record)}


def test_a_drone_flies_with_a_crew_of_its_team(tmp_path):
    team = {"id": "eyes", "kind": "air", "node": node(4, 0), "members": 1, "readiness": "30 min"}
    record = searched(tmp_path, forces=[team], drone={"force": "eyes", "vehicles": 2})
    time = record.tables["craft_time"]
    flights = time[time["what"].isin(["surveys", "turns_back"]) & time["vehicle"].str.startswith("drone")]
    assert flights["from_s"].min() == FLOODED_AT + 30 * MINUTE
    # One person: never two drones in the air.
    order = flights.sort_values("from_s")
    assert (order["from_s"].to_numpy()[1:] >= order["until_s"].to_numpy()[:-1]).all()


def test_squares_hold_all_nodes_and_each_node_lies_in_its_own():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(4e5, 4.1e5, 300), rng.uniform(3e6, 3.007e6, 300)
    squares = squares_of(x, y)
    assert len(np.unique(squares.of_node)) == len(squares.x)
    assert (np.abs(x - squares.x[squares.of_node]) <= 250 + 1e-6).all()
    assert (np.abs(y - squares.y[squares.of_node]) <= 250 + 1e-6).all()


def test_a_district_without_drones_goes_as_before(tmp_path):
    plain = run(flooded_street(tmp_path / "plain", villages={0: 9})).record
    idle = flooded_street(tmp_path / "idle", villages={0: 9}, boats=[{}, DRONE | {"endurance": "1 s"}])
    with_drone = run(idle).record
    times = ["household", "arrived_s", "boarded_s"]
    assert plain.ledger[times].equals(with_drone.ledger[times])
