"""E3: the last way out against travelers who leave just before and just after it."""

import numpy as np
import pytest

import evacsim as ev
from tests.reference.plans import MINUTE, checked, fixed, the_one, worked
from tests.reference.small_district import link, write_depths, write_grid

LEG = 400.0
"""Time on foot along one street [s]."""


def flooded(folder, *, minute=60, streets=((2, 3),), depth=1.0, **transfer):
    """Return a walk of four streets in a row, of which the water takes some at a minute; everybody leaves at once."""
    given = fixed(folder, people=1, bus_share=0, **transfer)
    given["plan"]["when"]["decision_time"] = "0 s"
    given["plan"]["organize"] = {"relay_time": "0 s", "preparation": "0 s"}
    write_grid(folder / "network", columns=5, rows=1)
    rows = [
        (link((a, 0), (b, 0)), f"T+{minute} min", depth) for pair in streets for a, b in (pair, pair[::-1])
    ]
    given["hazard"]["water"] = {"type": "table", "links": write_depths(folder / "links.csv", "link", rows)}
    return given


def test_the_last_moment_lets_one_just_pass_the_street(tmp_path):
    way_out = worked(flooded(tmp_path)).exits.all[0]
    # Two streets, and the third must be passed before the water has it.
    assert way_out.on_foot == pytest.approx(60 * MINUTE - 3 * LEG)
    assert way_out.by_bus == np.inf
    assert way_out.last == way_out.on_foot


@pytest.mark.parametrize(("seconds_later", "n_sheltered"), [(-5, 1), (5, 0)])
def test_a_walker_who_leaves_before_it_arrives_and_one_after_it_does_not(
    tmp_path, seconds_later, n_sheltered
):
    given = flooded(tmp_path)
    leave = worked(given).exits.all[0].last + seconds_later
    given["plan"]["zones"][0]["trigger_at"] = f"T+{leave:.3f} s"
    run = ev.simulate(ev.from_mapping(given), seed=2)
    ledger = run.tables.ledger
    assert ledger["departed_s"].to_numpy() == pytest.approx(leave)
    assert int(ledger["people"][ledger["final_state"] == "sheltered"].sum()) == n_sheltered


@pytest.mark.parametrize(("seconds_later", "n_carried"), [(-5, 45), (5, 0)])
def test_so_does_a_bus(tmp_path, seconds_later, n_carried):
    given = fixed(tmp_path, people=45, buses=1)
    write_grid(tmp_path / "network", columns=5, rows=1, speed=10)
    rows = [(link((2, 0), (3, 0)), "T+120 min", 1.0), (link((3, 0), (2, 0)), "T+120 min", 1.0)]
    given["hazard"]["water"] = {"type": "table", "links": write_depths(tmp_path / "links.csv", "link", rows)}
    way_out = worked(given).exits.all[0]
    assert way_out.by_bus == pytest.approx(120 * MINUTE - 150)
    # From the trigger to the bus that leaves with everybody on it: 7 + 11 + 13 + 10 min.
    begin = way_out.by_bus - 41 * MINUTE + seconds_later
    given["plan"]["zones"][0]["trigger_at"] = f"T+{begin:.3f} s"
    run = ev.simulate(ev.from_mapping(given), seed=2)
    assert run.tables.rounds["left_pickup_s"].to_numpy() == pytest.approx(
        way_out.by_bus + seconds_later, abs=1
    )
    assert run.tables.arrivals["people"].sum() == n_carried


def test_people_who_leave_after_it_are_found(tmp_path):
    given = flooded(tmp_path, trigger_at="T+39 min")
    assert not checked(given, "E3")
    given["plan"]["zones"][0]["trigger_at"] = "T+41 min"
    found = the_one(given, "E3")
    assert found.severity == "blocker"
    assert found.subjects == ("village",)
    assert found.figures["last_s"] == pytest.approx(40 * MINUTE)
    assert found.figures["leaves_s"] == pytest.approx(41 * MINUTE)


def test_shallow_water_holds_nobody(tmp_path):
    assert worked(flooded(tmp_path, depth=0.5)).exits.all[0].last == np.inf


def test_a_shelter_that_closes_is_no_goal_after_that(tmp_path):
    given = flooded(tmp_path, streets=())
    depths = write_depths(tmp_path / "places.csv", "place", [("school", "T+60 min", 0.5)])
    given["hazard"]["water"] = {"type": "table", "places": depths}
    assert worked(given).exits.all[0].last == pytest.approx(60 * MINUTE - 4 * LEG, abs=0.01)


def test_without_any_way_it_is_never(tmp_path):
    given = flooded(tmp_path, streets=())
    del given["hazard"]["water"]
    lines = (tmp_path / "network" / "links.csv").read_text().splitlines()
    gap = (link((2, 0), (3, 0)), link((3, 0), (2, 0)))
    (tmp_path / "network" / "links.csv").write_text(
        "\n".join(line for line in lines if not line.startswith(gap)) + "\n"
    )
    assert worked(given).exits.all[0].last == -np.inf
    found = the_one(given, "E3")
    assert found.subjects == ("village",)
    assert found.severity == "blocker"


def test_a_road_that_is_cut_closes_to_buses_and_not_to_walkers(tmp_path):
    given = fixed(tmp_path, people=90, bus_share=0.5, car_share=0)
    write_grid(tmp_path / "network", columns=5, rows=1, speed=10)
    given["hazard"]["road_cuts"] = [{"links": [link((2, 0), (3, 0))], "begins": "T+2 h"}]
    way_out = worked(given).exits.all[0]
    assert way_out.by_bus == pytest.approx(120 * MINUTE - 150)
    assert way_out.on_foot == np.inf
