"""Everything that moves on the network: an object around the movement kernels.

Time is seconds since the scenario's start; nodes, links, trees and movers are rows. Nothing
here knows SimPy: the clock calls `advance` before each of its events.

Memory: 68 bytes a mover, and 48 more for its events if all happen at once; 160 bytes a link,
and 8 a link and time bin; 16 bytes a gap, that is a mover which left a link less than a wave
time ago; 24 bytes a record until it is drained; 4 bytes a tree and node.
"""

import math
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.engine.traffic import TrafficStore, check_links
from evacsim.kernels import changes, movement
from evacsim.kernels._jit import is_ready
from evacsim.kernels.arrays import (
    MAX_MODES,
    NONE,
    RECORD,
    UNITS_PER_PCU,
    LinkColumns,
    MoverState,
    NoticeKind,
    Outcome,
    Queue,
)

__all__ = ["LinkColumns", "Movement", "MoverColumns", "MoverState", "Notice", "NoticeKind", "Whereabouts"]

IS_OFF_ROAD = np.isin(
    list(MoverState), (MoverState.IDLE, MoverState.SCHEDULED, MoverState.ARRIVED, MoverState.CUT_OFF)
)
"""Whether a mover can be sent, by its state."""
IS_FOLLOWING = np.isin(
    list(MoverState), (MoverState.SCHEDULED, MoverState.WAITING, MoverState.MOVING, MoverState.STOPPED)
)
"""Whether a mover has a tree to follow, by its state."""


class MoverColumns(NamedTuple):
    """Movers to be added, one row each; a scalar stands for a whole column."""

    mode: ArrayLike
    """Travel mode, 0 to `MAX_MODES` - 1; shape (n,)."""
    speed: ArrayLike = np.inf
    """Own speed [m/s]; inf: whatever the link allows."""
    size: ArrayLike = 1.0
    """Room taken on a link, in the unit of the storage and capacity of the links it uses: [pcu] on
    roads, [person] on walk links; in thousandths."""
    people: ArrayLike = 1
    """People on board, for the counts of people."""
    watched: ArrayLike = False
    """`advance` stops at each of its notices."""
    key: ArrayLike | None = None
    """Settles ties between movers in place of the row, so that no result depends on the order of
    the input; 32-bit integers."""


class Notice(NamedTuple):
    """One thing that happened to one mover."""

    time: float
    """[s]"""
    kind: NoticeKind
    mover: int
    place: int
    """A link for STOPPED and RESUMED, a node for ARRIVED and CUT_OFF."""


class Whereabouts(NamedTuple):
    """Where movers are, one row each; exactly one of link and node is -1."""

    link: NDArray[np.int32]
    """Link it is on, -1 when off the road."""
    node: NDArray[np.int32]
    """Node it stands at (or was taken out at), -1 when on a link."""
    state: NDArray[np.uint8]
    """A `MoverState`."""


class Movement:
    """The movers, the links, and the time up to which all movement is known.

    Changes made at one instant act together: nothing moves between them. Before the first of
    them everything that happens at that very instant has happened; a mover that can leave a
    link at the moment the link closes has left it.
    """

    def __init__(
        self,
        *,
        n_nodes: int,
        links: LinkColumns,
        n_trees: int,
        bin_length: float,
        duration: float,
        record_passages: bool = False,
    ) -> None:
        """Prepare an empty network; every link is open to every mode, no tree leads anywhere yet.

        Parameters
        ----------
        n_nodes : int
            Nodes are rows 0 to n_nodes - 1.
        links : LinkColumns
            The links.
        n_trees : int
            Next-link trees, one for each destination (or set of destinations); see `set_tree`.
        bin_length : float
            Length of the time bins of the link counts [s].
        duration : float
            Time the bins cover at first [s]; they grow when movement goes on longer.
        record_passages : bool
            Record each entry to a link (ENTERED), not only the first (DEPARTED).
        """
        check_links(links, n_nodes)
        self.now = 0.0
        """Time up to which all movement is known [s]."""
        self.links = links
        self.n_nodes, self.n_trees, self.n_movers = n_nodes, n_trees, 0
        self._store = TrafficStore(
            n_nodes=n_nodes, links=links, n_trees=n_trees, bin_length=bin_length, duration=duration
        )
        self._bin_length = bin_length
        self._passages = int(record_passages)
        self._drained: list[NDArray[np.void]] = []
        self._notices: deque[Notice] = deque()
        self._is_changed = False

    @staticmethod
    def is_compiled() -> bool:
        """Tell whether movement can begin at once; else its first use compiles for some seconds."""
        return is_ready(
            movement.advance, changes.send, changes.change_links, changes.remove, changes.reconsider
        )

    def add(
        self,
        movers: MoverColumns,
        *,
        origin_node: ArrayLike,
        tree: ArrayLike = 0,
        depart_time: ArrayLike = np.inf,
    ) -> NDArray[np.int64]:
        """Add movers and return their rows; `depart_time` inf: not sent yet (see `send`)."""
        who = (movers.mode, movers.speed, movers.size, movers.people, movers.watched)
        (n,) = np.broadcast_shapes((1,), *map(np.shape, (*who, origin_node, tree, depart_time)))
        rows = np.arange(self.n_movers, self.n_movers + n)
        self._store.hold_movers(self.n_movers + n)
        traffic, control = self._store.traffic, self._store.control
        new = traffic.movers[self.n_movers : self.n_movers + n]
        new.mode, new.speed, new.watched = movers.mode, movers.speed, movers.watched
        new.people, new.tree = movers.people, tree
        new.space = np.maximum(np.rint(np.multiply(movers.size, UNITS_PER_PCU)), 1)
        new.key = key = rows if movers.key is None else np.asarray(movers.key)
        new.link = new.ahead = new.behind = new.next = new.wants = NONE
        traffic.nodes[rows] = origin_node
        assert np.all((new.mode == movers.mode) & (new.mode < MAX_MODES)), "a travel mode is out of range"
        assert np.all(new.key == key), "a key has more than 32 bits"
        assert np.all(new.speed > 0), "a mover has no speed"
        assert np.all(new.people >= 0), "a mover carries less than nobody"
        self.n_movers += n
        control["movers"][MoverState.IDLE] += n
        control["people"][MoverState.IDLE] += new.people.sum()
        times = np.broadcast_to(np.asarray(depart_time, dtype=np.float64), n)
        sent = rows[np.isfinite(times)]
        if sent.size:
            self.send(
                sent,
                origin_node=traffic.nodes[sent],
                tree=traffic.movers.tree[sent],
                depart_time=times[np.isfinite(times)],
            )
        return rows

    def send(
        self,
        movers: ArrayLike,
        *,
        origin_node: ArrayLike,
        tree: ArrayLike,
        depart_time: ArrayLike,
        people: ArrayLike | None = None,
    ) -> None:
        """Send movers that are off the road on a (next) leg, with as many people as before unless given.

        None may depart before `now`. A departure that was scheduled and has not happened is replaced.
        """
        rows = _rows(movers)
        nodes = np.broadcast_to(np.asarray(origin_node, dtype=np.int32), rows.shape)
        trees = np.broadcast_to(np.asarray(tree, dtype=np.int32), rows.shape)
        times = np.broadcast_to(np.asarray(depart_time, dtype=np.float64), rows.shape)
        state = self._store.traffic.movers.state[rows]
        assert IS_OFF_ROAD[state].all(), "a mover to be sent is on the road"
        assert np.all((nodes >= 0) & (nodes < self.n_nodes)), "an origin node is out of range"
        assert np.all((trees >= 0) & (trees < self.n_trees)), "a tree is out of range"
        assert np.all(times >= self.now), "a mover departs in the past"
        if people is not None:
            aboard = self._store.traffic.movers.people
            np.add.at(self._store.control["people"], state, people - aboard[rows])
            aboard[rows] = people
        self._store.hold_events(self.n_movers)
        changes.send(self._store.traffic, rows, *map(np.ascontiguousarray, (nodes, trees, times)))

    def advance(self, until: float) -> Notice | None:
        """Move everything up to and including time `until` [s], or to the first notice of a watched mover.

        Return that notice (then `now` is its time), or None when `until` is reached. Where the
        time is cut into calls changes nothing.
        """
        assert until >= self.now, f"movement is asked back from {self.now} to {until}"
        if self._notices:
            return self._notices.popleft()
        self._end_change()
        return self._run(until)

    def change_links(self, links: ArrayLike, speed_factors: Mapping[int, ArrayLike], *, now: float) -> None:
        """Change the speed factors [0 to 1, 0: closed] of links for some modes, at time `now`.

        `speed_factors` maps a mode to one factor per link (or one for all); other modes keep
        theirs. Movers under way cover the rest of their way at the new speed. Those on a link
        that closes to them stop where they are (notice STOPPED) until it opens again
        (RESUMED). A closed link is not entered.
        """
        rows = _rows(links)
        factors = np.array(self._store.traffic.links.speed_factor[rows])
        for mode, factor in speed_factors.items():
            factors[:, mode] = factor
        assert np.all((factors >= 0) & (factors <= 1)), "a speed factor is not between 0 and 1"
        self._begin_change(now)
        in_order = np.argsort(self.links.key[rows], kind="stable")
        self._drained.append(self._store.take_records())
        self._store.hold_records(int(self._store.traffic.links.on_link[rows].sum()))
        changes.change_links(self._store.traffic, rows[in_order], factors[in_order], now)
        made = self._store.records
        self._notices.extend(_notice(record) for record in made[self._is_watched(made["mover"])])

    def set_tree(self, tree: int, next_link: NDArray[np.int32]) -> None:
        """Replace the way to one destination from now on; `next_link` has shape (n_nodes,)."""
        assert 0 <= tree < self.n_trees, "a tree is out of range"
        nodes = np.flatnonzero(next_link >= 0)
        assert np.array_equal(self.links.from_node[next_link[nodes]], nodes), (
            "a tree leaves a node by a link of another"
        )
        self._begin_change(self.now)
        self._store.traffic.trees[tree * self.n_nodes : (tree + 1) * self.n_nodes] = next_link

    def trees_in_use(self) -> NDArray[np.int64]:
        """Return the trees that any mover follows now or is scheduled to follow, ascending."""
        movers = self._store.traffic.movers[: self.n_movers]
        is_following = IS_FOLLOWING[movers.state]
        return np.flatnonzero(np.bincount(movers.tree[is_following], minlength=self.n_trees))

    def redirect(self, movers: ArrayLike, *, tree: ArrayLike) -> None:
        """Give movers that are under way, waiting or scheduled another destination from now on."""
        assert np.all((np.asarray(tree) >= 0) & (np.asarray(tree) < self.n_trees)), "a tree is out of range"
        self._begin_change(self.now)
        self._store.traffic.movers.tree[_rows(movers)] = tree

    def remove(self, movers: ArrayLike) -> None:
        """Take movers out wherever they are, now; everybody else keeps their place in all queues.

        On a link, the gap begins its way upstream at the exit, wherever the mover was. Notices
        of the movers that `advance` has not returned yet are forgotten.
        """
        rows = np.unique(_rows(movers))
        self._begin_change(self.now)
        column = self._store.traffic.movers
        rows = rows[column.state[rows] != MoverState.REMOVED]
        self._store.hold_gaps(len(rows))
        in_order = np.argsort(column.key[rows], kind="stable")
        changes.remove(self._store.traffic, rows[in_order], self.now)
        self._notices = deque(
            notice for notice in self._notices if column.state[notice.mover] != MoverState.REMOVED
        )

    def drain_records(self) -> NDArray[np.void]:
        """Return the records since the last call, in order of time, as a structured array.

        Fields: time [s] f8, mover i4, place i4, kind u1 (a `NoticeKind`).
        """
        drained = np.concatenate([np.zeros(0, dtype=RECORD), *self._drained, self._store.take_records()])
        self._drained.clear()
        return drained

    def where(self, movers: ArrayLike) -> Whereabouts:
        """Return where each of `movers` is."""
        rows, traffic = _rows(movers), self._store.traffic
        link = traffic.movers.link[rows]
        node = np.where(link == NONE, traffic.nodes[rows], np.int32(NONE))
        return Whereabouts(link, node, traffic.movers.state[rows])

    def way_left(self, movers: ArrayLike) -> NDArray[np.float64]:
        """Return how far each mover is from the end of its link now [m]; 0 off the road."""
        rows, traffic = _rows(movers), self._store.traffic
        moving = traffic.movers[rows]
        road = traffic.links[np.maximum(moving.link, 0)]
        factor = road.speed_factor[np.arange(len(rows)), moving.mode]
        with np.errstate(invalid="ignore"):  # who has unlimited speed has no way left
            ahead = (
                np.maximum(moving.time - self.now, 0.0) * np.minimum(moving.speed, road.free_speed) * factor
            )
        is_moving, is_stopped = (moving.state == state for state in (MoverState.MOVING, MoverState.STOPPED))
        return np.where(is_stopped, moving.time, np.where(is_moving, np.nan_to_num(ahead), 0.0))

    def count(self, state: MoverState) -> int:
        """Return how many movers are in `state`."""
        return int(self._store.control["movers"][state])

    def people(self, state: MoverState) -> int:
        """Return how many people the movers in `state` carry."""
        return int(self._store.control["people"][state])

    def entries(self) -> NDArray[np.int32]:
        """Return the movers that entered each link in each time bin, shape (n_links, n_bins)."""
        return self._store.traffic.entries[::2].reshape(-1, len(self.links.length)).T

    def people_entries(self) -> NDArray[np.int32]:
        """Return the people who entered each link in each time bin, shape (n_links, n_bins)."""
        return self._store.traffic.entries[1::2].reshape(-1, len(self.links.length)).T

    def on_links(self) -> NDArray[np.int32]:
        """Return the movers on each link now, shape (n_links,)."""
        return np.array(self._store.traffic.links.on_link)

    def people_on_links(self) -> NDArray[np.int32]:
        """Return the people on each link now, shape (n_links,)."""
        return np.array(self._store.traffic.links.people)

    def find_gridlock(self) -> list[list[int]]:
        """Return the rings of links whose first movers wait for each other for ever.

        Each ring is in the direction of travel from its link of the smallest key; the rings are
        in the order of these keys. A ring dissolves only by a change of links or trees, or when
        a mover is removed.
        """
        movers = self._store.traffic.movers
        blocked = np.flatnonzero((movers.queue == Queue.GATE) & (movers.link != NONE))
        waits_for = dict(zip(movers.link[blocked].tolist(), movers.wants[blocked].tolist(), strict=True))
        rings: list[list[int]] = []
        seen: set[int] = set()
        for start in sorted(waits_for, key=self.links.key.__getitem__):
            path, link = [], start
            while link in waits_for and link not in seen:
                seen.add(link)
                path.append(link)
                link = waits_for[link]
            if link in path:
                ring = path[path.index(link) :]
                first = int(np.argmin(self.links.key[ring]))
                rings.append(ring[first:] + ring[:first])
        return sorted(rings, key=lambda ring: int(self.links.key[ring[0]]))

    def _is_watched(self, movers: NDArray[np.int32]) -> NDArray[np.bool_]:
        watched: NDArray[np.bool_] = self._store.traffic.movers.watched[movers] != 0
        return watched

    def _begin_change(self, now: float) -> None:
        """Let everything up to and including `now` happen, unless a change at `now` has begun."""
        assert now >= self.now, f"a change is made at {now}, but movement has gone on to {self.now}"
        if not (self._is_changed and now == self.now):
            self._end_change()
            while (notice := self._run(now)) is not None:
                self._notices.append(notice)
        self._is_changed = True
        self._store.hold_events(self.n_movers)

    def _end_change(self) -> None:
        """Let all who wait ask again, if anything has changed."""
        if self._is_changed:
            self._store.hold_events(self.n_movers)
            changes.reconsider(self._store.traffic, self.now)
            self._is_changed = False

    def _run(self, until: float) -> Notice | None:
        """Run the kernel until `until` or the next notice."""
        store = self._store
        while True:
            outcome = movement.advance(store.traffic, until, self._bin_length, self._passages)
            if outcome == Outcome.DONE:
                self.now = until if math.isfinite(until) else max(self.now, float(store.control["time"]))
                return None
            if outcome == Outcome.NOTICE:
                notice = _notice(store.records[-1])
                self.now = notice.time
                return notice
            if outcome == Outcome.RECORDS_FULL:
                self._drained.append(store.take_records())
            elif outcome == Outcome.GAPS_FULL:
                store.add_gaps(len(store.traffic.gaps))
            else:
                store.add_bins()


def _rows(movers_or_links: ArrayLike) -> NDArray[np.int64]:
    return np.atleast_1d(np.asarray(movers_or_links, dtype=np.int64))


def _notice(record: np.void) -> Notice:
    time, mover, place, kind = record.item()
    return Notice(time, NoticeKind(kind), mover, place)
