"""4A, invariants of the engine: nobody lost, the same on every machine, in every order and every cut of time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from evacsim.engine.movement import MoverState, NoticeKind
from evacsim.traffic.loading import load_traffic
from tests.engine.roads import CORRIDOR, cars, road
from tests.traffic.small_cases import line_tables, write_case
from tests.verification.busy_grid import N_CARS, busy_grid, digest, run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole():
    return run(busy_grid())


def test_a1_after_every_event_everybody_is_somewhere_once(whole):
    """Moments of all records, one by one, and the changes of roads between them."""
    movement = busy_grid()
    told = []
    for moment in np.unique(whole["time"]).tolist():
        told.append(run(movement, until=moment))
        counts = [movement.count(state) for state in MoverState]
        assert sum(counts) == N_CARS
        assert counts[MoverState.MOVING] + counts[MoverState.STOPPED] == movement.on_links().sum()
    records = np.concatenate(told)
    assert digest(records) == digest(whole)
    ends = records[np.isin(records["kind"], (NoticeKind.ARRIVED, NoticeKind.CUT_OFF))]
    assert sorted(ends["mover"].tolist()) == list(range(N_CARS))


def test_the_busy_grid_is_busy(whole):
    """What the rows below rest on: most have to queue, all arrive."""
    assert np.sum(whole["kind"] == NoticeKind.ARRIVED) == N_CARS
    assert whole["time"].max() > 900.0


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a2_runs_side_by_side_are_the_same_on_any_number_of_threads(threads, whole):
    with ThreadPoolExecutor(threads) as pool:
        digests = list(pool.map(lambda _: digest(run(busy_grid())), range(4)))
    assert digests == [digest(whole)] * 4


def test_a2_another_process_gives_the_same_records(whole):
    code = "from tests.verification.busy_grid import *; print(digest(run(busy_grid())))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == digest(whole)


def test_a3_one_more_on_free_roads_changes_nobody_else():
    def passages(extra):
        movement = road(CORRIDOR)
        cars(movement, 10.0 * np.arange(50), target=2)
        if extra:
            cars(movement, [123.0], target=2)
        movement.advance(np.inf)
        drained = movement.drain_records()
        return drained[drained["mover"] < 50]

    assert digest(passages(extra=True)) == digest(passages(extra=False))


@pytest.mark.parametrize("until", [np.inf, 1e9])
def test_a5_a_run_ends_when_everybody_is_out(tmp_path, until):
    done = load_traffic(write_case(tmp_path, **line_tables([1, 1], 20, 5.0))).run(until=until)
    assert done.arrive.max() == 80.0 + 19 * 5.0
    if until == np.inf:
        assert done.end == done.arrive.max()
        assert done.summary["end_s"] == 175.0
    assert done.summary["clearance_s"] == 175.0


def test_a6_twenty_without_a_way_are_listed_and_hold_up_nobody():
    movement = road([(0, 1), (2, 3)])
    lost = cars(movement, np.arange(20.0), target=3)
    others = 5.0 * np.arange(10)
    cars(movement, others, target=1)
    movement.advance(np.inf)
    drained = movement.drain_records()
    cut_off = drained[drained["kind"] == NoticeKind.CUT_OFF]
    assert cut_off["mover"].tolist() == lost.tolist()
    assert cut_off["time"].tolist() == list(range(20))
    assert set(cut_off["place"].tolist()) == {0}
    arrived = drained[drained["kind"] == NoticeKind.ARRIVED]
    assert arrived["time"].tolist() == (others + 50.0).tolist()
    assert movement.count(MoverState.CUT_OFF) == 20


def test_a7_of_a_thousand_as_many_are_done_as_the_capacity_lets():
    """500 s at 0.8/s in, the same out from 50 s on: 360 done, 40 on the link, 600 wait; the first enters at 0.

    UXsim's own test asserts 350, 40 and 610 within 10 %: its 50 s at the beginning are taken for 50 vehicles.
    """
    movement = road([(0, 1)])
    cars(movement, np.arange(1000) / 2.0, target=1)
    movement.advance(500.0 - 1e-9)
    done, waiting = (movement.count(state) for state in (MoverState.ARRIVED, MoverState.WAITING))
    assert (done, int(movement.on_links()[0]), waiting) == (360, 40, 600)
    assert done == pytest.approx(350, rel=0.1)
    assert waiting == pytest.approx(610, rel=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_a8_and_d11_there_is_no_time_step_pieces_give_the_whole(seed, whole):
    lengths = np.random.default_rng(seed).uniform(*((50.0, 200.0) if seed else (0.5, 20.0)), 400)
    cuts = np.cumsum(lengths)
    assert digest(run(busy_grid(), cuts=cuts[cuts < 2900.0])) == digest(whole)


# A9: what coordinates and names must not change

SHAPE = np.array([[0, 0], [500, 0], [0, 400], [450, 380], [900, 300], [1300, 700]], dtype=float)
ENDS = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (1, 4), (4, 5)]
ROUTES = [[0, 2, 4, 6], [1, 3, 4, 6], [0, 5, 6], [3, 4], [4, 6]]


def network_case(folder, *, points=SHAPE, name=str, shuffled=False):
    """Write six nodes and five routes that merge twice; `name` gives the ids of nodes, links and routes."""
    draws = np.random.default_rng(8)
    length = draws.uniform(200.0, 700.0, len(ENDS))
    depart = draws.uniform(0.0, 900.0, 800)
    route = draws.integers(0, len(ROUTES), 800)
    tables = {
        "nodes": [f"{name(i)},{x:.6f},{y:.6f}" for i, (x, y) in enumerate(points)],
        "links": [
            f"{name(i)},{name(a)},{name(b)},{length[i]:.3f},12.5,1,0.5,0.2" for i, (a, b) in enumerate(ENDS)
        ],
        "routes": [
            f"{name(i)},{name(ENDS[links[0]][0])},{name(ENDS[links[-1]][1])},{' '.join(map(name, links))}"
            for i, links in enumerate(ROUTES)
        ],
        "trips": [f"{i},{depart[i]:.6f},{name(route[i])}" for i in range(800)],
    }
    if shuffled:
        order = np.random.default_rng(2)
        tables = {what: [rows[i] for i in order.permutation(len(rows))] for what, rows in tables.items()}
    return load_traffic(write_case(folder, **tables)).run()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    done = network_case(tmp_path_factory.mktemp("plain"))
    assert done.summary["total_delay_s"] > 50_000.0  # queues at both merges
    return done


def turned(degrees):
    angle = np.deg2rad(degrees)
    return SHAPE @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize(
    "points", [turned(45.0), turned(211.0), SHAPE + np.array([5e5, -3e6]), SHAPE * [-1, 1]]
)
def test_a9_where_on_the_map_a_network_lies_changes_no_passing_time(tmp_path, plain, points):
    same_passages(network_case(tmp_path, points=points), plain)


def test_a9_the_order_of_rows_changes_no_passing_time(tmp_path, plain):
    same_passages(network_case(tmp_path, shuffled=True), plain)


@pytest.mark.parametrize("name", [lambda i: f"路-{i}", lambda i: str(1000 + 7 * i), lambda i: f"x{9 - i}"])
def test_a9_names_change_no_passing_time(tmp_path, plain, name):
    """The last ones turn the order of ids round: ties would fall the other way, and here there are none."""
    other = network_case(tmp_path, name=name, shuffled=True)
    assert np.array_equal(other.enter, plain.enter)
    assert np.array_equal(other.arrive, plain.arrive)
    assert np.array_equal(other.passages.enter, plain.passages.enter)


def same_passages(one, other):
    for mine, theirs in zip(one.passages, other.passages, strict=True):
        assert np.array_equal(mine, theirs)
    assert np.array_equal(one.arrive, other.arrive)
