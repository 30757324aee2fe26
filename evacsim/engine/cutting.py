"""Roads that are cut for a time, whatever the water does (断路): a slide, a bridge that fell."""

from functools import partial

import numpy as np

from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.roads import Roads, Rows


class Cutting:
    """The cuts of the scenario, each when it begins and when it ends."""

    def __init__(self, parts: Parts, roads: Roads) -> None:
        self.parts = parts
        self.roads = roads
        self._cause: dict[int, int] = {}
        """Event by which a way was cut."""

    def schedule(self) -> None:
        """Call for every cut; what lies before the start holds from the start."""
        for cut in self.parts.world.road_cuts:
            if cut.ends <= 0:
                continue
            self.parts.clock.call_at(max(0.0, cut.begins), partial(self._cut, cut.ways))
            if np.isfinite(cut.ends):
                self.parts.clock.call_at(cut.ends, partial(self._mend, cut.ways))

    def _cut(self, ways: Rows) -> None:
        for way in self.roads.cut(ways).tolist():
            self._cause[way] = self.parts.log.record(self.parts.now, "road_cut", self._road(way))
        self._try_again()

    def _mend(self, ways: Rows) -> None:
        for way in self.roads.mend(ways).tolist():
            self.parts.log.record(self.parts.now, "road_mended", self._road(way), cause=self._cause[way])
        self._try_again()

    def _road(self, way: int) -> Where:
        return Where(Kind.LINK, int(self.parts.world.ways.link[way]))

    def _try_again(self) -> None:
        for try_again in self.parts.after_reopening:
            try_again()
