"""Runs of traffic against theory: bottlenecks, changes under way, gridlock, shuffled files."""

import json
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import evacsim as ev
from evacsim.cli import main
from evacsim.errors import EvacsimError, ResultsError
from evacsim.traffic.loading import load_traffic
from tests.traffic.small_cases import bottleneck, line_tables, write_case

FREE, HEADWAY, GAP, N = 240.0, 2.0, 1.25, 900


@pytest.fixture(scope="module")
def queued(tmp_path_factory):
    return load_traffic(bottleneck(tmp_path_factory.mktemp("bottleneck"))).run()


def run_line(folder, lanes, n_trips, gap, **more):
    return load_traffic(write_case(folder, **line_tables(lanes, n_trips, gap), **more)).run()


def test_a_bottleneck_lets_everybody_pass_at_its_capacity(queued):
    told = queued.summary
    assert told["arrived"] == N
    assert told["clearance_s"] == pytest.approx(FREE + (N - 1) * HEADWAY, abs=1e-6)
    assert told["mean_travel_time_s"] == pytest.approx(FREE + (N - 1) / 2 * (HEADWAY - GAP), abs=1e-6)
    assert told["total_delay_s"] == pytest.approx(N * (N - 1) / 2 * (HEADWAY - GAP), abs=1e-3)
    assert told["link_passages"] == 6 * N == len(queued.passages.trip)


def test_the_queue_reaches_the_origin_when_the_shock_does(tmp_path):
    run = load_traffic(bottleneck(tmp_path, n_before=2)).run()
    # Arrivals 0.8/s at 0.8/12.5 veh/m; queue 0.5/s at 0.4 - 0.5/3.125 = 0.24 veh/m: shock 1.70 m/s.
    shock = (0.8 - 0.5) / (0.24 - 0.8 / 12.5)
    reached = 80.0 + 1000.0 / shock
    # The first one kept out longer than a headway comes a few departures after the first one kept out.
    assert 0.0 <= run.summary["first_kept_out_depart_s"] - reached <= 4 * GAP


def test_trips_are_one_row_each(queued):
    assert queued.trips.columns.tolist() == ["trip_id", "depart_s", "enter_s", "arrive_s", "status"]
    assert queued.trips["status"].eq("arrived").all()
    assert queued.trips["arrive_s"].to_numpy() == pytest.approx(FREE + HEADWAY * np.arange(N))


def test_curves_at_the_ends_count_every_passage_at_its_time(queued):
    exit_of_bottleneck = queued.cumulative("4", at="exit")
    times = 200.0 + HEADWAY * np.arange(N)
    np.testing.assert_array_equal(exit_of_bottleneck(times + 0.01), np.arange(N) + 1.0)
    np.testing.assert_array_equal(exit_of_bottleneck(times - 0.01), np.arange(N))
    assert queued.cumulative(4, at="entrance")(160.0 + 0.01) == 1.0


@pytest.mark.parametrize("link", [0, 3, 4, 5])
def test_inside_a_link_the_curve_joins_those_at_its_ends(queued, link):
    for at, end in ((0.0, "entrance"), (500.0, "exit")):
        inside, known = queued.cumulative(link, at=at), queued.cumulative(link, at=end)
        middles = (known.times[1:] + known.times[:-1]) / 2
        np.testing.assert_allclose(inside(middles), known(middles))


def test_inside_a_queue_flow_is_that_of_the_bottleneck_and_the_wave_runs_upstream(queued):
    near, far = queued.cumulative(3, at=400.0), queued.cumulative(3, at=100.0)
    times = np.arange(600.0, 1500.0, 2.0)
    # At the density of the queue 300 m hold 72 vehicles; within one at any moment.
    np.testing.assert_allclose(far(times) - near(times), 72.0, atol=1.01)
    np.testing.assert_allclose(np.diff(near(times)[::50]), 50.0, atol=1.01)


def test_fields_have_the_states_of_the_fundamental_diagram(queued):
    window = slice(600.0, 1500.0)
    density, flow, speed = (
        queued.field(quantity, bin=60.0, along=0, cell=250.0).loc[:, window]
        for quantity in ("density", "flow", "speed")
    )
    assert density.shape[0] == 12
    # Cells 6 and 7 are link 3, in the queue; 8 and 9 the bottleneck; 10 and 11 behind it.
    for cell, k, q in ((6, 0.24, 0.5), (7, 0.24, 0.5), (8, 0.04, 0.5), (10, 0.04, 0.5)):
        np.testing.assert_allclose(density.iloc[cell], k, rtol=0.02)
        np.testing.assert_allclose(flow.iloc[cell], q, rtol=0.02)
        np.testing.assert_allclose(speed.iloc[cell], q / k, rtol=0.02)


def test_fields_hold_all_the_time_and_way_of_all_trips(queued):
    for cell in (None, 80.0):
        widths = queued.field("flow", cell=cell).index.to_frame()
        area = (widths["to_m"] - widths["from_m"]).to_numpy()[:, None] * 60.0
        spent = (queued.field("density", cell=cell) * area).to_numpy().sum()
        covered = (queued.field("flow", cell=cell) * area).to_numpy().sum()
        assert spent == pytest.approx((queued.arrive - queued.enter).sum())
        assert covered == pytest.approx(N * 3000.0)


def test_paths_go_forward_from_entry_to_arrival(queued):
    paths = queued.time_space(0)
    last = paths.groupby("trip_id").last()
    assert last["distance_m"].eq(3000.0).all()
    assert last["time_s"].to_numpy() == pytest.approx(queued.arrive)
    steps = paths.groupby("trip_id")[["time_s", "distance_m"]].diff().dropna()
    assert (steps["distance_m"] >= 0).all()
    free = steps[steps["distance_m"] > 0]
    assert (free["distance_m"] / free["time_s"] <= 12.5 * (1 + 1e-9)).all()


def test_a_closed_link_stops_those_on_it_and_keeps_out_the_others(tmp_path):
    tables = line_tables([1, 1, 1], 3, 1.0)
    tables["trips"] = ["a,0,0", "b,30,0", "c,80,0"]
    for name, shut, opened in (("capacity", "0,,", "0.5,,"), ("speed", ",0,", ",1,")):
        events = [f"100,1,{shut}", f"500,1,{opened}"]
        run = load_traffic(write_case(tmp_path / name, **tables, events=events)).run()
        # a has left link 1 at 80; b has 10 s of it left at 100; c waits at its entrance from 120 on.
        assert run.arrive.tolist() == pytest.approx([120.0, 550.0, 580.0])


def test_those_under_way_cover_the_rest_at_the_new_speed(tmp_path):
    tables = line_tables([1, 1, 1], 1, 1.0)
    tables["trips"] = ["a,30,0", "b,70,0"]
    run = load_traffic(write_case(tmp_path, **tables, events=["100,1,,0.5,"])).run()
    assert run.arrive.tolist() == pytest.approx([160.0, 230.0])


def test_a_change_of_capacity_counts_from_its_time_on(tmp_path):
    run = run_line(tmp_path, [1, 1], 200, 2.0, events=["100,1,0.25,,", "300,1,0.5,,"])
    gaps = np.diff(run.arrive)
    assert gaps.min() == pytest.approx(2.0)
    assert gaps.max() == pytest.approx(4.0)
    # 200 s at half the capacity, that is 100 s behind, for all who come later.
    assert run.arrive[-1] - run.case.trips.depart[-1] == pytest.approx(80.0 + 100.0, abs=4.0)


def test_a_signal_lets_go_in_green_only(tmp_path):
    run = run_line(tmp_path, [1, 1], 100, 4.0, signals=["0,60,0,30"])
    left = run.passages.exit[run.passages.link == 0]
    assert ((left % 60.0) < 30.0 + 1e-9).all()
    assert run.summary["arrived"] == 100


def test_stopping_early_says_where_everybody_is(tmp_path):
    case = load_traffic(bottleneck(tmp_path))
    run = case.run(until=1300.0)
    counted = run.trips["status"].value_counts()
    assert counted.sum() == N
    assert set(counted.index) <= {"arrived", "under_way", "waiting", "scheduled"}
    entered = ~np.isnan(run.enter)
    assert (run.trips["status"] == "waiting").sum() == ((run.case.trips.depart <= 1300.0) & ~entered).sum()
    assert run.end == 1300.0
    total = (run.field("density", bin=100.0) * 500.0 * 100.0).to_numpy().sum()
    left = np.where(np.isnan(run.arrive), 1300.0, run.arrive)
    assert total == pytest.approx((left - run.enter)[entered].sum())


def ring_case(folder):
    """Write four short links in a ring, each with more trips than it holds, over three of them."""
    links = [f"{i},{i},{(i + 1) % 4},20,10,1,0.5,0.2" for i in range(4)]
    routes = [f"{i},{i},{(i + 3) % 4},{i} {(i + 1) % 4} {(i + 2) % 4}" for i in range(4)]
    trips = [f"{i},0,{i % 4}" for i in range(80)]
    nodes = [f"{i},{20 * (i % 2)},{20 * (i // 2)}" for i in range(4)]
    return load_traffic(write_case(folder, nodes=nodes, links=links, routes=routes, trips=trips))


def test_gridlock_is_told_with_its_ring(tmp_path):
    stuck = ring_case(tmp_path).run(gridlock="wait")
    rings = stuck.summary["gridlock"]["rings"]
    assert stuck.summary["arrived"] < 80
    assert [ring["links"] for ring in rings] == [["0", "1", "2", "3"]]
    assert rings[0]["resolved_by"] == "nothing"


def test_gridlock_is_resolved_by_the_policy_and_counted(tmp_path):
    case = ring_case(tmp_path)
    squeezed = case.run(gridlock="squeeze", patience=30.0)
    assert squeezed.summary["arrived"] == 80
    assert {ring["resolved_by"] for ring in squeezed.summary["gridlock"]["rings"]} <= {"squeeze", "changes"}
    assert len(squeezed.passages.trip) == squeezed.summary["link_passages"] == 240
    turned = case.run(gridlock="turn_back", patience=30.0)
    assert turned.trips["status"].isin(["arrived", "cut_off"]).all()
    assert len(turned.passages.trip) == turned.summary["link_passages"]


@pytest.mark.parametrize("gridlock", ["squeeze", "turn_back"])
def test_each_stay_on_a_link_is_told_once_the_first_one_too(tmp_path, gridlock):
    stays = ring_case(tmp_path).run(gridlock=gridlock, patience=30.0).passages
    goes_on = (stays.trip[1:] == stays.trip[:-1]) & stays.is_through[:-1]
    assert np.array_equal(stays.link[1:][goes_on], (stays.link[:-1][goes_on] + 1) % 4)
    assert np.array_equal(stays.enter[1:][goes_on], stays.exit[:-1][goes_on])
    turned = (stays.trip[1:] == stays.trip[:-1]) & ~stays.is_through[:-1]
    assert turned.any() == (gridlock == "turn_back")
    assert np.array_equal(stays.link[1:][turned], stays.link[:-1][turned])
    assert np.all(stays.enter[1:][turned] >= stays.exit[:-1][turned])
    assert np.all(stays.exit > stays.enter)  # the first link takes 2 s as any other


def test_the_order_of_files_and_the_names_of_things_change_nothing(tmp_path):
    tables = line_tables([2, 1, 2], 200, 1.25)
    plain = load_traffic(write_case(tmp_path / "a", **tables)).run()
    shuffled = {name: random.Random(3).sample(rows, len(rows)) for name, rows in tables.items()}
    other = load_traffic(write_case(tmp_path / "b", **shuffled)).run()
    pd.testing.assert_frame_equal(plain.trips, other.trips)
    named = dict(
        tables, trips=[f"t{row.split(',', 1)[0].zfill(4)},{row.split(',', 1)[1]}" for row in tables["trips"]]
    )
    third = load_traffic(write_case(tmp_path / "c", **named)).run()
    np.testing.assert_array_equal(plain.arrive, third.arrive)


def test_what_was_not_recorded_is_refused_with_a_remedy(tmp_path):
    run = load_traffic(bottleneck(tmp_path, n_trips=5)).run(record_passages=False)
    assert run.summary["arrived"] == 5
    with pytest.raises(EvacsimError, match="record_passages"):
        run.cumulative(0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda run: run.cumulative("99"),
        lambda run: run.cumulative(0, at=501.0),
        lambda run: run.cumulative(0, at="middle"),
        lambda run: run.cumulative(0, count="dogs"),
        lambda run: run.field("heat"),
        lambda run: run.field("flow", count="dogs"),
        lambda run: run.field("flow", bin=float("inf")),
        lambda run: run.field("flow", along="x"),
        lambda run: run.field("flow", bin=0.0),
        lambda run: run.field("flow", cell=-1.0),
        lambda run: run.time_space(0, points=0),
        lambda run: run.case.run(gridlock="pray"),
        lambda run: run.case.run(until=-1.0),
    ],
)
def test_what_is_not_there_is_refused(queued, ask):
    with pytest.raises(EvacsimError):
        ask(queued)


def test_a_run_is_saved_and_not_overwritten_by_accident(tmp_path):
    run = ev.traffic(bottleneck(tmp_path / "case", n_trips=50)).run(until=300.0)
    folder = run.save(tmp_path / "out")
    table = pd.read_csv(folder / "trips_out.csv")
    pd.testing.assert_frame_equal(table, run.trips, check_dtype=False, atol=1e-6)
    assert json.loads((folder / "summary.json").read_text())["trips"] == 50
    with pytest.raises(ResultsError):
        run.save(folder)
    run.save(folder, if_exists="replace")
    (folder / "summary.json").write_text("{}")
    with pytest.raises(ResultsError):
        run.save(folder, if_exists="replace")


def test_ids_of_any_text_are_written_as_they_are(tmp_path):
    tables = line_tables([1], 3, 1.0)
    tables["trips"] = ['"户, 1",0,0', "b,1,0", "007,2,0"]
    folder = load_traffic(write_case(tmp_path / "case", **tables)).run().save(tmp_path / "out")
    assert pd.read_csv(folder / "trips_out.csv", dtype=str)["trip_id"].tolist() == ["007", "b", "户, 1"]


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_command_writes_results_and_exports(tmp_path):
    case = bottleneck(tmp_path / "case", n_trips=20)
    exports = [part for name in ("matsim", "sumo", "gmns") for part in ("--export", name)]
    result = invoke("traffic", case, "--out", tmp_path / "out", "--passages", *exports)
    assert result.exit_code == 0, result.output
    assert "20 of 20 trips arrived" in result.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"trips_out.csv", "summary.json", "passages.csv", "matsim", "sumo", "gmns"}
    again = invoke("traffic", case, "--out", tmp_path / "out", "--lang", "zh")
    assert again.exit_code == 2
    assert "已经存在" in again.output
    replaced = invoke("traffic", case, "--out", tmp_path / "out", "--if-exists", "replace", "--lang", "zh")
    assert replaced.exit_code == 0
    assert "到达" in replaced.output


@pytest.mark.parametrize(("lang", "word"), [("en", "Remedy"), ("zh", "处理")])
def test_the_command_tells_every_problem_with_exit_code_2(tmp_path, lang, word):
    case = bottleneck(tmp_path / "case", n_trips=20)
    (case / "trips.csv").write_text("trip_id,depart_s,route_id\n0,x,0\n1,0,9\n", encoding="utf-8")
    (case / "links.csv").unlink()
    result = invoke("traffic", case, "--out", tmp_path / "out", "--lang", lang)
    assert result.exit_code == 2
    assert result.output.count(word) == 3
    assert not (tmp_path / "out").exists()


def test_with_mixed_sizes_at_a_merge_nobody_is_faster_than_free_flow_between_the_ends(tmp_path):
    nodes = [f"{i},{500 * i},0" for i in range(4)]
    links = [
        f"{name},{start},{end},500,12.5,{lanes},{0.5 * lanes},{0.2 * lanes}"
        for name, start, end, lanes in (("a", 0, 2, 2), ("b", 1, 2, 1), ("c", 2, 3, 1))
    ]
    trips = [f"{i},{1.5 * i},{i % 3 % 2},{(1, 2.5, 0.5)[i % 3]}" for i in range(300)]
    headers = {"trips.csv": "trip_id,depart_s,route_id,size_pcu"}
    routes = ["0,0,3,a c", "1,1,3,b c"]
    case = load_traffic(write_case(tmp_path, headers, nodes=nodes, links=links, routes=routes, trips=trips))
    run = case.run()
    assert run.summary["arrived"] == 300
    for link in "abc":
        inside = [run.cumulative(link, at=at) for at in (0.0, 200.0, 400.0, 500.0)]
        counts = np.array([curve(np.arange(0.0, run.end, 3.0)) for curve in inside])
        assert (np.diff(counts, axis=0) <= 1e-9).all()
        np.testing.assert_allclose(
            counts[-1], run.cumulative(link, count="pcu")(np.arange(0.0, run.end, 3.0)), atol=1e-9
        )
    steps = (
        run.time_space(0, points=5).groupby(["trip_id", "link_id"])[["time_s", "distance_m"]].diff().dropna()
    )
    assert (steps["time_s"] >= steps["distance_m"] / 12.5 - 1e-6).all()


def test_a_case_of_fixed_roads_needs_no_kernel_that_changes_them(tmp_path):
    write_case(tmp_path, **line_tables([1, 1], n_trips=3, gap=1.0))
    program = (
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from evacsim.kernels import changes\n"
        "from evacsim.traffic.loading import load_traffic\n"
        f"case = load_traffic(Path({str(tmp_path)!r}))\n"
        "assert not case.is_changing\n"
        "assert np.isfinite(case.run().arrive).all()\n"
        "used = (changes.change_links, changes.take_off, changes.reconsider, changes.reconsider_for)\n"
        "print([kernel.py_func.__name__ for kernel in used if kernel.signatures])\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
