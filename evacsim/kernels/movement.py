"""Movement on a network, event by event: kinematic waves at the ends of links.

Only the moments at which movers pass the two ends of a link are computed (Newell 1993;
Leclercq & Bécarie 2012, both recalled), and exactly:

* a mover reaches the end of a link no sooner than its length divided by its speed;
* on a link without overtaking the first in is the first out;
* the exit and the entrance each let one pcu pass per headway, the exit only while its signal is green;
* a link is entered only when there is room, see `room`, and when it is one's turn, see `contention`;
* at a node the mover asks its tree or path for the link to take next. Whoever cannot enter it waits,
  and on a link without overtaking those behind wait with it. A link that is closed to a mover is
  not asked for: the mover is held until that changes.

Who stands where: the first mover of a link without overtaking is its front and tries to go on at
its end. On a link where movers pass each other, those who have reached its end form a line, first
come, first served, whose first is the front; so do those who depart onto one link.
"""

import numpy as np

from evacsim.kernels._jit import at, item, kernel, part, piece, put, whole
from evacsim.kernels.arrays import (
    ARRIVED,
    ASKS,
    IS_STOPPED,
    NONE,
    OWN_SPEED,
    UNITS_PER_PCU,
    UNLIMITED,
    WATCHED,
    Contention,
    Crowding,
    LinkKind,
    MoverState,
    NoticeKind,
    Outcome,
    Queue,
    Records,
    Traffic,
)
from evacsim.kernels.contention import (
    arrange,
    choose,
    contend,
    contender_after,
    give_up,
    has_contenders,
    has_ring,
    note_turn,
    turn_of,
    wanted_by,
)
from evacsim.kernels.events import (
    gate_time,
    push,
    schedule_gate,
    schedule_link,
    schedule_mover,
    set_gate_time,
    take_next,
)
from evacsim.kernels.room import (
    add_slot,
    entrance_free,
    first_mover_of,
    free_speed,
    front_act,
    gate_act,
    gate_of,
    in_pcu,
    leave_gap,
    marks_in,
    mode_in,
    mover_in,
    opening_time,
    passing_time,
    people_in,
    room_needed,
    route_in,
    sizes_differ,
    space_in,
    speed_factor,
    take_head,
    vacate_head,
)
from evacsim.kernels.state import traffic_of

MARGIN = 8
"""More records and events than one event can make."""
KEPT_WAITING = 1e-3
"""Who enters this long after reaching the end of its link had to queue [s]."""
WEIDMANN_DENSEST, WEIDMANN_GREATEST = 1.7506652105293599, 0.9141180602244587
LINEAR_DENSEST, LINEAR_GREATEST = 2.4, 1.44
COUNTERFLOW_DENSEST, COUNTERFLOW_GREATEST = 1.25 / (2 * 0.476), 1.25**2 / (4 * 0.476)
"""Where each law of density has its greatest flow [1/m2], and that flow [1/(m s)]; Weidmann's over the free speed
[1/m2]. People who walk in do not get denser: denser is a queue, and that stands at the end (assumed)."""


@kernel
def advance(state: Records, until: float, bin_length: float, passages: int) -> int:
    """Let everything happen until `until` [s], or until a watched mover gives notice.

    Parameters
    ----------
    state : Records
        The `control` of a `Traffic`, all of which is modified in place.
    until : float
        Events at this time still happen [s].
    bin_length : float
        Length of a time bin of the link counts [s].
    passages : int
        1: record every entry to a link.

    Returns
    -------
    int
        An `Outcome`, as a plain number: what becomes a member of an enum takes Python longer than many an event.
        After a full buffer, call again with more room.
    """
    traffic = traffic_of(state)
    control, n_links = traffic.control[0], len(traffic.links)
    n_bins = len(traffic.entries) // max(2 * n_links, 1)
    while True:
        # For so many events there is room, whatever they do.
        n_safe = min(
            (len(traffic.records) - control.n_records) // MARGIN,
            control.n_unused_runs // 2,
            control.look_after - control.n_acts,
        )
        if n_safe <= 0:
            if control.n_records + MARGIN > len(traffic.records):
                return whole(Outcome.RECORDS_FULL)
            return whole(Outcome.SLOTS_FULL if control.n_unused_runs < 2 else Outcome.LOOK_AT_WHEEL)
        for _ in range(n_safe):
            if control.heap_size + MARGIN > len(traffic.heap):
                return whole(Outcome.HEAP_FULL)
            found, time, entity = take_next(traffic, until)
            if found <= 0:
                return whole(Outcome.DONE if found == 0 else Outcome.HEAP_FULL)
            while time >= control.bin_end:
                if control.bin + 1 >= n_bins:
                    control.n_events += 1
                    push(traffic, entity, time)
                    return whole(Outcome.BINS_FULL)
                control.bin += 1
                control.bin_end = (control.bin + 1) * bin_length
            control.n_acts += 1
            control.time = time
            outcome = act(traffic, entity, time, passages)
            if outcome != Outcome.DONE:
                return whole(outcome)


@part
def next_link(traffic: Traffic, route: int, node: int) -> int:
    """Return the link to take at a node by a tree or a path, ARRIVED or NO_WAY."""
    if route >= 0:
        return item(traffic.trees, route * traffic.control[0].n_nodes + node)
    return item(traffic.paths, -1 - route)


@part
def front_of(traffic: Traffic, link: int) -> tuple[int, int, float]:
    """Return who the front of a link is, what it is, both as in its slot, and when it reaches the end."""
    road = at(traffic.links, link)
    if road.kind == LinkKind.PASSING:
        return carried(traffic, whole(at(traffic.extras, at(traffic.roads, link).extra).first))
    slot = at(traffic.slots, front_act(traffic, link).head)
    return slot.who, slot.what, float(slot.time)


@part
def carried(traffic: Traffic, mover: int) -> tuple[int, int, float]:
    """Return what `front_of` returns, of a mover that has no slot."""
    moving = at(traffic.movers, mover)
    who = mover | (whole(moving.route) << 32)
    what = (
        whole(moving.space)
        | (whole(moving.people) << 32)
        | (whole(moving.mode) << 48)
        | (whole(moving.marks) << 56)
    )
    return who, what, float(moving.time)


@part
def act(traffic: Traffic, entity: int, time: float, passages: int) -> int:
    """Let a link, a gate or a mover do what is due; return an `Outcome`.

    In the end one mover passes on, settles at a node, or waits; what that sets in motion follows. Most
    is plain: what is not is called from here, so that it takes no place among what happens all the time.
    """
    n_links, first_mover = len(traffic.links), first_mover_of(traffic)
    link, mover, gate, contender = NONE, NONE, NONE, NONE
    if entity < n_links:
        link = entity
        at(traffic.links, link).queue = Queue.NOTHING
    elif entity < first_mover:
        gate = entity - n_links
        contender = let_in(traffic, gate, time)
        if contender >= n_links:
            mover = whole(gate_act(traffic, contender - n_links).first)
        else:
            link = contender
    else:
        mover = entity - first_mover
        moving = at(traffic.movers, mover)
        moving.queue = Queue.NOTHING
        if moving.place >= 0:
            link = whole(moving.place)
            if not comes_to_exit(traffic.control, link, mover, time):
                return Outcome.DONE

    left, entered, wanted, comes = NONE, NONE, NONE, NONE
    outcome = Outcome.DONE
    if gate == NONE or contender != NONE:
        who, what, since = front_of(traffic, link) if link != NONE else carried(traffic, mover)
        mover, space = mover_in(who), space_in(what)
        node = (
            whole(at(traffic.links, link).to_node)
            if link != NONE
            else -1 - whole(at(traffic.movers, mover).place)
        )
        passes = contender != NONE
        if passes:
            wanted = wanted_by(traffic, contender)
        else:
            wanted = next_link(traffic, route_in(who), node)
            if wanted >= 0:
                if is_closed(traffic, wanted, mode_in(what)):
                    return hold(traffic.control, link, mover, marks_in(what), wanted, time)
                passes = may_enter(traffic, link, wanted, space, since, time)
        if wanted >= 0 and not passes:
            if link == NONE:
                become(traffic, mover, MoverState.WAITING)
                line_up_at_origin(traffic, wanted, mover)
                if gate_act(traffic, wanted).first != mover:
                    return Outcome.DONE
            comes = link if link != NONE else n_links + wanted
            gate = gate_of(traffic, wanted)
        else:
            if link != NONE:
                leave_link(traffic, link, space, time)
                left = link
                if contender != NONE:
                    note_turn(traffic, link, gate, time)
            elif contender != NONE:
                leave_origin(traffic, wanted)
                if gate_act(traffic, wanted).first != NONE:
                    comes = contender
            if passes:
                if link == NONE:
                    become(traffic, mover, MoverState.MOVING)
                    record(traffic, mover, time, wanted, NoticeKind.DEPARTED)
                enter(traffic, who, what, wanted, time, time - since, passages)
                entered = wanted
            else:
                was = whole(MoverState.MOVING) if link != NONE else whole(at(traffic.movers, mover).state)
                settle(traffic, mover, was, people_in(what), node, wanted, time)
                if marks_in(what) & WATCHED:
                    outcome = Outcome.NOTICE
    if comes != NONE:
        contend(traffic, comes, wanted, space)
        if entered == NONE and gate_time(traffic, gate) <= max(time, at(traffic.links, wanted).entry_free):
            return Outcome.DONE  # nobody can be let in sooner
    if follow_up(traffic, left, entered, gate, time) and outcome == Outcome.DONE:
        outcome = Outcome.RING
    return outcome


@part
def is_closed(traffic: Traffic, link: int, mode: int) -> bool:
    """Tell whether a link is closed to a mode."""
    if at(traffic.links, link).kind == LinkKind.PLAIN:
        return False
    return speed_factor(traffic, link, mode) == 0.0


@part
def may_enter(traffic: Traffic, link: int, wanted: int, space: int, since: float, time: float) -> bool:
    """Tell whether the front of a link (NONE: a mover that departs) may enter another without taking a turn."""
    if has_contenders(traffic, wanted) or opening_time(traffic, wanted, space, time) > time:
        return False
    # Where several queues flow into one, their fronts may pass their exits at the very moment at which the
    # entrance becomes free. Then turns decide, not who happens to act first.
    return link == NONE or since >= time or entrance_free(traffic, wanted) < time


@part
def let_in(traffic: Traffic, gate: int, time: float) -> int:
    """Return whom a gate lets in now, and note its turn; NONE if there is no room for anybody."""
    set_gate_time(traffic, gate, np.inf)
    if traffic.control[0].has_signals:
        send_back_from_red(traffic.control, gate, time)
    chosen = choose(traffic, gate, time)
    if chosen != NONE:
        gate_act(traffic, gate).turn = turn_of(traffic, chosen)
    return chosen


@piece
def comes_to_exit(state: Records, link: int, mover: int, time: float) -> bool:
    """Let a mover line up at the end of a passing link; tell whether it may try to go on at once."""
    traffic = traffic_of(state)
    line_up_at_exit(traffic.control, link, mover)
    if at(traffic.extras, at(traffic.roads, link).extra).first != mover:
        return False
    if next_green(traffic, link, max(time, at(traffic.links, link).exit_free)) > time:
        await_front(traffic.control, link, time)
        return False
    return True


@part
def follow_up(traffic: Traffic, left: int, entered: int, gate: int, time: float) -> bool:
    """Let the next fronts and gates act after a mover has left a link, entered another, or come to a gate.

    Tells whether those at a gate turn out to wait for each other.
    """
    is_ring = False
    if left != NONE and has_contenders(traffic, left):
        room_at = gate_of(traffic, left)
        # Those who know when they can enter are not helped by one more gap behind the others.
        if room_at >= len(traffic.links) or gate_time(traffic, room_at) == np.inf:
            is_ring = finds_room(traffic.control, room_at, time)
    if gate != NONE and gate_act(traffic, gate).head != NONE and arrange(traffic, gate, time) == np.inf:
        is_ring = is_ring or has_ring(traffic, gate)
    if left != NONE and at(traffic.links, left).queue == Queue.NOTHING:
        if at(traffic.links, left).kind == LinkKind.PLAIN:
            await_plain_front(traffic, left, time)
        else:
            await_front(traffic.control, left, time)
    if entered != NONE and at(traffic.links, entered).queue == Queue.NOTHING:
        await_front(traffic.control, entered, time)
    return is_ring


@piece
def finds_room(state: Records, gate: int, time: float) -> bool:
    """Let a gate act when it can let somebody in, now that one has left; tell whether there is a ring instead."""
    traffic = traffic_of(state)
    return arrange(traffic, gate, time) == np.inf and has_ring(traffic, gate)


@part
def enter(
    traffic: Traffic, who: int, what: int, link: int, time: float, waited: float, passages: int
) -> None:
    """Let a mover that is on no link enter one; of it is given what `front_of` returns."""
    road, mover, space = at(traffic.links, link), mover_in(who), space_in(what)
    kind = road.kind
    if kind == LinkKind.PLAIN and not marks_in(what) & OWN_SPEED:
        road.room -= space
        road.entry_free = time + passing_time(traffic, link, space)
        reaches = time + road.travel_time
    else:
        reaches = pass_entrance(
            traffic.control, mover, space, mode_in(what), marks_in(what), link, time, waited
        )
    if kind == LinkKind.PASSING:
        at(traffic.movers, mover).place = link
        join_members(traffic.control, link, mover, route_in(onward(who)), reaches)
    else:
        if traffic.control[0].notes_places:
            at(traffic.movers, mover).place = link
        take_slot(traffic, link, reaches, onward(who), what, time)
    count_entry(traffic, mover, people_in(what), link, time, passages)


@piece
def pass_entrance(
    state: Records, mover: int, space: int, mode: int, marks: int, link: int, time: float, waited: float
) -> float:
    """Let a mover take its room and keep the entrance of a link busy; return when it reaches the end [s]."""
    traffic = traffic_of(state)
    link_record, road = at(traffic.links, link), at(traffic.roads, link)
    if road.storage != UNLIMITED:
        link_record.room -= room_needed(traffic, link, space)
    limit = free_speed(traffic, link)
    speed, factor = limit, speed_factor(traffic, link, mode)
    if marks & OWN_SPEED:
        speed = min(speed, at(traffic.movers, mover).speed)
    busy = passing_time(traffic, link, space)
    if road.extra != NONE:
        if waited > KEPT_WAITING:
            busy *= at(traffic.extras, road.extra).drop
        if link_record.kind == LinkKind.PASSING:
            busy = max(busy, least_passing_time(traffic.control, link, space, speed, factor))
            speed = speed_in_crowd(traffic.control, link, speed, space)
    link_record.entry_free = time + busy
    if link_record.contention == Contention.AT_JUNCTION:
        junction = at(traffic.junctions, gate_of(traffic, link) - len(traffic.links))
        is_passing = link_record.kind == LinkKind.PASSING
        junction.free = time + (busy if is_passing else junction.headway * in_pcu(space))
    if speed == limit:
        return float(time + link_record.travel_time / factor)  # as where the link is plain
    return float(time + road.length / (speed * factor))


@part
def onward(who: int) -> int:
    """Return a mover and its route after its next link has been taken: a path is one place further, a tree the same."""
    return who if who >= 0 else who - (1 << 32)


@part
def take_slot(traffic: Traffic, link: int, reaches: float, who: int, what: int, time: float) -> None:
    """Put a mover into a slot of a link without overtaking, behind the others."""
    slot = add_slot(traffic, link, time)
    taken = at(traffic.slots, slot)
    taken.time = reaches
    taken.who = who
    taken.what = what
    if front_act(traffic, link).head == NONE:
        front_act(traffic, link).head = slot


@part
def count_entry(traffic: Traffic, mover: int, people: int, link: int, time: float, passages: int) -> None:
    """Count who enters a link, and record it on demand."""
    control = traffic.control[0]
    count = 2 * (control.bin * len(traffic.links) + link)
    put(traffic.entries, count, item(traffic.entries, count) + 1)
    put(traffic.entries, count + 1, item(traffic.entries, count + 1) + people)
    control.n_passages += 1
    if passages:
        record(traffic, mover, time, link, NoticeKind.ENTERED)


@part
def leave_link(traffic: Traffic, link: int, space: int, time: float) -> None:
    """Let the front of a link pass its exit; the next one's turn comes a headway later."""
    road = at(traffic.links, link)
    road.exit_free = time + passing_time(traffic, link, space)
    road.stood = False
    if road.kind == LinkKind.PLAIN:
        leave_gap(traffic, link, take_head(traffic, link), space, time)
    elif road.kind == LinkKind.PASSING:
        leave_footway(traffic.control, link, time)
    else:
        vacate_head(traffic, link, time)


@piece
def leave_footway(state: Records, link: int, time: float) -> None:
    """Let the front of a link on which movers pass each other leave it."""
    traffic = traffic_of(state)
    mover = whole(at(traffic.extras, at(traffic.roads, link).extra).first)
    leave_exit_line(traffic.control, link, mover)
    leave_members(traffic.control, link, mover, time)


@piece
def await_front(state: Records, link: int, time: float) -> None:
    """Let the front of a link that is queued nowhere act as soon as it may pass the exit."""
    traffic = traffic_of(state)
    road = at(traffic.links, link)
    if road.kind == LinkKind.PLAIN:
        await_plain_front(traffic, link, time)
        return
    if road.kind == LinkKind.PASSING:
        mover = at(traffic.extras, at(traffic.roads, link).extra).first
        if mover == NONE:
            return
        since = float(at(traffic.movers, mover).time)
    else:
        if (
            front_act(traffic, link).head == NONE
            or at(traffic.slots, front_act(traffic, link).head).marks & IS_STOPPED
        ):
            return
        since = float(at(traffic.slots, front_act(traffic, link).head).time)
    schedule_link(traffic, link, next_green(traffic, link, max(time, since, road.exit_free)))


@part
def await_plain_front(traffic: Traffic, link: int, time: float) -> None:
    """Do what `await_front` does for a plain link."""
    road = at(traffic.links, link)
    if (
        front_act(traffic, link).head == NONE
        or at(traffic.slots, front_act(traffic, link).head).marks & IS_STOPPED
    ):
        return
    since = float(at(traffic.slots, front_act(traffic, link).head).time)
    acts = max(time, since, road.exit_free)
    if since >= acts or not contends_early(traffic, link, acts, time):
        schedule_link(traffic, link, acts)


@part
def contends_early(traffic: Traffic, link: int, acts: float, time: float) -> bool:
    """Let a front that will have to take a turn do so now, not only when it may pass the exit; tell whether it does.

    Until after that moment nobody can enter the link it wants. So nothing but an event is saved.
    """
    passing = at(traffic.slots, front_act(traffic, link).head)
    wanted = next_link(traffic, passing.route, at(traffic.links, link).to_node)
    if wanted < 0:
        return False
    ahead = at(traffic.links, wanted)
    if ahead.kind != LinkKind.PLAIN:
        return False
    space = whole(passing.space)
    if ahead.contention != Contention.ALONE:
        opening = gate_time(traffic, wanted)
        if opening < acts or opening == np.inf:
            return False
        if opening > ahead.entry_free and sizes_differ(traffic):
            return False  # somebody smaller may enter before
        contend(traffic, link, wanted, space)
        return True
    opening = opening_time(traffic, wanted, space, time)
    if opening < acts or (opening == acts and ahead.entry_free < acts) or opening == np.inf:
        return False
    if ahead.entry_free < acts and space > traffic.control[0].smallest:
        return False  # somebody smaller may enter before
    contend(traffic, link, wanted, space)
    schedule_gate(traffic, wanted, opening)
    return True


@part
def next_green(traffic: Traffic, link: int, time: float) -> float:
    """Return the first moment from `time` on at which the signal at the end of a link is green [s]."""
    extra = at(traffic.roads, link).extra
    if extra == NONE or at(traffic.extras, extra).cycle == 0.0:
        return time
    signal = at(traffic.extras, extra)
    phase = (time - signal.start) % signal.cycle
    # Rounding must not make the beginning of green the very end of red.
    if phase < signal.green or signal.cycle - phase < 1e-9:
        return time
    return float(time + (signal.cycle - phase))


@piece
def send_back_from_red(state: Records, gate: int, time: float) -> None:
    """Let links whose signal is red contend no longer until it is green again."""
    traffic = traffic_of(state)
    contender = whole(gate_act(traffic, gate).head)
    while contender != NONE:
        behind = contender_after(traffic, contender)
        if contender < len(traffic.links) and next_green(traffic, contender, time) > time:
            give_up(traffic, contender)
            await_front(traffic.control, contender, time)
        contender = behind


@piece
def hold(state: Records, link: int, mover: int, marks: int, wanted: int, time: float) -> int:
    """Hold a mover before a link that is closed to it; who does not stand in a slot makes way for others."""
    traffic = traffic_of(state)
    control, moving = traffic.control[0], at(traffic.movers, mover)
    if link != NONE:
        at(traffic.links, link).stood = False
    if link != NONE and at(traffic.links, link).kind != LinkKind.PASSING:
        at(traffic.links, link).queue = Queue.HELD
        front_act(traffic, link).beyond = wanted
        front_act(traffic, link).next = control.held_links
        control.held_links = link
    else:
        if link != NONE:
            leave_exit_line(traffic.control, link, mover)
        else:
            become(traffic, mover, MoverState.WAITING)
        moving.queue = Queue.HELD
        moving.next = control.held_movers
        control.held_movers = mover
        if link != NONE:
            await_front(traffic.control, link, time)
    if marks & ASKS:
        record(traffic, mover, time, wanted, NoticeKind.HELD)
        return Outcome.NOTICE
    return Outcome.DONE


@part
def settle(traffic: Traffic, mover: int, was: int, people: int, node: int, end: int, time: float) -> None:
    """Let a mover that is on no link stand at a node: at its destination, or where no way leads on.

    Nothing is read from its record, one among millions that nobody has looked at since it departed.
    """
    at(traffic.movers, mover).place = -1 - node
    arrived = end == ARRIVED
    change_state(traffic, mover, was, MoverState.ARRIVED if arrived else MoverState.CUT_OFF, people)
    record(traffic, mover, time, node, NoticeKind.ARRIVED if arrived else NoticeKind.CUT_OFF)


# Lines and lists of movers without slots


@piece
def line_up_at_exit(state: Records, link: int, mover: int) -> None:
    """Put a mover at the end of the line at the end of a passing link."""
    traffic = traffic_of(state)
    extra = at(traffic.extras, at(traffic.roads, link).extra)
    at(traffic.movers, mover).queue = Queue.LINE
    at(traffic.movers, mover).next = NONE
    if extra.first == NONE:
        extra.first = mover
    else:
        at(traffic.movers, extra.last).next = mover
    extra.last = mover


@piece
def leave_exit_line(state: Records, link: int, mover: int) -> None:
    """Take a mover out of the line at the end of a passing link."""
    traffic = traffic_of(state)
    extra, movers = at(traffic.extras, at(traffic.roads, link).extra), traffic.movers
    if extra.first == mover:
        extra.first = at(movers, mover).next
    else:
        other = whole(extra.first)
        while at(movers, other).next != mover:
            other = whole(at(movers, other).next)
        at(movers, other).next = at(movers, mover).next
        if extra.last == mover:
            extra.last = other
    at(movers, mover).queue = Queue.NOTHING


@part
def line_up_at_origin(traffic: Traffic, link: int, mover: int) -> None:
    """Put a mover at the end of the line of those who depart onto a link."""
    gate, moving = gate_act(traffic, link), at(traffic.movers, mover)
    moving.queue = Queue.LINE
    moving.next = NONE
    moving.wants = link
    if gate.first == NONE:
        gate.first = mover
    else:
        at(traffic.movers, at(traffic.links, link).last_in_line).next = mover
    at(traffic.links, link).last_in_line = mover


@part
def leave_origin(traffic: Traffic, link: int) -> None:
    """Take the first mover out of the line of those who depart onto a link."""
    gate = gate_act(traffic, link)
    moving = at(traffic.movers, gate.first)
    gate.first = moving.next
    moving.queue = Queue.NOTHING
    moving.wants = NONE


@piece
def join_members(state: Records, link: int, mover: int, route: int, reaches: float) -> None:
    """Put a mover into the list of those on a passing link; it acts when it reaches the end."""
    traffic = traffic_of(state)
    extra, moving = at(traffic.extras, at(traffic.roads, link).extra), at(traffic.movers, mover)
    moving.time = reaches
    moving.route = route
    moving.ahead = NONE
    moving.behind = extra.members
    if extra.members != NONE:
        at(traffic.movers, extra.members).ahead = mover
    extra.members = mover
    extra.taken += moving.space
    schedule_mover(traffic, mover, reaches)


@piece
def leave_members(state: Records, link: int, mover: int, time: float) -> None:
    """Take a mover off a passing link and leave its gap behind."""
    traffic = traffic_of(state)
    movers, road = traffic.movers, at(traffic.roads, link)
    extra, moving = at(traffic.extras, road.extra), at(movers, mover)
    if moving.ahead == NONE:
        extra.members = moving.behind
    else:
        at(movers, moving.ahead).behind = moving.behind
    if moving.behind != NONE:
        at(movers, moving.behind).ahead = moving.ahead
    extra.taken -= moving.space
    if road.storage != UNLIMITED:
        leave_gap(traffic, link, add_slot(traffic, link, time), moving.space, time)


# Crowds on footways


@piece
def least_passing_time(state: Records, link: int, space: int, speed: float, factor: float) -> float:
    """Return how long a walker of a free speed keeps an entrance busy at the greatest flow of the law [s]."""
    traffic = traffic_of(state)
    extra = at(traffic.extras, at(traffic.roads, link).extra)
    if extra.crowding == Crowding.NONE:
        return 0.0
    if extra.crowding == Crowding.WEIDMANN:
        greatest = WEIDMANN_GREATEST * speed
    else:
        greatest = COUNTERFLOW_GREATEST if opposing(traffic.control, link) > 0 else LINEAR_GREATEST
    return float(in_pcu(space) * at(traffic.roads, link).length / (extra.area * (greatest * factor)))


@piece
def opposing(state: Records, link: int) -> int:
    """Return the room that those take who walk a footway the other way [thousandths of a person]."""
    traffic = traffic_of(state)
    twin = at(traffic.extras, at(traffic.roads, link).extra).twin
    return 0 if twin == NONE else whole(at(traffic.extras, at(traffic.roads, twin).extra).taken)


@piece
def speed_in_crowd(state: Records, link: int, speed: float, space: int) -> float:
    """Return the speed of a walker who enters a footway, limited by the density it finds [m/s]."""
    traffic = traffic_of(state)
    extra = at(traffic.extras, at(traffic.roads, link).extra)
    if extra.crowding == Crowding.NONE:
        return speed
    other_way = opposing(traffic.control, link)
    density = (extra.taken + space + other_way) / UNITS_PER_PCU / extra.area
    if extra.crowding == Crowding.WEIDMANN:
        density = min(density, WEIDMANN_DENSEST)
        slowed = speed * (1.0 - np.exp(-1.913 * (1.0 / density - 1.0 / 5.4)))
    elif other_way > 0:
        slowed = 1.25 - 0.476 * min(density, COUNTERFLOW_DENSEST)
    else:
        slowed = 1.2 - 0.25 * min(density, LINEAR_DENSEST)
    return float(min(speed, slowed))


# Bookkeeping


@part
def become(traffic: Traffic, mover: int, state: MoverState) -> None:
    """Change the state of a mover and the counts of movers and people in it."""
    moving = at(traffic.movers, mover)
    change_state(traffic, mover, whole(moving.state), state, whole(moving.people))


@part
def change_state(traffic: Traffic, mover: int, was: int, state: MoverState, people: int) -> None:
    """Do what `become` does to a mover of whom it is known what state it is in and how many people it carries."""
    control = traffic.control[0]
    control.movers[was] -= 1
    control.people[was] -= people
    at(traffic.movers, mover).state = state
    control.movers[state] += 1
    control.people[state] += people


@part
def record(traffic: Traffic, mover: int, time: float, place: int, kind: NoticeKind) -> None:
    """Write a record."""
    control = traffic.control[0]
    entry = at(traffic.records, control.n_records)
    control.n_records += 1
    entry.time = time
    entry.mover = mover
    entry.place = place
    entry.kind = kind
