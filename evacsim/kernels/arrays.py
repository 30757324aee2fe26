"""The arrays that the movement kernels share: what each field means, and in which unit.

Links, movers and gaps are touched one at a time, so each is one record: a mover fills one
cache line of 64 bytes, a link two, and arrays of records begin on a cache line.

Rows stand for links, nodes and movers; -1 stands for none. Room on links is counted in
thousandths of a passenger-car unit, so that sums of any sizes are exact.
"""

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

MAX_MODES = 4
"""Travel modes a link can tell apart (0 walker, 1 car, 2 bus, 3 free)."""

NONE = -1
"""No link, no mover, no gap."""
ARRIVED = -2
"""In a next-link tree: the node is a destination."""
NO_WAY = -1
"""In a next-link tree: no way leads from the node to a destination."""

UNITS_PER_PCU = 1000
"""Sizes and storages are whole numbers of thousandths of a pcu (walk links: of a person)."""
UNLIMITED = 2_000_000_000
"""Storage [thousandths of a pcu] of a link without limit; 2 million pcu or more count as this."""

CACHE_LINES = 128
"""Processors fetch pairs of cache lines; a link is such a pair [byte]."""
RUN_OF_GAPS = 4
"""Gaps of one link stand together in runs of so many, a cache line (a power of two)."""

BUCKET_LENGTH = 1 / 32
"""Length of a bucket of the event wheel [s]; of no consequence for results."""
N_BUCKETS = 131_072
"""Buckets of the wheel (a power of two): one turn takes 68 min; later events wait for their turn."""


class NoticeKind(IntEnum):
    """What a record of the movement says."""

    DEPARTED = 0
    """Entered its first link; `place` is the link."""
    ARRIVED = 1
    """Reached its destination; `place` is the node."""
    CUT_OFF = 2
    """Stands at a node from which no way leads to its destination; `place` is the node."""
    STOPPED = 3
    """Its link closed to it under way; `place` is the link."""
    RESUMED = 4
    """Its link opened to it again; `place` is the link."""
    ENTERED = 5
    """Entered a link (recorded only on demand); `place` is the link."""


class MoverState(IntEnum):
    """Where a mover stands; every mover is in exactly one of these at any moment."""

    IDLE = 0
    """Has a row, was never sent."""
    SCHEDULED = 1
    """Will depart at a known time."""
    WAITING = 2
    """Has departed and waits at its node for room on its first link."""
    MOVING = 3
    """Is on a link, or held up at its end."""
    STOPPED = 4
    """Is on a link that is closed to it."""
    ARRIVED = 5
    """Stands at its destination."""
    CUT_OFF = 6
    """Stands at a node without a way on, off the road."""
    REMOVED = 7
    """Was taken out."""


class Queue(IntEnum):
    """What a mover is queued in; its `next` is the one behind it there."""

    NOTHING = 0
    WHEEL = 1
    """Its event is in a bucket of the wheel."""
    HEAP = 2
    """Its event is in the heap, soon to happen; `next` is free."""
    LINE = 3
    """It stands behind others in a line: at its origin, or at the end of an overtaking link."""
    GATE = 4
    """It is ready to enter link `wants` and stands at its gate behind others, or there is no room."""
    HELD = 5
    """The link it must take next is closed to it."""


class Outcome(IntEnum):
    """Why `advance` returned."""

    DONE = 0
    """Nothing is left to happen until the given time."""
    NOTICE = 1
    """The last record is a notice of a watched mover."""
    RECORDS_FULL = 2
    """There may be no room for the records of the next event."""
    GAPS_FULL = 3
    """There may be no room for the gap that the next event leaves behind."""
    BINS_FULL = 4
    """The next event lies beyond the last time bin."""


MOVER = np.dtype(
    [
        (
            "time",
            "f8",
        ),  # reaches (reached) the end of its link, departs (departed) [s]; STOPPED: way left [m]
        ("event", "f8"),  # when it acts next [s]; only valid while its queue is WHEEL or HEAP
        ("speed", "f8"),  # own speed [m/s]
        ("link", "i4"),  # link it is on
        ("ahead", "i4"),  # mover that entered the link before it and is still there
        ("behind", "i4"),  # mover that entered the link after it
        ("next", "i4"),  # mover behind it in its queue
        ("wants", "i4"),  # link that it waits for: at its gate, with its entry granted, or in the origin line
        ("space", "i4"),  # room it takes [thousandths of a pcu]
        ("people", "i4"),  # people on board
        ("tree", "i4"),  # next-link tree it follows
        ("key", "i4"),  # settles ties
        ("mode", "u1"),  # travel mode
        ("state", "u1"),  # MoverState
        ("queue", "u1"),  # Queue
        ("watched", "u1"),  # 1: its notices interrupt `advance`
    ]
)

LINK = np.dtype(
    [
        ("length", "f8"),  # [m]
        ("free_speed", "f8"),  # speed limit [m/s]
        ("speed_factor", "f8", (MAX_MODES,)),  # for each mode, 0 (closed) to 1
        ("headway", "f8"),  # time one pcu takes to pass the entrance or the exit [s]
        ("wave_time", "f8"),  # time a gap takes from the exit to the entrance [s]
        ("entry_free", "f8"),  # the entrance is free from then on [s]
        ("exit_free", "f8"),  # the exit is free from then on [s]
        ("to_node", "i4"),
        ("storage", "i4"),  # room for movers [thousandths of a pcu]
        ("room", "i4"),  # room left, without gaps still on their way to the entrance
        ("first_gap", "i4"),  # gap that reaches the entrance next
        ("last_gap", "i4"),
        ("head", "i4"),  # mover on the link that entered first
        ("tail", "i4"),  # mover on the link that entered last
        ("gate", "i4"),  # first mover in the queue at the gate
        ("granted", "i4"),  # mover that enters next, at a known time (its event)
        ("overtaking", "i4"),  # 1: movers pass each other
        ("on_link", "i4"),  # movers on the link
        ("people", "i4"),  # people on the link
    ]
)

LINE = np.dtype(
    [
        ("front", "i4"),  # mover that tries to go on
        ("first", "i4"),  # first mover behind it
        ("last", "i4"),  # last mover behind it
        ("spare", "i4"),
    ]
)

GAP = np.dtype(
    [
        ("time", "f8"),  # when it reaches the entrance [s]
        ("space", "i4"),  # [thousandths of a pcu]
        ("next", "i4"),  # gap behind it, or the next unused one
    ]
)

EVENT = np.dtype(
    [
        ("time", "f8"),  # when it happens [s]
        ("since", "f8"),  # the mover's `time`: who has stood longest acts first
        ("key", "i4"),
        ("mover", "i4"),
    ]
)

RECORD = np.dtype(
    [
        ("time", "f8"),  # [s]
        ("mover", "i4"),
        ("place", "i4"),  # link or node, see NoticeKind
        ("kind", "u1"),  # NoticeKind
    ],
    align=True,
)

CONTROL = np.dtype(
    [
        ("time", "f8"),  # time of the last event [s]
        ("bin_end", "f8"),  # end of the present time bin [s]
        ("bin", "i8"),  # present time bin
        ("cursor", "i8"),  # the heap holds all events of this bucket and those before it
        ("n_events", "i8"),  # events in the wheel and in the heap, stale ones too
        ("heap_size", "i8"),  # events in the heap, stale ones too
        ("n_stale", "i8"),  # events in the heap that were called off
        ("n_records", "i8"),
        ("n_nodes", "i8"),
        ("unused_gap", "i4"),  # first gap of the list of unused ones
        ("n_unused_gaps", "i4"),
        ("held", "i4"),  # first mover in the queue HELD
        ("spare", "i4"),
        ("movers", "i8", (len(MoverState),)),  # movers in each state
        ("people", "i8", (len(MoverState),)),  # people in each state
    ]
)

Records = Any
"""An array of records (`np.recarray`), whose columns are attributes, or one record."""


class Traffic(NamedTuple):
    """The whole state of movement, as the kernels see it."""

    movers: Records
    """MOVER, shape (n_movers,)."""
    nodes: NDArray[np.int32]
    """Node where each mover stands or stood last when off the road, shape (n_movers,)."""
    links: Records
    """LINK, shape (n_links,)."""
    lines: Records
    """LINE, shape (2 n_links,): at the end of each (overtaking) link, then at the origins of each link."""
    gaps: Records
    """GAP, a pool that all links share; unused ones form a list."""
    buckets: NDArray[np.int32]
    """First mover of each bucket of the event wheel, shape (N_BUCKETS,)."""
    heap: Records
    """EVENT, the next events as a binary heap."""
    trees: NDArray[np.int32]
    """Next link of each tree at each node, shape (n_trees n_nodes,)."""
    records: Records
    """RECORD, output."""
    entries: NDArray[np.int32]
    """Movers and people that entered each link in each time bin, shape (2 n_bins n_links,)."""
    control: Records
    """CONTROL, shape (1,)."""


class LinkColumns(NamedTuple):
    """The links of a network, one row each; movement never changes them."""

    from_node: NDArray[np.int64]
    """Node where the link begins, shape (n_links,)."""
    to_node: NDArray[np.int64]
    """Node where it ends."""
    length: NDArray[np.float64]
    """[m]"""
    free_speed: NDArray[np.float64]
    """Speed limit [m/s]; inf: everyone at their own speed."""
    capacity: NDArray[np.float64]
    """Flow capacity at the entrance and at the exit [pcu/s] (walk links: [person/s]); inf: unlimited."""
    storage: NDArray[np.float64]
    """What the link holds when jammed [pcu] (walk links: [person]), at least 1; inf: unlimited."""
    wave_speed: NDArray[np.float64]
    """Speed at which a gap travels upstream [m/s]; inf: at once."""
    overtaking: NDArray[np.bool_]
    """Movers may pass each other (walk links); otherwise first in, first out."""
    key: NDArray[np.int64]
    """Settles ties between links in place of the row; unique."""


def record_array(n: int, dtype: DTypeLike) -> Records:
    """Return n zeroed records that begin on a pair of cache lines."""
    item = np.dtype(dtype)
    raw = np.zeros(n * item.itemsize + CACHE_LINES, dtype=np.uint8)
    start = -raw.ctypes.data % CACHE_LINES
    return raw[start : start + n * item.itemsize].view(item).view(np.recarray)
