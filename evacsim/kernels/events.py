"""What happens next: the pending events of links, gates and movers, in exact order.

Every entity has one pending event at most. Far ones lie in a wheel of buckets (lists of
entities, unsorted), those of the present bucket in a binary heap. Events come out in order of
time; at one instant links and movers act before gates, so that whoever is ready at that instant
contends; of those, whoever has stood longest acts first, links before movers, then the smaller
row of the link, the smaller key of the mover, the smaller row. Gates act in the order of rows.
"""

import numpy as np

from evacsim.kernels._jit import part, prefetch, rare
from evacsim.kernels.arrays import N_BUCKETS, NONE, Queue, Traffic

LAST_BUCKET = 2**62
LAST_PLACE = N_BUCKETS - 1
MOVERS_FROM = 2**33
"""In the order of entities: links from 0 on, movers around this number, gates from `GATES_FROM` on."""
GATES_FROM = 2**34


@part
def bucket_of(traffic: Traffic, time: float) -> int:
    """Return the number of the bucket that `time` falls into, counted from time 0."""
    scaled = time * traffic.control[0].per_bucket
    return int(scaled) if scaled < LAST_BUCKET else LAST_BUCKET


@part
def event_of(traffic: Traffic, entity: int) -> float:
    """Return when an entity acts next, inf if it has no pending event."""
    n_links, n_gates = len(traffic.links), traffic.control[0].n_gates
    if entity < n_links:
        road = traffic.links[entity]
        return float(road.event) if road.queue == Queue.PENDING else np.inf
    if entity < n_links + n_gates:
        return float(traffic.gates[entity - n_links].event)
    moving = traffic.movers[entity - n_links - n_gates]
    return float(moving.event) if moving.queue == Queue.PENDING else np.inf


@rare
def since_of(traffic: Traffic, entity: int) -> float:
    """Return since when the mover that acts has stood [s]; 0 for a gate."""
    n_links, n_gates = len(traffic.links), traffic.control[0].n_gates
    if entity < n_links:
        return front_since(traffic, entity)
    if entity < n_links + n_gates:
        return 0.0
    return float(traffic.movers[entity - n_links - n_gates].time)


@part
def front_since(traffic: Traffic, link: int) -> float:
    """Return when the front of a link reached its end [s]."""
    road = traffic.links[link]
    if road.passing:
        return float(traffic.movers[traffic.extras[road.extra].first].time)
    return float(traffic.slots[road.head].time)


@rare
def order_of(traffic: Traffic, entity: int) -> int:
    """Return what settles ties between entities."""
    n_links, n_gates = len(traffic.links), traffic.control[0].n_gates
    if entity < n_links:
        return entity
    if entity < n_links + n_gates:
        return GATES_FROM + entity
    return MOVERS_FROM + int(traffic.movers[entity - n_links - n_gates].key)


@part
def next_of(traffic: Traffic, entity: int) -> int:
    """Return the entity behind another in its bucket."""
    n_links, n_gates = len(traffic.links), traffic.control[0].n_gates
    if entity < n_links:
        return int(traffic.links[entity].next)
    if entity < n_links + n_gates:
        return int(traffic.gates[entity - n_links].next)
    return int(traffic.movers[entity - n_links - n_gates].next)


@part
def put_behind(traffic: Traffic, entity: int, other: int) -> None:
    """Let an entity of a bucket be followed by another."""
    n_links, n_gates = len(traffic.links), traffic.control[0].n_gates
    if entity < n_links:
        traffic.links[entity].next = other
    elif entity < n_links + n_gates:
        traffic.gates[entity - n_links].next = other
    else:
        traffic.movers[entity - n_links - n_gates].next = other


@part
def is_before(traffic: Traffic, time: float, entity: int, other_time: float, other: int) -> bool:
    """Tell whether an event comes before another."""
    if time != other_time:
        return bool(time < other_time)
    return goes_first(traffic, entity, other)


@rare
def goes_first(traffic: Traffic, entity: int, other: int) -> bool:
    """Tell which of two entities acts first at one instant."""
    order, other_order = order_of(traffic, entity), order_of(traffic, other)
    if order < GATES_FROM and other_order < GATES_FROM:
        since, other_since = since_of(traffic, entity), since_of(traffic, other)
        if since != other_since:
            return since < other_since
    return order < other_order if order != other_order else entity < other


@part
def push(traffic: Traffic, entity: int, time: float) -> None:
    """Put an event into the heap."""
    control = traffic.control[0]
    place = control.heap_size
    control.heap_size = place + 1
    rise(traffic, place, time, entity)


@part
def rise(traffic: Traffic, place: int, time: float, entity: int) -> None:
    """Put an event into a place of the heap or as far before it as it belongs."""
    heap = traffic.heap
    while place > 0:
        parent = (place - 1) >> 2
        if not is_before(traffic, time, entity, heap[parent].time, heap[parent].entity):
            break
        heap[place].time = heap[parent].time
        heap[place].entity = heap[parent].entity
        place = parent
    heap[place].time = time
    heap[place].entity = entity


@part
def pop(traffic: Traffic) -> None:
    """Take the first event out of the heap."""
    heap, control = traffic.heap, traffic.control[0]
    size = control.heap_size - 1
    control.heap_size = size
    control.n_events -= 1
    time, entity = heap[size].time, heap[size].entity
    place = 0
    while True:
        child = 4 * place + 1
        if child >= size:
            break
        first = child
        for other in range(child + 1, min(child + 4, size)):
            if is_before(traffic, heap[other].time, heap[other].entity, heap[first].time, heap[first].entity):
                first = other
        if is_before(traffic, time, entity, heap[first].time, heap[first].entity):
            break
        heap[place].time = heap[first].time
        heap[place].entity = heap[first].entity
        place = first
    heap[place].time = time
    heap[place].entity = entity


@part
def sort_heap(traffic: Traffic) -> None:
    """Drop events that were called off, and put the others in order again after a change of who stands since when."""
    heap, control = traffic.heap, traffic.control[0]
    size, n = control.heap_size, 0
    for place in range(size):
        time, entity = heap[place].time, heap[place].entity
        if event_of(traffic, entity) == time:
            rise(traffic, n, time, entity)
            n += 1
    control.heap_size = n
    control.n_events -= size - n


@part
def schedule_link(traffic: Traffic, link: int, time: float) -> None:
    """Let the front of a link act at `time`."""
    control, road = traffic.control[0], traffic.links[link]
    control.n_events += 1
    road.queue = Queue.PENDING
    road.event = time
    bucket = bucket_of(traffic, time)
    if bucket <= control.cursor:
        push(traffic, link, time)
    else:
        road.next = traffic.buckets[bucket & LAST_PLACE]
        traffic.buckets[bucket & LAST_PLACE] = link


@part
def schedule_gate(traffic: Traffic, gate: int, time: float) -> None:
    """Let a gate act at `time`."""
    control = traffic.control[0]
    entity = len(traffic.links) + gate
    control.n_events += 1
    traffic.gates[gate].event = time
    bucket = bucket_of(traffic, time)
    if bucket <= control.cursor:
        push(traffic, entity, time)
    else:
        traffic.gates[gate].next = traffic.buckets[bucket & LAST_PLACE]
        traffic.buckets[bucket & LAST_PLACE] = entity


@rare
def schedule_mover(traffic: Traffic, mover: int, time: float) -> None:
    """Let a mover that is queued nowhere act at `time`."""
    control, moving = traffic.control[0], traffic.movers[mover]
    entity = len(traffic.links) + control.n_gates + mover
    control.n_events += 1
    moving.queue = Queue.PENDING
    moving.event = time
    bucket = bucket_of(traffic, time)
    if bucket <= control.cursor:
        push(traffic, entity, time)
    else:
        moving.next = traffic.buckets[bucket & LAST_PLACE]
        traffic.buckets[bucket & LAST_PLACE] = entity


@rare
def call_off(traffic: Traffic, entity: int, time: float) -> None:
    """Take the pending event of an entity at `time` out of its bucket; in the heap it stays as a stale one.

    The caller marks the entity as having none.
    """
    bucket = bucket_of(traffic, time)
    if bucket <= traffic.control[0].cursor:
        return
    traffic.control[0].n_events -= 1
    place = bucket & LAST_PLACE
    other = int(traffic.buckets[place])
    if other == entity:
        traffic.buckets[place] = next_of(traffic, entity)
        return
    while next_of(traffic, other) != entity:
        other = next_of(traffic, other)
    put_behind(traffic, other, next_of(traffic, entity))


@rare
def call_off_link(traffic: Traffic, link: int) -> None:
    """Take back the pending event of a link."""
    call_off(traffic, link, traffic.links[link].event)
    traffic.links[link].queue = Queue.NOTHING


@rare
def call_off_gate(traffic: Traffic, gate: int) -> None:
    """Take back the pending event of a gate."""
    call_off(traffic, len(traffic.links) + gate, traffic.gates[gate].event)
    traffic.gates[gate].event = np.inf


@rare
def call_off_mover(traffic: Traffic, mover: int) -> None:
    """Take back the pending event of a mover."""
    entity = len(traffic.links) + traffic.control[0].n_gates + mover
    call_off(traffic, entity, traffic.movers[mover].event)
    traffic.movers[mover].queue = Queue.NOTHING


@part
def open_bucket(traffic: Traffic, bucket: int) -> bool:
    """Move the events of a bucket from the wheel to the heap; those of later turns stay.

    False if the heap is too small: then some events are still in the bucket.
    """
    place, control = bucket & LAST_PLACE, traffic.control[0]
    entity = int(traffic.buckets[place])
    later = NONE
    prefetch(traffic.links, first_link(traffic, (bucket + 1) & LAST_PLACE))
    prefetch(traffic.links, first_link(traffic, (bucket + 2) & LAST_PLACE))
    while entity != NONE:
        behind = next_of(traffic, entity)
        time = event_of(traffic, entity)
        if bucket_of(traffic, time) != bucket:
            put_behind(traffic, entity, later)
            later = entity
        elif control.heap_size + 1 >= len(traffic.heap):
            break
        else:
            push(traffic, entity, time)
        entity = behind
    if entity == NONE:
        traffic.buckets[place] = later
        return True
    # What is left goes before those of later turns.
    traffic.buckets[place] = entity
    last = entity
    while next_of(traffic, last) != NONE:
        last = next_of(traffic, last)
    put_behind(traffic, last, later)
    return False


@part
def first_link(traffic: Traffic, place: int) -> int:
    """Return the first entity of a bucket if it is a link, else NONE."""
    entity = traffic.buckets[place]
    return int(entity) if entity < len(traffic.links) else NONE


@part
def find_next(traffic: Traffic, until: float) -> int:
    """Bring the next event to the top of the heap: 1; 0 if none happens until then, -1 if the heap is full."""
    heap, control = traffic.heap, traffic.control[0]
    last_bucket = bucket_of(traffic, until)
    while True:
        while control.heap_size > 0:
            time = heap[0].time
            if event_of(traffic, heap[0].entity) == time:
                return 1 if time <= until else 0
            pop(traffic)
        if control.n_events == 0 or control.cursor >= last_bucket:
            if last_bucket < LAST_BUCKET:
                control.cursor = max(control.cursor, last_bucket)
            return 0
        if not open_bucket(traffic, control.cursor + 1):
            return -1
        control.cursor += 1
