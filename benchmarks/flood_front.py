"""A flood front crosses a city while a million vehicles are under way: what re-timing, ways and moving take.

    python -m benchmarks.flood_front

On the grid of 199,808 links each vehicle follows the tree to the shelter that was nearest to it. When all have set
out, water comes from the west, a column of nodes every minute, and stands 8 columns wide: its links close when it
comes and open again when it has passed, until 100,000 links have done both. After each change the 20 trees are
repaired, and whoever had no way tries again.
"""

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from benchmarks.grids import grid
from benchmarks.inputs import Case, Ints
from benchmarks.measuring import Stopwatch, machine, markdown, number
from benchmarks.ours import CAR, link_columns
from evacsim.engine.movement import Movement, MoverColumns, MoverState, NoticeKind
from evacsim.kernels.tree_repair import ChangingTreeSearch
from evacsim.kernels.trees import incoming_links
from evacsim.traffic.running import BIN_LENGTH

START = 7200.0
"""When the water comes [s]: all have set out."""
EVERY = 60.0
"""[s] from one column of nodes to the next."""
BREADTH = 8
"""Columns under water at one time."""


@dataclass(slots=True)
class Shares:
    """Processor time while the front moves [s], and what happened."""

    retiming: float = 0.0
    """Closing and opening links: those on them stop and go on, those who wait ask again."""
    trees: float = 0.0
    """Repairing the trees and handing them over."""
    moving: float = 0.0
    sending: float = 0.0
    """Sending off again those who had no way."""
    before: float = 0.0
    """Moving until the front comes."""
    rest: float = 0.0
    """Moving after the front has passed."""
    links: set[int] = field(default_factory=set)
    changes: int = 0
    under_way: list[int] = field(default_factory=list)
    """Movers in the network at each change."""
    stopped: int = 0
    sent_again: int = 0
    arrived: int = 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=224, help="nodes along a side")
    parser.add_argument("--trips", type=int, default=1_000_000)
    parser.add_argument("--links", type=int, default=100_000, help="links that are to close and open again")
    parser.add_argument("--factor", type=float, default=0.0, help="of the speed in the water; 0: closed")
    wanted = parser.parse_args()
    cross(grid("small", 10_000, side=12), n_links=200, start=1800.0, factor=wanted.factor)  # compiles
    case = grid("front", wanted.trips, side=wanted.side)
    took = cross(case, n_links=wanted.links, factor=wanted.factor)
    here = machine()
    print(markdown(list(here), [list(here.values())]), "", table(took, len(case.depart)), sep="\n")


def cross(case: Case, *, n_links: int, start: float = START, factor: float = 0.0) -> Shares:
    """Let the front cross from `start` [s] until `n_links` links have changed, then everybody arrive."""
    took, watch = Shares(), Stopwatch()
    free_time = case.length / case.free_speed
    search = ChangingTreeSearch(incoming_links(len(case.x), case.from_node, case.to_node), free_time)
    trees = [search.tree(shelter) for shelter in case.shelters]
    movement, tree_of = _under_way(case, [next_link for next_link, _ in trees])
    watch.lap()
    movement.advance(start)
    took.before = watch.lap()
    movement.drain_records()
    watch.lap()
    for now, comes, goes in _front(case, n_links, start):
        movement.advance(now)
        took.moving += watch.lap()
        rows = np.concatenate([comes, goes])
        factors = np.concatenate([np.full(len(comes), factor), np.ones(len(goes))])
        took.under_way.append(movement.count(MoverState.MOVING) + movement.count(MoverState.WAITING))
        took.changes += len(rows)
        took.links.update(comes.tolist())
        watch.lap()
        with np.errstate(divide="ignore"):
            search.change(rows, free_time[rows] / factors)
        arcs = search.arcs_of(rows)
        for tree, (shelter, (next_link, cost)) in enumerate(zip(case.shelters, trees, strict=True)):
            search.repair(arcs, shelter, next_link=next_link, cost=cost)
            movement.set_tree(tree, next_link)
        took.trees += watch.lap()
        movement.change_links(rows, {CAR: factors}, now=now)
        movement.advance(now)  # who waits asks again
        took.retiming += watch.lap()
        _send_again(movement, tree_of, took)
        took.sending += watch.lap()
    movement.advance(math.inf)
    took.rest = watch.lap()
    took.arrived = movement.count(MoverState.ARRIVED)
    return took


def _under_way(case: Case, next_links: list[np.ndarray]) -> tuple[Movement, Ints]:
    """Return the movement of a case in which everybody follows the tree to the nearest shelter, and those trees."""
    movement = Movement(
        n_nodes=len(case.x), links=link_columns(case), n_trees=len(next_links), bin_length=BIN_LENGTH
    )
    for tree, next_link in enumerate(next_links):
        movement.set_tree(tree, next_link)
    tree_of = np.searchsorted(case.shelters, case.destination[case.route])
    movement.add(
        MoverColumns(mode=CAR), origin_node=case.origin[case.route], tree=tree_of, depart_time=case.depart
    )
    return movement, tree_of


def _front(case: Case, n_links: int, start: float) -> Iterator[tuple[float, Ints, Ints]]:
    """Yield each time at which the water moves on, the links it comes to and those it leaves."""
    column = np.rint(case.x / case.length[0]).astype(np.int64)
    of_link = np.minimum(column[case.from_node], column[case.to_node])
    columns = np.split(np.argsort(of_link, kind="stable"), np.cumsum(np.bincount(of_link))[:-1])
    n_columns = 1 + int(np.searchsorted(np.cumsum([len(links) for links in columns]), n_links))
    nothing = np.zeros(0, dtype=np.int64)
    for step in range(min(n_columns, len(columns)) + BREADTH):
        comes = columns[step] if step < min(n_columns, len(columns)) else nothing
        goes = columns[step - BREADTH] if step >= BREADTH else nothing
        yield start + EVERY * step, comes, goes


def _send_again(movement: Movement, tree_of: Ints, took: Shares) -> None:
    """Send off those who have no way, to be cut off again or to go on."""
    records = movement.drain_records()
    took.stopped += int(np.count_nonzero(records["kind"] == NoticeKind.STOPPED))
    rows = np.unique(records["mover"][records["kind"] == NoticeKind.CUT_OFF])
    if rows.size:
        nodes = movement.where(rows).node
        movement.send(rows, origin_node=nodes, tree=tree_of[rows], depart_time=movement.now)
        took.sent_again += len(rows)


def table(took: Shares, n_trips: int) -> str:
    """Return the shares of the time, and what happened."""
    changing = took.retiming + took.trees
    what = markdown(
        ["part", "processor time [s]", "of moving"],
        [
            ["moving, while the front passes", number(took.moving, 3), "1.00"],
            ["re-timing", number(took.retiming, 3), number(took.retiming / took.moving, 2)],
            ["trees", number(took.trees, 3), number(took.trees / took.moving, 2)],
            ["re-timing and trees", number(changing, 3), number(changing / took.moving, 2)],
            ["sending off again", number(took.sending, 3), number(took.sending / took.moving, 2)],
            ["moving, before", number(took.before, 3), "-"],
            ["moving, afterwards", number(took.rest, 3), "-"],
        ],
    )
    return (
        f"{what}\n\n{len(took.links):,} links closed and opened again in {len(took.under_way)} frames "
        f"({took.changes:,} changes); {min(took.under_way):,} to {max(took.under_way):,} vehicles in the network; "
        f"{took.stopped:,} stops, {took.sent_again:,} sent off again; {took.arrived:,} of {n_trips:,} arrived."
    )


if __name__ == "__main__":
    main()
