"""4F, who takes which exit (F14 to F16); the other rows are with the engine's knowledge and with assignment."""

import numpy as np
import pytest

from evacsim.engine.knowledge import Knowledge, RoadKnowledge, Timers, run_on
from evacsim.engine.movement import MoverColumns, NoticeKind
from evacsim.kernels.trees import incoming_links
from evacsim.streams import Streams
from tests.engine.roads import WALKER, records, road

FOOTWAY = {
    "free_speed": np.inf,
    "storage": np.inf,
    "wave_speed": np.inf,
    "overtaking": True,
    "capacity": 1.33,
}

# F14: twelve rooms along a corridor, numbered like its nodes; the main exit is at one end, the other at the other.

ROOMS, PLACES = 12, 12
MAIN, SECONDARY = ROOMS + PLACES, ROOMS + PLACES + 1
DOORS = [(room, ROOMS + room) for room in range(ROOMS)]
CORRIDOR = [(ROOMS + place, ROOMS + place + 1) for place in range(PLACES - 1)]
EXITS = [(ROOMS, MAIN), (ROOMS + PLACES - 1, SECONDARY)]
ENDS = [*DOORS, *CORRIDOR, *((b, a) for a, b in CORRIDOR), *EXITS]
TO_SECONDARY = {2, 5, 8, 11}
"""Rooms of the second exit; the exit of some is the farther one."""
PEOPLE = [*range(ROOMS), 11]
"""The room of each of 13 people."""


def floor():
    movement = road(ENDS, length=4.0, **FOOTWAY)
    return movement, [SECONDARY if room in TO_SECONDARY else MAIN for room in PEOPLE]


def exits_taken(movement):
    arrived = records(movement, NoticeKind.ARRIVED)
    return arrived["place"][np.argsort(arrived["mover"])].tolist()


def test_f14_everybody_takes_the_exit_of_the_plan_by_its_tree():
    movement, exits = floor()
    movement.add(MoverColumns(mode=WALKER, speed=1.2), origin_node=PEOPLE, tree=exits, depart_time=0.0)
    movement.advance(np.inf)
    assert exits_taken(movement) == exits
    assert len(set(PEOPLE) - TO_SECONDARY) == 8


def test_f14_everybody_takes_the_way_of_the_plan_link_by_link():
    movement, exits = floor()
    ways = [way(room, leave) for room, leave in zip(PEOPLE, exits, strict=True)]
    paths = movement.add_paths(np.cumsum([0, *map(len, ways)]), np.concatenate(ways))
    movement.add(MoverColumns(mode=WALKER, speed=1.2), origin_node=PEOPLE, path=paths, depart_time=0.0)
    movement.advance(np.inf)
    drained = movement.drain_records()
    for person, expected in enumerate(ways):
        own = drained[(drained["mover"] == person) & (drained["kind"] == NoticeKind.ENTERED)]
        assert own["place"].tolist() == expected
    arrived = drained[drained["kind"] == NoticeKind.ARRIVED]
    assert dict(zip(arrived["mover"].tolist(), arrived["place"].tolist(), strict=True)) == dict(
        enumerate(exits)
    )


def way(room, leave):
    """Return the links from a room to an exit."""
    along = [(ROOMS + p, ROOMS + p + 1) for p in range(room, PLACES - 1)]
    if leave == MAIN:
        along = [(ROOMS + p, ROOMS + p - 1) for p in range(room, 0, -1)]
    return [ENDS.index(ends) for ends in [(room, ROOMS + room), *along, EXITS[leave == SECONDARY]]]


# F15: exit 1 is near, exit 2 far; the near one closes a second after the start


HALL = [(0, 1), (1, 2), (1, 3)]
"""Into the hall, to exit 1 by node 2, to exit 2 by node 3."""


@pytest.mark.parametrize(
    ("knowledge", "arrival"), [(Knowledge.INFORMED, 5.0 + 20.0), (Knowledge.EYES, 5.0 + 20.0)]
)
def test_f15_who_finds_the_near_exit_shut_takes_the_other(knowledge, arrival):
    movement = road(HALL, length=[5.0, 10.0, 20.0], **FOOTWAY)
    ends, timers = np.array(HALL), Timers()
    network = incoming_links(4, ends[:, 0], ends[:, 1])
    known = RoadKnowledge(movement, network, movement.links.length, call_at=timers.call_at)
    eyes = knowledge == Knowledge.EYES
    person = movement.add(MoverColumns(mode=WALKER, speed=1.0, watched=True, asks=eyes), origin_node=0)
    tree = known.start(person, [2, 3], knowledge=knowledge)
    movement.send(person, origin_node=0, tree=tree, depart_time=0.0)
    run_on(movement, 1.0, timers, known)
    movement.change_links([1], {WALKER: 0.0}, now=1.0)
    known.roads_changed([1], np.inf)
    run_on(movement, np.inf, timers, known)
    (arrived,) = records(movement, NoticeKind.ARRIVED)
    assert arrived["place"] == 3
    assert arrived["time"] == pytest.approx(arrival, abs=1e-9)


# F16: two exits as far off as each other


def exits_by_familiarity(share_of_second):
    """Return how many of a thousand take each of two equal exits; each goes to the exit he knows."""
    movement = road([(0, 1), (0, 2)], length=20.0, **FOOTWAY)
    knows_second = Streams(6).get("familiar exit").random(1000) < share_of_second
    movement.add(MoverColumns(mode=WALKER, speed=1.3), origin_node=0, tree=1 + knows_second, depart_time=0.0)
    movement.advance(np.inf)
    taken = np.array(exits_taken(movement))
    assert np.array_equal(taken == 2, knows_second)
    return np.sum(taken == 1), np.sum(taken == 2)


def test_f16_where_half_know_each_exit_they_share_and_where_most_know_one_they_prefer_it():
    first, second = exits_by_familiarity(0.5)
    assert abs(first - second) / 1000 <= 0.1
    first, second = exits_by_familiarity(0.8)
    assert second == pytest.approx(800, abs=40)
