"""What travelers know of closed roads: by radio, by their own eyes, not at all; and how long they wait."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evacsim.engine.knowledge import Knowledge, RoadKnowledge, Timers, run_on
from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, MoverState, NoticeKind
from evacsim.kernels.tree_turns import turn_states
from evacsim.kernels.trees import incoming_links, next_link_tree

CAR = 1
SPEED = 20.0
ROAD_AND_WAY_ROUND = [(0, 1), (0, 2), (2, 1)]
"""1 km straight on, or 2 km by node 2."""


class Roads:
    """Roads of 1 km, cars on them, and closures; a car takes 50 s for a road."""

    def __init__(self, ends, network=None, node_of=None):
        ends = np.array(ends)
        n = len(ends)
        self.links = LinkColumns(
            from_node=ends[:, 0],
            to_node=ends[:, 1],
            length=np.full(n, 1000.0),
            free_speed=np.full(n, SPEED),
            capacity=np.full(n, 0.8),
            storage=np.full(n, 200.0),
            wave_speed=np.full(n, 5.0),
            overtaking=np.zeros(n, dtype=bool),
        )
        self.n_nodes = int(ends.max()) + 1
        self.dry = self.links.length / SPEED
        self.movement = Movement(
            n_nodes=self.n_nodes, links=self.links, record_passages=True, node_of=node_of
        )
        self.timers = Timers()
        self.network = network or incoming_links(self.n_nodes, ends[:, 0], ends[:, 1])
        self.knowledge = RoadKnowledge(self.movement, self.network, self.dry, call_at=self.timers.call_at)

    def cars(self, times, *, target, knowledge=Knowledge.EYES, patience=0.0, origin=0):
        rows = self.movement.add(
            MoverColumns(mode=CAR, watched=True, asks=knowledge == Knowledge.EYES),
            origin_node=np.full(len(times), origin),
        )
        tree = self.knowledge.start(rows, target, knowledge=knowledge, patience=patience)
        self.movement.send(rows, origin_node=origin, tree=tree, depart_time=times)
        return rows

    def change(self, time, links, factor):
        """Close (0) or open (1) links at a time."""
        run_on(self.movement, time, self.timers, self.knowledge)
        self.movement.change_links(links, {CAR: factor}, now=time)
        cost = np.inf if factor == 0 else self.dry[links] / factor
        self.knowledge.roads_changed(links, cost)

    def run(self, until=np.inf):
        """Return all records up to a time."""
        run_on(self.movement, until, self.timers, self.knowledge)
        return self.movement.drain_records()


def times_of(records, kind, place=None):
    chosen = records[records["kind"] == kind]
    return chosen["time"][chosen["place"] == place].tolist() if place is not None else chosen["time"].tolist()


def entered(records, link):
    """Return when a link was entered, in the order of time."""
    is_entry = np.isin(records["kind"], (NoticeKind.ENTERED, NoticeKind.DEPARTED))
    chosen = records[is_entry & (records["place"] == link)]
    return np.unique(np.stack([chosen["time"], chosen["mover"].astype(float)], axis=1), axis=0)[:, 0].tolist()


@pytest.mark.parametrize("knowledge", [Knowledge.EYES, Knowledge.INFORMED])
def test_after_a_closure_at_600_s_nobody_else_uses_the_road(knowledge):
    """Departures each minute from 60 s; who enters at the very moment of the closure is on it (F8)."""
    roads = Roads(ROAD_AND_WAY_ROUND)
    cars = roads.cars(60.0 * np.arange(1, 31), target=1, knowledge=knowledge)
    roads.change(600.0, [0], 0.0)
    records = roads.run(3000.0)
    assert entered(records, 0) == [60.0 * k for k in range(1, 11)]
    assert entered(records, 1) == [60.0 * k for k in range(11, 31)]
    assert roads.movement.count(MoverState.ARRIVED) == 29  # all but the one on the closed road
    assert roads.movement.where(cars[9]).state[0] == MoverState.STOPPED


@pytest.mark.parametrize("knowledge", [Knowledge.EYES, Knowledge.INFORMED])
def test_a_road_that_opens_again_at_1800_s_is_used_again(knowledge):
    """As before; the one on the road goes on, and whoever departs from then on takes it (F9)."""
    roads = Roads(ROAD_AND_WAY_ROUND)
    roads.cars(60.0 * np.arange(1, 41) + 1.0, target=1, knowledge=knowledge)
    roads.change(600.0, [0], 0.0)
    roads.change(1800.0, [0], 1.0)
    records = roads.run()
    assert entered(records, 0) == [60.0 * k + 1 for k in [*range(1, 10), *range(30, 41)]]
    assert entered(records, 1) == [60.0 * k + 1 for k in range(10, 30)]
    assert roads.movement.count(MoverState.ARRIVED) == 40


@pytest.mark.parametrize("knowledge", list(Knowledge))
def test_who_leaves_a_road_at_the_moment_it_closes_has_left_it(knowledge):
    """One car reaches the end of its road at 50 s, when that road closes (F10)."""
    roads = Roads([(0, 1), (1, 2)])
    roads.cars([0.0], target=2, knowledge=knowledge)
    roads.change(50.0, [0], 0.0)
    assert times_of(roads.run(), NoticeKind.ARRIVED) == [100.0]


@pytest.mark.parametrize("knowledge", [Knowledge.EYES, Knowledge.INFORMED])
def test_who_departs_during_a_closure_takes_the_other_way_at_once(knowledge):
    """F11."""
    roads = Roads(ROAD_AND_WAY_ROUND)
    roads.cars([300.0], target=1, knowledge=knowledge)
    roads.change(200.0, [0], 0.0)
    records = roads.run()
    assert times_of(records, NoticeKind.DEPARTED, 1) == [300.0]
    assert times_of(records, NoticeKind.ARRIVED) == [400.0]


def test_two_closures_seen_one_after_the_other_are_both_remembered():
    """From 0 to 3 by 1 or by 2; one can go back from 1. Both ways are closed at their ends (F12)."""
    ends = [(0, 1), (1, 3), (1, 0), (0, 2), (2, 3), (2, 0)]
    roads = Roads(ends)
    (car,) = roads.cars([10.0], target=3)
    roads.change(0.0, [1, 4], 0.0)
    records = roads.run(1e5)
    assert roads.knowledge.known_closures(car) == {1, 4}
    assert roads.knowledge.n_reroutes(car) == 2
    assert times_of(records, NoticeKind.CUT_OFF) == [160.0]  # to 1, back, to 2
    assert times_of(records, NoticeKind.CUT_OFF, 2) == [160.0]
    roads.change(2e5, [0], 0.5)
    assert times_of(roads.run(3e5), NoticeKind.CUT_OFF) == []


def test_who_knows_nothing_waits_until_the_road_opens():
    roads = Roads(ROAD_AND_WAY_ROUND)
    roads.cars([300.0], target=1, knowledge=Knowledge.NOTHING)
    roads.change(200.0, [0], 0.0)
    roads.change(900.0, [0], 1.0)
    assert times_of(roads.run(), NoticeKind.ARRIVED) == [950.0]


@pytest.mark.parametrize(
    ("patience", "arrival"), [(0.0, 400.0), (120.0, 520.0), (599.0, 999.0), (601.0, 950.0), (np.inf, 950.0)]
)
def test_a_stubborn_driver_waits_his_patience_out(patience, arrival):
    """He stands before the road from 300 s on, and it opens at 900 s; the way round takes 50 s longer."""
    roads = Roads(ROAD_AND_WAY_ROUND)
    (car,) = roads.cars([300.0], target=1, patience=patience)
    roads.change(200.0, [0], 0.0)
    roads.change(500.0, [1], 1.0)  # another road changes, which makes everybody ask again
    roads.change(900.0, [0], 1.0)
    assert times_of(roads.run(), NoticeKind.ARRIVED) == [arrival]
    assert roads.knowledge.n_reroutes(car) == (patience < 600.0)


def test_patience_begins_anew_where_a_road_opens_in_between():
    """At 500 s the first of two cars enters; the road closes again 1 s later, too soon for the second."""
    roads = Roads(ROAD_AND_WAY_ROUND)
    roads.cars([300.0, 300.0], target=1, patience=250.0)
    roads.change(200.0, [0], 0.0)
    roads.change(500.0, [0], 1.0)
    roads.change(501.0, [0], 0.0)
    assert times_of(roads.run(1e5), NoticeKind.ARRIVED) == [851.0]


def test_who_is_stopped_on_a_road_knows_of_it_and_of_its_opening():
    roads = Roads(ROAD_AND_WAY_ROUND)
    (car,) = roads.cars([0.0], target=1)
    roads.change(20.0, [0], 0.0)
    roads.run(30.0)
    assert roads.knowledge.known_closures(car) == {0}
    roads.change(100.0, [0], 1.0)
    assert times_of(roads.run(), NoticeKind.ARRIVED) == [130.0]
    assert roads.knowledge.known_closures(car) == frozenset()


def test_the_informed_are_told_while_under_way():
    """The road from 2 to 3 closes at 30 s. Who hears of it turns off at 1, by 5 and 6; who does not drives on."""
    ends = [(0, 1), (1, 2), (2, 3), (1, 5), (5, 6), (6, 3), (2, 4), (4, 7), (7, 3)]
    arrivals = []
    for knowledge in (Knowledge.INFORMED, Knowledge.EYES):
        roads = Roads(ends)
        roads.cars([0.0], target=3, knowledge=knowledge)
        roads.change(30.0, [2], 0.0)
        arrivals += times_of(roads.run(), NoticeKind.ARRIVED)
    assert arrivals == [200.0, 250.0]


def test_cars_drive_round_the_block_where_a_turn_is_banned():
    """Nobody may turn from 0-1 into 1-2; by 3 and 4 one comes to node 1 from another side. 4-2 is closed."""
    ends = np.array([(0, 1), (1, 2), (1, 3), (3, 4), (4, 1), (4, 2)])
    states = turn_states(5, ends[:, 0], ends[:, 1], [(0, 1)])
    roads = Roads(
        np.stack([ends[:, 0], states.to_state], axis=1), network=states.incoming(), node_of=states.node
    )
    goal = states.states_at([2])
    roads.change(0.0, [5], 0.0)
    roads.cars([0.0], target=goal, knowledge=Knowledge.INFORMED)
    roads.cars([1000.0], target=goal, knowledge=Knowledge.EYES)
    records = roads.run(1e4)
    assert records["place"][records["kind"] == NoticeKind.ENTERED].tolist() == [
        *(0, 2, 3, 4, 1),  # the radio knows that 4-2 is closed
        *(0, 2, 3, 4, 1),  # the eyes see it at 4
    ]
    assert times_of(records, NoticeKind.HELD, 5) == [1150.0]
    assert times_of(records, NoticeKind.ARRIVED) == [250.0, 1250.0]


GRID = [(a, b) for a in range(9) for b in range(9) if abs(a % 3 - b % 3) + abs(a // 3 - b // 3) == 1]


@given(
    closed=st.lists(st.integers(0, len(GRID) - 1), unique=True, max_size=20),
    patience=st.sampled_from([0.0, 0.0, 30.0]),
)
def test_whoever_goes_by_his_eyes_arrives_if_there_is_a_way_or_is_cut_off_once(closed, patience):
    roads = Roads(GRID)
    roads.change(0.0, closed, 0.0)
    cars = roads.cars([1.0, 100.0, 200.0], target=8, patience=patience)
    records = roads.run(1e6)
    for car in cars:
        own = records[records["mover"] == car]
        ends = own["kind"][np.isin(own["kind"], (NoticeKind.ARRIVED, NoticeKind.CUT_OFF))]
        assert len(ends) == 1
        assert roads.knowledge.known_closures(car) <= set(closed)
        assert roads.knowledge.n_reroutes(car) == len(roads.knowledge.known_closures(car)) <= len(GRID)
        used = own["place"][np.isin(own["kind"], (NoticeKind.ENTERED, NoticeKind.DEPARTED))]
        assert not set(used.tolist()) & set(closed)
        if ends[0] == NoticeKind.CUT_OFF:
            stands_at = int(roads.movement.where(car).node[0])
            cost = roads.dry.copy()
            cost[closed] = np.inf
            assert np.isinf(next_link_tree(roads.network, [8], cost)[1][stands_at])


def test_trees_that_nobody_follows_give_their_place_to_others():
    roads = Roads(GRID)
    for car in range(200):
        closed = np.random.default_rng(car).choice(len(GRID), 8, replace=False)
        start = 10_000.0 * car
        roads.change(start, closed, 0.0)
        roads.cars([start], target=8)
        roads.change(start + 5000.0, closed, 1.0)
    roads.run(3e6)
    assert roads.movement.n_trees < 150
