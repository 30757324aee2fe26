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

from evacsim.kernels._jit import kernel, part, rare
from evacsim.kernels.arrays import (
    ARRIVED,
    ASKS,
    IS_STOPPED,
    NONE,
    OWN_SPEED,
    UNITS_PER_PCU,
    UNLIMITED,
    WATCHED,
    Crowding,
    MoverState,
    NoticeKind,
    Outcome,
    Queue,
    Traffic,
)
from evacsim.kernels.contention import (
    arrange,
    choose,
    closes_ring,
    contend,
    contender_after,
    give_up,
    has_contenders,
    turn_of,
    wanted_by,
)
from evacsim.kernels.events import find_next, pop, schedule_gate, schedule_link, schedule_mover
from evacsim.kernels.room import (
    add_slot,
    close_gaps,
    leave_gap,
    opening_time,
    passing_time,
    room_needed,
    vacate_head,
)

MARGIN = 8
"""More records and events than one event can make."""
KEPT_WAITING = 1e-3
"""Who enters this long after reaching the end of its link had to queue [s]."""
SLOWEST_IN_CROWD = 0.1
"""No law of density makes walkers slower than this [m/s] (assumed): a crowd shuffles on."""


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
    control, n_links = traffic.control[0], len(traffic.links)
    n_bins = len(traffic.entries) // max(2 * n_links, 1)
    while True:
        found = find_next(traffic, until)
        if found == 0:
            return Outcome.DONE
        if found < 0 or control.heap_size + MARGIN > len(traffic.heap):
            return Outcome.HEAP_FULL
        time, entity = traffic.heap[0].time, int(traffic.heap[0].entity)
        if control.n_records + MARGIN > len(traffic.records):
            return Outcome.RECORDS_FULL
        if control.n_unused_runs < 2:
            return Outcome.SLOTS_FULL
        while time >= control.bin_end:
            if control.bin + 1 >= n_bins:
                return Outcome.BINS_FULL
            control.bin += 1
            control.bin_end = (control.bin + 1) * bin_length
        pop(traffic)
        control.time = time
        outcome = act(traffic, entity, time, passages)
        if outcome != Outcome.DONE:
            return outcome


@part
def next_link(traffic: Traffic, route: int, node: int) -> int:
    """Return the link to take at a node by a tree or a path, ARRIVED or NO_WAY."""
    if route >= 0:
        return int(traffic.trees[route * traffic.control[0].n_nodes + node])
    return int(traffic.paths[-1 - route])


@part
def front_of(traffic: Traffic, link: int) -> tuple[int, int, int, int, int, int, float]:
    """Return mover, route, size, people, mode, marks and time at the end of the front of a link."""
    road = traffic.links[link]
    if road.passing:
        mover = int(traffic.extras[road.extra].first)
        return carried(traffic, mover)
    slot = traffic.slots[road.head]
    return (
        int(slot.mover),
        int(slot.route),
        int(slot.space),
        int(slot.people),
        int(slot.mode),
        int(slot.marks),
        float(slot.time),
    )


@part
def carried(traffic: Traffic, mover: int) -> tuple[int, int, int, int, int, int, float]:
    """Return what `front_of` returns, of a mover that has no slot."""
    moving = traffic.movers[mover]
    return (
        mover,
        int(moving.route),
        int(moving.space),
        int(moving.people),
        int(moving.mode),
        int(moving.marks),
        float(moving.time),
    )


@part
def act(traffic: Traffic, entity: int, time: float, passages: int) -> int:
    """Let a link, a gate or a mover do what is due; return an `Outcome`.

    In the end one mover passes on, settles at a node, or waits; what that sets in motion follows.
    """
    control, n_links = traffic.control[0], len(traffic.links)
    link, mover, wanted, gate, contender = NONE, NONE, NONE, NONE, NONE
    if entity < n_links:
        link = entity
        traffic.links[link].queue = Queue.NOTHING
    elif entity < n_links + control.n_gates:
        gate = entity - n_links
        contender = let_in(traffic, gate, time)
        if contender == NONE:
            arrange(traffic, gate, time)
            return Outcome.DONE
        wanted = wanted_by(traffic, contender)
        give_up(traffic, contender)
        if contender < n_links:
            link = contender
        else:
            mover = int(traffic.gates[wanted].first)
            leave_origin(traffic, wanted)
    else:
        mover = entity - n_links - control.n_gates
        moving = traffic.movers[mover]
        moving.queue = Queue.NOTHING
        if moving.place >= 0:
            link = int(moving.place)
            if not comes_to_exit(traffic, link, mover, time):
                return Outcome.DONE
        elif moving.state == MoverState.SCHEDULED:
            become(traffic, mover, MoverState.WAITING)

    node = int(traffic.links[link].to_node) if link != NONE else -1 - int(traffic.movers[mover].place)
    mover, route, space, people, mode, marks, since = (
        front_of(traffic, link) if link != NONE else carried(traffic, mover)
    )
    outcome, passes = Outcome.DONE, contender != NONE
    if not passes:
        wanted = next_link(traffic, route, node)
        if wanted >= 0:
            if traffic.links[wanted].speed_factor[mode] == 0.0:
                outcome = hold(traffic, link, mover, marks, wanted, time)
                if link != NONE and traffic.links[link].queue == Queue.NOTHING:
                    await_front(traffic, link, time)
                return outcome
            is_alone = not has_contenders(traffic, wanted)
            opening = opening_time(traffic, wanted, space, time) if is_alone else np.inf
            if opening <= time:
                passes = True
            else:
                if link == NONE:
                    line_up_at_origin(traffic, wanted, mover)
                    if traffic.gates[wanted].first != mover:
                        return Outcome.DONE
                return wait(traffic, link, wanted, is_alone, opening, time)

    if link != NONE:
        leave_link(traffic, link, space, time)
    if passes:
        if link == NONE:
            become(traffic, mover, MoverState.MOVING)
            record(traffic, mover, time, wanted, NoticeKind.DEPARTED)
        enter(traffic, mover, route, space, people, mode, marks, wanted, time, time - since, passages)
        if contender >= n_links and traffic.gates[wanted].first != NONE:
            contend(traffic, contender, wanted)
    else:
        settle(traffic, mover, node, wanted, time)
        if marks & WATCHED:
            outcome = Outcome.NOTICE
    follow_up(traffic, link, wanted if passes else NONE, gate, time)
    return outcome


@part
def wait(traffic: Traffic, link: int, wanted: int, is_alone: bool, opening: float, time: float) -> int:
    """Let the front of a link (NONE: the origin line) contend for another link, and its gate act in time."""
    road = traffic.links[wanted]
    gate = int(road.gate)
    contend(traffic, link if link != NONE else len(traffic.links) + wanted, wanted)
    if is_alone and opening < np.inf:
        schedule_gate(traffic, gate, opening)
        return Outcome.DONE
    if traffic.gates[gate].event <= max(time, road.entry_free):
        return Outcome.DONE  # nobody can be let in sooner
    if arrange(traffic, gate, time) == np.inf and link != NONE and closes_ring(traffic, link):
        traffic.control[0].ring = link
        return Outcome.RING
    return Outcome.DONE


@part
def let_in(traffic: Traffic, gate: int, time: float) -> int:
    """Return whom a gate lets in now, and note its turn; NONE if there is no room for anybody."""
    traffic.gates[gate].event = np.inf
    if traffic.control[0].has_signals:
        send_back_from_red(traffic, gate, time)
    chosen = choose(traffic, gate, time)
    if chosen != NONE:
        traffic.gates[gate].turn = turn_of(traffic, chosen)
    return chosen


@rare
def comes_to_exit(traffic: Traffic, link: int, mover: int, time: float) -> bool:
    """Let a mover line up at the end of a passing link; tell whether it may try to go on at once."""
    line_up_at_exit(traffic, link, mover)
    if traffic.extras[traffic.links[link].extra].first != mover:
        return False
    if next_green(traffic, link, max(time, traffic.links[link].exit_free)) > time:
        await_front(traffic, link, time)
        return False
    return True


@part
def follow_up(traffic: Traffic, left: int, entered: int, gate: int, time: float) -> None:
    """Let the next fronts and gates act after a mover has left a link and entered another."""
    for link in (left, entered):
        if link != NONE and traffic.links[link].queue == Queue.NOTHING:
            await_front(traffic, link, time)
    room_at = NONE
    if left != NONE and has_contenders(traffic, left):
        # Those who know when they can enter are not helped by one more gap behind the others.
        room_at = int(traffic.links[left].gate)
        if room_at < len(traffic.links) and traffic.gates[room_at].event < np.inf:
            room_at = NONE
    for other in (room_at, gate):
        if other != NONE and traffic.gates[other].contenders != NONE:
            arrange(traffic, other, time)


@part
def enter(
    traffic: Traffic,
    mover: int,
    route: int,
    space: int,
    people: int,
    mode: int,
    marks: int,
    link: int,
    time: float,
    waited: float,
    passages: int,
) -> None:
    """Let a mover that is on no link enter one."""
    control, road, moving = traffic.control[0], traffic.links[link], traffic.movers[mover]
    if road.storage != UNLIMITED:
        road.room -= room_needed(traffic, link, space)
    speed = float(road.free_speed)
    if marks & OWN_SPEED:
        speed = min(speed, moving.speed)
    busy = passing_time(traffic, link, space)
    if road.extra != NONE:
        if waited > KEPT_WAITING:
            busy *= traffic.extras[road.extra].drop
        if road.passing:
            busy *= share_of_width(traffic, link, space)
            speed = speed_in_crowd(traffic, link, speed, space)
    road.entry_free = time + busy
    if road.gate >= len(traffic.links):
        junction = traffic.junctions[road.gate - len(traffic.links)]
        junction.free = time + junction.headway * (space / UNITS_PER_PCU)
    reaches = time + road.length / (speed * road.speed_factor[mode])
    moving.place = link
    if route < 0:
        route -= 1
    if road.passing:
        moving.time = reaches
        moving.route = route
        join_members(traffic, link, mover)
        schedule_mover(traffic, mover, reaches)
    else:
        slot = add_slot(traffic, link)
        taken = traffic.slots[slot]
        taken.time = reaches
        taken.mover = mover
        taken.route = route
        taken.space = space
        taken.people = people
        taken.mode = mode
        taken.marks = marks
        if road.head == NONE:
            road.head = slot
    count = 2 * (control.bin * len(traffic.links) + link)
    traffic.entries[count] += 1
    traffic.entries[count + 1] += people
    control.n_passages += 1
    if passages:
        record(traffic, mover, time, link, NoticeKind.ENTERED)


@part
def leave_link(traffic: Traffic, link: int, space: int, time: float) -> None:
    """Let the front of a link pass its exit; the next one's turn comes a headway later."""
    road = traffic.links[link]
    road.exit_free = time + passing_time(traffic, link, space)
    if road.passing:
        mover = int(traffic.extras[road.extra].first)
        leave_exit_line(traffic, link, mover)
        leave_members(traffic, link, mover, time)
    else:
        vacate_head(traffic, link, time)


@part
def await_front(traffic: Traffic, link: int, time: float) -> None:
    """Let the front of a link that is queued nowhere act as soon as it may pass the exit."""
    road = traffic.links[link]
    if road.passing:
        mover = traffic.extras[road.extra].first
        if mover == NONE:
            return
        since = float(traffic.movers[mover].time)
    else:
        if road.head == NONE or traffic.slots[road.head].marks & IS_STOPPED:
            return
        since = float(traffic.slots[road.head].time)
    acts = max(time, since, road.exit_free)
    if road.extra != NONE:
        acts = next_green(traffic, link, acts)
    schedule_link(traffic, link, acts)


@rare
def next_green(traffic: Traffic, link: int, time: float) -> float:
    """Return the first moment from `time` on at which the signal at the end of a link is green [s]."""
    extra = traffic.links[link].extra
    if extra == NONE or traffic.extras[extra].cycle == 0.0:
        return time
    signal = traffic.extras[extra]
    phase = (time - signal.start) % signal.cycle
    # Rounding must not make the beginning of green the very end of red.
    if phase < signal.green or signal.cycle - phase < 1e-9:
        return time
    return float(time + (signal.cycle - phase))


@rare
def send_back_from_red(traffic: Traffic, gate: int, time: float) -> None:
    """Let links whose signal is red contend no longer until it is green again."""
    contender = int(traffic.gates[gate].contenders)
    while contender != NONE:
        behind = contender_after(traffic, contender)
        if contender < len(traffic.links) and next_green(traffic, contender, time) > time:
            give_up(traffic, contender)
            await_front(traffic, contender, time)
        contender = behind


@rare
def hold(traffic: Traffic, link: int, mover: int, marks: int, wanted: int, time: float) -> int:
    """Hold a mover before a link that is closed to it; who does not stand in a slot makes way for others."""
    control, moving = traffic.control[0], traffic.movers[mover]
    if link != NONE and not traffic.links[link].passing:
        road = traffic.links[link]
        road.queue = Queue.HELD
        road.wants = wanted
        road.next = control.held_links
        control.held_links = link
    else:
        if link != NONE:
            leave_exit_line(traffic, link, mover)
        moving.queue = Queue.HELD
        moving.next = control.held_movers
        control.held_movers = mover
    if marks & ASKS:
        record(traffic, mover, time, wanted, NoticeKind.HELD)
        return Outcome.NOTICE
    return Outcome.DONE


@rare
def settle(traffic: Traffic, mover: int, node: int, end: int, time: float) -> None:
    """Let a mover that is on no link stand at a node: at its destination, or where no way leads on."""
    traffic.movers[mover].place = -1 - node
    arrived = end == ARRIVED
    become(traffic, mover, MoverState.ARRIVED if arrived else MoverState.CUT_OFF)
    record(traffic, mover, time, node, NoticeKind.ARRIVED if arrived else NoticeKind.CUT_OFF)


# Lines and lists of movers without slots


@rare
def line_up_at_exit(traffic: Traffic, link: int, mover: int) -> None:
    """Put a mover at the end of the line at the end of a passing link."""
    extra = traffic.extras[traffic.links[link].extra]
    traffic.movers[mover].queue = Queue.LINE
    traffic.movers[mover].next = NONE
    if extra.first == NONE:
        extra.first = mover
    else:
        traffic.movers[extra.last].next = mover
    extra.last = mover


@rare
def leave_exit_line(traffic: Traffic, link: int, mover: int) -> None:
    """Take a mover out of the line at the end of a passing link."""
    extra, movers = traffic.extras[traffic.links[link].extra], traffic.movers
    if extra.first == mover:
        extra.first = movers[mover].next
    else:
        other = int(extra.first)
        while movers[other].next != mover:
            other = int(movers[other].next)
        movers[other].next = movers[mover].next
        if extra.last == mover:
            extra.last = other
    movers[mover].queue = Queue.NOTHING


@rare
def line_up_at_origin(traffic: Traffic, link: int, mover: int) -> None:
    """Put a mover at the end of the line of those who depart onto a link."""
    gate, moving = traffic.gates[link], traffic.movers[mover]
    moving.queue = Queue.LINE
    moving.next = NONE
    moving.wants = link
    if gate.first == NONE:
        gate.first = mover
    else:
        traffic.movers[gate.last].next = mover
    gate.last = mover


@rare
def leave_origin(traffic: Traffic, link: int) -> None:
    """Take the first mover out of the line of those who depart onto a link."""
    gate = traffic.gates[link]
    moving = traffic.movers[gate.first]
    gate.first = moving.next
    moving.queue = Queue.NOTHING
    moving.wants = NONE


@rare
def join_members(traffic: Traffic, link: int, mover: int) -> None:
    """Put a mover into the list of those on a passing link."""
    extra, moving = traffic.extras[traffic.links[link].extra], traffic.movers[mover]
    moving.ahead = NONE
    moving.behind = extra.members
    if extra.members != NONE:
        traffic.movers[extra.members].ahead = mover
    extra.members = mover
    extra.taken += moving.space


@rare
def leave_members(traffic: Traffic, link: int, mover: int, time: float) -> None:
    """Take a mover off a passing link and leave its gap behind."""
    movers, road = traffic.movers, traffic.links[link]
    extra, moving = traffic.extras[road.extra], movers[mover]
    if moving.ahead == NONE:
        extra.members = moving.behind
    else:
        movers[moving.ahead].behind = moving.behind
    if moving.behind != NONE:
        movers[moving.behind].ahead = moving.ahead
    extra.taken -= moving.space
    if road.storage != UNLIMITED:
        close_gaps(traffic, link, time)
        leave_gap(traffic, link, add_slot(traffic, link), moving.space, time)


# Crowds on footways


@rare
def share_of_width(traffic: Traffic, link: int, space: int) -> float:
    """Return by how much people coming the other way lengthen the time a walker keeps an entrance busy.

    Both directions share the width in proportion to the people on it (assumed).
    """
    extra = traffic.extras[traffic.links[link].extra]
    if extra.twin == NONE:
        return 1.0
    own = int(extra.taken) + space
    return float((own + opposing(traffic, link)) / own)


@rare
def opposing(traffic: Traffic, link: int) -> int:
    """Return the room that those take who walk a footway the other way [thousandths of a person]."""
    twin = traffic.extras[traffic.links[link].extra].twin
    return 0 if twin == NONE else int(traffic.extras[traffic.links[twin].extra].taken)


@rare
def speed_in_crowd(traffic: Traffic, link: int, speed: float, space: int) -> float:
    """Return the speed of a walker who enters a footway, limited by the density it finds [m/s]."""
    extra = traffic.extras[traffic.links[link].extra]
    if extra.crowding == Crowding.NONE:
        return speed
    other_way = opposing(traffic, link)
    density = (extra.taken + space + other_way) / UNITS_PER_PCU / extra.area
    if extra.crowding == Crowding.WEIDMANN:
        slowed = speed * (1.0 - np.exp(-1.913 * (1.0 / density - 1.0 / 5.4)))
    elif other_way > 0:
        slowed = 1.25 - 0.476 * density
    else:
        slowed = 1.2 - 0.25 * density
    return float(min(speed, max(slowed, SLOWEST_IN_CROWD)))


# Bookkeeping


@rare
def become(traffic: Traffic, mover: int, state: MoverState) -> None:
    """Change the state of a mover and the counts of movers and people in it."""
    control, moving = traffic.control[0], traffic.movers[mover]
    control.movers[moving.state] -= 1
    control.people[moving.state] -= moving.people
    moving.state = state
    control.movers[state] += 1
    control.people[state] += moving.people


@rare
def record(traffic: Traffic, mover: int, time: float, place: int, kind: NoticeKind) -> None:
    """Write a record."""
    control = traffic.control[0]
    entry = traffic.records[control.n_records]
    control.n_records += 1
    entry.time = time
    entry.mover = mover
    entry.place = place
    entry.kind = kind
