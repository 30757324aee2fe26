"""Everything that moves on the network: an object around the movement kernels.

Time is seconds since the scenario's start; nodes, links, trees and movers are rows. Nothing
here knows SimPy: the clock calls `advance` before each of its events.

Memory: 64 bytes a mover, up to 48 more while its events are near; 160 bytes a link and 8 per
link and time bin that is used; 16 bytes a gap, that is a mover which left a link less than a
wave time ago; 24 bytes a record until it is drained; 4 bytes per tree and node.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.kernels import changes, movement
from evacsim.kernels._jit import is_ready
from evacsim.kernels.arrays import (
    CONTROL,
    EVENT,
    GAP,
    LINE,
    LINK,
    MAX_MODES,
    MOVER,
    N_BUCKETS,
    NO_WAY,
    NONE,
    RECORD,
    UNITS_PER_PCU,
    UNLIMITED,
    LinkColumns,
    MoverState,
    NoticeKind,
    Outcome,
    RUN_OF_GAPS,
    Queue,
    Records,
    Traffic,
    grown,
    record_array,
)

__all__ = ["LinkColumns", "Movement", "MoverColumns", "MoverState", "Notice", "NoticeKind", "Whereabouts"]

OFF_ROAD = (MoverState.IDLE, MoverState.SCHEDULED, MoverState.ARRIVED, MoverState.CUT_OFF)
"""States from which a mover can be sent."""
BUFFER = 65_536
"""Records between two interruptions of the kernel, and gaps to begin with."""


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
        n_links = len(links.length)
        n_bins = max(1, int(np.ceil(duration / bin_length)))
        control = record_array(1, CONTROL)
        control.n_nodes, control.bin_end, control.held, control.unused_gap = n_nodes, bin_length, NONE, NONE
        lines = record_array(2 * n_links, LINE)
        lines.front, lines.first, lines.last = NONE, NONE, NONE
        self.now = 0.0
        """Time up to which all movement is known [s]."""
        self.links = links
        self.n_trees = n_trees
        self.bin_length = bin_length
        self.n_movers = 0
        self._passages = int(record_passages)
        self._control = control.view(np.ndarray)[0]
        self._drained: list[NDArray[np.void]] = []
        self._notices: deque[Notice] = deque()
        self._is_changed = False
        self._traffic = Traffic(
            movers=record_array(0, MOVER),
            nodes=np.zeros(0, dtype=np.int32),
            links=link_records(links),
            lines=lines,
            gaps=record_array(0, GAP),
            buckets=np.full(N_BUCKETS, NONE, dtype=np.int32),
            heap=record_array(1, EVENT),
            trees=np.full(n_trees * n_nodes, NO_WAY, dtype=np.int32),
            records=record_array(BUFFER, RECORD),
            entries=np.zeros(2 * n_bins * n_links, dtype=np.int32),
            control=control,
        )
        self._add_gaps(BUFFER)

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
        shape = np.broadcast_shapes(
            *(np.shape(column) for column in (*movers[:5], origin_node, tree, depart_time))
        )
        n = int(np.prod(shape, dtype=int))
        rows = np.arange(self.n_movers, self.n_movers + n)
        self._make_room_for_movers(self.n_movers + n)
        new = self._traffic.movers[rows[0] : rows[0] + n] if n else self._traffic.movers[:0]
        new.mode, new.speed, new.people, new.watched = (
            movers.mode,
            movers.speed,
            movers.people,
            movers.watched,
        )
        new.space = np.maximum(np.rint(np.multiply(movers.size, UNITS_PER_PCU)), 1)
        new.key = rows if movers.key is None else movers.key
        new.link = new.ahead = new.behind = new.next = new.wants = NONE
        assert np.all(new.mode < MAX_MODES), "a travel mode is out of range"
        assert np.all(new.speed > 0), "a mover has no speed"
        assert np.all(new.people >= 0), "a mover carries a negative number of people"
        self._traffic.nodes[rows] = origin_node
        new.tree = tree
        self.n_movers += n
        self._control["movers"][MoverState.IDLE] += n
        self._control["people"][MoverState.IDLE] += new.people.sum()
        times = np.broadcast_to(np.asarray(depart_time, dtype=np.float64), (n,))
        sent = np.isfinite(times)
        if sent.any():
            self.send(
                rows[sent],
                origin_node=self._traffic.nodes[rows[sent]],
                tree=new.tree[sent],
                depart_time=times[sent],
            )
        return rows

    def send(
        self, movers: ArrayLike, *, origin_node: ArrayLike, tree: ArrayLike, depart_time: ArrayLike
    ) -> None:
        """Send movers that are off the road on a (next) leg; none may depart before `now`.

        A departure that was scheduled and has not happened is replaced.
        """
        rows = np.atleast_1d(np.asarray(movers, dtype=np.int64))
        nodes = np.broadcast_to(np.asarray(origin_node, dtype=np.int32), rows.shape)
        trees = np.broadcast_to(np.asarray(tree, dtype=np.int32), rows.shape)
        times = np.broadcast_to(np.asarray(depart_time, dtype=np.float64), rows.shape)
        n_nodes = int(self._control["n_nodes"])
        assert np.isin(self._traffic.movers.state[rows], OFF_ROAD).all(), "a mover to be sent is on the road"
        assert np.all((nodes >= 0) & (nodes < n_nodes)), "an origin node is out of range"
        assert np.all((trees >= 0) & (trees < self.n_trees)), "a tree is out of range"
        assert np.all(times >= self.now), "a mover departs in the past"
        self._make_room_for_events()
        changes.send(
            self._traffic,
            rows,
            np.ascontiguousarray(nodes),
            np.ascontiguousarray(trees),
            np.ascontiguousarray(times),
        )

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
        rows = np.atleast_1d(np.asarray(links, dtype=np.int64))
        factors = np.array(self._traffic.links.speed_factor[rows])
        for mode, factor in speed_factors.items():
            factors[:, mode] = factor
        assert np.all((factors >= 0) & (factors <= 1)), "a speed factor is not between 0 and 1"
        self._begin_change(now)
        in_order = np.argsort(self.links.key[rows], kind="stable")
        self._make_room_for_records(int(self._traffic.links.on_link[rows].sum()))
        before = int(self._control["n_records"])
        changes.change_links(self._traffic, rows[in_order], factors[in_order], now)
        made = self._traffic.records[before : int(self._control["n_records"])]
        self._notices.extend(map(as_notice, made[self._traffic.movers.watched[made.mover] != 0]))

    def set_tree(self, tree: int, next_link: NDArray[np.int32]) -> None:
        """Replace the way to one destination from now on; `next_link` has shape (n_nodes,)."""
        n_nodes = int(self._control["n_nodes"])
        assert 0 <= tree < self.n_trees, "a tree is out of range"
        nodes = np.flatnonzero(next_link >= 0)
        assert np.array_equal(self.links.from_node[next_link[nodes]], nodes), (
            "a tree leaves a node by a link of another"
        )
        self._begin_change(self.now)
        self._traffic.trees[tree * n_nodes : (tree + 1) * n_nodes] = next_link

    def trees_in_use(self) -> NDArray[np.int64]:
        """Return the trees that any mover follows now or is scheduled to follow, ascending."""
        movers = self._traffic.movers
        on_the_way = ~np.isin(movers.state, OFF_ROAD)
        return np.unique(movers.tree[on_the_way]).astype(np.int64)

    def redirect(self, movers: ArrayLike, *, tree: ArrayLike) -> None:
        """Give movers that are under way, waiting or scheduled another destination from now on."""
        assert np.all((np.asarray(tree) >= 0) & (np.asarray(tree) < self.n_trees)), "a tree is out of range"
        self._begin_change(self.now)
        self._traffic.movers.tree[np.asarray(movers, dtype=np.int64)] = tree

    def remove(self, movers: ArrayLike) -> None:
        """Take movers out wherever they are, now; everybody else keeps their place in all queues.

        On a link, the gap begins its way upstream at the exit, wherever the mover was.
        """
        rows = np.atleast_1d(np.asarray(movers, dtype=np.int64))
        self._begin_change(self.now)
        rows = rows[self._traffic.movers.state[rows] != MoverState.REMOVED]
        missing = RUN_OF_GAPS * len(rows) - int(self._control["n_unused_gaps"])
        if missing > 0:
            self._add_gaps(max(missing, len(self._traffic.gaps)))
        changes.remove(
            self._traffic, rows[np.argsort(self._traffic.movers.key[rows], kind="stable")], self.now
        )

    def drain_records(self) -> NDArray[np.void]:
        """Return the records since the last call, in order of time, as a structured array.

        Fields: time [s] f8, mover i4, place i4, kind u1 (a `NoticeKind`).
        """
        self._empty_buffer()
        drained = np.concatenate([np.zeros(0, dtype=RECORD), *self._drained])
        self._drained.clear()
        return drained

    def where(self, movers: ArrayLike) -> Whereabouts:
        """Return where each of `movers` is."""
        rows = np.atleast_1d(np.asarray(movers, dtype=np.int64))
        link = self._traffic.movers.link[rows]
        node = np.where(link == NONE, self._traffic.nodes[rows], np.int32(NONE))
        return Whereabouts(link, node, self._traffic.movers.state[rows])

    def count(self, state: MoverState) -> int:
        """Return how many movers are in `state`."""
        return int(self._control["movers"][state])

    def people(self, state: MoverState) -> int:
        """Return how many people the movers in `state` carry."""
        return int(self._control["people"][state])

    def entries(self) -> NDArray[np.int32]:
        """Return the movers that entered each link in each time bin, shape (n_links, n_bins)."""
        return self._traffic.entries[::2].reshape(-1, len(self.links.length)).T

    def people_entries(self) -> NDArray[np.int32]:
        """Return the people who entered each link in each time bin, shape (n_links, n_bins)."""
        return self._traffic.entries[1::2].reshape(-1, len(self.links.length)).T

    def on_links(self) -> NDArray[np.int32]:
        """Return the movers on each link now, shape (n_links,)."""
        return self._traffic.links.on_link.copy()

    def find_gridlock(self) -> list[list[int]]:
        """Return the rings of links whose first movers wait for each other for ever.

        Each ring is in the direction of travel from its link of the smallest key; the rings are
        in the order of these keys. A ring dissolves only by a change of links or trees, or when
        a mover is removed.
        """
        movers = self._traffic.movers
        blocked_by = {
            link: int(movers.wants[mover])
            for mover in np.flatnonzero(movers.queue[: self.n_movers] == Queue.GATE).tolist()
            if (link := int(movers.link[mover])) != NONE
        }
        rings, seen = [], set()
        for link in sorted(blocked_by, key=lambda row: int(self.links.key[row])):
            path: dict[int, None] = {}
            while link in blocked_by and link not in seen:
                seen.add(link)
                path[link] = None
                link = blocked_by[link]
            if link in path:
                ring = list(path)[list(path).index(link) :]
                first = min(range(len(ring)), key=lambda place: int(self.links.key[ring[place]]))
                rings.append(ring[first:] + ring[:first])
        return rings

    def _begin_change(self, now: float) -> None:
        """Let everything up to and including `now` happen, unless a change at `now` has begun."""
        assert now >= self.now, f"a change is made at {now}, but movement has gone on to {self.now}"
        if not (self._is_changed and now == self.now):
            self._end_change()
            while (notice := self._run(now)) is not None:
                self._notices.append(notice)
        self._is_changed = True
        self._make_room_for_events()

    def _end_change(self) -> None:
        """Let all who wait ask again, if anything has changed."""
        if self._is_changed:
            self._make_room_for_events()
            changes.reconsider(self._traffic, self.now)
            self._is_changed = False

    def _run(self, until: float) -> Notice | None:
        """Run the kernel until `until` or the next notice."""
        while True:
            outcome = movement.advance(self._traffic, until, self.bin_length, self._passages)
            if outcome == Outcome.DONE:
                self.now = until if np.isfinite(until) else max(self.now, float(self._control["time"]))
                return None
            if outcome == Outcome.NOTICE:
                notice = as_notice(self._traffic.records[int(self._control["n_records"]) - 1])
                self.now = notice.time
                return notice
            if outcome == Outcome.RECORDS_FULL:
                self._empty_buffer()
            elif outcome == Outcome.GAPS_FULL:
                self._add_gaps(len(self._traffic.gaps))
            else:
                entries = self._traffic.entries
                self._traffic = self._traffic._replace(
                    entries=np.concatenate([entries, np.zeros_like(entries)])
                )

    def _empty_buffer(self) -> None:
        """Put the records of the buffer aside."""
        n = int(self._control["n_records"])
        self._drained.append(np.array(self._traffic.records[:n], dtype=RECORD))
        self._control["n_records"] = 0

    def _make_room_for_records(self, n: int) -> None:
        """Make sure that n more records fit into the buffer."""
        if int(self._control["n_records"]) + n > len(self._traffic.records):
            self._empty_buffer()
            if n > len(self._traffic.records):
                self._traffic = self._traffic._replace(records=record_array(n, RECORD))

    def _make_room_for_movers(self, n: int) -> None:
        """Make sure that there are records for n movers in all."""
        if n > len(self._traffic.movers):
            n = max(n, 2 * len(self._traffic.movers))
            nodes = np.full(n, NONE, dtype=np.int32)
            nodes[: len(self._traffic.nodes)] = self._traffic.nodes
            self._traffic = self._traffic._replace(movers=grown(self._traffic.movers, n), nodes=nodes)

    def _make_room_for_events(self) -> None:
        """Make sure that the heap holds an event of every mover, and two called off."""
        n = 2 * self.n_movers + int(self._control["n_stale"]) + 1
        if n > len(self._traffic.heap):
            self._traffic = self._traffic._replace(heap=grown(self._traffic.heap, 2 * n))

    def _add_gaps(self, n: int) -> None:
        """Add n unused gaps to the pool."""
        first = len(self._traffic.gaps)
        gaps = grown(self._traffic.gaps, first + n)
        gaps.next[first::RUN_OF_GAPS] = np.arange(first + RUN_OF_GAPS, first + n + 1, RUN_OF_GAPS)
        gaps.next[-RUN_OF_GAPS] = self._control["unused_gap"]
        self._control["unused_gap"] = first
        self._control["n_unused_gaps"] += n
        self._traffic = self._traffic._replace(gaps=gaps)


def check_links(links: LinkColumns, n_nodes: int) -> None:
    """Refuse columns that describe no network; the world is to give better ones."""
    for nodes in (links.from_node, links.to_node):
        assert np.all((nodes >= 0) & (nodes < n_nodes)), "a link begins or ends at no node"
    assert np.all((links.length > 0) & np.isfinite(links.length)), "a link has no length"
    for name in ("free_speed", "capacity", "wave_speed"):
        assert np.all(getattr(links, name) > 0), f"a link has no {name}"
    assert np.all(links.storage >= 1), "a link has room for less than 1 pcu"
    assert len(np.unique(links.key)) == len(links.key), "two links have the same key"


def link_records(links: LinkColumns) -> Records:
    """Return the records of empty links, open to all modes."""
    roads = record_array(len(links.length), LINK)
    roads.length, roads.free_speed, roads.speed_factor = links.length, links.free_speed, 1.0
    roads.headway, roads.wave_time = 1.0 / links.capacity, links.length / links.wave_speed
    roads.to_node, roads.overtaking = links.to_node, links.overtaking
    # A storage of 7.9999999 pcu was meant to be 8.
    roads.storage = np.floor(np.minimum(links.storage * UNITS_PER_PCU + 1e-3, UNLIMITED))
    roads.room = roads.storage
    roads.head = roads.tail = roads.gate = roads.granted = roads.first_gap = roads.last_gap = NONE
    return roads


def as_notice(record: Any) -> Notice:
    """Return a record of the buffer as a notice."""
    return Notice(float(record.time), NoticeKind(record.kind), int(record.mover), int(record.place))
