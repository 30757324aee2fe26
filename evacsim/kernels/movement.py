"""Movement on a network, event by event: kinematic waves at the ends of links.

Only the moments at which movers pass the two ends of a link are computed (Newell 1993;
Leclercq & Bécarie 2012, both recalled), and exactly:

* a mover reaches the end of a link no sooner than its length divided by its speed;
* on a link without overtaking the first in is the first out;
* the exit and the entrance each let one pcu pass per headway;
* a link is entered only when there is room, see `room`;
* at a node the mover asks its tree for the link to take next. Whoever cannot enter it at once
  queues at its gate, first come, first served; on a link without overtaking those behind wait
  with it. A link that is closed to a mover is not asked: the mover is held until that changes.

Who stands where: the first mover of a link without overtaking tries to go on at its end. On an
overtaking link, those who have reached its end form a line, first come, first served, and so do
those who depart onto one link; the front of each line tries to go on.
"""

import numpy as np

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.arrays import (
    ARRIVED,
    NONE,
    UNLIMITED,
    MoverState,
    NoticeKind,
    Outcome,
    Queue,
    Traffic,
)
from evacsim.kernels.events import find_next, pop, schedule
from evacsim.kernels.room import leave_gap, opening_time, passing_time, room_needed


@kernel
def advance(traffic: Traffic, until: float, bin_length: float, passages: int) -> int:
    """Let everything happen until `until` [s], or until a watched mover gives notice.

    Parameters
    ----------
    traffic : Traffic
        Modified in place.
    until : float
        Events at this time still happen [s].
    bin_length : float
        Length of a time bin of the link counts [s].
    passages : int
        1: record every entry to a link.

    Returns
    -------
    int
        An `Outcome`. After a full buffer, call again with more room.
    """
    control = traffic.control[0]
    n_bins = len(traffic.entries) // max(2 * len(traffic.links), 1)
    while find_next(traffic, until):
        time, mover = traffic.heap[0].time, traffic.heap[0].mover
        if control.n_records + 2 > len(traffic.records):
            return Outcome.RECORDS_FULL
        if control.unused_gap == NONE:
            return Outcome.GAPS_FULL
        while time >= control.bin_end:
            if control.bin + 1 >= n_bins:
                return Outcome.BINS_FULL
            control.bin += 1
            control.bin_end = (control.bin + 1) * bin_length
        pop(traffic)
        control.time = time
        traffic.movers[mover].queue = Queue.NOTHING
        if act(traffic, mover, time, passages):
            return Outcome.NOTICE
    return Outcome.DONE


@part
def act(traffic: Traffic, mover: int, time: float, passages: int) -> bool:
    """Let a mover that stands at a node try to go on; True if that makes a notice of a watched one."""
    moving, control = traffic.movers[mover], traffic.control[0]
    link = moving.link
    if link == NONE:
        node = traffic.nodes[mover]
        become(traffic, mover, MoverState.WAITING)
    else:
        node = traffic.links[link].to_node
        if traffic.links[link].overtaking and not is_front_at_exit(traffic, link, mover, time):
            return False
    wanted = traffic.trees[moving.tree * control.n_nodes + node]
    if wanted < 0:
        if link != NONE:
            leave_link(traffic, mover, time)
            traffic.nodes[mover] = node
        if wanted == ARRIVED:
            become(traffic, mover, MoverState.ARRIVED)
            record(traffic, mover, time, node, NoticeKind.ARRIVED)
        else:
            become(traffic, mover, MoverState.CUT_OFF)
            record(traffic, mover, time, node, NoticeKind.CUT_OFF)
        return bool(moving.watched)
    if traffic.links[wanted].speed_factor[moving.mode] == 0.0:
        hold(traffic, mover)
        return False
    if link == NONE and not is_front_at_origin(traffic, wanted, mover):
        return False
    if asks(traffic, mover, wanted, time):
        enter(traffic, mover, wanted, time, passages)
    return False


@part
def is_front_at_exit(traffic: Traffic, link: int, mover: int, time: float) -> bool:
    """Tell whether a mover at the end of an overtaking link may try to go on now; else it lines up."""
    line = traffic.lines[link]
    if line.front == mover:
        return True
    if line.front != NONE:
        line_up(traffic, link, mover)
        return False
    line.front = mover
    if traffic.links[link].exit_free > time:
        schedule(traffic, mover, traffic.links[link].exit_free)
        return False
    return True


@part
def is_front_at_origin(traffic: Traffic, wanted: int, mover: int) -> bool:
    """Tell whether a mover that departs onto `wanted` may try now; else it lines up."""
    row = len(traffic.links) + wanted
    line = traffic.lines[row]
    if line.front == NONE:
        line.front = mover
    if line.front == mover:
        return True
    traffic.movers[mover].wants = wanted
    line_up(traffic, row, mover)
    return False


@part
def line_up(traffic: Traffic, row: int, mover: int) -> None:
    """Put a mover at the end of a line."""
    line = traffic.lines[row]
    traffic.movers[mover].queue = Queue.LINE
    traffic.movers[mover].next = NONE
    if line.first == NONE:
        line.first = mover
    else:
        traffic.movers[line.last].next = mover
    line.last = mover


@part
def move_up(traffic: Traffic, row: int) -> int:
    """Make the first mover of a line that has no front its front and return it, or NONE."""
    line = traffic.lines[row]
    mover = line.first
    line.front = mover
    if mover != NONE:
        line.first = traffic.movers[mover].next
        traffic.movers[mover].queue = Queue.NOTHING
    return int(mover)


@part
def hold(traffic: Traffic, mover: int) -> None:
    """Hold a mover whose next link is closed to it; in a line it makes way for those behind."""
    control, moving = traffic.control[0], traffic.movers[mover]
    moving.queue = Queue.HELD
    moving.next = control.held
    control.held = mover
    link = moving.link
    if link != NONE and traffic.links[link].overtaking:
        front = move_up(traffic, link)
        if front != NONE:
            schedule(traffic, front, control.time)


@part
def asks(traffic: Traffic, mover: int, link: int, time: float) -> bool:
    """Tell whether a mover may enter a link now; else it has an appointment or queues at the gate."""
    moving, road = traffic.movers[mover], traffic.links[link]
    if road.granted == mover:
        road.granted = NONE
        return True
    opening = np.inf
    if road.granted == NONE and road.gate == NONE:
        opening = opening_time(traffic, link, mover, time)
    if opening <= time:
        return True
    moving.wants = link
    if opening < np.inf:
        road.granted = mover
        schedule(traffic, mover, opening)
        return False
    moving.queue = Queue.GATE
    moving.next = NONE
    if road.gate == NONE:
        road.gate = mover
    else:
        last = road.gate
        while traffic.movers[last].next != NONE:
            last = traffic.movers[last].next
        traffic.movers[last].next = mover
    return False


@part
def open_gate(traffic: Traffic, link: int, time: float) -> None:
    """Grant entry to the first mover at a gate for the moment there is room, if that is known."""
    road = traffic.links[link]
    mover = road.gate
    if mover == NONE or road.granted != NONE:
        return
    opening = opening_time(traffic, link, mover, time)
    if opening < np.inf:
        road.gate = traffic.movers[mover].next
        road.granted = mover
        schedule(traffic, mover, opening)


@part
def enter(traffic: Traffic, mover: int, link: int, time: float, passages: int) -> None:
    """Let a mover pass from where it stands onto a link."""
    control, moving, road = traffic.control[0], traffic.movers[mover], traffic.links[link]
    came_from = moving.link
    if came_from != NONE:
        leave_link(traffic, mover, time)
    if road.storage != UNLIMITED:
        road.room -= room_needed(traffic, link, mover)
    road.entry_free = time + passing_time(traffic, link, mover)
    road.on_link += 1
    road.people += moving.people
    speed = min(moving.speed, road.free_speed) * road.speed_factor[moving.mode]
    moving.time = time + road.length / speed
    moving.link = link
    moving.wants = NONE
    moving.behind = NONE
    moving.ahead = road.tail
    if road.tail == NONE:
        road.head = mover
    else:
        traffic.movers[road.tail].behind = mover
    road.tail = mover
    if road.overtaking:
        schedule(traffic, mover, moving.time)
    elif road.head == mover:
        schedule(traffic, mover, max(moving.time, road.exit_free))
    count = 2 * (control.bin * len(traffic.links) + link)
    traffic.entries[count] += 1
    traffic.entries[count + 1] += moving.people
    open_gate(traffic, link, time)
    if came_from == NONE:
        become(traffic, mover, MoverState.MOVING)
        record(traffic, mover, time, link, NoticeKind.DEPARTED)
        front = move_up(traffic, len(traffic.links) + link)
        if front != NONE and asks(traffic, front, link, time):
            schedule(traffic, front, time)
    if passages:
        record(traffic, mover, time, link, NoticeKind.ENTERED)


@part
def leave_link(traffic: Traffic, mover: int, time: float) -> None:
    """Let a mover pass the exit of its link; the next one's turn comes a headway later."""
    link = traffic.movers[mover].link
    road = traffic.links[link]
    road.exit_free = time + passing_time(traffic, link, mover)
    vacate(traffic, mover, time)
    if road.overtaking:
        front = move_up(traffic, link)
        if front != NONE:
            schedule(traffic, front, road.exit_free)
    elif road.head != NONE and traffic.movers[road.head].state == MoverState.MOVING:
        schedule(traffic, road.head, max(traffic.movers[road.head].time, road.exit_free))
    open_gate(traffic, link, time)


@part
def vacate(traffic: Traffic, mover: int, time: float) -> None:
    """Take a mover off its link and leave its gap behind."""
    movers, moving = traffic.movers, traffic.movers[mover]
    link = moving.link
    road = traffic.links[link]
    if moving.ahead == NONE:
        road.head = moving.behind
    else:
        movers[moving.ahead].behind = moving.behind
    if moving.behind == NONE:
        road.tail = moving.ahead
    else:
        movers[moving.behind].ahead = moving.ahead
    moving.link = NONE
    road.on_link -= 1
    road.people -= moving.people
    leave_gap(traffic, link, room_needed(traffic, link, mover), time)


@part
def become(traffic: Traffic, mover: int, state: MoverState) -> None:
    """Change the state of a mover and the counts of movers and people in it."""
    control, moving = traffic.control[0], traffic.movers[mover]
    control.movers[moving.state] -= 1
    control.people[moving.state] -= moving.people
    moving.state = state
    control.movers[state] += 1
    control.people[state] += moving.people


@part
def record(traffic: Traffic, mover: int, time: float, place: int, kind: NoticeKind) -> None:
    """Write a record."""
    control = traffic.control[0]
    entry = traffic.records[control.n_records]
    control.n_records += 1
    entry.time = time
    entry.mover = mover
    entry.place = place
    entry.kind = kind
