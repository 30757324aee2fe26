"""What can happen to a mover on its way: closures, new trees, other speeds, removal, the next leg."""

import pickle

import numpy as np
import pytest

from evacsim.engine.movement import MoverColumns, MoverState, Notice, NoticeKind
from evacsim.kernels.arrays import ACT, ARRIVED, LINK, MOVER, NO_WAY, ROAD
from tests.engine.roads import BUS, CAR, CORRIDOR, WALKER, cars, entries, records, road, tree_to

TWO_WAYS = [(0, 1), (1, 3), (0, 2), (2, 3)]  # the way over node 1 has the smaller keys


def told(movement, until):
    """Return all notices until then."""
    notices = []
    while (notice := movement.advance(until)) is not None:
        notices.append(notice)
    return notices


# Speeds and closures


def test_a_mover_under_way_covers_the_rest_at_its_new_speed():
    movement = road([(0, 1)], length=100.0, free_speed=10.0)
    cars(movement, [0.0], target=1)
    movement.advance(4.0)
    movement.change_links([0], {CAR: 0.5}, now=4.0)
    movement.advance(6.0)
    movement.change_links([0], {CAR: 0.25, WALKER: 0.0}, now=6.0)
    movement.advance(np.inf)
    assert records(movement, NoticeKind.ARRIVED)["time"].tolist() == [6.0 + 50 / 2.5]


def test_b8_half_the_speed_takes_twice_the_time():
    movement = road([(0, 1)], length=100.0, free_speed=np.inf, overtaking=True)
    movement.change_links([0], {WALKER: 0.5}, now=0.0)
    movement.add(MoverColumns(mode=WALKER, speed=1.25), origin_node=0, tree=1, depart_time=[0.0])
    movement.advance(np.inf)
    assert records(movement, NoticeKind.ARRIVED)["time"].tolist() == [160.0]


@pytest.mark.parametrize("overtaking", [False, True])
def test_a_mover_stops_where_its_link_closes_and_resumes_with_the_way_left(overtaking):
    movement = road([(0, 1)], length=100.0, free_speed=10.0, overtaking=overtaking)
    cars(movement, [0.0], target=1, watched=True)
    movement.advance(4.0)
    movement.change_links([0], {CAR: 0.0}, now=4.0)
    assert told(movement, 100.0) == [Notice(4.0, NoticeKind.STOPPED, 0, 0)]
    assert movement.where(0).state == MoverState.STOPPED
    movement.change_links([0], {CAR: 0.5}, now=100.0)
    assert told(movement, 200.0) == [
        Notice(100.0, NoticeKind.RESUMED, 0, 0),
        Notice(112.0, NoticeKind.ARRIVED, 0, 1),
    ]


@pytest.mark.parametrize(("overtaking", "arrival"), [(False, 108.75), (True, 17.5)])
def test_a_stopped_mover_blocks_those_behind_only_where_nobody_can_pass(overtaking, arrival):
    movement = road([(0, 1)], length=100.0, free_speed=10.0, overtaking=overtaking)
    movement.add(
        MoverColumns(mode=[CAR, BUS], size=[1.0, 2.0]), origin_node=0, tree=1, depart_time=[0.0, 7.5]
    )
    movement.change_links([0], {CAR: 0.0}, now=2.5)
    movement.change_links([0], {CAR: 1.0}, now=100.0)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    assert arrived["time"][arrived["mover"] == 1].tolist() == [arrival]


def test_f10_whoever_can_leave_at_the_very_moment_of_closing_has_left():
    for moment in (10.0, np.nextafter(10.0, 0.0)):
        movement = road(CORRIDOR, length=100.0, free_speed=10.0)
        cars(movement, [0.0], target=2, watched=True)
        movement.change_links([0], {CAR: 0.0}, now=moment)
        movement.advance(15.0)
        assert movement.where(0).state == (MoverState.MOVING if moment == 10.0 else MoverState.STOPPED)
        movement.change_links([0], {CAR: 1.0}, now=30.0)
        assert told(movement, 100.0)[-1].kind == NoticeKind.ARRIVED


def test_f10_a_link_that_closes_as_one_arrives_at_it_holds_it_until_it_opens():
    movement = road(CORRIDOR, length=100.0, free_speed=10.0)
    cars(movement, [0.0], target=2)
    movement.advance(9.0)
    movement.change_links([1], {CAR: 0.0}, now=9.0)
    movement.advance(50.0)
    assert movement.where(0).link == 0
    movement.change_links([1], {CAR: 1.0}, now=50.0)
    movement.advance(np.inf)
    assert records(movement, NoticeKind.ARRIVED)["time"].tolist() == [60.0]


def test_f10_closing_and_opening_at_one_instant_changes_nothing():
    movement = road(CORRIDOR, length=100.0, free_speed=10.0)
    cars(movement, [0.0, 5.0], target=2)
    for moment in (5.0, 10.0):
        movement.change_links([0, 1], {CAR: 0.0}, now=moment)
        movement.change_links([0, 1], {CAR: 1.0}, now=moment)
    movement.advance(np.inf)
    assert records(movement, NoticeKind.ARRIVED)["time"].tolist() == [20.0, 25.0]


def test_a_gap_stays_on_its_way_while_a_link_has_no_limit_of_storage_for_some_time():
    movement = road(CORRIDOR, length=[100.0, 1000.0], storage=[2.0, 200.0], capacity=[0.8, 0.1])
    cars(movement, [0.0, 0.0, 17.0, 17.0], target=2)
    movement.advance(6.0)  # the first has left at 5 s; its gap comes to the entrance at 25 s
    movement.change_links([0], storage=np.inf, now=6.0)
    movement.change_links([0], storage=2.0, now=16.0)  # the second left at 15 s and nobody needed its room
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert entries(drained, 0) == pytest.approx([0.0, 1.25, 17.0, 25.0])
    assert entries(drained, 1) == pytest.approx([5.0, 15.0, 25.0, 35.0])


def test_f11_whoever_departs_during_a_closure_takes_the_way_that_is_open():
    movement = road(TWO_WAYS)
    movement.change_links([1], {CAR: 0.0}, now=0.0)
    movement.set_tree(3, tree_to(movement, [3], closed=[1]))
    cars(movement, [10.0], target=3)
    movement.advance(np.inf)
    entered = records(movement, NoticeKind.ENTERED)
    assert entered["place"].tolist() == [2, 3]


def test_f8_f9_a_closed_road_is_used_before_and_after_only():
    movement = road(TWO_WAYS)
    cars(movement, np.arange(0.0, 2400.0, 60.0), target=3)
    movement.change_links([0, 1], {CAR: 0.0}, now=599.0)
    movement.set_tree(3, tree_to(movement, [3], closed=[0, 1]))
    movement.change_links([0, 1], {CAR: 1.0}, now=1799.0)
    movement.set_tree(3, tree_to(movement, [3]))
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert [len(entries(drained, link)) for link in (0, 2)] == [20, 20]
    assert np.sum(entries(drained, 0) < 600.0) == 10
    assert movement.count(MoverState.ARRIVED) == 40


def test_f12_whoever_finds_no_way_on_is_cut_off_and_does_not_block_the_road():
    movement = road(TWO_WAYS)
    cars(movement, [0.0, 5.0], target=[3, 1], watched=True)
    movement.change_links([1], {CAR: 0.0}, now=20.0)
    movement.set_tree(3, tree_to(movement, [3], closed=[1]))
    movement.change_links([3], {CAR: 0.0}, now=40.0)
    movement.set_tree(3, tree_to(movement, [3], closed=[1, 3]))
    assert told(movement, np.inf) == [
        Notice(50.0, NoticeKind.CUT_OFF, 0, 1),
        Notice(55.0, NoticeKind.ARRIVED, 1, 1),
    ]


def test_a_mover_without_a_way_from_home_is_cut_off_when_it_departs():
    movement = road([(0, 1)])
    cars(movement, [7.0], origin=1, target=0, watched=True)
    assert told(movement, 100.0) == [Notice(7.0, NoticeKind.CUT_OFF, 0, 1)]
    assert movement.on_links().tolist() == [0]


def test_those_who_wait_for_a_full_link_turn_to_another_when_their_tree_does():
    movement = road(TWO_WAYS, storage=[3.0, 1.0, 200.0, 200.0], length=[30.0, 1000.0, 1000.0, 1000.0])
    cars(movement, np.zeros(10), target=3)
    movement.change_links([1], {CAR: 0.05}, now=1.0)  # 1000 s
    movement.advance(60.0)
    assert movement.count(MoverState.WAITING) == 6  # one on the slow link, three behind it
    movement.set_tree(3, tree_to(movement, [3], closed=[0]))
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert entries(drained, 2) == pytest.approx(60.0 + 1.25 * np.arange(6))
    assert entries(drained, 2).tolist() == sorted(entries(drained, 2))
    assert movement.count(MoverState.ARRIVED) == 10


def test_a_closed_first_link_keeps_nobody_from_departing_another_way():
    movement = road([(0, 1), (0, 2)])
    movement.change_links([0], {CAR: 0.0}, now=0.0)
    cars(movement, [0.0, 1.0], target=[1, 2])
    movement.advance(100.0)
    assert movement.where([0, 1]).state.tolist() == [MoverState.WAITING, MoverState.ARRIVED]
    movement.change_links([0], {CAR: 1.0}, now=100.0)
    movement.advance(np.inf)
    assert records(movement, NoticeKind.ARRIVED)["time"].tolist() == [51.0, 150.0]


# Departing, arriving, going again


def test_a_mover_that_is_where_it_wants_to_be_arrives_at_once():
    movement = road([(0, 1)])
    cars(movement, [3.0], origin=1, target=1, watched=True)
    assert movement.advance(10.0) == Notice(3.0, NoticeKind.ARRIVED, 0, 1)
    assert movement.now == 3.0
    assert movement.advance(10.0) is None
    assert movement.now == 10.0


def test_a_bus_shuttles():
    movement = road([(0, 1), (1, 0)], length=200.0)  # 10 s
    bus = cars(movement, np.inf, target=0, mode=BUS, size=2.0, watched=True)
    assert movement.where(bus).state == MoverState.IDLE
    movement.send(bus, origin_node=0, tree=1, depart_time=5.0)
    times = []
    for _ in range(4):
        notice = movement.advance(1000.0)
        times.append(notice.time)
        movement.send(
            bus,
            origin_node=notice.place,
            tree=1 - notice.place,
            depart_time=notice.time + 20.0,
            people=40 * notice.place,
        )
        assert movement.people(MoverState.SCHEDULED) == 40 * notice.place
    assert times == [15.0, 45.0, 75.0, 105.0]
    assert movement.people_entries().sum(axis=1).tolist() == [1, 80]


def test_a_departure_can_be_put_off_and_brought_forward():
    movement = road([(0, 1)])
    rows = cars(movement, [100.0, 100.0, 100.0, 30_000.0, 100.0 + 4096.0], target=1)
    movement.send(rows[0], origin_node=0, tree=1, depart_time=300.0)
    movement.send(rows[2:4], origin_node=0, tree=1, depart_time=[30.0, 20_000.0])
    movement.advance(np.inf)
    assert records(movement, NoticeKind.DEPARTED)["time"].tolist() == [30.0, 100.0, 300.0, 4196.0, 20_000.0]


def test_a_mover_under_way_can_be_redirected():
    movement = road([(0, 1), (1, 2), (1, 3)])
    cars(movement, [0.0, 0.0], target=2)
    movement.advance(10.0)
    movement.redirect([1], tree=3)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    assert dict(zip(arrived["mover"].tolist(), arrived["place"].tolist(), strict=True)) == {0: 2, 1: 3}


@pytest.mark.parametrize("overtaking", [False, True])
def test_whoever_is_redirected_asks_again_and_nobody_else_who_is_held(overtaking):
    movement = road([(0, 2), (1, 2), (2, 3), (2, 4)], overtaking=overtaking)
    movement.change_links([2], {CAR: 0.0}, now=0.0)
    cars(movement, [0.0], origin=0, target=3, asks=True)
    cars(movement, [0.0], origin=1, target=3, asks=True)
    held = [Notice(50.0, NoticeKind.HELD, mover, 2) for mover in (0, 1)]
    assert told(movement, 60.0) == held
    movement.redirect([0], tree=3)  # the closed way once more
    assert told(movement, 70.0) == [held[0]._replace(time=60.0)]
    movement.redirect([0], tree=4)
    assert told(movement, 130.0) == []
    assert movement.where([0, 1]).state.tolist() == [MoverState.ARRIVED, MoverState.MOVING]
    movement.change_links([2], {CAR: 1.0}, now=130.0)
    movement.advance(np.inf)
    assert movement.where([0, 1]).node.tolist() == [4, 3]


def test_movement_stops_right_after_each_watched_notice():
    movement = road([(0, 1)])
    cars(movement, [0.0, 2.0, 4.0], target=1, watched=[False, True, True])
    assert movement.advance(1000.0) == Notice(52.0, NoticeKind.ARRIVED, 1, 1)
    assert movement.count(MoverState.ARRIVED) == 2
    assert movement.advance(53.0) is None
    assert movement.advance(1000.0) == Notice(54.0, NoticeKind.ARRIVED, 2, 1)


def test_a_mover_can_turn_back_at_the_moment_at_which_it_enters():
    movement = road([(0, 1)], length=37.3, free_speed=7.7)
    rows = cars(movement, [60.0], target=1)
    movement.advance(60.0)
    movement.turn_back(rows)
    movement.advance(np.inf)
    assert records(movement, NoticeKind.ARRIVED)["time"] == pytest.approx(
        [60.0 + 1.25 + 37.3 / 7.7]  # the entrance is still busy
    )


def test_a_mover_that_turns_back_after_it_got_a_new_path_takes_its_link_again():
    movement = road([(0, 1), (1, 2), (1, 3)])
    cars(movement, [0.0], target=2)
    (path,) = movement.add_paths([0, 1], [2])
    movement.advance(10.0)
    movement.redirect([0], path=path)
    movement.turn_back([0])
    movement.advance(np.inf)
    drained = movement.drain_records()
    assert drained["place"][drained["kind"] == NoticeKind.ENTERED].tolist() == [0, 0, 2]
    assert drained["place"][drained["kind"] == NoticeKind.ARRIVED].tolist() == [3]


def test_movers_turn_back_each_by_its_own_path_old_or_new_or_done():
    movement = road([(0, 1), (1, 2), (1, 3)])
    old, new, done = movement.add_paths([0, 2, 3, 4], [0, 1, 2, 0])
    rows = movement.add(MoverColumns(mode=CAR), origin_node=0, path=[old, old, done], depart_time=[0.0] * 3)
    movement.advance(10.0)
    movement.redirect([rows[1]], path=new)
    for moment in (10.0, 20.0):  # twice: the path that was put together is stepped back over as any other
        movement.advance(moment)
        movement.turn_back(rows)
    movement.advance(np.inf)
    arrived = records(movement, NoticeKind.ARRIVED)
    assert dict(zip(arrived["mover"].tolist(), arrived["place"].tolist(), strict=True)) == {0: 2, 1: 3, 2: 1}


# Removing


def test_a_removed_mover_leaves_the_order_and_its_room_behind():
    movement = road(CORRIDOR, storage=[3.0, 200.0], length=[100.0, 1000.0], capacity=[0.8, 0.05])
    cars(movement, np.zeros(8), target=2)
    movement.advance(50.0)
    movement.remove([4])  # behind mover 3 on link 0
    movement.advance(np.inf)
    drained = movement.drain_records()
    # Link 0 holds three; a gap takes 20 s, and that of mover 4 sets out as it is removed, at 50 s.
    assert entries(drained, 0) == pytest.approx([0.0, 1.25, 2.5, 25.0, 45.0, 65.0, 70.0, 85.0])
    assert entries(drained, 1) == pytest.approx(5.0 + 20.0 * np.arange(7))
    assert drained["mover"][drained["kind"] == NoticeKind.ARRIVED].tolist() == [0, 1, 2, 3, 5, 6, 7]
    assert movement.where(4).state == MoverState.REMOVED


def test_whoever_is_removed_waiting_scheduled_or_arrived_is_gone():
    movement = road([(0, 1)], capacity=0.1)
    cars(movement, [0.0, 0.0, 0.0, 500.0, 0.0], target=[1, 1, 1, 1, 0])
    movement.advance(1.0)
    movement.remove([1, 3, 4])
    movement.remove([1])
    movement.advance(np.inf)
    assert records(movement, NoticeKind.ARRIVED)["mover"].tolist() == [4, 0, 2]
    assert [movement.count(state) for state in (MoverState.REMOVED, MoverState.ARRIVED)] == [3, 2]


def test_room_is_all_there_again_when_everybody_has_gone():
    movement = road(CORRIDOR, storage=[10.0, 5.0], capacity=[0.8, 0.1], overtaking=[False, True])
    cars(movement, np.linspace(0, 100, 60), target=2, size=np.resize([1.0, 2.5, 0.25], 60))
    movement.advance(150.0)
    movement.change_links([1], {CAR: 0.0}, now=150.0)
    movement.remove(np.arange(0, 60, 3))
    movement.change_links([1], {CAR: 1.0}, now=200.0)
    movement.advance(np.inf)
    assert movement.on_links().tolist() == [0, 0]
    later = movement.now + 1000.0
    cars(movement, np.full(12, later), target=2)
    movement.advance(later + 15.0)  # ten headways, and nobody has left yet
    assert movement.on_links().tolist() == [10, 0]


def test_nobody_hears_of_a_mover_that_was_removed():
    movement = road([(0, 1)])
    cars(movement, [0.0, 2.0], target=1, watched=True)
    movement.advance(10.0)
    movement.change_links([0], {CAR: 0.0}, now=10.0)
    movement.remove([0])
    assert told(movement, 100.0) == [Notice(10.0, NoticeKind.STOPPED, 1, 0)]


# Counts and scale


def test_the_way_left_is_known_at_any_moment():
    movement = road(CORRIDOR, capacity=[0.8, 0.1])
    cars(movement, [0.0, 0.0, 500.0], target=2)
    movement.advance(20.0)
    assert movement.way_left([0, 1, 2]) == pytest.approx([600.0, 625.0, 0.0])
    movement.change_links([0], {CAR: 0.0}, now=30.0)
    movement.advance(40.0)
    assert movement.way_left([0, 1]) == pytest.approx([400.0, 425.0])
    movement.change_links([0], {CAR: 0.5}, now=40.0)
    movement.advance(50.0)
    assert movement.way_left([0, 1]) == pytest.approx([300.0, 325.0])
    movement.advance(85.0)  # the second is held up at the end of its link
    assert movement.way_left([0, 1]) == pytest.approx([900.0, 0.0])


def test_trees_in_use_are_those_that_somebody_follows_or_will_follow():
    movement = road([(0, 1), (1, 2), (2, 3)])
    cars(movement, [0.0, 100.0, 0.0, np.inf, 0.0], target=[1, 2, 3, 0, 3])
    movement.advance(60.0)
    movement.remove([4])
    assert movement.trees_in_use().tolist() == [2, 3]


def test_movement_saved_and_read_again_goes_on_as_if_nothing_had_happened():
    def begin():
        movement = road(TWO_WAYS, storage=5.0, capacity=[0.8, 0.1, 0.8, 0.2])
        cars(movement, np.arange(60.0), target=3, watched=np.resize([True, False], 60))
        movement.advance(30.0)
        movement.change_links([1], {CAR: 0.1}, now=30.0)
        return movement

    movement, restored = begin(), pickle.loads(pickle.dumps(begin()))
    assert told(restored, np.inf) == told(movement, np.inf)
    assert np.array_equal(restored.drain_records(), movement.drain_records())


def test_entries_are_counted_by_link_and_time_bin_for_as_long_as_it_takes():
    movement = road(CORRIDOR, bin_length=100.0)
    cars(movement, [0.0, 99.0, 100.0, 30_000.0], target=2, people=[3, 1, 2, 4])
    movement.advance(np.inf)
    assert movement.entries()[0, [0, 1, 300]].tolist() == [2, 1, 1]
    assert movement.people_entries()[1, [0, 1, 300]].tolist() == [3, 3, 4]
    assert movement.entries().sum() == 8


def test_movers_are_added_three_hundred_thousand_at_once():
    movement = road([(0, 1)], record_passages=False)
    cars(movement, [0.0], target=1)
    departures = np.random.default_rng(1).uniform(0, 7200, 300_000)
    rows = cars(movement, departures, target=1)
    movement.advance(0.0)
    assert rows[-1] == 300_000
    assert movement.count(MoverState.SCHEDULED) == 300_000


def test_a_mover_is_one_cache_line_and_a_link_takes_160_bytes():
    assert (
        MOVER.itemsize,
        LINK.itemsize + ROAD.itemsize + 2 * ACT.itemsize,
    ) == (
        64,
        160,
    )


def test_what_makes_no_sense_is_refused():
    movement = road([(0, 1)])
    rows = cars(movement, [0.0], target=1)
    movement.advance(10.0)
    with pytest.raises(AssertionError, match="on the road"):
        movement.send(rows, origin_node=0, tree=1, depart_time=20.0)
    with pytest.raises(AssertionError, match="in the past"):
        cars(movement, [5.0], target=1)
    with pytest.raises(AssertionError, match="speed factor"):
        movement.change_links([0], {CAR: 1.5}, now=10.0)
    with pytest.raises(AssertionError, match="asked back"):
        movement.advance(5.0)
    with pytest.raises(AssertionError, match="leaves a node"):
        movement.set_tree(0, np.array([NO_WAY, 0], dtype=np.int32))
    with pytest.raises(AssertionError, match="room for less"):
        road([(0, 1)], storage=0.5)
    movement.set_tree(0, np.array([ARRIVED, NO_WAY], dtype=np.int32))
