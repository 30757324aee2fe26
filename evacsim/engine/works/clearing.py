"""Roads that are cut, and teams that clear them or lay a bridge (抢通、架设便桥).

Where both can be done both are asked for; what comes second is not needed any more, but the clearing of a road
whose bridge does not bear buses.
"""

from functools import partial
from typing import Literal

import numpy as np

from evacsim.engine.cutting import Cutting
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.works.jobs import Job, Jobs


class Clearing:
    """Asks for the works at each cut that anybody can clear or bridge; what ends by itself needs none any more."""

    def __init__(self, parts: Parts, cutting: Cutting, jobs: Jobs) -> None:
        self.parts = parts
        self.cutting = cutting
        self.jobs = jobs
        self._jobs: dict[int, dict[str, Job]] = {}
        """Works at each cut, by what is done."""
        cutting.at_cut.append(self._ask)
        cutting.at_ended.append(self._withdraw)

    def _ask(self, row: int, cause: int) -> None:
        cut = self.parts.world.road_cuts[row]
        self._jobs[row] = {}
        if np.isfinite(cut.work):
            self._jobs[row]["clear"] = self._job(row, "clear", cut.work)
        if np.isfinite(cut.bridge):
            self._jobs[row]["bridge"] = self._job(row, "bridge", cut.bridge)
        for job in self._jobs[row].values():
            self.jobs.arise(job, cause)

    def _job(self, row: int, what: Literal["clear", "bridge"], work: float) -> Job:
        world = self.parts.world
        ways = world.road_cuts[row].ways
        link = int(world.ways.link[ways[0]])
        ends = np.concatenate([world.ways.from_node[ways], world.ways.to_node[ways]])
        name = str(world.roads.link_ids[link])
        return Job(
            id=name if what == "clear" else f"bridge-{name}",
            what=what,
            skill=what,
            place=Where(Kind.LINK, link),
            nodes=tuple(np.unique(ends).tolist()),
            work=work,
            finish=partial(self._clear if what == "clear" else self._bridge, row),
            takes="bridges" if what == "bridge" else "",
            amount=1.0,
        )

    def _clear(self, row: int, event: int) -> None:
        self.cutting.clear(row, event)
        bridge = self._jobs[row].get("bridge")
        if bridge is None:
            return
        if np.isfinite(bridge.done):
            self.jobs.bring_back("bridges", 1.0)
        self.jobs.withdraw(bridge, event)

    def _bridge(self, row: int, event: int) -> None:
        self.cutting.bridge(row, event)
        if "clear" in self._jobs[row] and self.parts.world.road_cuts[row].bears_buses:
            self.jobs.withdraw(self._jobs[row]["clear"], event)

    def _withdraw(self, row: int, cause: int) -> None:
        for job in self._jobs.get(row, {}).values():
            self.jobs.withdraw(job, cause)
