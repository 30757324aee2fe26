"""Boats that wait move up where others are missing: by hand, and not at all where the plan says nothing of it."""

import numpy as np
import pytest

import evacsim as ev
from evacsim.errors import ScenarioError
from tests.reference.flooded_street import FLOODED_AT, flooded_street
from tests.reference.small_district import node

WEST, EAST = 3, 18
CALL = FLOODED_AT + 60
LINK_TIME = 50.0
"""500 m at the 10 m/s of the street, for a truck with a trailer would go 11 m/s."""


def a_city_without_boats(folder, **rescue):
    """Return a street with two boats in the west, where five call, and a hundred people in the east, who are dry."""
    return flooded_street(
        folder,
        columns=20,
        wet=(0, 2),
        villages={0: 5, 19: 100},
        later=[("v0", "T+31 min", 0.8)],
        landing=2,
        shelter=WEST,
        boats={"vehicles": 2, "trailer": True, "launch_time": "0 s", "node": node(WEST, 0)},
        rescue=rescue,
        duration="14 h",
        home_depth=0.0,
    )


def moving_up(**changes):
    return {
        "move_up": {"places": [node(WEST, 0), node(EAST, 0)], "limit": "10 min", "every": "1 min"} | changes
    }


def events(run, kind):
    found = run.tables.events
    return found[found["kind"] == kind]


def test_the_boat_that_is_left_goes_where_most_people_are(tmp_path):
    run = ev.simulate(a_city_without_boats(tmp_path, **moving_up()), seed=1)
    (sent,) = events(run, "craft_moves_up").itertuples()
    (there,) = events(run, "craft_moved_up").itertuples()
    drive = (EAST - WEST) * LINK_TIME
    assert sent.time_s == CALL + 60
    assert sent.value == pytest.approx(drive, rel=0.01)
    assert there.time_s - sent.time_s == pytest.approx(drive, rel=0.01)
    time = run.tables.craft_time
    (way,) = time[time["what"] == "moves_up"].itertuples()
    assert (way.from_s, way.until_s) == (sent.time_s, there.time_s)
    looks = run.tables.standing_by
    assert looks["covered_share"].iloc[1] == pytest.approx(5 / 105)
    after = looks[looks["time_s"] > there.time_s]
    assert after["covered_share"].iloc[0] == pytest.approx(100 / 105)
    assert looks["moved"].sum() == 1
    held = np.diff(looks["time_s"])
    mean = (looks["covered_share"][:-1] * held).sum() / held.sum()
    assert run.indicators["standing_by_cover"].value == pytest.approx(mean)


@pytest.mark.parametrize(
    "changes", [{"people_per_hour": 1e6}, {"longest": "5 min"}, {"places": [node(WEST, 0)]}]
)
def test_nobody_moves_who_need_not(tmp_path, changes):
    run = ev.simulate(a_city_without_boats(tmp_path, **moving_up(**changes)), seed=1)
    assert events(run, "craft_moves_up").empty
    assert len(run.tables.standing_by) > 1
    without = ev.simulate(a_city_without_boats(tmp_path), seed=1)
    assert without.tables.standing_by.empty
    kept = ["time_s", "kind", "subject", "place"]
    ends = ("run_ended",)
    one, other = (r.tables.events[~r.tables.events["kind"].isin(ends)][kept] for r in (run, without))
    assert one.reset_index(drop=True).equals(other.reset_index(drop=True))


def test_a_look_after_each_dispatch(tmp_path):
    run = ev.simulate(a_city_without_boats(tmp_path, **moving_up(every=None, policy="cover")), seed=1)
    (sent,) = events(run, "craft_moves_up").itertuples()
    assert sent.time_s == CALL


def test_places_that_are_not_there_are_named(tmp_path):
    scenario = a_city_without_boats(tmp_path, **moving_up(places=["nowhere"]))
    with pytest.raises(ScenarioError, match=r"plan.rescue.move_up.places\[0\]"):
        ev.build(scenario)
