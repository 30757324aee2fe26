"""What is done to movement from outside, between two calls of `movement.advance`.

Each kernel leaves those whose situation has changed with an event at the present time, so that
they act in the order of events; nobody enters a link here but by `squeeze`. After
`change_links`, `take_off` or a new tree, `reconsider` must be called before movement goes on; after
`reroute` alone `reconsider_for` is enough.
"""

import numpy as np
from numpy.typing import NDArray

from evacsim.kernels._jit import at, kernel, part, whole
from evacsim.kernels.arrays import (
    GRADED_MODES,
    IS_STOPPED,
    MAX_MODES,
    NONE,
    OWN_SPEED,
    UNLIMITED,
    LinkKind,
    MoverState,
    NoticeKind,
    Queue,
    Records,
    Traffic,
)
from evacsim.kernels.contention import arrange, closes_ring, contend, give_up
from evacsim.kernels.events import (
    bucket_of,
    call_off_gate,
    call_off_link,
    call_off_mover,
    event_of,
    gate_time,
    put_into_wheel,
    schedule_mover,
    sort_heap,
)
from evacsim.kernels.movement import (
    await_front,
    become,
    enter,
    follow_up,
    front_of,
    leave_exit_line,
    leave_link,
    leave_members,
    leave_origin,
    next_link,
    record,
)
from evacsim.kernels.room import (
    first_mover_of,
    free_speed,
    front_act,
    gate_act,
    gate_of,
    mode_in,
    mover_in,
    n_gates_of,
    route_in,
    set_speed_factor,
    slot_behind,
    space_in,
    speed_factor,
    vacate_head,
)
from evacsim.kernels.state import traffic_of


@kernel
def send(
    state: Records,
    movers: NDArray[np.int64],
    nodes: NDArray[np.int32],
    routes: NDArray[np.int32],
    times: NDArray[np.float64],
) -> None:
    """Schedule the departures of movers that are off the road.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place.
    movers, nodes, routes, times : ndarray, shape (n,)
        Rows of the movers, where they depart, which route they follow, and when [s].
    """
    traffic = traffic_of(state)
    for row in range(len(movers)):
        mover = movers[row]
        moving = at(traffic.movers, mover)
        if moving.queue == Queue.PENDING:
            call_off_mover(traffic.control, mover)
        moving.place = -1 - nodes[row]
        moving.route = routes[row]
        moving.time = times[row]
        become(traffic, mover, MoverState.SCHEDULED)
        schedule_mover(traffic, mover, times[row])


@kernel
def change_links(
    state: Records,
    links: NDArray[np.int64],
    speed_factors: NDArray[np.float32],
    headways: NDArray[np.float64],
    storages: NDArray[np.int32],
    wave_times: NDArray[np.float64],
    plain_from: int,
    time: float,
) -> None:
    """Change links, and re-time or stop the movers and the gaps on them.

    A mover under way covers the rest of its way at its new speed. One that has reached the end of
    the link has no way left; it stops all the same when the link closes to it. What is left of the
    time for which an entrance or exit is busy, or of the way of a gap, passes at the new rate.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place; has room for a record of each mover
        on the links.
    links : ndarray of int64, shape (n,)
        Links to change.
    speed_factors : ndarray of float32, shape (n, MAX_MODES)
        New speed factors. Exchanged: holds the old ones afterwards.
    headways, wave_times : ndarray of float64, shape (n,)
        New ones [s].
    storages : ndarray of int32, shape (n,)
        New ones [thousandths of a pcu].
    plain_from : int
        Storage that every mover fits into [thousandths of a pcu].
    time : float
        The present time [s].
    """
    traffic = traffic_of(state)
    for row in range(len(links)):
        link = links[row]
        road = at(traffic.links, link)
        for mode in range(MAX_MODES):
            new = float(speed_factors[row, mode])
            speed_factors[row, mode] = speed_factor(traffic, link, mode)
            set_speed_factor(traffic, link, mode, new)
        if road.kind == LinkKind.PASSING:
            mover = at(traffic.extras, at(traffic.roads, link).extra).members
            while mover != NONE:
                mode = at(traffic.movers, mover).mode
                old, new = float(speed_factors[row, mode]), speed_factor(traffic, link, mode)
                if old != new:
                    change_speed(traffic, mover, old, new, time)
                mover = at(traffic.movers, mover).behind
        else:
            slot = front_act(traffic, link).head
            while slot != NONE:
                mode = at(traffic.slots, slot).mode
                old, new = float(speed_factors[row, mode]), speed_factor(traffic, link, mode)
                if old != new:
                    change_slot_speed(traffic, link, slot, old, new, time)
                slot = NONE if slot == road.last else slot_behind(traffic, slot)
        if headways[row] != road.headway:
            road.entry_free = time + rest(road.entry_free - time, road.headway, headways[row])
            road.exit_free = time + rest(road.exit_free - time, road.headway, headways[row])
            road.headway = headways[row]
        if wave_times[row] != road.wave_time:
            change_wave(traffic, link, wave_times[row], time)
        if storages[row] != at(traffic.roads, link).storage:
            change_storage(traffic, link, storages[row])
        if road.kind != LinkKind.PASSING:
            road.kind = LinkKind.PLAIN if knows_all(traffic, link, plain_from) else LinkKind.ORDINARY
        ask_front(traffic, link, time)


@part
def knows_all(traffic: Traffic, link: int, plain_from: int) -> bool:
    """Tell whether all that there is to know of a link for a passage stands in its first record."""
    road = at(traffic.roads, link)
    is_plain = road.extra == NONE and plain_from <= road.storage < UNLIMITED and road.closed_modes == 0
    for mode in range(GRADED_MODES):
        is_plain = is_plain and road.speed_factor[mode] == 1.0
    return bool(is_plain)


@part
def rest(left: float, old: float, new: float) -> float:
    """Return how long what takes so long at the old rate takes at the new one [s].

    Where the old rate had no limit, what is left is due to something else (a law of density), and stays.
    """
    if left <= 0.0:
        return 0.0
    return left * (new / old) if old > 0.0 else left


@part
def change_slot_speed(traffic: Traffic, link: int, slot: int, old: float, new: float, time: float) -> None:
    """Let a mover on a link without overtaking go on at another speed, stop or resume."""
    taken = at(traffic.slots, slot)
    mover = whole(taken.mover)
    speed = free_speed(traffic, link)
    if taken.marks & OWN_SPEED:
        speed = min(speed, at(traffic.movers, mover).speed)
    if taken.marks & IS_STOPPED:
        taken.marks -= IS_STOPPED
        taken.time = time + taken.time / (speed * new)
        become(traffic, mover, MoverState.MOVING)
        record(traffic, mover, time, link, NoticeKind.RESUMED)
        return
    way_left = 0.0 if taken.time <= time else (taken.time - time) * (speed * old)
    if new == 0.0:
        if slot == front_act(traffic, link).head:
            withdraw_front(traffic, link)
        taken.marks += IS_STOPPED
        taken.time = way_left
        become(traffic, mover, MoverState.STOPPED)
        record(traffic, mover, time, link, NoticeKind.STOPPED)
    elif taken.time > time:
        if slot == front_act(traffic, link).head:
            withdraw_front(traffic, link)
        taken.time = time + way_left / (speed * new)


@part
def change_speed(traffic: Traffic, mover: int, old: float, new: float, time: float) -> None:
    """Let a mover on a link where movers pass each other go on at another speed, stop or resume."""
    moving = at(traffic.movers, mover)
    link = whole(moving.place)
    speed = float(min(moving.speed, free_speed(traffic, link)))
    if moving.state == MoverState.STOPPED:
        moving.time = time + moving.time / (speed * new)
        become(traffic, mover, MoverState.MOVING)
        record(traffic, mover, time, link, NoticeKind.RESUMED)
        schedule_mover(traffic, mover, moving.time)
        return
    way_left = 0.0 if moving.time <= time else (moving.time - time) * (speed * old)
    if new == 0.0:
        withdraw(traffic, mover)
        moving.time = way_left
        become(traffic, mover, MoverState.STOPPED)
        record(traffic, mover, time, link, NoticeKind.STOPPED)
    elif moving.time > time:
        call_off_mover(traffic.control, mover)
        moving.time = time + way_left / (speed * new)
        schedule_mover(traffic, mover, moving.time)


@part
def change_wave(traffic: Traffic, link: int, wave_time: float, time: float) -> None:
    """Let gaps travel upstream at another speed."""
    road = at(traffic.links, link)
    slot = front_act(traffic, link).first
    while slot != front_act(traffic, link).head:
        gap = at(traffic.slots, slot)
        if gap.time > time:
            gap.time = time + rest(gap.time - time, road.wave_time, wave_time)
        slot = NONE if slot == road.last else slot_behind(traffic, slot)
    road.wave_time = wave_time


@part
def change_storage(traffic: Traffic, link: int, storage: int) -> None:
    """Give a link other room; who is on it stays, and nobody enters while there is too little."""
    road = at(traffic.links, link)
    at(traffic.roads, link).storage = storage
    room = storage
    slot = front_act(traffic, link).first
    while slot != front_act(traffic, link).head:
        room -= at(traffic.slots, slot).space
        slot = NONE if slot == road.last else slot_behind(traffic, slot)
    while slot != NONE:
        room -= min(at(traffic.slots, slot).space, storage)
        slot = NONE if slot == road.last else slot_behind(traffic, slot)
    if road.kind == LinkKind.PASSING:
        mover = at(traffic.extras, at(traffic.roads, link).extra).members
        while mover != NONE:
            room -= min(at(traffic.movers, mover).space, storage)
            mover = at(traffic.movers, mover).behind
    road.room = room


@part
def ask_front(traffic: Traffic, link: int, time: float) -> None:
    """Set anew when the front of a link acts, unless it contends or is held."""
    road = at(traffic.links, link)
    if road.queue == Queue.PENDING:
        call_off_link(traffic.control, link)
    if road.queue == Queue.NOTHING:
        await_front(traffic.control, link, time)


@part
def withdraw_front(traffic: Traffic, link: int) -> None:
    """Take the front of a link out of whatever it is queued in."""
    control, road = traffic.control[0], at(traffic.links, link)
    if road.queue == Queue.PENDING:
        call_off_link(traffic.control, link)
    elif road.queue == Queue.GATE:
        give_up(traffic, link)
    elif road.queue == Queue.HELD:
        if control.held_links == link:
            control.held_links = front_act(traffic, link).next
        else:
            other = whole(control.held_links)
            while front_act(traffic, other).next != link:
                other = whole(front_act(traffic, other).next)
            front_act(traffic, other).next = front_act(traffic, link).next
        road.queue = Queue.NOTHING
    road.stood = False


@part
def withdraw(traffic: Traffic, mover: int) -> None:
    """Take a mover that has no slot out of whatever it is queued in."""
    moving, control = at(traffic.movers, mover), traffic.control[0]
    if moving.queue == Queue.PENDING:
        call_off_mover(traffic.control, mover)
    elif moving.queue == Queue.HELD:
        if control.held_movers == mover:
            control.held_movers = moving.next
        else:
            other = whole(control.held_movers)
            while at(traffic.movers, other).next != mover:
                other = whole(at(traffic.movers, other).next)
            at(traffic.movers, other).next = moving.next
        moving.queue = Queue.NOTHING
    elif moving.queue == Queue.LINE and moving.place >= 0:
        link = whole(moving.place)
        if at(traffic.extras, at(traffic.roads, link).extra).first == mover:
            withdraw_front(traffic, link)
        leave_exit_line(traffic.control, link, mover)
    elif moving.queue == Queue.LINE:
        leave_origin_line(traffic, whole(moving.wants), mover)


@part
def leave_origin_line(traffic: Traffic, link: int, mover: int) -> None:
    """Take a mover out of the line of those who depart onto a link; the next one contends in its place."""
    gate, movers = gate_act(traffic, link), traffic.movers
    contender = len(traffic.links) + link
    if gate.first == mover:
        give_up(traffic, contender)
        leave_origin(traffic, link)
        if gate.first != NONE:
            contend(traffic, contender, link, NONE)
        return
    other = whole(gate.first)
    while at(movers, other).next != mover:
        other = whole(at(movers, other).next)
    at(movers, other).next = at(movers, mover).next
    if at(traffic.links, link).last_in_line == mover:
        at(traffic.links, link).last_in_line = other
    at(movers, mover).queue = Queue.NOTHING
    at(movers, mover).wants = NONE


@kernel
def take_off(
    state: Records, movers: NDArray[np.int64], nodes: NDArray[np.int32], becomes: MoverState, time: float
) -> None:
    """Take movers out wherever they are; what they occupied on a link becomes a gap at its exit.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place; has an unused run of slots for each mover.
    movers : ndarray of int64, shape (n,)
        Rows of movers that are not removed yet.
    nodes : ndarray of int32, shape (n,)
        Where each mover is to stand then.
    becomes : MoverState
    time : float
        The present time [s].
    """
    traffic = traffic_of(state)
    for row in range(len(movers)):
        mover = movers[row]
        moving = at(traffic.movers, mover)
        link = whole(moving.place)
        become(traffic, mover, becomes)
        if link < 0 or at(traffic.links, link).kind == LinkKind.PASSING:
            withdraw(traffic, mover)
            if link >= 0:
                leave_members(traffic.control, link, mover, time)
        else:
            slot = slot_of(traffic, link, mover)
            if slot == front_act(traffic, link).head:
                withdraw_front(traffic, link)
            moving.route = at(traffic.slots, slot).route
            bring_to_head(traffic, link, slot)
            vacate_head(traffic, link, time)
        moving.place = -1 - nodes[row]
        if link >= 0:
            ask_front(traffic, link, time)


@kernel
def find_places(state: Records) -> None:
    """Write down on which link each mover is, and let that be done at every passage from now on.

    Until somebody asks, only slots know who is on a link without overtaking: to find out costs a look at all of
    them once, to write it down costs each passage a record that lies anywhere among those of all movers.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place.
    """
    traffic = traffic_of(state)
    traffic.control[0].notes_places = 1
    for link in range(len(traffic.links)):
        road = at(traffic.links, link)
        slot = NONE if road.kind == LinkKind.PASSING else whole(front_act(traffic, link).head)
        while slot != NONE:
            at(traffic.movers, at(traffic.slots, slot).mover).place = link
            slot = NONE if slot == road.last else slot_behind(traffic, slot)


@part
def slot_of(traffic: Traffic, link: int, mover: int) -> int:
    """Return the slot of a mover on a link without overtaking."""
    slot = whole(front_act(traffic, link).head)
    while at(traffic.slots, slot).mover != mover:
        slot = slot_behind(traffic, slot)
    return slot


@part
def bring_to_head(traffic: Traffic, link: int, slot: int) -> None:
    """Put what stands in a slot of a link before the others; they keep their order."""
    slots = traffic.slots
    head = whole(front_act(traffic, link).head)
    time, mover, route, space = (
        at(slots, slot).time,
        at(slots, slot).mover,
        at(slots, slot).route,
        at(slots, slot).space,
    )
    people, mode, marks = at(slots, slot).people, at(slots, slot).mode, at(slots, slot).marks
    place = head
    while True:
        here = at(slots, place)
        time, here.time = here.time, time
        mover, here.mover = here.mover, mover
        route, here.route = here.route, route
        space, here.space = here.space, space
        people, here.people = here.people, people
        mode, here.mode = here.mode, mode
        marks, here.marks = here.marks, marks
        if place == slot:
            return
        place = slot_behind(traffic, place)


@kernel
def reroute(state: Records, movers: NDArray[np.int64], routes: NDArray[np.int32]) -> None:
    """Let movers follow other routes, from the end of their link or from their node on.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place.
    movers, routes : ndarray, shape (n,)
        Rows of the movers, and the new routes.
    """
    traffic = traffic_of(state)
    for row in range(len(movers)):
        moving = at(traffic.movers, movers[row])
        moving.route = routes[row]
        if moving.place >= 0 and at(traffic.links, moving.place).kind != LinkKind.PASSING:
            at(traffic.slots, slot_of(traffic, whole(moving.place), whole(movers[row]))).route = routes[row]


@kernel
def read_times(
    state: Records, movers: NDArray[np.int64], times: NDArray[np.float64], routes: NDArray[np.int32]
) -> None:
    """Write down what is known of movers on links: time at the end (STOPPED: way left [m]), and route.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, only read.
    movers : ndarray of int64, shape (n,)
    times : ndarray of float64, shape (n,)
        Output [s]; stays as it is off the road.
    routes : ndarray of int32, shape (n,)
        Output.
    """
    traffic = traffic_of(state)
    for row in range(len(movers)):
        moving = at(traffic.movers, movers[row])
        routes[row] = moving.route
        if moving.place >= 0:
            times[row] = moving.time
            if at(traffic.links, moving.place).kind != LinkKind.PASSING:
                slot = at(traffic.slots, slot_of(traffic, whole(moving.place), whole(movers[row])))
                times[row], routes[row] = slot.time, slot.route


@kernel
def count_on_links(state: Records, links: NDArray[np.int64], counts: NDArray[np.int32]) -> None:
    """Add up the movers and the people on each of some links.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, only read.
    links : ndarray of int64, shape (n,)
        Links to look at.
    counts : ndarray of int32, shape (n, 2)
        Output.
    """
    traffic = traffic_of(state)
    for row in range(len(links)):
        link = links[row]
        road = at(traffic.links, link)
        counts[row, 0] = counts[row, 1] = 0
        slot = front_act(traffic, link).head
        while slot != NONE:
            counts[row, 0] += 1
            counts[row, 1] += at(traffic.slots, slot).people
            slot = NONE if slot == road.last else slot_behind(traffic, slot)
        if road.kind == LinkKind.PASSING:
            mover = at(traffic.extras, at(traffic.roads, link).extra).members
            while mover != NONE:
                counts[row, 0] += 1
                counts[row, 1] += at(traffic.movers, mover).people
                mover = at(traffic.movers, mover).behind


@kernel
def reconsider(state: Records, time: float, only_early: int) -> None:
    """Let all who wait ask their routes again, and gates act when they can.

    Whoever still wants the same open link keeps its place in all queues.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place.
    time : float
        The present time [s].
    only_early : int
        1: routes are as they were; only fronts that contend though they may not pass their exits yet are to ask again.
    """
    traffic = traffic_of(state)
    sort_heap(traffic)
    if not only_early:
        mark_held(traffic)
        let_held_ask(traffic, time)
    for link in range(len(traffic.links)):
        if at(traffic.links, link).queue == Queue.GATE and is_to_ask_again(traffic, link, time):
            give_up(traffic, link)
            await_front(traffic.control, link, time)
        if not only_early and gate_act(traffic, link).first != NONE:
            sort_origin_line(traffic, link, time)
    for gate in range(n_gates_of(traffic)):
        arrange_anew(traffic, gate, time)


@kernel
def reconsider_for(state: Records, rerouted: NDArray[np.int64], time: float) -> None:
    """Let some movers ask their routes again where nothing has changed but these.

    Whoever else is held stays so, and whoever else contends has the turn, and the gate the time, that
    `reconsider` would give it again.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place.
    rerouted : ndarray of int64, shape (n,)
        Rows of these movers.
    time : float
        The present time [s].
    """
    traffic = traffic_of(state)
    sort_heap(traffic)
    some_held = False
    for row in range(len(rerouted)):
        mover = rerouted[row]
        moving = at(traffic.movers, mover)
        link = whole(moving.place)
        if moving.queue == Queue.HELD:
            moving.queue = Queue.NOTHING
            some_held = True
        elif link >= 0:
            road, wanted = at(traffic.links, link), whole(front_act(traffic, link).beyond)
            if road.queue == Queue.HELD and at(traffic.slots, front_act(traffic, link).head).mover == mover:
                road.queue = Queue.NOTHING
                some_held = True
            elif road.queue == Queue.GATE and is_to_ask_again(traffic, link, time):
                give_up(traffic, link)
                await_front(traffic.control, link, time)
                arrange_anew(traffic, gate_of(traffic, wanted), time)
        elif moving.queue == Queue.LINE:
            wanted = whole(moving.wants)
            if not stays_in_line(traffic, mover):
                leave_origin_line(traffic, wanted, mover)
                schedule_mover(traffic, mover, time)
                arrange_anew(traffic, gate_of(traffic, wanted), time)
    if some_held:
        let_held_ask(traffic, time)


@part
def mark_held(traffic: Traffic) -> None:
    """Mark all who are held as queued nowhere, which lets them ask their routes again."""
    link = whole(traffic.control[0].held_links)
    while link != NONE:
        at(traffic.links, link).queue = Queue.NOTHING
        link = whole(front_act(traffic, link).next)
    mover = whole(traffic.control[0].held_movers)
    while mover != NONE:
        at(traffic.movers, mover).queue = Queue.NOTHING
        mover = whole(at(traffic.movers, mover).next)


@part
def let_held_ask(traffic: Traffic, time: float) -> None:
    """Let those in the queues of the held who are marked as queued nowhere ask their routes again."""
    control = traffic.control[0]
    link = whole(control.held_links)
    control.held_links = NONE
    while link != NONE:
        behind = whole(front_act(traffic, link).next)
        if at(traffic.links, link).queue == Queue.HELD:
            front_act(traffic, link).next = control.held_links
            control.held_links = link
        else:
            front_act(traffic, link).beyond = NONE
            await_front(traffic.control, link, time)
        link = behind
    mover = whole(control.held_movers)
    control.held_movers = NONE
    while mover != NONE:
        behind = whole(at(traffic.movers, mover).next)
        if at(traffic.movers, mover).queue == Queue.HELD:
            at(traffic.movers, mover).next = control.held_movers
            control.held_movers = mover
        else:
            schedule_mover(traffic, mover, time)
        mover = behind


@part
def is_to_ask_again(traffic: Traffic, link: int, time: float) -> bool:
    """Tell whether the front of a link that contends may not pass the exit yet, or has another way to go."""
    road = at(traffic.links, link)
    who, what, since = front_of(traffic, link)
    return bool(max(since, road.exit_free) > time) or not is_way(
        traffic,
        route_in(who),
        whole(at(traffic.links, link).to_node),
        mode_in(what),
        whole(front_act(traffic, link).beyond),
    )


@part
def arrange_anew(traffic: Traffic, gate: int, time: float) -> None:
    """Let a gate act when it can, and not when it was to act before."""
    if gate_time(traffic, gate) < np.inf:
        call_off_gate(traffic.control, gate)
    if gate_act(traffic, gate).head != NONE:
        arrange(traffic, gate, time)


@part
def is_way(traffic: Traffic, route: int, node: int, mode: int, link: int) -> bool:
    """Tell whether a route takes a link at a node, and the link is open to the mode."""
    return next_link(traffic, route, node) == link and speed_factor(traffic, link, mode) > 0.0


@part
def stays_in_line(traffic: Traffic, mover: int) -> bool:
    """Tell whether a mover in an origin line still wants its link."""
    moving = at(traffic.movers, mover)
    return is_way(
        traffic, whole(moving.route), -1 - whole(moving.place), whole(moving.mode), whole(moving.wants)
    )


@part
def sort_origin_line(traffic: Traffic, link: int, time: float) -> None:
    """Let those in an origin line who no longer want the link ask their routes again."""
    gate, movers = gate_act(traffic, link), traffic.movers
    mover = whole(gate.first)
    while mover != NONE:
        behind = whole(at(movers, mover).next)
        if not stays_in_line(traffic, mover):
            leave_origin_line(traffic, link, mover)
            schedule_mover(traffic, mover, time)
        mover = behind


@kernel
def turn_wheel(state: Records, per_bucket: float) -> None:
    """Put all events into buckets of another length, of which there are so many in a second.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place. All events lie ahead: none belongs in the heap.
    per_bucket : float
        [1/s]
    """
    traffic = traffic_of(state)
    control = traffic.control[0]
    traffic.buckets[:] = NONE
    control.per_bucket = per_bucket
    control.cursor = bucket_of(traffic, control.time) - 1
    control.heap_size = control.n_sorted = control.is_heap = 0
    control.n_events = 0
    control.n_stale = 0
    for entity in range(first_mover_of(traffic) + len(traffic.movers)):
        time = event_of(traffic, entity)
        if time < np.inf:
            control.n_events += 1
            put_into_wheel(traffic, entity, time)


@kernel
def leads_to_itself(state: Records, link: int) -> bool:
    """Tell whether the front of a link waits, through others, for its own link."""
    traffic = traffic_of(state)
    return closes_ring(traffic.control, link)


@kernel
def squeeze(state: Records, link: int, time: float, passages: int) -> int:
    """Let the front of a link that contends enter the link it wants though that is full; return the mover.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place; has room for the records, slots and
        events of one entry.
    link : int
        The link.
    time : float
        The present time [s].
    passages : int
        1: record every entry to a link.
    """
    traffic = traffic_of(state)
    wanted = whole(front_act(traffic, link).beyond)
    give_up(traffic, link)
    who, what, since = front_of(traffic, link)
    mover = mover_in(who)
    leave_link(traffic, link, space_in(what), time)
    record(traffic, mover, time, wanted, NoticeKind.SQUEEZED)
    enter(traffic, who, what, wanted, time, time - since, passages)
    follow_up(traffic, link, wanted, gate_of(traffic, wanted), time)
    return mover
