"""The benchmarks measure what they say: small cases, right answers, the same files on every machine."""

import hashlib
import json

import numpy as np
import pytest

from benchmarks import peers
from benchmarks.flood_front import cross
from benchmarks.grids import corridor, grid
from benchmarks.inputs import case_folder, read_case, write_case
from benchmarks.measuring import Result
from benchmarks.ours import build, measure, read, run, what_became_of


def asked(result: Result) -> dict:
    return {name: getattr(result, name) for name in Result.__dataclass_fields__}


def test_the_corridor_has_the_clearance_and_the_mean_travel_time_that_are_known_exactly(tmp_path):
    case = corridor()
    exact = case.facts["analytic"]
    assert exact["clearance_s"] == pytest.approx(7774.0, abs=1e-9)
    told = measure(case, repeats=1)
    assert told.arrived == 3600
    assert told.passages == 57_600
    # Departures are rounded to hundredths of a second.
    assert told.clearance_s == pytest.approx(exact["clearance_s"], abs=0.01)
    assert told.mean_travel_time_s == pytest.approx(exact["mean_travel_time_s"], abs=0.01)
    # The first kept out is up to some headways of the inflow behind the moment itself.
    assert told.origin_queue_s == pytest.approx(exact["spillback_at_origin_s"], abs=10.0)

    row = peers.Row("w3", case.describe(), evacsim=[asked(told)])
    (cells,) = [line.split(" | ") for line in peers.agreement_table([row]).splitlines()[2:]]
    assert cells[2] == cells[3] == "7,774.0"
    assert cells[-1] == "yes |"


def test_a_wrong_answer_is_called_wrong():
    case = corridor(100)
    told = asked(measure(case, repeats=1)) | {"clearance_s": 1.01 * case.facts["analytic"]["clearance_s"]}
    row = peers.Row("w3", case.describe(), evacsim=[told])
    assert "**no**" in peers.agreement_table([row])


def test_the_tables_show_evacsim_beside_the_yardstick_and_beside_a_rival_that_is_missing():
    case = corridor(100)
    ours = asked(measure(case, repeats=1)) | {"run_s": 0.2, "passages": 1600}
    limit = {
        "program": "yardstick",
        "run_s": 0.1,
        "passages": 1600,
        "clearance_s": 1.0,
        "mean_travel_time_s": 1.0,
    }
    rival = ours | {"program": "other", "run_s": 10.0}
    gone = {"program": "gone", "status": "not installed"}
    row = peers.Row("w3", case.describe(), [ours, ours], [limit, limit | {"run_s": 0.16}], [rival, gone])
    speed = peers.speed_table([row]).splitlines()[-1]
    assert "| 8,000 | 16,000 | 0.50 | 0.50 0.80 |" in speed
    rivals = peers.rivals_table([row])
    assert "50.0 times" in rivals
    assert "| gone | - | not installed |" in rivals


def test_recorded_figures_say_when_and_where_they_were_measured():
    recorded = json.loads(peers.RECORDED.read_text(encoding="utf-8"))
    table = peers.recorded_table(recorded)
    assert "2026-11" in table
    assert "uxsim 1.15.1" in table
    assert set(recorded["cases"]) <= set(peers.CASES)


def test_the_smallest_grid_comes_out_as_three_other_programs_found_it(tmp_path):
    folder = case_folder("w1_10k", tmp_path)
    case = read_case(folder)
    trips = what_became_of(case, run(build(read(folder))))
    assert len(trips.arrived) == 10_000
    assert trips.passages == 102_502
    assert trips.arrived.max() == pytest.approx(7678.6, abs=0.1)
    assert (trips.arrived - trips.planned).mean() == pytest.approx(369.24, abs=0.01)


def test_files_are_the_same_bytes_on_every_machine(tmp_path):
    for case in (corridor(), grid("w1_10k", 10_000)):
        write_case(case, tmp_path / case.name)
    digest = hashlib.sha256()
    for path in sorted(tmp_path.rglob("*.csv")):
        digest.update(path.read_bytes())
    assert digest.hexdigest() == "e53e7ff3fa7699fb1043c12ef8d2fe1f2b1f75dfa73bf5364322b5a20bcac496"


def test_what_is_written_is_what_is_read(tmp_path):
    case = grid("small", 500, side=8)
    write_case(case, tmp_path)
    again = read_case(tmp_path)
    for column in (
        "from_node",
        "to_node",
        "origin",
        "destination",
        "first",
        "route_links",
        "depart",
        "route",
    ):
        np.testing.assert_array_equal(getattr(case, column), getattr(again, column))
    np.testing.assert_allclose(case.free_speed, again.free_speed, atol=5e-7)  # six decimals


def test_everybody_arrives_though_the_flood_front_crossed_their_way():
    took = cross(grid("small", 2000, side=12), n_links=200, start=1800.0)
    assert len(took.links) >= 200
    assert took.changes == 2 * len(took.links)
    assert took.stopped > 0
    assert took.arrived == 2000
