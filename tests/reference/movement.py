"""The movement rules once more, in plain Python: lists, dictionaries and heapq, one object per thing.

Slow on purpose. It shares no code with the kernels, but every rule and every order, so that
records must be equal to the last bit.
"""

import heapq
import math
from dataclasses import dataclass, field

ARRIVED, NO_WAY = -2, -1


@dataclass(eq=False)
class Mover:
    row: int
    mode: int
    speed: float
    size: int  # thousandths
    key: int
    people: int = 1
    watched: bool = False
    state: str = "idle"
    node: int | None = None
    link: "Link | None" = None
    tree: int = 0
    time: float = math.nan  # reaches the end of its link, or departs
    way_left: float = math.nan  # while stopped
    ticket: int = 0  # number of its pending event; others are void
    is_pending: bool = False


@dataclass(eq=False)
class Link:
    row: int
    to_node: int
    length: float
    free_speed: float
    headway: float
    storage: float  # thousandths; inf
    wave_time: float
    overtaking: bool
    key: int
    factor: dict[int, float] = field(default_factory=dict)
    movers: list[Mover] = field(default_factory=list)
    gaps: list[tuple[float, int]] = field(default_factory=list)
    entry_free: float = 0.0
    exit_free: float = 0.0
    gate: list[Mover] = field(default_factory=list)
    granted: Mover | None = None
    at_exit: list[Mover] = field(
        default_factory=list
    )  # overtaking: those at the end; the first tries to go on
    at_origin: list[Mover] = field(default_factory=list)  # departing onto this link; the first tries to enter

    def takes(self, mover):
        return min(mover.size, self.storage)

    def room(self, time):
        """Return the room at the entrance: all that N_out(t - L/w) + storage - N_in(t) leaves."""
        on_their_way = sum(size for at, size in self.gaps if at > time)
        return self.storage - sum(map(self.takes, self.movers)) - on_their_way

    def opening_time(self, mover, time):
        earliest = max(time, self.entry_free)
        for moment in [earliest, *(at for at, _ in self.gaps if at > earliest)]:
            if self.room(moment) >= self.takes(mover):
                return moment
        return math.inf


class PlainMovement:
    def __init__(self, links, trees, record_passages=False):
        self.links = links
        self.trees = trees
        self.record_passages = record_passages
        self.movers = []
        self.events = []
        self.held = []
        self.records = []
        self.notices = []
        self.now = 0.0
        self.is_changed = False
        self.serial = 0

    def send(self, mover, node, tree, time):
        mover.node, mover.tree, mover.time, mover.state = node, tree, time, "scheduled"
        self.schedule(mover, time)

    def schedule(self, mover, time):
        self.serial += 1  # whatever was pending is void
        mover.ticket, mover.is_pending = self.serial, True
        heapq.heappush(self.events, (time, mover.time, mover.key, mover.row, self.serial))

    def advance(self, until):
        """Let everything happen up to and including `until`."""
        self.end_change()
        while self.events and self.events[0][0] <= until:
            time, _, _, row, ticket = heapq.heappop(self.events)
            mover = self.movers[row]
            if mover.is_pending and mover.ticket == ticket:
                mover.is_pending = False
                self.now = time
                self.act(mover)
        self.now = until

    def record(self, mover, kind, place):
        self.records.append((self.now, mover.row, kind, place))
        if mover.watched and kind in ("arrived", "cut_off", "stopped", "resumed"):
            self.notices.append(self.records[-1])

    def next_link(self, mover):
        node = mover.node if mover.link is None else mover.link.to_node
        wanted = self.trees[mover.tree][node]
        return wanted if wanted < 0 else self.links[wanted]

    def act(self, mover):
        here = mover.link
        if here is None:
            mover.state = "waiting"
        elif here.overtaking and mover not in here.at_exit and not self.comes_to_exit(mover):
            return
        wanted = self.next_link(mover)
        if wanted in (ARRIVED, NO_WAY):
            if here is not None:
                self.leave(mover)
                mover.node = here.to_node
            mover.state = "arrived" if wanted == ARRIVED else "cut_off"
            self.record(mover, mover.state, mover.node)
        elif wanted.factor[mover.mode] == 0:
            self.held.append(mover)
            if here is not None and here.overtaking:
                here.at_exit.remove(mover)
                if here.at_exit:
                    self.schedule(here.at_exit[0], self.now)
        else:
            if here is None and mover not in wanted.at_origin:
                wanted.at_origin.append(mover)
                if wanted.at_origin[0] is not mover:
                    return
            if self.may_enter(mover, wanted):
                self.enter(mover, wanted)

    def comes_to_exit(self, mover):
        """Line up at the end of an overtaking link; tell whether it is the mover's turn at once."""
        link = mover.link
        link.at_exit.append(mover)
        is_first = link.at_exit[0] is mover
        if is_first and link.exit_free > self.now:
            self.schedule(mover, link.exit_free)
            return False
        return is_first

    def may_enter(self, mover, link):
        if link.granted is mover:
            link.granted = None
            return True
        if link.granted is not None or link.gate:
            link.gate.append(mover)
            return False
        opening = link.opening_time(mover, self.now)
        if opening == self.now:
            return True
        if opening < math.inf:
            link.granted = mover
            self.schedule(mover, opening)
        else:
            link.gate.append(mover)
        return False

    def open_gate(self, link):
        if link.gate and link.granted is None:
            opening = link.opening_time(link.gate[0], self.now)
            if opening < math.inf:
                link.granted = link.gate.pop(0)
                self.schedule(link.granted, opening)

    def enter(self, mover, link):
        came_from = mover.link
        if came_from is not None:
            self.leave(mover)
        link.entry_free = self.now + link.headway * (mover.size / 1000)
        speed = min(mover.speed, link.free_speed) * link.factor[mover.mode]
        mover.time = self.now + link.length / speed
        mover.link, mover.state = link, "moving"
        link.movers.append(mover)
        if link.overtaking:
            self.schedule(mover, mover.time)
        elif link.movers[0] is mover:
            self.schedule(mover, max(mover.time, link.exit_free))
        self.open_gate(link)
        if came_from is None:
            self.record(mover, "departed", link.row)
            link.at_origin.remove(mover)
            if link.at_origin and self.may_enter(link.at_origin[0], link):
                self.schedule(link.at_origin[0], self.now)
        if self.record_passages:
            self.record(mover, "entered", link.row)

    def leave(self, mover):
        link = mover.link
        link.exit_free = self.now + link.headway * (mover.size / 1000)
        self.vacate(mover)
        if link.overtaking:
            link.at_exit.remove(mover)
            if link.at_exit:
                self.schedule(link.at_exit[0], link.exit_free)
        elif link.movers and link.movers[0].state == "moving":
            self.schedule(link.movers[0], max(link.movers[0].time, link.exit_free))
        self.open_gate(link)

    def vacate(self, mover):
        link = mover.link
        link.movers.remove(mover)
        link.gaps = [gap for gap in link.gaps if gap[0] > self.now]
        link.gaps.append((self.now + link.wave_time, link.takes(mover)))
        mover.link = None

    # Changes from outside

    def begin_change(self, now):
        if not (self.is_changed and now == self.now):
            self.advance(now)
        self.is_changed = True

    def end_change(self):
        if self.is_changed:
            self.is_changed = False
            self.reconsider()

    def set_tree(self, tree, next_link):
        self.begin_change(self.now)
        self.trees[tree] = list(next_link)

    def redirect(self, movers, tree):
        self.begin_change(self.now)
        for mover in movers:
            mover.tree = tree

    def change_links(self, links, factors, now):
        """Set {mode: factor} on links."""
        self.begin_change(now)
        for link in sorted((self.links[row] for row in links), key=lambda link: link.key):
            old = dict(link.factor)
            link.factor.update(factors)
            for mover in link.movers:
                if link.factor[mover.mode] != old[mover.mode]:
                    self.change_speed(mover, link, old[mover.mode], link.factor[mover.mode])
            self.free_the_end(link)

    def change_speed(self, mover, link, old, new):
        speed = min(mover.speed, link.free_speed)
        if mover.state == "stopped":
            way_left = mover.way_left
        elif mover.time <= self.now:
            way_left = 0.0
            if new > 0:
                return
        else:
            way_left = (mover.time - self.now) * (speed * old)
        self.withdraw(mover)
        if new == 0:
            if mover in link.at_exit:
                link.at_exit.remove(mover)
            mover.state, mover.way_left, mover.time = "stopped", way_left, way_left
            self.record(mover, "stopped", link.row)
            return
        mover.time = self.now + way_left / (speed * new)
        if mover.state == "stopped":
            mover.state = "moving"
            self.record(mover, "resumed", link.row)
        if link.overtaking:
            self.schedule(mover, mover.time)

    def free_the_end(self, link):
        if link.overtaking:
            first = link.at_exit[0] if link.at_exit else None
            since = link.exit_free
        else:
            first = link.movers[0] if link.movers and link.movers[0].state == "moving" else None
            since = max(first.time, link.exit_free) if first else None
        if first and not first.is_pending and first not in self.held and not self.stands_at_gate(first):
            self.schedule(first, max(self.now, since))

    def stands_at_gate(self, mover):
        return any(mover in link.gate for link in self.links)

    def withdraw(self, mover):
        mover.is_pending = False
        for link in self.links:
            if link.granted is mover:
                link.granted = None
            if mover in link.gate:
                link.gate.remove(mover)
        if mover in self.held:
            self.held.remove(mover)

    def remove(self, movers):
        self.begin_change(self.now)
        for mover in sorted(movers, key=lambda mover: mover.key):
            if mover.state == "removed":
                continue
            self.withdraw(mover)
            mover.state = "removed"
            for link in self.links:
                if mover in link.at_origin:
                    link.at_origin.remove(mover)
            link = mover.link
            if link is not None:
                if mover in link.at_exit:
                    link.at_exit.remove(mover)
                mover.node = link.to_node
                self.vacate(mover)
                self.free_the_end(link)

    def reconsider(self):
        asking = list(self.held)
        self.held.clear()
        for link in self.links:
            for mover in [link.granted, *link.gate, *link.at_origin]:
                if mover is None or (self.next_link(mover) is link and link.factor[mover.mode] > 0):
                    continue
                self.withdraw(mover)
                if mover in link.at_origin:
                    link.at_origin.remove(mover)
                if mover not in asking:
                    asking.append(mover)
        for mover in asking:
            self.schedule(mover, self.now)
        for link in self.links:
            self.open_gate(link)
            if link.at_origin:
                front = link.at_origin[0]
                if not front.is_pending and front not in link.gate:
                    self.schedule(front, self.now)
