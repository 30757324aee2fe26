"""What happens next: the pending events of links, gates and movers, in exact order.

Every entity has one pending event at most. Far ones lie in a wheel of buckets (lists of
entities, unsorted), those of the present bucket together. Beyond the next turn of the wheel a turn is one list:
so departures hours ahead are not looked at but once before they are due. Events come out in order of
time; at one instant links and movers act before gates, so that whoever is ready at that instant
contends; of those, whoever has stood longest acts first, links before movers, then the smaller
row of the link, the smaller key of the mover, the smaller row. Gates act in the order of rows.
"""

import numpy as np

from evacsim.kernels._jit import at, item, part, piece, prefetch, put, whole
from evacsim.kernels.arrays import CHAINED, N_TURNS, NONE, RUN, TURN, LinkKind, Queue, Records, Traffic
from evacsim.kernels.room import RUN_BITS, act_of, first_mover_of, front_act, gate_act
from evacsim.kernels.state import traffic_of

LAST_BUCKET = 2**62
LAST_PLACE = 2 * TURN - 1
TURN_BITS = TURN.bit_length() - 1
FEW = 24
"""So many events make way for one that comes later, or are put in order because they are due at one time; where more
would have to, the next events become a heap until all have happened."""

FEW_LINKS = 1_000
"""Up to so many links everything stays in the cache of a processor core anyway: nothing is fetched ahead."""
MANY_LINKS = 30_000
"""Links up to so many stay in the cache of a processor core, or near it."""


@part
def bucket_of(traffic: Traffic, time: float) -> int:
    """Return the number of the bucket that `time` falls into, counted from time 0."""
    scaled = time * traffic.control[0].per_bucket
    return whole(scaled) if scaled < LAST_BUCKET else LAST_BUCKET


@part
def event_of(traffic: Traffic, entity: int) -> float:
    """Return when an entity acts next, inf if it has no pending event."""
    if entity < first_mover_of(traffic):
        is_idle = entity < len(traffic.links) and at(traffic.links, entity).queue != Queue.PENDING
    else:
        is_idle = at(traffic.movers, entity - first_mover_of(traffic)).queue != Queue.PENDING
    return np.inf if is_idle else time_of(traffic, entity)


@part
def time_of(traffic: Traffic, entity: int) -> float:
    """Return when an entity in a bucket acts."""
    first_mover = first_mover_of(traffic)
    return float(
        act_of(traffic, entity).time
        if entity < first_mover
        else at(traffic.movers, entity - first_mover).event
    )


@part
def gate_time(traffic: Traffic, gate: int) -> float:
    """Return when a gate lets the next in [s]; inf: not known."""
    return float(gate_act(traffic, gate).time)


@part
def set_gate_time(traffic: Traffic, gate: int, time: float) -> None:
    """Note when a gate lets the next in."""
    gate_act(traffic, gate).time = time


@part
def since_of(traffic: Traffic, entity: int) -> float:
    """Return since when the mover that acts has stood [s]; inf for a gate, which acts last."""
    n_links, first_mover = len(traffic.links), first_mover_of(traffic)
    if entity < n_links:
        return front_since(traffic, entity)
    return np.inf if entity < first_mover else float(at(traffic.movers, entity - first_mover).time)


@part
def front_since(traffic: Traffic, link: int) -> float:
    """Return when the front of a link reached its end [s]; inf if there is none, and its event was called off."""
    road = at(traffic.links, link)
    if road.kind == LinkKind.PASSING:
        mover = at(traffic.extras, at(traffic.roads, link).extra).first
        return np.inf if mover == NONE else float(at(traffic.movers, mover).time)
    return (
        np.inf
        if front_act(traffic, link).head == NONE
        else float(at(traffic.slots, front_act(traffic, link).head).time)
    )


@part
def next_of(traffic: Traffic, entity: int) -> int:
    """Return the entity behind another in its bucket."""
    first_mover = first_mover_of(traffic)
    return whole(
        act_of(traffic, entity).next
        if entity < first_mover
        else at(traffic.movers, entity - first_mover).next
    )


@part
def put_behind(traffic: Traffic, entity: int, other: int) -> None:
    """Let an entity of a bucket be followed by another."""
    first_mover = first_mover_of(traffic)
    if entity < first_mover:
        act_of(traffic, entity).next = other
    else:
        at(traffic.movers, entity - first_mover).next = other


@part
def is_before(
    traffic: Traffic,
    time: float,
    since: float,
    entity: int,
    other_time: float,
    other_since: float,
    other: int,
) -> bool:
    """Tell whether an event comes before another."""
    if time != other_time:
        return bool(time < other_time)
    if since != other_since:
        return bool(since < other_since)
    if min(entity, other) < first_mover_of(traffic):
        return entity < other
    return has_smaller_key(traffic.control, entity, other)


@piece
def has_smaller_key(state: Records, entity: int, other: int) -> bool:
    """Tell whether a mover has a smaller key than another, or the same in a smaller row."""
    traffic = traffic_of(state)
    first_mover = first_mover_of(traffic)
    key = at(traffic.movers, entity - first_mover).key
    other_key = at(traffic.movers, other - first_mover).key
    return key < other_key if key != other_key else entity < other


@part
def push(traffic: Traffic, entity: int, time: float) -> None:
    """Put an event among the next.

    They mostly come in the reverse order of time, so that few have to make way.
    """
    control = traffic.control[0]
    size = whole(control.heap_size)
    control.heap_size = size + 1
    if control.is_heap:
        push_to_many(traffic.control, entity, time, size)
    else:
        control.n_sorted = min(control.n_sorted, size - insert(traffic, entity, time, size))


@part
def insert(traffic: Traffic, entity: int, time: float, size: int) -> int:
    """Put an event among `size` in order and return its place; they become a heap if too many have to make way."""
    heap, place, last = traffic.heap, size, max(size - FEW, 0)
    while place > last and at(heap, place - 1).time < time:
        here, before = at(heap, place), at(heap, place - 1)
        here.time, here.entity = before.time, before.entity
        place -= 1
    at(heap, place).time, at(heap, place).entity = time, entity
    if place == last and place > 0 and at(heap, place - 1).time < time:
        make_heap(traffic.control, size + 1)
    return place


@piece
def push_to_many(state: Records, entity: int, time: float, size: int) -> None:
    """Put an event into a heap of `size`."""
    traffic = traffic_of(state)
    rise(traffic, size, time, since_of(traffic, entity), entity)


@piece
def make_heap(state: Records, size: int) -> None:
    """Let the next events, of which there are `size`, be a heap."""
    traffic = traffic_of(state)
    traffic.control[0].is_heap = 1
    for place in range(size):
        event = at(traffic.heap, place)
        rise(traffic, place, event.time, since_of(traffic, event.entity), event.entity)


@part
def rise(traffic: Traffic, place: int, time: float, since: float, entity: int) -> None:
    """Put an event into a place of the heap or as far before it as it belongs."""
    heap = traffic.heap
    while place > 0:
        before = at(heap, (place - 1) >> 2)
        if not is_before(traffic, time, since, entity, before.time, before.since, before.entity):
            break
        here = at(heap, place)
        here.time, here.since, here.entity = before.time, before.since, before.entity
        place = (place - 1) >> 2
    here = at(heap, place)
    here.time, here.since, here.entity = time, since, entity


@piece
def sort_last(state: Records, last: int) -> None:
    """Put those at the end that are due at one time in order, the first at the end."""
    traffic = traffic_of(state)
    heap, control = traffic.heap, traffic.control[0]
    time, first = float(at(heap, last).time), last
    while first > 0 and at(heap, first - 1).time == time:
        first -= 1
    if last - first > FEW:
        make_heap(traffic.control, last + 1)
        return
    others = gates_first(traffic, first, last)
    for tied in range(others, last + 1):
        entity = whole(at(heap, tied).entity)
        since, place = since_of(traffic, entity), tied
        while place > others:
            before = at(heap, place - 1)
            if not is_before(traffic, time, before.since, before.entity, time, since, entity):
                break
            at(heap, place).since, at(heap, place).entity = before.since, before.entity
            place -= 1
        at(heap, place).since, at(heap, place).entity = since, entity
    control.n_sorted = last + 1 - first


@part
def gates_first(traffic: Traffic, first: int, last: int) -> int:
    """Put the gates among events due at one time before the others, the smallest row last; return where those begin.

    Most of such events are of gates where queues are long, and nobody has to look up since when their movers stand.
    """
    heap, n_links, first_mover = traffic.heap, len(traffic.links), first_mover_of(traffic)
    others = first
    for tied in range(first, last + 1):
        entity = whole(at(heap, tied).entity)
        if n_links <= entity < first_mover:
            at(heap, tied).entity = at(heap, others).entity
            place = others
            while place > first and at(heap, place - 1).entity < entity:
                at(heap, place).entity = at(heap, place - 1).entity
                place -= 1
            at(heap, place).entity = entity
            others += 1
    return others


@piece
def drop_from_many(state: Records, size: int) -> None:
    """Take the first event out of a heap of which `size` remain."""
    traffic = traffic_of(state)
    heap = traffic.heap
    if size == 0:
        traffic.control[0].is_heap = 0
    last = at(heap, size)
    time, since, entity = last.time, last.since, last.entity
    place = 0
    while True:
        child = 4 * place + 1
        if child >= size:
            break
        first = at(heap, child)
        first_place = child
        for other_place in range(child + 1, min(child + 4, size)):
            other = at(heap, other_place)
            if is_before(
                traffic, other.time, other.since, other.entity, first.time, first.since, first.entity
            ):
                first = other
                first_place = other_place
        if is_before(traffic, time, since, entity, first.time, first.since, first.entity):
            break
        here = at(heap, place)
        here.time, here.since, here.entity = first.time, first.since, first.entity
        place = first_place
    here = at(heap, place)
    here.time, here.since, here.entity = time, since, entity


@part
def set_event(traffic: Traffic, entity: int, time: float) -> None:
    """Write down when an entity with a pending event acts."""
    first_mover = first_mover_of(traffic)
    if entity < first_mover:
        act_of(traffic, entity).time = time
    else:
        at(traffic.movers, entity - first_mover).event = time


@part
def sort_heap(traffic: Traffic) -> None:
    """Drop events that were called off, and put the others in order again after a change of who stands since when."""
    heap, control = traffic.heap, traffic.control[0]
    size, n = control.heap_size, 0
    for place in range(size):
        time, entity = at(heap, place).time, at(heap, place).entity
        if event_of(traffic, entity) == time:
            rise(traffic, n, time, since_of(traffic, entity), entity)
            n += 1
            # Called off and scheduled for the same moment again, it may be there twice.
            set_event(traffic, entity, np.nan)
    for place in range(n):
        set_event(traffic, at(heap, place).entity, at(heap, place).time)
    control.heap_size = n
    control.n_sorted = 0
    control.is_heap = n > 0
    control.n_events -= size - n
    control.n_stale = 0


@piece
def push_now(state: Records, entity: int, time: float) -> None:
    """Put an event into the heap, from where that is seldom needed."""
    traffic = traffic_of(state)
    push(traffic, entity, time)


@part
def chain(traffic: Traffic, entity: int, others: int) -> int:
    """Return what stands in a bucket for an entity and the others behind it; NONE: no others."""
    put_behind(traffic, entity, others)
    return chained_if(entity, others)


@part
def chained_if(entity: int, others: int) -> int:
    """Return what stands in a bucket for an entity that knows who is behind it; NONE: nobody."""
    return entity | CHAINED if others != NONE else entity


@part
def entity_in(chained: int) -> int:
    """Return the entity that something in a bucket stands for."""
    return chained & (CHAINED - 1)


@part
def others_in(traffic: Traffic, chained: int) -> int:
    """Return what stands in a bucket for those behind an entity; NONE: nobody."""
    return next_of(traffic, entity_in(chained)) if chained & CHAINED else NONE


@part
def put_into_wheel(traffic: Traffic, entity: int, time: float) -> None:
    """Put the event of an entity where it belongs: into a bucket, or into the heap if that is open already."""
    put_behind(traffic, entity, enter_wheel(traffic, entity, time))


@part
def enter_wheel(traffic: Traffic, entity: int, time: float) -> int:
    """Do what `put_into_wheel` does but for writing down who is behind the entity; return that, NONE: nobody."""
    bucket, cursor = bucket_of(traffic, time), whole(traffic.control[0].cursor)
    if bucket <= cursor:
        push_now(traffic.control, entity, time)
        return NONE
    place = place_of(bucket, cursor)
    others = item(traffic.buckets, place)
    put(traffic.buckets, place, chained_if(entity, others))
    return others


@part
def place_of(bucket: int, cursor: int) -> int:
    """Return where in the wheel the events of a bucket lie while `cursor` is the present one."""
    turn = bucket >> TURN_BITS
    return bucket & LAST_PLACE if turn <= (cursor >> TURN_BITS) + 1 else 2 * TURN + (turn & (N_TURNS - 1))


@part
def put_into_place(traffic: Traffic, entity: int, place: int) -> None:
    """Put an entity before the others in a bucket of the wheel."""
    put(traffic.buckets, place, chain(traffic, entity, item(traffic.buckets, place)))


@part
def go_to(traffic: Traffic, bucket: int) -> None:
    """Let a bucket be the present one, and the next turn have its buckets if one begins."""
    traffic.control[0].cursor = bucket
    if bucket & (TURN - 1) == 0:
        spread(traffic.control, (bucket >> TURN_BITS) + 1)


@piece
def spread(state: Records, turn: int) -> None:
    """Put the events of a turn that have lain together into their buckets."""
    traffic = traffic_of(state)
    together = 2 * TURN + (turn & (N_TURNS - 1))
    chained = item(traffic.buckets, together)
    put(traffic.buckets, together, NONE)
    while chained != NONE:
        behind, entity = others_in(traffic, chained), entity_in(chained)
        bucket = bucket_of(traffic, time_of(traffic, entity))
        put_into_place(traffic, entity, bucket & LAST_PLACE if bucket >> TURN_BITS == turn else together)
        chained = behind


@part
def schedule_link(traffic: Traffic, link: int, time: float) -> None:
    """Let the front of a link act at `time`."""
    traffic.control[0].n_events += 1
    at(traffic.links, link).queue = Queue.PENDING
    act = front_act(traffic, link)
    act.time = time
    act.next = enter_wheel(traffic, link, time)


@part
def schedule_gate(traffic: Traffic, gate: int, time: float) -> None:
    """Let a gate act at `time`, and not when it was to act before."""
    if gate_time(traffic, gate) < np.inf:
        call_off_gate(traffic.control, gate)
    traffic.control[0].n_events += 1
    set_gate_time(traffic, gate, time)
    gate_act(traffic, gate).next = enter_wheel(traffic, len(traffic.links) + gate, time)


@part
def schedule_mover(traffic: Traffic, mover: int, time: float) -> None:
    """Let a mover that is queued nowhere act at `time`."""
    moving = at(traffic.movers, mover)
    traffic.control[0].n_events += 1
    moving.queue = Queue.PENDING
    moving.event = time
    moving.next = enter_wheel(traffic, first_mover_of(traffic) + mover, time)


@piece
def call_off(state: Records, entity: int, time: float) -> None:
    """Take the pending event of an entity at `time` out of its bucket; in the heap it stays as a stale one.

    The caller marks the entity as having none.
    """
    traffic = traffic_of(state)
    bucket, cursor = bucket_of(traffic, time), whole(traffic.control[0].cursor)
    if bucket <= cursor:
        traffic.control[0].n_stale += 1
        return
    traffic.control[0].n_events -= 1
    place = place_of(bucket, cursor)
    chained, others = item(traffic.buckets, place), NONE
    while chained != NONE:
        behind = others_in(traffic, chained)
        if entity_in(chained) != entity:
            others = chain(traffic, entity_in(chained), others)
        chained = behind
    put(traffic.buckets, place, others)


@piece
def call_off_link(state: Records, link: int) -> None:
    """Take back the pending event of a link."""
    traffic = traffic_of(state)
    call_off(traffic.control, link, front_act(traffic, link).time)
    at(traffic.links, link).queue = Queue.NOTHING


@piece
def call_off_gate(state: Records, gate: int) -> None:
    """Take back the pending event of a gate."""
    traffic = traffic_of(state)
    call_off(traffic.control, len(traffic.links) + gate, gate_time(traffic, gate))
    set_gate_time(traffic, gate, np.inf)


@piece
def call_off_mover(state: Records, mover: int) -> None:
    """Take back the pending event of a mover."""
    traffic = traffic_of(state)
    entity = first_mover_of(traffic) + mover
    call_off(traffic.control, entity, at(traffic.movers, mover).event)
    at(traffic.movers, mover).queue = Queue.NOTHING


@part
def open_bucket(traffic: Traffic, bucket: int) -> bool:
    """Move the events of the bucket after the present one from the wheel to the next events.

    False if there is too little room: then some events are still in the bucket.
    """
    place, control = bucket & LAST_PLACE, traffic.control[0]
    chained, others = item(traffic.buckets, place), NONE
    size, is_room, fetches = whole(control.heap_size), True, len(traffic.links) > FEW_LINKS
    while chained != NONE:
        entity = entity_in(chained)
        time, chained, first = due(traffic, entity)
        if size + 1 >= len(traffic.heap):
            is_room = False
            others = chain(traffic, entity, others)
            continue
        if control.is_heap:
            push_to_many(traffic.control, entity, time, size)
        else:
            insert(traffic, entity, time, size)
        size += 1
        if fetches:
            fetch_way_on(traffic, link_to_act(traffic, entity, first))
    control.heap_size, control.n_sorted = size, 0
    put(traffic.buckets, place, others)
    if fetches:
        fetch_fronts(traffic, bucket + 1)
        fetch_first(traffic, bucket + 3)
    return is_room


@part
def due(traffic: Traffic, entity: int) -> tuple[float, int, int]:
    """Return when an entity acts, who is behind it, and of a gate its first contender, of a mover NONE."""
    first_mover = first_mover_of(traffic)
    if entity >= first_mover:
        moving = at(traffic.movers, entity - first_mover)
        return float(moving.event), whole(moving.next), NONE
    act = act_of(traffic, entity)
    return float(act.time), whole(act.next), whole(act.head)


@part
def fetch_first(traffic: Traffic, bucket: int) -> None:
    """Let the processor fetch what stands first in a bucket: a mover, or a link where there are many."""
    entity = entity_in(item(traffic.buckets, bucket & LAST_PLACE))
    n_links, first_mover = len(traffic.links), first_mover_of(traffic)
    if entity >= first_mover:
        if entity != entity_in(NONE):
            prefetch(traffic.movers, entity - first_mover)
    elif n_links > MANY_LINKS:
        link = entity if entity < n_links else entity - n_links
        prefetch(traffic.acts, 2 * link)
        prefetch(traffic.links, link)


@part
def fetch_fronts(traffic: Traffic, bucket: int) -> None:
    """Let the processor fetch the slots of those who will act in a bucket, a few of many million places."""
    chained = item(traffic.buckets, bucket & LAST_PLACE)
    while chained != NONE:
        entity = entity_in(chained)
        if entity < first_mover_of(traffic):
            fetch_front(traffic, link_to_act(traffic, entity, whole(act_of(traffic, entity).head)))
        chained = others_in(traffic, chained)


@part
def fetch_front(traffic: Traffic, link: int) -> None:
    """Let the processor fetch a link, if any, the slot of its front and the next."""
    if link == NONE:
        return
    head = whole(front_act(traffic, link).head)
    prefetch(traffic.links, link)
    prefetch(traffic.slots, head)
    prefetch(traffic.slots, head + 1)
    if (head + 1) & (RUN - 1) == 0:
        prefetch(traffic.runs, head >> RUN_BITS)


@part
def fetch_way_on(traffic: Traffic, link: int) -> None:
    """Let the processor fetch where the paths of the front of a link, if any, and of the one behind it go on."""
    head = NONE if link == NONE else whole(front_act(traffic, link).head)
    if head != NONE:
        slot = at(traffic.slots, head)
        if traffic.control[0].notes_places:
            prefetch(traffic.movers, slot.mover)
        if slot.route < 0:
            prefetch(traffic.paths, -1 - slot.route)
        if (head + 1) & (RUN - 1) != 0:
            route = whole(at(traffic.slots, head + 1).route)
            if route < 0:
                prefetch(traffic.paths, -1 - route)
        else:
            prefetch(traffic.slots, item(traffic.runs, head >> RUN_BITS) << RUN_BITS)


@part
def link_to_act(traffic: Traffic, entity: int, first: int) -> int:
    """Return the link whose front probably passes on when an entity acts; NONE: of no link.

    Of a gate, `first` is the first contender, of a mover it is NONE.
    """
    n_links = len(traffic.links)
    link = entity if entity < n_links else first
    return link if link < n_links else NONE


@part
def take_next(traffic: Traffic, until: float) -> tuple[int, float, int]:
    """Return 1 and the next event, taken out: its time and entity.

    The first is 0 if nothing happens until then, -1 if the heap is full.
    """
    heap, control = traffic.heap, traffic.control[0]
    while True:
        while control.heap_size > 0:
            last = whole(control.heap_size) - 1
            if control.is_heap:
                first = 0
            else:
                first = last
                if control.n_sorted == 0 and last > 0 and at(heap, last - 1).time == at(heap, last).time:
                    sort_last(traffic.control, last)
                    continue
            time, entity = float(at(heap, first).time), whole(at(heap, first).entity)
            is_stale = control.n_stale > 0 and event_of(traffic, entity) != time
            if time > until and not is_stale:
                return 0, time, entity
            control.heap_size = last
            control.n_events -= 1
            if control.is_heap:
                drop_from_many(traffic.control, last)
            else:
                control.n_sorted -= control.n_sorted > 0
            if not is_stale:
                return 1, time, entity
            control.n_stale -= 1
        cursor, last_bucket = whole(control.cursor), bucket_of(traffic, until)
        if control.n_events == 0 or cursor >= last_bucket:
            if last_bucket < LAST_BUCKET:
                control.cursor = max(cursor, last_bucket)
            return 0, 0.0, 0
        while cursor + 1 < last_bucket and item(traffic.buckets, (cursor + 1) & LAST_PLACE) == NONE:
            cursor += 1
            go_to(traffic, cursor)
        if not open_bucket(traffic, cursor + 1):
            return -1, 0.0, 0
        go_to(traffic, cursor + 1)
