"""Dykes that are patrolled, and held with sandbags (巡堤查险、加筑子堤)."""

from collections.abc import Callable
from functools import partial

import numpy as np

from evacsim.engine.dykes import Dykes
from evacsim.engine.log import ROOT, Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.works.jobs import HOUR, Job, Jobs
from evacsim.scenario.works import DykeWorks
from evacsim.world.works import sandbag_work, sandbags


class Holding:
    """Asks for patrols, for leaks to be stopped, for layers of sandbags; gives up what has failed."""

    def __init__(self, parts: Parts, dykes: Dykes, jobs: Jobs, rules: DykeWorks) -> None:
        self.parts = parts
        self.dykes = dykes
        self.jobs = jobs
        self.rules = rules
        self._jobs: list[list[Job]] = [[] for _ in dykes.states]
        self._patrol: list[int] = [ROOT for _ in dykes.states]
        """Event since which each dyke is patrolled; the root while it is not."""
        self._found: set[tuple[int, int]] = set()
        dykes.at_leak.append(self._look)
        dykes.at_failed.append(self._give_up)

    def schedule(self) -> None:
        """Call for the stages at which patrols and the laying of sandbags begin."""
        gauges = {gauge.id: gauge for gauge in self.parts.world.scenario.hazard.gauges}
        for row, dyke in enumerate(self.dykes.states):
            model = dyke.model
            gauge = None if model.gauge is None else gauges[model.gauge]
            if self.rules.patrol:
                warning = None if gauge is None else gauge.warning_stage
                self._at_stage(row, warning, partial(self._begin_patrol, row))
            if model.crest is not None and self._layers():
                self._at_stage(row, model.crest - self.rules.freeboard, partial(self._lay, row, 1))

    def _at_stage(self, row: int, stage: float | None, action: Callable[[int], None]) -> None:
        """Call once the gauge of a dyke shows a stage; from the start where there is none."""
        world, gauge, time = self.parts.world, self.dykes.states[row].model.gauge, 0.0
        kind, subject, value = "moment_reached", Where(Kind.DISTRICT, 0), np.nan
        if gauge is not None and stage is not None:
            time = max(0.0, world.gauges[gauge].first_reaching(stage))
            kind, subject, value = "stage_reached", Where(Kind.GAUGE, list(world.gauges).index(gauge)), stage

        def begin() -> None:
            if not self.dykes.states[row].failed:
                action(self.parts.log.record(time, kind, subject, value=value))

        if time <= world.scenario.duration:
            self.parts.clock.call_at(time, begin)

    # -- patrols and leaks ------------------------------------------------------------------

    def _begin_patrol(self, row: int, cause: int) -> None:
        def begin(event: int) -> None:
            self._patrol[row] = event
            for leak in self.dykes.states[row].leaks:
                self._look(row, leak, event)

        def stop(_: int) -> None:
            self._patrol[row] = ROOT

        patrol = self._job(row, "patrol", np.inf, stop)
        patrol.party, patrol.begin, patrol.stop = self.rules.patrol, begin, stop
        self._arise(row, patrol, cause)

    def _look(self, row: int, leak: int, _: int) -> None:
        """Let a patrol that is on its way find a leak within one round."""
        if self._patrol[row] == ROOT or (row, leak) in self._found:
            return
        luck = self.parts.streams.get("leak_found", self.dykes.states[row].model.id, str(leak)).random(1)
        due = self.parts.now + float(luck[0]) * self.rules.round
        self.parts.clock.call_at(due, partial(self._find, row, leak, self._patrol[row]))

    def _find(self, row: int, leak: int, patrol: int) -> None:
        dyke = self.dykes.states[row]
        if self._patrol[row] != patrol or dyke.failed:
            return
        self._found.add((row, leak))
        cause = max(patrol, dyke.leaks[leak])
        found = self.parts.log.record(self.parts.now, "leak_found", Where(Kind.DYKE, row), cause=cause)
        model = dyke.model.piping[leak]
        job = self._job(row, "leak", HOUR * model.work, lambda _: self.dykes.stop_leak(row, leak))
        job.takes, job.amount = "bags" if model.bags else "", float(model.bags)
        self._arise(row, job, found)

    # -- sandbags ---------------------------------------------------------------------------

    def _layers(self) -> int:
        return int(np.floor(self.rules.raise_by / self.rules.layer + 1e-9))

    def _lay(self, row: int, layer: int, cause: int) -> None:
        """Ask for a layer of sandbags, and for the next one when it is done."""
        height, length = self.rules.layer, self.dykes.states[row].model.length

        def finish(event: int) -> None:
            self.dykes.raise_crest(row, layer * height)
            if layer < self._layers():
                self._lay(row, layer + 1, event)

        bags = sandbags(length, layer * height) - sandbags(length, (layer - 1) * height)
        work = sandbag_work(bags, rate=self.rules.bags_per_hour)
        job = self._job(row, "sandbag", work, finish)
        job.takes, job.amount = "bags", float(np.ceil(bags))
        self._arise(row, job, cause)

    # -- works ------------------------------------------------------------------------------

    def _job(self, row: int, what: str, work: float, finish: Callable[[int], None]) -> Job:
        dykes = self.parts.world.dykes
        return Job(
            id=f"{what}-{dykes.ids[row]}",
            what=what,
            skill="dyke",
            place=Where(Kind.DYKE, row),
            nodes=(int(dykes.drive_node[row]),),
            work=work,
            finish=finish,
        )

    def _arise(self, row: int, job: Job, cause: int) -> None:
        """Let a work be needed; whoever watches the gauge and the dyke says so at once."""
        if not self.dykes.states[row].failed:
            self._jobs[row].append(job)
            self.jobs.arise(job, cause, is_known=True)

    def _give_up(self, row: int, cause: int) -> None:
        self._patrol[row] = ROOT
        for job in self._jobs[row]:
            self.jobs.withdraw(job, cause)
