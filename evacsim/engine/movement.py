"""Everything that moves on the network: an object around the movement kernels.

Time is seconds since the scenario's start; nodes, links, trees and movers are rows. Nothing
here knows SimPy: the clock calls `advance` before each of its events.

Memory: 64 bytes a mover; 160 bytes a link (72 more for a footway, a signal or a capacity drop), and
8 a link and time bin; 24 bytes a slot, that is a mover on a link or the gap of one that left it
less than a wave time ago; 48 bytes for each mover sent off, an event that may be due at once; 24
bytes a record until it is drained; 4 bytes a tree and node, and a link of a path. Memory for slots
and records is reserved beforehand, and taken as they are written.
"""

import heapq
import math
from collections import deque
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evacsim.engine.traffic import TrafficStore, check_links, joined, new_extras, storage_units
from evacsim.engine.traffic import speed_factors as speed_factors_of
from evacsim.kernels import changes, movement
from evacsim.kernels.arrays import (
    ARRIVED,
    ASKS,
    GRADED_MODES,
    MAX_MODES,
    NONE,
    OWN_SPEED,
    RECORD,
    UNITS_PER_PCU,
    WATCHED,
    LinkColumns,
    LinkKind,
    MoverState,
    NoticeKind,
    Outcome,
    Queue,
)
from evacsim.kernels.trees import leave_by_own_links

__all__ = [
    "Gridlock",
    "GridlockPolicy",
    "LinkColumns",
    "Movement",
    "MoverColumns",
    "MoverState",
    "Notice",
    "NoticeKind",
    "Whereabouts",
]

GridlockPolicy = Literal["wait", "squeeze", "turn_back"]
"""What happens to a ring of links whose fronts wait for each other: nothing; one enters the full link before it; one
leaves the ring for where its link begins."""

MARGIN = 8
"""More records, slots and events than one entry to a link takes."""
MOST_PEOPLE = 65_535
"""People that one mover can carry."""

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
    asks: ArrayLike = False
    """`advance` stops, with a notice HELD, when it stands before a link that is closed to it."""
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
    """A link for STOPPED, RESUMED and HELD, a node for ARRIVED and CUT_OFF."""


class Gridlock(NamedTuple):
    """A ring of links that closed: each front waits for room on the next link."""

    time: float
    """When it closed [s]."""
    ring: tuple[int, ...]
    """The links in the direction of travel, from the smallest row."""
    ended: float
    """When it was resolved [s]; nan if that has not happened."""
    resolved_by: str
    """The policy that resolved it, "changes" of roads or routes, or "nothing" yet."""


class Whereabouts(NamedTuple):
    """Where movers are, one row each; exactly one of link and node is -1."""

    link: NDArray[np.int32]
    """Link it is on, -1 when off the road."""
    node: NDArray[np.int32]
    """Node it stands at (or was taken out at), -1 when on a link."""
    state: NDArray[np.uint8]
    """A `MoverState`."""


def way_along(movement: "Movement", next_link: NDArray[np.int32], node: int) -> list[int]:
    """Return the links from a node to the root of a tree, in their order; none where the tree leads nowhere."""
    links = []
    while (link := int(next_link[node])) >= 0:
        links.append(link)
        node = int(movement.links.to_node[link])
    return links


class Movement:
    """The movers, the links, and the time up to which all movement is known.

    Changes made at one instant act together: nothing moves between them. Before the first of
    them everything that happens at that very instant has happened; a mover that can leave a
    link at the moment the link closes has left it.
    """

    def __init__(  # noqa: PLR0913 - a network is described by all of these
        self,
        *,
        n_nodes: int,
        links: LinkColumns,
        n_trees: int = 1,
        bin_length: float = 300.0,
        duration: float = 0.0,
        record_passages: bool = False,
        node_capacity: NDArray[np.float64] | None = None,
        node_of: NDArray[np.int64] | None = None,
        gridlock: GridlockPolicy = "wait",
        patience: float = 600.0,
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
        node_capacity : ndarray of float64, shape (n_nodes,), optional
            What passes each node in all [pcu/s]; inf: as much as the links let through.
        node_of : ndarray of int64, shape (n_nodes,), optional
            Where turns are banned, several of what is called nodes here are states at one node of the network, see
            `kernels.tree_turns`: the node of each. Links begin at nodes and end in states.
        gridlock : {"wait", "squeeze", "turn_back"}
            What resolves a gridlock.
        patience : float
            How long a gridlock lasts before it is resolved so [s].
        """
        check_links(links, n_nodes)
        self.now = 0.0
        """Time up to which all movement is known [s]."""
        self.links = links
        self._node_of = np.arange(n_nodes) if node_of is None else node_of.astype(np.int64)
        self._from_node = np.asarray(links.from_node, dtype=np.int64)
        self.n_nodes, self.n_trees, self.n_movers = n_nodes, n_trees, 0
        self.n_squeezed = self.n_turned_back = 0
        """How often a gridlock was resolved by either policy."""
        self._store = TrafficStore(
            n_nodes=n_nodes,
            links=links,
            n_trees=n_trees,
            bin_length=bin_length,
            duration=duration,
            node_capacity=node_capacity,
        )
        self._bin_length = bin_length
        self._passages = int(record_passages)
        self._policy, self._patience = gridlock, patience
        self._gridlocks: list[Gridlock] = []
        self._due: list[tuple[float, int]] = []
        self._path_begins = np.zeros(0, dtype=np.int64)
        self._drained: list[NDArray[np.void]] = []
        self._notices: deque[Notice] = deque()
        self._is_changed = False
        self._quiet_at = math.nan
        """Moment at which nothing more happens, unless something is changed or somebody sent; nan for none."""
        self._rerouted: list[NDArray[np.int64]] | None = []
        self._was_sent = np.zeros(0, dtype=bool)
        """Whether each mover has ever been sent; there is room for more."""

    def add(
        self,
        movers: MoverColumns,
        *,
        origin_node: ArrayLike,
        tree: ArrayLike | None = None,
        path: ArrayLike | None = None,
        depart_time: ArrayLike = np.inf,
    ) -> NDArray[np.int64]:
        """Add movers and return their rows; `depart_time` inf: not sent yet (see `send`)."""
        who = (movers.mode, movers.speed, movers.size, movers.people, movers.watched, movers.asks)
        route = self._route(tree, path)
        (n,) = np.broadcast_shapes((1,), *map(np.shape, (*who, origin_node, route, depart_time)))
        rows = np.arange(self.n_movers, self.n_movers + n)
        self._store.hold_movers(self.n_movers + n)
        missing = len(self._store.traffic.movers) - len(self._was_sent)
        if missing:
            self._was_sent = np.concatenate([self._was_sent, np.zeros(missing, dtype=bool)])
        traffic, control = self._store.traffic, self._store.control
        new = traffic.movers[self.n_movers : self.n_movers + n]
        new.mode, new.speed, new.people, new.route = movers.mode, movers.speed, movers.people, route
        new.marks = (
            WATCHED * np.asarray(movers.watched, dtype=np.uint8)
            + ASKS * np.asarray(movers.asks, dtype=np.uint8)
            + OWN_SPEED * np.isfinite(movers.speed).astype(np.uint8)
        )
        new.space = np.maximum(np.rint(np.multiply(movers.size, UNITS_PER_PCU)), 1)
        new.key = key = rows if movers.key is None else np.asarray(movers.key)
        new.ahead = new.behind = new.next = new.wants = NONE
        new.place = -1 - np.asarray(origin_node, dtype=np.int32)
        assert np.all((new.mode == movers.mode) & (new.mode < MAX_MODES)), "a travel mode is out of range"
        assert np.all(new.key == key), "a key has more than 32 bits"
        assert np.all(new.speed > 0), "a mover has no speed"
        assert np.all((new.people >= 0) & (new.people <= MOST_PEOPLE)), "a mover carries too few or too many"
        if n > 0:
            smallest, known = int(new.space.min()), int(control["smallest"])
            self._store.note_sizes(smallest, int(new.space.max()))
            if smallest < known and control["n_acts"] > 0:
                # Fronts that contend early did so because nobody needed less room than they.
                self._store.hold_events(2 * len(self.links.length) + MARGIN)
                changes.reconsider(self._store.state, self.now, 1)
        self.n_movers += n
        control["movers"][MoverState.IDLE] += n
        control["people"][MoverState.IDLE] += new.people.sum()
        times = np.broadcast_to(np.asarray(depart_time, dtype=np.float64), n)
        sent = np.flatnonzero(np.isfinite(times))
        if sent.size:
            self._send(rows[sent], -1 - new.place[sent], new.route[sent], times[sent])
        return rows

    def send(
        self,
        movers: ArrayLike,
        *,
        origin_node: ArrayLike,
        tree: ArrayLike | None = None,
        path: ArrayLike | None = None,
        depart_time: ArrayLike,
        people: ArrayLike | None = None,
    ) -> None:
        """Send movers that are off the road on a (next) leg, with as many people as before unless given.

        None may depart before `now`. A departure that was scheduled and has not happened is replaced.
        """
        rows = _rows(movers)
        if people is not None:
            aboard = self._store.movers["people"]
            state = self._store.movers["state"][rows]
            assert np.all((np.asarray(people) >= 0) & (np.asarray(people) <= MOST_PEOPLE)), (
                "a mover carries too few or too many"
            )
            np.add.at(self._store.control["people"], state, people - aboard[rows])
            aboard[rows] = people
        # Mostly it is one: filling is quicker than to broadcast.
        nodes, routes = np.empty((2, len(rows)), dtype=np.int32)
        times = np.empty(len(rows))
        nodes[:], routes[:], times[:] = origin_node, self._route(tree, path), depart_time
        self._send(rows, nodes, routes, times)

    def _send(
        self,
        rows: NDArray[np.int64],
        nodes: NDArray[np.int32],
        routes: NDArray[np.int32],
        times: NDArray[np.float64],
    ) -> None:
        state = self._store.movers["state"][rows]
        assert IS_OFF_ROAD[state].all(), "a mover to be sent is on the road"
        assert ((nodes >= 0) & (nodes < self.n_nodes)).all(), "an origin node is out of range"
        assert (times >= self.now).all(), "a mover departs in the past"
        self._was_sent[rows] = True
        self._quiet_at = math.nan
        self._store.hold_departures(times)
        changes.send(self._store.state, rows, nodes, routes, times)

    def change_speed(self, movers: ArrayLike, speed: ArrayLike) -> None:
        """Give movers that are off the road another highest speed [m/s] for their next legs."""
        rows = _rows(movers)
        movers_now = self._store.movers
        assert IS_OFF_ROAD[movers_now["state"][rows]].all(), "a mover whose speed changes is on the road"
        movers_now["speed"][rows] = speed

    def add_paths(self, first: ArrayLike, links: ArrayLike) -> NDArray[np.int64]:
        """Add explicit routes and return their rows.

        Parameters
        ----------
        first : array_like of int, shape (n_paths + 1,)
            Path p takes `links[first[p]:first[p + 1]]`, at least one.
        links : array_like of int
            Rows of links in the direction of travel; each begins where the one before it ends.
        """
        begin, rows = np.asarray(first, dtype=np.int64), np.asarray(links, dtype=np.int32)
        assert np.all(np.diff(begin) > 0), "a path has no link"
        assert begin[-1] == len(rows), "paths end elsewhere than their links"
        joins = np.ones(len(rows), dtype=bool)
        joins[1:] = self._node_of[self.links.to_node[rows[:-1]]] == self.links.from_node[rows[1:]]
        joins[begin[:-1]] = True
        assert joins.all(), "the links of a path do not join"
        n_paths = len(self._path_begins)
        self._path_begins = np.concatenate([self._path_begins, self._store.add_paths(begin, rows)])
        return np.arange(n_paths, len(self._path_begins))

    def _route(self, tree: ArrayLike | None, path: ArrayLike | None) -> NDArray[np.int32]:
        """Return routes as the kernels know them: a tree, or -1 - the place where a path begins."""
        if path is not None:
            assert tree is None, "a mover follows a tree or a path"
            return (-1 - self._path_begins[np.asarray(path, dtype=np.int64)]).astype(np.int32)
        trees = np.asarray(0 if tree is None else tree)
        assert ((trees >= 0) & (trees < self.n_trees)).all(), "a tree is out of range"
        return trees.astype(np.int32)

    def advance(self, until: float) -> Notice | None:
        """Move everything up to and including time `until` [s], or to the first notice of a watched mover.

        Return that notice (then `now` is its time), or None when `until` is reached. Where the
        time is cut into calls changes nothing.
        """
        assert until >= self.now, f"movement is asked back from {self.now} to {until}"
        if self._notices:
            return self._notices.popleft()
        if until == self._quiet_at:
            return None
        self._end_change()
        return self._run(until)

    def change_links(
        self,
        links: ArrayLike,
        speed_factors: Mapping[int, ArrayLike] | None = None,
        *,
        capacity: ArrayLike | None = None,
        storage: ArrayLike | None = None,
        wave_speed: ArrayLike | None = None,
        now: float,
    ) -> None:
        """Change links at time `now`; what is not named stays.

        Movers under way cover the rest of their way at the new speed. Those on a link that closes
        to them stop where they are (notice STOPPED) until it opens again (RESUMED). A closed link is
        not entered.

        Parameters
        ----------
        links : array_like of int, shape (n,)
        speed_factors : mapping
            A mode to one factor for each link (or one for all), 0 (closed) to 1.
        capacity : array_like, optional
            Flow capacity of the entrance and the exit [pcu/s], above 0.
        storage : array_like, optional
            What the link holds when jammed [pcu], at least 1.
        wave_speed : array_like, optional
            Speed at which gaps travel upstream [m/s].
        now : float
            [s]
        """
        rows = _rows(links)
        old = self._store.traffic.links[rows]
        roads = self._store.traffic.roads[rows]
        factors = speed_factors_of(roads)
        for mode, factor in (speed_factors or {}).items():
            factors[:, mode] = factor
        headways = np.array(old.headway)
        storages, wave_times = np.array(roads.storage), np.array(old.wave_time)
        if capacity is not None:
            headways[:] = 1.0 / np.asarray(capacity, dtype=np.float64)
        if storage is not None:
            storages[:] = storage_units(np.asarray(storage, dtype=np.float64))
        if wave_speed is not None:
            wave_times[:] = self.links.length[rows] / np.asarray(wave_speed, dtype=np.float64)
        assert np.all((factors >= 0) & (factors <= 1)), "a speed factor is not between 0 and 1"
        assert np.isin(factors[:, GRADED_MODES:], (0, 1)).all(), (
            "a link slows a mode to which it is open or closed"
        )
        assert np.all((headways >= 0) & np.isfinite(headways)), (
            "a link has no capacity; close it by its speed"
        )
        assert np.all(storages >= UNITS_PER_PCU), "a link has room for less than 1 pcu"
        self._begin_change(now)
        n_on_links = int(self._counts(rows)[:, 0].sum())
        self._drained.append(self._store.take_records())
        self._store.hold_records(n_on_links + MARGIN)
        self._store.hold_events(n_on_links + len(rows))
        in_order = np.argsort(rows, kind="stable")
        changes.change_links(
            self._store.state,
            rows[in_order],
            factors[in_order],
            headways[in_order],
            storages[in_order],
            wave_times[in_order],
            self._store.plain_from,
            now,
        )
        made = self._store.records
        self._notices.extend(_notice(record) for record in made[self._is_watched(made["mover"])])

    def set_signals(self, links: ArrayLike, *, cycle: ArrayLike, start: ArrayLike, green: ArrayLike) -> None:
        """Let the exits of links be open from `start` for `green` [s] in every cycle, from now on.

        `cycle` 0 takes the signal away.
        """
        rows = _rows(links)
        cycles, starts, greens = (
            np.broadcast_to(np.asarray(x, dtype=float), rows.shape) for x in (cycle, start, green)
        )
        assert np.all((cycles == 0) | ((greens > 0) & (greens <= cycles))), "a signal is never green"
        self._begin_change(self.now)
        traffic = self._store.traffic
        bare = rows[traffic.roads.extra[rows] == NONE]
        if bare.size:
            extras = new_extras(len(traffic.extras) + len(bare))
            extras[: len(traffic.extras)] = traffic.extras
            traffic.roads.extra[bare] = np.arange(len(traffic.extras), len(extras))
            self._store.traffic = traffic = traffic._replace(extras=extras)
        extra = traffic.roads.extra[rows]
        traffic.extras.cycle[extra], traffic.extras.start[extra] = cycles, starts
        traffic.extras.green[extra] = greens
        self._store.control["has_signals"] = 1
        self.change_links(rows, now=self.now)

    def set_tree(self, tree: int, next_link: NDArray[np.int32], *, is_followed: bool = True) -> None:
        """Replace the way to one destination from now on; `next_link` has shape (n_nodes,).

        A tree that nobody follows (`is_followed`) makes nobody ask for his way again.
        """
        self.set_trees(np.array([tree]), next_link[None], is_followed=is_followed)

    def set_trees(
        self, trees: NDArray[np.int64], next_link: NDArray[np.int32], *, is_followed: bool = True
    ) -> None:
        """Replace the ways to some destinations from now on; `next_link` has shape (n, n_nodes). See `set_tree`."""
        assert np.all((trees >= 0) & (trees < self.n_trees)), "a tree is out of range"
        assert leave_by_own_links(next_link, self._from_node, self._node_of), (
            "a tree leaves a node by a link of another"
        )
        self._begin_change(self.now, rerouted=None if is_followed else np.zeros(0, dtype=np.int64))
        self._store.traffic.trees.reshape(-1, self.n_nodes)[trees] = next_link

    def add_trees(self, n: int) -> int:
        """Add n trees that lead nowhere yet; return the first."""
        first = self.n_trees
        self._store.add_trees(n)
        self.n_trees += n
        return first

    def trees_in_use(self) -> NDArray[np.int64]:
        """Return the trees that any mover follows now or is scheduled to follow, ascending."""
        movers, sent = self._store.traffic.movers, np.flatnonzero(self._was_sent[: self.n_movers])
        routes = movers.route[sent[IS_FOLLOWING[movers.state[sent]]]]
        return np.flatnonzero(np.bincount(routes[routes >= 0], minlength=self.n_trees))

    def redirect(
        self, movers: ArrayLike, *, tree: ArrayLike | None = None, path: ArrayLike | None = None
    ) -> None:
        """Give movers that are under way, waiting or scheduled another route from now on.

        On a link it begins where the link ends, and so must a path.
        """
        rows = _rows(movers)
        routes = np.array(np.broadcast_to(self._route(tree, path), rows.shape))
        self._begin_change(self.now, rerouted=rows)
        changes.reroute(self._store.state, rows, routes)

    def remove(self, movers: ArrayLike) -> None:
        """Take movers out for good wherever they are, now; everybody else keeps their place in all queues.

        On a link, the gap begins its way upstream at the exit, wherever the mover was. Notices
        of the movers that `advance` has not returned yet are forgotten.
        """
        self._lift(movers, MoverState.REMOVED)

    def lift(self, movers: ArrayLike) -> None:
        """Take movers out wherever they are, now, as `remove` does; they may be sent again, from any node."""
        self._lift(movers, MoverState.CUT_OFF)

    def _lift(self, movers: ArrayLike, state: MoverState) -> None:
        rows = np.unique(_rows(movers))
        self._begin_change(self.now)
        column = self._store.traffic.movers
        rows = rows[column.state[rows] != MoverState.REMOVED]
        where = self.where(rows)
        nodes = np.where(where.link == NONE, where.node, self.links.to_node[where.link]).astype(np.int32)
        self._take_off(rows, nodes, state)
        lifted = set(rows.tolist())
        self._notices = deque(notice for notice in self._notices if notice.mover not in lifted)

    def turn_back(self, movers: ArrayLike) -> None:
        """Let movers on links go back to where their link begins, over what they have covered of it, now.

        They leave their place on the road, go back at their free speed, and depart again by the
        route they had (record TURNED_BACK). Movers that are on no link stay.
        """
        rows = np.unique(_rows(movers))
        self._begin_change(self.now)
        rows = rows[self.where(rows).link != NONE]
        rows = rows[np.argsort(self._store.traffic.movers.key[rows], kind="stable")]
        link = self.where(rows).link
        covered = np.maximum(self.links.length[link] - self.way_left(rows), 0.0)
        own = self._store.traffic.movers.speed[rows]
        back = self.now + covered / np.minimum(own, self.links.free_speed[link])
        nodes = self.links.from_node[link].astype(np.int32)
        self._drained.append(self._store.take_records())
        told = np.zeros(len(rows), dtype=RECORD)
        told["time"], told["mover"], told["place"] = self.now, rows, link
        told["kind"] = NoticeKind.TURNED_BACK
        self._drained.append(told)
        self._take_off(rows, nodes, MoverState.IDLE)
        self._send(rows, nodes, self._from_link_on(link, self._store.traffic.movers.route[rows]), back)

    def _from_link_on(self, links: NDArray[np.int32], routes: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return routes that take `links` first and then go on as `routes` do at their ends; trees stay as they are."""
        paths, again = self._store.traffic.paths, routes.copy()
        for row in np.flatnonzero(routes < 0):
            place = -1 - int(routes[row])
            if place > 0 and paths[place - 1] == links[row]:
                again[row] = routes[row] + 1
            else:
                # The path was given to a mover on its way, and does not say by which link it came.
                rest = paths[place : place + int(np.argmax(paths[place:] == ARRIVED))]
                path = self.add_paths([0, 1 + len(rest)], [links[row], *rest])
                again[row] = self._route(None, path)[0]
        return again

    def _take_off(self, rows: NDArray[np.int64], nodes: NDArray[np.int32], state: MoverState) -> None:
        self._store.hold_slots(len(rows))
        self._store.hold_events(2 * len(rows))
        keys = self._store.traffic.movers.key[rows]
        in_order = np.argsort(keys, kind="stable")
        changes.take_off(self._store.state, rows[in_order], nodes[in_order], state, self.now)

    def drain_records(self) -> NDArray[np.void]:
        """Return the records since the last call, in order of time, as a structured array.

        Fields: time [s] f8, mover i4, place i4, kind u1 (a `NoticeKind`).
        """
        parts = [*self._drained, self._store.take_records()]
        self._drained.clear()
        return parts[0] if len(parts) == 1 else joined(parts)

    def where(self, movers: ArrayLike) -> Whereabouts:
        """Return where each of `movers` is."""
        self._find_places()
        rows, column = _rows(movers), self._store.movers
        place = column["place"][rows]
        link, node = np.where(place >= 0, place, NONE), np.where(place < 0, -1 - place, NONE)
        return Whereabouts(link, node, column["state"][rows])

    def way_left(self, movers: ArrayLike) -> NDArray[np.float64]:
        """Return how far each mover is from the end of its link now [m]; 0 off the road."""
        self._find_places()
        rows, traffic = _rows(movers), self._store.traffic
        moving = traffic.movers[rows]
        times, routes = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.int32)
        changes.read_times(self._store.state, rows, times, routes)
        links = np.maximum(moving.place, 0)
        factor = speed_factors_of(traffic.roads[links])[np.arange(len(rows)), moving.mode]
        speed = np.minimum(moving.speed, self.links.free_speed[links])
        with np.errstate(invalid="ignore"):  # who has unlimited speed has no way left
            ahead = np.maximum(times - self.now, 0.0) * speed * factor
        is_moving, is_stopped = (moving.state == state for state in (MoverState.MOVING, MoverState.STOPPED))
        return np.where(is_stopped, times, np.where(is_moving, np.nan_to_num(ahead), 0.0))

    def count(self, state: MoverState) -> int:
        """Return how many movers are in `state`."""
        return int(self._store.control["movers"][state])

    def is_under_way(self) -> bool:
        """Return whether anybody is on the road and moves, or is about to."""
        return any(self.count(s) for s in (MoverState.SCHEDULED, MoverState.WAITING, MoverState.MOVING))

    def people(self, state: MoverState) -> int:
        """Return how many people the movers in `state` carry."""
        return int(self._store.control["people"][state])

    @property
    def n_passages(self) -> int:
        """How often a link was entered so far."""
        return int(self._store.control["n_passages"])

    def entries(self) -> NDArray[np.int32]:
        """Return the movers that entered each link in each time bin, shape (n_links, n_bins)."""
        return self._store.traffic.entries[::2].reshape(-1, len(self.links.length)).T

    def people_entries(self) -> NDArray[np.int32]:
        """Return the people who entered each link in each time bin, shape (n_links, n_bins)."""
        return self._store.traffic.entries[1::2].reshape(-1, len(self.links.length)).T

    def on_links(self) -> NDArray[np.int32]:
        """Return the movers on each link now, shape (n_links,)."""
        return self._counts(np.arange(len(self.links.length)))[:, 0]

    def people_on_links(self) -> NDArray[np.int32]:
        """Return the people on each link now, shape (n_links,)."""
        return self._counts(np.arange(len(self.links.length)))[:, 1]

    def _counts(self, links: NDArray[np.int64]) -> NDArray[np.int32]:
        counts = np.empty((len(links), 2), dtype=np.int32)
        changes.count_on_links(self._store.state, links, counts)
        return counts

    def find_gridlock(self) -> list[list[int]]:
        """Return the rings of links whose fronts wait for each other for ever, as things stand.

        Each ring is in the direction of travel from its smallest row; the rings are in the order of
        these rows. A ring dissolves only by a change of links or routes, when a mover is removed, or
        by the policy for gridlock.
        """
        links = self._store.traffic.links
        rings, seen = [], set()
        for link in np.flatnonzero(links.queue == Queue.GATE).tolist():
            if link not in seen and changes.leads_to_itself(self._store.state, link):
                rings.append(self._ring(link))
                seen.update(rings[-1])
        return rings

    @property
    def gridlocks(self) -> list[Gridlock]:
        """Every gridlock so far, in the order of time."""
        return list(self._gridlocks)

    def _ring(self, link: int) -> list[int]:
        """Return the ring that a link is in, from its smallest row."""
        wants = self._store.traffic.acts.beyond[::2]
        ring = [link]
        while wants[ring[-1]] != link:
            ring.append(int(wants[ring[-1]]))
        first = ring.index(min(ring))
        return ring[first:] + ring[:first]

    def _note_gridlock(self, link: int) -> None:
        ring = tuple(self._ring(link))
        if any(found.ring == ring and math.isnan(found.ended) for found in self._gridlocks):
            return  # somebody else has come to wait for it
        self._gridlocks.append(Gridlock(self.now, ring, math.nan, "nothing"))
        if self._policy != "wait":
            heapq.heappush(self._due, (self.now + self._patience, len(self._gridlocks) - 1))

    def _resolve_gridlock(self, number: int) -> None:
        """Apply the policy to a gridlock whose time has come, if it is still there."""
        found = self._gridlocks[number]
        link, links = found.ring[0], self._store.traffic.links
        stands = links.queue[link] == Queue.GATE and changes.leads_to_itself(self._store.state, link)
        if not stands or tuple(self._ring(link)) != found.ring:
            self._gridlocks[number] = found._replace(ended=self.now, resolved_by="changes")
            return
        self._gridlocks[number] = found._replace(ended=self.now, resolved_by=self._policy)
        if self._policy == "turn_back":
            self.n_turned_back += 1
            self.turn_back(self._front(link))
            self._end_change()
            return
        self.n_squeezed += 1
        store = self._store
        while store.control["bin_end"] <= self.now:
            if store.control["bin"] + 1 >= self.entries().shape[1]:
                store.add_bins()
            store.control["bin"] += 1
            store.control["bin_end"] = (store.control["bin"] + 1) * self._bin_length
        self._drained.append(store.take_records())
        store.hold_slots(MARGIN)
        store.hold_events(MARGIN)
        changes.squeeze(store.state, link, self.now, self._passages)

    def _front(self, link: int) -> int:
        """Return the front of a link that has one."""
        traffic = self._store.traffic
        if traffic.links.kind[link] == LinkKind.PASSING:
            return int(traffic.extras.first[traffic.roads.extra[link]])
        return int(traffic.slots.mover[traffic.acts.head[2 * link]])

    def _find_places(self) -> None:
        """Let it be known of each mover where it is, from the first time on that anybody asks or changes anything."""
        if not self._store.control["notes_places"]:
            changes.find_places(self._store.state)

    def _is_watched(self, movers: NDArray[np.int32]) -> NDArray[np.bool_]:
        watched: NDArray[np.bool_] = self._store.traffic.movers.marks[movers] & WATCHED != 0
        return watched

    def _begin_change(self, now: float, *, rerouted: NDArray[np.int64] | None = None) -> None:
        """Let everything up to and including `now` happen, unless a change at `now` has begun.

        The change concerns the routes of the movers `rerouted` only; None: anybody.
        """
        assert now >= self.now, f"a change is made at {now}, but movement has gone on to {self.now}"
        self._find_places()
        if not (self._is_changed and now == self.now):
            self._end_change()
            while (notice := self._run(now)) is not None:
                self._notices.append(notice)
        self._is_changed, self._quiet_at = True, math.nan
        if rerouted is None:
            self._rerouted = None
        elif self._rerouted is not None:
            self._rerouted.append(rerouted)

    def _end_change(self) -> None:
        """Let all who wait and whom it may concern ask again, if anything has changed."""
        if self._is_changed:
            waiting = self.count(MoverState.WAITING) + self.count(MoverState.MOVING)
            self._store.hold_events(waiting + 2 * len(self.links.length) + MARGIN)
            if self._rerouted is None:
                changes.reconsider(self._store.state, self.now, 0)
            else:
                rerouted = np.concatenate([np.zeros(0, dtype=np.int64), *self._rerouted])
                changes.reconsider_for(self._store.state, rerouted, self.now)
            self._is_changed, self._rerouted = False, []

    def _run(self, until: float) -> Notice | None:
        """Run the kernel until `until` or the next notice, and resolve gridlocks on the way."""
        while self._due and self._due[0][0] <= until:
            notice = self._run_kernel(max(self._due[0][0], self.now))
            if notice is not None:
                return notice
            if self._due and self._due[0][0] <= self.now:
                self._resolve_gridlock(heapq.heappop(self._due)[1])
        return self._run_kernel(until)

    def _run_kernel(self, until: float) -> Notice | None:
        store = self._store
        while True:
            outcome = movement.advance(store.state, until, self._bin_length, self._passages)
            if outcome == Outcome.DONE:
                self.now = until if math.isfinite(until) else max(self.now, float(store.control["time"]))
                self._quiet_at = self.now
                return None
            if outcome == Outcome.NOTICE:
                notice = _notice(store.records[-1])
                self.now = notice.time
                return notice
            if outcome == Outcome.RING:
                self.now = float(store.control["time"])
                self._note_gridlock(int(store.control["ring"]))
                if self._due and self._due[0][0] <= until:
                    return self._run(until)
            elif outcome == Outcome.RECORDS_FULL:
                self._drained.append(store.take_records())
            elif outcome == Outcome.SLOTS_FULL:
                store.add_slots(len(store.traffic.slots))
            elif outcome == Outcome.LOOK_AT_WHEEL:
                per_second = store.look_at_wheel()
                if per_second is not None:
                    changes.turn_wheel(store.state, per_second)
            elif outcome == Outcome.HEAP_FULL:
                store.hold_events(len(store.traffic.heap))
            else:
                store.add_bins()


def _rows(movers_or_links: ArrayLike) -> NDArray[np.int64]:
    return np.atleast_1d(np.array(movers_or_links, dtype=np.int64))


def _notice(record: np.void) -> Notice:
    time, mover, place, kind = record.item()
    return Notice(time, NoticeKind(kind), mover, place)
