"""Surroundings of the call procedure in which a test says what works and who answers."""

import math
from dataclasses import dataclass, field

import simpy

from evacsim.engine.calling import Calling
from evacsim.engine.log import ROOT, Kind, Where

MINUTE = 60.0
COUNTY, TOWN, VILLAGE = (Where(Kind.DISTRICT, 0), Where(Kind.ZONE, 10), Where(Kind.ZONE, 1))
ABOVE = {VILLAGE: TOWN, TOWN: COUNTY}
PHONES = ("phone", "radio", "satellite")


@dataclass
class Event:
    time: float
    kind: str
    callee: Where
    caller: Where
    value: float
    cause: int


@dataclass
class Town:
    """Surroundings in which every answer is what a test says it is, and events are kept in a list."""

    env: simpy.Environment = field(default_factory=simpy.Environment)
    ringing: float = 60.0
    talking: float = 0.0
    n_lines: int | dict = 1
    has: dict = field(default_factory=dict)
    dead: dict = field(default_factory=dict)
    """(means, place) -> until when it does not work."""
    silent: set = field(default_factory=set)
    """(callee, role) who do not answer."""
    way: float = math.inf
    events: list = field(default_factory=list)

    def works(self, kind, where, time):
        return time >= self.dead.get((kind, where), -math.inf)

    def cause(self, kind, where):
        return next((n for n, event in enumerate(self.events, 1) if event.kind == "site_down"), ROOT)

    def means(self, who):
        return self.has.get(who, PHONES)

    def lines(self, caller):
        return self.n_lines if isinstance(self.n_lines, int) else self.n_lines.get(caller, 1)

    def parent(self, callee):
        return ABOVE.get(callee)

    def answers(self, callee, role, attempt, time):
        return (callee, role) not in self.silent

    def ring(self, callee, attempt):
        return self.ringing

    def talk(self, callee, attempt):
        return self.talking

    def messenger(self, caller, callee, time):
        return self.way

    def record(self, kind, callee, caller, value, cause):
        assert not self.events or self.env.now >= self.events[-1].time
        assert cause <= len(self.events)
        self.events.append(Event(self.env.now, kind, callee, caller, value, cause))
        return len(self.events)

    def told(self):
        return [(event.kind, event.time / MINUTE) for event in self.events]

    def story(self, number):
        """Return the kinds of events from the root to event `number`."""
        line = []
        while number != ROOT:
            line.append(self.events[number - 1].kind)
            number = self.events[number - 1].cause
        return line[::-1]


def placed(town, calls, rules=None):
    """Make calls now; return the calling, and for each call when it ended and how."""
    calling, ends = Calling(town.env, town, rules), [None] * len(calls)

    def ended(number, how):
        def end(event):
            assert ends[number] is None, "a call ends once"
            ends[number] = (town.env.now, how, event)

        return end

    for number, (caller, callee) in enumerate(calls):
        calling.call(caller, callee, ROOT, ended(number, "acknowledged"), ended(number, "given_up"))
    town.env.run()
    return calling, ends
