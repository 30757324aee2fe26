"""The movement rules once more, in plain Python: lists, dictionaries and heapq, one object per thing.

Slow on purpose. It shares no code with the kernels, but every rule and every order, so that
records must be equal to the last bit.
"""

import heapq
import math
import struct
from dataclasses import dataclass, field

ARRIVED, NO_WAY = -2, -1
NOTHING, PENDING, AT_GATE, HELD = "nothing", "pending", "at gate", "held"
NONE, WEIDMANN, LINEAR = 0, 1, 2
DENSEST = {WEIDMANN: 1.7506652105293599, LINEAR: 2.4}
GREATEST = {WEIDMANN: 0.9141180602244587, LINEAR: 1.44}
DENSEST_AGAINST, GREATEST_AGAINST = 1.25 / (2 * 0.476), 1.25**2 / (4 * 0.476)


def single(value):
    """Return a number as it is when kept in 32 bits."""
    return struct.unpack("f", struct.pack("f", value))[0]


@dataclass(eq=False)
class Mover:
    row: int
    mode: int
    speed: float
    size: int  # thousandths
    key: int
    people: int = 1
    watched: bool = False
    asks: bool = False
    state: str = "idle"
    node: int | None = None
    link: "Link | None" = None
    tree: int = 0
    path: list[int] | None = None  # links still to take; None: follows its tree
    time: float = math.nan  # reaches the end of its link, or departs
    way_left: float = math.nan  # while stopped
    ticket: int = 0  # number of its pending event, 0 for none; others are void
    line: "Origin | None" = None

    @property
    def order(self):
        return 0, self.time, 1, self.key, self.row


@dataclass(eq=False)
class Gate:
    """Where those contend who want to enter a link, or any link that begins at a junction."""

    row: int
    turn: float = 0.0
    contenders: list = field(default_factory=list)
    planned: float = math.inf
    ticket: int = 0
    free: float = 0.0
    headway: float = 0.0

    @property
    def order(self):
        return 1, 0.0, 0, self.row, self.row


@dataclass(eq=False)
class Origin:
    """The line of those who depart onto a link."""

    link: "Link"
    line: list[Mover] = field(default_factory=list)
    turn: float = 0.0

    @property
    def wants(self):
        return self.link

    @property
    def front(self):
        return self.line[0] if self.line else None

    @property
    def turn_time(self):
        return self.link.turn_time

    @property
    def rank(self):
        return 1, self.link.row


@dataclass(eq=False)
class Link:
    row: int
    from_node: int
    to_node: int
    length: float
    free_speed: float
    headway: float
    storage: float  # thousandths; inf
    wave_time: float
    overtaking: bool
    turn_time: float
    drop: float = 0.0
    area: float = math.inf
    twin: "Link | None" = None
    crowd: int = NONE
    factor: dict[int, float] = field(default_factory=dict)
    movers: list[Mover] = field(default_factory=list)
    gaps: list[tuple[float, int]] = field(default_factory=list)
    at_exit: list[Mover] = field(default_factory=list)  # overtaking: those at the end
    entry_free: float = 0.0
    exit_free: float = 0.0
    signal: tuple[float, float, float] | None = None  # cycle, start and length of green
    gate: Gate | None = None
    origin: Origin | None = None
    standing: str = NOTHING  # of its front
    wants: "Link | None" = None  # or what the last to contend has entered
    turn: float = 0.0
    turn_before: float = 0.0  # of the last to leave
    stood: bool = False  # its front stood behind that one when a gate let it in
    ticket: int = 0

    @property
    def travel_time(self):
        return self.length / self.free_speed

    @property
    def limit(self):
        return self.length / self.travel_time if self.travel_time > 0 else math.inf

    @property
    def front(self):
        those = self.at_exit if self.overtaking else self.movers
        return those[0] if those else None

    @property
    def rank(self):
        return 0, self.row

    @property
    def order(self):
        return 0, self.front.time, 0, self.row, self.row

    def takes(self, mover):
        return min(mover.size, self.storage)

    def busy(self, mover):
        return self.headway * (mover.size * 0.001)

    def room(self):
        """Return the room that will be there when all gaps have come, less those that have not set out."""
        return self.storage - sum(map(self.takes, self.movers)) - sum(size for _, size in self.gaps)

    def opening_time(self, mover, time):
        """Return when N_out(t - L/w) + storage - N_in(t) is enough for a mover, and the entrance is free."""
        opening = max(time, self.entry_free, self.gate.free)
        room = self.room()
        for moment, size in self.gaps:
            if room >= self.takes(mover):
                break
            room += size
            opening = max(opening, moment)
        return opening if room >= self.takes(mover) else math.inf

    def leave_gap(self, mover, time):
        if self.storage < math.inf:
            self.gaps = [gap for gap in self.gaps if gap[0] > time]
            self.gaps.append((time + self.wave_time, self.takes(mover)))

    def next_green(self, time):
        if self.signal is None:
            return time
        cycle, start, green = self.signal
        phase = (time - start) % cycle
        return time if phase < green or cycle - phase < 1e-9 else time + (cycle - phase)

    def walkers(self):
        return sum(mover.size for mover in self.movers)

    def opposing(self):
        return self.twin.walkers() if self.twin else 0

    def least_busy(self, mover):
        """Return how long a mover keeps the entrance busy at the greatest flow of the law of density."""
        if self.crowd == NONE:
            return 0.0
        greatest = GREATEST[self.crowd]
        if self.crowd == WEIDMANN:
            greatest *= min(self.limit, mover.speed)
        elif self.opposing():
            greatest = GREATEST_AGAINST
        return mover.size * 0.001 * self.length / (self.area * (greatest * self.factor[mover.mode]))

    def speed_in_crowd(self, mover):
        speed = min(self.limit, mover.speed)
        if self.crowd == NONE:
            return speed
        density = (self.walkers() + mover.size + self.opposing()) / 1000 / self.area
        if self.crowd == WEIDMANN:
            density = min(density, DENSEST[WEIDMANN])
            slowed = speed * (1 - math.exp(-1.913 * (1 / density - 1 / 5.4)))
        elif self.opposing():
            slowed = 1.25 - 0.476 * min(density, DENSEST_AGAINST)
        else:
            slowed = 1.2 - 0.25 * min(density, DENSEST[LINEAR])
        return min(speed, slowed)


class PlainMovement:
    def __init__(self, links, trees, *, node_headways=None, gridlock="wait", patience=600.0):
        self.links = links
        self.trees = trees
        self.gridlock, self.patience = gridlock, patience
        self.movers = []
        self.events = []
        self.held = []  # movers
        self.records = []
        self.notices = []  # told
        self.untold = []
        self.gridlocks = []  # [time, ring, ended, resolved by]
        self.due = []
        self.now = 0.0
        self.is_changed = False
        self.rerouted = set()  # movers whose routes have changed; None: anything may have
        self.serial = 0
        self.gates = [Gate(link.row) for link in links]
        junctions = {}
        for node, headway in sorted((node_headways or {}).items()):
            junctions[node] = Gate(len(self.gates), headway=headway)
            self.gates.append(junctions[node])
        for link, gate in zip(links, list(self.gates), strict=False):
            link.gate = gate if link.overtaking else junctions.get(link.from_node, gate)
            link.origin = Origin(link)
        for link in links:
            if link.overtaking and link.twin is not None and link.twin.row > link.row:
                link.gate = link.twin.gate = Gate(len(self.gates))
                self.gates.append(link.gate)

    # Events

    def send(self, mover, node, time, *, tree=0, path=None):
        mover.node, mover.tree, mover.path, mover.time = node, tree, path, time
        mover.state = "scheduled"
        self.schedule(mover, time)

    def schedule(self, thing, time):
        self.serial += 1  # whatever was pending is void
        thing.ticket = self.serial
        heapq.heappush(self.events, (time, *thing.order, self.serial, thing))

    def schedule_gate(self, gate, time):
        gate.planned = time
        self.schedule(gate, time)

    def advance(self, until):
        """Let everything happen up to and including `until`."""
        self.end_change()
        self.run(until)
        self.notices += self.untold
        self.untold = []

    def run(self, until):
        while True:
            while self.events and self.events[0][-1].ticket != self.events[0][-2]:
                heapq.heappop(self.events)
            next_event = self.events[0][0] if self.events else math.inf
            if self.due and self.due[0][0] <= until and self.due[0][0] < next_event:
                self.now = max(self.now, self.due[0][0])
                self.resolve(heapq.heappop(self.due)[1])
            elif self.events and next_event <= until:
                thing = heapq.heappop(self.events)[-1]
                thing.ticket = 0
                self.now = next_event
                self.act(thing)
            else:
                break
        if until < math.inf:
            self.now = until

    def record(self, mover, kind, place):
        self.records.append((self.now, mover.row, kind, place))
        if kind == "held" or (mover.watched and kind in ("arrived", "cut_off", "stopped", "resumed")):
            self.untold.append(self.records[-1])

    def act(self, thing):
        if isinstance(thing, Gate):
            self.let_in(thing)
        elif isinstance(thing, Link):
            thing.standing = NOTHING
            self.go_on(thing.front, thing)
        elif thing.link is None:
            thing.state = "waiting"
            self.go_on(thing, None)
        else:
            self.come_to_exit(thing, thing.link)

    def come_to_exit(self, mover, link):
        link.at_exit.append(mover)
        if link.front is not mover:
            return
        if link.next_green(max(self.now, link.exit_free)) > self.now:
            self.await_front(link)
        else:
            self.go_on(mover, link)

    def next_link(self, mover):
        if mover.path is not None:
            return self.links[mover.path[0]] if mover.path else ARRIVED
        wanted = self.trees[mover.tree][mover.node if mover.link is None else mover.link.to_node]
        return wanted if wanted < 0 else self.links[wanted]

    def wants(self, mover, link):
        return self.next_link(mover) is link and link.factor[mover.mode] > 0

    def go_on(self, mover, link):
        """Let the front of a link, or a mover at a node, pass on, settle, or wait."""
        wanted = self.next_link(mover)
        if wanted in (ARRIVED, NO_WAY):
            if link is not None:
                self.leave(mover, link)
                mover.node = link.to_node
            mover.state = "arrived" if wanted == ARRIVED else "cut_off"
            self.record(mover, mover.state, mover.node)
            self.follow_up(link, None, None)
        elif wanted.factor[mover.mode] == 0:
            self.hold(mover, link, wanted)
        elif self.may_enter(mover, link, wanted):
            self.pass_on(mover, link, wanted)
            self.follow_up(link, wanted, None)
        elif link is not None:
            self.contend(link, wanted)
            self.follow_up(None, None, wanted.gate)
        else:
            mover.line = wanted.origin
            wanted.origin.line.append(mover)
            if wanted.origin.front is mover:
                self.contend(wanted.origin, wanted)
                self.follow_up(None, None, wanted.gate)

    def may_enter(self, mover, link, wanted):
        """Tell whether nobody contends, there is room, and the entrance did not become free this very moment."""
        if wanted.gate.contenders or wanted.opening_time(mover, self.now) > self.now:
            return False
        return link is None or mover.time == self.now or max(wanted.entry_free, wanted.gate.free) < self.now

    def hold(self, mover, link, wanted):
        if link is not None:
            link.stood = False
        if link is not None and not link.overtaking:
            link.standing, link.wants = HELD, wanted
        else:
            self.held.append(mover)
            if link is not None:
                link.at_exit.remove(mover)
                self.await_front(link)
        if mover.asks:
            self.record(mover, "held", wanted.row)

    # Passing from link to link

    def pass_on(self, mover, link, wanted):
        waited = self.now - mover.time
        if link is None:
            self.record(mover, "departed", wanted.row)
        else:
            self.leave(mover, link)
        busy = wanted.busy(mover)
        if waited > 1e-3:
            busy *= 1 / (1 - wanted.drop)
        speed = min(wanted.limit, mover.speed)
        if wanted.overtaking:
            busy = max(busy, wanted.least_busy(mover))
            speed = wanted.speed_in_crowd(mover)
        wanted.entry_free = self.now + busy
        shares_width = wanted.overtaking and wanted.twin is not None
        wanted.gate.free = self.now + (busy if shares_width else wanted.gate.headway * (mover.size * 0.001))
        factor = wanted.factor[mover.mode]
        way = wanted.travel_time / factor if speed == wanted.limit else wanted.length / (speed * factor)
        mover.time = self.now + way
        mover.link, mover.node, mover.state = wanted, None, "moving"
        if mover.path is not None:
            mover.path = mover.path[1:]
        wanted.movers.append(mover)
        if wanted.overtaking:
            self.schedule(mover, mover.time)
        self.record(mover, "entered", wanted.row)

    def leave(self, mover, link):
        link.exit_free = self.now + link.busy(mover)
        link.stood = False
        if link.overtaking:
            link.at_exit.remove(mover)
        self.vacate(mover)

    def vacate(self, mover):
        mover.link.movers.remove(mover)
        mover.link.leave_gap(mover, self.now)
        mover.link = None

    def follow_up(self, left, entered, gate):
        for link in (left, entered):
            if link is not None:
                self.await_front(link)
        for one in (left.gate if left is not None else None, gate):
            if one is not None and one.contenders and self.arrange(one) == math.inf:
                self.look_for_ring(one)

    def await_front(self, link):
        """Let the front of a link act as soon as it may pass the exit, unless it is queued already."""
        front = link.front
        if link.standing == NOTHING and front is not None and front.state == "moving":
            link.standing = PENDING
            self.schedule(link, link.next_green(max(self.now, front.time, link.exit_free)))

    # Contention

    def contend(self, contender, wanted):
        gate = wanted.gate
        before = gate.turn
        if isinstance(contender, Link):
            contender.stood = contender.stood and contender.wants.gate is gate
            if contender.stood:
                before = contender.turn_before
        contender.turn = before + contender.front.size * 0.001 * contender.turn_time
        gate.contenders.append(contender)
        if isinstance(contender, Link):
            contender.standing, contender.wants = AT_GATE, wanted

    def give_up(self, contender):
        contender.wants.gate.contenders.remove(contender)
        if isinstance(contender, Link):
            contender.standing = NOTHING

    def in_order_of_turns(self, gate):
        return sorted(gate.contenders, key=lambda one: (one.turn, one.front.time, one.rank))

    def openings(self, gate):
        """Yield those who may enter next, in the order of turns, and when: for each link, the first."""
        seen = set()
        for contender in self.in_order_of_turns(gate):
            if contender.wants.row not in seen:
                seen.add(contender.wants.row)
                yield contender, contender.wants.opening_time(contender.front, self.now)

    def arrange(self, gate):
        """Let a gate act when it can let somebody in; return when, inf if that is not known."""
        earliest = min((opening for _, opening in self.openings(gate)), default=math.inf)
        if earliest < gate.planned:
            self.schedule_gate(gate, earliest)
        return gate.planned

    def let_in(self, gate):
        gate.planned = math.inf
        for contender in list(gate.contenders):
            if isinstance(contender, Link) and contender.next_green(self.now) > self.now:
                self.give_up(contender)
                self.await_front(contender)
        chosen = next((one for one, opening in self.openings(gate) if opening <= self.now), None)
        if chosen is None:
            self.follow_up(None, None, gate)
            return
        wanted, mover = chosen.wants, chosen.front
        gate.turn = chosen.turn
        self.give_up(chosen)
        if isinstance(chosen, Link):
            self.pass_on(mover, chosen, wanted)
            chosen.stood = chosen.front is not None and chosen.front.time <= self.now
            chosen.turn_before = gate.turn
            self.follow_up(chosen, wanted, gate)
            return
        self.step_out(mover)
        self.pass_on(mover, None, wanted)
        if chosen.line:
            self.contend(chosen, wanted)
        self.follow_up(None, wanted, gate)

    def step_out(self, mover):
        mover.line.line.remove(mover)
        mover.line = None

    # Gridlock

    def ring_of(self, link):
        """Return the ring of links that a link is in, whose fronts wait for each other; none: empty."""
        ring = []
        while link not in ring:
            if link.standing != AT_GATE or link.wants.opening_time(link.front, self.now) < math.inf:
                return []
            ring.append(link)
            link = link.wants
        if link is not ring[0]:
            return []
        first = min(range(len(ring)), key=lambda place: ring[place].row)
        return ring[first:] + ring[:first]

    def look_for_ring(self, gate):
        """Note the ring that is closed by one of those who contend at a gate."""
        for contender in reversed(gate.contenders):
            if isinstance(contender, Link) and (ring := self.ring_of(contender)):
                self.note_gridlock(ring)
                return

    def note_gridlock(self, ring):
        if any(known == ring and math.isnan(ended) for _, known, ended, _ in self.gridlocks):
            return
        self.gridlocks.append([self.now, ring, math.nan, "nothing"])
        if self.gridlock != "wait":
            heapq.heappush(self.due, (self.now + self.patience, len(self.gridlocks) - 1))

    def resolve(self, number):
        found = self.gridlocks[number]
        link = found[1][0]
        stands = self.ring_of(link) == found[1]
        found[2:] = self.now, self.gridlock if stands else "changes"
        if not stands:
            return
        if self.gridlock == "turn_back":
            self.turn_back([link.front])
            self.end_change()
            return
        wanted, mover = link.wants, link.front
        self.give_up(link)
        self.record(mover, "squeezed", wanted.row)
        self.pass_on(mover, link, wanted)
        self.follow_up(link, wanted, wanted.gate)

    # Changes from outside

    def begin_change(self, now, rerouted=None):
        if not (self.is_changed and now == self.now):
            self.end_change()
            self.run(now)
        self.is_changed = True
        self.rerouted = None if None in (rerouted, self.rerouted) else self.rerouted | set(rerouted)

    def end_change(self):
        if self.is_changed:
            self.reconsider(self.movers if self.rerouted is None else self.rerouted)
            self.is_changed, self.rerouted = False, set()

    def set_tree(self, tree, next_link):
        self.begin_change(self.now)
        self.trees[tree] = list(next_link)

    def redirect(self, movers, tree=0, path=None):
        self.begin_change(self.now, movers)
        for mover in movers:
            mover.tree, mover.path = tree, path

    def set_signals(self, links, cycle, start, green):
        self.begin_change(self.now)
        for link in links:
            link.signal = (cycle, start, green) if cycle else None
            self.ask_front(link)

    def change_links(self, links, factors, now, *, headway=None, storage=None, wave_speed=None):
        """Set {mode: factor} on links, and what else is given."""
        self.begin_change(now)
        for link in sorted(links, key=lambda link: link.row):
            old = dict(link.factor)
            link.factor.update({mode: single(factor) for mode, factor in factors.items()})
            for mover in reversed(link.movers) if link.overtaking else list(link.movers):
                if link.factor[mover.mode] != old[mover.mode]:
                    self.change_speed(mover, link, old[mover.mode], link.factor[mover.mode])
            if headway is not None and headway != link.headway:
                link.entry_free = self.now + rest(link.entry_free - self.now, link.headway, headway)
                link.exit_free = self.now + rest(link.exit_free - self.now, link.headway, headway)
                link.headway = headway
            if wave_speed is not None and link.length / wave_speed != link.wave_time:
                new = link.length / wave_speed
                link.gaps = [
                    (at if at <= self.now else self.now + rest(at - self.now, link.wave_time, new), size)
                    for at, size in link.gaps
                ]
                link.wave_time = new
            if storage is not None:
                link.storage = storage
            self.ask_front(link)

    def change_speed(self, mover, link, old, new):
        speed = min(mover.speed, link.limit)
        if mover.state == "stopped":
            mover.state, mover.time = "moving", self.now + mover.way_left / (speed * new)
            self.record(mover, "resumed", link.row)
        elif new == 0:
            self.withdraw(mover)
            mover.way_left = 0.0 if mover.time <= self.now else (mover.time - self.now) * (speed * old)
            mover.state = "stopped"
            self.record(mover, "stopped", link.row)
            return
        elif mover.time > self.now:
            way_left = (mover.time - self.now) * (speed * old)
            mover.time = self.now + way_left / (speed * new)
        else:
            return
        if link.overtaking:
            self.schedule(mover, mover.time)
        elif link.front is mover:
            self.withdraw_front(link)

    def ask_front(self, link):
        """Set anew when the front of a link acts, unless it contends or is held."""
        if link.standing == PENDING:
            link.standing, link.ticket = NOTHING, 0
        self.await_front(link)

    def withdraw_front(self, link):
        if link.standing == AT_GATE:
            self.give_up(link)
        link.standing, link.ticket, link.stood = NOTHING, 0, False

    def withdraw(self, mover):
        """Take a mover out of whatever it is queued in."""
        mover.ticket = 0
        if mover in self.held:
            self.held.remove(mover)
        if mover.line is not None:
            self.leave_line(mover)
        link = mover.link
        if link is not None and link.front is mover:
            self.withdraw_front(link)
        if link is not None and mover in link.at_exit:
            link.at_exit.remove(mover)

    def leave_line(self, mover):
        origin = mover.line
        if origin.front is not mover:
            self.step_out(mover)
            return
        self.give_up(origin)
        self.step_out(mover)
        if origin.line:
            self.contend(origin, origin.link)

    def take_off(self, movers, state, node_of):
        for mover in sorted(movers, key=lambda mover: (mover.key, mover.row)):
            self.withdraw(mover)
            mover.state = state
            link = mover.link
            if link is not None:
                mover.node = node_of(link)
                self.vacate(mover)
                self.ask_front(link)

    def remove(self, movers):
        self.begin_change(self.now)
        self.take_off([one for one in movers if one.state != "removed"], "removed", lambda link: link.to_node)
        self.untold = [notice for notice in self.untold if self.movers[notice[1]].state != "removed"]

    def turn_back(self, movers):
        self.begin_change(self.now)
        turning = sorted((one for one in movers if one.link is not None), key=lambda one: one.key)
        back = {}
        for mover in turning:
            link = mover.link
            speed = min(mover.speed, link.free_speed)
            way_left = mover.way_left
            if mover.state == "moving":
                way_left = max(mover.time - self.now, 0.0) * speed * link.factor[mover.mode]
            back[mover] = self.now + max(link.length - way_left, 0.0) / speed
            if mover.path is not None:
                mover.path = [link.row, *mover.path]
            self.record(mover, "turned_back", link.row)
        self.take_off(turning, "idle", lambda link: link.from_node)
        for mover, time in back.items():
            self.send(mover, mover.node, time, tree=mover.tree, path=mover.path)

    def reconsider(self, concerned):
        """Let all who contend, and those who are held and concerned, ask their routes again.

        Whoever wants the same open link keeps its place.
        """
        for link in self.links:
            if link.standing == HELD and link.front in concerned:
                link.standing, link.wants = NOTHING, None
                self.await_front(link)
        for mover in self.held:
            if mover in concerned:
                self.schedule(mover, self.now)
        self.held = [mover for mover in self.held if mover not in concerned]
        for link in self.links:
            if link.standing == AT_GATE and not self.wants(link.front, link.wants):
                self.give_up(link)
                self.await_front(link)
            for mover in list(link.origin.line):
                if not self.wants(mover, link):
                    self.leave_line(mover)
                    self.schedule(mover, self.now)
        for gate in self.gates:
            gate.planned, gate.ticket = math.inf, 0
            self.arrange(gate)


def rest(left, old, new):
    """Return how long what takes so long at the old rate takes at the new one; without an old rate it stays."""
    return 0.0 if left <= 0 else left * (new / old) if old > 0 else left
