"""The arrays that the movement kernels work on, and how they grow."""

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels.arrays import (
    CONTROL,
    EVENT,
    GAP,
    LINE,
    LINK,
    MOVER,
    N_BUCKETS,
    NO_WAY,
    NONE,
    RECORD,
    RUN_OF_GAPS,
    UNITS_PER_PCU,
    UNLIMITED,
    LinkColumns,
    Records,
    Traffic,
    record_array,
)

FIRST_BUFFER = 16_384
"""Records between two interruptions of a kernel, and gaps to begin with."""


class TrafficStore:
    """The state of movement; kernels that find no room ask for more and are called again."""

    def __init__(
        self, *, n_nodes: int, links: LinkColumns, n_trees: int, bin_length: float, duration: float
    ) -> None:
        n_links, n_bins = len(links.length), max(1, int(np.ceil(duration / bin_length)))
        control = record_array(1, CONTROL)
        control.n_nodes, control.bin_end, control.held, control.unused_gap = n_nodes, bin_length, NONE, NONE
        lines = record_array(2 * n_links, LINE)
        lines.front, lines.first, lines.last = NONE, NONE, NONE
        self.traffic = Traffic(
            movers=record_array(0, MOVER),
            nodes=np.zeros(0, dtype=np.int32),
            links=link_records(links),
            lines=lines,
            gaps=record_array(0, GAP),
            buckets=np.full(N_BUCKETS, NONE, dtype=np.int32),
            heap=record_array(1, EVENT),
            trees=np.full(n_trees * n_nodes, NO_WAY, dtype=np.int32),
            records=record_array(FIRST_BUFFER, RECORD),
            entries=np.zeros(2 * n_bins * n_links, dtype=np.int32),
            control=control,
        )
        self.add_gaps(FIRST_BUFFER)

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
            n = max(n, 2 * held)
            nodes = np.full(n, NONE, dtype=np.int32)
            nodes[:held] = self.traffic.nodes
            self.traffic = self.traffic._replace(movers=_grown(self.traffic.movers, n), nodes=nodes)

    def hold_events(self, n_movers: int) -> None:
        """Make room in the heap for an event of every mover, and for one more that is called off."""
        n = 2 * n_movers + int(self.control["n_stale"]) + 1
        if n > len(self.traffic.heap):
            self.traffic = self.traffic._replace(heap=_grown(self.traffic.heap, 2 * n))

    def hold_gaps(self, n: int) -> None:
        """Make room for n more gaps, each on a link of its own."""
        missing = RUN_OF_GAPS * n - int(self.control["n_unused_gaps"])
        if missing > 0:
            self.add_gaps(max(missing, len(self.traffic.gaps)))

    def add_gaps(self, n: int) -> None:
        """Add n unused gaps to the pool, in runs."""
        first = len(self.traffic.gaps)
        gaps = _grown(self.traffic.gaps, first + n)
        gaps.next[first::RUN_OF_GAPS] = np.arange(first, first + n, RUN_OF_GAPS) + RUN_OF_GAPS
        gaps.next[-RUN_OF_GAPS] = self.control["unused_gap"]
        self.control["unused_gap"] = first
        self.control["n_unused_gaps"] += n
        self.traffic = self.traffic._replace(gaps=gaps)

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


def _grown(records: Records, n: int) -> Records:
    larger = record_array(n, records.dtype)
    larger[: len(records)] = records
    return larger
