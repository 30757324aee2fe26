"""Bounds that no plan can beat: exact where theory knows the best plan, certain everywhere else."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evacsim as ev
from evacsim.analysis.bounds import road_flow as road_flows
from evacsim.analysis.bounds.bus_seats import Rides, all_come_out, best_prices, prices_of
from evacsim.analysis.bounds.clearing import BusFlow, Clearing
from evacsim.analysis.bounds.fetching import Fetching
from evacsim.analysis.bounds.least_times import Net
from evacsim.analysis.bounds.road_flow import RoadFlow
from evacsim.engine.movement import Movement, MoverColumns, NoticeKind
from evacsim.engine.running import simulate
from evacsim.kernels.arrays import LinkColumns
from evacsim.kernels.rounds import Trips, time_trips
from evacsim.world.building import build_world
from tests.reference.bound_checks import broken_bounds
from tests.reference.round_problems import round_problems
from tests.reference.small_district import node, small_district, write_grid
from tests.reference.storms import storm

NOBODY = np.zeros(0)


def only(flow=None, buses=None, end=1e6) -> Clearing:
    return Clearing(NOBODY, NOBODY, [] if flow is None else [flow], buses, end)


def road_flow(ends, time, capacity, origin, *, shelters, ready=0.0, room=None, n_nodes=None) -> RoadFlow:
    """Return vehicles that go to any of `shelters` (nodes) over links (from, to)."""
    begin, finish = np.array(ends).T
    net = Net(
        n_nodes or int(np.max(ends)) + 1,
        begin,
        finish,
        np.array(time, dtype=float),
        np.array(capacity, dtype=float),
    )
    to_shelter = net.times_to(np.array(shelters))
    n = len(origin)
    return RoadFlow(
        net=net,
        origin=np.array(origin),
        soonest=np.broadcast_to(ready, n) + to_shelter[origin],
        size=np.ones(n),
        people=np.ones(n),
        to_shelter=to_shelter,
        shelter_nodes=np.array(shelters),
        room=np.full(len(shelters), np.inf) if room is None else np.array(room, dtype=float),
        spare=0.0,
    )


# -- roads --------------------------------------------------------------------------------------


def test_l1_a_single_road_is_exact():
    """tau + (N - 1) / u: the first of 1200 passes at once, and each of the others a second later."""
    flow = road_flow([(0, 1)], [300.0], [1.0], [0] * 1200, shelters=[1])
    found = only(flow).bound(1.0)
    assert found.time == pytest.approx(1499.0, abs=1.5)
    assert found.time <= 1499.0
    assert found.reason == "roads"


def test_l1_the_simulation_takes_as_long_as_the_bound_and_not_less(tmp_path):
    record, world = one_road_out(tmp_path)
    rows = record.tables["bounds"].set_index(["indicator", "orders"])
    bound = rows.loc[("clearance_time_100", "as_given"), "bound_s"]
    took = record.ledger["arrived_s"].max() - record.ledger["ordered_s"].min()
    assert rows.loc[("clearance_time_100", "as_given"), "reason"] == "roads"
    assert bound <= took <= 1.01 * bound
    assert broken_bounds(record, world) == []


def one_road_out(folder: Path):
    """Return a run in which a village of 600 drives out over a road of 0.5 vehicles a second, and its world."""
    given = small_district(
        folder,
        zones=[{"id": "west", "node": node(0, 0), "population": 600}],
        shelters=[{"id": "school", "node": node(1, 0)}],
        fleets=[],
        population={"car_share": 1},
        who={"compliance": 1},
        organize={"relay_time": "0 s", "preparation": "1 s"},
        to={"bus_share": 0, "car_share": 1},
        duration="3 h",
    )
    write_grid(folder / "network", columns=2, rows=1)
    given["district"]["pickup_points"] = []
    given["plan"]["zones"] = [{"zone": "west", "shelter": ["school"], "trigger_at": "T+0 s"}]
    world = build_world(ev.from_mapping(given))
    return ev.simulate(world, seed=1).record, world


def test_two_ways_are_twice_as_fast_and_the_longer_one_begins_later():
    """100 s and 160 s at 0.5 vehicles/s each: n = 2 + (t - 100) / 2 + (t - 160) / 2."""
    flow = road_flow([(0, 1), (0, 2), (2, 1)], [100.0, 80.0, 80.0], [0.5] * 3, [0] * 4000, shelters=[1])
    assert only(flow).bound(1.0).time == pytest.approx(4128.0, rel=0.01)


def test_who_comes_later_cannot_use_the_time_before():
    flow = road_flow(
        [(0, 1)], [100.0], [1.0], [0] * 2000, shelters=[1], ready=np.repeat([0.0, 10_000.0], 1000)
    )
    assert only(flow).bound(1.0).time == pytest.approx(11_099.0, rel=0.04)


def test_nobody_passes_a_way_that_is_not_there():
    flow = road_flow([(0, 1), (1, 2)], [10.0, 10.0], [1.0, 1.0], [0, 2], shelters=[1])
    found = only(flow).bound(1.0)
    assert np.isinf(found.time)


def test_a_shelter_that_is_full_takes_in_nobody_more():
    """Of 100 people 40 fit into the near shelter; the others drive past it."""
    ways = [(0, 1), (1, 2)], [10.0, 500.0], [1.0, 1.0]
    near = road_flow(*ways, [0] * 100, shelters=[1, 2], room=[40, 60])
    assert only(near).bound(0.4).time < 60
    assert only(near).bound(1.0).time == pytest.approx(569.0, rel=0.02)
    assert np.isinf(only(road_flow(*ways, [0] * 100, shelters=[1, 2], room=[40, 40])).bound(1.0).time)


@st.composite
def drives(draw):
    """Return links (from, to, time, capacity), a next link for each node, and drivers (node, departure)."""
    n_nodes = draw(st.integers(2, 6))
    pair = st.tuples(st.integers(0, n_nodes - 1), st.integers(0, n_nodes - 1)).filter(lambda p: p[0] != p[1])
    ends = draw(st.lists(pair, min_size=1, max_size=10))
    times = [draw(st.sampled_from([10.0, 35.0, 120.0])) for _ in ends]
    flows = [draw(st.sampled_from([0.1, 0.25, 1.0])) for _ in ends]
    out = [[row for row, (begin, _) in enumerate(ends) if begin == k] for k in range(n_nodes)]
    choice = [draw(st.sampled_from(ways)) if ways else -1 for ways in out]
    leaves = st.tuples(st.integers(0, n_nodes - 1), st.sampled_from([0.0, 5.0, 200.0]))
    return n_nodes, ends, times, flows, choice, draw(st.lists(leaves, min_size=1, max_size=40))


@given(drives())
def test_no_traffic_over_any_roads_beats_the_flow(case):
    """Drivers follow any next links to node 0, over any roads: never more arrive by any moment than the bound says."""
    n_nodes, ends, times, flows, choice, drivers = case
    length = np.array(times) * 10.0
    links = LinkColumns(
        from_node=np.array([e[0] for e in ends]),
        to_node=np.array([e[1] for e in ends]),
        length=length,
        free_speed=np.full(len(ends), 10.0),
        capacity=np.array(flows),
        storage=np.full(len(ends), np.inf),
        wave_speed=np.full(len(ends), np.inf),
        overtaking=np.zeros(len(ends), dtype=bool),
        priority=np.array(flows),
        capacity_drop=np.zeros(len(ends)),
        width=np.full(len(ends), np.inf),
        twin=np.full(len(ends), -1),
        crowd=np.zeros(len(ends), dtype=np.int64),
    )
    movement = Movement(n_nodes=n_nodes, links=links, n_trees=1)
    movement.set_tree(0, np.array([-2 if k == 0 else way for k, way in enumerate(choice)], dtype=np.int32))
    n = len(drivers)
    origin, leave = np.array([d[0] for d in drivers]), np.array([d[1] for d in drivers])
    rows = movement.add(
        MoverColumns(mode=np.full(n, 1), size=1.0, people=np.ones(n, dtype=np.int64), watched=True),
        origin_node=origin,
    )
    for row, place, at in zip(rows.tolist(), origin.tolist(), leave.tolist(), strict=True):
        movement.send(row, origin_node=place, tree=0, depart_time=at)
    movement.advance(10_000.0)
    records = movement.drain_records()
    came = np.sort(records["time"][records["kind"] == NoticeKind.ARRIVED])
    flow = road_flow(ends, times, flows, origin, shelters=[0], ready=leave, n_nodes=n_nodes)
    for number, until in enumerate(came, start=1):
        assert (
            flow.most(float(until) + 1e-6) >= np.searchsorted(came, until, side="right") - 0.01 >= number - 1
        )


@given(drives(), st.sampled_from([0.5, 1.0, 3.0]), st.sampled_from([2.0, 15.0, np.inf]))
def test_where_all_pass_by_shortest_ways_the_flow_is_what_it_is_without_looking_at_that(case, size, room):
    n_nodes, ends, times, flows, _, drivers = case
    origin, leave = np.array([d[0] for d in drivers]), np.array([d[1] for d in drivers])
    flow = road_flow(
        ends, times, flows, origin, shelters=[0, 1], ready=leave, room=[room, 9.0], n_nodes=n_nodes
    )
    flow = replace(flow, size=np.full(len(origin), size))
    for until in (50.0, 130.0, 1_000.0):
        looked = flow.most(until)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RoadFlow, "_all_pass", lambda *_: False)
            assert flow.most(until) == looked


def test_few_on_a_wide_road_need_no_flow_to_be_looked_for(monkeypatch):
    monkeypatch.setattr(road_flows, "greatest_flow", None)
    flow = road_flow([(0, 1), (1, 2)], [100.0, 50.0], [1.0, 1.0], [0, 0, 1], shelters=[2])
    assert [flow.most(until) for until in (49.0, 60.0, 150.0)] == [0.0, 1.0, 3.0]


def test_a_limit_is_no_more_than_the_one_before_and_the_last_counts():
    flow = road_flow(
        [(0, 1), (0, 2), (2, 1)],
        [100.0, 80.0, 80.0],
        [0.5] * 3,
        [0] * 400,
        shelters=[1],
        ready=np.arange(400.0),
    )
    limits = list(flow.limits(300.0))
    assert limits == sorted(limits, reverse=True)
    assert limits[0] == 201.0 > limits[-1] == flow.most(300.0)


# -- buses --------------------------------------------------------------------------------------


def rides_of(numbers, **others) -> Rides:
    """Return what buses can do in a problem of rounds."""
    each = numbers.boarding_each + numbers.alighting_each
    return Rides(
        **{
            "carry": numbers.carry + numbers.boarding + numbers.alighting + numbers.seats.min() * each,
            "back": numbers.back,
            "approach": numbers.approach,
            "room": numbers.room.astype(float),
            "spare": 0.0,
            "seats": numbers.seats.astype(float),
            "ready": numbers.ready,
            "depot": numbers.depot,
            **others,
        }
    )


def test_j1_three_rounds_of_five_buses_are_not_far_from_the_bound():
    """500 people, 5 buses of 45, 20 min each way, 15 min of handling: 145 min; seats shared out freely take 121 min."""
    minute = 60.0
    rides = Rides(
        carry=np.array([[35 * minute]]),
        back=np.array([[20 * minute]]),
        approach=np.zeros((1, 1)),
        room=np.array([np.inf]),
        spare=0.0,
        seats=np.full(5, 45.0),
        ready=np.zeros(5),
        depot=np.zeros(5, dtype=np.int64),
    )
    buses = BusFlow(rides, np.zeros(500, dtype=np.int64), np.full(500, 35 * minute), np.ones(500))
    found = only(buses=buses).bound(1.0)
    assert found.reason == "seats"
    # 500 x 35 min and (500 - 225) x 20 min of seats, over 225 seats.
    assert found.time == pytest.approx((500 * 35 + 275 * 20) / 225 * minute, rel=2e-3)
    assert found.time < 145 * minute


@settings(max_examples=60)
@given(round_problems(handling=False), st.randoms(use_true_random=False))
def test_no_plan_of_rounds_beats_the_prices(problem, luck):
    """Vehicles make any trips, full or not; by any moment no more people are out than the best prices allow."""
    numbers = problem.numbers
    n_pickups, n_shelters = numbers.carry.shape
    left, room, trips = numbers.people.copy(), numbers.room.copy(), []
    for vehicle in range(len(numbers.seats)):
        for _ in range(luck.randint(0, 4)):
            pickup, shelter = luck.randrange(n_pickups), luck.randrange(n_shelters)
            load = min(
                int(left[pickup]), int(room[shelter]), int(numbers.seats[vehicle]), luck.randint(1, 30)
            )
            if load > 0 and np.isfinite(numbers.carry[pickup, shelter]):
                left[pickup] -= load
                room[shelter] -= load
                trips.append((vehicle, pickup, shelter, load))
    if not trips:
        return
    columns = Trips(*(np.array(column, dtype=np.int64) for column in zip(*trips, strict=True)))
    finish = np.empty(len(trips))
    time_trips(numbers, columns, np.empty(len(trips)), np.empty(len(trips)), np.empty(len(trips)), finish)
    rides, waiting = rides_of(numbers), numbers.people.astype(float)
    for until in np.unique(finish):
        prices = best_prices(rides, waiting, float(until))
        assert prices is not None
        assert prices.most(rides, waiting, float(until)) >= columns.people[finish <= until].sum() - 1e-6


@settings(max_examples=60)
@given(round_problems(handling=False), st.randoms(use_true_random=False), st.floats(600, 20_000))
def test_any_prices_prove_something_and_the_best_prove_most(problem, luck, until):
    numbers = problem.numbers
    rides, waiting = rides_of(numbers), numbers.people.astype(float)
    best = best_prices(rides, waiting, until)
    assert best is not None
    known = best.most(rides, waiting, until)

    def some(n):
        return np.array([luck.choice([0.0, luck.random()]) for _ in range(n)])

    other = prices_of(
        rides,
        seat_time=luck.random() / 1000,
        room=some(len(rides.room)),
        leave=some(len(rides.room)),
        stand=some(len(rides.approach)),
    )
    assert other.most(rides, waiting, until) >= known - 1e-6 * max(known, 1.0)
    assert known <= waiting.sum() + 1e-6


@given(round_problems(handling=False), st.floats(600, 200_000), st.floats(600, 200_000))
def test_where_all_come_out_with_ease_the_best_prices_prove_nothing_for_any_moment(problem, until, other):
    rides, waiting = rides_of(problem.numbers), problem.numbers.people.astype(float)
    if not waiting.any() or not all_come_out(rides, waiting, until):
        return
    best = best_prices(rides, waiting, until)
    assert best is not None
    assert best.most(rides, waiting, until) == pytest.approx(waiting.sum())
    assert best.most(rides, waiting / 2, other) == pytest.approx(waiting.sum() / 2)


def test_all_come_out_where_a_second_round_is_easily_made_in_time_and_not_where_it_is_not():
    minute, waiting = 60.0, np.array([80.0])
    rides = Rides(
        carry=np.array([[30 * minute]]),
        back=np.array([[20 * minute]]),
        approach=np.zeros((1, 1)),
        room=np.array([200.0]),
        spare=0.0,
        seats=np.full(1, 45.0),
        ready=np.zeros(1),
        depot=np.zeros(1, dtype=np.int64),
    )
    assert all_come_out(rides, waiting, 120 * minute)
    assert not all_come_out(rides, waiting, 60 * minute)
    assert not all_come_out(rides._replace(room=np.array([80.0])), waiting, 120 * minute)
    assert not all_come_out(rides._replace(carry=np.array([[np.inf]])), waiting, 120 * minute)


# -- rescue -------------------------------------------------------------------------------------


def test_one_boat_for_many_at_once_takes_a_trip_for_every_load():
    """60 people at once, a boat of 6 that searches 120 s a trip: the tenth load is ashore after ten trips less one."""
    limits = Fetching(
        need=np.zeros(30),
        soonest=np.zeros(30),
        people=np.full(30, 2),
        carried=np.full(30, 2),
        ready=np.zeros(1),
        seats=np.full(1, 6.0),
        each=np.full(1, 4.0),
        trip=120.0,
    )
    found = limits.bound(1.0)
    assert found.reason == "craft"
    assert found.time == pytest.approx(9 * 120.0, abs=2.0)
    assert limits.bound(0.5).time == pytest.approx(4 * 120.0, abs=2.0)


@given(st.randoms(use_true_random=False), st.integers(1, 40), st.integers(1, 4))
def test_no_dispatch_is_faster_than_the_bound(luck, n_cases, n_craft):
    """Craft fetch cases in any order; who has to wait longer than a time is never fewer than the bound says."""
    need = np.sort(np.array([luck.choice([0.0, 600.0, luck.uniform(0, 7200)]) for _ in range(n_cases)]))
    people = np.array([luck.randint(1, 5) for _ in range(n_cases)])
    seats, each, trip = (
        np.array([float(luck.choice([5, 8])) for _ in range(n_craft)]),
        4.5,
        luck.choice([0.0, 120.0]),
    )
    ready = np.array([luck.choice([0.0, 900.0]) for _ in range(n_craft)])
    free, took, waiting = ready.copy(), np.full(n_cases, np.inf), list(range(n_cases))
    while waiting:
        craft = int(np.argmin(free))
        load = []
        for case in list(waiting):
            if need[case] <= free[craft] and sum(people[load]) + people[case] <= seats[craft]:
                load.append(case)
                waiting.remove(case)
        if not load:
            free[craft] = max(free[craft] + 1.0, need[waiting[0]])
            continue
        free[craft] += trip + luck.choice([0.0, 60.0]) + each * sum(people[load])
        took[load] = free[craft] - need[load]
    limits = Fetching(need, np.zeros(n_cases), people, people, ready, seats, np.full(n_craft, each), trip)
    for within in took:
        assert limits.late(float(within)) <= people[took > within].sum() + 0.01
    for share in (0.5, 0.9, 1.0):
        order = np.argsort(took, kind="stable")
        reached = took[order][np.searchsorted(np.cumsum(people[order]), share * people.sum() - 0.01)]
        assert limits.bound(share).time <= reached + 1e-6


# -- whole runs ---------------------------------------------------------------------------------


@settings(max_examples=15)
@given(luck=st.randoms(use_true_random=False), seed=st.integers(0, 9))
def test_l3_no_run_beats_its_bounds(luck, seed):
    with TemporaryDirectory() as folder:
        world = build_world(ev.from_mapping(storm(luck, Path(folder))))
        assert broken_bounds(simulate(world, seed=seed), world) == []


@pytest.mark.parametrize("number", range(4))
def test_l3_no_other_way_to_send_buses_beats_the_bound(tmp_path, number):
    """The bound of a run with all orders at once holds for the same people under every policy."""
    given = storm(Random(number), tmp_path)
    bounds = ev.simulate(ev.from_mapping(given), seed=number).record.tables["bounds"]
    bounds = bounds[bounds["orders"] == "at_once"].set_index("indicator")["bound_s"]
    beforehand = (
        () if given["plan"]["to"].get("assignment") == "computed" else ("in_order", "greedy", "balanced")
    )
    for policy in ("nearest", "longest_queue", *beforehand):
        given["plan"]["to"]["dispatch"] = policy
        run = ev.simulate(ev.from_mapping(given), seed=number)
        for name, bound in bounds.items():
            assert run.indicators[name].value >= bound - 1e-6


def test_bounds_stand_beside_the_indicators_in_both_languages(tmp_path):
    record, _ = one_road_out(tmp_path)
    run = ev.Run(record)
    found = run.indicators["clearance_time_100"].bounds
    assert [bound.orders for bound in found] == ["at_once", "as_given"]
    assert all(bound.time <= run.indicators["clearance_time_100"].value for bound in found)
    run.save(tmp_path / "run")
    again = ev.open_run(tmp_path / "run")
    assert again.indicators["clearance_time_100"].bounds == found
    assert "no plan can beat" in str(again)
    assert "任何方案都不可能快于" in ev.report(again, tmp_path / "run.html").read_text(encoding="utf-8")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    written = summary["indicators"]["clearance_time_100"]["bounds"]
    assert [one["value"] for one in written] == [bound.time for bound in found]
