"""What the state of movement takes: bytes a mover, a storage place and a link, as `engine.movement` says."""

import numpy as np
import pytest

from evacsim.engine.movement import MoverState
from evacsim.kernels.arrays import NONE, RUN
from tests.engine.roads import cars, road

PER_MOVER, PER_SLOT, PER_LINK = 64, 24, 160
FOR_LINKS = ("links", "fronts", "roads", "gates", "acts")
"""Arrays with a row for each link (`acts`: two), or for each junction."""


def size_of(movement, *names):
    """Return the bytes that arrays of the state take."""
    traffic = movement._store.traffic
    return sum(getattr(traffic, name).nbytes for name in names if hasattr(traffic, name))


def chain(n_links, **columns):
    """Return movement on a road of many links, with the tree to its end alone."""
    movement = road([(0, 1)])
    links = movement.links
    nodes = np.arange(n_links)
    wide = {
        name: np.resize(column, n_links) for name, column in links._asdict().items() if column is not None
    }
    wide |= {"from_node": nodes, "to_node": nodes + 1}
    wide |= {name: np.full(n_links, value) for name, value in columns.items()}
    long = type(movement)(n_nodes=n_links + 1, links=type(links)(**wide), n_trees=1, duration=300.0)
    long.set_tree(0, np.append(nodes, -2).astype(np.int32))
    return long


@pytest.mark.parametrize("n", [1_000, 20_000])
def test_a_link_takes_160_bytes(n):
    assert size_of(chain(n), *FOR_LINKS) == PER_LINK * n


def test_a_link_that_is_a_footway_takes_72_more():
    movement = chain(1_000, overtaking=True)
    assert size_of(movement, *FOR_LINKS, "extras") <= (PER_LINK + 72) * 1_000


def test_a_mover_takes_64_bytes_wherever_it_is():
    movement = chain(100)
    rows = cars(movement, np.repeat(np.linspace(0, 500, 500), 20), target=0)
    assert size_of(movement, "movers") == PER_MOVER * len(rows)
    movement.advance(1_000.0)
    assert size_of(movement, "movers") == PER_MOVER * len(rows)


def test_who_waits_to_depart_takes_no_place_in_the_heap():
    movement = chain(100)
    before = size_of(movement, "heap")
    cars(movement, np.linspace(10, 5_000, 10_000), target=0)
    assert size_of(movement, "heap") == before
    movement.advance(5_500.0)
    assert size_of(movement, "heap") == before
    assert movement.count(MoverState.ARRIVED) > 0


def test_any_number_may_depart_at_once():
    movement = chain(100)
    cars(movement, np.full(10_000, 10.0), target=0)
    cars(movement, np.zeros(10_000), target=0)
    movement.advance(10.0)
    assert movement.count(MoverState.SCHEDULED) == 0


def test_a_storage_place_takes_24_bytes_and_only_where_somebody_is_or_was():
    movement = chain(2_000)
    empty = size_of(movement, "slots", "runs")
    cars(movement, np.zeros(20_000), target=0, origin=np.resize(np.arange(2_000), 20_000))
    movement.advance(200.0)
    traffic, control = movement._store.traffic, movement._store.control
    n_slots = len(traffic.slots)
    assert traffic.slots.nbytes == PER_SLOT * n_slots
    assert size_of(movement, "slots", "runs") == (PER_SLOT + 4 / RUN) * n_slots
    n_used = n_slots - RUN * control["n_unused_runs"]
    in_use = movement.on_links().sum() + gaps_of(traffic)
    assert movement.on_links().sum() == movement.count(MoverState.MOVING) > 10_000
    # What is taken beyond movers and gaps: the rest of the first and of the last run of each link.
    assert in_use <= n_used <= in_use + 2 * (RUN - 1) * 2_000
    assert n_slots <= max(2 * n_used, empty // PER_SLOT)


def gaps_of(traffic):
    """Return how many slots are gaps."""
    n_gaps = 0
    firsts = traffic.acts.first[: 2 * len(traffic.links) : 2]
    heads = traffic.acts.head[: 2 * len(traffic.links) : 2]
    has_slots = firsts != NONE
    ends = zip(traffic.links[has_slots], firsts[has_slots], heads[has_slots], strict=True)
    for road_, first, head in ends:
        slot = int(first)
        while slot != head:
            n_gaps += 1
            if slot == road_.last:
                break
            slot = slot + 1 if (slot + 1) % RUN else int(traffic.runs[slot // RUN]) * RUN
    return n_gaps


def test_ten_million_movers_on_a_million_links_fit_into_24_gib():
    """By the figures above: movers, links, a slot for each mover, half of the runs in use, one pass of the records."""
    n_movers, n_links = 10_000_000, 1_000_000
    state = PER_MOVER * n_movers + PER_LINK * n_links + 2 * PER_SLOT * n_movers
    assert state < 24 * 2**30 / 10
