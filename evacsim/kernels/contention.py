"""Who goes first where several want to enter one link: gates, and the turns of those who contend.

Contenders of a gate are links whose front wants to enter, and the origin line of the link itself.
Who cannot enter at once takes a turn: the turn of the one the gate let in last, plus its size
divided by the weight of its link (self-clocked fair queueing, Golestani 1994, recalled). The
smallest turn goes first. While several queue, each so gets a share of the flow proportional to
its weight, and what one does not use passes to the others: the merge of Daganzo (1995, recalled)
for single vehicles. Of equal turns, whoever has stood longest goes first, then links before
origins, then the smaller row.

A junction of limited capacity is one gate for all links that begin there: its contenders share
the crossing in the same way, whichever link they want. Whoever waits for room on a link holds up
those with later turns for the same link, not those for others. So are both directions of a footway
one gate where they share its width: those who come from either end take turns.
"""

import numpy as np

from evacsim.kernels._jit import at, part, piece, prefetch, whole
from evacsim.kernels.arrays import NONE, Contention, LinkKind, Queue, Records, Traffic
from evacsim.kernels.events import front_since, gate_time, schedule_gate
from evacsim.kernels.room import front_act, gate_act, gate_of, in_pcu, opening_time, sizes_differ
from evacsim.kernels.state import traffic_of


@part
def wanted_by(traffic: Traffic, contender: int) -> int:
    """Return the link that a contender wants to enter."""
    n_links = len(traffic.links)
    return whole(front_act(traffic, contender).beyond) if contender < n_links else contender - n_links


@part
def size_of(traffic: Traffic, contender: int) -> int:
    """Return the size of the mover that contends [thousandths of a pcu]."""
    if not sizes_differ(traffic):
        return whole(traffic.control[0].smallest)
    n_links = len(traffic.links)
    if contender >= n_links:
        return whole(at(traffic.movers, gate_act(traffic, contender - n_links).first).space)
    return front_size(traffic, contender)


@part
def front_size(traffic: Traffic, link: int) -> int:
    """Return the size of the front of a link [thousandths of a pcu]."""
    road = at(traffic.links, link)
    if road.kind == LinkKind.PASSING:
        return whole(at(traffic.movers, at(traffic.extras, at(traffic.roads, link).extra).first).space)
    return whole(at(traffic.slots, front_act(traffic, link).head).space)


@part
def turn_of(traffic: Traffic, contender: int) -> float:
    """Return the turn of a contender."""
    n_links = len(traffic.links)
    if contender < n_links:
        return float(front_act(traffic, contender).time)
    return float(at(traffic.movers, gate_act(traffic, contender - n_links).first).event)


@part
def standing_since(traffic: Traffic, contender: int) -> float:
    """Return since when the mover that contends has been ready [s]."""
    n_links = len(traffic.links)
    if contender < n_links:
        return front_since(traffic, contender)
    return float(at(traffic.movers, gate_act(traffic, contender - n_links).first).time)


@part
def contender_after(traffic: Traffic, contender: int) -> int:
    """Return the next contender in the list of a gate."""
    n_links = len(traffic.links)
    return whole(
        front_act(traffic, contender).next
        if contender < n_links
        else gate_act(traffic, contender - n_links).beyond
    )


@part
def follow(traffic: Traffic, contender: int, behind: int) -> None:
    """Let a contender be followed by another in the list of a gate."""
    n_links = len(traffic.links)
    if contender < n_links:
        front_act(traffic, contender).next = behind
    else:
        gate_act(traffic, contender - n_links).beyond = behind


@part
def goes_before(traffic: Traffic, contender: int, turn: float, other: int) -> bool:
    """Tell whether a contender has its turn before another."""
    other_turn = turn_of(traffic, other)
    if turn != other_turn:
        return turn < other_turn
    return stands_longer(traffic.control, contender, other)


@piece
def stands_longer(state: Records, contender: int, other: int) -> bool:
    """Tell whether a contender goes before another of the same turn."""
    traffic = traffic_of(state)
    since, other_since = standing_since(traffic, contender), standing_since(traffic, other)
    if since != other_since:
        return since < other_since
    return contender < other


@part
def contend(traffic: Traffic, contender: int, wanted: int, space: int) -> None:
    """Let a link, whose front is of a size, or an origin line contend for a link, with a turn of its own."""
    n_links, place = len(traffic.links), gate_of(traffic, wanted)
    turn = float(gate_act(traffic, place).turn)
    if contender < n_links:
        link, waiting = at(traffic.links, contender), front_act(traffic, contender)
        if link.stood:
            if gate_of(traffic, whole(waiting.beyond)) == place:
                turn = float(waiting.turn)
            else:
                link.stood = False
        turn += in_pcu(space) * float(link.turn_time)
        link.queue = Queue.GATE
        waiting.time = turn
        waiting.beyond = wanted
        waiting.next = line_up_at_gate(traffic, place, contender, turn)
    else:
        moving = at(traffic.movers, gate_act(traffic, wanted).first)
        prefetch(traffic.movers, moving.next)
        turn += in_pcu(moving.space) * float(at(traffic.links, wanted).turn_time)
        moving.event = turn
        gate_act(traffic, wanted).beyond = line_up_at_gate(traffic, place, contender, turn)
    if at(traffic.links, wanted).contention == Contention.ALONE:
        at(traffic.links, wanted).contention = Contention.CONTENDED


@part
def line_up_at_gate(traffic: Traffic, gate: int, contender: int, turn: float) -> int:
    """Let a contender follow those of a gate with earlier turns, at a junction nobody; return who is to follow it."""
    ahead, behind = NONE, whole(gate_act(traffic, gate).head)
    if gate < len(traffic.links):
        while behind != NONE and not goes_before(traffic, contender, turn, behind):
            ahead, behind = behind, contender_after(traffic, behind)
    if ahead == NONE:
        gate_act(traffic, gate).head = contender
    else:
        follow(traffic, ahead, contender)
    return behind


@part
def has_contenders(traffic: Traffic, link: int) -> bool:
    """Tell whether anybody contends at the gate of a link."""
    contention = at(traffic.links, link).contention
    if contention == Contention.ALONE:
        return False
    return bool(contention == Contention.CONTENDED) or bool(
        gate_act(traffic, gate_of(traffic, link)).head != NONE
    )


@part
def give_up(traffic: Traffic, contender: int) -> None:
    """Let a link or an origin line contend no longer."""
    n_links = len(traffic.links)
    wanted = wanted_by(traffic, contender)
    gate = gate_act(traffic, gate_of(traffic, wanted))
    behind = contender_after(traffic, contender)
    if gate.head == contender:
        gate.head = behind
    else:
        other = whole(gate.head)
        while contender_after(traffic, other) != contender:
            other = contender_after(traffic, other)
        follow(traffic, other, behind)
    if gate.head == NONE and at(traffic.links, wanted).contention == Contention.CONTENDED:
        at(traffic.links, wanted).contention = Contention.ALONE
    if contender < n_links:
        at(traffic.links, contender).queue = Queue.NOTHING


@part
def note_turn(traffic: Traffic, link: int, gate: int, time: float) -> None:
    """Let the next front of a link that a gate has let one in from have the turn after that one's.

    Only if it stood behind it: then it would have had that turn already, if not for the exit.
    """
    road = at(traffic.links, link)
    if road.kind == LinkKind.PASSING:
        stood = at(traffic.extras, at(traffic.roads, link).extra).first != NONE
    else:
        stood = (
            front_act(traffic, link).head != NONE
            and at(traffic.slots, front_act(traffic, link).head).time <= time
        )
    if stood:
        road.stood = True
        front_act(traffic, link).turn = gate_act(traffic, gate).turn


@part
def first_for(traffic: Traffic, junction: int, wanted: int) -> int:
    """Return the contender of a junction with the first turn among those who want a link, NONE if nobody does."""
    first = NONE
    contender = whole(gate_act(traffic, junction).head)
    while contender != NONE:
        if wanted_by(traffic, contender) == wanted and (
            first == NONE or goes_before(traffic, contender, turn_of(traffic, contender), first)
        ):
            first = contender
        contender = contender_after(traffic, contender)
    return first


@part
def opening_of(traffic: Traffic, junction: int, contender: int, time: float) -> float:
    """Return when a contender can be let in, inf if others who want the same link go before it."""
    wanted = wanted_by(traffic, contender)
    if first_for(traffic, junction, wanted) != contender:
        return np.inf
    return opening_time(traffic, wanted, size_of(traffic, contender), time)


@part
def choose(traffic: Traffic, gate: int, time: float) -> int:
    """Return the contender that a gate lets in at `time`, NONE if there is no room for any; it contends no longer."""
    if gate >= len(traffic.links):
        chosen = choose_at_junction(traffic.control, gate, time)
        if chosen != NONE:
            give_up(traffic, chosen)
        return chosen
    first = whole(gate_act(traffic, gate).head)
    if first == NONE:
        return NONE
    # A gate acts when there is room for one of the size of whoever was its first contender then.
    if sizes_differ(traffic) and opening_time(traffic, gate, size_of(traffic, first), time) > time:
        return NONE
    behind = contender_after(traffic, first)
    gate_act(traffic, gate).head = behind
    if behind == NONE:
        at(traffic.links, gate).contention = Contention.ALONE
    if first < len(traffic.links):
        at(traffic.links, first).queue = Queue.NOTHING
    return first


@piece
def choose_at_junction(state: Records, gate: int, time: float) -> int:
    """Return what `choose` does at the gate of a junction, where contenders want several links."""
    traffic = traffic_of(state)
    chosen = NONE
    contender = whole(gate_act(traffic, gate).head)
    while contender != NONE:
        if (
            chosen == NONE or goes_before(traffic, contender, turn_of(traffic, contender), chosen)
        ) and opening_of(traffic, gate, contender, time) <= time:
            chosen = contender
        contender = contender_after(traffic, contender)
    return chosen


@piece
def first_opening(state: Records, gate: int, time: float) -> float:
    """Return when the gate of a junction can let in the first of its contenders, if that is known by now."""
    traffic = traffic_of(state)
    earliest = np.inf
    contender = whole(gate_act(traffic, gate).head)
    while contender != NONE:
        earliest = min(earliest, opening_of(traffic, gate, contender, time))
        contender = contender_after(traffic, contender)
    return earliest


@part
def arrange(traffic: Traffic, gate: int, time: float) -> float:
    """Let a gate act when it can let somebody in, if that is known by now; return when."""
    if gate < len(traffic.links):
        first = whole(gate_act(traffic, gate).head)
        earliest = opening_time(traffic, gate, size_of(traffic, first), time)
    else:
        earliest = first_opening(traffic.control, gate, time)
    planned = gate_time(traffic, gate)
    if earliest < planned:
        schedule_gate(traffic, gate, earliest)
    return min(earliest, planned)


@part
def has_ring(traffic: Traffic, gate: int) -> bool:
    """Tell whether a link that contends at a gate waits, through others, for itself; note it."""
    if gate >= len(traffic.links):
        return has_ring_at_junction(traffic.control, gate)
    # All who contend want the same link: a ring passes through it.
    if at(traffic.links, gate).queue != Queue.GATE or not closes_ring(traffic.control, gate):
        return False
    traffic.control[0].ring = gate
    return True


@piece
def has_ring_at_junction(state: Records, gate: int) -> bool:
    """Do what `has_ring` does at the gate of a junction, where contenders want several links."""
    traffic = traffic_of(state)
    contender = whole(gate_act(traffic, gate).head)
    while contender != NONE:
        if contender < len(traffic.links) and closes_ring(traffic.control, contender):
            traffic.control[0].ring = contender
            return True
        contender = contender_after(traffic, contender)
    return False


@piece
def closes_ring(state: Records, link: int) -> bool:
    """Tell whether the fronts of links, beginning with one, wait for each other's room in a ring."""
    traffic = traffic_of(state)
    other, mark, steps, power = link, link, 0, 1
    while True:
        if at(traffic.links, other).queue != Queue.GATE:
            return False
        wanted = whole(front_act(traffic, other).beyond)
        if opening_time(traffic, wanted, front_size(traffic, other), traffic.control[0].time) < np.inf:
            return False
        other = wanted
        if other == link:
            return True
        if other == mark:
            return False  # a ring of others, which this link only leads to
        steps += 1
        if steps == power:
            mark, steps, power = other, 0, 2 * power
