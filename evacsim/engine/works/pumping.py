"""Pumps behind dykes (排涝): asked for while water stands there, running while people are at them."""

from evacsim.engine.dykes import Dykes
from evacsim.engine.log import Kind, Where
from evacsim.engine.parts import Parts
from evacsim.engine.works.jobs import HOUR, Job, Jobs
from evacsim.scenario.works import Pumping as Rules


class Pumping:
    """Looks at each change of the water where pumps are needed."""

    def __init__(self, parts: Parts, dykes: Dykes, jobs: Jobs, rules: Rules) -> None:
        self.parts = parts
        self.dykes = dykes
        self.jobs = jobs
        self.rules = rules
        self._job: dict[int, Job] = {}
        """The pumping behind each dyke where water stands."""
        parts.at_water_changed.append(self._look)

    def _look(self) -> None:
        for row, dyke in enumerate(self.dykes.states):
            if dyke.model.area is None:
                continue
            is_wet = self.dykes.depth(row) > 0
            if is_wet and row not in self._job:
                self._job[row] = self._ask(row)
            elif not is_wet and row in self._job:
                self.jobs.withdraw(self._job.pop(row), self.parts.water_changed)
                self.dykes.end_pumping(row)

    def _ask(self, row: int) -> Job:
        dykes, flow = self.parts.world.dykes, self.rules.pumps * self.rules.rate / HOUR
        job = Job(
            id=f"pump-{dykes.ids[row]}",
            what="pump",
            skill="pump",
            place=Where(Kind.DYKE, row),
            nodes=(int(dykes.drive_node[row]),),
            work=float("inf"),
            finish=lambda _: None,
            party=self.rules.people,
            takes="pumps",
            amount=float(self.rules.pumps),
            begin=lambda _: self.dykes.begin_pumping(row, flow, self.rules.step),
            stop=lambda _: self.dykes.end_pumping(row),
        )
        self.jobs.arise(job, self.parts.water_changed, is_known=True)
        return job
