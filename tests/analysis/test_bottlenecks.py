"""Queues and utilisation of one run, where one can reckon them."""

import numpy as np
import pandas as pd
import pytest

import evacsim as ev
from evacsim.analysis.bottlenecks import COLUMNS, bottlenecks
from evacsim.engine.desks import Desks
from tests.plan.short_of_buses import short_of_buses
from tests.reference.small_district import link, small_district


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return ev.simulate(short_of_buses(tmp_path_factory.mktemp("short")), seed=3)


def of(run, thing):
    (row,) = [row for row in run.tables.bottlenecks.to_dict("records") if row["thing"] == thing]
    return row


def test_one_desk_and_three_households_at_once():
    desks = Desks(1)
    for _ in range(3):
        desks.begin(100.0, 10.0, people=2)
    assert desks.used(1000.0) == (2 * (0 + 10 + 20), 30.0, 30.0)
    assert desks.used(115.0) == (2 * (0 + 10 + 15), 15.0, 15.0)  # the run ends before they are done
    assert Desks(2).used(1000.0) == (0.0, 0.0, 0.0)


def test_two_desks_of_which_one_would_do_are_busy_half_of_the_time():
    desks = Desks(2)
    for now in (0.0, 10.0, 20.0):
        desks.begin(now, 10.0)
    queue, busy, there = desks.used(1000.0)
    assert (queue, busy / there) == (0.0, 0.5)


def test_a_bus_that_never_rests_is_busy_all_the_time_and_its_queue_is_what_people_waited(run):
    row = of(run, "depot/buses")
    assert row["kind"] == "buses"
    assert row["utilisation"] > 0.97
    ledger = run.tables.ledger
    boarded = ledger[ledger["boarded_s"].notna()]
    waited = ((boarded["boarded_s"] - boarded["at_pickup_s"]) * boarded["people"]).sum()
    assert row["queue_person_s"] == pytest.approx(waited)  # in the end everybody has a seat
    assert waited > 0


def test_of_three_buses_the_ones_that_stand_are_idle(tmp_path):
    three = ev.simulate(short_of_buses(tmp_path, vehicles=8), seed=3)
    assert of(three, "depot/buses")["utilisation"] < 0.8  # five loads for eight buses


def test_a_road_is_busy_for_its_vehicles_over_its_flow(run):
    name = link((1, 1), (2, 1))
    vehicles = run.tables.links.set_index("link").loc[name, "vehicles"]
    row = of(run, f"link/{name}")
    assert row["busy_s"] == pytest.approx(
        vehicles / 0.5
    )  # each for one car unit at least, 0.5 of them a second
    assert np.isnan(row["queue_person_s"])
    assert row["available_s"] % 600 == 0
    assert 0 < row["utilisation"] <= 1


def test_of_a_road_that_an_order_widens_the_busy_time_is_not_known(tmp_path):
    name = link((1, 1), (2, 1))
    given = short_of_buses(tmp_path)
    order = {"links": [name], "order": "capacity", "at": "T+0 s", "capacity_factor": 2}
    run = ev.simulate(given.change({"plan.controls": [order]}), seed=3)
    assert np.isnan(of(run, f"link/{name}")["busy_s"])
    assert of(run, f"link/{link((2, 1), (3, 1))}")["busy_s"] > 0


def test_the_desks_of_the_school_are_told_with_the_same_households(run):
    row = of(run, "shelter/school")
    ledger = run.tables.ledger
    stood = ledger["settled_s"] - ledger["arrived_s"]
    people = ledger["people"]
    settled = stood.notna()
    # Time from the door to the bed is the queue and the desk.
    total = float((stood * people)[settled].sum())
    assert 0 <= row["queue_person_s"] <= total
    assert 0 < row["busy_s"] <= float(stood[settled].sum()) + 1e-6


def test_the_table_is_read_back_as_it_was(run, tmp_path):
    again = ev.open_run(run.save(tmp_path / "run"))
    pd.testing.assert_frame_equal(again.tables.bottlenecks, run.tables.bottlenecks)


def test_craft_wait_and_work(run):
    spent = pd.DataFrame(
        [
            ("boat-1", "waits", 0.0, 100.0),
            ("boat-1", "to_case", 100.0, 200.0),
            ("boat-1", "waits", 200.0, 250.0),
            ("boat-1", "no_crew", 250.0, 280.0),
            ("boat-1", "takes_in", 280.0, 300.0),
            ("boat-1", "waits", 300.0, 900.0),
        ],
        columns=["vehicle", "what", "from_s", "until_s"],
    )
    cases = pd.DataFrame(
        {
            "craft": ["boat-1", ""], "heard_s": [50.0, 60.0], "reached_s": [150.0, np.nan],
            "closed_s": [300.0, np.nan], "true_people": [2, 3],
        }
    )  # fmt: skip
    vehicles = pd.concat(
        [
            run.record.tables["vehicles"],
            pd.DataFrame([{"vehicle": "boat-1", "fleet": "boats", "kind": "boat"}]),
        ]
    )
    from dataclasses import replace

    tables = {**run.record.tables, "craft_time": spent, "cases": cases, "vehicles": vehicles}
    found = bottlenecks(replace(run.record, tables=tables)).set_index("thing")
    # From 100 to 300 s it works 120 s, waits 50 s, and has no crew for 30 s.
    boats = found.loc["depot/boats"]
    assert (boats["busy_s"], boats["available_s"]) == (120.0, 170.0)
    assert boats["queue_person_s"] == 2 * 100
    assert found.loc["", "queue_person_s"] == 3 * (run.record.end - 60)
    assert found.loc["", ["busy_s"]].isna().all()


def test_nobody_queues_where_nothing_happens(tmp_path):
    given = small_district(tmp_path)
    for row in given["plan"]["zones"]:
        row["trigger_at"] = "T+59 min"  # decided 5 min later
    found = ev.simulate(ev.from_mapping({**given, "duration": "1 h"}), seed=1).tables.bottlenecks
    assert found.empty
    assert list(found.columns) == [*COLUMNS, "utilisation"]
