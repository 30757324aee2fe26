"""A busy grid of one-way streets in both directions: queues, merges, a closure and a slow road."""

import hashlib

import numpy as np

from evacsim.engine.movement import LinkColumns, Movement, MoverColumns
from evacsim.kernels.trees import incoming_links, next_link_tree

CAR = 1
SIDE = 6
N_CARS = 1500
END = 3000.0
CHANGES = (
    (200.0, [3, 17, 40], {CAR: 0.0}),
    (350.0, [8, 9], {CAR: 0.3}),
    (700.0, [3, 17, 40], {CAR: 1.0}),
)
"""Time, links and speed factors."""


def busy_grid():
    """Return movement with all its cars sent, at time 0."""
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:])]
    ends = np.concatenate(
        [np.stack([a.ravel(), b.ravel()], 1) for f, s in pairs for a, b in [(f, s), (s, f)]]
    )
    n_links = len(ends)
    draws = np.random.default_rng(3)
    length = draws.uniform(100.0, 200.0, n_links)
    movement = Movement(
        n_nodes=SIDE * SIDE,
        links=LinkColumns(
            from_node=ends[:, 0],
            to_node=ends[:, 1],
            length=length,
            free_speed=np.full(n_links, 12.5),
            capacity=np.full(n_links, 0.5),
            storage=np.floor(length * 0.2),
            wave_speed=np.full(n_links, 3.125),
            overtaking=np.zeros(n_links, dtype=bool),
        ),
        n_trees=2,
        record_passages=True,
    )
    incoming = incoming_links(SIDE * SIDE, ends[:, 0], ends[:, 1])
    for tree, target in enumerate((0, SIDE * SIDE - 1)):
        movement.set_tree(tree, next_link_tree(incoming, np.array([target]), length)[0])
    movement.add(
        MoverColumns(mode=CAR, size=draws.choice([1.0, 1.0, 2.5], N_CARS)),
        origin_node=draws.integers(0, SIDE * SIDE, N_CARS),
        tree=draws.integers(0, 2, N_CARS),
        depart_time=draws.uniform(0.0, 600.0, N_CARS),
    )
    return movement


def run(movement, *, cuts=(), until=END):
    """Go on to `until`, in pieces if there are cuts, and return the records since the last time."""
    changes = {time: change for time, *change in CHANGES if movement.now < time <= until}
    for time in sorted({*cuts, *changes, until}):
        movement.advance(time)
        if time in changes:
            links, factors = changes[time]
            movement.change_links(links, factors, now=time)
    return movement.drain_records()


def digest(records):
    """Return the SHA-256 of all records."""
    told = hashlib.sha256()
    for name in ("time", "mover", "place", "kind"):
        told.update(np.ascontiguousarray(records[name]).tobytes())
    return told.hexdigest()
