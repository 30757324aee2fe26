"""Roads that are cut, whatever the water does (断路): a slide, a bridge that fell; until they end or are cleared."""

from collections.abc import Callable
from functools import partial

import numpy as np

from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.roads import Roads


class Cutting:
    """The cuts of the scenario, each from when it begins until it ends or is cleared."""

    def __init__(self, parts: Parts, roads: Roads) -> None:
        self.parts = parts
        self.roads = roads
        self.at_cut: list[Callable[[int, int], None]] = []
        """A cut (row in the world) has begun, by an event."""
        self.at_ended: list[Callable[[int, int], None]] = []
        """A cut (row) is over by itself, by an event."""
        self._cause: dict[int, int] = {}
        """Event by which a way was cut."""
        self._holding: set[int] = set()
        """Cuts that hold now."""
        self._bridged: set[int] = set()
        """Cuts over which a bridge leads that bears no buses."""

    def schedule(self) -> None:
        """Call for every cut; what lies before the start holds from the start."""
        for row, cut in enumerate(self.parts.world.road_cuts):
            if cut.ends <= 0:
                continue
            self.parts.clock.call_at(max(0.0, cut.begins), partial(self._cut, row))
            if np.isfinite(cut.ends):
                self.parts.clock.call_at(cut.ends, partial(self._end, row))

    def clear(self, row: int, cause: int) -> int:
        """Let a cut hold no longer, by an event; return the last event of that."""
        ways, event = self.parts.world.road_cuts[row].ways, cause
        if row in self._bridged:
            self._bridged.remove(row)
            self.roads.bear(ways, buses=True)
            for way in ways.tolist():
                event = self.parts.log.record(
                    self.parts.now, "road_mended", self._road(way), cause=max(cause, self._cause[way])
                )
            self._try_again()
            return event
        self._holding.remove(row)
        for way in self.roads.mend(ways).tolist():
            because = max(cause, self._cause[way])
            event = self.parts.log.record(self.parts.now, "road_mended", self._road(way), cause=because)
        self._try_again()
        return event

    def bridge(self, row: int, cause: int) -> int:
        """Let a bridge lead over a cut, by an event; what it does not bear waits until the cut is cleared."""
        cut = self.parts.world.road_cuts[row]
        if not cut.bears_buses:
            self.roads.bear(cut.ways, buses=False)
        event = self.clear(row, cause)
        if not cut.bears_buses:
            self._bridged.add(row)
        return event

    def _cut(self, row: int) -> None:
        ways = self.parts.world.road_cuts[row].ways
        self._holding.add(row)
        for way in self.roads.cut(ways).tolist():
            self._cause[way] = self.parts.log.record(self.parts.now, "road_cut", self._road(way))
        for hook in self.at_cut:
            hook(row, self._cause[int(ways[0])])
        self._try_again()

    def _end(self, row: int) -> None:
        if row in self._holding or row in self._bridged:
            event = self.clear(row, ROOT)
            for hook in self.at_ended:
                hook(row, event)

    def _road(self, way: int) -> Where:
        return Where(Kind.LINK, int(self.parts.world.ways.link[way]))

    def _try_again(self) -> None:
        for try_again in self.parts.after_reopening:
            try_again()
