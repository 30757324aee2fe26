"""Iterated dynamic assignment: known splits of flow, the order of three principles, a plain twin of its searches."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evacsim.engine.movement import LinkColumns
from evacsim.kernels import assignment_in_time as kernels
from evacsim.kernels.assignment_heap import reached
from evacsim.streams import Streams
from evacsim.traffic import equilibrium
from evacsim.traffic.assignment_loading import (
    Change,
    Loading,
    RoadNetwork,
    Travelers,
    case_loader,
    movement_loader,
    network_of,
    travelers_of,
)
from evacsim.traffic.equilibrium import dynamic_system_optimum, dynamic_user_equilibrium
from evacsim.traffic.loading import load_traffic
from evacsim.traffic.present_times import follow_present_times
from tests.traffic.small_cases import write_case

WAVE, JAM = 5.0, 0.2
"""[m/s], [veh/m a lane]; with 20 m/s one lane carries 0.8 veh/s."""


def network(ends, *, length, speed=20.0, lanes=1, at_most=np.inf) -> RoadNetwork:
    ends = np.array(ends)
    n = len(ends)
    speeds, wide, long = (
        np.broadcast_to(np.asarray(x, dtype=float), n).copy() for x in (speed, lanes, length)
    )
    capacity = np.minimum(speeds * WAVE * JAM * wide / (speeds + WAVE), at_most)
    return RoadNetwork(
        int(ends.max()) + 1,
        LinkColumns(
            ends[:, 0],
            ends[:, 1],
            long,
            speeds,
            capacity,
            JAM * wide * long,
            np.full(n, WAVE),
            np.zeros(n, bool),
        ),
    )


def flow(rate, begin, end, *, origin, destination) -> Travelers:
    departure = begin + np.arange(round((end - begin) * rate)) / rate
    return Travelers(np.full(len(departure), origin), np.full(len(departure), destination), departure)


def together(*parts: Travelers) -> Travelers:
    return Travelers(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("origin", "destination", "departure")
        )
    )


def two_routes(second_length) -> RoadNetwork:
    """Links 0 and 1 make the first route, 2 and 3 the second."""
    return network([(0, 1), (1, 3), (0, 2), (2, 3)], length=[1000, 1000, second_length, second_length])


DEMAND = flow(0.8, 0, 1500, origin=0, destination=3)


def test_f1_two_equal_routes_share_the_traffic():
    found = dynamic_user_equilibrium(two_routes(1000.0), DEMAND, streams=Streams(1))
    assert [len(found.users(link)) for link in (0, 2)] == pytest.approx([600, 600], abs=60)
    assert found.travel_time == pytest.approx(np.full(1200, 100.0), abs=1e-6)
    assert found.gap == 0.0


def test_f2_nobody_takes_a_route_twice_as_long():
    found = dynamic_user_equilibrium(two_routes(2000.0), DEMAND, streams=Streams(1))
    assert [len(found.users(link)) for link in (0, 2)] == [1200, 0]
    assert found.travel_time == pytest.approx(np.full(1200, 100.0), abs=1e-6)


def test_f3_travelers_leave_a_route_that_has_become_slow():
    slow = Change(500.0, np.array([0, 1]), 0.25)
    found = follow_present_times(two_routes(2000.0), DEMAND, interval=100.0, changes=[slow])
    entry = [found.loading.enter[found.loading.link == link] for link in (0, 2)]
    # Until 600 s nobody can have noticed: 480 of the 500 +- 50. Afterwards 20 +- 100 take the slow route.
    assert np.count_nonzero(entry[0] < 900) == pytest.approx(500, abs=50)
    assert np.count_nonzero(entry[0] >= 900) <= 120
    assert np.count_nonzero(entry[1] >= 900) == pytest.approx(470, abs=47)
    assert len(entry[0]) + len(entry[1]) == 1200
    assert np.isfinite(found.loading.arrival).all()


def test_a_change_known_beforehand_is_avoided_in_time():
    slow = Change(500.0, np.array([0, 1]), 0.25)
    found = dynamic_user_equilibrium(two_routes(2000.0), DEMAND, streams=Streams(1), changes=[slow])
    first = DEMAND.departure[found.users(0)]
    # Who left x s before has 2000 - 20 x m to go at 5 m/s: x + (2000 - 20 x) / 5 = 200 s where x = 66.7.
    assert found.gap <= 0.01
    assert len(first) == pytest.approx(0.8 * 433.3, abs=10)
    assert first.max() < 470


HIGHWAY = network(
    [(0, 1), (1, 2), (2, 6), (4, 1), (3, 4), (4, 5), (5, 6)],
    length=[1000, 3000, 1000, 1000, 1000, 3000, 1000],
    speed=[20, 20, 20, 20, 10, 10, 10],
    lanes=[1, 1, 1, 1, 2, 2, 2],
    at_most=[np.inf, np.inf, 0.6, np.inf, np.inf, np.inf, np.inf],
)
"""A highway 0-1-2-6 whose last link takes 0.6 veh/s, and an arterial 3-4-5-6 with a ramp 4-1."""
BOTH = together(flow(0.3, 0, 3000, origin=0, destination=6), flow(1.2, 0, 3000, origin=3, destination=6))


@pytest.fixture(scope="module")
def day_to_day():
    return dynamic_user_equilibrium(HIGHWAY, BOTH, streams=Streams(1))


def test_f7_following_the_present_is_worse_than_equilibrium_and_that_worse_than_the_optimum(day_to_day):
    present = follow_present_times(HIGHWAY, BOTH)
    optimum = dynamic_system_optimum(HIGHWAY, BOTH, streams=Streams(1))
    assert present.total_time >= day_to_day.total_time >= optimum.total_time
    # The optimum lets 0.3 veh/s of the arterial onto the highway and nobody wait: 250, 350 and 500 s.
    assert optimum.total_time == pytest.approx(900 * 250 + 900 * 350 + 2700 * 500, rel=0.005)
    assert optimum.total_time == min(iteration.total_time for iteration in optimum.iterations)


def test_the_gap_shrinks_to_a_hundredth_and_used_routes_take_equally_long(day_to_day):
    assert day_to_day.gap <= 0.0125
    assert day_to_day.iterations[0].gap > 5 * day_to_day.gap
    arterial = np.intersect1d(day_to_day.users(4), np.flatnonzero(BOTH.departure > 1500))
    by_ramp = np.intersect1d(arterial, day_to_day.users(3))
    straight = np.setdiff1d(arterial, by_ramp)
    assert day_to_day.travel_time[straight] == pytest.approx(np.full(len(straight), 500.0), abs=5.0)
    # Fifty loadings leave some late ones on the ramp, who wait a little longer than they need.
    assert day_to_day.travel_time[by_ramp].mean() == pytest.approx(500.0, rel=0.05)


def test_the_same_seed_gives_the_same_ways(day_to_day):
    again = dynamic_user_equilibrium(HIGHWAY, BOTH, streams=Streams(1))
    assert again.iterations == day_to_day.iterations
    assert np.array_equal(again.path, day_to_day.path)


def test_travelers_without_a_way_are_told_and_hold_up_nobody():
    lost = flow(0.1, 0, 50, origin=3, destination=0)
    found = dynamic_user_equilibrium(two_routes(1000.0), together(lost, DEMAND), streams=Streams(1))
    assert found.unconnected.tolist() == [0, 1, 2, 3, 4]
    assert found.path[:5].tolist() == [-1] * 5
    assert np.isinf(found.travel_time[:5]).all()
    assert set(found.loading.traveler) == set(range(5, 1205))
    assert 0 not in found.users(0)


def test_a_case_of_traffic_is_assigned_with_all_that_happens_in_it(tmp_path):
    folder = write_case(
        tmp_path / "case",
        nodes=["0,0,0", "1,500,0", "2,1000,0"],
        links=["0,0,1,500,10,1,0.5,0.2", "1,1,2,500,10,1,0.5,0.2", "2,0,2,1500,10,1,0.5,0.2"],
        routes=["0,0,2,0 1"],
        trips=[f"{i},{2 * i}.0,0" for i in range(200)],
        signals=["1,60,0,15"],
    )
    case = load_traffic(folder)
    # The signal lets 0.125 veh/s through: the long way round, free of signals, takes the rest.
    found = dynamic_user_equilibrium(
        network_of(case), travelers_of(case), streams=Streams(1), load=case_loader(case), gap=0.02
    )
    assert np.isfinite(found.loading.arrival).all()
    assert found.iterations[0].total_time > found.total_time
    assert found.gap < 0.05
    assert len(found.users(2)) > 80
    bare = movement_loader(network_of(case), travelers_of(case))
    green = bare(found.paths, found.path)
    assert green.arrival[found.users(2)] == pytest.approx(found.loading.arrival[found.users(2)], abs=1e-9)


class StubRoads:
    """Two roads side by side, from node 0 to node 1: 100 s and 100 s plus 1 s for each user."""

    def __init__(self, departure):
        self.departure = departure

    def __call__(self, paths, path):
        n = len(path)
        crowd = np.bincount(paths.links[paths.first[path]], minlength=2)
        taken = np.where(paths.links[paths.first[path]] == 0, 1.0 * crowd[0], 100.0)
        return Loading(
            np.arange(n), paths.links[paths.first[path]].astype(np.int64), self.departure, self.departure + taken,
            self.departure + taken, float(self.departure.max()) + 200.0,
        )  # fmt: skip


def test_switching_finds_the_split_of_any_loader():
    roads = network([(0, 1), (0, 1)], length=[20.0, 2000.0])
    travelers = flow(1.0, 0, 300, origin=0, destination=1)
    found = dynamic_user_equilibrium(
        roads,
        travelers,
        streams=Streams(3),
        load=StubRoads(travelers.departure),
        gap=0.005,
        max_iterations=100,
    )
    assert len(found.users(0)) == pytest.approx(100, abs=2)


def test_those_who_switch_are_spread_evenly_over_the_departures():
    departure = np.arange(1000.0)[::-1]
    chosen = equilibrium._who_switches(
        np.zeros(1000, dtype=int), departure, np.full(1000, 0.1), Streams(5).get("a test")
    )
    assert np.diff(np.sort(departure[chosen])) == pytest.approx(np.full(99, 10.0), abs=1.0)
    nobody = equilibrium._who_switches(
        np.zeros(9, dtype=int), np.arange(9.0), np.zeros(9), Streams(5).get("a test")
    )
    assert not nobody.any()


def test_joining_a_queue_delays_others_until_it_has_dissolved():
    roads = network([(0, 1), (1, 2)], length=[1000.0, 1000.0], at_most=[np.inf, 0.4])
    travelers = flow(0.8, 0, 100, origin=0, destination=2)
    load = movement_loader(roads, travelers)
    book, path, _ = equilibrium.first_paths(
        roads, travelers, np.array([[0], [2]]), np.zeros(80, dtype=int), 0.0
    )
    loading = load(book.paths(), path)
    known = equilibrium._roads(roads, equilibrium._speeds(roads, ()), loading, travelers, 1.0)
    paid, _, _ = equilibrium._priced(known, book, np.zeros(80, dtype=int), travelers.departure, path)
    # 80 vehicles pass 0.4 veh/s from 50 s on, the last at 50 + 79 * 2.5 s: then the queue has dissolved.
    assert paid[1:] == pytest.approx(50 + 79 * 2.5 + 50 - travelers.departure[1:], abs=1e-6)


# A plain twin of the searches in time


class PlainRoads:
    """Stays as lists, times by the words of the docstrings."""

    def __init__(self, roads):
        self.roads = roads

    def stays(self, table, link):
        rows = range(table.first[link], table.first[link + 1])
        return [
            (table.enter[row], table.leave[row], table.is_delayed[row], table.queue_end[row]) for row in rows
        ]

    def through(self, table, link, time, alone):
        before = [stay for stay in self.stays(table, link) if stay[0] <= time]
        after = [stay for stay in self.stays(table, link) if stay[0] > time]
        if not before:
            return alone, 0.0
        enter, leave, is_delayed, queue_end = before[-1]
        leaves = max(alone, leave)
        if after and after[0][2]:
            part = (time - enter) / (after[0][0] - enter)
            leaves = max(leaves, leave + part * (after[0][1] - leave))
        return leaves, max(queue_end - leaves, 0.0) if is_delayed else 0.0

    def step(self, link, time, *, is_first):
        enter, caused = time, 0.0
        if is_first:
            enter, caused = self.through(self.roads.gates, link, time, time)
        alone = enter + self.roads.speeds.length[link] / self.roads.speeds.speed[0, link]
        leave, more = self.through(self.roads.stays, link, enter, alone)
        return leave, leave - time + self.roads.externality * (caused + more)

    def path(self, links, time):
        total = 0.0
        for place, link in enumerate(links):
            time, price = self.step(link, time, is_first=place == 0)
            total += price
        return time, total

    def ways(self, origin, destination, seen=()):
        if origin == destination:
            yield ()
            return
        for link in range(len(self.roads.to_node)):
            beyond = self.roads.to_node[link]
            if self.roads.from_node[link] == origin and beyond not in (*seen, origin):
                for rest in self.ways(beyond, destination, (*seen, origin)):
                    yield (link, *rest)


@st.composite
def loaded_roads(draw):
    n_nodes = draw(st.integers(3, 5))
    nodes = st.integers(0, n_nodes - 1)
    ends = draw(
        st.lists(st.tuples(nodes, nodes).filter(lambda e: e[0] != e[1]), min_size=2, max_size=9, unique=True)
    )
    ends.append((n_nodes - 1, 0))
    n = len(ends)
    roads = network(
        ends,
        length=draw(st.lists(st.integers(10, 60).map(float), min_size=n, max_size=n)),
        speed=10.0,
        at_most=np.array(draw(st.lists(st.integers(1, 8), min_size=n, max_size=n))) / 10,
    )
    trips = draw(
        st.lists(
            st.tuples(nodes, nodes, st.integers(0, 60)).filter(lambda t: t[0] != t[1]),
            min_size=1,
            max_size=40,
        )
    )
    # Nobody departs at the same moment as another.
    return roads, Travelers(*np.array(trips).T[:2], np.array(trips)[:, 2] / 2 + np.arange(len(trips)) / 100)


@settings(max_examples=40)
@given(loaded_roads(), st.sampled_from([0.0, 1.0]))
def test_ways_in_time_are_the_best_of_all_and_priced_as_their_plain_twin_prices_them(case, externality):
    network, travelers = case
    pairs, pair = np.unique(np.stack([travelers.origin, travelers.destination]), axis=1, return_inverse=True)
    book, path, is_connected = equilibrium.first_paths(network, travelers, pairs, pair, 0.0)
    goes = np.flatnonzero(is_connected)
    going = travelers.taken(goes)
    loading = movement_loader(network, going)(book.paths(), path)
    roads = equilibrium._roads(network, equilibrium._speeds(network, ()), loading, going, externality)
    plain = PlainRoads(roads)
    paid, _, least = equilibrium._priced(roads, book, pair[goes], going.departure, path)
    paths = book.paths()
    for traveler, departure in enumerate(going.departure):
        arrival, cost = plain.path(paths.of(path[traveler]), departure)
        assert paid[traveler] == pytest.approx(cost, abs=1e-9)
        if np.isfinite(loading.arrival[traveler]):
            # What a traveler would meet on his own way is what he met.
            assert arrival == pytest.approx(loading.arrival[traveler], abs=1e-6)
    assert np.all(least <= paid)
    cost, time, last_link = (
        np.empty(network.n_nodes),
        np.empty(network.n_nodes),
        np.empty(network.n_nodes, np.int32),
    )
    kernels.find_ways(roads, 0, 7.25, cost, time, last_link, reached(len(roads.to_node) + 1))
    for node in range(1, network.n_nodes):
        ways = [plain.path(way, 7.25) for way in plain.ways(0, node)]
        assert np.isfinite(cost[node]) == bool(ways)
        if ways and externality == 0.0:
            assert time[node] == pytest.approx(min(arrival for arrival, _ in ways), abs=1e-9)
        elif ways:
            assert cost[node] >= min(total for _, total in ways) - 1e-9
    for table in (roads.stays, roads.gates):
        for link in range(len(roads.to_node)):
            rows = slice(table.first[link], table.first[link + 1])
            assert np.all(table.queue_end[rows] >= table.leave[rows])
            assert all(a <= b for a, b in pairwise(table.enter[rows]))
