"""What is done to movement from outside, between two calls of `movement.advance`.

Each kernel leaves movers whose situation has changed with an event at the present time, so
that they act in the order of events; none enters a link here. After `change_links`,
`remove` or a new tree, `reconsider` must be called before movement goes on.
"""

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import kernel, part
from evacsim.kernels.arrays import MAX_MODES, NONE, MoverState, NoticeKind, Queue, Traffic
from evacsim.kernels.events import call_off, schedule
from evacsim.kernels.movement import become, line_up, move_up, open_gate, record, vacate


@kernel
def send(
    traffic: Traffic,
    movers: NDArray[np.int64],
    nodes: NDArray[np.int32],
    trees: NDArray[np.int32],
    times: NDArray[np.float64],
) -> None:
    """Schedule the departures of movers that are off the road.

    Parameters
    ----------
    traffic : Traffic
        Modified in place.
    movers, nodes, trees, times : ndarray, shape (n,)
        Rows of the movers, where they depart, which tree they follow, and when [s].
    """
    for row in range(len(movers)):
        mover = movers[row]
        moving = traffic.movers[mover]
        if moving.state == MoverState.SCHEDULED:
            call_off(traffic, mover)
        traffic.nodes[mover] = nodes[row]
        moving.tree = trees[row]
        moving.time = times[row]
        become(traffic, mover, MoverState.SCHEDULED)
        schedule(traffic, mover, times[row])


@kernel
def change_links(
    traffic: Traffic, links: NDArray[np.int64], speed_factors: NDArray[np.float64], time: float
) -> None:
    """Change the speed on links, and re-time or stop the movers on them.

    A mover under way covers the rest of its way at its new speed. One that has reached the
    end of the link has no way left; it stops all the same when the link closes to it.

    Parameters
    ----------
    traffic : Traffic
        Modified in place; has room for a record of each mover on the links.
    links : ndarray of int64, shape (n,)
        Links to change.
    speed_factors : ndarray of float64, shape (n, MAX_MODES)
        New speed factors. Exchanged: holds the old ones afterwards.
    time : float
        The present time [s].
    """
    for row in range(len(links)):
        link = links[row]
        road = traffic.links[link]
        for mode in range(MAX_MODES):
            new = speed_factors[row, mode]
            speed_factors[row, mode] = road.speed_factor[mode]
            road.speed_factor[mode] = new
        mover = road.head
        while mover != NONE:
            mode = traffic.movers[mover].mode
            old, new = speed_factors[row, mode], road.speed_factor[mode]
            if old != new:
                change_speed(traffic, mover, old, new, time)
            mover = traffic.movers[mover].behind
        free_the_end(traffic, link, time)


@part
def change_speed(traffic: Traffic, mover: int, old: float, new: float, time: float) -> None:
    """Let a mover on a link go on at another speed, stop or resume."""
    moving = traffic.movers[mover]
    link = moving.link
    speed = min(moving.speed, traffic.links[link].free_speed)
    was_stopped = moving.state == MoverState.STOPPED
    has_arrived = not was_stopped and moving.time <= time
    if was_stopped:
        way_left = moving.time
    elif has_arrived:
        way_left = 0.0
    else:
        way_left = (moving.time - time) * (speed * old)
    if new == 0.0:
        step_aside(traffic, mover)
        withdraw(traffic, mover)
        moving.time = way_left
        become(traffic, mover, MoverState.STOPPED)
        record(traffic, mover, time, link, NoticeKind.STOPPED)
        return
    if has_arrived:
        return
    if moving.queue != Queue.NOTHING:
        call_off(traffic, mover)
    moving.time = time + way_left / (speed * new)
    if was_stopped:
        become(traffic, mover, MoverState.MOVING)
        record(traffic, mover, time, link, NoticeKind.RESUMED)
    if traffic.links[link].overtaking:
        schedule(traffic, mover, moving.time)


@part
def free_the_end(traffic: Traffic, link: int, time: float) -> None:
    """Let the first mover at the end of a link have its turn, unless it is having it."""
    road, line = traffic.links[link], traffic.lines[link]
    if road.overtaking:
        if line.front == NONE:
            front = move_up(traffic, link)
            if front != NONE:
                schedule(traffic, front, max(time, road.exit_free))
    elif road.head != NONE:
        head = traffic.movers[road.head]
        if head.state == MoverState.MOVING and head.queue == Queue.NOTHING:
            schedule(traffic, road.head, max(time, head.time, road.exit_free))


@part
def withdraw(traffic: Traffic, mover: int) -> None:
    """Take a mover out of whatever it is queued in."""
    moving, control = traffic.movers[mover], traffic.control[0]
    wanted = moving.wants
    if Queue.WHEEL <= moving.queue <= Queue.HEAP:
        call_off(traffic, mover)
        if wanted != NONE and traffic.links[wanted].granted == mover:
            traffic.links[wanted].granted = NONE
    elif moving.queue == Queue.GATE:
        traffic.links[wanted].gate = without(traffic, traffic.links[wanted].gate, mover)
    elif moving.queue == Queue.HELD:
        control.held = without(traffic, control.held, mover)
    elif moving.queue == Queue.LINE:
        leave_line(traffic, line_of(traffic, mover), mover)
    moving.wants = NONE
    moving.queue = Queue.NOTHING


@part
def step_aside(traffic: Traffic, mover: int) -> None:
    """Let a mover no longer be the front of its line."""
    row = line_of(traffic, mover)
    if row != NONE and traffic.lines[row].front == mover:
        traffic.lines[row].front = NONE


@part
def line_of(traffic: Traffic, mover: int) -> int:
    """Return the line that a mover stands in if it stands in one; NONE if it cannot."""
    moving = traffic.movers[mover]
    if moving.link != NONE:
        return int(moving.link)
    return NONE if moving.wants == NONE else len(traffic.links) + int(moving.wants)


@part
def without(traffic: Traffic, first: int, mover: int) -> int:
    """Take a mover out of the queue that begins with `first`; return who is first then."""
    if first == mover:
        return int(traffic.movers[mover].next)
    other = first
    while traffic.movers[other].next != mover:
        other = traffic.movers[other].next
    traffic.movers[other].next = traffic.movers[mover].next
    return first


@part
def leave_line(traffic: Traffic, row: int, mover: int) -> None:
    """Take a mover that stands behind others out of a line."""
    line = traffic.lines[row]
    before = NONE
    other = line.first
    while other != mover:
        before = other
        other = traffic.movers[other].next
    if before == NONE:
        line.first = traffic.movers[mover].next
    else:
        traffic.movers[before].next = traffic.movers[mover].next
    if line.last == mover:
        line.last = before


@kernel
def remove(traffic: Traffic, movers: NDArray[np.int64], time: float) -> None:
    """Take movers out wherever they are; what they occupied on a link becomes a gap.

    Parameters
    ----------
    traffic : Traffic
        Modified in place; has an unused run of gaps for each mover.
    movers : ndarray of int64, shape (n,)
        Rows of movers that are not removed yet.
    time : float
        The present time [s].
    """
    for row in range(len(movers)):
        mover = movers[row]
        moving = traffic.movers[mover]
        # A scheduled departure stays in the wheel, and comes to nothing.
        if moving.state != MoverState.SCHEDULED:
            step_aside(traffic, mover)
            withdraw(traffic, mover)
        become(traffic, mover, MoverState.REMOVED)
        link = moving.link
        if link != NONE:
            traffic.nodes[mover] = traffic.links[link].to_node
            vacate(traffic, mover, time)
            free_the_end(traffic, link, time)


@kernel
def reconsider(traffic: Traffic, time: float) -> None:
    """Let all who wait ask their trees again, and give free places to the next in turn.

    Whoever still wants the same open link keeps its place in all queues.

    Parameters
    ----------
    traffic : Traffic
        Modified in place.
    time : float
        The present time [s].
    """
    movers, control, n_links = traffic.movers, traffic.control[0], len(traffic.links)
    mover = control.held
    control.held = NONE
    while mover != NONE:
        behind = movers[mover].next
        movers[mover].queue = Queue.NOTHING
        schedule(traffic, mover, time)
        mover = behind
    for link in range(n_links):
        mover = traffic.links[link].granted
        if mover != NONE and not still_wants(traffic, mover, link):
            try_elsewhere(traffic, mover, time)
        mover = traffic.links[link].gate
        while mover != NONE:
            behind = movers[mover].next
            if not still_wants(traffic, mover, link):
                try_elsewhere(traffic, mover, time)
            mover = behind
        line = traffic.lines[n_links + link]
        mover = line.first
        line.first = NONE
        while mover != NONE:
            behind = movers[mover].next
            if still_wants(traffic, mover, link):
                line_up(traffic, n_links + link, mover)
            else:
                movers[mover].wants = NONE
                movers[mover].queue = Queue.NOTHING
                schedule(traffic, mover, time)
            mover = behind
    for link in range(n_links):
        open_gate(traffic, link, time)
        if traffic.lines[n_links + link].front == NONE:
            front = move_up(traffic, n_links + link)
            if front != NONE:
                schedule(traffic, front, time)


@part
def still_wants(traffic: Traffic, mover: int, link: int) -> bool:
    """Tell whether the tree of a mover that waits for a link still says so, and the link is open to it."""
    moving, control = traffic.movers[mover], traffic.control[0]
    node = traffic.nodes[mover] if moving.link == NONE else traffic.links[moving.link].to_node
    wanted = traffic.trees[moving.tree * control.n_nodes + node]
    return bool(wanted == link and traffic.links[link].speed_factor[moving.mode] > 0.0)


@part
def try_elsewhere(traffic: Traffic, mover: int, time: float) -> None:
    """Let a mover that waits to enter a link ask its tree again."""
    if traffic.movers[mover].link == NONE:
        step_aside(traffic, mover)
    withdraw(traffic, mover)
    schedule(traffic, mover, time)
