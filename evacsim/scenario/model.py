"""A scenario (情景): a district, a hazard, a plan, a start and a duration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, PrivateAttr

from evacsim.scenario.district import District
from evacsim.scenario.hazard import Hazard
from evacsim.scenario.plan import Plan
from evacsim.scenario.section import Identifier, Section, WallTime, YesNo, assumed
from evacsim.units import Duration

ScenarioDuration = Annotated[Duration, Field(gt=0, le=366 * 86400.0)]
"""More than nothing, at most a year [s]."""


class Recording(Section):
    """What a run writes down beyond the events of households, vehicles and places."""

    flow_interval: Duration = assumed(600.0, "one frame of the map's time slider", gt=0)
    """Length of the time bins in which link flows are counted [s]."""
    passages: YesNo = False
    """Whether every entry of a traveller into a link becomes an event `entered` (large files)."""


class Scenario(Section):
    """What a run needs: the district, the hazard, the plan, when it starts and how long it lasts."""

    id: Identifier
    """Short name for files and tables."""
    name: str
    """Name for people to read."""
    district: District
    hazard: Hazard
    plan: Plan
    start: WallTime
    """Wall clock time of T+0."""
    duration: ScenarioDuration
    """How long the scenario lasts [s]; the run ends sooner when nothing can happen any more."""
    recording: Recording = Field(default_factory=Recording)

    _folder: Path = PrivateAttr(default=Path())

    @property
    def folder(self) -> Path:
        """Folder that the scenario was read from; messages name files relative to it."""
        return self._folder

    def change(self, changes: Mapping[str, object]) -> "Scenario":
        """Return the scenario with some values replaced, as `scenario.changing.change` does.

        For example `scenario.change({"plan.when.decision_time": "90 min"})`.
        """
        from evacsim.scenario.changing import change

        return change(self, changes)
