"""The call procedure (叫应): call, ring, acknowledge, or try again, then the backup, the office above, a messenger.

Words: a *call* is one piece of word on its way from a caller to a callee, an *attempt* one time
that it rings (or that no line works), a *line* one of the calls that a caller can make at once.
Every call ends: acknowledged, or given up with the last failure as its cause.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
import simpy

from evacsim.engine.channels import Held
from evacsim.engine.channels import Result as Tried
from evacsim.engine.log import ROOT, Where

MESSENGER = "messenger"
Role = Literal["A", "B"]
Step = Literal["backup", "parent", "messenger"]
Result = Literal["acknowledged", "unanswered", "failed", "given_up", "no_network", "busy", "lost"]
Process = Generator[simpy.Event, Any, "int | None"]
"""A part of a call; returns the event by which it was acknowledged, or None."""


class Surroundings(Protocol):
    """What the call procedure asks of the rest of the world."""

    def works(self, kind: str, where: Where, time: float) -> bool:
        """Return whether a means of calling works at a place at `time` [s]."""

    def cause(self, kind: str, where: Where) -> int:
        """Return the event that put a means out at a place, the root where it works."""

    def means(self, who: Where) -> Sequence[str]:
        """Return by what somebody calls and is called, in the order in which it is tried."""

    def lines(self, caller: Where) -> int:
        """Return how many calls a caller can make at once, 1 or more."""

    def parent(self, callee: Where) -> Where | None:
        """Return the office above a callee, None at the top."""

    def answers(self, callee: Where, role: Role, attempt: int, time: float) -> bool:
        """Return whether the holder of a post (A) or his backup (B) answers a call placed at `time` [s].

        Attempts at one person are numbered from 1 over the whole run.
        """

    def ring(self, callee: Where, attempt: int) -> float:
        """Return how long it rings until it is answered, or until the caller hangs up [s]."""

    def talk(self, callee: Where, attempt: int) -> float:
        """Return how long the word takes to tell, once answered [s]."""

    def messenger(self, caller: Where, callee: Where, time: float) -> float:
        """Return how long a messenger who sets out at `time` takes [s]; infinite where he finds no way."""

    def record(self, kind: str, callee: Where, caller: Where, value: float, cause: int) -> int:
        """Write an event of now down and return its number."""


class Carriers(Protocol):
    """What the call procedure asks of networks that are described; see `engine.carrying`."""

    def reaches(self, means: str, one: Where, other: Where) -> bool:
        """Return whether a means of calling reaches from one place to another now, channels aside."""

    def cause(self, means: str, one: Where, other: Where) -> int:
        """Return the last event that keeps it from reaching, the root where nothing put it out."""

    def take(self, means: str, one: Where, other: Where) -> Generator[simpy.Event, Any, Held | None]:
        """Wait for the channels of a call; return None where none came free in time."""

    def delivers(self, held: Held, *name: str | int) -> bool:
        """Return whether what is said on a call that ends now is heard; luck goes by its name to each callee."""

    def give_back(self, held: Held, result: Tried) -> None:
        """Let a call end, and its channels be free."""

    def count(self, means: str, result: Tried) -> None:
        """Count a try that held nothing."""

    def told_of(self, kind: str, means: str, callee: Where, cause: int, put_out: int = ROOT) -> int:
        """Write down what became of one try, at its network, and the event that put that out."""


class Line(NamedTuple):
    """By what an attempt goes, and what it holds of a network that is described."""

    means: str
    held: Held | None


@dataclass(frozen=True, slots=True)
class CallRules:
    """How often one calls, and what one does then."""

    retry: float = 300.0
    """Time from one attempt to the next [s]; no sooner than it has stopped ringing."""
    tries: int = 3
    """Attempts at one person before the next step, 1 or more."""
    escalate: tuple[Step, ...] = ("backup", "parent", "messenger")
    """The steps, in this order, each at most once."""


class Attempt(NamedTuple):
    """One attempt: a row of the table of calls."""

    call: int
    caller: Where
    callee: Where
    attempt: int
    """Within the call, from 1."""
    means: str
    """By what; empty where nothing works."""
    placed: float
    """When it began to ring, or the messenger set out [s]."""
    answered: float
    """When it was answered, or the messenger arrived [s]; nan where neither."""
    ended: float
    """When the line was free again [s]."""
    result: Result


class OpenCall(NamedTuple):
    """A call that is neither acknowledged nor given up."""

    call: int
    caller: Where
    callee: Where
    last: int
    """Its last event; what it was made for where nothing has happened yet."""


@dataclass(slots=True)
class _Call:
    """One call under way."""

    number: int
    caller: Where
    callee: Where
    last: int
    """Its last event, the cause of its next: so the story of a call shows every attempt."""
    attempts: int = 0


class Calling:
    """All calls of a run: one process each, on the clock of the run.

    waits for a line - (ring) - answered - (talk) - acknowledged
                             - unanswered - (until `retry` is over) - waits for a line …

    An attempt goes by the first means that both ends have and that works at both when it is placed;
    where none works it fails at once and leaves the line to others. Where the plan describes its
    networks (`carriers`), their channels are waited for, one network after the other, each try is
    written down, and what breaks off is tried again like a call that nobody answers. A messenger, if he is among the
    means of the caller, is the last of them: he is sent when nothing else works. He looks for his
    way once, when he sets out; while he is on it nobody calls, and he finds whoever is there.

    When the holder of the post has not answered `tries` times, the steps follow: his backup is
    called as often; the office above the callee is asked to pass the word on, and does so by its
    own means and lines, without asking anybody further up; a messenger is sent, whether or not he
    is among the means. An office above that is the caller itself, or is not reached, is no step.

    Callers who wait for a line get it in the order in which they asked. That a callee is talking to
    somebody else is not modelled: its lines are for the calls it makes.
    """

    def __init__(
        self,
        env: simpy.Environment,
        surroundings: Surroundings,
        rules: CallRules | None = None,
        carriers: Carriers | None = None,
    ) -> None:
        self.env = env
        self.surroundings = surroundings
        self.carriers = carriers
        self.rules = rules or CallRules()
        assert self.rules.tries >= 1, "whoever calls calls at least once"
        self.attempts: list[Attempt] = []
        """Every attempt, in the order in which they ended."""
        self._numbers = count(1)
        self._lines: dict[Where, simpy.Resource] = {}
        self._rung: dict[tuple[Where, Role], int] = {}
        self._open: dict[int, _Call] = {}

    def call(
        self,
        caller: Where,
        callee: Where,
        cause: int,
        then: Callable[[int], None],
        give_up: Callable[[int], None],
    ) -> None:
        """Begin a call now.

        Parameters
        ----------
        caller, callee : Where
            Who calls whom.
        cause : int
            Event because of which.
        then : callable
            Told the event of the acknowledgment, when it happens.
        give_up : callable
            Told the event of giving up, when it happens. One of the two is called, once.
        """
        call = _Call(next(self._numbers), caller, callee, cause)
        self._open[call.number] = call
        self.env.process(self._run(call, then, give_up))

    def still_open(self) -> list[OpenCall]:
        """Return the calls that have not ended, in the order in which they were begun."""
        return [OpenCall(c.number, c.caller, c.callee, c.last) for c in self._open.values()]

    def _run(
        self, call: _Call, then: Callable[[int], None], give_up: Callable[[int], None]
    ) -> Generator[simpy.Event, Any, None]:
        acknowledged = yield from self._reach(call.caller, call, call.callee, self.rules.escalate)
        del self._open[call.number]
        if acknowledged is None:
            event = self._record("call_given_up", call, call.callee, call.caller, np.nan)
            self._write(call, call.caller, call.callee, "", self.env.now, np.nan, "given_up")
            give_up(event)
        else:
            then(acknowledged)

    def _reach(self, caller: Where, call: _Call, callee: Where, steps: Sequence[Step]) -> Process:
        """Call one callee, and go through the steps until one succeeds."""
        acknowledged = yield from self._try(caller, call, callee, "A")
        for step in steps:
            if acknowledged is not None:
                break
            if step == "backup":
                self._record("backup_called", call, callee, caller, np.nan)
                acknowledged = yield from self._try(caller, call, callee, "B")
            elif step == "parent":
                acknowledged = yield from self._ask_parent(caller, call, callee)
            else:
                acknowledged = yield from self._send_messenger(caller, call, callee)
        return acknowledged

    def _ask_parent(self, caller: Where, call: _Call, callee: Where) -> Process:
        """Ask the office above the callee to pass the word on."""
        parent = self.surroundings.parent(callee)
        if parent is None or parent == caller:
            return None
        self._record("escalated", call, parent, caller, np.nan)
        backup: tuple[Step, ...] = ("backup",) if "backup" in self.rules.escalate else ()
        asked = yield from self._reach(caller, call, parent, backup)
        if asked is None:
            return None
        # The office above is nearer, and its means may work where the caller's do not.
        onwards: list[Step] = [step for step in self.rules.escalate if step != "parent"]
        return (yield from self._reach(parent, call, callee, onwards))

    def _try(self, caller: Where, call: _Call, callee: Where, role: Role) -> Process:
        """Attempt to reach one person `tries` times."""
        placed = self.env.now
        for attempt in range(self.rules.tries):
            if attempt:
                yield self.env.timeout(max(0.0, placed + self.rules.retry - self.env.now))
            with self._line(caller).request() as line:
                yield line
                placed = self.env.now
                found = yield from self._connect(caller, call, callee)
                if found is not None:
                    acknowledged = yield from self._ring(caller, call, callee, role, found)
                    if acknowledged is not None:
                        return acknowledged
                    continue
            if MESSENGER in self.surroundings.means(caller):
                acknowledged = yield from self._send_messenger(caller, call, callee)
                if acknowledged is not None:
                    return acknowledged
            call.attempts += 1
            self._record("call_failed", call, callee, caller, call.attempts)
            self._write(call, caller, callee, "", placed, np.nan, "failed")
        return None

    def _connect(self, caller: Where, call: _Call, callee: Where) -> Generator[simpy.Event, Any, Line | None]:
        """Return by what an attempt goes; where nothing works, what put it out is the last failure."""
        world, now = self.surroundings, self.env.now
        theirs = world.means(callee)
        shared = [kind for kind in world.means(caller) if kind != MESSENGER and kind in theirs]
        if self.carriers is not None:
            return (yield from self._try_networks(self.carriers, caller, call, callee, shared))
        for kind in shared:
            if world.works(kind, caller, now) and world.works(kind, callee, now):
                return Line(kind, None)
        for kind in shared:
            call.last = max(call.last, world.cause(kind, caller), world.cause(kind, callee))
        return None

    def _try_networks(
        self, carriers: Carriers, caller: Where, call: _Call, callee: Where, shared: Sequence[str]
    ) -> Generator[simpy.Event, Any, Line | None]:
        """Try one means after the other; each that carries nothing leaves an event, and a row among the attempts."""
        for means in shared:
            asked, held = self.env.now, None
            reaches = carriers.reaches(means, caller, callee)
            if reaches:
                held = yield from carriers.take(means, caller, callee)
                if held is not None:
                    return Line(means, held)
            result: Literal["busy", "no_network"] = "busy" if reaches else "no_network"
            put_out = ROOT if reaches else carriers.cause(means, caller, callee)
            # The first network that fails follows from what put it out, the next ones from the one before.
            call.last = max(call.last, put_out)
            carriers.count(means, result)
            kind = "channels_full" if reaches else "no_network"
            call.last = carriers.told_of(kind, means, callee, call.last, put_out)
            self._write(call, caller, callee, means, asked, np.nan, result, ordinal=call.attempts + 1)
        return None

    def _ring(self, caller: Where, call: _Call, callee: Where, role: Role, line: Line) -> Process:
        """Let it ring once, on a line that is held."""
        world, placed, means = self.surroundings, self.env.now, line.means
        call.attempts += 1
        rung = self._rung[callee, role] = self._rung.get((callee, role), 0) + 1
        self._record("called", call, callee, caller, call.attempts)
        yield self.env.timeout(world.ring(callee, rung))
        if not world.answers(callee, role, rung, placed):
            self._hang_up(line, "unanswered")
            self._record("call_unanswered", call, callee, caller, call.attempts)
            self._write(call, caller, callee, means, placed, np.nan, "unanswered")
            return None
        answered = self.env.now
        yield self.env.timeout(world.talk(callee, rung))
        if not self._is_heard(line, role, rung):
            self._hang_up(line, "lost")
            assert self.carriers is not None, "what is not carried is not lost"
            call.last = self.carriers.told_of("message_lost", means, callee, call.last)
            self._write(call, caller, callee, means, placed, np.nan, "lost")
            return None
        self._hang_up(line, "received")
        self._write(call, caller, callee, means, placed, answered, "acknowledged")
        return self._record("acknowledged", call, callee, caller, call.attempts)

    def _is_heard(self, line: Line, role: Role, rung: int) -> bool:
        if self.carriers is None or line.held is None:
            return True
        return self.carriers.delivers(line.held, "call", role, rung)

    def _hang_up(self, line: Line, result: Tried) -> None:
        if self.carriers is not None and line.held is not None:
            self.carriers.give_back(line.held, result)

    def _send_messenger(self, caller: Where, call: _Call, callee: Where) -> Process:
        world, placed = self.surroundings, self.env.now
        travel = world.messenger(caller, callee, placed) if world.works(MESSENGER, caller, placed) else np.inf
        if not np.isfinite(travel):
            call.last = max(call.last, world.cause(MESSENGER, caller), world.cause(MESSENGER, callee))
            return None
        call.attempts += 1
        self._record("messenger_sent", call, callee, caller, np.nan)
        yield self.env.timeout(travel)
        self._write(call, caller, callee, MESSENGER, placed, self.env.now, "acknowledged")
        return self._record("acknowledged", call, callee, caller, call.attempts)

    def _line(self, caller: Where) -> simpy.Resource:
        if caller not in self._lines:
            self._lines[caller] = simpy.Resource(self.env, capacity=self.surroundings.lines(caller))
        return self._lines[caller]

    def _record(self, kind: str, call: _Call, callee: Where, caller: Where, value: float) -> int:
        call.last = self.surroundings.record(kind, callee, caller, float(value), call.last)
        return call.last

    def _write(
        self,
        call: _Call,
        caller: Where,
        callee: Where,
        means: str,
        placed: float,
        answered: float,
        result: Result,
        *,
        ordinal: int | None = None,
    ) -> None:
        number = call.attempts if ordinal is None else ordinal
        attempt = Attempt(call.number, caller, callee, number, means, placed, answered, self.env.now, result)
        self.attempts.append(attempt)

    def table(self, name_of: Callable[[Where], str]) -> pd.DataFrame:
        """Return every attempt as a row of the table `calls`, those that ended at one moment in their order.

        Parameters
        ----------
        name_of : callable
            What a caller or callee is called in files.
        """
        rows = [
            (a.call, name_of(a.caller), name_of(a.callee), a.attempt, a.means, a.placed, a.answered, a.result)
            for a in self.attempts
        ]
        columns = ["call", "caller", "callee", "attempt", "means", "placed_s", "answered_s", "result"]
        return pd.DataFrame(rows, columns=columns)
