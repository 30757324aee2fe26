"""The arrays that the movement kernels share: what each field means, and in which unit.

Links, movers and slots are touched one at a time, so each is one record: a mover fills one cache
line of 64 bytes, so does what every passage needs of a link, and arrays of records begin on a line.

Rows stand for links, nodes and movers; -1 stands for none. Room on links is counted in
thousandths of a passenger-car unit, so that sums of any sizes are exact.

Three kinds of things act at a time of their own, and are numbered together as entities: links
(their front tries to go on), gates (they let the next in), movers (they depart, or reach the end
of a link on which movers pass each other).
"""

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

MAX_MODES = 11
"""Travel modes a link can tell apart (0 walker, 1 car, 2 bus, the others boats of unlike draught, trucks that wade)."""
GRADED_MODES = 3
"""Those of them that a link may slow down; to the others it is open or closed."""

NONE = -1
"""No link, no mover, no slot."""
ARRIVED = -2
"""In a next-link tree, and at the end of a path: the node is the destination."""
NO_WAY = -1
"""In a next-link tree: no way leads from the node to a destination."""

UNITS_PER_PCU = 1000
"""Sizes and storages are whole numbers of thousandths of a pcu (walk links: of a person)."""
UNLIMITED = 2_000_000_000
"""Storage [thousandths of a pcu] of a link without limit; 2 million pcu or more count as this."""

CACHE_LINES = 128
"""Processors fetch pairs of cache lines [byte]."""
CHAINED = 2**30
"""Added to an entity in the event wheel behind which stands another one."""
RUN = 8
"""Slots of one link stand together in runs of so many (a power of two)."""

TURN = 8_192
"""Buckets of the event wheel that pass in one turn (a power of two). Two turns have a bucket for each, few enough to
stay in the cache."""
N_TURNS = 65_536
"""Later turns (a power of two), each with one bucket for all its events until it comes next."""
N_BUCKETS = 2 * TURN + N_TURNS


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
    HELD = 6
    """Stands before a link that is closed to it (recorded only of movers that ask); `place` is that link."""
    SQUEEZED = 7
    """Entered a full link to resolve a gridlock; `place` is the link."""
    TURNED_BACK = 8
    """Left its link and goes back to where it begins; `place` is the link."""


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
    """What a link (that is, its front) or a mover is queued in; its `next` is the one behind it there."""

    NOTHING = 0
    PENDING = 1
    """It has an event: in a bucket of the wheel, or in the heap if that is soon."""
    LINE = 2
    """A mover in a line: at its origin, or at the end of a link on which movers pass each other."""
    GATE = 3
    """A link whose front contends for the link it `wants`."""
    HELD = 4
    """The link it must take next is closed to it."""


class Outcome(IntEnum):
    """Why `advance` returned."""

    DONE = 0
    """Nothing is left to happen until the given time."""
    NOTICE = 1
    """The last record is a notice of a watched mover."""
    RING = 2
    """A ring of links has closed whose fronts wait for each other; `control.ring` is one of them."""
    RECORDS_FULL = 3
    """There may be no room for the records of the next event."""
    SLOTS_FULL = 4
    """There may be no room for the slots that the next event takes."""
    HEAP_FULL = 5
    """There may be no room for the events that the next event makes."""
    BINS_FULL = 6
    """The next event lies beyond the last time bin."""
    LOOK_AT_WHEEL = 7
    """So many events have happened that it is time to see whether the buckets of the wheel have the right length."""


class LinkKind(IntEnum):
    """What has to be looked at when a mover passes a link."""

    ORDINARY = 0
    """First in, first out; factors, limits or extras that stand in other records."""
    PLAIN = 1
    """First in, first out; all that there is to know for a passage stands in the first record of the link."""
    PASSING = 2
    """Movers pass each other."""


class Contention(IntEnum):
    """What there is at the gate of a link."""

    ALONE = 0
    """Nobody contends."""
    CONTENDED = 1
    """Somebody contends."""
    AT_JUNCTION = 2
    """The gate is that of a junction; it has to be looked at."""


class Crowding(IntEnum):
    """How the density on a footway limits walking speed."""

    NONE = 0
    """Not at all: own speeds, and the flow that the width lets through."""
    WEIDMANN = 1
    """v = v0 (1 - exp(-1.913 (1/rho - 1/5.4))), v0 the own speed (seen: Weidmann 1993)."""
    LINEAR = 2
    """v = 1.2 - 0.25 rho, with people coming the other way 1.25 - 0.476 rho (seen: CrowdWalk)."""


WATCHED, ASKS, OWN_SPEED, IS_STOPPED = 1, 2, 4, 8
"""Marks of movers and slots: notices interrupt `advance`; gives notice when held; is slower than some
links allow; its link is closed to it."""

MOVER = np.dtype(
    [
        (
            "time",
            "f8",
        ),  # departs (departed); passing links: reaches (reached) its end; STOPPED there: way left [m]
        ("event", "f8"),  # PENDING: when it acts next [s]; front of an origin line: its turn
        ("speed", "f8"),  # own speed [m/s]
        ("place", "i4"),  # link it is on, or -1 - node; in a slot only if `notes_places`
        ("next", "i4"),  # mover behind it in its queue
        ("ahead", "i4"),  # passing links: mover before it in the list of those on the link
        ("behind", "i4"),  # passing links: mover after it in that list
        ("route", "i4"),  # next-link tree it follows, or -1 - place of its next link in the paths
        ("space", "i4"),  # room it takes [thousandths of a pcu]
        ("people", "i4"),  # people on board
        ("key", "i4"),  # settles ties
        ("wants", "i4"),  # link in whose origin line it stands
        ("mode", "u1"),  # travel mode
        ("state", "u1"),  # MoverState
        ("queue", "u1"),  # Queue
        ("marks", "u1"),
    ],
    align=True,
)

LINK = np.dtype(
    [
        ("entry_free", "f8"),  # the entrance is free from then on [s]
        ("exit_free", "f8"),  # the exit is free from then on [s]
        ("headway", "f8"),  # time one pcu takes to pass the entrance or the exit [s]
        ("wave_time", "f8"),  # time a gap takes from the exit to the entrance [s]
        ("travel_time", "f8"),  # length divided by the speed limit [s]
        ("turn_time", "f4"),  # what one pcu from the link adds to its turn where links merge: 1 / its weight
        ("to_node", "i4"),
        ("last_in_line", "i4"),  # last mover of its origin line
        ("last", "i4"),  # slot that was taken last
        ("room", "i4"),  # room left, without gaps still on their way to the entrance
        ("queue", "u1"),  # Queue of its front
        ("kind", "u1"),  # LinkKind
        ("contention", "u1"),  # Contention at its gate
        ("stood", "u1"),  # 1: its front stood behind the last to leave when a gate let that one in
    ],
    align=True,
)

ROAD = np.dtype(
    [
        ("length", "f8"),  # [m]
        ("speed_factor", "f4", (GRADED_MODES,)),  # for each of these modes, 0 (closed) to 1
        ("closed_modes", "u4"),  # bit k: closed to mode GRADED_MODES + k
        ("storage", "i4"),  # room for movers [thousandths of a pcu]
        ("extra", "i4"),  # row in the extras
    ],
    align=True,
)

ACT = np.dtype(
    [
        # Link: PENDING: when its front acts next [s]; GATE: the turn of its front.
        # Gate: when it lets the next in [s]; inf: not known.
        ("time", "f8"),
        # Link: turn of the last to leave, if the front has `stood` behind that one.
        # Gate: turn of the one it let in last.
        ("turn", "f8"),
        ("next", "i4"),  # what is behind it in what it is queued in
        # Link: the one it contends for or is held before, or that the last to contend has entered.
        # Gate of a link: the contender after the origin line in the list of a gate.
        ("beyond", "i4"),
        # Link: slot of the gap that reaches its entrance next, else `head`.
        # Gate of a link: first mover of the origin line.
        ("first", "i4"),
        # Link: slot of the mover that entered first.
        # Gate: first contender, a link, or n_links + the link of an origin line.
        ("head", "i4"),
    ],
    align=True,
)

JUNCTION = np.dtype(
    [
        ("free", "f8"),  # the crossing is free from then on [s]
        ("headway", "f8"),  # time one pcu takes to pass it [s]
    ],
    align=True,
)

EXTRA = np.dtype(
    [
        ("cycle", "f8"),  # signal at the exit [s]; 0: none
        ("start", "f8"),  # begin of green in the cycle [s]
        ("green", "f8"),  # length of green [s]
        ("drop", "f8"),  # passing takes so many times longer while movers queue for the entrance
        ("area", "f8"),  # footway [m2]
        ("first", "i4"),  # passing links: first mover of the line at the end
        ("last", "i4"),  # last mover of that line
        ("members", "i4"),  # first mover of the list of those on the link
        ("taken", "i4"),  # room they take [thousandths]
        ("twin", "i4"),  # link the other way on the same footway
        ("crowding", "i4"),  # Crowding
        ("gate", "i4"),  # gate of the junction where the link begins
    ],
    align=True,
)

SLOT = np.dtype(
    {
        # time: mover: reaches (reached) the end [s], stopped: way left [m]; gap: reaches the entrance [s]
        # route: of the mover, see there
        # space: of the mover; gap: room it gives [thousandths of a pcu]
        # who: mover and route, what: all that follows, each as one number, for whoever copies them
        "names": ["time", "mover", "route", "space", "people", "mode", "marks", "who", "what"],
        "formats": ["f8", "i4", "i4", "i4", "u2", "u1", "u1", "i8", "i8"],
        "offsets": [0, 8, 12, 16, 20, 22, 23, 8, 16],
    }
)

EVENT = np.dtype(
    [
        ("time", "f8"),  # when it happens [s]
        ("since", "f8"),  # since when who acts has stood [s]; inf: a gate; known in a heap and of ties
        ("entity", "i8"),  # who acts
    ],
    align=True,
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

WRITTEN = np.dtype([("time", "f8"), ("mover", "i4"), ("place", "i4"), ("kind", "i8")])
"""RECORD as kernels write it: to its last byte, so that equal records have equal bytes."""

CONTROL = np.dtype(
    [
        ("time", "f8"),  # time of the last event [s]
        ("bin_end", "f8"),  # end of the present time bin [s]
        ("per_bucket", "f8"),  # buckets of the wheel in a second
        ("bin", "i8"),  # present time bin
        ("cursor", "i8"),  # the heap holds all events of this bucket and those before it
        ("n_events", "i8"),  # events in the wheel and in the heap, stale ones too
        ("heap_size", "i8"),  # events in the heap, stale ones too
        ("n_sorted", "i8"),  # so many of the last in the heap come in this order, whatever else settles ties
        ("is_heap", "i8"),  # 1: there is a heap; 0: its place is taken by a few events, the next at the end
        ("n_acts", "i8"),  # events that have happened
        ("look_after", "i8"),  # events after which `Outcome.LOOK_AT_WHEEL` comes
        ("n_stale", "i8"),  # events in the heap that were called off
        ("smallest", "i8"),  # size of the smallest mover [thousandths of a pcu]
        ("largest", "i8"),  # size of the largest mover
        ("n_records", "i8"),
        ("n_passages", "i8"),  # entries to links so far
        ("n_nodes", "i8"),
        ("unused_run", "i4"),  # first run of the list of unused ones
        ("n_unused_runs", "i4"),
        ("held_links", "i4"),  # first link in the queue HELD
        ("held_movers", "i4"),  # first mover in the queue HELD
        ("ring", "i4"),  # a link of the ring that has closed
        ("has_signals", "i4"),
        ("notes_places", "i4"),  # 1: movers on links without overtaking have their `place`, too
        ("movers", "i8", (len(MoverState),)),  # movers in each state
        ("people", "i8", (len(MoverState),)),  # people in each state
        ("address", "u8", (14,)),  # where the arrays of `Traffic` before this one are, see `state`
        ("size", "i8", (14,)),  # their lengths
    ],
    align=True,
)

Records = Any
"""An array of records (`np.recarray`), whose columns are attributes, or one record."""


class Traffic(NamedTuple):
    """The whole state of movement, as the kernels see it."""

    movers: Records
    """MOVER, shape (n_movers,)."""
    links: Records
    """LINK, shape (n_links,): what every passage touches."""
    roads: Records
    """ROAD, shape (n_links,): the rest of the links."""
    acts: Records
    """ACT, shape (2 n_gates,): what is touched where events and turns are put in order. For each link its front, then
    its gate, in one cache line; after them junctions of limited capacity and pairs of twin footways, likewise."""
    junctions: Records
    """JUNCTION, shape (n_gates - n_links,): of the gates that are no link's own."""
    extras: Records
    """EXTRA, of passing links and of links with a signal or a capacity drop."""
    slots: Records
    """SLOT, a pool that all links share, in runs."""
    runs: NDArray[np.int32]
    """Run that follows each run, on its link or in the list of unused ones."""
    buckets: NDArray[np.int32]
    """First entity of each bucket of the event wheel, CHAINED if there are more, shape (N_BUCKETS,): those of the
    present turn and the next, then later turns."""
    heap: Records
    """EVENT, the next events: a few, the latest first, or a heap in which each has four behind it."""
    trees: NDArray[np.int32]
    """Next link of each tree at each node, shape (n_trees n_nodes,)."""
    paths: NDArray[np.int32]
    """Links of explicit paths, one after the other, each closed by ARRIVED."""
    records: Records
    """RECORD, output."""
    entries: NDArray[np.int32]
    """Movers and people that entered each link in each time bin, shape (2 n_bins n_links,)."""
    control: Records
    """CONTROL, shape (1,)."""


class LinkColumns(NamedTuple):
    """The links of a network, one row each; ties between links are settled by their rows.

    Whoever wants results that do not depend on the order of a file sorts it by id.
    """

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
    priority: NDArray[np.float64] | None = None
    """Share of the link where it merges with others that queue too; its capacity unless given."""
    capacity_drop: NDArray[np.float64] | None = None
    """Share of the capacity of the entrance that is lost while movers queue for it, 0 to below 1."""
    width: NDArray[np.float64] | None = None
    """Width of footways [m], for their density; inf: no law of density applies."""
    twin: NDArray[np.int64] | None = None
    """Footway of the opposite direction on the same width, -1 for none: both are entered through one gate."""
    crowd: NDArray[np.int64] | None = None
    """`Crowding` of footways."""


def record_array(n: int, dtype: DTypeLike, *, zeroed: bool = True) -> Records:
    """Return n records that begin on a pair of cache lines, zeroed or with anything in them.

    Those that are not zeroed take no memory until they are written.
    """
    item = np.dtype(dtype)
    # Not np.zeros: only of memory that comes as it is numpy asks for pages of 2 MB, which saves looking up addresses.
    raw = np.empty(n * item.itemsize + CACHE_LINES, dtype=np.uint8)
    if zeroed:
        raw[:] = 0
    start = -raw.ctypes.data % CACHE_LINES
    return raw[start : start + n * item.itemsize].view(item).view(np.recarray)
