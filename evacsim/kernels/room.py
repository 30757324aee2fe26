"""Who stands on a link and what room is left: slots, and the gaps that those who left leave behind.

On a link without overtaking each mover takes a slot; slots of a link follow each other in the
order of entry. A mover that leaves turns its slot into a gap of its size. The gap travels upstream
as the backward wave of the kinematic-wave model does and is room for another mover when it
reaches the entrance, `wave_time` later: the condition N_in(t) <= N_out(t - L/w) + k_j L of Newell
(1993, recalled) in vehicle coordinates, exact for any sizes. So the slots of a link are first its
gaps, then its movers; they stand in runs of a pool that all links share, and links nobody uses
take no slots. On a link where movers pass each other only the gaps take slots.
"""

import numpy as np

from evacsim.kernels._jit import at, item, part, prefetch, put, whole
from evacsim.kernels.arrays import (
    GRADED_MODES,
    NONE,
    RUN,
    UNITS_PER_PCU,
    UNLIMITED,
    Contention,
    LinkKind,
    Records,
    Traffic,
)

RUN_BITS = RUN.bit_length() - 1
PCU_PER_UNIT = 1 / UNITS_PER_PCU


@part
def n_gates_of(traffic: Traffic) -> int:
    """Return how many gates there are: those of links first, then those of junctions."""
    return len(traffic.acts) >> 1


@part
def first_mover_of(traffic: Traffic) -> int:
    """Return the entity that stands for the first mover: those before are links, then gates."""
    return len(traffic.links) + n_gates_of(traffic)


@part
def front_act(traffic: Traffic, link: int) -> Records:
    """Return what of the acts belongs to the front of a link."""
    return at(traffic.acts, 2 * link)


@part
def gate_act(traffic: Traffic, gate: int) -> Records:
    """Return what of the acts belongs to a gate."""
    return at(traffic.acts, 2 * gate + 1)


@part
def act_of(traffic: Traffic, entity: int) -> Records:
    """Return what of the acts belongs to an entity that is no mover."""
    n_links = len(traffic.links)
    return at(traffic.acts, 2 * entity if entity < n_links else 2 * (entity - n_links) + 1)


@part
def room_needed(traffic: Traffic, link: int, space: int) -> int:
    """Return the room that a mover of a size takes on a link; an empty link takes in anyone, however big."""
    if at(traffic.links, link).kind == LinkKind.PLAIN:
        return space
    return whole(min(space, at(traffic.roads, link).storage))


@part
def has_no_limit(traffic: Traffic, link: int) -> bool:
    """Tell whether a link takes in any number."""
    if at(traffic.links, link).kind == LinkKind.PLAIN:
        return False
    return bool(at(traffic.roads, link).storage == UNLIMITED)


@part
def gate_of(traffic: Traffic, link: int) -> int:
    """Return the gate through which a link is entered."""
    if at(traffic.links, link).contention != Contention.AT_JUNCTION:
        return link
    return whole(at(traffic.extras, at(traffic.roads, link).extra).gate)


@part
def entrance_free(traffic: Traffic, link: int) -> float:
    """Return from when on the entrance of a link is free, and the crossing before it [s]."""
    free = float(at(traffic.links, link).entry_free)
    if at(traffic.links, link).contention == Contention.AT_JUNCTION:
        free = max(free, at(traffic.junctions, gate_of(traffic, link) - len(traffic.links)).free)
    return free


@part
def free_speed(traffic: Traffic, link: int) -> float:
    """Return the speed limit of a link [m/s]; inf: everyone at their own speed."""
    travel_time = float(at(traffic.links, link).travel_time)
    return at(traffic.roads, link).length / travel_time if travel_time > 0.0 else np.inf


@part
def speed_factor(traffic: Traffic, link: int, mode: int) -> float:
    """Return by what the speed of a mode is multiplied on a link, 0 (closed) to 1."""
    road = at(traffic.roads, link)
    if mode < GRADED_MODES:
        return float(road.speed_factor[mode])
    return 0.0 if (whole(road.closed_modes) >> (whole(mode) - GRADED_MODES)) & 1 else 1.0


@part
def set_speed_factor(traffic: Traffic, link: int, mode: int, factor: float) -> None:
    """Let the speed of a mode be multiplied on a link; of a mode that is not graded the link is open or closed."""
    road = at(traffic.roads, link)
    if mode < GRADED_MODES:
        road.speed_factor[mode] = factor
    else:
        bit = 1 << (whole(mode) - GRADED_MODES)
        others = whole(road.closed_modes) & ~bit
        road.closed_modes = others | bit if factor == 0.0 else others


@part
def passing_time(traffic: Traffic, link: int, space: int) -> float:
    """Return how long a mover of a size keeps the entrance or the exit of a link busy [s]."""
    return float(at(traffic.links, link).headway * in_pcu(space))


@part
def in_pcu(space: int) -> float:
    """Return a size in passenger-car units."""
    return space * PCU_PER_UNIT


@part
def mover_in(who: int) -> int:
    """Return the mover of a slot."""
    return who & 0xFFFFFFFF


@part
def route_in(who: int) -> int:
    """Return the route of the mover of a slot."""
    return who >> 32


@part
def space_in(what: int) -> int:
    """Return the size of the mover of a slot [thousandths of a pcu]."""
    return what & 0xFFFFFFFF


@part
def people_in(what: int) -> int:
    """Return how many people the mover of a slot carries."""
    return (what >> 32) & 0xFFFF


@part
def mode_in(what: int) -> int:
    """Return the mode of the mover of a slot."""
    return (what >> 48) & 0xFF


@part
def marks_in(what: int) -> int:
    """Return the marks of the mover of a slot."""
    return (what >> 56) & 0xFF


@part
def sizes_differ(traffic: Traffic) -> bool:
    """Tell whether not all movers have one size."""
    control = traffic.control[0]
    return bool(control.smallest < control.largest)


@part
def slot_behind(traffic: Traffic, slot: int) -> int:
    """Return the slot of the same link that follows another which is not its last."""
    if (slot + 1) & (RUN - 1) != 0:
        return slot + 1
    return item(traffic.runs, slot >> RUN_BITS) << RUN_BITS


@part
def add_slot(traffic: Traffic, link: int, time: float) -> int:
    """Take one more slot for a link and return it; now and then gaps that have arrived give theirs back."""
    road, control = at(traffic.links, link), traffic.control[0]
    if road.last == NONE or (road.last + 1) & (RUN - 1) == 0:
        close_gaps(traffic, link, time)
        run = whole(control.unused_run)
        control.unused_run = item(traffic.runs, run)
        control.n_unused_runs -= 1
        slot = run << RUN_BITS
        if road.last == NONE:
            front_act(traffic, link).first = slot
        else:
            put(traffic.runs, road.last >> RUN_BITS, run)
    else:
        slot = whole(road.last) + 1
        if slot & (RUN - 1) == RUN - 2:
            fetch_gaps(traffic, link)
    road.last = slot
    return slot


@part
def fetch_gaps(traffic: Traffic, link: int) -> None:
    """Let the processor fetch the gaps that will have reached the entrance when a link takes its next run."""
    first = whole(front_act(traffic, link).first)
    prefetch(traffic.slots, first)
    prefetch(traffic.slots, first + 3)
    first = item(traffic.runs, first >> RUN_BITS) << RUN_BITS
    prefetch(traffic.slots, first)
    prefetch(traffic.slots, first + 3)


@part
def drop_first(traffic: Traffic, link: int) -> None:
    """Give back the first slot of a link."""
    road, control = at(traffic.links, link), traffic.control[0]
    slot = whole(front_act(traffic, link).first)
    if slot == road.last:
        front_act(traffic, link).first = NONE
        road.last = NONE
    else:
        front_act(traffic, link).first = slot_behind(traffic, slot)
    if front_act(traffic, link).first == NONE or (slot + 1) & (RUN - 1) == 0:
        run = slot >> RUN_BITS
        put(traffic.runs, run, control.unused_run)
        control.unused_run = run
        control.n_unused_runs += 1


@part
def close_gaps(traffic: Traffic, link: int, time: float) -> None:
    """Turn the gaps that have reached the entrance by `time` into room."""
    road, act = at(traffic.links, link), front_act(traffic, link)
    while act.first != front_act(traffic, link).head and at(traffic.slots, act.first).time <= time:
        road.room += at(traffic.slots, act.first).space
        drop_first(traffic, link)


@part
def leave_gap(traffic: Traffic, link: int, gap: int, space: int, time: float) -> None:
    """Let a slot be the gap of a mover of a size that leaves the link at `time`, on its way upstream."""
    slot = at(traffic.slots, gap)
    slot.time = time + at(traffic.links, link).wave_time
    slot.mover = NONE
    if at(traffic.links, link).kind != LinkKind.PLAIN:
        slot.space = room_needed(traffic, link, space)


@part
def take_head(traffic: Traffic, link: int) -> int:
    """Return the slot of the first mover of a link without overtaking, before which there is now nobody."""
    slot = whole(front_act(traffic, link).head)
    front_act(traffic, link).head = (
        NONE if slot == at(traffic.links, link).last else slot_behind(traffic, slot)
    )
    return slot


@part
def vacate_head(traffic: Traffic, link: int, time: float) -> None:
    """Let the first mover of a link without overtaking leave; its slot becomes its gap."""
    slot = take_head(traffic, link)
    if not has_no_limit(traffic, link):
        leave_gap(traffic, link, slot, at(traffic.slots, slot).space, time)
    elif slot == front_act(traffic, link).first:
        drop_first(traffic, link)
    else:
        # Gaps from when the link had a limit stand before it, and give it back after theirs.
        leave_gap(traffic, link, slot, 0, time)


@part
def opening_time(traffic: Traffic, link: int, space: int, time: float) -> float:
    """Return when a mover of a size can enter, `time` at the earliest; inf while somebody must leave first."""
    slots, road = traffic.slots, at(traffic.links, link)
    opening = max(time, entrance_free(traffic, link))
    if has_no_limit(traffic, link):
        return opening
    needed = room_needed(traffic, link, space)
    if needed > road.room:
        close_gaps(traffic, link, time)
    missing = needed - road.room
    slot = whole(front_act(traffic, link).first)
    while missing > 0 and slot != front_act(traffic, link).head:
        missing -= at(slots, slot).space
        opening = max(opening, at(slots, slot).time)
        slot = NONE if slot == road.last else slot_behind(traffic, slot)
    return opening if missing <= 0 else np.inf
