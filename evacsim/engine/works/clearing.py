"""Roads that are cut, and teams that clear them (抢通)."""

import numpy as np

from evacsim.engine.cutting import Cutting
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.works.jobs import Job, Jobs


class Clearing:
    """Asks for the work at each cut that anybody can clear; what ends by itself needs none any more."""

    def __init__(self, parts: Parts, cutting: Cutting, jobs: Jobs) -> None:
        self.parts = parts
        self.cutting = cutting
        self.jobs = jobs
        self._job: dict[int, Job] = {}
        """Work at each cut."""
        cutting.at_cut.append(self._ask)
        cutting.at_ended.append(self._withdraw)

    def _ask(self, row: int, cause: int) -> None:
        world = self.parts.world
        cut = world.road_cuts[row]
        if np.isnan(cut.work):
            return
        link = int(world.ways.link[cut.ways[0]])
        ends = np.concatenate([world.ways.from_node[cut.ways], world.ways.to_node[cut.ways]])

        def finish(event: int) -> None:
            self.cutting.clear(row, event)

        self._job[row] = Job(
            id=str(world.roads.link_ids[link]),
            what="clear",
            skill="clear",
            place=Where(Kind.LINK, link),
            nodes=tuple(np.unique(ends).tolist()),
            work=cut.work,
            finish=finish,
        )
        self.jobs.arise(self._job[row], cause)

    def _withdraw(self, row: int, cause: int) -> None:
        if row in self._job:
            self.jobs.withdraw(self._job[row], cause)
