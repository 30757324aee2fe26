"""What happens next: the pending events of movers, in exact order.

Every mover has one pending event at most. Far ones lie in a wheel of buckets (lists of movers,
unsorted), those of the present bucket in a binary heap. Events come out in order of time; at
one instant the mover that has stood longest acts first, then the smaller key, then the
smaller row.
"""

from evacsim.kernels._jit import part, prefetch
from evacsim.kernels.arrays import BUCKET_LENGTH, N_BUCKETS, NONE, MoverState, Queue, Records, Traffic

PER_BUCKET = 1.0 / BUCKET_LENGTH
LAST_BUCKET = 2**62


@part
def bucket_of(time: float) -> int:
    """Return the number of the bucket that `time` falls into, counted from time 0."""
    scaled = time * PER_BUCKET
    return int(scaled) if scaled < LAST_BUCKET else LAST_BUCKET


@part
def is_before(time: float, since: float, key: int, mover: int, other: Records) -> bool:
    """Tell whether an event comes before another."""
    if time != other.time:
        return bool(time < other.time)
    if since != other.since:
        return bool(since < other.since)
    if key != other.key:
        return bool(key < other.key)
    return bool(mover < other.mover)


@part
def push(traffic: Traffic, mover: int) -> None:
    """Put the event of a mover into the heap."""
    heap, control, moving = traffic.heap, traffic.control[0], traffic.movers[mover]
    time, since, key = moving.event, moving.time, moving.key
    moving.queue = Queue.HEAP
    place = control.heap_size
    control.heap_size = place + 1
    while place > 0:
        parent = (place - 1) >> 1
        if not is_before(time, since, key, mover, heap[parent]):
            break
        heap[place] = heap[parent]
        place = parent
    event = heap[place]
    event.time = time
    event.since = since
    event.key = key
    event.mover = mover


@part
def pop(traffic: Traffic) -> None:
    """Take the first event out of the heap."""
    heap, control = traffic.heap, traffic.control[0]
    size = control.heap_size - 1
    control.heap_size = size
    control.n_events -= 1
    last = heap[size]
    time, since, key, mover = last.time, last.since, last.key, last.mover
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size:
            right = heap[child + 1]
            if is_before(right.time, right.since, right.key, right.mover, heap[child]):
                child += 1
        if is_before(time, since, key, mover, heap[child]):
            break
        heap[place] = heap[child]
        place = child
    event = heap[place]
    event.time = time
    event.since = since
    event.key = key
    event.mover = mover


@part
def schedule(traffic: Traffic, mover: int, time: float) -> None:
    """Let a mover that is queued nowhere act at `time`."""
    control, moving = traffic.control[0], traffic.movers[mover]
    control.n_events += 1
    moving.event = time
    bucket = bucket_of(time)
    if bucket <= control.cursor:
        push(traffic, mover)
    else:
        moving.queue = Queue.WHEEL
        moving.next = traffic.buckets[bucket % N_BUCKETS]
        traffic.buckets[bucket % N_BUCKETS] = mover


@part
def call_off(traffic: Traffic, mover: int) -> None:
    """Take back the pending event of a mover; in the heap it stays behind as a stale one."""
    control, movers = traffic.control[0], traffic.movers
    if movers[mover].queue == Queue.HEAP:
        control.n_stale += 1
    else:
        control.n_events -= 1
        bucket = bucket_of(movers[mover].event) % N_BUCKETS
        other = traffic.buckets[bucket]
        if other == mover:
            traffic.buckets[bucket] = movers[mover].next
        else:
            while movers[other].next != mover:
                other = movers[other].next
            movers[other].next = movers[mover].next
    movers[mover].queue = Queue.NOTHING


@part
def open_bucket(traffic: Traffic, bucket: int) -> None:
    """Move the events of a bucket from the wheel to the heap; those of later turns stay."""
    mover = traffic.buckets[bucket % N_BUCKETS]
    traffic.buckets[bucket % N_BUCKETS] = NONE
    prefetch(traffic.movers, traffic.buckets[(bucket + 1) % N_BUCKETS])
    prefetch(traffic.movers, traffic.buckets[(bucket + 2) % N_BUCKETS])
    while mover != NONE:
        moving = traffic.movers[mover]
        behind = moving.next
        if bucket_of(moving.event) == bucket:
            push(traffic, mover)
            prefetch(traffic.links, moving.link)
            prefetch(traffic.movers, moving.behind)
        else:
            moving.next = traffic.buckets[bucket % N_BUCKETS]
            traffic.buckets[bucket % N_BUCKETS] = mover
        mover = behind


@part
def find_next(traffic: Traffic, until: float) -> bool:
    """Bring the next event to the top of the heap; False if none happens until then."""
    heap, control, movers = traffic.heap, traffic.control[0], traffic.movers
    last_bucket = bucket_of(until)
    while True:
        while control.heap_size > 0:
            event = heap[0]
            moving = movers[event.mover]
            if moving.queue == Queue.HEAP and moving.event == event.time and moving.time == event.since:
                if moving.state != MoverState.REMOVED:
                    return bool(event.time <= until)
                moving.queue = Queue.NOTHING
            else:
                control.n_stale -= 1
            pop(traffic)
        if control.n_events == 0 or control.cursor >= last_bucket:
            if last_bucket < LAST_BUCKET:
                control.cursor = max(control.cursor, last_bucket)
            return False
        control.cursor += 1
        open_bucket(traffic, control.cursor)
