"""The arrays that the movement kernels work on, and how they grow."""

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels.arrays import (
    ARRIVED,
    CONTROL,
    EVENT,
    EXTRA,
    GATE,
    JUNCTION,
    LINK,
    MOVER,
    N_BUCKETS,
    NO_WAY,
    NONE,
    RECORD,
    RUN,
    SLOT,
    UNITS_PER_PCU,
    UNLIMITED,
    Crowding,
    LinkColumns,
    Records,
    Traffic,
    record_array,
)
from evacsim.kernels.contention import AT_JUNCTION

FIRST_BUFFER = 16_384
"""Records between two interruptions of a kernel, and slots to begin with."""
FIRST_HEAP = 4_096
PER_BUCKET = 32.0
"""Buckets of the event wheel in a second; of no consequence for results."""


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
        roads, extras = link_records(links)
        gates, junctions = gate_records(links, roads, node_capacity)
        control = record_array(1, CONTROL)
        control.n_nodes, control.n_gates, control.bin_end = n_nodes, len(gates), bin_length
        control.per_bucket = PER_BUCKET
        control.held_links = control.held_movers = control.unused_run = control.ring = NONE
        self.traffic = Traffic(
            movers=record_array(0, MOVER),
            links=roads,
            gates=gates,
            junctions=junctions,
            extras=extras,
            slots=record_array(0, SLOT),
            runs=np.zeros(0, dtype=np.int32),
            buckets=np.full(N_BUCKETS, NONE, dtype=np.int32),
            heap=record_array(FIRST_HEAP, EVENT),
            trees=np.full(n_trees * n_nodes, NO_WAY, dtype=np.int32),
            paths=np.zeros(0, dtype=np.int32),
            records=record_array(FIRST_BUFFER, RECORD),
            entries=np.zeros(2 * n_bins * n_links, dtype=np.int32),
            control=control,
        )
        self.add_slots(FIRST_BUFFER)

    @property
    def control(self) -> np.void:
        """The one record of control, by field name."""
        record: np.void = self.traffic.control.view(np.ndarray)[0]
        return record

    @property
    def records(self) -> NDArray[np.void]:
        """The records since `take_records`."""
        records: NDArray[np.void] = self.traffic.records.view(np.ndarray)
        return records[: self.control["n_records"]]

    def take_records(self) -> NDArray[np.void]:
        """Empty the buffer of records and return them."""
        taken = self.records.astype(RECORD)
        self.control["n_records"] = 0
        return taken

    def hold_records(self, n: int) -> None:
        """Make the empty buffer large enough for n records."""
        if n > len(self.traffic.records):
            self.traffic = self.traffic._replace(records=record_array(n, RECORD))

    def hold_movers(self, n: int) -> None:
        """Make room for n movers in all."""
        held = len(self.traffic.movers)
        if n > held:
            # Doubling what is there keeps the cost of adding one by one in proportion.
            self.traffic = self.traffic._replace(movers=_grown(self.traffic.movers, max(n, 2 * held)))

    def hold_events(self, n: int) -> None:
        """Make room in the heap for n more events."""
        n += int(self.control["heap_size"])
        if n > len(self.traffic.heap):
            self.traffic = self.traffic._replace(heap=_grown(self.traffic.heap, 2 * n))

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
        self.traffic = self.traffic._replace(slots=_grown(self.traffic.slots, last * RUN), runs=runs)

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

    def add_bins(self) -> None:
        """Let the time bins of the link counts cover twice the time."""
        entries = self.traffic.entries
        self.traffic = self.traffic._replace(entries=np.concatenate([entries, np.zeros_like(entries)]))


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


def link_records(links: LinkColumns) -> tuple[Records, Records]:
    """Return the records of empty links, open to all modes, and the extras that some have."""
    n_links = len(links.length)
    roads = record_array(n_links, LINK)
    roads.length, roads.free_speed, roads.speed_factor = links.length, links.free_speed, 1.0
    roads.headway, roads.wave_time = 1.0 / links.capacity, links.length / links.wave_speed
    roads.to_node, roads.passing = links.to_node, links.overtaking
    roads.weight = links.capacity if links.priority is None else links.priority
    roads.room = roads.storage = storage_units(links.storage)
    roads.head = roads.last = roads.first = roads.next = roads.wants = roads.beside = roads.extra = NONE
    roads.gate = np.arange(n_links)
    drop = np.zeros(n_links) if links.capacity_drop is None else links.capacity_drop
    with_extra = np.flatnonzero(links.overtaking | (drop > 0))
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
        assert np.all(links.overtaking[links.twin[links.twin >= 0]]), "the twin of a footway is none"
    return roads, extras


def new_extras(n: int) -> Records:
    """Return n extras that change nothing."""
    extras = record_array(n, EXTRA)
    extras.first = extras.last = extras.members = extras.twin = NONE
    extras.drop, extras.area = 1.0, np.inf
    return extras


def gate_records(
    links: LinkColumns, roads: Records, node_capacity: NDArray[np.float64] | None
) -> tuple[Records, Records]:
    """Return the gates of links and of junctions, and the junctions; links learn which is theirs."""
    n_links = len(roads)
    is_limited = np.zeros(0, dtype=bool) if node_capacity is None else np.isfinite(node_capacity)
    nodes = np.flatnonzero(is_limited)
    gates = record_array(n_links + len(nodes), GATE)
    gates.event = np.inf
    gates.next = gates.contenders = gates.first = gates.last = NONE
    junctions = record_array(len(nodes), JUNCTION)
    if node_capacity is not None:
        assert np.all(node_capacity > 0), "a node has no capacity"
        junctions.headway = 1.0 / node_capacity[nodes]
        begins_at_one = np.flatnonzero(is_limited[links.from_node])
        roads.contended[begins_at_one] = AT_JUNCTION
        roads.gate[begins_at_one] = n_links + np.searchsorted(nodes, links.from_node[begins_at_one])
    return gates, junctions


def _grown(records: Records, n: int) -> Records:
    larger = record_array(n, records.dtype)
    larger[: len(records)] = records
    return larger
