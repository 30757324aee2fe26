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
those with later turns for the same link, not those for others.
"""

import numpy as np

from evacsim.kernels._jit import part, rare
from evacsim.kernels.arrays import NONE, UNITS_PER_PCU, Queue, Traffic
from evacsim.kernels.events import call_off_gate, front_since, schedule_gate
from evacsim.kernels.room import opening_time

ALONE, CONTENDED, AT_JUNCTION = 0, 1, 2
"""What `contended` of a link says of its gate, so that the gate need not be looked at."""


@part
def wanted_by(traffic: Traffic, contender: int) -> int:
    """Return the link that a contender wants to enter."""
    n_links = len(traffic.links)
    return int(traffic.links[contender].wants) if contender < n_links else contender - n_links


@part
def size_of(traffic: Traffic, contender: int) -> int:
    """Return the size of the mover that contends [thousandths of a pcu]."""
    n_links = len(traffic.links)
    if contender >= n_links:
        return int(traffic.movers[traffic.gates[contender - n_links].first].space)
    return front_size(traffic, contender)


@part
def front_size(traffic: Traffic, link: int) -> int:
    """Return the size of the front of a link [thousandths of a pcu]."""
    road = traffic.links[link]
    if road.passing:
        return int(traffic.movers[traffic.extras[road.extra].first].space)
    return int(traffic.slots[road.head].space)


@part
def turn_of(traffic: Traffic, contender: int) -> float:
    """Return the turn of a contender."""
    n_links = len(traffic.links)
    if contender < n_links:
        return float(traffic.links[contender].event)
    return float(traffic.movers[traffic.gates[contender - n_links].first].event)


@part
def standing_since(traffic: Traffic, contender: int) -> float:
    """Return since when the mover that contends has been ready [s]."""
    n_links = len(traffic.links)
    if contender < n_links:
        return front_since(traffic, contender)
    return float(traffic.movers[traffic.gates[contender - n_links].first].time)


@part
def contender_after(traffic: Traffic, contender: int) -> int:
    """Return the next contender in the list of a gate."""
    n_links = len(traffic.links)
    return int(
        traffic.links[contender].next if contender < n_links else traffic.links[contender - n_links].beside
    )


@part
def goes_before(traffic: Traffic, contender: int, other: int) -> bool:
    """Tell whether a contender has its turn before another."""
    turn, other_turn = turn_of(traffic, contender), turn_of(traffic, other)
    if turn != other_turn:
        return turn < other_turn
    since, other_since = standing_since(traffic, contender), standing_since(traffic, other)
    if since != other_since:
        return since < other_since
    return contender < other


@part
def contend(traffic: Traffic, contender: int, wanted: int) -> None:
    """Let a link or an origin line contend for a link, with a turn of its own."""
    n_links = len(traffic.links)
    gate = traffic.gates[traffic.links[wanted].gate]
    if contender < n_links:
        road = traffic.links[contender]
        road.queue = Queue.GATE
        road.wants = wanted
        road.event = gate.turn + front_size(traffic, contender) / UNITS_PER_PCU / road.weight
        road.next = gate.contenders
    else:
        road, moving = traffic.links[wanted], traffic.movers[traffic.gates[wanted].first]
        moving.event = gate.turn + moving.space / UNITS_PER_PCU / road.weight
        road.beside = gate.contenders
    gate.contenders = contender
    if traffic.links[wanted].contended == ALONE:
        traffic.links[wanted].contended = CONTENDED


@part
def has_contenders(traffic: Traffic, link: int) -> bool:
    """Tell whether anybody contends at the gate of a link."""
    contended = traffic.links[link].contended
    return contended == CONTENDED or (
        contended == AT_JUNCTION and traffic.gates[traffic.links[link].gate].contenders != NONE
    )


@part
def give_up(traffic: Traffic, contender: int) -> None:
    """Let a link or an origin line contend no longer."""
    n_links = len(traffic.links)
    wanted = wanted_by(traffic, contender)
    gate = traffic.gates[traffic.links[wanted].gate]
    behind = contender_after(traffic, contender)
    if gate.contenders == contender:
        gate.contenders = behind
    else:
        other = int(gate.contenders)
        while contender_after(traffic, other) != contender:
            other = contender_after(traffic, other)
        if other < n_links:
            traffic.links[other].next = behind
        else:
            traffic.links[other - n_links].beside = behind
    if gate.contenders == NONE and traffic.links[wanted].contended == CONTENDED:
        traffic.links[wanted].contended = ALONE
    if contender < n_links:
        traffic.links[contender].queue = Queue.NOTHING
        traffic.links[contender].wants = NONE


@part
def first_for(traffic: Traffic, gate: int, wanted: int) -> int:
    """Return the contender of a gate with the first turn among those who want a link, NONE if nobody does."""
    first = NONE
    contender = int(traffic.gates[gate].contenders)
    while contender != NONE:
        if wanted_by(traffic, contender) == wanted and (
            first == NONE or goes_before(traffic, contender, first)
        ):
            first = contender
        contender = contender_after(traffic, contender)
    return first


@part
def opening_of(traffic: Traffic, gate: int, contender: int, time: float) -> float:
    """Return when a contender can be let in, inf if others who want the same link go before it."""
    wanted = wanted_by(traffic, contender)
    if first_for(traffic, gate, wanted) != contender:
        return np.inf
    return opening_time(traffic, wanted, size_of(traffic, contender), time)


@part
def choose(traffic: Traffic, gate: int, time: float) -> int:
    """Return the contender that a gate lets in at `time`, NONE if there is no room for any."""
    only = int(traffic.gates[gate].contenders)
    if gate < len(traffic.links) and only != NONE and contender_after(traffic, only) == NONE:
        return only  # the gate acts when there is room for it
    return choose_among_several(traffic, gate, time)


@rare
def choose_among_several(traffic: Traffic, gate: int, time: float) -> int:
    """Return what `choose` does where more than one contend, or at a junction."""
    chosen = NONE
    contender = int(traffic.gates[gate].contenders)
    while contender != NONE:
        if (chosen == NONE or goes_before(traffic, contender, chosen)) and opening_of(
            traffic, gate, contender, time
        ) <= time:
            chosen = contender
        contender = contender_after(traffic, contender)
    return chosen


@rare
def arrange(traffic: Traffic, gate: int, time: float) -> float:
    """Let a gate act when it can let somebody in, if that is known by now; return when."""
    earliest = np.inf
    contender = int(traffic.gates[gate].contenders)
    while contender != NONE:
        earliest = min(earliest, opening_of(traffic, gate, contender, time))
        contender = contender_after(traffic, contender)
    planned = float(traffic.gates[gate].event)
    if earliest < planned:
        if planned < np.inf:
            call_off_gate(traffic, gate)
        schedule_gate(traffic, gate, earliest)
    return min(earliest, planned)


@rare
def closes_ring(traffic: Traffic, link: int) -> bool:
    """Tell whether the fronts of links, beginning with one, wait for each other's room in a ring."""
    other, mark, steps, power = link, link, 0, 1
    while True:
        if traffic.links[other].queue != Queue.GATE:
            return False
        wanted = int(traffic.links[other].wants)
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
