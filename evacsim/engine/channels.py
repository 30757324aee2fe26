"""Channels of base stations and satellites: few, held by calls, waited for in order (信道、排队).

Words: a *way* is what one call takes, a channel of each of its stations - twice the same one where both ends need one
there, none where it needs none. A call asks for the ways that are open to it at the moment; the first that is free is
its own. Callers wait in the order in which they asked; nobody takes a channel that somebody before him waits for.
"""

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import simpy

from evacsim.engine.log import Where

Way = tuple[Where, ...]
Ways = Callable[[], Sequence[Way]]
"""Asked for the ways that are open now, the one that is tried first first; none where the network is gone."""


Result = Literal["no_network", "busy", "lost", "unanswered", "received"]
"""What became of one try to get a message over one network."""


class Held(NamedTuple):
    """Channels that a call holds."""

    means: str
    way: Way
    one: Where
    other: Where
    waited: float
    """How long it waited for them [s]."""


@dataclass(slots=True, eq=False)
class _Asking:
    """A caller who waits."""

    ways: Ways
    answer: simpy.Event
    """Succeeds with his way, or with None where none is left to wait for."""


class Channels:
    """All channels of a run.

    Parameters
    ----------
    env : Environment
        The clock of the run.
    number : mapping of Where to int
        How many channels each station has; those that are not named have as many as are wanted.
    """

    def __init__(self, env: simpy.Environment, number: Mapping[Where, int]) -> None:
        self.env = env
        self._free = dict(number)
        self._waiting: list[_Asking] = []
        self.asked = 0
        """Callers so far."""
        self.granted = 0
        """Of them, those who were given a way."""
        self.left = 0
        """Of them, those who went without."""
        self.held = 0
        """Ways that are held now."""

    @property
    def waiting(self) -> int:
        """Return how many callers wait now."""
        return len(self._waiting)

    def free(self, station: Where) -> float:
        """Return how many channels of a station are free; infinite where they are not counted."""
        return self._free.get(station, float("inf"))

    def take(self, ways: Ways, *, patience: float) -> Generator[simpy.Event, Any, Way | None]:
        """Wait for a way, for so long at most [s]; return None where there is none by then."""
        self.asked += 1
        asking = _Asking(ways, simpy.Event(self.env))
        self._waiting.append(asking)
        self.renew()
        if not asking.answer.triggered and patience > 0:
            yield asking.answer | self.env.timeout(patience)
        if not asking.answer.triggered:
            self._waiting.remove(asking)
            self.left += 1
            self.renew()
            return None
        way: Way | None = asking.answer.value
        return way

    def take_now(self, ways: Ways) -> Way | None:
        """Return a way that is free at once, and that nobody waits for; None where there is none."""
        self.asked += 1
        self._waiting.append(asking := _Asking(ways, simpy.Event(self.env)))
        self.renew()
        if asking.answer.triggered:
            way: Way | None = asking.answer.value
            return way
        self._waiting.remove(asking)
        self.left += 1
        return None

    def give_back(self, way: Way) -> None:
        """Let the channels of a way be free for others."""
        self.held -= 1
        for station in way:
            if station in self._free:
                self._free[station] += 1
        self.renew()

    def renew(self) -> None:
        """Serve those who wait, the first first; to be called whenever ways have opened or closed."""
        wanted: Counter[Where] = Counter()
        for asking in list(self._waiting):
            ways = asking.ways()
            way = next((way for way in ways if self._is_free(way, wanted)), None)
            if way is None and ways:
                wanted.update(ways[0])
                continue
            self._waiting.remove(asking)
            if way is None:
                self.left += 1
            else:
                self._hold(way)
            asking.answer.succeed(way)

    def _is_free(self, way: Way, wanted: Counter[Where]) -> bool:
        needed = Counter(way)
        return all(self.free(station) - wanted[station] >= number for station, number in needed.items())

    def _hold(self, way: Way) -> None:
        self.granted += 1
        self.held += 1
        for station in way:
            if station in self._free:
                self._free[station] -= 1
