"""Where movers are is written down only from when somebody asks: the first question is answered as any later one."""

import numpy as np

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns, MoverState, NoticeKind

CAR = 1


def corridor_with_paths():
    """Return 120 cars on a corridor of three links, by a path: nothing but departures has been asked of it."""
    n_links = 3
    links = LinkColumns(
        from_node=np.arange(n_links),
        to_node=np.arange(n_links) + 1,
        length=np.full(n_links, 1000.0),
        free_speed=np.full(n_links, 20.0),
        capacity=np.array([0.8, 0.4, 0.8]),
        storage=np.array([200.0, 60.0, 200.0]),
        wave_speed=np.full(n_links, 5.0),
        overtaking=np.zeros(n_links, dtype=bool),
    )
    movement = Movement(n_nodes=n_links + 1, links=links, record_passages=True)
    path = movement.add_paths([0, n_links], np.arange(n_links))
    movement.add(
        MoverColumns(mode=CAR), origin_node=0, path=np.repeat(path, 120), depart_time=np.arange(120) / 0.8
    )
    return movement


def last_links(drained):
    """Return the link that each mover entered last."""
    entered = drained[drained["kind"] == NoticeKind.ENTERED]
    links = np.full(120, -1)
    links[entered["mover"]] = entered["place"]
    return links


def test_whoever_asks_first_on_the_way_hears_where_everybody_is():
    movement = corridor_with_paths()
    movement.advance(180.0)
    drained = movement.drain_records()
    found = movement.where(np.arange(120))
    is_moving = found.state == MoverState.MOVING
    assert {0, 1, 2} == set(found.link[is_moving].tolist())
    assert np.array_equal(found.link[is_moving], last_links(drained)[is_moving])
    movement.advance(260.0)
    later = movement.where(np.arange(120))
    is_moving = later.state == MoverState.MOVING
    after = last_links(np.concatenate([drained, movement.drain_records()]))
    assert np.array_equal(later.link[is_moving], after[is_moving])
    assert np.any(later.link != found.link)


def test_to_ask_changes_nothing_that_happens():
    silent, asked = corridor_with_paths(), corridor_with_paths()
    for time in (60.0, 120.0, 180.0):
        asked.advance(time)
        asked.where([0])
    for movement in (silent, asked):
        movement.advance(np.inf)
    one, other = silent.drain_records(), asked.drain_records()
    assert all(np.array_equal(one[name], other[name]) for name in one.dtype.names)


def test_the_first_change_takes_a_mover_off_its_own_link():
    movement = corridor_with_paths()
    movement.advance(180.0)
    drained = movement.drain_records()
    before = movement.on_links()
    entered = last_links(drained)
    mover = int(np.flatnonzero(entered == 1)[-1])
    movement.remove([mover])
    assert (before - movement.on_links()).tolist() == [0, 1, 0]
    assert movement.where([mover]).node.tolist() == [2]
    movement.advance(np.inf)
    assert movement.count(MoverState.ARRIVED) == 119
