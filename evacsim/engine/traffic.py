"""The arrays that the movement kernels work on, and how they grow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import for_kernels
from evacsim.kernels.arrays import (
    ACT,
    ARRIVED,
    CONTROL,
    EVENT,
    EXTRA,
    GRADED_MODES,
    JUNCTION,
    LINK,
    MAX_MODES,
    MOVER,
    N_BUCKETS,
    NO_WAY,
    NONE,
    RECORD,
    ROAD,
    RUN,
    SLOT,
    UNITS_PER_PCU,
    UNLIMITED,
    Contention,
    Crowding,
    LinkColumns,
    LinkKind,
    Records,
    Traffic,
    record_array,
)
from evacsim.kernels.movement import MARGIN
from evacsim.kernels.state import note_addresses

FIRST_BUFFER = 16_384
"""Records between two interruptions of a kernel, and slots to begin with."""
MOST_RESERVED = 2**24
"""Slots that memory is reserved for at most, 400 MB; what is not used takes none."""
FIRST_HEAP = 4_096
PER_BUCKET = 16.0
"""Buckets of the event wheel in a second to begin with; of no consequence for results."""
FIRST_LOOK = 2_048
"""Events after which it is looked whether buckets have the right length, later each time twice as many or more."""
PER_EVENT = 0.4
"""Buckets for each event: a few events in each are best (measured)."""
RIGHT_WITHIN = 2.5
"""Up to so many times more or fewer are left as they are."""


class TrafficStore:
    """The state of movement; kernels that find no room ask for more and are called again."""

    def __init__(
        self,
        *,
        n_nodes: int,
        links: LinkColumns,
        n_trees: int,
        bin_length: float,
        duration: float,
        node_capacity: NDArray[np.float64] | None,
    ) -> None:
        n_links, n_bins = len(links.length), max(1, int(np.ceil(duration / bin_length)))
        records, roads, extras = link_records(links, node_capacity)
        acts, junctions = gate_records(links, node_capacity)
        control = record_array(1, CONTROL)
        control.n_nodes, control.bin_end = n_nodes, bin_length
        control.per_bucket, control.look_after = PER_BUCKET, FIRST_LOOK
        self._looked = (0, 0.0)
        control.held_links = control.held_movers = control.unused_run = control.ring = NONE
        self._pool = record_array(places_on(roads) + RUN * n_links + FIRST_BUFFER, SLOT, zeroed=False)
        """Memory that slots grow into, where there is enough of it."""
        self.traffic = Traffic(
            movers=record_array(0, MOVER),
            links=records,
            roads=roads,
            acts=acts,
            junctions=junctions,
            extras=extras,
            slots=self._pool[:0],
            runs=np.zeros(0, dtype=np.int32),
            buckets=np.full(N_BUCKETS, NONE, dtype=np.int32),
            heap=record_array(FIRST_HEAP, EVENT),
            trees=np.full(n_trees * n_nodes, NO_WAY, dtype=np.int32),
            paths=np.zeros(0, dtype=np.int32),
            records=record_array(FIRST_BUFFER, RECORD, zeroed=False),
            entries=np.zeros(2 * n_bins * n_links, dtype=np.int32),
            control=control,
        )
        self.add_slots(FIRST_BUFFER)
        self.plain_from = 0
        """Storage that every mover fits into [thousandths of a pcu]."""
        control.smallest = UNITS_PER_PCU
        self.note_sizes(UNITS_PER_PCU, UNITS_PER_PCU)

    def note_sizes(self, smallest: int, largest: int) -> None:
        """Say anew which links are plain, and who is the smallest, now that there are movers of such sizes."""
        self.control["smallest"] = min(self.control["smallest"], smallest)
        self.control["largest"] = max(self.control["largest"], largest)
        if largest <= self.plain_from:
            return
        self.plain_from = 4 * largest
        links, roads = self.traffic.links, self.traffic.roads
        is_plain = (
            (roads.extra == NONE)
            & (roads.storage >= self.plain_from)
            & (roads.storage < UNLIMITED)
            & (speed_factors(roads) == 1.0).all(axis=1)
        )
        fifo = links.kind != LinkKind.PASSING
        links.kind[fifo] = np.where(is_plain, LinkKind.PLAIN, LinkKind.ORDINARY)[fifo]

    def __getstate__(self) -> dict[str, Any]:
        """Return all but memory that nothing stands in."""
        return self.__dict__ | {"_pool": self._pool[:0]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state of another store; a copy has its arrays elsewhere."""
        self.__dict__.update(state)
        self.traffic = self._traffic

    @property
    def traffic(self) -> Traffic:
        """All arrays; kernels are given `state`, which knows where they are."""
        return self._traffic

    @traffic.setter
    def traffic(self, traffic: Traffic) -> None:
        self._traffic = traffic
        note_addresses(traffic)
        self.state: Records = for_kernels(traffic.control)
        """What kernels are given."""
        self.movers: Records = traffic.movers.view(np.ndarray)
        """The movers by field name, which takes a fifth of the time that an attribute takes."""
        self._records: NDArray[np.void] = traffic.records.view(np.ndarray)
        self.control: np.void = traffic.control.view(np.ndarray)[0]
        """The one record of control, by field name."""

    @property
    def records(self) -> NDArray[np.void]:
        """The records since `take_records`."""
        return self._records[: self.control["n_records"]]

    def take_records(self) -> NDArray[np.void]:
        """Empty the buffer of records and return them; a buffer that is mostly full goes with them."""
        taken, held = self.records, len(self.traffic.records)
        self.control["n_records"] = 0
        if 2 * len(taken) <= held:
            return joined([taken])
        self.traffic = self.traffic._replace(records=record_array(held, RECORD, zeroed=False))
        return taken

    def hold_records(self, n: int) -> None:
        """Make the empty buffer large enough for n records."""
        if n > len(self.traffic.records):
            self.traffic = self.traffic._replace(records=record_array(n, RECORD, zeroed=False))

    def hold_movers(self, n: int) -> None:
        """Make room for n movers in all."""
        held = len(self.traffic.movers)
        if n > held:
            # Doubling what is there keeps the cost of adding one by one in proportion.
            self.traffic = self.traffic._replace(movers=_grown(self.traffic.movers, max(n, 2 * held)))
            if self.control["n_records"] == 0:
                # Most movers depart and arrive, and that is all that is recorded of them.
                self.hold_records(2 * len(self.traffic.movers) + MARGIN)

    def hold_events(self, n: int) -> None:
        """Make room in the heap for n more events."""
        n += int(self.control["heap_size"])
        if n > len(self.traffic.heap):
            self.traffic = self.traffic._replace(heap=_grown(self.traffic.heap, 2 * n))

    def hold_departures(self, times: NDArray[np.float64]) -> None:
        """Make room in the heap for those of some departures that do not lie in the wheel."""
        opened = int(self.control["cursor"]) + 1
        self.hold_events(int(np.count_nonzero(times * self.control["per_bucket"] < opened)))

    def hold_slots(self, n: int) -> None:
        """Make room for n more slots, each on a link of its own."""
        missing = n - int(self.control["n_unused_runs"])
        if missing > 0:
            self.add_slots(max(RUN * missing, len(self.traffic.slots)))

    def add_slots(self, n: int) -> None:
        """Add n unused slots to the pool (a multiple of a run)."""
        first, last = len(self.traffic.runs), (len(self.traffic.slots) + n) // RUN
        runs = np.concatenate([self.traffic.runs, np.arange(first, last, dtype=np.int32) + 1]).astype(
            np.int32
        )
        runs[-1] = self.control["unused_run"]
        self.control["unused_run"] = first
        self.control["n_unused_runs"] += last - first
        if last * RUN <= len(self._pool):
            slots = self._pool[: last * RUN]
        else:
            slots, self._pool = _grown(self.traffic.slots, last * RUN), self._pool[:0]
        self.traffic = self.traffic._replace(slots=slots, runs=runs)

    def add_trees(self, n: int) -> None:
        """Add n trees that lead nowhere yet."""
        more = np.full(n * int(self.control["n_nodes"]), NO_WAY, dtype=np.int32)
        self.traffic = self.traffic._replace(trees=np.concatenate([self.traffic.trees, more]))

    def add_paths(self, first: NDArray[np.int64], links: NDArray[np.int32]) -> NDArray[np.int64]:
        """Add paths, each closed by ARRIVED, and return where each begins."""
        n_paths, held = len(first) - 1, len(self.traffic.paths)
        begins = first[:-1] + np.arange(n_paths)
        paths = np.full(len(links) + n_paths, ARRIVED, dtype=np.int32)
        paths[np.arange(len(links)) + np.repeat(np.arange(n_paths), np.diff(first))] = links
        self.traffic = self.traffic._replace(
            paths=np.concatenate([self.traffic.paths, paths]) if held else paths
        )
        return held + begins

    def look_at_wheel(self) -> float | None:
        """Return how many buckets a second should have if that is far from what it has."""
        n_acts, time = int(self.control["n_acts"]), float(self.control["time"])
        acts, elapsed = n_acts - self._looked[0], time - self._looked[1]
        self._looked = (n_acts, time)
        # Buckets of another length cost a look at everything that may act.
        n_entities = len(self.traffic.acts) + len(self.traffic.movers)
        self.control["look_after"] = n_acts + max(n_acts, FIRST_LOOK, n_entities // 8)
        wanted = min(max(PER_EVENT * acts / max(elapsed, 1e-3), 1e-2), 1e6)
        off = wanted / float(self.control["per_bucket"])
        return None if 1 / RIGHT_WITHIN < off < RIGHT_WITHIN else wanted

    def add_bins(self) -> None:
        """Let the time bins of the link counts cover twice the time."""
        entries = self.traffic.entries
        self.traffic = self.traffic._replace(entries=np.concatenate([entries, np.zeros_like(entries)]))


def places_on(roads: Records) -> int:
    """Return how many slots movers of one pcu can take on all links with a limit."""
    limited = roads.storage[roads.storage < UNLIMITED].astype(np.int64)
    return int(min(limited.sum() // UNITS_PER_PCU, MOST_RESERVED))


def speed_factors(roads: Records) -> NDArray[np.float32]:
    """Return by what the speed of each mode is multiplied on some roads; float32, shape (n, MAX_MODES)."""
    ungraded = np.arange(MAX_MODES - GRADED_MODES, dtype=np.uint32)
    is_closed = (roads.closed_modes[:, None] >> ungraded) & 1
    return np.concatenate([roads.speed_factor, 1.0 - is_closed], axis=1).astype(np.float32)


def check_links(links: LinkColumns, n_nodes: int) -> None:
    """Refuse columns that describe no network."""
    for nodes in (links.from_node, links.to_node):
        assert np.all((nodes >= 0) & (nodes < n_nodes)), "a link begins or ends at no node"
    assert np.all((links.length > 0) & np.isfinite(links.length)), "a link has no length"
    for name in ("free_speed", "capacity", "wave_speed"):
        assert np.all(getattr(links, name) > 0), f"a link has no {name}"
    assert np.all(links.storage >= 1), "a link has room for less than 1 pcu"
    if links.priority is not None:
        assert np.all(links.priority > 0), "a link has no priority"
    if links.capacity_drop is not None:
        assert np.all((links.capacity_drop >= 0) & (links.capacity_drop < 1)), (
            "a capacity drop is not from 0 to 1"
        )


def storage_units(storage: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return storages [pcu] in thousandths."""
    # A storage of 7.9999999 pcu was meant to be 8.
    units: NDArray[np.int32] = np.floor(np.minimum(storage * UNITS_PER_PCU + 1e-3, UNLIMITED)).astype(
        np.int32
    )
    return units


def link_records(
    links: LinkColumns, node_capacity: NDArray[np.float64] | None
) -> tuple[Records, Records, Records]:
    """Return two records of each empty link, open to all modes, and the extras that some have."""
    n_links = len(links.length)
    records, roads = record_array(n_links, LINK), record_array(n_links, ROAD)
    records.headway, records.wave_time = 1.0 / links.capacity, links.length / links.wave_speed
    records.travel_time = links.length / links.free_speed
    records.kind = np.where(links.overtaking, LinkKind.PASSING, LinkKind.ORDINARY)
    records.last_in_line = records.last = NONE
    records.to_node = links.to_node
    records.turn_time = 1.0 / (links.capacity if links.priority is None else links.priority)
    roads.length, roads.speed_factor = links.length, 1.0
    records.room = roads.storage = storage_units(links.storage)
    roads.extra = NONE
    drop = np.zeros(n_links) if links.capacity_drop is None else links.capacity_drop
    at_junction = limited_nodes(node_capacity, links.from_node) & ~links.overtaking
    with_extra = np.flatnonzero(links.overtaking | (drop > 0) | at_junction)
    roads.extra[with_extra] = np.arange(len(with_extra))
    extras = new_extras(len(with_extra))
    extras.drop = 1.0 / (1.0 - drop[with_extra])
    if links.crowd is not None:
        assert links.width is not None, "a law of density needs widths"
        crowd, width = links.crowd[with_extra], links.width[with_extra]
        extras.crowding = np.where(np.isfinite(width), crowd, Crowding.NONE)
        extras.area = links.length[with_extra] * width
    if links.twin is not None:
        extras.twin = links.twin[with_extra]
        both = np.flatnonzero(links.twin >= 0)
        assert np.all(links.overtaking[links.twin[both]]), "the twin of a footway is none"
        assert np.array_equal(links.twin[links.twin[both]], both), "a footway is not the twin of its twin"
        one, other = twin_pairs(links)
        first = n_links + n_limited(node_capacity)
        for way in (one, other):
            records.contention[way] = Contention.AT_JUNCTION
            extras.gate[roads.extra[way]] = first + np.arange(len(way))
    if node_capacity is not None:
        nodes = np.flatnonzero(np.isfinite(node_capacity))
        records.contention[at_junction] = Contention.AT_JUNCTION
        extras.gate[roads.extra[at_junction]] = n_links + np.searchsorted(nodes, links.from_node[at_junction])
    return records, roads, extras


def limited_nodes(
    node_capacity: NDArray[np.float64] | None, from_node: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which links begin at a node of limited capacity."""
    if node_capacity is None:
        return np.zeros(len(from_node), dtype=bool)
    return np.asarray(np.isfinite(node_capacity)[from_node])


def n_limited(node_capacity: NDArray[np.float64] | None) -> int:
    """Return how many nodes have a limited capacity."""
    return 0 if node_capacity is None else int(np.isfinite(node_capacity).sum())


def twin_pairs(links: LinkColumns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of footways that share their width, each once, the smaller row first."""
    if links.twin is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    one = np.flatnonzero(links.twin > np.arange(len(links.twin)))
    return one, links.twin[one]


def new_extras(n: int) -> Records:
    """Return n extras that change nothing."""
    extras = record_array(n, EXTRA)
    extras.first = extras.last = extras.members = extras.twin = NONE
    extras.drop, extras.area = 1.0, np.inf
    return extras


def gate_records(links: LinkColumns, node_capacity: NDArray[np.float64] | None) -> tuple[Records, Records]:
    """Return the gates, of links, of junctions of limited capacity and of pairs of twins; and the junctions.

    A pair of twins is entered through one gate at both of its ends. How long a walker keeps it busy his link knows.
    """
    limits = np.zeros(0) if node_capacity is None else node_capacity[np.isfinite(node_capacity)]
    assert np.all(limits > 0), "a node has no capacity"
    limits = np.append(limits, np.full(len(twin_pairs(links)[0]), np.inf))
    acts = record_array(2 * (len(links.length) + len(limits)), ACT)
    acts.time[1::2], acts.next, acts.beyond, acts.first, acts.head = np.inf, NONE, NONE, NONE, NONE
    junctions = record_array(len(limits), JUNCTION)
    junctions.headway = 1.0 / limits
    return acts, junctions


def joined(parts: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    """Return copies of some arrays of RECORD as one; numpy takes ten times as long to copy field by field."""
    return np.concatenate([part.view(np.uint8) for part in parts]).view(RECORD)


def _grown(records: Records, n: int) -> Records:
    larger = record_array(n, records.dtype)
    larger.view(np.uint8)[: records.nbytes] = records.view(np.uint8)
    return larger
