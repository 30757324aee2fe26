"""Works: what teams do beside fetching people (抢险作业)."""

from pydantic import Field

from evacsim.scenario.section import DurationLaw, Section, Uniform, assumed
from evacsim.units import Count


class Works(Section):
    """抢险作业: teams with the skill `clear` clear roads that are cut (`hazard.road_cuts` with `work`)."""

    heard_after: DurationLaw = assumed(
        lambda: Uniform(type="uniform", low="10 min", high="60 min"),
        "somebody has to come upon it and report it",
    )
    """From a work being needed until headquarters knows."""
    party: Count | None = Field(default=None, ge=1)
    """People of a team who go to one work; all of the team who are free where absent."""
