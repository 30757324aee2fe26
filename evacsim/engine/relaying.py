"""An order on its way down the tree of offices (指令下达): each office takes it in, handles it, calls those below.

In a layered command every office calls the offices right below it; in a flat one (扁平指挥) the office
that issues the order calls all offices that lead the zones concerned, and nobody passes anything on.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import simpy

from evacsim.engine.calling import Calling
from evacsim.engine.log import Kind, Where
from evacsim.world.offices import Offices, Share


class Word(NamedTuple):
    """What one office passes to another: the order by its number, and the zones that concern whoever hears it."""

    number: int
    zones: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hearers:
    """Who is told what becomes of an order."""

    received: Callable[[int, Word, int], Mapping[int, int]]
    """An office (row) has received it, by an event; returns for each of its zones the cause of what follows."""
    failed: Callable[[int, Word, int], None]
    """An office (row) was not reached, by an event: nobody below it hears anything from above."""


class Relaying:
    """All orders of a run.

    received - waits for the duty desk - (handling) - calls those below - acknowledged - received …
                                                                        - given up

    The duty desk of an office handles one order at a time, in the order in which they came; whom to
    call next does not wait for who is called first, but for a free line of the office. Those with
    special groups, or otherwise urgent, may be called first; the others follow in order of rows.

    Parameters
    ----------
    env : Environment
        The clock of the run.
    offices : Offices
        The tree.
    calling : Calling
        How offices call each other.
    handling : callable
        How long an office (row) takes to handle its k-th order, from 1 [s].
    hearers : Hearers
        Who is told.
    kind : Kind
        What offices are in the event log.
    is_flat : bool
        Whether whoever issues an order calls all leaders itself.
    urgent : iterable of int
        Zones whose offices are called before the others.
    """

    def __init__(
        self,
        env: simpy.Environment,
        offices: Offices,
        calling: Calling,
        handling: Callable[[int, int], float],
        hearers: Hearers,
        *,
        kind: Kind,
        is_flat: bool = False,
        urgent: Iterable[int] = (),
    ) -> None:
        self.env = env
        self.offices = offices
        self.calling = calling
        self.hearers = hearers
        self._handling = handling
        self._kind = kind
        self._is_flat = is_flat
        self._urgent = frozenset(urgent)
        self._desks = [simpy.Resource(env) for _ in offices.ids]
        self._handled = [0] * offices.n

    def issue(self, office: int, word: Word, cause: int) -> None:
        """Let an office (row) receive an order now that is its own, because of an event."""
        self._receive(office, word, cause, passes_on=True)

    def _receive(self, office: int, word: Word, event: int, *, passes_on: bool) -> None:
        received = self.hearers.received(office, word, event)
        if passes_on and self._next(office, word):
            self.env.process(self._pass_on(office, word, received))

    def _pass_on(
        self, office: int, word: Word, causes: Mapping[int, int]
    ) -> Generator[simpy.Event, Any, None]:
        with self._desks[office].request() as desk:
            yield desk
            self._handled[office] += 1
            yield self.env.timeout(self._handling(office, self._handled[office]))
        for below, zones in self._next(office, word):
            told = Word(word.number, zones)
            self.calling.call(
                Where(self._kind, office),
                Where(self._kind, below),
                max(causes[zone] for zone in zones),
                partial(self._receive, below, told, passes_on=not self._is_flat),
                partial(self.hearers.failed, below, told),
            )

    def _next(self, office: int, word: Word) -> list[Share]:
        """Return whom an office calls, and for which zones, the urgent ones first."""
        if self._is_flat:
            shares = [share for share in self.offices.leaders(word.zones) if share[0] != office]
        else:
            shares = self.offices.next_below(office, word.zones)
        return sorted(shares, key=lambda share: self._urgent.isdisjoint(share[1]))
